//! What the lake holds of a batch's rows already, and from when on a corrected row is known.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, TimestampMicrosecondArray};
use arrow::compute::filter_record_batch;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::{Contract, Kind};
use datasets::lake::TableSnapshot;

use super::extract::Extracted;
use crate::IngestError;
use crate::rows::{fingerprint, first_16};

/// The versions that a table holds of some keys.
#[derive(Default)]
pub(super) struct Held {
    latest: HashMap<u128, Version>,
    /// Row fingerprints of versions that a later one has replaced.
    replaced: HashSet<u128>,
}

/// Later versions compare greater: by recording, then by what could be known when.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Version {
    /// Its recording, else from when on it is known.
    order: i64,
    known_at: i64,
    ingested_at: i64,
    recorded_at: Option<i64>,
    row_hash: u128,
}

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing is held under its key.
    Fresh,
    /// It says what is held.
    Known,
    /// It says otherwise: a newer version, known from then on (microseconds).
    Corrected(i64),
}

/// A row as it was read: its fingerprints and times.
pub(super) struct Offered {
    pub(super) key: u128,
    pub(super) row_hash: u128,
    recorded_at: Option<i64>,
    known_at: i64,
    ingested_at: i64,
}

impl Held {
    /// Reads the versions of what the rows are about: those with the same value in the field that
    /// the table is looked up by.
    pub(super) async fn read(
        before: &TableSnapshot,
        contract: &'static Contract,
        rows: &RecordBatch,
    ) -> Result<Self, IngestError> {
        let (finder, wanted) = (finder(contract), wanted(contract, rows)?);
        let mut held = Self::default();
        for batch in before.read_where(finder, &wanted, &fields(contract)).await? {
            for row in offered(contract, &batch)? {
                held.take(row.key, row.version());
            }
        }
        Ok(held)
    }

    /// Takes in a version of the row with that key.
    pub(super) fn take(&mut self, key: u128, version: Version) {
        let latest = self.latest.entry(key).or_insert(version);
        if latest.row_hash == version.row_hash {
            *latest = version.max(*latest);
            return;
        }
        let (older, newer) = if version > *latest { (*latest, version) } else { (version, *latest) };
        *latest = newer;
        self.replaced.insert(older.row_hash);
    }

    /// Whether any of the rows says otherwise than the latest version held.
    pub(super) fn corrects(&self, rows: &[Offered]) -> bool {
        rows.iter().any(|row| self.latest.get(&row.key).is_some_and(|latest| latest.row_hash != row.row_hash))
    }

    /// What becomes of a row (domain §4 point 14): a corrected one is known from its new recording
    /// time on, or else from the batch's extract time; never before the version that it corrects,
    /// unless the extract is older than the one that brought that. One that was replaced and comes again
    /// with its old recording time is no news: it would be an older version once more.
    pub(super) fn judge(&self, row: &Offered, extracted: Option<&Extracted>) -> Verdict {
        let Some(latest) = self.latest.get(&row.key) else { return Verdict::Fresh };
        if latest.row_hash == row.row_hash {
            return Verdict::Known;
        }
        let was_replaced = self.replaced.contains(&row.row_hash);
        match (row.recorded_at, latest.recorded_at) {
            (Some(recorded), _) if recorded < latest.order && was_replaced => return Verdict::Known,
            (Some(recorded), held) if held != Some(recorded) => return Verdict::Corrected(row.known_at),
            _ => {}
        }
        if extracted.is_some_and(|extracted| extracted.is_older_than(latest.ingested_at)) {
            let before = row.known_at.min(latest.known_at - 1);
            return if was_replaced { Verdict::Known } else { Verdict::Corrected(before) };
        }
        let extract_time = extracted.map_or(row.ingested_at, |extracted| extracted.known_at(row.ingested_at));
        Verdict::Corrected(extract_time.max(latest.known_at + 1))
    }
}

impl Version {
    pub(super) fn row_hash(&self) -> u128 {
        self.row_hash
    }
}

impl Offered {
    pub(super) fn version(&self) -> Version {
        self.version_known(self.known_at)
    }

