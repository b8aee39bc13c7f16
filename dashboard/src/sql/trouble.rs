//! Why there is no answer, or no whole one, for whoever asked: one list for the page, for machines and for
//! the end of an answer that broke off.

use analytics::AnalyticsError;
use axum::http::StatusCode;

use crate::api::Problem;
use crate::error::trace_id;

/// What went wrong, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct Trouble {
    pub(crate) status: StatusCode,
    /// As problems are named: `urn:sunlake:problem:KIND`.
    pub(crate) kind: &'static str,
    pub(crate) detail: String,
    /// Line and column of the statement, from 1, where they are known.
    pub(crate) place: Option<(u64, u64)>,
    /// Under which the server's log tells more.
    pub(crate) trace: Option<String>,
}

/// Seconds after which a place in the queue may be free.
const BUSY: u32 = 2;

impl Trouble {
    pub(crate) fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into(), place: None, trace: None }
    }

    /// The request itself is not what it should be.
    pub(crate) fn misasked(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "request", detail)
    }

    /// The principal may not do this.
    pub(crate) fn forbidden(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "right", detail)
    }

    /// More rows than were asked for, in a form that has no place to say so.
    pub(crate) fn cut(rows: u64) -> Self {
        let detail = format!(
            "there are more than the {rows} rows that this answer may have, so that the file broke off rather than look \
             whole; ask for fewer, or for more with `rows`"
        );
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "limit", detail)
    }

    /// A fault of the server: told in full to its log alone.
    pub(crate) fn server(error: &dyn std::error::Error) -> Self {
        let trace = trace_id();
        tracing::error!(trace = %trace, error = %error, "a query failed");
        let detail = "the server failed; its log tells more under the trace";
        Self { trace: Some(trace), ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server", detail) }
    }

    /// For the log of what was asked.
    pub(crate) fn is_limit(&self) -> bool {
        self.kind == "limit"
    }
}

impl From<AnalyticsError> for Trouble {
    fn from(error: AnalyticsError) -> Self {
        let told = error.to_string();
        match error {
            AnalyticsError::At { line, column, message } => {
                Self { place: Some((line, column)), ..Self::new(StatusCode::BAD_REQUEST, "sql", message) }
            }
            AnalyticsError::Query(_) | AnalyticsError::Breakdown(_) | AnalyticsError::Rows(_) => {
                Self::new(StatusCode::BAD_REQUEST, "sql", told)
            }
            AnalyticsError::NotAllowed(_) | AnalyticsError::Refused { .. } => {
                Self::new(StatusCode::BAD_REQUEST, "refused", told)
            }
            AnalyticsError::Limit { .. } => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "limit", told),
            AnalyticsError::Cancelled => Self::new(StatusCode::UNPROCESSABLE_ENTITY, "cancelled", told),
            AnalyticsError::Busy => Self::new(StatusCode::TOO_MANY_REQUESTS, "busy", told),
            error => Self::server(&error),
        }
    }
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        let retry_after = (trouble.status == StatusCode::TOO_MANY_REQUESTS).then_some(BUSY);
        let problem = Problem::new(trouble.status, trouble.kind, trouble.detail).at(trouble.place).again(retry_after);
        match trouble.trace {
            Some(trace) => problem.traced(&trace),
            None => problem,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_engine_says_has_its_status_and_only_its_own_faults_are_hidden() {
        let of = |error: AnalyticsError| Trouble::from(error);
        let place = of(AnalyticsError::At { line: 2, column: 8, message: "no such column".into() });
        assert_eq!(
            (place.status, place.place, place.detail.as_str()),
            (StatusCode::BAD_REQUEST, Some((2, 8)), "no such column")
        );
        assert_eq!(of(AnalyticsError::NotAllowed("DELETE".into())).kind, "refused");
        assert_eq!(of(AnalyticsError::Busy).status, StatusCode::TOO_MANY_REQUESTS);
        let shape = AnalyticsError::Shape { what: "rows".into(), reason: "/secret/path".into() };
        let hidden = of(shape);
        assert!(hidden.trace.is_some() && !hidden.detail.contains("secret"), "{hidden:?}");
    }
}
