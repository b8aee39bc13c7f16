//! Which epochs need no fold, because no card can be issued in them. A case that goes its way within
//! its limits needs one fold then, rather than one for each event.
//!
//! Within a stretch of moments at which nothing changes a limit, a start, a stop or the calendar, the
//! fold at its end has the objects of every fold before it, with the same rungs: they may only have
//! begun later, or not have ended yet. A card is issued no earlier than its rung's instant. So where
//! the end of an object was known before the first of its rungs, and came in time for those that say
//! over, none of them is met in any epoch of the stretch; and before the earliest rung of the other
//! objects, no card is issued at all.
//!
//! This holds while there are no cards, whose fates each epoch may decide.

use jiff::Timestamp;

use super::bench::{Judge, Look};
use super::forecast::Object;
use super::moments::Moment;
use crate::clock::State;
use crate::history::is_answer;
use crate::{ClockKind, Event, EventKind, ObjectType, Policy, Reason, Rule, StartKind};

/// 1000-01-01 and 9000-01-01, in UTC.
const EARLIEST: Timestamp = Timestamp::constant(-30_610_224_000, 0);
const LATEST: Timestamp = Timestamp::constant(221_845_392_000, 0);
/// Days of grace and of extensions up to here. With them, limits that are bounded, and times within
/// the dates above, no fold that is left out could have failed at the end of the range of dates.
const MOST: u32 = 3_650;

/// What an event does to a stretch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// It goes on.
    Plain,
    /// Another begins with it.
    Next,
    /// Nothing can be said from here on.
    Lost,
}

/// What has acted so far.
#[derive(Clone, Copy, Default)]
struct Course {
    received: bool,
    accepted: bool,
    closed: bool,
    stopped: bool,
}

impl Course {
    fn take(&mut self, acts_at: Timestamp, event: &Event) -> Turn {
        let is_long = event.extension_days.is_some_and(|days| days > MOST);
        if event.due_at.is_some() || is_long || event.occurred_at < EARLIEST || acts_at > LATEST {
            return Turn::Lost;
        }
        let first = |seen: &mut bool| if std::mem::replace(seen, true) { Turn::Lost } else { Turn::Plain };
        match event.kind {
            EventKind::Apply
            | EventKind::StepStart
            | EventKind::StepEnd
            | EventKind::Transfer
            | EventKind::Decide
            | EventKind::Deliver => Turn::Plain,
            EventKind::Receive => first(&mut self.received),
            EventKind::Accept => first(&mut self.accepted),
            // It ends the stops too.
            EventKind::Close | EventKind::Withdraw | EventKind::Void if self.stopped => {
                first(&mut self.closed).max(Turn::Next)
            }
            EventKind::Close | EventKind::Withdraw | EventKind::Void => first(&mut self.closed),
            EventKind::Stop | EventKind::Resume => {
                self.stopped = true;
                Turn::Next
            }
            EventKind::Extend | EventKind::CorrectionNotice | EventKind::CorrectionComplete => Turn::Next,
            EventKind::NotAccept | EventKind::ReturnStep | EventKind::Reopen => Turn::Lost,
        }
    }
}

/// The present stretch.
#[derive(Default)]
pub(super) struct Quiet<'a> {
    course: Course,
    is_lost: bool,
    /// The place of the moment after its last.
    end: usize,
    /// No card is issued before that.
    until: Option<Timestamp>,
    /// The fold at its last moment.
    look: Option<Look<'a>>,
}

impl<'a> Quiet<'a> {
    /// Says nothing.
    pub(super) fn lost() -> Self {
        Self { is_lost: true, ..Self::default() }
    }

    pub(super) fn of(policy: &Policy) -> Self {
        if is_usual(policy) { Self::default() } else { Self::lost() }
    }

    /// Whether the epoch of a moment needs no fold. No card was issued by the moments before it. The
    /// last of a stretch is never left out: its fold is there.
    pub(super) fn covers(
        &mut self,
        judge: &Judge<'_>,
        moments: &[Moment],
        acts: &[(Timestamp, &Event)],
        events: &[&'a Event],
        place: usize,
    ) -> bool {
        if place >= self.end && !self.is_lost {
            self.stretch(judge, moments, acts, events, place);
        }
        let next = moments.get(place + 1).filter(|_| place + 1 < self.end);
        next.is_some_and(|next| self.until.is_some_and(|until| next.at <= until))
    }

    /// The fold of a moment, if it has been made.
    pub(super) fn take_look(&mut self, place: usize) -> Option<Look<'a>> {
        if self.end == place + 1 { self.look.take() } else { None }
    }

