//! `office_seconds` in SQL (docs/SQL.md): office time between two instants, by the calendar and the office
//! hours that were known at the session's as-of.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{AsArray, Int64Builder, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit, TimestampMicrosecondType};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use jiff::Timestamp;
use sla::{WorkCalendar, office_between};

use crate::Rules;

const USAGE: &str = "office_seconds(from, until)";

/// The function. A time without a zone is one in `zone`.
pub(super) fn function(rules: Arc<Rules>, as_of: Timestamp, zone: &str) -> ScalarUDF {
    let signature = Signature::user_defined(Volatility::Immutable);
    ScalarUDF::new_from_impl(OfficeSeconds { rules, as_of, zone: Arc::from(zone), signature })
}

struct OfficeSeconds {
    rules: Arc<Rules>,
    as_of: Timestamp,
    zone: Arc<str>,
    signature: Signature,
}

/// Plans are printed with their functions: not with all rules.
impl fmt::Debug for OfficeSeconds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// The same rules are one place in memory.
impl PartialEq for OfficeSeconds {
    fn eq(&self, other: &Self) -> bool {
        self.as_of == other.as_of && self.zone == other.zone && Arc::ptr_eq(&self.rules, &other.rules)
    }
}

impl Eq for OfficeSeconds {}

impl Hash for OfficeSeconds {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_of.hash(state);
        self.zone.hash(state);
    }
}

impl ScalarUDFImpl for OfficeSeconds {
    fn name(&self) -> &str {
        "office_seconds"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Int64)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        if given.len() != 2 {
            return Err(DataFusionError::Plan(format!("write {USAGE}")));
        }
        given.iter().map(|given| self.coerced(given)).collect()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let [from, until] = args.args.as_slice() else {
            return Err(DataFusionError::Plan(format!("write {USAGE}")));
        };
        let is_scalar = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if is_scalar { 1 } else { args.number_rows };
        let (from, until) = (self.instants(from, rows)?, self.instants(until, rows)?);
        let calendar = self.rules.calendar_by(self.as_of);
        let mut answer = Int64Builder::with_capacity(rows);
        for (from, until) in from.iter().zip(until.iter()) {
            match (from, until) {
                (Some(from), Some(until)) => answer.append_value(self.between(from, until, &calendar)?),
                _ => answer.append_null(),
            }
        }
        let answer = answer.finish();
        if is_scalar {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&answer, 0)?));
        }
        Ok(ColumnarValue::Array(Arc::new(answer)))
    }
}

impl OfficeSeconds {
    fn instant(&self) -> DataType {
        DataType::Timestamp(TimeUnit::Microsecond, Some(self.zone.clone()))
    }

    fn coerced(&self, given: &DataType) -> Result<DataType> {
        match given {
            DataType::Null | DataType::Timestamp(..) | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => {
                Ok(self.instant())
            }
            given => Err(DataFusionError::Plan(format!("write {USAGE}: {given} is not an instant"))),
        }
    }

    fn instants(&self, value: &ColumnarValue, rows: usize) -> Result<TimestampMicrosecondArray> {
        let instants = cast(&value.to_array(rows)?, &self.instant())?;
        Ok(instants.as_primitive::<TimestampMicrosecondType>().clone())
    }

    /// Both in microseconds since 1970; below 0 if `until` is the earlier one.
    fn between(&self, from: i64, until: i64, calendar: &dyn WorkCalendar) -> Result<i64> {
        let counted = |from: i64, until: i64| {
            let (from, until) = (Timestamp::from_microsecond(from)?, Timestamp::from_microsecond(until)?);
            office_between(from, until, calendar, &self.rules.zone)
        };
        let (sign, seconds) = if from <= until { (1, counted(from, until)) } else { (-1, counted(until, from)) };
        let seconds = seconds
            .map_err(|error| DataFusionError::Execution(format!("{USAGE}: an instant out of range: {error}")))?;
        Ok(sign * i64::try_from(seconds).unwrap_or(i64::MAX))
    }
}
