//! What `serve` and `demo` look after by themselves: the checks, in the background, when states and cards
//! have changed. The page of data quality shows the latest run.

use std::sync::Arc;
use std::time::Duration;

use analytics::{AnalyticsError, CheckResult, CheckRun, Engine, Principal};
use dashboard::Checks;
use datasets::contract::CASE_STATE;
use queries::check::CHECKS;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// How often it is looked whether a derive has changed anything, whoever ran it.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// From the end of a run to the next at least,
const PAUSE: Duration = Duration::from_secs(300);
/// and so many times as long as the run took: in a large lake the pages come first.
const PAUSE_SHARE: u32 = 9;

/// Ends with its owner.
pub struct Checking {
    task: JoinHandle<()>,
    latest: Checks,
}

impl Checking {
    /// The latest run, for the dashboard.
    pub fn latest(&self) -> Checks {
        self.latest.clone()
    }
}

impl Drop for Checking {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Begins. The first run is not at once: a start has to be ready soon.
pub fn start(engine: Engine) -> Checking {
    let (told, latest) = watch::channel(None);
    Checking { task: tokio::spawn(keep_checked(engine, told)), latest }
}

async fn keep_checked(engine: Engine, told: watch::Sender<Option<Arc<CheckRun>>>) {
    let mut checked = None;
    loop {
        sleep(LOOK_EVERY).await;
        let begun = Instant::now();
        match look(&engine, checked).await {
            Ok(None) => {}
            Ok(Some((version, run))) => {
                checked = Some(version);
                told.send_replace(Some(Arc::new(run)));
                sleep(PAUSE.max(begun.elapsed() * PAUSE_SHARE)).await;
            }
            Err(error) => tracing::error!("the checks were not run: {error}"),
        }
    }
}

/// A run, with the version of the states that it was made for; none if that is the one `checked` already.
async fn look(engine: &Engine, checked: Option<u64>) -> Result<Option<(u64, CheckRun)>, AnalyticsError> {
    let version = engine.lake().table(&CASE_STATE).refresh().await?.version();
    if checked == Some(version) {
        return Ok(None);
    }
    // Newer rather than older than the version that was found: then it is looked again.
    let session = engine.session(&Principal::local(), None).await?;
    let run = analytics::run_checks(&session, CHECKS.iter()).await;
    for CheckResult { check, found } in &run.results {
        match found {
            Ok(rows) if rows.is_empty() => {}
            Ok(rows) => tracing::warn!("check {}: {} rows", check.id, rows.len()),
            Err(error) => tracing::error!("check {} could not be run: {error}", check.id),
        }
    }
    Ok(Some((version, run)))
}

#[cfg(test)]
mod tests {
    use analytics::DeriveOptions;
    use datasets::clock::{Clock, SystemClock};
    use datasets::lake::{Lake, LakeMeta, LakeUrl};

    use super::*;

    #[tokio::test]
    async fn states_are_checked_once_until_a_derive_changes_them() {
        let url = LakeUrl::parse("memory://checking").unwrap();
        let lake = Arc::new(Lake::open_or_create(&url, LakeMeta::default()).await.unwrap());
        let clock = Arc::new(SystemClock::default());
        let engine = Engine::open(lake.clone(), clock.clone()).await.unwrap();
        let (version, run) = look(&engine, None).await.unwrap().unwrap();
        assert_eq!(run.results.len(), CHECKS.len());
        for CheckResult { check, found } in &run.results {
            assert!(matches!(found, Ok(rows) if rows.is_empty()), "{}: {found:?}", check.id);
        }
        assert!(look(&engine, Some(version)).await.unwrap().is_none());
        let full = DeriveOptions { full: true, ..DeriveOptions::at(clock.now()) };
        analytics::derive(&lake, full).await.unwrap();
        let (newer, _) = look(&engine, Some(version)).await.unwrap().unwrap();
        assert!(newer > version, "{newer} after {version}");
    }
}
