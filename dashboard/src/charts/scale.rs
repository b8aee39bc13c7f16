//! Scales of figures: where they begin and end, their round values, and where a value lies.

use super::bars::scale_from;
use super::measure::Unit;
use super::{ChartError, largest};
use crate::i18n::Lang;
use crate::svg::{Anchor, Mark, Picture, Shape, point, text};
use crate::theme::TEXT;

/// The ends of a scale; `low` is less than `high`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
}

/// A scale between two places of the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Axis {
    pub(super) scale: Scale,
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Scale {
    /// From zero (or below it) to a little above the largest, for what is measured by its length.
    pub(super) fn from_zero(values: impl Iterator<Item = f64> + Clone, unit: Unit) -> Self {
        let low = values.clone().fold(0.0, f64::min);
        let least = if unit == Unit::Count { 1.0 } else { 0.0 };
        let high = largest(values, least);
        let high = if unit == Unit::Share && high <= 1.0 { (high * 1.05).min(1.0) } else { high * 1.05 };
        Self { low: low * 1.05, high: if high > low { high } else { low + 1.0 } }
    }

    /// As [`Self::from_zero`], but high shares begin at a round one, since what counts is how they differ.
    pub(super) fn near(values: impl Iterator<Item = f64> + Clone, unit: Unit) -> Self {
        let low = scale_from(values.clone());
        if unit == Unit::Share && low > 0.0 && values.clone().next().is_some() {
            return Self { low, high: largest(values, 1.0) };
        }
        Self::from_zero(values, unit)
    }

    /// At most some six round values, each with its text.
    pub(super) fn ticks(self, unit: Unit, lang: Lang) -> Vec<(f64, String)> {
        let raw = (self.high - self.low) / 5.0;
        let power = 10_f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0].into_iter().map(|step| step * power).find(|step| *step >= raw * 0.999);
        let step = step.unwrap_or(10.0 * power).max(if unit == Unit::Count { 1.0 } else { 0.0 });
        let mut ticks = Vec::new();
        let mut at = (self.low / step - 1e-9).ceil();
        while at * step <= self.high + step * 1e-9 {
            // Zero is never "-0".
            let value = at * step + 0.0;
            ticks.push((value, unit.tick(lang, value, step)));
            at += 1.0;
        }
        ticks
    }

    pub(super) fn between(self, from: f64, to: f64) -> Axis {
        Axis { scale: self, from, to }
    }
}

/// Room that the texts of an upright axis take.
pub(super) fn room(ticks: &[(f64, String)]) -> f64 {
    ticks.iter().map(|(_, words)| text::width(words, TEXT)).fold(0.0, f64::max) + 8.0
}

impl Axis {
    /// Where a value lies; what is beyond the ends lies at the end.
    pub(super) fn at(&self, value: f64) -> f64 {
        let part = (value - self.scale.low) / (self.scale.high - self.scale.low);
        self.from + part.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Lines across from `left` to `right`, each with its text before it.
    pub(super) fn draw_upright(
        &self,
        picture: &Picture,
        ticks: &[(f64, String)],
        (left, right): (f64, f64),
    ) -> Result<(), ChartError> {
        for (value, words) in ticks {
            let y = self.at(*value);
            picture.draw(&Mark::new("grid-line", Shape::Line, [point(left, y), point(right, y)]))?;
            picture.draw(&Mark::text("tick", words.as_str(), Anchor::End, point(left - 5.0, y + 4.0)))?;
        }
        Ok(())
    }

    /// Lines down from `top` to `bottom`, and below them the texts that there is room for.
    pub(super) fn draw_level(
        &self,
        picture: &Picture,
        ticks: &[(f64, String)],
        (top, bottom): (f64, f64),
    ) -> Result<(), ChartError> {
        let edge = f64::from(picture.area.dim_in_pixel().0) / f64::from(crate::svg::SCALE);
        let mut free = 0.0;
        for (value, words) in ticks {
            let x = self.at(*value);
            picture.draw(&Mark::new("grid-line", Shape::Line, [point(x, top), point(x, bottom)]))?;
            let half = text::width(words, TEXT) / 2.0;
            let middle = x.min(edge - half - 1.0).max(half);
            if middle - half >= free {
                picture.draw(&Mark::text("tick", words.as_str(), Anchor::Middle, point(middle, bottom + 14.0)))?;
                free = middle + half + 8.0;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(scale: Scale, unit: Unit) -> Vec<String> {
        scale.ticks(unit, Lang::Zh).into_iter().map(|(_, words)| words).collect()
    }

    #[test]
    fn scales_hold_their_values_and_have_round_ticks() {
        let counts = Scale::from_zero([3.0, 42.0].into_iter(), Unit::Count);
        assert_eq!(told(counts, Unit::Count), ["0", "10", "20", "30", "40"]);
        let shares = Scale::near([0.93, 0.99].into_iter(), Unit::Share);
        assert_eq!((shares.low, shares.high), (0.9, 1.0));
        assert_eq!(told(shares, Unit::Share), ["90%", "92%", "94%", "96%", "98%", "100%"]);
        assert_eq!(told(Scale::from_zero([0.0].into_iter(), Unit::Count), Unit::Count), ["0", "1"]);
        assert_eq!(told(Scale::from_zero(std::iter::empty(), Unit::Number), Unit::Number).first(), Some(&"0".into()));
    }

    #[test]
    fn values_below_zero_lie_below_it() {
        let axis = Scale::from_zero([-2.0, 4.0].into_iter(), Unit::Number).between(100.0, 0.0);
        assert!(axis.at(-2.0) > axis.at(0.0) && axis.at(0.0) > axis.at(4.0));
        assert!((0.0..=100.0).contains(&axis.at(99.0)));
    }
}
