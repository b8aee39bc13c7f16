//! Metrics of one region over one period. What a number means is said by `queries`; nothing is
//! worked out here.

use analytics::{AnalyticsError, Param};
use jiff::civil::Date;
use queries::{Breakdown, panel};
use serde::Deserialize;

use crate::error::HttpError;
use crate::frame::Context;

/// M03: cases due, and of these decided in time.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct DueOnTime {
    bucket: Option<String>,
    pub(super) due_n: i64,
    pub(super) on_time_n: i64,
}

/// M10 a to c: handling time of decided cases that are not instant ones.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Handling {
    pub(super) decided_n: i64,
    pub(super) median_used_days: Option<f64>,
    pub(super) p90_used_days: Option<f64>,
}

/// The region of the address over the days from `from` to before `to`; none where nothing was due, or no such
/// metric is defined.
pub(super) async fn due(context: &Context, from: Date, to: Date) -> Result<Option<DueOnTime>, HttpError> {
    let region = &context.ask.filters.region;
    let breakdown = match region.digits().len() {
        6 => Breakdown::County,
        9 => Breakdown::Township,
        12 => Breakdown::Village,
        _ => Breakdown::All,
    };
    let Some(metric) = queries::find("M03") else {
        return Ok(None);
    };
    let params = [("from", Param::Date(from)), ("to", Param::Date(to))];
    let sql = metric.sql_by(breakdown).map_err(AnalyticsError::from)?;
    let rows: Vec<DueOnTime> = context.session.rows_since(&sql, &params, from).await?;
    let code = region.code();
    let mut rows = rows.into_iter();
    Ok(match breakdown {
        Breakdown::All => rows.next(),
        _ => rows.find(|row| row.bucket.as_ref() == Some(&code)),
    })
}

/// The same region and days.
pub(super) async fn handling(context: &Context, from: Date, to: Date) -> Result<Handling, HttpError> {
    let params = [("region", context.region()), ("from", Param::Date(from)), ("to", Param::Date(to))];
    let rows: Vec<Handling> = context.session.rows_since(panel::HANDLING_TIMES, &params, from).await?;
    Ok(rows.into_iter().next().unwrap_or_default())
}
