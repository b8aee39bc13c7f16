//! The rows of batches on their way into a reference table: they become versions of what it has, and the
//! rules among them keep what they replace. Such tables are small, so all their rows stay in memory.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::error::ArrowError;
use datasets::contract::Contract;
use datasets::lake::{Lake, Once, Table, TableSnapshot};
use datasets::reference::remember::{remember, standing};
use datasets::reference::versions::{self, Versioned};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::lake_zone;
use crate::IngestError;
use crate::receipt::TableCount;
use crate::rows::Made;

/// A reference table into which batches are put, one after the other.
pub(super) struct Merging {
    contract: &'static Contract,
    /// What is to be replaced; nothing in a dry run without a lake.
    pub(super) before: Option<TableSnapshot>,
    /// All that it has.
    held: Vec<RecordBatch>,
    /// Those of its rows that stand, with what has been put in. What one batch of a group puts in the place
    /// of another's has stood for no time, and is not kept.
    standing: Vec<RecordBatch>,
    /// Since when that stands.
    now: Timestamp,
    /// The same as a day of the lake.
    today: i32,
}

/// What became of the rows of one batch.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Merged {
    /// Those that say something new.
    pub(super) fresh: u64,
    /// Those that the batch had brought before, by a try that was killed.
    pub(super) before: u64,
}

impl Merging {
    pub(super) async fn begin(
        contract: &'static Contract,
        table: Option<&Table>,
        now: Timestamp,
        zone: &TimeZone,
    ) -> Result<Self, IngestError> {
        let before = match table {
            Some(table) => Some(table.snapshot().await?),
            None => None,
        };
        let fields: Vec<&str> = contract.fields.iter().map(|field| field.name).collect();
        let held = match &before {
            Some(before) => before.read(&fields).await?,
            None => Vec::new(),
        };
        let standing = standing(contract, &held).map_err(wrong(contract))?;
        let today = datasets::days_since_epoch(zone.to_datetime(now).date());
        Ok(Self { contract, before, held, standing, now, today })
    }

    /// Puts the rows of a batch in. Of one whose commit is there already nothing is new: what others say
    /// of its records since stays.
    pub(super) fn take(&mut self, rows: &[RecordBatch], has_landed: bool) -> Result<Merged, IngestError> {
        let merged = versions::merged(self.contract, &self.standing, rows, self.today);
        let Versioned { rows, fresh, again } = merged.map_err(wrong(self.contract))?;
        if has_landed {
            return Ok(Merged { fresh: 0, before: again });
        }
        self.standing = vec![rows];
        Ok(Merged { fresh, before: 0 })
    }

    /// All rows that the table has then.
    pub(super) fn rows(&self) -> Result<Vec<RecordBatch>, IngestError> {
        let merged = concat_batches(&self.contract.schema(), &self.standing);
        let rows = merged.and_then(|new| remember(self.contract, &self.held, &new, self.now));
        Ok(vec![rows.map_err(wrong(self.contract))?])
    }
}

fn wrong(contract: &'static Contract) -> impl Fn(ArrowError) -> IngestError {
    move |source| IngestError::Rows { table: contract.table, source }
}

/// One reference table's part of a batch.
pub(super) struct ReferenceLanding {
    contract: &'static Contract,
    once: Once,
    /// Nothing in a dry run without a lake.
    table: Option<Arc<Table>>,
    dry_run: bool,
    now: Timestamp,
    zone: TimeZone,
    rows: Vec<RecordBatch>,
}

impl ReferenceLanding {
    pub(super) fn begin(
        lake: Option<&Lake>,
        contract: &'static Contract,
        once: &Once,
        dry_run: bool,
        now: Timestamp,
    ) -> Result<Self, IngestError> {
        let table = lake.map(|lake| lake.table(contract));
        Ok(Self { contract, once: once.clone(), table, dry_run, now, zone: lake_zone(lake)?, rows: Vec::new() })
    }

    pub(super) fn take(&mut self, rows: RecordBatch) {
        self.rows.push(rows);
    }

    /// What becomes of the rows that were made.
    pub(super) async fn account(&self, made: &Made) -> Result<TableCount, IngestError> {
        let (_, Merged { fresh, before }) = self.merged().await?;
        let taken: usize = self.rows.iter().map(RecordBatch::num_rows).sum();
        let landed = fresh + before;
        Ok(TableCount {
            table: self.contract.table.to_owned(),
            rows_in: made.rows_in,
            landed,
            quarantined: made.refused,
            known: made.repeated + (taken as u64).saturating_sub(landed),
            repeated: made.repeated,
            masked: made.masked,
        })
    }

    /// Puts the table with the new versions in the place of the one that is there; the caller holds
    /// the locks.
    pub(super) async fn commit(self) -> Result<(), IngestError> {
        let (merging, Merged { fresh, .. }) = self.merged().await?;
        if let (Some(table), false, true) = (&self.table, self.dry_run, fresh > 0) {
            table.put(&merging.rows()?, merging.before.as_ref(), Some(&self.once)).await?;
        }
        Ok(())
    }

    async fn merged(&self) -> Result<(Merging, Merged), IngestError> {
        let has_landed = match &self.table {
            Some(table) => table.has_landed(&self.once).await?,
            None => false,
        };
        let mut merging = Merging::begin(self.contract, self.table.as_deref(), self.now, &self.zone).await?;
        let merged = merging.take(&self.rows, has_landed)?;
        Ok((merging, merged))
    }
}
