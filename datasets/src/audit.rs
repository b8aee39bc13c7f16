//! The audit log: who did what, one JSON object a line, append-only, outside of every lake.
//!
//! An entry is `{"seq":…,"at":…,"actor":…,"action":…,"fields":{…},"before":…,"hash":…}`. Its hash is
//! the SHA-256 of its line up to `,"hash"`: of the bytes that stand there, so that nobody has to
//! write JSON as the writer did. `before` is the hash of the entry before it. Whoever changes, removes
//! or moves an entry breaks the chain there. That the newest entries were cut off cannot be told from
//! the file alone: note number and hash of the last elsewhere.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::lake::disk::{Disk, StdDisk, create_dir_durably};

mod check;

pub use check::{AuditFault, AuditVerified};

/// What stands between an entry and its hash.
const HASH: &str = ",\"hash\":\"";
/// What ends it.
const END: &str = "\"}";
/// Digits of a hash.
const DIGITS: usize = 64;
/// Bytes that are read from the end at first; most entries are far shorter.
const WINDOW: u64 = 64 * 1024;
/// Action of the entry that says what was cut off behind the one before it.
const MENDED: &str = "audit.mended";

/// What can go wrong with the log.
#[derive(Debug, Error)]
pub enum AuditError {
    /// The disk said no.
    #[error("audit log {file}: {source}")]
    Io { file: String, source: io::Error },
    /// An entry that was acknowledged is not what it was.
    #[error("audit log {file} is damaged; `sunlake audit verify` says where: move it to safety, then begin a new one")]
    Damaged { file: String },
    /// What is to be noted has no form in JSON.
    #[error("audit log {file}: an entry cannot be written: {source}")]
    Unwritten { file: String, source: serde_json::Error },
}

/// A log in a file.
#[derive(Debug, Clone)]
pub struct AuditLog {
    file: PathBuf,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditEntry {
    /// 1 upward.
    pub seq: u64,
    pub at: Timestamp,
    /// The user of the operating system, or -.
    pub actor: String,
    pub action: String,
    /// What the action has to say; never who a person is.
    pub fields: Map<String, Value>,
    /// Hash of the entry before, hexadecimal; of the first 64 zeros.
    pub before: String,
    pub hash: String,
}

/// An entry without its hash.
#[derive(Serialize)]
struct Body<'a> {
    seq: u64,
    at: Timestamp,
    actor: &'a str,
    action: &'a str,
    fields: &'a Map<String, Value>,
    before: &'a str,
}

