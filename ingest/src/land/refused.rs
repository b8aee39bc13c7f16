//! The refusals of a batch on their way into `quarantine`; a file of nothing but bad rows must not
//! take the machine's memory.

use std::collections::HashMap;
use std::sync::Arc;

use datasets::lake::{Table, TableWriter};

use super::{Job, books};
use crate::{IngestError, Refusal};

/// Refusals that a receipt shows; all are in `quarantine`.
pub(super) const SHOWN: usize = 10;
/// Refusals that are gathered before they are written.
const CHUNK: usize = 65_536;

pub(super) struct Refused<'a> {
    job: &'a Job<'a>,
    /// Nothing in a dry run.
    table: Option<Arc<Table>>,
    writer: Option<TableWriter>,
    pending: Vec<Refusal>,
    shown: Vec<Refusal>,
    taken: u64,
}

impl<'a> Refused<'a> {
    pub(super) fn new(table: Option<Arc<Table>>, job: &'a Job<'a>) -> Self {
        Self { job, table, writer: None, pending: Vec::new(), shown: Vec::new(), taken: 0 }
    }

    pub(super) async fn take(&mut self, refusal: Refusal) -> Result<(), IngestError> {
        self.taken += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(refusal.clone());
        }
        if self.table.is_some() {
            self.pending.push(refusal);
        }
        if self.pending.len() >= CHUNK { self.write().await } else { Ok(()) }
    }

    /// Refusals so far: at least one for each refused row.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    async fn write(&mut self) -> Result<(), IngestError> {
        let Some(table) = self.table.as_ref().filter(|_| !self.pending.is_empty()) else { return Ok(()) };
        let rows = books::quarantine_rows(&self.pending, &self.job.named())?;
        self.pending.clear();
        let writer = self.writer.get_or_insert_with(|| table.writer());
        Ok(writer.write(&rows).await?)
    }

    /// Commits what was refused, if this batch has not done so before. The first refusals.
    pub(super) async fn commit(mut self) -> Result<Vec<Refusal>, IngestError> {
        self.write().await?;
        if let (Some(table), Some(writer)) = (&self.table, self.writer) {
            let files = writer.finish().await?;
            if table.has_landed(&self.job.once).await? {
                table.discard_files(files).await;
            } else {
                table.commit_files(files, None, std::slice::from_ref(&self.job.once), HashMap::new()).await?;
            }
        }
        Ok(self.shown)
    }
}
