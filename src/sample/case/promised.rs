//! Cases with a promise. Most are done in a quarter to two thirds of the promised time, some on
//! the last day in a rush, a few late, and a very few lie for weeks.

use std::sync::Arc;

use super::super::days::{DAY, OFFICE};
use super::super::record::{EventType, Outcome, Role};
use super::{Desk, Life};

/// Per mille of promised cases that lie for weeks, and that are late by days: everywhere, and
/// where a slow office has a step.
const STUCK: (i64, i64) = (13, 32);
const LATE: (i64, i64) = (17, 80);
/// Per mille of promised cases closed on the last day or the day before.
const RUSH: i64 = 110;

impl Life<'_> {
    /// An item that goes through its steps to the county department. Times are office seconds.
    pub(super) fn promised(&mut self, received: i64) {
        let (days, service) = (self.days, &self.item.service);
        let wait = match self.rng.below(1_000) {
            0..780 => self.rng.between(300, 5_400),
            780..960 => self.rng.between(5_400, OFFICE),
            960..998 => self.rng.between(OFFICE, 4 * OFFICE),
            _ => self.rng.between(5 * OFFICE, 7 * OFFICE),
        };
        let start = days.office(received) + wait;
        let accepted = days.at(start);
        let first = self.desk(service.flow_steps.first().map_or('V', |step| step.level));
        if self.rng.per_mille(18) {
            self.push(EventType::NotAccept, accepted, &first, None, None);
            return;
        }
        self.push(EventType::Accept, accepted, &first, None, None);
        let (close, overdue) = self.closing(start, accepted.div_euclid(DAY));
        let decide = close - self.rng.between(20, 300);
        let worked_until = decide - self.rng.between(20, 600);
        let outcome = match self.rng.below(1_000) {
            0..25 => Outcome::Refused,
            25..37 => Outcome::Withdrawn,
            37..41 => Outcome::Returned,
            41..44 => Outcome::Voided,
            _ => Outcome::Granted,
        };

        let spans = self.spans(start, worked_until, overdue);
        let steps = spans.len();
        let decided = outcome.is_decision();
        let done = if decided { steps } else { self.rng.below(steps as i64 + 1) as usize };
        for (step, ((from, to), flow)) in spans.iter().zip(&service.flow_steps).enumerate().take(done) {
            let desk = self.desk(flow.level);
            self.push(EventType::StepStart, days.at(*from), &desk, Some(step), None);
            self.push(EventType::StepEnd, days.at(*to), &desk, Some(step), None);
        }
        let org = Arc::clone(&self.department().org);
        if decided && service.certificate {
            let desk = Desk { org: Arc::clone(&org), role: Role::CountyApprover, actor: 1 };
            self.push(EventType::Decide, days.at(decide), &desk, None, Some(outcome));
        }
        let desk = Desk { org, role: Role::CountyHandler, actor: self.rng.between(1, 2) as u8 };
        let end = spans.get(done).map_or(close, |(from, _)| *from);
        self.push(EventType::Close, days.at(end), &desk, None, Some(outcome));
    }

    /// When the case closes, in office seconds, and whether that is after its promise.
    fn closing(&mut self, start: i64, accepted_on: i64) -> (i64, bool) {
        let (days, item) = (self.days, self.item);
        let due = item.due(days, accepted_on);
        let limit = days.office((due + 1) * DAY);
        let whole = limit - days.office((accepted_on + 1) * DAY);
        let slow = (self.site.slow && item.township) || (self.department().slow && item.county);
        let stuck = if slow { STUCK.1 } else { STUCK.0 };
        let late = stuck + if slow { LATE.1 } else { LATE.0 };
        let draw = self.rng.below(1_000);
        let close = if draw < stuck {
            let behind = 15 + self.rng.below(85);
            self.some_time_on(days.after(due, behind))
        } else if draw < late {
            let behind = 1 + self.rng.below(10).min(self.rng.below(10));
            self.some_time_on(days.after(due, behind))
        } else if draw < late + RUSH {
            // Most of them in one go in the last half hour.
            let eve = if self.rng.per_mille(300) { OFFICE } else { 0 };
            let batch = self.rng.per_mille(600);
            let before = if batch { self.rng.between(1_200, 1_800) } else { self.rng.between(60, 5_400) };
            limit - eve - before
        } else {
            start + whole * (230 + self.rng.below(235) + self.rng.below(235)) / 1_000
        };
        let close = close.max(start + 1_800 * (item.service.flow_steps.len() as i64 + 1));
        (close, close >= limit)
    }

    /// Begin and end of each step between two office times, by the steps' limits. A case takes
    /// about half of each; what is left over lies in the tray of the slowest desk, and where
    /// the case is overdue most of it counts as that desk's work.
    fn spans(&mut self, from: i64, to: i64, overdue: bool) -> Vec<(i64, i64)> {
        let (item, mut parts) = (self.item, Vec::new());
        for step in &item.service.flow_steps {
            let work = i64::from(step.limit.unwrap_or(1).max(1)) * self.rng.between(70, 130);
            parts.push((1 + work * self.rng.below(12) / 100, work));
        }
        let level = if self.site.slow && item.township { 'T' } else { 'C' };
        let slowest = item.service.flow_steps.iter().rposition(|step| step.level == level);
        let slowest = slowest.unwrap_or(parts.len().saturating_sub(1));
        let sum: i64 = parts.iter().map(|(wait, work)| wait + work).sum();
        let spare = (200 * (to - from) / OFFICE - sum).max(0);
        let worked = if overdue { spare * 3 / 4 } else { 0 };
        if let Some((wait, work)) = parts.get_mut(slowest) {
            *wait += spare - worked;
            *work += worked;
        }
        let mut mark = 0;
        let place = |mark: i64| from + (to - from) * mark / (sum + spare).max(1);
        parts
            .into_iter()
            .map(|(wait, work)| {
                let begin = mark + wait;
                mark = begin + work;
                (place(begin), place(mark))
            })
            .collect()
    }
}
