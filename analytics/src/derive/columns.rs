//! Arrow columns from rows of ours.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Date32Array, Int64Array, StringArray, TimestampMicrosecondArray};
use arrow::array::{ListBuilder, StringBuilder};
use datasets::contract::text_item;
use jiff::Timestamp;
use jiff::civil::Date;

/// Builds columns from a slice of rows.
pub(crate) struct Columns<'r, R> {
    pub(crate) rows: &'r [R],
}

impl<'r, R> Columns<'r, R> {
    pub(crate) fn text(&self, of: impl Fn(&'r R) -> Option<&'r str>) -> ArrayRef {
        Arc::new(self.rows.iter().map(of).collect::<StringArray>())
    }

    pub(crate) fn owned(&self, of: impl Fn(&'r R) -> Option<String>) -> ArrayRef {
        Arc::new(self.rows.iter().map(of).collect::<StringArray>())
    }

    pub(crate) fn same(&self, text: &str) -> ArrayRef {
        Arc::new(StringArray::from(vec![text; self.rows.len()]))
    }

    pub(crate) fn int(&self, of: impl Fn(&'r R) -> Option<i64>) -> ArrayRef {
        Arc::new(self.rows.iter().map(of).collect::<Int64Array>())
    }

    pub(crate) fn flag(&self, of: impl Fn(&'r R) -> bool) -> ArrayRef {
        Arc::new(self.rows.iter().map(|row| Some(of(row))).collect::<BooleanArray>())
    }

    pub(crate) fn date(&self, of: impl Fn(&'r R) -> Option<Date>) -> ArrayRef {
        Arc::new(self.rows.iter().map(|row| of(row).map(datasets::days_since_epoch)).collect::<Date32Array>())
    }

    pub(crate) fn instant(&self, of: impl Fn(&'r R) -> Option<Timestamp>) -> ArrayRef {
        let micros = self.rows.iter().map(|row| of(row).map(Timestamp::as_microsecond));
        Arc::new(micros.collect::<TimestampMicrosecondArray>().with_timezone("UTC"))
    }

    pub(crate) fn texts(&self, of: impl Fn(&'r R) -> Vec<&'static str>) -> ArrayRef {
        let mut builder = ListBuilder::new(StringBuilder::new()).with_field(text_item());
        for row in self.rows {
            of(row).into_iter().for_each(|text| builder.values().append_value(text));
            builder.append(true);
        }
        Arc::new(builder.finish())
    }
}