impl AuditLog {
    /// The log in that file, which the first entry makes.
    pub fn at(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into() }
    }

    /// Adds an entry. When this returns, it is on the disk.
    pub fn append(
        &self,
        at: Timestamp,
        actor: &str,
        action: &str,
        fields: &Map<String, Value>,
    ) -> Result<AuditEntry, AuditError> {
        let io = |source| self.io(source);
        let folder = match self.file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        create_dir_durably(&StdDisk, folder).map_err(io)?;
        let mut open = OpenOptions::new();
        open.read(true).write(true).create(true).truncate(false).mode(0o600);
        let file = open.open(&self.file).map_err(io)?;
        file.lock().map_err(io)?;
        let mut end = End::read(&file).map_err(io)?.ok_or_else(|| self.damaged())?;
        let mut lines = String::new();
        if end.is_unended {
            lines.push('\n');
        }
        // An entry is acknowledged when line and line end are synced, so what has no line end never
        // was: its append was broken off, and whoever asked for it was told nothing. What is cut off
        // is noted, since somebody who shortens the file by hand leaves the same.
        if let Some(torn) = end.torn.take() {
            let mut cut = Map::new();
            cut.insert("bytes".to_owned(), torn.len().into());
            cut.insert("sha256".to_owned(), hex::encode(Sha256::digest(&torn)).into());
            end.last = Some(self.add(&mut lines, &end, Body::of(at, actor, MENDED, &cut))?);
        }
        let added = self.add(&mut lines, &end, Body::of(at, actor, action, fields))?;
        file.set_len(end.offset)
            .and_then(|()| file.write_all_at(lines.as_bytes(), end.offset))
            .and_then(|()| file.sync_all())
            // Also if the file is not new: whoever made it may have died before this.
            .and_then(|()| StdDisk.sync_dir(folder))
            .map_err(io)?;
        Ok(added)
    }

    /// Adds the line of an entry that follows the last.
    fn add(&self, lines: &mut String, end: &End, body: Body<'_>) -> Result<AuditEntry, AuditError> {
        let zeros = "0".repeat(DIGITS);
        let (seq, before) = end.last.as_ref().map_or((1, zeros.as_str()), |last| (last.seq + 1, last.hash.as_str()));
        let body = Body { seq, before, ..body };
        let unwritten = |source| AuditError::Unwritten { file: self.file.display().to_string(), source };
        let text = serde_json::to_string(&body).map_err(unwritten)?;
        let text = text.strip_suffix('}').unwrap_or(&text);
        let hash = digest(text);
        for part in [text, HASH, &hash, END, "\n"] {
            lines.push_str(part);
        }
        Ok(AuditEntry {
            seq,
            at: body.at,
            actor: body.actor.to_owned(),
            action: body.action.to_owned(),
            fields: body.fields.clone(),
            before: before.to_owned(),
            hash,
        })
    }

    /// All entries, the oldest first; none if there is no log yet.
    pub fn entries(&self) -> Result<Vec<AuditEntry>, AuditError> {
        let bytes = self.read()?;
        let entries: Option<Vec<AuditEntry>> = check::lines(&bytes).0.into_iter().map(entry).collect();
        entries.ok_or_else(|| self.damaged())
    }

    /// Looks whether each entry is what it was, and follows the one before it.
    pub fn verify(&self) -> Result<AuditVerified, AuditError> {
        Ok(check::check(&self.read()?))
    }

    /// The bytes of all entries that were acknowledged or are whole, and what is to be said of them.
    pub fn sound(&self) -> Result<(Vec<u8>, AuditVerified), AuditError> {
        let mut bytes = self.read()?;
        let verified = check::check(&bytes);
        bytes.truncate(bytes.len() - verified.torn);
        Ok((bytes, verified))
    }

    fn read(&self) -> Result<Vec<u8>, AuditError> {
        let mut file = match File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.io(error)),
        };
        let mut bytes = Vec::new();
        // Not in the middle of an append.
        file.lock_shared().and_then(|()| file.read_to_end(&mut bytes)).map_err(|error| self.io(error))?;
        Ok(bytes)
    }

    fn io(&self, source: io::Error) -> AuditError {
        AuditError::Io { file: self.file.display().to_string(), source }
    }

    fn damaged(&self) -> AuditError {
        AuditError::Damaged { file: self.file.display().to_string() }
    }
}

impl<'a> Body<'a> {
    /// Without its place.
    fn of(at: Timestamp, actor: &'a str, action: &'a str, fields: &'a Map<String, Value>) -> Self {
        Self { seq: 0, at, actor, action, fields, before: "" }
    }
}

/// The end of a log.
struct End {
    last: Option<AuditEntry>,
    /// Where the next line goes.
    offset: u64,
    /// The last entry is whole but for its line end.
    is_unended: bool,
    /// What an append that was broken off has left.
    torn: Option<Vec<u8>>,
}

impl End {
    /// Nothing if the last entry is not what it was.
    fn read(file: &File) -> io::Result<Option<Self>> {
        let length = file.metadata()?.len();
        let mut window = WINDOW;
        loop {
            let start = length.saturating_sub(window);
            let mut bytes = vec![0; usize::try_from(length - start).map_err(io::Error::other)?];
            file.read_exact_at(&mut bytes, start)?;
            // Two line ends have a whole line between them.
            if start == 0 || bytes.iter().filter(|byte| **byte == b'\n').count() > 1 {
                return Ok(Self::of(&bytes, length));
            }
            window = window.saturating_mul(2);
        }
    }

    /// `bytes`: the last of so many of the file.
    fn of(bytes: &[u8], length: u64) -> Option<Self> {
        let (lines, tail) = check::split(bytes);
        let last = match lines.last() {
            Some(line) => Some(entry(line)?),
            None => None,
        };
        let offset = length - tail.len() as u64;
        if tail.is_empty() {
            return Some(Self { last, offset, is_unended: false, torn: None });
        }
        match entry(tail) {
            // What it says is whole: nothing is won by cutting it off.
            Some(whole) => Some(Self { last: Some(whole), offset: length, is_unended: true, torn: None }),
            None if check::is_changed_end(tail) => None,
            None => Some(Self { last, offset, is_unended: false, torn: Some(tail.to_vec()) }),
        }
    }
}

/// The entry of a line, if its hash is right.
fn entry(line: &[u8]) -> Option<AuditEntry> {
    let text = std::str::from_utf8(line).ok()?;
    let (body, rest) = text.split_at_checked(text.len().checked_sub(HASH.len() + DIGITS + END.len())?)?;
    let hash = rest.strip_prefix(HASH)?.strip_suffix(END)?;
    if hash == digest(body) { serde_json::from_str(text).ok() } else { None }
}

fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests;
