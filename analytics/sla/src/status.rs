//! What the instants of a clock mean at a time.

use jiff::Timestamp;

use crate::{CaseClock, Clock, DueBasis};

named_enum! {
    /// Status at `as_of` (domain §4 point 12).
    Status {
        /// Left out by a decision on the data; the clock itself never says it.
        Excluded = "EXCLUDED",
        NoLimit = "NO_LIMIT",
        NotStarted = "NOT_STARTED",
        ClosedOverdue = "CLOSED_OVERDUE",
        /// Ended in time without a decision.
        Ended = "ENDED",
        ClosedInstant = "CLOSED_INSTANT",
        ClosedEarly = "CLOSED_EARLY",
        ClosedOnTime = "CLOSED_ON_TIME",
        OverdueOpen = "OVERDUE_OPEN",
        /// Inside an effective stop.
        Suspended = "SUSPENDED",
        NearLimit = "NEAR_LIMIT",
        Running = "RUNNING",
    }
}

impl CaseClock {
    /// The first status of domain §4 point 12 that fits the promise clock. A case never accepted
    /// is NOT_STARTED even when it ended (`closed_at`); what happened or was known after `as_of`
    /// is not seen.
    pub fn status(&self, as_of: Timestamp) -> Status {
        let clock = &self.promise;
        if clock.basis == DueBasis::NoLimit {
            return Status::NoLimit;
        }
        let (Some(start), Some(due_at)) = (self.start, clock.due_at) else {
            return Status::NotStarted;
        };
        if start.from > as_of {
            return Status::NotStarted;
        }
        let known = self.closed_known_at.is_some_and(|known| known <= as_of);
        match self.closed_at {
            Some(closed_at) if known && closed_at <= as_of => self.closed_status(clock, closed_at, due_at),
            _ if as_of > due_at => Status::OverdueOpen,
            _ if self.pauses.iter().any(|pause| pause.from <= as_of && as_of < pause.until) => Status::Suspended,
            _ if clock.yellow_at.is_some_and(|yellow| yellow <= as_of) => Status::NearLimit,
            _ => Status::Running,
        }
    }

    fn closed_status(&self, clock: &Clock, closed_at: Timestamp, due_at: Timestamp) -> Status {
        if closed_at > due_at {
            Status::ClosedOverdue
        } else if !self.decided {
            Status::Ended
        } else if clock.limit.is_some_and(|limit| limit.n == 0) && clock.n == 0 {
            Status::ClosedInstant
        } else if self.closed_on < clock.due_on {
            Status::ClosedEarly
        } else {
            Status::ClosedOnTime
        }
    }
}
