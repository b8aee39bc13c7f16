//! `/healthz`: for machines. Says whether the lake can be read, and, to who may come in, which versions.

use std::collections::BTreeMap;

use analytics::Principal;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::accounts::{Visitor, Way};
use crate::error::trace_id;
use crate::state::App;

#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    as_of: String,
    /// Whether the clock is made up.
    simulated: bool,
    time_zone: String,
    tables: BTreeMap<&'static str, u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
}

/// 200 when a session opens, 503 when not; the reason is in the log under the trace.
pub(crate) async fn show(State(app): State<App>, visitor: Visitor) -> Response {
    let clock = app.engine.clock();
    let mut health = Health {
        status: "ok",
        as_of: clock.now().to_string(),
        simulated: clock.is_simulated(),
        time_zone: app.engine.lake_meta().time_zone.clone(),
        tables: BTreeMap::new(),
        trace: None,
    };
    let status = match app.engine.session(&Principal::local(), None).await {
        Ok(session) => {
            health.as_of = session.as_of().to_string();
            if visitor.way != Way::Public {
                health.tables = session.versions().iter().copied().collect();
            }
            StatusCode::OK
        }
        Err(error) => {
            let trace = trace_id();
            tracing::error!(trace = %trace, error = %error, "the lake cannot be read");
            health.status = "failing";
            health.trace = Some(trace);
            StatusCode::SERVICE_UNAVAILABLE
        }
    };
    (status, [(CACHE_CONTROL, "no-store")], Json(health)).into_response()
}
