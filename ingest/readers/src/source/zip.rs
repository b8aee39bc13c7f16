//! Zip archives: one file of records, or several of one kind, read one after the other in the
//! order in which they are packed. Nothing is ever written under a name from the archive.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use encoding_rs::GB18030;
use zip::ZipArchive;

use super::format::by_name;
use super::parts::Parts;
use super::ratio::Bounded;
use super::{MAX_LAYERS, Seekable, Sink, agree, packed_too_often, stream, xlsx};
use crate::mapping::Format;
use crate::{Mapping, ReadError};

/// More files than any export is made of.
const MAX_FILES: usize = 10_000;
/// Characters of a name that a message shows.
const SHOWN_CHARS: usize = 120;
/// The record that ends an archive, without the comment behind it.
const END: usize = 22;
/// Bytes that have that record, its twin for large archives, and the longest comment.
const TAIL: u64 = 66 * 1024;

type Archive = ZipArchive<BufReader<Box<dyn Seekable>>>;

/// Reads all records of all files. `size`: bytes of the archive.
pub(super) fn read(
    mut input: Box<dyn Seekable>,
    size: u64,
    file: &str,
    layers: u8,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, ReadError> {
    let counted = counted(&mut input, size);
    let counted = counted.map_err(|source| ReadError::Open { file: file.to_owned(), source })?;
    let mut archive = ZipArchive::new(BufReader::new(input)).map_err(|error| broken(file, &error.to_string()))?;
    // Of files with one name only the last can be reached.
    if counted.is_some_and(|counted| counted > archive.len() as u64) {
        return Err(refused(file, "it holds several files of one name; give each a name of its own"));
    }
    match Office::of(&archive) {
        Some(Office::Xlsx) => {
            agree(Format::Xlsx, file, mapping)?;
            return xlsx::read(archive.into_inner(), file, mapping, sink);
        }
        Some(Office::Other) => {
            let kind = "an office document, but no XLSX workbook";
            return Err(ReadError::Spreadsheet { file: file.to_owned(), kind });
        }
        None => {}
    }
    if layers >= MAX_LAYERS {
        return Err(packed_too_often(file));
    }
    let entries = entries(&mut archive, file)?;
    if let [entry] = entries.as_slice() {
        return entry.read(&mut archive, size, file, layers, mapping, sink);
    }
    let kinds: BTreeSet<Option<&str>> = entries.iter().map(|entry| by_name(&entry.name).map(Format::name)).collect();
    if kinds.len() > 1 {
        let named = |kind: &Option<&str>| entries.iter().find(|entry| by_name(&entry.name).map(Format::name) == *kind);
        let names: Vec<&str> = kinds.iter().filter_map(named).map(|entry| entry.name.as_str()).collect();
        let reason = format!("it holds files of several kinds ({}); pack those of one kind alone", names.join(", "));
        return Err(refused(file, &reason));
    }
    let mut parts = Parts::new(sink, file);
    let mut encoding = None;
    for entry in &entries {
        parts.part(&entry.name);
        encoding = Some(entry.read(&mut archive, size, file, layers, mapping, &mut parts)?);
    }
    encoding.ok_or_else(|| ReadError::Empty { file: file.to_owned() })
}

/// How many files the archive says it has, if its end can be found.
fn counted(input: &mut (impl Read + Seek), size: u64) -> io::Result<Option<u64>> {
    input.seek(SeekFrom::Start(size.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    input.by_ref().take(TAIL).read_to_end(&mut tail)?;
    input.seek(SeekFrom::Start(0))?;
    Ok(count(&tail))
}

/// The same, of an archive's last bytes.
fn count(tail: &[u8]) -> Option<u64> {
    let last = |mark: &[u8], length: usize| tail.windows(length).rposition(|part| part.starts_with(mark));
    let end = last(b"PK\x05\x06", END)?;
    let small = tail.get(end + 8..end + 10)?.first_chunk::<2>().copied().map(u16::from_le_bytes)?;
    // More than fit there stand in the record before it.
    let large = || tail.get(last(b"PK\x06\x06", 56)? + 32..)?.first_chunk::<8>().copied().map(u64::from_le_bytes);
    if small == u16::MAX { large() } else { Some(u64::from(small)) }
}

fn broken(file: &str, reason: &str) -> ReadError {
    let reason = format!("the archive is not intact ({reason})");
    ReadError::Broken { file: file.to_owned(), line: 1, reason }
}

fn refused(file: &str, reason: &str) -> ReadError {
    ReadError::Archive { file: file.to_owned(), reason: reason.to_owned() }
}

/// Documents that are zip archives, too.
enum Office {
    Xlsx,
    Other,
}

impl Office {
    fn of(archive: &Archive) -> Option<Self> {
        let has = |wanted: &str| archive.file_names().any(|name| name.eq_ignore_ascii_case(wanted));
        match (has("[Content_Types].xml"), has("xl/workbook.xml")) {
            (true, true) => Some(Self::Xlsx),
            (true, false) => Some(Self::Other),
            // OpenDocument.
            (false, _) => (has("mimetype") && has("content.xml")).then_some(Self::Other),
        }
    }
}

/// A file of the archive.
struct Entry {
    at: usize,
    name: String,
}

impl Entry {
    fn read(
        &self,
        archive: &mut Archive,
        size: u64,
        file: &str,
        layers: u8,
        mapping: &Mapping,
        sink: &mut dyn Sink,
    ) -> Result<&'static str, ReadError> {
        let path = format!("{file}/{}", self.name);
        let entry = archive.by_index(self.at).map_err(|error| broken(&path, &error.to_string()))?;
        // What an entry says of its size may be a lie, but it cannot be larger than the archive.
        let packed = entry.compressed_size().min(size);
        stream(Box::new(Bounded::new(entry, packed)), packed, &path, layers + 1, mapping, sink)
    }
}

/// All files but the junk that systems leave in archives.
fn entries(archive: &mut Archive, file: &str) -> Result<Vec<Entry>, ReadError> {
    if archive.len() > MAX_FILES {
        return Err(refused(file, &format!("it holds more than {MAX_FILES} files; pack fewer together")));
    }
    let mut entries = Vec::new();
    for at in 0..archive.len() {
        let entry = archive.by_index_raw(at).map_err(|error| broken(file, &error.to_string()))?;
        let name = readable(entry.name_raw());
        if entry.is_dir() || is_junk(&name) {
            continue;
        }
        if entry.encrypted() {
            return Err(refused(file, &format!("{name} in it has a password; pack it without one")));
        }
        entries.push(Entry { at, name });
    }
    Ok(entries)
}

/// A name as a message shows it. Chinese programs write GBK without saying so.
fn readable(raw: &[u8]) -> String {
    let name = match std::str::from_utf8(raw) {
        Ok(name) => Cow::Borrowed(name),
        Err(_) => GB18030.decode_without_bom_handling(raw).0,
    };
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let skipped = name.chars().count().saturating_sub(SHOWN_CHARS);
    // The end of a name tells its kind.
    name.chars().skip(skipped).map(printable).collect()
}

fn is_junk(name: &str) -> bool {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let system = base.eq_ignore_ascii_case("thumbs.db") || base.eq_ignore_ascii_case("desktop.ini");
    system || name.starts_with("__MACOSX/") || base.starts_with('.') || base.is_empty()
}

#[cfg(test)]
mod tests;
