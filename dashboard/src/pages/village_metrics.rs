//! What metrics tell of places beside the table of villages: the load of the agents (M32), and how the cases were
//! rated (M17).

use std::collections::HashMap;

use analytics::{AnalyticsError, Param, Period};
use futures::try_join;
use queries::{Breakdown, Level};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::table::Row;
use crate::error::HttpError;
use crate::frame::Context;

/// Of one place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Beside {
    /// Cases accepted per agent-workday.
    pub(super) per_agent_day: Option<f64>,
    /// Cases with an active rating, and cases decided.
    pub(super) rated: (i64, i64),
    pub(super) mean_stars: Option<f64>,
}

/// One row of M32.
#[derive(Debug, Deserialize)]
struct Load {
    bucket: Option<String>,
    per_agent_day: Option<f64>,
}

/// One row of M17.
#[derive(Debug, Deserialize)]
struct Stars {
    bucket: Option<String>,
    decided_n: i64,
    rated_n: i64,
    mean_stars: Option<f64>,
}

/// Tells the rows of a level what the metrics say of them. Ratings are read whole, so they are asked for only where
/// they are shown.
pub(super) async fn tell(
    context: &Context,
    level: Level,
    period: Period,
    with_ratings: bool,
    rows: &mut [Row],
) -> Result<(), HttpError> {
    let ratings =
        async { if with_ratings { asked::<Stars>(context, "M17", level, period).await } else { Ok(Vec::new()) } };
    let (loads, stars) = try_join!(asked::<Load>(context, "M32", level, period), ratings)?;
    let mut told: HashMap<String, Beside> = HashMap::new();
    for load in loads {
        told.entry(load.bucket.unwrap_or_default()).or_default().per_agent_day = load.per_agent_day;
    }
    for stars in stars {
        let beside = told.entry(stars.bucket.unwrap_or_default()).or_default();
        beside.rated = (stars.rated_n, stars.decided_n);
        beside.mean_stars = stars.mean_stars;
    }
    for row in rows {
        row.beside = told.get(row.code()).copied().unwrap_or_default();
    }
    Ok(())
}

/// Both ask of nothing that was over before the period, so what is in motion answers for it where it can.
async fn asked<T: DeserializeOwned>(
    context: &Context,
    id: &str,
    level: Level,
    period: Period,
) -> Result<Vec<T>, HttpError> {
    let metric = queries::find(id).ok_or_else(|| HttpError::missing("metric", id))?;
    let by = match level {
        Level::Village => Breakdown::Village,
        Level::Township => Breakdown::Township,
        Level::County => Breakdown::County,
    };
    let sql = metric.sql_by(by).map_err(AnalyticsError::from)?;
    let params = [("from", Param::Date(period.from)), ("to", Param::Date(period.to))];
    Ok(context.session.rows_since(&sql, &params, period.from).await?)
}
