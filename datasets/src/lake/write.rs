//! Writing rows: Parquet files with our properties first, then one commit that names them.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, UInt32Array};
use arrow::compute::{partition, take_record_batch};
use arrow::row::{RowConverter, SortField};
use delta_kernel::table_properties::DataSkippingNumIndexedCols;
use deltalake::datafile::writer::{DeltaWriter, WriterConfig};
use deltalake::kernel::{Action, Add};
use deltalake::table::state::DeltaTableState;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::snapshot::TableSnapshot;
use super::table::{Once, Table};
use super::uncommitted::Uncommitted;
use super::{Lake, LakeError};
use crate::contract::Contract;

/// Rows in a row group: small enough to prune, large enough to compress.
pub const ROW_GROUP_ROWS: usize = 131_072;
/// Tag of a file in the log: its SHA-256, hexadecimal.
pub(super) const DIGEST_TAG: &str = "sunlake.sha256";
/// Distinct values that a row group's Bloom filter is sized for.
const BLOOM_VALUES: u64 = 32_768;
/// Folders that are written to at once: each takes some 2 MiB while it is open.
const OPEN_FOLDERS: usize = 64;

/// Writes files of one table. Nothing is seen by readers until [`TableWriter::finish`]'s files are
/// committed; files that never are are removed when they are dropped.
pub struct TableWriter {
    table: &'static Contract,
    inner: DeltaWriter,
    store: Arc<dyn ObjectStore>,
    files: Uncommitted,
    /// Files that are closed already.
    adds: Vec<Add>,
    rows: u64,
}

impl TableWriter {
    /// Rows must come in the contract's schema. Each call's rows are sorted by partition and the
    /// contract's order first.
    pub async fn write(&mut self, rows: &RecordBatch) -> Result<(), LakeError> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        let sorted = sort(self.table, rows)?;
        let parts = parts(self.table, &sorted)?;
        for (at, part) in parts.into_iter().enumerate() {
            if at > 0 {
                self.close_folders().await?;
            }
            self.write_sorted(&sorted.slice(part.start, part.len())).await?;
        }
        Ok(())
    }

    /// Closes the files that are open, and begins anew.
    async fn close_folders(&mut self) -> Result<(), LakeError> {
        let open = std::mem::replace(&mut self.inner, delta_writer(self.table, self.store.clone()));
        let closed = open.close().await;
        refuse_failed(self.table, &self.files)?;
        self.adds.extend(closed.map_err(LakeError::delta(self.table.table))?);
        Ok(())
    }

    /// The same for rows that come in order, also from one call to the next.
    pub(super) async fn write_sorted(&mut self, rows: &RecordBatch) -> Result<(), LakeError> {
        let written = self.inner.write(rows).await;
        refuse_failed(self.table, &self.files)?;
        written.map_err(LakeError::delta(self.table.table))?;
        self.rows += rows.num_rows() as u64;
        Ok(())
    }

    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Closes the files and names them, each with the SHA-256 of what was written.
    pub async fn finish(self) -> Result<WrittenFiles, LakeError> {
        let Self { table, inner, files, mut adds, .. } = self;
        let closed = inner.close().await;
        refuse_failed(table, &files)?;
        adds.extend(closed.map_err(LakeError::delta(table.table))?);
        for add in &mut adds {
            if let Some(digest) = files.digest(&add.path) {
                add.tags.get_or_insert_default().insert(DIGEST_TAG.to_owned(), Some(digest));
            }
        }
        Ok(WrittenFiles { adds, files: vec![files] })
    }
}

fn refuse_failed(table: &Contract, files: &Uncommitted) -> Result<(), LakeError> {
    files.failure().map_or(Ok(()), |failure| Err(LakeError::write(table.table, failure)))
}

/// Files that are written and not yet committed: no reader sees them. Dropped, they are removed.
#[derive(Debug, Default)]
pub struct WrittenFiles {
    adds: Vec<Add>,
    files: Vec<Uncommitted>,
}

impl WrittenFiles {
    /// Takes over other files.
    pub fn add(&mut self, others: Self) {
        self.adds.extend(others.adds);
        self.files.extend(others.files);
    }

    /// Bytes of the files.
    pub(super) fn bytes(&self) -> u64 {
        self.adds.iter().map(|add| u64::try_from(add.size).unwrap_or_default()).sum()
    }

