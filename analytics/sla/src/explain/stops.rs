//! The suspensions: what each takes out of the promise clock, or why it takes out nothing (domain §4
//! points 4 to 6).

use jiff::Timestamp;
use jiff::civil::Date;

use super::{DayLine, DayRole, OfficeRole};
use crate::history::History;
use crate::stop::StopNote;
use crate::{CaseClock, DueBasis, Limit, Pause, Suspension, Unit};

/// What is told of a suspension beside its spans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopTold {
    /// Its id, with a number where several suspensions have the same.
    pub label: String,
    pub basis: Option<String>,
    pub approved: Option<Limit>,
    pub approved_at: Option<Timestamp>,
    pub notified_at: Option<Timestamp>,
    /// Days up to the due date of the promise that it takes out, alone or with others.
    pub excluded_on: Vec<Date>,
    /// Why nothing is deducted, or why the due date is where it would be without it.
    pub notes: Vec<StopNote>,
}

/// What the suspensions are called.
pub(super) fn labels(stops: &[Suspension]) -> Vec<String> {
    let label = |(place, stop): (usize, &Suspension)| {
        let same = |other: &&Suspension| other.id == stop.id;
        if stops.iter().filter(same).count() == 1 {
            return stop.id.clone();
        }
        let number = stops.iter().take(place + 1).filter(same).count();
        format!("{} ({number})", stop.id)
    };
    stops.iter().enumerate().map(label).collect()
}

/// What each deducts, by label.
pub(super) fn deducted(stops: &[Suspension], labels: &[String]) -> Vec<(String, Pause)> {
    stops.iter().zip(labels).filter_map(|(stop, label)| Some((label.clone(), stop.deducted?))).collect()
}

/// Tells each suspension by the days of the promise clock.
pub(super) fn told(clock: &CaseClock, history: &History<'_>, labels: Vec<String>, days: &[DayLine]) -> Vec<StopTold> {
    let tell = |(stop, label): (&Suspension, String)| {
        let terms = history.stops.iter().find(|open| open.event_id == stop.event_id).and_then(|open| open.terms);
        let up_to_due = |line: &&DayLine| clock.promise.due_on.is_some_and(|due_on| line.date <= due_on);
        let taken = |line: &&DayLine| line.role == DayRole::Excluded && line.stops.contains(&label);
        let excluded_on: Vec<Date> = days.iter().filter(up_to_due).filter(taken).map(|line| line.date).collect();
        let notes = match stop.deducted {
            None => stop.refused.clone(),
            Some(span) => without_effect(clock, span, !excluded_on.is_empty(), days).into_iter().collect(),
        };
        StopTold {
            basis: terms.and_then(|terms| terms.basis.clone()),
            approved: terms.and_then(|terms| terms.approved),
            approved_at: terms.and_then(|terms| terms.approved_at),
            notified_at: terms.and_then(|terms| terms.notified_at),
            excluded_on,
            notes,
            label,
        }
    };
    clock.suspensions.iter().zip(labels).map(tell).collect()
}

/// Why the due date stands where it would without the deducted span; none if it does not.
fn without_effect(clock: &CaseClock, span: Pause, takes_days: bool, days: &[DayLine]) -> Option<StopNote> {
    let promise = &clock.promise;
    let (Some(started_at), Some(due_at)) = (promise.started_at, promise.due_at) else {
        return Some(StopNote::NoClock);
    };
    if promise.basis == DueBasis::Explicit {
        return Some(StopNote::ExplicitDue);
    }
    if span.until <= started_at {
        return Some(StopNote::BeforeStart);
    }
    if span.from > due_at {
        return Some(StopNote::AfterDue);
    }
    if promise.limit.is_some_and(|limit| limit.n > 0 && matches!(limit.unit, Unit::Hour | Unit::Min)) {
        let parts = days.iter().filter_map(|line| line.office.as_ref()).flat_map(|day| &day.parts);
        let mut stopped = parts.filter(|part| part.role == OfficeRole::Stopped && part.from < due_at);
        let takes_time = stopped.any(|part| span.meets(part.from, part.until));
        return (!takes_time).then_some(StopNote::NoOfficeTime);
    }
    (!takes_days).then_some(StopNote::NoWholeDay)
}
