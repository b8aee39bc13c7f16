//! `/cards` 红黄牌: what must be acted on, whose is it, how long is left? Cards of cases, and of the
//! steps, suspensions and the rest within them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use futures::try_join;
use jiff::{Timestamp, ToSpan};
use queries::CardOrder;

use super::card_columns::{columns, lines};
use super::kept_page;
use super::object::{self, CASE, OBJECTS};
use super::queue::{self, SHOWN, Wanted};
use super::totals::{self, TotalRow, Totals};
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::place::Choice;
use crate::request::Ask;
use crate::sheet::{About, Chosen, Exports, Grid, Sheet, Sorting, answer};
use crate::state::App;
use crate::work_days::WorkDays;

/// Cards on a page.
const PAGE: i64 = 50;
/// Most cards that are printed; a file takes more.
const PRINTED: i64 = 20_000;
const LEVELS: [&str; 3] = ["", "RED", "YELLOW"];
/// Orders that begin with the smallest.
const RISING: [&str; 6] = ["left", "due", "case", "item", "place", "org"];

/// Counts of one level.
struct Total {
    class: &'static str,
    word: String,
    open: String,
    net: String,
    gross: String,
    unconfirmed: String,
    superseded: String,
    lapsed: String,
    cancelled: String,
}

#[derive(Template)]
#[template(path = "cards.html")]
struct Page {
    frame: Frame,
    levels: Vec<Choice>,
    states: Vec<Choice>,
    objects: Vec<Link>,
    totals: Vec<Total>,
    heading: String,
    /// Whether they stand in the order of the queue.
    is_queue: bool,
    is_unconfirmed: bool,
    grid: Grid,
    count: String,
    pages: Pages,
    exports: Exports,
}

/// What the address asks of the cards.
#[derive(Debug, Clone, Copy)]
struct Picked {
    level: &'static str,
    shown: &'static str,
    object: &'static str,
    sorting: Sorting,
}

impl Picked {
    fn read(ask: &Ask) -> Result<Self, HttpError> {
        let (level, shown) = (ask.one_of("level", &LEVELS)?, ask.one_of("state", &SHOWN)?);
        let sorting = Sorting::read(ask, &CardOrder::NAMES, &RISING)?;
        Ok(Self { level, shown, object: ask.one_of("object", &OBJECTS)?, sorting })
    }

    fn wanted(self, issued: (Timestamp, Timestamp), places: (i64, i64)) -> Wanted {
        let order = (self.sorting.by.parse::<CardOrder>().unwrap_or_default(), !self.sorting.ascending);
        Wanted { object: self.object, level: self.level, shown: self.shown, narrowed: true, issued, order, places }
    }
}

/// Links between the pages of a list.
pub(super) struct Pages {
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    pub(super) text: String,
    pub(super) has_more_than_one: bool,
}

impl Pages {
    pub(super) fn new(ask: &Ask, page: i64, total: i64, size: i64) -> Self {
        let last = ((total + size - 1) / size).max(1);
        let to = |page: i64| ask.with(&[("page", &page.to_string())]);
        let text = ask.lang().tell("page-of", &[("page", &page.to_string()), ("pages", &last.to_string())]);
        Self {
            previous: (page > 1).then(|| to((page - 1).min(last))),
            next: (page < last).then(|| to(page + 1)),
            text,
            has_more_than_one: last > 1 || page > 1,
        }
    }

    /// None where all rows stand on one page, to be printed.
    pub(super) fn unless(self, is_print: bool) -> Self {
        Self { has_more_than_one: self.has_more_than_one && !is_print, ..self }
    }
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    kept_page(&app, &ask, text(app.clone(), ask.clone())).await
}

