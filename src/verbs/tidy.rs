//! What `serve` does by itself, and `ingest` and `pull --once` at their end, quietly: merging the small files that
//! landings leave.

use std::sync::Arc;
use std::time::Duration;

use datasets::clock::{Clock, SystemClock};
use datasets::lake::{CompactOptions, Lake};
use jiff::SignedDuration;

use crate::config::Compact;

/// A table with more small files than this is merged by who lands without a server.
const MANY: usize = 200;

/// Ends with its owner.
pub struct Tidying(tokio::task::JoinHandle<()>);

impl Drop for Tidying {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Begins, unless the configuration says never.
pub fn start(lake: Arc<Lake>, config: &Compact) -> Option<Tidying> {
    if config.every_seconds == 0 {
        return None;
    }
    let config = config.clone();
    Some(Tidying(tokio::spawn(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(config.every_seconds)).await;
            tidy(&lake, &config).await;
        }
    })))
}

/// After a landing: a lake that no server keeps would have a file more with each, and be slow to open.
pub async fn after_landing(lake: &Lake) {
    tidy(lake, &Compact { small_files: MANY, ..Compact::default() }).await;
}

async fn tidy(lake: &Lake, config: &Compact) {
    let now = SystemClock::default().now();
    let settled = SignedDuration::from_secs(i64::try_from(config.settled_seconds).unwrap_or(i64::MAX));
    let settled_before = now.saturating_sub(settled).unwrap_or(now);
    let least_files = config.small_files.saturating_add(1);
    let options = CompactOptions { least_files, settled_before, ..CompactOptions::at(now) };
    let tables: Vec<_> = lake.compactable().collect();
    for table in tables {
        match lake.compact(table, &options).await {
            Ok(report) if report.files_before > 0 => {
                tracing::info!("{}: small files {}, now {}", report.table, report.files_before, report.files_after);
            }
            Ok(_) => {}
            Err(error) => tracing::warn!("small files of {} stay for now: {error}", table.table),
        }
    }
}
