//! The course of figures: a line for each row, with points of a shape of its own.

use super::board::{Board, empty};
use super::legend::Key;
use super::marker::{form, marker};
use super::matrix::Matrix;
use super::scale::Scale;
use super::sparkline::runs;
use super::twin::Twin;
use super::{ChartError, Width};
use crate::i18n::Lang;
use crate::svg::{Mark, Shape, point};

/// Draws the lines; a column without data leaves them open.
pub(crate) fn render(series: &Matrix, width: Width, lang: Lang) -> Result<String, ChartError> {
    if let Some(empty) = empty(series, width, lang) {
        return empty;
    }
    let scale = Scale::near(series.values(), series.measure.unit);
    let board = Board::new(series, width, scale, |row| Key::Course(course(row), Some(form(row))), lang)?;
    for (column, name) in series.columns.iter().enumerate() {
        if series.rows.iter().all(|row| row.value(column).is_none()) {
            let title = series.measure.tip(lang, name, None, None);
            board.gap(column, (0.0, 1.0), title)?;
        }
    }
    for (at, row) in series.rows.iter().enumerate() {
        let values: Vec<Option<f64>> = (0..series.columns.len()).map(|column| row.value(column)).collect();
        for run in runs(&values).into_iter().filter(|run| run.len() > 1) {
            let points = run.into_iter().map(|(column, value)| point(board.x(column, 0.5), board.axis.at(value)));
            let points: Vec<(i32, i32)> = points.collect();
            board.picture.draw(&Mark::new(&course(at), Shape::Polyline, points))?;
        }
    }
    // Where there are many, they would hide their line.
    let radius = if board.band < 7.0 { 1.6 } else { 3.2 };
    for (at, row) in series.rows.iter().enumerate() {
        for (column, name) in series.columns.iter().enumerate() {
            let Some(value) = row.value(column) else {
                continue;
            };
            let place = (board.x(column as f64, 0.5), board.axis.at(value));
            let mark = marker(form(at), &format!("point pick {}", course(at)), place, radius);
            let title = series.tip(row, name, Some(value), lang);
            board.picture.draw(&mark.title(title).href(row.href(column)))?;
        }
    }
    Ok(board.picture.finish())
}

/// The same as a table, a line for each column.
pub(crate) fn twin(series: &Matrix, lang: Lang) -> Twin {
    series.twin_by_column(lang)
}

/// The class of a row's line.
fn course(row: usize) -> String {
    format!("course course-{}", row % 6 + 1)
}
