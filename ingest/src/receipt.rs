//! What became of a batch.

use serde::Serialize;

/// The account of one file: `rows_in = landed + quarantined + known`, always.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    pub file: String,
    pub mapping: String,
    pub source_system: String,
    pub batch_id: String,
    /// `landed`, `already_landed` or `dry_run`.
    pub outcome: &'static str,
    /// How the file's bytes were read as text; unknown of a batch that had landed before.
    pub encoding: Option<&'static str>,
    /// Records read from the file.
    pub records: u64,
    pub rows_in: u64,
    pub landed: u64,
    pub quarantined: u64,
    pub known: u64,
    pub extract_time: Option<jiff::Timestamp>,
    pub tables: Vec<TableCount>,
    /// The first refusals, as a sample.
    pub refusals: Vec<Refusal>,
}

/// Counts of one table.
#[derive(Debug, Clone, Serialize)]
pub struct TableCount {
    pub table: String,
    pub rows_in: u64,
    pub landed: u64,
    pub quarantined: u64,
    pub known: u64,
}

/// A field or a record that was refused.
#[derive(Debug, Clone, Serialize)]
pub struct Refusal {
    /// Line at which the record begins.
    pub line: u64,
    pub table: Option<&'static str>,
    pub field: Option<String>,
    pub rule: &'static str,
    /// What is wrong and what to do, without the value.
    pub reason: String,
    #[serde(skip)]
    pub row_hash: [u8; 16],
}
