//! The rows of one batch on their way into one fact table.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use datasets::contract::Contract;
use datasets::lake::{Lake, Once, Table, TableSnapshot, WrittenFiles};

use super::extract::Extract;
use super::versions::{Held, Verdict, offered, without_known};
use crate::IngestError;
use crate::receipt::TableCount;
use crate::rows::Made;

/// One fact table's part of a batch.
pub(super) struct FactLanding {
    contract: &'static Contract,
    once: Once,
    /// Nothing in a dry run without a lake.
    table: Option<Arc<Table>>,
    before: Option<TableSnapshot>,
    has_landed: bool,
    dry_run: bool,
    files: WrittenFiles,
    /// Rows offered, and those of them that are new.
    taken: u64,
    fresh: u64,
}

impl FactLanding {
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
        Ok(Self { contract, once: once.clone(), table, before, has_landed, dry_run, files, taken: 0, fresh: 0 })
    }

    /// Takes rows: those that the lake has are left out, the rest is written.
    pub(super) async fn take(
        &mut self,
        rows: RecordBatch,
        extract: Option<&mut Extract<'_>>,
    ) -> Result<(), IngestError> {
        self.taken += rows.num_rows() as u64;
        if self.has_landed {
            return Ok(());
        }
        let fresh = match (&self.before, extract) {
            (Some(before), Some(extract)) => self.without_known(before, &rows, extract).await?,
            _ => rows,
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

    /// The rows that say something new, corrected ones with the time from which on they are known.
    async fn without_known(
        &self,
        before: &TableSnapshot,
        rows: &RecordBatch,
        extract: &mut Extract<'_>,
    ) -> Result<RecordBatch, IngestError> {
        let held = Held::read(before, self.contract, rows).await?;
        let offered = offered(self.contract, rows)?;
        let extracted = if held.corrects(&offered) { Some(extract.find().await?) } else { None };
        let verdicts: Vec<Verdict> = offered.iter().map(|row| held.judge(row, extracted)).collect();
        without_known(self.contract, rows, &verdicts)
    }

    /// What becomes of the rows that were made, before any of it is committed.
    pub(super) async fn account(&self, made: &Made, batch_id: &str) -> Result<TableCount, IngestError> {
        let landed = match &self.table {
            Some(table) if self.has_landed && !self.dry_run => {
                rows_of(&table.snapshot().await?, batch_id, None).await?
            }
            _ => self.fresh,
        };
        Ok(TableCount {
            table: self.contract.table.to_owned(),
            rows_in: made.rows_in,
            landed,
            quarantined: made.refused,
            known: made.repeated + self.taken.saturating_sub(landed),
            repeated: made.repeated,
            masked: made.masked,
        })
    }

    /// Commits what was written, if the batch has not done so before.
    pub(super) async fn commit(self) -> Result<(), IngestError> {
        if let Some(table) = self.table.as_ref().filter(|_| !self.dry_run && !self.has_landed) {
            table.commit_files(self.files, None, &[self.once], HashMap::new()).await?;
        }
        Ok(())
    }

    /// Removes what was written.
    pub(super) async fn discard(self) {
        if let Some(table) = &self.table {
            table.discard_files(self.files).await;
        }
    }
}

/// Rows of a batch that a try had committed before it was killed: all, or those after an instant.
pub(super) async fn rows_of(snapshot: &TableSnapshot, batch_id: &str, after: Option<i64>) -> Result<u64, IngestError> {
    let wanted = HashSet::from([batch_id.to_owned()]);
    let found = snapshot.read_where("batch_id", &wanted, &["batch_id", "ingested_at"]).await?;
    let late = |at: &&i64| after.is_none_or(|after| **at > after);
    let count = |batch: &RecordBatch| {
        batch.column(1).as_primitive::<TimestampMicrosecondType>().values().iter().filter(late).count() as u64
    };
    Ok(found.iter().map(count).sum())
}
