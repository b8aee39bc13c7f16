//! Opening a file and handing out its records, whatever its format and however it is packed.

use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use crate::mapping::Format;
use crate::record::{Header, Item};
use crate::{Mapping, ReadError};

mod arrow_stream;
mod columns;
mod csv;
mod encoding;
mod format;
mod guard;
mod gzip;
mod json;
mod lines;
mod opened;
mod parquet;
mod parts;
mod ratio;
mod scan;
mod swallowed;
mod tail;
mod text;
#[cfg(test)]
mod told;
mod xes;
mod xlsx;
mod zip;

pub use arrow_stream::read as read_arrow_stream;
pub use columns::LINE_COLUMN;
use format::Kind;
use guard::Guard;
pub use guard::MAX_RECORD;
pub use opened::{Opened, Reading};
use ratio::Bounded;
pub use scan::holds;

/// Bytes that are looked at to tell format, encoding and delimiter.
const SNIFF: usize = 256 * 1024;
/// How often a file may be packed: a gzip file in a zip archive is read, and an archive in an
/// archive, a third wrapping is not. Workbooks and Parquet files are no wrapping.
const MAX_LAYERS: u8 = 2;
/// Largest packed file that is unpacked to the disk, because its format is not read from one end.
const MAX_SPOOL: u64 = 8 * 1024 * 1024 * 1024;

/// Takes the records of a file one by one. The header may grow while a file without one is read.
pub trait Sink {
    /// Takes one; an error ends the reading.
    fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), ReadError>;
    /// Names the sheet, or the file of an archive, in which the next records stand.
    fn part(&mut self, _name: &str) {}
    /// Names a sheet with values that is not read, since the mapping names no sheet and one before it was.
    fn left_out(&mut self, _sheet: &str) {}
}

/// A file that can be read at any place.
pub trait Seekable: Read + Seek + Send {}

impl<R: Read + Seek + Send> Seekable for R {}

/// Opens a file: no folder, nothing that would have to be waited for, readable.
pub fn open(path: &Path, name: &str) -> Result<std::fs::File, ReadError> {
    let error = |source| ReadError::Open { file: name.to_owned(), source };
    // Looked at before it is opened, since opening a pipe waits for its writer.
    let kind = std::fs::metadata(path).map_err(error)?;
    if kind.is_dir() {
        return Err(ReadError::Folder { file: path.display().to_string() });
    }
    if !kind.is_file() {
        return Err(ReadError::NotAFile { file: path.display().to_string() });
    }
    std::fs::File::open(path).map_err(error)
}

/// Reads all records of `input` into `sink`. The encoding's name, or that of a format without one.
pub fn read(
    input: Box<dyn Seekable>,
    name: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, ReadError> {
    seekable(input, name, 0, mapping, sink)
}

/// Reads all records of bytes whose format is told, a text that is not packed.
pub fn read_bytes(
    bytes: &[u8],
    format: Format,
    name: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, ReadError> {
    if Kind::of(bytes) == Kind::Text {
        return text::read(bytes, Some(format), name, mapping, sink);
    }
    let reason = format!("it is a packed file or a workbook, not {}", format.name());
    Err(ReadError::Broken { file: name.to_owned(), line: 1, reason })
}

/// `layers`: how often it was packed.
fn seekable(
    mut input: Box<dyn Seekable>,
    name: &str,
    layers: u8,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, ReadError> {
    let failed = |error: io::Error| ReadError::Open { file: name.to_owned(), source: error };
    let head = peek(&mut input).map_err(failed)?;
    let size = input.seek(SeekFrom::End(0)).map_err(failed)?;
    input.seek(SeekFrom::Start(0)).map_err(failed)?;
    match Kind::of(&head) {
        Kind::Zip => zip::read(input, size, name, layers, mapping, sink),
        Kind::Parquet => {
            agree(Format::Parquet, name, mapping)?;
            parquet::read(input, size, name, mapping, sink)
        }
        Kind::OldOffice | Kind::Gzip | Kind::Text => stream(Box::new(input), size, name, layers, mapping, sink),
    }
}

/// Reads what comes from one end only. `size`: bytes of it, or of what it was unpacked from.
fn stream<'r>(
    mut input: Box<dyn Read + 'r>,
    size: u64,
    name: &str,
    layers: u8,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, ReadError> {
    let broken = |error: io::Error| ReadError::Broken { file: name.to_owned(), line: 1, reason: error.to_string() };
    let head = peek(&mut input).map_err(broken)?;
    if head.is_empty() {
        return Err(ReadError::Empty { file: name.to_owned() });
    }
    let kind = Kind::of(&head);
    let whole = Cursor::new(head).chain(input);
    match kind {
        Kind::OldOffice => {
            let kind = "an XLS file, or a workbook with a password";
            Err(ReadError::Spreadsheet { file: name.to_owned(), kind })
        }
        Kind::Text => text::read(whole, None, name, mapping, sink),
        Kind::Gzip if layers >= MAX_LAYERS => Err(packed_too_often(name)),
        Kind::Gzip => {
            let inner = gzip::Gunzip::new(BufReader::with_capacity(SNIFF, whole));
            stream(Box::new(Bounded::new(inner, size)), size, name, layers + 1, mapping, sink)
        }
        // What is in an archive is the next layer, not the archive.
        Kind::Zip | Kind::Parquet => seekable(Box::new(spool(whole, name)?), name, layers, mapping, sink),
    }
}

fn packed_too_often(name: &str) -> ReadError {
    let reason = "it is packed more than twice; unpack it once and land what comes out".to_owned();
    ReadError::Archive { file: name.to_owned(), reason }
}

/// Unpacks to a file without a name, which is gone with this process.
fn spool(input: impl Read, name: &str) -> Result<std::fs::File, ReadError> {
    let mut file = tempfile::tempfile().map_err(|source| ReadError::Open { file: name.to_owned(), source })?;
    let broken = |error: io::Error| ReadError::Broken { file: name.to_owned(), line: 1, reason: error.to_string() };
    let written = io::copy(&mut input.take(MAX_SPOOL + 1), &mut file).map_err(broken)?;
    if written > MAX_SPOOL {
        return Err(ReadError::TooLarge { file: name.to_owned(), limit_mib: MAX_SPOOL / 1024 / 1024 });
    }
    file.rewind().map_err(broken)?;
    Ok(file)
}

/// The first bytes, by which kinds of files are told apart; fewer where there are no more.
fn peek(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(8);
    input.take(8).read_to_end(&mut head)?;
    Ok(head)
}

/// The mapping must not say that the file is of another format than its first bytes do.
fn agree(found: Format, name: &str, mapping: &Mapping) -> Result<(), ReadError> {
    match mapping.source.format.filter(|wanted| *wanted != found) {
        Some(wanted) => {
            Err(ReadError::WrongFormat { file: name.to_owned(), found: found.name(), wanted: wanted.name() })
        }
        None => Ok(()),
    }
}
