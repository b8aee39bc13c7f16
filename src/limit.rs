//! A statement of the user's, within limits: some plan or run without end.

use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use analytics::{Param, Session};
use anyhow::{Result, bail};
use arrow::array::RecordBatch;
use tokio::runtime::Handle;

/// How often is looked whether there is an answer, and what memory is taken.
const LOOKS_A_SECOND: u32 = 4;

/// A statement that was given up. Its threads may still be at it: they end with the process.
#[derive(Debug, thiserror::Error)]
pub enum GivenUp {
    #[error(
        "no answer within {0} s, so the statement was given up; ask for less, or allow more with --timeout SECONDS"
    )]
    Time(u64),
    #[error("the statement took more than {0} MiB, half of this machine's memory, and was given up; ask for less")]
    Memory(u64),
}

/// Runs one SELECT and gathers its rows, for at most so many seconds.
pub fn query(session: Session, sql: String, params: Vec<(String, Param)>, seconds: u64) -> Result<Vec<RecordBatch>> {
    let (sender, answer) = sync_channel(1);
    let runtime = Handle::current();
    // On a thread of its own, since planning never yields: it could not be given up on this one.
    std::thread::Builder::new().name("statement".into()).stack_size(crate::STACK).spawn(move || {
        let params: Vec<(&str, Param)> = params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        let rows = runtime.block_on(session.query(&sql, &params));
        // Nobody takes it if the time ran out just now.
        drop(sender.send(rows));
    })?;
    let most = number("/proc/meminfo", "MemTotal:").map(|total| total / 2);
    for _ in 0..seconds.saturating_mul(LOOKS_A_SECOND.into()) {
        match answer.recv_timeout(Duration::from_secs(1) / LOOKS_A_SECOND) {
            Ok(rows) => return Ok(rows?),
            Err(RecvTimeoutError::Disconnected) => {
                bail!("the engine broke down over this statement, a defect of it; put the statement in another way")
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        let taken = number("/proc/self/status", "VmRSS:");
        if let Some((_, most)) = taken.zip(most).filter(|(taken, most)| taken > most) {
            bail!(GivenUp::Memory(most / 1024));
        }
    }
    Err(GivenUp::Time(seconds).into())
}

/// Files that this process may have open at a time; nothing if there is no such limit.
pub fn open_files() -> Option<u64> {
    number("/proc/self/limits", "Max open files")
}

/// A number that the kernel tells; nothing where it does not.
fn number(file: &str, key: &str) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    let value = text.lines().find_map(|line| line.strip_prefix(key))?;
    value.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_what_memory_there_is_and_what_is_taken() {
        let (total, taken) = (number("/proc/meminfo", "MemTotal:"), number("/proc/self/status", "VmRSS:"));
        assert!(taken > Some(0) && taken < total, "{taken:?} of {total:?}");
        assert_eq!(number("/proc/meminfo", "NoSuchKey:"), None);
        assert!(open_files().is_none_or(|files| files > 0));
    }
}
