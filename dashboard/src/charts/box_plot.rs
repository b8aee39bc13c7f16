//! How figures spread: for each row a box from P25 to P75 with the median, whiskers from P10 to P90,
//! and the limit that they are measured against.

use super::legend::Key;
use super::marker::{Form, marker};
use super::measure::{Measure, known};
use super::rows::{Layout, Rows};
use super::scale::Scale;
use super::twin::{Cell, Line, Twin};
use super::{ChartError, Width, nothing};
use crate::format;
use crate::i18n::Lang;
use crate::svg::{Mark, Shape, point};

/// The shares of the five quantiles, in words.
const QUANTILES: [&str; 5] = ["P10", "P25", "P50", "P75", "P90"];

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    /// P10, P25, P50, P75, P90, none less than the one before.
    pub(crate) quantiles: Option<[f64; 5]>,
    /// The limit, if there is one.
    pub(crate) limit: Option<f64>,
    pub(crate) n: i64,
    pub(crate) href: String,
}

/// Rows in the order in which they are shown.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Text alternative.
    pub(crate) label: String,
    pub(crate) measure: Measure,
    /// What the rows are: 部门, 事项.
    pub(crate) rows_are: String,
    pub(crate) rows: Vec<Row>,
    /// What the limits are: 承诺时限.
    pub(crate) limits_are: String,
}

impl Row {
    /// The quantiles, if all of them can be drawn.
    fn five(&self) -> Option<[f64; 5]> {
        self.quantiles.filter(|five| five.iter().all(|value| known(Some(*value)).is_some()))
    }
}

/// Draws the boxes; those of too few (domain §5) are dashed.
pub(crate) fn render(series: &Series, width: Width, lang: Lang) -> Result<String, ChartError> {
    if series.rows.is_empty() {
        return nothing(&series.label, width, lang);
    }
    let unit = series.measure.unit;
    let values = series.rows.iter().flat_map(|row| {
        let five = row.five().into_iter().flatten();
        five.chain(known(row.limit))
    });
    let scale = Scale::from_zero(values, unit);
    let mut legend = vec![(Key::Layer(0), lang.say("box-key"))];
    if series.rows.iter().any(|row| row.limit.is_some()) {
        legend.push((Key::Point("limit".to_owned(), Form::Diamond), series.limits_are.clone()));
    }
    let median = |row: &Row| row.five().map(|five| five[2]);
    let figures = series.rows.iter().map(|row| [unit.tell(lang, median(row)), format::count(lang, row.n)]);
    let layout = Layout {
        label: &series.label,
        measure: &series.measure,
        legend,
        names: series.rows.iter().map(|row| &row.name).collect(),
        heads: ["P50".to_owned(), "n".to_owned()],
        figures: figures.collect(),
        scale,
    };
    let rows = Rows::new(layout, width, lang)?;
    for (at, row) in series.rows.iter().enumerate() {
        match row.five() {
            Some(five) => boxed(&rows, at, five, row.n < format::FEW)?,
            None => rows.gap(at)?,
        }
        if let Some(limit) = known(row.limit) {
            let place = (rows.axis.at(limit), rows.middle(at));
            rows.picture.draw(&marker(Form::Diamond, "limit", place, 3.6))?;
        }
        rows.cover(at, tip(series, row, lang), &row.href)?;
    }
    Ok(rows.picture.finish())
}

fn boxed(rows: &Rows, at: usize, five: [f64; 5], few: bool) -> Result<(), ChartError> {
    let y = rows.middle(at);
    let [low, from, median, to, high] = five;
    rows.whisker(at, low, high)?;
    let corners = [point(rows.axis.at(from), y - 6.0), point(rows.axis.at(to), y + 6.0)];
    let class = if few { "box few" } else { "box" };
    rows.picture.draw(&Mark::new(class, Shape::Rect { least: 1.0 }, corners))?;
    let x = rows.axis.at(median);
    Ok(rows.picture.draw(&Mark::new("median", Shape::Line, [point(x, y - 7.0), point(x, y + 7.0)]))?)
}

fn tip(series: &Series, row: &Row, lang: Lang) -> String {
    let unit = series.measure.unit;
    let told = match row.five() {
        Some(five) => {
            let told =
                QUANTILES.iter().zip(five).map(|(name, value)| format!("{name} {}", unit.tell(lang, Some(value))));
            told.collect::<Vec<_>>().join(" · ")
        }
        None => lang.say("no-data"),
    };
    let (n, limit) = (format::count(lang, row.n), unit.tell(lang, row.limit));
    let told = lang.tell("tip-n", &[("name", &row.name), ("value", &told), ("n", &n)]);
    if row.limit.is_some() { format!("{told} · {} {limit}", series.limits_are) } else { told }
}

/// The same as a table.
pub(crate) fn twin(series: &Series, lang: Lang) -> Twin {
    let tell = |value: Option<f64>| Cell::plain(series.measure.unit.tell(lang, value));
    let lines = series.rows.iter().map(|row| {
        let five = row.five();
        let mut cells: Vec<Cell> = (0..5).map(|at| tell(five.map(|five| five[at]))).collect();
        cells.push(row.limit.map_or_else(|| Cell::plain(format::NONE.to_owned()), |limit| tell(Some(limit))));
        cells.push(Cell::plain(format::count(lang, row.n)));
        Line { name: row.name.clone(), href: row.href.clone(), cells }
    });
    let mut head: Vec<String> = QUANTILES.iter().map(|name| (*name).to_owned()).collect();
    head.extend([series.limits_are.clone(), "n".to_owned()]);
    Twin::new(lang, &series.measure.name, series.rows_are.clone(), head, lines.collect())
}