    /// The version that it is if it is known from then on (microseconds).
    pub(super) fn version_known(&self, known_at: i64) -> Version {
        let Self { row_hash, recorded_at, ingested_at, .. } = *self;
        Version { order: recorded_at.unwrap_or(known_at), known_at, ingested_at, recorded_at, row_hash }
    }
}

/// The rows that say something new, corrected ones with the time from which on they are known.
pub(super) fn without_known(
    contract: &'static Contract,
    rows: &RecordBatch,
    verdicts: &[Verdict],
) -> Result<RecordBatch, IngestError> {
    let wrong = |source| IngestError::Rows { table: contract.table, source };
    let mut columns = rows.columns().to_vec();
    if verdicts.iter().any(|verdict| matches!(verdict, Verdict::Corrected(_)))
        && let Some(place) = contract.fields.iter().position(|field| field.name == "known_at")
    {
        let told = columns[place].as_primitive::<TimestampMicrosecondType>();
        let known = verdicts.iter().zip(told.values()).map(|(verdict, told)| match verdict {
            Verdict::Corrected(known_at) => *known_at,
            _ => *told,
        });
        let known = TimestampMicrosecondArray::from_iter_values(known).with_timezone("UTC");
        columns[place] = Arc::new(known);
    }
    let keep: BooleanArray = verdicts.iter().map(|verdict| Some(*verdict != Verdict::Known)).collect();
    let rows = RecordBatch::try_new(rows.schema(), columns).map_err(wrong)?;
    filter_record_batch(&rows, &keep).map_err(wrong)
}

/// The field that the table is looked up by. A test of the contracts sees to it that every fact
/// table has one, of text.
pub(super) fn finder(contract: &Contract) -> &'static str {
    contract.bloom.first().copied().unwrap_or_default()
}

/// The fields that tell versions apart.
pub(super) fn fields(contract: &Contract) -> Vec<&'static str> {
    let finder = finder(contract);
    let mut fields = vec![finder, "row_hash", "known_at", "ingested_at", "recorded_at"];
    fields.extend(contract.key.iter().filter(|name| **name != finder));
    fields
}

/// What the rows are looked up by.
pub(super) fn wanted(contract: &'static Contract, rows: &RecordBatch) -> Result<HashSet<String>, IngestError> {
    let values = column(contract, rows, finder(contract))?;
    Ok(values.as_string::<i32>().iter().flatten().map(str::to_owned).collect())
}

/// The rows' fingerprints and times.
pub(super) fn offered(contract: &'static Contract, rows: &RecordBatch) -> Result<Vec<Offered>, IngestError> {
    let hashes = column(contract, rows, "row_hash")?;
    let hashes = hashes.as_binary::<i32>();
    let instants = |name: &str| column(contract, rows, name);
    let (known, ingested) = (instants("known_at")?, instants("ingested_at")?);
    let recorded = instants("recorded_at")?;
    let instant = |column: &ArrayRef, at: usize| {
        let column = column.as_primitive::<TimestampMicrosecondType>();
        (!column.is_null(at)).then(|| column.value(at))
    };
    let mut keys = Vec::new();
    for name in contract.key {
        keys.push((contract.field(name).map(|field| field.kind), column(contract, rows, name)?));
    }
    let key = |at: usize| {
        let parts: Vec<String> = keys.iter().map(|(kind, column)| key_part(*kind, column, at)).collect();
        fingerprint(&parts.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let rows = (0..rows.num_rows()).map(|at| Offered {
        key: key(at),
        row_hash: first_16(hashes.value(at)),
        recorded_at: instant(&recorded, at),
        known_at: instant(&known, at).unwrap_or_default(),
        ingested_at: instant(&ingested, at).unwrap_or_default(),
    });
    Ok(rows.collect())
}

fn key_part(kind: Option<Kind>, column: &ArrayRef, at: usize) -> String {
    match kind {
        Some(Kind::Int) => column.as_primitive::<Int64Type>().value(at).to_string(),
        _ => column.as_string::<i32>().value(at).to_owned(),
    }
}

pub(super) fn column(contract: &'static Contract, rows: &RecordBatch, name: &str) -> Result<ArrayRef, IngestError> {
    rows.column_by_name(name).cloned().ok_or_else(|| IngestError::Rows {
        table: contract.table,
        source: arrow::error::ArrowError::SchemaError(format!("no column {name}")),
    })
}
