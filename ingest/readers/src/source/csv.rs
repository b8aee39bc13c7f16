//! CSV: the `csv` crate splits; rows that are too long, too short or not text are refused one by
//! one, with their line. A file that ends in the middle of a record is refused whole.

use std::io::Read;

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::lines::line_ends;
use super::swallowed::{TimeColumn, time_columns, took_rows};
use super::tail::{Closed, Tail};
use super::{Guard, MAX_RECORD, Sink, columns};
use crate::mapping::Format;
use crate::record::{Header, Item, MAX_COLUMNS, Record};
use crate::{Mapping, ReadError};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// How the values of a file are told apart.
#[derive(Clone, Copy)]
struct Layout {
    delimiter: u8,
    /// The first line names the delimiter, for Excel, and is no header.
    is_named: bool,
}

/// The first line of names.
struct Head<'m> {
    header: Header,
    /// As it stands in the file.
    raw: ByteRecord,
    times: Vec<TimeColumn<'m>>,
}

/// Reads all records. `head`: the first bytes; `delimiter`: what the file's name tells.
pub(super) fn read<R: Read>(
    input: R,
    head: &[u8],
    delimiter: Option<u8>,
    file: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    let named = named_delimiter(head);
    let told = mapping.csv.delimiter.and_then(|c| u8::try_from(c).ok()).or(named).or(delimiter);
    let delimiter = told.unwrap_or_else(|| sniff_delimiter(head));
    let guard = Guard::new();
    let layout = Layout { delimiter, is_named: named.is_some() };
    records(Tail::new(guard.watch(input), head), &guard, layout, file, mapping, sink)
}

/// The delimiter of a first line such as `sep=;`, by which Excel is told.
fn named_delimiter(head: &[u8]) -> Option<u8> {
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head);
    let line = head.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    let quoted = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\""));
    let (word, delimiter) = quoted.unwrap_or(line).split_at_checked(4)?;
    match delimiter {
        [one] if word.eq_ignore_ascii_case(b"sep=") && *one != b'"' => {
            (*one == b'\t' || one.is_ascii_punctuation()).then_some(*one)
        }
        _ => None,
    }
}

/// The one of comma, tab and semicolon that the first line has most of, outside quotes.
fn sniff_delimiter(head: &[u8]) -> u8 {
    let line = head.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or(head);
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
    input: Tail<R>,
    guard: &Guard,
    layout: Layout,
    file: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    let end = input.end();
    // After a CR the reader would count the line only with the next record. So lines end in LF for
    // it, and a CR before is white space at the end of the last value.
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(layout.delimiter)
        .terminator(Terminator::Any(b'\n'))
        .buffer_capacity(256 * 1024)
        .from_reader(input);
    let fail = |error: &csv::Error, line: u64| {
        if guard.is_exceeded() {
            let limit_mib = MAX_RECORD / 1024 / 1024;
            return ReadError::RecordTooLong { file: file.to_owned(), line, limit_mib, format: Format::Csv.name() };
        }
        ReadError::Broken { file: file.to_owned(), line, reason: error.to_string() }
    };
    let mut raw = ByteRecord::new();
    let mut head: Option<Head<'_>> = None;
    let mut record = Record::default();
    let mut is_passed = !layout.is_named;
    loop {
        let before = reader.position().line();
        if !reader.read_byte_record(&mut raw).map_err(|error| fail(&error, before))? {
            break;
        }
        guard.reset();
        if is_blank(&raw) || !std::mem::replace(&mut is_passed, true) {
            continue;
        }
        let after = reader.position().line();
        let closed = end.closed(reader.position().byte());
        if closed == Closed::Never {
            return Err(unclosed(&raw, after, head.as_ref().map(|head| &head.header), file));
        }
        let breaks = if after == before + 1 { 0 } else { line_ends(raw.as_slice()) };
        let line = after.saturating_sub(breaks + 1);
        let Some(Head { header, raw: names, times }) = &head else {
            let header = read_header(&raw, line, file, mapping)?;
            let times = time_columns(&header, mapping);
            head = Some(Head { header, raw: raw.clone(), times });
            continue;
        };
        if closed == Closed::ByEnd
            && let Some(reason) = cut_off(&raw, header)
        {
            return Err(ReadError::Broken { file: file.to_owned(), line, reason });
        }
        let refused = match breaks {
            _ if is_same(&raw, names) => Some(columns::repeated_header()),
            0 => None,
            _ => swallowed(&raw, header, line, breaks)
                .or_else(|| took_rows(&raw, layout.delimiter, times).then(|| unclosed_quote(line, line + breaks))),
        };
        match refused.or_else(|| check(&raw, header, &mut record)) {
            None => sink.take(header, Item::Record { line, record: &record })?,
            Some((rule, reason)) => {
                let bytes = as_text(&raw, layout.delimiter);
                sink.take(header, Item::Refused { line, rule, reason, bytes: &bytes })?;
            }
        }
    }
    if head.is_none() {
        return Err(ReadError::Empty { file: file.to_owned() });
    }
    Ok(())
}

