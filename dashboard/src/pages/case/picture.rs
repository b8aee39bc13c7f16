//! The case on a calendar: series for the Gantt chart.

use analytics::sla::DayKind;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use super::Case;
use super::days::apart;
use crate::charts::gantt::{Day, Instant, Kind, Row, Series};
use crate::format;
use crate::work_days::WorkDays;

/// The longest axis.
const MOST_DAYS: i64 = 800;

/// First and last day of the axis: from the receipt to the last day that the clock explains.
pub(super) fn range(case: &Case<'_>) -> (Date, Date) {
    let explained = &case.known.explanation;
    let clock = &explained.clock;
    let day = |at: Timestamp| format::local(case.context.zone(), at).0;
    let firsts = [
        clock.received_at.or(clock.applied_at).map(day),
        clock.promise.started_on,
        case.known.events.first().map(|event| day(event.occurred_at)),
    ];
    let first = firsts.into_iter().flatten().min().unwrap_or(case.context.today);
    let lasts = [explained.days.last().map(|line| line.date), clock.closed_on, clock.promise.due_on];
    let last = lasts.into_iter().flatten().max().unwrap_or(case.context.today);
    let last = last.max(first);
    // A case with a wild date must not make a picture without end; bars are cut at its edge.
    (first.max(last.saturating_sub(MOST_DAYS.days())), last)
}

/// Bars and marks of the case.
pub(super) fn series(case: &Case<'_>, workdays: &WorkDays, names: &[(Date, String)]) -> Series {
    let (first, last) = range(case);
    let mut days = Vec::new();
    let mut next = Some(first);
    while let Some(day) = next.filter(|day| *day <= last) {
        days.push(axis_day(case, workdays, names, day));
        next = day.tomorrow().ok();
    }
    let axis = Axis { case, first };
    let label = case.lang().tell("gantt-label", &[("case", &case.known.case_no), ("n", &days.len().to_string())]);
    Series { label, days, rows: axis.rows(), marks: axis.marks() }
}

fn axis_day(case: &Case<'_>, workdays: &WorkDays, names: &[(Date, String)], day: Date) -> Day {
    let line = case.known.explanation.days.iter().find(|line| line.date == day);
    // The clock tells its days by the calendar that it was judged by.
    let name = match line {
        Some(line) => line.name.clone(),
        None => names.iter().find(|(known, _)| *known == day).map(|(_, name)| name.clone()),
    };
    let kind = line.map(|line| line.kind).filter(|kind| *kind != DayKind::Normal);
    let kind = kind.map(|kind| case.lang().code("day", kind.as_str()));
    let worked = match line {
        Some(line) => Some(matches!(line.kind, DayKind::Normal | DayKind::AdjustedWorkday)),
        None => workdays.is_workday(day),
    };
    Day { day, worked, name: name.or(kind).unwrap_or_default() }
}

struct Axis<'a> {
    case: &'a Case<'a>,
    first: Date,
}

impl Axis<'_> {
    /// Days since the start of the first day.
    fn at(&self, at: Timestamp) -> f64 {
        let (day, time) = format::local(self.case.context.zone(), at);
        let seconds = i32::from(time.hour()) * 3600 + i32::from(time.minute()) * 60 + i32::from(time.second());
        apart(self.first, day) as f64 + f64::from(seconds) / 86_400.0
    }

    fn rows(&self) -> Vec<Row> {
        let t = self.case.lang();
        let clock = &self.case.known.explanation.clock;
        let as_of = self.case.context.session.as_of();
        let end = clock.closed_at.map_or(as_of, |closed| closed.min(as_of));
        let mut rows = Vec::new();
        if let (Some(received), Some(started)) = (clock.received_at.or(clock.applied_at), clock.promise.started_at)
            && received < started
        {
            rows.push(self.row(t.say("row-waiting"), None, Kind::Waiting, (received, started), false));
        }
        if let (Some(started), Some(due)) = (clock.promise.started_at, clock.promise.due_at) {
            rows.push(self.row(t.say("row-limit"), None, Kind::Limit, (started, due), false));
        }
        for span in clock.suspensions.iter().filter_map(|stop| stop.deducted) {
            rows.push(self.row(t.say("row-stopped"), None, Kind::Waiting, (span.from, span.until), false));
        }
        for step in &clock.steps {
            let Some(started) = step.started_at.or(step.ended_at) else {
                continue;
            };
            let name = self.case.step_name(step);
            let open = step.ended_at.is_none() && clock.closed_at.is_none();
            let ended = step.ended_at.unwrap_or(end).max(started);
            rows.push(self.row(name, step.org_code.as_deref(), Kind::Step, (started, ended), open));
        }
        if let (true, Some(started)) = (clock.steps.is_empty(), clock.promise.started_at) {
            let open = clock.closed_at.is_none();
            rows.push(self.row(
                t.say("row-handling"),
                clock.holder.as_deref(),
                Kind::Step,
                (started, end.max(started)),
                open,
            ));
        }
        rows
    }

    fn row(&self, name: String, org: Option<&str>, kind: Kind, (from, to): (Timestamp, Timestamp), open: bool) -> Row {
        let zone = self.case.context.zone();
        let end = if open { self.case.lang().say("row-open") } else { format::stamp(zone, to) };
        let org = org.map(|code| format!(" · {}", self.case.org(Some(code)))).unwrap_or_default();
        let title = format!("{name}: {} – {end}{org}", format::stamp(zone, from));
        Row { name, title, kind, from: self.at(from), to: self.at(to), open }
    }

    fn marks(&self) -> Vec<Instant> {
        let (case, t) = (self.case, self.case.lang());
        let (clock, zone) = (&case.known.explanation.clock, case.context.zone());
        let stamp = |at: Timestamp| format::stamp_short(t, zone, at);
        let mut marks = Vec::new();
        for card in case.case_cards().filter(|card| card.state != "CANCELLED") {
            let is_ahead = matches!(card.state.as_str(), "FORECAST" | "UNCONFIRMED");
            let class = match (card.level.as_str(), is_ahead) {
                ("RED", false) => "red",
                ("RED", true) => "red ahead",
                (_, false) => "yellow",
                (_, true) => "yellow ahead",
            };
            let mut text = format!("{} {}", t.code("card", &card.level), stamp(card.condition_at));
            if is_ahead {
                text = format!("{text} · {}", t.code("shown", &card.state));
            }
            marks.push(Instant { class, text, at: self.at(card.condition_at) });
        }
        if let Some(due) = clock.promise.due_at {
            marks.push(Instant { class: "due", text: t.tell("gantt-due", &[("at", &stamp(due))]), at: self.at(due) });
        }
        if let Some(closed) = clock.closed_at {
            let text = t.tell("gantt-closed", &[("at", &stamp(closed))]);
            marks.push(Instant { class: "closed", text, at: self.at(closed) });
        } else {
            let as_of = case.context.session.as_of();
            // Beyond the days that are told it has no place.
            if case.context.today <= range(case).1 {
                marks.push(Instant { class: "now", text: t.say("gantt-now"), at: self.at(as_of) });
            }
        }
        marks.sort_by(|left, right| left.at.total_cmp(&right.at));
        marks
    }
}
