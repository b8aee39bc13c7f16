//! The steps of a case and their clocks (domain §4 point 9).

use std::borrow::Cow;

use jiff::civil::Date;
use jiff::{Error, Timestamp};

use crate::calendar::{DAY_END, end_of_day, local, office_seconds};
use crate::due::{Counted, Counter, Due};
use crate::effect::Effects;
use crate::history::History;
use crate::ladder::Running;
use crate::reason::note;
use crate::{CloseResult, Event, EventKind, ItemRules, Level, Limit, Policy, Reason, Rule, StepRule, Unit};

/// A step from its first start to its last end, with its clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepClock {
    /// Steps are told apart by it, or by name where the source has none.
    pub step_seq: Option<i64>,
    pub step_name: Option<String>,
    /// Who handled it last.
    pub org_code: Option<String>,
    /// When it was open; the last span may have no end.
    pub opened: Vec<(Timestamp, Option<Timestamp>)>,
    /// Missing: it was ended but never started (a step of no length, domain §4 point 11).
    pub started_at: Option<Timestamp>,
    /// Missing: it is open.
    pub ended_at: Option<Timestamp>,
    pub limit: Option<Limit>,
    pub due_on: Option<Date>,
    pub due_at: Option<Timestamp>,
    pub yellow_at: Option<Timestamp>,
    pub red_at: Option<Timestamp>,
    /// Counted days up to its end; while open, up to the last known event.
    pub used_wd: u32,
    pub provisional: bool,
    told_due: Option<Timestamp>,
    told_limit: Option<u32>,
    /// When it reaches each level of the policy.
    pub(crate) rungs: Vec<(Level, Rule, Timestamp)>,
}

impl StepClock {
    /// Names the step within its case.
    pub fn key(&self) -> String {
        self.step_seq.map_or_else(|| self.step_name.clone().unwrap_or_default(), |seq| seq.to_string())
    }

    fn is_of(&self, event: &Event) -> bool {
        self.step_seq == event.step_seq && (event.step_seq.is_some() || self.step_name == event.step_name)
    }

    /// Whether it has this limit too while not all of these events are known: the name that it
    /// goes by may come with any of them.
    pub(crate) fn has_one_limit<'e>(&self, item: &ItemRules, events: impl Iterator<Item = &'e Event>) -> bool {
        let is_step = |event: &&Event| matches!(event.kind, EventKind::StepStart | EventKind::StepEnd);
        let mut own = events.filter(is_step).filter(|event| self.is_of(event));
        self.told_limit.is_some() || item.steps.is_empty() || own.all(|event| event.step_name == self.step_name)
    }

    /// The instant itself if the step is open then, else its next opening.
    fn open_from(&self, at: Timestamp) -> Timestamp {
        let span = self.opened.iter().find(|(_, until)| until.is_none_or(|until| until > at));
        span.map_or(at, |(from, _)| at.max(*from))
    }

    fn is_open(&self) -> bool {
        self.opened.last().is_some_and(|(_, until)| until.is_none())
    }

    fn take(&mut self, event: &Event, at: Timestamp) {
        if event.kind == EventKind::StepStart {
            if !self.is_open() {
                self.opened.push((event.occurred_at, None));
                self.ended_at = None;
            }
            self.told_due = self.told_due.or(event.due_at);
            self.told_limit = self.told_limit.or(event.step_limit);
        } else {
            self.end(at);
        }
        if event.org_code.is_some() {
            self.org_code.clone_from(&event.org_code);
        }
        if self.step_name.is_none() {
            self.step_name.clone_from(&event.step_name);
        }
    }

    fn end(&mut self, at: Timestamp) {
        match self.opened.last_mut() {
            Some((from, until @ None)) => *until = Some(at.max(*from)),
            Some(_) => return,
            None => self.ended_at = Some(at),
        }
        // An end that was entered late may lie after a later one.
        self.ended_at = self.opened.iter().filter_map(|(_, until)| *until).max().or(self.ended_at);
    }
}

