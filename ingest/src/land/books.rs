//! The landing's own books: the ledger `ingest_batch` and `quarantine`.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BinaryArray, BooleanArray, Int64Array, ListBuilder, RecordBatch, StringArray, StringBuilder,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::{INGEST_BATCH, QUARANTINE, text_item};
use datasets::lake::{BATCH_LANDED, BATCH_REPLAYED, Lake, Once, standing};
use jiff::Timestamp;
use readers::mapping::Mapping;

use super::{Input, Job, Named, extract};
use crate::IngestError;
use crate::batch::named_again;
use crate::receipt::{Earlier, NewColumns, Receipt, Refusal};

/// The transaction as which a batch lands: after a withdrawal it is another attempt.
pub(super) async fn once(lake: Option<&Lake>, batch_id: &str) -> Result<Once, IngestError> {
    let attempt = match lake {
        Some(lake) => lake.next_attempt(batch_id).await?,
        None => 1,
    };
    Ok(Once { app_id: format!("batch/{batch_id}"), attempt })
}

/// What the batch of a file is called: another name where the same bytes have landed from an extract
/// that was, as its file's name tells, earlier than this one.
pub(super) async fn name(
    lake: Option<&Lake>,
    mapping: &Mapping,
    input: &Input,
    batch_id: String,
) -> Result<String, IngestError> {
    let (Some(lake), Some(time)) = (lake, extract::by_name(mapping, &input.name)) else { return Ok(batch_id) };
    let held = batch(lake, &batch_id).await?;
    let before = held.and_then(|held| extract::by_name(mapping, &held.file_name));
    Ok(if before.is_some_and(|before| before < time) { named_again(&batch_id, time) } else { batch_id })
}

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
    let Some(batch) = batch(lake, batch_id).await? else { return Ok(None) };
    let Held { records, rows_in, landed, quarantined, known, .. } = batch;
    let before = Earlier { file: batch.file_name, at: batch.landed_at, landed, quarantined, known };
    Ok(Some(Receipt {
        file: input.name.clone(),
        mapping: mapping.name.clone(),
        source_system: mapping.source.system.clone(),
        batch_id: batch_id.to_owned(),
        outcome: "already_landed",
        encoding: None,
        records,
        rows_in,
        landed: 0,
        quarantined,
        known: rows_in.saturating_sub(quarantined),
        extract_time: Some(batch.extract_time),
        kept: None,
        new_columns: None,
        sheets_left_out: Vec::new(),
        before: Some(before),
        repeated: 0,
        masked: 0,
        tables: Vec::new(),
        refusals: Vec::new(),
    }))
}

/// A batch as the ledger has it: its landing and its replays together, without what was withdrawn.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) source_system: String,
    pub(super) file_name: String,
    pub(super) records: u64,
    pub(super) rows_in: u64,
    pub(super) landed: u64,
    pub(super) quarantined: u64,
    pub(super) known: u64,
    pub(super) extract_time: Timestamp,
    /// When it landed.
    pub(super) landed_at: Timestamp,
    /// When its last attempt landed.
    pub(super) ingested_at: Timestamp,
    /// From when on its landing can have been known.
    pub(super) known_at: Timestamp,
    /// Of the mappings through which its records have been read.
    pub(super) mapping_versions: Vec<String>,
}

/// The batch of that id, if it has landed and was not withdrawn.
pub(super) async fn batch(lake: &Lake, batch_id: &str) -> Result<Option<Held>, IngestError> {
    let wanted = HashSet::from([batch_id.to_owned()]);
    let texts = ["source_system", "file_name"];
    let numbers = ["records", "rows_in", "rows_landed", "rows_quarantined", "rows_known"];
    let instants = ["extract_time", "ingested_at", "known_at"];
    let fields = [&["batch_id"][..], &texts, &numbers, &instants, &["attempt", "state", "mapping_version"]].concat();
    let rows = lake.table(&INGEST_BATCH).snapshot().await?.read_where("batch_id", &wanted, &fields).await?;
    let mut held: Option<Held> = None;
    let mut sums = [0; 5];
    for (batch, places) in rows.iter().zip(standing(&rows)) {
        for row in places {
            let text = |at: usize| batch.column(at).as_string::<i32>().value(row).to_owned();
            let instant = |at: usize| {
                let micros = batch.column(at).as_primitive::<TimestampMicrosecondType>().value(row);
                Timestamp::from_microsecond(micros).unwrap_or(Timestamp::MIN)
            };
            for (at, sum) in sums.iter_mut().enumerate() {
                *sum += batch.column(3 + at).as_primitive::<Int64Type>().value(row);
            }
            let (ingested_at, known_at) = (instant(9), instant(10));
            let entry = held.get_or_insert_with(|| Held {
                source_system: text(1),
                file_name: text(2),
                records: 0,
                rows_in: 0,
                landed: 0,
                quarantined: 0,
                known: 0,
                extract_time: instant(8),
                landed_at: ingested_at,
                ingested_at,
                known_at,
                mapping_versions: Vec::new(),
            });
            entry.mapping_versions.push(text(13));
            entry.landed_at = entry.landed_at.min(ingested_at);
            entry.ingested_at = entry.ingested_at.max(ingested_at);
            entry.known_at = entry.known_at.min(known_at);
        }
    }
    let sums = sums.map(|sum: i64| u64::try_from(sum).unwrap_or_default());
    let [records, rows_in, landed, quarantined, known] = sums;
    Ok(held.map(|held| Held { records, rows_in, landed, quarantined, known, ..held }))
}