    /// From here on the files stay: only the log can tell whether they are wanted.
    pub(super) fn keep(self) -> Vec<Add> {
        self.files.iter().for_each(Uncommitted::keep);
        self.adds
    }
}

/// Rows that are equal stay in the order in which they came, so that the same rows make the same file.
fn sort(contract: &Contract, rows: &RecordBatch) -> Result<RecordBatch, LakeError> {
    let names = contract.partition.iter().chain(contract.sort);
    let columns: Vec<ArrayRef> = names.filter_map(|name| rows.column_by_name(name).cloned()).collect();
    if columns.is_empty() {
        return Ok(rows.clone());
    }
    let order = {
        // As bytes, which compare in one go what is compared column by column otherwise.
        let fields = columns.iter().map(|column| SortField::new(column.data_type().clone())).collect();
        let converter = RowConverter::new(fields).map_err(LakeError::arrow(contract.table))?;
        let keys = converter.convert_columns(&columns).map_err(LakeError::arrow(contract.table))?;
        if keys.iter().is_sorted() {
            return Ok(rows.clone());
        }
        let mut order: Vec<_> = keys.iter().zip(0_u32..).collect();
        order.sort_unstable();
        UInt32Array::from_iter_values(order.into_iter().map(|(_, place)| place))
    };
    take_record_batch(rows, &order).map_err(LakeError::arrow(contract.table))
}

/// Sorted rows in parts that go to a bounded number of folders each.
fn parts(contract: &Contract, sorted: &RecordBatch) -> Result<Vec<Range<usize>>, LakeError> {
    let columns: Vec<ArrayRef> =
        contract.partition.iter().filter_map(|name| sorted.column_by_name(name).cloned()).collect();
    if columns.is_empty() {
        let all = 0..sorted.num_rows();
        return Ok(Vec::from([all]));
    }
    let folders = partition(&columns).map_err(LakeError::arrow(contract.table))?.ranges();
    let ends = folders.chunks(OPEN_FOLDERS).filter_map(<[Range<usize>]>::last).map(|last| last.end);
    let mut start = 0;
    Ok(ends.map(|end| std::mem::replace(&mut start, end)..end).collect())
}

fn delta_writer(contract: &Contract, store: Arc<dyn ObjectStore>) -> DeltaWriter {
    let config = WriterConfig::new(
        contract.schema(),
        contract.partition.iter().map(|name| (*name).to_owned()).collect(),
        Some(writer_properties(contract)),
        None,
        Some(8192),
        DataSkippingNumIndexedCols::NumColumns(0),
        Some(contract.stats.iter().map(|name| (*name).to_owned()).collect()),
    );
    DeltaWriter::new(store, config)
}

/// How the Parquet files of a table are written.
pub fn writer_properties(contract: &Contract) -> WriterProperties {
    let level = ZstdLevel::try_new(1).unwrap_or_default();
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_created_by(concat!("sunlake ", env!("CARGO_PKG_VERSION")).to_owned());
    for name in contract.bloom {
        let column = ColumnPath::from(*name);
        builder = builder
            .set_column_bloom_filter_enabled(column.clone(), true)
            .set_column_bloom_filter_max_ndv(column, BLOOM_VALUES);
    }
    for field in contract.fields.iter().filter(|field| field.name.ends_with("_hash")) {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(field.name), false);
    }
    builder.build()
}

impl Table {
    /// Begins to write files.
    pub fn writer(&self) -> TableWriter {
        let contract = self.contract();
        let files = Uncommitted::new(self.folder());
        let store = files.store(self.store());
        let inner = delta_writer(contract, store.clone());
        TableWriter { table: contract, inner, store, files, adds: Vec::new(), rows: 0 }
    }

    /// Writes `rows` and commits them in place of the files in `replaced`. With `once`, does
    /// nothing if that attempt has landed. Returns the version that holds the rows.
    ///
    /// The caller holds the table's lock.
    pub async fn put(
        &self,
        rows: &[RecordBatch],
        replaced: Option<&TableSnapshot>,
        once: Option<&Once>,
    ) -> Result<u64, LakeError> {
        let base = self.refresh().await?;
        if let Some(once) = once
            && self.landed(&base, &once.app_id).await?.is_some_and(|attempt| attempt >= once.attempt)
        {
            return Ok(base.version());
        }
        let mut writer = self.writer();
        for batch in rows {
            writer.write(batch).await?;
        }
        let files = writer.finish().await?;
        if files.adds.is_empty() && once.is_none() && replaced.is_none_or(|replaced| replaced.files.is_empty()) {
            return Ok(base.version());
        }
        let once = once.map(std::slice::from_ref).unwrap_or_default();
        self.commit_on(&base, files, replaced, once, HashMap::new()).await
    }

