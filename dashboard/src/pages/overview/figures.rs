//! The strip of figures: each with its course, its n and what it is compared with.

use jiff::Timestamp;
use serde::Deserialize;

use super::super::daily::Daily;
use super::super::metrics::{Handling, PeriodTotals};
use crate::charts::{ChartError, sparkline};
use crate::format;
use crate::frame::Context;

/// One row of panel `overview_flow`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct FlowRow {
    received_today: i64,
    accepted_today: i64,
    closed_today: i64,
    received_before: i64,
    accepted_before: i64,
    closed_before: i64,
    open_now: i64,
    open_before: i64,
    near_limit: i64,
    overdue: i64,
}

/// One row of panel `cards_now`.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct CardRow {
    pub(super) level: String,
    pub(super) open_now: i64,
    pub(super) unconfirmed: i64,
    pub(super) issued_today: i64,
}

/// What the strip is made of.
pub(super) struct Basis<'a> {
    pub(super) flow: FlowRow,
    /// Red, yellow.
    pub(super) cards: &'a [CardRow; 2],
    /// This period and the one before.
    pub(super) totals: [PeriodTotals; 2],
    pub(super) handling: [Handling; 2],
    /// The last thirty days.
    pub(super) days: &'a [Daily],
    /// The instant a week before, for naming its weekday.
    pub(super) week_ago: Timestamp,
}

/// One figure of the strip.
#[derive(Debug, Clone)]
pub(in crate::pages) struct Figure {
    /// `card-r`, `card-y` or empty.
    pub(in crate::pages) class: &'static str,
    pub(in crate::pages) title: String,
    pub(in crate::pages) number: String,
    pub(in crate::pages) unit: String,
    pub(in crate::pages) notes: Vec<String>,
    pub(in crate::pages) href: String,
    pub(in crate::pages) spark: String,
}

/// The eight figures.
pub(super) fn figures(context: &Context, basis: &Basis<'_>) -> Result<Vec<Figure>, ChartError> {
    let strip = Strip { context, basis };
    Ok(vec![
        strip.received()?,
        strip.accepted_and_closed()?,
        strip.open()?,
        strip.due_on_time()?,
        strip.cards(1)?,
        strip.cards(0)?,
        strip.handling()?,
        strip.early()?,
    ])
}

struct Strip<'a> {
    context: &'a Context,
    basis: &'a Basis<'a>,
}

