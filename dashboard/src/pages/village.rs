//! `/villages/{code}`: one village, its figures, its days, its cards; of one that is gone, since when.

use analytics::Param;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use futures::try_join;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use queries::{Level, panel};
use serde::Deserialize;

use super::card_columns::{columns, lines};
use super::{daily, object, page, queue, table};
use crate::charts::volume_and_rates;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::i18n::Lang;
use crate::place::{self, Village};
use crate::request::{Ask, Region};
use crate::sheet::{Chosen, Grid, Sorting};
use crate::state::App;

/// Days of the picture.
const DAYS: i64 = 90;
/// Most cards that are listed here; the page of the cards has all.
const CARDS: i64 = 50;

#[derive(Template)]
#[template(path = "village.html")]
struct Page {
    frame: Frame,
    name: String,
    code: String,
    above: Vec<Link>,
    period: String,
    /// Since when no edition has the village; empty while one does.
    gone: String,
    /// What goes on under its name.
    successor: Option<Link>,
    row: Option<table::View>,
    picture: String,
    days: Vec<daily::View>,
    /// Its cards: those of the cases themselves.
    grid: Grid,
    cards_count: String,
    cards_href: String,
}

/// One row of panel `village_successor`.
#[derive(Debug, Deserialize)]
struct Successor {
    village_code: String,
    village_name: String,
}

/// The page.
pub(crate) async fn show(
    State(app): State<App>,
    Path(code): Path<String>,
    mut ask: Ask,
) -> Result<Response, HttpError> {
    let region = Region::parse(&code).filter(|region| region.digits().len() == 12);
    ask.filters.region = region.ok_or_else(|| HttpError::missing("village", &code))?;
    let context = Context::open(app, ask).await?;
    let (t, today) = (context.lang(), context.today);
    let Some(village) = context.places.village(&code).cloned() else {
        return Err(HttpError::missing("village", &code));
    };
    let tomorrow = today.tomorrow().unwrap_or(today);
    let (from, to) = match village.gone_on {
        // Nothing is told of the month that runs, so it is all its time.
        Some(_) if !context.ask.filters.has_period() => (village.first_day, tomorrow),
        _ => context.ask.filters.period(today),
    };
    let end = village.gone_on.unwrap_or(tomorrow).min(tomorrow);
    let first = end.saturating_sub(DAYS.days());
    let known_from = first.min(today.saturating_sub(400.days()));
    let (workdays, _) = context.calendar(known_from, today.saturating_add(90.days())).await?;
    let issued = (Timestamp::UNIX_EPOCH, context.issued().1);
    let wanted = queue::Wanted {
        object: object::CASE,
        level: "",
        shown: "OPEN",
        narrowed: false,
        issued,
        order: Default::default(),
        places: (0, CARDS),
    };
    let (rows, days, cards) = try_join!(
        table::read(&context, Level::Village, from, to),
        daily::read(&context, &workdays, first, end),
        queue::read(&context, wanted),
    )?;
    let (now, chosen) = (context.now(&workdays), Chosen::all(columns(false)));
    let successor = successor(&context, &village).await?;
    let row = rows.iter().find(|row| row.code() == code);
    let scale = table::scale(&rows);
    let mut frame = context.frame(Nav::Villages, place::short(&village.village_name), &[]);
    frame.live = false;
    let above = [
        (place::county(t, &village.county_code, &village.county_name), &village.county_code, "township"),
        (village.township_name.clone(), &village.township_code, "village"),
    ];
    let above = above.into_iter().map(|(text, code, level)| Link {
        href: context.ask.link("/villages", &[("level", level), ("region", code)]),
        text,
        current: false,
    });
    page(&Page {
        frame,
        name: place::full(t, Some(&village), true),
        above: above.collect(),
        period: context.days_told(from, to),
        gone: village.gone_on.map(|day| gone(t, day)).unwrap_or_default(),
        successor,
        row: row.map(|row| row.view(&context, None, scale)).transpose()?,
        picture: volume_and_rates::render(&daily::series(&context, &days, false), t)?,
        days: daily::views(&context, &days),
        cards_count: format::count(t, cards.first().map_or(0, |card| card.total)),
        grid: Grid::new(&context, &chosen, Sorting::fixed(), &lines(cards, &now), &[], |_| ""),
        cards_href: context.ask.link("/cards", &[]),
        code,
    })
}

/// Since when a village is no more.
fn gone(t: Lang, day: Date) -> String {
    t.tell("village-gone", &[("day", &format::day_long(t, day))])
}

/// The village that goes on under the name of one that is gone, as far as the editions tell.
async fn successor(context: &Context, village: &Village) -> Result<Option<Link>, HttpError> {
    if village.gone_on.is_none() {
        return Ok(None);
    }
    let params = [("village", Param::Text(village.village_code.clone()))];
    let rows: Vec<Successor> = context.session.rows(panel::VILLAGE_SUCCESSOR, &params).await?;
    let link = |row: Successor| Link {
        href: context.ask.link(&format!("/villages/{}", row.village_code), &[]),
        text: place::short(&row.village_name),
        current: false,
    };
    Ok(rows.into_iter().next().map(link))
}
