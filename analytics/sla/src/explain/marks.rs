//! On which days the instants of a clock stand.

use jiff::Timestamp;
use jiff::civil::Date;

use super::Mark;
use crate::calendar::local;
use crate::{Card, Level, Zone};

/// The instants of what is told, as its clock has them.
pub(super) struct Instants {
    pub(super) yellow_at: Option<Timestamp>,
    pub(super) due_on: Option<Date>,
    pub(super) red_at: Option<Timestamp>,
    pub(super) ended_at: Option<Timestamp>,
    /// They rest on a calendar that is not known, so that there is no card.
    pub(super) provisional: bool,
}

impl Instants {
    /// Each with its day. `cards` are those of the object.
    pub(super) fn marks<'c>(&self, cards: impl Iterator<Item = &'c Card> + Clone, zone: &Zone) -> Vec<(Mark, Date)> {
        let on = |at: Timestamp| local(at, zone).0;
        let mut marks = Vec::new();
        for (mark, level, at) in [(Mark::Yellow, Level::Yellow, self.yellow_at), (Mark::Red, Level::Red, self.red_at)] {
            let held = cards.clone().filter(|card| card.level == level && card.cancelled_at.is_none());
            let conditions: Vec<Date> = held.map(|card| on(card.condition_at)).collect();
            let is_open = |at: &Timestamp| !self.provisional && self.ended_at.is_none_or(|ended_at| *at < ended_at);
            match at.filter(|_| conditions.is_empty()).filter(is_open) {
                Some(at) => marks.push((mark, on(at))),
                None => marks.extend(conditions.into_iter().map(|day| (mark, day))),
            }
        }
        marks.extend(self.due_on.map(|day| (Mark::Due, day)));
        marks.extend(self.ended_at.map(|at| (Mark::Closed, on(at))));
        marks.sort();
        marks.dedup();
        marks
    }
}
