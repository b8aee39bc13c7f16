//! Cells of record batches, by the names of their columns.

use std::str::FromStr;

use arrow::array::{
    Array, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{Date32Type, Int64Type, TimestampMicrosecondType};
use jiff::Timestamp;
use jiff::civil::Date;

/// Declares the columns that are read of a table: a struct with a reader for each, made `of` a
/// batch, and `FIELDS`, the names to ask the lake for. Both come from one list, so that no column
/// can be taken for another.
macro_rules! columns {
    ($(#[$note:meta])* $name:ident { $($field:ident: $kind:ident),+ $(,)? }) => {
        $(#[$note])*
        struct $name<'b> {
            $($field: $kind<'b>),+
        }

        impl<'b> $name<'b> {
            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn of(batch: &'b arrow::array::RecordBatch) -> Self {
                Self { $($field: $kind::of(batch, stringify!($field))),+ }
            }
        }
    };
}
pub(crate) use columns;

/// A column of texts. A column that the batch lacks holds nothing but nulls, here and below.
#[derive(Clone, Copy)]
pub(crate) struct Text<'b>(Option<&'b StringArray>);

impl<'b> Text<'b> {
    pub(crate) fn of(batch: &'b RecordBatch, name: &str) -> Self {
        Self(batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>()))
    }

    pub(crate) fn get(self, at: usize) -> Option<&'b str> {
        self.0.filter(|column| column.is_valid(at)).map(|column| column.value(at))
    }

    pub(crate) fn owned(self, at: usize) -> Option<String> {
        self.get(at).map(str::to_owned)
    }

    /// Null too where the text is no value of the type.
    pub(crate) fn parsed<T: FromStr>(self, at: usize) -> Option<T> {
        self.get(at).and_then(|text| text.parse().ok())
    }
}

/// A column of whole numbers.
#[derive(Clone, Copy)]
pub(crate) struct Int<'b>(Option<&'b Int64Array>);

impl<'b> Int<'b> {
    pub(crate) fn of(batch: &'b RecordBatch, name: &str) -> Self {
        Self(batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Int64Type>()))
    }

    pub(crate) fn get(self, at: usize) -> Option<i64> {
        self.0.filter(|column| column.is_valid(at)).map(|column| column.value(at))
    }

    /// Null too where the number is none of ours.
    pub(crate) fn count(self, at: usize) -> Option<u32> {
        self.get(at).and_then(|number| u32::try_from(number).ok())
    }
}

/// A column of yes and no.
#[derive(Clone, Copy)]
pub(crate) struct Flag<'b>(Option<&'b BooleanArray>);

impl<'b> Flag<'b> {
    pub(crate) fn of(batch: &'b RecordBatch, name: &str) -> Self {
        Self(batch.column_by_name(name).and_then(|column| column.as_boolean_opt()))
    }

    /// Unknown is no.
    pub(crate) fn get(self, at: usize) -> bool {
        self.0.is_some_and(|column| column.is_valid(at) && column.value(at))
    }
}

/// A column of dates.
#[derive(Clone, Copy)]
pub(crate) struct Day<'b>(Option<&'b Date32Array>);

impl<'b> Day<'b> {
    pub(crate) fn of(batch: &'b RecordBatch, name: &str) -> Self {
        Self(batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<Date32Type>()))
    }

    pub(crate) fn get(self, at: usize) -> Option<Date> {
        let days = self.0.filter(|column| column.is_valid(at)).map(|column| column.value(at));
        days.and_then(datasets::date_from_days)
    }
}

/// A column of instants.
#[derive(Clone, Copy)]
pub(crate) struct Instant<'b>(Option<&'b TimestampMicrosecondArray>);

impl<'b> Instant<'b> {
    pub(crate) fn of(batch: &'b RecordBatch, name: &str) -> Self {
        Self(batch.column_by_name(name).and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>()))
    }

    pub(crate) fn get(self, at: usize) -> Option<Timestamp> {
        let micros = self.0.filter(|column| column.is_valid(at)).map(|column| column.value(at));
        micros.and_then(|micros| Timestamp::from_microsecond(micros).ok())
    }
}
