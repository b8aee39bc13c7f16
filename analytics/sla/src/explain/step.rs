//! The days of a step: only those on which it was open are counted (domain §4 point 9).

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::days::{Course, Term, cut, is_covered, is_natural, open_until, unknown_year};
use super::marks::Instants;
use super::office::OfficeTime;
use super::{DayLine, DayRole};
use crate::calendar::local;
use crate::due::{Counted, Counter, Due};
use crate::steps::used_wd;
use crate::stop::Excluded;
use crate::{Card, ObjectType, Pause, StepClock, Unit, Zone};

/// A step, day by day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepDays {
    /// Counted days up to its end; while it is open, up to the instant that was asked for.
    pub used_wd: u32,
    /// From its first start on; none if it was never started.
    pub days: Vec<DayLine>,
    /// The list is cut: it goes on in the same way to this day.
    pub cut: Option<Date>,
    /// As [`super::Explanation::unknown_year`].
    pub unknown_year: Option<i16>,
}

/// What the steps are told with.
pub(super) struct Told<'a> {
    pub(super) cards: &'a [Card],
    pub(super) stops: &'a [(String, Pause)],
    pub(super) counter: Counter<'a>,
    pub(super) until: Timestamp,
}

impl Told<'_> {
    /// One of the clock's steps.
    pub(super) fn step(&self, step: &StepClock) -> Result<StepDays, jiff::Error> {
        let excluded = self.counter.excluded;
        let days = self.days(step);
        let is_open = step.started_at.is_some() && step.ended_at.is_none();
        let last = days.last().filter(|_| is_open).map(|line| line.date);
        let span = days.first().map(|line| line.date).zip(step.due_on).filter(|_| step.provisional);
        Ok(StepDays {
            used_wd: used_wd(step, &self.counter, self.until)?,
            cut: last.and_then(|last| cut(last, self.until, excluded)),
            unknown_year: span.map(|(from, to)| unknown_year(excluded.calendar, from, to)),
            days,
        })
    }

    /// The days of a step from its first start on; none if it was never started.
    fn days(&self, step: &StepClock) -> Vec<DayLine> {
        let Some(started_at) = step.started_at else { return Vec::new() };
        let excluded = self.counter.excluded;
        let on = |at: Timestamp| local(at, excluded.zone).0;
        let started_on = on(started_at);
        let due_on = step.due_on.unwrap_or(started_on);
        let last =
            step.ended_at.map_or_else(|| open_until(self.until, due_on, excluded), on).max(due_on).max(started_on);
        let key = step.key();
        let own = |card: &&Card| card.object_type == ObjectType::Step && card.object_key.as_ref() == Some(&key);
        let instants = Instants {
            yellow_at: step.yellow_at,
            due_on: step.due_on,
            red_at: step.red_at,
            ended_at: step.ended_at,
            provisional: step.provisional,
        };
        let course = Course {
            started_on,
            ended_on: step.ended_at.map(on),
            marks: instants.marks(self.cards.iter().filter(own), excluded.zone),
            stops: self.stops,
            excluded,
            office: OfficeTime::of(step.limit, started_at, step.due_at, excluded),
            is_natural: is_natural(step.limit),
        };
        if let Some(limit) = step.limit.filter(|limit| limit.n > 0 && limit.unit != Unit::Wd) {
            // Natural days and office time run on from the first start, whether the step is open or not.
            let (counted_on, excluded_on) = match self.counter.limit(started_at, limit, 0) {
                Ok(Due { span: Some(Counted::Days(days)), excluded, .. }) => (days, excluded),
                _ => (Vec::new(), Vec::new()),
            };
            let (counted_on, excluded_on) = (counted_on.as_slice(), excluded_on.as_slice());
            let term = Term { limit: Some(limit), due_on, counted_on, excluded_on, excluded };
            return course.lines(last, |date, number| term.role(date, number));
        }
        let open =
            Open { spans: spans(step, excluded.zone), due_on, last_number: step.limit.map(|limit| limit.n.max(1)) };
        course.lines(last, |date, number| open.role(date, number, excluded))
    }
}

/// A limit that counts the workdays on which the step was open.
struct Open {
    /// First and last day of each opening; none while it is open.
    spans: Vec<(Date, Option<Date>)>,
    due_on: Date,
    /// Number of the due date; none without a limit.
    last_number: Option<u32>,
}

impl Open {
    fn role(&self, date: Date, number: u32, excluded: Excluded<'_>) -> DayRole {
        let has_limit = self.last_number.is_some();
        let is_before_due = has_limit && date < self.due_on;
        // Up to the due date it is taken to stay open from its last end on.
        let is_taken = is_before_due && self.spans.last().is_some_and(|(_, last)| last.is_some_and(|last| date > last));
        // Day N of which a stop takes some, and the next workday whole, gives way to a later one (point 6).
        let is_lost = is_before_due && self.last_number.is_some_and(|last| number >= last);
        if !excluded.calendar.is_workday(date) {
            DayRole::NotWorked
        } else if has_limit && date == self.due_on {
            DayRole::Counted(number)
        } else if is_covered(excluded, date) {
            DayRole::Excluded
        } else if !is_taken && !self.touches(date) {
            DayRole::NotOpen
        } else if is_lost {
            DayRole::Excluded
        } else {
            DayRole::Counted(number)
        }
    }

    fn touches(&self, date: Date) -> bool {
        self.spans.iter().any(|(first, last)| *first <= date && last.is_none_or(|last| date <= last))
    }
}

/// What ends at midnight does not touch the day that begins.
fn spans(step: &StepClock, zone: &Zone) -> Vec<(Date, Option<Date>)> {
    let last_moment = |from: Timestamp, until: Timestamp| {
        if until > from { until.checked_sub(SignedDuration::from_nanos(1)).unwrap_or(until) } else { until }
    };
    let on = |at: Timestamp| local(at, zone).0;
    step.opened.iter().map(|(from, until)| (on(*from), until.map(|until| on(last_moment(*from, until))))).collect()
}
