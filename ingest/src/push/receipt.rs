//! The answer to a push, the same however often it is asked for.

use std::collections::HashSet;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use datasets::contract::QUARANTINE;
use datasets::lake::Lake;
use serde::Serialize;

use super::known::Counts;
use crate::land::Pushed;
use crate::{IngestError, Mapping, NewColumns, Refusal};

/// Refusals that a receipt shows, the first by line; all are in `quarantine`.
const SHOWN: usize = 1_000;

/// The account of one request: `rows = landed + quarantined + known`, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PushReceipt {
    pub batch_id: String,
    pub mapping: String,
    pub source_system: String,
    pub idempotency_key: String,
    /// Records in the body.
    pub records: u64,
    /// Rows that the mapping made of them.
    pub rows: u64,
    pub landed: u64,
    pub quarantined: u64,
    /// Rows that the lake had already.
    pub known: u64,
    /// Columns that the mapping does not know; they follow from the body.
    pub new_columns: Option<NewColumns>,
    /// The fields and records that were refused, at most 1,000.
    pub refused: Vec<PushRefusal>,
}

/// A field or a record that was refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PushRefusal {
    /// Line at which the record begins; of an Arrow stream the number of its row.
    pub line: u64,
    pub table: Option<String>,
    /// Nothing: the whole record.
    pub field: Option<String>,
    pub rule: String,
    /// What is wrong and what to do, without the value.
    pub reason: String,
}

impl PushReceipt {
    pub(super) fn new(mapping: &Mapping, pushed: &Pushed, counts: Counts, refused: Vec<PushRefusal>) -> Self {
        let Counts { records, rows, landed, quarantined, known } = counts;
        Self {
            batch_id: pushed.batch_id.clone(),
            mapping: mapping.name.clone(),
            source_system: mapping.source.system.clone(),
            idempotency_key: pushed.idempotency_key.clone(),
            records,
            rows,
            landed,
            quarantined,
            known,
            new_columns: pushed.summary.new_columns.clone(),
            refused: first(refused),
        }
    }

    /// Whether no row of the body could be used.
    pub fn is_all_refused(&self) -> bool {
        self.quarantined > 0 && self.landed + self.known == 0
    }
}

impl From<&Refusal> for PushRefusal {
    fn from(refusal: &Refusal) -> Self {
        Self {
            line: refusal.line,
            table: refusal.table.map(str::to_owned),
            field: refusal.field.clone(),
            rule: refusal.rule.to_owned(),
            reason: refusal.reason.clone(),
        }
    }
}

fn first(mut refused: Vec<PushRefusal>) -> Vec<PushRefusal> {
    refused.sort_unstable();
    refused.truncate(SHOWN);
    refused
}

/// What was refused when an attempt of a batch landed, whatever has been replayed since.
pub(super) async fn of_batch(lake: &Lake, batch_id: &str, attempt: i64) -> Result<Vec<PushRefusal>, IngestError> {
    let wanted = HashSet::from([batch_id.to_owned()]);
    let fields = ["batch_id", "line", "table_name", "field", "rule", "reason", "attempt"];
    let mut refused = Vec::new();
    for rows in lake.table(&QUARANTINE).snapshot().await?.read_where("batch_id", &wanted, &fields).await? {
        let number = |column: usize| rows.column(column).as_primitive::<Int64Type>();
        let (lines, attempts) = (number(1), number(6));
        let text = |column: usize, at: usize| {
            let texts = rows.column(column).as_string::<i32>();
            texts.is_valid(at).then(|| texts.value(at).to_owned())
        };
        refused.extend((0..rows.num_rows()).filter(|at| attempts.value(*at) == attempt).map(|at| PushRefusal {
            line: u64::try_from(lines.value(at)).unwrap_or_default(),
            table: text(2, at),
            field: text(3, at),
            rule: text(4, at).unwrap_or_default(),
            reason: text(5, at).unwrap_or_default(),
        }));
    }
    Ok(refused)
}
