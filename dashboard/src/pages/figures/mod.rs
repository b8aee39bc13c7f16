//! Figures of metrics side by side, told apart by place, department, item or time. What a number means is said
//! by `queries` and worked out by `analytics`; here is which numbers stand in which table.

use std::collections::{BTreeSet, HashMap};

use analytics::{Period, Question, measure, records};
use futures::future::try_join_all;
use queries::{Breakdown, Column, Metric};
use serde_json::Value;

use crate::error::HttpError;
use crate::format::FEW;
use crate::frame::Context;
use crate::sheet::Cell;

mod names;
mod table;
mod value;

use names::Names;
pub(super) use table::{Field, Head, Table};
pub(super) use value::{Record, label, measured, unit};

/// In an address, what the source names nobody for.
pub(super) const UNNAMED: &str = "-";
/// Most pieces of time in one table: the metric is run once for each.
const MOST_PIECES: i32 = 100;

/// A metric and what is shown of it.
pub(super) type Shown = (&'static Metric, Vec<&'static Column>);

/// What a table shows of a metric, and its rows.
struct Part {
    metric: &'static Metric,
    columns: Vec<&'static Column>,
    /// By bucket.
    rows: HashMap<Option<String>, Record>,
}

/// The days of the address, half-open.
pub(super) fn period(context: &Context) -> Period {
    let (from, to) = context.ask.filters.period(context.today);
    Period { from, to }
}

