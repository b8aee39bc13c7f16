use std::sync::Arc;
use std::time::Duration;

use analytics::DeriveOptions;
use anyhow::{Result, bail};
use datasets::clock::{Clock, SystemClock};
use datasets::lake::{Lake, LakeError, LakeMeta};
use ingest::{PersonKey, Progress, PullOptions, PullReport, Vault};
use tokio::task::JoinSet;

use super::{Shared, derive_landed, tidy};
use crate::cli::{Misuse, PullArgs};
use crate::config::Pulling;
use crate::output::{counted, say};
use crate::progress::RowBar;

/// The longest wait after a failure, unless the section itself waits longer.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

pub async fn run(shared: &Shared, args: &PullArgs) -> Result<()> {
    let pulling = shared.config.pulling(&args.name)?;
    let url = shared.lake_url()?;
    let json = shared.global.json;
    if args.dry_run {
        let lake = match Lake::open(&url).await {
            Ok(lake) => Some(lake),
            Err(LakeError::NoLake(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let person = PersonKey::from_bytes(b"a dry run hashes nothing that stays");
        let job = Job { lake: lake.map(Arc::new), pulling, person, clock: Arc::default(), dry_run: true, vault: None };
        return print(&job.watched(json).await?, json);
    }
    if url.is_volatile() {
        bail!(Misuse(format!(
            "{url}: a lake in memory ends with this command, and what has landed with it; name a folder with --lake, or \
             add --dry-run"
        )));
    }
    let lake = Arc::new(Lake::open_or_create(&url, LakeMeta::default()).await?);
    let person = shared.person_key(&lake).await?;
    let vault = Some(shared.vault()?);
    let job = Job { lake: Some(lake), pulling, person, clock: Arc::default(), dry_run: false, vault };
    if args.once {
        return print(&job.watched(json).await?, json);
    }
    job.keep_on(|report| print(report, json)).await
}

/// Begins to pull every section, each in a task of its own; they end when the answer is dropped.
pub async fn start(shared: &Shared, lake: &Arc<Lake>, pullings: Vec<Pulling>) -> Result<JoinSet<()>> {
    let mut tasks = JoinSet::new();
    if pullings.is_empty() {
        return Ok(tasks);
    }
    let person = shared.person_key(lake).await?;
    let vault = shared.vault()?;
    for pulling in pullings {
        let (lake, person, vault) = (Some(lake.clone()), person.clone(), Some(vault.clone()));
        let job = Job { lake, pulling, person, clock: Arc::default(), dry_run: false, vault };
        tasks.spawn(async move {
            let told = job.keep_on(|report| {
                tracing::info!("pull {}: rows landed {}, known {}", report.pull, report.landed, report.known);
                Ok(())
            });
            if let Err(error) = told.await {
                tracing::error!("pull {}: {error:#}", job.pulling.pull.name);
            }
        });
    }
    Ok(tasks)
}

struct Job {
    lake: Option<Arc<Lake>>,
    pulling: Pulling,
    person: PersonKey,
    clock: Arc<SystemClock>,
    dry_run: bool,
    vault: Option<Arc<Vault>>,
}

impl Job {
    /// Asks once, and lands what has come.
    async fn once(&self, progress: Option<Arc<dyn Progress>>) -> Result<PullReport> {
        let (clock, person) = (self.clock.clone(), self.person.clone());
        let vault = self.vault.clone();
        let options = PullOptions { dry_run: self.dry_run, clock, person, progress, vault };
        let Pulling { pull, mapping, .. } = &self.pulling;
        Ok(ingest::pull(self.lake.as_deref(), pull, mapping, &options).await?)
    }

    /// The same behind a bar, and works out the cards.
    async fn watched(&self, json: bool) -> Result<PullReport> {
        let bar = RowBar::shared(&self.pulling.pull.name, json);
        let report = self.once(Some(bar.clone())).await;
        bar.finish();
        if let Some(lake) = self.fed(&report) {
            derive_landed(lake, self.clock.now(), json).await?;
            tidy::after_landing(lake).await;
        }
        report
    }

    /// Pulls again and again. A failure is told once, until it is another one or none; the wait
    /// grows with their number. Ends only when `heard` fails.
    async fn keep_on(&self, mut heard: impl FnMut(&PullReport) -> Result<()> + Send) -> Result<()> {
        let (name, every) = (&self.pulling.pull.name, self.pulling.every);
        let mut failures = 0;
        let mut told = String::new();
        loop {
            match self.once_and_derive().await {
                Ok(report) => {
                    if failures > 0 {
                        tracing::warn!("pull {name} works again");
                    }
                    (failures, told) = (0, String::new());
                    heard(&report)?;
                }
                Err(error) => {
                    failures += 1;
                    let text = format!("{error:#}");
                    if text != told {
                        tracing::error!("{text}; it is tried again, at first after {} s", every.as_secs());
                        told = text;
                    }
                }
            }
            tokio::time::sleep(wait(every, failures)).await;
        }
    }

    async fn once_and_derive(&self) -> Result<PullReport> {
        let report = self.once(None).await;
        if let Some(lake) = self.fed(&report) {
            analytics::derive(lake, DeriveOptions::at(self.clock.now())).await?;
        }
        report
    }

    /// The lake, if something may have landed: also pages before a failure.
    fn fed(&self, report: &Result<PullReport>) -> Option<&Lake> {
        let is_fed = !report.as_ref().is_ok_and(|report| report.batches.is_empty());
        self.lake.as_deref().filter(|_| is_fed && !self.dry_run)
    }
}

/// From the end of one pull to the begin of the next.
fn wait(every: Duration, failures: u32) -> Duration {
    let longest = LONGEST_WAIT.max(every);
    every.saturating_mul(1 << failures.saturating_sub(1).min(10)).min(longest)
}

/// One receipt: a line of JSON, or a few lines for people.
fn print(report: &PullReport, json: bool) -> Result<()> {
    if json {
        say!("{}", serde_json::to_string(report)?);
        return Ok(());
    }
    say!(
        "pull {}: {} ({} in {}; rows {} = landed {} + quarantined {} + known {})",
        report.pull,
        report.outcome,
        counted(report.records, "record", "records"),
        counted(report.pages, "page", "pages"),
        report.rows_in,
        report.landed,
        report.quarantined,
        report.known
    );
    if let Some(cursor) = &report.cursor {
        say!("  up to {cursor}, as of {}", report.extract_time);
    }
    if let Some(new) = &report.new_columns {
        say!("  {new}");
    }
    for refusal in &report.refusals {
        let field = refusal.field.as_deref().unwrap_or("record");
        say!("  row {}, {field}: {} - {}", refusal.line, refusal.rule, refusal.reason);
    }
    if report.quarantined > report.refusals.len() as u64 {
        say!(
            "  … more in quarantine: sunlake query \"select * from quarantine where file_name = 'pull {}'\"",
            report.pull
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_with_failures_up_to_a_bound() {
        let minute = Duration::from_secs(60);
        let waits: Vec<u64> = (0..7).map(|failures| wait(minute, failures).as_secs()).collect();
        assert_eq!(waits, [60, 60, 120, 240, 480, 600, 600]);
        assert_eq!(wait(Duration::from_secs(3600), 9), Duration::from_secs(3600), "never below the section's own");
    }
}
