//! XES event logs (IEEE 1849), streaming: each event becomes a record that also carries its
//! trace's attributes as `case:…`; a trace without events becomes one record of its own.

use std::io::Read;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Error, Reader};

use super::lines::Lines;
use super::ratio::Measure;
use super::{Guard, MAX_RECORD, Sink, columns};
use crate::mapping::Format;
use crate::record::{Header, Item, MAX_COLUMNS, Record};
use crate::{Mapping, ReadError};

/// Nested deeper than any real log.
const MAX_DEPTH: usize = 64;

/// Reads all records.
pub(super) fn read<R: Read>(input: R, file: &str, mapping: &Mapping, sink: &mut dyn Sink) -> Result<(), ReadError> {
    let guard = Guard::new();
    let lines = Lines::new(guard.watch(input));
    let next_line = lines.line();
    let mut reader = Reader::from_reader(lines);
    reader.config_mut().check_end_names = true;
    let mut parser = Parser::new(file, mapping, sink);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        // Nothing is read ahead, so this is the line at which a tag begins.
        let line = next_line.get();
        let event = reader.read_event_into(&mut buffer);
        parser.measure.grow(reader.buffer_position().saturating_sub(parser.position));
        parser.position = reader.buffer_position();
        match event {
            Err(_) if guard.is_exceeded() => {
                return Err(parser.too_long(line));
            }
            Err(Error::Io(error)) => return Err(parser.broken(line, &error.to_string())),
            Err(error) => return Err(parser.broken(line, &format!("not well-formed XML: {error}"))),
            Ok(Event::Start(tag)) => parser.start(&tag, false, line)?,
            Ok(Event::Empty(tag)) => parser.start(&tag, true, line)?,
            Ok(Event::End(_)) => parser.end()?,
            Ok(Event::Eof) if !parser.complete() => {
                return Err(parser.broken(line, "the file ends before </log>; it was cut off"));
            }
            Ok(Event::Eof) => return parser.check_columns(),
            Ok(_) => {}
        }
        guard.reset();
    }
}

struct Parser<'a> {
    file: &'a str,
    mapping: &'a Mapping,
    sink: &'a mut dyn Sink,
    header: Header,
    /// So many names have been looked at.
    checked: usize,
    path: Vec<Element>,
    trace: Vec<(usize, String)>,
    event: Vec<(usize, String)>,
    trace_line: u64,
    event_line: u64,
    events_of_trace: u64,
    record: Record,
    /// Bytes of the attributes of the trace, and of the event.
    texts: [u64; 2],
    /// Bytes read.
    position: u64,
    /// A trace's attributes are told with each of its events.
    measure: Measure,
    seen_log: bool,
    seen_event: bool,
    /// Line of the first record.
    first_line: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Log,
    Trace,
    Event,
    Attribute,
    Other,
}

impl<'a> Parser<'a> {
    fn new(file: &'a str, mapping: &'a Mapping, sink: &'a mut dyn Sink) -> Self {
        Self {
            file,
            mapping,
            sink,
            header: Header::default(),
            checked: 0,
            path: Vec::new(),
            trace: Vec::new(),
            event: Vec::new(),
            trace_line: 0,
            event_line: 0,
            events_of_trace: 0,
            record: Record::default(),
            texts: [0; 2],
            position: 0,
            measure: Measure::new(0),
            seen_log: false,
            seen_event: false,
            first_line: None,
        }
    }

    fn complete(&self) -> bool {
        self.seen_log && self.path.is_empty()
    }

    fn too_long(&self, line: u64) -> ReadError {
        let limit_mib = MAX_RECORD / 1024 / 1024;
        ReadError::RecordTooLong { file: self.file.to_owned(), line, limit_mib, format: Format::Xes.name() }
    }

    fn broken(&self, line: u64, reason: &str) -> ReadError {
        ReadError::Broken { file: self.file.to_owned(), line, reason: reason.to_owned() }
    }

    fn start(&mut self, tag: &BytesStart<'_>, empty: bool, line: u64) -> Result<(), ReadError> {
        let name = tag.local_name();
        let parent = self.path.last().copied();
        let element = match (name.as_ref(), parent) {
            (b"log", None) => Element::Log,
            (_, None) => return Err(self.broken(line, "the root element is not <log>; this is no XES file")),
            (b"trace", Some(Element::Log)) => Element::Trace,
            (b"event", Some(Element::Trace)) => Element::Event,
            (_, Some(Element::Trace | Element::Event)) => Element::Attribute,
            _ => Element::Other,
        };
        match element {
            Element::Log => self.seen_log = true,
            Element::Trace => {
                self.trace.clear();
                self.texts[0] = 0;
                self.trace_line = line;
                self.events_of_trace = 0;
            }
            Element::Event => {
                self.event.clear();
                self.texts[1] = 0;
                self.event_line = line;
                self.seen_event = true;
            }
            Element::Attribute => self.attribute(tag, parent == Some(Element::Trace), line)?,
            Element::Other => {}
        }
        if empty {
            return self.leave(element);
        }
        if self.path.len() >= MAX_DEPTH {
            return Err(self.broken(line, "attributes are nested too deeply"));
        }
        self.path.push(element);
        Ok(())
    }

