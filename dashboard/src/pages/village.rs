//! `/villages/{code}`: one village, its figures, its days, its cards.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use futures::try_join;
use jiff::{Timestamp, ToSpan};
use queries::Level;

use super::card_columns::{columns, lines};
use super::{daily, object, page, queue, table};
use crate::charts::volume_and_rates;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::place;
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
    row: Option<table::View>,
    picture: String,
    days: Vec<daily::View>,
    /// Its cards: those of the cases themselves.
    grid: Grid,
    cards_count: String,
    cards_href: String,
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
    let (from, to) = context.ask.filters.period(today);
    let (first, tomorrow) = (today.saturating_sub((DAYS - 1).days()), today.tomorrow().unwrap_or(today));
    let (workdays, _) = context.calendar(today.saturating_sub(400.days()), today.saturating_add(90.days())).await?;
    let issued = (Timestamp::UNIX_EPOCH, context.issued().1);
    let wanted = queue::Wanted {
        object: object::CASE,
        level: "",
        shown: "OPEN",
        issued,
        order: Default::default(),
        places: (0, CARDS),
    };
    let (rows, days, cards) = try_join!(
        table::read(&context, Level::Village, from, to),
        daily::read(&context, &workdays, first, tomorrow),
        queue::read(&context, wanted),
    )?;
    let (now, chosen) = (context.now(&workdays), Chosen::all(columns(false)));
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
        period: context.period(),
        row: row.map(|row| row.view(&context, None, scale)).transpose()?,
        picture: volume_and_rates::render(&daily::series(&context, &days, false), t)?,
        days: daily::views(&context, &days),
        cards_count: format::count(t, cards.first().map_or(0, |card| card.total)),
        grid: Grid::new(&context, &chosen, Sorting::fixed(), &lines(cards, &now), &[], |_| ""),
        cards_href: context.ask.link("/cards", &[]),
        code,
    })
}
