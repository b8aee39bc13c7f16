//! Cases received by day as bars, and below them the card rates as lines on the same days.

use jiff::civil::Date;
use plotters::coord::ranged1d::Ranged;

use super::sparkline::runs;
use super::{ChartError, largest};
use crate::format;
use crate::i18n::Lang;
use crate::svg::{Anchor, Mark, Picture, Plot, Shape, point, text};
use crate::theme::TEXT;

const WIDTH: f64 = 400.0;
/// Room to the right for the names of the lines, so that they never sit on one.
const NAMES: f64 = 58.0;
/// Top and bottom of the two plots.
const VOLUME: (f64, f64) = (22.0, 158.0);
const RATES: (f64, f64) = (196.0, 310.0);

/// One day.
#[derive(Debug, Clone)]
pub(crate) struct Point {
    pub(crate) day: Date,
    /// Whether it is a working day; other days are paler.
    pub(crate) worked: bool,
    /// Cases received; none where there is no data.
    pub(crate) volume: Option<i64>,
    /// Net cards per 1,000 supervised cases.
    pub(crate) yellow: Option<f64>,
    pub(crate) red: Option<f64>,
    /// What is behind the volume and behind the cards.
    pub(crate) volume_href: String,
    pub(crate) cards_href: String,
}

/// Days in a row.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Text alternative.
    pub(crate) label: String,
    pub(crate) days: Vec<Point>,
    /// Whether the card rates are drawn too.
    pub(crate) rates: bool,
}

/// Draws both plots, or the volume alone.
pub(crate) fn render(series: &Series, lang: Lang) -> Result<String, ChartError> {
    let height = if series.rates { 332.0 } else { 182.0 };
    let picture = Picture::new("chart", WIDTH as i32, height as i32, &series.label);
    picture.hatch("gap-hatch");
    let count = series.days.len().max(1) as f64;
    let most = largest(series.days.iter().filter_map(|day| day.volume).map(|n| n as f64), 4.0) * 1.05;
    let highest = largest(series.days.iter().flat_map(|day| [day.yellow, day.red]).flatten(), 1.0) * 1.1;
    let ticks = [format::count_large(lang, most as i64), format!("{}‰", format::tenths(highest))];
    let widest = ticks.iter().map(|tick| text::width(tick, TEXT)).fold(26.0, f64::max);
    let (left, right) = (widest + 8.0, if series.rates { WIDTH - NAMES } else { WIDTH - 4.0 });

    let volume = picture.plot((left, VOLUME.0), (right, VOLUME.1), 0.0..count, 0.0..most);
    picture.draw(&Mark::text("axis-title", lang.say("chart-volume"), Anchor::Start, point(0.0, 11.0)))?;
    grid(&picture, &volume, (left, right), |tick| format::count_large(lang, tick as i64))?;
    bars(&volume, series, most, lang)?;
    dates(&picture, &volume, series, VOLUME.1 + 14.0, (left, right), lang)?;
    if series.rates {
        let rates = picture.plot((left, RATES.0), (right, RATES.1), 0.0..count, 0.0..highest);
        picture.draw(&Mark::text("axis-title", lang.say("chart-rates"), Anchor::Start, point(0.0, RATES.0 - 10.0)))?;
        grid(&picture, &rates, (left, right), |tick| format!("{}‰", format::tenths(tick)))?;
        lines(&picture, &rates, series, highest, lang)?;
        dates(&picture, &rates, series, RATES.1 + 14.0, (left, right), lang)?;
    }
    Ok(picture.finish())
}

fn grid(
    picture: &Picture,
    plot: &Plot,
    (left, right): (f64, f64),
    told: impl Fn(f64) -> String,
) -> Result<(), ChartError> {
    for tick in plot.as_coord_spec().y_spec().key_points(4_usize) {
        let (_, y) = plot.map_coordinate(&(0.0, tick));
        let y = f64::from(y) / f64::from(crate::svg::SCALE);
        picture.draw(&Mark::new("grid-line", Shape::Line, [point(left, y), point(right, y)]))?;
        picture.draw(&Mark::text("tick", told(tick), Anchor::End, point(left - 5.0, y + 4.0)))?;
    }
    Ok(())
}

