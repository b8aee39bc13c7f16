//! The landing's own books: the ledger `ingest_batch` and `quarantine`.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BinaryArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::{INGEST_BATCH, QUARANTINE};
use datasets::lake::{Lake, Once};
use jiff::Timestamp;

use super::{Input, Job};
use crate::IngestError;
use crate::mapping::Mapping;
use crate::receipt::{Receipt, Refusal};

/// The receipt of a batch that is in the ledger: all its rows are known by now.
pub(super) async fn find(
    lake: &Lake,
    batch_id: &str,
    once: &Once,
    input: &Input,
    mapping: &Mapping,
) -> Result<Option<Receipt>, IngestError> {
    let ledger = lake.table(&INGEST_BATCH);
    if !ledger.has_landed(once).await? {
        return Ok(None);
    }
    let wanted = HashSet::from([batch_id.to_owned()]);
    let fields = ["batch_id", "records", "rows_in", "rows_quarantined", "extract_time"];
    let rows = ledger.snapshot().await?.read_where("batch_id", &wanted, &fields).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let number = |at: usize| u64::try_from(row.column(at).as_primitive::<Int64Type>().value(0)).unwrap_or_default();
    let extracted = row.column(4).as_primitive::<TimestampMicrosecondType>().value(0);
    let (rows_in, quarantined) = (number(2), number(3));
    Ok(Some(Receipt {
        file: input.name.clone(),
        mapping: mapping.name.clone(),
        source_system: mapping.source.system.clone(),
        batch_id: batch_id.to_owned(),
        outcome: "already_landed",
        encoding: None,
        records: number(1),
        rows_in,
        landed: 0,
        quarantined,
        known: rows_in - quarantined,
        extract_time: Timestamp::from_microsecond(extracted).ok(),
        tables: Vec::new(),
        refusals: Vec::new(),
    }))
}

/// Rows for `quarantine`.
pub(super) fn quarantine_rows(
    refusals: &[Refusal],
    batch_id: &str,
    mapping: &Mapping,
    input: &Input,
    now: Timestamp,
) -> Result<RecordBatch, IngestError> {
    let same = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text; refusals.len()])) };
    let texts = |of: &dyn Fn(&Refusal) -> Option<String>| -> ArrayRef {
        Arc::new(refusals.iter().map(of).collect::<StringArray>())
    };
    let columns: Vec<ArrayRef> = vec![
        same(batch_id),
        same(&mapping.source.system),
        same(&mapping.name),
        same(&input.name),
        Arc::new(refusals.iter().map(|refusal| Some(refusal.line as i64)).collect::<Int64Array>()),
        texts(&|refusal| refusal.table.map(str::to_owned)),
        texts(&|refusal| refusal.field.clone()),
        texts(&|refusal| Some(refusal.rule.to_owned())),
        texts(&|refusal| Some(refusal.reason.clone())),
        Arc::new(refusals.iter().map(|refusal| Some(refusal.row_hash)).collect::<BinaryArray>()),
        instants(vec![Some(now.as_microsecond()); refusals.len()]),
    ];
    RecordBatch::try_new(QUARANTINE.schema(), columns)
        .map_err(|source| IngestError::Rows { table: QUARANTINE.table, source })
}

/// The row for `ingest_batch`.
pub(super) fn ledger_row(
    receipt: &Receipt,
    job: &Job<'_>,
    span: Option<(i64, i64)>,
) -> Result<RecordBatch, IngestError> {
    let (mapping, page, now) = (job.mapping, job.page.as_deref(), job.options.now);
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let perhaps = |text: Option<&str>| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let number =
        |number: u64| -> ArrayRef { Arc::new(Int64Array::from(vec![i64::try_from(number).unwrap_or(i64::MAX)])) };
    let extract_time = receipt.extract_time.unwrap_or(now);
    // History counts as if it had been reported as it happened, so that a past as-of makes sense.
    let first = span.and_then(|(first, _)| Timestamp::from_microsecond(first).ok());
    let known_at = if mapping.source.live { now } else { first.map_or(extract_time, |first| first.min(extract_time)) };
    // Without a time of its own a batch says nothing of when the silence began; nor does a page
    // that others follow.
    let is_complete = mapping.source.complete && receipt.extract_time.is_some() && page.is_none_or(|page| page.is_last);
    let columns: Vec<ArrayRef> = vec![
        text(&receipt.batch_id),
        text(&receipt.source_system),
        text(&receipt.mapping),
        text(&mapping.version),
        text(&receipt.file),
        number(job.bytes),
        instants(vec![Some(extract_time.as_microsecond())]),
        Arc::new(BooleanArray::from(vec![is_complete])),
        number(receipt.records),
        number(receipt.rows_in),
        number(receipt.landed),
        number(receipt.quarantined),
        number(receipt.known),
        instants(vec![span.map(|(first, _)| first)]),
        instants(vec![span.map(|(_, last)| last)]),
        instants(vec![Some(now.as_microsecond())]),
        instants(vec![Some(known_at.as_microsecond())]),
        perhaps(page.map(|page| page.pull.as_str())),
        perhaps(page.and_then(|page| page.cursor.as_deref())),
    ];
    RecordBatch::try_new(INGEST_BATCH.schema(), columns)
        .map_err(|source| IngestError::Rows { table: INGEST_BATCH.table, source })
}

fn instants(values: Vec<Option<i64>>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"))
}
