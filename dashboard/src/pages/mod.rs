//! The pages: extract, ask, render. One page is one file (or folder), and this is the only list.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod assets;
pub(crate) mod cards;
pub(crate) mod case;
pub(crate) mod desk;
pub(crate) mod dictionary;
pub(crate) mod healthz;
pub(crate) mod login;
pub(crate) mod overview;
pub(crate) mod quality;
pub(crate) mod savings;
pub(crate) mod search;
pub(crate) mod sql;
pub(crate) mod sunshine;
pub(crate) mod village;
pub(crate) mod villages;
pub(crate) mod wall;

mod card_columns;
mod daily;
mod figures;
mod incidents;
mod metrics;
mod object;
mod plain;
mod queue;
mod table;
mod totals;
mod village_columns;
mod village_metrics;
mod village_pictures;

use askama::Template;
use axum::Router;
use axum::http::header::CACHE_CONTROL;
use axum::http::uri::Uri;
use axum::response::{Html, IntoResponse, Response};

use crate::error::HttpError;
use crate::request::Ask;
use crate::state::App;

/// The addresses of accounts.
pub(crate) fn own_routes() -> Router<App> {
    login::routes().merge(account::routes()).merge(admin::routes())
}

/// No page has that address.
pub(crate) async fn missing(uri: Uri) -> HttpError {
    HttpError::missing("page", uri.path())
}

/// Pages are only read.
pub(crate) async fn not_allowed() -> HttpError {
    HttpError::Method
}

/// A rendered page; never kept by the browser, since it says how things stand now.
pub(crate) fn page<T: Template>(template: &T) -> Result<Response, HttpError> {
    let text = template.render()?;
    Ok(([(CACHE_CONTROL, "no-store")], Html(text)).into_response())
}

/// A page that is the same for everybody who asks for it until something becomes stale. One of a past
/// time is made each time: few ask for it twice.
async fn kept_page(
    app: &App,
    ask: &Ask,
    make: impl Future<Output = Result<String, HttpError>>,
) -> Result<Response, HttpError> {
    let mark = if ask.filters.as_of.is_none() { app.pulse.mark() } else { None };
    let text = app.kept.answer(mark, ask.name(), make).await?;
    Ok(([(CACHE_CONTROL, "no-store")], Html(text)).into_response())
}