/// The account of a batch's landing, whatever has been replayed since.
pub(crate) struct Account {
    pub(crate) records: u64,
    pub(crate) rows_in: u64,
    pub(crate) landed: u64,
    pub(crate) quarantined: u64,
    pub(crate) known: u64,
}

/// What the ledger says of a batch's landing, if it has landed.
pub(super) async fn landing(lake: &Lake, batch_id: &str, once: &Once) -> Result<Option<Account>, IngestError> {
    let ledger = lake.table(&INGEST_BATCH);
    if !ledger.has_landed(once).await? {
        return Ok(None);
    }
    let wanted = HashSet::from([batch_id.to_owned()]);
    let numbers = ["records", "rows_in", "rows_landed", "rows_quarantined", "rows_known"];
    let fields = [&["batch_id", "ingested_at"][..], &numbers, &["attempt", "state"]].concat();
    let rows = ledger.snapshot().await?.read_where("batch_id", &wanted, &fields).await?;
    let mut first: Option<(i64, Account)> = None;
    for (batch, places) in rows.iter().zip(standing(&rows)) {
        let times = batch.column(1).as_primitive::<TimestampMicrosecondType>();
        for row in places {
            let at = times.value(row);
            if first.as_ref().is_some_and(|(then, _)| *then <= at) {
                continue;
            }
            let number = |column: usize| {
                let numbers = batch.column(column).as_primitive::<Int64Type>();
                u64::try_from(numbers.value(row)).unwrap_or_default()
            };
            let account = Account {
                records: number(2),
                rows_in: number(3),
                landed: number(4),
                quarantined: number(5),
                known: number(6),
            };
            first = Some((at, account));
        }
    }
    Ok(first.map(|(_, account)| account))
}

/// Rows for `quarantine`.
pub(crate) fn quarantine_rows(refusals: &[Refusal], named: &Named<'_>) -> Result<RecordBatch, IngestError> {
    let same = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text; refusals.len()])) };
    let texts = |of: &dyn Fn(&Refusal) -> Option<String>| -> ArrayRef {
        Arc::new(refusals.iter().map(of).collect::<StringArray>())
    };
    let columns: Vec<ArrayRef> = vec![
        same(named.batch_id),
        same(&named.mapping.source.system),
        same(&named.mapping.name),
        same(named.file),
        Arc::new(refusals.iter().map(|refusal| Some(refusal.line as i64)).collect::<Int64Array>()),
        texts(&|refusal| refusal.table.map(str::to_owned)),
        texts(&|refusal| refusal.field.clone()),
        texts(&|refusal| Some(refusal.rule.to_owned())),
        texts(&|refusal| Some(refusal.reason.clone())),
        Arc::new(refusals.iter().map(|refusal| Some(refusal.row_hash)).collect::<BinaryArray>()),
        instants(vec![Some(named.now.as_microsecond()); refusals.len()]),
        Arc::new(refusals.iter().map(|refusal| refusal.output.map(i64::from)).collect::<Int64Array>()),
        Arc::new(Int64Array::from(vec![named.attempt; refusals.len()])),
        Arc::new(refusals.iter().map(|refusal| Some(refusal.resolved)).collect::<BooleanArray>()),
    ];
    RecordBatch::try_new(QUARANTINE.schema(), columns)
        .map_err(|source| IngestError::Rows { table: QUARANTINE.table, source })
}

/// What a replay has moved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moved {
    pub(super) rows_in: i64,
    pub(super) landed: i64,
    pub(super) quarantined: i64,
    pub(super) known: i64,
}

