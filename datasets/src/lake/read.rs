//! Reading rows without a query engine: whole files, or the rows of some cases, pruned by what the
//! log and the files tell of themselves.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::{DataType, Schema};
use arrow::error::ArrowError;
use futures::future::BoxFuture;
use futures::stream::{self, BoxStream};
use futures::{FutureExt, StreamExt, TryStreamExt};
use object_store::path::Path;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowPredicateFn, ArrowReaderOptions, RowFilter};
use parquet::arrow::async_reader::ParquetRecordBatchStreamBuilder;
use parquet::errors::ParquetError;
use parquet::file::metadata::PageIndexPolicy;

use super::backup::digest;
use super::file_reader::FileReader;
use super::snapshot::{LiveFile, TableSnapshot};
use super::{LakeError, prune};

pub(super) type Builder = ParquetRecordBatchStreamBuilder<FileReader>;
/// Rows of a file as they come.
pub(super) type Rows = BoxStream<'static, Result<RecordBatch, LakeError>>;

/// Rows that are handed over at once.
pub(super) const BATCH_ROWS: usize = 8192;
/// Files that are read at once: a store far away answers each only after a while.
const FILES_AT_ONCE: usize = 16;

/// The rows of files, some of which are read at once, in the order of the files.
async fn in_order(
    files: Vec<BoxFuture<'_, Result<Vec<RecordBatch>, LakeError>>>,
) -> Result<Vec<RecordBatch>, LakeError> {
    let rows: Vec<_> = stream::iter(files).buffered(FILES_AT_ONCE).try_collect().await?;
    Ok(rows.into_iter().flatten().collect())
}

impl TableSnapshot {
    /// Reads the named fields of every row.
    pub async fn read(&self, fields: &[&str]) -> Result<Vec<RecordBatch>, LakeError> {
        in_order(self.files.iter().map(|file| self.read_file(file, fields).boxed()).collect()).await
    }

    async fn read_file(&self, file: &LiveFile, fields: &[&str]) -> Result<Vec<RecordBatch>, LakeError> {
        let builder = self.open(file, PageIndexPolicy::Skip).await?;
        self.collect(file, builder, fields).await
    }

    /// Reads the named fields of the rows whose `key` is one of `values`; `key` must be among the
    /// fields. Files and row groups that cannot hold one are not read.
    pub async fn read_where(
        &self,
        key: &str,
        values: &HashSet<String>,
        fields: &[&str],
    ) -> Result<Vec<RecordBatch>, LakeError> {
        let (Some(low), Some(high)) = (values.iter().min(), values.iter().max()) else {
            return Ok(Vec::new());
        };
        let wanted = Arc::new(values.clone());
        let files = self.files.iter().filter(|file| file.may_hold_text(key, low, high));
        let read = files.map(|file| self.read_file_where(file, key, &wanted, (low, high), fields).boxed());
        in_order(read.collect()).await
    }

    async fn read_file_where(
        &self,
        file: &LiveFile,
        key: &str,
        wanted: &Arc<HashSet<String>>,
        range: (&str, &str),
        fields: &[&str],
    ) -> Result<Vec<RecordBatch>, LakeError> {
        let mut builder = self.open(file, PageIndexPolicy::Optional).await?;
        let groups = prune::row_groups(&mut builder, key, wanted, range).await;
        if groups.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(pages) = prune::pages(builder.metadata(), &groups, key, range) {
            builder = builder.with_row_selection(pages);
        }
        // The other columns are read of the rows that are wanted only.
        let mask = ProjectionMask::columns(builder.parquet_schema(), [key]);
        let wanted = wanted.clone();
        let is_wanted = ArrowPredicateFn::new(mask, move |batch| is_among(&batch, &wanted));
        let builder = builder.with_row_groups(groups).with_row_filter(RowFilter::new(vec![Box::new(is_wanted)]));
        let rows = self.collect(file, builder, fields).await?;
        Ok(rows.into_iter().filter(|batch| batch.num_rows() > 0).collect())
    }

    /// Rows of a file, in its order, so many at once.
    pub(super) async fn stream(&self, file: &LiveFile, fields: &[&str], rows: usize) -> Result<Rows, LakeError> {
        let builder = self.open(file, PageIndexPolicy::Skip).await?;
        self.rows_of(file, builder, fields, rows)
    }

    /// Whether a file may hold rows whose text `key` is `value`, by its row groups' statistics.
    pub(super) async fn may_hold(&self, file: &LiveFile, key: &str, value: &str) -> Result<bool, LakeError> {
        let mut builder = self.open(file, PageIndexPolicy::Skip).await?;
        Ok(!prune::row_groups(&mut builder, key, &HashSet::from([value.to_owned()]), (value, value)).await.is_empty())
    }

    /// Only the files that can be read, as they were written; the others are told.
    pub async fn readable(&self) -> Self {
        let mut damaged = HashSet::new();
        for file in self.files.iter() {
            if let Err(error) = self.read_through(file).await {
                tracing::warn!("{}/{} is left out: {error}", self.contract.table, file.name);
                damaged.insert(file.name.clone());
            }
        }
        self.without(&damaged)
    }