    /// Whether that attempt has landed here.
    pub async fn has_landed(&self, once: &Once) -> Result<bool, LakeError> {
        let state = self.refresh().await?;
        Ok(self.landed(&state, &once.app_id).await?.is_some_and(|attempt| attempt >= once.attempt))
    }

    /// Commits files, in place of those in `replaced`, on top of the newest version. The files are
    /// removed if that fails. The caller holds the table's lock.
    pub async fn commit_files(
        &self,
        files: WrittenFiles,
        replaced: Option<&TableSnapshot>,
        once: &[Once],
        notes: HashMap<String, serde_json::Value>,
    ) -> Result<u64, LakeError> {
        let base = self.refresh().await?;
        self.commit_on(&base, files, replaced, once, notes).await
    }

    async fn commit_on(
        &self,
        base: &DeltaTableState,
        files: WrittenFiles,
        replaced: Option<&TableSnapshot>,
        once: &[Once],
        notes: HashMap<String, serde_json::Value>,
    ) -> Result<u64, LakeError> {
        let adds = files.keep();
        let actions = adds.iter().cloned().map(Action::Add).chain(removals(replaced)).collect();
        let committed = match self.refuse_gone(&adds).await {
            Ok(()) => self.commit(base, actions, once, notes).await,
            Err(gone) => Err(gone),
        };
        if committed.is_err() && self.names_none_of(&adds).await {
            self.remove_files(adds).await;
        }
        committed
    }

    /// An error if one of the files that are to be committed is not there whole. Files may be written
    /// without the table's lock; who removes files holds it, so what is there under the lock is there
    /// when the commit names it.
    pub(super) async fn refuse_gone(&self, adds: &[Add]) -> Result<(), LakeError> {
        let store = self.store();
        for add in adds {
            let size = match store.head(&path(add)).await {
                Ok(there) => Some(there.size),
                Err(object_store::Error::NotFound { .. }) => None,
                Err(error) => return Err(error.into()),
            };
            if size != u64::try_from(add.size).ok() {
                return Err(LakeError::Removed { table: self.name().to_owned(), file: add.path.clone() });
            }
        }
        Ok(())
    }

    /// Whether the newest version has none of these files; if that cannot be found out it may have.
    pub(super) async fn names_none_of(&self, adds: &[Add]) -> bool {
        let Ok(newest) = self.refresh().await else { return false };
        let names: HashSet<&str> = adds.iter().map(|add| add.path.as_str()).collect();
        !newest.log_data().iter().any(|file| names.contains(&*file.path()))
    }

    /// Removes files that will not be committed; one that cannot be removed is only an orphan.
    pub async fn discard_files(&self, files: WrittenFiles) {
        self.remove_files(files.keep()).await;
    }

    pub(super) async fn remove_files(&self, files: Vec<Add>) {
        let store = self.store();
        for file in files {
            match store.delete(&path(&file)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => tracing::warn!(file = file.path, %error, "an uncommitted file stays behind"),
            }
        }
    }
}

/// Where a file of the log is in its table's store.
fn path(add: &Add) -> Path {
    Path::parse(&add.path).unwrap_or_else(|_| Path::from(add.path.as_str()))
}

/// The actions that take a snapshot's files out of the table.
fn removals(replaced: Option<&TableSnapshot>) -> Vec<Action> {
    let files = replaced.map(|snapshot| snapshot.files.clone()).unwrap_or_default();
    // The time of deletion only matters to a vacuum; the newest file's time keeps it deterministic.
    let now_ms = files.iter().map(|file| file.modified_ms).max().unwrap_or_default();
    files.iter().map(|file| file.removal(now_ms, true)).collect()
}

impl Lake {
    /// Replaces all rows of a small table under its lock.
    pub async fn replace(
        &self,
        table: &'static Contract,
        rows: &[RecordBatch],
        once: Option<&Once>,
    ) -> Result<u64, LakeError> {
        let table = self.table(table);
        let _lock = self.lock(table.name()).await?;
        let old = table.snapshot().await?;
        table.put(rows, Some(&old), once).await
    }
}

#[cfg(test)]
mod tests;