/// An empty line that ends in CR LF, or the end mark that old programs put behind a file.
/// The record as a line of such a file.
fn as_text(raw: &ByteRecord, delimiter: u8) -> Vec<u8> {
    let whole: ByteRecord = raw.iter().map(|field| field.strip_suffix(b"\r").unwrap_or(field)).collect();
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    let written = writer.write_byte_record(&whole).map_err(|_| ()).and_then(|()| writer.into_inner().map_err(|_| ()));
    match written {
        Ok(text) => text.strip_suffix(b"\n").unwrap_or(&text).to_vec(),
        // Nothing that is written to memory fails.
        Err(()) => raw.as_slice().to_vec(),
    }
}

fn is_blank(raw: &ByteRecord) -> bool {
    raw.len() == 1 && matches!(raw.as_slice(), b"\r" | b"\x1a")
}

/// The file ends inside a quoted field; where that began is known, what stands after it is not.
fn unclosed(raw: &ByteRecord, after: u64, header: Option<&Header>, file: &str) -> ReadError {
    let last = raw.len().saturating_sub(1);
    let line = after.saturating_sub(raw.get(last).map_or(0, line_ends));
    let name = header.and_then(|header| header.names().get(last));
    let field = name.map_or_else(|| format!("field {}", last + 1), |name| format!("field {name:?}"));
    let reason = format!("{field} begins with a quote that never closes; close or remove it");
    ReadError::Broken { file: file.to_owned(), line, reason }
}

/// Why the last record, which has no line end, cannot be whole.
fn cut_off(raw: &ByteRecord, header: &Header) -> Option<String> {
    if raw.len() >= header.len() || raw.as_slice().trim_ascii().is_empty() {
        return None;
    }
    let name = header.names().get(raw.len().saturating_sub(1))?;
    let (at, of) = (raw.len(), header.len());
    Some(format!("the file ends in the middle of a record, in field {name:?} ({at} of {of}); fetch it again"))
}

/// Whether a row says what the header says: tables were put one behind the other.
fn is_same(raw: &ByteRecord, names: &ByteRecord) -> bool {
    fn plain(name: &[u8]) -> &[u8] {
        name.strip_prefix(BYTE_ORDER_MARK).unwrap_or(name).trim_ascii()
    }
    let is_named = || names.iter().any(|name| !plain(name).is_empty());
    raw.len() == names.len() && raw.iter().zip(names).all(|(value, name)| plain(value) == plain(name)) && is_named()
}

/// What is wrong with a record over several lines that has too many fields, or too few: mostly a
/// stray quote took the rows up to the next quote for one value.
fn swallowed(raw: &ByteRecord, header: &Header, line: u64, breaks: u64) -> Option<(&'static str, String)> {
    let (has, wants, last) = (raw.len(), header.len(), line + breaks);
    if has == wants {
        return None;
    }
    let rule = if has > wants { "too_many_fields" } else { "too_few_fields" };
    let remedy = close_it(line);
    Some((rule, format!("it spans lines {line}–{last}, fields in the header: {wants}, in this: {has}; {remedy}")))
}

/// The same with the right number of fields.
fn unclosed_quote(line: u64, last: u64) -> (&'static str, String) {
    ("unclosed_quote", format!("lines {line}–{last} are read as one record; {}", close_it(line)))
}

fn close_it(line: u64) -> String {
    format!("probably an unclosed quote on line {line}; close or remove it")
}

fn read_header(raw: &ByteRecord, line: u64, file: &str, mapping: &Mapping) -> Result<Header, ReadError> {
    if raw.len() > MAX_COLUMNS {
        return Err(ReadError::TooManyColumns { file: file.to_owned(), line, most: MAX_COLUMNS });
    }
    let mut header = Header::default();
    for (at, name) in raw.iter().enumerate() {
        let name = if at == 0 { name.strip_prefix(BYTE_ORDER_MARK).unwrap_or(name) } else { name };
        let Ok(name) = std::str::from_utf8(name) else {
            let reason = format!("the name of column {} is not text in the file's encoding; set csv.encoding", at + 1);
            return Err(ReadError::Broken { file: file.to_owned(), line, reason });
        };
        header.add_column(entered(name.trim_matches(is_invisible)));
    }
    columns::check_header(&header, mapping, file, line)?;
    Ok(header)
}

/// Copies a sound record; says what is wrong with another.
fn check(raw: &ByteRecord, header: &Header, record: &mut Record) -> Option<(&'static str, String)> {
    if raw.len() != header.len() {
        let rule = if raw.len() > header.len() { "too_many_fields" } else { "too_few_fields" };
        let reason = format!(
            "fields in the header: {}, in this row: {}; look for a missing quote, a stray delimiter or a cut-off line",
            header.len(),
            raw.len()
        );
        return Some((rule, reason));
    }
    record.clear();
    for (value, name) in raw.iter().zip(header.names()) {
        match std::str::from_utf8(value) {
            Ok(text) if !text.contains('\u{fffd}') => record.push(entered(text.trim())),
            _ => {
                let reason = format!("field {name} is not text in the file's encoding; export the file as UTF-8");
                return Some(("encoding", reason));
            }
        }
    }
    None
}

/// What is meant by `="0012"`: programs write a text so to keep Excel from making a number of it.
fn entered(text: &str) -> &str {
    let inner = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).map_or(text, str::trim)
}

/// White space, and marks that take no room: they get into names with what is pasted.
fn is_invisible(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
