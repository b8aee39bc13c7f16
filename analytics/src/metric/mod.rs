//! Running a metric over a period.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use queries::{Breakdown, Metric};

use crate::{AnalyticsError, Param, Session};

mod cases;
mod claims;
mod measure;
mod period;
mod provenance;
mod rank;
mod wilson;

pub use cases::{CasesPage, Within, metric_cases_page};
pub use claims::claims;
pub use measure::{Question, measure};
pub use period::{Base, Period};
pub use provenance::{Provenance, metric_version};
pub use wilson::{Bounds, funnel, wilson};

/// The metric's rows, `bucket` first. By a piece of time, each piece is computed on its own: stocks such as
/// a backlog repeat in every month and must not be added.
///
/// # Errors
///
/// [`AnalyticsError::Breakdown`] if the metric cannot be told apart by `by`.
pub async fn metric_rows(
    session: &Session,
    metric: &'static Metric,
    period: Period,
    by: Breakdown,
) -> Result<Vec<RecordBatch>, AnalyticsError> {
    run(session, &metric.sql_by(by)?, by, &period.pieces(by)?).await
}

/// The rows behind a count of the metric, or behind its first: `bucket` and what the metric looks at.
///
/// # Errors
///
/// [`AnalyticsError::Rows`] if the metric cannot show them.
pub async fn metric_cases(
    session: &Session,
    metric: &'static Metric,
    period: Period,
    by: Breakdown,
    count: Option<&str>,
) -> Result<Vec<RecordBatch>, AnalyticsError> {
    run(session, &metric.rows_by(by, count)?, by, &period.pieces(by)?).await
}

/// Runs a text once for each piece; of a breakdown of time, `bucket` is the piece's name.
async fn run(
    session: &Session,
    sql: &str,
    by: Breakdown,
    pieces: &[(String, Period)],
) -> Result<Vec<RecordBatch>, AnalyticsError> {
    let sql = format!("select * from (\n{sql}\n) order by bucket nulls last");
    let mut rows = Vec::new();
    for (name, piece) in pieces {
        let params = [("from", Param::Date(piece.from)), ("to", Param::Date(piece.to))];
        let batches = session.query(&sql, &params).await?;
        if !by.is_of_time() {
            return Ok(batches);
        }
        for batch in batches {
            rows.push(named(&batch, name)?);
        }
    }
    Ok(rows)
}

/// The same rows with `name` as their bucket.
fn named(batch: &RecordBatch, name: &str) -> Result<RecordBatch, AnalyticsError> {
    let schema = batch.schema();
    let cells = batch.columns().iter().zip(schema.fields()).map(|(column, field)| {
        if field.name() != "bucket" {
            return (field.as_ref().clone(), column.clone());
        }
        let names: ArrayRef = Arc::new(StringArray::from(vec![name; batch.num_rows()]));
        (Field::new("bucket", DataType::Utf8, true), names)
    });
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = cells.unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).map_err(AnalyticsError::arrow("pieces of time"))
}
