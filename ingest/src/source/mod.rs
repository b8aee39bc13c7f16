//! Opening a file and handing out its records, whatever its format.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::bufread::MultiGzDecoder;

use crate::record::{Header, Item};
use crate::{IngestError, Mapping};

mod csv;
mod encoding;
mod guard;
mod xes;

pub(crate) use guard::{Guard, MAX_RECORD};

/// Bytes that are looked at to tell format, encoding and delimiter.
const SNIFF: usize = 256 * 1024;

/// Takes the records of a file one by one. The header may grow while an XES file is read.
pub(crate) trait Sink {
    /// Takes one; an error ends the reading.
    fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), IngestError>;
}

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Xes,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Xes => "XES",
        }
    }
}

/// Opens a file: no folder, readable.
pub(crate) fn open(path: &Path, name: &str) -> Result<std::fs::File, IngestError> {
    let error = |source| IngestError::Open { file: name.to_owned(), source };
    let file = std::fs::File::open(path).map_err(error)?;
    if file.metadata().map_err(error)?.is_dir() {
        return Err(IngestError::Folder { file: path.display().to_string() });
    }
    Ok(file)
}

/// Reads all records of `input` into `sink`.
pub(crate) fn read(
    input: Box<dyn Read + Send>,
    name: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<(), IngestError> {
    let mut plain = BufReader::with_capacity(SNIFF, input);
    let broken =
        |error: std::io::Error| IngestError::Broken { file: name.to_owned(), line: 1, reason: error.to_string() };
    let head = plain.fill_buf().map_err(broken)?;
    if head.is_empty() {
        return Err(IngestError::Empty { file: name.to_owned() });
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return read_plain(BufReader::with_capacity(SNIFF, MultiGzDecoder::new(plain)), name, mapping, sink);
    }
    read_plain(plain, name, mapping, sink)
}

fn read_plain<R: BufRead>(mut input: R, name: &str, mapping: &Mapping, sink: &mut dyn Sink) -> Result<(), IngestError> {
    let broken =
        |error: std::io::Error| IngestError::Broken { file: name.to_owned(), line: 1, reason: error.to_string() };
    let mut head = vec![0; SNIFF];
    let mut filled = 0;
    while filled < head.len() {
        match input.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(broken(error)),
        }
    }
    head.truncate(filled);
    if head.is_empty() {
        return Err(IngestError::Empty { file: name.to_owned() });
    }
    let format = sniff(&head);
    let whole = std::io::Cursor::new(head.clone()).chain(input);
    match format {
        Format::Xes => xes::read(whole, name, sink),
        Format::Csv => csv::read(whole, &head, name, mapping, sink),
    }
}

/// An XES file begins with `<`, after a byte order mark and white space.
fn sniff(head: &[u8]) -> Format {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => Format::Xes,
        _ => Format::Csv,
    }
}
