//! What `ingest_batch` says of each batch: the rows of its landing and its replays together, and
//! whether it was withdrawn.

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use futures::TryStreamExt;

use super::LakeError;
use super::read::BATCH_ROWS;
use super::snapshot::TableSnapshot;

/// `ingest_batch.state` of a row that tells of a landing; rows of older programs have none.
pub const BATCH_LANDED: &str = "LANDED";
/// `ingest_batch.state` of a row that tells of a replay: what it moved, as differences.
pub const BATCH_REPLAYED: &str = "REPLAYED";
/// `ingest_batch.state` of a row that withdraws what has landed up to its attempt.
pub const BATCH_WITHDRAWN: &str = "WITHDRAWN";

/// The account of one batch.
#[derive(Debug, Clone, Default)]
pub struct Account {
    /// Rows that are in the lake by what the ledger says, and rows that were known.
    pub rows_landed: i64,
    pub rows_known: i64,
    /// Refused rows that are open.
    pub rows_quarantined: i64,
    /// The attempt of a row whose counts do not add up, if there is one.
    pub unbalanced: Option<i64>,
    /// Whether it is in the lake.
    pub is_landed: bool,
    /// Whether it came by a push.
    pub is_pushed: bool,
    /// The last attempt that was withdrawn, 0 if none was.
    pub withdrawn: i64,
    /// When the first and the last of its rows came: its landing, and its last replay.
    pub first_at: i64,
    pub last_at: i64,
    pub source_system: String,
    pub file_name: String,
}

const FIELDS: [&str; 11] = [
    "batch_id",
    "attempt",
    "state",
    "rows_landed",
    "rows_known",
    "ingested_at",
    "source_system",
    "file_name",
    "idempotency_key",
    "rows_in",
    "rows_quarantined",
];

/// The accounts of all batches, by id: sums over what [`standing`] leaves.
pub async fn accounts(ledger: &TableSnapshot) -> Result<HashMap<String, Account>, LakeError> {
    let mut rows = Vec::new();
    for file in ledger.files.iter() {
        let mut batches = ledger.stream(file, &FIELDS, BATCH_ROWS).await?;
        while let Some(batch) = batches.try_next().await? {
            rows.push(batch);
        }
    }
    let mut accounts: HashMap<String, Account> = HashMap::new();
    for batch in &rows {
        for Entry { at, id, attempt, withdraws } in entries(batch) {
            let account = accounts.entry(id.to_owned()).or_default();
            if !adds_up(batch, at) {
                account.unbalanced = Some(attempt);
            }
            if withdraws {
                account.withdrawn = account.withdrawn.max(attempt);
                account.describe(batch, at);
            }
        }
    }
    for (batch, places) in rows.iter().zip(standing(&rows)) {
        let ids = batch.column(0).as_string::<i32>();
        for at in places {
            let account = accounts.entry(ids.value(at).to_owned()).or_default();
            account.add(batch, at);
        }
    }
    Ok(accounts)
}

/// Places of those rows, batch by batch, that tell of what is in the lake: they withdraw nothing,
/// and no row withdraws them. Needs `batch_id`, `attempt` and `state`.
pub fn standing(rows: &[RecordBatch]) -> Vec<Vec<usize>> {
    let mut withdrawn: HashMap<&str, i64> = HashMap::new();
    for entry in rows.iter().flat_map(entries).filter(|entry| entry.withdraws) {
        let last = withdrawn.entry(entry.id).or_default();
        *last = entry.attempt.max(*last);
    }
    let stands = |entry: &Entry<'_>| entry.attempt > withdrawn.get(entry.id).copied().unwrap_or_default();
    rows.iter().map(|batch| entries(batch).into_iter().filter(stands).map(|entry| entry.at).collect()).collect()
}

