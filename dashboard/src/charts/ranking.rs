//! Rows in an order: the value of each with its interval and its n. Lengths stand on zero; high shares,
//! whose differences zero would hide, are points on a scale that begins at a round share.

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

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) value: Option<f64>,
    /// The ends of its 95 % interval, if it has one.
    pub(crate) interval: Option<(f64, f64)>,
    /// What the value is made of.
    pub(crate) n: i64,
    pub(crate) href: String,
}

/// Rows in the order in which they are shown.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Text alternative.
    pub(crate) label: String,
    pub(crate) measure: Measure,
    /// What the rows are: 村, 部门.
    pub(crate) rows_are: String,
    pub(crate) rows: Vec<Row>,
    /// A value to compare with, and its name: 全市.
    pub(crate) reference: Option<(String, f64)>,
}

/// Draws the rows; those of too few for a ranking (domain §5) are hollow.
pub(crate) fn render(series: &Series, width: Width, lang: Lang) -> Result<String, ChartError> {
    if series.rows.is_empty() {
        return nothing(&series.label, width, lang);
    }
    let unit = series.measure.unit;
    let reference = series.reference.as_ref().filter(|(_, value)| known(Some(*value)).is_some());
    let values = series.rows.iter().flat_map(|row| {
        let ends = row.interval.map(|(low, high)| [known(Some(low)), known(Some(high))]);
        ends.into_iter().flatten().chain([known(row.value)]).flatten()
    });
    let scale = Scale::near(values.chain(reference.map(|(_, value)| *value)), unit);
    let mut legend = Vec::new();
    if let Some((name, value)) = reference {
        let told = format!("{name} {}", unit.tell(lang, Some(*value)));
        legend.push((Key::Course("reference".to_owned(), None), told));
    }
    if series.rows.iter().any(|row| row.n < format::FEW && row.value.is_some()) {
        legend.push((Key::Point("dot few".to_owned(), Form::Diamond), lang.say("few")));
    }
    let layout = Layout {
        label: &series.label,
        measure: &series.measure,
        legend,
        names: series.rows.iter().map(|row| &row.name).collect(),
        heads: [lang.say("chart-value"), "n".to_owned()],
        figures: series.rows.iter().map(|row| [unit.tell(lang, row.value), format::count(lang, row.n)]).collect(),
        scale,
    };
    let rows = Rows::new(layout, width, lang)?;
    if let Some((_, value)) = reference {
        let x = rows.axis.at(*value);
        rows.picture.draw(&Mark::new("reference", Shape::Line, [point(x, rows.top), point(x, rows.bottom)]))?;
    }
    for (at, row) in series.rows.iter().enumerate() {
        mark(&rows, at, row)?;
        rows.cover(at, tip(series, row, lang), &row.href)?;
    }
    Ok(rows.picture.finish())
}

fn mark(rows: &Rows, at: usize, row: &Row) -> Result<(), ChartError> {
    let Some(value) = known(row.value) else {
        return rows.gap(at);
    };
    let (y, x, few) = (rows.middle(at), rows.axis.at(value), row.n < format::FEW);
    let stands_on_zero = rows.axis.scale.low <= 0.0;
    if stands_on_zero {
        let corners = [point(rows.axis.at(0.0), y - 6.0), point(x, y + 6.0)];
        let class = if few { "bar few" } else { "bar" };
        rows.picture.draw(&Mark::new(class, Shape::Rect { least: 0.8 }, corners))?;
    }
    if let Some((low, high)) = row.interval.filter(|(low, high)| low.is_finite() && high.is_finite()) {
        rows.whisker(at, low, high)?;
    }
    if !stands_on_zero {
        let (class, form) = if few { ("dot few", Form::Diamond) } else { ("dot", Form::Circle) };
        rows.picture.draw(&marker(form, class, (x, y), 3.6))?;
    }
    Ok(())
}

fn tip(series: &Series, row: &Row, lang: Lang) -> String {
    let told = series.measure.tip(lang, &row.name, row.value, Some(row.n));
    let told = match row.interval {
        Some(_) => format!("{told} · {} {}", lang.say("col-interval"), interval(series, row, lang)),
        None => told,
    };
    if row.n < format::FEW { format!("{told} · {}", lang.say("few")) } else { told }
}

fn interval(series: &Series, row: &Row, lang: Lang) -> String {
    let tell = |value: f64| series.measure.unit.tell(lang, Some(value));
    row.interval.map_or_else(|| format::NONE.to_owned(), |(low, high)| format!("{}–{}", tell(low), tell(high)))
}

/// The same as a table.
#[cfg_attr(not(test), expect(dead_code, reason = "the pages that show it have a table of the same rows"))]
pub(crate) fn twin(series: &Series, lang: Lang) -> Twin {
    let lines = series.rows.iter().map(|row| {
        let texts =
            [series.measure.unit.tell(lang, row.value), interval(series, row, lang), format::count(lang, row.n)];
        Line { name: row.name.clone(), href: row.href.clone(), cells: texts.map(Cell::plain).into() }
    });
    let head = vec![series.measure.name.clone(), lang.say("col-interval"), "n".to_owned()];
    Twin::new(lang, &series.measure.name, series.rows_are.clone(), head, lines.collect())
}
