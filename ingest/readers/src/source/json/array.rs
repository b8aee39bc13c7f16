//! A JSON file with an array of records, alone or inside an object. It is read as it comes: never
//! more than one record is in memory.

use std::io::{BufRead, BufReader, Read};

use super::{Objects, broken, scan, too_long};
use crate::mapping::Format;
use crate::source::{MAX_RECORD, Sink};
use crate::{Mapping, ReadError};

/// Reads all records.
pub(in crate::source) fn read<R: Read>(
    input: R,
    file: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<(), ReadError> {
    let path: Vec<&str> = mapping.json.records.iter().flat_map(|path| path.split('.')).collect();
    let mut objects = Objects::new(file, mapping, sink);
    let mut bytes = Bytes { inner: BufReader::with_capacity(256 * 1024, input), line: 1, file };
    bytes.mark()?;
    let found = match bytes.peek()? {
        Some(b'[') if path.is_empty() => bytes.elements(&mut objects)?,
        Some(b'{') => bytes.members(&path, &mut objects)?,
        _ => false,
    };
    if !found {
        let reason = match &mapping.json.records {
            Some(path) => format!("there is no array of records at {path:?}; mend json.records in the mapping"),
            None => "there is no array of records in it; name its place with json.records in the mapping".into(),
        };
        return Err(bytes.wrong(reason));
    }
    if bytes.peek()?.is_some() {
        return Err(bytes.wrong("something stands behind the end of the JSON".into()));
    }
    objects.finish()
}

struct Bytes<'a, R> {
    inner: BufReader<R>,
    line: u64,
    file: &'a str,
}

impl<R: Read> Bytes<'_, R> {
    fn wrong(&self, reason: String) -> ReadError {
        ReadError::Broken { file: self.file.to_owned(), line: self.line, reason }
    }

    /// Passes over a byte order mark.
    fn mark(&mut self) -> Result<(), ReadError> {
        let head = self.inner.fill_buf().map_err(|error| broken(self.file, 1, &error))?;
        let length = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        self.inner.consume(length);
        Ok(())
    }

    /// The next byte that is no white space; it stays.
    fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            match self.next_is()? {
                Some(b' ' | b'\t' | b'\r' | b'\n') => self.skip_byte(),
                byte => return Ok(byte),
            }
        }
    }

    fn next_is(&mut self) -> Result<Option<u8>, ReadError> {
        let buffer = self.inner.fill_buf().map_err(|error| broken(self.file, self.line, &error))?;
        Ok(buffer.first().copied())
    }

    fn skip_byte(&mut self) {
        self.line += u64::from(self.inner.buffer().first() == Some(&b'\n'));
        self.inner.consume(1);
    }

    fn eat(&mut self, wanted: u8) -> Result<bool, ReadError> {
        let there = self.peek()? == Some(wanted);
        if there {
            self.skip_byte();
        }
        Ok(there)
    }

    /// After a value: whether `close` comes, or a comma.
    fn ends(&mut self, close: u8) -> Result<bool, ReadError> {
        if self.eat(close)? {
            return Ok(true);
        }
        if self.eat(b',')? {
            return Ok(false);
        }
        Err(match self.peek()? {
            None => self.wrong("the file ends before its JSON does; it was cut off, fetch it again".into()),
            Some(_) => self.wrong(format!("no JSON: a comma or {:?} is missing", char::from(close))),
        })
    }

    /// An array: each element is a record.
    fn elements(&mut self, objects: &mut Objects<'_>) -> Result<bool, ReadError> {
        self.eat(b'[')?;
        if self.eat(b']')? {
            return Ok(true);
        }
        let mut element = Vec::new();
        loop {
            self.peek()?;
            let line = self.line;
            element.clear();
            self.value(Some(&mut element))?;
            objects.take(line, &element)?;
            if self.ends(b']')? {
                return Ok(true);
            }
        }
    }

    /// An object with the array inside: at the path, or, without one, the only array there is.
    fn members(&mut self, path: &[&str], objects: &mut Objects<'_>) -> Result<bool, ReadError> {
        self.eat(b'{')?;
        if self.eat(b'}')? {
            return Ok(false);
        }
        let mut found = false;
        let mut key = Vec::new();
        loop {
            key.clear();
            if self.peek()? != Some(b'"') {
                return Err(self.wrong("no JSON: the name of a value is missing".into()));
            }
            self.value(Some(&mut key))?;
            if !self.eat(b':')? {
                return Err(self.wrong("no JSON: ':' is missing".into()));
            }
            let name = std::str::from_utf8(&key).map_err(|_| self.wrong("a name is not UTF-8".into()))?;
            let name = scan::unquote(name).map_err(|reason| self.wrong(reason))?;
            let begins = self.peek()?;
            let wanted = path.first().is_none_or(|first| *first == name);
            match begins {
                Some(b'[') if wanted && path.len() < 2 => {
                    if found {
                        let reason = "it holds several arrays; name the one with the records with json.records";
                        return Err(self.wrong(reason.into()));
                    }
                    found = self.elements(objects)?;
                }
                Some(b'{') if wanted && path.len() > 1 && !found => found = self.members(&path[1..], objects)?,
                _ => self.value(None)?,
            }
            if self.ends(b'}')? {
                return Ok(found);
            }
        }
    }

    /// Passes over a value of any depth, and keeps it where it is wanted. Only its end is found;
    /// whether it is sound is for who reads it.
    fn value(&mut self, mut kept: Option<&mut Vec<u8>>) -> Result<(), ReadError> {
        let begin = self.line;
        let (mut depth, mut quoted, mut escaped, mut any) = (0_u64, false, false, false);
        while let Some(byte) = self.next_is()? {
            let closes = !quoted && matches!(byte, b']' | b'}');
            let ends = matches!(byte, b',' | b':' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
            if depth == 0 && !quoted && any && ends {
                return Ok(());
            }
            if depth == 0 && closes {
                return Err(self.wrong("no JSON: a value is missing".into()));
            }
            if quoted {
                quoted = escaped || byte != b'"';
                escaped = !escaped && byte == b'\\';
            } else {
                quoted = byte == b'"';
                depth += u64::from(matches!(byte, b'[' | b'{'));
                depth -= u64::from(closes);
            }
            any = true;
            if let Some(kept) = kept.as_deref_mut() {
                if kept.len() as u64 >= MAX_RECORD {
                    return Err(too_long(self.file, begin, Format::Json));
                }
                kept.push(byte);
            }
            self.skip_byte();
            if depth == 0 && !quoted && matches!(byte, b']' | b'}' | b'"') {
                return Ok(());
            }
        }
        Err(self.wrong("the file ends before its JSON does; it was cut off, fetch it again".into()))
    }
}
