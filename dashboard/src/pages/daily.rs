//! The last days of a region, day by day: what the sparklines, the trend and their table show.

use std::collections::BTreeMap;

use analytics::Param;
use futures::try_join;
use jiff::civil::Date;
use queries::panel;
use serde::Deserialize;

use crate::charts::volume_and_rates::{Point, Series};
use crate::error::HttpError;
use crate::format;
use crate::frame::Context;
use crate::work_days::WorkDays;

/// One day of a region.
#[derive(Debug, Clone)]
pub(super) struct Daily {
    pub(super) day: Date,
    /// Whether the sources have told of this day: if not, nothing is zero, all is unknown.
    pub(super) known: bool,
    pub(super) worked: bool,
    pub(super) received: i64,
    pub(super) accepted: i64,
    pub(super) closed: i64,
    pub(super) due: i64,
    pub(super) due_on_time: i64,
    pub(super) yellow: i64,
    pub(super) red: i64,
    pub(super) supervised: i64,
    /// Closings as M04 counts them, and the early ones of them.
    pub(super) closings: i64,
    pub(super) early: i64,
    pub(super) median_days: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct FlowRow {
    day: Date,
    received: i64,
    accepted: i64,
    closed: i64,
    due: i64,
    due_on_time: i64,
}

#[derive(Debug, Deserialize)]
struct CardRow {
    day: Option<Date>,
    started: i64,
    ended: i64,
    yellow: i64,
    red: i64,
}

#[derive(Debug, Deserialize)]
struct ClosingRow {
    day: Date,
    closed: i64,
    early: i64,
    median_tenths: Option<f64>,
}

/// A row of the table beside the pictures.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) day: String,
    pub(super) received: String,
    pub(super) accepted: String,
    pub(super) closed: String,
    pub(super) due_rate: String,
    pub(super) yellow: String,
    pub(super) red: String,
    pub(super) supervised: String,
    pub(super) early: String,
    pub(super) median: String,
}

/// Reads the days from `from` to before `to`.
pub(super) async fn read(context: &Context, days: &WorkDays, from: Date, to: Date) -> Result<Vec<Daily>, HttpError> {
    let dates = [("region", context.region()), ("from", Param::Date(from)), ("to", Param::Date(to))];
    let mut instants = dates.to_vec();
    instants.push(("from_at", Param::Instant(context.midnight(from))));
    instants.push(("to_at", Param::Instant(context.midnight(to))));
    let session = &context.session;
    let (flow, cards, closings) = try_join!(
        session.rows_since::<FlowRow>(panel::FLOW_DAYS, &instants, from),
        session.rows_since::<CardRow>(panel::CARD_DAYS, &instants, from),
        session.rows_since::<ClosingRow>(panel::CLOSING_DAYS, &dates, from),
    )?;
    let mut stock: i64 = cards.iter().filter(|row| row.day.is_none()).map(|row| row.started).sum();
    let flow: BTreeMap<Date, FlowRow> = flow.into_iter().map(|row| (row.day, row)).collect();
    let cards: BTreeMap<Date, CardRow> = cards.into_iter().filter_map(|row| row.day.map(|day| (day, row))).collect();
    let closings: BTreeMap<Date, ClosingRow> = closings.into_iter().map(|row| (row.day, row)).collect();
    let first = context.lamp.first_day.unwrap_or(to);
    let last = context.last_day();

    let mut out = Vec::new();
    let mut day = from;
    while day < to {
        let (flow, cards, closings) = (flow.get(&day), cards.get(&day), closings.get(&day));
        let supervised = stock + cards.map_or(0, |row| row.started);
        stock = supervised - cards.map_or(0, |row| row.ended);
        out.push(Daily {
            day,
            known: (first..=last).contains(&day),
            worked: days.is_workday(day).unwrap_or(true),
            received: flow.map_or(0, |row| row.received),
            accepted: flow.map_or(0, |row| row.accepted),
            closed: flow.map_or(0, |row| row.closed),
            due: flow.map_or(0, |row| row.due),
            due_on_time: flow.map_or(0, |row| row.due_on_time),
            yellow: cards.map_or(0, |row| row.yellow),
            red: cards.map_or(0, |row| row.red),
            supervised,
            closings: closings.map_or(0, |row| row.closed),
            early: closings.map_or(0, |row| row.early),
            median_days: closings.and_then(|row| row.median_tenths).map(|tenths| tenths / 10.0),
        });
        let Ok(next) = day.tomorrow() else {
            break;
        };
        day = next;
    }
    Ok(out)
}

impl Daily {
    /// A value, unless nothing is known of the day.
    pub(super) fn value(&self, n: i64) -> Option<f64> {
        self.known.then_some(n as f64)
    }

    /// Net cards per 1,000 supervised cases.
    pub(super) fn per_1000(&self, cards: i64) -> Option<f64> {
        (self.known && self.supervised > 0).then(|| 1000.0 * cards as f64 / self.supervised as f64)
    }

    /// A share, unless it is one of nothing.
    pub(super) fn share(&self, part: i64, whole: i64) -> Option<f64> {
        (self.known && whole > 0).then(|| part as f64 / whole as f64)
    }

    fn view(&self, context: &Context) -> View {
        let lang = context.lang();
        let count = |n: i64| format::count_or_none(lang, self.known.then_some(n));
        View {
            day: format::day_long(lang, self.day),
            received: count(self.received),
            accepted: count(self.accepted),
            closed: count(self.closed),
            due_rate: format::rate(self.due_on_time, self.due),
            yellow: count(self.yellow),
            red: count(self.red),
            supervised: count(self.supervised),
            early: format::rate(self.early, self.closings),
            median: self.median_days.map_or_else(|| format::NONE.to_owned(), format::tenths),
        }
    }
}

/// The table beside the pictures, newest day first.
pub(super) fn views(context: &Context, days: &[Daily]) -> Vec<View> {
    days.iter().rev().map(|day| day.view(context)).collect()
}

/// The series of the trend; `rates` adds the card rates.
pub(super) fn series(context: &Context, days: &[Daily], rates: bool) -> Series {
    let lang = context.lang();
    let points = days.iter().map(|line| {
        let day = line.day.to_string();
        let one = [("from", day.as_str()), ("to", day.as_str())];
        let net = [("from", day.as_str()), ("to", day.as_str()), ("state", "NET")];
        Point {
            day: line.day,
            worked: line.worked,
            volume: line.known.then_some(line.received),
            yellow: if rates { line.per_1000(line.yellow) } else { None },
            red: if rates { line.per_1000(line.red) } else { None },
            volume_href: context.ask.link("/villages", &one),
            cards_href: context.ask.link("/cards", &net),
        }
    });
    let points: Vec<Point> = points.collect();
    let total: i64 = days.iter().filter(|day| day.known).map(|day| day.received).sum();
    let known = days.iter().filter(|day| day.known).count();
    let (total, known) = (format::count(lang, total), known.to_string());
    let key = if rates { "chart-trend-label" } else { "chart-volume-label" };
    Series { label: lang.tell(key, &[("n", &known), ("total", &total)]), days: points, rates }
}
