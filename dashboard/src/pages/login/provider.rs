//! Signing in at the provider: there, and back.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use super::{entered, form, inside, jar, with_cookie};
use crate::accounts::{Login, random, same};
use crate::error::HttpError;
use crate::gate::forgotten;
use crate::oidc::{Oidc, OidcError, Vouched};
use crate::request::{Ask, cookie};
use crate::state::App;

/// Seconds that the browser keeps what it has begun.
const BEGUN: i64 = 600;

fn provider(app: &App) -> Result<&Oidc, HttpError> {
    app.options.oidc.as_deref().ok_or_else(|| HttpError::missing("page", "/login/provider"))
}

/// Leads to the provider.
pub(super) async fn there(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let (jar, oidc) = (jar(&app)?, provider(&app)?);
    let secrets = [random()?, random()?, random()?];
    let state = secrets[0].clone();
    let next = inside(ask.value("next").unwrap_or_default());
    match oidc.begin(secrets, next, app.accounts.now()).await {
        Ok(address) => {
            let cookie = jar.set(jar.begun(), &state, Some(BEGUN));
            with_cookie(Redirect::to(&address).into_response(), &cookie)
        }
        Err(error) => failed(&app, &ask, &error).await,
    }
}

/// Where the provider leads back to.
pub(super) async fn back(State(app): State<App>, ask: Ask, headers: HeaderMap) -> Result<Response, HttpError> {
    let (jar, oidc) = (jar(&app)?, provider(&app)?);
    let state = ask.value("state").unwrap_or_default();
    // Another's sign-in cannot be ended here: the browser that ends it has begun it.
    let is_ours = !state.is_empty() && cookie(&headers, jar.begun()).is_some_and(|begun| same(begun, state));
    let ended = match ask.value("code") {
        Some(code) if is_ours => oidc.end(code, state, app.accounts.now()).await,
        Some(_) => Err(OidcError::NotBegun),
        None => Err(OidcError::Refused(ask.value("error").unwrap_or("without a code").chars().take(64).collect())),
    };
    let Vouched { subject, wanted, rights, next } = match ended {
        Ok(vouched) => vouched,
        Err(error) => return failed(&app, &ask, &error).await,
    };
    let Some((role, scope)) = rights else {
        app.audit.note(&ask.visitor, "login_refused", json!({ "subject": subject, "why": "no role" })).await?;
        let trouble = ask.lang().say("login-no-role");
        return form(&app, &ask, StatusCode::FORBIDDEN, "/".to_owned(), String::new(), Some(trouble));
    };
    let address = ask.visitor.address.clone();
    match app.accounts.sign_in_vouched(&subject, &wanted, (role, &scope), &address)? {
        Login::In { cookie, visitor } => {
            let response = entered(&app, jar, &ask, (&cookie, *visitor), &next).await?;
            with_cookie(response, &forgotten(jar, jar.begun()))
        }
        Login::Wrong | Login::Later { .. } => {
            app.audit.note(&ask.visitor, "login_refused", json!({ "subject": subject, "why": "disabled" })).await?;
            Err(HttpError::Forbidden)
        }
    }
}

/// Why stands in the log; the page says what to do.
async fn failed(app: &App, ask: &Ask, error: &OidcError) -> Result<Response, HttpError> {
    tracing::warn!("nobody was signed in through the provider: {error}");
    app.audit.note(&ask.visitor, "login_refused", json!({ "why": "provider" })).await?;
    let trouble = ask.lang().say("login-vouched");
    form(app, ask, StatusCode::UNAUTHORIZED, "/".to_owned(), String::new(), Some(trouble))
}
