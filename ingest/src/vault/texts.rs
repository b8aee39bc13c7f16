//! The text of refused records: by batch, attempt and line.

use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{QUARANTINE, SealWriter, Vault, entries, wrong};
use crate::IngestError;
use crate::record::{Header, Record};

/// A refused record as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRecord {
    /// Line at which it begins.
    pub line: u64,
    /// `row_hash` of its refusals, hexadecimal.
    pub row_hash: String,
    /// Names and values; empty if it could not be read as a record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<(String, String)>,
    /// Its bytes as far as they are text, if it could not be read as a record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// What is known of a refused record.
pub(crate) enum Raw<'a> {
    Record(&'a Header, &'a Record),
    Bytes(&'a [u8]),
}

impl RawRecord {
    fn new(line: u64, row_hash: &[u8; 16], raw: &Raw<'_>) -> Self {
        let row_hash = hex::encode(row_hash);
        match raw {
            Raw::Record(header, record) => {
                let value = |(place, name): (usize, &String)| Some((name.clone(), record.raw(place)?.to_owned()));
                let values = header.names().iter().enumerate().map_while(value).collect();
                Self { line, row_hash, values, text: None }
            }
            Raw::Bytes(bytes) => {
                Self { line, row_hash, values: Vec::new(), text: Some(String::from_utf8_lossy(bytes).into_owned()) }
            }
        }
    }
}

/// Writes the texts of one attempt of a batch; the file begins with the first of them.
pub(crate) struct TextWriter {
    vault: Arc<Vault>,
    now: Timestamp,
    file: Option<SealWriter>,
    last: Option<(u64, [u8; 16])>,
}

impl TextWriter {
    pub(crate) fn new(vault: Arc<Vault>, now: Timestamp) -> Self {
        Self { vault, now, file: None, last: None }
    }

    /// Takes a refused record; one that is refused by several outputs is kept once.
    pub(crate) fn write(&mut self, line: u64, row_hash: &[u8; 16], raw: &Raw<'_>) -> Result<(), IngestError> {
        if self.last == Some((line, *row_hash)) {
            return Ok(());
        }
        self.last = Some((line, *row_hash));
        let folder = self.vault.options.folder.join(QUARANTINE);
        let mut text = serde_json::to_vec(&RawRecord::new(line, row_hash, raw))
            .map_err(|error| IngestError::Vault { file: folder.display().to_string(), reason: error.to_string() })?;
        text.push(b'\n');
        let file = match self.file.take() {
            Some(file) => file,
            None => self.vault.begin(self.now)?,
        };
        self.file.insert(file).write(&text).map_err(|error| wrong(&folder, &error))
    }

    /// Keeps them, in the place of what an attempt that was broken off had kept.
    pub(crate) fn keep(self, batch_id: &str, attempt: i64) -> Result<(), IngestError> {
        let Some(file) = self.file else { return Ok(()) };
        let target = self.vault.texts(batch_id).join(attempt.to_string());
        file.publish(&target).map_err(|error| wrong(&target, &error))
    }
}

impl Vault {
    fn texts(&self, batch_id: &str) -> PathBuf {
        self.options.folder.join(QUARANTINE).join(batch_id)
    }

    /// Hands the refused records of a batch to `take`, those of its landing first.
    pub fn refused(
        &self,
        batch_id: &str,
        mut take: impl FnMut(RawRecord) -> Result<(), IngestError>,
    ) -> Result<(), IngestError> {
        self.each(batch_id, |record| take(record).map(ControlFlow::Continue))
    }

    /// One refused record of a batch, if the vault has it.
    pub fn refused_record(&self, batch_id: &str, line: u64, row_hash: &str) -> Result<Option<RawRecord>, IngestError> {
        let mut found = None;
        self.each(batch_id, |record| {
            if record.line != line || record.row_hash != row_hash {
                return Ok(ControlFlow::Continue(()));
            }
            found = Some(record);
            Ok(ControlFlow::Break(()))
        })?;
        Ok(found)
    }

    /// Hands on the refused records of a batch until `take` has enough.
    fn each(
        &self,
        batch_id: &str,
        mut take: impl FnMut(RawRecord) -> Result<ControlFlow<()>, IngestError>,
    ) -> Result<(), IngestError> {
        for file in entries(&self.texts(batch_id))? {
            let Some(reader) = self.read(&file)? else { continue };
            for line in BufReader::new(reader).lines() {
                let line = line.map_err(|error| wrong(&file, &error))?;
                let record = serde_json::from_str(&line).map_err(|error| IngestError::Vault {
                    file: file.display().to_string(),
                    reason: format!("a line of it is no record ({error}); restore it from the backup"),
                })?;
                if take(record)?.is_break() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
