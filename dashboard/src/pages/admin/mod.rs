//! `/admin`: accounts, the tokens of walls, programs and sources, and the configuration as it was read.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};

use super::page;
use super::plain::{Plain, at, at_most, roles, scope_told};
use crate::accounts::TokenRow;
use crate::error::HttpError;
use crate::request::Ask;
use crate::state::App;

mod audit;
mod change;

#[derive(Template)]
#[template(path = "admin.html")]
struct Page {
    plain: Plain,
    accounts: Vec<AccountLine>,
    roles: Vec<(String, String, bool)>,
    told: Option<String>,
    /// What a form has made, and its secret, shown this once.
    made: Option<(String, String)>,
    tokens: Vec<TokenLine>,
    sources: Vec<SourceLine>,
    config: Vec<(String, String)>,
}

struct AccountLine {
    name: String,
    role: String,
    scope: String,
    /// As its form has it.
    scope_code: String,
    roles: Vec<(String, String, bool)>,
    state: String,
    changed: String,
    is_own: bool,
    is_disabled: bool,
    has_password: bool,
}

struct TokenLine {
    id: String,
    kind: String,
    label: String,
    whose: String,
    created: String,
    expires: String,
    seen: String,
    is_revoked: bool,
}

struct SourceLine {
    name: String,
    source: String,
    mappings: String,
    /// When it was revoked; empty if it counts.
    revoked: String,
}

/// What a form has led to.
#[derive(Default)]
struct Done {
    told: Option<String>,
    made: Option<(String, String)>,
}

/// The addresses of whoever keeps the accounts.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/admin", get(show))
        .route("/admin/audit", get(audit::show))
        .route("/admin/accounts", post(change::add))
        .route("/admin/accounts/reset", post(change::reset))
        .route("/admin/accounts/disable", post(change::disable))
        .route("/admin/accounts/rights", post(change::rights))
        .route("/admin/devices", post(change::add_device))
        .route("/admin/tokens/revoke", post(change::revoke))
        .route("/admin/sources/revoke", post(change::revoke_source))
}

async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    told(&app, &ask, Done::default())
}

fn told(app: &App, ask: &Ask, done: Done) -> Result<Response, HttpError> {
    let (t, zone) = (ask.lang(), app.engine.zone());
    let account = |row: crate::accounts::Account| AccountLine {
        scope: scope_told(t, &row.scope),
        roles: roles(t, &row.role),
        role: t.code("role", &row.role),
        state: t.say(match (row.is_disabled, row.must_change) {
            (true, _) => "account-disabled",
            (false, true) => "account-first",
            (false, false) => "account-active",
        }),
        changed: at(zone, row.changed_at),
        is_own: row.name == ask.visitor.principal.name,
        is_disabled: row.is_disabled,
        has_password: row.origin == "password",
        scope_code: row.scope,
        name: row.name,
    };
    let token = |row: TokenRow| TokenLine {
        kind: t.code("kind", &row.kind),
        whose: row.name.unwrap_or_else(|| row.scope.map_or_else(String::new, |scope| scope_told(t, &scope))),
        created: at(zone, row.created_at),
        expires: at_most(zone, row.expires_at),
        seen: at_most(zone, row.seen_at),
        is_revoked: row.revoked_at.is_some(),
        id: row.id,
        label: row.label,
    };
    let mut sources = Vec::new();
    for held in app.options.pushes.iter().flat_map(|pushes| pushes.tokens.iter()) {
        let revoked = app.accounts.source_revoked(&held.sha256)?;
        sources.push(SourceLine {
            name: held.name.clone(),
            source: held.source.clone(),
            mappings: held.mappings.join(", "),
            revoked: revoked.map(|seconds| at(zone, seconds)).unwrap_or_default(),
        });
    }
    page(&Page {
        plain: Plain::new(ask, "admin-title"),
        accounts: app.accounts.list()?.into_iter().map(account).collect(),
        roles: roles(t, ""),
        told: done.told,
        made: done.made,
        tokens: app.accounts.tokens(None)?.into_iter().map(token).collect(),
        sources,
        config: app.options.told.to_vec(),
    })
}