/// The steps in the order in which they first appear. RETURN_STEP ends the step that it names.
pub(crate) fn read(history: &mut History<'_>, item: &ItemRules, effects: Effects<'_>) -> Vec<StepClock> {
    let mut steps: Vec<StepClock> = Vec::new();
    let mut closings = history.closings.iter();
    for event in &history.taken {
        match event.kind {
            EventKind::StepStart | EventKind::StepEnd | EventKind::ReturnStep
                if event.step_seq.is_some() || event.step_name.is_some() =>
            {
                step_of(&mut steps, event).take(event, effects.of(event));
            }
            EventKind::Transfer => end_all(&mut steps, event.occurred_at),
            _ => {}
        }
        if let Some(closing) = closings.clone().next().filter(|closing| std::ptr::eq(closing.event, *event)) {
            closings.next();
            if steps.iter().any(StepClock::is_open) {
                note(&mut history.reasons, Reason::ClosedBeforeStep);
            }
            // An end that took effect after its reopening was none.
            if closing.reopened.is_none_or(|reopened| reopened.occurred_at >= closing.at) {
                end_all(&mut steps, closing.at);
            }
        }
    }
    for step in &mut steps {
        step.started_at = step.opened.first().map(|(from, _)| *from);
        if step.started_at.is_none() {
            note(&mut history.reasons, Reason::StepNeverStarted);
        }
        let registered = history.received_at.or(history.applied_at);
        if step.started_at.zip(registered).is_some_and(|(started, registered)| started < registered) {
            note(&mut history.reasons, Reason::StepBeforeRegistration);
        }
    }
    // Withdrawing or returning a case asks for no step.
    let is_decided = history.closing().is_some_and(|closing| {
        closing.event.kind == EventKind::Close && matches!(closing.result, CloseResult::Granted | CloseResult::Refused)
    });
    if steps.is_empty() && !item.steps.is_empty() && is_decided {
        note(&mut history.reasons, Reason::ClosedWithoutSteps);
    }
    steps
}

fn end_all(steps: &mut [StepClock], at: Timestamp) {
    steps.iter_mut().filter(|step| step.is_open()).for_each(|step| step.end(at));
}

fn step_of<'s>(steps: &'s mut Vec<StepClock>, event: &Event) -> &'s mut StepClock {
    let place = steps.iter().position(|step| step.is_of(event)).unwrap_or_else(|| {
        steps.push(StepClock {
            step_seq: event.step_seq,
            step_name: None,
            org_code: None,
            opened: Vec::new(),
            started_at: None,
            ended_at: None,
            limit: None,
            due_on: None,
            due_at: None,
            yellow_at: None,
            red_at: None,
            used_wd: 0,
            provisional: false,
            told_due: None,
            told_limit: None,
            rungs: Vec::new(),
        });
        steps.len() - 1
    });
    &mut steps[place]
}

/// Works out the clock of a step.
pub(crate) fn run(
    step: &mut StepClock,
    item: &ItemRules,
    counter: &Counter<'_>,
    policy: &Policy,
    last_known_at: Timestamp,
) -> Result<(), Error> {
    let Some(started_at) = step.started_at else { return Ok(()) };
    step.limit = step.told_limit.map(|n| Limit { n, unit: Unit::Wd }).or_else(|| item_limit(step, &item.steps));
    step.limit = step.limit.map(Limit::bounded);
    let until = step.ended_at.unwrap_or(last_known_at);
    step.used_wd = u32::try_from(open_days(step, counter, until)?.len()).unwrap_or(u32::MAX);
    let due = match (step.limit, step.told_due) {
        (Some(limit), _) if limit.unit == Unit::Wd && limit.n > 0 => due(step, started_at, limit.n, counter)?,
        (Some(limit), _) => counter.limit(started_at, limit, 0)?,
        (None, Some(told)) => counter.told(told),
        (None, None) => return Ok(()),
    };
    let running = Running { started_at, due: &due };
    for (level, rule) in &policy.ladder {
        let (at, provisional) = counter.meets(*rule, &running, policy.instant_yellow_office_min)?;
        let at = at.map(|at| step.open_from(at));
        step.rungs.extend(at.filter(|_| !provisional).map(|at| (*level, *rule, at)));
        match level {
            Level::Yellow => step.yellow_at = at,
            Level::Red => step.red_at = at,
            Level::Reminder | Level::Prewarn => {}
        }
    }
    (step.due_on, step.due_at, step.provisional) = (Some(due.on), Some(due.at), due.provisional);
    Ok(())
}

fn item_limit(step: &StepClock, rules: &[StepRule]) -> Option<Limit> {
    let by_name = |rule: &&StepRule| step.step_name.as_ref() == Some(&rule.name);
    let by_seq = |rule: &&StepRule| step.step_seq == Some(rule.seq);
    rules.iter().find(by_name).or_else(|| rules.iter().find(by_seq)).map(|rule| rule.limit)
}

