//! The gate: one middleware that every request goes through. It says who asks (a session, a token, a wall,
//! or `local` while there are no accounts), whether that visitor may come to this address ([`rights`]), and
//! whether a page of ours sent what changes something.

use std::net::IpAddr;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::accounts::{AccountError, Visitor, Way, same};
use crate::api::{Problem, is_api};
use crate::error::HttpError;
use crate::guard::is_same_origin;
use crate::request::{cookie, link};
use crate::state::App;

mod address;
mod cookies;
mod rates;
mod rights;

pub(crate) use address::{Peer, client};
pub(crate) use cookies::{Jar, forgotten};
pub(crate) use rates::Rates;
use rights::Need;

/// How people come in from elsewhere: only with accounts.
#[derive(Debug, Clone, Default)]
pub struct Door {
    /// Names that the server is asked by, beside those of loopback.
    pub hosts: Vec<String>,
    /// Whether browsers reach it over TLS, its own or a proxy's.
    pub is_https: bool,
    /// The addresses of proxies, who say in `X-Forwarded-For` who asks. Where there are some, nobody else
    /// but this machine is answered.
    pub proxies: Vec<IpAddr>,
}

/// Bytes of a form that are read to look for its sign.
const MOST_FORM: usize = 1024 * 1024;
const CSRF: &str = "x-csrf-token";
const FORM: &str = "application/x-www-form-urlencoded";

/// Lets a request in, or says why not.
pub(crate) async fn keep(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let (uri, api) = (request.uri().clone(), is_api(request.uri()));
    match enter(&app, &mut request).await {
        Ok(visitor) => {
            request.extensions_mut().insert(visitor);
            next.run(request).await
        }
        Err(refusal) if api => refusal.problem(),
        Err(refusal) => refusal.page(&uri, request.headers()),
    }
}

/// Why a request does not come in.
enum Refusal {
    /// Nobody has signed in.
    SignIn,
    /// Another password comes first.
    Change,
    /// Too many requests.
    Slower(u32),
    Error(HttpError),
}

impl From<HttpError> for Refusal {
    fn from(error: HttpError) -> Self {
        Self::Error(error)
    }
}

impl From<AccountError> for Refusal {
    fn from(error: AccountError) -> Self {
        Self::Error(error.into())
    }
}

async fn enter(app: &App, request: &mut Request) -> Result<Visitor, Refusal> {
    let Some(door) = app.options.door.clone() else {
        local(request)?;
        return Ok(Visitor::local());
    };
    let peer = request.extensions().get::<Peer>().copied();
    let address = client(peer, request.headers(), &door.proxies).ok_or(HttpError::Forbidden)?;
    let path = request.uri().path().to_owned();
    let is_costly = rights::is_costly(request.method(), &path);
    if !rights::is_bounded(&path)
        && let Err(seconds) = app.rates.take(&address, app.accounts.now(), is_costly)
    {
        return Err(Refusal::Slower(seconds));
    }
    let need = rights::need(request.method(), &path);
    let visitor = who(app, &door, request)?.map(|visitor| Visitor { address: address.clone(), ..visitor });
    let visitor = match (visitor, &need) {
        (Some(visitor), _) => visitor,
        (None, Need::Nobody) => Visitor { address, ..Visitor::nobody() },
        (None, _) => return Err(Refusal::SignIn),
    };
    if !request.method().is_safe() {
        sent_by_us(&visitor, request, door.is_https).await?;
    }
    if visitor.must_change_password && !rights::is_for_newcomers(&path) {
        return Err(Refusal::Change);
    }
    if !need.is_met_by(&visitor, &path) {
        let fields = json!({ "method": request.method().as_str(), "path": path });
        app.audit.note(&visitor, "refused", fields).await?;
        return Err(HttpError::Forbidden.into());
    }
    Ok(visitor)
}

/// While there are no accounts, a page from elsewhere must not make this machine's browser send anything.
/// Programs say neither where they come from nor that it is here.
fn local(request: &Request) -> Result<(), HttpError> {
    let headers = request.headers();
    let is_said = headers.contains_key("origin") || headers.contains_key("sec-fetch-site");
    let is_foreign = !request.method().is_safe() && is_said && !is_same_origin(headers, false);
    if is_foreign { Err(HttpError::Foreign) } else { Ok(()) }
}

