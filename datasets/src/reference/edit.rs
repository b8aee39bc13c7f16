//! A city's own reference rows: read from CSV, merged by key into those of the lake. Which batch brought
//! a row, and for which time it has stood, is not for people to say: it is neither written nor read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanBuilder, Date32Builder, Int64Builder, RecordBatch, StringBuilder, UInt32Array,
    new_null_array,
};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::civil::Date;
use thiserror::Error;

use super::versions::{NULL, is_own, texts};
use crate::contract::{self, Contract, Field, Kind, Role};
use crate::days_since_epoch;

/// Why rows cannot be taken.
#[derive(Debug, Error)]
pub enum EditError {
    /// No such table, or one that is not edited.
    #[error("{table:?} is no reference table; there are {known}")]
    NoTable { table: String, known: String },
    /// A header or a value that is wrong.
    #[error("line {line}, {field}: {reason}")]
    Value { line: u64, field: String, reason: String },
    /// A file that is no CSV.
    #[error("not a CSV file: {0}")]
    Csv(#[from] csv::Error),
    /// Arrow said no.
    #[error(transparent)]
    Arrow(#[from] ArrowError),
}

/// The reference table of that name.
pub fn table(name: &str) -> Result<&'static Contract, EditError> {
    let tables = || contract::ALL.iter().filter(|table| table.role == Role::Reference);
    let known = || tables().map(|table| table.table).collect::<Vec<_>>().join(", ");
    let found = tables().find(|table| table.table == name).copied();
    found.ok_or_else(|| EditError::NoTable { table: name.to_owned(), known: known() })
}

/// Rows of a table from CSV (UTF-8, a header of field names). A field without a column, or an empty
/// value, is unknown, which only a field that may be unknown can be.
pub fn rows(contract: &'static Contract, text: &[u8]) -> Result<RecordBatch, EditError> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
    let header = reader.headers()?.clone();
    for name in &header {
        if is_own(name) || contract.field(name).is_none() {
            let fields = contract.fields.iter().map(|field| field.name).filter(|name| !is_own(name));
            let fields: Vec<&str> = fields.collect();
            let reason = format!("{} has no such field; it has {}", contract.table, fields.join(", "));
            return Err(EditError::Value { line: 1, field: name.to_owned(), reason });
        }
    }
    let places: Vec<Option<usize>> =
        contract.fields.iter().map(|field| header.iter().position(|name| name == field.name)).collect();
    let column = |field: &Field| (!is_own(field.name)).then(|| Column::new(field.kind));
    let mut columns: Vec<Option<Column>> = contract.fields.iter().map(column).collect();
    let mut count = 0;
    for record in reader.records() {
        let record = record?;
        count += 1;
        let line = record.position().map_or(0, csv::Position::line);
        for ((field, place), column) in contract.fields.iter().zip(&places).zip(&mut columns) {
            let Some(column) = column else { continue };
            let value = place.and_then(|place| record.get(place)).filter(|value| !value.is_empty());
            column.push(field, value).map_err(|reason| EditError::Value {
                line,
                field: field.name.to_owned(),
                reason,
            })?;
        }
    }
    let untold = |field: &Field| new_null_array(&field.kind.arrow("UTC"), count);
    let columns = contract.fields.iter().zip(columns);
    let columns = columns.map(|(field, column)| column.map_or_else(|| untold(field), Column::finish)).collect();
    Ok(RecordBatch::try_new(contract.schema(), columns)?)
}

enum Column {
    Text(StringBuilder),
    Int(Int64Builder),
    Bool(BooleanBuilder),
    Date(Date32Builder),
}

impl Column {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Int => Self::Int(Int64Builder::new()),
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Date => Self::Date(Date32Builder::new()),
            _ => Self::Text(StringBuilder::new()),
        }
    }

    fn push(&mut self, field: &Field, value: Option<&str>) -> Result<(), String> {
        if value.is_none() && !field.nullable {
            return Err("a value is needed here".into());
        }
        match self {
            Self::Text(column) => column.append_option(value),
            Self::Int(column) => {
                let read = |value: &str| value.parse::<i64>().map_err(|_| format!("{value:?} is no whole number"));
                column.append_option(value.map(read).transpose()?);
            }
            Self::Bool(column) => {
                let read = |value: &str| match value {
                    "true" | "1" => Ok(true),
                    "false" | "0" => Ok(false),
                    _ => Err(format!("{value:?} is neither true nor false")),
                };
                column.append_option(value.map(read).transpose()?);
            }
            Self::Date(column) => {
                let read =
                    |value: &str| value.parse::<Date>().map_err(|_| format!("{value:?} is no date like 2026-05-01"));
                column.append_option(value.map(read).transpose()?.map(days_since_epoch));
            }
        }
        Ok(())
    }

    fn finish(self) -> ArrayRef {
        match self {
            Self::Text(mut column) => Arc::new(column.finish()),
            Self::Int(mut column) => Arc::new(column.finish()),
            Self::Bool(mut column) => Arc::new(column.finish()),
            Self::Date(mut column) => Arc::new(column.finish()),
        }
    }
}

