//! `/villages` 村级: how much does each village handle, and how well?

use std::cmp::Ordering;
use std::str::FromStr;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use queries::Level;

use super::cards::Pages;
use super::table::{self, Row, View};
use super::{csv_file, page};
use crate::csv::Csv;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::request::Ask;
use crate::state::App;

/// Rows on a page.
const PAGE: usize = 50;
const LEVELS: [&str; 3] = ["village", "township", "county"];
/// What can be sorted by; the first is the default.
const SORTS: [&str; 10] =
    ["rate", "due", "received", "accepted", "closed", "yellow", "red", "red_rate", "median", "name"];
const DIRECTIONS: [&str; 3] = ["", "asc", "desc"];

#[derive(Template)]
#[template(path = "villages.html")]
struct Page {
    frame: Frame,
    levels: Vec<Link>,
    heads: Vec<Head>,
    rows: Vec<View>,
    q: String,
    place: String,
    period: String,
    count: String,
    pages: Pages,
    csv_href: String,
}

/// The head of a column, which sorts by it.
struct Head {
    link: Link,
    class: &'static str,
    /// `ascending`, `descending` or `none`.
    sorted: &'static str,
}

/// What the address asks of the table.
struct Wanted {
    level: Level,
    sort: &'static str,
    ascending: bool,
    q: String,
}

impl Wanted {
    fn read(ask: &Ask) -> Result<Self, HttpError> {
        let level = ask.one_of("level", &LEVELS)?;
        let sort = ask.one_of("sort", &SORTS)?;
        let ascending = match ask.one_of("dir", &DIRECTIONS)? {
            "asc" => true,
            "desc" => false,
            _ => sort == "name",
        };
        let level = Level::from_str(level).unwrap_or_default();
        Ok(Self { level, sort, ascending, q: ask.value("q").unwrap_or_default().trim().to_owned() })
    }
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let (wanted, number) = (Wanted::read(&ask)?, ask.page()?);
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let rows = read(&context, &wanted).await?;
    let total = rows.len();
    let after = usize::try_from(number - 1).unwrap_or(0).saturating_mul(PAGE);
    let scale = table::scale(&rows);
    let is_ranking = wanted.sort == "rate" && !wanted.ascending && wanted.q.is_empty();
    let shown = rows.iter().enumerate().skip(after).take(PAGE);
    let views = shown.map(|(at, row)| row.view(&context, (is_ranking && row.ranked).then_some(at + 1), scale));
    let (from, to) = context.ask.filters.period(context.today);
    let last = to.yesterday().unwrap_or(to);
    page(&Page {
        frame: context.frame(Nav::Villages, t.say("nav-villages"), &["level", "sort", "dir"]),
        levels: LEVELS.iter().map(|level| level_link(&context, &wanted, level)).collect(),
        heads: heads(&context, &wanted),
        rows: views.collect::<Result<_, _>>()?,
        place: context.places.name(&context.ask.filters.region, t),
        period: t.tell("period-given", &[("first", &format::day_long(t, from)), ("last", &format::day_long(t, last))]),
        count: format::count(t, total as i64),
        pages: Pages::new(&context.ask, number, total as i64, PAGE as i64),
        csv_href: csv_href(&context, &wanted),
        q: wanted.q,
    })
}

/// All rows of the same filters as CSV.
pub(crate) async fn export(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let wanted = Wanted::read(&ask)?;
    let context = Context::open(app, ask).await?;
    let rows = read(&context, &wanted).await?;
    Ok(csv_file("villages.csv", csv(&context, &rows)))
}

async fn read(context: &Context, wanted: &Wanted) -> Result<Vec<Row>, HttpError> {
    let (from, to) = context.ask.filters.period(context.today);
    let mut rows = table::read(context, wanted.level, from, to).await?;
    if !wanted.q.is_empty() {
        let q = wanted.q.to_lowercase();
        let is_named = |row: &Row| {
            let zh = row.name(crate::i18n::Lang::Zh);
            let long = row.village_name.clone().unwrap_or_default();
            [zh, long, row.name(context.lang()).to_lowercase()].iter().any(|name| name.contains(&q))
        };
        rows.retain(|row| row.code().starts_with(&q) || is_named(row));
    }
    sort(&mut rows, wanted.sort, wanted.ascending);
    Ok(rows)
}

/// Sorts the rows; by rate, only those with enough cases are ranked, and the others follow.
fn sort(rows: &mut [Row], by: &str, ascending: bool) {
    let float = |left: Option<f64>, right: Option<f64>| match (left, right) {
        // Rows without a value come last either way.
        (None, None) => Ordering::Equal,
        (None, Some(_)) => Ordering::Greater,
        (Some(_), None) => Ordering::Less,
        (Some(left), Some(right)) if ascending => left.total_cmp(&right),
        (Some(left), Some(right)) => right.total_cmp(&left),
    };
    let whole = |left: i64, right: i64| if ascending { left.cmp(&right) } else { right.cmp(&left) };
    rows.sort_by(|left, right| {
        let order = match by {
            "rate" => right.ranked.cmp(&left.ranked).then_with(|| {
                if left.ranked { float(left.wilson_low, right.wilson_low) } else { right.due_n.cmp(&left.due_n) }
            }),
            "due" => whole(left.due_n, right.due_n),
            "received" => whole(left.received, right.received),
            "accepted" => whole(left.accepted, right.accepted),
            "closed" => whole(left.closed, right.closed),
            "yellow" => whole(left.yellow_net, right.yellow_net),
            "red" => whole(left.red_net, right.red_net),
            "red_rate" => float(left.red_per_1000, right.red_per_1000),
            "median" => float(left.median_used_days, right.median_used_days),
            _ if ascending => left.code().cmp(right.code()),
            _ => right.code().cmp(left.code()),
        };
        order.then_with(|| left.code().cmp(right.code()))
    });
}

