//! `now()` and `current_date` in SQL are the session's as-of, not the machine's clock (design §2.1).

use std::sync::Arc;

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A function without arguments that always gives the same value.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Fixed {
    name: &'static str,
    aliases: Vec<String>,
    value: ScalarValue,
    signature: Signature,
}

impl ScalarUDFImpl for Fixed {
    fn name(&self) -> &str {
        self.name
    }

    fn aliases(&self) -> &[String] {
        &self.aliases
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.value.data_type())
    }

    fn invoke_with_args(&self, _: ScalarFunctionArgs) -> Result<ColumnarValue> {
        Ok(ColumnarValue::Scalar(self.value.clone()))
    }
}

/// `now()`, `current_timestamp` and `current_date` at `as_of`.
pub(super) fn functions(as_of: Timestamp, zone: &TimeZone, zone_name: &str) -> Vec<ScalarUDF> {
    let instant = ScalarValue::TimestampMicrosecond(Some(as_of.as_microsecond()), Some(Arc::from(zone_name)));
    let today = ScalarValue::Date32(Some(datasets::days_since_epoch(zone.to_datetime(as_of).date())));
    let fixed = |name, aliases: &[&str], value: ScalarValue| {
        debug_assert!(!matches!(value.data_type(), DataType::Timestamp(TimeUnit::Nanosecond, _)));
        ScalarUDF::new_from_impl(Fixed {
            name,
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            value,
            signature: Signature::nullary(Volatility::Immutable),
        })
    };
    let since_midnight = zone.to_datetime(as_of).time().duration_since(jiff::civil::Time::midnight()).as_nanos();
    let clock = ScalarValue::Time64Nanosecond(i64::try_from(since_midnight).ok());
    vec![
        fixed("current_time", &[], clock),
        fixed("now", &["current_timestamp"], instant),
        fixed("current_date", &["today"], today),
    ]
}
