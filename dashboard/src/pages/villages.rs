//! `/villages` 村级: how much does each village handle, and how well?

use std::cmp::Ordering;
use std::ops::Range;
use std::str::FromStr;

use analytics::Period;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use queries::Level;

use super::cards::Pages;
use super::page;
use super::table::{self, Row};
use super::village_columns::{Line, columns, has_ratings};
use super::village_metrics;
use super::village_pictures::Pictures;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::i18n::Lang;
use crate::request::Ask;
use crate::sheet::{About, Chosen, Exports, Grid, Sheet, Sorting, answer};
use crate::state::App;

/// Rows on a page.
const PAGE: usize = 50;
const LEVELS: [&str; 3] = ["village", "township", "county"];
/// What can be sorted by; the first is the default.
const SORTS: [&str; 12] =
    ["rate", "due", "received", "accepted", "closed", "yellow", "red", "red_rate", "load", "stars", "median", "name"];

#[derive(Template)]
#[template(path = "villages.html")]
struct Page {
    frame: Frame,
    levels: Vec<Link>,
    grid: Grid,
    q: String,
    place: String,
    period: String,
    count: String,
    pages: Pages,
    exports: Exports,
    /// None where there is nothing to be drawn, and on paper.
    pictures: Option<Pictures>,
}

/// What the address asks of the table.
struct Wanted {
    level: Level,
    sorting: Sorting,
    q: String,
    chosen: Chosen<Line>,
}

impl Wanted {
    fn read(ask: &Ask) -> Result<Self, HttpError> {
        let level = Level::from_str(ask.one_of("level", &LEVELS)?).unwrap_or_default();
        let q = ask.value("q").unwrap_or_default().trim().to_owned();
        let sorting = Sorting::read(ask, &SORTS, &["name"])?;
        Ok(Self { level, sorting, q, chosen: Chosen::read(ask, columns())? })
    }

    /// Whether the order of the rows is a ranking.
    fn is_ranking(&self) -> bool {
        self.sorting.by == "rate" && !self.sorting.ascending && self.q.is_empty()
    }
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let (wanted, number, is_print) = (Wanted::read(&ask)?, ask.page()?, ask.is_print()?);
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let mut lines = read(&context, &wanted, has_ratings(&wanted.chosen.on_page())).await?;
    let total = lines.len();
    let shown = if is_print { 0..total } else { part(number, total) };
    let scale = table::scale(lines.iter().map(|line| &line.row));
    for line in &mut lines[shown.clone()] {
        line.picture = line.row.picture(scale)?;
    }
    let is_drawn = !is_print && !lines.is_empty();
    let pictures = is_drawn.then(|| Pictures::new(&context, wanted.level, &lines)).transpose()?;
    let class = |line: &Line| if line.row.ranked { "" } else { "few" };
    let mut frame = context.frame(Nav::Villages, t.say("nav-villages"), &["level", "sort", "dir", "cols"]);
    if is_print {
        frame = frame.printed(about(&context, &wanted, total));
    }
    page(&Page {
        frame,
        levels: LEVELS.iter().map(|level| level_link(&context, &wanted, level)).collect(),
        grid: Grid::new(&context, &wanted.chosen, wanted.sorting, &lines[shown], &lines, class),
        place: context.places.name(&context.ask.filters.region, t),
        period: context.period(),
        count: format::count(t, total as i64),
        pages: Pages::new(&context.ask, number, total as i64, PAGE as i64).unless(is_print),
        exports: Exports::new(&context, "/villages"),
        pictures,
        q: wanted.q,
    })
}

/// All rows of the same filters as a file.
pub(crate) async fn export(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let wanted = Wanted::read(&ask)?;
    let context = Context::open(app, ask).await?;
    let lines = read(&context, &wanted, has_ratings(&wanted.chosen.in_file())).await?;
    let name = context.lang().say("nav-villages");
    let about = about(&context, &wanted, lines.len());
    answer(&context.app, &context.ask, Sheet::new(&context, "villages", name, &wanted.chosen, &lines, about)).await
}

/// The rows of a page among all.
fn part(number: i64, total: usize) -> Range<usize> {
    let from = usize::try_from(number - 1).unwrap_or(0).saturating_mul(PAGE).min(total);
    from..total.min(from + PAGE)
}

fn about(context: &Context, wanted: &Wanted, n: usize) -> About {
    let t = context.lang();
    let mut filters = vec![
        (t.say("about-period"), context.period()),
        (t.say("level-label"), t.code("level", wanted.level.as_str())),
        (t.say("about-sort"), format!("{} {}", wanted.sorting.by, wanted.sorting.direction())),
    ];
    if !wanted.q.is_empty() {
        filters.push((t.say("filter-q"), wanted.q.clone()));
    }
    About::new(context, &t.say("nav-villages"), filters, &["M01", "M03", "M06", "M10", "M17", "M32"], n)
}

async fn read(context: &Context, wanted: &Wanted, with_ratings: bool) -> Result<Vec<Line>, HttpError> {
    let (from, to) = context.ask.filters.period(context.today);
    let mut rows = table::read(context, wanted.level, from, to).await?;
    let with_ratings = with_ratings || wanted.sorting.by == "stars";
    village_metrics::tell(context, wanted.level, Period { from, to }, with_ratings, &mut rows).await?;
    if !wanted.q.is_empty() {
        let q = wanted.q.to_lowercase();
        let is_named = |row: &Row| {
            let zh = row.name(Lang::Zh);
            let long = row.village_name.clone().unwrap_or_default();
            [zh, long, row.name(context.lang()).to_lowercase()].iter().any(|name| name.contains(&q))
        };
        rows.retain(|row| row.code().starts_with(&q) || is_named(row));
    }
    sort(&mut rows, wanted.sorting.by, wanted.sorting.ascending);
    let is_ranking = wanted.is_ranking();
    let rank = |at, row: &Row| (is_ranking && row.ranked).then_some(at);
    Ok((1_i64..).zip(rows).map(|(at, row)| Line { rank: rank(at, &row), row, picture: String::new() }).collect())
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
            "load" => float(left.beside.per_agent_day, right.beside.per_agent_day),
            "stars" => float(left.beside.mean_stars, right.beside.mean_stars),
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
            beside: Default::default(),
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

    #[test]
    fn a_page_beyond_the_last_is_empty() {
        assert_eq!([part(1, 120), part(3, 120), part(4, 120)], [0..50, 100..120, 120..120]);
        assert_eq!(part(i64::MAX, 7), 7..7);
    }
}
