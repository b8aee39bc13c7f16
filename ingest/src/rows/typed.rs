//! The rows of a file as its mapping types them, without what landing adds to them: no fingerprints, no checks of
//! one row against another, no ids that are made. For measuring what that much costs (`examples/parse_only.rs`).

use std::borrow::Cow;

use arrow::array::RecordBatch;
use datasets::contract::Kind;
use readers::mapping::{Mapping, Output};
use readers::record::{Header, Item, Record};
use readers::{Opened, ReadError, Sink, read};

use super::value::{Places, Value, read_value};
use super::{CHUNK_BYTES, CHUNK_ROWS, TableBuffer};
use crate::{IngestError, Input, PersonKey};

/// Makes a row of each record by the mapping's first output, and hands rows to `take` as many at once as landing
/// does. What only landing could fill in has a value that means nothing. How many records made no row.
///
/// # Errors
///
/// A file that cannot be read, and what `take` answers.
pub fn typed_rows(
    mapping: &Mapping,
    input: &Input,
    person: &PersonKey,
    take: &mut dyn FnMut(RecordBatch) -> Result<(), IngestError>,
) -> Result<u64, IngestError> {
    let Some(output) = mapping.outputs.first() else { return Ok(0) };
    let buffer = TableBuffer::new(output.contract);
    let mut typed = Typed { output, person, buffer, take, header_len: None, places: Vec::new(), refused: 0 };
    let opened = Opened::open(&input.path, &input.name)?;
    read(Box::new(opened.reading()), &input.name, mapping, &mut typed)?;
    typed.flush()?;
    Ok(typed.refused)
}

struct Typed<'a> {
    output: &'a Output,
    person: &'a PersonKey,
    buffer: TableBuffer,
    take: &'a mut dyn FnMut(RecordBatch) -> Result<(), IngestError>,
    header_len: Option<usize>,
    places: Vec<Places>,
    refused: u64,
}

impl Typed<'_> {
    fn row(&mut self, header: &Header, record: &Record) -> Result<(), IngestError> {
        let output = self.output;
        if self.header_len != Some(header.len()) {
            self.header_len = Some(header.len());
            self.places = output.rules.iter().map(|rule| Places::of(rule.as_ref(), header)).collect();
        }
        let mut values: Vec<Value<'_>> = Vec::with_capacity(output.rules.len());
        let mut masked = 0;
        for ((field, rule), places) in output.contract.fields.iter().zip(&output.rules).zip(&self.places) {
            let value = match rule {
                None => Ok(Value::Null),
                Some(rule) => read_value(field, rule, places, record, self.person, &mut masked),
            };
            match value {
                Ok(Value::Null) if !field.nullable => values.push(stand_in(field.kind)),
                Ok(value) => values.push(value),
                Err(_) => {
                    self.refused += 1;
                    return Ok(());
                }
            }
        }
        self.buffer.push(&values);
        if self.buffer.rows() >= CHUNK_ROWS || self.buffer.text_bytes() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), IngestError> {
        if self.buffer.rows() == 0 {
            return Ok(());
        }
        let table = self.buffer.contract.table;
        let rows = self.buffer.take().map_err(|source| IngestError::Rows { table, source })?;
        (self.take)(rows)
    }
}

impl Sink for Typed<'_> {
    fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), ReadError> {
        match item {
            Item::Record { record, .. } => self.row(header, record)?,
            Item::Refused { .. } => self.refused += 1,
        }
        Ok(())
    }
}

/// For a field that every row has and landing fills in.
fn stand_in(kind: Kind) -> Value<'static> {
    match kind {
        Kind::Text | Kind::Prose => Value::Text(Cow::Borrowed("")),
        Kind::Int => Value::Int(0),
        Kind::Decimal | Kind::Rate => Value::Decimal(0),
        Kind::Bool => Value::Bool(false),
        Kind::Date => Value::Date(0),
        Kind::Instant => Value::Instant(0),
        Kind::Bytes => Value::Bytes([0; 16]),
        Kind::TextList | Kind::TextMap | Kind::Steps | Kind::Suspensions => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use arrow::datatypes::TimestampMicrosecondType;

    use super::*;

    #[test]
    fn each_record_makes_a_row_or_is_counted() {
        let dir = tempfile::tempdir().expect("dir");
        let file = dir.path().join("events.ndjson");
        let event = |id: &str, at: &str| {
            format!(
                r#"{{"event_id":"{id}","case_no":"A","seq":1,"event_type":"ACCEPT","occurred_at":"{at}","recorded_at":null}}"#
            )
        };
        let lines = [event("E1", "2018-03-05 09:00:00"), event("E2", "soon"), event("E3", "2018-03-05 10:00:00")];
        std::fs::write(&file, lines.join("\n")).expect("written");
        let mapping = Mapping::find("workflow_event").expect("mapping");
        let (mut ids, mut instants) = (Vec::new(), Vec::new());
        let mut take = |rows: RecordBatch| {
            let column = |name: &str| rows.column_by_name(name).expect("column").clone();
            ids.extend(column("event_id").as_string::<i32>().iter().flatten().map(str::to_owned));
            instants.extend(column("occurred_at").as_primitive::<TimestampMicrosecondType>().values().iter().copied());
            Ok(())
        };
        let person = PersonKey::from_bytes(b"nobody is in it");
        let refused = typed_rows(&mapping, &Input::file(&file), &person, &mut take).expect("read");
        // 09:00 and 10:00 in Beijing are 01:00 and 02:00 in UTC.
        assert_eq!(instants, [1_520_211_600_000_000, 1_520_215_200_000_000]);
        assert_eq!((ids, refused), (vec!["E1".to_owned(), "E3".to_owned()], 1));
    }
}
