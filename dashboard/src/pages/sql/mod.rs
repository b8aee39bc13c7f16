//! `/sql`: any question. The page is a form that works without script: what is typed is asked, planned, saved or taken
//! along as a file by the button that sends it. With script the statement has an editor, and the rows a table that
//! scrolls ([`assets/sql.js`](../../../assets/sql.js)).

pub(crate) mod catalog;
mod result;
mod typed;
mod view;

use askama::Template;
use axum::extract::{Json, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::api::Problem;
use crate::api::sql::answer;
use crate::error::HttpError;
use crate::frame::Context;
use crate::request::{Ask, read_form};
use crate::sql::chart::{Figures, Kind};
use crate::sql::run::plan;
use crate::sql::saved;
use crate::sql::{Form, MOST_BODY, Running, Trouble, Way, write};
use crate::state::App;

use result::PAGE;
use typed::Typed;
use view::{Page, Shown};

/// The page, with what the address names: `?saved=`, `?asked=`, `?metric=`, `?table=` or `?sql=`. Nothing is run.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let typed = Typed::of_address(&app, &ask).await?;
    let context = Context::open(app, ask).await?;
    shown(&context, &typed, Shown::default()).await
}

/// What the form sends.
pub(crate) async fn take(State(app): State<App>, ask: Ask, request: Request) -> Result<Response, HttpError> {
    let sent = read_form(request, MOST_BODY).await?;
    let typed = Typed::sent(&sent)?;
    let context = Context::open(app, ask).await?;
    let told = match sent.text("do") {
        "save" => return save(&context, &typed).await,
        "forget" => {
            saved::forget(&context.app, &context.ask.visitor, sent.text("id")).await?;
            return Ok(Redirect::to(&context.ask.link("/sql", &[])).into_response());
        }
        "plan" => planned(&context, &typed).await,
        ending => match Form::of_ending(ending).filter(|form| form.is_file()) {
            Some(form) => match file(&context, &typed, form).await {
                Ok(file) => return Ok(file),
                Err(trouble) => Err(trouble),
            },
            None => run(&context, &typed).await,
        },
    };
    let told = told.unwrap_or_else(|trouble| Shown { trouble: Some(trouble), ..Shown::default() });
    shown(&context, &typed, told).await
}

async fn shown(context: &Context, typed: &Typed, told: Shown) -> Result<Response, HttpError> {
    let status = told.trouble.as_ref().map_or(StatusCode::OK, |trouble| trouble.status);
    let page = Page::new(context, typed, told).await?;
    Ok((status, [(CACHE_CONTROL, "no-store")], Html(page.render()?)).into_response())
}

/// One page of the answer, and its picture.
async fn run(context: &Context, typed: &Typed) -> Result<Shown, Trouble> {
    let asked = typed.asked(context, Some(typed.page * PAGE))?;
    let running = Running::begin(&context.app, &context.ask.visitor, &asked, (Way::Page, Form::Json, true)).await?;
    let gathered = running.gather().await;
    let mut told = Shown { trouble: gathered.end.trouble.clone(), ..Shown::default() };
    if let Some(kind) = typed.chart {
        match Figures::of(&gathered, &typed.x, &typed.y) {
            Ok(figures) => {
                told.picture = figures.draw(kind, context.lang()).map_err(|error| Trouble::server(&error))?
            }
            Err(trouble) => told.no_picture = trouble.detail,
        }
    }
    told.result = Some(result::view(context, &gathered, typed.page)?);
    Ok(told)
}

async fn planned(context: &Context, typed: &Typed) -> Result<Shown, Trouble> {
    let asked = typed.asked(context, None)?;
    let plan = plan(&context.app, &context.ask.visitor, &asked, Way::Page).await?;
    Ok(Shown { plan, ..Shown::default() })
}

async fn file(context: &Context, typed: &Typed, form: Form) -> Result<Response, Trouble> {
    let asked = typed.asked(context, None)?;
    let running = Running::begin(&context.app, &context.ask.visitor, &asked, (Way::Page, form, true)).await?;
    let name = running.head.zone.to_datetime(running.head.as_of).strftime("sql_%Y%m%dT%H%M%S").to_string();
    let encoder = write::encoder(form, &running.head, context.lang(), true)?;
    Ok(answer(form, &name, running.body(encoder).await?))
}

/// Keeps the query, and leads to its link.
async fn save(context: &Context, typed: &Typed) -> Result<Response, HttpError> {
    let told = match typed.keepable() {
        Err(trouble) => Some(trouble),
        Ok(()) => {
            let query =
                saved::new(&typed.title, &typed.sql, &typed.params, typed.is_shared, context.app.accounts.now());
            match saved::save(&context.app, &context.ask.visitor, query).await? {
                Some(id) => return Ok(Redirect::to(&context.ask.link("/sql", &[("saved", &id)])).into_response()),
                None => {
                    Some(Trouble::misasked(format!("{} queries are kept already; remove one first", saved::MOST_SAVED)))
                }
            }
        }
    };
    shown(context, typed, Shown { trouble: told, ..Shown::default() }).await
}

/// Figures that the page has, to be drawn.
#[derive(Deserialize)]
pub(crate) struct Draw {
    kind: Kind,
    figures: Figures,
}

/// `POST /sql/chart`: a picture of rows that the browser has, so that nothing is asked again.
pub(crate) async fn draw(ask: Ask, Json(draw): Json<Draw>) -> Result<Response, Problem> {
    let figures = draw.figures.checked()?;
    let svg = figures.draw(draw.kind, ask.lang()).map_err(|error| Trouble::server(&error))?;
    let mut response = svg.into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    Ok(response)
}
