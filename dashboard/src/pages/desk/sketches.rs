//! What is drawn of a panel, and what can be chosen of it.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;

use super::panels::{Panel, piece};
use super::pictures::Drawn;
use crate::charts::matrix::{Cell, Matrix, Row};
use crate::charts::measure::{Measure, Unit};
use crate::charts::{Width, heat_map, line, stacked_bar};
use crate::error::HttpError;
use crate::frame::{Context, Link};
use crate::pages::figures::{self, Record};
use crate::request::Region;

/// Rows that are drawn; of more the table tells alone.
const MOST: usize = 100;
/// Layers that their textures tell apart.
const LAYERS: usize = 6;
/// Products that can be chosen.
const PRODUCTS: usize = 16;

/// A picture of a panel.
pub(super) enum Sketch {
    /// Of each step, how long it was worked on, and how long it waited.
    Hours,
    /// Places by items of the catalogue.
    Obligations,
    /// The prices of one product over the period.
    Prices,
    /// Messages over the period by their kind.
    Messages,
}

/// The picture, and what the page offers to choose above it.
#[derive(Default)]
pub(super) struct Sketched {
    pub(super) drawn: Option<Drawn>,
    pub(super) choices: Vec<Link>,
}

impl Sketch {
    /// The picture of a panel's rows.
    pub(super) async fn draw(&self, context: &Context, panel: &Panel, rows: &[Record]) -> Result<Sketched, HttpError> {
        if rows.is_empty() {
            return Ok(Sketched::default());
        }
        match self {
            Self::Hours => hours(context, panel, rows),
            Self::Obligations => obligations(context, panel, rows),
            Self::Prices => prices(context, panel, rows).await,
            Self::Messages => messages(context, panel).await,
        }
    }
}

fn hours(context: &Context, panel: &Panel, rows: &[Record]) -> Result<Sketched, HttpError> {
    let t = context.lang();
    let layer = |field: &str| Row {
        name: t.code("panel", field),
        cells: rows.iter().map(|row| plain(number(row, field))).collect(),
    };
    let matrix = Matrix {
        label: t.code("desk", panel.name),
        measure: Measure { name: t.say("panel-hours"), unit: Unit::Number },
        rows_are: t.say("metric-column"),
        columns_are: t.say("panel-step_name"),
        columns: rows.iter().map(|row| text(row, "step_name").to_owned()).collect(),
        rows: vec![layer("work_hours"), layer("wait_hours")],
    };
    let picture = stacked_bar::render(&matrix, Width::Wide, t)?;
    Ok(Sketched { drawn: Some(Drawn { picture, twin: None }), choices: Vec::new() })
}

fn obligations(context: &Context, panel: &Panel, rows: &[Record]) -> Result<Sketched, HttpError> {
    let t = context.lang();
    let places: BTreeSet<&str> = rows.iter().map(|row| text(row, "place")).collect();
    let items: BTreeSet<&str> = rows.iter().map(|row| text(row, "catalogue_item")).collect();
    let chosen = context.ask.value("catalogue").map(|item| Link {
        href: format!("{}#unmet", context.ask.with(&[("catalogue", ""), ("page", "")])),
        text: format!("{} {item} ×", t.say("panel-catalogue_item")),
        current: true,
    });
    let choices = chosen.into_iter().collect();
    if places.len() > MOST {
        return Ok(Sketched { drawn: None, choices });
    }
    let cell = |place: &str, item: &str| {
        let found = rows.iter().find(|row| text(row, "place") == place && text(row, "catalogue_item") == item);
        let Some(row) = found else {
            return plain(None);
        };
        let share = number(row, "disclosed_n").zip(number(row, "due_n")).filter(|(_, due)| *due > 0.0);
        Cell { value: share.map(|(disclosed, due)| disclosed / due), href: unmet_href(context, row) }
    };
    let row = |place: &&str| {
        let region = Region::parse(place).unwrap_or_default();
        Row { name: context.places.name(&region, t), cells: items.iter().map(|item| cell(place, item)).collect() }
    };
    let matrix = Matrix {
        label: t.code("desk", panel.name),
        measure: Measure { name: rate_name(context), unit: Unit::Share },
        rows_are: t.say("panel-place"),
        columns_are: t.say("panel-catalogue_item"),
        columns: items.iter().map(|item| (*item).to_owned()).collect(),
        rows: places.iter().map(row).collect(),
    };
    let picture = heat_map::render(&matrix, Width::Wide, t)?;
    Ok(Sketched { drawn: Some(Drawn { picture, twin: Some(heat_map::twin(&matrix, t)) }), choices })
}

/// What is not met of an item of the catalogue at a place.
pub(super) fn unmet_href(context: &Context, row: &Record) -> String {
    let region = Region::parse(text(row, "place")).unwrap_or_default();
    let item = text(row, "catalogue_item");
    let asked = [("region", region.digits()), ("catalogue", item), ("table", ""), ("page", "")];
    format!("{}#unmet", context.ask.with(&asked))
}

/// The course of a product's prices.
pub(super) fn product_href(context: &Context, row: &Record) -> String {
    let asked = [("product", text(row, "product")), ("grade", text(row, "grade"))];
    format!("{}#prices", context.ask.with(&asked))
}

