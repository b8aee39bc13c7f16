//! The course of a figure over the last days, without axes.

use super::{ChartError, largest};
use crate::svg::{Mark, Picture, Shape};

const WIDTH: f64 = 100.0;
const HEIGHT: f64 = 26.0;

/// One value a day; a day without data is a gap, not a zero.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Text alternative: what it shows, first and last value.
    pub(crate) label: String,
    pub(crate) values: Vec<Option<f64>>,
    /// Whether the line stands on zero (counts) or on its least value (rates).
    pub(crate) from_zero: bool,
}

/// Draws the line; days without data leave it open, and no data at all is a dashed base line.
pub(crate) fn render(series: &Series) -> Result<String, ChartError> {
    let known = || series.values.iter().flatten().copied();
    let low = if series.from_zero { 0.0 } else { known().fold(f64::INFINITY, f64::min) };
    let low = if low.is_finite() { low } else { 0.0 };
    let high = largest(known(), low);
    let high = if high > low { high } else { low + 1.0 };
    let picture = Picture::new("spark", WIDTH as i32, HEIGHT as i32, &series.label);
    let last = series.values.len().saturating_sub(1).max(1);
    let plot = picture.plot((0.0, 2.0), (WIDTH, HEIGHT - 2.0), 0.0..last as f64, low..high);
    if known().next().is_none() {
        let base = Mark::new("spark-none", Shape::Line, [(0.0, low), (last as f64, low)]);
        plot.draw(&base)?;
        return Ok(picture.finish());
    }
    for run in runs(&series.values) {
        // A single day between gaps is a short stroke.
        let run = if let [(x, y)] = run.as_slice() { vec![(x - 0.2, *y), (x + 0.2, *y)] } else { run };
        plot.draw(&Mark::new("spark-line", Shape::Polyline, run))?;
    }
    Ok(picture.finish())
}

/// The values in runs without gaps, as points.
pub(super) fn runs(values: &[Option<f64>]) -> Vec<Vec<(f64, f64)>> {
    let mut runs: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut open = false;
    for (at, value) in values.iter().enumerate() {
        match value {
            Some(value) if open => {
                if let Some(run) = runs.last_mut() {
                    run.push((at as f64, *value));
                }
            }
            Some(value) => runs.push(vec![(at as f64, *value)]),
            None => {}
        }
        open = value.is_some();
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_data_is_a_gap_and_zero_is_not() {
        let values = vec![Some(0.0), Some(4.0), None, Some(2.0), Some(0.0)];
        let svg = render(&Series { label: "x".into(), values, from_zero: true }).expect("svg");
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert!(svg.contains("points=\"0,24 25,2\""), "{svg}");
        assert!(svg.contains("points=\"75,13 100,24\""), "{svg}");
    }

    #[test]
    fn no_data_at_all_is_a_dashed_line() {
        let svg = render(&Series { label: String::new(), values: vec![None; 30], from_zero: false }).expect("svg");
        assert!(svg.contains("spark-none") && !svg.contains("spark-line"));
    }
}
