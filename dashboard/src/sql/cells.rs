//! Values of arrow as people and spreadsheets read them.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{
    DataType, Date32Type, Field, Float64Type, Int64Type, Schema, TimeUnit, TimestampMicrosecondType,
};
use arrow::error::ArrowError;
use arrow::json::writer::{LineDelimited, WriterBuilder};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use jiff::Timestamp;

use crate::sheet::Cell;

/// Whole numbers up to here are exact in a spreadsheet and in a browser.
const EXACT: i64 = 1 << 53;
/// Digits that a spreadsheet keeps.
const DIGITS: usize = 15;
/// Instants on a page: the local time, without its zone.
const LOCAL: &str = "%Y-%m-%d %H:%M:%S";

/// Whether a column's values stand to the right.
pub(crate) fn is_number(kind: &DataType) -> bool {
    kind.is_numeric()
}

/// The type of a column as SQL names it.
pub(crate) fn type_name(kind: &DataType) -> String {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Int8 | DataType::Int16 | DataType::Int32 => "integer".to_owned(),
        DataType::Int64 | DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            "bigint".to_owned()
        }
        DataType::Float16 | DataType::Float32 | DataType::Float64 => "double".to_owned(),
        DataType::Decimal128(precision, scale) | DataType::Decimal256(precision, scale) => {
            format!("decimal({precision}, {scale})")
        }
        DataType::Date32 | DataType::Date64 => "date".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamp with time zone".to_owned(),
        DataType::Timestamp(_, None) => "timestamp".to_owned(),
        DataType::Dictionary(_, value) => type_name(value),
        DataType::List(field) | DataType::LargeList(field) => format!("{}[]", type_name(field.data_type())),
        DataType::Struct(fields) => {
            let fields: Vec<String> =
                fields.iter().map(|field| format!("{} {}", field.name(), type_name(field.data_type()))).collect();
            format!("struct({})", fields.join(", "))
        }
        DataType::Map(_, _) => "map".to_owned(),
        other => other.to_string().to_lowercase(),
    }
}

/// The texts of a column; nothing for null. Instants as `instants` has it, or in the form of RFC 3339.
fn formatted(column: &ArrayRef, instants: Option<&str>) -> Result<Vec<Option<String>>, ArrowError> {
    if column.data_type().is_nested() {
        return json(column);
    }
    let options = FormatOptions::new().with_display_error(false);
    let options = options.with_timestamp_tz_format(instants).with_timestamp_format(instants);
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let text = |at: usize| match column.is_null(at) {
        true => Ok(None),
        false => formatter.value(at).try_to_string().map(Some),
    };
    (0..column.len()).map(text).collect()
}

/// For programs.
pub(crate) fn texts(column: &ArrayRef) -> Result<Vec<Option<String>>, ArrowError> {
    formatted(column, None)
}

/// For people.
pub(crate) fn shown(column: &ArrayRef) -> Result<Vec<Option<String>>, ArrowError> {
    formatted(column, Some(LOCAL))
}

/// Lists and structs as JSON.
fn json(column: &ArrayRef) -> Result<Vec<Option<String>>, ArrowError> {
    let schema = Schema::new(vec![Field::new("c", column.data_type().clone(), true)]);
    let batch = RecordBatch::try_new(schema.into(), vec![column.clone()])?;
    let mut writer = WriterBuilder::new().with_explicit_nulls(true).build::<_, LineDelimited>(Vec::new());
    writer.write(&batch)?;
    writer.finish()?;
    let text = String::from_utf8(writer.into_inner()).map_err(|error| ArrowError::JsonError(error.to_string()))?;
    let value = |line: &str| line.strip_prefix("{\"c\":").and_then(|rest| rest.strip_suffix('}')).map(str::to_owned);
    Ok(text.lines().enumerate().map(|(at, line)| value(line).filter(|_| column.is_valid(at))).collect())
}

