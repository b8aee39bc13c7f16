//! A question that is being answered: its columns as they were described, its rows as they come, and where the
//! client has got to.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use analytics::pg::PgAnswer;
use analytics::pg::types::{modifier, shown};
use analytics::{AnalyticsError, Answer};
use arrow::array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, SchemaRef};
use arrow::error::ArrowError;
use bytes::{BufMut, BytesMut};
use futures::StreamExt;
use jiff::tz::TimeZone;
use pgwire::messages::data::{FieldDescription, RowDescription};
use tokio::time::Instant;

use super::cells::{self, Format, Writing};
use super::command::Command;
use super::copy::{Copied, Form};
use super::line::FULL;
use super::refusal::{Refusal, code};

/// A column as the client was told of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) data_type: DataType,
}

/// The columns of an answer.
pub(super) fn columns(schema: &SchemaRef) -> Arc<[Column]> {
    let told = schema.fields().iter();
    told.map(|field| Column { name: field.name().clone(), data_type: field.data_type().clone() }).collect()
}

/// What a client is told of them.
pub(super) fn description(columns: &[Column], formats: &Formats) -> RowDescription {
    let fields = columns.iter().enumerate().map(|(at, column)| {
        let told = shown(&column.data_type);
        let format = i16::from(formats.of(at) == Format::Binary);
        FieldDescription::new(column.name.clone(), 0, 0, told.oid, told.length, modifier(&column.data_type), format)
    });
    RowDescription::new(fields.collect())
}

/// How the client wants its columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Formats(Vec<i16>);

impl Formats {
    /// # Errors
    ///
    /// A format that there is not.
    pub(super) fn new(codes: Vec<i16>) -> Result<Self, Refusal> {
        if codes.iter().any(|code| !(0..=1).contains(code)) {
            return Err(Refusal::new(code::PROTOCOL, "a column can be had as text (0) or in binary (1)"));
        }
        Ok(Self(codes))
    }

    /// # Errors
    ///
    /// Another number of formats than of columns.
    pub(super) fn fit(&self, columns: usize) -> Result<(), Refusal> {
        if self.0.len() > 1 && self.0.len() != columns {
            let told = format!("{} formats were given for {columns} columns", self.0.len());
            return Err(Refusal::new(code::PROTOCOL, told));
        }
        Ok(())
    }

    fn of(&self, column: usize) -> Format {
        let told = match self.0.as_slice() {
            [one] => Some(one),
            each => each.get(column),
        };
        if told == Some(&1) { Format::Binary } else { Format::Text }
    }
}

/// Rows on their way.
pub(super) enum Rows {
    Asked(Box<Answer>),
    Ready(std::vec::IntoIter<RecordBatch>),
}

impl Rows {
    /// The next rows.
    pub(super) async fn next(&mut self) -> Result<Option<RecordBatch>, Refusal> {
        match self {
            Self::Ready(batches) => Ok(batches.next()),
            Self::Asked(answer) => match answer.stream.next().await {
                None => Ok(None),
                Some(batch) => batch.map(Some).map_err(|error| AnalyticsError::from(error).into()),
            },
        }
    }

    /// Whether rows were cut off; known at the end.
    pub(super) fn is_cut(&self) -> bool {
        matches!(self, Self::Asked(answer) if answer.truncated.load(Ordering::Relaxed))
    }
}

impl Drop for Rows {
    fn drop(&mut self) {
        if let Self::Asked(answer) = self {
            answer.cancel.cancel();
        }
    }
}

/// What has been asked and is being answered.
pub(super) struct Open {
    pub(super) columns: Arc<[Column]>,
    pub(super) rows: Rows,
    /// When it is given up.
    pub(super) deadline: Instant,
    /// Rows that are being written, and the first that is not.
    batch: Option<(Vec<ArrayRef>, usize, usize)>,
    /// Rows that the client has.
    pub(super) sent: u64,
}

/// A statement with its values.
pub(super) struct Portal {
    pub(super) sql: String,
    pub(super) command: Command,
    /// As the statement was described, if it was.
    pub(super) described: Option<Arc<[Column]>>,
    pub(super) formats: Formats,
    pub(super) open: Option<Open>,
    /// Whether all of it has been told.
    pub(super) is_done: bool,
}

impl Open {
    pub(super) fn new(columns: Arc<[Column]>, rows: Rows, deadline: Instant) -> Self {
        Self { columns, rows, deadline, batch: None, sent: 0 }
    }

