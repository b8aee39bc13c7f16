//! Areas below a county as tiles: its townships, or the villages of a township, in the order given,
//! shaded by a figure; an area without data is hatched.

use super::legend::{Key, Legend};
use super::measure::{Measure, known};
use super::shades::{Shaded, Shades};
use super::twin::{Cell, Line, Twin};
use super::{ChartError, Width, nothing};
use crate::format;
use crate::i18n::Lang;
use crate::svg::{Anchor, Mark, Picture, point, text};
use crate::theme::TEXT;

/// From so many tiles on they have one line of text alone.
const MANY: usize = 60;
/// Least width of a tile, and its height, with two lines and with one.
const ROOMY: (f64, f64) = (92.0, 40.0);
const DENSE: (f64, f64) = (64.0, 22.0);
/// Name of the pattern where there is no data.
const HATCH: &str = "tiles-hatch";

/// One area.
#[derive(Debug, Clone)]
pub(crate) struct Tile {
    pub(crate) name: String,
    pub(crate) value: Option<f64>,
    /// What the value is made of.
    pub(crate) n: i64,
    /// A level down, or what is behind it.
    pub(crate) href: String,
}

/// Areas of one level.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Text alternative.
    pub(crate) label: String,
    pub(crate) measure: Measure,
    /// What the tiles are: 乡镇, 村.
    pub(crate) rows_are: String,
    pub(crate) tiles: Vec<Tile>,
}

/// Draws the tiles in rows, as many in each as there is room for.
pub(crate) fn render(series: &Series, width: Width, lang: Lang) -> Result<String, ChartError> {
    if series.tiles.is_empty() {
        return nothing(&series.label, width, lang);
    }
    let total = width.units();
    let (least, height) = if series.tiles.len() > MANY { DENSE } else { ROOMY };
    let across = ((total / least).floor() as usize).max(1);
    let down = series.tiles.len().div_ceil(across);
    let head = Legend::new(total, vec![(Key::Title, series.measure.name.clone())]);
    let (top, each) = (head.bottom, total / across as f64);
    let bottom = top + height * down as f64;
    let values = series.tiles.iter().filter_map(|tile| known(tile.value));
    let shades = Shades::of(values, series.measure.unit, HATCH);
    let whole = (bottom + 8.0 + shades.legend_height(total, lang)).ceil();
    let picture = Picture::new(width.class(), total as i32, whole as i32, &series.label);
    picture.hatch(HATCH);
    head.draw(&picture)?;
    for (at, tile) in series.tiles.iter().enumerate() {
        let (x, y) = ((at % across) as f64 * each, top + (at / across) as f64 * height);
        let (size, middle) = ((each - 3.0, height - 3.0), x + (each - 3.0) / 2.0);
        let title = series.measure.tip(lang, &tile.name, tile.value, Some(tile.n));
        shades.draw(&picture, Shaded { at: (x, y), size, value: tile.value, title, href: &tile.href })?;
        let fitting = |words: &str| text::shortened(words, size.0 - 6.0, TEXT);
        picture.draw(&Mark::text("on-tile", fitting(&tile.name), Anchor::Middle, point(middle, y + 14.0)))?;
        if height == ROOMY.1 {
            let told = series.measure.unit.tell(lang, tile.value);
            picture.draw(&Mark::text("on-tile", fitting(&told), Anchor::Middle, point(middle, y + 29.0)))?;
        }
    }
    shades.legend(&picture, bottom + 8.0, total, lang)?;
    Ok(picture.finish())
}

/// The same as a table.
pub(crate) fn twin(series: &Series, lang: Lang) -> Twin {
    let lines = series.tiles.iter().map(|tile| {
        let texts = [series.measure.unit.tell(lang, tile.value), format::count(lang, tile.n)];
        Line { name: tile.name.clone(), href: tile.href.clone(), cells: texts.map(Cell::plain).into() }
    });
    let head = vec![series.measure.name.clone(), "n".to_owned()];
    Twin::new(lang, &series.measure.name, series.rows_are.clone(), head, lines.collect())
}
