//! One row of a file, field by field.

use jiff::civil::DateTime;

use super::super::days;
use super::super::table::push_time;

/// One row of one of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherRow {
    /// Which table it is of.
    pub table: &'static str,
    /// When the platform recorded it, seconds of local time.
    pub recorded_at: i64,
    /// In the order of the table's columns; the last is `recorded_at`.
    pub fields: Vec<String>,
}

impl OtherRow {
    /// When the platform recorded it, local time.
    pub fn recorded(&self) -> DateTime {
        days::datetime(self.recorded_at)
    }
}

/// A row that is being made.
pub(super) struct Line(Vec<String>);

impl Line {
    pub(super) fn new(id: &str) -> Self {
        Self(vec![id.to_owned()])
    }

    pub(super) fn text(mut self, text: &str) -> Self {
        self.0.push(text.to_owned());
        self
    }

    pub(super) fn number(self, number: i64) -> Self {
        let text = number.to_string();
        self.text(&text)
    }

    pub(super) fn flag(self, flag: bool) -> Self {
        self.text(if flag { "true" } else { "false" })
    }

    /// A time, or nothing.
    pub(super) fn time(self, seconds: Option<i64>) -> Self {
        let mut text = Vec::new();
        if let Some(seconds) = seconds {
            push_time(&mut text, seconds);
        }
        self.text(&String::from_utf8_lossy(&text))
    }

    /// Hundredths, as `12.34`.
    pub(super) fn hundredths(self, number: i64) -> Self {
        let text = format!("{}.{:02}", number / 100, number % 100);
        self.text(&text)
    }

    /// The row, as recorded at that time.
    pub(super) fn recorded(self, table: (&'static str, &'static str), recorded_at: i64) -> OtherRow {
        let line = self.time(Some(recorded_at));
        OtherRow { table: table.0, recorded_at, fields: line.0 }
    }
}

/// `2023-05-16`
pub(super) fn date(day: i64) -> String {
    let (year, month, day) = days::civil(day);
    format!("{year:04}-{month:02}-{day:02}")
}

/// One of the choices, by weights that sum to a thousand.
pub(super) fn pick<T: Copy>(draw: i64, choices: &[(i64, T)]) -> Option<T> {
    let mut rest = draw;
    for (weight, choice) in choices {
        if rest < *weight {
            return Some(*choice);
        }
        rest -= weight;
    }
    choices.last().map(|(_, choice)| *choice)
}
