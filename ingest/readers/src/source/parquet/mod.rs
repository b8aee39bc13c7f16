//! Parquet: every column as text, without loss. Structs become columns with dots in their names,
//! lists and maps JSON text, as in NDJSON.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Fields};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use text::Wrong;

use super::ratio::Measure;
use super::{MAX_RECORD, Seekable, Sink, columns};
use crate::mapping::DriftMode;
use crate::record::{Header, Item, MAX_COLUMNS, Record};
use crate::{Mapping, ReadError};

mod input;
mod page;
mod pages;
mod projection;
mod text;

/// Reads all records; their lines are their numbers, from 1.
pub(super) fn read(
    input: Box<dyn Seekable>,
    size: u64,
    file: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, ReadError> {
    let wrong = |line: u64, reason: String| ReadError::Broken { file: file.to_owned(), line, reason };
    let broken =
        |line: u64, error: &dyn std::fmt::Display| wrong(line, format!("the file is not intact Parquet ({error})"));
    let chunks = input::Chunks::new(input, size);
    let metadata = ArrowReaderMetadata::load(&chunks, options()).map_err(|error| broken(1, &error))?;
    let (mut header, mut left) = (Header::default(), MAX_RECORD);
    if !name(metadata.schema().fields(), "", &mut header, &mut left) {
        return Err(ReadError::TooManyColumns { file: file.to_owned(), line: 1, most: MAX_COLUMNS });
    }
    columns::check_header(&header, mapping, file, 1)?;
    let read = wanted(&header, mapping);
    let leaves = projection::leaves(metadata.schema().fields(), &read);
    let Some(batch) = pages::batch(&chunks, metadata.metadata(), &leaves).map_err(|reason| broken(1, &reason))? else {
        let most = pages::MOST_MIB;
        let reason = format!("its rows unpack to more than {most} MiB at once; write it with smaller pages");
        return Err(wrong(1, reason));
    };
    let reader = decode(chunks, &metadata, leaves, batch).map_err(|error| broken(1, &error))?;
    let (mut line, mut record, mut measure) = (0, Record::default(), Measure::new(size));
    for batch in reader {
        let batch = batch.map_err(|error| broken(line + 1, &error))?;
        let mut decoded = Vec::with_capacity(header.len());
        batch.columns().iter().for_each(|column| flatten(column, None, &mut decoded));
        for row in 0..batch.num_rows() {
            line += 1;
            let (bytes, refused) = fill(&mut record, &header, &read, &decoded, row);
            measure.take(bytes).map_err(|reason| wrong(line, reason))?;
            match refused {
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

/// Types by Parquet's own rules, whatever program wrote the file.
fn options() -> ArrowReaderOptions {
    ArrowReaderOptions::new().with_skip_arrow_metadata(true)
}

/// Decodes some of the columns, so many rows at once.
fn decode(
    chunks: input::Chunks,
    metadata: &ArrowReaderMetadata,
    leaves: Vec<usize>,
    batch: usize,
) -> Result<ParquetRecordBatchReader, ParquetError> {
    let shared = options().with_schema(Arc::new(projection::shared(metadata.schema())));
    let metadata = ArrowReaderMetadata::try_new(metadata.metadata().clone(), shared)?;
    let mask = ProjectionMask::leaves(metadata.parquet_schema(), leaves);
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, metadata);
    builder.with_batch_size(batch).with_projection(mask).build()
}

/// Whether `is_wanted` of any value, written as text, whatever column it is in.
pub(super) fn any_value(
    input: Box<dyn Seekable>,
    size: u64,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<bool, ParquetError> {
    let chunks = input::Chunks::new(input, size);
    let metadata = ArrowReaderMetadata::load(&chunks, options())?;
    let leaves: Vec<usize> = (0..metadata.parquet_schema().num_columns()).collect();
    let batch = pages::batch(&chunks, metadata.metadata(), &leaves)
        .map_err(|error| ParquetError::General(error.to_string()))?;
    let batch = batch.ok_or_else(|| ParquetError::General("its rows are too large".to_owned()))?;
    let mut value = String::new();
    for batch in decode(chunks, &metadata, leaves, batch)? {
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

/// Which columns are decoded, by the header's places: a small file may hold gigabytes of others. The
/// header has the names of all, so that new ones can be told.
fn wanted(header: &Header, mapping: &Mapping) -> Vec<bool> {
    let all = mapping.drift.mode == DriftMode::Evolve;
    header.names().iter().map(|name| all || columns::reads(mapping, name)).collect()
}

/// Fills a record with the values of a row; columns that are not decoded are empty. Its bytes, and what
/// is wrong with it, if it cannot be one.
fn fill(record: &mut Record, header: &Header, read: &[bool], decoded: &[Leaf], row: usize) -> (u64, Option<Wrong>) {
    record.clear();
    let (mut bytes, mut wrong) = (0, None);
    let (mut decoded, mut value) = (decoded.iter(), String::new());
    for (name, read) in header.names().iter().zip(read) {
        value.clear();
        if *read && let Some((column, above)) = decoded.next() {
            let known = column.is_valid(row) && above.as_ref().is_none_or(|above| above.is_valid(row));
            let written = if known { text::write(column, row, &mut value) } else { Ok(()) };
            let bounded = written
                .and_then(|()| if bytes + value.len() as u64 > MAX_RECORD { Err(text::too_long()) } else { Ok(()) });
            if let Err((rule, reason)) = bounded {
                // What is written by then is not the value.
                value.clear();
                wrong = wrong.or(Some((rule, format!("field {name}: {reason}"))));
            }
        }
        bytes += value.len() as u64;
        record.push(value.trim());
    }
    (bytes, wrong)
}

/// The columns' names, those inside structs too. Not if there are too many, or their texts are longer
/// than `left`: the name of a struct stands before each of its columns.
fn name(fields: &Fields, prefix: &str, header: &mut Header, left: &mut u64) -> bool {
    fields.iter().all(|field| {
        let name = format!("{prefix}{}", field.name().trim());
        let Some(rest) = left.checked_sub(name.len() as u64) else { return false };
        *left = rest;
        if let DataType::Struct(inner) = field.data_type() {
            return self::name(inner, &format!("{name}."), header, left);
        }
        header.add_column(&name);
        header.len() <= MAX_COLUMNS
    })
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
