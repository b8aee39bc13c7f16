//! What pictures with columns along an axis share: legend, upright axis, names of the columns.

use super::ChartError;
use super::legend::{Key, Legend};
use super::matrix::Matrix;
use super::names::along;
use super::scale::{Axis, Scale, room};
use super::{Width, nothing};
use crate::i18n::Lang;
use crate::svg::{Mark, Picture, Shape, point};

/// Height of what is drawn between the legend and the names.
const HEIGHT: f64 = 170.0;
/// Name of the pattern where there is no data.
const HATCH: &str = "board-hatch";

/// A picture with its axes drawn.
pub(super) struct Board {
    pub(super) picture: Picture,
    pub(super) axis: Axis,
    left: f64,
    /// Width of a column.
    pub(super) band: f64,
}

impl Board {
    /// The empty board; `key` is what stands before a row's name in the legend.
    pub(super) fn new(
        series: &Matrix,
        width: Width,
        scale: Scale,
        key: impl Fn(usize) -> Key,
        lang: Lang,
    ) -> Result<Self, ChartError> {
        let (total, unit) = (width.units(), series.measure.unit);
        let mut entries = vec![(Key::Title, series.measure.name.clone())];
        if series.rows.len() > 1 {
            entries.extend(series.rows.iter().enumerate().map(|(at, row)| (key(at), row.name.clone())));
        }
        let legend = Legend::new(total, entries);
        let (top, bottom) = (legend.bottom + 4.0, legend.bottom + 4.0 + HEIGHT);
        let picture = Picture::new(width.class(), total as i32, (bottom + 23.0).ceil() as i32, &series.label);
        picture.hatch(HATCH);
        legend.draw(&picture)?;
        let ticks = scale.ticks(unit, lang);
        let (left, right) = (room(&ticks), total - 4.0);
        let axis = scale.between(bottom, top);
        axis.draw_upright(&picture, &ticks, (left, right))?;
        along(&picture, &series.columns, (left, right), bottom + 17.0)?;
        let band = (right - left) / series.columns.len().max(1) as f64;
        Ok(Self { picture, axis, left, band })
    }

    /// Where a column is at a part of its width.
    pub(super) fn x(&self, column: f64, part: f64) -> f64 {
        self.left + (column + part) * self.band
    }

    /// A hatch over the whole height, between two parts of a column, where there is no data.
    pub(super) fn gap(&self, column: usize, (from, to): (f64, f64), title: String) -> Result<(), ChartError> {
        let column = column as f64;
        let corners = [point(self.x(column, from), self.axis.to), point(self.x(column, to), self.axis.from)];
        let gap = Mark::new("gap", Shape::Rect { least: 0.0 }, corners).title(title).hatched(HATCH);
        Ok(self.picture.draw(&gap)?)
    }
}

/// The picture of a series without any row or column.
pub(super) fn empty(series: &Matrix, width: Width, lang: Lang) -> Option<Result<String, ChartError>> {
    series.is_empty().then(|| nothing(&series.label, width, lang))
}
