//! `/metrics` 指标字典: what does this number mean? Every metric as its header tells it; each has a page with its
//! result ([`one`]) and the rows behind it ([`rows`]).

use analytics::{Right, metric_version};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use queries::{Breakdown, METRICS, Metric};

use super::figures::{label, unit};
use super::{desk, page};
use crate::error::HttpError;
use crate::frame::{Context, Frame, Link, Nav};
use crate::i18n::Lang;
use crate::request::Ask;
use crate::state::App;

pub(crate) mod one;
pub(crate) mod rows;
mod told;

/// Pages that show a metric without a table of figures.
const USED: [(&str, &str, &[&str]); 3] = [
    ("/", "nav-overview", &["M03", "M10"]),
    ("/villages", "nav-villages", &["M01", "M03", "M06", "M10"]),
    ("/sunshine", "nav-sunshine", &["M01", "M03", "M17"]),
];

#[derive(Template)]
#[template(path = "metrics.html")]
struct Page {
    frame: Frame,
    entries: Vec<Entry>,
}

/// All that a header says of a metric.
#[derive(Template)]
#[template(path = "metric_entry.html")]
struct Entry {
    t: Lang,
    id: &'static str,
    name: &'static str,
    href: String,
    title: &'static str,
    /// In the other language.
    also: &'static str,
    formula: String,
    facts: Vec<(String, String)>,
    columns: Vec<ColumnLine>,
    used: Vec<Link>,
    sql: String,
    /// Where its SQL can be changed and asked; empty for who may not.
    sql_href: String,
}

struct ColumnLine {
    letter: String,
    name: &'static str,
    label: String,
    unit: String,
    meaning: &'static str,
    share: String,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    page(&Page {
        frame: context.frame(Nav::Metrics, t.say("nav-metrics"), &[]),
        entries: METRICS.iter().map(|metric| entry(&context, metric)).collect(),
    })
}

/// The title in the language of the page.
fn title(t: Lang, metric: &Metric) -> &'static str {
    if t == Lang::Zh { metric.title_zh() } else { metric.title_en() }
}

/// Where the list of all metrics tells of this one.
fn list_href(context: &Context, metric: &Metric) -> String {
    format!("{}#{}", context.ask.link("/metrics", &[]), metric.id)
}

/// The metric of an address.
fn find(id: &str) -> Result<&'static Metric, HttpError> {
    queries::find(id).ok_or_else(|| HttpError::missing("metric", id))
}

/// `?by=`, which the metric must be told apart by.
fn breakdown(ask: &Ask, metric: &'static Metric) -> Result<Breakdown, HttpError> {
    let name = ask.value("by").unwrap_or("all");
    let by = name.parse().ok().filter(|by: &Breakdown| metric.header().breakdowns.contains(by));
    by.ok_or_else(|| HttpError::bad_value("by", name))
}

fn entry(context: &Context, metric: &'static Metric) -> Entry {
    let (t, header) = (context.lang(), metric.header());
    let names = |list: Vec<String>| list.join(if t == Lang::Zh { "、" } else { ", " });
    let by = header.breakdowns.iter().map(|by| t.code("by", by.as_str())).collect();
    let fact = |key: &str, text: String| (t.say(key), text);
    let column = |column: &queries::Column| ColumnLine {
        letter: column.letter.map(String::from).unwrap_or_default(),
        name: column.name,
        label: label(t, metric, column.name),
        unit: unit(t, column.unit),
        meaning: column.meaning,
        share: column.share.map(|share| share.to_string()).unwrap_or_default(),
    };
    Entry {
        t,
        id: metric.id,
        name: metric.name(),
        href: context.ask.link(&format!("/metrics/{}", metric.id), &[]),
        title: title(t, metric),
        also: title(if t == Lang::Zh { Lang::En } else { Lang::Zh }, metric),
        formula: t.code("formula", metric.id),
        facts: vec![
            fact("metric-unit", header.unit.clone()),
            fact("metric-grain", header.grain.clone()),
            fact("metric-key", header.key.clone()),
            fact("metric-params", header.params.clone()),
            fact("metric-by", names(by)),
            fact("metric-caveat", header.caveat.clone()),
            fact("metric-source", header.source.clone()),
            fact("metric-version", metric_version(metric)),
        ],
        columns: header.columns.iter().filter(|column| column.name != "bucket").map(column).collect(),
        used: used(context, metric.id),
        sql: metric.definition(),
        sql_href: match context.ask.visitor.may(Right::Sql) {
            true => context.ask.link("/sql", &[("metric", metric.id)]),
            false => String::new(),
        },
    }
}

/// The pages that show a metric.
fn used(context: &Context, id: &str) -> Vec<Link> {
    let t = context.lang();
    let desks = desk::DESKS.iter().filter(|desk| desk.shows(id)).map(|desk| (desk.path, desk.title));
    let used = USED.iter().filter(|(_, _, ids)| ids.contains(&id)).map(|(path, key, _)| (*path, *key));
    let link = |(path, key): (&str, &str)| Link { href: context.ask.link(path, &[]), text: t.say(key), current: false };
    used.chain(desks).map(link).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_are_named_show_metrics_that_there_are() {
        let mut ids = USED.iter().flat_map(|(_, _, ids)| ids.iter());
        assert!(ids.all(|id| queries::find(id).is_some()));
    }

    #[test]
    fn a_metric_that_is_none_is_missing() {
        assert!(find("m03").is_ok());
        assert!(matches!(find("M99"), Err(HttpError::Missing { what: "metric", .. })));
    }
}
