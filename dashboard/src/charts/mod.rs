//! The pictures. One chart is one file, and this is the only list. Each takes its series and the
//! language and gives an SVG text with tooltips, links and a text alternative; the page sets a
//! table twin beside it.
//!
//! Pictures of figures, each with `render(&Series, Width, Lang) -> Result<String, ChartError>` and
//! `twin(&Series, Lang) -> Twin` (a template shows both: `{{ picture|safe }}`, `{{ twin|safe }}`):
//!
//! | chart | what it shows | its series |
//! |---|---|---|
//! | [`line`] | the course of one to six figures | [`matrix::Matrix`]: columns along the axis, a row is a line |
//! | [`bar`] | figures side by side | [`matrix::Matrix`]: a row is a bar in each column |
//! | [`stacked_bar`] | what a whole is made of | [`matrix::Matrix`]: a row is a layer of each column |
//! | [`heat_map`] | rows against columns | [`matrix::Matrix`]: a cell without value is hatched, zero is pale |
//! | [`ranking`] | rows in order, with interval and n | [`ranking::Series`]: name, value, interval, n, link |
//! | [`funnel`] | rates against n, with 95 % and 99.8 % limits | [`funnel::Series`]: name, part, whole, link |
//! | [`tiles`] | areas as tiles, shaded by a figure | [`tiles::Series`]: name, value, n, link |
//! | [`box_plot`] | how figures spread: P10 to P90 | [`box_plot::Series`]: name, five quantiles, limit, n, link |
//!
//! Made for one page, with a twin of the page's own: [`sparkline`], [`bars`] (one interval),
//! [`volume_and_rates`], [`gantt`], [`county_map`].
//!
//! What all figures share: a [`measure::Measure`] says what they are and how they are written. A value
//! is `None` where there is no data, which looks different from zero; an empty `href` makes no link.

pub(crate) mod bar;
pub(crate) mod bars;
pub(crate) mod box_plot;
pub(crate) mod county_map;
pub(crate) mod funnel;
pub(crate) mod gantt;
pub(crate) mod heat_map;
pub(crate) mod line;
pub(crate) mod ranking;
pub(crate) mod sparkline;
pub(crate) mod stacked_bar;
pub(crate) mod tiles;
pub(crate) mod volume_and_rates;

// What several of them are made of.
mod board;
mod legend;
mod marker;
pub(crate) mod matrix;
pub(crate) mod measure;
mod names;
mod rows;
mod scale;
mod shades;
#[cfg(test)]
mod tests;
pub(crate) mod twin;

use crate::i18n::Lang;
use crate::svg::{Anchor, DrawError, Mark, Picture, point};

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChartError {
    /// plotters refused.
    #[error("a chart cannot be drawn")]
    Draw(#[from] DrawError),
    /// The shipped outlines are not what they should be.
    #[error("the outlines of the counties cannot be read: {0}")]
    Outlines(String),
}

/// How much of the page a picture takes. Its text is as large in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(test), expect(dead_code, reason = "no page has one that is narrow"))]
pub(crate) enum Width {
    /// A third of it, or a phone.
    Narrow,
    Half,
    Wide,
}

impl Width {
    /// Units of the view box.
    fn units(self) -> f64 {
        match self {
            Width::Narrow => 400.0,
            Width::Half => 600.0,
            Width::Wide => 1180.0,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Width::Narrow => "chart",
            Width::Half => "chart half",
            Width::Wide => "chart whole-width",
        }
    }
}

/// What stands where there is nothing to be drawn.
fn nothing(label: &str, width: Width, lang: Lang) -> Result<String, ChartError> {
    let picture = Picture::new(width.class(), width.units() as i32, 48, label);
    let words = Mark::text("tick", lang.say("chart-nothing"), Anchor::Middle, point(width.units() / 2.0, 28.0));
    picture.draw(&words)?;
    Ok(picture.finish())
}

/// The largest of some values, at least `least`.
fn largest(values: impl Iterator<Item = f64>, least: f64) -> f64 {
    values.filter(|value| value.is_finite()).fold(least, f64::max)
}
