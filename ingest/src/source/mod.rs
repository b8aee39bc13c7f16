//! Opening a file and handing out its records, whatever its format.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::record::{Header, Item};
use crate::{IngestError, Mapping};

mod csv;
mod encoding;
mod guard;
mod gzip;
mod lines;
mod page;
mod tail;
mod xes;

pub(crate) use guard::{Guard, MAX_RECORD};
pub(crate) use page::{Page, Pulled};

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

/// Opens a file: no folder, nothing that would have to be waited for, readable.
pub(crate) fn open(path: &Path, name: &str) -> Result<std::fs::File, IngestError> {
    let error = |source| IngestError::Open { file: name.to_owned(), source };
    // Looked at before it is opened, since opening a pipe waits for its writer.
    let kind = std::fs::metadata(path).map_err(error)?;
    if kind.is_dir() {
        return Err(IngestError::Folder { file: path.display().to_string() });
    }
    if !kind.is_file() {
        return Err(IngestError::NotAFile { file: path.display().to_string() });
    }
    std::fs::File::open(path).map_err(error)
}

/// Reads all records of `input` into `sink`. The encoding's name.
pub(crate) fn read(
    input: Box<dyn Read + Send>,
    name: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, IngestError> {
    let mut plain = BufReader::with_capacity(SNIFF, input);
    let broken = |error: io::Error| IngestError::Broken { file: name.to_owned(), line: 1, reason: error.to_string() };
    let head = plain.fill_buf().map_err(broken)?;
    if head.is_empty() {
        return Err(IngestError::Empty { file: name.to_owned() });
    }
    if head.starts_with(&[0x1f, 0x8b]) {
        return read_plain(gzip::Gunzip::new(plain), name, mapping, sink);
    }
    read_plain(plain, name, mapping, sink)
}

fn read_plain<R: Read>(
    mut input: R,
    name: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, IngestError> {
    let mut head = vec![0; SNIFF];
    let mut filled = 0;
    while filled < head.len() {
        match input.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let line = 1 + lines::line_ends(&head[..filled]);
                return Err(IngestError::Broken { file: name.to_owned(), line, reason: error.to_string() });
            }
        }
    }
    head.truncate(filled);
    if head.is_empty() {
        return Err(IngestError::Empty { file: name.to_owned() });
    }
    let format = sniff(&head, name)?;
    let whole = io::Cursor::new(head.clone()).chain(input);
    match format {
        Format::Xes => xes::read(whole, name, mapping, sink),
        Format::Csv => csv::read(whole, &head, name, mapping, sink),
    }
}

/// An XES file begins with `<`, after a byte order mark and white space. What is no text at all is
/// told by its first bytes.
fn sniff(head: &[u8], name: &str) -> Result<Format, IngestError> {
    let file = || name.to_owned();
    match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [b'!'..=b'~', 0, ..] | [0, b'!'..=b'~', ..] => {
            return Err(IngestError::Utf16 { file: file() });
        }
        [b'P', b'K', 3, 4, ..] => return Err(IngestError::Spreadsheet { file: file(), kind: "an XLSX or zip file" }),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(IngestError::Spreadsheet { file: file(), kind: "an XLS file" }),
        _ => {}
    }
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    Ok(match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => Format::Xes,
        _ => Format::Csv,
    })
}
