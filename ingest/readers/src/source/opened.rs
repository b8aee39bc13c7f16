//! A file that is opened once and read several times: for its name, for its rows, for its extract
//! time. So all readings are of one file, whatever gets its path meanwhile, and at their end it is
//! asked whether somebody has written to it.

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::sync::Arc;

use super::open;
use crate::ReadError;

/// A file, and what it was like when it was opened.
#[derive(Debug, Clone)]
pub struct Opened {
    file: Arc<File>,
    print: Print,
}

/// What tells that a file was written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Print {
    device: u64,
    inode: u64,
    bytes: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
}

impl Print {
    fn of(found: &Metadata) -> Self {
        let modified = (found.mtime(), found.mtime_nsec());
        Self { device: found.dev(), inode: found.ino(), bytes: found.len(), modified }
    }
}

impl Opened {
    /// Opens a regular file; `name` is what messages call it.
    pub fn open(path: &Path, name: &str) -> Result<Self, ReadError> {
        let file = open(path, name)?;
        let print = Print::of(&file.metadata().map_err(|source| unread(name, source))?);
        Ok(Self { file: Arc::new(file), print })
    }

    /// Reads it from its beginning, independently of other readings.
    pub fn reading(&self) -> Reading {
        Reading { file: self.file.clone(), at: 0 }
    }

    /// An error if somebody has written to it since it was opened.
    pub fn check(&self, name: &str) -> Result<(), ReadError> {
        let now = Print::of(&self.file.metadata().map_err(|source| unread(name, source))?);
        if now == self.print { Ok(()) } else { Err(ReadError::Changed { file: name.to_owned() }) }
    }
}

fn unread(name: &str, source: io::Error) -> ReadError {
    ReadError::Open { file: name.to_owned(), source }
}

/// One reading of the file, with a place of its own.
pub struct Reading {
    file: Arc<File>,
    at: u64,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read_at(buffer, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Reading {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => self.file.metadata()?.len().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = place.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(mut reading: Reading) -> String {
        let mut text = String::new();
        reading.read_to_string(&mut text).expect("read");
        text
    }

    #[test]
    fn readings_are_of_the_file_that_was_opened_and_changes_are_told() {
        let dir = tempfile::tempdir().expect("dir");
        let (path, other) = (dir.path().join("a.csv"), dir.path().join("b.csv"));
        std::fs::write(&path, "first").expect("written");
        std::fs::write(&other, "second").expect("written");
        let opened = Opened::open(&path, "a.csv").expect("opened");
        let mut half = opened.reading();
        assert_eq!(half.seek(SeekFrom::End(-2)).expect("sought"), 3);
        std::fs::rename(&other, &path).expect("replaced");
        assert_eq!((text(opened.reading()), text(half)), ("first".into(), "st".into()));
        assert!(opened.check("a.csv").is_ok() && opened.reading().seek(SeekFrom::Current(-1)).is_err());
        let opened = Opened::open(&path, "a.csv").expect("opened");
        std::fs::write(&path, "another").expect("written");
        let message = opened.check("a.csv").expect_err("changed").to_string();
        assert!(message.starts_with("a.csv was changed while it was read"), "{message}");
    }
}
