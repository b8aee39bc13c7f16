//! One case on a calendar: steps as bars, days that do not count hatched, cards as marks.

use jiff::civil::Date;

use super::ChartError;
use crate::format;
use crate::i18n::Lang;
use crate::svg::{Anchor, Mark, Picture, Shape, point, text};
use crate::theme::TEXT;

const WIDTH: f64 = 1180.0;
/// Height of the dates above the days.
const HEAD: f64 = 24.0;
const ROW: f64 = 34.0;
const BAR: f64 = 18.0;
/// Height of one line of the marks' texts.
const LANE: f64 = 16.0;
/// The stroke before a mark's text.
const KEY: f64 = 14.0;
/// The widest name of a row that is shown whole.
const NAMES: f64 = 200.0;

/// One day of the axis.
#[derive(Debug, Clone)]
pub(crate) struct Day {
    pub(crate) day: Date,
    /// Whether it is worked; none where the calendar is not known.
    pub(crate) worked: Option<bool>,
    /// Why it is or is not worked.
    pub(crate) name: String,
}

/// What a bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Before the clock runs.
    Waiting,
    /// The time that the case may take.
    Limit,
    Step,
}

/// One bar; times in days since the start of the first day.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) kind: Kind,
    pub(crate) from: f64,
    pub(crate) to: f64,
    /// Whether it still goes on.
    pub(crate) open: bool,
}

/// One instant.
#[derive(Debug, Clone)]
pub(crate) struct Instant {
    /// `yellow`, `red`, `due`, `closed` or `now`.
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) at: f64,
}

/// One case.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// Text alternative.
    pub(crate) label: String,
    pub(crate) days: Vec<Day>,
    pub(crate) rows: Vec<Row>,
    pub(crate) marks: Vec<Instant>,
}

/// Draws the case. Wider than a phone: the page lets it scroll.
pub(crate) fn render(series: &Series, lang: Lang) -> Result<String, ChartError> {
    let count = series.days.len().max(1) as f64;
    let names = series.rows.iter().map(|row| text::width(&row.name, TEXT)).fold(40.0, f64::max).min(NAMES) + 12.0;
    let bottom = HEAD + 10.0 + ROW * series.rows.len() as f64;
    let lanes = lanes(series, names, count);
    let lane_count = lanes.iter().map(|(lane, _)| lane + 1).max().unwrap_or(0);
    let height = bottom + 6.0 + LANE * lane_count as f64 + 6.0;
    let picture = Picture::new("chart gantt", WIDTH as i32, height.ceil() as i32, &series.label);
    picture.hatch("day-hatch");
    let plot = picture.plot((names, HEAD), (WIDTH - 10.0, bottom), 0.0..count, 0.0..1.0);
    let width = (WIDTH - 10.0 - names) / count;

    let texts: Vec<String> = series.days.iter().map(|day| head(day, lang)).collect();
    let widest = texts.iter().map(|words| text::width(words, TEXT)).fold(1.0, f64::max);
    let every = ((widest + 8.0) / width).ceil().max(1.0) as usize;
    for (at, (day, words)) in series.days.iter().zip(texts).enumerate() {
        let x = at as f64;
        let title = if day.name.is_empty() {
            format::day_long(lang, day.day)
        } else {
            format!("{} · {}", format::day_long(lang, day.day), day.name)
        };
        let class = match day.worked {
            Some(true) => "day",
            Some(false) => "day off",
            None => "day unknown",
        };
        let column = Mark::new(class, Shape::Rect { least: 0.0 }, [(x, 0.0), (x + 1.0, 1.0)]).title(title);
        plot.draw(&if day.worked == Some(false) { column.hatched("day-hatch") } else { column })?;
        plot.draw(&Mark::new("grid-line", Shape::Line, [(x, 0.0), (x, 1.0)]))?;
        if at % every == 0 {
            let class = if day.worked == Some(false) { "tick off" } else { "tick" };
            let middle = names + (x + 0.5) * width;
            picture.draw(&Mark::text(class, words, Anchor::Middle, point(middle, HEAD - 8.0)))?;
        }
    }
    for (at, row) in series.rows.iter().enumerate() {
        let top = HEAD + 10.0 + ROW * at as f64;
        let name = Mark::text(
            "row-name",
            text::shortened(&row.name, NAMES, TEXT),
            Anchor::End,
            point(names - 10.0, top + 14.0),
        );
        picture.draw(&name.title(row.title.as_str()))?;
        let class = match (row.kind, row.open) {
            (Kind::Waiting, _) => "bar-wait",
            (Kind::Limit, _) => "bar-limit",
            (Kind::Step, false) => "bar-step",
            (Kind::Step, true) => "bar-step open",
        };
        let (from, to) = (names + row.from.clamp(0.0, count) * width, names + row.to.clamp(0.0, count) * width);
        let bar = Mark::new(class, Shape::Rect { least: 2.0 }, [point(from, top), point(to, top + BAR)]);
        picture.draw(&bar.title(row.title.as_str()))?;
    }
    for (mark, (lane, middle)) in series.marks.iter().zip(lanes) {
        let x = names + mark.at.clamp(0.0, count) * width;
        let class = format!("mark {}", mark.class);
        let line = Mark::new(&class, Shape::Line, [point(x, HEAD), point(x, bottom + 3.0)]);
        picture.draw(&line.title(mark.text.as_str()))?;
        // The line ends above the texts, which it might cross; a stroke of its kind stands before its own.
        let (y, left) = (bottom + 6.0 + LANE * lane as f64, middle - half(mark) + 4.0);
        picture.draw(&Mark::new(&class, Shape::Line, [point(left, y + 8.0), point(left + KEY, y + 8.0)]))?;
        let words = Mark::text("gantt-text", mark.text.as_str(), Anchor::Start, point(left + KEY + 4.0, y + 12.0));
        picture.draw(&words)?;
    }
    Ok(picture.finish())
}