/// The rows that stand with the new ones among them, `held` being those that stand now: a row of a key that
/// is there takes its place, unless it says the same.
pub fn merged(contract: &'static Contract, held: &[RecordBatch], new: &RecordBatch) -> Result<RecordBatch, EditError> {
    let held = concat_batches(&contract.schema(), held)?;
    let all = concat_batches(&contract.schema(), [&held, new])?;
    let said = texts(contract, &all, |name| !is_own(name))?;
    // A file cannot tell an empty text from an unknown one.
    let said: Vec<String> = said.iter().map(|said| said.replace(NULL, "")).collect();
    let mut last: HashMap<String, usize> = HashMap::new();
    let mut order: Vec<String> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    for at in 0..all.num_rows() {
        let key = key(contract, &all, at)?;
        if at >= held.num_rows() && !seen.insert(key.clone()) {
            let reason = "two rows of the file have this key".to_owned();
            return Err(EditError::Value { line: (at - held.num_rows() + 2) as u64, field: key, reason });
        }
        match last.get_mut(&key) {
            Some(place) if said[*place] == said[at] => {}
            Some(place) => *place = at,
            None => {
                last.insert(key.clone(), at);
                order.push(key);
            }
        }
    }
    let places = order.iter().filter_map(|key| u32::try_from(*last.get(key)?).ok());
    let places: UInt32Array = places.collect::<Vec<u32>>().into();
    Ok(take_record_batch(&all, &places)?)
}

fn key(contract: &Contract, rows: &RecordBatch, at: usize) -> Result<String, EditError> {
    let options = FormatOptions::new();
    let mut parts = Vec::new();
    for name in contract.key {
        if let Some(column) = rows.column_by_name(name) {
            parts.push(ArrayFormatter::try_new(column, &options)?.value(at).to_string());
        }
    }
    Ok(parts.join(", "))
}

/// Rows as CSV, with a header; what is unknown is empty.
pub fn csv(rows: &[RecordBatch]) -> Result<Vec<u8>, EditError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let options = FormatOptions::new();
    for (place, batch) in rows.iter().enumerate() {
        let schema = batch.schema();
        let shown = schema.fields().iter().zip(batch.columns()).filter(|(field, _)| !is_own(field.name()));
        let (fields, columns): (Vec<_>, Vec<&ArrayRef>) = shown.unzip();
        if place == 0 {
            writer.write_record(fields.iter().map(|field| field.name()))?;
        }
        let formatters: Vec<ArrayFormatter<'_>> =
            columns.iter().map(|column| ArrayFormatter::try_new(*column, &options)).collect::<Result<_, _>>()?;
        for at in 0..batch.num_rows() {
            let cells = columns.iter().zip(&formatters);
            writer.write_record(cells.map(|(column, formatter)| {
                if column.is_null(at) { String::new() } else { formatter.value(at).to_string() }
            }))?;
        }
    }
    writer.into_inner().map_err(|error| EditError::Csv(error.into_error().into()))
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray, StringArray};

    use super::*;
    use crate::reference::versions::BATCH;

    #[test]
    fn rows_are_read_merged_by_key_and_written_again() {
        let office = table("office_hours").expect("a table");
        let held =
            rows(office, b"region,valid_from,weekday_windows\nGX,2016-01-01,08:00-12:00;15:00-18:00\n").expect("rows");
        let new = rows(
            office,
            b"region,valid_from,valid_to,weekday_windows\nGX,2016-01-01,2027-01-01,08:00-12:00;15:00-18:00\nGX,2027-01-01,,09:00-17:00\n",
        )
        .expect("rows");
        let all = merged(office, &[held], &new).expect("merged");
        assert_eq!(
            String::from_utf8(csv(&[all]).expect("csv")).expect("text"),
            "region,valid_from,valid_to,weekday_windows\nGX,2016-01-01,2027-01-01,08:00-12:00;15:00-18:00\nGX,2027-01-01,,09:00-17:00\n"
        );
    }

    #[test]
    fn a_row_that_says_the_same_stays_with_its_batch() {
        let policies = table("policy_item").expect("a table");
        let rows_of = |lines: &str| {
            let text = format!("policy_id,version,title,valid_from\n{lines}");
            rows(policies, text.as_bytes()).expect("rows")
        };
        let held = rows_of("A,1,a,2020-01-01\nB,1,b,2020-01-01\n");
        let place = held.schema().index_of(BATCH).expect("a field");
        let mut columns = held.columns().to_vec();
        columns[place] = Arc::new(StringArray::from(vec!["x", "x"]));
        let held = RecordBatch::try_new(held.schema(), columns).expect("of a batch");
        let all = merged(policies, &[held], &rows_of("A,1,a,2020-01-01\nB,1,other,2020-01-01\n")).expect("merged");
        let batches = all.column(place).as_string::<i32>();
        assert_eq!((batches.value(0), batches.is_null(1)), ("x", true));
        let written = String::from_utf8(csv(&[all]).expect("csv")).expect("text");
        assert!(!written.contains(BATCH) && written.contains("is_deleted"), "{written}");
        for (table, text) in [("policy_item", "policy_id,batch_id\n"), ("office_hours", "region,put_at\n")] {
            let table = super::table(table).expect("a table");
            let told = rows(table, text.as_bytes()).expect_err("not for people").to_string();
            assert!(told.contains("no such field") && !told.contains("replaced_at"), "{told}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let office = table("office_hours").expect("a table");
        for (text, told) in [
            ("region,from\n", "line 1, from: office_hours has no such field"),
            ("region,valid_from,weekday_windows\nGX,2016-02-30,x\n", "line 2, valid_from: \"2016-02-30\" is no date"),
            ("region,valid_from,weekday_windows\nGX,2016-02-01,\n", "line 2, weekday_windows: a value is needed"),
        ] {
            let error = rows(office, text.as_bytes()).expect_err(text).to_string();
            assert!(error.starts_with(told), "{error}");
        }
        let twice =
            rows(office, b"region,valid_from,weekday_windows\nGX,2016-01-01,a\nGX,2016-01-01,b\n").expect("rows");
        assert!(merged(office, &[], &twice).expect_err("twice").to_string().contains("two rows"));
        assert!(table("card").is_err());
    }
}
