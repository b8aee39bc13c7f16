//! Running the checks of what is in the lake.

use jiff::Timestamp;
use queries::check::Check;
use serde::{Deserialize, Serialize};

use crate::{AnalyticsError, Session};

/// One run of checks.
#[derive(Debug)]
pub struct CheckRun {
    /// As of when the lake was seen.
    pub as_of: Timestamp,
    /// Name and version of each table that it stands on.
    pub versions: Vec<(&'static str, u64)>,
    /// In the order in which they were asked for.
    pub results: Vec<CheckResult>,
}

/// What became of one check.
#[derive(Debug)]
pub struct CheckResult {
    pub check: &'static Check,
    /// What is wrong, in order, at most [`queries::check::MOST_ROWS`]; or why it could not be looked for.
    pub found: Result<Vec<CheckRow>, AnalyticsError>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRow {
    /// What it is about: a case, a batch, a village and day.
    pub key: String,
    /// What is wrong with it.
    pub detail: String,
}

/// Runs checks one after the other, so that they take memory and cores once. One that cannot be run
/// does not hold up the others.
pub async fn run_checks(session: &Session, checks: impl IntoIterator<Item = &'static Check>) -> CheckRun {
    run_checks_watched(session, checks.into_iter().collect(), &|_, _| ()).await
}

/// The same; `watch` hears after each how many are done of how many.
pub async fn run_checks_watched(
    session: &Session,
    checks: Vec<&'static Check>,
    watch: &(dyn Fn(u64, u64) + Send + Sync),
) -> CheckRun {
    let mut results = Vec::new();
    let of = checks.len() as u64;
    for check in checks {
        results.push(CheckResult { check, found: rows(session, check).await });
        watch(results.len() as u64, of);
    }
    CheckRun { as_of: session.as_of(), versions: session.versions().to_vec(), results }
}

async fn rows(session: &Session, check: &Check) -> Result<Vec<CheckRow>, AnalyticsError> {
    session.rows(&check.sql()?, &[]).await
}
