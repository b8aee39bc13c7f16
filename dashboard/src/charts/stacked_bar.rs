//! What wholes are made of: in each column the rows lie on one another, the first one lowest.

use super::board::{Board, empty};
use super::legend::Key;
use super::marker::{filled, textures};
use super::matrix::Matrix;
use super::scale::Scale;
use super::twin::Twin;
use super::{ChartError, Width};
use crate::i18n::Lang;

/// Draws the layers. A column in which no row has data is hatched; parts below zero have no height.
pub(crate) fn render(series: &Matrix, width: Width, lang: Lang) -> Result<String, ChartError> {
    if let Some(empty) = empty(series, width, lang) {
        return empty;
    }
    let wholes = (0..series.columns.len()).map(|column| {
        let parts = series.rows.iter().filter_map(|row| row.value(column));
        parts.map(|part| part.max(0.0)).sum::<f64>()
    });
    let scale = Scale::from_zero(wholes, series.measure.unit);
    let board = Board::new(series, width, scale, Key::Layer, lang)?;
    textures(&board.picture, series.rows.len());
    for (column, name) in series.columns.iter().enumerate() {
        let (left, right) = (board.x(column as f64, 0.1), board.x(column as f64, 0.9));
        let mut below = None;
        for (at, row) in series.rows.iter().enumerate() {
            let Some(value) = row.value(column) else {
                continue;
            };
            let foot = below.unwrap_or(0.0);
            let head = foot + value.max(0.0);
            let layer = filled(at, 0.0, (left, board.axis.at(foot)), (right, board.axis.at(head)));
            let title = series.tip(row, name, Some(value), lang);
            board.picture.draw(&layer.title(title).href(row.href(column)))?;
            below = Some(head);
        }
        if below.is_none() {
            board.gap(column, (0.1, 0.9), series.measure.tip(lang, name, None, None))?;
        }
    }
    Ok(board.picture.finish())
}

/// The same as a table, a line for each column.
pub(crate) fn twin(series: &Matrix, lang: Lang) -> Twin {
    series.twin_by_column(lang)
}
