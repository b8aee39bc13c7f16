//! `/` 总览: how does the city stand right now?

use analytics::{Param, Period};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use futures::try_join;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan};
use queries::{Level, panel};
use serde::Deserialize;

use super::daily::{self, Daily};
use super::incidents::{self, IncidentRow};
use super::metrics;
use super::object::CASE;
use super::{kept_page, queue, table};
use crate::charts::{county_map, volume_and_rates};
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Nav};
use crate::request::Ask;
use crate::state::App;

mod figures;

use figures::{Basis, CardRow, Figure, FlowRow};

/// Days of the trend, and of the sparklines.
const TREND: i64 = 90;
const SPARK: usize = 30;
/// Rows of the queue: as many as stand beside the pictures.
const QUEUE: i64 = 12;
/// Villages shown from either end of the ranking.
const VILLAGES: usize = 4;

/// Parts that go stale apart, as the address names them.
const PARTS: [&str; 3] = ["figures", "queue", "board"];

/// Which parts are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wants {
    figures: bool,
    queue: bool,
    /// Pictures, villages, sources and the tables below.
    board: bool,
}

impl Wants {
    pub(super) const ALL: Self = Self { figures: true, queue: true, board: true };

    fn only(part: &str) -> Self {
        Self { figures: part == "figures", queue: part == "queue", board: part == "board" }
    }
}

/// Addresses of the parts.
struct PartLinks {
    figures: String,
    queue: String,
    board: String,
}

/// One row of panel `sources`.
#[derive(Debug, Deserialize)]
struct SourceRow {
    source_system: String,
    watermark: Option<Timestamp>,
    last_batch_at: Option<Timestamp>,
    batches: i64,
    rows_landed: i64,
    rows_quarantined: i64,
    rows_known: i64,
}

struct Source {
    name: String,
    class: &'static str,
    state: String,
    watermark: String,
    age: String,
    batches: String,
    landed: String,
    quarantined: String,
    /// Its refused rows.
    quarantined_href: String,
    known: String,
}

/// The page, or what is wanted of it.
#[derive(Template)]
#[template(path = "overview.html")]
pub(super) struct Page {
    pub(super) frame: Frame,
    wants: Wants,
    parts: PartLinks,
    pub(super) figures: Vec<Figure>,
    pub(super) period: String,
    pub(super) trend: String,
    pub(super) map: String,
    counties: Vec<table::View>,
    pub(super) queue: Vec<queue::CardView>,
    pub(super) queue_open: String,
    queue_href: String,
    unconfirmed: i64,
    unconfirmed_text: String,
    unconfirmed_href: String,
    villages: Vec<table::View>,
    villages_gap: usize,
    villages_all: String,
    villages_href: String,
    sources: Vec<Source>,
    quality_href: String,
    /// What is wrong with the data that cases are judged by, if anything is.
    incidents: Option<String>,
    days: Vec<daily::View>,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let wants = ask.part(&PARTS)?.map_or(Wants::ALL, Wants::only);
    kept_page(&app, &ask, text(app.clone(), ask.clone(), wants)).await
}

async fn text(app: App, ask: Ask, wants: Wants) -> Result<String, HttpError> {
    let context = Context::open(app, ask).await?;
    Ok(build(&context, wants).await?.render()?)
}

