//! A metric with what its figures are set beside: an earlier period, intervals, an order.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray, UInt32Array};
use arrow::compute::{cast, concat_batches, take};
use arrow::datatypes::{DataType, Field, Float64Type, Schema};
use queries::{Breakdown, Column, Metric};

use super::period::{Base, Period};
use super::rank::{self, Standing};
use super::wilson::{Bounds, wilson};
use super::{metric_rows, run};
use crate::{AnalyticsError, Session};

/// What is asked of a metric.
#[derive(Debug, Clone)]
pub struct Question {
    pub metric: &'static Metric,
    pub period: Period,
    pub by: Breakdown,
    /// Beside each number that of this earlier period (`…_then`), and the difference: `…_change`, relative to
    /// it, or of ratios `…_points`, in percentage points.
    pub compare: Option<Base>,
    /// Beside each share its 95 % interval: `…_lower`, `…_upper`.
    pub intervals: bool,
    /// The share by which the rows are put in order.
    pub rank: Option<String>,
}

impl Question {
    /// Whether a metric can be told apart and put in order so, before anything is read.
    ///
    /// # Errors
    ///
    /// As [`measure`].
    pub fn check(metric: &'static Metric, by: Breakdown, rank: Option<&str>) -> Result<(), AnalyticsError> {
        metric.sql_by(by)?;
        rank.map(|name| rank::column(metric, by, name)).transpose()?;
        Ok(())
    }
}

/// The rows of the metric with what was asked for beside them. A row that one of the two periods lacks has
/// nulls there: whether nothing happened or nothing is known is not for this to say.
///
/// # Errors
///
/// [`AnalyticsError::Breakdown`] if the metric cannot be told apart so, [`AnalyticsError::Shape`] if the rows
/// cannot be put in order by what is named.
pub async fn measure(session: &Session, question: &Question) -> Result<Vec<RecordBatch>, AnalyticsError> {
    let &Question { metric, period, by, compare, intervals, .. } = question;
    let ranked = question.rank.as_deref().map(|name| rank::column(metric, by, name)).transpose()?;
    let rows = metric_rows(session, metric, period, by).await?;
    if compare.is_none() && !intervals && ranked.is_none() {
        return Ok(rows);
    }
    let mut now = whole(&rows)?;
    let mut then = None;
    if let Some(base) = compare {
        let today = session.zone().to_datetime(session.as_of()).date();
        let pieces = period.pieces(by)?.into_iter();
        let pieces = pieces.map(|(name, piece)| piece.base(base, today).map(|before| (name, before)));
        let pieces = pieces.collect::<Result<Vec<_>, AnalyticsError>>()?;
        let rows = whole(&run(session, &metric.sql_by(by)?, by, &pieces).await?)?;
        let (here, there) = aligned(&now, &rows)?;
        (now, then) = (here, Some(there));
    }
    let mut table = Table::default();
    for (field, values) in now.schema().fields().iter().zip(now.columns()) {
        table.push(field.name(), values.clone());
        let Some(column) = metric.header().columns.iter().find(|column| column.name == field.name()) else { continue };
        if let (true, Some(bounds)) = (intervals || ranked == Some(column), bounds(&now, column)?) {
            let each = |end: fn(Bounds) -> f64| bounds.iter().map(|bounds| bounds.map(end)).collect::<Float64Array>();
            table.push(&format!("{}_lower", column.name), Arc::new(each(|bounds| bounds.lower)));
            table.push(&format!("{}_upper", column.name), Arc::new(each(|bounds| bounds.upper)));
        }
        if let Some(then) = then.as_ref().filter(|_| field.data_type().is_numeric())
            && let Some(old) = then.column_by_name(field.name())
        {
            table.push(&format!("{}_then", column.name), old.clone());
            let (name, change) = difference(column, &number(values)?, &number(old)?);
            table.push(&name, Arc::new(change));
        }
    }
    if let Some(column) = ranked {
        let all = whole(&metric_rows(session, metric, period, Breakdown::All).await?)?;
        let (parts, wholes) = counts(&all, column)?;
        let overall = parts.iter().zip(&wholes).find_map(|(part, whole)| Some((*part)? / (*whole)?));
        let (_, wholes) = counts(&now, column)?;
        let standings = rank::standings(&names(&now)?, &wholes, &bounds(&now, column)?.unwrap_or_default());
        table.rank(&standings, &wholes, overall, column.scale())?;
    }
    Ok(vec![table.batch()?])
}

/// Columns as they are gathered.
#[derive(Default)]
pub(super) struct Table {
    fields: Vec<Field>,
    columns: Vec<ArrayRef>,
}

impl Table {
    pub(super) fn push(&mut self, name: &str, values: ArrayRef) {
        self.fields.push(Field::new(name, values.data_type().clone(), true));
        self.columns.push(values);
    }

    /// Adds place, group and funnel, and puts the rows in their order.
    fn rank(
        &mut self,
        standings: &[Standing],
        wholes: &[Option<f64>],
        overall: Option<f64>,
        scale: f64,
    ) -> Result<(), AnalyticsError> {
        let place: UInt32Array = standings.iter().map(|standing| standing.place).collect();
        self.push("rank", Arc::new(place));
        let groups = standings.iter().map(|standing| standing.group.as_str());
        self.push("rank_group", Arc::new(StringArray::from_iter_values(groups)));
        for (name, limit) in rank::FUNNEL {
            let limits = wholes.iter().map(|whole| limit(overall?, (*whole)?).map(|limit| scale * limit));
            self.push(name, Arc::new(limits.collect::<Float64Array>()));
        }
        let order = UInt32Array::from(rank::order(standings));
        for column in &mut self.columns {
            *column = take(&*column, &order, None).map_err(AnalyticsError::arrow("rows in order"))?;
        }
        Ok(())
    }