fn level_link(context: &Context, wanted: &Wanted, level: &str) -> Link {
    let text = context.lang().code("level", level);
    Link { href: context.ask.with(&[("level", level), ("page", "")]), text, current: wanted.level.as_str() == level }
}

fn heads(context: &Context, wanted: &Wanted) -> Vec<Head> {
    let t = context.lang();
    let columns = [
        ("name", "col-place", ""),
        ("received", "col-received", "r"),
        ("accepted", "col-accepted", "r wide"),
        ("closed", "col-closed", "r wide"),
        ("due", "col-due", "r"),
        ("rate", "col-rate", "r"),
        ("yellow", "col-yellow", "r"),
        ("red", "col-red", "r"),
        ("red_rate", "col-red-rate", "r wide"),
        ("median", "col-median", "r wide"),
    ];
    let head = |(sort, key, class): (&str, &str, &'static str)| {
        let is_current = wanted.sort == sort;
        // The column in use turns round; others begin with the largest, names with the first.
        let ascending = if is_current { !wanted.ascending } else { sort == "name" };
        let direction = if ascending { "asc" } else { "desc" };
        let href = context.ask.with(&[("sort", sort), ("dir", direction), ("page", "")]);
        let sorted = match (is_current, wanted.ascending) {
            (false, _) => "none",
            (true, true) => "ascending",
            (true, false) => "descending",
        };
        Head { link: Link { href, text: t.say(key), current: is_current }, class, sorted }
    };
    columns.into_iter().map(head).collect()
}

fn csv_href(context: &Context, wanted: &Wanted) -> String {
    let direction = if wanted.ascending { "asc" } else { "desc" };
    let level = wanted.level.as_str();
    context.ask.link("/villages.csv", &[("level", level), ("sort", wanted.sort), ("dir", direction), ("q", &wanted.q)])
}

fn csv(context: &Context, rows: &[Row]) -> String {
    let t = context.lang();
    let head = [
        "col-code",
        "col-county",
        "col-township",
        "col-village",
        "col-received",
        "col-accepted",
        "col-closed",
        "col-due",
        "col-due-on-time",
        "col-rate",
        "col-low",
        "col-high",
        "col-ranked",
        "col-supervised",
        "col-yellow",
        "col-red",
        "col-red-rate",
        "col-median",
    ];
    let head = head.map(|key| t.say(key));
    let mut csv = Csv::new(&head.each_ref().map(String::as_str));
    let float = |value: Option<f64>| value.map(|value| format!("{value:.6}")).unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    for row in rows {
        let rate = (row.due_n > 0).then(|| row.due_on_time_n as f64 / row.due_n as f64);
        csv.row(&[
            row.code().to_owned(),
            text(&row.county_name),
            text(&row.township_name),
            text(&row.village_name),
            row.received.to_string(),
            row.accepted.to_string(),
            row.closed.to_string(),
            row.due_n.to_string(),
            row.due_on_time_n.to_string(),
            float(rate),
            float(row.wilson_low),
            float(row.wilson_high),
            t.say(if row.ranked { "yes" } else { "no" }),
            row.supervised.to_string(),
            row.yellow_net.to_string(),
            row.red_net.to_string(),
            float(row.red_per_1000),
            float(row.median_used_days),
        ]);
    }
    csv.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: &str, due_n: i64, wilson_low: f64) -> Row {
        Row {
            village_code: Some(code.into()),
            village_name: None,
            township_code: None,
            township_name: None,
            county_code: None,
            county_name: None,
            received: 0,
            accepted: 0,
            closed: 0,
            due_n,
            due_on_time_n: 0,
            wilson_low: Some(wilson_low),
            wilson_high: None,
            ranked: due_n >= 30,
            yellow_net: 0,
            red_net: 0,
            supervised: 0,
            red_per_1000: None,
            median_used_days: None,
        }
    }

    #[test]
    fn few_cases_are_never_ranked_above_many() {
        let mut rows = vec![row("1", 3, 1.0), row("2", 40, 0.8), row("3", 50, 0.9), row("4", 12, 0.2)];
        sort(&mut rows, "rate", false);
        assert_eq!(rows.iter().map(Row::code).collect::<Vec<_>>(), ["3", "2", "4", "1"]);
        sort(&mut rows, "rate", true);
        assert_eq!(rows.iter().map(Row::code).collect::<Vec<_>>(), ["2", "3", "4", "1"]);
        sort(&mut rows, "due", false);
        assert_eq!(rows.iter().map(Row::code).collect::<Vec<_>>(), ["3", "2", "4", "1"]);
    }
}
