//! Files of text: their beginning is looked at, and they are handed on as UTF-8.

use std::io::{self, Cursor, Read};

use encoding_rs::{GB18030, UTF_8};

use super::encoding::{Transcoder, detect};
use super::{SNIFF, Sink, csv, format, json, lines, xes};
use crate::mapping::Format;
use crate::{Mapping, ReadError};

/// Reads all records, of the format that is `told` or else found. The encoding's name.
pub(super) fn read(
    mut input: impl Read,
    told: Option<Format>,
    name: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, ReadError> {
    let mut head = vec![0; SNIFF];
    let mut filled = 0;
    while filled < head.len() {
        match input.read(&mut head[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                let line = 1 + lines::line_ends(&head[..filled]);
                return Err(ReadError::Broken { file: name.to_owned(), line, reason: error.to_string() });
            }
        }
    }
    head.truncate(filled);
    if head.is_empty() {
        return Err(ReadError::Empty { file: name.to_owned() });
    }
    let encoding = detect(&head, mapping.csv.encoding.as_deref(), name)?;
    let decoded = if encoding == UTF_8 {
        head.clone()
    } else {
        encoding.decode_with_bom_removal(&head).0.into_owned().into_bytes()
    };
    if format::is_web_page(&decoded) {
        return Err(ReadError::WebPage { file: name.to_owned() });
    }
    let format = match told {
        Some(told) => told,
        None => format::of_text(&decoded, name, mapping)?,
    };
    let whole = Cursor::new(head).chain(input);
    // A log says its encoding itself; only UTF-16 is no text at all to what reads it.
    let as_it_is = encoding == UTF_8 || (format == Format::Xes && encoding == GB18030);
    let done = if as_it_is {
        records(whole, &decoded, format, name, mapping, sink)
    } else {
        records(Transcoder::new(whole, encoding), &decoded, format, name, mapping, sink)
    };
    let is_guessed = encoding != UTF_8 && mapping.csv.encoding.is_none();
    done.map_err(|error| match error {
        missing @ ReadError::MissingColumn { .. } if is_guessed => {
            ReadError::Misread { missing: Box::new(missing), encoding: encoding.name() }
        }
        other => other,
    })?;
    Ok(if format == Format::Xes { UTF_8.name() } else { encoding.name() })
}

/// `head`: the first bytes of what `input` gives.
fn records(
    input: impl Read,
    head: &[u8],
    format: Format,
    name: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    match format {
        Format::Xes => xes::read(input, name, mapping, sink),
        Format::Ndjson => json::lines(input, name, mapping, sink),
        Format::Json => json::array(input, name, mapping, sink),
        Format::Tsv => csv::read(input, head, Some(b'\t'), name, mapping, sink),
        Format::Csv | Format::Xlsx | Format::Parquet => csv::read(input, head, None, name, mapping, sink),
    }
}
