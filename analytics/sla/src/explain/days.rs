//! The days of one clock, and what is told of each of them.

use std::iter::successors;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::office::OfficeTime;
use super::{DayLine, DayRole, Mark};
use crate::calendar::{DAY_END, instant, local};
use crate::stop::Excluded;
use crate::{CaseClock, Limit, Suspension, Unit};

/// How far past the due date what is open is explained.
const PAST_DUE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A clock as its days need it.
pub(super) struct Course<'a> {
    pub(super) started_on: Date,
    pub(super) marked: [(Mark, Option<Date>); 4],
    pub(super) suspensions: &'a [Suspension],
    pub(super) excluded: Excluded<'a>,
    /// None unless the limit is in hours or minutes.
    pub(super) office: Option<OfficeTime<'a>>,
}

impl Course<'_> {
    /// A line for every day from the start date to the last. What a later day is says `role_of`, which
    /// is given the number that the day has if it counts.
    pub(super) fn lines(mut self, last: Date, role_of: impl Fn(Date, u32) -> DayRole) -> Vec<DayLine> {
        let mut lines = Vec::new();
        let mut number = 1;
        for date in successors(Some(self.started_on), |date| date.tomorrow().ok()).take_while(|date| *date <= last) {
            let role = if date == self.started_on { DayRole::Start } else { role_of(date, number) };
            number += u32::from(matches!(role, DayRole::Counted(_)));
            lines.push(self.line(date, role));
        }
        lines
    }

    fn line(&mut self, date: Date, role: DayRole) -> DayLine {
        let calendar = self.excluded.calendar;
        let here = self.marked.iter().filter(|(_, day)| *day == Some(date));
        let marks = here.map(|(mark, _)| *mark).collect();
        DayLine {
            date,
            role,
            kind: calendar.kind(date),
            name: calendar.day_name(date).map(str::to_owned),
            provisional: calendar.is_provisional(date),
            stops: self.stops_on(date),
            marks,
            office: self.office.as_mut().map(|office| office.day(date)),
        }
    }

    fn stops_on(&self, date: Date) -> Vec<String> {
        let zone = self.excluded.zone;
        let (Ok(from), Ok(until)) = (instant(date, 0, zone), instant(date, DAY_END, zone)) else {
            return Vec::new();
        };
        let here = self.suspensions.iter().filter(|stop| stop.deducted.is_some_and(|span| span.meets(from, until)));
        here.map(|stop| stop.id.clone()).collect()
    }
}

/// A limit that counts days, or office time, whoever was at work on them.
pub(super) struct Term<'a> {
    pub(super) limit: Option<Limit>,
    pub(super) due_on: Date,
    pub(super) counted_on: &'a [Date],
    pub(super) excluded_on: &'a [Date],
    pub(super) excluded: Excluded<'a>,
}

impl Term<'_> {
    /// What a day after the start date is to it.
    pub(super) fn role(&self, date: Date, number: u32) -> DayRole {
        let is_in = |units: [Unit; 2]| self.limit.is_some_and(|limit| limit.n > 0 && units.contains(&limit.unit));
        let is_past = date > self.due_on;
        let counts = if is_in([Unit::Cd, Unit::Month]) {
            is_past || self.counted_on.last().is_some_and(|last| date <= *last)
        } else {
            self.excluded.calendar.is_workday(date)
        };
        let may_be_covered = is_past || is_in([Unit::Hour, Unit::Min]);
        if self.excluded_on.contains(&date) || (may_be_covered && is_covered(self.excluded, date)) {
            DayRole::Excluded
        } else if counts {
            DayRole::Counted(number)
        } else {
            DayRole::NotWorked
        }
    }
}

/// A stop covers the whole day's office time.
pub(super) fn is_covered(excluded: Excluded<'_>, date: Date) -> bool {
    excluded.workday(date).unwrap_or_default()
}

/// The day on which what is open is no longer explained.
pub(super) fn open_until(until: Timestamp, due_on: Date, excluded: Excluded<'_>) -> Date {
    local(until, excluded.zone).0.min(due_on.saturating_add(PAST_DUE))
}

/// The days of the promise clock; none without a start.
pub(super) fn of_case(clock: &CaseClock, excluded: Excluded<'_>, until: Timestamp) -> Vec<DayLine> {
    let Some(start) = clock.start else { return Vec::new() };
    let promise = &clock.promise;
    let on = |at: Option<Timestamp>| at.map(|at| local(at, excluded.zone).0);
    let due_on = promise.due_on.unwrap_or(start.on);
    let closed_on = clock.closed_on.unwrap_or(start.on);
    let last = start.on.max(due_on).max(closed_on).max(open_until(until, due_on, excluded));
    let course = Course {
        started_on: start.on,
        marked: [
            (Mark::Yellow, on(promise.yellow_at)),
            (Mark::Due, promise.due_on),
            (Mark::Red, on(promise.red_at)),
            (Mark::Closed, clock.closed_on),
        ],
        suspensions: &clock.suspensions,
        excluded,
        office: OfficeTime::of(promise.limit, start.at, promise.due_at, excluded),
    };
    let (counted_on, excluded_on) = (promise.counted_on.as_slice(), promise.excluded_on.as_slice());
    let term = Term { limit: promise.limit, due_on, counted_on, excluded_on, excluded };
    course.lines(last, |date, number| term.role(date, number))
}
