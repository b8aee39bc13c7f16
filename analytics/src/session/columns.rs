//! Columns of the lake's files as they were decoded, kept in memory for all sessions. A file never
//! changes once it has its name, so what is kept is right for every version that names the file
//! and for every `as_of`. Beyond the budget the columns that were used least lately give way.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::SchemaRef;
use datafusion::common::{DataFusionError, Result, TableReference};
use datafusion::execution::cache::default_cache::DefaultCache;
use datafusion::execution::cache::{Cache, CacheKey, CacheValue};
use datasets::lake::{LiveFile, TableSnapshot};
use object_store::path::Path;
use tokio::sync::Mutex;

/// Memory for columns, bytes.
const BUDGET: usize = 512 * 1024 * 1024;

/// The columns of the process: however many lakes it has open, its memory is one.
pub(super) static COLUMNS: LazyLock<Columns> = LazyLock::new(|| Columns::new(BUDGET));

/// Decoded columns, bounded in bytes.
pub(super) struct Columns {
    kept: DefaultCache<Key, Column>,
    /// Held while a file is decoded.
    decoding: Mutex<()>,
}

/// A column of a file; the path holds a random name, so that no two files ever share it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    file: Path,
    field: String,
}

impl CacheKey for Key {
    fn size(&self) -> usize {
        size_of::<Self>() + self.file.as_ref().len() + self.field.len()
    }

    fn table_ref(&self) -> Option<&TableReference> {
        None
    }
}

/// The values of a column, in the batches in which they were decoded.
#[derive(Debug, Clone)]
struct Column {
    chunks: Arc<[ArrayRef]>,
    bytes: usize,
}

impl Column {
    fn new(chunks: Vec<ArrayRef>) -> Self {
        let bytes = chunks.iter().map(|chunk| chunk.get_array_memory_size()).sum::<usize>().max(1);
        Self { chunks: chunks.into(), bytes }
    }
}

impl CacheValue for Column {
    fn size(&self) -> usize {
        self.bytes
    }
}

impl Columns {
    fn new(budget: usize) -> Self {
        Self { kept: DefaultCache::new(budget), decoding: Mutex::default() }
    }

    /// All rows of a file with the fields of `schema`, of which there must be one at least. Decodes
    /// the columns that are not kept.
    pub(super) async fn rows(
        &self,
        table: &TableSnapshot,
        file: &LiveFile,
        schema: &SchemaRef,
    ) -> Result<Vec<RecordBatch>> {
        let fields = schema.fields().iter();
        let keys: Vec<Key> = fields.map(|field| Key { file: file.path.clone(), field: field.name().clone() }).collect();
        let mut columns = self.held(&keys);
        if columns.iter().any(Option::is_none) {
            // Questions that come together decode a file once: who had to wait finds it kept.
            let _turn = self.decoding.lock().await;
            columns = self.held(&keys);
            self.decode(table, schema, &keys, &mut columns).await?;
        }
        let columns: Vec<Column> = columns.into_iter().flatten().collect();
        batches(schema, &columns)
    }

    fn held(&self, keys: &[Key]) -> Vec<Option<Column>> {
        keys.iter().map(|key| self.kept.get(key)).collect()
    }

    /// Fills the gaps in `columns`, all of one file.
    async fn decode(
        &self,
        table: &TableSnapshot,
        schema: &SchemaRef,
        keys: &[Key],
        columns: &mut [Option<Column>],
    ) -> Result<()> {
        let (places, gaps): (Vec<usize>, Vec<&Key>) =
            keys.iter().enumerate().filter(|(at, _)| columns[*at].is_none()).unzip();
        let Some(first) = gaps.first() else {
            return Ok(());
        };
        let names: Vec<&str> = gaps.iter().map(|key| key.field.as_str()).collect();
        let file = table.filtered(|live| live.path == first.file);
        let rows = file.read(&names).await.map_err(|error| DataFusionError::External(Box::new(error)))?;
        for (from, (at, key)) in places.into_iter().zip(gaps).enumerate() {
            let kind = schema.field(at).data_type();
            let chunks = rows.iter().map(|batch| cast(batch.column(from), kind)).collect::<Result<Vec<_>, _>>()?;
            let column = Column::new(chunks);
            self.kept.put(key, column.clone());
            columns[at] = Some(column);
        }
        Ok(())
    }
}

fn batches(schema: &SchemaRef, columns: &[Column]) -> Result<Vec<RecordBatch>> {
    let count = columns.first().map_or(0, |column| column.chunks.len());
    if columns.iter().any(|column| column.chunks.len() != count) {
        return Err(DataFusionError::Internal("a file was decoded into different batches each time".to_owned()));
    }
    let batch = |at: usize| -> Result<RecordBatch> {
        let chunks = columns.iter().map(|column| column.chunks[at].clone()).collect();
        Ok(RecordBatch::try_new(schema.clone(), chunks)?)
    };
    (0..count).map(batch).collect()
}

#[cfg(test)]
mod tests {
    use datasets::contract::REGION;
    use datasets::lake::{Lake, LakeMeta, LakeUrl};

    use super::*;

    /// Rows of the shipped regions with some of their fields, and how many columns are kept then.
    async fn read(columns: &Columns, fields: &[&str]) -> (usize, usize) {
        let url = LakeUrl::parse("memory://columns").expect("url");
        let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake");
        let table = lake.table(&REGION).snapshot().await.expect("snapshot");
        let full = REGION.schema_in("Asia/Shanghai");
        let places: Vec<usize> = fields.iter().map(|field| full.index_of(field).expect("field")).collect();
        let schema: SchemaRef = Arc::new(full.project(&places).expect("schema"));
        let mut count = 0;
        for file in table.files.iter() {
            let twice = [columns.rows(&table, file, &schema).await, columns.rows(&table, file, &schema).await];
            let [first, again] = twice.map(|rows| rows.expect("rows"));
            assert_eq!(first, again);
            assert!(first.iter().all(|batch| batch.schema() == schema));
            count += first.iter().map(RecordBatch::num_rows).sum::<usize>();
        }
        (count, columns.kept.len())
    }

    #[tokio::test]
    async fn columns_are_kept_by_file_and_beyond_the_budget_they_are_read_again() {
        let columns = Columns::new(BUDGET);
        assert_eq!(read(&columns, &["code", "name"]).await, (3776, 2));
        // Another lake has other files; of its three columns all are new.
        assert_eq!(read(&columns, &["name", "valid_to", "edition"]).await, (3776, 5));
        assert_eq!(read(&Columns::new(1), &["code", "name"]).await, (3776, 0));
    }
}
