//! Names along a picture: under columns, and before rows.

use super::ChartError;
use crate::svg::{Anchor, Mark, Picture, point, text};
use crate::theme::TEXT;

/// The widest name under a column that is shown whole.
const MOST: f64 = 90.0;

/// Writes the names under (or over) columns of equal width, so many of them that none meets another.
pub(super) fn along(picture: &Picture, names: &[String], (left, right): (f64, f64), y: f64) -> Result<(), ChartError> {
    let edge = f64::from(picture.area.dim_in_pixel().0) / f64::from(crate::svg::SCALE);
    let band = (right - left) / names.len().max(1) as f64;
    let shown: Vec<String> = names.iter().map(|name| text::shortened(name, MOST, TEXT)).collect();
    let widest = shown.iter().map(|name| text::width(name, TEXT)).fold(1.0, f64::max);
    let every = ((widest + 8.0) / band).ceil().max(1.0) as usize;
    let mut free = 0.0;
    for (at, (words, name)) in shown.into_iter().zip(names).enumerate().step_by(every) {
        let half = text::width(&words, TEXT) / 2.0;
        let middle = (left + (at as f64 + 0.5) * band).min(edge - half - 1.0).max(half);
        if middle - half < free {
            continue;
        }
        free = middle + half + 6.0;
        let title = if words == *name { "" } else { name.as_str() };
        picture.draw(&Mark::text("tick", words, Anchor::Middle, point(middle, y)).title(title))?;
    }
    Ok(())
}

/// Room for the names before rows: what the widest needs, at most a part of the picture.
pub(super) fn room<'a>(names: impl Iterator<Item = &'a String>, width: f64) -> f64 {
    names.map(|name| text::width(name, TEXT)).fold(24.0, f64::max).min(width * 0.34) + 10.0
}

/// The name before a row, in the room that it has; the tooltip tells it whole.
pub(super) fn before(name: &str, room: f64, y: f64) -> Mark<(i32, i32)> {
    let words = text::shortened(name, room - 10.0, TEXT);
    Mark::text("row-name", words, Anchor::End, point(room - 8.0, y))
}
