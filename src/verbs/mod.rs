//! The verbs, and what they share.

use std::sync::Arc;

use analytics::{Engine, Principal, Session};
use anyhow::{Context, Result};
use datasets::clock::SystemClock;
use datasets::lake::{Lake, LakeUrl};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::{Cli, Global, Misuse, Verb};
use crate::config::Config;

mod calendar;
mod cards;
mod demo;
mod explain;
mod ingest;
mod lake;
mod metric;
mod query;
mod sample;
mod serve;

/// Does what was typed.
pub async fn run(cli: Cli) -> Result<()> {
    let shared = Shared { config: Config::load(cli.global.config.as_deref())?, global: cli.global };
    match cli.verb {
        Verb::Sample(args) => sample::run(&shared, &args),
        Verb::Ingest(args) => ingest::run(&shared, &args).await,
        Verb::Cards(args) => cards::run(&shared, &args).await,
        Verb::Metric(args) => metric::run(&shared, &args).await,
        Verb::Explain { case_no } => explain::run(&shared, &case_no).await,
        Verb::Query(args) => query::run(&shared, &args).await,
        Verb::Calendar(args) => calendar::run(&shared, &args),
        Verb::Lake { verb } => lake::run(&shared, &verb).await,
        Verb::Serve(args) => serve::run(&shared, &args).await,
        Verb::Demo(args) => demo::run(&shared, &args).await,
    }
}

/// What every verb is given.
pub struct Shared {
    pub global: Global,
    pub config: Config,
}

impl Shared {
    /// Where the lake is.
    pub fn lake_url(&self) -> Result<LakeUrl> {
        LakeUrl::parse(&self.global.lake).map_err(|error| Misuse(error.to_string()).into())
    }

    /// The lake, which must be there.
    pub async fn lake(&self) -> Result<Arc<Lake>> {
        Ok(Arc::new(Lake::open(&self.lake_url()?).await?))
    }

    /// A session on the lake as of `--as-of`.
    pub async fn session(&self) -> Result<Session> {
        let lake = self.lake().await?;
        let engine = Engine::open(lake, Arc::new(SystemClock::default())).await?;
        let as_of = self.as_of(engine.zone())?;
        Ok(engine.session(Principal::Operator, as_of).await?)
    }

    /// `--as-of`: an instant, a local time, or a date, which means the end of that day.
    pub fn as_of(&self, zone: &TimeZone) -> Result<Option<Timestamp>> {
        self.global.as_of.as_deref().map(|text| parse_as_of(text, zone)).transpose()
    }
}

/// Reads a time as people type it.
pub fn parse_as_of(text: &str, zone: &TimeZone) -> Result<Timestamp> {
    if let Ok(date) = text.parse::<jiff::civil::Date>()
        && text.len() == 10
    {
        let next = date.tomorrow().context("the date lies too far ahead")?;
        let midnight = zone.to_ambiguous_timestamp(next.to_datetime(jiff::civil::Time::midnight())).compatible()?;
        return Ok(midnight.checked_sub(jiff::SignedDuration::from_micros(1))?);
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let local = text.parse::<jiff::civil::DateTime>().map_err(|_| {
        Misuse(format!("--as-of {text:?} is no time; write 2018-05-16, 2018-05-16T09:00 or 2018-05-16T01:00:00Z"))
    })?;
    Ok(zone.to_ambiguous_timestamp(local).compatible()?)
}
