//! When something new has to be reckoned with: events that begin to act, and rules that come to be known.

use jiff::Timestamp;

use super::CancelCause;
use crate::Event;
use crate::rules::Book;

/// An instant at which a case has to be looked at anew.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    /// How many events act by then.
    pub(super) known: usize,
    /// What a card is cancelled for that is found wrong then.
    pub(super) cause: CancelCause,
    /// The rules are others than before, whatever else.
    pub(super) is_new_rules: bool,
    /// They judge what has ended too.
    is_for_ended: bool,
}

impl Moment {
    /// Whether it is nothing to a case that has ended: that keeps what it was judged by (design §2.11).
    pub(super) fn passes_over(&self, is_ended: bool) -> bool {
        is_ended && self.cause != CancelCause::Event && !self.is_for_ended
    }
}

/// The instants at which events begin to act, and those after the first at which the calendar or other
/// rules changed.
pub(super) fn moments(acts: &[(Timestamp, &Event)], book: &Book<'_>) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::with_capacity(acts.len());
    for (place, (at, _)) in acts.iter().enumerate() {
        match moments.last_mut().filter(|last| last.at == *at) {
            Some(last) => last.known = place + 1,
            None => moments.push(Moment {
                at: *at,
                known: place + 1,
                cause: CancelCause::Event,
                is_new_rules: false,
                is_for_ended: false,
            }),
        }
    }
    for new in book.case.changes {
        change(&mut moments, new.at, new.cause, new.is_first);
    }
    for at in book.notices() {
        change(&mut moments, at, CancelCause::CalendarChanged, false);
    }
    moments
}

fn change(moments: &mut Vec<Moment>, at: Timestamp, cause: CancelCause, is_for_ended: bool) {
    let place = moments.partition_point(|moment| moment.at < at);
    match moments.get_mut(place).filter(|moment| moment.at == at) {
        Some(moment) => {
            moment.is_new_rules = true;
            moment.is_for_ended |= is_for_ended;
        }
        // Before anything of the case is known it is nothing new.
        None if place > 0 => {
            let known = moments[place - 1].known;
            moments.insert(place, Moment { at, known, cause, is_new_rules: true, is_for_ended });
        }
        None => {}
    }
}
