//! `/cards` 红黄牌: what must be acted on, whose is it, how long is left? Cards of cases, and of the
//! steps, suspensions and the rest within them.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use futures::try_join;
use jiff::{Timestamp, ToSpan};

use super::object::{self, CASE, OBJECTS};
use super::queue::{self, CardRow, CardView, SHOWN, Wanted};
use super::totals::{self, TotalRow, Totals};
use super::{csv_file, kept_page};
use crate::csv::Csv;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::place::Choice;
use crate::request::Ask;
use crate::state::App;

/// Cards on a page.
const PAGE: i64 = 50;
const LEVELS: [&str; 3] = ["", "RED", "YELLOW"];

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
    is_unconfirmed: bool,
    cards: Vec<CardView>,
    /// Whether a column says what the cards are about.
    has_objects: bool,
    count: String,
    pages: Pages,
    csv_href: String,
}

/// What the address asks of the cards.
#[derive(Debug, Clone, Copy)]
struct Picked {
    level: &'static str,
    shown: &'static str,
    object: &'static str,
}

impl Picked {
    fn read(ask: &Ask) -> Result<Self, HttpError> {
        let (level, shown) = (ask.one_of("level", &LEVELS)?, ask.one_of("state", &SHOWN)?);
        Ok(Self { level, shown, object: ask.one_of("object", &OBJECTS)? })
    }

    fn wanted(self, issued: (Timestamp, Timestamp), places: (i64, i64)) -> Wanted {
        Wanted { object: self.object, level: self.level, shown: self.shown, issued, places }
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
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    kept_page(&app, &ask, text(app.clone(), ask.clone())).await
}

async fn text(app: App, ask: Ask) -> Result<String, HttpError> {
    let (picked, number) = (Picked::read(&ask)?, ask.page()?);
    let context = Context::open(app, ask).await?;
    let (t, today, issued) = (context.lang(), context.today, context.issued());
    let wanted = picked.wanted(issued, ((number - 1) * PAGE, number * PAGE));
    let (rows, totals, (days, _)) = try_join!(
        queue::read(&context, wanted),
        totals::read(&context, object::ALL, issued),
        context.calendar(today.saturating_sub(400.days()), today.saturating_add(90.days())),
    )?;
    let now = context.now(&days);
    let count = rows.first().map_or(0, |row| row.total);
    let Picked { level, shown, object } = picked;
    let choice =
        |value: &str, text: String, chosen: &str| Choice { value: value.to_owned(), text, selected: value == chosen };
    let every_level = |value: &&str| if value.is_empty() { t.say("all-levels") } else { t.code("card", value) };
    let page = Page {
        frame: context.frame(Nav::Cards, t.say("nav-cards"), &["object"]),
        levels: LEVELS.iter().map(|value| choice(value, every_level(value), level)).collect(),
        states: SHOWN.iter().map(|value| choice(value, t.code("shown", value), shown)).collect(),
        objects: OBJECTS.iter().map(|value| object_link(&context, picked, &totals, value)).collect(),
        totals: totals.levels(object).iter().map(|total| view(&context, total)).collect(),
        heading: t.code("shown", shown),
        is_unconfirmed: shown == "UNCONFIRMED",
        cards: rows.iter().map(|row| row.view(&context, &now)).collect(),
        has_objects: object != CASE,
        count: format::count(t, count),
        pages: Pages::new(&context.ask, number, count, PAGE),
        csv_href: context.ask.link("/cards.csv", &[("level", level), ("state", shown), ("object", object)]),
    };
    Ok(page.render()?)
}

/// All cards of the same filters as CSV.
pub(crate) async fn export(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let picked = Picked::read(&ask)?;
    let context = Context::open(app, ask).await?;
    let rows = queue::read(&context, picked.wanted(context.issued(), (0, i64::MAX))).await?;
    Ok(csv_file("cards.csv", csv(&context, &rows)))
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

fn csv(context: &Context, rows: &[CardRow]) -> String {
    let (t, zone) = (context.lang(), context.zone());
    let head = [
        "col-card",
        "col-state",
        "col-case",
        "col-object",
        "col-object-id",
        "col-step",
        "col-item",
        "col-county",
        "col-township",
        "col-village",
        "col-village-code",
        "col-org",
        "col-org-code",
        "col-condition-at",
        "col-issued-at",
        "col-due-on",
        "col-due-at",
    ];
    let head = head.map(|key| t.say(key));
    let mut csv = Csv::new(&head.each_ref().map(String::as_str));
    for row in rows {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        csv.row(&[
            t.code("card", &row.level),
            t.code("shown", &row.shown),
            row.case_no.clone(),
            t.code("object", &row.object_type),
            row.part().unwrap_or_default().to_owned(),
            text(&row.step_name),
            row.item(t),
            text(&row.county_name),
            text(&row.township_name),
            text(&row.village_name),
            text(&row.village_code),
            row.org(context),
            text(&row.org_code),
            format::stamp(zone, row.condition_at),
            format::stamp(zone, row.issued_at),
            row.due_on.map(|day| day.to_string()).unwrap_or_default(),
            format::stamp(zone, row.due_at),
        ]);
    }
    csv.finish()
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