    fn stretch(
        &mut self,
        judge: &Judge<'_>,
        moments: &[Moment],
        acts: &[(Timestamp, &Event)],
        events: &[&'a Event],
        begin: usize,
    ) {
        (self.end, self.until, self.look) = (begin, None, None);
        let mut known = begin.checked_sub(1).map_or(0, |before| moments[before].known);
        for moment in &moments[begin..] {
            let is_first = self.end == begin;
            let mut course = self.course;
            let turn = acts[known..moment.known].iter().map(|(at, event)| course.take(*at, event)).max();
            self.is_lost = turn == Some(Turn::Lost);
            // Other rules count other days.
            let turns = turn == Some(Turn::Next) || moment.is_new_rules;
            if self.is_lost || (turns && !is_first) {
                break;
            }
            (self.course, known) = (course, moment.known);
            self.end += 1;
        }
        if self.end > begin + 1 {
            // What cannot be folded fails in its own epoch.
            self.look = judge.look(&events[..known]).ok();
            self.until = self.look.as_ref().and_then(|look| quiet_until(judge, &acts[..known], look));
        }
    }
}

/// Whether cards go by the case's own limits alone. The clock of the village starts and ends with
/// other events than the case.
fn is_usual(policy: &Policy) -> bool {
    policy.card_clock != ClockKind::Village
        && policy.ladder.iter().all(|(_, rule)| match rule {
            Rule::UsedRatio { .. } => true,
            Rule::BeforeDue { of, wd: n } | Rule::AfterDue { of, grace_wd: n } => {
                *of != ClockKind::Village && *n <= MOST
            }
        })
}

/// The earliest instant at which an epoch of the stretch might issue a card; none if anything may be.
fn quiet_until(judge: &Judge<'_>, acts: &[(Timestamp, &Event)], look: &Look<'_>) -> Option<Timestamp> {
    let Look { state, objects } = look;
    if !has_one_start(acts, state) || !has_plain_steps(judge, acts, state) {
        return None;
    }
    let mut until = Timestamp::MAX;
    // Before its answer was known, a case may have counted as accepted from this midnight on.
    let is_deemed = state.clock.start.is_some_and(|start| start.kind == StartKind::Deemed);
    if let Some(answer) = state.history.answer.as_ref().filter(|_| !is_deemed) {
        let known = answer.answered_at.and_then(|at| end_known(judge, acts, ObjectType::PreAcceptance, at));
        if known.is_none_or(|known| known > answer.until) {
            until = answer.until;
        }
    }
    for object in objects.iter().filter(|object| !ends_unmet(judge, acts, object)) {
        let earliest = object.rungs.iter().map(|rung| rung.at).min();
        until = earliest.map_or(until, |earliest| until.min(earliest));
    }
    Some(until)
}

/// Every fold of the stretch has this start, if it has one but a deemed one.
fn has_one_start(acts: &[(Timestamp, &Event)], state: &State<'_>) -> bool {
    let has = |kind: EventKind| acts.iter().any(|(_, event)| event.kind == kind);
    let is_one = match state.clock.start.map(|start| start.kind) {
        Some(StartKind::Accepted) => !has(EventKind::CorrectionComplete),
        Some(StartKind::Corrected) => true,
        Some(StartKind::Deemed) | None => !has(EventKind::Accept) && !has(EventKind::CorrectionComplete),
    };
    // What a closing shuts out had counted before the closing was known.
    is_one && !state.clock.reasons.contains(&Reason::EventAfterFinal)
}

/// Each step was opened once, so that its clock is the same before and after its end.
fn has_plain_steps(judge: &Judge<'_>, acts: &[(Timestamp, &Event)], state: &State<'_>) -> bool {
    let steps = &state.clock.steps;
    let starts = acts.iter().filter(|(_, event)| event.kind == EventKind::StepStart).count();
    let opened: usize = steps.iter().map(|step| step.opened.len()).sum();
    let events = acts.iter().map(|(_, event)| *event);
    starts == opened
        && steps.iter().all(|step| step.opened.len() <= 1 && step.has_one_limit(judge.case.item, events.clone()))
}

/// The object ended in time for what says over, and that was known before any of its rungs.
fn ends_unmet(judge: &Judge<'_>, acts: &[(Timestamp, &Event)], object: &Object) -> bool {
    let Some(until) = object.ended_at() else { return false };
    let known = end_known(judge, acts, object.object_type, until);
    known.is_some_and(|known| {
        object.rungs.iter().all(|rung| known <= rung.at && (!rung.is_over || until <= rung.in_time))
    })
}

/// From when on it is known that an object of this type ended then.
fn end_known(
    judge: &Judge<'_>,
    acts: &[(Timestamp, &Event)],
    object_type: ObjectType,
    until: Timestamp,
) -> Option<Timestamp> {
    let effects = judge.effects;
    let closes = |event: &Event| matches!(event.kind, EventKind::Close | EventKind::Withdraw | EventKind::Void);
    if object_type == ObjectType::Suspension {
        // A stretch begins with whatever ends a stop, so each of its epochs knows that.
        return acts.first().map(|(at, _)| *at);
    }
    let ends = |event: &Event| match object_type {
        ObjectType::Suspension => false,
        // There is but one closing.
        ObjectType::Case => closes(event),
        ObjectType::Step => {
            let may_end = matches!(event.kind, EventKind::StepEnd | EventKind::Transfer) || closes(event);
            may_end && effects.of(event) == until
        }
        ObjectType::PreAcceptance => is_answer(event) && effects.of_answer(event) == until,
        ObjectType::Delivery => event.kind == EventKind::Deliver && effects.of(event) == until,
    };
    // Of several the last: they act in order.
    acts.iter().rev().find(|(_, event)| ends(event)).map(|(at, _)| *at)
}

#[cfg(test)]
mod folds;
#[cfg(test)]
mod tests;