/// By what everything together is told apart so that the region of the address is one of the rows.
pub(super) fn in_region(context: &Context, metrics: &[&'static Metric], by: Breakdown) -> Breakdown {
    let within = match (by, context.ask.filters.region.digits().len()) {
        (Breakdown::All, 6) => Breakdown::County,
        (Breakdown::All, 9) => Breakdown::Township,
        (Breakdown::All, 12) => Breakdown::Village,
        _ => by,
    };
    let is_known = metrics.iter().all(|metric| metric.header().breakdowns.contains(&within));
    if is_known { within } else { by }
}

/// Whether the table is of the whole city although the address names a region: nothing but places lies in one.
pub(super) fn is_of_all(context: &Context, metrics: &[&'static Metric], by: Breakdown) -> bool {
    !is_of_places(in_region(context, metrics, by)) && context.ask.filters.region.digits().len() > 4
}

pub(super) fn is_of_places(by: Breakdown) -> bool {
    matches!(by, Breakdown::Village | Breakdown::Township | Breakdown::County)
}

/// Refuses more pieces of time than one table has.
pub(super) fn check_pieces(context: &Context, by: Breakdown) -> Result<(), HttpError> {
    let Period { from, to } = period(context);
    let days = match by {
        Breakdown::Day => 1,
        Breakdown::Month => 28,
        Breakdown::Quarter => 90,
        Breakdown::Year => 365,
        _ => return Ok(()),
    };
    let length = from.until(to).map_or(i32::MAX, |span| span.get_days());
    if length / days > MOST_PIECES {
        return Err(HttpError::bad_value("by-pieces", &format!("{by}: {from} – {to}")));
    }
    Ok(())
}

/// Every column of a metric.
pub(super) fn whole(metric: &'static Metric) -> Vec<&'static Column> {
    metric.header().columns.iter().filter(|column| column.name != "bucket").collect()
}

/// A table of some figures. With one metric that has a share of cases, rows have places by its lower bound,
/// which only those with enough cases earn.
pub(super) async fn table(
    context: &Context,
    caption: String,
    by: Breakdown,
    figures: &[Shown],
) -> Result<Table, HttpError> {
    check_pieces(context, by)?;
    let by = in_region(context, &metrics(figures), by);
    let ranked = match figures {
        [(metric, _)] if by != Breakdown::All && !by.is_of_time() => first_share(metric),
        _ => None,
    };
    let rank = ranked.map(|column| column.name.to_owned());
    let parts = figures.iter().map(|&(metric, ref columns)| part(context, metric, columns, by, rank.clone()));
    let parts: Vec<_> = parts.collect();
    let (parts, names) = (try_join_all(parts).await?, Names::new(by));
    let mut buckets: BTreeSet<(bool, i64, Option<String>)> = BTreeSet::new();
    let region = &context.ask.filters.region;
    for (bucket, row) in parts.iter().flat_map(|part| &part.rows) {
        let is_inside = !is_of_places(by) || bucket.as_deref().is_none_or(|code| region.holds(code));
        // What nobody is named for lies in no region.
        if is_inside && (bucket.is_some() || !is_of_places(by) || region.digits().len() <= 4) {
            let place = row.get("rank").and_then(Value::as_i64).unwrap_or(i64::MAX);
            buckets.insert((bucket.is_none(), place, bucket.clone()));
        }
    }
    let mut rows: Vec<Vec<Field>> = Vec::with_capacity(buckets.len());
    for (_, place, bucket) in buckets {
        let mut cells = Vec::new();
        if ranked.is_some() {
            let is_placed = place < i64::MAX;
            cells.push(if is_placed { Field::number(Cell::Count(place)) } else { Field::none() });
        }
        let name = Field::text(names.name(context, bucket.as_deref()));
        cells.push(Field { class: "name", ..name }.linked(names.href(context, bucket.as_deref())));
        cells.push(Field::text(bucket.clone().unwrap_or_default()));
        for part in &parts {
            part.cells(context, by, &bucket, &mut cells);
        }
        rows.push(cells);
    }
    Ok(Table { caption, heads: heads(context, by, ranked.is_some(), figures), rows })
}

/// What is shown, if there is such a metric and it has all of these columns.
pub(super) fn shown(id: &str, names: &[&str]) -> Option<Shown> {
    let metric = queries::find(id)?;
    let column = |name: &&str| metric.header().columns.iter().find(|column| column.name == *name);
    Some((metric, names.iter().map(column).collect::<Option<Vec<_>>>()?))
}

/// The metrics of a table.
pub(super) fn metrics(figures: &[Shown]) -> Vec<&'static Metric> {
    figures.iter().map(|(metric, _)| *metric).collect()
}

/// The first share of a metric.
pub(super) fn first_share(metric: &'static Metric) -> Option<&'static Column> {
    metric.header().columns.iter().find(|column| column.share.is_some())
}

async fn part(
    context: &Context,
    metric: &'static Metric,
    columns: &[&'static Column],
    by: Breakdown,
    rank: Option<String>,
) -> Result<Part, HttpError> {
    let question = Question { metric, period: period(context), by, compare: None, intervals: true, rank };
    let rows: Vec<Record> = records(&measure(&context.session, &question).await?)?;
    let keyed = rows.into_iter().map(|row| (row.get("bucket").and_then(Value::as_str).map(str::to_owned), row));
    Ok(Part { metric, columns: columns.to_vec(), rows: keyed.collect() })
}

impl Part {
    fn cells(&self, context: &Context, by: Breakdown, bucket: &Option<String>, cells: &mut Vec<Field>) {
        let row = self.rows.get(bucket);
        for column in &self.columns {
            let value = row.and_then(|row| row.get(column.name)).unwrap_or(&Value::Null);
            let field = value::field(context.lang(), column, value);
            let is_few = row.and_then(|row| value::whole(column, row)).is_some_and(|whole| whole < FEW as f64);
            let class = if is_few { "r few" } else { field.class };
            let has_rows =
                field.order.is_some() && self.metric.header().rows.iter().any(|rows| rows.count == column.name);
            let href = has_rows.then(|| rows_href(context, self.metric, column.name, by, Some(bucket.as_deref())));
            cells.push(Field { class, ..field }.linked(href));
            if column.share.is_some() {
                cells.push(row.map_or_else(Field::none, |row| value::interval(column, row)));
            }
        }
    }
}

/// The rows behind a count, of one bucket or of all.
pub(super) fn rows_href(
    context: &Context,
    metric: &Metric,
    count: &str,
    by: Breakdown,
    bucket: Option<Option<&str>>,
) -> String {
    let bucket = bucket.map(|bucket| bucket.unwrap_or(UNNAMED)).unwrap_or_default();
    let more = [("count", count), ("by", by.as_str()), ("bucket", bucket)];
    context.ask.link(&format!("/metrics/{}/rows", metric.id), &more)
}

fn heads(context: &Context, by: Breakdown, is_ranked: bool, figures: &[Shown]) -> Vec<Head> {
    let t = context.lang();
    let head = |text: String, class: &'static str| Head { text, class, ..Head::default() };
    let mut heads = Vec::new();
    if is_ranked {
        heads.push(Head { id: "rank".to_owned(), ..head("#".to_owned(), "r") });
    }
    heads.push(Head { id: "name".to_owned(), ..head(t.code("by", by.as_str()), "") });
    heads.push(Head { id: "code".to_owned(), ..head(t.say("col-code"), "") });
    for (metric, columns) in figures {
        for column in columns {
            let text = label(t, metric, column.name);
            let title = format!("{} {} · {}", metric.id, unit(t, column.unit), column.meaning);
            let href = Some(context.ask.link(&format!("/metrics/{}", metric.id), &[("by", by.as_str())]));
            let id = format!("{} {}", metric.id, column.name);
            let interval = Head { id: format!("±{id}"), ..head(t.say("col-interval"), "r") };
            heads.push(Head { id, title, href, ..head(text, "r") });
            if column.share.is_some() {
                heads.push(interval);
            }
        }
    }
    heads
}
