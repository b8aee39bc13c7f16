//! A pinned version of a lake table as a DataFusion table: its live files, scanned as plain
//! Parquet (design §3), with instants in the lake's zone.

use std::sync::Arc;

use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{Result, ScalarValue, project_schema};
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datasets::lake::{LiveFile, TableSnapshot};
use object_store::ObjectMeta;

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
        // Files and row groups are pruned by them; the filters themselves run above.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let files: Vec<PartitionedFile> =
            self.snapshot.files.iter().filter(|file| may_match(file, filters)).map(|file| self.file(file)).collect();
        if files.is_empty() {
            return Ok(Arc::new(EmptyExec::new(project_schema(&self.schema(), projection)?)));
        }
        let groups = FileGroup::new(files).split_files(state.config().target_partitions());
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

/// Whether a file can hold rows for the filters: by folder and by the statistics in the log. Only
/// comparisons of a text field with a literal are looked at; Parquet's own statistics do the rest.
fn may_match(file: &LiveFile, filters: &[Expr]) -> bool {
    filters.iter().all(|filter| match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => match (left.as_ref(), right.as_ref()) {
            (Expr::Column(column), Expr::Literal(value, _)) | (Expr::Literal(value, _), Expr::Column(column)) => {
                match value.try_as_str().flatten() {
                    Some(text) => holds(file, &column.name, text),
                    None => true,
                }
            }
            _ => true,
        },
        _ => true,
    })
}

fn holds(file: &LiveFile, field: &str, text: &str) -> bool {
    match file.partition.get(field) {
        Some(value) => value.as_deref() == Some(text),
        None => file.may_hold_text(field, text, text),
    }
}
