//! What a cell holds, as text.

use calamine::{DataRef, ExcelDateTime};

/// Numbers from here on have more digits than Excel keeps.
const TOO_LONG: f64 = 1e15;
/// Excel's days: 1900-01-01 to 9999-12-31.
const DAYS: std::ops::Range<f64> = 1.0..2_958_466.0;

const FLOAT: &str = "Excel keeps 15 digits of a number and has lost the rest of this one; make the column text, \
                     enter the number again and land the file again";
const RECORD: &str = "with this cell its row has more than 16 MiB of text, so it is no record; shorten it";
const ERROR: &str = "the cell holds an error such as #N/A or #REF!; mend it in the workbook";

/// A value, or why there is none: rule and reason.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Wrong(&'static str, &'static str),
}

/// Reads a cell; an empty text means that it has no value. Of a formula, the value that was worked
/// out last.
pub(super) fn read(cell: &DataRef<'_>) -> Value {
    match cell {
        DataRef::Empty => Value::Text(String::new()),
        DataRef::String(text) => string(text),
        DataRef::SharedString(text) => string(text),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => string(text),
        DataRef::Bool(flag) => Value::Text(flag.to_string()),
        DataRef::Int(number) => float(*number as f64),
        DataRef::Float(number) => float(*number),
        DataRef::DateTime(time) => date(time),
        _ => Value::Wrong("error_cell", ERROR),
    }
}

/// Bytes of text that a cell would take. Cells may share a text, however long it is.
pub(super) fn text_bytes(cell: &DataRef<'_>) -> u64 {
    match cell {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.len() as u64,
        DataRef::SharedString(text) => text.len() as u64,
        _ => 0,
    }
}

/// A cell of a row that is too long to be a record.
pub(super) fn too_long() -> Value {
    Value::Wrong("too_long", RECORD)
}

fn string(text: &str) -> Value {
    let text = text.trim();
    if is_scientific(text) { Value::Wrong("excel_float", FLOAT) } else { Value::Text(text.to_owned()) }
}

/// `4.50503E+17`: a number as Excel shows it when there are too many digits, kept as text.
fn is_scientific(text: &str) -> bool {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((number, power)) = text.split_once("E+") else { return false };
    let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
    whole.len() == 1 && digits(whole) && digits(rest) && power.len() >= 2 && digits(power)
}

fn float(number: f64) -> Value {
    if !number.is_finite() || number.abs() >= TOO_LONG {
        return Value::Wrong("excel_float", FLOAT);
    }
    // Whole numbers have no ".0" so; minus zero is zero.
    Value::Text((number + 0.0).to_string())
}

/// ISO 8601: a date alone at midnight, a time of day alone on day 0.
fn date(time: &ExcelDateTime) -> Value {
    let serial = time.as_f64();
    if time.is_duration() {
        let millis = (serial * 86_400_000.0).round() as i64;
        let sign = if millis < 0 { "-" } else { "" };
        let (seconds, millis) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
        let day = clock(seconds / 3600, seconds / 60 % 60, seconds % 60, millis);
        return Value::Text(format!("{sign}{day}"));
    }
    if !(0.0..DAYS.end).contains(&serial) {
        // Excel cannot show it as a date either: a number under the wrong format.
        return float(serial);
    }
    let (year, month, day, hour, minute, second, milli) = time.to_ymd_hms_milli();
    let clock = clock(hour.into(), minute.into(), second.into(), milli.into());
    let midnight = (hour, minute, second, milli) == (0, 0, 0, 0);
    Value::Text(match (DAYS.contains(&serial), midnight) {
        (true, true) => format!("{year:04}-{month:02}-{day:02}"),
        (true, false) => format!("{year:04}-{month:02}-{day:02} {clock}"),
        (false, _) => clock,
    })
}

fn clock(hour: u64, minute: u64, second: u64, milli: u64) -> String {
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if milli == 0 { time } else { format!("{time}.{milli:03}") }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType::{DateTime, TimeDelta};

    use super::*;

    fn text(cell: DataRef<'_>) -> String {
        match read(&cell) {
            Value::Text(text) => text,
            Value::Wrong(rule, _) => rule.to_owned(),
        }
    }

    #[test]
    fn numbers_read_as_they_are_meant() {
        for (number, says) in [
            (20.0, "20"),
            (-0.0, "0"),
            (2.5, "2.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (450_503_100_201.0, "450503100201"),
            (999_999_999_999_999.0, "999999999999999"),
            (1e15, "excel_float"),
            (4.505e17, "excel_float"),
            (f64::NAN, "excel_float"),
        ] {
            assert_eq!(text(DataRef::Float(number)), says);
        }
        for (written, says) in [
            (" 0012 ", "0012"),
            ("4.50503E+17", "excel_float"),
            ("5E+12", "excel_float"),
            ("A1E+12", "A1E+12"),
            ("E+12", "E+12"),
        ] {
            assert_eq!(text(DataRef::String(written.to_owned())), says);
        }
    }

    #[test]
    fn dates_are_iso() {
        let time = |serial, kind, is_1904| text(DataRef::DateTime(ExcelDateTime::new(serial, kind, is_1904)));
        assert_eq!(time(43_236.375, DateTime, false), "2018-05-16 09:00:00");
        assert_eq!(time(43_236.0, DateTime, false), "2018-05-16");
        assert_eq!(time(41_774.0, DateTime, true), "2018-05-16");
        assert_eq!(time(43_563.359_259_259_26, DateTime, false), "2019-04-08 08:37:20");
        assert_eq!(time(0.375, DateTime, false), "09:00:00");
        assert_eq!(time(1.5, TimeDelta, false), "36:00:00");
        assert_eq!(time(450_503_103.0, DateTime, false), "450503103");
    }
}
