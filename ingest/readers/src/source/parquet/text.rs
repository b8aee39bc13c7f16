//! One value of a column as text, exactly.

use std::fmt::Write;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::{
    ArrowTimestampType, DataType, Float16Type, Float32Type, Float64Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::source::MAX_RECORD;

/// What is wrong with a value: rule and reason.
pub(super) type Wrong = (&'static str, String);

/// Of a record that is longer than any real one.
pub(super) fn too_long() -> Wrong {
    ("too_long", "with this field the record has more than 16 MiB of text, so it is none; shorten it".to_owned())
}

/// Adds text, but not more than a record may have: a file holds a text once that stands in a thousand
/// places, so what comes out is not bounded by what was unpacked.
fn put(text: &str, out: &mut String) -> Result<(), Wrong> {
    if (out.len() + text.len()) as u64 > MAX_RECORD {
        return Err(too_long());
    }
    out.push_str(text);
    Ok(())
}

/// Writes the value of a row; an unknown one has been asked for before.
pub(super) fn write(array: &ArrayRef, row: usize, out: &mut String) -> Result<(), Wrong> {
    match array.data_type() {
        DataType::Null => {}
        DataType::Utf8 => put(array.as_string::<i32>().value(row), out)?,
        DataType::LargeUtf8 => put(array.as_string::<i64>().value(row), out)?,
        DataType::Utf8View => put(array.as_string_view().value(row), out)?,
        DataType::Binary => bytes(array.as_binary::<i32>().value(row), out)?,
        DataType::LargeBinary => bytes(array.as_binary::<i64>().value(row), out)?,
        DataType::BinaryView => bytes(array.as_binary_view().value(row), out)?,
        DataType::FixedSizeBinary(_) => bytes(array.as_fixed_size_binary().value(row), out)?,
        DataType::Int32 => number(out, array.as_primitive::<Int32Type>().value(row)),
        DataType::Int64 => number(out, array.as_primitive::<Int64Type>().value(row)),
        // A float is written as a person would: 20, not 20.0 or 2e1.
        DataType::Float16 => number(out, f32::from(array.as_primitive::<Float16Type>().value(row))),
        DataType::Float32 => number(out, array.as_primitive::<Float32Type>().value(row)),
        DataType::Float64 => number(out, array.as_primitive::<Float64Type>().value(row)),
        DataType::Timestamp(unit, zone) => instant(array, row, *unit, zone.is_some(), out)?,
        DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) | DataType::Map(..) => {
            json(array, row, out)?;
        }
        _ => {
            let options = FormatOptions::new();
            let format = ArrayFormatter::try_new(array.as_ref(), &options);
            let text = format.and_then(|format| format.value(row).try_to_string());
            let wrong = |_| ("not_read", format!("a value of type {} is not read", array.data_type()));
            put(&text.map_err(wrong)?, out)?;
        }
    }
    Ok(())
}

fn number(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a String does not fail.
    let _ = write!(out, "{value}");
}

/// Old programs keep texts as bytes.
fn bytes(value: &[u8], out: &mut String) -> Result<(), Wrong> {
    let text = std::str::from_utf8(value);
    put(text.map_err(|_| ("encoding", "it is bytes that are no UTF-8 text; export it as text".to_owned()))?, out)
}

/// ISO 8601: an instant in UTC, or, without a zone, the time of day as it stands.
fn instant(array: &ArrayRef, row: usize, unit: TimeUnit, zoned: bool, out: &mut String) -> Result<(), Wrong> {
    let (ticks, a_second) = match unit {
        TimeUnit::Second => (value::<TimestampSecondType>(array, row), 1),
        TimeUnit::Millisecond => (value::<TimestampMillisecondType>(array, row), 1_000),
        TimeUnit::Microsecond => (value::<TimestampMicrosecondType>(array, row), 1_000_000),
        TimeUnit::Nanosecond => (value::<TimestampNanosecondType>(array, row), 1_000_000_000),
    };
    let nanos = ticks.rem_euclid(a_second) * (1_000_000_000 / a_second);
    let time = i32::try_from(nanos).ok().and_then(|nanos| Timestamp::new(ticks.div_euclid(a_second), nanos).ok());
    let outside = || ("not_a_time", "it lies outside of all years; correct it at the source".to_owned());
    let time = time.ok_or_else(outside)?;
    if zoned {
        number(out, time);
    } else {
        number(out, TimeZone::UTC.to_datetime(time));
    }
    Ok(())
}

fn value<T: ArrowTimestampType>(array: &ArrayRef, row: usize) -> i64 {
    array.as_primitive::<T>().value(row)
}

/// Compact JSON, as the JSON reader writes it.
fn json(array: &ArrayRef, row: usize, out: &mut String) -> Result<(), Wrong> {
    if array.is_null(row) {
        return put("null", out);
    }
    match array.data_type() {
        DataType::List(_) => list(&array.as_list::<i32>().value(row), out),
        DataType::LargeList(_) => list(&array.as_list::<i64>().value(row), out),
        DataType::FixedSizeList(..) => list(&array.as_fixed_size_list().value(row), out),
        DataType::Map(..) => {
            let entries = array.as_map().value(row);
            let (keys, values) = (entries.column(0), entries.column(1));
            put("{", out)?;
            for at in 0..entries.len() {
                put(if at == 0 { "" } else { "," }, out)?;
                let mut key = String::new();
                write(keys, at, &mut key)?;
                quote(&key, out)?;
                put(":", out)?;
                json(values, at, out)?;
            }
            put("}", out)
        }
        DataType::Struct(fields) => {
            put("{", out)?;
            for (at, (field, column)) in fields.iter().zip(array.as_struct().columns()).enumerate() {
                put(if at == 0 { "" } else { "," }, out)?;
                quote(field.name(), out)?;
                put(":", out)?;
                json(column, row, out)?;
            }
            put("}", out)
        }
        kind => {
            let mut text = String::new();
            write(array, row, &mut text)?;
            // NaN and the infinities are no numbers of JSON.
            let number = kind.is_numeric() && text.ends_with(|c: char| c.is_ascii_digit());
            if number || matches!(kind, DataType::Boolean) {
                return put(&text, out);
            }
            quote(&text, out)
        }
    }
}

fn list(items: &ArrayRef, out: &mut String) -> Result<(), Wrong> {
    put("[", out)?;
    for at in 0..items.len() {
        put(if at == 0 { "" } else { "," }, out)?;
        json(items, at, out)?;
    }
    put("]", out)
}

fn quote(text: &str, out: &mut String) -> Result<(), Wrong> {
    let quoted = serde_json::to_string(text).map_err(|error| ("not_read", error.to_string()))?;
    put(&quoted, out)
}
