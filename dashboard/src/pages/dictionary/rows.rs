//! `/metrics/{id}/rows`: the rows behind a count, as many as it says.

use analytics::{Question, Within, metric_cases_page, records};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use queries::{Breakdown, Metric};
use serde_json::Value;

use super::told::{Told, told};
use super::{breakdown, find, list_href, title};
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::pages::cards::Pages;
use crate::pages::figures::{self, Field, Head, Record, Table, UNNAMED};
use crate::pages::page;
use crate::request::{Ask, Region, encode};
use crate::sheet::{Cell, Exports, answer};
use crate::state::App;

/// Rows on a page.
const PAGE: i64 = 50;

#[derive(Template)]
#[template(path = "metric_rows.html")]
struct Page {
    frame: Frame,
    list_href: String,
    metric_href: String,
    id: &'static str,
    counts: Vec<Link>,
    chips: Vec<Link>,
    period: String,
    is_of_all: bool,
    count: String,
    is_empty: bool,
    table: String,
    pages: Pages,
    told: Told,
    exports: Exports,
}

/// What the address asks for.
struct Wanted {
    metric: &'static Metric,
    count: &'static str,
    by: Breakdown,
}

impl Wanted {
    fn read(id: &str, ask: &Ask) -> Result<Self, HttpError> {
        let metric = find(id)?;
        let by = breakdown(ask, metric)?;
        let counts: Vec<&'static str> = metric.header().rows.iter().map(|rows| rows.count).collect();
        if counts.is_empty() {
            return Err(HttpError::missing("rows", metric.id));
        }
        Ok(Self { metric, count: ask.one_of("count", &counts)?, by })
    }

    fn question(&self, context: &Context) -> Question {
        let (metric, by) = (self.metric, figures::in_region(context, &[self.metric], self.by));
        Question { metric, period: figures::period(context), by, compare: None, intervals: false, rank: None }
    }
}

/// The page.
pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let (wanted, number) = (Wanted::read(&id, &ask)?, ask.page()?);
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let (table, total) = read(&context, &wanted, ((number - 1) * PAGE, Some(PAGE))).await?;
    let Wanted { metric, count, by } = wanted;
    let counts = metric.header().rows.iter().map(|rows| Link {
        href: context.ask.with(&[("count", rows.count), ("page", "")]),
        text: figures::label(t, metric, rows.count),
        current: rows.count == count,
    });
    let chip = context.ask.value("bucket").map(|bucket| Link {
        href: context.ask.with(&[("bucket", ""), ("page", "")]),
        text: format!("{} {} ×", t.code("by", by.as_str()), named(&context, bucket)),
        current: false,
    });
    page(&Page {
        frame: context.frame(Nav::Metrics, title(t, metric).to_owned(), &["count", "by", "bucket"]),
        list_href: list_href(&context, metric),
        metric_href: context.ask.link(&format!("/metrics/{}", metric.id), &[("by", by.as_str())]),
        id: metric.id,
        counts: counts.collect(),
        chips: chip.into_iter().collect(),
        period: context.period(),
        is_of_all: context.ask.value("bucket").is_none() && figures::is_of_all(&context, &[metric], by),
        count: format::count(t, total),
        is_empty: total == 0,
        table: table.html(t, context.zone())?,
        pages: Pages::new(&context.ask, number, total, PAGE),
        told: told(&context, &wanted.question(&context), Some(Some(count)))?,
        exports: Exports::of_part(&context, &format!("/metrics/{}/rows", metric.id)),
    })
}

/// All rows as a file.
pub(crate) async fn export(State(app): State<App>, Path(id): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let wanted = Wanted::read(&id, &ask)?;
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let (table, _) = read(&context, &wanted, (0, None)).await?;
    let mut filters = vec![(t.say("metric-rows"), figures::label(t, wanted.metric, wanted.count))];
    filters
        .extend(context.ask.value("bucket").map(|bucket| (t.code("by", wanted.by.as_str()), named(&context, bucket))));
    let name = format!("{}-{}", wanted.metric.id, wanted.count);
    answer(&context.app, &context.ask, table.file_of(&context, &name, filters, &[wanted.metric.id])).await
}

/// A bucket in words: places by their names.
fn named(context: &Context, bucket: &str) -> String {
    let region = Region::parse(bucket).filter(|region| region.digits().len() > 4);
    match region {
        Some(region) => context.places.name(&region, context.lang()),
        None if bucket == UNNAMED => context.lang().say("figures-unnamed"),
        None => bucket.to_owned(),
    }
}

async fn read(context: &Context, wanted: &Wanted, places: (i64, Option<i64>)) -> Result<(Table, i64), HttpError> {
    figures::check_pieces(context, wanted.by)?;
    let question = wanted.question(context);
    let digits = context.ask.filters.region.digits();
    let within = match context.ask.value("bucket") {
        Some(UNNAMED) => Within::Unnamed,
        Some(bucket) => Within::Bucket(bucket),
        // Rows of the whole city are also those for which the source names no place.
        None if figures::is_of_places(question.by) && digits.len() > 4 => Within::Prefix(digits),
        None => Within::Everything,
    };
    let found = metric_cases_page(&context.session, &question, Some(wanted.count), within, places).await?;
    let rows: Vec<Record> = records(&found.batches)?;
    let t = context.lang();
    let head = |name: &String| Head { text: t.code("row", name), title: name.clone(), ..Head::default() };
    let cells = |row: &Record| found.columns.iter().map(|name| cell(context, name, row.get(name))).collect::<Vec<_>>();
    let table = Table {
        caption: title(t, wanted.metric).to_owned(),
        heads: found.columns.iter().map(head).collect(),
        rows: rows.iter().map(cells).collect(),
    };
    Ok((table, found.total))
}

/// One value of a row; a case and a village lead to their pages.
fn cell(context: &Context, name: &str, value: Option<&Value>) -> Field {
    match value {
        Some(Value::String(text)) => {
            let href = (name == "case_no").then(|| {
                let no = encode(text);
                context.ask.link(&format!("/cases/{no}"), &[])
            });
            Field::text(text).linked(href)
        }
        Some(Value::Bool(is_so)) => Field { cell: Cell::Flag(*is_so), ..Field::text("") },
        Some(Value::Number(number)) => match (number.as_i64(), number.as_f64()) {
            (Some(n), _) => Field::number(Cell::Count(n)),
            (None, Some(value)) => Field::number(Cell::Measure(value)),
            _ => Field::none(),
        },
        _ => Field::none(),
    }
}
