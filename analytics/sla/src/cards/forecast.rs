//! The cards that one state of a case leads to: which rule is met when, if nothing more happens.

use jiff::civil::Date;
use jiff::{Error, Timestamp};

use crate::calendar::{DAY_END, end_of_day, instant, local, office_seconds, workdays_after};
use crate::clock::State;
use crate::due::{Counter, just_after};
use crate::ladder::Running;
use crate::rules::Book;
use crate::stop::Excluded;
use crate::{CaseInput, ClockKind, CloseResult, Level, ObjectType, Policy, Rule, WorkCalendar, Zone};

/// An object that cards are about, as one state has it.
pub(super) struct Object {
    pub(super) object_type: ObjectType,
    pub(super) id: Option<String>,
    pub(super) key: Option<String>,
    /// When it is open; the last span may have no end.
    pub(super) open: Vec<(Timestamp, Option<Timestamp>)>,
    /// No card of it before that.
    pub(super) from: Timestamp,
    pub(super) due_at: Timestamp,
    pub(super) rungs: Vec<Rung>,
    /// Extensions in force and reopenings.
    pub(super) turns: u32,
    /// After it the statutory limit is over.
    pub(super) statutory_due_at: Option<Timestamp>,
}

/// When an object reaches a level.
pub(super) struct Rung {
    pub(super) level: Level,
    pub(super) clock: ClockKind,
    pub(super) is_over: bool,
    /// The rule is met here if the object is open.
    pub(super) at: Timestamp,
    /// Last instant at which an end comes in time for it.
    pub(super) in_time: Timestamp,
    pub(super) due_at: Timestamp,
    pub(super) due_on: Date,
}

impl Object {
    /// When the rule is met: at its instant if the object is open then, else at its next opening.
    pub(super) fn condition(&self, rung: &Rung) -> Option<Timestamp> {
        let open = &mut self.open.iter();
        // Near the limit is what is open after it took effect; over it, what ended late too.
        let last = if rung.is_over { rung.in_time } else { rung.in_time.max(self.from) };
        let span = open.find(|(_, until)| until.is_none_or(|until| until > last))?;
        Some(rung.at.max(span.0))
    }

    pub(super) fn is_open(&self, at: Timestamp) -> bool {
        self.open.iter().any(|(from, until)| *from <= at && until.is_none_or(|until| until > at))
    }

    /// The end of its last span, if it is closed.
    pub(super) fn ended_at(&self) -> Option<Timestamp> {
        self.open.last().and_then(|(_, until)| *until)
    }
}

/// What the forecasts are made with.
pub(super) struct Forecast<'f> {
    pub(super) book: &'f Book<'f>,
    pub(super) case: &'f CaseInput<'f>,
    pub(super) calendar: &'f dyn WorkCalendar,
    pub(super) zone: &'f Zone,
    pub(super) policy: &'f Policy,
    pub(super) now: Timestamp,
}