impl Strip<'_> {
    fn received(&self) -> Result<Figure, ChartError> {
        let flow = &self.basis.flow;
        let spark = self.spark("fig-received", true, |day| day.value(day.received))?;
        let number = self.today(flow.received_today);
        Ok(Figure {
            class: "",
            title: self.say("fig-received"),
            unit: self.unit("unit-cases", &number),
            number,
            notes: vec![self.against_week(flow.received_today, flow.received_before)],
            href: self.today_href(),
            spark,
        })
    }

    fn accepted_and_closed(&self) -> Result<Figure, ChartError> {
        let flow = &self.basis.flow;
        let spark = self.spark("fig-closed", true, |day| day.value(day.closed))?;
        Ok(Figure {
            class: "",
            title: self.say("fig-accepted-closed"),
            number: format!("{} / {}", self.today(flow.accepted_today), self.today(flow.closed_today)),
            unit: String::new(),
            notes: vec![
                self.against_week(flow.accepted_today + flow.closed_today, flow.accepted_before + flow.closed_before),
            ],
            href: self.today_href(),
            spark,
        })
    }

    fn open(&self) -> Result<Figure, ChartError> {
        let (flow, t) = (&self.basis.flow, self.context.lang());
        let (near, overdue) = (format::count(t, flow.near_limit), format::count(t, flow.overdue));
        let mut notes = vec![t.tell("fig-open-of-these", &[("near", &near), ("overdue", &overdue)])];
        if let Some(change) = format::change(flow.open_now, flow.open_before) {
            notes.push(t.tell("fig-open-change", &[("change", &change)]));
        }
        let spark = self.spark("fig-supervised", true, |day| day.value(day.supervised))?;
        let number = format::count_large(t, flow.open_now);
        Ok(Figure {
            class: "",
            title: self.say("fig-open"),
            unit: self.unit("unit-cases", &number),
            number,
            notes,
            href: self.context.ask.link("/villages", &[]),
            spark,
        })
    }

    fn due_on_time(&self) -> Result<Figure, ChartError> {
        let [now, before] = &self.basis.totals;
        let spark =
            self.spark("fig-due", false, |day| day.share(day.due_on_time, day.due).map(|share| share * 100.0))?;
        Ok(Figure {
            class: "",
            title: self.say("fig-due"),
            number: format::percent(now.on_time_n, now.due_n),
            unit: percent_sign(now.due_n),
            notes: self.of_n(now.due_n, &format::rate(before.on_time_n, before.due_n)),
            href: self.context.ask.link("/villages", &[("sort", "rate")]),
            spark,
        })
    }

    fn cards(&self, which: usize) -> Result<Figure, ChartError> {
        let (total, t) = (&self.basis.cards[which], self.context.lang());
        let is_red = total.level == "RED";
        let (class, key) = if is_red { ("card-r", "fig-red") } else { ("card-y", "fig-yellow") };
        let mut notes = vec![t.tell("fig-cards-today", &[("n", &format::count(t, total.issued_today))])];
        if total.unconfirmed > 0 {
            notes.push(t.tell("fig-cards-unconfirmed", &[("n", &format::count(t, total.unconfirmed))]));
        }
        let label = if is_red { "fig-red-days" } else { "fig-yellow-days" };
        let spark = self.spark(label, true, |day| day.value(if is_red { day.red } else { day.yellow }))?;
        let number = format::count_large(t, total.open_now);
        Ok(Figure {
            class,
            title: self.say(key),
            unit: self.unit("unit-cards", &number),
            number,
            notes,
            href: self.context.ask.link("/cards", &[("level", &total.level)]),
            spark,
        })
    }

    fn handling(&self) -> Result<Figure, ChartError> {
        let [now, before] = &self.basis.handling;
        let told = |days: Option<f64>| days.map_or_else(|| format::NONE.to_owned(), format::tenths);
        let spark = self.spark("fig-median", false, |day| day.median_days.filter(|_| day.known))?;
        let number = told(now.median_used_days);
        let mut notes = self.of_n(now.decided_n, &told(before.median_used_days));
        if now.p90_used_days.is_some() {
            notes.push(self.context.lang().tell("fig-p90", &[("n", &told(now.p90_used_days))]));
        }
        Ok(Figure {
            class: "",
            title: self.say("fig-median"),
            unit: self.unit("unit-workdays", &number),
            number,
            notes,
            href: self.context.ask.link("/villages", &[("sort", "median")]),
            spark,
        })
    }

    fn early(&self) -> Result<Figure, ChartError> {
        let [now, before] = &self.basis.totals;
        let spark =
            self.spark("fig-early", false, |day| day.share(day.early, day.closings).map(|share| share * 100.0))?;
        Ok(Figure {
            class: "",
            title: self.say("fig-early"),
            number: format::percent(now.early_n, now.closed_n),
            unit: percent_sign(now.closed_n),
            notes: self.of_n(now.closed_n, &format::rate(before.early_n, before.closed_n)),
            href: self.context.ask.link("/villages", &[]),
            spark,
        })
    }

    fn say(&self, key: &str) -> String {
        self.context.lang().say(key)
    }

    /// What stands behind a number.
    fn unit(&self, key: &str, number: &str) -> String {
        self.context.lang().tell(key, &[("n", number)])
    }

    /// A count of today, which is unknown until a source has told of today.
    fn today(&self, n: i64) -> String {
        if n == 0 && !self.context.has_news_today() {
            return format::NONE.to_owned();
        }
        format::count(self.context.lang(), n)
    }

    /// The villages' figures of today.
    fn today_href(&self) -> String {
        let today = self.context.today.to_string();
        self.context.ask.link("/villages", &[("from", &today), ("to", &today), ("sort", "received")])
    }

    /// 较上周四同时刻 +4.1%.
    fn against_week(&self, now: i64, before: i64) -> String {
        let t = self.context.lang();
        if !self.context.has_news_today() {
            return t.say("fig-no-news");
        }
        let (day, _) = format::local(self.context.zone(), self.basis.week_ago);
        let weekday = format::weekday(t, day);
        match format::change(now, before) {
            Some(change) => t.tell("fig-week-change", &[("weekday", weekday), ("change", &change)]),
            None => t.tell("fig-week-none", &[("weekday", weekday)]),
        }
    }

    /// The n behind a figure of the period, and the figure of the period before.
    fn of_n(&self, n: i64, before: &str) -> Vec<String> {
        let t = self.context.lang();
        let count = format::count(t, n);
        let key = if n < format::FEW { "fig-n-few" } else { "fig-n" };
        vec![t.tell(key, &[("n", &count)]), t.tell("fig-before", &[("value", before)])]
    }

    fn spark(&self, key: &str, from_zero: bool, value: impl Fn(&Daily) -> Option<f64>) -> Result<String, ChartError> {
        let values: Vec<Option<f64>> = self.basis.days.iter().map(value).collect();
        let told = |value: Option<&f64>| value.map_or_else(|| format::NONE.to_owned(), |value| format::tenths(*value));
        let (first, last) = (told(values.iter().flatten().next()), told(values.iter().flatten().next_back()));
        let name = self.say(key);
        let days = values.len().to_string();
        let label = self
            .context
            .lang()
            .tell("spark-label", &[("name", &name), ("n", &days), ("first", &first), ("last", &last)]);
        sparkline::render(&sparkline::Series { label, values, from_zero })
    }
}

fn percent_sign(n: i64) -> String {
    if n > 0 { "%".to_owned() } else { String::new() }
}
