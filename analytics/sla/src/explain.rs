//! Why a case and its steps are due when they are: each clock, day by day.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::due::Counter;
use crate::stop::Excluded;
use crate::{
    Card, CaseClock, CaseInput, ClockError, DayKind, ENGINE_VERSION, Judged, Policy, WorkCalendar, Zone, judge,
};

mod days;
mod office;
mod step;

pub use office::{OfficeDay, OfficePart, OfficeRole};

/// A clock with the days that it counted and what it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    pub clock: CaseClock,
    pub cards: Vec<Card>,
    /// One line per calendar day of the promise clock from the start date on; empty without one.
    pub days: Vec<DayLine>,
    /// The same of each step of the clock, in their order; empty for one that was never started.
    pub step_days: Vec<Vec<DayLine>>,
    pub calendar_version: String,
    pub policy_name: String,
    pub policy_version: u32,
    pub engine_version: u32,
}

/// One calendar day of a case, or of a step of it.
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
    /// Of a limit in hours or minutes: what of the day's office time is counted, day 0 included.
    pub office: Option<OfficeDay>,
}

/// What a day is to the clock (domain §4 points 2, 3, 6 and 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRole {
    /// Day 0, worked or not.
    Start,
    /// The k-th counted day after the start date, also past the due date or the closing.
    Counted(u32),
    /// A stop takes it out.
    Excluded,
    /// A workday on which the step was not open.
    NotOpen,
    /// Not a workday, where workdays are counted, or where the last day rolls on from.
    NotWorked,
}

named_enum! {
    /// An instant of the clock. YELLOW and RED are when an open case or step turns so; whether there
    /// is a card is said by the cards. Of a step CLOSED is its last end.
    Mark {
        Yellow = "YELLOW",
        Due = "DUE",
        Red = "RED",
        Closed = "CLOSED",
    }
}

/// Judges a case and lists its days from the start date to the last of: the due date, the closing,
/// and `until`, this one cut at 30 days after the due date (without one, after the start). Those of a
/// step go to the last of: its due date, and its end or while it is open `until`, cut likewise.
///
/// # Errors
///
/// As [`crate::fold`].
pub fn explain(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &Zone,
    policy: &Policy,
    until: Timestamp,
) -> Result<Explanation, ClockError> {
    let Judged { clock, cards } = judge(case, calendar, zone, policy)?;
    let excluded = Excluded { pauses: &clock.pauses, calendar, zone };
    let counter = Counter { excluded, deadline: policy.deadline };
    let days = days::of_case(&clock, excluded, until);
    let step_days = clock.steps.iter().map(|step| step::days(step, &clock, &counter, until)).collect();
    Ok(Explanation {
        clock,
        cards,
        days,
        step_days,
        calendar_version: calendar.version().to_owned(),
        policy_name: policy.name.clone(),
        policy_version: policy.version,
        engine_version: ENGINE_VERSION,
    })
}

#[cfg(test)]
mod tests;
