//! When an event takes effect, and from when on it acts (domain §4 points 10 and 14).

use jiff::Timestamp;

use crate::{Event, EventKind, Policy};

/// Reads effects under one policy.
#[derive(Clone, Copy)]
pub(crate) struct Effects<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) is_backfill: bool,
}

impl Effects<'_> {
    /// The instant of the entry if it came too late to be believed.
    pub(crate) fn late(&self, event: &Event) -> Option<Timestamp> {
        if self.is_backfill {
            return None;
        }
        event.recorded_at.filter(|recorded| event.occurred_at.duration_until(*recorded) > self.policy.late_entry())
    }

    /// When the event takes effect: a late entry that helps, only when it was recorded.
    pub(crate) fn of(&self, event: &Event) -> Timestamp {
        match event.kind {
            EventKind::Stop
            | EventKind::Close
            | EventKind::Withdraw
            | EventKind::Void
            | EventKind::NotAccept
            | EventKind::CorrectionNotice
            | EventKind::StepEnd
            | EventKind::ReturnStep
            | EventKind::Deliver => self.late(event).unwrap_or(event.occurred_at),
            EventKind::Extend => self.of_extension(event),
            _ => event.occurred_at,
        }
    }

    /// An extension takes effect with its approval, unless it was entered too late.
    fn of_extension(&self, event: &Event) -> Timestamp {
        let approved_at = event.approved_at.unwrap_or(event.occurred_at);
        self.late(event).map_or(approved_at, |entered_at| entered_at.max(approved_at))
    }

    /// The same of an answer to the receipt, which an ACCEPT is too.
    pub(crate) fn of_answer(&self, event: &Event) -> Timestamp {
        self.late(event).unwrap_or(event.occurred_at)
    }

    /// From when on the event can change anything. One that is taken back has no effect of its own to
    /// wait for.
    pub(crate) fn acts_at(&self, event: &Event) -> Timestamp {
        if event.is_deleted { event.known_at } else { self.of(event).max(event.known_at) }
    }
}

#[cfg(test)]
mod tests;
