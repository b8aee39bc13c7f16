//! What is drawn above a table. A picture shows rows of the table below it, which then is its twin; what shows more
//! brings a twin of its own.

use analytics::Param;
use queries::{Breakdown, panel};
use serde::Deserialize;

use super::Desk;
use crate::charts::matrix::{Cell, Matrix, Row};
use crate::charts::measure::{Measure, Unit};
use crate::charts::twin::Twin;
use crate::charts::{Width, bar, box_plot, heat_map, line, ranking, stacked_bar};
use crate::error::HttpError;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::pages::figures::{self, Field, Table};
use crate::sheet;

/// Rows that are drawn; of more the table tells alone.
const MOST: usize = 100;

/// A picture of a table. A column is named by its metric and its name: `M03 due_n`.
pub(super) enum Drawing {
    /// The rows in their order, by a share with its interval, and what the share is made of.
    Ranking(&'static str, &'static str),
    /// Columns as lines along the rows.
    Lines(&'static [&'static str]),
    /// Columns as bars beside each other in each row.
    Bars(&'static [&'static str]),
    /// Columns as layers of each row.
    Layers(&'static [&'static str]),
    /// The rows by shares of several tables of the page, each with the name of its table.
    Heat(&'static [(&'static str, &'static str)]),
    /// How handling times spread, against the promised limit where the table has one.
    Spread,
}

/// A picture, with a twin where its table is none.
pub(super) struct Drawn {
    pub(super) picture: String,
    pub(super) twin: Option<Twin>,
}

/// One row of panel `handling_spread`.
#[derive(Debug, Deserialize)]
struct Spread {
    bucket: Option<String>,
    decided_n: i64,
    p10_used_days: f64,
    p25_used_days: f64,
    median_used_days: f64,
    p75_used_days: f64,
    p90_used_days: f64,
}

impl Drawing {
    /// The picture of a table among all that was read for the page; none of no rows, or of too many.
    pub(super) async fn draw(
        &self,
        context: &Context,
        desk: &Desk,
        all: &[Table],
        (table, by): (&Table, Breakdown),
    ) -> Result<Option<Drawn>, HttpError> {
        let t = context.lang();
        if !(1..=MOST).contains(&table.rows.len()) {
            return Ok(None);
        }
        let (picture, twin) = match self {
            Self::Ranking(value, n) => (ranking::render(&ranked(t, (table, by), value, n), Width::Wide, t)?, None),
            Self::Lines(columns) => (line::render(&beside(t, (table, by), columns), Width::Wide, t)?, None),
            Self::Bars(columns) => (bar::render(&beside(t, (table, by), columns), Width::Wide, t)?, None),
            Self::Layers(columns) => (stacked_bar::render(&beside(t, (table, by), columns), Width::Wide, t)?, None),
            Self::Heat(columns) => {
                let heat = heat(t, desk, all, (table, by), columns);
                (heat_map::render(&heat, Width::Wide, t)?, Some(heat_map::twin(&heat, t)))
            }
            Self::Spread => {
                let spread = spread(context, (table, by)).await?;
                (box_plot::render(&spread, Width::Wide, t)?, Some(box_plot::twin(&spread, t)))
            }
        };
        Ok(Some(Drawn { picture, twin }))
    }
}

fn ranked(t: Lang, (table, by): (&Table, Breakdown), value: &str, n: &str) -> ranking::Series {
    let row = |row: &Vec<Field>| ranking::Row {
        name: name(table, row),
        value: number(table, row, value),
        interval: match table.field(row, &format!("±{value}")).map(|field| &field.cell) {
            Some(sheet::Cell::Between(low, high)) => Some((*low, *high)),
            _ => None,
        },
        n: number(table, row, n).map_or(0, |n| n as i64),
        href: href(table, row, n),
    };
    ranking::Series {
        label: table.caption.clone(),
        measure: measure(t, table, &[value]),
        rows_are: t.code("by", by.as_str()),
        rows: table.rows.iter().map(row).collect(),
        reference: None,
    }
}

/// The rows of the table along the axis, and a row of the picture for each column.
fn beside(t: Lang, (table, by): (&Table, Breakdown), columns: &[&str]) -> Matrix {
    let row =
        |id: &&str| Row { name: label(t, id), cells: table.rows.iter().map(|row| cell(table, row, id)).collect() };
    Matrix {
        label: table.caption.clone(),
        measure: measure(t, table, columns),
        rows_are: t.say("metric-column"),
        columns_are: t.code("by", by.as_str()),
        columns: table.rows.iter().map(|row| name(table, row)).collect(),
        rows: columns.iter().map(row).collect(),
    }
}

fn heat(t: Lang, desk: &Desk, all: &[Table], (table, by): (&Table, Breakdown), columns: &[(&str, &str)]) -> Matrix {
    let found = |row: &[Field], place: &str, id: &str| {
        let (_, other) = desk.tables.iter().zip(all).find(|(known, _)| known.name == place)?;
        let same = other.rows.iter().find(|beside| code(other, beside) == code(table, row))?;
        Some(cell(other, same, id))
    };
    let none = || Cell { value: None, href: String::new() };
    let row = |row: &Vec<Field>| Row {
        name: name(table, row),
        cells: columns.iter().map(|(place, id)| found(row, place, id).unwrap_or_else(none)).collect(),
    };
    Matrix {
        label: t.say(desk.title),
        measure: Measure { name: t.say(desk.title), unit: Unit::Share },
        rows_are: t.code("by", by.as_str()),
        columns_are: t.say("metric-column"),
        columns: columns.iter().map(|(_, id)| label(t, id)).collect(),
        rows: table.rows.iter().map(row).collect(),
    }
}

