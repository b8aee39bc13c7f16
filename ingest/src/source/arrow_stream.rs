//! An Arrow IPC stream: each row is a record, its values the texts that Arrow writes of them (times
//! as ISO 8601), so that the rules of a mapping hold as for any other format.

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::error::ArrowError;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::root_as_message;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::{Sink, columns};
use crate::record::{Header, Item, MAX_COLUMNS, Record};
use crate::{IngestError, Mapping};

/// Begins a message.
const CONTINUES: [u8; 4] = [0xff; 4];
/// Rows of a stream: columns of one value alone take no bytes a row.
const MOST_ROWS: u64 = 10_000_000;

/// Reads all records; a record's line is the number of its row. The encoding's name.
pub(crate) fn read(
    bytes: &[u8],
    file: &str,
    mapping: &Mapping,
    sink: &mut dyn Sink,
) -> Result<&'static str, IngestError> {
    let mut row = 0;
    let broken = |row: u64, reason: String| IngestError::Broken { file: file.to_owned(), line: row + 1, reason };
    let not_arrow = |row: u64, error: ArrowError| broken(row, format!("not an intact Arrow IPC stream ({error})"));
    check_lengths(bytes).ok_or_else(|| broken(0, "not an intact Arrow IPC stream; is it cut off?".to_owned()))?;
    let stream = StreamReader::try_new(bytes, None).map_err(|error| not_arrow(0, error))?;
    let header = header(&stream.schema(), file, mapping)?;
    let mut record = Record::default();
    for batch in stream {
        let batch = batch.map_err(|error| not_arrow(row, error))?;
        if row + batch.num_rows() as u64 > MOST_ROWS {
            return Err(broken(row, format!("more than {MOST_ROWS} rows; send it in pieces")));
        }
        let columns = formatters(&batch).map_err(|error| not_arrow(row, error))?;
        for at in 0..batch.num_rows() {
            record.clear();
            for column in &columns {
                let text = column.value(at).try_to_string().map_err(|error| not_arrow(row, error))?;
                record.push(text.trim());
            }
            row += 1;
            sink.take(&header, Item::Record { line: row, record: &record })?;
        }
    }
    Ok("UTF-8")
}

/// Whether the messages, one after another, lie within the bytes: the reader makes room for as many
/// as a message says it has.
fn check_lengths(bytes: &[u8]) -> Option<()> {
    let mut rest = bytes;
    loop {
        let length = match rest.split_first_chunk::<4>() {
            None => return rest.is_empty().then_some(()),
            Some((&CONTINUES, after)) => {
                let (length, after) = after.split_first_chunk::<4>()?;
                rest = after;
                i32::from_le_bytes(*length)
            }
            // As streams were before version 0.15 of the format.
            Some((length, after)) => {
                rest = after;
                i32::from_le_bytes(*length)
            }
        };
        if length == 0 {
            return Some(());
        }
        let (head, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        let body = root_as_message(head).ok()?.bodyLength();
        rest = after.get(usize::try_from(body).ok()?..)?;
    }
}

fn formatters(batch: &RecordBatch) -> Result<Vec<ArrayFormatter<'_>>, ArrowError> {
    const OPTIONS: FormatOptions<'static> = FormatOptions::new();
    batch.columns().iter().map(|column| ArrayFormatter::try_new(column.as_ref(), &OPTIONS)).collect()
}

fn header(schema: &Schema, file: &str, mapping: &Mapping) -> Result<Header, IngestError> {
    if schema.fields().len() > MAX_COLUMNS {
        return Err(IngestError::TooManyColumns { file: file.to_owned(), line: 1, most: MAX_COLUMNS });
    }
    let mut header = Header::default();
    schema.fields().iter().for_each(|field| header.add_column(field.name().trim()));
    columns::check_header(&header, mapping, file, 1)?;
    Ok(header)
}
