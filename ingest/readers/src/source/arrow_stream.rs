//! An Arrow IPC stream: each row is a record, its values the texts that Arrow writes of them (times
//! as ISO 8601), so that the rules of a mapping hold as for any other format.

use std::fmt;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::root_as_message;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::{MAX_RECORD, Sink, columns};
use crate::record::{Header, Item, MAX_COLUMNS, Record};
use crate::{Mapping, ReadError};

/// Begins a message.
const CONTINUES: [u8; 4] = [0xff; 4];
/// Rows of a stream: columns of one value alone take no bytes a row.
const MOST_ROWS: u64 = 10_000_000;
const CUT_OFF: &str = "not an intact Arrow IPC stream; is it cut off?";
const PACKED: &str =
    "its batches are compressed, which is not read; write them uncompressed, and pack the whole body with gzip";

/// Reads all records; a record's line is the number of its row. The encoding's name.
pub fn read(bytes: &[u8], file: &str, mapping: &Mapping, sink: &mut dyn Sink) -> Result<&'static str, ReadError> {
    let mut row = 0;
    let broken = |row: u64, reason: String| ReadError::Broken { file: file.to_owned(), line: row + 1, reason };
    let not_arrow = |row: u64, error: ArrowError| broken(row, format!("not an intact Arrow IPC stream ({error})"));
    check_messages(bytes).map_err(|reason| broken(0, reason.to_owned()))?;
    let stream = StreamReader::try_new(bytes, None).map_err(|error| not_arrow(0, error))?;
    let header = header(&stream.schema(), file, mapping)?;
    let (mut record, mut cell) = (Record::default(), Cell::default());
    for batch in stream {
        let batch = batch.map_err(|error| not_arrow(row, error))?;
        if row + batch.num_rows() as u64 > MOST_ROWS {
            return Err(broken(row, format!("more than {MOST_ROWS} rows; send it in pieces")));
        }
        let columns = formatters(&batch).map_err(|error| not_arrow(row, error))?;
        for at in 0..batch.num_rows() {
            record.clear();
            for column in &columns {
                cell.begin(record.bytes());
                let written = column.value(at).write(&mut cell);
                if cell.is_full {
                    let most = MAX_RECORD / 1024 / 1024;
                    return Err(broken(row, format!("the row's texts have more than {most} MiB; shorten them")));
                }
                written.map_err(|error| not_arrow(row, error))?;
                record.push(cell.text.trim());
            }
            row += 1;
            sink.take(&header, Item::Record { line: row, record: &record })?;
        }
    }
    Ok("UTF-8")
}

/// Refuses what the reader would take memory for by its word alone: messages that are longer than
/// the bytes, and compressed buffers, which say themselves how long they are.
fn check_messages(bytes: &[u8]) -> Result<(), &'static str> {
    let mut rest = bytes;
    while let Some(head) = take_head(&mut rest)? {
        let message = root_as_message(head).map_err(|_| CUT_OFF)?;
        let batch = match message.header_as_dictionary_batch() {
            Some(dictionary) => dictionary.data(),
            None => message.header_as_record_batch(),
        };
        if batch.is_some_and(|batch| batch.compression().is_some()) {
            return Err(PACKED);
        }
        let body = usize::try_from(message.bodyLength()).map_err(|_| CUT_OFF)?;
        rest = rest.get(body..).ok_or(CUT_OFF)?;
    }
    Ok(())
}

/// Takes the next message's head off; nothing at the end of the stream.
fn take_head<'b>(rest: &mut &'b [u8]) -> Result<Option<&'b [u8]>, &'static str> {
    let whole = *rest;
    if whole.is_empty() {
        return Ok(None);
    }
    let (mut length, mut behind) = whole.split_first_chunk::<4>().ok_or(CUT_OFF)?;
    // Streams were without it before version 0.15 of the format.
    if *length == CONTINUES {
        (length, behind) = behind.split_first_chunk::<4>().ok_or(CUT_OFF)?;
    }
    let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| CUT_OFF)?;
    if length == 0 {
        return Ok(None);
    }
    let (head, behind) = behind.split_at_checked(length).ok_or(CUT_OFF)?;
    *rest = behind;
    Ok(Some(head))
}

/// The text of one value, within what a record may have: what stands once in a stream (a dictionary,
/// a run, a view) may be meant a million times.
#[derive(Default)]
struct Cell {
    text: String,
    room: usize,
    is_full: bool,
}

impl Cell {
    /// Begins the next value of a record that has so many bytes.
    fn begin(&mut self, used: usize) {
        self.text.clear();
        self.room = usize::try_from(MAX_RECORD).unwrap_or(usize::MAX).saturating_sub(used);
    }
}

impl fmt::Write for Cell {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if part.len() > self.room {
            self.is_full = true;
            return Err(fmt::Error);
        }
        self.room -= part.len();
        self.text.push_str(part);
        Ok(())
    }
}

fn formatters(batch: &RecordBatch) -> Result<Vec<ArrayFormatter<'_>>, ArrowError> {
    const OPTIONS: FormatOptions<'static> = FormatOptions::new();
    batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &OPTIONS)).collect()
}

fn header(schema: &Schema, file: &str, mapping: &Mapping) -> Result<Header, ReadError> {
    if schema.fields().len() > MAX_COLUMNS {
        return Err(ReadError::TooManyColumns { file: file.to_owned(), line: 1, most: MAX_COLUMNS });
    }
    let mut header = Header::default();
    schema.fields().iter().for_each(|field| header.add_column(field.name().trim()));
    columns::check_header(&header, mapping, file, 1)?;
    Ok(header)
}