async fn spread(context: &Context, (table, by): (&Table, Breakdown)) -> Result<box_plot::Series, HttpError> {
    let (t, period) = (context.lang(), figures::period(context));
    let params = [
        ("by", Param::Text(by.as_str().to_owned())),
        ("from", Param::Date(period.from)),
        ("to", Param::Date(period.to)),
    ];
    let spread: Vec<Spread> = context.session.rows_since(panel::HANDLING_SPREAD, &params, period.from).await?;
    let row = |row: &Vec<Field>| {
        let found = spread.iter().find(|spread| spread.bucket.as_deref().unwrap_or_default() == code(table, row));
        box_plot::Row {
            name: name(table, row),
            quantiles: found.map(Spread::quantiles),
            limit: number(table, row, "M07 promised_wd"),
            n: found.map_or(0, |spread| spread.decided_n),
            href: href(table, row, "M10 decided_n"),
        }
    };
    Ok(box_plot::Series {
        label: table.caption.clone(),
        measure: measure(t, table, &["M10 median_used_days", "M10 p90_used_days"]),
        rows_are: t.code("by", by.as_str()),
        rows: table.rows.iter().map(row).collect(),
        limits_are: label(t, "M07 promised_wd"),
    })
}

impl Spread {
    fn quantiles(&self) -> [f64; 5] {
        [self.p10_used_days, self.p25_used_days, self.median_used_days, self.p75_used_days, self.p90_used_days]
    }
}

fn name(table: &Table, row: &[Field]) -> String {
    table.field(row, "name").map_or_else(String::new, |field| field.words().to_owned())
}

fn code<'r>(table: &Table, row: &'r [Field]) -> &'r str {
    table.field(row, "code").map_or("", Field::words)
}

fn number(table: &Table, row: &[Field], id: &str) -> Option<f64> {
    table.field(row, id).and_then(|field| field.order)
}

/// The page of a row, or the rows behind a count of it.
fn href(table: &Table, row: &[Field], count: &str) -> String {
    let find = |id: &str| table.field(row, id).and_then(|field| field.href.clone());
    find("name").or_else(|| find(count)).unwrap_or_default()
}

fn cell(table: &Table, row: &[Field], id: &str) -> Cell {
    let href = table.field(row, id).and_then(|field| field.href.clone());
    Cell { value: number(table, row, id), href: href.unwrap_or_default() }
}

fn label(t: Lang, id: &str) -> String {
    let (metric, column) = id.split_once(' ').unwrap_or_default();
    let found = figures::shown(metric, &[column]);
    found.map_or_else(|| id.to_owned(), |(metric, _)| figures::label(t, metric, column))
}

/// What columns measure: one by its name, several by that of their table.
fn measure(t: Lang, table: &Table, ids: &[&str]) -> Measure {
    let name = match ids {
        [id] => label(t, id),
        _ => table.caption.clone(),
    };
    let (metric, column) = ids.first().and_then(|id| id.split_once(' ')).unwrap_or_default();
    let found = figures::shown(metric, &[column]);
    let unit = found.and_then(|(_, columns)| columns.first().map(|column| column.unit)).unwrap_or_default();
    let with_unit = |name: String| t.tell("chart-measure", &[("name", &name), ("unit", &figures::unit(t, unit))]);
    match unit {
        "ratio" => Measure { name, unit: Unit::Share },
        unit if unit.starts_with("per 1,000") => Measure { name, unit: Unit::PerMille },
        _ if column.ends_with("_n") => Measure { name: with_unit(name), unit: Unit::Count },
        _ => Measure { name: with_unit(name), unit: Unit::Number },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::desk::DESKS;

    /// Whether a table of the page has a column.
    fn has(desk: &Desk, table: &str, id: &str) -> bool {
        let figures = desk.tables.iter().filter(|known| known.name == table).flat_map(|table| table.figures);
        let mut columns = figures.flat_map(|figure| figure.columns.iter().map(move |column| (figure.metric, *column)));
        columns.any(|(metric, column)| id.split_once(' ') == Some((metric, column)))
    }

    #[test]
    fn pictures_are_of_columns_that_their_tables_have() {
        let mut drawn = 0;
        for desk in &DESKS {
            let drawings = desk.tables.iter().flat_map(|table| table.drawings.iter().map(move |one| (table.name, one)));
            for (table, drawing) in drawings {
                let columns: Vec<(&str, &str)> = match drawing {
                    Drawing::Ranking(value, n) => vec![(table, *value), (table, *n)],
                    Drawing::Lines(ids) | Drawing::Bars(ids) | Drawing::Layers(ids) => {
                        assert!(ids.len() <= 6, "{table}: more than their shapes tell apart");
                        ids.iter().map(|id| (table, *id)).collect()
                    }
                    Drawing::Heat(columns) => columns.to_vec(),
                    Drawing::Spread => vec![(table, "M10 decided_n")],
                };
                assert!(columns.iter().all(|(table, id)| has(desk, table, id)), "{columns:?}");
                drawn += 1;
            }
        }
        assert!(drawn > 8, "{drawn}");
    }

    #[test]
    fn what_is_measured_has_its_unit_where_figures_do_not_carry_it() {
        let table = Table { caption: "各月留言".into(), ..Table::default() };
        let unit = |id: &str| measure(Lang::Zh, &table, &[id]).unit;
        assert_eq!([unit("M03 on_time_rate"), unit("M06 red_net_per_1000")], [Unit::Share, Unit::PerMille]);
        assert_eq!([unit("M31 saved_yuan"), unit("M31 eligible_n")], [Unit::Number, Unit::Count]);
        assert_eq!(measure(Lang::Zh, &table, &["M19 due_n", "M19 answered_n"]).name, "各月留言（条）");
    }
}
