//! The rules in force at one moment of a case, and how it stands by them.

use jiff::Timestamp;

use super::forecast::{Forecast, Object};
use crate::clock::{State, state};
use crate::effect::Effects;
use crate::history::Closing;
use crate::rules::{Book, InForce};
use crate::{CaseInput, ClockError, CloseResult, Event, ObjectType, Policy, WorkCalendar, Zone};

/// What judges a case at one moment.
pub(super) struct Judge<'j> {
    book: &'j Book<'j>,
    pub(super) case: CaseInput<'j>,
    pub(super) calendar: &'j dyn WorkCalendar,
    pub(super) zone: &'j Zone,
    pub(super) policy: &'j Policy,
    pub(super) effects: Effects<'j>,
    now: Timestamp,
    /// The rules are those known by then.
    pub(super) by: Timestamp,
}

/// How some of the events make the case stand.
pub(super) struct Look<'a> {
    pub(super) state: State<'a>,
    pub(super) objects: Vec<Object>,
}

impl<'j> Judge<'j> {
    pub(super) fn at(book: &'j Book<'j>, zone: &'j Zone, by: Timestamp, now: Timestamp) -> Self {
        let InForce { case, calendar, policy } = book.known(by, now);
        let effects = Effects { policy, is_backfill: case.is_backfill };
        Self { book, case, calendar, zone, policy, effects, now, by }
    }

    /// The same by the rules that were known when the case ended, if other ones have come since.
    pub(super) fn by_its_end<'a>(self, look: Look<'a>, known: &[&'a Event]) -> Result<(Self, Look<'a>), ClockError> {
        let ended_at = look.state.clock.closed_at.filter(|at| self.book.changed_between(*at, self.now));
        let Some(ended_at) = ended_at else { return Ok((self, look)) };
        let judge = Self::at(self.book, self.zone, ended_at, self.now);
        let look = judge.look(known)?;
        Ok((judge, look))
    }

    /// The same with each step, and each answer, that came to its end before other rules: it is judged by
    /// those that were known then.
    pub(super) fn by_their_ends<'a>(&self, look: Look<'a>, known: &[&'a Event]) -> Result<Look<'a>, ClockError> {
        let Look { mut state, mut objects } = look;
        let answer = state.history.answer.as_ref();
        let answered = answer.and_then(|answer| answer.answered_at.map(|at| at.max(answer.received_at)));
        let ended = state.clock.steps.iter().filter_map(|step| step.ended_at).chain(answered);
        let mut ends: Vec<Timestamp> = ended.filter(|at| self.book.ruled_between(*at, self.by)).collect();
        ends.sort_unstable();
        ends.dedup();
        for end in ends {
            let then = Self::at(self.book, self.zone, end, self.now).look(known)?;
            let mut keys: Vec<String> = Vec::new();
            for (step, was) in state.clock.steps.iter_mut().zip(then.state.clock.steps) {
                if step.ended_at == Some(end) {
                    keys.push(was.key());
                    *step = was;
                }
            }
            let is_ended = |object: &Object| match object.object_type {
                ObjectType::Step => object.key.as_ref().is_some_and(|key| keys.contains(key)),
                ObjectType::PreAcceptance => answered == Some(end),
                _ => false,
            };
            objects.retain(|object| !is_ended(object));
            objects.extend(then.objects.into_iter().filter(is_ended));
        }
        Ok(Look { state, objects })
    }

    /// When a step or an answer ended, if other rules came after that.
    fn end_before_rules(&self, object: &Object) -> Option<Timestamp> {
        let is_of_people = matches!(object.object_type, ObjectType::Step | ObjectType::PreAcceptance);
        object.ended_at().filter(|end| is_of_people && self.book.ruled_between(*end, self.by))
    }

    /// What judges an object of the case: of one that ended before other rules, what was known then.
    pub(super) fn of_object(&self, object: Option<&Object>) -> Self {
        let end = object.and_then(|object| self.end_before_rules(object));
        Self::at(self.book, self.zone, end.unwrap_or(self.by), self.now)
    }

    /// The case has ended, and is yet to be delivered.
    pub(super) fn awaits_delivery(&self, state: &State<'_>) -> bool {
        let granted = state.history.closing().filter(|closing| closing.result == CloseResult::Granted);
        let is_awaited = |closing: &Closing<'_>| state.history.delivered_after(closing).is_none();
        self.case.has_certificate && self.policy.is_official && granted.is_some_and(is_awaited)
    }

    pub(super) fn look<'a>(&self, known: &[&'a Event]) -> Result<Look<'a>, ClockError> {
        let state = state(&self.case, known, self.calendar, self.zone, self.policy)?;
        let objects = self.objects(&state)?;
        Ok(Look { state, objects })
    }

    pub(super) fn objects(&self, state: &State<'_>) -> Result<Vec<Object>, ClockError> {
        let Self { book, case, calendar, zone, policy, now, .. } = *self;
        let forecast = Forecast { book, case: &case, calendar, zone, policy, now };
        forecast.objects(state).map_err(|source| ClockError::OutOfRange { source })
    }
}
