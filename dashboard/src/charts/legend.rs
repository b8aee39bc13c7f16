//! The words above a picture: what it measures, and what its shapes mean.

use super::ChartError;
use super::marker::{Form, filled, marker};
use crate::svg::{Anchor, Mark, Picture, Shape, point, text};
use crate::theme::TEXT;

/// Height of a line of words.
const LINE: f64 = 17.0;
/// Room for the shape before its words.
const KEY: f64 = 24.0;
const AIR: f64 = 14.0;

/// What stands before the words.
#[derive(Debug, Clone)]
pub(super) enum Key {
    /// Nothing: what is measured.
    Title,
    /// A filled box of a row.
    Layer(usize),
    /// A line of that class, with a point of that shape if it has points.
    Course(String, Option<Form>),
    /// A point of that class.
    Point(String, Form),
}

/// The entries with their places.
#[derive(Debug, Clone)]
pub(super) struct Legend {
    entries: Vec<(Key, String, f64, f64)>,
    /// Where the picture below may begin.
    pub(super) bottom: f64,
}

impl Legend {
    /// Sets the entries one after another, in as many lines as they need.
    pub(super) fn new(width: f64, entries: Vec<(Key, String)>) -> Self {
        let (mut x, mut y) = (0.0, 11.0);
        let mut placed = Vec::with_capacity(entries.len());
        for (key, words) in entries {
            let key_width = if matches!(key, Key::Title) { 0.0 } else { KEY };
            let words = text::shortened(&words, width - key_width, TEXT);
            let needed = key_width + text::width(&words, TEXT);
            if x > 0.0 && x + needed > width {
                (x, y) = (0.0, y + LINE);
            }
            placed.push((key, words, x, y));
            x += needed + AIR;
        }
        Self { entries: placed, bottom: y + 9.0 }
    }

    pub(super) fn draw(&self, picture: &Picture) -> Result<(), ChartError> {
        for (key, words, x, y) in &self.entries {
            let (middle, at) = (x + 9.0, y - 4.0);
            let line = |class: &str| Mark::new(class, Shape::Line, [point(*x, at), point(x + 18.0, at)]);
            let (class, words_at) = match key {
                Key::Title => ("axis-title", *x),
                _ => ("tick", x + KEY),
            };
            match key {
                Key::Title => {}
                Key::Layer(row) => picture.draw(&filled(*row, 0.0, (*x, y - 9.0), (x + 18.0, *y)))?,
                Key::Course(class, form) => {
                    picture.draw(&line(class))?;
                    if let Some(form) = form {
                        picture.draw(&marker(*form, &format!("point {class}"), (middle, at), 3.2))?;
                    }
                }
                Key::Point(class, form) => picture.draw(&marker(*form, class, (middle, at), 3.6))?,
            }
            picture.draw(&Mark::text(class, words.as_str(), Anchor::Start, point(words_at, *y)))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_go_on_in_the_next_line_and_fit_it() {
        let entries = vec![
            (Key::Title, "按时办结率".to_owned()),
            (Key::Layer(0), "海城区".to_owned()),
            (Key::Layer(1), "北海市合浦县公馆镇人民政府政务服务中心窗口".to_owned()),
        ];
        let legend = Legend::new(160.0, entries);
        let lines: Vec<f64> = legend.entries.iter().map(|entry| entry.3).collect();
        assert_eq!(lines, [11.0, 11.0, 28.0]);
        assert!(legend.entries[2].1.ends_with('…'));
    }
}
