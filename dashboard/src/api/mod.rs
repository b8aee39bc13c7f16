//! What machines ask: rows that are pushed, queries and metrics. Errors are problems (RFC 9457), in English.

pub(crate) mod ingest;
pub(crate) mod metric;
pub(crate) mod openapi;
mod problem;
pub(crate) mod sql;

use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

pub(crate) use problem::Problem;

/// Whether an address is one for machines.
pub(crate) fn is_api(uri: &Uri) -> bool {
    uri.path().starts_with("/api/")
}

/// What a page would tell a person, for a machine.
pub(crate) fn problem_of(status: StatusCode, trace: &str) -> Response {
    let (kind, detail) = match status {
        StatusCode::METHOD_NOT_ALLOWED => ("method", "this address takes another method; /api/openapi.json says which"),
        StatusCode::FORBIDDEN => ("forbidden", "this account or token may not do that"),
        StatusCode::UNAUTHORIZED => ("token", "send an access token that is known: Authorization: Bearer TOKEN"),
        StatusCode::NOT_FOUND => ("address", "there is nothing at this address; /api/openapi.json says what there is"),
        _ => ("server", "the server failed; its log tells more under the trace"),
    };
    let problem = Problem::new(status, kind, detail);
    if status.is_server_error() { problem.traced(trace).into_response() } else { problem.into_response() }
}
