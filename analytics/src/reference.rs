//! Rows that a city edits: merged by key, checked as rules, and what they would change.

use arrow::array::RecordBatch;
use datasets::contract::{CALENDAR_DAY, CALENDAR_YEAR, Contract, METRIC_PARAMETER};
use datasets::lake::Lake;
use datasets::reference::{calendar_check, edit, parameter, remember};
use jiff::Timestamp;

use crate::AnalyticsError;
use crate::derive::{Changes, plan_rules};

/// What rows of a reference table would change of the open cases. Nothing is written.
///
/// # Errors
///
/// [`AnalyticsError::Rule`] if the rows make no sense as rules.
pub async fn plan_reference(
    lake: &Lake,
    table: &'static Contract,
    rows: &RecordBatch,
    now: Timestamp,
) -> Result<Changes, AnalyticsError> {
    check(lake, table, rows).await?;
    let rows = with(table, &all(lake, table).await?, rows, now)?;
    plan_rules(lake, table, rows, now).await
}

/// Puts rows into a reference table: a row of a key that is there takes its place; a rule that is replaced
/// stays with the time for which it stood. The next derivation folds the open cases by it.
pub async fn put_reference(
    lake: &Lake,
    table: &'static Contract,
    rows: &RecordBatch,
    now: Timestamp,
) -> Result<Changes, AnalyticsError> {
    check(lake, table, rows).await?;
    let _lock = lake.lock("derive").await?;
    let rows = with(table, &all(lake, table).await?, rows, now)?;
    let changes = plan_rules(lake, table, rows.clone(), now).await?;
    lake.replace(table, &[rows], None).await?;
    Ok(changes)
}

/// A parameter is one that a metric can read, and rows of the calendar say what a calendar can. Whatever else is
/// asked of rows is asked where the rules are read.
async fn check(lake: &Lake, table: &'static Contract, rows: &RecordBatch) -> Result<(), AnalyticsError> {
    let wrong = |reason| AnalyticsError::Rule { table: table.table, reason };
    if table.table == METRIC_PARAMETER.table {
        return parameter::check(rows).map_err(wrong);
    }
    let days = if table.table == CALENDAR_YEAR.table { held(lake, &CALENDAR_DAY).await? } else { Vec::new() };
    calendar_check::check(table, &held(lake, table).await?, &days, rows).map_err(wrong)
}

/// All rows that a reference table has with these in it.
fn with(
    table: &'static Contract,
    all: &[RecordBatch],
    rows: &RecordBatch,
    now: Timestamp,
) -> Result<RecordBatch, AnalyticsError> {
    let wrong = || AnalyticsError::arrow(table.table);
    let held = remember::standing(table, all).map_err(wrong())?;
    remember::remember(table, all, &edit::merged(table, &held, rows)?, now).map_err(wrong())
}

/// The rows of a reference table that stand.
pub async fn held(lake: &Lake, table: &'static Contract) -> Result<Vec<RecordBatch>, AnalyticsError> {
    remember::standing(table, &all(lake, table).await?).map_err(AnalyticsError::arrow(table.table))
}

async fn all(lake: &Lake, table: &'static Contract) -> Result<Vec<RecordBatch>, AnalyticsError> {
    let fields: Vec<&str> = table.fields.iter().map(|field| field.name).collect();
    Ok(lake.snapshot().await?.table(table).read(&fields).await?)
}
