//! Suspensions: what each one deducts (domain §4 points 4 to 6).

use super::World;
use super::time::{DAY_LONG, Day, MINUTE, Us, day_of, midnight, months_after, us};
use super::walk::Walk;
use crate::{Event, Limit, StopKind, StopTerms, Unit};

/// Art 45; every other kind needs the item's own rule.
const BY_LAW: [StopKind; 5] =
    [StopKind::Hearing, StopKind::ExpertReview, StopKind::InspectionTest, StopKind::Appraisal, StopKind::TenderAuction];

pub struct Stop {
    pub id: Option<String>,
    /// When the STOP took effect.
    pub from: Us,
    /// When RESUME or the end of the case ended it.
    pub until: Option<Us>,
    pub cap: Option<Us>,
    terms: StopTerms,
}

impl Stop {
    pub fn begin(world: &World<'_>, event: &Event, from: Us) -> Self {
        let terms = event.stop.as_deref().cloned().unwrap_or_default();
        let walk = Walk { calendar: world.calendar, deductions: &[] };
        let cap = terms.approved.map(|length| cap(walk, from, length));
        Self { id: terms.stop_id.clone(), from, until: None, cap, terms }
    }

    pub fn end(&mut self, instant: Us) {
        if self.until.is_none() {
            self.until = Some(instant);
        }
    }

    /// Recorded only after it was over.
    pub fn is_nothing(&self) -> bool {
        self.until.is_some_and(|until| until <= self.from)
    }

    /// The day at whose end the approved length is over; `None` where it is over right between
    /// two days, and the rules do not say which one is meant.
    pub fn cap_day(&self) -> Option<Day> {
        let (cap, length) = self.cap.zip(self.terms.approved)?;
        match length.unit {
            Unit::Cd | Unit::Wd | Unit::Month => Some(day_of(cap) - 1),
            Unit::Hour | Unit::Min => (cap % DAY_LONG != 0).then_some(day_of(cap)),
        }
    }

    fn deduction(&self, world: &World<'_>) -> Option<(Us, Us)> {
        let terms = &self.terms;
        let allowed = |kind| BY_LAW.contains(&kind) || world.case.item.allowed_stop_kinds.contains(&kind);
        if !terms.kind.is_some_and(allowed) || terms.basis.is_none() {
            return None;
        }
        let (cap, notified) = (self.cap?, us(terms.notified_at?));
        let approved = terms.approved_at.map_or(self.from, us);
        let from = self.from.max(approved).max(notified);
        let until = self.until.map_or(cap, |until| until.min(cap));
        (from < until).then_some((from, until))
    }
}

/// 24:00 of the last approved day, the start date not counted; hours are natural hours.
fn cap(walk: Walk<'_>, from: Us, length: Limit) -> Us {
    let start = day_of(from);
    match length.unit {
        Unit::Cd => midnight(start + Day::from(length.n) + 1),
        Unit::Wd => midnight(walk.workdays_after(start, length.n) + 1),
        Unit::Month => midnight(months_after(start, length.n) + 1),
        Unit::Hour => from + i64::from(length.n) * 60 * MINUTE,
        Unit::Min => from + i64::from(length.n) * MINUTE,
    }
}

pub fn deductions(world: &World<'_>, stops: &[Stop]) -> Vec<(Us, Us)> {
    stops.iter().filter_map(|stop| stop.deduction(world)).collect()
}

/// Overlapping and touching spans as one, for comparison; the walks need no merging.
pub fn merged(spans: &[(Us, Us)]) -> Vec<(Us, Us)> {
    let mut rest = spans.to_vec();
    rest.sort_unstable();
    let mut merged: Vec<(Us, Us)> = Vec::new();
    for (from, until) in rest {
        match merged.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => merged.push((from, until)),
        }
    }
    merged
}
