//! The demonstration: a lake of made-up cases on a simulated clock, into which the made-up
//! platforms go on reporting, so that cards appear while one looks on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use analytics::{DeriveOptions, Engine};
use anyhow::{Context, Result};
use dashboard::accounts::Accounts;
use datasets::clock::{Clock, SystemClock};
use datasets::lake::{Lake, LakeError, LakeMeta, LakeUrl};
use ingest::{IngestOptions, Input, Mapping, PersonKey};
use jiff::civil::DateTime;
use jiff::{Timestamp, ToSpan};

use super::Shared;
use super::ingest::land_bytes;
use super::serve::{serve, simulated, sources};
use super::wire::Doors;
use crate::cli::{DemoArgs, Misuse};
use crate::output::counted;
use crate::progress;
use crate::sample::others::{self, OtherRow};
use crate::sample::{FeedItem, Sample, SampleConfig, feed, feed_csv, write_files};

/// How often the platforms report, real time.
const REPORT_EVERY: Duration = Duration::from_secs(3);
/// How far ahead the platforms' records are made.
const HORIZON_DAYS: i32 = 120;

pub async fn run(shared: &Shared, args: &DemoArgs) -> Result<()> {
    // The demonstration has a place of its own unless one is named.
    let place = if shared.global.lake == "lake" { "lake-demo" } else { &shared.global.lake };
    let limits = shared.config.limits()?;
    let wire = super::wire::open(shared.config.wire()?, Doors::default()).await?;
    let url = LakeUrl::parse(place).map_err(|error| Misuse(error.to_string()))?;
    let lake = match Lake::open(&url).await {
        Ok(lake) => lake,
        Err(LakeError::NoLake(_)) => make(shared, &url, args.scale).await?,
        Err(error) => return Err(error.into()),
    };
    let person = shared.person_key(&lake).await?;
    let config = config_of(&lake)?;
    analytics::derive(&lake, DeriveOptions::at(SystemClock::default().now())).await?;
    let lake = Arc::new(lake);
    let engine = Engine::open(lake.clone(), Arc::new(SystemClock::default())).await?;
    let engine = simulated(&engine, args.speed).await?;
    let since = sources(&engine).await?.into_iter().filter_map(|source| source.watermark).max();
    let platforms = Platforms {
        lake,
        clock: engine.clock().clone(),
        zone: engine.zone().clone(),
        person,
        folder: Folder::new()?,
        since: since.unwrap_or(Timestamp::MIN),
    };
    let _tidying = super::tidy::start(engine.lake().clone(), &shared.config.compact);
    // Nobody has an account of a demonstration; queries that people save are gone with it.
    let accounts = Accounts::in_memory(Arc::new(SystemClock::default()))?;
    let reporting = tokio::spawn(platforms.report(config));
    let served = serve(engine, (args.listen, None), accounts, dashboard::Options::default(), limits, wire).await;
    reporting.abort();
    served
}

/// Makes the lake; what was made of an earlier try that was broken off is landed once all the same.
async fn make(shared: &Shared, url: &LakeUrl, scale: f64) -> Result<Lake> {
    eprintln!("making a demonstration lake in {url}");
    let config = SampleConfig { scale, ..SampleConfig::default() };
    let sample = Sample::new(config.clone())?;
    let folder = Folder::new()?;
    let bar = progress::Bar::counting(sample.estimated_cases(), "sample", "cases", false);
    let written = write_files(&sample, &folder.0, &mut |cases| bar.at(cases))?;
    bar.finish();
    let kept = serde_json::json!({ "scale": config.scale, "seed": config.seed, "years": config.years, "present": config.present.to_string() });
    let lake = Lake::open_or_create(url, LakeMeta { sample: Some(kept.to_string()), ..LakeMeta::default() }).await?;
    let person = shared.person_key(&lake).await?;
    let now = SystemClock::default().now();
    let files = [("workflow_case", &written.case_file), ("workflow_event", &written.event_file)];
    let others = written.others.iter().map(|other| (other.table, &other.file));
    for (mapping, file) in files.into_iter().chain(others) {
        let bar = progress::ReadBar::shared(mapping, false);
        let options =
            IngestOptions { dry_run: false, now, person: person.clone(), progress: Some(bar.clone()), vault: None };
        ingest::ingest(Some(&lake), &Mapping::find(mapping)?, &Input::file(file), &options).await?;
        bar.finish();
    }
    let (cases, events) = (counted(written.cases, "case", "cases"), counted(written.events, "event", "events"));
    eprintln!("{cases}, {events} landed; working out cards");
    progress::derive(&lake, DeriveOptions::at(now), false).await?;
    Ok(lake)
}

