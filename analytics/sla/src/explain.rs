//! Why a case is due when it is: the clock, day by day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::local;
use crate::{CaseClock, CaseInput, ClockError, DayKind, ENGINE_VERSION, Policy, WorkCalendar, fold};

/// How far past the due date an open case is explained.
const PAST_DUE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A clock with the days that it counted and what it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub clock: CaseClock,
    /// One line per calendar day from the start date on; empty without a start.
    pub days: Vec<DayLine>,
    pub calendar_version: String,
    pub policy_name: String,
    pub policy_version: u32,
    pub engine_version: u32,
}

/// One calendar day of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayLine {
    pub date: Date,
    pub role: DayRole,
    pub kind: DayKind,
    /// Why the day is or is not worked.
    pub name: Option<String>,
    pub provisional: bool,
    /// Instants of the clock on this day, in the order of [`Mark`].
    pub marks: Vec<Mark>,
}

/// What a day is to the clock (domain §4 point 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRole {
    /// Day 0, worked or not.
    Start,
    /// The k-th workday after the start date, also past the due date or the closing.
    Counted(u32),
    NotWorked,
}

named_enum! {
    /// An instant of the clock. YELLOW and RED are when an open case turns so; whether there is a
    /// card is said by the clock's cards.
    Mark {
        Yellow = "YELLOW",
        Due = "DUE",
        Red = "RED",
        Closed = "CLOSED",
    }
}

/// Folds a case and lists its days from the start date to the last of: the due date, the closing,
/// and `until`, this one cut at 30 days after the due date (without one, after the start).
///
/// # Errors
///
/// As [`fold`].
pub fn explain(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &TimeZone,
    policy: &Policy,
    until: Timestamp,
) -> Result<Explanation, ClockError> {
    let clock = fold(case, calendar, zone, policy)?;
    let days = match clock.started_on {
        Some(start) => day_lines(&clock, start, calendar, zone, until),
        None => Vec::new(),
    };
    Ok(Explanation {
        clock,
        days,
        calendar_version: calendar.version().to_owned(),
        policy_name: policy.name.clone(),
        policy_version: policy.version,
        engine_version: ENGINE_VERSION,
    })
}

fn day_lines(
    clock: &CaseClock,
    start: Date,
    calendar: &dyn WorkCalendar,
    zone: &TimeZone,
    until: Timestamp,
) -> Vec<DayLine> {
    let on = |at: Option<Timestamp>| at.map(|at| local(at, zone).0);
    let marked = [
        (Mark::Yellow, on(clock.yellow_at)),
        (Mark::Due, clock.due_on),
        (Mark::Red, on(clock.red_at)),
        (Mark::Closed, clock.closed_on),
    ];
    let due_on = clock.due_on.unwrap_or(start);
    let open_until = local(until, zone).0.min(due_on.saturating_add(PAST_DUE));
    let closed_on = clock.closed_on.unwrap_or(start);
    let last = start.max(due_on).max(closed_on).max(open_until);

    let mut lines = Vec::new();
    let mut counted = 0;
    let mut next = Some(start);
    while let Some(date) = next.filter(|date| *date <= last) {
        let role = if date == start {
            DayRole::Start
        } else if calendar.is_workday(date) {
            counted += 1;
            DayRole::Counted(counted)
        } else {
            DayRole::NotWorked
        };
        let here = marked.iter().filter(|(_, day)| *day == Some(date));
        lines.push(DayLine {
            date,
            role,
            kind: calendar.kind(date),
            name: calendar.day_name(date).map(str::to_owned),
            provisional: calendar.is_provisional(date),
            marks: here.map(|(mark, _)| *mark).collect(),
        });
        next = date.tomorrow().ok();
    }
    lines
}
