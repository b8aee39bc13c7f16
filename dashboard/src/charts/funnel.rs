//! A point for each area: its rate against the number that it is made of, within the limits of chance.
//! Points beyond them have shapes of their own.

use super::legend::{Key, Legend};
use super::marker::{Form, marker};
use super::measure::{Measure, Unit};
use super::scale::{Axis, Scale, room};
use super::twin::{Cell, Line, Twin};
use super::{ChartError, Width, nothing};
use crate::format;
use crate::i18n::Lang;
use crate::svg::{Anchor, Mark, Picture, Shape, point, text};
use crate::theme::TEXT;

mod limits;
mod names;

use limits::{LEVEL_95, LEVEL_998, Level, limits};

/// Height between the legend and the axis.
const HEIGHT: f64 = 230.0;
/// Points of a limit's curve.
const STEPS: i64 = 90;

/// One area.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) name: String,
    /// How many of how many: on time of due, with a card of supervised.
    pub(crate) part: i64,
    pub(crate) whole: i64,
    pub(crate) href: String,
}

/// Areas of one level.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Text alternative.
    pub(crate) label: String,
    /// `Share`, or `PerMille` for rates per 1,000.
    pub(crate) measure: Measure,
    /// What the points are: 村.
    pub(crate) rows_are: String,
    /// What the wholes are: 应结（件）.
    pub(crate) wholes_are: String,
    pub(crate) points: Vec<Point>,
}

/// Where a point lies among the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Inside,
    /// Between the limits of 95 % and of 99.8 %.
    Near,
    Above,
    Below,
}

impl Verdict {
    const ALL: [Verdict; 4] = [Verdict::Inside, Verdict::Near, Verdict::Above, Verdict::Below];

    fn shape(self) -> (&'static str, Form) {
        match self {
            Verdict::Inside => ("fun-in", Form::Circle),
            Verdict::Near => ("fun-near", Form::Diamond),
            Verdict::Above => ("fun-out", Form::Up),
            Verdict::Below => ("fun-out", Form::Down),
        }
    }

    fn words(self, lang: Lang) -> String {
        match self {
            Verdict::Inside => lang.say("funnel-inside"),
            Verdict::Near => lang.say("funnel-near"),
            Verdict::Above => lang.say("funnel-above"),
            Verdict::Below => lang.say("funnel-below"),
        }
    }
}

impl Point {
    /// The share, unless it is one of nothing.
    fn share(&self) -> Option<f64> {
        (self.whole > 0).then(|| (self.part as f64 / self.whole as f64).clamp(0.0, 1.0))
    }

    fn verdict(&self, overall: f64) -> Option<Verdict> {
        let share = self.share()?;
        let is_beyond = |level: Level| {
            let (low, high) = limits(self.whole, overall, level);
            share < low - 1e-9 || share > high + 1e-9
        };
        Some(match (is_beyond(LEVEL_998), is_beyond(LEVEL_95)) {
            (true, _) if share > overall => Verdict::Above,
            (true, _) => Verdict::Below,
            (false, true) => Verdict::Near,
            (false, false) => Verdict::Inside,
        })
    }
}

impl Series {
    /// The share of all points together; none if there is nothing to be shared.
    fn overall(&self) -> Option<f64> {
        let counted = || self.points.iter().filter(|point| point.whole > 0);
        let (part, whole) = (counted().map(|point| point.part).sum::<i64>(), counted().map(|point| point.whole).sum());
        Point { name: String::new(), part, whole, href: String::new() }.share()
    }

    /// A share as the measure tells it.
    fn value(&self, share: f64) -> f64 {
        if self.measure.unit == Unit::PerMille { share * 1000.0 } else { share }
    }

    fn tip(&self, point: &Point, verdict: Verdict, lang: Lang) -> String {
        let value = point.share().map(|share| self.value(share));
        let told = self.measure.tip(lang, &point.name, value, Some(point.whole));
        format!("{told} · {}", verdict.words(lang))
    }
}

