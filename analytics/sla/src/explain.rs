//! Why a case is due when it is: the clock, day by day.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::calendar::{DAY_END, instant, local};
use crate::{
    Card, CaseClock, CaseInput, ClockError, DayKind, ENGINE_VERSION, Judged, Policy, Unit, WorkCalendar, judge,
};

/// How far past the due date an open case is explained.
const PAST_DUE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A clock with the days that it counted and what it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub clock: CaseClock,
    pub cards: Vec<Card>,
    /// One line per calendar day of the promise clock from the start date on; empty without one.
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
    /// Suspensions that deduct some of the day, by id.
    pub stops: Vec<String>,
    /// Instants of the clock on this day, in the order of [`Mark`].
    pub marks: Vec<Mark>,
}

/// What a day is to the clock (domain §4 points 2, 3 and 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRole {
    /// Day 0, worked or not.
    Start,
    /// The k-th counted day after the start date, also past the due date or the closing.
    Counted(u32),
    /// A stop takes it out.
    Excluded,
    /// Not a workday, where workdays are counted, or where the last day rolls on from.
    NotWorked,
}

named_enum! {
    /// An instant of the clock. YELLOW and RED are when an open case turns so; whether there is a
    /// card is said by the cards.
    Mark {
        Yellow = "YELLOW",
        Due = "DUE",
        Red = "RED",
        Closed = "CLOSED",
    }
}

/// Judges a case and lists its days from the start date to the last of: the due date, the closing,
/// and `until`, this one cut at 30 days after the due date (without one, after the start).
///
/// # Errors
///
/// As [`crate::fold`].
pub fn explain(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &TimeZone,
    policy: &Policy,
    until: Timestamp,
) -> Result<Explanation, ClockError> {
    let Judged { clock, cards } = judge(case, calendar, zone, policy)?;
    let days = match clock.start {
        Some(start) => day_lines(&clock, start.on, calendar, zone, until),
        None => Vec::new(),
    };
    Ok(Explanation {
        clock,
        cards,
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
    let promise = &clock.promise;
    let marked = [
        (Mark::Yellow, on(promise.yellow_at)),
        (Mark::Due, promise.due_on),
        (Mark::Red, on(promise.red_at)),
        (Mark::Closed, clock.closed_on),
    ];
    let due_on = promise.due_on.unwrap_or(start);
    let open_until = local(until, zone).0.min(due_on.saturating_add(PAST_DUE));
    let closed_on = clock.closed_on.unwrap_or(start);
    let last = start.max(due_on).max(closed_on).max(open_until);
    let by_nature = promise.limit.is_some_and(|limit| limit.n > 0 && matches!(limit.unit, Unit::Cd | Unit::Month));

    let mut lines = Vec::new();
    let mut counted = 0;
    let mut next = Some(start);
    while let Some(date) = next.filter(|date| *date <= last) {
        let is_excluded =
            promise.excluded_on.contains(&date) || (date > due_on && is_covered(clock, date, calendar, zone));
        let counts = if by_nature {
            date <= promise.counted_on.last().copied().unwrap_or(start) || date > due_on
        } else {
            calendar.is_workday(date)
        };
        let role = if date == start {
            DayRole::Start
        } else if is_excluded {
            DayRole::Excluded
        } else if counts {
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
            stops: stops_on(clock, date, zone),
            marks: here.map(|(mark, _)| *mark).collect(),
        });
        next = date.tomorrow().ok();
    }
    lines
}

/// A stop covers the whole day's office time.
fn is_covered(clock: &CaseClock, date: Date, calendar: &dyn WorkCalendar, zone: &TimeZone) -> bool {
    crate::stop::Excluded { pauses: &clock.pauses, calendar, zone }.workday(date).unwrap_or_default()
}

fn stops_on(clock: &CaseClock, date: Date, zone: &TimeZone) -> Vec<String> {
    let (Ok(from), Ok(until)) = (instant(date, 0, zone), instant(date, DAY_END, zone)) else {
        return Vec::new();
    };
    let here = clock.suspensions.iter().filter(|stop| stop.deducted.is_some_and(|span| span.meets(from, until)));
    here.map(|stop| stop.id.clone()).collect()
}
