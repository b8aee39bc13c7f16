//! The text of refused records: by batch, attempt and line.

use std::io::{BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use readers::record::{Header, Record};
use serde::{Deserialize, Serialize};

use super::{QUARANTINE, SealWriter, Vault, entries, wrong};
use crate::IngestError;

/// Bytes of refused text that a batch may always have.
const LEAST_ROOM: u64 = 256 << 20;
/// And so many times its own: a file may be packed, and each value comes with its name.
const TIMES: u64 = 64;

/// Bytes of refused text that a file of so many bytes may have.
pub(crate) fn text_room(bytes: u64) -> u64 {
    bytes.saturating_mul(TIMES).max(LEAST_ROOM)
}

/// A refused record as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawRecord {
    /// Line at which it begins.
    pub line: u64,
    /// `row_hash` of its refusals, hexadecimal.
    pub row_hash: String,
    /// Names and values; empty if it could not be read as a record. A value that is empty is told
    /// where its name comes for the first time, then no more.
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
    /// `named`: how many names have been told.
    fn new(line: u64, row_hash: &[u8; 16], raw: &Raw<'_>, named: usize) -> Self {
        let row_hash = hex::encode(row_hash);
        match raw {
            Raw::Record(header, record) => {
                let mut values: Vec<(String, String)> = Vec::new();
                for (place, name) in header.names().iter().enumerate() {
                    let value = record.raw(place).unwrap_or_default();
                    if place >= named || !value.is_empty() {
                        values.push((name.clone(), value.to_owned()));
                    }
                }
                // A record of nothing is a record all the same.
                if let (true, Some(name)) = (values.is_empty(), header.names().first()) {
                    values.push((name.clone(), String::new()));
                }
                Self { line, row_hash, values, text: None }
            }
            Raw::Bytes(bytes) => {
                Self { line, row_hash, values: Vec::new(), text: Some(String::from_utf8_lossy(bytes).into_owned()) }
            }
        }
    }

    /// Its line in a file of the vault.
    pub(super) fn text_of_file(&self, file: &Path) -> Result<Vec<u8>, IngestError> {
        let wrong = |reason: String| IngestError::Vault { file: file.display().to_string(), reason };
        let mut text = serde_json::to_vec(self).map_err(|error| wrong(error.to_string()))?;
        text.push(b'\n');
        Ok(text)
    }
}

/// Writes the texts of one attempt of a batch; the file begins with the first of them.
pub(crate) struct TextWriter {
    vault: Arc<Vault>,
    now: Timestamp,
    file: Option<SealWriter>,
    last: Option<(u64, [u8; 16])>,
    /// Bytes that may still be written. Once a text does not fit, none is kept any more.
    room: u64,
    is_full: bool,
    /// Names of the header that have been told.
    named: usize,
}

impl TextWriter {
    /// `room`: bytes that all texts may have.
    pub(crate) fn new(vault: Arc<Vault>, now: Timestamp, room: u64) -> Self {
        Self { vault, now, file: None, last: None, room, is_full: false, named: 0 }
    }

    /// Takes a refused record; one that is refused by several outputs is kept once. Whether there was
    /// room for it.
    pub(crate) fn write(&mut self, line: u64, row_hash: &[u8; 16], raw: &Raw<'_>) -> Result<bool, IngestError> {
        if self.is_full || self.last == Some((line, *row_hash)) {
            return Ok(!self.is_full);
        }
        self.last = Some((line, *row_hash));
        let folder = self.vault.options.folder.join(QUARANTINE);
        let text = RawRecord::new(line, row_hash, raw, self.named).text_of_file(&folder)?;
        if text.len() as u64 > self.room {
            self.is_full = true;
            return Ok(false);
        }
        self.room -= text.len() as u64;
        if let Raw::Record(header, _) = raw {
            self.named = header.len();
        }
        let file = match self.file.take() {
            Some(file) => file,
            None => self.vault.begin(self.now)?,
        };
        self.file.insert(file).write(&text).map_err(|error| wrong(&folder, &error))?;
        Ok(true)
    }

    /// Keeps them, in the place of what an attempt that was broken off had kept.
    pub(crate) fn keep(self, batch_id: &str, attempt: i64) -> Result<(), IngestError> {
        let Some(file) = self.file else { return Ok(()) };
        let target = self.vault.texts(batch_id).join(attempt.to_string());
        file.publish(&target, &self.vault.name_of(&target)).map_err(|error| wrong(&target, &error))
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
            if self.each_of(&file, &mut take)?.is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Hands the refused records of one file to `take`, if it is there.
    pub(super) fn records(
        &self,
        file: &Path,
        take: &mut dyn FnMut(RawRecord) -> Result<(), IngestError>,
    ) -> Result<(), IngestError> {
        self.each_of(file, |record| take(record).map(ControlFlow::Continue)).map(drop)
    }

    fn each_of(
        &self,
        file: &Path,
        mut take: impl FnMut(RawRecord) -> Result<ControlFlow<()>, IngestError>,
    ) -> Result<ControlFlow<()>, IngestError> {
        let Some(reader) = self.read(file)? else { return Ok(ControlFlow::Continue(())) };
        for line in BufReader::new(reader).lines() {
            let line = line.map_err(|error| wrong(file, &error))?;
            let record = serde_json::from_str(&line).map_err(|error| IngestError::Vault {
                file: file.display().to_string(),
                reason: format!("a line of it is no record ({error}); restore it from the backup"),
            })?;
            if take(record)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
