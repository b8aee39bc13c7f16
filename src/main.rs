//! The command line of Sunlake: one verb a file in `verbs`.

mod cli;
mod config;
mod limit;
mod output;
mod progress;
mod sample;
mod spool;
mod time;
mod verbs;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

/// Folding makes and drops many small things on all cores; this allocator is made for that.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Bytes of stack for planning.
const STACK: usize = 256 << 20;
/// What is still at work when a verb has ended is waited for no longer.
const LAST: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(directives(cli.global.verbose)));
    let no_colours = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal() && !no_colours)
        .with_writer(std::io::stderr)
        .with_target(false)
        .init();
    // A long chain of terms is planned by recursion: a large stack, of which only what is used counts.
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK / 4).build()?;
        let done = runtime.block_on(verbs::run(cli));
        if done.as_ref().is_err_and(|error| error.is::<limit::GivenUp>()) {
            // What was given up is still at it: to end the runtime in order would be to wait for it.
            std::mem::forget(runtime);
        } else {
            // A file that is still being read is no reason to go on: whatever lands lands once.
            runtime.shutdown_timeout(LAST);
        }
        done
    });
    let done = match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(done)) => done,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if output::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sunlake: {}", causes(&error));
            ExitCode::from(if error.is::<cli::Misuse>() { 2 } else { 1 })
        }
    }
}

/// What is said on standard error without `RUST_LOG`: our own crates say more when asked to, others their
/// warnings alone, since of each request and each read of a log they would say a page.
fn directives(verbose: u8) -> String {
    let level = ["warn", "info", "debug"].get(usize::from(verbose)).unwrap_or(&"trace");
    let own = ["sunlake", "dashboard", "analytics", "ingest", "datasets"].map(|name| format!("{name}={level}"));
    format!("warn,deltalake_core=off,{}", own.join(","))
}

/// The error and what caused it, without saying the same twice.
fn causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if !text.contains(&cause) {
            if !text.is_empty() {
                text.push_str(": ");
            }
            text.push_str(&cause);
        }
    }
    text
}
