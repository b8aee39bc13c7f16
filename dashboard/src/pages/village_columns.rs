//! The columns of the table of villages, townships or counties.

use super::table::Row;
use crate::format;
use crate::frame::Context;
use crate::place;
use crate::sheet::{Cell, Column, Dress};

/// A row with its place in the whole table.
pub(super) struct Line {
    pub(super) row: Row,
    /// Place among the ranked ones.
    pub(super) rank: Option<i64>,
    /// The interval as a picture; empty where the line is not on the page.
    pub(super) picture: String,
}

/// All columns.
pub(super) fn columns() -> Vec<Column<Line>> {
    let interval = Column::new("interval", "col-interval", "whole", |_, line: &Line| {
        match (line.row.wilson_low, line.row.wilson_high) {
            (Some(_), Some(_)) => Cell::Text(format::interval(line.row.wilson_low, line.row.wilson_high)),
            _ => Cell::None,
        }
    });
    vec![
        Column::new("rank", "col-rank", "r", |_, line: &Line| line.rank.map_or(Cell::None, Cell::Count)),
        Column::new("code", "col-code", "", |_, line: &Line| Cell::text(Some(line.row.code()))).in_files(),
        Column::new("name", "col-place", "name", |context, line: &Line| Cell::Text(line.row.name(context.lang())))
            .dressed(|context, line| Dress { href: line.row.href(context), ..Dress::default() }),
        Column::new("county", "col-county", "", |context, line: &Line| {
            Cell::text(Some(place::join(context.lang(), line.row.county_name.as_deref(), None, None).as_str()))
        })
        .in_files(),
        Column::new("township", "col-township", "", |_, line: &Line| Cell::text(line.row.township_name.as_deref()))
            .in_files(),
        Column::new("village", "col-village", "", |_, line: &Line| Cell::text(line.row.village_name.as_deref()))
            .in_files(),
        count("received", "col-received", "r", |_, line| Cell::Count(line.row.received)),
        count("accepted", "col-accepted", "r wide", |_, line| Cell::Count(line.row.accepted)),
        count("closed", "col-closed", "r wide", |_, line| Cell::Count(line.row.closed)),
        count("due", "col-due", "r", |_, line| Cell::Count(line.row.due_n)),
        count("due_on_time", "col-due-on-time", "r", |_, line| Cell::Count(line.row.due_on_time_n)).in_files(),
        count("rate", "col-rate", "r", |_, line| match line.row.due_n {
            0 => Cell::None,
            due => Cell::Share(line.row.due_on_time_n, due),
        }),
        Column::new("low", "col-low", "r", |_, line: &Line| ratio(line.row.wilson_low)).in_files(),
        Column::new("high", "col-high", "r", |_, line: &Line| ratio(line.row.wilson_high)).in_files(),
        interval.dressed(|_, line| Dress { picture: line.picture.clone(), ..Dress::default() }),
        Column::new("ranked", "col-ranked", "", |_, line: &Line| Cell::Flag(line.row.ranked)).in_files(),
        count("supervised", "col-supervised", "r", |_, line| Cell::Count(line.row.supervised)).in_files(),
        count("yellow", "col-yellow", "r", |_, line| Cell::Count(line.row.yellow_net)).dressed(|context, line| {
            if line.row.yellow_net > 0 { line.row.cards(context, "card-y small") } else { Dress::default() }
        }),
        count("red", "col-red", "r", |_, line| Cell::Count(line.row.red_net)).dressed(|context, line| {
            if line.row.red_net > 0 { line.row.cards(context, "card-r small") } else { Dress::default() }
        }),
        Column::new("red_rate", "col-red-rate", "r wide", |_, line: &Line| {
            line.row.red_per_1000.map_or(Cell::None, Cell::PerMille)
        }),
        Column::new("load", "col-load", "r wide", |_, line: &Line| {
            line.row.beside.per_agent_day.map_or(Cell::None, Cell::Price)
        }),
        Column::new("rated", "col-rated", "r wide", |_, line: &Line| match line.row.beside.rated {
            (_, 0) => Cell::None,
            (rated, decided) => Cell::Share(rated, decided),
        })
        .in_files(),
        Column::new("stars", "col-stars", "r wide", |_, line: &Line| {
            line.row.beside.mean_stars.map_or(Cell::None, Cell::Decimal)
        })
        .dressed(|context, line| Dress {
            under: match line.row.beside.rated.0 {
                0 => String::new(),
                n => format!("n={}", format::count(context.lang(), n)),
            },
            ..Dress::default()
        })
        .in_files(),
        Column::new("median", "col-median", "r wide", |_, line: &Line| {
            line.row.median_used_days.map_or(Cell::None, Cell::Decimal)
        }),
    ]
}

/// Whether some of these columns tell how cases were rated.
pub(super) fn has_ratings(columns: &[&Column<Line>]) -> bool {
    columns.iter().any(|column| ["rated", "stars"].contains(&column.id))
}

/// A column whose sum means something.
fn count(
    id: &'static str,
    title: &'static str,
    class: &'static str,
    cell: fn(&Context, &Line) -> Cell,
) -> Column<Line> {
    Column::new(id, title, class, cell).with_sum()
}

fn ratio(value: Option<f64>) -> Cell {
    value.map_or(Cell::None, Cell::Ratio)
}
