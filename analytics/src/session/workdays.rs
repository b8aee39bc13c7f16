//! `is_workday`, `add_workdays` and `workdays_between` in SQL (docs/SQL.md), by the calendar of the
//! session's version of the lake, as it was known on the session's day.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, Date32Array, Date32Builder, Int64Array};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Int64Type, TimeUnit};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use datasets::calendar::WorkdayTable;

/// The three functions. `tables` begins with the lake's own region; an instant is of the day that it
/// is in `zone`.
pub(super) fn functions(tables: &Arc<[WorkdayTable]>, zone: &str) -> Vec<ScalarUDF> {
    let function = |question| {
        let signature = Signature::user_defined(Volatility::Immutable);
        ScalarUDF::new_from_impl(Workdays { question, tables: tables.clone(), zone: Arc::from(zone), signature })
    };
    [Question::IsWorkday, Question::AddWorkdays, Question::WorkdaysBetween].map(function).into()
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Question {
    IsWorkday,
    AddWorkdays,
    WorkdaysBetween,
}

/// What stands at a place of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Argument {
    Day,
    Number,
    Region,
}

impl Question {
    fn name(self) -> &'static str {
        match self {
            Self::IsWorkday => "is_workday",
            Self::AddWorkdays => "add_workdays",
            Self::WorkdaysBetween => "workdays_between",
        }
    }

    /// How it is called; the region may be left out.
    fn usage(self) -> &'static str {
        match self {
            Self::IsWorkday => "is_workday(date[, region])",
            Self::AddWorkdays => "add_workdays(date, n[, region])",
            Self::WorkdaysBetween => "workdays_between(date, date[, region])",
        }
    }

    fn arguments(self) -> &'static [Argument] {
        match self {
            Self::IsWorkday => &[Argument::Day, Argument::Region],
            Self::AddWorkdays => &[Argument::Day, Argument::Number, Argument::Region],
            Self::WorkdaysBetween => &[Argument::Day, Argument::Day, Argument::Region],
        }
    }

    fn answer(self) -> DataType {
        match self {
            Self::IsWorkday => DataType::Boolean,
            Self::AddWorkdays => DataType::Date32,
            Self::WorkdaysBetween => DataType::Int64,
        }
    }
}

/// One of the functions, with the days that it knows.
struct Workdays {
    question: Question,
    tables: Arc<[WorkdayTable]>,
    zone: Arc<str>,
    signature: Signature,
}

/// Plans are printed with their functions: not with thousands of days.
impl fmt::Debug for Workdays {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.question.name())
    }
}

/// Plans compare and hash their functions again and again: the same tables are one place in memory.
impl PartialEq for Workdays {
    fn eq(&self, other: &Self) -> bool {
        self.question == other.question && self.zone == other.zone && Arc::ptr_eq(&self.tables, &other.tables)
    }
}

impl Eq for Workdays {}

impl Hash for Workdays {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.question.hash(state);
        self.zone.hash(state);
    }
}

impl ScalarUDFImpl for Workdays {
    fn name(&self) -> &str {
        self.question.name()
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(self.question.answer())
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let wanted = self.question.arguments();
        if given.len() > wanted.len() || given.len() + 1 < wanted.len() {
            return Err(DataFusionError::Plan(format!("write {}", self.question.usage())));
        }
        given.iter().zip(wanted).map(|(given, wanted)| self.coerced(given, *wanted)).collect()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let is_scalar = args.args.iter().all(|arg| matches!(arg, ColumnarValue::Scalar(_)));
        let rows = if is_scalar { 1 } else { args.number_rows };
        let place = self.question.arguments().len() - 1;
        let regions = self.regions(args.args.get(place))?;
        let answer: ArrayRef = match (self.question, args.args.as_slice()) {
            (Question::IsWorkday, [day, ..]) => {
                let asked = days(day, rows)?;
                let asked = asked.iter().enumerate();
                Arc::new(asked.map(|(row, day)| Some(regions.at(row)?.is_workday(day?))).collect::<BooleanArray>())
            }
            (Question::AddWorkdays, [day, number, ..]) => Arc::new(added(&regions, day, number, rows)?),
            (Question::WorkdaysBetween, [a, b, ..]) => {
                let (a, b) = (days(a, rows)?, days(b, rows)?);
                let asked = a.iter().zip(b.iter()).enumerate();
                let counts = asked.map(|(row, (a, b))| Some(regions.at(row)?.workdays_between(a?, b?)));
                Arc::new(counts.collect::<Int64Array>())
            }
            _ => return Err(DataFusionError::Plan(format!("write {}", self.question.usage()))),
        };
        if is_scalar {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&answer, 0)?));
        }
        Ok(ColumnarValue::Array(answer))
    }
}

