//! Rows against columns, each cell shaded by its value; a cell without data is hatched.

use super::board::empty;
use super::legend::{Key, Legend};
use super::matrix::Matrix;
use super::shades::{Shaded, Shades};
use super::twin::Twin;
use super::{ChartError, Width, names};
use crate::i18n::Lang;
use crate::svg::{Anchor, Mark, Picture, point, text};
use crate::theme::TEXT;

/// Height of a row.
const ROW: f64 = 20.0;
/// Name of the pattern where there is no data.
const HATCH: &str = "heat-hatch";

/// Draws the cells, with their values where there is room.
pub(crate) fn render(series: &Matrix, width: Width, lang: Lang) -> Result<String, ChartError> {
    if let Some(empty) = empty(series, width, lang) {
        return empty;
    }
    let (total, unit) = (width.units(), series.measure.unit);
    let head = Legend::new(total, vec![(Key::Title, series.measure.name.clone())]);
    let top = head.bottom + 16.0;
    let bottom = top + ROW * series.rows.len() as f64;
    let shades = Shades::of(series.values(), unit, HATCH);
    let height = (bottom + 8.0 + shades.legend_height(total, lang)).ceil();
    let picture = Picture::new(width.class(), total as i32, height as i32, &series.label);
    picture.hatch(HATCH);
    head.draw(&picture)?;
    let left = names::room(series.rows.iter().map(|row| &row.name), total);
    let band = (total - left) / series.columns.len() as f64;
    names::along(&picture, &series.columns, (left, total), top - 6.0)?;
    for (at, row) in series.rows.iter().enumerate() {
        let y = top + ROW * at as f64;
        picture.draw(&names::before(&row.name, left, y + 14.0).title(row.name.as_str()))?;
        for (column, name) in series.columns.iter().enumerate() {
            let (x, value) = (left + band * column as f64, row.value(column));
            let title = series.tip(row, name, value, lang);
            let size = ((band - 1.0).max(band * 0.5), ROW - 1.0);
            shades.draw(&picture, Shaded { at: (x, y), size, value, title, href: row.href(column) })?;
            let words = unit.tell(lang, value);
            if value.is_some() && text::width(&words, TEXT) + 6.0 <= size.0 {
                picture.draw(&Mark::text("on-tile", words, Anchor::Middle, point(x + size.0 / 2.0, y + 13.0)))?;
            }
        }
    }
    shades.legend(&picture, bottom + 8.0, total, lang)?;
    Ok(picture.finish())
}

/// The same as a table, a line for each row.
pub(crate) fn twin(series: &Matrix, lang: Lang) -> Twin {
    series.twin_by_row(lang)
}