async fn text(app: App, ask: Ask) -> Result<String, HttpError> {
    let (picked, number, is_print) = (Picked::read(&ask)?, ask.page()?, ask.is_print()?);
    let chosen = Chosen::read(&ask, columns(picked.object != CASE))?;
    let context = Context::open(app, ask).await?;
    let (t, issued) = (context.lang(), context.issued());
    let places = if is_print { (0, PRINTED) } else { ((number - 1) * PAGE, number * PAGE) };
    let (rows, totals, days) = try_join!(
        queue::read(&context, picked.wanted(issued, places)),
        totals::read(&context, object::ALL, issued),
        workdays(&context),
    )?;
    let now = context.now(&days);
    let count = rows.first().map_or(0, |row| row.total);
    let mut frame = context.frame(Nav::Cards, t.say("nav-cards"), &["object", "sort", "dir", "cols"]);
    if is_print {
        if count > PRINTED {
            return Err(HttpError::TooManyRows { rows: format::count(t, count) });
        }
        frame = frame.printed(about(&context, picked, rows.len()));
    }
    let Picked { level, shown, object, .. } = picked;
    let choice =
        |value: &str, text: String, chosen: &str| Choice { value: value.to_owned(), text, selected: value == chosen };
    let every_level = |value: &&str| if value.is_empty() { t.say("all-levels") } else { t.code("card", value) };
    let page = Page {
        frame,
        levels: LEVELS.iter().map(|value| choice(value, every_level(value), level)).collect(),
        states: SHOWN.iter().map(|value| choice(value, t.code("shown", value), shown)).collect(),
        objects: OBJECTS.iter().map(|value| object_link(&context, picked, &totals, value)).collect(),
        totals: totals.levels(object).iter().map(|total| view(&context, total)).collect(),
        heading: t.code("shown", shown),
        is_queue: picked.sorting.by == CardOrder::NAMES[0] && picked.sorting.ascending,
        is_unconfirmed: shown == "UNCONFIRMED",
        grid: Grid::new(&context, &chosen, picked.sorting, &lines(rows, &now), &[], |_| ""),
        count: format::count(t, count),
        pages: Pages::new(&context.ask, number, count, PAGE).unless(is_print),
        exports: Exports::new(&context, "/cards"),
    };
    Ok(page.render()?)
}

/// All cards of the same filters as a file.
pub(crate) async fn export(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let picked = Picked::read(&ask)?;
    let chosen = Chosen::read(&ask, columns(picked.object != CASE))?;
    let context = Context::open(app, ask).await?;
    let wanted = picked.wanted(context.issued(), (0, i64::MAX));
    let (rows, days) = try_join!(queue::read(&context, wanted), workdays(&context))?;
    let about = about(&context, picked, rows.len());
    let lines = lines(rows, &context.now(&days));
    answer(
        &context.app,
        &context.ask,
        Sheet::new(&context, "cards", context.lang().say("nav-cards"), &chosen, &lines, about),
    )
    .await
}

/// The days that the time left is told by.
async fn workdays(context: &Context) -> Result<WorkDays, HttpError> {
    let today = context.today;
    let (days, _) = context.calendar(today.saturating_sub(400.days()), today.saturating_add(90.days())).await?;
    Ok(days)
}

fn about(context: &Context, picked: Picked, n: usize) -> About {
    let t = context.lang();
    let level = if picked.level.is_empty() { t.say("all-levels") } else { t.code("card", picked.level) };
    let mut filters = vec![
        (t.say("about-issued"), context.period_given().unwrap_or_else(|| t.say("about-ever"))),
        (t.say("filter-level"), level),
        (t.say("filter-state"), t.code("shown", picked.shown)),
        (t.say("col-object"), t.code("object", &object::code(picked.object))),
        (t.say("about-sort"), format!("{} {}", picked.sorting.by, picked.sorting.direction())),
    ];
    filters.extend(context.narrowed((true, true)));
    About::new(context, &t.say("nav-cards"), filters, &["M06"], n)
}

/// Another object, with how many cards the list would have.
fn object_link(context: &Context, picked: Picked, totals: &Totals, object: &str) -> Link {
    let t = context.lang();
    let count = format::count(t, totals.count(object, picked.level, picked.shown));
    let value = if object == CASE { "" } else { object };
    Link {
        href: context.ask.with(&[("object", value), ("page", "")]),
        text: format!("{} {count}", t.code("object", &object::code(object))),
        current: object == picked.object,
    }
}

fn view(context: &Context, total: &TotalRow) -> Total {
    let t = context.lang();
    Total {
        class: if total.level == "RED" { "card-r" } else { "card-y" },
        word: t.code("card", &total.level),
        open: format::count(t, total.open_now),
        net: format::count(t, total.net),
        gross: format::count(t, total.gross),
        unconfirmed: format::count(t, total.unconfirmed),
        superseded: format::count(t, total.superseded),
        lapsed: format::count(t, total.lapsed),
        cancelled: format::count(t, total.cancelled),
    }
}