/// 公开率.
fn rate_name(context: &Context) -> String {
    let shown = figures::shown("M22", &["disclosure_rate"]);
    shown.map_or_else(String::new, |(metric, _)| figures::label(context.lang(), metric, "disclosure_rate"))
}

/// The first product of the table, or the one that the address names.
async fn prices(context: &Context, panel: &Panel, rows: &[Record]) -> Result<Sketched, HttpError> {
    let t = context.lang();
    let first = rows.first().map_or(("", ""), |row| (text(row, "product"), text(row, "grade")));
    let (product, grade) = match context.ask.value("product") {
        Some(product) => (product, context.ask.value("grade").unwrap_or_default()),
        None => first,
    };
    let choices = rows.iter().take(PRODUCTS).map(|row| {
        let (name, its_grade) = (text(row, "product"), text(row, "grade"));
        Link {
            href: product_href(context, row),
            text: format!("{name} {its_grade}").trim_end().to_owned(),
            current: (name, its_grade) == (product, grade),
        }
    });
    let choices = choices.collect();
    let (piece, days) = piece(context);
    let course = panel.read_by(context, piece, (product, grade)).await?;
    let cell = |day: &Date, field: &str| {
        let day = day.to_string();
        plain(course.iter().find(|row| text(row, "piece") == day).and_then(|row| number(row, field)))
    };
    let row =
        |field: &str| Row { name: t.code("panel", field), cells: days.iter().map(|day| cell(day, field)).collect() };
    let matrix = Matrix {
        label: format!("{} {product} {grade}", t.code("desk", panel.name)).trim_end().to_owned(),
        measure: Measure { name: format!("{product} {grade} {}", t.say("panel-yuan-per-kg")), unit: Unit::Number },
        rows_are: t.say("metric-column"),
        columns_are: t.code("by", piece_word(piece)),
        columns: days.iter().map(Date::to_string).collect(),
        rows: ["asked_per_kg", "dealt_per_kg", "market_per_kg"].map(row).into(),
    };
    let picture = line::render(&matrix, Width::Wide, t)?;
    Ok(Sketched { drawn: Some(Drawn { picture, twin: Some(line::twin(&matrix, t)) }), choices })
}

async fn messages(context: &Context, panel: &Panel) -> Result<Sketched, HttpError> {
    let t = context.lang();
    let (piece, days) = piece(context);
    let course = panel.read_by(context, piece, ("", "")).await?;
    let mut kinds: BTreeSet<&str> = course.iter().map(|row| text(row, "kind")).collect();
    if kinds.len() > LAYERS {
        // The table has them too; what has no kind is the least missed.
        kinds.remove("UNTOLD");
    }
    let cell = |day: &Date, kind: &str| {
        let day = day.to_string();
        let found = course.iter().find(|row| text(row, "piece") == day && text(row, "kind") == kind);
        // Nobody has written: that is known.
        plain(found.map_or(Some(0.0), |row| number(row, "sent_n")))
    };
    let row =
        |kind: &&str| Row { name: t.code("message", kind), cells: days.iter().map(|day| cell(day, kind)).collect() };
    let matrix = Matrix {
        label: t.code("desk", panel.name),
        measure: Measure { name: t.say("panel-sent_n"), unit: Unit::Count },
        rows_are: t.say("panel-kind"),
        columns_are: t.code("by", piece_word(piece)),
        columns: days.iter().map(Date::to_string).collect(),
        rows: kinds.iter().map(row).collect(),
    };
    let picture = stacked_bar::render(&matrix, Width::Wide, t)?;
    Ok(Sketched { drawn: Some(Drawn { picture, twin: Some(stacked_bar::twin(&matrix, t)) }), choices: Vec::new() })
}

/// A week is told by its first day.
fn piece_word(piece: &str) -> &str {
    if piece == "month" { "month" } else { "day" }
}

/// The first days of the pieces from `from` to before `to`, as SQL cuts them.
pub(super) fn pieces(piece: &str, from: Date, to: Date) -> Vec<Date> {
    let (first, step) = match piece {
        "week" => (from.saturating_sub(i64::from(from.weekday().to_monday_zero_offset()).days()), 7.days()),
        "month" => (from.first_of_month(), 1.month()),
        _ => (from, 1.day()),
    };
    first.series(step).take_while(|day| *day < to).collect()
}

fn plain(value: Option<f64>) -> Cell {
    Cell { value, href: String::new() }
}

fn number(row: &Record, field: &str) -> Option<f64> {
    row.get(field).and_then(serde_json::Value::as_f64)
}

fn text<'r>(row: &'r Record, field: &str) -> &'r str {
    row.get(field).and_then(serde_json::Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn pieces_begin_where_those_of_sql_do() {
        // A Wednesday.
        let from = date(2018, 5, 16);
        assert_eq!(pieces("day", from, date(2018, 5, 18)), [date(2018, 5, 16), date(2018, 5, 17)]);
        assert_eq!(pieces("week", from, date(2018, 5, 22)), [date(2018, 5, 14), date(2018, 5, 21)]);
        assert_eq!(pieces("month", from, date(2018, 7, 1)), [date(2018, 5, 1), date(2018, 6, 1)]);
        assert!(pieces("day", from, from).is_empty());
    }
}