impl Account {
    fn add(&mut self, batch: &RecordBatch, at: usize) {
        let number = |column: usize| batch.column(column).as_primitive::<Int64Type>().value(at);
        let (first, last, was_landed) = (self.first_at, self.last_at, self.is_landed);
        self.describe(batch, at);
        if was_landed {
            self.first_at = first.min(self.first_at);
            self.last_at = last.max(self.last_at);
        }
        self.is_landed = true;
        self.is_pushed |= batch.column(8).is_valid(at);
        // A damaged number may be any.
        self.rows_landed = self.rows_landed.saturating_add(number(3));
        self.rows_known = self.rows_known.saturating_add(number(4));
        self.rows_quarantined = self.rows_quarantined.saturating_add(number(10));
    }

    fn describe(&mut self, batch: &RecordBatch, at: usize) {
        self.first_at = batch.column(5).as_primitive::<TimestampMicrosecondType>().value(at);
        self.last_at = self.first_at;
        self.source_system = batch.column(6).as_string::<i32>().value(at).to_owned();
        self.file_name = batch.column(7).as_string::<i32>().value(at).to_owned();
    }
}

/// rows_in = landed + quarantined + known, also of what a replay has moved.
fn adds_up(batch: &RecordBatch, at: usize) -> bool {
    let number = |column: usize| batch.column(column).as_primitive::<Int64Type>().value(at);
    let sum = number(3).checked_add(number(4)).and_then(|sum| sum.checked_add(number(10)));
    sum == Some(number(9))
}

/// A row of the ledger.
struct Entry<'a> {
    at: usize,
    id: &'a str,
    /// Rows of older programs are first attempts.
    attempt: i64,
    withdraws: bool,
}

fn entries(batch: &RecordBatch) -> Vec<Entry<'_>> {
    let ids = batch.column_by_name("batch_id").and_then(|ids| ids.as_string_opt::<i32>());
    let attempts = batch.column_by_name("attempt").and_then(|attempts| attempts.as_primitive_opt::<Int64Type>());
    let states = batch.column_by_name("state").and_then(|states| states.as_string_opt::<i32>());
    let (Some(ids), Some(attempts), Some(states)) = (ids, attempts, states) else { return Vec::new() };
    let entry = |at: usize| Entry {
        at,
        id: ids.value(at),
        attempt: if attempts.is_null(at) { 1 } else { attempts.value(at) },
        withdraws: states.is_valid(at) && states.value(at) == BATCH_WITHDRAWN,
    };
    (0..batch.num_rows()).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};

    use super::*;

    #[test]
    fn a_withdrawal_takes_back_landings_and_replays_up_to_its_attempt() {
        let ids: ArrayRef = Arc::new(StringArray::from(vec!["a", "a", "b", "a", "c"]));
        let attempts: ArrayRef = Arc::new(Int64Array::from(vec![None, Some(2), Some(1), Some(3), Some(1)]));
        let states = [None, Some(BATCH_REPLAYED), Some(BATCH_LANDED), Some(BATCH_LANDED), Some(BATCH_LANDED)];
        let states: ArrayRef = Arc::new(StringArray::from(states.to_vec()));
        let landed = RecordBatch::try_from_iter([("batch_id", ids), ("attempt", attempts), ("state", states)]);
        let ids: ArrayRef = Arc::new(StringArray::from(vec!["a", "b"]));
        let attempts: ArrayRef = Arc::new(Int64Array::from(vec![2, 1]));
        let states: ArrayRef = Arc::new(StringArray::from(vec![BATCH_WITHDRAWN; 2]));
        let withdrawn = RecordBatch::try_from_iter([("batch_id", ids), ("attempt", attempts), ("state", states)]);
        let rows = [withdrawn.expect("rows"), landed.expect("rows")];
        assert_eq!(standing(&rows), [Vec::<usize>::new(), vec![3, 4]]);
        assert_eq!(standing(&rows[1..]), [vec![0_usize, 1, 2, 3, 4]]);
    }
}