impl Forecast<'_> {
    /// The objects of a state. Those that rest on an unknown calendar are left out.
    pub(super) fn objects(&self, state: &State<'_>) -> Result<Vec<Object>, Error> {
        let mut objects = Vec::new();
        objects.extend(self.case(state)?);
        self.steps(state, &mut objects)?;
        if self.policy.is_official {
            objects.extend(self.pre_acceptance(state)?);
            self.suspensions(state, &mut objects)?;
            objects.extend(self.delivery(state)?);
        }
        Ok(objects)
    }

    fn counter<'c>(&'c self, state: &'c State<'_>) -> Counter<'c> {
        let excluded = Excluded { pauses: &state.clock.pauses, calendar: self.calendar, zone: self.zone };
        Counter { excluded, deadline: self.policy.deadline }
    }

    fn case(&self, state: &State<'_>) -> Result<Option<Object>, Error> {
        let clock = &state.clock;
        let Some(start) = clock.start else { return Ok(None) };
        let card_clock = clock.clock(self.policy.card_clock);
        let Some(due) = state.due(card_clock.kind) else { return Ok(None) };
        let counter = self.counter(state);
        let mut rungs = Vec::new();
        for (level, rule) in &self.policy.ladder {
            let of = match rule {
                Rule::UsedRatio { .. } => Some(due),
                Rule::BeforeDue { of, .. } | Rule::AfterDue { of, .. } => state.due(*of),
            };
            let Some(of) = of else { continue };
            let running = Running { started_at: card_clock.started_at.unwrap_or(start.at), due: of };
            rungs.extend(rung(&counter, self.policy, *level, *rule, &running, card_clock.kind)?);
        }
        let mut open = state.history.open_spans(start.at);
        if card_clock.kind == ClockKind::Village
            && let Some(ended_at) = card_clock.ended_at
        {
            open = vec![(card_clock.started_at.unwrap_or(start.at), Some(ended_at))];
        }
        let reopened = state.history.closings.iter().filter(|closing| closing.reopened.is_some()).count();
        let turns = u32::try_from(reopened).unwrap_or(u32::MAX) + u32::from(clock.extension.is_some());
        Ok(Some(Object {
            object_type: ObjectType::Case,
            id: None,
            key: None,
            open,
            from: start.from,
            due_at: due.at,
            rungs,
            turns,
            statutory_due_at: state.due(ClockKind::Statutory).filter(|due| !due.provisional).map(|due| due.at),
        }))
    }

    fn steps(&self, state: &State<'_>, objects: &mut Vec<Object>) -> Result<(), Error> {
        for step in &state.clock.steps {
            let (Some(due_at), Some(due_on)) = (step.due_at, step.due_on) else { continue };
            let due = (due_at, due_on);
            let rungs =
                step.rungs.iter().map(|(level, rule, at)| told_rung(*level, *rule, *at, due, ClockKind::Promise));
            let rungs = if step.provisional { Vec::new() } else { rungs.collect() };
            let from = step.opened.first().map_or(due_at, |(from, _)| *from);
            let name = Some((step.key(), step.key()));
            objects.push(plain(ObjectType::Step, name, step.opened.clone(), from, due_at, rungs));
        }
        Ok(())
    }

    /// Receipt: 5 workdays to accept, refuse or notify (domain §3).
    fn pre_acceptance(&self, state: &State<'_>) -> Result<Option<Object>, Error> {
        let Some(answer) = state.history.answer.as_ref().filter(|answer| !answer.provisional) else {
            return Ok(None);
        };
        let Some(last) = answer.days.last().copied() else { return Ok(None) };
        let office_sec: u64 = answer.days.iter().map(|day| office_seconds(self.calendar.windows(*day), DAY_END)).sum();
        let counter = self.counter(state);
        let due_at = end_of_day(last, self.zone)?;
        let yellow = counter.in_office(&answer.days, (office_sec * 4).div_ceil(5))?;
        let ratio = Rule::UsedRatio { num: 4, den: 5 };
        let mut rungs = Vec::new();
        rungs.extend(yellow.map(|at| told_rung(Level::Yellow, ratio, at, (due_at, last), ClockKind::Promise)));
        let over = Rule::AfterDue { of: ClockKind::Promise, grace_wd: 0 };
        rungs.push(told_rung(Level::Red, over, answer.until, (due_at, last), ClockKind::Promise));
        let open = vec![(answer.received_at, answer.answered_at.map(|at| at.max(answer.received_at)))];
        Ok(Some(plain(ObjectType::PreAcceptance, None, open, answer.received_at, due_at, rungs)))
    }

    /// A stop still open at 24:00 of the day of its cap, and of the next workday (domain §3).
    fn suspensions(&self, state: &State<'_>, objects: &mut Vec<Object>) -> Result<(), Error> {
        for (place, stop) in state.clock.suspensions.iter().enumerate() {
            let Some(cap_at) = stop.cap_at else { continue };
            // A cap at midnight is the end of the day before.
            let (on, _) = local(cap_at.checked_sub(crate::calendar::MICROSECOND)?, self.zone);
            let next = workdays_after(self.calendar, on, 1)?;
            if next.provisional {
                continue;
            }
            let over = Rule::AfterDue { of: ClockKind::Promise, grace_wd: 0 };
            let due_at = end_of_day(on, self.zone)?;
            let red_at = instant(next.last, DAY_END, self.zone)?;
            let red_due_at = end_of_day(next.last, self.zone)?;
            // What ends at 24:00 sharp is not open then.
            let open_at = |level, at, due| Rung { in_time: at, ..told_rung(level, over, at, due, ClockKind::Promise) };
            let rungs = vec![
                open_at(Level::Yellow, just_after(due_at)?, (due_at, on)),
                open_at(Level::Red, red_at, (red_due_at, next.last)),
            ];
            let open = vec![(stop.started_at, stop.ended_at.map(|end| end.max(stop.started_at)))];
            let namesakes = state.clock.suspensions[..place].iter().filter(|other| other.id == stop.id).count();
            let id = if namesakes == 0 { stop.id.clone() } else { format!("{}#{}", stop.id, namesakes + 1) };
            let name = Some((id, stop.event_id.clone()));
            objects.push(plain(ObjectType::Suspension, name, open, stop.started_at, due_at, rungs));
        }
        Ok(())
    }

    /// A certificate is delivered within 10 workdays of the decision (domain §3, art 44).
    fn delivery(&self, state: &State<'_>) -> Result<Option<Object>, Error> {
        let granted = state.history.closing().filter(|closing| closing.result == CloseResult::Granted);
        let Some(closing) = granted.filter(|_| self.case.has_certificate) else { return Ok(None) };
        let delivered = state.history.delivered_after(closing);
        // It comes after the end of the case, and is counted by what was known until it was made.
        let by = delivered.map_or(self.now, |at| at.min(self.now));
        let calendar = self.book.known(by, self.now).calendar;
        let counted = workdays_after(calendar, local(closing.at, self.zone).0, self.policy.deliver_within_wd)?;
        if counted.provisional {
            return Ok(None);
        }
        let due_at = end_of_day(counted.last, self.zone)?;
        let over = Rule::AfterDue { of: ClockKind::Promise, grace_wd: 0 };
        let rungs =
            vec![told_rung(Level::Yellow, over, just_after(due_at)?, (due_at, counted.last), ClockKind::Promise)];
        let open = vec![(closing.at, delivered.map(|at| at.max(closing.at)))];
        Ok(Some(plain(ObjectType::Delivery, None, open, closing.at, due_at, rungs)))
    }
}

