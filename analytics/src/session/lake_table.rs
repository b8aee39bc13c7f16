//! A pinned version of a lake table as a DataFusion table: its live files, scanned as plain
//! Parquet (design §3), with instants in the lake's zone. What pages ask again and again is taken
//! from memory instead.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Result, ScalarValue, project_schema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datasets::contract::Role;
use datasets::lake::{LiveFile, TableSnapshot};
use object_store::ObjectMeta;

use super::columns::COLUMNS;

/// Most values, rows times columns, that a scan takes from memory: half a gigabyte or so.
const MOST_VALUES: u64 = 32_000_000;
/// Batches of fewer rows are put together: many small files would make many small batches.
const SMALL_BATCH: usize = 1024;

/// One version of one table.
#[derive(Debug)]
pub(crate) struct LakeTable {
    snapshot: TableSnapshot,
    store: ObjectStoreUrl,
    table_schema: TableSchema,
}

impl LakeTable {
    /// `store` is the address under which the runtime knows the lake's object store.
    pub(crate) fn new(snapshot: TableSnapshot, store: ObjectStoreUrl, zone: &str) -> Self {
        let full = snapshot.contract.schema_in(zone);
        let is_folder = |field: &FieldRef| snapshot.contract.partition.contains(&field.name().as_str());
        let folders: Vec<FieldRef> = full.fields().iter().filter(|field| is_folder(field)).cloned().collect();
        let in_file: Vec<FieldRef> = full.fields().iter().filter(|field| !is_folder(field)).cloned().collect();
        let table_schema =
            TableSchema::builder(Arc::new(Schema::new(in_file))).with_table_partition_cols(folders).build();
        Self { snapshot, store, table_schema }
    }

    fn file(&self, file: &LiveFile) -> PartitionedFile {
        let modified = jiff::Timestamp::from_millisecond(file.modified_ms).unwrap_or_default();
        let meta = ObjectMeta {
            location: file.path.clone(),
            last_modified: std::time::SystemTime::from(modified).into(),
            size: file.size,
            e_tag: None,
            version: None,
        };
        let folders = self.table_schema.table_partition_cols().iter();
        let values = folders.map(|field| ScalarValue::Utf8(file.partition.get(field.name()).cloned().flatten()));
        PartitionedFile::new_from_meta(meta).with_partition_values(values.collect())
    }

    /// Whether a scan of all these rows goes through memory. Facts do not, since they are large and
    /// no page asks for them; nor does a look-up by key, for which Parquet has Bloom filters, a look
    /// at a few rows, or a list, of which nobody knows how long it is.
    fn is_kept(&self, files: &[&LiveFile], filters: &[Expr], limit: Option<usize>, schema: &Schema) -> bool {
        let contract = self.snapshot.contract;
        let is_look_up = |filter: &Expr| equality(filter).is_some_and(|(field, _)| contract.bloom.contains(&field));
        let rows: Option<u64> = files.iter().map(|file| file.rows).sum();
        let fields = schema.fields();
        contract.role != Role::Fact
            && limit.is_none()
            && !fields.is_empty()
            && !fields.iter().any(|field| field.data_type().is_nested())
            && !filters.iter().any(is_look_up)
            && rows.is_some_and(|rows| rows.saturating_mul(fields.len() as u64) <= MOST_VALUES)
    }

    async fn memory_scan(
        &self,
        files: &[&LiveFile],
        schema: SchemaRef,
        partitions: usize,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut batches = Vec::new();
        for file in files {
            batches.extend(COLUMNS.rows(&self.snapshot, file, &schema).await?);
        }
        let batches = put_together(&schema, batches)?;
        let size = batches.len().div_ceil(partitions.max(1)).max(1);
        let mut parts: Vec<Vec<RecordBatch>> = batches.chunks(size).map(<[RecordBatch]>::to_vec).collect();
        if parts.is_empty() {
            parts.push(Vec::new());
        }
        Ok(MemorySourceConfig::try_new_exec(&parts, schema, None)?)
    }
}

#[async_trait]
impl TableProvider for LakeTable {
    fn schema(&self) -> SchemaRef {
        self.table_schema.table_schema().clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        // Files and row groups are pruned by them; the filters themselves run above, but for those by
        // folder: all rows of a file share its folder's value.
        let folders = self.snapshot.contract.partition;
        let pushed = |filter: &&Expr| match equality(filter) {
            Some((field, _)) if folders.contains(&field) => TableProviderFilterPushDown::Exact,
            _ => TableProviderFilterPushDown::Inexact,
        };
        Ok(filters.iter().map(pushed).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let files: Vec<&LiveFile> = self.snapshot.files.iter().filter(|file| may_match(file, filters)).collect();
        let schema = project_schema(&self.schema(), projection)?;
        if files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(schema)));
        }
        let partitions = state.config().target_partitions();
        if self.is_kept(&files, filters, limit, &schema) {
            return self.memory_scan(&files, schema, partitions).await;
        }
        let files: Vec<PartitionedFile> = files.into_iter().map(|file| self.file(file)).collect();
        let groups = FileGroup::new(files).split_files(partitions);
        let options = state.config_options().execution.parquet.clone();
        let options = datafusion::common::config::TableParquetOptions { global: options, ..Default::default() };
        let source = ParquetSource::new(self.table_schema.clone()).with_table_parquet_options(options);
        let config = FileScanConfigBuilder::new(self.store.clone(), Arc::new(source))
            .with_file_groups(groups)
            .with_projection_indices(projection.cloned())?
            .with_limit(limit.filter(|_| filters.is_empty()))
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// The batches of small files as one, after the others.
fn put_together(schema: &SchemaRef, batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>> {
    let (small, mut batches): (Vec<RecordBatch>, Vec<RecordBatch>) =
        batches.into_iter().partition(|batch| batch.num_rows() < SMALL_BATCH);
    if !small.is_empty() {
        batches.push(concat_batches(schema, &small)?);
    }
    Ok(batches)
}

/// The field and the text of a comparison like `part = 'cold'`.
fn equality(filter: &Expr) -> Option<(&str, &str)> {
    let Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) = filter else {
        return None;
    };
    match (left.as_ref(), right.as_ref()) {
        (Expr::Column(column), Expr::Literal(value, _)) | (Expr::Literal(value, _), Expr::Column(column)) => {
            value.try_as_str().flatten().map(|text| (column.name.as_str(), text))
        }
        _ => None,
    }
}

/// Whether a file can hold rows for the filters: by folder and by the statistics in the log. Only
/// comparisons of a text field with a literal are looked at; Parquet's own statistics do the rest.
fn may_match(file: &LiveFile, filters: &[Expr]) -> bool {
    filters.iter().filter_map(equality).all(|(field, text)| holds(file, field, text))
}

fn holds(file: &LiveFile, field: &str, text: &str) -> bool {
    match file.partition.get(field) {
        Some(value) => value.as_deref() == Some(text),
        None => file.may_hold_text(field, text, text),
    }
}