pub(super) async fn build(context: &Context, wants: Wants) -> Result<Page, HttpError> {
    let (t, today) = (context.lang(), context.today);
    let (from, to) = context.ask.filters.period(today);
    let (before, before_to) = previous(from, to, context.ask.filters.has_period());
    let (this, before) = (Period { from, to }, Period { from: before, to: before_to });
    let tomorrow = today.tomorrow().unwrap_or(today);
    let first = today.saturating_sub((TREND - 1).days());
    let (workdays, _) = context.calendar(today.saturating_sub(400.days()), today.saturating_add(90.days())).await?;
    let as_of = context.session.as_of();
    let week_ago = as_of.checked_sub(SignedDuration::from_hours(7 * 24)).unwrap_or(as_of);
    let everything = (Timestamp::UNIX_EPOCH, context.issued().1);
    let wanted = queue::Wanted {
        object: CASE,
        level: "",
        shown: "OPEN",
        narrowed: false,
        issued: everything,
        order: Default::default(),
        places: (0, QUEUE),
    };
    let mut sources = asked::<SourceRow>(context, panel::SOURCES, &[]).await?;
    sources.sort_by(|left, right| left.source_system.cmp(&right.source_system));
    // Up to when every source has told everything; nothing, if one of them never has.
    let told = sources.iter().map(|source| source.watermark).min().flatten();
    let Wants { figures, queue, board } = wants;

    // All at once, the longest first: they run on all cores, and the short ones fill the gaps.
    let (counties, villages, days, flow, cards, rows, sums, sums_were, handling, handling_was, incidents) = try_join!(
        when(board, table::read(context, Level::County, from, to)),
        when(board, table::read(context, Level::Village, from, to)),
        when(figures || board, daily::read(context, &workdays, first, tomorrow)),
        when(figures, flow(context, week_ago)),
        when(figures || queue, cards_now(context, told)),
        when(queue, queue::read(context, wanted)),
        when(figures, metrics::totals(context, this)),
        when(figures, metrics::totals(context, before)),
        when(figures, metrics::handling(context, this)),
        when(figures, metrics::handling(context, before)),
        when(board, asked::<IncidentRow>(context, panel::DATA_INCIDENTS, &[])),
    )?;
    let trend_days = tail(&days, TREND as usize);
    let basis = Basis {
        flow: flow.into_iter().next().unwrap_or_default(),
        cards: &cards,
        totals: [sums, sums_were],
        handling: [handling, handling_was],
        days: tail(&days, SPARK),
        week_ago,
    };
    let now = context.now(&workdays);
    let open = cards[0].open_now + cards[1].open_now;
    let unconfirmed = cards[0].unconfirmed + cards[1].unconfirmed;
    let (shown, gap) = ends(context, &villages)?;
    let scale = table::scale(&counties);
    let county_views = counties.iter().map(|row| row.view(context, None, scale)).collect::<Result<_, _>>()?;
    let (trend, map) = if board {
        let trend = volume_and_rates::render(&daily::series(context, trend_days, true), t)?;
        (trend, county_map::render(&map(context, &counties), t)?)
    } else {
        Default::default()
    };
    let part = |name: &str| context.ask.with(&[("part", name)]);
    Ok(Page {
        frame: context.frame(Nav::Overview, t.say("nav-overview"), &[]),
        wants,
        parts: PartLinks { figures: part("figures"), queue: part("queue"), board: part("board") },
        figures: if figures { figures::figures(context, &basis)? } else { Vec::new() },
        period: period(context, from, to),
        trend,
        map,
        counties: county_views,
        queue: rows.iter().map(|row| row.view(context, &now)).collect(),
        queue_open: format::count(t, open),
        queue_href: context.ask.link("/cards", &[]),
        unconfirmed,
        unconfirmed_text: t.tell("queue-unconfirmed", &[("n", &format::count(t, unconfirmed))]),
        unconfirmed_href: context.ask.link("/cards", &[("state", "UNCONFIRMED")]),
        villages: shown,
        villages_gap: gap,
        villages_all: format::count(t, villages.len() as i64),
        villages_href: context.ask.link("/villages", &[]),
        sources: sources.into_iter().map(|row| source(context, row)).collect(),
        quality_href: context.ask.link("/quality", &[]),
        incidents: incidents::line(t, incidents),
        days: daily::views(context, trend_days),
    })
}

/// What is read if it is wanted, else nothing.
async fn when<T: Default>(is_wanted: bool, read: impl Future<Output = Result<T, HttpError>>) -> Result<T, HttpError> {
    if is_wanted { read.await } else { Ok(T::default()) }
}

async fn asked<T: serde::de::DeserializeOwned>(
    context: &Context,
    sql: &str,
    params: &[(&str, Param)],
) -> Result<Vec<T>, HttpError> {
    Ok(context.session.rows(sql, params).await?)
}

/// Today against the same day a week ago.
async fn flow(context: &Context, week_ago: Timestamp) -> Result<Vec<FlowRow>, HttpError> {
    let (week_day, _) = format::local(context.zone(), week_ago);
    let params = [
        ("region", context.region()),
        ("day_start", Param::Instant(context.midnight(context.today))),
        ("as_of", Param::Instant(context.session.as_of())),
        ("week_start", Param::Instant(context.midnight(week_day))),
        ("week_at", Param::Instant(week_ago)),
    ];
    Ok(context.session.rows_since(panel::OVERVIEW_FLOW, &params, week_day).await?)
}

/// Red, yellow. Cards later than `told` may be unconfirmed, whenever that was.
async fn cards_now(context: &Context, told: Option<Timestamp>) -> Result<[CardRow; 2], HttpError> {
    let params = [("region", context.region()), ("day_start", Param::Instant(context.midnight(context.today)))];
    let since = told.map_or(Date::MIN, |at| format::local(context.zone(), at).0.min(context.today));
    let rows: Vec<CardRow> = context.session.rows_since(panel::CARDS_NOW, &params, since).await?;
    Ok(["RED", "YELLOW"].map(|level| {
        let none = CardRow { level: level.to_owned(), ..CardRow::default() };
        rows.iter().find(|row| row.level == level).cloned().unwrap_or(none)
    }))
}

