//! NDJSON, an object on each line, and JSON, an array of objects. Neither has a header: names are
//! taken as they come.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read};

use super::{MAX_RECORD, Sink, columns};
use crate::mapping::Format;
use crate::record::{Header, Item, MAX_COLUMNS, Record};
use crate::{Mapping, ReadError};

mod array;
mod scan;

pub(super) use array::read as array;

/// Reads an object from each line. A line that is none is refused, and the next ones are read.
pub(super) fn lines<R: Read>(input: R, file: &str, mapping: &Mapping, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let mut reader = BufReader::with_capacity(256 * 1024, input);
    let mut objects = Objects::new(file, mapping, sink);
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = reader.by_ref().take(MAX_RECORD + 1).read_until(b'\n', &mut bytes);
        read.map_err(|error| broken(file, line, &error))?;
        if bytes.is_empty() {
            break;
        }
        if bytes.len() as u64 > MAX_RECORD {
            return Err(too_long(file, line, Format::Ndjson));
        }
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").filter(|_| line == 1).unwrap_or(&bytes).trim_ascii();
        if text.is_empty() || text == b"\x1a" {
            continue;
        }
        let told = objects.read(text);
        if let Err((NOT_JSON, _)) = told
            && !bytes.ends_with(b"\n")
        {
            let reason = "the file ends in the middle of a record; fetch it again".to_owned();
            return Err(ReadError::Broken { file: file.to_owned(), line, reason });
        }
        objects.hand_on(line, text, told)?;
    }
    objects.finish()
}

const NOT_JSON: &str = "not_json";

fn broken(file: &str, line: u64, error: &io::Error) -> ReadError {
    ReadError::Broken { file: file.to_owned(), line, reason: error.to_string() }
}

fn too_long(file: &str, line: u64, format: Format) -> ReadError {
    let limit_mib = MAX_RECORD / 1024 / 1024;
    ReadError::RecordTooLong { file: file.to_owned(), line, limit_mib, format: format.name() }
}

/// What is wrong with a record: rule and reason.
type Wrong = (&'static str, String);

/// Makes records of objects.
struct Objects<'a> {
    file: &'a str,
    mapping: &'a Mapping,
    sink: &'a mut dyn Sink,
    header: Header,
    /// So many names have been looked at.
    checked: usize,
    /// By the header's places: the value, and whether this record has one.
    values: Vec<(bool, String)>,
    record: Record,
    /// Line of the first record.
    first_line: Option<u64>,
}

impl<'a> Objects<'a> {
    fn new(file: &'a str, mapping: &'a Mapping, sink: &'a mut dyn Sink) -> Self {
        let (header, record) = (Header::default(), Record::default());
        Self { file, mapping, sink, header, checked: 0, values: Vec::new(), record, first_line: None }
    }

    /// Takes one object; a record that cannot be read is refused.
    fn take(&mut self, line: u64, bytes: &[u8]) -> Result<(), ReadError> {
        let told = self.read(bytes);
        self.hand_on(line, bytes, told)
    }

    fn hand_on(&mut self, line: u64, bytes: &[u8], told: Result<(), Wrong>) -> Result<(), ReadError> {
        if self.header.len() > MAX_COLUMNS {
            return Err(ReadError::TooManyColumns { file: self.file.to_owned(), line, most: MAX_COLUMNS });
        }
        columns::check_new(&self.header, self.checked, self.mapping, self.file, line)?;
        self.checked = self.header.len();
        if let Err((rule, reason)) = told {
            return self.sink.take(&self.header, Item::Refused { line, rule, reason, bytes });
        }
        self.first_line = self.first_line.or(Some(line));
        self.record.clear();
        self.values.iter().for_each(|(_, value)| self.record.push(value));
        self.sink.take(&self.header, Item::Record { line, record: &self.record })
    }

    fn read(&mut self, bytes: &[u8]) -> Result<(), Wrong> {
        let text = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\u{fffd}'));
        let Some(text) = text else {
            return Err(("encoding", "it is not text in the file's encoding; export the file as UTF-8".into()));
        };
        for (told, value) in &mut self.values {
            *told = false;
            value.clear();
        }
        let (header, values) = (&mut self.header, &mut self.values);
        let mut next = 0;
        let mut twice = None;
        let mut take = |name: &str, value: Cow<'_, str>| {
            if header.len() > MAX_COLUMNS {
                return Err(format!("more than {MAX_COLUMNS} names"));
            }
            // Mostly the names come in the same order as before.
            let expected = header.names().get(next).is_some_and(|expected| expected == name);
            let place = if expected { next } else { header.place(name) };
            next = place + 1;
            if values.len() <= place {
                values.resize_with(place + 1, Default::default);
            }
            let (told, kept) = &mut values[place];
            if *told {
                twice.get_or_insert(place);
            }
            *told = true;
            kept.push_str(value.trim());
            Ok(())
        };
        scan::object(text, &mut take).map_err(|reason| (NOT_JSON, reason))?;
        match twice.and_then(|place| self.header.names().get(place)) {
            Some(name) => {
                let name = crate::record::shorten(name);
                Err(("repeated_name", format!("the record has {name} twice; keep one of them")))
            }
            None => Ok(()),
        }
    }

    fn finish(self) -> Result<(), ReadError> {
        match self.first_line {
            Some(line) => columns::check_seen(&self.header, self.mapping, self.file, line, |_| true),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
