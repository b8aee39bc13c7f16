//! The one error of this crate's pages: what went wrong, as a status and a page that says what to
//! do. Internals go to the log under the trace id that the page shows, never to the page.

use std::error::Error;
use std::hash::{BuildHasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};

use analytics::AnalyticsError;
use askama::Template;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use datasets::audit::AuditError;
use futures::FutureExt;
use ingest::IngestError;
use rust_xlsxwriter::XlsxError;
use tokio::task::JoinError;

use crate::accounts::AccountError;
use crate::charts::ChartError;
use crate::i18n::Lang;
use crate::request::Lens;

/// Why there is no page.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// A value of the address that means nothing.
    #[error("{name} cannot be {value:?}")]
    BadValue { name: &'static str, value: String },
    /// Nothing has this address; `what` is `page`, `case`, `village` or `row`.
    #[error("there is no {what} {value:?}")]
    Missing { what: &'static str, value: String },
    /// Pages are read, nothing else.
    #[error("pages are only read, with GET or HEAD")]
    Method,
    /// A form that no page of ours has sent.
    #[error("the form was not sent by a page of this server")]
    Foreign,
    /// A form that is not, or no longer, one that we have given out.
    #[error("the form is not one that this server has given out, or has been sent before")]
    Form,
    /// Rows cannot be corrected through this server.
    #[error("this server has no vault with its key, so no row can be corrected here")]
    Closed,
    /// Nobody has signed in.
    #[error("nobody has signed in")]
    SignIn,
    /// Not for whoever has signed in.
    #[error("this account may not come here")]
    Forbidden,
    /// Too many requests of one address.
    #[error("too many requests")]
    Slower,
    /// A form with more text than is taken.
    #[error("the form is too large")]
    TooLarge,
    /// More rows than a sheet or a printed page takes.
    #[error("{rows} rows are more than fit")]
    TooManyRows { rows: String },
    /// A vault that cannot be read, or a replay that was broken off.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// Accounts that cannot be read or written.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// What has to be noted could not be, so it was not done.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The lake has no batch yet.
    #[error("the lake is empty")]
    EmptyLake,
    #[error(transparent)]
    Analytics(#[from] AnalyticsError),
    #[error(transparent)]
    Chart(#[from] ChartError),
    #[error("a value cannot be told as JSON: {0}")]
    Json(#[source] serde_json::Error),
    #[error("a template failed: {0}")]
    Template(#[from] askama::Error),
    #[error("a workbook cannot be written")]
    Workbook(#[from] XlsxError),
    #[error("a file was not made to its end")]
    Broken(#[from] JoinError),
    /// What a panic says of itself is on standard error, just before.
    #[error("a handler panicked")]
    Panicked,
}

/// What the page of an error says; set on the response, and made a page by [`dress`], which knows
/// the reader's language.
#[derive(Debug, Clone)]
struct Trouble {
    status: StatusCode,
    /// Begins the keys `…-title`, `…-text`, `…-do` of its words.
    key: &'static str,
    value: String,
    /// Key of what a value must look like.
    expected: Option<&'static str>,
    trace: String,
}

impl HttpError {
    /// A value of the address that means nothing; `expect-{name}` says what would.
    pub(crate) fn bad_value(name: &'static str, value: &str) -> Self {
        Self::BadValue { name, value: value.chars().take(80).collect() }
    }

    /// Nothing has this address.
    pub(crate) fn missing(what: &'static str, value: &str) -> Self {
        Self::Missing { what, value: value.chars().take(80).collect() }
    }

    fn trouble(&self) -> Trouble {
        let (status, key, value) = match self {
            Self::BadValue { value, .. } => (StatusCode::BAD_REQUEST, "error-value", value.clone()),
            Self::Missing { what: "case", value } => (StatusCode::NOT_FOUND, "error-case", value.clone()),
            Self::Missing { what: "village", value } => (StatusCode::NOT_FOUND, "error-village", value.clone()),
            Self::Missing { what: "row", value } => (StatusCode::NOT_FOUND, "error-row", value.clone()),
            Self::Missing { value, .. } => (StatusCode::NOT_FOUND, "error-page", value.clone()),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "error-method", String::new()),
            Self::Foreign => (StatusCode::FORBIDDEN, "error-foreign", String::new()),
            Self::Form => (StatusCode::FORBIDDEN, "error-form", String::new()),
            Self::Closed => (StatusCode::FORBIDDEN, "error-closed", String::new()),
            Self::SignIn => (StatusCode::UNAUTHORIZED, "error-signin", String::new()),
            Self::Forbidden => (StatusCode::FORBIDDEN, "error-forbidden", String::new()),
            Self::Slower => (StatusCode::TOO_MANY_REQUESTS, "error-slower", String::new()),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "error-large", String::new()),
            Self::TooManyRows { rows } => (StatusCode::BAD_REQUEST, "error-rows", rows.clone()),
            Self::Ingest(_) => (StatusCode::INTERNAL_SERVER_ERROR, "error-ingest", String::new()),
            Self::Audit(_) => (StatusCode::INTERNAL_SERVER_ERROR, "error-audit", String::new()),
            // Not an error of the request: the page is there, and tells how to fill the lake.
            Self::EmptyLake => (StatusCode::OK, "error-empty", String::new()),
            Self::Analytics(_)
            | Self::Chart(_)
            | Self::Json(_)
            | Self::Template(_)
            | Self::Workbook(_)
            | Self::Broken(_)
            | Self::Account(_)
            | Self::Panicked => (StatusCode::INTERNAL_SERVER_ERROR, "error-server", String::new()),
        };
        let expected = match self {
            Self::BadValue { name, .. } => Some(*name),
            _ => None,
        };
        Trouble { status, key, value, expected, trace: trace_id() }
    }
}

impl IntoResponse for HttpError {
    fn into_response(self) -> Response {
        let trouble = self.trouble();
        if trouble.status.is_server_error() {
            tracing::error!(trace = %trouble.trace, error = %chain(&self), "a page failed");
        } else {
            tracing::debug!(trace = %trouble.trace, status = trouble.status.as_u16(), error = %chain(&self), "no page");
        }
        let mut response = trouble.status.into_response();
        response.extensions_mut().insert(trouble);
        response
    }
}

/// An error with what caused it, outermost first.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}

/// Names one failure in the log and on the page.
pub(crate) fn trace_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", RandomState::new().hash_one(COUNT.fetch_add(1, Ordering::Relaxed)))
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    t: Lang,
    theme: Option<&'static str>,
    title: String,
    text: String,
    advice: String,
    /// What a refused value must look like.
    expected: Option<String>,
    trace: Option<String>,
    /// Shown with the commands that fill an empty lake.
    is_empty_lake: bool,
    /// Whether the reader is the public, who is led to no other page.
    is_public: bool,
}

/// Makes pages of errors in the reader's language, and remembers a language or theme that the
/// address chose.
pub(crate) async fn dress(request: Request, next: Next) -> Response {
    let lens = Lens::read(request.uri(), request.headers());
    let is_api = crate::api::is_api(request.uri());
    let is_public = crate::pages::sunshine::is_public(request.uri());
    let response = unbroken(next.run(request)).await;
    let mut response = match response.extensions().get::<Trouble>().cloned() {
        Some(trouble) if is_api => crate::api::problem_of(trouble.status, &trouble.trace),
        Some(trouble) => page(&trouble, lens, is_public),
        None => response,
    };
    let chosen = [lens.chosen.0.map(|lang| ("lang", lang.param())), lens.chosen.1.map(|theme| ("theme", theme))];
    for (name, value) in chosen.into_iter().flatten() {
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
    response
}

/// The answer of a handler, or, where it panicked, that of a failed page: without it the browser would be
/// left with a connection that broke off.
async fn unbroken(answer: impl Future<Output = Response>) -> Response {
    let caught = AssertUnwindSafe(answer).catch_unwind().await;
    caught.unwrap_or_else(|_| HttpError::Panicked.into_response())
}

fn page(trouble: &Trouble, lens: Lens, is_public: bool) -> Response {
    let t = lens.lang;
    let told = |end: &str| t.tell(&format!("{}-{end}", trouble.key), &[("value", &trouble.value)]);
    let page = ErrorPage {
        t,
        theme: lens.theme.map(crate::theme::Theme::param),
        title: told("title"),
        text: told("text"),
        advice: told("do"),
        expected: trouble.expected.map(|name| t.code("expect", name)),
        trace: trouble.status.is_server_error().then(|| trouble.trace.clone()),
        is_empty_lake: trouble.key == "error-empty",
        is_public,
    };
    let mut response = match page.render() {
        Ok(text) => (trouble.status, Html(text)).into_response(),
        Err(_) => (trouble.status, trouble.trace.clone()).into_response(),
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_has_its_status_and_only_servers_fault_show_a_trace() {
        let status = |error: HttpError| error.trouble().status.as_u16();
        assert_eq!(status(HttpError::bad_value("region", "x")), 400);
        assert_eq!(status(HttpError::missing("case", "X-1")), 404);
        assert_eq!(status(HttpError::Method), 405);
        assert_eq!(status(HttpError::EmptyLake), 200);
        assert_eq!([HttpError::Foreign, HttpError::Form, HttpError::Closed].map(status), [403; 3]);
        assert_eq!(status(HttpError::TooLarge), 413);
        assert_eq!([HttpError::SignIn, HttpError::Forbidden, HttpError::Slower].map(status), [401, 403, 429]);
        assert_eq!(status(HttpError::Chart(ChartError::Outlines("x".into()))), 500);
        assert_ne!(trace_id(), trace_id());
    }

    #[test]
    fn every_error_has_words_in_both_languages() {
        for lang in [Lang::Zh, Lang::En] {
            let keys = ["value", "case", "village", "row", "page", "method", "empty", "server"];
            for key in keys.into_iter().chain([
                "foreign",
                "form",
                "closed",
                "large",
                "ingest",
                "rows",
                "signin",
                "forbidden",
                "slower",
                "audit",
            ]) {
                for end in ["title", "text", "do"] {
                    let key = format!("error-{key}-{end}");
                    assert_ne!(lang.tell(&key, &[("value", "x")]), key);
                }
            }
            let names = [
                "lang",
                "theme",
                "from",
                "to",
                "from-to",
                "region",
                "as_of",
                "as_of-ahead",
                "page",
                "part",
                "level",
                "state",
                "object",
                "sort",
                "dir",
                "cols",
                "about",
                "print",
                "q",
                "by",
                "by-pieces",
                "count",
                "month",
                "per_case",
                "hours",
                "trips",
                "organization",
                "item",
                "table",
                "account",
                "role",
                "scope",
                "days",
            ];
            for name in names {
                assert_ne!(lang.code("expect", name), name, "expect-{name}");
            }
        }
    }

    #[tokio::test]
    async fn a_panic_becomes_a_failed_page_with_a_trace() {
        async fn broken() -> Response {
            panic!("a handler that cannot go on")
        }
        let answer = unbroken(broken()).await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let trouble = answer.extensions().get::<Trouble>().expect("trouble");
        assert_eq!((trouble.key, trouble.trace.len()), ("error-server", 16));
        let fine = unbroken(async { StatusCode::OK.into_response() }).await;
        assert!(fine.extensions().get::<Trouble>().is_none());
    }

    #[test]
    fn what_the_address_said_is_escaped() {
        let trouble = HttpError::missing("case", "<script>alert(1)</script>").trouble();
        let lens = Lens { lang: Lang::En, theme: None, chosen: (None, None) };
        let response = page(&trouble, lens, false);
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let text = ErrorPage {
            t: Lang::En,
            theme: Some("dark"),
            title: "<script>".into(),
            text: String::new(),
            advice: String::new(),
            expected: None,
            trace: None,
            is_empty_lake: false,
            is_public: false,
        };
        let text = text.render().expect("page");
        assert!(!text.contains("<script>") && text.contains("data-theme=\"dark\""), "{text}");
    }
}
