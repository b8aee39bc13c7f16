//! The cards of a case (domain §3, §4 points 8 and 14). Pure, so their instants may lie ahead; a
//! row that lies ahead holds as long as no new event changes it (design §2.3).

use jiff::Timestamp;
use jiff::civil::Date;

use crate::{ClockKind, Level, ObjectType, Reason};

mod bench;
mod forecast;
mod moments;
mod quiet;
mod replay;

#[cfg(test)]
pub(crate) use replay::judge_each_epoch;
pub use replay::{Judged, judge};

named_enum! {
    /// What proved a card wrong (domain §3.1).
    CancelCause {
        /// A record that was entered in time.
        Event = "EVENT",
        CalendarChanged = "CALENDAR_CHANGED",
        /// Another row of an item, a policy or the office hours.
        RulesChanged = "RULES_CHANGED",
        /// Its case was taken back; a decision on the data, the clock itself never says it.
        RecordDeleted = "RECORD_DELETED",
    }
}

/// A card as the known events make it. Nothing is deleted: what became of it is told by instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub object_type: ObjectType,
    /// The step or the suspension; none where the object is the case itself.
    pub object_id: Option<String>,
    /// Tells the object apart within its case: a source may name two suspensions alike.
    pub object_key: Option<String>,
    pub clock: ClockKind,
    pub level: Level,
    /// The policy that raised it.
    pub policy: String,
    pub policy_version: u32,
    /// Whether it says that the limit is over, rather than near.
    pub is_over: bool,
    /// 1, one more with each extension and reopening in force and each cancelled card of the level.
    pub cycle: u32,
    /// When the rule was met; metrics go by it (domain §4 point 14).
    pub condition_at: Timestamp,
    /// The same, but not before its object took effect, as a deemed acceptance does at midnight: what
    /// has to be open is open then.
    met_at: Timestamp,
    /// When it was met and known; queues, notices and "as of" go by it.
    pub issued_at: Timestamp,
    pub due_at: Timestamp,
    pub due_on: Date,
    /// Of a RED by the promise: when the statutory limit was over too.
    pub over_statutory_at: Option<Timestamp>,
    /// When a higher card of its object was issued.
    pub superseded_at: Option<Timestamp>,
    /// Of a card that says near: when its object was known to have ended in time, or its limit to
    /// have been extended.
    pub lapsed_at: Option<Timestamp>,
    /// When an event recorded in time, but known later, proved the card wrong (domain §3.1).
    pub cancelled_at: Option<Timestamp>,
    pub cancelled_by: Option<CancelCause>,
    /// When its object was known to have ended.
    pub ended_at: Option<Timestamp>,
    /// Organization that held the case at `condition_at`.
    pub responsible: Option<String>,
    /// All remarks of the clock that raised it.
    pub reasons: Vec<Reason>,
}

impl Card {
    /// Whether it is still right: neither cancelled nor lapsed.
    fn stands(&self) -> bool {
        self.cancelled_at.is_none() && self.lapsed_at.is_none()
    }

    fn order(&self) -> impl Ord + use<'_> {
        (self.issued_at, self.object_type, self.level, self.object_key.as_deref(), self.cycle)
    }
}

#[cfg(test)]
mod disputed;
#[cfg(test)]
mod edges;
#[cfg(test)]
mod rule_tests;
#[cfg(test)]
mod taken_back;
#[cfg(test)]
mod tests;