    pub(super) fn batch(self) -> Result<RecordBatch, AnalyticsError> {
        let schema = Arc::new(Schema::new(self.fields));
        RecordBatch::try_new(schema, self.columns).map_err(AnalyticsError::arrow("a metric with what is beside it"))
    }
}

/// All rows together.
pub(super) fn whole(batches: &[RecordBatch]) -> Result<RecordBatch, AnalyticsError> {
    let schema = batches.first().map_or_else(|| Arc::new(Schema::empty()), RecordBatch::schema);
    concat_batches(&schema, batches).map_err(AnalyticsError::arrow("rows of a metric"))
}

/// The same buckets in the same order in both: those of the first, then those of the second alone.
fn aligned(now: &RecordBatch, then: &RecordBatch) -> Result<(RecordBatch, RecordBatch), AnalyticsError> {
    let (here, there) = (names(now)?, names(then)?);
    let places: HashMap<&Option<String>, u32> = there.iter().zip(0..).collect();
    let mut left: Vec<Option<u32>> = (0..).take(here.len()).map(Some).collect();
    let mut right: Vec<Option<u32>> = here.iter().map(|name| places.get(name).copied()).collect();
    let mut keys: Vec<Option<String>> = here.clone();
    for (name, place) in there.iter().zip(0_u32..).filter(|(name, _)| !here.contains(name)) {
        left.push(None);
        right.push(Some(place));
        keys.push(name.clone());
    }
    let keys: ArrayRef = Arc::new(StringArray::from(keys));
    Ok((taken(now, &UInt32Array::from(left), &keys)?, taken(then, &UInt32Array::from(right), &keys)?))
}

/// The rows at `places`, null where there is none, with `keys` for their buckets.
fn taken(batch: &RecordBatch, places: &UInt32Array, keys: &ArrayRef) -> Result<RecordBatch, AnalyticsError> {
    let mut table = Table::default();
    for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
        let values = match field.name().as_str() {
            "bucket" => keys.clone(),
            _ => take(column, places, None).map_err(AnalyticsError::arrow("rows of two periods"))?,
        };
        table.push(field.name(), values);
    }
    table.batch()
}

fn names(batch: &RecordBatch) -> Result<Vec<Option<String>>, AnalyticsError> {
    let names = cast(batch.column(0), &DataType::Utf8).map_err(AnalyticsError::arrow("the bucket"))?;
    Ok(names.as_string::<i32>().iter().map(|name| name.map(str::to_owned)).collect())
}

pub(super) fn number(column: &ArrayRef) -> Result<Float64Array, AnalyticsError> {
    let numbers = cast(column, &DataType::Float64).map_err(AnalyticsError::arrow("a number of a metric"))?;
    Ok(numbers.as_primitive::<Float64Type>().clone())
}

/// Points of a ratio, otherwise relative to what was; null where there is nothing to be relative to.
fn difference(column: &Column, now: &Float64Array, then: &Float64Array) -> (String, Float64Array) {
    let both = now.iter().zip(then);
    if column.unit == "ratio" {
        let points = both.map(|(now, then)| Some(100.0 * (now? - then?)));
        return (format!("{}_points", column.name), points.collect());
    }
    let change = both.map(|(now, then)| {
        let (now, then) = (now?, then.filter(|then| *then != 0.0)?);
        Some((now - then) / then)
    });
    (format!("{}_change", column.name), change.collect())
}

/// Part and whole of a share in each row.
type Counts = (Vec<Option<f64>>, Vec<Option<f64>>);

fn counts(batch: &RecordBatch, column: &Column) -> Result<Counts, AnalyticsError> {
    let Some(share) = column.share else { return Ok((Vec::new(), Vec::new())) };
    Ok((sums(batch, share.part())?, sums(batch, share.whole())?))
}

fn sums(
    batch: &RecordBatch,
    terms: impl Iterator<Item = (f64, &'static str)>,
) -> Result<Vec<Option<f64>>, AnalyticsError> {
    let mut sums = vec![Some(0.0); batch.num_rows()];
    for (sign, name) in terms {
        let column = batch.column_by_name(name).ok_or_else(|| AnalyticsError::Shape {
            what: "the rows of a metric".into(),
            reason: format!("there is no column {name}, of which a share is told"),
        })?;
        for (sum, value) in sums.iter_mut().zip(number(column)?.iter()) {
            *sum = sum.zip(value).map(|(sum, value)| sum + sign * value);
        }
    }
    Ok(sums)
}

/// The interval of each row in the unit of the column; none for a column that is no share.
fn bounds(batch: &RecordBatch, column: &Column) -> Result<Option<Vec<Option<Bounds>>>, AnalyticsError> {
    if column.share.is_none() {
        return Ok(None);
    }
    let (parts, wholes) = counts(batch, column)?;
    let scale = column.scale();
    let scaled = |found: Bounds| Bounds { lower: scale * found.lower, upper: scale * found.upper };
    let each = parts.into_iter().zip(wholes).map(|(part, whole)| wilson(part?, whole?).map(scaled));
    Ok(Some(each.collect()))
}

#[cfg(test)]
mod tests;
