//! A sheet's cells, gathered row by row.

use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::XlsxCellReader;

use super::broken;
use super::cell::{self, Value};
use crate::ReadError;
use crate::mapping::{HEADER_SEARCH, MAX_HEADER_ROWS};
use crate::record::MAX_COLUMNS;
use crate::source::MAX_RECORD;

/// A row that has values.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// As the sheet counts it, from 1.
    pub(super) number: u64,
    /// Column, from 0, and value; those without are left out.
    pub(super) cells: Vec<(u32, Value)>,
}

impl Row {
    /// The text in a column; empty if there is none.
    pub(super) fn text(&self, column: u32) -> &str {
        match self.cells.iter().find(|(at, _)| *at == column) {
            Some((_, Value::Text(text))) => text,
            _ => "",
        }
    }

    /// All of its texts, with their columns.
    pub(super) fn texts(&self) -> Vec<(u32, String)> {
        let text = |(column, value): &(u32, Value)| match value {
            Value::Text(text) => Some((*column, text.clone())),
            Value::Wrong(..) => None,
        };
        self.cells.iter().filter_map(text).collect()
    }

    /// Bytes of its texts.
    pub(super) fn bytes(&self) -> u64 {
        let length = |value: &Value| if let Value::Text(text) = value { text.len() as u64 } else { 0 };
        self.cells.iter().map(|(_, value)| length(value)).sum()
    }
}

pub(super) struct Rows<'a, R: Read + Seek> {
    cells: XlsxCellReader<'a, R>,
    place: &'a str,
    /// The cell that begins the next row.
    ahead: Option<(u64, u32, Value)>,
    /// The row at hand.
    number: u64,
    /// A row, and the bytes of text of its cells so far.
    counted: (u64, u64),
    /// The reader has said so; asked again it would complain.
    ended: bool,
}

impl<'a, R: Read + Seek> Rows<'a, R> {
    pub(super) fn new(cells: XlsxCellReader<'a, R>, place: &'a str) -> Self {
        Self { cells, place, ahead: None, number: 0, counted: (0, 0), ended: false }
    }

    /// The rows among which the header is, and as many below as it may take; fewer if they are long.
    pub(super) fn first(&mut self) -> Result<Vec<Row>, ReadError> {
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while rows.len() < (HEADER_SEARCH + MAX_HEADER_ROWS) as usize
            && bytes <= MAX_RECORD
            && let Some(row) = self.next_row()?
        {
            bytes += row.bytes();
            rows.push(row);
        }
        Ok(rows)
    }

    /// The next row that has values.
    pub(super) fn next_row(&mut self) -> Result<Option<Row>, ReadError> {
        let mut row: Option<Row> = None;
        loop {
            let ahead = match self.ahead.take() {
                Some(ahead) => Some(ahead),
                None => self.cell()?,
            };
            let Some((number, column, value)) = ahead else { return Ok(row) };
            match &mut row {
                Some(row) if row.number == number => {
                    if row.cells.len() >= MAX_COLUMNS {
                        let (file, most) = (self.place.to_owned(), MAX_COLUMNS);
                        return Err(ReadError::TooManyColumns { file, line: number, most });
                    }
                    row.cells.push((column, value));
                }
                Some(_) => {
                    self.ahead = Some((number, column, value));
                    return Ok(row);
                }
                None => {
                    self.number = number;
                    row = Some(Row { number, cells: vec![(column, value)] });
                }
            }
        }
    }

    /// The next cell with a value.
    fn cell(&mut self) -> Result<Option<(u64, u32, Value)>, ReadError> {
        while !self.ended {
            // What names a cell may be longer than the library reckons with.
            let cell = catch_unwind(AssertUnwindSafe(|| self.cells.next_cell()));
            let wrong = |reason: &str| broken(self.place, self.number + 1, reason);
            let cell = cell.map_err(|_| wrong("a cell is at no place that a sheet has"))?;
            let cell = cell.map_err(|error| wrong(&error.to_string()))?;
            let Some(cell) = cell else {
                self.ended = true;
                break;
            };
            let (row, column) = cell.get_position();
            let row = u64::from(row) + 1;
            if self.counted.0 != row {
                self.counted = (row, 0);
            }
            self.counted.1 += cell::text_bytes(cell.get_value());
            // Counted before it is copied: a row may name one long text in all of its cells.
            let is_long = self.counted.1 > MAX_RECORD;
            let value = if is_long { cell::too_long() } else { cell::read(cell.get_value()) };
            if value != Value::Text(String::new()) {
                return Ok(Some((row, column, value)));
            }
        }
        Ok(None)
    }
}
