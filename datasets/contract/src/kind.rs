//! What a field can hold, and the Arrow types of it.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field as ArrowField, Fields, TimeUnit};

/// Types of values that a field can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text; codes are text.
    Text,
    /// Free text with line breaks; personal numbers in it are masked on the way in.
    Prose,
    /// Whole number.
    Int,
    /// Money: yuan with two decimals.
    Decimal,
    /// Prices per unit, quantities: four decimals.
    Rate,
    /// Yes or no.
    Bool,
    /// Civil date in the lake's zone.
    Date,
    /// Instant, microseconds, stored in UTC.
    Instant,
    /// Sixteen or thirty-two bytes.
    Bytes,
    /// Several texts.
    TextList,
    /// Names with values: what a source says beyond the contract.
    TextMap,
    /// Steps of a case, see [`step_fields`].
    Steps,
    /// Suspensions of a case, see [`suspension_fields`].
    Suspensions,
}

/// Digits of a [`Kind::Decimal`] or [`Kind::Rate`], those behind the point included.
pub const DECIMAL_DIGITS: u8 = 18;

impl Kind {
    /// Digits behind the point.
    pub const fn decimals(self) -> i8 {
        match self {
            Kind::Decimal => 2,
            Kind::Rate => 4,
            _ => 0,
        }
    }

    /// Whether a value holds further values.
    pub fn is_nested(self) -> bool {
        matches!(self, Kind::TextList | Kind::TextMap | Kind::Steps | Kind::Suspensions)
    }

    /// The Arrow type, with instants in `zone`.
    pub fn arrow(self, zone: &str) -> DataType {
        match self {
            Kind::Text | Kind::Prose => DataType::Utf8,
            Kind::Int => DataType::Int64,
            Kind::Decimal | Kind::Rate => DataType::Decimal128(DECIMAL_DIGITS, self.decimals()),
            Kind::Bool => DataType::Boolean,
            Kind::Date => DataType::Date32,
            Kind::Instant => DataType::Timestamp(TimeUnit::Microsecond, Some(zone.into())),
            Kind::Bytes => DataType::Binary,
            Kind::TextList => DataType::List(Arc::new(text_item())),
            Kind::TextMap => DataType::Map(Arc::new(map_entries()), false),
            Kind::Steps => list_of(step_fields(zone)),
            Kind::Suspensions => list_of(suspension_fields(zone)),
        }
    }
}

/// Instants and numbers of a list of records.
fn list_of(fields: Fields) -> DataType {
    DataType::List(Arc::new(ArrowField::new("element", DataType::Struct(fields), true)))
}

/// The item field of a list of texts; list fields are named `element` (Delta's convention).
pub fn text_item() -> ArrowField {
    ArrowField::new("element", DataType::Utf8, true)
}

/// The entries field of a map of texts.
pub fn map_entries() -> ArrowField {
    let entry = vec![ArrowField::new("key", DataType::Utf8, false), ArrowField::new("value", DataType::Utf8, true)];
    ArrowField::new("key_value", DataType::Struct(Fields::from(entry)), false)
}

/// Fields of one step inside `case_state.steps`.
pub fn step_fields(zone: &str) -> Fields {
    Fields::from(vec![
        ArrowField::new("step_seq", DataType::Int64, true),
        ArrowField::new("step_name", DataType::Utf8, true),
        ArrowField::new("org_code", DataType::Utf8, true),
        ArrowField::new("started_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("ended_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("limit_n", DataType::Int64, true),
        ArrowField::new("limit_unit", DataType::Utf8, true),
        ArrowField::new("due_on", DataType::Date32, true),
        ArrowField::new("due_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("used_wd", DataType::Int64, true),
    ])
}

/// Fields of one suspension inside `case_state.suspensions`; `deducted_from` and `deducted_until`
/// bound what does not count, half open.
pub fn suspension_fields(zone: &str) -> Fields {
    Fields::from(vec![
        ArrowField::new("stop_id", DataType::Utf8, false),
        ArrowField::new("kind", DataType::Utf8, true),
        ArrowField::new("started_at", Kind::Instant.arrow(zone), false),
        ArrowField::new("ended_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("cap_at", Kind::Instant.arrow(zone), true),
        ArrowField::new("deducted_from", Kind::Instant.arrow(zone), true),
        ArrowField::new("deducted_until", Kind::Instant.arrow(zone), true),
    ])
}
