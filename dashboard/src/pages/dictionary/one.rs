//! `/metrics/{id}`: the result of a metric over the period, told apart as the address asks, with intervals,
//! places, and links to the rows behind each count.

use analytics::Question;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use queries::{Breakdown, Column, Metric};

use super::told::{Told, told};
use super::{Entry, breakdown, entry, find, list_href, title};
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Nav};
use crate::pages::cards::Pages;
use crate::pages::figures::{self, Table};
use crate::pages::page;
use crate::place::Choice;
use crate::request::Ask;
use crate::sheet::{Exports, answer};
use crate::state::App;

/// Rows on a page.
const PAGE: usize = 50;
const DIRECTIONS: [&str; 2] = ["desc", "asc"];

#[derive(Template)]
#[template(path = "metric.html")]
struct Page {
    frame: Frame,
    entry: Entry,
    list_href: String,
    breakdowns: Vec<Choice>,
    period: String,
    /// Whether the region of the address could not be told apart.
    is_of_all: bool,
    count: String,
    is_empty: bool,
    table: String,
    pages: Pages,
    told: Told,
    exports: Exports,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let metric = find(&id)?;
    let (by, number) = (breakdown(&ask, metric)?, ask.page()?);
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let table = read(&context, metric, by).await?;
    let total = table.rows.len();
    let after = usize::try_from(number - 1).unwrap_or(0).saturating_mul(PAGE);
    let question =
        Question { metric, period: figures::period(&context), by, compare: None, intervals: true, rank: None };
    let choice = |by: &Breakdown, chosen: Breakdown| Choice {
        value: by.as_str().to_owned(),
        text: t.code("by", by.as_str()),
        selected: *by == chosen,
    };
    page(&Page {
        frame: context.frame(Nav::Metrics, format!("{} {}", metric.id, title(t, metric)), &["cols"]),
        entry: entry(&context, metric),
        list_href: list_href(&context, metric),
        breakdowns: metric.header().breakdowns.iter().map(|known| choice(known, by)).collect(),
        period: context.period(),
        is_of_all: figures::is_of_all(&context, &[metric], by),
        count: format::count(t, total as i64),
        is_empty: total == 0,
        table: table.page(after, PAGE).html(t, context.zone())?,
        pages: Pages::new(&context.ask, number, total as i64, PAGE as i64),
        told: told(&context, &question, None)?,
        exports: Exports::of_part(&context, &format!("/metrics/{}/figures", metric.id)),
    })
}

/// All rows of the same table as a file.
pub(crate) async fn export(State(app): State<App>, Path(id): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let metric = find(&id)?;
    let by = breakdown(&ask, metric)?;
    let context = Context::open(app, ask).await?;
    let table = read(&context, metric, by).await?;
    let filters = vec![(context.lang().say("metric-by"), context.lang().code("by", by.as_str()))];
    answer(&context.app, &context.ask, table.file_of(&context, metric.id, filters, &[metric.id])).await
}

/// The table, in the order that the address asks for.
async fn read(context: &Context, metric: &'static Metric, by: Breakdown) -> Result<Table, HttpError> {
    let columns = columns(&context.ask, metric)?;
    let caption = title(context.lang(), metric).to_owned();
    let mut table = figures::table(context, caption, by, &[(metric, columns)]).await?;
    let wanted = context.ask.value("sort");
    let ascending = context.ask.one_of("dir", &DIRECTIONS)? == "asc";
    let sorted: Option<Result<usize, HttpError>> = wanted.map(|text| {
        let found = text.parse::<usize>().ok().filter(|column| *column < table.heads.len());
        found.ok_or_else(|| HttpError::bad_value("sort", text))
    });
    let sorted = sorted.transpose()?;
    if let Some(column) = sorted {
        table.sort(column, ascending);
    }
    for (at, head) in table.heads.iter_mut().enumerate() {
        let is_current = sorted == Some(at);
        let direction = if is_current && !ascending { "asc" } else { "desc" };
        head.href = Some(context.ask.with(&[("sort", &at.to_string()), ("dir", direction), ("page", "")]));
        head.sorted = match (is_current, ascending) {
            (false, _) => "none",
            (true, true) => "ascending",
            (true, false) => "descending",
        };
    }
    Ok(table)
}

/// `?cols=due_n,on_time_rate`; all of them without it.
fn columns(ask: &Ask, metric: &'static Metric) -> Result<Vec<&'static Column>, HttpError> {
    let Some(names) = ask.value("cols") else {
        return Ok(figures::whole(metric));
    };
    let column = |name: &str| figures::whole(metric).into_iter().find(|column| column.name == name);
    let found = names.split(',').map(|name| column(name.trim()));
    found.collect::<Option<Vec<_>>>().ok_or_else(|| HttpError::bad_value("cols", names))
}
