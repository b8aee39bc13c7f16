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
use crate::pages::figures::{self, Sheet};
use crate::pages::{csv_file, page};
use crate::place::Choice;
use crate::request::Ask;
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
    csv_href: String,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let metric = find(&id)?;
    let (by, number) = (breakdown(&ask, metric)?, ask.page()?);
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let sheet = read(&context, metric, by).await?;
    let total = sheet.rows.len();
    let after = usize::try_from(number - 1).unwrap_or(0).saturating_mul(PAGE);
    let question =
        Question { metric, period: figures::period(&context), by, compare: None, intervals: true, rank: None };
    let more = ["by", "columns", "sort", "dir"].map(|name| (name, context.ask.value(name).unwrap_or_default()));
    let choice = |by: &Breakdown, chosen: Breakdown| Choice {
        value: by.as_str().to_owned(),
        text: t.code("by", by.as_str()),
        selected: *by == chosen,
    };
    page(&Page {
        frame: context.frame(Nav::Metrics, format!("{} {}", metric.id, title(t, metric)), &["columns"]),
        entry: entry(&context, metric),
        list_href: list_href(&context, metric),
        breakdowns: metric.header().breakdowns.iter().map(|known| choice(known, by)).collect(),
        period: period(&context),
        is_of_all: figures::is_of_all(&context, &[metric], by),
        count: format::count(t, total as i64),
        is_empty: total == 0,
        table: sheet.page(after, PAGE).html()?,
        pages: Pages::new(&context.ask, number, total as i64, PAGE as i64),
        told: told(&context, &question, None)?,
        csv_href: context.ask.link(&format!("/metrics/{}/figures.csv", metric.id), &more),
    })
}

/// All rows of the same table as CSV.
pub(crate) async fn export(State(app): State<App>, Path(id): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let metric = find(&id)?;
    let by = breakdown(&ask, metric)?;
    let context = Context::open(app, ask).await?;
    let sheet = read(&context, metric, by).await?;
    Ok(csv_file(&format!("{}.csv", metric.id), sheet.csv()))
}

/// The period of the page in words.
pub(super) fn period(context: &Context) -> String {
    let (t, period) = (context.lang(), figures::period(context));
    let last = period.to.yesterday().unwrap_or(period.to);
    let (first, last) = (format::day_long(t, period.from), format::day_long(t, last));
    t.tell("period-given", &[("first", &first), ("last", &last)])
}

/// The table, in the order that the address asks for.
async fn read(context: &Context, metric: &'static Metric, by: Breakdown) -> Result<Sheet, HttpError> {
    let columns = columns(&context.ask, metric)?;
    let caption = title(context.lang(), metric).to_owned();
    let mut sheet = figures::sheet(context, caption, by, &[(metric, columns)]).await?;
    let wanted = context.ask.value("sort");
    let ascending = context.ask.one_of("dir", &DIRECTIONS)? == "asc";
    let sorted: Option<Result<usize, HttpError>> = wanted.map(|text| {
        let found = text.parse::<usize>().ok().filter(|column| *column < sheet.heads.len());
        found.ok_or_else(|| HttpError::bad_value("sort", text))
    });
    let sorted = sorted.transpose()?;
    if let Some(column) = sorted {
        sheet.sort(column, ascending);
    }
    for (at, head) in sheet.heads.iter_mut().enumerate() {
        let is_current = sorted == Some(at);
        let direction = if is_current && !ascending { "asc" } else { "desc" };
        head.href = Some(context.ask.with(&[("sort", &at.to_string()), ("dir", direction), ("page", "")]));
        head.sorted = match (is_current, ascending) {
            (false, _) => "none",
            (true, true) => "ascending",
            (true, false) => "descending",
        };
    }
    Ok(sheet)
}

/// `?columns=due_n,on_time_rate`; all of them without it.
fn columns(ask: &Ask, metric: &'static Metric) -> Result<Vec<&'static Column>, HttpError> {
    let Some(names) = ask.value("columns") else {
        return Ok(figures::whole(metric));
    };
    let column = |name: &str| figures::whole(metric).into_iter().find(|column| column.name == name);
    let found = names.split(',').map(|name| column(name.trim()));
    found.collect::<Option<Vec<_>>>().ok_or_else(|| HttpError::bad_value("columns", names))
}