/// The row of a replay for `ingest_batch`.
pub(super) fn replay_row(
    job: &Job<'_>,
    held: &Held,
    moved: Moved,
    span: Option<(i64, i64)>,
    new_columns: Option<&NewColumns>,
) -> Result<RecordBatch, IngestError> {
    let now = job.options.now;
    let known_at = if job.mapping.source.live { now } else { held.known_at };
    entry(&Entry {
        batch_id: &job.batch_id,
        file_name: &held.file_name,
        mapping: job.mapping,
        extract_time: held.extract_time,
        // It says nothing of what else has happened by then.
        is_complete: false,
        numbers: [0, 0, moved.rows_in, moved.landed, moved.quarantined, moved.known],
        span,
        now,
        known_at,
        attempt: (job.once.attempt, BATCH_REPLAYED),
        pull: None,
        idempotency_key: None,
        new_columns,
    })
}

/// The row for `ingest_batch`.
pub(super) fn ledger_row(
    receipt: &Receipt,
    named: &Named<'_>,
    span: Option<(i64, i64)>,
) -> Result<RecordBatch, IngestError> {
    let Named { mapping, page, now, .. } = *named;
    let extract_time = receipt.extract_time.unwrap_or(now);
    // History counts as if it had been reported as it happened, so that a past as-of makes sense.
    let first = span.and_then(|(first, _)| Timestamp::from_microsecond(first).ok());
    let known_at = if mapping.source.live { now } else { first.map_or(extract_time, |first| first.min(extract_time)) };
    let numbers = [named.bytes, receipt.records, receipt.rows_in, receipt.landed, receipt.quarantined, receipt.known];
    entry(&Entry {
        batch_id: &receipt.batch_id,
        file_name: &receipt.file,
        mapping,
        extract_time,
        // Without a time of its own a batch says nothing of when the silence began; nor does a page
        // that others follow.
        is_complete: mapping.source.complete && receipt.extract_time.is_some() && page.is_none_or(|page| page.is_last),
        numbers: numbers.map(|number| i64::try_from(number).unwrap_or(i64::MAX)),
        span,
        now,
        known_at,
        attempt: (named.attempt, BATCH_LANDED),
        pull: page.map(|page| (page.pull.as_str(), page.cursor.as_deref())),
        idempotency_key: named.idempotency_key,
        new_columns: receipt.new_columns.as_ref(),
    })
}

/// A row of `ingest_batch`.
struct Entry<'a> {
    batch_id: &'a str,
    file_name: &'a str,
    mapping: &'a Mapping,
    extract_time: Timestamp,
    is_complete: bool,
    /// Bytes, records, rows in, landed, quarantined, known.
    numbers: [i64; 6],
    span: Option<(i64, i64)>,
    now: Timestamp,
    known_at: Timestamp,
    /// Its number, and what it was: `ingest_batch.state`.
    attempt: (i64, &'a str),
    /// Of a page: its pull, and how far that has come.
    pull: Option<(&'a str, Option<&'a str>)>,
    /// Of a push.
    idempotency_key: Option<&'a str>,
    new_columns: Option<&'a NewColumns>,
}

fn entry(entry: &Entry<'_>) -> Result<RecordBatch, IngestError> {
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let perhaps = |text: Option<&str>| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let instant = |instant: Timestamp| instants(vec![Some(instant.as_microsecond())]);
    let [bytes, records, rows_in, landed, quarantined, known] =
        entry.numbers.map(|number| -> ArrayRef { Arc::new(Int64Array::from(vec![number])) });
    let columns: Vec<ArrayRef> = vec![
        text(entry.batch_id),
        text(&entry.mapping.source.system),
        text(&entry.mapping.name),
        text(&entry.mapping.version),
        text(entry.file_name),
        bytes,
        instant(entry.extract_time),
        Arc::new(BooleanArray::from(vec![entry.is_complete])),
        records,
        rows_in,
        landed,
        quarantined,
        known,
        instants(vec![entry.span.map(|(first, _)| first)]),
        instants(vec![entry.span.map(|(_, last)| last)]),
        instant(entry.now),
        instant(entry.known_at),
        Arc::new(Int64Array::from(vec![entry.attempt.0])),
        text(entry.attempt.1),
        instants(vec![None]),
        perhaps(entry.pull.map(|(pull, _)| pull)),
        perhaps(entry.pull.and_then(|(_, cursor)| cursor)),
        perhaps(entry.idempotency_key),
        names(entry.new_columns),
    ];
    RecordBatch::try_new(INGEST_BATCH.schema(), columns)
        .map_err(|source| IngestError::Rows { table: INGEST_BATCH.table, source })
}

/// A list for one row.
fn names(new_columns: Option<&NewColumns>) -> ArrayRef {
    let mut list = ListBuilder::new(StringBuilder::new()).with_field(text_item());
    for name in new_columns.into_iter().flat_map(|new| &new.names) {
        list.values().append_value(name);
    }
    list.append(new_columns.is_some());
    Arc::new(list.finish())
}

fn instants(values: Vec<Option<i64>>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from(values).with_timezone("UTC"))
}
