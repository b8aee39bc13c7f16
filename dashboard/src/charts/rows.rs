//! What pictures with a row for each name share: names to the left, figures to the right, a level axis.

use super::legend::{Key, Legend};
use super::measure::Measure;
use super::scale::{Axis, Scale};
use super::{ChartError, Width, names};
use crate::i18n::Lang;
use crate::svg::{Anchor, Mark, Picture, Shape, point, text};
use crate::theme::TEXT;

/// Height of a row.
const ROW: f64 = 22.0;
/// Name of the pattern where there is no data.
const HATCH: &str = "rows-hatch";

/// What the rows are to hold.
pub(super) struct Layout<'a> {
    pub(super) label: &'a str,
    pub(super) measure: &'a Measure,
    pub(super) legend: Vec<(Key, String)>,
    pub(super) names: Vec<&'a String>,
    /// Heads of the figures to the right, and the figures of each row.
    pub(super) heads: [String; 2],
    pub(super) figures: Vec<[String; 2]>,
    pub(super) scale: Scale,
}

/// A picture with names, figures and axis drawn.
pub(super) struct Rows {
    pub(super) picture: Picture,
    pub(super) axis: Axis,
    pub(super) top: f64,
    pub(super) bottom: f64,
    total: f64,
}

impl Rows {
    pub(super) fn new(layout: Layout<'_>, width: Width, lang: Lang) -> Result<Self, ChartError> {
        let total = width.units();
        let mut entries = vec![(Key::Title, layout.measure.name.clone())];
        entries.extend(layout.legend);
        let legend = Legend::new(total, entries);
        let top = legend.bottom + 18.0;
        let bottom = top + ROW * layout.names.len() as f64;
        let picture = Picture::new(width.class(), total as i32, (bottom + 20.0).ceil() as i32, layout.label);
        picture.hatch(HATCH);
        legend.draw(&picture)?;

        let left = names::room(layout.names.iter().copied(), total);
        let most = |column: usize| {
            let all = layout.figures.iter().map(|figures| &figures[column]).chain([&layout.heads[column]]);
            all.map(|words| text::width(words, TEXT)).fold(0.0, f64::max)
        };
        let ends = [total - 2.0 - most(1) - 12.0, total - 2.0];
        let right = ends[0] - most(0) - 12.0;
        let axis = layout.scale.between(left, right.max(left + 40.0));
        axis.draw_level(&picture, &layout.scale.ticks(layout.measure.unit, lang), (top, bottom))?;
        for (words, x) in layout.heads.iter().zip(ends) {
            picture.draw(&Mark::text("tick", words.as_str(), Anchor::End, point(x, top - 6.0)))?;
        }
        for (at, (name, figures)) in layout.names.iter().zip(&layout.figures).enumerate() {
            let y = top + ROW * at as f64 + 15.0;
            picture.draw(&names::before(name, left, y).title(name.as_str()))?;
            for (words, x) in figures.iter().zip(ends) {
                picture.draw(&Mark::text("row-value", words.as_str(), Anchor::End, point(x, y)))?;
            }
        }
        Ok(Self { picture, axis, top, bottom, total })
    }

    /// The middle of a row.
    pub(super) fn middle(&self, row: usize) -> f64 {
        self.top + ROW * (row as f64 + 0.5)
    }

    /// A hatch in place of a row's marks, where there is no data.
    pub(super) fn gap(&self, row: usize) -> Result<(), ChartError> {
        let middle = self.middle(row);
        let corners = [point(self.axis.from, middle - 6.0), point(self.axis.to, middle + 6.0)];
        Ok(self.picture.draw(&Mark::new("gap", Shape::Rect { least: 0.0 }, corners).hatched(HATCH))?)
    }

    /// Lays tooltip and link over a whole row, after its marks.
    pub(super) fn cover(&self, row: usize, title: String, href: &str) -> Result<(), ChartError> {
        let middle = self.middle(row);
        let corners = [point(1.0, middle - 10.0), point(self.total - 1.0, middle + 10.0)];
        let strip = Mark::new("strip-hit pick", Shape::Rect { least: 0.0 }, corners);
        Ok(self.picture.draw(&strip.title(title).href(href))?)
    }

    /// A line from one value to another with its ends marked.
    pub(super) fn whisker(&self, row: usize, low: f64, high: f64) -> Result<(), ChartError> {
        let (y, low, high) = (self.middle(row), self.axis.at(low), self.axis.at(high));
        let path = [(low, y - 4.0), (low, y + 4.0), (low, y), (high, y), (high, y - 4.0), (high, y + 4.0)];
        let points = path.map(|(x, y)| point(x, y));
        Ok(self.picture.draw(&Mark::new("whisker", Shape::Polyline, points))?)
    }
}