    async fn read_through(&self, file: &LiveFile) -> Result<(), LakeError> {
        if let Some(is_whole) = self.is_as_written(file).await? {
            let altered = || LakeError::Altered { place: self.contract.table.to_owned(), file: file.name.clone() };
            return is_whole.then_some(()).ok_or_else(altered);
        }
        let fields: Vec<&str> = self.contract.fields.iter().map(|field| field.name).collect();
        let mut rows = self.stream(file, &fields, BATCH_ROWS).await?;
        while rows.try_next().await?.is_some() {}
        Ok(())
    }

    /// Whether a file has the SHA-256 that its log tells; nothing if that tells none.
    pub(super) async fn is_as_written(&self, file: &LiveFile) -> Result<Option<bool>, LakeError> {
        let Some(written) = &file.sha256 else { return Ok(None) };
        let (_, found) = digest(&self.store, &path(file)).await?;
        Ok(Some(found == *written))
    }

    pub(super) async fn open(&self, file: &LiveFile, pages: PageIndexPolicy) -> Result<Builder, LakeError> {
        let reader = FileReader { store: self.store.clone(), path: path(file), size: file.size };
        // The embedded Arrow schema would bring back another writer's types; the contract decides.
        let options = ArrowReaderOptions::new().with_page_index_policy(pages);
        Builder::new_with_options(reader, options).await.map_err(|error| match is_gone(&error) {
            true => LakeError::FileGone { table: self.contract.table.to_owned(), file: file.name.clone() },
            false => LakeError::parquet(self.contract.table)(error),
        })
    }

    async fn collect(&self, file: &LiveFile, builder: Builder, fields: &[&str]) -> Result<Vec<RecordBatch>, LakeError> {
        self.rows_of(file, builder, fields, BATCH_ROWS)?.try_collect().await
    }

    /// The rows that a builder is set to read.
    pub(super) fn rows_of(
        &self,
        file: &LiveFile,
        builder: Builder,
        fields: &[&str],
        rows: usize,
    ) -> Result<Rows, LakeError> {
        let in_file: Vec<&str> =
            fields.iter().copied().filter(|name| !self.contract.partition.contains(name)).collect();
        let mask = ProjectionMask::columns(builder.parquet_schema(), in_file.iter().copied());
        let mask = if in_file.iter().any(|name| self.contract.field(name).is_some_and(|f| f.kind.is_nested())) {
            let roots = builder.schema().fields().iter().enumerate();
            ProjectionMask::roots(
                builder.parquet_schema(),
                roots.filter(|(_, field)| in_file.contains(&field.name().as_str())).map(|(at, _)| at),
            )
        } else {
            mask
        };
        let stream = builder
            .with_projection(mask)
            .with_batch_size(rows)
            .build()
            .map_err(LakeError::parquet(self.contract.table))?;
        let (snapshot, file) = (self.clone(), file.clone());
        let fields: Vec<String> = fields.iter().map(|name| (*name).to_owned()).collect();
        let arranged = stream.map(move |batch| {
            let batch = batch.map_err(LakeError::parquet(snapshot.contract.table))?;
            snapshot.arrange(&file, &batch, &fields)
        });
        Ok(arranged.boxed())
    }

    /// Puts the columns into the asked order and type, and adds those that are folders.
    fn arrange(&self, file: &LiveFile, batch: &RecordBatch, fields: &[String]) -> Result<RecordBatch, LakeError> {
        let full = self.contract.schema();
        let mut columns = Vec::with_capacity(fields.len());
        let mut kept = Vec::with_capacity(fields.len());
        for name in fields {
            let field = full.field_with_name(name).map_err(LakeError::arrow(self.contract.table))?;
            let column = match batch.column_by_name(name) {
                Some(column) => arrow::compute::cast(column, field.data_type()),
                // A file of an older program lacks what its table was given since.
                None if !self.contract.partition.contains(&name.as_str()) => {
                    Ok(arrow::array::new_null_array(field.data_type(), batch.num_rows()))
                }
                None => {
                    let value = file.partition.get(name).cloned().flatten();
                    let text = Arc::new(arrow::array::StringArray::from(vec![value; batch.num_rows()]));
                    arrow::compute::cast(&(text as arrow::array::ArrayRef), field.data_type())
                }
            };
            columns.push(column.map_err(LakeError::arrow(self.contract.table))?);
            kept.push(field.clone());
        }
        RecordBatch::try_new(Arc::new(Schema::new(kept)), columns).map_err(LakeError::arrow(self.contract.table))
    }
}

/// Whether a file could not be read because it is not there.
fn is_gone(error: &ParquetError) -> bool {
    let ParquetError::External(source) = error else { return false };
    matches!(source.downcast_ref::<object_store::Error>(), Some(object_store::Error::NotFound { .. }))
}

/// Where a file is in its table's own store.
fn path(file: &LiveFile) -> Path {
    Path::parse(&file.name).unwrap_or_else(|_| Path::from(file.name.as_str()))
}

/// Which texts of the one column are among the wanted.
fn is_among(rows: &RecordBatch, wanted: &HashSet<String>) -> Result<BooleanArray, ArrowError> {
    let Some(column) = rows.columns().first() else { return Ok(vec![false; rows.num_rows()].into()) };
    // Another writer may have texts of another width.
    let texts = arrow::compute::cast(column, &DataType::Utf8)?;
    Ok(texts.as_string::<i32>().iter().map(|text| Some(text.is_some_and(|text| wanted.contains(text)))).collect())
}