fn plain(
    object_type: ObjectType,
    name: Option<(String, String)>,
    open: Vec<(Timestamp, Option<Timestamp>)>,
    from: Timestamp,
    due_at: Timestamp,
    rungs: Vec<Rung>,
) -> Object {
    let (id, key) = name.unzip();
    Object { object_type, id, key, open, from, due_at, rungs, turns: 0, statutory_due_at: None }
}

fn rung(
    counter: &Counter<'_>,
    policy: &Policy,
    level: Level,
    rule: Rule,
    running: &Running<'_>,
    clock: ClockKind,
) -> Result<Option<Rung>, Error> {
    let (at, provisional) = counter.meets(rule, running, policy.instant_yellow_office_min)?;
    let at = at.filter(|_| !provisional);
    Ok(at.map(|at| told_rung(level, rule, at, (running.due.at, running.due.on), clock)))
}

/// An end in time for a rule that says over is one by the due instant, or within the grace; for
/// one that says near, one by its instant.
fn told_rung(level: Level, rule: Rule, at: Timestamp, (due_at, due_on): (Timestamp, Date), clock: ClockKind) -> Rung {
    let just_before = at.checked_sub(crate::calendar::MICROSECOND).unwrap_or(at);
    let in_time = if rule.is_over() { just_before } else { at };
    Rung { level, clock, is_over: rule.is_over(), at, in_time, due_at, due_on }
}
