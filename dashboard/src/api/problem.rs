use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ingest::push::{PushError, PushReceipt};
use serde::Serialize;

use crate::error::trace_id;

/// Seconds after which a full queue has mostly moved on.
const FULL: u32 = 1;
/// Seconds after which a lake that could not be written may be.
const UNWRITTEN: u32 = 5;

/// Why a request was not taken (RFC 9457): what is wrong, and what to do.
#[derive(Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    #[serde(serialize_with = "number")]
    status: StatusCode,
    detail: String,
    /// The account of a body none of whose rows could be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    receipt: Option<Box<PushReceipt>>,
    #[serde(flatten)]
    place: Option<Place>,
    /// Under which the server's log tells more.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<String>,
    #[serde(skip)]
    retry_after: Option<u32>,
}

/// Where in a statement something is wrong, from 1.
#[derive(Debug, Clone, Copy, Serialize)]
struct Place {
    line: u32,
    column: u32,
}

fn number<S: serde::Serializer>(status: &StatusCode, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u16(status.as_u16())
}

impl Problem {
    pub(crate) fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:sunlake:problem:{kind}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status,
            detail: detail.into(),
            receipt: None,
            place: None,
            trace: None,
            retry_after: None,
        }
    }

    pub(crate) fn traced(self, trace: &str) -> Self {
        Self { trace: Some(trace.to_owned()), ..self }
    }

    /// Where in a statement, if that is known.
    pub(crate) fn at(self, place: Option<(u64, u64)>) -> Self {
        let within = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        let place = place.map(|(line, column)| Place { line: within(line), column: within(column) });
        Self { place, ..self }
    }

    /// Seconds after which to ask again, if that may help.
    pub(crate) fn again(self, seconds: Option<u32>) -> Self {
        Self { retry_after: seconds, ..self }
    }

    /// No place in the queue is free.
    pub(crate) fn full() -> Self {
        let detail = "the queue is full, or this token has half of it; nothing was taken, send it again after Retry-After seconds";
        Self { retry_after: Some(FULL), ..Self::new(StatusCode::TOO_MANY_REQUESTS, "queue-full", detail) }
    }

    pub(crate) fn too_large(most: usize) -> Self {
        let detail = format!("the body has more than {most} bytes, as it came or unpacked; send it in pieces");
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
    }

    /// The body was read, and every row of it was refused.
    pub(crate) fn all_refused(receipt: PushReceipt) -> Self {
        let detail = format!(
            "no row of it can be used (rows: {}); receipt.refused tells line, field and reason. Send it corrected, under \
             a new key",
            receipt.rows
        );
        let problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, "all-refused", detail);
        Self { receipt: Some(Box::new(receipt)), ..problem }
    }

    /// The accounts cannot be asked.
    pub(crate) fn closed(error: &dyn std::error::Error) -> Self {
        let detail = "tokens cannot be looked up just now; send it again";
        Self::server(StatusCode::SERVICE_UNAVAILABLE, "accounts", detail, error)
    }

    /// A fault of the server: told in full to its log alone.
    fn server(status: StatusCode, kind: &'static str, detail: &str, error: &dyn std::error::Error) -> Self {
        let trace = trace_id();
        tracing::error!(trace = %trace, %error, "a push failed");
        Self::new(status, kind, detail).traced(&trace)
    }
}

impl From<PushError> for Problem {
    fn from(error: PushError) -> Self {
        let detail = error.to_string();
        match &error {
            PushError::UnknownMapping { .. } => Self::new(StatusCode::NOT_FOUND, "mapping", detail),
            PushError::TooLarge { most } => Self::too_large(*most),
            PushError::Expands { .. } | PushError::Scattered { .. } => {
                Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
            }
            PushError::KeyReused { .. } => Self::new(StatusCode::CONFLICT, "idempotency-key", detail),
            PushError::Defect(_) => {
                let told = "the rows do not fit their table, which is a defect of the server; to send them again is of \
                            no use";
                Self::server(StatusCode::INTERNAL_SERVER_ERROR, "server", told, &error)
            }
            PushError::Unreadable(_) => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable", detail),
            PushError::Lake(_) => {
                let told = "it could not be written just now and does not count as landed; send it again, under the \
                            same key";
                let problem = Self::server(StatusCode::SERVICE_UNAVAILABLE, "unwritten", told, &error);
                Self { retry_after: Some(UNWRITTEN), ..problem }
            }
            PushError::Stopped => {
                let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", detail);
                Self { retry_after: Some(UNWRITTEN), ..problem }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status, text).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_sends_too_much_is_told_so_rather_than_to_come_again() {
        for error in [PushError::Expands { line: 1, most: 2 }, PushError::Scattered { most: 240 }] {
            let problem = Problem::from(error);
            assert_eq!((problem.status, problem.retry_after), (StatusCode::PAYLOAD_TOO_LARGE, None));
            assert!(problem.detail.contains("in pieces"), "{}", problem.detail);
        }
    }
}
