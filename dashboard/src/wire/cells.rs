//! Values as PostgreSQL's clients read them, as texts and in its binary form. Nested columns become JSON before.

use std::fmt::Write;
use std::sync::Arc;

use analytics::pg::types::{self, PgType};
use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::{
    ArrowPrimitiveType, DataType, Date32Type, Decimal128Type, Field, Float32Type, Float64Type, Int16Type, Int32Type,
    Int64Type, Time64MicrosecondType, TimeUnit, TimestampMicrosecondType,
};
use arrow::error::ArrowError;
use arrow::json::writer::{EncoderOptions, make_encoder};
use bytes::{BufMut, BytesMut};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

/// From 1970-01-01 to 2000-01-01, where PostgreSQL's time begins.
const DAYS: i32 = 10_957;
const MICROSECONDS: i64 = 946_684_800_000_000;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Text,
    Binary,
}

/// Writes the value of a row, which is not null.
pub(super) type Writing<'a> = Box<dyn Fn(usize, &mut BytesMut) + Send + 'a>;

/// The column in one of the few types that are written, of the type that it was described as.
pub(super) fn plain(array: &ArrayRef, described: &DataType) -> Result<ArrayRef, ArrowError> {
    let shown = types::shown(described);
    if shown == types::JSON && array.data_type().is_nested() {
        return json(array);
    }
    cast(array, &carried(shown, described))
}

/// What values of a type are carried in.
fn carried(shown: PgType, described: &DataType) -> DataType {
    match shown {
        types::BOOL => DataType::Boolean,
        types::INT2 => DataType::Int16,
        types::INT4 => DataType::Int32,
        types::INT8 => DataType::Int64,
        types::FLOAT4 => DataType::Float32,
        types::FLOAT8 => DataType::Float64,
        types::DATE => DataType::Date32,
        types::TIME => DataType::Time64(TimeUnit::Microsecond),
        types::TIMESTAMP => DataType::Timestamp(TimeUnit::Microsecond, None),
        // The zone is the reader's; what counts is the instant.
        types::TIMESTAMPTZ => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
        types::BYTEA => DataType::Binary,
        types::NUMERIC => match described {
            DataType::Decimal128(digits, scale)
            | DataType::Decimal64(digits, scale)
            | DataType::Decimal32(digits, scale) => DataType::Decimal128(*digits, *scale),
            DataType::UInt64 => DataType::Decimal128(20, 0),
            // Rare, and written by way of their digits.
            _ => DataType::Utf8,
        },
        _ => DataType::Utf8,
    }
}

/// Lists and structs as texts of JSON.
fn json(array: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let field = Arc::new(Field::new("value", array.data_type().clone(), true));
    let options = EncoderOptions::default();
    let mut encoder = make_encoder(&field, array.as_ref(), &options)?;
    let mut texts = StringBuilder::new();
    let mut bytes = Vec::new();
    for row in 0..array.len() {
        if array.is_null(row) {
            texts.append_null();
            continue;
        }
        bytes.clear();
        encoder.encode(row, &mut bytes);
        texts.append_value(String::from_utf8_lossy(&bytes));
    }
    Ok(Arc::new(texts.finish()))
}

/// Writes the values of a [`plain`] column as texts, instants in that zone.
pub(super) fn text<'a>(array: &'a ArrayRef, zone: &'a TimeZone) -> Writing<'a> {
    match array.data_type() {
        DataType::Boolean => {
            let values = array.as_boolean();
            Box::new(move |row, out| out.put_u8(if values.value(row) { b't' } else { b'f' }))
        }
        DataType::Int16 => displayed::<Int16Type>(array),
        DataType::Int32 => displayed::<Int32Type>(array),
        DataType::Int64 => displayed::<Int64Type>(array),
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>();
            Box::new(move |row, out| number(f64::from(values.value(row)), &values.value(row).to_string(), out))
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            Box::new(move |row, out| number(values.value(row), &values.value(row).to_string(), out))
        }
        DataType::Decimal128(..) => {
            let values = array.as_primitive::<Decimal128Type>();
            Box::new(move |row, out| out.put_slice(values.value_as_string(row).as_bytes()))
        }
        DataType::Date32 => {
            let values = array.as_primitive::<Date32Type>();
            Box::new(move |row, out| match day(values.value(row)) {
                Some(day) => put(out, day),
                None => out.put_slice(b"infinity"),
            })
        }
        DataType::Time64(_) => {
            let values = array.as_primitive::<Time64MicrosecondType>();
            Box::new(move |row, out| clock(values.value(row), out))
        }
        DataType::Timestamp(_, at) => {
            let values = array.as_primitive::<TimestampMicrosecondType>();
            let is_instant = at.is_some();
            Box::new(move |row, out| instant(values.value(row), is_instant.then_some(zone), out))
        }
        DataType::Binary => {
            let values = array.as_binary::<i32>();
            Box::new(move |row, out| {
                out.put_slice(b"\\x");
                values.value(row).iter().for_each(|byte| put(out, format_args!("{byte:02x}")));
            })
        }
        _ => bytes(array),
    }
}

