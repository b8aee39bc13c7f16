//! From what was drawn to the case that the clock is given.

use jiff::Timestamp;

use super::super::calendar::office;
use super::super::time::{MINUTE, Us, instant, midnight, us};
use super::ending::{End, Ending, How, Stray, TakenBack};
use super::frame::Frame;
use super::moments::{Entry, Minutes};
use super::opening::Opening;
use super::running::{Extend, Step, Stop};
use super::{Case, Change};
use crate::{Event, EventKind, ItemRules, Limit, StepRule, StopTerms, Unit};

type Drawn = (
    Frame,
    Opening,
    Vec<Stop>,
    Vec<Extend>,
    Vec<Step>,
    Option<(Minutes, Entry)>,
    Ending,
    Option<Stray>,
    Option<TakenBack>,
);

/// An event of which nothing is told but when it happened.
pub fn blank(event_id: String, kind: EventKind, at: Us) -> Event {
    Event {
        event_id,
        seq: None,
        kind,
        occurred_at: instant(at),
        recorded_at: None,
        known_at: instant(at),
        due_at: None,
        step_seq: None,
        step_name: None,
        step_limit: None,
        actor_role: None,
        org_code: None,
        close_result: None,
        stop: None,
        extension_days: None,
        approved_at: None,
        to_org: None,
        is_deleted: false,
    }
}

pub fn assemble((frame, opening, stops, extends, steps, transfer, ending, stray, taken_back): Drawn) -> Case {
    let mut events = Events { base: midnight(frame.first_day), has_delays: frame.has_delays, list: Vec::new() };
    events.opening(&opening, frame.due);
    stops.iter().enumerate().for_each(|(place, stop)| events.stop(place, stop));
    extends.iter().for_each(|extend| events.extend(extend, frame.due));
    steps.iter().for_each(|step| events.step(step));
    if let Some((at, entry)) = transfer {
        events.add(EventKind::Transfer, at, entry).to_org = Some("township".to_owned());
    }
    events.ending(&ending);
    if let Some(stray) = stray {
        let step = (stray.kind == EventKind::StepEnd).then_some(1);
        events.add(stray.kind, stray.at, stray.entry).step_seq = step;
    }
    if let Some(taken_back) = taken_back {
        events.take_back(taken_back);
    }
    let mut changes: Vec<Change> = frame.changes.iter().map(|change| changed(&frame, events.base, change)).collect();
    changes.sort_by_key(|change| change.at);
    changes.dedup_by_key(|change| change.at);
    changes.iter_mut().skip(1).for_each(|change| change.is_first = false);
    let as_of = frame.as_of.iter().map(|at| events.base + at * MINUTE).collect();
    Case {
        events: events.list,
        promised: frame.promised,
        statutory: frame.statutory,
        item: ItemRules {
            allowed_stop_kinds: frame.allowed,
            max_extension_days: frame.max_extension_days,
            village: frame.village,
            steps: step_rules(frame.step_limit),
        },
        due_binding: frame.due_binding,
        is_escalated: frame.is_escalated,
        has_certificate: frame.has_certificate,
        is_backfill: frame.is_backfill,
        calendar: office(frame.has_other_hours),
        as_of,
        changes,
    }
}

fn step_rules(limit: Option<u32>) -> Vec<StepRule> {
    let rule = |n| StepRule { seq: 1, name: "受理".to_owned(), limit: Limit { n, unit: Unit::Wd } };
    limit.map(rule).into_iter().collect()
}

/// Limits change where there are any.
fn changed(frame: &Frame, base: Us, change: &super::frame::Change) -> Change {
    Change {
        at: base + change.at * MINUTE,
        is_first: change.is_first,
        promised: frame.promised.map(|_| change.promised),
        statutory: frame.statutory.map(|_| change.statutory),
        item: ItemRules {
            allowed_stop_kinds: frame.allowed.clone(),
            max_extension_days: frame.max_extension_days,
            village: frame.village,
            steps: step_rules(change.step_limit),
        },
        has_other_hours: change.has_other_hours,
        is_early: change.is_early,
    }
}

struct Events {
    base: Us,
    has_delays: bool,
    list: Vec<Event>,
}

impl Events {
    fn us(&self, at: Minutes) -> Us {
        self.base + at * MINUTE
    }

    fn add(&mut self, kind: EventKind, at: Minutes, entry: Entry) -> &mut Event {
        let mut event = blank(format!("e{}", self.list.len()), kind, self.us(at));
        event.seq = entry.seq;
        if self.has_delays {
            event.recorded_at = entry.recorded.map(|delay| instant(self.us(at + delay)));
            event.known_at = instant(self.us(at + entry.recorded.unwrap_or(0) + entry.known));
        }
        self.list.push(event);
        self.list.last_mut().unwrap()
    }