/// The period before: the month before, or as many days before a period of the address.
fn previous(from: Date, to: Date, is_given: bool) -> (Date, Date) {
    if is_given {
        let days = from.duration_until(to).as_hours() / 24;
        return (from.saturating_sub(days.days()), from);
    }
    let before = from.yesterday().map_or(from, Date::first_of_month);
    (before, from)
}

fn tail(days: &[Daily], n: usize) -> &[Daily] {
    days.get(days.len().saturating_sub(n)..).unwrap_or(days)
}

fn period(context: &Context, from: Date, to: Date) -> String {
    let last = to.yesterday().unwrap_or(to).min(context.today).max(from);
    let t = context.lang();
    if !context.ask.filters.has_period() {
        return t.tell("period-month", &[("last", &format::day_bare(t, last))]);
    }
    t.tell("period-given", &[("first", &format::day_bare(t, from)), ("last", &format::day_bare(t, last))])
}

fn map(context: &Context, rows: &[table::Row]) -> county_map::Series {
    let t = context.lang();
    let counties = context.places.counties(t).into_iter().map(|(code, name)| {
        let row = rows.iter().find(|row| row.code().starts_with(&code));
        let supervised = row.map_or(0, |row| row.supervised);
        county_map::County {
            value: row.and_then(|row| row.red_per_1000),
            part: row.map_or(0, |row| row.red_net),
            whole: supervised,
            href: context.ask.link("/villages", &[("level", "township"), ("region", &code)]),
            code,
            name,
        }
    });
    let counties: Vec<county_map::County> = counties.collect();
    let told: Vec<String> =
        counties.iter().map(|county| format!("{} {}", county.name, format::per_mille(county.value))).collect();
    let label = format!("{}: {}", t.say("map-title"), told.join(", "));
    county_map::Series { label, counties }
}

/// The best and the last of the ranked villages, and how many lie between them; without any ranked
/// one, the villages with most cases due, unranked.
fn ends(context: &Context, rows: &[table::Row]) -> Result<(Vec<table::View>, usize), HttpError> {
    let mut ranked: Vec<&table::Row> = rows.iter().filter(|row| row.ranked).collect();
    ranked.sort_by(|left, right| right.wilson_low.unwrap_or(0.0).total_cmp(&left.wilson_low.unwrap_or(0.0)));
    let is_ranked = !ranked.is_empty();
    if !is_ranked {
        ranked = rows.iter().filter(|row| row.due_n > 0).collect();
        ranked.sort_by_key(|row| std::cmp::Reverse(row.due_n));
        ranked.truncate(2 * VILLAGES);
    }
    let gap = ranked.len().saturating_sub(2 * VILLAGES);
    let count = ranked.len();
    let picked = ranked.into_iter().enumerate().filter(|(at, _)| *at < VILLAGES || *at >= count - VILLAGES.min(count));
    let picked: Vec<(usize, &table::Row)> = picked.collect();
    let scale = crate::charts::bars::scale_from(picked.iter().filter_map(|(_, row)| row.wilson_low));
    let views = picked.into_iter().map(|(at, row)| row.view(context, is_ranked.then_some(at + 1), scale));
    Ok((views.collect::<Result<_, _>>()?, gap))
}

fn source(context: &Context, row: SourceRow) -> Source {
    let t = context.lang();
    let is_today = row.watermark.is_some_and(|at| format::local(context.zone(), at).0 >= context.today);
    let stamp =
        |at: Option<Timestamp>| at.map_or_else(|| format::NONE.to_owned(), |at| format::stamp(context.zone(), at));
    let age = row.watermark.or(row.last_batch_at).map(|at| at.duration_until(context.session.as_of()));
    Source {
        class: if is_today { "lamp good" } else { "lamp stale" },
        state: t.say(if is_today { "source-today" } else { "source-not-today" }),
        watermark: stamp(row.watermark),
        age: age.map_or_else(|| format::NONE.to_owned(), |age| format::age(t, age)),
        batches: format::count(t, row.batches),
        landed: format::count(t, row.rows_landed),
        quarantined: format::count(t, row.rows_quarantined),
        known: format::count(t, row.rows_known),
        quarantined_href: context.ask.link("/quality/rows", &[("source", &row.source_system)]),
        name: row.source_system,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_period_before_is_a_month_or_as_long() {
        assert_eq!(previous(date(2018, 9, 1), date(2018, 10, 1), false), (date(2018, 8, 1), date(2018, 9, 1)));
        assert_eq!(previous(date(2018, 9, 10), date(2018, 9, 17), true), (date(2018, 9, 3), date(2018, 9, 10)));
    }
}
