//! CSV: the `csv` crate splits; rows that are too long, too short or not text are refused one by
//! one, with their line.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder};
use encoding_rs::UTF_8;

use super::encoding::{Transcoder, detect};
use super::{Format, Guard, MAX_RECORD, Sink};
use crate::record::{Header, Item, Record};
use crate::{IngestError, Mapping};

pub(super) fn read<R: Read>(
    input: R,
    head: &[u8],
    file: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<(), IngestError> {
    let encoding = detect(head, mapping.csv.encoding.as_deref(), file)?;
    let delimiter = mapping.csv.delimiter.and_then(|c| u8::try_from(c).ok()).unwrap_or_else(|| sniff_delimiter(head));
    let guard = Guard::new();
    if encoding == UTF_8 {
        records(guard.watch(input), &guard, delimiter, file, mapping, sink)
    } else {
        records(guard.watch(Transcoder::new(input, encoding)), &guard, delimiter, file, mapping, sink)
    }
}

/// The one of comma, tab and semicolon that the first line has most of, outside quotes.
fn sniff_delimiter(head: &[u8]) -> u8 {
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or(head);
    let count = |delimiter: u8| {
        let mut quoted = false;
        line.iter()
            .filter(|byte| {
                quoted ^= **byte == b'"';
                !quoted && **byte == delimiter
            })
            .count()
    };
    // Of equals the first wins, so a file of one column is read with commas.
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

fn records<R: Read>(
    input: R,
    guard: &Guard,
    delimiter: u8,
    file: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<(), IngestError> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(256 * 1024)
        .from_reader(input);
    let fail = |error: csv::Error, line: u64| {
        if guard.is_exceeded() {
            let limit_mib = MAX_RECORD / 1024 / 1024;
            return IngestError::RecordTooLong { file: file.to_owned(), line, limit_mib, format: Format::Csv.name() };
        }
        let reason = match error.kind() {
            csv::ErrorKind::Io(error) => error.to_string(),
            _ => error.to_string(),
        };
        IngestError::Broken { file: file.to_owned(), line, reason }
    };
    let mut raw = ByteRecord::new();
    let mut header: Option<Header> = None;
    let mut record = Record::default();
    let mut line = 1;
    loop {
        let more = reader.read_byte_record(&mut raw).map_err(|error| fail(error, line))?;
        if !more {
            break;
        }
        guard.reset();
        line = raw.position().map_or(line, csv::Position::line);
        let Some(header) = &header else {
            header = Some(read_header(&raw, line, file, mapping)?);
            line = reader.position().line();
            continue;
        };
        match check(&raw, header, &mut record) {
            None => sink.take(header, Item::Record { line, record: &record })?,
            Some((rule, reason)) => sink.take(header, Item::Refused { line, rule, reason, bytes: raw.as_slice() })?,
        }
        line = reader.position().line();
    }
    if header.is_none() {
        return Err(IngestError::Empty { file: file.to_owned() });
    }
    Ok(())
}

fn read_header(raw: &ByteRecord, line: u64, file: &str, mapping: &Mapping) -> Result<Header, IngestError> {
    let mut header = Header::default();
    for (at, name) in raw.iter().enumerate() {
        let name = if at == 0 { name.strip_prefix(b"\xef\xbb\xbf").unwrap_or(name) } else { name };
        let Ok(name) = std::str::from_utf8(name) else {
            let reason = format!("the name of column {} is not text in the file's encoding; set csv.encoding", at + 1);
            return Err(IngestError::Broken { file: file.to_owned(), line, reason });
        };
        header.add_column(name.trim());
    }
    for column in mapping.needed_columns() {
        if header.find(column).is_none() {
            return Err(IngestError::MissingColumn {
                file: file.to_owned(),
                line,
                column: column.to_owned(),
                mapping: mapping.name.clone(),
                present: header.names().join(", "),
            });
        }
    }
    Ok(header)
}

/// Copies a sound record; says what is wrong with another.
fn check(raw: &ByteRecord, header: &Header, record: &mut Record) -> Option<(&'static str, String)> {
    if raw.len() != header.len() {
        let rule = if raw.len() > header.len() { "too_many_fields" } else { "too_few_fields" };
        let reason = format!(
            "the header has {} fields, this row {}; look for a missing quote, a stray delimiter or a cut-off line",
            header.len(),
            raw.len()
        );
        return Some((rule, reason));
    }
    record.clear();
    for (value, name) in raw.iter().zip(header.names()) {
        match std::str::from_utf8(value) {
            Ok(text) if !text.contains('\u{fffd}') => record.push(text.trim()),
            _ => {
                let reason = format!("field {name} is not text in the file's encoding; export the file as UTF-8");
                return Some(("encoding", reason));
            }
        }
    }
    None
}