    /// Takes rows in, of the types that were described.
    pub(super) fn take(&mut self, batch: &RecordBatch) -> Result<(), Refusal> {
        if batch.num_columns() != self.columns.len() {
            return Err(Refusal::new(code::INTERNAL, "the answer has other columns than were described; ask again"));
        }
        let held = batch.columns().iter().zip(self.columns.iter());
        let held = held.map(|(array, column)| cells::plain(array, &column.data_type));
        self.batch = Some((held.collect::<Result<_, ArrowError>>()?, batch.num_rows(), 0));
        Ok(())
    }

    /// Whether rows have been taken in that are not written.
    pub(super) fn has_rows(&self) -> bool {
        self.batch.as_ref().is_some_and(|(_, rows, at)| at < rows)
    }

    /// Writes rows as messages, at most so many, until enough waits to be sent.
    pub(super) fn write_rows(&mut self, most: u64, formats: &Formats, zone: &TimeZone, out: &mut BytesMut) {
        let Some((arrays, rows, at)) = self.batch.as_mut() else { return };
        let writers = writers(arrays, &self.columns, |column| formats.of(column), zone);
        let count = u16::try_from(arrays.len()).unwrap_or(u16::MAX);
        while *at < *rows && self.sent < most && out.len() < FULL {
            out.put_u8(b'D');
            sized(out, true, |out| {
                out.put_u16(count);
                values(&writers, arrays, *at, out);
            });
            *at += 1;
            self.sent += 1;
        }
    }

    /// Writes rows as lines of a file.
    pub(super) fn write_lines(&mut self, copied: &Copied, zone: &TimeZone, out: &mut BytesMut) {
        let Some((arrays, rows, at)) = self.batch.as_mut() else { return };
        let format = if copied.form == Form::Binary { Format::Binary } else { Format::Text };
        let writers = writers(arrays, &self.columns, |_| format, zone);
        let count = u16::try_from(arrays.len()).unwrap_or(u16::MAX);
        let (mut scratch, mut ends) = (BytesMut::new(), Vec::with_capacity(arrays.len()));
        while *at < *rows && out.len() < FULL {
            out.put_u8(b'd');
            sized(out, true, |out| {
                if format == Format::Binary {
                    out.put_u16(count);
                    return values(&writers, arrays, *at, out);
                }
                scratch.clear();
                ends.clear();
                for (write, array) in writers.iter().zip(arrays.iter()) {
                    let from = scratch.len();
                    let is_null = array.is_null(*at);
                    if !is_null {
                        write(*at, &mut scratch);
                    }
                    ends.push((!is_null).then_some(from..scratch.len()));
                }
                let cells = ends.iter().map(|cell| cell.clone().and_then(|cell| scratch.get(cell)));
                copied.line(cells, out);
            });
            *at += 1;
            self.sent += 1;
        }
    }
}

fn writers<'a>(
    arrays: &'a [ArrayRef],
    columns: &[Column],
    format: impl Fn(usize) -> Format,
    zone: &'a TimeZone,
) -> Vec<Writing<'a>> {
    let held = arrays.iter().zip(columns).enumerate();
    held.map(|(at, (array, column))| match format(at) {
        Format::Text => cells::text(array, zone),
        Format::Binary => cells::binary(array, shown(&column.data_type)),
    })
    .collect()
}

fn values(writers: &[Writing<'_>], arrays: &[ArrayRef], row: usize, out: &mut BytesMut) {
    for (write, array) in writers.iter().zip(arrays) {
        if array.is_null(row) {
            out.put_i32(-1);
        } else {
            sized(out, false, |out| write(row, out));
        }
    }
}

/// Writes something behind its length, which counts itself or not.
pub(super) fn sized(out: &mut BytesMut, counts_itself: bool, write: impl FnOnce(&mut BytesMut)) {
    let at = out.len();
    out.put_i32(0);
    write(out);
    let length = out.len() - at - if counts_itself { 0 } else { 4 };
    let length = i32::try_from(length).unwrap_or(i32::MAX);
    if let Some(place) = out.get_mut(at..at + 4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

/// An answer made of texts.
pub(super) fn told(columns: &[(&str, Vec<String>)]) -> Result<(Arc<[Column]>, Rows), Refusal> {
    let arrays =
        columns.iter().map(|(name, texts)| (*name, Arc::new(StringArray::from_iter_values(texts)) as ArrayRef));
    let batch = RecordBatch::try_from_iter(arrays)?;
    Ok((self::columns(&batch.schema()), Rows::Ready(vec![batch].into_iter())))
}

/// An answer of the catalog.
pub(super) fn of_catalog(answer: PgAnswer) -> (Arc<[Column]>, Rows) {
    (columns(&answer.schema), Rows::Ready(answer.batches.into_iter()))
}
