//! Running a metric over a period.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use jiff::ToSpan;
use jiff::civil::Date;
use queries::{Breakdown, Metric};

use crate::{AnalyticsError, Param, Session};

/// Most months that one question goes through: half a century.
const MOST_MONTHS: i64 = 600;

/// Half-open, local days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    /// Exclusive.
    pub to: Date,
}

/// The metric's rows, `bucket` first. By month, each month is computed on its own: stocks such as
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
    if by != Breakdown::Month {
        return run(session, metric, period, by).await;
    }
    let months = i64::from(period.to.year() - period.from.year()) * 12;
    if months > MOST_MONTHS {
        return Err(AnalyticsError::Shape {
            what: "the period".into(),
            reason: format!("{months} months are too many; ask for at most {MOST_MONTHS} at once"),
        });
    }
    let mut rows = Vec::new();
    let mut from = period.from;
    while from < period.to {
        let next = from.first_of_month().checked_add(1.month()).unwrap_or(period.to).min(period.to);
        for batch in run(session, metric, Period { from, to: next }, Breakdown::All).await? {
            let name = format!("{:04}-{:02}", from.year(), from.month());
            let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
            columns[0] = Arc::new(StringArray::from(vec![name.as_str(); batch.num_rows()]));
            let mut fields: Vec<_> = batch.schema().fields().iter().cloned().collect();
            fields[0] = Arc::new(arrow::datatypes::Field::new("bucket", arrow::datatypes::DataType::Utf8, true));
            let schema = Arc::new(arrow::datatypes::Schema::new(fields));
            rows.push(RecordBatch::try_new(schema, columns).map_err(AnalyticsError::arrow("months"))?);
        }
        from = next;
    }
    Ok(rows)
}

async fn run(
    session: &Session,
    metric: &'static Metric,
    period: Period,
    by: Breakdown,
) -> Result<Vec<RecordBatch>, AnalyticsError> {
    let params = [("from", Param::Date(period.from)), ("to", Param::Date(period.to))];
    let sql = format!("select * from (\n{}\n) order by bucket nulls last", metric.sql_by(by)?);
    session.query(&sql, &params).await
}
