//! The story as it is read, event by event.

use super::World;
use super::stops::Stop;
use super::story::{Extend, Start, Step, Story, effect, extended_at};
use super::time::{Us, us};
use crate::{CloseResult, Event, EventKind, Limit, Unit};

pub struct Reader<'a> {
    world: &'a World<'a>,
    pub story: Story,
    has_notice: bool,
    has_accept: bool,
}

impl<'a> Reader<'a> {
    pub fn new(world: &'a World<'a>, story: Story) -> Self {
        Self { world, story, has_notice: false, has_accept: false }
    }

    pub fn read(&mut self, event: &Event) {
        let at = us(event.occurred_at);
        let effect = effect(self.world, event);
        if let Some((closed, _)) = self.story.closed {
            self.read_after_the_end(event, closed);
            return;
        }
        match event.kind {
            EventKind::Apply | EventKind::Receive | EventKind::Decide | EventKind::Reopen => {}
            EventKind::CorrectionNotice => self.has_notice = true,
            EventKind::CorrectionComplete if self.has_notice => self.start("CORRECTED", at),
            EventKind::CorrectionComplete => {}
            EventKind::Accept => {
                self.start("ACCEPTED", at);
                self.has_accept = true;
            }
            EventKind::NotAccept => self.refuse(effect),
            EventKind::StepStart => self.open_step(event, at),
            EventKind::StepEnd | EventKind::ReturnStep => {
                let key = step_key(event);
                self.story.steps.iter_mut().filter(|step| step.key == key).for_each(|step| step.close(effect));
            }
            EventKind::Stop => self.story.stops.push(Stop::begin(self.world, event, effect)),
            EventKind::Resume => self.resume(event, at),
            EventKind::Extend => self.extend(event),
            EventKind::Transfer => {
                self.story.transferred.get_or_insert(at);
                self.story.steps.iter_mut().for_each(|step| step.close(at));
            }
            EventKind::Close => self.end(effect, event.close_result.unwrap_or(CloseResult::Granted)),
            EventKind::Withdraw => self.end(effect, CloseResult::Withdrawn),
            EventKind::Void => self.end(effect, CloseResult::Voided),
            EventKind::Deliver => self.story.is_delivery_odd = true,
        }
    }

    /// Only a reopening and a delivery are heard after the end (domain §4 point 11).
    fn read_after_the_end(&mut self, event: &Event, closed: Us) {
        let at = us(event.occurred_at);
        let has_start = self.story.start.is_some();
        match event.kind {
            EventKind::Reopen => {
                if at < closed {
                    self.doubt("reopened before an end that was entered late");
                }
                self.story.reopened.push((closed, at));
                self.story.closed = None;
                self.story.delivered = None;
            }
            EventKind::Deliver => {
                let delivered = effect(self.world, event);
                self.story.delivered = Some(self.story.delivered.map_or(delivered, |first| first.min(delivered)));
            }
            EventKind::Apply | EventKind::Receive => self.doubt("received after the end"),
            EventKind::StepStart => self.doubt("a step begins after the end"),
            EventKind::Accept | EventKind::CorrectionNotice | EventKind::CorrectionComplete
                if !has_start || event.due_at.is_some() =>
            {
                self.doubt("accepted, or a due instant told, after the end");
            }
            EventKind::Accept | EventKind::CorrectionNotice | EventKind::CorrectionComplete => {}
            EventKind::Decide => {}
            _ if at < closed => self.doubt("something happened between a late end and its effect"),
            _ => {}
        }
    }

    fn doubt(&mut self, text: &'static str) {
        self.story.doubt.get_or_insert(text);
    }

    fn start(&mut self, kind: &'static str, at: Us) {
        self.story.start.get_or_insert(Start { kind, at, from: at });
    }

    fn end(&mut self, effect: Us, result: CloseResult) {
        self.story.stops.iter_mut().for_each(|stop| stop.end(effect));
        self.story.steps.iter_mut().for_each(|step| step.close(effect));
        self.story.closed = Some((effect, result));
    }

    fn refuse(&mut self, effect: Us) {
        match (self.story.start.map(|start| start.kind), self.has_accept) {
            (None, _) | (Some("DEEMED"), false) => self.end(effect, CloseResult::Refused),
            (Some("DEEMED"), true) => self.doubt("refused after a late acceptance of a case deemed accepted"),
            (Some(_), true) => {}
            (Some(_), false) => self.doubt("refused after a correction completed, without an acceptance"),
        }
    }

    fn resume(&mut self, event: &Event, at: Us) {
        let id = event.stop.as_deref().and_then(|terms| terms.stop_id.as_deref());
        let meant = self.story.stops.iter_mut().filter(|stop| id.is_none() || stop.id.as_deref() == id);
        meant.for_each(|stop| stop.end(at));
    }

    fn extend(&mut self, event: &Event) {
        let at = extended_at(self.world, event);
        let due = event.due_at.map(us);
        self.story.extends.push(Extend { at, days: event.extension_days, due });
    }

    fn open_step(&mut self, event: &Event, at: Us) {
        let key = step_key(event);
        if !self.story.steps.iter().any(|step| step.key == key) {
            let rule = self.world.case.item.steps.iter().find(|rule| Some(rule.seq) == event.step_seq);
            let limit = rule.map(|rule| rule.limit);
            let step = Step { key: key.clone(), spans: Vec::new(), limit, told: None, due: None, doubt: None };
            self.story.steps.push(step);
        }
        for step in self.story.steps.iter_mut().filter(|step| step.key == key) {
            if step.spans.last().is_some_and(|(_, until)| until.is_some_and(|until| until > at)) {
                step.doubt = Some("a step goes on between a late end and its effect");
            }
            if step.spans.iter().all(|(_, until)| until.is_some()) {
                step.spans.push((at, None));
            }
            let told = event.step_limit.map(|n| Limit { n, unit: Unit::Wd });
            step.told = step.told.or(told);
            let due = event.due_at.map(us);
            if step.due.is_some() && due.is_some() && step.due != due {
                step.doubt = Some("two due instants of one step");
            }
            step.due = step.due.or(due);
        }
    }
}

fn step_key(event: &Event) -> String {
    let name = || event.step_name.clone().unwrap_or_default();
    event.step_seq.map_or_else(name, |seq| seq.to_string())
}
