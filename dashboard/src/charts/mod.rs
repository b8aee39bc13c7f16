//! The pictures. One chart is one file, and this is the only list. Each takes its series and the
//! language and gives an SVG text with tooltips, links and a text alternative; the page sets a
//! table twin beside it.

pub(crate) mod bars;
pub(crate) mod county_map;
pub(crate) mod gantt;
pub(crate) mod sparkline;
pub(crate) mod volume_and_rates;

use crate::svg::DrawError;

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

/// The largest of some values, at least `least`.
fn largest(values: impl Iterator<Item = f64>, least: f64) -> f64 {
    values.filter(|value| value.is_finite()).fold(least, f64::max)
}
