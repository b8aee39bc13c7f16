//! The cards of a case (domain §3 `CASE`, §4 points 8 and 14). Pure, so their instants may lie
//! ahead; a row that lies ahead holds as long as no new event changes it (design §2.3).

use jiff::{SignedDuration, Timestamp};

use crate::calendar::MICROSECOND;
use crate::history::{Closing, History};
use crate::{CaseClock, Reason};

named_enum! {
    /// 黄牌 (near the limit) or 红牌 (over it), in the meaning of `BEIHAI_2` (domain §3).
    Level {
        Yellow = "YELLOW",
        Red = "RED",
    }
}

/// A card as the known events make it. Nothing is deleted: what became of it is told by instants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub level: Level,
    /// When the rule was met; metrics go by it (domain §4 point 14).
    pub condition_at: Timestamp,
    /// When it was met and known; queues, notices and "as of" go by it.
    pub issued_at: Timestamp,
    pub due_at: Timestamp,
    /// Of a YELLOW: when the RED was issued.
    pub superseded_at: Option<Timestamp>,
    /// Of a YELLOW: when it was known that the case had ended in time.
    pub lapsed_at: Option<Timestamp>,
    /// When a closing recorded in time, but known later, proved the card wrong (domain §3.1).
    pub cancelled_at: Option<Timestamp>,
    /// `org_code` that held the case at `condition_at`.
    pub responsible: Option<String>,
    /// All remarks of the clock that raised it.
    pub reasons: Vec<Reason>,
}

/// When a rule finds the case open, and the closing that later shows that it was not.
struct Met<'h> {
    condition_at: Timestamp,
    issued_at: Timestamp,
    refuted_by: Option<&'h Closing<'h>>,
}

/// The cards of a started case; none without a due date or on a provisional calendar.
/// `known_at` is when start and due date were known.
pub(crate) fn raise(clock: &CaseClock, history: &History<'_>, known_at: Timestamp) -> Vec<Card> {
    let (Some(started_at), Some(due_at), Some(red_at)) = (clock.started_at, clock.due_at, clock.red_at) else {
        return Vec::new();
    };
    if clock.provisional {
        return Vec::new();
    }
    let in_time = before(red_at, MICROSECOND);
    // A due instant told to lie before the start is overdue from the start, not earlier.
    let red = meet(history, red_at.max(started_at), in_time, known_at);
    let yellow = clock.yellow_at.and_then(|yellow_at| {
        let last = before(yellow_at, SignedDuration::from_nanos(1));
        meet(history, yellow_at, last, known_at)
            .filter(|met| met.condition_at < red_at && !is_known_ended(history, met.issued_at))
    });
    let card = |level: Level, met: &Met<'_>| Card {
        level,
        condition_at: met.condition_at,
        issued_at: met.issued_at,
        due_at,
        superseded_at: None,
        lapsed_at: None,
        cancelled_at: met.refuted_by.filter(|closing| !closing.late).map(|closing| closing.event.known_at),
        responsible: history.holder_at(met.condition_at),
        reasons: clock.reasons.clone(),
    };
    let mut cards = Vec::new();
    if let Some(met) = &yellow {
        let mut yellow = card(Level::Yellow, met);
        let ended = history.closing().filter(|closing| closing.at <= in_time);
        if yellow.cancelled_at.is_none() {
            yellow.lapsed_at = ended.map(|closing| closing.event.known_at.max(met.issued_at));
        }
        yellow.superseded_at = red.as_ref().map(|red| red.issued_at.max(met.issued_at));
        cards.push(yellow);
    }
    cards.extend(red.as_ref().map(|met| card(Level::Red, met)));
    cards
}

/// Finds the case open at `condition_at`, closings up to `in_time` counted as before it. A case
/// known to be closed then meets the rule only when it is reopened (domain §4 point 8).
fn meet<'h>(
    history: &'h History<'h>,
    condition_at: Timestamp,
    in_time: Timestamp,
    known_at: Timestamp,
) -> Option<Met<'h>> {
    let issued_at = condition_at.max(known_at);
    let closed = history.closings.iter().find(|closing| {
        let reopened = closing.reopened;
        closing.at <= in_time && reopened.is_none_or(|event| event.occurred_at > condition_at)
    });
    match closed {
        Some(closing) if closing.event.known_at <= issued_at => closing.reopened.map(|event| Met {
            condition_at: event.occurred_at,
            issued_at: event.occurred_at.max(event.known_at).max(known_at),
            refuted_by: None,
        }),
        refuted_by => Some(Met { condition_at, issued_at, refuted_by }),
    }
}

/// No YELLOW for a case already known to have ended (domain §4 point 14).
fn is_known_ended(history: &History<'_>, at: Timestamp) -> bool {
    history.closings.iter().any(|closing| {
        let reopened = closing.reopened;
        closing.event.known_at <= at && reopened.is_none_or(|event| event.known_at > at)
    })
}

fn before(instant: Timestamp, step: SignedDuration) -> Timestamp {
    instant.checked_sub(step).unwrap_or(instant)
}

#[cfg(test)]
mod tests;
