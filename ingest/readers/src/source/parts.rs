//! Several tables read as one: files of an archive, sheets of a workbook. Names decide which value
//! is which, so that each may have its columns in an order of its own.

use super::Sink;
use crate::ReadError;
use crate::record::{Header, Item, MAX_COLUMNS, Record};

/// Hands records on under one header, which grows by the names that a later table brings.
pub(super) struct Parts<'a> {
    sink: &'a mut dyn Sink,
    file: &'a str,
    header: Header,
    /// Place of each of the table's columns in the one header.
    places: Vec<usize>,
    record: Record,
}

impl<'a> Parts<'a> {
    pub(super) fn new(sink: &'a mut dyn Sink, file: &'a str) -> Self {
        Self { sink, file, header: Header::default(), places: Vec::new(), record: Record::default() }
    }
}

impl Sink for Parts<'_> {
    fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), ReadError> {
        if self.places.len() != header.len() {
            self.places.clear();
            for name in header.names() {
                self.places.push(self.header.place(name));
            }
            if self.header.len() > MAX_COLUMNS {
                return Err(ReadError::TooManyColumns { file: self.file.to_owned(), line: 1, most: MAX_COLUMNS });
            }
        }
        let Item::Record { line, record } = item else { return self.sink.take(&self.header, item) };
        let mut values = vec![""; self.header.len()];
        for (from, to) in self.places.iter().enumerate() {
            values[*to] = record.raw(from).unwrap_or_default();
        }
        self.record.clear();
        values.iter().for_each(|value| self.record.push(value));
        self.sink.take(&self.header, Item::Record { line, record: &self.record })
    }

    /// The next table begins, with a header of its own.
    fn part(&mut self, name: &str) {
        self.places.clear();
        self.sink.part(name);
    }

    fn left_out(&mut self, sheet: &str) {
        self.sink.left_out(sheet);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::told::Told;

    #[test]
    fn values_stay_with_their_names() {
        let mut told = Told::default();
        let mut parts = Parts::new(&mut told, "a.zip");
        for (names, values) in [(["a", "b"], ["1", "2"]), (["b", "a"], ["3", "4"]), (["c", "a"], ["5", "6"])] {
            parts.part("one");
            let (mut header, mut record) = (Header::default(), Record::default());
            names.iter().for_each(|name| header.add_column(name));
            values.iter().for_each(|value| record.push(value));
            parts.take(&header, Item::Record { line: 2, record: &record }).expect("taken");
        }
        assert_eq!(told.lines, ["one", "2: a=1 b=2", "one", "2: a=4 b=3", "one", "2: a=6 c=5"]);
    }
}
