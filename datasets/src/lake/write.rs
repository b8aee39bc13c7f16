//! Writing rows: Parquet files with our properties first, then one commit that names them.

use std::collections::HashMap;

use arrow::array::RecordBatch;
use arrow::compute::{SortColumn, lexsort_to_indices, take_record_batch};
use delta_kernel::table_properties::DataSkippingNumIndexedCols;
use deltalake::datafile::writer::{DeltaWriter, WriterConfig};
use deltalake::kernel::{Action, Add};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::snapshot::TableSnapshot;
use super::table::{Once, Table};
use super::{Lake, LakeError};
use crate::contract::Contract;

/// Rows in a row group: small enough to prune, large enough to compress.
pub const ROW_GROUP_ROWS: usize = 131_072;
/// Distinct values that a row group's Bloom filter is sized for.
const BLOOM_VALUES: u64 = 32_768;

/// Writes files of one table. Nothing is seen by readers until [`TableWriter::finish`]'s files are
/// committed; files that never are stay behind as orphans, which no reader sees.
pub struct TableWriter {
    table: &'static Contract,
    inner: DeltaWriter,
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
        self.inner.write(&sorted).await.map_err(LakeError::delta(self.table.table))?;
        self.rows += rows.num_rows() as u64;
        Ok(())
    }

    /// Rows written so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Closes the files and names them.
    pub async fn finish(self) -> Result<WrittenFiles, LakeError> {
        Ok(WrittenFiles(self.inner.close().await.map_err(LakeError::delta(self.table.table))?))
    }
}

/// Files that are written and not yet committed: no reader sees them.
#[derive(Debug, Default)]
pub struct WrittenFiles(Vec<Add>);

impl WrittenFiles {
    /// Takes over other files.
    pub fn add(&mut self, others: Self) {
        self.0.extend(others.0);
    }
}

fn sort(contract: &Contract, rows: &RecordBatch) -> Result<RecordBatch, LakeError> {
    let names = contract.partition.iter().chain(contract.sort);
    let columns: Vec<SortColumn> = names
        .filter_map(|name| rows.column_by_name(name))
        .map(|column| SortColumn { values: column.clone(), options: None })
        .collect();
    if columns.is_empty() {
        return Ok(rows.clone());
    }
    let order = lexsort_to_indices(&columns, None).map_err(LakeError::arrow(contract.table))?;
    take_record_batch(rows, &order).map_err(LakeError::arrow(contract.table))
}

fn properties(contract: &Contract) -> WriterProperties {
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
        let config = WriterConfig::new(
            contract.schema(),
            contract.partition.iter().map(|name| (*name).to_owned()).collect(),
            Some(properties(contract)),
            None,
            Some(8192),
            DataSkippingNumIndexedCols::NumColumns(0),
            Some(contract.stats.iter().map(|name| (*name).to_owned()).collect()),
        );
        TableWriter { table: contract, inner: DeltaWriter::new(self.store(), config), rows: 0 }
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
        let mut actions: Vec<Action> = writer.finish().await?.0.into_iter().map(Action::Add).collect();
        actions.extend(removals(replaced));
        if actions.is_empty() && once.is_none() {
            return Ok(base.version());
        }
        self.commit(&base, actions, once.map(std::slice::from_ref).unwrap_or_default(), HashMap::new()).await
    }

    /// Whether that attempt has landed here.
    pub async fn has_landed(&self, once: &Once) -> Result<bool, LakeError> {
        let state = self.refresh().await?;
        Ok(self.landed(&state, &once.app_id).await?.is_some_and(|attempt| attempt >= once.attempt))
    }

    /// Commits files, in place of those in `replaced`, on top of the newest version. The caller holds the table's lock.
    pub async fn commit_files(
        &self,
        files: WrittenFiles,
        replaced: Option<&TableSnapshot>,
        once: &[Once],
        notes: HashMap<String, serde_json::Value>,
    ) -> Result<u64, LakeError> {
        let base = self.refresh().await?;
        let mut actions: Vec<Action> = files.0.into_iter().map(Action::Add).collect();
        actions.extend(removals(replaced));
        self.commit(&base, actions, once, notes).await
    }

    /// Removes files that will not be committed; one that cannot be removed is only an orphan.
    pub async fn discard_files(&self, files: WrittenFiles) {
        let store = self.store();
        for file in files.0 {
            let path = object_store::path::Path::parse(&file.path).unwrap_or_else(|_| file.path.as_str().into());
            if let Err(error) = object_store::ObjectStoreExt::delete(&store, &path).await {
                tracing::warn!(file = file.path, %error, "an uncommitted file stays behind");
            }
        }
    }
}

/// The actions that take a snapshot's files out of the table.
fn removals(replaced: Option<&TableSnapshot>) -> Vec<Action> {
    let files = replaced.map(|snapshot| snapshot.files.clone()).unwrap_or_default();
    // The time of deletion only matters to a vacuum; the newest file's time keeps it deterministic.
    let now_ms = files.iter().map(|file| file.modified_ms).max().unwrap_or_default();
    files.iter().map(|file| file.removal(now_ms)).collect()
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
