//! The rows behind a count, a page at a time.

use arrow::array::RecordBatch;
use futures::try_join;
use serde::Deserialize;

use super::measure::Question;
use crate::records::records;
use crate::{AnalyticsError, Param, Session};

/// Which rows of a count, by the bucket that they fall into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within<'a> {
    Everything,
    /// One bucket, of a breakdown of time one piece of the period.
    Bucket(&'a str),
    /// What the source names nobody for.
    Unnamed,
    /// Buckets that begin so, as the codes of the places in a region do.
    Prefix(&'a str),
}

/// Some of the rows, and how many there are.
#[derive(Debug, Clone)]
pub struct CasesPage {
    /// Rows on all pages: the count itself.
    pub total: i64,
    /// The columns in their order.
    pub columns: Vec<String>,
    pub batches: Vec<RecordBatch>,
}

#[derive(Deserialize)]
struct Counted {
    n: i64,
}

/// The rows behind a count of the metric, or behind its first, by bucket and key: `most` of them, or all, after `skip`.
/// A piece of time that the period does not have has none.
///
/// # Errors
///
/// [`AnalyticsError::Rows`] if the metric cannot show them.
pub async fn metric_cases_page(
    session: &Session,
    question: &Question,
    count: Option<&str>,
    within: Within<'_>,
    (skip, most): (i64, Option<i64>),
) -> Result<CasesPage, AnalyticsError> {
    let Question { metric, by, mut period, .. } = *question;
    let rows = metric.rows_by(by, count)?;
    let (condition, bucket) = match within {
        // Of a breakdown of time every row is in the bucket of its run.
        Within::Bucket(name) if by.is_of_time() => {
            let piece = period.pieces(by)?.into_iter().find(|(known, _)| known == name);
            let Some((_, piece)) = piece else {
                return Ok(CasesPage { total: 0, columns: Vec::new(), batches: Vec::new() });
            };
            period = piece;
            ("", None)
        }
        Within::Everything => ("", None),
        Within::Bucket(name) => ("where bucket = $bucket", Some(name.to_owned())),
        Within::Unnamed => ("where bucket is null", None),
        Within::Prefix(begin) => ("where bucket like $bucket", Some(format!("{begin}%"))),
    };
    let mut params = vec![("from", Param::Date(period.from)), ("to", Param::Date(period.to))];
    params.extend(bucket.map(|bucket| ("bucket", Param::Text(bucket))));
    let key = metric.rows_of(count)?.key;
    let limit = most.map(|most| format!("limit {most} offset {skip}")).unwrap_or_default();
    let page = format!("select * from (\n{rows}\n) {condition} order by bucket nulls last, {key} nulls last {limit}");
    let all = format!("select count(*) as n from (\n{rows}\n) {condition}");
    let (batches, counted) = try_join!(session.query(&page, &params), session.query(&all, &params))?;
    let counted: Vec<Counted> = records(&counted)?;
    let columns = batches.first().map_or_else(Vec::new, |batch| {
        let schema = batch.schema();
        schema.fields().iter().map(|field| field.name().clone()).collect()
    });
    Ok(CasesPage { total: counted.first().map_or(0, |row| row.n), columns, batches })
}
