//! The forms of `/admin`. Each is noted in the audit before its answer is given.

use analytics::{Role, Scope};
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::json;

use super::{Done, told};
use crate::accounts::AccountError;
use crate::error::HttpError;
use crate::request::{Ask, Fields, read_form};
use crate::state::App;

/// Bytes of a form.
const MOST_FORM: usize = 16 * 1024;

type Answer = Result<Response, HttpError>;

pub(super) async fn add(State(app): State<App>, ask: Ask, request: Request) -> Answer {
    let fields = read_form(request, MOST_FORM).await?;
    let (role, scope) = (role(&fields)?, scope(&fields)?);
    let name = fields.text("name").trim().to_owned();
    let (added, kept) = (name.clone(), scope.clone());
    let first = match app.hashed(move |accounts| Ok(accounts.add(&added, role, &kept))).await? {
        Err(AccountError::BadName) => return Err(HttpError::bad_value("account", &name)),
        Err(AccountError::Exists(_)) => return told(&app, &ask, say(&ask, "account-exists")),
        first => first?,
    };
    let fields = json!({ "account": name, "role": role.to_string(), "scope": scope.to_string() });
    app.audit.note(&ask.visitor, "account.add", fields).await?;
    told(&app, &ask, Done { made: Some((name, first)), ..say(&ask, "account-added") })
}

pub(super) async fn reset(State(app): State<App>, ask: Ask, request: Request) -> Answer {
    let fields = read_form(request, MOST_FORM).await?;
    let name = other(&app, &ask, &fields)?;
    let account = name.clone();
    let first = app.hashed(move |accounts| accounts.reset(&account)).await?;
    app.audit.note(&ask.visitor, "account.reset", json!({ "account": name })).await?;
    told(&app, &ask, Done { made: Some((name, first)), ..say(&ask, "account-reset") })
}

pub(super) async fn disable(State(app): State<App>, ask: Ask, request: Request) -> Answer {
    let fields = read_form(request, MOST_FORM).await?;
    let name = other(&app, &ask, &fields)?;
    app.accounts.disable(&name)?;
    app.audit.note(&ask.visitor, "account.disable", json!({ "account": name })).await?;
    told(&app, &ask, say(&ask, "account-off"))
}

pub(super) async fn rights(State(app): State<App>, ask: Ask, request: Request) -> Answer {
    let fields = read_form(request, MOST_FORM).await?;
    let (name, role, scope) = (other(&app, &ask, &fields)?, role(&fields)?, scope(&fields)?);
    app.accounts.set_rights(&name, role, &scope)?;
    let fields = json!({ "account": name, "role": role.to_string(), "scope": scope.to_string() });
    app.audit.note(&ask.visitor, "account.rights", fields).await?;
    told(&app, &ask, say(&ask, "account-changed"))
}

pub(super) async fn add_device(State(app): State<App>, ask: Ask, request: Request) -> Answer {
    let fields = read_form(request, MOST_FORM).await?;
    let (scope, label) = (scope(&fields)?, fields.text("label").trim());
    let made = match app.accounts.add_device(label, &scope) {
        Err(AccountError::BadName) => return Err(HttpError::bad_value("account", label)),
        made => made?,
    };
    let noted = json!({ "token": made.id, "wall": label, "scope": scope.to_string() });
    app.audit.note(&ask.visitor, "token.add", noted).await?;
    let address = format!("/login/wall?token={}", made.secret);
    told(&app, &ask, Done { made: Some((label.to_owned(), address)), ..say(&ask, "device-made") })
}

pub(super) async fn revoke(State(app): State<App>, ask: Ask, request: Request) -> Answer {
    let fields = read_form(request, MOST_FORM).await?;
    let id = fields.text("id");
    match app.accounts.revoke(id, None) {
        // One that is gone already.
        Err(AccountError::NoToken(_)) => return Err(HttpError::Form),
        done => done?,
    }
    app.audit.note(&ask.visitor, "token.revoke", json!({ "token": id })).await?;
    told(&app, &ask, say(&ask, "token-revoked"))
}

pub(super) async fn revoke_source(State(app): State<App>, ask: Ask, request: Request) -> Answer {
    let fields = read_form(request, MOST_FORM).await?;
    let name = fields.text("name");
    let mut held = app.options.pushes.iter().flat_map(|pushes| pushes.tokens.iter());
    let sha256 = held.find(|token| token.name == name).map(|token| token.sha256).ok_or(HttpError::Form)?;
    app.accounts.revoke_source(name, &sha256)?;
    app.audit.note(&ask.visitor, "token.revoke", json!({ "source": name })).await?;
    told(&app, &ask, say(&ask, "token-revoked"))
}

fn say(ask: &Ask, key: &str) -> Done {
    Done { told: Some(ask.lang().say(key)), made: None }
}

/// The account that a form is about: one that there is, and not one's own, or the last who may come in
/// could shut himself out.
fn other(app: &App, ask: &Ask, fields: &Fields) -> Result<String, HttpError> {
    let name = fields.text("name");
    if name == ask.visitor.principal.name {
        return Err(HttpError::Forbidden);
    }
    match app.accounts.find(name) {
        Ok(account) => Ok(account.name),
        Err(AccountError::NoAccount(_)) => Err(HttpError::Form),
        Err(error) => Err(error.into()),
    }
}

fn role(fields: &Fields) -> Result<Role, HttpError> {
    let text = fields.text("role");
    let role = text.parse::<Role>().ok().filter(|role| Role::ACCOUNTS.contains(role));
    role.ok_or_else(|| HttpError::bad_value("role", text))
}

fn scope(fields: &Fields) -> Result<Scope, HttpError> {
    let text = fields.text("scope").trim();
    text.parse().map_err(|_| HttpError::bad_value("scope", text))
}
