//! What became of a batch.

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
    /// Rows that the file itself has more than once; the further ones are among the known.
    pub repeated: u64,
    /// Personal numbers that were masked in free texts and attributes.
    pub masked: u64,
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
}
