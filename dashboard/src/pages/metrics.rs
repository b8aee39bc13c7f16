//! Figures of one region over one period. What a number means is said by `queries`; nothing is
//! worked out here.

use analytics::Period;
use queries::ByPeriod;
use serde::Deserialize;

use crate::error::HttpError;
use crate::frame::Context;

/// M03a: cases due, and of these decided in time; M04: closed cases that are not instant ones, and of these early.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct PeriodTotals {
    pub(super) due_n: i64,
    pub(super) on_time_n: i64,
    pub(super) closed_n: i64,
    pub(super) early_n: i64,
}

/// M10 a to c: handling time of decided cases that are not instant ones.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Handling {
    pub(super) decided_n: i64,
    pub(super) median_used_days: Option<f64>,
    pub(super) p90_used_days: Option<f64>,
}

/// Of the region of the address.
pub(super) async fn totals(context: &Context, period: Period) -> Result<PeriodTotals, HttpError> {
    let params = [("region", context.region())];
    let rows: Vec<PeriodTotals> = context.session.rows_of(&ByPeriod::totals(), &params, period).await?;
    Ok(rows.into_iter().next().unwrap_or_default())
}

/// Of the same region.
pub(super) async fn handling(context: &Context, period: Period) -> Result<Handling, HttpError> {
    let params = [("region", context.region())];
    let rows: Vec<Handling> = context.session.rows_of(&ByPeriod::handling_times(), &params, period).await?;
    Ok(rows.into_iter().next().unwrap_or_default())
}
