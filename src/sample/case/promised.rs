//! Cases with a promise. Most are done in a quarter to two thirds of the promised time, some on
//! the last day in a rush, a few late, and a very few lie for weeks.

use std::sync::Arc;

use super::super::days::{DAY, OFFICE};
use super::super::record::{Detail, EventType, Outcome, Role};
use super::pause::Pause;
use super::{Desk, Life};

/// Per mille of promised cases that lie for weeks, and that are late by days: everywhere, and
/// where a slow office has a step.
const STUCK: (i64, i64) = (13, 32);
const LATE: (i64, i64) = (17, 80);
/// Per mille of promised cases closed on the last day or the day before.
const RUSH: i64 = 110;
/// Per mille of applications that have to be corrected, and of these that never are.
const CORRECTED: (i64, i64) = (45, 80);
/// Per mille of late cases that get an extension, where the item allows one.
const EXTENDED: i64 = 400;
/// Per mille of cases that another village of the township takes over.
const MOVED: i64 = 4;

/// How a case will go, in office seconds.
struct Course {
    close: i64,
    /// After its promise, and its extension.
    overdue: bool,
    /// Days, and when they are approved.
    extension: Option<(u32, i64)>,
}

/// What happens on the way, at an office time.
struct Act {
    at: i64,
    event_type: EventType,
    desk: Desk,
    step: Option<usize>,
    detail: Option<Detail>,
}

impl Act {
    fn new(event_type: EventType, at: i64, desk: &Desk) -> Self {
        Act { at, event_type, desk: desk.clone(), step: None, detail: None }
    }
}