    /// The due instant goes with the receipt, else with the first acceptance.
    fn opening(&mut self, opening: &Opening, due: Option<Minutes>) {
        let mut due = due.map(|due| instant(self.us(due)));
        if let Some(apply) = &opening.apply {
            self.add(EventKind::Apply, apply.at, apply.entry).actor_role = apply.role.map(str::to_owned);
        }
        if let Some(receive) = &opening.receive {
            let event = self.add(EventKind::Receive, receive.at, receive.entry);
            event.actor_role = receive.role.map(str::to_owned);
            event.due_at = due.take();
        }
        if let Some(correction) = &opening.correction {
            self.add(EventKind::CorrectionNotice, correction.at, correction.entry);
            if let Some((gap, entry)) = correction.completed {
                self.add(EventKind::CorrectionComplete, gap.after(correction.at), entry);
            }
        }
        for (at, entry) in &opening.accepts {
            self.add(EventKind::Accept, *at, *entry).due_at = due.take();
        }
        if let Some((at, entry)) = opening.refusal {
            self.add(EventKind::NotAccept, at, entry);
        }
    }

    fn stop(&mut self, place: usize, stop: &Stop) {
        let id = format!("s{place}");
        let from = stop.at;
        let terms = StopTerms {
            stop_id: Some(id.clone()),
            kind: stop.kind,
            basis: stop.has_basis.then(|| "rule 7".to_owned()),
            approved: stop.approved,
            approved_at: stop.approved_after.map(|after| instant(self.us(from + after))),
            notified_at: stop.notified_after.map(|after| instant(self.us(from + after))),
        };
        self.add(EventKind::Stop, from, stop.entry).stop = Some(Box::new(terms));
        if let Some(resume) = &stop.resume {
            let named = StopTerms { stop_id: Some(id), ..StopTerms::default() };
            let event = self.add(EventKind::Resume, resume.gap.after(from), resume.entry);
            event.stop = resume.names_stop.then(|| Box::new(named));
        }
    }

    fn extend(&mut self, extend: &Extend, due: Option<Minutes>) {
        let moved = due.zip(extend.due).filter(|_| extend.days.is_some());
        let moved = moved.map(|(due, gap)| instant(self.us(gap.after(due))));
        let approved = extend.approved_before.map(|before| instant(self.us(extend.at - before)));
        let event = self.add(EventKind::Extend, extend.at, extend.entry);
        event.extension_days = extend.days;
        event.approved_at = approved;
        event.due_at = moved;
    }

    fn step(&mut self, step: &Step) {
        let due = step.due.map(|gap| instant(self.us(gap.after(step.at))));
        let seq = (step.which > 0).then_some(step.which);
        let name = (step.which == 0).then(|| "复核".to_owned());
        let event = self.add(EventKind::StepStart, step.at, step.entry);
        (event.step_seq, event.step_name, event.step_limit) = (seq, name.clone(), step.limit);
        event.due_at = due.filter(|_| step.limit.is_none());
        if let Some((gap, entry, is_return)) = step.end {
            let kind = if is_return { EventKind::ReturnStep } else { EventKind::StepEnd };
            let event = self.add(kind, gap.after(step.at), entry);
            (event.step_seq, event.step_name) = (seq, name);
        }
    }

    fn ending(&mut self, ending: &Ending) {
        let Some(End { at, entry, how, is_last }) = &ending.end else { return };
        let mut last = if *is_last { (at.div_euclid(1440) + 1) * 1440 } else { *at };
        self.end(last, *entry, *how, *is_last);
        if let Some(reopening) = &ending.reopening {
            last = reopening.gap.after(last);
            self.add(EventKind::Reopen, last, reopening.entry);
            let Some((gap, entry, how)) = reopening.end else { return };
            last = gap.after(last);
            self.end(last, entry, how, false);
        }
        if let Some((gap, entry)) = ending.delivery {
            self.add(EventKind::Deliver, gap.after(last), entry);
        }
    }

    /// Newer versions of one of the events.
    fn take_back(&mut self, taken: TakenBack) {
        let Some(place) = taken.which.checked_rem(self.list.len()) else { return };
        let first = self.list[place].clone();
        let mut known = us(first.known_at);
        let versions = [(Some(taken.after), true), (taken.again, false)];
        for (after, is_deleted) in versions.into_iter().filter_map(|(after, is_deleted)| Some((after?, is_deleted))) {
            known += after * MINUTE;
            let known_at = instant(known);
            let recorded_at = if taken.is_entered { Some(known_at) } else { first.recorded_at };
            self.list.push(Event { recorded_at, known_at, is_deleted, ..first.clone() });
        }
    }

    /// In the last microsecond before `at`, if so asked; delays still end on whole minutes.
    fn end(&mut self, at: Minutes, entry: Entry, how: How, is_last: bool) {
        let event = self.add(how.kind, at, entry);
        event.close_result = how.result;
        if is_last {
            let [occurred, earlier] = [event.occurred_at, instant(us(event.occurred_at) - 1)];
            let moved = |moment: Timestamp| if moment == occurred { earlier } else { moment };
            event.recorded_at = event.recorded_at.map(moved);
            event.known_at = moved(event.known_at);
            event.occurred_at = earlier;
        }
    }
}