/// Draws limits and points. An area with nothing to be counted has no place here; the twin names it.
pub(crate) fn render(series: &Series, width: Width, lang: Lang) -> Result<String, ChartError> {
    let Some(overall) = series.overall() else {
        return nothing(&series.label, width, lang);
    };
    let (total, unit) = (width.units(), series.measure.unit);
    let mut entries = vec![(Key::Title, series.measure.name.clone())];
    let told = lang.tell("funnel-overall", &[("value", &unit.tell(lang, Some(series.value(overall))))]);
    entries.push((Key::Course("reference".to_owned(), None), told));
    entries.push((Key::Course("limit-95".to_owned(), None), lang.say("funnel-95")));
    entries.push((Key::Course("limit-998".to_owned(), None), lang.say("funnel-998")));
    entries.extend(Verdict::ALL.map(|verdict| {
        let (class, form) = verdict.shape();
        (Key::Point(class.to_owned(), form), verdict.words(lang))
    }));
    let legend = Legend::new(total, entries);
    let (top, bottom) = (legend.bottom + 4.0, legend.bottom + 4.0 + HEIGHT);
    let picture = Picture::new(width.class(), total as i32, (bottom + 36.0).ceil() as i32, &series.label);
    legend.draw(&picture)?;

    let most = series.points.iter().map(|point| point.whole).max().unwrap_or(1).max(1);
    let shares = series.points.iter().filter_map(Point::share).chain([overall]);
    let upright = Scale::near(shares.map(|share| series.value(share)), unit);
    let ticks = upright.ticks(unit, lang);
    let (left, right) = (room(&ticks), total - 6.0);
    let y = upright.between(bottom, top);
    let level = Scale::from_zero([most as f64].into_iter(), Unit::Count);
    let x = level.between(left, right);
    y.draw_upright(&picture, &ticks, (left, right))?;
    x.draw_level(&picture, &level.ticks(Unit::Count, lang), (top, bottom))?;
    let words = text::shortened(&series.wholes_are, right - left, TEXT);
    picture.draw(&Mark::text("axis-title", words, Anchor::End, point(right, bottom + 30.0)))?;
    curves(&picture, series, overall, most, (x, y))?;

    let mut outliers = Vec::new();
    for area in &series.points {
        let (Some(share), Some(verdict)) = (area.share(), area.verdict(overall)) else {
            continue;
        };
        let place = (x.at(area.whole as f64), y.at(series.value(share)));
        let (class, form) = verdict.shape();
        let mark = marker(form, &format!("{class} pick"), place, 3.2);
        picture.draw(&mark.title(series.tip(area, verdict, lang)).href(&area.href))?;
        if matches!(verdict, Verdict::Above | Verdict::Below) {
            outliers.push((area.name.as_str(), place));
        }
    }
    for (words, at) in names::place(&outliers, (left, right), (top, bottom)) {
        picture.draw(&Mark::text("fun-name", words, Anchor::Start, point(at.0, at.1)))?;
    }
    Ok(picture.finish())
}

/// The overall value and both pairs of limits; a limit that lies beyond the scale runs along its end.
fn curves(picture: &Picture, series: &Series, overall: f64, most: i64, (x, y): (Axis, Axis)) -> Result<(), ChartError> {
    let middle = y.at(series.value(overall));
    picture.draw(&Mark::new("reference", Shape::Line, [point(x.from, middle), point(x.to, middle)]))?;
    // Closer together where the curves bend.
    let mut wholes: Vec<i64> =
        (1..=STEPS).map(|at| (most as f64 * (at as f64 / STEPS as f64).powi(2)).ceil() as i64).collect();
    wholes.dedup();
    for (class, level) in [("limit-95", LEVEL_95), ("limit-998", LEVEL_998)] {
        let both: Vec<(i64, (f64, f64))> = wholes.iter().map(|n| (*n, limits(*n, overall, level))).collect();
        for is_upper in [false, true] {
            let points = both.iter().map(|(n, (low, high))| {
                point(x.at(*n as f64), y.at(series.value(if is_upper { *high } else { *low })))
            });
            picture.draw(&Mark::new(class, Shape::Polyline, points.collect::<Vec<_>>()))?;
        }
    }
    Ok(())
}

/// The same as a table, with the areas that have no place in the picture.
pub(crate) fn twin(series: &Series, lang: Lang) -> Twin {
    let overall = series.overall();
    let lines = series.points.iter().map(|point| {
        let value = point.share().map(|share| series.value(share));
        let verdict = overall.and_then(|overall| point.verdict(overall));
        let texts = [
            series.measure.unit.tell(lang, value),
            format::count(lang, point.whole),
            verdict.map_or_else(|| format::NONE.to_owned(), |verdict| verdict.words(lang)),
        ];
        Line { name: point.name.clone(), href: point.href.clone(), cells: texts.map(Cell::plain).into() }
    });
    let head = vec![series.measure.name.clone(), series.wholes_are.clone(), lang.say("funnel-verdict")];
    Twin::new(lang, &series.measure.name, series.rows_are.clone(), head, lines.collect())
}
