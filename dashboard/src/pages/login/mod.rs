//! `/login`, `/logout`, and the way in of walls.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde_json::json;

use super::plain::Plain;
use crate::accounts::{Login, Visitor, is_name};
use crate::error::HttpError;
use crate::gate::{Jar, forgotten};
use crate::oidc::Oidc;
use crate::request::{Ask, link, read_form};
use crate::state::App;

mod provider;

/// Bytes of the form.
const MOST_FORM: usize = 16 * 1024;
/// Seconds that a wall stays in; its token may be revoked at any time.
const WALL_STAYS: i64 = 400 * 86_400;

#[derive(Template)]
#[template(path = "login.html")]
struct Page {
    plain: Plain,
    next: String,
    name: String,
    trouble: Option<String>,
    /// The button of the provider, and its address.
    provider: Option<(String, String)>,
}

/// The addresses of signing in and out.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/login", get(show).post(take))
        .route("/login/wall", get(wall))
        .route("/login/provider", get(provider::there))
        .route("/login/back", get(provider::back))
        .route("/logout", post(leave))
}

/// The jar of this server; without accounts there is nothing to sign in to.
fn jar(app: &App) -> Result<Jar, HttpError> {
    let door = app.options.door.as_ref().ok_or_else(|| HttpError::missing("page", "/login"))?;
    Ok(Jar::new(door.is_https))
}

async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    jar(&app)?;
    form(&app, &ask, StatusCode::OK, inside(ask.value("next").unwrap_or_default()), String::new(), None)
}

fn form(
    app: &App,
    ask: &Ask,
    status: StatusCode,
    next: String,
    name: String,
    trouble: Option<String>,
) -> Result<Response, HttpError> {
    let button = |oidc: &Arc<Oidc>| {
        let text = ask.lang().tell("login-provider", &[("name", oidc.name())]);
        (text, link("/login/provider", &[("next", next.clone())]))
    };
    let provider = app.options.oidc.as_ref().map(button);
    let page = Page { plain: Plain::new(ask, "login-title"), next, name, trouble, provider };
    Ok((status, [(CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

async fn take(State(app): State<App>, ask: Ask, request: Request) -> Result<Response, HttpError> {
    let jar = jar(&app)?;
    let fields = read_form(request, MOST_FORM).await?;
    let (next, name) = (inside(fields.text("next")), fields.text("name").trim().to_owned());
    let (typed, password, address) = (name.clone(), fields.text("password").to_owned(), ask.visitor.address.clone());
    let login = app.hashed(move |accounts| accounts.sign_in(&typed, &password, &address)).await?;
    // What is typed here by mistake may be a password.
    let told = if is_name(&name) { name.clone() } else { "?".to_owned() };
    let t = ask.lang();
    match login {
        Login::In { cookie, visitor } => entered(&app, jar, &ask, (&cookie, *visitor), &next).await,
        Login::Wrong => {
            app.audit.note(&ask.visitor, "login_refused", json!({ "name": told, "why": "wrong" })).await?;
            form(&app, &ask, StatusCode::UNAUTHORIZED, next, name, Some(t.say("login-wrong")))
        }
        Login::Later { seconds } => {
            app.audit.note(&ask.visitor, "login_refused", json!({ "name": told, "why": "locked" })).await?;
            let minutes = (seconds as u64).div_ceil(60).to_string();
            let trouble = t.tell("login-later", &[("n", &minutes)]);
            let mut response = form(&app, &ask, StatusCode::TOO_MANY_REQUESTS, next, name, Some(trouble))?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
    }
}

/// Notes a sign-in, and leads on with the cookie. A session that the browser had before ends: nobody else
/// may have put it there to find it signed in.
async fn entered(
    app: &App,
    jar: Jar,
    ask: &Ask,
    (cookie, visitor): (&str, Visitor),
    next: &str,
) -> Result<Response, HttpError> {
    if let Some(before) = &ask.visitor.session {
        app.accounts.end_session(&ask.visitor.principal.name, before)?;
    }
    let visitor = Visitor { address: ask.visitor.address.clone(), ..visitor };
    app.audit.note(&visitor, "login", json!({ "role": visitor.principal.role.to_string() })).await?;
    let to = if visitor.must_change_password { "/account" } else { next };
    with_cookie(Redirect::to(to).into_response(), &jar.set(jar.session(), cookie, None))
}

async fn leave(State(app): State<App>, visitor: Visitor) -> Result<Response, HttpError> {
    let jar = jar(&app)?;
    if let Some(session) = &visitor.session {
        app.accounts.end_session(&visitor.principal.name, session)?;
    }
    app.audit.note(&visitor, "logout", json!({})).await?;
    with_cookie(Redirect::to("/login").into_response(), &forgotten(jar, jar.session()))
}

/// `/login/wall?token=…`: opened once on a wall, which then stays in.
async fn wall(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let jar = jar(&app)?;
    let token = ask.value("token").unwrap_or_default().to_owned();
    let Some(visitor) = app.accounts.device_of_token(&token)? else {
        app.audit.note(&ask.visitor, "login_refused", json!({ "why": "wall token" })).await?;
        return Err(HttpError::SignIn);
    };
    let visitor = Visitor { address: ask.visitor.address.clone(), ..visitor };
    app.audit.note(&visitor, "login", json!({ "wall": true })).await?;
    let to = link("/wall", &[("lang", ask.lens.chosen.0.map(|lang| lang.param().to_owned()).unwrap_or_default())]);
    with_cookie(Redirect::to(&to).into_response(), &jar.set(jar.device(), &token, Some(WALL_STAYS)))
}

fn with_cookie(mut response: Response, cookie: &str) -> Result<Response, HttpError> {
    let cookie = HeaderValue::from_str(cookie).map_err(|_| HttpError::Form)?;
    response.headers_mut().append(SET_COOKIE, cookie);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// An address of ours to go on to; the first page for anything else, so that no link to `/login` leads
/// elsewhere.
fn inside(next: &str) -> String {
    let is_ours = next.starts_with('/') && !next.starts_with("//") && !next.starts_with("/login");
    let is_plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if is_ours && is_plain { next.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_ours_alone() {
        for ours in ["/", "/cards?region=450502&lang=en", "/cases/X-1"] {
            assert_eq!(inside(ours), ours);
        }
        for other in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nx: y", "cards", "/login"]
        {
            assert_eq!(inside(other), "/", "{other}");
        }
    }
}