fn bars(plot: &Plot, series: &Series, most: f64, lang: Lang) -> Result<(), ChartError> {
    for (at, day) in series.days.iter().enumerate() {
        let x = at as f64;
        let Some(n) = day.volume else {
            let gap = Mark::new("gap", Shape::Rect { least: 0.0 }, [(x, 0.0), (x + 1.0, most)]);
            plot.draw(&gap.title(tip(day, lang)).hatched("gap-hatch"))?;
            continue;
        };
        let class = if day.worked { "bar" } else { "bar off" };
        let bar = Mark::new(class, Shape::Rect { least: 0.8 }, [(x + 0.1, 0.0), (x + 0.9, n as f64)]);
        plot.draw(&bar.title(tip(day, lang)).href(&day.volume_href))?;
    }
    Ok(())
}

/// Both lines, their names beside the plot, and a strip over each day that carries its tooltip.
fn lines(picture: &Picture, plot: &Plot, series: &Series, highest: f64, lang: Lang) -> Result<(), ChartError> {
    let mut ends = Vec::new();
    for (class, level, values) in [
        ("line-yellow", "card-YELLOW", series.days.iter().map(|day| day.yellow).collect::<Vec<_>>()),
        ("line-red", "card-RED", series.days.iter().map(|day| day.red).collect::<Vec<_>>()),
    ] {
        for run in runs(&values) {
            let mut run: Vec<(f64, f64)> = run.into_iter().map(|(x, y)| (x + 0.5, y)).collect();
            if let [(x, y)] = run.as_slice() {
                run = vec![(x - 0.3, *y), (x + 0.3, *y)];
            }
            plot.draw(&Mark::new(class, Shape::Polyline, run))?;
        }
        if let Some(last) = values.iter().rev().flatten().next() {
            let (_, y) = plot.map_coordinate(&(0.0, *last));
            ends.push((class, level, f64::from(y) / f64::from(crate::svg::SCALE), *last));
        }
    }
    for ((class, level, _, last), y) in ends.iter().zip(apart(&ends.iter().map(|end| end.2).collect::<Vec<_>>())) {
        let x = WIDTH - NAMES + 6.0;
        let shape = Mark::new(
            &format!("card-shape {class}"),
            Shape::Rect { least: 0.0 },
            [point(x, y - 8.0), point(x + 6.0, y)],
        );
        picture.draw(&shape)?;
        picture.draw(&Mark::text("line-name", lang.say(level), Anchor::Start, point(x + 10.0, y)))?;
        picture.draw(&Mark::text(
            "line-value",
            format::per_mille(Some(*last)),
            Anchor::Start,
            point(x + 10.0, y + 13.0),
        ))?;
    }
    for (at, day) in series.days.iter().enumerate() {
        let x = at as f64;
        if day.yellow.is_none() && day.red.is_none() {
            let gap = Mark::new("gap", Shape::Rect { least: 0.0 }, [(x, 0.0), (x + 1.0, highest)]);
            plot.draw(&gap.title(tip(day, lang)).hatched("gap-hatch"))?;
            continue;
        }
        let strip = Mark::new("strip-hit", Shape::Rect { least: 0.0 }, [(x, 0.0), (x + 1.0, highest)]);
        plot.draw(&strip.title(tip(day, lang)).href(&day.cards_href))?;
    }
    Ok(())
}

/// Moves the names of the lines so far apart that they can be read, within the plot.
fn apart(wanted: &[f64]) -> Vec<f64> {
    const STEP: f64 = 30.0;
    let (top, bottom) = (RATES.0 + 8.0, RATES.1 - 12.0);
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|left, right| wanted[*left].total_cmp(&wanted[*right]));
    let mut placed = vec![0.0; wanted.len()];
    let mut next = top;
    for place in &order {
        placed[*place] = wanted[*place].clamp(top, bottom).max(next);
        next = placed[*place] + STEP;
    }
    let mut limit = bottom;
    for place in order.iter().rev() {
        placed[*place] = placed[*place].min(limit);
        limit = placed[*place] - STEP;
    }
    placed
}