/// Half of what a mark's text takes, with the stroke before it and some air.
fn half(mark: &Instant) -> f64 {
    (KEY + 4.0 + text::width(&mark.text, TEXT)) / 2.0 + 4.0
}

/// For each mark the line of its text and the text's middle, so that no two texts meet and none is cut.
fn lanes(series: &Series, names: f64, count: f64) -> Vec<(usize, f64)> {
    let width = (WIDTH - 10.0 - names) / count;
    let mut ends: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut placed = Vec::with_capacity(series.marks.len());
    for mark in &series.marks {
        let half = half(mark);
        let middle = (names + mark.at.clamp(0.0, count) * width).clamp(half, WIDTH - half);
        let (from, to) = (middle - half, middle + half);
        let is_free = |taken: &Vec<(f64, f64)>| taken.iter().all(|(left, right)| to <= *left || from >= *right);
        let lane = ends.iter().position(is_free).unwrap_or(ends.len());
        if lane == ends.len() {
            ends.push(Vec::new());
        }
        ends[lane].push((from, to));
        placed.push((lane, middle));
    }
    placed
}

/// 3-28 三, 28 Wed.
fn head(day: &Day, lang: Lang) -> String {
    let weekday = format::weekday(lang, day.day);
    match lang {
        Lang::Zh => format!("{}-{} {}", day.day.month(), day.day.day(), weekday.trim_start_matches('周')),
        Lang::En => format!("{}-{} {weekday}", day.day.month(), day.day.day()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date;

    use super::*;

    fn series(days: i64, marks: Vec<Instant>) -> Series {
        let first = date(2018, 3, 26);
        let days = (0..days).map(|at| Day {
            day: first.saturating_add(at.days()),
            worked: Some(at % 7 < 5),
            name: if at % 7 < 5 { String::new() } else { "周末".into() },
        });
        let step = |name: &str, from, to, open| Row {
            name: name.into(),
            title: format!("{name}："),
            kind: Kind::Step,
            from,
            to,
            open,
        };
        let rows = vec![step("村级受理", 0.6, 1.4, false), step("县级<审批>", 1.4, 30.0, true)];
        Series { label: "时间轴".into(), days: days.collect(), rows, marks }
    }

    fn mark(class: &'static str, text: &str, at: f64) -> Instant {
        Instant { class, text: text.into(), at }
    }

    #[test]
    fn days_off_are_hatched_and_open_steps_end_at_the_edge() {
        let svg = render(&series(17, vec![mark("yellow", "黄牌 4-8 16:36", 13.7)]), Lang::Zh).expect("svg");
        assert_eq!(svg.matches("class=\"day off\"").count(), 4);
        assert!(svg.contains("<title>2018年3月31日 周六 · 周末</title>"), "{svg}");
        assert!(svg.contains(">3-26 一</text>") && svg.contains("县级&lt;审批&gt;"));
        assert!(svg.contains("class=\"bar-step open\"") && svg.contains("class=\"mark yellow\""));
    }

    #[test]
    fn texts_of_marks_keep_clear_of_each_other_and_of_the_edges() {
        let marks =
            vec![mark("due", "到期 4-9 24:00", 15.0), mark("red", "红牌 4-10 00:00", 15.0), mark("now", "现在", 17.0)];
        let series = series(17, marks);
        let placed = lanes(&series, 100.0, 17.0);
        assert_ne!(placed[0].0, placed[1].0);
        assert!(placed.iter().all(|(_, middle)| *middle > 0.0 && *middle < WIDTH));
    }

    #[test]
    fn many_days_show_fewer_dates() {
        let svg = render(&series(200, Vec::new()), Lang::En).expect("svg");
        let shown = svg.matches("class=\"tick").count();
        assert!((8..40).contains(&shown), "{shown}");
    }
}
