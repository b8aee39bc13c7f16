//! Suspensions: public notices, surveys and reviews that the item allows. Most keep to what was
//! approved, some overrun it, a few are left open for weeks; some lack the notice to the applicant
//! or the basis, and so take nothing off the limit.

use super::super::days::{DAY, OFFICE};
use super::super::record::Stop;
use super::Life;

/// Per mille of cases that are suspended, where the item has a public notice and elsewhere.
const SHARES: (i64, i64) = (280, 30);
/// Per mille of suspensions that overrun their approved length, and that are forgotten for weeks.
const OVERRUN: i64 = 110;
const FORGOTTEN: i64 = 15;
/// Per mille of which the applicant is never told, and that name no basis.
const UNTOLD: i64 = 60;
const UNBASED: i64 = 15;

/// A suspension; times are office seconds.
pub(super) struct Pause {
    pub(super) from: i64,
    pub(super) until: i64,
    pub(super) stop: Stop,
}

impl Pause {
    /// When something happens that would have happened `at`: the case lies still in between.
    pub(super) fn shifted(&self, at: i64) -> i64 {
        if at > self.from { at + self.until - self.from } else { at }
    }
}

impl Life<'_> {
    /// The suspension of a case with these steps, if it has one; it falls into the township's step.
    pub(super) fn pause(&mut self, spans: &[(i64, i64)]) -> Option<Pause> {
        let (days, service) = (self.days, &self.item.service);
        let kinds = &service.allowed_stop_kinds;
        let notice = kinds.iter().position(|kind| kind == "PUBLIC_NOTICE");
        let share = if notice.is_some() { SHARES.0 } else { SHARES.1 };
        if kinds.is_empty() || !self.rng.per_mille(share) {
            return None;
        }
        let any = self.rng.below(kinds.len() as i64) as usize;
        let kind = notice.filter(|_| self.rng.per_mille(800)).unwrap_or(any);
        let (length, unit, basis) = terms(kinds.get(kind)?);

        let township = service.flow_steps.iter().position(|step| step.level == 'T');
        let (begin, end) = township.and_then(|step| spans.get(step)).or(spans.last())?;
        let from = begin + (end - begin) * self.rng.between(30, 70) / 100;
        let on = days.at(from).div_euclid(DAY);
        let last = if unit == "CD" { on + i64::from(length) } else { days.after(on, i64::from(length)) };
        let cap = days.office((last + 1) * DAY);
        let until = match self.rng.below(1_000) {
            draw if draw < FORGOTTEN => cap + self.rng.between(25, 80) * OFFICE,
            draw if draw < FORGOTTEN + OVERRUN => cap + self.rng.between(OFFICE / 4, 5 * OFFICE),
            // A notice hangs until the last office hours of its time.
            _ if unit == "CD" => cap - self.rng.between(300, OFFICE / 2),
            _ => from + (cap - from) * self.rng.between(30, 95) / 100,
        };
        let approved = from - self.rng.between(600, 7_200);
        let told = days.at(from - self.rng.below(600));
        let stop = Stop {
            kind,
            basis: if self.rng.per_mille(UNBASED) { "" } else { basis },
            length,
            unit,
            approved_at: days.at(approved),
            notified_at: (!self.rng.per_mille(UNTOLD)).then_some(told),
        };
        Some(Pause { from, until: until.max(from + 600), stop })
    }
}

/// What is usually approved for a kind, and on what basis.
fn terms(kind: &str) -> (u32, &'static str, &'static str) {
    match kind {
        "PUBLIC_NOTICE" => (7, "CD", "社会救助办理规程：公示期不计入时限（测试）"),
        "SITE_SURVEY" => (3, "WD", "现场踏勘规定（测试）"),
        "CORRECTION" => (5, "WD", "一次性告知补正规定（测试）"),
        "EXPERT_REVIEW" | "APPRAISAL" => (10, "WD", "行政许可法第四十五条"),
        "INSPECTION_TEST" => (5, "WD", "行政许可法第四十五条"),
        "UPSTREAM_REVIEW" => (10, "WD", "上级审核期间规定（测试）"),
        _ => (5, "WD", "事项办理规程（测试）"),
    }
}
