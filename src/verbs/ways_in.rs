//! How rows come in while the dashboard is served: watched folders and pushes. After each landing
//! states and cards are brought up to it.

use std::sync::Arc;
use std::time::Duration;

use analytics::{DeriveOptions, Engine};
use anyhow::Result;
use ingest::push::Push;
use ingest::watch::{Landing, Watch, watch};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::Shared;
use crate::config::push::Pushes;

/// Cards are worked out when nothing has landed for so long,
const QUIET: Duration = Duration::from_millis(500);
/// or after this, however much goes on landing.
const PATIENCE: Duration = Duration::from_secs(10);
/// After a run that failed.
const AGAIN: Duration = Duration::from_secs(10);

/// The open ways; closed with their owner.
pub struct WaysIn {
    pushes: Option<dashboard::Pushes>,
    tasks: Vec<JoinHandle<()>>,
}

impl WaysIn {
    /// Opens what the configuration names.
    pub async fn open(shared: &Shared, engine: &Engine, pushes: Option<Pushes>, watches: Vec<Watch>) -> Result<Self> {
        if pushes.is_none() && watches.is_empty() {
            return Ok(Self { pushes: None, tasks: Vec::new() });
        }
        let person = shared.person_key(engine.lake()).await?;
        let vault = Some(shared.vault()?);
        let (lake, clock, news) = (engine.lake().clone(), engine.clock().clone(), Arc::new(Notify::new()));
        let mut tasks = vec![tokio::spawn(keep_derived(engine.clone(), news.clone()))];
        let landing = Landing {
            lake: lake.clone(),
            clock: clock.clone(),
            person: person.clone(),
            vault: vault.clone(),
            news: news.clone(),
        };
        tasks.extend(watches.into_iter().map(|section| tokio::spawn(watch(section, landing.clone()))));
        let pushes = match pushes {
            None => None,
            Some(Pushes { options, tokens, mappings }) => {
                let push = Push::start(lake, mappings, clock, person, vault, options, news)?;
                Some(dashboard::Pushes { push, tokens: tokens.into() })
            }
        };
        Ok(Self { pushes, tasks })
    }

    /// What is pushed, for the server.
    pub fn pushes(&self) -> Option<dashboard::Pushes> {
        self.pushes.clone()
    }
}

impl Drop for WaysIn {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Derives after landings, not more than half of the time.
async fn keep_derived(engine: Engine, news: Arc<Notify>) {
    loop {
        news.notified().await;
        let quiet = async { while timeout(QUIET, news.notified()).await.is_ok() {} };
        // Whether it became quiet or not.
        let _ = timeout(PATIENCE, quiet).await;
        let begun = Instant::now();
        match analytics::derive(engine.lake(), DeriveOptions::at(engine.clock().now())).await {
            Ok(report) => {
                tracing::info!(cases = report.cases, cards = report.cards, "derived");
                sleep(begun.elapsed()).await;
            }
            Err(error) => {
                tracing::error!("states and cards are older than what has landed: {error}");
                sleep(AGAIN).await;
                news.notify_one();
            }
        }
    }
}
