//! Metrics of one region over one period. What a number means is said by `queries`; nothing is
//! worked out here.

use analytics::{AnalyticsError, Param};
use jiff::civil::Date;
use queries::Breakdown;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::HttpError;
use crate::frame::Context;

/// A row of a metric.
pub(super) trait Bucket: DeserializeOwned {
    const METRIC: &'static str;

    fn bucket(&self) -> Option<&str>;
}

/// M03: cases due, and of these decided in time.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct DueOnTime {
    bucket: Option<String>,
    pub(super) due_n: i64,
    pub(super) on_time_n: i64,
}

/// M10: handling time of decided cases that are not instant ones.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Handling {
    bucket: Option<String>,
    pub(super) decided_n: i64,
    pub(super) median_used_days: Option<f64>,
    pub(super) p90_used_days: Option<f64>,
}

impl Bucket for DueOnTime {
    const METRIC: &'static str = "M03";

    fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }
}

impl Bucket for Handling {
    const METRIC: &'static str = "M10";

    fn bucket(&self) -> Option<&str> {
        self.bucket.as_deref()
    }
}

/// The metric for the region of the address over the days from `from` to before `to`; none where
/// nothing happened, or no such metric is defined.
pub(super) async fn metric<T: Bucket>(context: &Context, from: Date, to: Date) -> Result<Option<T>, HttpError> {
    let region = &context.ask.filters.region;
    let breakdown = match region.digits().len() {
        6 => Breakdown::County,
        9 => Breakdown::Township,
        12 => Breakdown::Village,
        _ => Breakdown::All,
    };
    let Some(metric) = queries::find(T::METRIC) else {
        return Ok(None);
    };
    let params = [("from", Param::Date(from)), ("to", Param::Date(to))];
    let sql = metric.sql_by(breakdown).map_err(AnalyticsError::from)?;
    let rows: Vec<T> = context.session.rows(&sql, &params).await?;
    let code = region.code();
    let mut rows = rows.into_iter();
    Ok(match breakdown {
        Breakdown::All => rows.next(),
        _ => rows.find(|row| row.bucket() == Some(code.as_str())),
    })
}
