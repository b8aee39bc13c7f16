//! Closing refusals whose records were erased: nobody can correct what is gone.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use datasets::contract::{ERASED, QUARANTINE};
use datasets::lake::Lake;
use jiff::Timestamp;

use super::open::OpenRefusal;
use crate::IngestError;

/// Closes open refusals. The caller holds the locks.
pub(crate) async fn close_erased(
    lake: &Lake,
    refusals: &[OpenRefusal],
    order: &str,
    now: Timestamp,
) -> Result<(), IngestError> {
    // Several fields of one row may have been refused.
    let mut seen = HashSet::new();
    let closed: Vec<&OpenRefusal> =
        refusals.iter().filter(|of| seen.insert((&of.batch_id, of.line, of.output, &of.row_hash))).collect();
    if closed.is_empty() {
        return Ok(());
    }
    let count = closed.len();
    let texts = |of: &dyn Fn(&OpenRefusal) -> String| -> ArrayRef {
        Arc::new(closed.iter().map(|refusal| Some(of(refusal))).collect::<StringArray>())
    };
    let none = || -> ArrayRef { Arc::new(StringArray::from(vec![None::<&str>; count])) };
    let lines = closed.iter().map(|refusal| i64::try_from(refusal.line).ok());
    // What the table holds is hexadecimal.
    let hashes = closed.iter().map(|refusal| hex::decode(&refusal.row_hash).ok());
    let now_us = vec![now.as_microsecond(); count];
    let columns: Vec<ArrayRef> = vec![
        texts(&|refusal| refusal.batch_id.clone()),
        texts(&|refusal| refusal.source_system.clone()),
        texts(&|refusal| refusal.mapping.clone()),
        texts(&|refusal| refusal.file_name.clone()),
        Arc::new(lines.collect::<Int64Array>()),
        none(),
        none(),
        texts(&|_| ERASED.to_owned()),
        texts(&|_| format!("the record was erased by order {order}")),
        Arc::new(hashes.collect::<BinaryArray>()),
        Arc::new(TimestampMicrosecondArray::from(now_us).with_timezone("UTC")),
        Arc::new(closed.iter().map(|refusal| refusal.output.map(i64::from)).collect::<Int64Array>()),
        Arc::new(Int64Array::from(vec![0; count])),
        Arc::new(BooleanArray::from(vec![true; count])),
    ];
    let rows = RecordBatch::try_new(QUARANTINE.schema(), columns)
        .map_err(|source| IngestError::Rows { table: QUARANTINE.table, source })?;
    let table = lake.table(&QUARANTINE);
    let once = table.erasure(order).await?;
    table.put(&[rows], None, Some(&once)).await?;
    Ok(())
}
