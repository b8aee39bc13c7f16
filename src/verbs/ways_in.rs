//! How rows come in while the dashboard is served: watched folders, pushes, and refused rows that
//! are corrected. After each landing states and cards are brought up to it.

use std::sync::Arc;
use std::time::Duration;

use analytics::{DeriveOptions, Engine};
use anyhow::Result;
use dashboard::Corrections;
use ingest::push::Push;
use ingest::watch::{Landing, Watch, watch};
use ingest::{Mapping, Vault};
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

/// What may come in.
pub struct Named {
    /// For corrections of refused rows, if it can be opened.
    pub vault: Option<Arc<Vault>>,
    /// Mappings of the pulls.
    pub pulled: Vec<Mapping>,
    pub pushes: Option<Pushes>,
    pub watches: Vec<Watch>,
}

/// The open ways; closed with their owner.
pub struct WaysIn {
    pushes: Option<dashboard::Pushes>,
    corrections: Option<Corrections>,
    tasks: Vec<JoinHandle<()>>,
}

impl WaysIn {
    /// Opens what the configuration names.
    pub async fn open(shared: &Shared, engine: &Engine, named: Named) -> Result<Self> {
        let news = Arc::new(Notify::new());
        let corrections = corrections(shared, engine, &named, &news).await;
        let Named { pushes, watches, .. } = named;
        let mut tasks = vec![tokio::spawn(keep_derived(engine.clone(), news.clone()))];
        if pushes.is_none() && watches.is_empty() {
            return Ok(Self { pushes: None, corrections, tasks });
        }
        let person = shared.person_key(engine.lake()).await?;
        let vault = Some(shared.vault()?);
        let (lake, clock) = (engine.lake().clone(), engine.clock().clone());
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
        Ok(Self { pushes, corrections, tasks })
    }

    /// What the server is given.
    pub fn options(&self) -> dashboard::Options {
        let (pushes, corrections) = (self.pushes.clone(), self.corrections.clone());
        dashboard::Options { pushes, corrections, ..dashboard::Options::default() }
    }
}

/// What refused rows are corrected with; none without the vault or the key for personal identifiers,
/// since a dashboard can do without.
async fn corrections(shared: &Shared, engine: &Engine, named: &Named, news: &Arc<Notify>) -> Option<Corrections> {
    let vault = named.vault.clone()?;
    let person = match shared.person_key(engine.lake()).await {
        Ok(person) => person,
        Err(error) => {
            tracing::warn!("no refused row can be corrected here: {error:#}");
            return None;
        }
    };
    let watched = named.watches.iter().map(|watch| &watch.mapping);
    let pushed = named.pushes.iter().flat_map(|pushes| &pushes.mappings);
    let mappings: Vec<Mapping> = named.pulled.iter().chain(watched).chain(pushed).cloned().collect();
    Some(Corrections { vault, person, mappings: mappings.into(), news: news.clone() })
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