impl Life<'_> {
    /// An item that goes through its steps to the county department. Times are office seconds.
    pub(super) fn promised(&mut self, received: i64) {
        let (days, service) = (self.days, &self.item.service);
        let wait = match self.rng.below(1_000) {
            0..780 => self.rng.between(300, 5_400),
            780..960 => self.rng.between(5_400, OFFICE),
            960..994 => self.rng.between(OFFICE, 4 * OFFICE),
            // After the fifth workday: by then it counts as accepted.
            _ => self.rng.between(6 * OFFICE, 9 * OFFICE),
        };
        let first = self.desk(service.flow_steps.first().map_or('V', |step| step.level));
        let Some(start) = self.accept(days.office(received) + wait, &first) else { return };
        let course = self.course(start, days.at(start).div_euclid(DAY));
        let decide = course.close - self.rng.between(20, 300);
        let worked_until = decide - self.rng.between(20, 600);
        let outcome = match self.rng.below(1_000) {
            0..25 => Outcome::Refused,
            25..37 => Outcome::Withdrawn,
            37..41 => Outcome::Returned,
            41..44 => Outcome::Voided,
            _ => Outcome::Granted,
        };

        let spans = self.spans(start, worked_until, course.overdue);
        let decided = outcome.is_decision();
        let done = if decided { spans.len() } else { self.rng.below(spans.len() as i64 + 1) as usize };
        let end = spans.get(done).map_or(course.close, |(from, _)| *from);
        let spans = spans.get(..done).unwrap_or_default();
        let org = Arc::clone(&self.department().org);
        let approver = Desk { org: Arc::clone(&org), role: Role::CountyApprover, actor: 1 };
        let mut acts = self.steps(spans);
        if let Some((more, at)) = course.extension.filter(|(_, at)| *at < end) {
            let detail = Some(Detail::Extend(more, days.at(at)));
            acts.push(Act { detail, ..Act::new(EventType::Extend, at, &approver) });
        }
        if decided && service.certificate {
            acts.push(Act::new(EventType::Decide, decide, &approver));
        }
        let pause = self.pause(spans);
        let closed = pause.as_ref().map_or(end, |pause| pause.shifted(end));
        self.play(acts, pause, outcome);
        let desk = Desk { org, role: Role::CountyHandler, actor: self.rng.between(1, 2) as u8 };
        self.close(closed, &desk, outcome);
    }

    /// Acceptance at an office time, or a request for corrections then. When the clock starts; none
    /// where the case ends here.
    fn accept(&mut self, at: i64, desk: &Desk) -> Option<i64> {
        let days = self.days;
        if self.rng.per_mille(18) {
            self.push(EventType::NotAccept, days.at(at), desk);
            return None;
        }
        if !self.rng.per_mille(CORRECTED.0) {
            self.push(EventType::Accept, days.at(at), desk);
            return Some(at);
        }
        self.push(EventType::CorrectionNotice, days.at(at), desk);
        if self.rng.per_mille(CORRECTED.1) {
            let given_up = at + self.rng.between(20, 40) * OFFICE;
            self.push(EventType::Close, days.at(given_up), desk).outcome = Some(Outcome::CorrectionLapsed);
            return None;
        }
        let complete = at + self.rng.between(OFFICE / 2, 8 * OFFICE);
        self.push(EventType::CorrectionComplete, days.at(complete), desk);
        let accepted = complete + self.rng.between(300, 5_400);
        self.push(EventType::Accept, days.at(accepted), desk);
        Some(accepted)
    }

    /// The steps with these spans, and who hands the case on to whom.
    fn steps(&mut self, spans: &[(i64, i64)]) -> Vec<Act> {
        let (site, service) = (self.site, &self.item.service);
        let mut acts = Vec::with_capacity(2 * spans.len() + 6);
        for (step, ((from, to), flow)) in spans.iter().zip(&service.flow_steps).enumerate() {
            let mut desk = self.desk(flow.level);
            let village = flow.level == 'V';
            if let Some(other) = site.neighbour.as_ref().filter(|_| village && self.rng.per_mille(MOVED)) {
                let detail = Some(Detail::Transfer(Arc::clone(&other.org), Some(Arc::clone(&other.code))));
                acts.push(Act { detail, ..Act::new(EventType::Transfer, *from, &desk) });
                desk.org = Arc::clone(&other.org);
            }
            acts.push(Act { step: Some(step), ..Act::new(EventType::StepStart, *from, &desk) });
            acts.push(Act { step: Some(step), ..Act::new(EventType::StepEnd, *to, &desk) });
            // A village part with a limit of its own ends when the case is handed on.
            let next = service.flow_steps.get(step + 1).map_or('V', |next| next.level);
            if village && next != 'V' && service.village_limit.is_some() {
                let detail = Some(Detail::Transfer(self.desk(next).org, None));
                acts.push(Act { detail, ..Act::new(EventType::Transfer, *to, &desk) });
            }
        }
        acts
    }

    /// Takes down what happens on the way, in order of time; what comes after the beginning of a
    /// suspension waits for its end.
    fn play(&mut self, mut acts: Vec<Act>, pause: Option<Pause>, outcome: Outcome) {
        let days = self.days;
        if let Some(pause) = pause {
            acts.iter_mut().for_each(|act| act.at = pause.shifted(act.at));
            let desk = self.desk('T');
            acts.push(Act { detail: Some(Detail::Stop(pause.stop)), ..Act::new(EventType::Stop, pause.from, &desk) });
            acts.push(Act { detail: Some(Detail::Resume), ..Act::new(EventType::Resume, pause.until, &desk) });
        }
        acts.sort_by_key(|act| act.at);
        for act in acts {
            let event = self.push(act.event_type, days.at(act.at), &act.desk);
            event.step = act.step;
            event.outcome = (act.event_type == EventType::Decide).then_some(outcome);
            event.detail = act.detail;
        }
    }

    /// When the case closes, whether that is after its promise, and what was done about it.
    fn course(&mut self, start: i64, accepted_on: i64) -> Course {
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
        let more = item.service.max_extension_days.filter(|_| draw < late && self.rng.per_mille(EXTENDED));
        let Some(more) = more else { return Course { close, overdue: close >= limit, extension: None } };
        let approved = (limit - self.rng.between(OFFICE / 2, 2 * OFFICE)).max(start + 600);
        let limit = days.office((days.after(due, i64::from(more)) + 1) * DAY);
        Course { close, overdue: close >= limit, extension: Some((more, approved)) }
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
