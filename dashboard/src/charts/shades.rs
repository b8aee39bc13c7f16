//! Boxes shaded by a value: four shades, a hatch for no data, and a bar as long as the value is large,
//! so that the shade is never all that tells it.

use super::ChartError;
use super::bars::scale_from;
use super::measure::{Unit, known};
use crate::i18n::Lang;
use crate::svg::{Anchor, Mark, Picture, Shape, point, text};
use crate::theme::{RAMP, TEXT, ramp_breaks, ramp_class};

/// Height of a line of the legend, and room for a swatch before its words.
const LINE: f64 = 16.0;
const KEY: f64 = 19.0;
/// Air around the texts of the legend.
const AIR: f64 = 14.0;

/// Which values have which shade.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shades {
    breaks: [f64; 3],
    /// What the bars begin and end with.
    low: f64,
    high: f64,
    unit: Unit,
    hatch: &'static str,
}

/// A box with a value.
pub(super) struct Shaded<'a> {
    pub(super) at: (f64, f64),
    pub(super) size: (f64, f64),
    pub(super) value: Option<f64>,
    pub(super) title: String,
    pub(super) href: &'a str,
}

impl Shades {
    /// Shades for these values; `hatch` is the name of the picture's pattern for no data.
    pub(super) fn of(values: impl Iterator<Item = f64> + Clone, unit: Unit, hatch: &'static str) -> Self {
        let high = values.clone().fold(0.0, f64::max);
        let low = scale_from(values.clone());
        if unit == Unit::Share && low > 0.0 && high > 0.0 {
            let step = (1.0 - low) / 4.0;
            return Self { breaks: [1.0, 2.0, 3.0].map(|n| low + n * step), low, high: 1.0, unit, hatch };
        }
        let ends = if unit == Unit::Share && high == 0.0 { 1.0 } else { high };
        Self { breaks: ramp_breaks(ends), low: 0.0, high: if high > 0.0 { high } else { 1.0 }, unit, hatch }
    }

    /// Draws a box, as a link if there is something behind it.
    pub(super) fn draw(&self, picture: &Picture, shaded: Shaded<'_>) -> Result<(), ChartError> {
        let ((x, y), (width, height)) = (shaded.at, shaded.size);
        let value = known(shaded.value);
        let class = value.map_or("no-data", |value| ramp_class(value, self.breaks));
        let corners = [point(x, y), point(x + width, y + height)];
        let tile = Mark::new(&format!("tile pick {class}"), Shape::Rect { least: 0.0 }, corners);
        let tile = if value.is_none() { tile.hatched(self.hatch) } else { tile };
        picture.draw(&tile.title(shaded.title).href(shaded.href))?;
        if let Some(value) = value {
            let part = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
            let foot = y + height - 1.5;
            let ends = [point(x + 2.0, foot), point(x + 2.0 + part * (width - 4.0), foot)];
            picture.draw(&Mark::new("tile-bar", Shape::Line, ends))?;
        }
        Ok(())
    }

    /// Height of the legend below a picture of some width.
    pub(super) fn legend_height(&self, width: f64, lang: Lang) -> f64 {
        let lines = places(&self.texts(lang), width).last().map_or(0, |(_, line)| line + 1);
        LINE * lines as f64 + 8.0
    }

    /// The shades with their values, from `y` down.
    pub(super) fn legend(&self, picture: &Picture, y: f64, width: f64, lang: Lang) -> Result<(), ChartError> {
        legend(picture, &self.texts(lang), (0.0, y), width, self.hatch)
    }

    fn texts(&self, lang: Lang) -> [String; 5] {
        let sign = match self.unit {
            Unit::Share => "%",
            Unit::PerMille => "‰",
            Unit::Count | Unit::Number => "",
        };
        let step = self.breaks[1] - self.breaks[0];
        let tell = |value: f64| {
            let told = self.unit.tick(lang, value, step);
            told.strip_suffix(sign).unwrap_or(&told).to_owned()
        };
        texts(self.breaks.map(tell), sign, lang)
    }
}

/// The words of the four shades, from the upper ends of the first three, and of no data.
pub(super) fn texts(upper: [String; 3], sign: &str, lang: Lang) -> [String; 5] {
    let [first, second, third] = upper;
    [
        format!("<{first}{sign}"),
        format!("{first}–{second}"),
        format!("{second}–{third}"),
        format!("≥{third}"),
        lang.say("no-data"),
    ]
}

/// Where each swatch stands: from the left, and in which line.
fn places(texts: &[String; 5], width: f64) -> Vec<(f64, usize)> {
    let (mut x, mut line) = (0.0, 0);
    let mut places = Vec::with_capacity(texts.len());
    for words in texts {
        let needed = KEY + text::width(words, TEXT);
        if x > 0.0 && x + needed > width {
            (x, line) = (0.0, line + 1);
        }
        places.push((x, line));
        x += needed + AIR;
    }
    places
}

/// Swatches with the ends of their classes, and no data.
pub(super) fn legend(
    picture: &Picture,
    texts: &[String; 5],
    (left, top): (f64, f64),
    width: f64,
    hatch: &'static str,
) -> Result<(), ChartError> {
    let classes = RAMP.iter().copied().chain(["no-data"]);
    for ((class, words), (x, line)) in classes.zip(texts).zip(places(texts, width)) {
        let (x, y) = (left + x, top + LINE * line as f64);
        let corners = [point(x, y), point(x + 14.0, y + 10.0)];
        let swatch = Mark::new(&format!("swatch {class}"), Shape::Rect { least: 0.0 }, corners);
        picture.draw(&if class == "no-data" { swatch.hatched(hatch) } else { swatch })?;
        picture.draw(&Mark::text("tick", words.as_str(), Anchor::Start, point(x + KEY, y + 9.0)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn high_shares_have_shades_of_their_own() {
        let shades = Shades::of([0.93, 1.0].into_iter(), Unit::Share, "x");
        assert!((shades.breaks[0] - 0.925).abs() < 1e-9 && (shades.breaks[2] - 0.975).abs() < 1e-9);
        assert_eq!(Shades::of([0.0, 26.0].into_iter(), Unit::PerMille, "x").breaks, [5.0, 10.0, 15.0]);
        assert_eq!(Shades::of(std::iter::empty(), Unit::Share, "x").breaks, [0.25, 0.5, 0.75]);
    }
}
