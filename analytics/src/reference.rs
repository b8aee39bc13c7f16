//! Rows that a city edits: merged by key, checked as rules, and what they would change.

use arrow::array::RecordBatch;
use datasets::contract::{CALENDAR_DAY, CALENDAR_YEAR, Contract, METRIC_PARAMETER};
use datasets::lake::Lake;
use datasets::reference::{calendar_check, edit, parameter};
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
    let held = held(lake, table).await?;
    plan_rules(lake, table, edit::merged(table, &held, rows)?, now).await
}

/// Puts rows into a reference table: a row of a key that is there takes its place. The next
/// derivation folds the open cases by it.
pub async fn put_reference(
    lake: &Lake,
    table: &'static Contract,
    rows: &RecordBatch,
    now: Timestamp,
) -> Result<Changes, AnalyticsError> {
    check(lake, table, rows).await?;
    let _lock = lake.lock("derive").await?;
    let merged = edit::merged(table, &held(lake, table).await?, rows)?;
    let changes = plan_rules(lake, table, merged.clone(), now).await?;
    lake.replace(table, &[merged], None).await?;
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

/// All rows of a reference table.
pub async fn held(lake: &Lake, table: &'static Contract) -> Result<Vec<RecordBatch>, AnalyticsError> {
    let fields: Vec<&str> = table.fields.iter().map(|field| field.name).collect();
    Ok(lake.snapshot().await?.table(table).read(&fields).await?)
}