fn config_of(lake: &Lake) -> Result<SampleConfig> {
    let missing = || format!("{} is no demonstration lake; name another place with --lake", lake.url());
    let text = lake.meta().sample.as_ref().with_context(missing)?;
    let kept: serde_json::Value = serde_json::from_str(text).with_context(missing)?;
    let present: DateTime = kept["present"].as_str().with_context(missing)?.parse()?;
    Ok(SampleConfig {
        villages: None,
        years: u32::try_from(kept["years"].as_u64().with_context(missing)?)?,
        scale: kept["scale"].as_f64().with_context(missing)?,
        seed: kept["seed"].as_u64().with_context(missing)?,
        present,
    })
}

struct Platforms {
    lake: Arc<Lake>,
    clock: Arc<dyn Clock>,
    zone: jiff::tz::TimeZone,
    person: PersonKey,
    folder: Folder,
    since: Timestamp,
}

impl Platforms {
    /// Reports what is recorded as the simulated time goes by, until the records run out.
    async fn report(mut self, config: SampleConfig) {
        let start = self.zone.to_datetime(self.clock.now());
        let until = start.checked_add(HORIZON_DAYS.days()).unwrap_or(start);
        let made = tokio::task::spawn_blocking(move || {
            let sample = Sample::new(config)?;
            Ok::<_, anyhow::Error>((feed(&sample, until), others::feed(&sample, until)))
        });
        let (items, others) = match made.await {
            Ok(Ok(items)) => items,
            Ok(Err(error)) => return tracing::error!("the demonstration gets no news: {error:#}"),
            Err(error) => return tracing::error!("the demonstration gets no news: {error}"),
        };
        loop {
            tokio::time::sleep(REPORT_EVERY).await;
            if let Err(error) = self.report_once(&items, &others).await {
                tracing::error!("a report of the demonstration did not land: {error:#}");
            }
        }
    }

    async fn report_once(&mut self, items: &[FeedItem], others: &[OtherRow]) -> Result<()> {
        let now = self.clock.now();
        let (from, to) = (self.zone.to_datetime(self.since), self.zone.to_datetime(now));
        let begin = items.partition_point(|item| item.recorded_at <= from);
        let end = items.partition_point(|item| item.recorded_at <= to);
        let (cases, events) = feed_csv(&items[begin..end])?;
        let recorded = |at: DateTime| others.partition_point(|row| row.recorded() <= at);
        let beside = others::feed_csv(&others[recorded(from)..recorded(to)])?;
        let options = super::ingest::quiet(&self.clock, &self.person);
        let stamp = to.strftime("%Y%m%dT%H%M%S");
        for (mapping, bytes) in [("workflow_case", cases), ("workflow_event", events)].into_iter().chain(beside) {
            let name = format!("{mapping}_{stamp}.csv");
            land_bytes(&self.lake, &Mapping::find(mapping)?, &self.folder.0, &name, &bytes, &options).await?;
        }
        analytics::derive(&self.lake, DeriveOptions::at(now)).await?;
        self.since = now;
        Ok(())
    }
}

/// A temporary folder, gone with its owner.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self> {
        let path = std::env::temp_dir().join(format!(
            "sunlake-demo-{}-{}",
            std::process::id(),
            SystemClock::default().now().as_microsecond()
        ));
        std::fs::create_dir_all(&path).with_context(|| path.display().to_string())?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::warn!(folder = %self.0.display(), %error, "a temporary folder stays behind");
        }
    }
}
