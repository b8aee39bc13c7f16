//! What of `quarantine` is open: refused, and not resolved since.

use std::collections::{BTreeMap, HashSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::{ERASED, INGEST_BATCH, QUARANTINE};
use datasets::lake::{Lake, standing};
use serde::Serialize;

use crate::IngestError;
use crate::rows::first_16;

/// A refusal that no replay has resolved.
#[derive(Debug, Clone, Serialize)]
pub struct OpenRefusal {
    pub batch_id: String,
    pub source_system: String,
    pub mapping: String,
    pub file_name: String,
    /// Line at which the record begins.
    pub line: u64,
    pub table: Option<String>,
    pub field: Option<String>,
    pub rule: String,
    pub reason: String,
    /// Which output of the mapping; none: the whole record.
    pub output: Option<u32>,
    /// Hexadecimal, as in the vault.
    pub row_hash: String,
}

/// Fields of `quarantine`, in the order in which [`Rows`] has them.
const FIELDS: [&str; 13] = [
    "batch_id",
    "source_system",
    "mapping",
    "file_name",
    "line",
    "table_name",
    "field",
    "rule",
    "reason",
    "row_hash",
    "output",
    "resolved",
    "ingested_at",
];

/// The open refusals of a batch, or of all, by batch and line.
pub async fn open_refusals(lake: &Lake, batch_id: Option<&str>) -> Result<Vec<OpenRefusal>, IngestError> {
    let read = read(lake, batch_id).await?;
    let mut resolved: HashSet<(String, u64, Option<u32>, u128)> = HashSet::new();
    for rows in &read {
        let rows = Rows(rows);
        resolved.extend((0..rows.0.num_rows()).filter(|at| rows.is_resolved(*at)).map(|at| rows.key(at)));
    }
    let mut open = Vec::new();
    for rows in &read {
        let rows = Rows(rows);
        let is_open = |at: &usize| !rows.is_resolved(*at) && !resolved.contains(&rows.key(*at));
        open.extend((0..rows.0.num_rows()).filter(is_open).map(|at| rows.refusal(at)));
    }
    open.sort_by(|left, right| {
        (&left.batch_id, left.line, left.output).cmp(&(&right.batch_id, right.line, right.output))
    });
    Ok(open)
}

/// What a replay that was broken off has written after an instant: resolutions, and rows refused.
pub(super) async fn written_after(lake: &Lake, batch_id: &str, after: i64) -> Result<(u64, u64), IngestError> {
    let (mut resolved, mut refused) = (0, HashSet::new());
    for rows in &read(lake, Some(batch_id)).await? {
        let rows = Rows(rows);
        // An erasure closes refusals without a replay.
        let of_replay = |at: &usize| rows.ingested_at(*at) > after && rows.needed(7, *at) != ERASED;
        for at in (0..rows.0.num_rows()).filter(of_replay) {
            if rows.is_resolved(at) {
                resolved += 1;
            } else {
                refused.insert(rows.key(at));
            }
        }
    }
    Ok((resolved, refused.len() as u64))
}

/// Lines of a batch of which a refusal has been resolved.
pub(super) async fn resolved_lines(lake: &Lake, batch_id: &str) -> Result<HashSet<u64>, IngestError> {
    let mut lines = HashSet::new();
    for rows in &read(lake, Some(batch_id)).await? {
        let rows = Rows(rows);
        lines.extend((0..rows.0.num_rows()).filter(|at| rows.is_resolved(*at)).map(|at| rows.line(at)));
    }
    Ok(lines)
}

/// The whole id of the one batch in the lake that begins so, and the mapping that it landed through.
pub async fn find_batch(lake: &Lake, beginning: &str) -> Result<(String, String), IngestError> {
    let mut found = BTreeMap::new();
    let fields = ["batch_id", "mapping", "attempt", "state"];
    let ledger = lake.table(&INGEST_BATCH).snapshot().await?.read(&fields).await?;
    for (rows, places) in ledger.iter().zip(standing(&ledger)) {
        let (ids, mappings) = (rows.column(0).as_string::<i32>(), rows.column(1).as_string::<i32>());
        let named = places.into_iter().map(|at| (ids.value(at), mappings.value(at)));
        let named = named.filter(|(id, _)| id.starts_with(beginning));
        found.extend(named.map(|(id, mapping)| (id.to_owned(), mapping.to_owned())));
    }
    match found.pop_first() {
        Some(batch) if found.is_empty() => Ok(batch),
        first => {
            let found = found.len() + usize::from(first.is_some());
            Err(IngestError::NoBatch { batch: beginning.to_owned(), found })
        }
    }
}

async fn read(lake: &Lake, batch_id: Option<&str>) -> Result<Vec<RecordBatch>, IngestError> {
    let table = lake.table(&QUARANTINE).snapshot().await?;
    Ok(match batch_id {
        Some(batch_id) => table.read_where("batch_id", &HashSet::from([batch_id.to_owned()]), &FIELDS).await?,
        None => table.read(&FIELDS).await?,
    })
}

/// Rows of `quarantine`.
struct Rows<'a>(&'a RecordBatch);

impl Rows<'_> {
    fn text(&self, column: usize, at: usize) -> Option<String> {
        let texts = self.0.column(column).as_string::<i32>();
        (!texts.is_null(at)).then(|| texts.value(at).to_owned())
    }

    fn needed(&self, column: usize, at: usize) -> String {
        self.text(column, at).unwrap_or_default()
    }

    fn line(&self, at: usize) -> u64 {
        u64::try_from(self.0.column(4).as_primitive::<Int64Type>().value(at)).unwrap_or_default()
    }

    fn row_hash(&self, at: usize) -> u128 {
        first_16(self.0.column(9).as_binary::<i32>().value(at))
    }

    fn output(&self, at: usize) -> Option<u32> {
        let outputs = self.0.column(10).as_primitive::<Int64Type>();
        if outputs.is_null(at) { None } else { u32::try_from(outputs.value(at)).ok() }
    }

    fn is_resolved(&self, at: usize) -> bool {
        let resolved = self.0.column(11).as_boolean();
        // Rows of lakes of format 2 do not say.
        resolved.is_valid(at) && resolved.value(at)
    }

    fn ingested_at(&self, at: usize) -> i64 {
        self.0.column(12).as_primitive::<TimestampMicrosecondType>().value(at)
    }

    /// What a resolution and the refusals that it resolves have in common.
    fn key(&self, at: usize) -> (String, u64, Option<u32>, u128) {
        (self.needed(0, at), self.line(at), self.output(at), self.row_hash(at))
    }

    fn refusal(&self, at: usize) -> OpenRefusal {
        OpenRefusal {
            batch_id: self.needed(0, at),
            source_system: self.needed(1, at),
            mapping: self.needed(2, at),
            file_name: self.needed(3, at),
            line: self.line(at),
            table: self.text(5, at),
            field: self.text(6, at),
            rule: self.needed(7, at),
            reason: self.needed(8, at),
            output: self.output(at),
            row_hash: hex::encode(self.row_hash(at).to_be_bytes()),
        }
    }
}
