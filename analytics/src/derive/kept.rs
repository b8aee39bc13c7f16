//! Cards that were issued and that changed rules, or a changed clock, would not raise: they stay,
//! as cancelled (domain §3.1), however often their case is folded again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::{CARD, CASE_STATE};
use datasets::lake::LakeSnapshot;
use jiff::Timestamp;

use crate::AnalyticsError;

/// Another row of a rule table proved the card wrong.
pub(super) const RULES_CHANGED: &str = "RULES_CHANGED";
/// Another version of the clock did.
pub(super) const ENGINE_CHANGED: &str = "ENGINE_CHANGED";

/// The records that it stood on were withdrawn.
pub(super) const BATCH_WITHDRAWN: &str = "BATCH_WITHDRAWN";

/// Why a card was kept.
const REASONS: [&str; 3] = [RULES_CHANGED, ENGINE_CHANGED, BATCH_WITHDRAWN];

/// What is kept, and how.
#[derive(Clone, Copy)]
pub(crate) struct Keep {
    /// What has changed; nothing in a fold that only carries on what was kept before.
    pub(crate) changed: Option<&'static str>,
    pub(crate) now: Timestamp,
    pub(crate) part: &'static str,
    pub(crate) run: i64,
}

/// Those of the cases of which some fold has kept a card.
pub(crate) async fn carried(
    snapshot: &LakeSnapshot,
    cases: &HashSet<String>,
) -> Result<HashSet<String>, AnalyticsError> {
    let mut carried = HashSet::new();
    for batch in snapshot.table(&CARD).read(&["case_no", "cancel_reason"]).await? {
        let reasons = batch.column(1).as_string::<i32>();
        for (at, case) in batch.column(0).as_string::<i32>().iter().enumerate() {
            let is_kept = reasons.is_valid(at) && REASONS.contains(&reasons.value(at));
            carried.extend(case.filter(|case| is_kept && cases.contains(*case)).map(str::to_owned));
        }
    }
    Ok(carried)
}

/// Rows of `card` to write beside the `new` ones of these cases.
pub(crate) async fn kept(
    snapshot: &LakeSnapshot,
    cases: &HashSet<String>,
    new: &RecordBatch,
    keep: Keep,
) -> Result<RecordBatch, AnalyticsError> {
    let held = held_cards(snapshot, cases).await?;
    let ids = |rows: &RecordBatch| rows.column(place("card_id")).as_string::<i32>().clone();
    let raised: HashSet<String> = ids(new).iter().flatten().map(str::to_owned).collect();
    let held_ids = ids(&held);
    let reasons = held.column(place("cancel_reason")).as_string::<i32>().clone();
    let cancelled = instants(&held, "cancelled_at");
    let issued = instants(&held, "issued_at");
    let official = held.column(place("is_official")).as_boolean().clone();
    let stays: BooleanArray = (0..held.num_rows())
        .map(|at| {
            let was_kept = reasons.is_valid(at) && REASONS.contains(&reasons.value(at));
            let is_issued = issued.value(at) <= keep.now.as_microsecond();
            let is_disproved = keep.changed.is_some() && is_issued && cancelled.is_null(at) && official.value(at);
            // Of a fold as of the past, what had been issued by then.
            let is_there = keep.changed.is_some() || keep.run >= 0 || is_issued;
            Some((was_kept || is_disproved) && is_there && !raised.contains(held_ids.value(at)))
        })
        .collect();
    let rows = filter_record_batch(&held, &stays).map_err(AnalyticsError::arrow("kept cards"))?;
    let (cancelled, reasons) =
        (instants(&rows, "cancelled_at"), rows.column(place("cancel_reason")).as_string::<i32>().clone());
    let cancelled: TimestampMicrosecondArray =
        cancelled.iter().map(|at| Some(at.unwrap_or(keep.now.as_microsecond()))).collect();
    let reasons: StringArray = reasons.iter().map(|reason| reason.or(keep.changed)).collect();
    let mut columns = rows.columns().to_vec();
    let count = rows.num_rows();
    let replaced: [(&str, ArrayRef); 4] = [
        ("part", Arc::new(StringArray::from(vec![keep.part; count]))),
        ("fold_version", Arc::new(Int64Array::from(vec![keep.run; count]))),
        ("cancelled_at", Arc::new(cancelled.with_timezone("UTC"))),
        ("cancel_reason", Arc::new(reasons)),
    ];
    for (name, column) in replaced {
        columns[place(name)] = column;
    }
    RecordBatch::try_new(CARD.schema(), columns).map_err(AnalyticsError::arrow("kept cards"))
}

/// The cards of the latest folds of these cases.
pub(super) async fn held_cards(
    snapshot: &LakeSnapshot,
    cases: &HashSet<String>,
) -> Result<RecordBatch, AnalyticsError> {
    let mut latest: HashMap<String, i64> = HashMap::new();
    for batch in snapshot.table(&CASE_STATE).read_where("case_no", cases, &["case_no", "fold_version"]).await? {
        let runs = batch.column(1).as_primitive::<Int64Type>();
        for (at, case) in batch.column(0).as_string::<i32>().iter().enumerate() {
            let run = latest.entry(case.unwrap_or_default().to_owned()).or_insert(i64::MIN);
            *run = runs.value(at).max(*run);
        }
    }
    let fields: Vec<&str> = CARD.fields.iter().map(|field| field.name).collect();
    let mut rows = Vec::new();
    for batch in snapshot.table(&CARD).read_where("case_no", cases, &fields).await? {
        let runs = batch.column(place("fold_version")).as_primitive::<Int64Type>();
        let cards = batch.column(place("case_no")).as_string::<i32>();
        let is_latest: BooleanArray = (0..batch.num_rows())
            .map(|at| Some(latest.get(cards.value(at)).is_some_and(|run| *run == runs.value(at))))
            .collect();
        rows.push(filter_record_batch(&batch, &is_latest).map_err(AnalyticsError::arrow("held cards"))?);
    }
    concat_batches(&CARD.schema(), &rows).map_err(AnalyticsError::arrow("held cards"))
}

/// Place of a field of `card`.
pub(super) fn place(name: &str) -> usize {
    CARD.fields.iter().position(|field| field.name == name).unwrap_or_default()
}

pub(super) fn instants(rows: &RecordBatch, name: &str) -> TimestampMicrosecondArray {
    rows.column(place(name)).as_primitive::<TimestampMicrosecondType>().clone()
}
