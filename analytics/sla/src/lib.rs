//! The SLA clock: from the events of one case to its due date, its cards and its used time.
//!
//! A pure function of (events, calendar, zone, policy); nothing here reads a wall clock, a file or
//! a table. It is the only place that decides due dates and cards (design §2.2); the rules are
//! those of domain §3 and §4, and every public item names its source there.
//!
//! First form: the clock starts at acceptance and counts workdays. Not yet: suspensions,
//! extensions, deemed acceptance, step limits, and limits in other units than workdays
//! ([`Reason::UnitNotSupported`]).
//!
//! All arithmetic is in integers and all comparisons of instants are at full precision.

#[macro_use]
mod names;

mod calendar;
mod cards;
mod clock;
mod due;
mod event;
mod explain;
mod history;
mod policy;
mod reason;
mod status;
mod steps;
#[cfg(test)]
mod testing;
mod used;

pub use calendar::{DayKind, OfficeWindow, WorkCalendar};
pub use cards::{Card, Level};
pub use clock::{CaseClock, DueBasis, fold};
pub use event::{CloseResult, Event, EventKind};
pub use explain::{DayLine, DayRole, Explanation, Mark, explain};
pub use names::UnknownName;
pub use policy::{CaseInput, Limit, Policy, Unit};
pub use reason::Reason;
pub use status::Status;
pub use steps::StepSpan;
pub use used::Used;

/// Version of the counting rules in this crate. It grows with every change that can move an
/// instant or a card, so that a stored result tells which engine made it.
pub const ENGINE_VERSION: u32 = 1;

/// Why a case cannot be folded. The case is at fault, or its policy row; other cases go on.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// Nothing is known of the case.
    #[error("a case without events has no clock; pass the events known by as_of")]
    NoEvents,
    /// `yellow_den` is 0.
    #[error("policy `{name}` version {version}: the yellow ratio has denominator 0; correct its row")]
    YellowRatio { name: String, version: u32 },
    /// The limit ends beyond the last date that can be told (year 9999).
    #[error("the clock from acceptance `{event_id}` runs past the last date; check its date and the limit")]
    OutOfRange { event_id: String, source: jiff::Error },
}