/// Who asks, by what the request carries.
fn who(app: &App, door: &Door, request: &Request) -> Result<Option<Visitor>, AccountError> {
    let headers = request.headers();
    if is_api(request.uri())
        && let Some(token) = bearer(headers)
    {
        return app.accounts.principal_of_token(token);
    }
    let jar = Jar::new(door.is_https);
    if let Some(value) = cookie(headers, jar.session())
        && let Some(visitor) = app.accounts.principal_of_session(value)?
    {
        return Ok(Some(visitor));
    }
    match cookie(headers, jar.device()) {
        Some(value) => app.accounts.device_of_token(value),
        None => Ok(None),
    }
}

/// What changes something comes from a page of ours and carries the sign of its session. Tokens are sent by
/// programs, never by a browser on its own, so they need none.
async fn sent_by_us(visitor: &Visitor, request: &mut Request, is_https: bool) -> Result<(), Refusal> {
    let is_program = visitor.way == Way::Token || (visitor.way == Way::Public && is_api(request.uri()));
    if is_program {
        return Ok(());
    }
    if !is_same_origin(request.headers(), is_https) {
        return Err(HttpError::Foreign.into());
    }
    if visitor.csrf.is_empty() {
        return Ok(());
    }
    let header = request.headers().get(CSRF).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let sign = match header {
        Some(sign) => Some(sign),
        None => sign_of_form(request).await?,
    };
    if sign.is_some_and(|sign| same(&sign, &visitor.csrf)) { Ok(()) } else { Err(HttpError::Form.into()) }
}

/// The sign that a form carries; the request is as it was afterwards.
async fn sign_of_form(request: &mut Request) -> Result<Option<String>, HttpError> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !kind.to_ascii_lowercase().starts_with(FORM) {
        return Ok(None);
    }
    let body = std::mem::take(request.body_mut());
    let read = tokio::time::timeout(crate::request::PATIENCE, to_bytes(body, MOST_FORM)).await;
    let Ok(read) = read else { return Err(HttpError::Form) };
    let bytes: Bytes = read.map_err(|_| HttpError::TooLarge)?;
    let sign = url::form_urlencoded::parse(&bytes).find(|(name, _)| name == "csrf").map(|(_, sign)| sign.into_owned());
    *request.body_mut() = Body::from(bytes);
    Ok(sign)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

impl Refusal {
    /// For a machine.
    fn problem(self) -> Response {
        match self {
            Self::SignIn => {
                let detail = "send an access token that is known: Authorization: Bearer TOKEN";
                Problem::new(StatusCode::UNAUTHORIZED, "token", detail).into_response()
            }
            Self::Change => {
                let detail = "this account has a first password still; change it on /account";
                Problem::new(StatusCode::FORBIDDEN, "password", detail).into_response()
            }
            Self::Slower(seconds) => {
                let detail = "too many requests; send it again after Retry-After seconds";
                let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate", detail).into_response();
                after(problem, seconds)
            }
            Self::Error(error) => error.into_response(),
        }
    }

    /// For a person, who is led to where he can sign in.
    fn page(self, uri: &Uri, headers: &HeaderMap) -> Response {
        match self {
            Self::SignIn if uri.path() == "/live" => StatusCode::UNAUTHORIZED.into_response(),
            Self::SignIn => {
                let next = uri.path_and_query().map(ToString::to_string).unwrap_or_default();
                led(headers, &link("/login", &[("next", if next == "/" { String::new() } else { next })]))
            }
            Self::Change => led(headers, "/account"),
            Self::Slower(seconds) => after(HttpError::Slower.into_response(), seconds),
            Self::Error(error) => error.into_response(),
        }
    }
}

/// Leads elsewhere; a part of a page takes the whole page along.
fn led(headers: &HeaderMap, to: &str) -> Response {
    let is_part = headers.contains_key("hx-request");
    let (status, name) = if is_part {
        (StatusCode::UNAUTHORIZED, axum::http::HeaderName::from_static("hx-redirect"))
    } else {
        (StatusCode::SEE_OTHER, LOCATION)
    };
    match HeaderValue::from_str(to) {
        Ok(to) => (status, [(name, to)]).into_response(),
        Err(_) => HttpError::SignIn.into_response(),
    }
}

fn after(mut response: Response, seconds: u32) -> Response {
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}
