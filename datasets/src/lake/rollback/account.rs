//! The row of the ledger that withdraws a batch.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::Int64Type;
use jiff::Timestamp;

use super::RollbackPlan;
use crate::contract::INGEST_BATCH;
use crate::lake::LakeError;
use crate::lake::ledger::{BATCH_WITHDRAWN, standing};
use crate::lake::snapshot::TableSnapshot;

/// Counts of the ledger that a withdrawal sums up.
const COUNTS: [&str; 5] = ["records", "rows_in", "rows_landed", "rows_quarantined", "rows_known"];

/// The landing's row again, with the counts of its replays, as one that withdraws them.
pub(super) async fn withdrawal(
    ledger: &TableSnapshot,
    plan: &RollbackPlan,
    now: Timestamp,
) -> Result<RecordBatch, LakeError> {
    let fields: Vec<&str> = INGEST_BATCH.fields.iter().map(|field| field.name).collect();
    let wanted = HashSet::from([plan.batch_id.clone()]);
    let rows = ledger.read_where("batch_id", &wanted, &fields).await?;
    let number = |row: &RecordBatch, name: &str| {
        let column = row.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>());
        column.and_then(|column| column.iter().next().flatten())
    };
    let stands = rows.iter().zip(standing(&rows));
    let stands: Vec<RecordBatch> =
        stands.flat_map(|(batch, places)| places.into_iter().map(move |at| batch.slice(at, 1))).collect();
    let landing = stands.iter().min_by_key(|row| number(row, "attempt").unwrap_or(1));
    let missing = || LakeError::NoBatch { batch: plan.batch_id.clone(), state: "is not in ingest_batch" };
    let mut columns = landing.ok_or_else(missing)?.columns().to_vec();
    let mut replaced: Vec<(&str, ArrayRef)> = vec![
        ("attempt", Arc::new(Int64Array::from(vec![plan.attempt]))),
        ("state", Arc::new(StringArray::from(vec![BATCH_WITHDRAWN]))),
        ("withdrawn_at", Arc::new(TimestampMicrosecondArray::from(vec![now.as_microsecond()]).with_timezone("UTC"))),
    ];
    for name in COUNTS {
        let sum: i64 = stands.iter().filter_map(|row| number(row, name)).sum();
        replaced.push((name, Arc::new(Int64Array::from(vec![sum]))));
    }
    for (name, column) in replaced {
        if let Some(place) = fields.iter().position(|field| *field == name) {
            columns[place] = column;
        }
    }
    RecordBatch::try_new(INGEST_BATCH.schema(), columns).map_err(LakeError::arrow(INGEST_BATCH.table))
}
