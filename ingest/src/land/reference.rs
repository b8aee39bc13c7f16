//! The rows of one batch on their way into a reference table: they become versions of what it has.

use std::sync::Arc;

use arrow::array::RecordBatch;
use datasets::contract::Contract;
use datasets::lake::{Lake, Once, Table, TableSnapshot};
use datasets::reference::versions::{self, Versioned};

use crate::IngestError;
use crate::receipt::TableCount;
use crate::rows::Made;

/// One reference table's part of a batch. Such tables are small, so its rows stay in memory.
pub(super) struct ReferenceLanding {
    contract: &'static Contract,
    once: Once,
    /// Nothing in a dry run without a lake.
    table: Option<Arc<Table>>,
    dry_run: bool,
    rows: Vec<RecordBatch>,
}

impl ReferenceLanding {
    pub(super) fn begin(lake: Option<&Lake>, contract: &'static Contract, once: &Once, dry_run: bool) -> Self {
        let table = lake.map(|lake| lake.table(contract));
        Self { contract, once: once.clone(), table, dry_run, rows: Vec::new() }
    }

    pub(super) fn take(&mut self, rows: RecordBatch) {
        self.rows.push(rows);
    }

    /// What becomes of the rows that were made. Rows of a batch that had been committed before a
    /// crash say what is held by now, so they count as known.
    pub(super) async fn account(&self, made: &Made) -> Result<TableCount, IngestError> {
        let (_, Versioned { fresh, .. }) = self.merged().await?;
        let taken: usize = self.rows.iter().map(RecordBatch::num_rows).sum();
        Ok(TableCount {
            table: self.contract.table.to_owned(),
            rows_in: made.rows_in,
            landed: fresh,
            quarantined: made.refused,
            known: made.repeated + (taken as u64).saturating_sub(fresh),
            repeated: made.repeated,
            masked: made.masked,
        })
    }

    /// Puts the table with the new versions in the place of the one that is there; the caller holds
    /// the locks.
    pub(super) async fn commit(self) -> Result<(), IngestError> {
        let (before, Versioned { rows, fresh }) = self.merged().await?;
        if let (Some(table), false, true) = (&self.table, self.dry_run, fresh > 0) {
            table.put(&[rows], before.as_ref(), Some(&self.once)).await?;
        }
        Ok(())
    }

    async fn merged(&self) -> Result<(Option<TableSnapshot>, Versioned), IngestError> {
        let before = match &self.table {
            Some(table) => Some(table.snapshot().await?),
            None => None,
        };
        let fields: Vec<&str> = self.contract.fields.iter().map(|field| field.name).collect();
        let held = match &before {
            Some(before) => before.read(&fields).await?,
            None => Vec::new(),
        };
        let wrong = |source| IngestError::Rows { table: self.contract.table, source };
        let merged = versions::merged(self.contract, &held, &self.rows).map_err(wrong)?;
        Ok((before, merged))
    }
}
