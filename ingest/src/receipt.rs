//! What became of a batch.

use std::fmt;

use readers::record::in_short;
use serde::Serialize;

use crate::IngestError;

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
    /// Rows that the file itself has more than once; the further ones are among the known.
    pub repeated: u64,
    /// Personal numbers that were masked in free texts and attributes.
    pub masked: u64,
    pub extract_time: Option<jiff::Timestamp>,
    /// SHA-256 of the original file, if it rests in the vault.
    pub kept: Option<String>,
    /// Columns that the mapping does not know; unknown of a batch that had landed before.
    pub new_columns: Option<NewColumns>,
    /// Visible sheets with values that were not read, since the mapping names no sheet and one before them was;
    /// the first hundred, long names cut, personal numbers in them masked.
    pub sheets_left_out: Vec<String>,
    /// Of a batch that had landed before, as what.
    pub before: Option<Earlier>,
    pub tables: Vec<TableCount>,
    /// The first refusals, as a sample.
    pub refusals: Vec<Refusal>,
}

/// What the ledger says of a batch that had landed before, its replays included: its account, beside
/// that of the receipt, by which all of it is known now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Earlier {
    /// Name of the file that it was.
    pub file: String,
    pub at: jiff::Timestamp,
    pub landed: u64,
    pub quarantined: u64,
    pub known: u64,
}

/// Counts of one table.
#[derive(Debug, Clone, Serialize)]
pub struct TableCount {
    pub table: String,
    pub rows_in: u64,
    pub landed: u64,
    pub quarantined: u64,
    pub known: u64,
    /// Rows that the file itself has more than once; the further ones are among the known.
    pub repeated: u64,
    /// Personal numbers that were masked in free texts and attributes.
    pub masked: u64,
}

/// Columns of a source that its mapping does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NewColumns {
    /// Whether their values are kept in `attributes`; else they were left out.
    pub kept: bool,
    pub count: usize,
    /// The first hundred, long names cut, personal numbers in them masked.
    pub names: Vec<String>,
}

/// Every rule that a refused field or record may have broken; whoever tells of refusals in another
/// language goes by these.
pub const RULES: [&str; 29] = [
    // of a field
    "missing",
    "not_a_time",
    "not_a_number",
    "not_a_flag",
    "out_of_range",
    "not_allowed",
    "unknown_code",
    "unknown_unit",
    "too_precise",
    "too_long",
    "control_character",
    "id_checksum",
    "float_id",
    "from_the_future",
    // between fields and rows
    "contradicts",
    "code_direction",
    "price_order",
    "not_steps",
    "limits",
    // of a record that could not be read
    "too_many_fields",
    "too_few_fields",
    "unclosed_quote",
    "repeated_header",
    "not_json",
    "repeated_name",
    "encoding",
    "not_read",
    "excel_float",
    "error_cell",
];

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
    /// Which output of the mapping made the row, 1 upward; none: the whole record was refused.
    #[serde(skip)]
    pub output: Option<u32>,
    /// Takes the refusal of that line and output back.
    #[serde(skip)]
    pub resolved: bool,
}

impl TableCount {
    /// The same account of every batch: rows in = landed + quarantined + known.
    pub(crate) fn check(&self, file: &str) -> Result<(), IngestError> {
        let Self { ref table, rows_in, landed, quarantined, known, .. } = *self;
        if landed + quarantined + known == rows_in {
            return Ok(());
        }
        Err(IngestError::Unbalanced {
            file: file.to_owned(),
            table: table.clone(),
            rows_in,
            landed,
            quarantined,
            known,
        })
    }
}

impl Receipt {
    /// The account of all tables together, records that could not be read included.
    pub(crate) fn check(&self) -> Result<(), IngestError> {
        let Self { rows_in, landed, quarantined, known, .. } = *self;
        TableCount { table: "all tables".into(), rows_in, landed, quarantined, known, repeated: 0, masked: 0 }
            .check(&self.file)
    }
}

impl fmt::Display for NewColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = if self.count == 1 { "column" } else { "columns" };
        let done = if self.kept { "kept in attributes" } else { "left out" };
        let names = in_short(self.names.iter().map(String::as_str), self.count);
        write!(f, "{} new {columns}, {done}: {names}", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_does_not_add_up_is_an_error_that_names_the_table() {
        let account = |landed| TableCount {
            table: "t".into(),
            rows_in: 9,
            landed,
            quarantined: 2,
            known: 3,
            repeated: 0,
            masked: 0,
        };
        assert!(account(4).check("f.csv").is_ok());
        let message = account(3).check("f.csv").expect_err("refused").to_string();
        assert!(message.starts_with("f.csv: rows of t do not add up: 9 in, 3 landed"), "{message}");
    }

    #[test]
    fn every_rule_is_listed_once_and_stands_in_the_documents() {
        let documents = include_str!("../../docs/MAPPINGS.md");
        for (at, rule) in RULES.iter().enumerate() {
            let listed = |line: &&str| line.starts_with("| `") && line.contains(&format!("`{rule}`"));
            assert!(documents.lines().any(|line| listed(&line)), "{rule}");
            assert!(!RULES[..at].contains(rule), "{rule}");
        }
    }

    #[test]
    fn new_columns_are_told_with_what_became_of_them() {
        let new = |kept, count: usize| {
            let names = (1..=count.min(100)).map(|number| format!("c{number}")).collect();
            NewColumns { kept, count, names }.to_string()
        };
        assert_eq!(new(false, 1), "1 new column, left out: c1");
        assert_eq!(new(true, 2), "2 new columns, kept in attributes: c1, c2");
        assert!(new(false, 300).ends_with("c20 and 280 more"));
    }
}
