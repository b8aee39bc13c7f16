//! The rows of one batch on their way into one table.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use datasets::contract::Contract;
use datasets::lake::{Lake, Once, Table, TableSnapshot, WrittenFiles};

use crate::IngestError;
use crate::rows::first_16;

/// One table's part of a batch.
pub(super) struct Landing {
    pub(super) contract: &'static Contract,
    once: Once,
    /// Nothing in a dry run without a lake.
    table: Option<Arc<Table>>,
    before: Option<TableSnapshot>,
    has_landed: bool,
    dry_run: bool,
    files: WrittenFiles,
    fresh: u64,
}

impl Landing {
    pub(super) async fn begin(
        lake: Option<&Lake>,
        contract: &'static Contract,
        once: &Once,
        dry_run: bool,
    ) -> Result<Self, IngestError> {
        let table = lake.map(|lake| lake.table(contract));
        let mut has_landed = false;
        let mut before = None;
        if let Some(table) = &table {
            has_landed = table.has_landed(once).await?;
            before = Some(table.snapshot().await?).filter(|snapshot| snapshot.rows() > 0);
        }
        let files = WrittenFiles::default();
        Ok(Self { contract, once: once.clone(), table, before, has_landed, dry_run, files, fresh: 0 })
    }

    /// Takes rows: those that the lake has are left out, the rest is written.
    pub(super) async fn take(&mut self, rows: RecordBatch) -> Result<(), IngestError> {
        if self.has_landed {
            return Ok(());
        }
        let fresh = match &self.before {
            None => rows,
            Some(before) => self.without_known(before, &rows).await?,
        };
        self.fresh += fresh.num_rows() as u64;
        let Some(table) = self.table.as_ref().filter(|_| !self.dry_run && fresh.num_rows() > 0) else {
            return Ok(());
        };
        // A file for each call: then each file is sorted from end to end.
        let mut writer = table.writer();
        writer.write(&fresh).await?;
        self.files.add(writer.finish().await?);
        Ok(())
    }

    async fn without_known(&self, before: &TableSnapshot, rows: &RecordBatch) -> Result<RecordBatch, IngestError> {
        let wrong = |source| IngestError::Rows { table: self.contract.table, source };
        let column = |name: &str| {
            rows.column_by_name(name)
                .cloned()
                .ok_or_else(|| wrong(arrow::error::ArrowError::SchemaError(format!("no column {name}"))))
        };
        let (cases, hashes) = (column("case_no")?, column("row_hash")?);
        let cases: HashSet<String> = cases.as_string::<i32>().iter().flatten().map(str::to_owned).collect();
        let mut known: HashSet<u128> = HashSet::new();
        for batch in before.read_where("case_no", &cases, &["case_no", "row_hash"]).await? {
            known.extend(batch.column(1).as_binary::<i32>().iter().flatten().map(first_16));
        }
        if known.is_empty() {
            return Ok(rows.clone());
        }
        let hashes = hashes.as_binary::<i32>();
        let keep: BooleanArray =
            (0..hashes.len()).map(|at| Some(!known.contains(&first_16(hashes.value(at))))).collect();
        filter_record_batch(rows, &keep).map_err(wrong)
    }

    /// Commits what was written, and tells how many rows of the batch the table has gained.
    pub(super) async fn commit(self, batch_id: &str) -> Result<u64, IngestError> {
        let Some(table) = self.table.as_ref().filter(|_| !self.dry_run) else {
            return Ok(self.fresh);
        };
        if self.has_landed {
            return rows_of(&table.snapshot().await?, batch_id).await;
        }
        table.commit_files(self.files, None, &[self.once], HashMap::new()).await?;
        Ok(self.fresh)
    }

    /// Removes what was written.
    pub(super) async fn discard(self) {
        if let Some(table) = &self.table {
            table.discard_files(self.files).await;
        }
    }
}

/// Rows of a batch that a first try had committed before it was killed.
async fn rows_of(snapshot: &TableSnapshot, batch_id: &str) -> Result<u64, IngestError> {
    let wanted = HashSet::from([batch_id.to_owned()]);
    let found = snapshot.read_where("batch_id", &wanted, &["batch_id"]).await?;
    Ok(found.iter().map(|batch| batch.num_rows() as u64).sum())
}
