//! Rows that a city edits: merged by key, checked as rules, and what they would change.

use arrow::array::{Array, RecordBatch};
use datasets::contract::{CALENDAR_DAY, Contract, SERVICE_ITEM};
use datasets::lake::Lake;
use datasets::reference::{edit, flow_steps, limits_fit};
use jiff::Timestamp;

use crate::AnalyticsError;
use crate::cells::{Int, Text, columns};
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
    check(table, rows)?;
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
    check(table, rows)?;
    let _lock = lake.lock("derive").await?;
    let merged = edit::merged(table, &held(lake, table).await?, rows)?;
    let changes = plan_rules(lake, table, merged.clone(), now).await?;
    lake.replace(table, &[merged], None).await?;
    Ok(changes)
}

/// What is asked of rows beyond being rules. A day of the calendar takes no other's place: it is
/// known from its notice on, and what was known before stays. The limits of an item's steps fit
/// into its promise, and that into the statute.
fn check(table: &'static Contract, rows: &RecordBatch) -> Result<(), AnalyticsError> {
    let wrong = |reason: String| AnalyticsError::Rule { table: table.table, reason };
    if table.table == CALENDAR_DAY.table
        && rows.column_by_name("known_from").is_some_and(|notices| notices.null_count() > 0)
    {
        return Err(wrong("known_from, the date of the notice, is needed on every row".into()));
    }
    if table.table == SERVICE_ITEM.table {
        let items = ItemColumns::of(rows);
        for at in 0..rows.num_rows() {
            let promised = items.promised_limit.get(at).map(|n| (n, items.promised_unit.get(at).unwrap_or("WD")));
            let statutory = items.statutory_limit.get(at).map(|n| (n, items.statutory_unit.get(at).unwrap_or("WD")));
            let text = items.flow_steps.get(at).unwrap_or_default();
            let steps =
                flow_steps(text).ok_or_else(|| wrong(format!("flow_steps {text:?} are not like V|name:1;T|name:6")))?;
            limits_fit(promised, statutory, &steps)
                .map_err(|reason| wrong(format!("{}: {reason}", items.item_id.get(at).unwrap_or_default())))?;
        }
    }
    Ok(())
}

columns! {
    ItemColumns {
        item_id: Text,
        promised_limit: Int,
        promised_unit: Text,
        statutory_limit: Int,
        statutory_unit: Text,
        flow_steps: Text,
    }
}

/// All rows of a reference table.
pub async fn held(lake: &Lake, table: &'static Contract) -> Result<Vec<RecordBatch>, AnalyticsError> {
    let fields: Vec<&str> = table.fields.iter().map(|field| field.name).collect();
    Ok(lake.snapshot().await?.table(table).read(&fields).await?)
}
