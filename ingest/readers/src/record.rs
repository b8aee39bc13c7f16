//! One record of a source: named texts. Names are kept once, in a [`Header`]; a record holds its
//! values by their place in it.

use std::collections::HashMap;

/// As many as a spreadsheet has; a file with more is no table of records.
pub const MAX_COLUMNS: usize = 16_384;
/// Names that a message shows.
const SHOWN_NAMES: usize = 20;
/// Characters of a name that a message shows.
const SHOWN_CHARS: usize = 40;

/// The names that a source uses, in the order in which they came.
#[derive(Debug, Default, Clone)]
pub struct Header {
    names: Vec<String>,
    places: HashMap<String, usize>,
    /// The last number that a repeated name was given.
    numbers: HashMap<String, usize>,
}

impl Header {
    /// The place of a name, which is added if it is new.
    pub fn place(&mut self, name: &str) -> usize {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), self.names.len() - 1);
        self.names.len() - 1
    }

    /// Adds a column; a name that was there already gets a number: `days`, `days#2`.
    pub fn add_column(&mut self, name: &str) {
        let mut unique = name.to_owned();
        if self.places.contains_key(name) {
            let number = self.numbers.entry(name.to_owned()).or_insert(1);
            while self.places.contains_key(&unique) {
                *number += 1;
                unique = format!("{name}#{number}");
            }
        }
        self.place(&unique);
    }

    /// The place of a name, if it is there.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    /// All names, by their places.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names as a message shows them: not more than can be read.
    pub fn summary(&self) -> String {
        in_short(self.names.iter().map(String::as_str), self.names.len())
    }
}

/// Names as a message shows them, which are so many.
pub fn in_short<'n>(names: impl Iterator<Item = &'n str>, count: usize) -> String {
    let shown = names.take(SHOWN_NAMES).map(shorten).collect::<Vec<_>>().join(", ");
    match count.saturating_sub(SHOWN_NAMES) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A name without its end, if it is long, and on one line. In a file without a header it is a value of
/// the first record, so the numbers of people in it are masked.
pub fn shorten(name: &str) -> String {
    let printable = |c: char| if c.is_control() { ' ' } else { c };
    let name = crate::privacy::mask(name).text;
    let mut short: String = name.chars().take(SHOWN_CHARS).map(printable).collect();
    if name.chars().nth(SHOWN_CHARS).is_some() {
        short.push('…');
    }
    short
}

/// Values by place; an empty text means unknown.
#[derive(Debug, Default, Clone)]
pub struct Record {
    text: String,
    ends: Vec<usize>,
}

impl Record {
    /// Takes all values out.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds the value of the next place.
    pub fn push(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len());
    }

    /// Bytes of its texts, and one for each place.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.ends.len()
    }

    /// The text at a place, also an empty one; none beyond the end.
    pub fn raw(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)?;
        let start = if place == 0 { 0 } else { self.ends[place - 1] };
        Some(&self.text[start..end])
    }

    /// The value at a place; none if it is empty or the record ends before.
    pub fn get(&self, place: usize) -> Option<&str> {
        self.raw(place).filter(|value| !value.is_empty())
    }
}

/// What a source hands over.
#[derive(Debug)]
pub enum Item<'a> {
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

    #[test]
    fn numbers_pass_over_names_that_are_taken_and_summaries_are_short() {
        let mut header = Header::default();
        for name in ["a", "a#2", "a", "a"] {
            header.add_column(name);
        }
        assert_eq!(header.names(), ["a", "a#2", "a#3", "a#4"]);
        assert_eq!(header.summary(), "a, a#2, a#3, a#4");
        (0..21).for_each(|_| header.add_column(&"名".repeat(100)));
        let summary = header.summary();
        assert!(summary.ends_with("… and 5 more") && summary.chars().count() < 900, "{summary}");
    }

    #[test]
    fn summaries_show_no_number_of_a_person() {
        let mut header = Header::default();
        for name in ["C1", "450521195512310025", "13800138000"] {
            header.add_column(name);
        }
        assert_eq!(header.summary(), "C1, 450***********0025, 138****8000");
    }
}
