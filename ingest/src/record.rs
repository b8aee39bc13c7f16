//! One record of a source: named texts. Names are kept once, in a [`Header`]; a record holds its
//! values by their place in it.

use std::collections::HashMap;

/// The names that a source uses, in the order in which they came.
#[derive(Debug, Default, Clone)]
pub(crate) struct Header {
    names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Header {
    /// The place of a name, which is added if it is new.
    pub(crate) fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    /// Adds a column; a name that was there already gets a number: `days`, `days#2`.
    pub(crate) fn add_column(&mut self, name: &str) {
        let mut unique = name.to_owned();
        let mut count = 1;
        while self.places.contains_key(&unique) {
            count += 1;
            unique = format!("{name}#{count}");
        }
        self.place(&unique);
    }

    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    pub(crate) fn names(&self) -> &[String] {
        &self.names
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// Values by place; an empty text means unknown.
#[derive(Debug, Default, Clone)]
pub(crate) struct Record {
    text: String,
    ends: Vec<usize>,
}

impl Record {
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds the value of the next place.
    pub(crate) fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len());
    }

    /// The text at a place, also an empty one; none beyond the end.
    pub(crate) fn raw(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)?;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        Some(&self.text[start..end])
    }

    /// The value at a place; none if it is empty or the record ends before.
    pub(crate) fn get(&self, place: usize) -> Option<&str> {
        self.raw(place).filter(|value| !value.is_empty())
    }
}

/// What a source hands over.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// A record, with the line at which it begins.
    Record { line: u64, record: &'a Record },
    /// A record that cannot be read as one; the rest goes on.
    Refused { line: u64, rule: &'static str, reason: String, bytes: &'a [u8] },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_columns_are_numbered_and_values_found_by_place() {
        let mut header = Header::default();
        for name in ["a", "days", "days", "days"] {
            header.add_column(name);
        }
        assert_eq!(header.names(), ["a", "days", "days#2", "days#3"]);
        let mut record = Record::default();
        record.push("x");
        record.push("");
        record.push("阳光");
        assert_eq!((record.get(0), record.get(1), record.get(2), record.get(9)), (Some("x"), None, Some("阳光"), None));
    }
}
