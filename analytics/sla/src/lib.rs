//! The SLA clock: from the events of one case to its due date, its cards and its used time.
//!
//! A pure function of (events, calendar, zone, policy); nothing here reads a wall clock, a file or
//! a table. It is the only place that decides due dates and cards (design §2.2); the rules are
//! those of domain §3 and §4, and every public item names its source there.
//!
//! All arithmetic is in integers and all comparisons of instants are at full precision.

#[macro_use]
mod names;

mod calendar;
mod cards;
mod case;
mod clock;
mod days;
mod due;
mod effect;
mod event;
#[cfg(test)]
mod examples;
mod explain;
mod history;
#[cfg(test)]
mod known_bugs;
mod ladder;
mod limit;
mod office;
#[cfg(test)]
mod oracle;
mod policy;
#[cfg(test)]
mod properties;
mod reason;
mod rules;
mod status;
mod steps;
mod stop;
mod term;
#[cfg(test)]
mod testing;
mod used;
mod version;
mod zone;

pub use calendar::{DayKind, OfficeWindow, WorkCalendar};
pub use cards::{CancelCause, Card, Judged, judge};
pub use case::{CaseClock, Clock, DueBasis};
pub use clock::{fold, start};
pub use days::DayTable;
pub use event::{CloseResult, Event, EventKind, StopKind, StopTerms};
pub use explain::{DayLine, DayRole, Explanation, Mark, OfficeDay, OfficePart, OfficeRole, explain};
pub use history::{Start, StartKind};
pub use limit::{CaseInput, ItemRules, Limit, StepRule, Unit};
pub use names::UnknownName;
pub use office::office_between;
pub use policy::{ClockKind, Deadline, Level, ObjectType, Policy, Rule};
pub use reason::Reason;
pub use rules::{CaseRules, RuleChange};
pub use status::Status;
pub use steps::StepClock;
pub use stop::{Pause, Suspension};
pub use term::Extension;
pub use used::Used;
pub use zone::Zone;

/// Version of the counting rules in this crate. It grows with every change that can move an
/// instant or a card, so that a stored result tells which engine made it.
pub const ENGINE_VERSION: u32 = 5;

/// Why a case cannot be folded. The case is at fault, or its policy row; other cases go on.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// Nothing is known of the case.
    #[error("a case without events has no clock; pass the events known by as_of")]
    NoEvents,
    /// A `USED_RATIO` with `den` 0.
    #[error("policy `{name}` version {version}: the yellow ratio has denominator 0; correct its row")]
    YellowRatio { name: String, version: u32 },
    /// The limit ends beyond the last date that can be told (year 9999).
    #[error("the clock runs past the last date; check the dates of the case and its limits")]
    OutOfRange { source: jiff::Error },
}
