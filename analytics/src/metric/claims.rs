//! What was claimed in public beside what the records say (domain §0). The two stand side by side and are never in
//! one number.

use std::sync::Arc;

use arrow::array::{AsArray, Float64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use futures::future::try_join_all;
use queries::{Breakdown, panel};

use super::measure::{Table, number, whole};
use super::metric_rows;
use super::period::Period;
use crate::{AnalyticsError, Param, Session};

/// The claims in their order, with `recorded` and `recorded_unit`: what the metric and column beside a claim give
/// for the period, and in what; null where no metric speaks of it.
///
/// # Errors
///
/// [`AnalyticsError::Shape`] if a claim names no column of a metric.
pub async fn claims(session: &Session, period: Period) -> Result<Vec<RecordBatch>, AnalyticsError> {
    let claims = whole(&session.query(panel::CLAIMS, &[("to", Param::Date(period.to))]).await?)?;
    let beside = texts(&claims, "metric")?.into_iter().zip(texts(&claims, "figure")?);
    let asked: Vec<_> = beside.map(|(metric, figure)| recorded(session, period, metric.zip(figure))).collect();
    let (values, units): (Vec<_>, Vec<_>) = try_join_all(asked).await?.into_iter().unzip();
    let mut table = Table::default();
    for (field, column) in claims.schema().fields().iter().zip(claims.columns()) {
        table.push(field.name(), column.clone());
    }
    table.push("recorded", Arc::new(Float64Array::from(values)));
    table.push("recorded_unit", Arc::new(StringArray::from(units)));
    Ok(vec![table.batch()?])
}

fn texts(batch: &RecordBatch, name: &str) -> Result<Vec<Option<String>>, AnalyticsError> {
    let Some(column) = batch.column_by_name(name) else {
        return Err(shape(format!("there is no column {name}")));
    };
    let texts = cast(column, &DataType::Utf8).map_err(AnalyticsError::arrow("the claims"))?;
    Ok(texts.as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect())
}

/// A figure, by metric and column, over the whole period, and its unit.
async fn recorded(
    session: &Session,
    period: Period,
    beside: Option<(String, String)>,
) -> Result<(Option<f64>, Option<&'static str>), AnalyticsError> {
    let Some((id, figure)) = beside else { return Ok((None, None)) };
    let unknown = || shape(format!("there is no {figure} of {id}"));
    let metric = queries::find(&id).ok_or_else(unknown)?;
    let column = metric.header().columns.iter().find(|column| column.name == figure).ok_or_else(unknown)?;
    let rows = whole(&metric_rows(session, metric, period, Breakdown::All).await?)?;
    let values = number(rows.column_by_name(&figure).ok_or_else(unknown)?)?;
    Ok((values.iter().next().flatten(), Some(column.unit)))
}

fn shape(reason: String) -> AnalyticsError {
    AnalyticsError::Shape { what: "the claims".into(), reason }
}
