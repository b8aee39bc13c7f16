//! `/account`: one's own password, access tokens and sessions. The answer to a form is the page itself, so
//! that no address can make it say what did not happen.

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::page;
use super::plain::{Plain, at, at_most, scope};
use crate::accounts::{AccountError, Kind, TokenRow, Visitor};
use crate::error::HttpError;
use crate::request::{Ask, read_form};
use crate::state::App;

/// Bytes of a form.
const MOST_FORM: usize = 16 * 1024;
/// Longest time for which a token may be made, days.
const MOST_DAYS: u32 = 3_650;

#[derive(Template)]
#[template(path = "account.html")]
struct Page {
    plain: Plain,
    name: String,
    role: String,
    scope: String,
    must_change: bool,
    has_password: bool,
    told: Option<String>,
    /// A token that was just made, and the name that the wire takes with it.
    made: Option<(String, String)>,
    may_ask: bool,
    tokens: Vec<TokenLine>,
    sessions: Vec<SessionLine>,
}

struct TokenLine {
    id: String,
    label: String,
    created: String,
    expires: String,
    seen: String,
    is_revoked: bool,
}

struct SessionLine {
    id: String,
    begun: String,
    seen: String,
    address: String,
    is_this: bool,
}

/// What a form has led to.
#[derive(Default)]
struct Done {
    told: Option<String>,
    made: Option<(String, String)>,
}

/// The addresses of one's own account.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/account", get(show))
        .route("/account/password", post(password))
        .route("/account/tokens", post(add_token))
        .route("/account/tokens/revoke", post(revoke))
        .route("/account/sessions/end", post(end))
}

async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    told(&app, &ask, Done::default())
}

fn told(app: &App, ask: &Ask, done: Done) -> Result<Response, HttpError> {
    let (t, zone, visitor) = (ask.lang(), app.engine.zone(), &ask.visitor);
    let name = owner(visitor)?;
    let account = app.accounts.find(name)?;
    let token = |row: TokenRow| TokenLine {
        created: at(zone, row.created_at),
        expires: at_most(zone, row.expires_at),
        seen: at_most(zone, row.seen_at),
        is_revoked: row.revoked_at.is_some(),
        id: row.id,
        label: row.label,
    };
    let tokens = app.accounts.tokens(Some(name))?.into_iter().filter(|row| row.kind == Kind::Access.as_str());
    let sessions = app.accounts.sessions(name)?.into_iter().map(|row| SessionLine {
        begun: at(zone, row.created_at),
        seen: at(zone, row.seen_at),
        is_this: visitor.session.as_ref() == Some(&row.id),
        id: row.id,
        address: row.address,
    });
    page(&Page {
        plain: Plain::new(ask, "account-title"),
        name: name.to_owned(),
        role: t.code("role", &account.role),
        scope: scope(t, &visitor.principal.scope),
        must_change: account.must_change,
        has_password: account.origin == "password",
        told: done.told,
        made: done.made,
        may_ask: visitor.may(analytics::Right::Sql),
        tokens: tokens.map(token).collect(),
        sessions: sessions.collect(),
    })
}

/// The account of a visitor, who must be in a session of it.
fn owner(visitor: &Visitor) -> Result<&str, HttpError> {
    visitor
        .session
        .as_ref()
        .map(|_| visitor.principal.name.as_str())
        .ok_or_else(|| HttpError::missing("page", "/account"))
}

async fn password(State(app): State<App>, ask: Ask, request: Request) -> Result<Response, HttpError> {
    let (name, fields) = (owner(&ask.visitor)?.to_owned(), read_form(request, MOST_FORM).await?);
    let t = ask.lang();
    let say = |key: &str| Done { told: Some(t.say(key)), ..Done::default() };
    let (old, new) = (fields.text("old").to_owned(), fields.text("new").to_owned());
    if new != fields.text("again") {
        return told(&app, &ask, say("password-again"));
    }
    let session = ask.visitor.session.clone().unwrap_or_default();
    let account = name.clone();
    // A password that may not be one is an answer, not an error.
    let change =
        move |accounts: &crate::accounts::Accounts| match accounts.change_password(&account, &old, &new, &session) {
            Err(AccountError::Weak(key)) => Ok(Err(key)),
            changed => changed.map(Ok),
        };
    match app.hashed(change).await? {
        Err(key) => told(&app, &ask, Done { told: Some(t.code("password", key)), ..Done::default() }),
        Ok(false) => {
            app.audit.note(&ask.visitor, "account.password_refused", json!({ "account": name })).await?;
            told(&app, &ask, say("password-wrong"))
        }
        Ok(true) => {
            app.audit.note(&ask.visitor, "account.password", json!({ "account": name })).await?;
            told(&app, &ask, say("password-done"))
        }
    }
}

async fn add_token(State(app): State<App>, ask: Ask, request: Request) -> Result<Response, HttpError> {
    let (name, fields) = (owner(&ask.visitor)?.to_owned(), read_form(request, MOST_FORM).await?);
    if !ask.visitor.may(analytics::Right::Sql) {
        return Err(HttpError::Forbidden);
    }
    let days = fields.text("days").parse().ok().filter(|days| (1..=MOST_DAYS).contains(days));
    let days = days.ok_or_else(|| HttpError::bad_value("days", fields.text("days")))?;
    let made = app.accounts.add_token(&name, fields.text("label"), Some(days))?;
    app.audit.note(&ask.visitor, "token.add", json!({ "token": made.id, "account": name, "days": days })).await?;
    let user = format!("{name}.{}", made.id);
    told(&app, &ask, Done { told: Some(ask.lang().say("token-made")), made: Some((user, made.secret)) })
}

async fn revoke(State(app): State<App>, ask: Ask, request: Request) -> Result<Response, HttpError> {
    let (name, fields) = (owner(&ask.visitor)?.to_owned(), read_form(request, MOST_FORM).await?);
    let id = fields.text("id");
    match app.accounts.revoke(id, Some(&name)) {
        // One that is gone already, or of another account.
        Err(AccountError::NoToken(_)) => return Err(HttpError::Form),
        done => done?,
    }
    app.audit.note(&ask.visitor, "token.revoke", json!({ "token": id, "account": name })).await?;
    told(&app, &ask, Done { told: Some(ask.lang().say("token-revoked")), ..Done::default() })
}

async fn end(State(app): State<App>, ask: Ask, request: Request) -> Result<Response, HttpError> {
    let (name, fields) = (owner(&ask.visitor)?.to_owned(), read_form(request, MOST_FORM).await?);
    app.accounts.end_session(&name, fields.text("id"))?;
    app.audit.note(&ask.visitor, "account.session_end", json!({ "account": name })).await?;
    told(&app, &ask, Done { told: Some(ask.lang().say("session-ended")), ..Done::default() })
}
