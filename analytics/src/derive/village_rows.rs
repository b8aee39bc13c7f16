//! Rows of `village_day`: changes, which the view sums.

use std::collections::HashMap;

use arrow::array::{ArrayRef, RecordBatch};
use datasets::contract::VILLAGE_DAY;
use datasets::lake::{Lake, Once};

use super::columns::Columns;
use super::{DayChanges, RUN, add, hot};
use crate::{AnalyticsError, Rules};

/// The changes that are any.
pub(super) fn rows(changes: &DayChanges, part: &str, run: i64) -> Result<RecordBatch, AnalyticsError> {
    let changed: Vec<_> = changes.iter().filter(|(_, sums)| sums.iter().any(|sum| *sum != 0)).collect();
    let of = Columns { rows: &changed };
    let mut columns: Vec<ArrayRef> = vec![
        of.same(part),
        of.int(|_| Some(run)),
        of.text(|((village, _), _)| village.as_deref()),
        of.date(|((_, day), _)| Some(*day)),
    ];
    for measure in 0..6 {
        columns.push(of.int(move |(_, sums)| Some(sums[measure])));
    }
    RecordBatch::try_new(VILLAGE_DAY.schema(), columns).map_err(AnalyticsError::arrow("village_day"))
}

/// Makes the whole table again from `case_state`.
pub(super) async fn rebuild(lake: &Lake, rules: &Rules, run: i64) -> Result<(), AnalyticsError> {
    let snapshot = lake.snapshot().await?;
    let mut changes = DayChanges::new();
    for case in hot::all_day_facts(&snapshot, rules).await? {
        add(&mut changes, &case, 1);
    }
    let table = lake.table(&VILLAGE_DAY);
    let _lock = lake.lock(table.name()).await?;
    let old = table.snapshot().await?;
    let mut writer = table.writer();
    writer.write(&rows(&changes, "cold", run)?).await?;
    let once = Once { app_id: RUN.to_owned(), attempt: run };
    table.commit_files(writer.finish().await?, Some(&old), &[once], HashMap::new()).await?;
    Ok(())
}
