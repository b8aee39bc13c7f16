//! What became of a pull.

use jiff::Timestamp;
use serde::Serialize;

use super::Pull;
use crate::{Mapping, NewColumns, Receipt, Refusal};

/// Refusals that are shown; all are in `quarantine`.
const SHOWN: usize = 10;

/// The account of one pull: `rows_in = landed + quarantined + known`, always.
#[derive(Debug, Clone, Serialize)]
pub struct PullReport {
    pub pull: String,
    pub mapping: String,
    pub source_system: String,
    /// `landed`, `nothing_new` or `dry_run`.
    pub outcome: &'static str,
    /// Pages that came; one without rows only tells that there was no news.
    pub pages: u64,
    /// Batches that this pull wrote into the ledger.
    pub batches: Vec<String>,
    /// Rows that the query gave.
    pub records: u64,
    pub rows_in: u64,
    pub landed: u64,
    pub quarantined: u64,
    pub known: u64,
    /// The server's time when the pull began.
    pub extract_time: Timestamp,
    /// Every row up to here is in the lake.
    pub cursor: Option<String>,
    /// Columns of the query that the mapping does not know.
    pub new_columns: Option<NewColumns>,
    /// The first refusals, as a sample.
    pub refusals: Vec<Refusal>,
}

impl PullReport {
    pub(super) fn new(pull: &Pull, mapping: &Mapping, dry_run: bool, extract_time: Timestamp) -> Self {
        Self {
            pull: pull.name.clone(),
            mapping: mapping.name.clone(),
            source_system: mapping.source.system.clone(),
            outcome: if dry_run { "dry_run" } else { "nothing_new" },
            pages: 0,
            batches: Vec::new(),
            records: 0,
            rows_in: 0,
            landed: 0,
            quarantined: 0,
            known: 0,
            extract_time,
            cursor: None,
            new_columns: None,
            refusals: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, receipt: &Receipt) {
        self.pages += u64::from(receipt.records > 0);
        self.records += receipt.records;
        self.rows_in += receipt.rows_in;
        self.landed += receipt.landed;
        self.quarantined += receipt.quarantined;
        self.known += receipt.known;
        // All pages have the same columns.
        self.new_columns = self.new_columns.take().or_else(|| receipt.new_columns.clone());
        let more = SHOWN.saturating_sub(self.refusals.len());
        self.refusals.extend(receipt.refusals.iter().take(more).cloned());
        if receipt.outcome == "landed" {
            self.batches.push(receipt.batch_id.clone());
            if receipt.landed + receipt.quarantined > 0 {
                self.outcome = "landed";
            }
        }
    }
}
