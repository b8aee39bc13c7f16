//! The days of one clock, and what is told of each of them.

use std::iter::successors;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::marks::Instants;
use super::office::OfficeTime;
use super::{DayLine, DayRole, Mark, Reopening};
use crate::calendar::{DAY_END, instant, local};
use crate::stop::Excluded;
use crate::{Card, CaseClock, ClockKind, Limit, ObjectType, Pause, Unit, WorkCalendar};

/// How far past the due date what is open is explained.
const PAST_DUE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A clock as its days need it.
pub(super) struct Course<'a> {
    pub(super) started_on: Date,
    /// What comes after it is told as what would have been.
    pub(super) ended_on: Option<Date>,
    /// In the order in which a line has them.
    pub(super) marks: Vec<(Mark, Date)>,
    /// What each suspension deducts, by label.
    pub(super) stops: &'a [(String, Pause)],
    pub(super) excluded: Excluded<'a>,
    /// None unless the limit is in hours or minutes.
    pub(super) office: Option<OfficeTime<'a>>,
    /// Natural days have their number, also those over which the due date rolls.
    pub(super) is_natural: bool,
}

impl Course<'_> {
    /// A line for every day from the start date to the last. What a later day is says `role_of`, which
    /// is given the number that the day has if it counts.
    pub(super) fn lines(mut self, last: Date, role_of: impl Fn(Date, u32) -> DayRole) -> Vec<DayLine> {
        let mut lines = Vec::new();
        let mut number = 1;
        for date in successors(Some(self.started_on), |date| date.tomorrow().ok()).take_while(|date| *date <= last) {
            let role = if date == self.started_on { DayRole::Start } else { role_of(date, number) };
            let rolls = self.is_natural && matches!(role, DayRole::RolledOn | DayRole::NotWorked);
            number += u32::from(rolls || matches!(role, DayRole::Counted(_)));
            lines.push(self.line(date, role));
        }
        lines
    }

    fn line(&mut self, date: Date, role: DayRole) -> DayLine {
        let calendar = self.excluded.calendar;
        let here = self.marks.iter().filter(|(_, day)| *day == date);
        let marks = here.map(|(mark, _)| *mark).collect();
        DayLine {
            date,
            role,
            kind: calendar.kind(date),
            name: calendar.day_name(date).map(str::to_owned),
            provisional: calendar.is_provisional(date),
            is_after_end: self.ended_on.is_some_and(|ended_on| date > ended_on),
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
        let here = self.stops.iter().filter(|(_, span)| span.meets(from, until));
        here.map(|(label, _)| label.clone()).collect()
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
            let is_up_to_last = self.counted_on.last().is_some_and(|last| date <= *last);
            if date == self.due_on && !is_up_to_last {
                return DayRole::RolledOn;
            }
            is_past || is_up_to_last
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

/// Whether a limit counts natural days.
pub(super) fn is_natural(limit: Option<Limit>) -> bool {
    limit.is_some_and(|limit| limit.n > 0 && matches!(limit.unit, Unit::Cd | Unit::Month))
}

/// A stop covers the whole day's office time.
pub(super) fn is_covered(excluded: Excluded<'_>, date: Date) -> bool {
    excluded.workday(date).unwrap_or_default()
}

/// The day on which what is open is no longer explained.
pub(super) fn open_until(until: Timestamp, due_on: Date, excluded: Excluded<'_>) -> Date {
    local(until, excluded.zone).0.min(due_on.saturating_add(PAST_DUE))
}

/// The first year of these days whose calendar is not known; of a calendar that knows them by now, the
/// year in which they end.
pub(super) fn unknown_year(calendar: &dyn WorkCalendar, from: Date, to: Date) -> i16 {
    let mut days = successors(Some(from), |date| date.tomorrow().ok()).take_while(|date| *date <= to);
    days.find(|date| calendar.is_provisional(*date)).unwrap_or(to).year()
}

/// Days, and the day to which they would go on if the list were not cut.
#[derive(Default)]
pub(super) struct Days {
    pub(super) lines: Vec<DayLine>,
    pub(super) cut: Option<Date>,
}

/// The day to which a list that ends before it is cut.
pub(super) fn cut(last: Date, until: Timestamp, excluded: Excluded<'_>) -> Option<Date> {
    Some(local(until, excluded.zone).0).filter(|until| *until > last)
}

/// The days of the promise clock; none without a start.
pub(super) fn of_case(
    clock: &CaseClock,
    cards: &[Card],
    reopenings: &[Reopening],
    stops: &[(String, Pause)],
    excluded: Excluded<'_>,
    until: Timestamp,
) -> Days {
    let Some(start) = clock.start else { return Days::default() };
    let promise = &clock.promise;
    let due_on = promise.due_on.unwrap_or(start.on);
    // Any final state stops the clock (domain §4 point 8): after it only the way to the due date is told.
    let last = clock.closed_on.unwrap_or_else(|| open_until(until, due_on, excluded)).max(due_on).max(start.on);
    let own = |card: &&Card| card.object_type == ObjectType::Case && card.clock == ClockKind::Promise;
    let instants = Instants {
        yellow_at: promise.yellow_at,
        due_on: promise.due_on,
        red_at: promise.red_at,
        ended_at: clock.closed_at,
        provisional: promise.provisional,
    };
    let mut marks = instants.marks(cards.iter().filter(own), excluded.zone);
    for reopening in reopenings {
        let both = [(Mark::Closed, reopening.closed_at), (Mark::Reopened, reopening.reopened_at)];
        marks.extend(both.map(|(mark, at)| (mark, local(at, excluded.zone).0)));
    }
    marks.sort();
    marks.dedup();
    let course = Course {
        started_on: start.on,
        ended_on: clock.closed_on,
        marks,
        stops,
        excluded,
        office: OfficeTime::of(promise.limit, start.at, promise.due_at, excluded),
        is_natural: is_natural(promise.limit),
    };
    let (counted_on, excluded_on) = (promise.counted_on.as_slice(), promise.excluded_on.as_slice());
    let term = Term { limit: promise.limit, due_on, counted_on, excluded_on, excluded };
    let lines = course.lines(last, |date, number| term.role(date, number));
    Days { lines, cut: cut(last, until, excluded).filter(|_| clock.closed_at.is_none()) }
}
