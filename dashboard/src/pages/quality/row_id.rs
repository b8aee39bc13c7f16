//! How a refused record is named in addresses.

use std::fmt;

/// `BATCH.LINE.HASH`: the batch, the line at which the record begins, and `row_hash`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowId {
    pub(super) batch: String,
    pub(super) line: u64,
    pub(super) row_hash: String,
}

impl RowId {
    /// Reads what [`fmt::Display`] has written, and nothing else: the batch names a folder of the vault.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (batch, line, row_hash) = (parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |text: &str, places: usize| {
            text.len() == places && text.bytes().all(|byte| b"0123456789abcdef".contains(&byte))
        };
        let is_line = line.bytes().all(|byte| byte.is_ascii_digit());
        if parts.next().is_some() || !is_hex(batch, 64) || !is_hex(row_hash, 32) || !is_line {
            return None;
        }
        Some(Self { batch: batch.to_owned(), line: line.parse().ok()?, row_hash: row_hash.to_owned() })
    }

    /// Its page.
    pub(super) fn path(&self) -> String {
        format!("/quality/rows/{self}")
    }
}

impl fmt::Display for RowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.batch, self.line, self.row_hash)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_an_id_is_one() {
        let id = RowId { batch: "0a".repeat(32), line: 17, row_hash: "f0".repeat(16) };
        assert_eq!(RowId::parse(&id.to_string()), Some(id.clone()));
        let told = id.to_string();
        for wrong in [
            "none".to_owned(),
            format!("{told}.1"),
            told.replace(".17.", ".+17."),
            told.replace(".17.", ".."),
            told.replacen("0a", "..", 1),
            told.to_uppercase(),
        ] {
            assert_eq!(RowId::parse(&wrong), None, "{wrong}");
        }
    }
}