/// First and last day, and the first of each month where there is room.
fn dates(
    picture: &Picture,
    plot: &Plot,
    series: &Series,
    y: f64,
    (left, right): (f64, f64),
    lang: Lang,
) -> Result<(), ChartError> {
    let (Some(first), Some(last)) = (series.days.first(), series.days.last()) else {
        return Ok(());
    };
    let (begin, end) = (format::day_bare(lang, first.day), format::day_bare(lang, last.day));
    let (mut free_from, free_to) = (left + text::width(&begin, TEXT) + 10.0, right - text::width(&end, TEXT) - 10.0);
    picture.draw(&Mark::text("tick", begin, Anchor::Start, point(left, y)))?;
    picture.draw(&Mark::text("tick", end, Anchor::End, point(right, y)))?;
    for (at, day) in series.days.iter().enumerate().filter(|(_, day)| day.day.day() == 1) {
        let (x, _) = plot.map_coordinate(&(at as f64, 0.0));
        let x = f64::from(x) / f64::from(crate::svg::SCALE);
        let words = format::day_bare(lang, day.day);
        let half = text::width(&words, TEXT) / 2.0;
        if x - half >= free_from && x + half <= free_to {
            picture.draw(&Mark::text("tick", words, Anchor::Middle, point(x, y)))?;
            free_from = x + half + 10.0;
        }
    }
    Ok(())
}

/// 2018年9月13日 周四：收件 3,812 · 黄牌率 3.6‰ · 红牌率 1.5‰.
fn tip(day: &Point, lang: Lang) -> String {
    let date = format::day_long(lang, day.day);
    let volume = day.volume.map_or_else(|| lang.say("no-data"), |n| format::count(lang, n));
    let (yellow, red) = (format::per_mille(day.yellow), format::per_mille(day.red));
    if day.yellow.is_none() && day.red.is_none() {
        return lang.tell("chart-tip-volume", &[("day", &date), ("volume", &volume)]);
    }
    lang.tell("chart-tip", &[("day", &date), ("volume", &volume), ("yellow", &yellow), ("red", &red)])
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;

    fn series(n: i64) -> Series {
        let days = (0..n).map(|at| Point {
            day: date(2018, 6, 16).saturating_add(at.days()),
            worked: at % 7 < 5,
            volume: (at != 3).then_some(at * 40),
            yellow: Some(3.6),
            red: Some(3.4),
            volume_href: format!("/villages?day={at}"),
            cards_href: "/cards".into(),
        });
        Series { label: "量".into(), days: days.collect(), rates: true }
    }

    #[test]
    fn a_bar_a_day_a_gap_without_data_and_a_stub_for_zero() {
        let svg = render(&series(90), Lang::Zh).expect("svg");
        assert_eq!(svg.matches("<rect class=\"bar\"").count() + svg.matches("<rect class=\"bar off\"").count(), 89);
        assert_eq!(svg.matches("<rect class=\"gap\"").count(), 1);
        assert!(svg.contains("height=\"0.8\""), "the day with zero cases has a stub");
        assert!(svg.contains("<title>2018年6月16日 周六：收件 0 · 黄牌率 3.6‰ · 红牌率 3.4‰</title>"), "{svg}");
    }

    #[test]
    fn names_of_lines_stand_apart_and_beside_the_plot() {
        for wanted in [[200.0, 200.0], [309.0, 310.0], [198.0, 305.0]] {
            let placed = apart(&wanted);
            assert!(placed[1] - placed[0] >= 30.0 - 1e-9, "{placed:?}");
            assert!(placed.iter().all(|y| (RATES.0..=RATES.1).contains(y)), "{placed:?}");
        }
        let svg = render(&series(90), Lang::En).expect("svg");
        assert!(svg.contains(&format!("<text class=\"line-name\" x=\"{}\"", WIDTH - NAMES + 16.0)), "{svg}");
    }
}
