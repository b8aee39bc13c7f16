//! A share with its 95 % interval on a common scale: whisker from low to high, dot at the value.

use super::ChartError;
use crate::svg::{Mark, Picture, Shape, point};

const WIDTH: f64 = 120.0;
const HEIGHT: f64 = 14.0;

/// One row's share; all rows of a table use the same scale.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Text alternative.
    pub(crate) label: String,
    pub(crate) low: f64,
    pub(crate) value: f64,
    pub(crate) high: f64,
    /// The left end of the scale; the right one is 1.
    pub(crate) from: f64,
    /// Whether there are enough cases to rank it; others are drawn hollow.
    pub(crate) ranked: bool,
}

/// A round left end of the scale that holds all lower bounds: 0.9, 0.8, 0.5 or 0.
pub(crate) fn scale_from(lows: impl Iterator<Item = f64>) -> f64 {
    let least = lows.filter(|low| low.is_finite()).fold(1.0, f64::min);
    [0.9, 0.8, 0.5].into_iter().find(|from| least >= *from).unwrap_or(0.0)
}

/// Draws the interval.
pub(crate) fn render(series: &Series) -> Result<String, ChartError> {
    let picture = Picture::new("interval", WIDTH as i32, HEIGHT as i32, &series.label);
    let middle = HEIGHT / 2.0;
    let span = (1.0 - series.from).max(0.01);
    let x = |share: f64| 4.0 + ((share - series.from) / span).clamp(0.0, 1.0) * (WIDTH - 8.0);
    let line =
        |class: &str, from: f64, to: f64| Mark::new(class, Shape::Line, [point(from, middle), point(to, middle)]);
    picture.draw(&line("interval-scale", 4.0, WIDTH - 4.0))?;
    picture.draw(&line("interval-whisker", x(series.low), x(series.high)).title(&series.label))?;
    let class = if series.ranked { "interval-dot" } else { "interval-dot few" };
    picture.draw(&Mark::new(class, Shape::Dot(3.2), [point(x(series.value), middle)]).title(&series.label))?;
    Ok(picture.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_lies_on_the_common_scale() {
        let series = Series { label: "97%".into(), low: 0.9, value: 0.95, high: 1.0, from: 0.9, ranked: true };
        let svg = render(&series).expect("svg");
        assert!(svg.contains("x1=\"4\" y1=\"7\" x2=\"116\" y2=\"7\"><title>97%</title>"), "{svg}");
        assert!(svg.contains("cx=\"60\" cy=\"7\" r=\"3.2\""), "{svg}");
        assert_eq!(scale_from([0.97, 0.83].into_iter()), 0.8);
        assert_eq!(scale_from([0.3].into_iter()), 0.0);
    }
}
