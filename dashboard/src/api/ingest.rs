//! `POST /api/v1/ingest/{mapping}`: rows as NDJSON, CSV or an Arrow IPC stream. 200 when they are
//! committed and can be read (docs/PUSH.md).

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use ingest::mapping::SHIPPED;
use ingest::push::{Answer, BodyFormat, Token};

use super::Problem;
use crate::Pushes;
use crate::state::App;

/// A place in the queue is not held longer for a body that does not come.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longer than any sensible key.
const LONGEST_KEY: usize = 255;
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Says that the answer was given before.
const REPLAYED: &str = "idempotent-replayed";

pub(crate) async fn take(
    State(app): State<App>,
    mapping: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let Some(pushes) = &app.options.pushes else {
        let detail = "this server takes no pushes; add a [[token]] to its configuration (sunlake token new)";
        return Err(Problem::new(StatusCode::NOT_FOUND, "no-pushes", detail));
    };
    let headers = request.headers();
    let token = bearer(headers).and_then(|secret| Token::find(&pushes.tokens, secret)).ok_or_else(|| {
        Problem::new(StatusCode::UNAUTHORIZED, "token", "send a token that is known: Authorization: Bearer TOKEN")
    })?;
    // A store that cannot be asked lets nobody in.
    let is_revoked = app.accounts.source_revoked(&token.sha256).map(|at| at.is_some());
    if is_revoked.map_err(|error| Problem::closed(&error))? {
        let detail = "this token has been revoked; ask who keeps the server for another";
        return Err(Problem::new(StatusCode::UNAUTHORIZED, "token", detail));
    }
    let mapping = mapping.map(|Path(name)| name).unwrap_or_default();
    check_mapping(pushes, token, &mapping)?;
    let (format, gzip) = (format(headers)?, gzip(headers)?);
    let (token, idempotency_key) = (token.name.clone(), key(headers)?);
    let place = pushes.push.admit(&token).ok_or_else(Problem::full)?;
    let body = read(request, pushes.push.options().max_body).await?;
    let pushed = ingest::push::Request { mapping, token, idempotency_key, format, gzip, body };
    Ok(respond(pushes.push.land(place, pushed).await?))
}

fn respond(answer: Answer) -> Response {
    let mut response = if answer.receipt.is_all_refused() {
        Problem::all_refused(answer.receipt).into_response()
    } else {
        Json(answer.receipt).into_response()
    };
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if answer.repeated {
        response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    response
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// 403 for a mapping that is not for this token, 404 for one that nobody knows.
fn check_mapping(pushes: &Pushes, token: &Token, mapping: &str) -> Result<(), Problem> {
    if token.may_use(mapping) {
        return Ok(());
    }
    let is_known = pushes.push.has_mapping(mapping) || SHIPPED.iter().any(|(name, _)| *name == mapping);
    let may = token.mappings.join(", ");
    Err(if is_known {
        Problem::new(StatusCode::FORBIDDEN, "mapping", format!("this token may not use that mapping, only: {may}"))
    } else {
        Problem::new(StatusCode::NOT_FOUND, "mapping", format!("there is no such mapping; this token may use: {may}"))
    })
}

fn format(headers: &HeaderMap) -> Result<BodyFormat, Problem> {
    let told = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/x-ndjson" => Ok(BodyFormat::Ndjson),
        "text/csv" => Ok(BodyFormat::Csv),
        "application/vnd.apache.arrow.stream" => Ok(BodyFormat::ArrowStream),
        _ => {
            let detail = "Content-Type must be application/x-ndjson, text/csv or application/vnd.apache.arrow.stream";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type", detail))
        }
    }
}

fn gzip(headers: &HeaderMap) -> Result<bool, Problem> {
    let told = headers.get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("?").trim().to_ascii_lowercase());
    match told.as_deref() {
        None | Some("identity") => Ok(false),
        Some("gzip") => Ok(true),
        Some(_) => {
            let detail = "Content-Encoding must be gzip, or be left out";
            Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-encoding", detail))
        }
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(told) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = told.to_str().map(str::trim).ok().filter(|key| (1..=LONGEST_KEY).contains(&key.len()));
    let key = key.ok_or_else(|| {
        let detail = format!("Idempotency-Key must be 1 to {LONGEST_KEY} printable ASCII characters");
        Problem::new(StatusCode::BAD_REQUEST, "idempotency-key", detail)
    })?;
    Ok(Some(key.to_owned()))
}

async fn read(request: Request, most: usize) -> Result<Bytes, Problem> {
    match tokio::time::timeout(PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Problem::too_large(most)),
        Ok(Err(_)) => {
            let detail = "the body broke off; send it again";
            Err(Problem::new(StatusCode::BAD_REQUEST, "body", detail))
        }
        Err(_) => {
            let detail = format!("the body did not come within {} s; send it again", PATIENCE.as_secs());
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "body", detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::IntoHeaderName;

    use super::*;

    fn of(name: impl IntoHeaderName, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).expect("a value"));
        headers
    }

    #[test]
    fn headers_are_read_as_they_are_written() {
        assert_eq!(bearer(&of(AUTHORIZATION, "bearer abc")), Some("abc"));
        assert_eq!(bearer(&of(AUTHORIZATION, "Basic abc")), None);
        assert_eq!(format(&of(CONTENT_TYPE, "Text/CSV; charset=utf-8")).ok(), Some(BodyFormat::Csv));
        assert_eq!(gzip(&of(CONTENT_ENCODING, "GZIP")).ok(), Some(true));
        assert!(gzip(&of(CONTENT_ENCODING, "br")).is_err() && format(&HeaderMap::new()).is_err());
        assert!(key(&of(IDEMPOTENCY_KEY, &"k".repeat(256))).is_err());
        assert!(key(&of(IDEMPOTENCY_KEY, " ")).is_err() && key(&HeaderMap::new()).is_ok_and(|key| key.is_none()));
    }
}