    fn end(&mut self) -> Result<(), ReadError> {
        match self.path.pop() {
            Some(element) => self.leave(element),
            None => Ok(()),
        }
    }

    fn leave(&mut self, element: Element) -> Result<(), ReadError> {
        match element {
            Element::Event => {
                self.events_of_trace += 1;
                self.emit(self.event_line)
            }
            Element::Trace if self.events_of_trace == 0 => {
                self.event.clear();
                self.texts[1] = 0;
                self.emit(self.trace_line)
            }
            _ => Ok(()),
        }
    }

    /// `<string key="…" value="…"/>`; what has no value (lists, containers) is passed over.
    fn attribute(&mut self, tag: &BytesStart<'_>, of_trace: bool, line: u64) -> Result<(), ReadError> {
        let (mut key, mut value) = (None, None);
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| self.broken(line, &format!("attribute: {error}")))?;
            let slot = match attribute.key.local_name().as_ref() {
                b"key" => &mut key,
                b"value" => &mut value,
                _ => continue,
            };
            let text = std::str::from_utf8(&attribute.value)
                .map_err(|_| self.broken(line, "a value is not UTF-8; export the log as UTF-8"))?;
            let text = quick_xml::escape::unescape(text)
                .map_err(|error| self.broken(line, &format!("a value cannot be read: {error}")))?;
            *slot = Some(text.trim().to_owned());
        }
        let (Some(key), Some(value)) = (key, value) else { return Ok(()) };
        self.texts[usize::from(!of_trace)] += value.len() as u64;
        if self.texts.iter().sum::<u64>() > MAX_RECORD {
            return Err(self.too_long(line));
        }
        if of_trace {
            let place = self.header.place(&format!("case:{key}"));
            self.trace.push((place, value));
        } else {
            let place = self.header.place(&key);
            self.event.push((place, value));
        }
        if self.header.len() > MAX_COLUMNS {
            return Err(ReadError::TooManyColumns { file: self.file.to_owned(), line, most: MAX_COLUMNS });
        }
        Ok(())
    }

    fn emit(&mut self, line: u64) -> Result<(), ReadError> {
        self.first_line = self.first_line.or(Some(line));
        let text = self.texts.iter().sum();
        self.measure.take(text).map_err(|reason| self.broken(line, &reason))?;
        columns::check_new(&self.header, self.checked, self.mapping, self.file, line)?;
        self.checked = self.header.len();
        let mut values: Vec<&str> = vec![""; self.header.len()];
        for (place, value) in self.trace.iter().chain(&self.event) {
            values[*place] = value;
        }
        self.record.clear();
        values.iter().for_each(|value| self.record.push(value));
        self.sink.take(&self.header, Item::Record { line, record: &self.record })
    }

    /// A log without events says nothing of what events have.
    fn check_columns(&self) -> Result<(), ReadError> {
        let Some(line) = self.first_line else { return Ok(()) };
        let told = |column: &str| self.seen_event || column.starts_with("case:");
        columns::check_seen(&self.header, self.mapping, self.file, line, told)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::told::{Told, mapping};

    fn told(log: &str) -> Result<Vec<String>, String> {
        let mut told = Told::default();
        let mapping = mapping("case:concept:name", "time:timestamp", "", "");
        read(log.as_bytes(), "f", &mapping, &mut told).map_err(|error| error.to_string())?;
        Ok(told.lines)
    }

    fn attribute(key: &str, value: &str) -> String {
        format!("<string key=\"{key}\" value=\"{value}\"/>")
    }

    #[test]
    fn a_record_and_what_a_trace_gives_to_its_events_are_bounded() {
        let whole = attribute("concept:name", "1") + &attribute("time:timestamp", "2011-10-11T13:42:22Z");
        let log = |trace: &str| format!("<log><trace>{trace}<event>{whole}</event></trace></log>");
        assert_eq!(told(&log(&whole)).expect("read").len(), 1);
        let half = attribute("a", &"x".repeat(9 << 20)) + &attribute("b", &"x".repeat(9 << 20));
        assert!(told(&log(&half)).expect_err("together too long").contains("16 MiB"));
        // Small in the file, and told again with each of many events.
        let trace = whole.clone() + &attribute("a", &"x".repeat(1 << 20));
        let events = "<event/>".repeat(2_000);
        let message = told(&format!("<log><trace>{trace}{events}</trace></log>")).expect_err("out of proportion");
        assert!(message.contains("far more than those of any table of its size"), "{message}");
    }
}
