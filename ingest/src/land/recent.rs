//! What the small files of a table hold, kept in memory. Pushes leave many small files, and each
//! next group would have to open all of them to tell which of its rows are known.

use std::collections::{HashMap, HashSet};

use arrow::array::{AsArray, RecordBatch};
use datasets::contract::Contract;
use datasets::lake::{LiveFile, TableSnapshot};
use futures::future::try_join_all;

use super::versions::{Held, Version, column, fields, finder, offered, wanted};
use crate::IngestError;

/// A file of more rows is asked by its statistics and Bloom filters.
const SMALL_ROWS: u64 = 65_536;
/// Rows that are kept of one table; some 150 bytes each.
const MOST_ROWS: usize = 1_000_000;
/// Files that are opened at once.
const AT_ONCE: usize = 16;

/// The small files of the tables that are pushed to.
#[derive(Default)]
pub(crate) struct Recent {
    tables: HashMap<&'static str, Small>,
}

/// Which batch brought a row: the row's fingerprint and the [`mark`] of the batch.
pub(super) type Brought = HashSet<(u128, u64)>;

#[derive(Default)]
struct Small {
    files: HashMap<String, u32>,
    rows: HashMap<u128, Vec<Placed>>,
    count: usize,
    next: u32,
}

struct Placed {
    version: Version,
    batch: u64,
    file: u32,
}

/// The first eight bytes of a batch's id: enough beside a row's fingerprint.
pub(super) fn mark(batch_id: &str) -> u64 {
    batch_id.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or_default()
}

impl Recent {
    /// The versions that a table holds of the rows' keys, and which batches brought them.
    pub(super) async fn held(
        &mut self,
        before: &TableSnapshot,
        contract: &'static Contract,
        rows: &[&RecordBatch],
    ) -> Result<(Held, Brought), IngestError> {
        let small = self.tables.entry(contract.table).or_default();
        small.forget(before);
        small.learn(before, contract).await?;
        let (mut held, mut brought) = (Held::default(), Brought::new());
        let mut values = HashSet::new();
        for rows in rows {
            values.extend(wanted(contract, rows)?);
            for row in offered(contract, rows)? {
                for placed in small.rows.get(&row.key).into_iter().flatten() {
                    held.take(row.key, placed.version);
                    brought.insert((placed.version.row_hash(), placed.batch));
                }
            }
        }
        let others = before.filtered(|file| !small.files.contains_key(&file.name));
        for batch in others.read_where(finder(contract), &values, &fields_and_batch(contract)).await? {
            for (row, batch) in offered(contract, &batch)?.iter().zip(marks(contract, &batch)?) {
                held.take(row.key, row.version());
                brought.insert((row.row_hash, batch));
            }
        }
        Ok((held, brought))
    }
}

impl Small {
    /// Drops what stood in files that are gone: merged into others, or erased.
    fn forget(&mut self, before: &TableSnapshot) {
        let live: HashSet<&str> = before.files.iter().map(|file| file.name.as_str()).collect();
        let gone = self.files.iter().filter(|(name, _)| !live.contains(name.as_str()));
        let gone: HashSet<u32> = gone.map(|(_, number)| *number).collect();
        if gone.is_empty() {
            return;
        }
        self.files.retain(|_, number| !gone.contains(number));
        self.rows.retain(|_, placed| {
            placed.retain(|placed| !gone.contains(&placed.file));
            !placed.is_empty()
        });
        self.count = self.rows.values().map(Vec::len).sum();
    }

    /// Reads the small files that are new.
    async fn learn(&mut self, before: &TableSnapshot, contract: &'static Contract) -> Result<(), IngestError> {
        let fields = fields_and_batch(contract);
        let mut room = MOST_ROWS.saturating_sub(self.count);
        let mut new: Vec<&LiveFile> = Vec::new();
        for file in before.files.iter().filter(|file| !self.files.contains_key(&file.name)) {
            let Some(rows) = file.rows.filter(|rows| *rows <= SMALL_ROWS) else { continue };
            let rows = usize::try_from(rows).unwrap_or(usize::MAX);
            if rows <= room {
                room -= rows;
                new.push(file);
            }
        }
        for files in new.chunks(AT_ONCE) {
            let alone = |of: &LiveFile| before.filtered(|file| file.name == of.name);
            let snapshots: Vec<TableSnapshot> = files.iter().map(|file| alone(file)).collect();
            let read = try_join_all(snapshots.iter().map(|snapshot| snapshot.read(&fields))).await?;
            for (file, batches) in files.iter().zip(read) {
                self.keep(&file.name, contract, &batches)?;
            }
        }
        Ok(())
    }

    fn keep(&mut self, name: &str, contract: &'static Contract, batches: &[RecordBatch]) -> Result<(), IngestError> {
        let file = self.next;
        self.next += 1;
        for rows in batches {
            for (row, batch) in offered(contract, rows)?.iter().zip(marks(contract, rows)?) {
                self.rows.entry(row.key).or_default().push(Placed { version: row.version(), batch, file });
            }
            self.count += rows.num_rows();
        }
        self.files.insert(name.to_owned(), file);
        Ok(())
    }
}

fn fields_and_batch(contract: &'static Contract) -> Vec<&'static str> {
    let mut fields = fields(contract);
    fields.push("batch_id");
    fields
}

fn marks(contract: &'static Contract, rows: &RecordBatch) -> Result<Vec<u64>, IngestError> {
    let batches = column(contract, rows, "batch_id")?;
    Ok(batches.as_string::<i32>().iter().map(|batch| batch.map(mark).unwrap_or_default()).collect())
}
