//! CSV, as every CSV of ours: what begins like a formula is text. For people with a byte-order mark.

use arrow::array::RecordBatch;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

use super::{Encoder, End, unwritten, whole};
use crate::sheet::{push_csv_cell, push_csv_row};
use crate::sql::Trouble;
use crate::sql::cells::texts;
use crate::sql::run::Head;

pub(super) struct Csv {
    head: String,
}

impl Csv {
    pub(super) fn new(head: &Head, for_people: bool) -> Self {
        let mut text = String::from(if for_people { "\u{feff}" } else { "" });
        push_csv_row(&mut text, head.schema.fields().iter().map(|field| field.name().as_str()));
        Self { head: text }
    }
}

/// Whether a value of it is what somebody wrote.
fn is_text(kind: &DataType) -> bool {
    !(kind.is_numeric() || kind.is_temporal() || *kind == DataType::Boolean)
}

impl Encoder for Csv {
    fn rows(&mut self, batch: &RecordBatch) -> Result<Vec<u8>, Trouble> {
        let columns = batch.columns().iter().map(|column| Ok((is_text(column.data_type()), texts(column)?)));
        let columns = columns.collect::<Result<Vec<_>, ArrowError>>().map_err(|error| unwritten(&error))?;
        let mut text = std::mem::take(&mut self.head);
        for row in 0..batch.num_rows() {
            for (at, (is_text, values)) in columns.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                let value = values.get(row).and_then(Option::as_deref).unwrap_or_default();
                push_csv_cell(&mut text, value, *is_text);
            }
            text.push_str("\r\n");
        }
        Ok(text.into_bytes())
    }

    fn end(self: Box<Self>, end: &End) -> Result<Vec<u8>, Trouble> {
        whole(end)?;
        Ok(self.head.into_bytes())
    }
}