impl Workdays {
    fn coerced(&self, given: &DataType, wanted: Argument) -> Result<DataType> {
        match wanted {
            Argument::Day => match given {
                DataType::Timestamp(_, Some(_)) => {
                    Ok(DataType::Timestamp(TimeUnit::Microsecond, Some(self.zone.clone())))
                }
                DataType::Null | DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, None) => {
                    Ok(DataType::Date32)
                }
                given if is_text(given) => Ok(DataType::Date32),
                given => Err(self.refused("a date or an instant", given)),
            },
            Argument::Number if given.is_integer() || given.is_null() => Ok(DataType::Int64),
            Argument::Number => Err(self.refused("a whole number", given)),
            Argument::Region if is_text(given) || given.is_null() => Ok(DataType::Utf8),
            Argument::Region => Err(self.refused("a region", given)),
        }
    }

    fn refused(&self, wanted: &str, given: &DataType) -> DataFusionError {
        DataFusionError::Plan(format!("write {}: {given} is not {wanted}", self.question.usage()))
    }

    fn regions(&self, named: Option<&ColumnarValue>) -> Result<Regions<'_>> {
        match named {
            None => Ok(Regions::One(self.tables.first())),
            Some(ColumnarValue::Scalar(name)) => {
                let name = name.try_as_str().flatten();
                Ok(Regions::One(name.map(|name| self.table(name)).transpose()?))
            }
            Some(ColumnarValue::Array(names)) => {
                let names = cast(names, &DataType::Utf8)?;
                let tables = names.as_string::<i32>().iter();
                let tables = tables.map(|name| name.map(|name| self.table(name)).transpose());
                Ok(Regions::Each(tables.collect::<Result<_>>()?))
            }
        }
    }

    fn table(&self, region: &str) -> Result<&WorkdayTable> {
        let found = self.tables.iter().find(|table| table.region() == region);
        found.ok_or_else(|| {
            let known: Vec<&str> = self.tables.iter().map(WorkdayTable::region).collect();
            let name = self.question.name();
            DataFusionError::Execution(format!(
                "{name}: this lake has no calendar for region {region:?}; it has {}",
                known.join(" and ")
            ))
        })
    }
}

/// The calendar of each row.
enum Regions<'t> {
    One(Option<&'t WorkdayTable>),
    Each(Vec<Option<&'t WorkdayTable>>),
}

impl<'t> Regions<'t> {
    fn at(&self, row: usize) -> Option<&'t WorkdayTable> {
        match self {
            Self::One(table) => *table,
            Self::Each(tables) => tables.get(row).copied().flatten(),
        }
    }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Dictionary(_, value) => is_text(value),
        _ => false,
    }
}

/// Instants are in the lake's zone by now, so that their date is the local one.
fn days(value: &ColumnarValue, rows: usize) -> Result<Date32Array> {
    Ok(cast(&value.to_array(rows)?, &DataType::Date32)?.as_primitive::<Date32Type>().clone())
}

fn added(regions: &Regions<'_>, day: &ColumnarValue, number: &ColumnarValue, rows: usize) -> Result<Date32Array> {
    let asked = days(day, rows)?;
    let numbers = cast(&number.to_array(rows)?, &DataType::Int64)?;
    let mut answer = Date32Builder::with_capacity(rows);
    for (row, (day, n)) in asked.iter().zip(numbers.as_primitive::<Int64Type>().iter()).enumerate() {
        let (Some(table), Some(day), Some(n)) = (regions.at(row), day, n) else {
            answer.append_null();
            continue;
        };
        let Some(found) = table.add_workdays(day, n) else {
            let from = datasets::date_from_days(day).map_or_else(|| "that day".to_owned(), |date| date.to_string());
            let reason = format!("add_workdays: counting from {from}, working days {n}, leaves the range of dates");
            return Err(DataFusionError::Execution(reason));
        };
        answer.append_value(found);
    }
    Ok(answer.finish())
}
