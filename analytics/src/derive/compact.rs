//! Merging the hot part into the cold one.

use std::collections::HashMap;

use arrow::array::{AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::Int64Type;
use datasets::contract::{CARD, CASE_STATE, Contract};
use datasets::lake::{Lake, LakeSnapshot, Once};

use super::hot::{Hot, is_part};
use super::{RUN, marts, stands};
use crate::AnalyticsError;

/// Transaction that numbers the compactions of a table, by the run that they follow.
const COMPACT: &str = "derive/compact";
/// Fewer hot rows than this are never worth a compaction.
const LEAST: u64 = 50_000;

/// Compacts when the hot part has grown to a fifth of the cold one.
pub(super) async fn compact_if_due(lake: &Lake, run: i64) -> Result<bool, AnalyticsError> {
    let snapshot = lake.snapshot().await?;
    let rows = |part: &str| snapshot.table(&CASE_STATE).filtered(|file| is_part(file, part)).rows();
    let (hot, cold) = (rows("hot"), rows("cold"));
    if hot < LEAST.max(cold / 5) {
        return Ok(false);
    }
    let latest = Hot::load(&snapshot).await?;
    // The states go last: until then the hot rows still count, and count the same.
    let done = done(run);
    let cards = merge(lake, &snapshot, &CARD, &latest.cards, &latest, &done).await?;
    let marts = marts::compact(lake, &snapshot, &done, run).await?;
    let done = [done, vec![stands::at(&CARD, cards)], marts].concat();
    merge(lake, &snapshot, &CASE_STATE, &latest.states, &latest, &done).await?;
    Ok(true)
}

/// The run's number has landed before, so it cannot tell whether the compaction has.
fn done(run: i64) -> Vec<Once> {
    [COMPACT, RUN].map(|app_id| Once { app_id: app_id.to_owned(), attempt: run }).to_vec()
}

async fn merge(
    lake: &Lake,
    snapshot: &LakeSnapshot,
    contract: &'static Contract,
    hot: &RecordBatch,
    latest: &Hot,
    done: &[Once],
) -> Result<u64, AnalyticsError> {
    let pinned = snapshot.table(contract);
    let fields: Vec<&str> = contract.fields.iter().map(|field| field.name).collect();
    let place = |name: &str| fields.iter().position(|field| *field == name).unwrap_or_default();
    let case_no = place("case_no");
    let mut rows = vec![hot.clone()];
    for batch in pinned.filtered(|file| is_part(file, "cold")).read(&fields).await? {
        let runs = batch.column(place("fold_version")).as_primitive::<Int64Type>();
        let cases = batch.column(case_no).as_string::<i32>().iter().zip(runs.iter());
        // A compaction that was killed may have moved the latest cards here already.
        let keep: BooleanArray = cases
            .map(|(case, run)| {
                Some(case.and_then(|case| latest.cases.get(case)).is_none_or(|latest| Some(*latest) == run))
            })
            .collect();
        rows.push(filter_record_batch(&batch, &keep).map_err(AnalyticsError::arrow("compaction"))?);
    }
    let all = arrow::compute::concat_batches(&contract.schema(), &rows).map_err(AnalyticsError::arrow("compaction"))?;
    let mut columns = all.columns().to_vec();
    columns[place("part")] = std::sync::Arc::new(StringArray::from(vec!["cold"; all.num_rows()]));
    let all = RecordBatch::try_new(contract.schema(), columns).map_err(AnalyticsError::arrow("compaction"))?;
    let table = lake.table(contract);
    let _lock = lake.lock(table.name()).await?;
    let mut writer = table.writer();
    writer.write(&all).await?;
    Ok(table.commit_files(writer.finish().await?, Some(pinned), done, HashMap::new()).await?)
}