/// The cells of a workbook. What a spreadsheet would round stays text.
pub(crate) fn cells(column: &ArrayRef) -> Result<Vec<Cell>, ArrowError> {
    let kind = column.data_type();
    if kind.is_signed_integer() || matches!(kind, DataType::UInt8 | DataType::UInt16 | DataType::UInt32) {
        let numbers = cast(column, &DataType::Int64)?;
        let cell = |n: i64| match (-EXACT..=EXACT).contains(&n) {
            true => Cell::Number(n as f64),
            false => Cell::Text(n.to_string()),
        };
        return Ok(numbers.as_primitive::<Int64Type>().iter().map(|n| n.map_or(Cell::None, cell)).collect());
    }
    if kind.is_floating() {
        let numbers = cast(column, &DataType::Float64)?;
        let cell = |value: f64| if value.is_finite() { Cell::Number(value) } else { Cell::Text(value.to_string()) };
        return Ok(numbers.as_primitive::<Float64Type>().iter().map(|n| n.map_or(Cell::None, cell)).collect());
    }
    match kind {
        DataType::Boolean => Ok(column.as_boolean().iter().map(|flag| flag.map_or(Cell::None, Cell::Flag)).collect()),
        DataType::Date32 | DataType::Date64 => {
            let days = cast(column, &DataType::Date32)?;
            let days = days.as_primitive::<Date32Type>();
            Ok(days.iter().map(|day| Cell::day(day.and_then(datasets::date_from_days))).collect())
        }
        DataType::Timestamp(_, Some(zone)) => {
            let micros = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, Some(zone.clone())))?;
            let micros = micros.as_primitive::<TimestampMicrosecondType>();
            Ok(micros.iter().map(|at| Cell::instant(at.and_then(|at| Timestamp::from_microsecond(at).ok()))).collect())
        }
        _ => {
            let is_decimal = kind.is_decimal();
            let cell = |text: Option<String>| match text {
                None => Cell::None,
                Some(text) if is_decimal => decimal(text),
                Some(text) => Cell::Text(text),
            };
            Ok(texts(column)?.into_iter().map(cell).collect())
        }
    }
}

fn decimal(text: String) -> Cell {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    match text.parse::<f64>() {
        Ok(value) if digits <= DIGITS => Cell::Number(value),
        _ => Cell::Text(text),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Decimal128Array, Int64Array, ListArray, StringArray, TimestampMicrosecondArray, UInt64Array};

    use super::*;

    #[test]
    fn nested_values_are_json_and_instants_are_local() {
        let list = ListArray::from_iter_primitive::<Int64Type, _, _>([Some(vec![Some(1), None]), None]);
        let list: ArrayRef = Arc::new(list);
        assert_eq!(texts(&list).expect("texts"), [Some("[1,null]".to_owned()), None]);
        let at = TimestampMicrosecondArray::from(vec![Some(1_526_428_800_000_000), None]).with_timezone("+08:00");
        let at: ArrayRef = Arc::new(at);
        assert_eq!(shown(&at).expect("shown"), [Some("2018-05-16 08:00:00".to_owned()), None]);
        assert_eq!(texts(&at).expect("texts")[0].as_deref(), Some("2018-05-16T08:00:00+08:00"));
    }

    #[test]
    fn what_a_spreadsheet_would_round_is_text() {
        let whole: ArrayRef = Arc::new(Int64Array::from(vec![Some(12), Some(EXACT + 1), None]));
        let expected = [Cell::Number(12.0), Cell::Text("9007199254740993".into()), Cell::None];
        assert_eq!(cells(&whole).expect("cells"), expected);
        let large: ArrayRef = Arc::new(UInt64Array::from(vec![u64::MAX]));
        assert_eq!(cells(&large).expect("cells"), [Cell::Text(u64::MAX.to_string())]);
        let yuan = Decimal128Array::from(vec![1210, 12_345_678_901_234_567_890]).with_precision_and_scale(38, 2);
        let yuan: ArrayRef = Arc::new(yuan.expect("decimals"));
        let expected = [Cell::Number(12.1), Cell::Text("123456789012345678.90".into())];
        assert_eq!(cells(&yuan).expect("cells"), expected);
        let text: ArrayRef = Arc::new(StringArray::from(vec!["=1+1"]));
        assert_eq!(cells(&text).expect("cells"), [Cell::Text("=1+1".into())]);
    }

    #[test]
    fn types_have_the_names_that_sql_gives_them() {
        let list = DataType::List(Arc::new(Field::new("element", DataType::Utf8, true)));
        assert_eq!(type_name(&list), "text[]");
        assert_eq!(
            type_name(&DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))),
            "timestamp with time zone"
        );
        assert_eq!(type_name(&DataType::Decimal128(18, 2)), "decimal(18, 2)");
    }
}