/// How many workdays the step has used by an instant, or by its end if that is earlier.
pub(crate) fn used_wd(step: &StepClock, counter: &Counter<'_>, until: Timestamp) -> Result<u32, Error> {
    let until = step.ended_at.map_or(until, |ended| ended.min(until));
    Ok(u32::try_from(open_days(step, counter, until)?.len()).unwrap_or(u32::MAX))
}

/// The counted days on which the step was open, up to and with the day of `until`.
fn open_days<'c>(step: &StepClock, counter: &Counter<'c>, until: Timestamp) -> Result<Cow<'c, [Date]>, Error> {
    let zone = counter.excluded.zone;
    let first = step.opened.first().map(|(from, _)| local(*from, zone).0);
    let mut days: Vec<Date> = Vec::new();
    for (from, end) in &step.opened {
        let end = end.unwrap_or(until).min(until);
        if end < *from {
            continue;
        }
        let (mut date, _) = local(*from, zone);
        let (last_date, second) = local(end, zone);
        // What ends at midnight does not touch the day that begins.
        let is_midnight = second == 0 && end > *from && end.subsec_nanosecond() == 0;
        let last = if is_midnight { last_date.yesterday()? } else { last_date };
        if step.opened.len() == 1
            && let Some(run) = counter.excluded.run_between(date, last)
        {
            return Ok(Cow::Borrowed(run.days));
        }
        while date <= last {
            let is_new = first != Some(date) && days.last().is_none_or(|day| *day < date);
            if is_new && counter.excluded.calendar.is_workday(date) && !counter.excluded.workday(date)? {
                days.push(date);
            }
            date = date.tomorrow()?;
        }
    }
    Ok(Cow::Owned(days))
}

/// Due on the day on which the number of open days reaches the limit, the step taken to stay open
/// from its last end, or from now, on.
fn due(step: &StepClock, started_at: Timestamp, n: u32, counter: &Counter<'_>) -> Result<Due, Error> {
    let zone = counter.excluded.zone;
    let calendar = counter.excluded.calendar;
    let last = step.opened.last();
    let known_until = last.map_or(started_at, |(from, until)| until.unwrap_or(*from));
    let (mut date, second) = local(known_until, zone);
    // Where the step was opened once, its days follow each other.
    if step.opened.len() == 1
        && let Some(run) = counter.excluded.run_after(local(started_at, zone).0, u64::from(n))
        && let Some(on) = run.days.last().copied()
    {
        let provisional = run.provisional && run.days.iter().any(|day| calendar.is_provisional(*day));
        let span = Some(Counted::Workdays { days: run.days.to_vec(), office_sec: run.office_sec });
        return Ok(Due { on, at: end_of_day(on, zone)?, span, is_told: false, excluded: Vec::new(), provisional });
    }
    let mut days = open_days(step, counter, known_until)?.into_owned();
    let is_end = last.is_some_and(|(from, until)| until.is_some_and(|until| until > *from));
    if is_end && second == 0 && known_until.subsec_nanosecond() == 0 {
        date = date.yesterday()?;
    }
    let mut excluded = Vec::new();
    days.truncate(usize::try_from(n).unwrap_or(usize::MAX));
    while days.len() < usize::try_from(n).unwrap_or(usize::MAX) {
        date = date.tomorrow()?;
        if !calendar.is_workday(date) {
            continue;
        }
        if counter.excluded.workday(date)? {
            excluded.push(date);
        } else {
            days.push(date);
        }
    }
    let is_last = |day: &Date| counter.excluded.gives_way(*day);
    let mut on = days.last().copied().unwrap_or(date);
    while is_last(&on)? {
        excluded.push(on);
        days.pop();
        on = loop {
            on = on.tomorrow()?;
            if calendar.is_workday(on) && !counter.excluded.workday(on)? {
                break on;
            }
        };
        days.push(on);
    }
    let provisional = days.iter().chain(&excluded).any(|day| calendar.is_provisional(*day));
    let office_sec = days.iter().map(|day| office_seconds(calendar.windows(*day), DAY_END)).sum();
    let span = Some(Counted::Workdays { days, office_sec });
    Ok(Due { on, at: end_of_day(on, zone)?, span, is_told: false, excluded, provisional })
}

#[cfg(test)]
mod tests;
