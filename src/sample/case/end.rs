//! What follows a closing: now and then the case is opened again, and a certificate is delivered,
//! mostly by the village agent and within the ten workdays that the law gives.

use super::super::days::OFFICE;
use super::super::record::{EventType, Outcome};
use super::{Desk, Life};

/// Per mille of decided cases that are opened again.
const REOPENED: i64 = 2;
/// Per mille of certificates that are delivered too late: of promised and of instant items.
const LATE: (i64, i64) = (15, 3);

impl Life<'_> {
    /// Closes a case at an office time; `desk` decided it.
    pub(super) fn close(&mut self, closed: i64, desk: &Desk, outcome: Outcome) {
        let days = self.days;
        self.push(EventType::Close, days.at(closed), desk).outcome = Some(outcome);
        if outcome.is_decision() && self.rng.per_mille(REOPENED) {
            let reopened = closed + self.rng.between(OFFICE / 2, 10 * OFFICE);
            self.push(EventType::Reopen, days.at(reopened), desk);
            let again = reopened + self.rng.between(OFFICE / 4, 3 * OFFICE);
            self.push(EventType::Close, days.at(again), desk).outcome = Some(outcome);
        }
        self.certify(outcome);
    }

    /// The certificate of a case that has been closed, if its item has one and it was granted.
    pub(super) fn certify(&mut self, outcome: Outcome) {
        let Some(closing) = self.events.last() else { return };
        let (closed, recorded) = (closing.occurred_at, closing.recorded_at);
        if outcome != Outcome::Granted || !self.item.service.certificate {
            return;
        }
        self.certified = Some(recorded);
        let late = if self.item.instant { LATE.1 } else { LATE.0 };
        let wait = match self.rng.below(1_000) {
            draw if draw < late => self.rng.between(11 * OFFICE, 25 * OFFICE),
            _ if self.item.instant => 0,
            0..400 => self.rng.between(600, OFFICE),
            _ => self.rng.between(OFFICE, 6 * OFFICE),
        };
        // What is made out on the spot is handed over on the spot, whatever the hour.
        let at = match wait {
            0 => closed + self.rng.between(60, 900),
            _ => self.days.at(self.days.office(closed) + wait),
        };
        let village = self.desk('V');
        self.push(EventType::Deliver, at, &village);
    }
}
