//! Records out of the rows below a header.

use std::collections::HashMap;

use super::cell::Value;
use super::header::Found;
use super::rows::Row;
use crate::record::{Header, Item, Record};
use crate::source::Sink;
use crate::{IngestError, Mapping};

pub(super) struct Table {
    header: Header,
    /// Place in the header of each of the sheet's columns that has a name.
    places: HashMap<u32, usize>,
    /// By place: whether the mapping names the column.
    used: Vec<bool>,
    record: Record,
}

impl Table {
    pub(super) fn new(found: Found, mapping: &Mapping) -> Self {
        let used = found.header.names().iter().map(|name| mapping.uses(name)).collect();
        let places = found.columns.iter().enumerate().map(|(place, column)| (*column, place)).collect();
        Self { header: found.header, places, used, record: Record::default() }
    }

    /// Hands on a row. What stands beside the table is passed over; so are wrong cells in columns
    /// that the mapping does not name.
    pub(super) fn take(&mut self, row: &Row, sink: &mut dyn Sink) -> Result<(), IngestError> {
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
