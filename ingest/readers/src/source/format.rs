//! Tells what kind of file it is: by its first bytes, and where these do not decide, by its name.

use crate::mapping::Format;
use crate::{Mapping, ReadError};

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Gzip,
    /// A zip archive, which may be a workbook.
    Zip,
    Parquet,
    /// XLS, and workbooks with a password.
    OldOffice,
    /// Anything else.
    Text,
}

impl Kind {
    pub(super) fn of(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Self::Zip,
            // A column of a text may be called PAR1 too; then no such byte comes after it.
            [b'P', b'A', b'R', b'1' | b'E', 0..=8 | 14..=31 | 128..=255, ..] => Self::Parquet,
            [0xd0, 0xcf, 0x11, 0xe0, ..] => Self::OldOffice,
            _ => Self::Text,
        }
    }
}

/// The format that a file's name tells, whatever its packing.
pub(super) fn by_name(name: &str) -> Option<Format> {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let (_, ending) = name.rsplit_once('.')?;
    match ending {
        "csv" | "txt" => Some(Format::Csv),
        "tsv" | "tab" => Some(Format::Tsv),
        "xes" | "xml" => Some(Format::Xes),
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        "json" => Some(Format::Json),
        "xlsx" | "xlsm" => Some(Format::Xlsx),
        "parquet" | "pq" => Some(Format::Parquet),
        _ => None,
    }
}

/// The format of a text that begins with `head`: as the mapping says, else by content and name.
pub(super) fn of_text(head: &[u8], name: &str, mapping: &Mapping) -> Result<Format, ReadError> {
    match mapping.source.format {
        None => Ok(found(head, by_name(name), mapping.json.records.is_some())),
        Some(wanted @ (Format::Xlsx | Format::Parquet)) => {
            Err(ReadError::WrongFormat { file: name.to_owned(), found: "a text", wanted: wanted.name() })
        }
        Some(wanted) => Ok(wanted),
    }
}

/// Whether a text is what a server shows to people, which is no file of any format.
pub(super) fn is_web_page(head: &[u8]) -> bool {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let begins = |with: &str| text.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with.as_bytes()));
    begins("<!doctype html") || begins("<html")
}

/// `records`: the mapping says where in a JSON file the records are.
fn found(head: &[u8], named: Option<Format>, records: bool) -> Format {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match (text.first(), named) {
        (Some(b'<'), _) => Format::Xes,
        // Some programs put the names of columns into brackets.
        (Some(b'{' | b'['), Some(table @ (Format::Csv | Format::Tsv))) => table,
        (Some(b'['), _) => Format::Json,
        (Some(b'{'), _) => object(text, named, records),
        (_, Some(Format::Tsv)) => Format::Tsv,
        _ => Format::Csv,
    }
}

/// Objects one below the other, or one that has the records inside.
fn object(text: &[u8], named: Option<Format>, records: bool) -> Format {
    let end = text.iter().position(|byte| *byte == b'\n').unwrap_or(text.len());
    let (line, rest) = text.split_at(end);
    let whole = line.trim_ascii_end().ends_with(b"}");
    match rest.trim_ascii_start().first() {
        Some(b'{') if whole => Format::Ndjson,
        // One object alone.
        None if whole && named != Some(Format::Json) && !records => Format::Ndjson,
        _ if named == Some(Format::Ndjson) => Format::Ndjson,
        _ => Format::Json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_decide_and_names_where_they_do_not() {
        assert_eq!(Kind::of(b"PAR1\x15\x04"), Kind::Parquet);
        assert_eq!(Kind::of(b"PAR1,PAR"), Kind::Text);
        assert_eq!(Kind::of(b"PK\x03\x04"), Kind::Zip);
        for (head, name, format) in [
            ("<log>", "a.csv", Format::Xes),
            ("\u{feff} [{}]", "a", Format::Json),
            ("[a],[b]\n", "a.csv", Format::Csv),
            ("{\"a\":1}\n{\"a\":2}\n", "a.json", Format::Ndjson),
            ("{\"a\":1}\n", "stdin", Format::Ndjson),
            ("{\"a\":1}\n", "a.JSON.gz", Format::Json),
            ("{\n \"rows\": [", "stdin", Format::Json),
            ("{\"a\":1\n{\"a\":2}\n", "a.jsonl", Format::Ndjson),
            ("a;b\n", "a.tsv", Format::Tsv),
            ("a;b\n", "a.xlsx", Format::Csv),
        ] {
            assert_eq!(found(head.as_bytes(), by_name(name), false), format, "{head:?} {name}");
        }
        assert_eq!(found(b"{\"a\":1}\n", None, true), Format::Json);
        assert!(is_web_page(b"\xef\xbb\xbf\r\n<!DOCTYPE html>") && is_web_page(b"<HTML lang=\"zh\">"));
        assert!(!is_web_page(b"<log>") && !is_web_page(b"<") && !is_web_page(b"html,a\n"));
    }
}