/// The same in PostgreSQL's binary form.
pub(super) fn binary<'a>(array: &'a ArrayRef, shown: PgType) -> Writing<'a> {
    match array.data_type() {
        DataType::Boolean => {
            let values = array.as_boolean();
            Box::new(move |row, out| out.put_u8(u8::from(values.value(row))))
        }
        DataType::Int16 => {
            let values = array.as_primitive::<Int16Type>();
            Box::new(move |row, out| out.put_i16(values.value(row)))
        }
        DataType::Int32 => {
            let values = array.as_primitive::<Int32Type>();
            Box::new(move |row, out| out.put_i32(values.value(row)))
        }
        DataType::Int64 => {
            let values = array.as_primitive::<Int64Type>();
            Box::new(move |row, out| out.put_i64(values.value(row)))
        }
        DataType::Float32 => {
            let values = array.as_primitive::<Float32Type>();
            Box::new(move |row, out| out.put_f32(values.value(row)))
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            Box::new(move |row, out| out.put_f64(values.value(row)))
        }
        DataType::Decimal128(..) => {
            let values = array.as_primitive::<Decimal128Type>();
            Box::new(move |row, out| numeric(&values.value_as_string(row), out))
        }
        DataType::Date32 => {
            let values = array.as_primitive::<Date32Type>();
            Box::new(move |row, out| out.put_i32(values.value(row).saturating_sub(DAYS)))
        }
        DataType::Time64(_) => {
            let values = array.as_primitive::<Time64MicrosecondType>();
            Box::new(move |row, out| out.put_i64(values.value(row)))
        }
        DataType::Timestamp(..) => {
            let values = array.as_primitive::<TimestampMicrosecondType>();
            Box::new(move |row, out| out.put_i64(values.value(row).saturating_sub(MICROSECONDS)))
        }
        DataType::Binary => {
            let values = array.as_binary::<i32>();
            Box::new(move |row, out| out.put_slice(values.value(row)))
        }
        DataType::Utf8 if shown == types::NUMERIC => {
            let values = array.as_string::<i32>();
            Box::new(move |row, out| numeric(values.value(row), out))
        }
        _ => bytes(array),
    }
}

fn displayed<T: ArrowPrimitiveType>(array: &ArrayRef) -> Writing<'_>
where
    T::Native: std::fmt::Display,
{
    let values = array.as_primitive::<T>();
    Box::new(move |row, out| put(out, values.value(row)))
}

/// Texts as they are; nothing for a type that is not carried.
fn bytes(array: &ArrayRef) -> Writing<'_> {
    match array.as_string_opt::<i32>() {
        Some(values) => Box::new(move |row, out| out.put_slice(values.value(row).as_bytes())),
        None => Box::new(|_, _| {}),
    }
}

fn put(out: &mut BytesMut, value: impl std::fmt::Display) {
    // There is always room.
    let _ = write!(out, "{value}");
}

fn number(value: f64, shown: &str, out: &mut BytesMut) {
    out.put_slice(match value {
        value if value.is_nan() => b"NaN".as_slice(),
        value if value.is_infinite() && value > 0.0 => b"Infinity".as_slice(),
        value if value.is_infinite() => b"-Infinity".as_slice(),
        _ => shown.as_bytes(),
    });
}

fn day(days: i32) -> Option<Date> {
    Date::constant(1970, 1, 1).checked_add(Span::new().try_days(days).ok()?).ok()
}

fn clock(microseconds: i64, out: &mut BytesMut) {
    let (seconds, rest) = (microseconds.div_euclid(1_000_000), microseconds.rem_euclid(1_000_000));
    put(out, format_args!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    fraction(rest, out);
}

fn fraction(microseconds: i64, out: &mut BytesMut) {
    if microseconds > 0 {
        let digits = format!("{microseconds:06}");
        put(out, format_args!(".{}", digits.trim_end_matches('0')));
    }
}

/// In a zone with its offset, or as a time on the wall.
fn instant(microseconds: i64, zone: Option<&TimeZone>, out: &mut BytesMut) {
    let Ok(at) = Timestamp::from_microsecond(microseconds) else {
        return out.put_slice(if microseconds > 0 { b"infinity".as_slice() } else { b"-infinity".as_slice() });
    };
    let (local, offset) = match zone {
        Some(zone) => (zone.to_datetime(at), Some(zone.to_offset(at))),
        None => (TimeZone::UTC.to_datetime(at), None),
    };
    put(out, format_args!("{} {:02}:{:02}:{:02}", local.date(), local.hour(), local.minute(), local.second()));
    fraction(i64::from(local.subsec_nanosecond() / 1000), out);
    if let Some(offset) = offset {
        let minutes = offset.seconds() / 60;
        let sign = if minutes < 0 { '-' } else { '+' };
        put(out, format_args!("{sign}{:02}", minutes.abs() / 60));
        if minutes % 60 != 0 {
            put(out, format_args!(":{:02}", minutes.abs() % 60));
        }
    }
}

/// Digits in groups of four: how many, the power of 10,000 of the first, sign, digits behind the point.
fn numeric(text: &str, out: &mut BytesMut) {
    let (is_negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let whole = whole.trim_start_matches('0');
    let padded =
        format!("{}{whole}{behind}{}", "0".repeat((4 - whole.len() % 4) % 4), "0".repeat((4 - behind.len() % 4) % 4));
    let mut groups: Vec<i16> = padded
        .as_bytes()
        .chunks(4)
        .map(|group| group.iter().fold(0, |value, digit| value * 10 + i16::from(digit.saturating_sub(b'0'))))
        .collect();
    let mut weight = i16::try_from(whole.len().div_ceil(4)).unwrap_or(i16::MAX) - 1;
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let leading = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..leading);
    weight -= i16::try_from(leading).unwrap_or(0);
    if groups.is_empty() {
        weight = 0;
    }
    let length = |count: usize| i16::try_from(count).unwrap_or(i16::MAX);
    out.put_i16(length(groups.len()));
    out.put_i16(weight);
    out.put_u16(if is_negative && !groups.is_empty() { 0x4000 } else { 0 });
    out.put_i16(length(behind.len()));
    groups.iter().for_each(|group| out.put_i16(*group));
}

#[cfg(test)]
mod tests;
