//! Parquet: every column as text, without loss. Structs become columns with dots in their names,
//! lists and maps JSON text, as in NDJSON.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Fields};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;

use super::{Seekable, Sink, columns};
use crate::record::{Header, Item, MAX_COLUMNS, Record};
use crate::{IngestError, Mapping};

mod input;
mod text;

/// Rows that are decoded at once: few, since a text may be long.
const BATCH: usize = 512;

/// Reads all records; their lines are their numbers, from 1.
pub(super) fn read(
    input: Box<dyn Seekable>,
    size: u64,
    file: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, IngestError> {
    let broken = |line: u64, error: &dyn std::fmt::Display| {
        let reason = format!("the file is not intact Parquet ({error})");
        IngestError::Broken { file: file.to_owned(), line, reason }
    };
    // Types by Parquet's own rules, whatever program wrote the file.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(input::Chunks::new(input, size), options);
    let builder = builder.map_err(|error| broken(1, &error))?.with_batch_size(BATCH);
    let mut header = Header::default();
    name(builder.schema().fields(), "", &mut header);
    if header.len() > MAX_COLUMNS {
        return Err(IngestError::TooManyColumns { file: file.to_owned(), line: 1, most: MAX_COLUMNS });
    }
    columns::check_header(&header, mapping, file, 1)?;
    let used: Vec<bool> = header.names().iter().map(|name| mapping.uses(name)).collect();
    let reader = builder.build().map_err(|error| broken(1, &error))?;
    let (mut line, mut record, mut value) = (0, Record::default(), String::new());
    for batch in reader {
        let batch = batch.map_err(|error| broken(line + 1, &error))?;
        let mut leaves = Vec::with_capacity(header.len());
        batch.columns().iter().for_each(|column| flatten(column, None, &mut leaves));
        for row in 0..batch.num_rows() {
            line += 1;
            record.clear();
            let mut wrong = None;
            for (place, (column, above)) in leaves.iter().enumerate() {
                value.clear();
                let known = column.is_valid(row) && above.as_ref().is_none_or(|above| above.is_valid(row));
                if known && let Err((rule, reason)) = text::write(column, row, &mut value) {
                    // What is written by then is not the value.
                    value.clear();
                    if used[place] {
                        wrong = wrong.or(Some((rule, format!("field {}: {reason}", header.names()[place]))));
                    }
                }
                record.push(value.trim());
            }
            match wrong {
                None => sink.take(&header, Item::Record { line, record: &record })?,
                Some((rule, reason)) => {
                    let values: Vec<&str> = (0..).map_while(|place| record.raw(place)).collect();
                    let bytes = values.join("\t").into_bytes();
                    sink.take(&header, Item::Refused { line, rule, reason, bytes: &bytes })?;
                }
            }
        }
    }
    Ok("Parquet")
}

/// Whether `is_wanted` of any value, written as text, whatever column it is in.
pub(super) fn any_value(
    input: Box<dyn Seekable>,
    size: u64,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<bool, ParquetError> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(input::Chunks::new(input, size), options)?;
    let mut value = String::new();
    for batch in builder.with_batch_size(BATCH).build()? {
        let batch = batch?;
        let mut leaves = Vec::new();
        batch.columns().iter().for_each(|column| flatten(column, None, &mut leaves));
        for (column, _) in &leaves {
            for row in (0..batch.num_rows()).filter(|row| column.is_valid(*row)) {
                value.clear();
                // What has no text is refused when it lands.
                if text::write(column, row, &mut value).is_ok() && is_wanted(&value) {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// The columns' names, those inside structs too.
fn name(fields: &Fields, prefix: &str, header: &mut Header) {
    for field in fields {
        let name = format!("{prefix}{}", field.name().trim());
        match field.data_type() {
            DataType::Struct(inner) => self::name(inner, &format!("{name}."), header),
            _ => header.add_column(&name),
        }
    }
}

/// A column, and where the structs around it are unknown.
type Leaf = (ArrayRef, Option<NullBuffer>);

/// The columns in the order of their names.
fn flatten(column: &ArrayRef, above: Option<&NullBuffer>, leaves: &mut Vec<Leaf>) {
    match column.as_struct_opt() {
        Some(structs) => {
            let above = NullBuffer::union(above, structs.nulls());
            structs.columns().iter().for_each(|inner| flatten(inner, above.as_ref(), leaves));
        }
        None => leaves.push((column.clone(), above.cloned())),
    }
}

#[cfg(test)]
mod tests;
