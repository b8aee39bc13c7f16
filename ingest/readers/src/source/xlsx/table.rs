//! Records out of the rows below a header.

use std::collections::HashMap;

use super::cell::Value;
use super::header::Found;
use super::rows::Row;
use crate::record::{Header, Item, Record};
use crate::source::{Sink, columns};
use crate::{Mapping, ReadError};

pub(super) struct Table {
    header: Header,
    /// Place in the header of each of the sheet's columns that has a name.
    places: HashMap<u32, usize>,
    /// By place: whether the mapping names the column.
    used: Vec<bool>,
    /// The rows of the header, without what stands beside the table.
    names: Vec<Vec<(u32, String)>>,
    record: Record,
}

impl Table {
    pub(super) fn new(found: Found, mapping: &Mapping) -> Self {
        let used = found.header.names().iter().map(|name| columns::reads(mapping, name)).collect();
        let places: HashMap<u32, usize> =
            found.columns.iter().enumerate().map(|(place, column)| (*column, place)).collect();
        let mut names = found.rows;
        names.iter_mut().for_each(|row| row.retain(|(column, _)| places.contains_key(column)));
        names.retain(|row| !row.is_empty());
        Self { header: found.header, places, used, names, record: Record::default() }
    }

    /// Whether a row is one of the header's: tables were put one below the other.
    fn is_header(&self, row: &Row) -> bool {
        self.names.iter().any(|names| {
            let mut cells = row.cells.iter().filter(|(column, _)| self.places.contains_key(column));
            let is_next = |(at, name): &(u32, String)| {
                let next = cells.next();
                next.is_some_and(|(column, value)| at == column && matches!(value, Value::Text(text) if text == name))
            };
            names.iter().all(is_next) && cells.next().is_none()
        })
    }

    /// Hands on a row. What stands beside the table is passed over; so are wrong cells in columns
    /// that the mapping does not name.
    pub(super) fn take(&mut self, row: &Row, sink: &mut dyn Sink) -> Result<(), ReadError> {
        let mut values = vec![""; self.header.len()];
        let mut wrong = None;
        for (column, value) in &row.cells {
            let Some(place) = self.places.get(column).copied() else { continue };
            match value {
                Value::Text(text) => values[place] = text,
                Value::Wrong(rule, reason) if self.used[place] => {
                    wrong = wrong.or(Some((*rule, format!("field {}: {reason}", self.header.names()[place]))));
                }
                Value::Wrong(..) => {}
            }
        }
        let wrong = if self.is_header(row) { Some(columns::repeated_header()) } else { wrong };
        if let Some((rule, reason)) = wrong {
            let bytes = values.join("\t").into_bytes();
            return sink.take(&self.header, Item::Refused { line: row.number, rule, reason, bytes: &bytes });
        }
        if values.iter().all(|value| value.is_empty()) {
            return Ok(());
        }
        self.record.clear();
        values.iter().for_each(|value| self.record.push(value));
        sink.take(&self.header, Item::Record { line: row.number, record: &self.record })
    }
}
