//! Events that are taken back, and told again.

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;

use super::any::hours;
use crate::Event;

/// That an event is taken back, so many hours after it was known, and perhaps told again after that.
#[derive(Debug, Clone)]
pub(super) struct TakenBack {
    which: Index,
    after_h: i64,
    again_h: Option<i64>,
    /// The versions have entries of their own; else they keep the first one's.
    is_entered: bool,
}

prop_compose! {
    pub(super) fn any_taken_back()(
        which in any::<Index>(),
        after_h in prop_oneof![1 => 1..24_i64, 1 => 24..400_i64],
        again_h in prop::option::weighted(0.3, 1..200_i64),
        is_entered in prop::bool::weighted(0.7),
    ) -> TakenBack {
        TakenBack { which, after_h, again_h, is_entered }
    }
}

impl TakenBack {
    /// The newer versions of the event.
    pub(super) fn versions(&self, events: &[Event]) -> Vec<Event> {
        let first = &events[self.which.index(events.len())];
        let version = |known_at: Timestamp, is_deleted: bool| {
            let recorded_at = if self.is_entered { Some(known_at) } else { first.recorded_at };
            Event { recorded_at, known_at, is_deleted, ..first.clone() }
        };
        let gone_at = first.known_at + hours(self.after_h);
        let again = self.again_h.map(|again| version(gone_at + hours(again), false));
        std::iter::once(version(gone_at, true)).chain(again).collect()
    }
}
