//! `POST /api/v1/sql`: one SELECT, answered as JSON, CSV, an Arrow stream, Parquet or a workbook, piece by piece
//! (docs/SQL.md).

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::Problem;
use crate::accounts::Visitor;
use crate::request::Lens;
use crate::sql::asked::SHOWN;
use crate::sql::run::plan;
use crate::sql::{Form, MOST_BODY, Running, Trouble, Wanted, Way, write};
use crate::state::App;

/// How long a request may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn take(State(app): State<App>, visitor: Visitor, request: Request) -> Result<Response, Problem> {
    let form = accepted(request.headers())?;
    let lens = Lens::read(request.uri(), request.headers());
    let wanted = read(request).await?;
    // A file has all rows that anybody may have; what is read on the spot fewer, as long as nobody asks for more.
    let usual = if form.is_file() { u64::MAX } else { SHOWN };
    let asked = wanted.asked(app.engine.zone(), app.engine.clock().now(), usual)?;
    if wanted.explain {
        let plan = plan(&app, &visitor, &asked, Way::Api).await?;
        return Ok(([(CACHE_CONTROL, "no-store")], axum::Json(serde_json::json!({ "plan": plan }))).into_response());
    }
    let running = Running::begin(&app, &visitor, &asked, (Way::Api, form, wanted.remember)).await?;
    let encoder = write::encoder(form, &running.head, lens.lang, false)?;
    Ok(answer(form, "sql", running.body(encoder).await?))
}

/// The form that is asked for.
pub(super) fn accepted(headers: &HeaderMap) -> Result<Form, Problem> {
    Form::accepted(headers).ok_or_else(|| {
        let forms = Form::ALL.map(Form::media).join(", ");
        Problem::new(StatusCode::NOT_ACCEPTABLE, "accept", format!("Accept must allow one of {forms}"))
    })
}

/// An answer in a form; files have a name.
pub(crate) fn answer(form: Form, name: &str, body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let disposition = format!("attachment; filename=\"{name}.{}\"", form.ending());
    let named =
        [(CONTENT_TYPE, form.media().to_owned()), (CACHE_CONTROL, "no-store".to_owned()), (VARY, "accept".to_owned())];
    let file = form.is_file().then_some((CONTENT_DISPOSITION, disposition));
    for (name, value) in named.into_iter().chain(file) {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    }
    response
}

async fn read(mut request: Request) -> Result<Wanted, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // Neither is a type that a form of another page could send.
    if !["application/json", "application/sql"].contains(&kind.as_str()) {
        let detail = "Content-Type must be application/json, or application/sql with the statement alone";
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type", detail));
    }
    DefaultBodyLimit::max(MOST_BODY).apply(&mut request);
    let body = match tokio::time::timeout(PATIENCE, Bytes::from_request(request, &())).await {
        Ok(Ok(body)) => body,
        Ok(Err(rejection)) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                format!("a query has at most {MOST_BODY} bytes"),
            ));
        }
        Ok(Err(_)) => return Err(Problem::new(StatusCode::BAD_REQUEST, "body", "the body broke off; send it again")),
        Err(_) => {
            return Err(Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "body",
                "the body did not come in time; send it again",
            ));
        }
    };
    parsed(&kind, &body)
}

fn parsed(kind: &str, body: &[u8]) -> Result<Wanted, Problem> {
    if kind == "application/sql" {
        let sql = std::str::from_utf8(body).map_err(|_| Trouble::misasked("the statement must be text in UTF-8"))?;
        return Ok(Wanted { sql: sql.to_owned(), ..Wanted::default() });
    }
    let wrong = |error: serde_json::Error| {
        Trouble::misasked(format!("the body is no question as JSON, such as {{\"sql\": \"select 1\"}}: {error}"))
    };
    Ok(serde_json::from_slice(body).map_err(wrong)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_json_or_a_bare_statement() {
        assert!(parsed("application/sql", b"select 1").is_ok_and(|wanted| wanted.sql == "select 1" && !wanted.explain));
        assert!(parsed("application/json", br#"{"sql":"select 1","explain":true}"#).is_ok_and(|wanted| wanted.explain));
        assert!(parsed("application/json", br#"{"query":"select 1"}"#).is_err());
        assert!(parsed("application/sql", b"\xff").is_err());
    }

    #[test]
    fn files_have_a_name_and_json_is_read_on_the_spot() {
        let csv = answer(Form::Csv, "sql", "x");
        assert_eq!(csv.headers()[CONTENT_TYPE], "text/csv");
        assert_eq!(csv.headers()[CONTENT_DISPOSITION], "attachment; filename=\"sql.csv\"");
        assert!(answer(Form::Json, "sql", "x").headers().get(CONTENT_DISPOSITION).is_none());
    }
}
