use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use analytics::{DeriveOptions, Engine, Principal};
use anyhow::{Context, Result, bail};
use dashboard::TlsAcceptor;
use dashboard::accounts::Accounts;
use datasets::audit::AuditLog;
use datasets::clock::{Clock, SimulatedClock, SystemClock};
use datasets::lake::{Lake, LakeMeta};
use ingest::{Mapping, Vault};
use jiff::Timestamp;
use serde::Deserialize;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::ways_in::{Named, WaysIn};
use super::wire::{Doors, Ready};
use super::{Shared, pull};
use crate::cli::{Misuse, ServeArgs};
use crate::output::say;

/// How often the vault is swept, real time.
const SWEEP_EVERY: Duration = Duration::from_secs(3600);
/// Name that the generator's records carry as their source.
pub const SAMPLE_SYSTEMS: [&str; 2] = ["nongshi-sample", "yangguang-sample"];

pub async fn run(shared: &Shared, args: &ServeArgs) -> Result<()> {
    let pullings = shared.config.pullings()?;
    let access = shared.config.access(args.listen)?;
    let (pushes, watches, limits) = (shared.config.pushes()?, shared.config.watches()?, shared.config.limits()?);
    let accounts = shared.accounts()?;
    if access.is_none() && accounts.list()?.iter().any(|account| !account.is_disabled) {
        tracing::warn!("there are accounts, but nobody has to sign in: set enabled = true in [accounts]");
    }
    let doors = Doors {
        accounts: access.is_some().then(|| accounts.clone()),
        tls: access.as_ref().and_then(|access| access.tls.clone()),
        audit: Some(AuditLog::at(shared.config.audit_file())),
    };
    let wire = super::wire::open(shared.config.wire()?, doors).await?;
    if args.simulate.is_some() && !pullings.is_empty() {
        bail!(Misuse(
            "[[pull]] sections bring real records, --simulate shows made-up ones; leave out one of them".into()
        ));
    }
    let lake = if pushes.is_some() || !watches.is_empty() {
        // What comes in makes the lake, as `sunlake ingest` does.
        Arc::new(Lake::open_or_create(&shared.lake_url()?, LakeMeta::default()).await?)
    } else {
        shared.lake().await?
    };
    analytics::derive(&lake, DeriveOptions::at(SystemClock::default().now())).await?;
    let pulled: Vec<Mapping> = pullings.iter().map(|pulling| pulling.mapping.clone()).collect();
    let _pulls = pull::start(shared, &lake, pullings).await?;
    let vault = vault(shared);
    let sweeping = vault.clone().map(|vault| tokio::spawn(sweep(vault)));
    let engine = Engine::open(lake, Arc::new(SystemClock::default())).await?;
    let engine = match args.simulate {
        None => engine,
        Some(speed) => simulated(&engine, speed).await?,
    };
    let _tidying = super::tidy::start(engine.lake().clone(), &shared.config.compact);
    let ways_in = WaysIn::open(shared, &engine, Named { vault, pulled, pushes, watches }).await?;
    let (door, tls) = access.map_or((None, None), |access| (Some(Arc::new(access.door)), access.tls));
    let options = dashboard::Options {
        door,
        oidc: shared.config.oidc()?.map(Arc::new),
        audit: Some(AuditLog::at(shared.config.audit_file())),
        told: shared.config.told().into(),
        ..ways_in.options()
    };
    let served = serve(engine, (args.listen, tls), accounts, options, limits, wire).await;
    if let Some(sweeping) = sweeping {
        sweeping.abort();
    }
    served
}

/// The vault, if it can be opened; the dashboard does without.
fn vault(shared: &Shared) -> Option<Arc<Vault>> {
    match shared.vault() {
        Ok(vault) => Some(vault),
        Err(error) => {
            tracing::warn!("nothing expires in the vault, and no refused row can be corrected here: {error:#}");
            None
        }
    }
}

/// Removes what has expired in the vault, now and again.
async fn sweep(vault: Arc<Vault>) {
    loop {
        super::ingest::swept(vault.clone(), SystemClock::default().now()).await;
        tokio::time::sleep(SWEEP_EVERY).await;
    }
}

/// The same lake on a simulated clock; refused unless `sample` made all of it.
pub async fn simulated(engine: &Engine, speed: f64) -> Result<Engine> {
    let sources = sources(engine).await?;
    if sources.is_empty() || sources.iter().any(|source| !SAMPLE_SYSTEMS.contains(&source.source_system.as_str())) {
        bail!("the simulated clock is for demonstrations: this lake holds records that `sunlake sample` did not make");
    }
    let present =
        sources.iter().filter_map(|source| source.watermark).max().context("the sample has no extract time")?;
    let clock: Arc<dyn Clock> = Arc::new(SimulatedClock::new(present, speed));
    Ok(Engine::open(engine.lake().clone(), clock).await?)
}

#[derive(Deserialize)]
pub struct Source {
    pub source_system: String,
    pub watermark: Option<Timestamp>,
}

/// Every source of the lake, whenever it was landed.
pub async fn sources(engine: &Engine) -> Result<Vec<Source>> {
    let session = engine.session(&Principal::operator(), None).await?;
    Ok(session.rows(queries::SOURCE_LIST, &[]).await?)
}

/// Serves until it is told to stop; what is being answered is answered first, unless it is told twice.
/// Without a door on loopback alone: whoever gets here may read the text of refused rows and correct them.
pub async fn serve(
    engine: Engine,
    (listen, tls): (SocketAddr, Option<TlsAcceptor>),
    accounts: Accounts,
    options: dashboard::Options,
    limits: dashboard::Limits,
    wire: Option<Ready>,
) -> Result<()> {
    if options.door.is_none() && !listen.ip().is_loopback() {
        bail!(Misuse(format!(
            "{listen} is not a loopback address; without accounts the dashboard answers this machine alone"
        )));
    }
    let demo_banner = engine.clock().is_simulated();
    let checking = super::checking::start(engine.clone());
    let checks = Some(checking.latest());
    let scheme = if tls.is_some() { "https" } else { "http" };
    let asked = engine.clone();
    let router = dashboard::router(engine, accounts, dashboard::Options { demo_banner, checks, ..options });
    let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| format!("cannot listen on {listen}"))?;
    let (stop, wire_stop) = (stopped(), stopped());
    say!("{scheme}://{}", listener.local_addr()?);
    let wire = wire.map(|wire| wire.start(asked, wire_stop)).transpose()?;
    // What is told the second time is listened to after the first.
    dashboard::serve(listener, router, limits, tls, stop, async { stopped().await }).await;
    if let Some(wire) = wire {
        wire.await?;
    }
    Ok(())
}

/// Ends when the process is told to stop: from this call on, and not only once it is waited for, so that whoever has
/// read the address may tell it.
fn stopped() -> impl Future<Output = ()> + Send + 'static {
    let (terminate, interrupt) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()));
    async move {
        tokio::select! {
            () = told(terminate) => {}
            () = told(interrupt) => {}
        }
    }
}

async fn told(listened: std::io::Result<Signal>) {
    match listened {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::warn!(%error, "cannot be told to stop by a signal");
            std::future::pending::<()>().await;
        }
    }
}
