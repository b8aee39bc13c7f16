//! Parameters of metrics: those that the program ships, and what is asked of a row that a city puts.

use std::collections::BTreeSet;

use arrow::array::{AsArray, RecordBatch};
use jiff::civil::Date;
use serde::Deserialize;

use super::{ReferenceError, rows};

const METRIC_PARAMETER: &str = include_str!("../../reference/metric_parameter.csv");

/// One value of one parameter from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct MetricParameter {
    /// Its ending tells what the value is, see [`check`].
    pub key: String,
    /// None: the parameter is not set.
    pub value: Option<String>,
    pub valid_from: Date,
    /// Where it is laid down, and what asks for it.
    pub source: String,
}

/// The parameters of the metrics; each that a metric asks for is there, set or not.
pub fn metric_parameters() -> Result<Vec<MetricParameter>, ReferenceError> {
    rows(METRIC_PARAMETER, "metric_parameter.csv")
}

/// Asks of rows of `metric_parameter` that a metric can read them: the parameter exists, and its value
/// is a date (`..._on`), codes separated by semicolons (`..._items`), or else a number, 0 or more.
///
/// # Errors
///
/// A sentence that says what is wrong with the first row that is.
pub fn check(parameters: &RecordBatch) -> Result<(), String> {
    let shipped = metric_parameters().map_err(|error| error.to_string())?;
    let known: BTreeSet<&str> = shipped.iter().map(|row| row.key.as_str()).collect();
    let column = |name: &str| parameters.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
    let (Some(keys), Some(values)) = (column("key"), column("value")) else {
        return Err("its rows have no key or no value".into());
    };
    for (key, value) in keys.iter().zip(values) {
        let key = key.unwrap_or_default();
        if !known.contains(key) {
            let known: Vec<&str> = known.into_iter().collect();
            return Err(format!("no metric asks for {key:?}; there are {}", known.join(", ")));
        }
        if let Some(wanted) = value.and_then(|value| missed(key, value)) {
            return Err(format!("{key} cannot be {:?}: give {wanted}", value.unwrap_or_default()));
        }
    }
    Ok(())
}

/// What the value should be, if it is something else.
fn missed(key: &str, value: &str) -> Option<&'static str> {
    let (is_good, wanted) = if key.ends_with("_on") {
        (value.parse::<Date>().is_ok(), "a date like 2016-10-01")
    } else if key.ends_with("_items") {
        let is_code = |code: &str| !code.is_empty() && code.trim() == code;
        (value.split(';').all(is_code), "codes separated by semicolons, without blanks")
    } else {
        let is_number = value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        (is_number && value.parse::<f64>().is_ok(), "a number, 0 or more, like 22 or 0.5")
    };
    (!is_good).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::edit;

    fn checked(lines: &str) -> Result<(), String> {
        let table = edit::table("metric_parameter").expect("a table");
        let text = format!("key,value,valid_from,source\n{lines}");
        check(&edit::rows(table, text.as_bytes()).expect("rows"))
    }

    #[test]
    fn the_shipped_rows_are_whole() {
        let shipped = metric_parameters().expect("rows");
        for row in &shipped {
            let value = row.value.as_deref();
            assert_eq!(value.and_then(|value| missed(&row.key, value)), None, "{}", row.key);
            assert!(!row.source.is_empty(), "{}", row.key);
        }
        let names: BTreeSet<(&str, Date)> = shipped.iter().map(|row| (row.key.as_str(), row.valid_from)).collect();
        assert_eq!(names.len(), shipped.len(), "a row is there twice");
    }

    #[test]
    fn a_row_that_no_metric_can_read_is_told() {
        assert_eq!(checked("wd_per_month,21.5,2024-01-01,x\nreform_on,2016-10-01,2024-01-01,x\n"), Ok(()));
        assert_eq!(checked("visits_white_items,SI001;SI002,2024-01-01,x\nreform_on,,2024-01-01,x\n"), Ok(()));
        for (row, told) in [
            ("wd_per_week,5,2024-01-01,x\n", "no metric asks for \"wd_per_week\"; there are anomaly_"),
            ("wd_per_month,-1,2024-01-01,x\n", "wd_per_month cannot be \"-1\": give a number"),
            ("wd_per_month,nan,2024-01-01,x\n", "wd_per_month cannot be \"nan\": give a number"),
            ("reform_on,2016,2024-01-01,x\n", "reform_on cannot be \"2016\": give a date"),
            (
                "visits_white_items,SI001; SI002,2024-01-01,x\n",
                "visits_white_items cannot be \"SI001; SI002\": give codes",
            ),
        ] {
            let error = checked(row).expect_err(row);
            assert!(error.starts_with(told), "{error}");
        }
    }
}
