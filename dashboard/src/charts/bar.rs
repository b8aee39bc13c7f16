//! Figures side by side: in each column a bar for each row.

use super::board::{Board, empty};
use super::legend::Key;
use super::marker::{filled, textures};
use super::matrix::Matrix;
use super::scale::Scale;
use super::twin::Twin;
use super::{ChartError, Width};
use crate::i18n::Lang;

/// Draws the bars from zero; zero itself is a stub, and no data a hatch.
pub(crate) fn render(series: &Matrix, width: Width, lang: Lang) -> Result<String, ChartError> {
    if let Some(empty) = empty(series, width, lang) {
        return empty;
    }
    let scale = Scale::from_zero(series.values(), series.measure.unit);
    let board = Board::new(series, width, scale, Key::Layer, lang)?;
    textures(&board.picture, series.rows.len());
    let each = 0.8 / series.rows.len() as f64;
    let zero = board.axis.at(0.0);
    for (column, name) in series.columns.iter().enumerate() {
        for (at, row) in series.rows.iter().enumerate() {
            let from = 0.1 + at as f64 * each;
            let value = row.value(column);
            let title = series.tip(row, name, value, lang);
            let Some(value) = value else {
                board.gap(column, (from, from + each), title)?;
                continue;
            };
            let (left, right) = (board.x(column as f64, from), board.x(column as f64, from + each));
            let bar = filled(at, 0.8, (left, zero), (right, board.axis.at(value)));
            board.picture.draw(&bar.title(title).href(row.href(column)))?;
        }
    }
    Ok(board.picture.finish())
}

/// The same as a table, a line for each column.
#[cfg_attr(not(test), expect(dead_code, reason = "the pages that show it have a table of the same rows"))]
pub(crate) fn twin(series: &Matrix, lang: Lang) -> Twin {
    series.twin_by_column(lang)
}
