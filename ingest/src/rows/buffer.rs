//! Gathers rows of one table in Arrow builders.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BinaryBuilder, BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, MapBuilder, MapFieldNames,
    RecordBatch, StringBuilder, TimestampMicrosecondBuilder, new_null_array,
};
use arrow::error::ArrowError;
use datasets::contract::{Contract, Kind};

use super::value::Value;

/// What a value takes beside its text.
const VALUE_BYTES: usize = 8;

/// Rows of one table, column by column.
pub(crate) struct TableBuffer {
    pub(crate) contract: &'static Contract,
    columns: Vec<Column>,
    rows: usize,
    text_bytes: usize,
}

enum Column {
    Text(StringBuilder),
    Int(Int64Builder),
    Decimal(Decimal128Builder),
    Bool(BooleanBuilder),
    Date(Date32Builder),
    Instant(TimestampMicrosecondBuilder),
    Bytes(BinaryBuilder),
    Map(Box<MapBuilder<StringBuilder, StringBuilder>>),
    /// A kind that no record brings.
    Nothing(Kind),
}

impl TableBuffer {
    pub(crate) fn new(contract: &'static Contract) -> Self {
        let columns = contract.fields.iter().map(|field| Column::new(field.kind)).collect();
        Self { contract, columns, rows: 0, text_bytes: 0 }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes of the texts gathered.
    pub(crate) fn text_bytes(&self) -> usize {
        self.text_bytes
    }

    /// Takes a row; the bytes that it takes, about.
    pub(crate) fn push(&mut self, values: &[Value<'_>]) -> usize {
        let before = self.text_bytes;
        for (column, value) in self.columns.iter_mut().zip(values) {
            column.push(value);
            self.text_bytes += match value {
                Value::Text(text) => text.len(),
                Value::Pairs(pairs) => pairs.iter().map(|(name, value)| name.len() + value.len()).sum(),
                _ => 0,
            };
        }
        self.rows += 1;
        self.text_bytes - before + self.columns.len() * VALUE_BYTES
    }

    /// The gathered rows; the buffer is empty afterwards.
    pub(crate) fn take(&mut self) -> Result<RecordBatch, ArrowError> {
        let rows = std::mem::take(&mut self.rows);
        self.text_bytes = 0;
        let columns = self.columns.iter_mut().map(|column| column.finish(rows)).collect();
        RecordBatch::try_new(self.contract.schema(), columns)
    }
}

impl Column {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Prose => Self::Text(StringBuilder::new()),
            Kind::Int => Self::Int(Int64Builder::new()),
            Kind::Decimal | Kind::Rate => Self::Decimal(Decimal128Builder::new().with_data_type(kind.arrow("UTC"))),
            Kind::Bool => Self::Bool(BooleanBuilder::new()),
            Kind::Date => Self::Date(Date32Builder::new()),
            Kind::Instant => Self::Instant(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            Kind::Bytes => Self::Bytes(BinaryBuilder::new()),
            Kind::TextMap => {
                let names = MapFieldNames { entry: "key_value".into(), key: "key".into(), value: "value".into() };
                Self::Map(Box::new(MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new())))
            }
            Kind::TextList | Kind::Steps | Kind::Suspensions => Self::Nothing(kind),
        }
    }

    fn push(&mut self, value: &Value<'_>) {
        match (self, value) {
            (Self::Text(column), Value::Text(text)) => column.append_value(text),
            (Self::Text(column), _) => column.append_null(),
            (Self::Int(column), Value::Int(number)) => column.append_value(*number),
            (Self::Int(column), _) => column.append_null(),
            (Self::Decimal(column), Value::Decimal(units)) => column.append_value(*units),
            (Self::Decimal(column), _) => column.append_null(),
            (Self::Bool(column), Value::Bool(flag)) => column.append_value(*flag),
            (Self::Bool(column), _) => column.append_null(),
            (Self::Date(column), Value::Date(days)) => column.append_value(*days),
            (Self::Date(column), _) => column.append_null(),
            (Self::Instant(column), Value::Instant(micros)) => column.append_value(*micros),
            (Self::Instant(column), _) => column.append_null(),
            (Self::Bytes(column), Value::Bytes(raw)) => column.append_value(raw),
            (Self::Bytes(column), _) => column.append_null(),
            (Self::Map(column), Value::Pairs(pairs)) => {
                for (name, value) in pairs {
                    column.keys().append_value(name);
                    column.values().append_value(value);
                }
                // Keys and values were appended in pairs, the only thing that can be wrong here.
                let appended = column.append(true);
                debug_assert!(appended.is_ok());
            }
            (Self::Map(column), _) => {
                let appended = column.append(false);
                debug_assert!(appended.is_ok());
            }
            (Self::Nothing(_), _) => {}
        }
    }

    fn finish(&mut self, rows: usize) -> ArrayRef {
        match self {
            Self::Text(column) => Arc::new(column.finish()),
            Self::Int(column) => Arc::new(column.finish()),
            Self::Decimal(column) => Arc::new(column.finish()),
            Self::Bool(column) => Arc::new(column.finish()),
            Self::Date(column) => Arc::new(column.finish()),
            Self::Instant(column) => Arc::new(column.finish()),
            Self::Bytes(column) => Arc::new(column.finish()),
            Self::Map(column) => Arc::new(column.finish()),
            Self::Nothing(kind) => new_null_array(&kind.arrow("UTC"), rows),
        }
    }
}
