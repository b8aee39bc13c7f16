//! The fold: one case, its clocks.

use jiff::{Error, Timestamp};

use crate::calendar::local;
use crate::due::{Counted, Counter, Due};
use crate::effect::Effects;
use crate::history::History;
use crate::ladder::Running;
use crate::reason::note;
use crate::stop::{Excluded, merge};
use crate::term::{Extend, Extension, Term, added, extend, promise, statutory, village};
use crate::version::latest;
use crate::{
    CaseClock, CaseInput, Clock, ClockError, ClockKind, DueBasis, Event, EventKind, Level, Limit, Policy, Reason,
    Start, WorkCalendar, Zone, steps,
};

/// Everything that a fold works out; the cards need more of it than the clock tells.
pub(crate) struct State<'a> {
    pub(crate) clock: CaseClock,
    pub(crate) history: History<'a>,
    promise: Option<Due>,
    statutory: Option<Due>,
    village: Option<Due>,
}

impl State<'_> {
    pub(crate) fn due(&self, clock: ClockKind) -> Option<&Due> {
        match clock {
            ClockKind::Promise => self.promise.as_ref(),
            ClockKind::Statutory => self.statutory.as_ref(),
            ClockKind::Village => self.village.as_ref(),
        }
    }
}

/// Folds the events of one case into its clocks (domain §4). The same events give the same clocks,
/// in whatever order they are passed. A case all of whose events were taken back has not started.
///
/// # Errors
///
/// [`ClockError`]: no events, a policy without a ratio, or a limit past the last date.
pub fn fold(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &Zone,
    policy: &Policy,
) -> Result<CaseClock, ClockError> {
    policy.check()?;
    let events: Vec<&Event> = case.events.iter().collect();
    let mut clock = state(case, &latest(&events), calendar, zone, policy)?.clock;
    tell_known(case, &mut clock);
    Ok(clock)
}

/// The start of a case alone, which is what its day 0 is needed for.
///
/// # Errors
///
/// As [`fold`], but for events of which there need not be any.
pub fn start(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &Zone,
    policy: &Policy,
) -> Result<Option<Start>, ClockError> {
    let events: Vec<&Event> = case.events.iter().collect();
    let effects = Effects { policy, is_backfill: case.is_backfill };
    let history = History::read(&latest(&events), effects, calendar, zone);
    history.map(|history| history.start).map_err(|source| ClockError::OutOfRange { source })
}

/// When something of the case was known first, in whatever version, and last, also that an event was
/// taken back.
pub(crate) fn tell_known(case: &CaseInput<'_>, clock: &mut CaseClock) {
    for event in case.events {
        clock.first_known_at = clock.first_known_at.min(event.known_at);
        if event.is_deleted {
            clock.last_known_at = clock.last_known_at.max(event.known_at);
        }
    }
}

/// The fold of some of the case's events, each in one version; of none of them, if all were taken back.
pub(crate) fn state<'a>(
    case: &CaseInput<'_>,
    events: &[&'a Event],
    calendar: &dyn WorkCalendar,
    zone: &Zone,
    policy: &Policy,
) -> Result<State<'a>, ClockError> {
    let span = known(events.iter().copied()).or_else(|| known(case.events.iter())).ok_or(ClockError::NoEvents)?;
    fold_known(case, events, calendar, zone, policy, span).map_err(|source| ClockError::OutOfRange { source })
}

/// When the first of these events was known, and the last.
fn known<'e>(events: impl Iterator<Item = &'e Event> + Clone) -> Option<(Timestamp, Timestamp)> {
    let known = events.map(|event| event.known_at);
    known.clone().min().zip(known.max())
}

fn fold_known<'a>(
    case: &CaseInput<'_>,
    events: &[&'a Event],
    calendar: &dyn WorkCalendar,
    zone: &Zone,
    policy: &Policy,
    (first_known_at, last_known_at): (Timestamp, Timestamp),
) -> Result<State<'a>, Error> {
    let bounded = |limit: Option<Limit>| limit.map(Limit::bounded);
    let is_cut = bounded(case.promised) != case.promised || bounded(case.statutory) != case.statutory;
    let case = &CaseInput { promised: bounded(case.promised), statutory: bounded(case.statutory), ..*case };
    let effects = Effects { policy, is_backfill: case.is_backfill };
    let mut history = History::read(events, effects, calendar, zone)?;
    let mut steps = steps::read(&mut history, case.item, effects);
    let mut reasons = std::mem::take(&mut history.reasons);
    if is_cut {
        note(&mut reasons, Reason::LimitCut);
    }
    let mut suspensions = Vec::with_capacity(history.stops.len());
    for stop in &history.stops {
        suspensions.push(stop.settle(case.item, calendar, zone, &mut reasons)?);
    }
    let pauses = merge(&suspensions);
    let excluded = Excluded { pauses: &pauses, calendar, zone };
    let counter = Counter { excluded, deadline: policy.deadline };
    let started_at = history.start.map(|start| start.at);

    let promise_term = promise(case, history.told_due, started_at, &counter, &mut reasons)?;
    let runner = Runner { history: &history, case, counter, policy };
    let mut promise = runner.run(ClockKind::Promise, promise_term, started_at, Asked::First, &mut reasons)?;
    let given = Asked::Given(promise.extend);
    let mut statutory = runner.run(ClockKind::Statutory, statutory(case), started_at, given, &mut Vec::new())?;
    let none = Asked::Given(None);
    let mut village = runner.run(ClockKind::Village, village(case), history.handled_at(), none, &mut Vec::new())?;
    remark(&history, promise_term, promise.due.as_ref(), zone, &mut reasons);
    for step in &mut steps {
        steps::run(step, case.item, &counter, policy, last_known_at)?;
    }

    let closing = history.closing();
    let closed_at = closing.map(|closing| closing.at);
    promise.clock.ended_at = closed_at;
    statutory.clock.ended_at = closed_at;
    if village.clock.started_at.is_some() {
        village.clock.ended_at = history.transferred_at.into_iter().chain(closed_at).min();
    }
    let mut clock = CaseClock {
        received_at: history.received_at,
        applied_at: history.applied_at,
        start: history.start,
        promise: promise.clock,
        statutory: statutory.clock,
        village: village.clock,
        pauses,
        suspensions,
        extension: promise.extension,
        closed_at,
        closed_on: closed_at.map(|at| local(at, zone).0),
        close_result: closing.map(|closing| closing.result),
        decided: closing.is_some_and(|closing| closing.result.is_decision(case.is_escalated)),
        closed_known_at: closing.map(|closing| closing.event.known_at),
        first_known_at,
        last_known_at,
        reasons,
        steps,
        holder: history.holder_at(Timestamp::MAX),
        used_at_end: None,
    };
    if let (Some(_), Some(closed_at)) = (started_at, closed_at) {
        clock.used_at_end = Some(clock.used(closed_at, calendar, zone));
    }
    Ok(State { clock, history, promise: promise.due, statutory: statutory.due, village: village.due })
}

/// Runs one clock of a case.
struct Runner<'r, 'a> {
    history: &'r History<'a>,
    case: &'r CaseInput<'a>,
    counter: Counter<'r>,
    policy: &'r Policy,
}

struct Run<'a> {
    clock: Clock,
    due: Option<Due>,
    extension: Option<Extension>,
    extend: Option<Extend<'a>>,
}

/// Which extension lengthens a clock.
#[derive(Clone, Copy)]
enum Asked<'a> {
    /// The first that took effect in time.
    First,
    /// The one, if any, that lengthens another clock (domain §4 point 7: both alike).
    Given(Option<Extend<'a>>),
}

impl<'a> Runner<'_, 'a> {
    fn run(
        &self,
        kind: ClockKind,
        term: Term,
        started_at: Option<Timestamp>,
        asked: Asked<'a>,
        reasons: &mut Vec<Reason>,
    ) -> Result<Run<'a>, Error> {
        let zone = self.counter.excluded.zone;
        let (basis, limit) = match term {
            Term::Limit(basis, limit) => (basis, Some(limit)),
            Term::Told(_) => (DueBasis::Explicit, None),
            Term::None => (DueBasis::NoLimit, None),
        };
        let waits = started_at.is_none() && basis != DueBasis::NoLimit;
        let mut clock = Clock::waiting(kind, if waits { DueBasis::NotStarted } else { basis }, limit);
        clock.started_at = started_at;
        clock.started_on = started_at.map(|at| local(at, zone).0);
        let Some(started_at) = started_at else {
            return Ok(Run { clock, due: None, extension: None, extend: None });
        };
        let due = match term {
            Term::Limit(_, limit) => self.counter.limit(started_at, limit, 0)?,
            Term::Told(told) => self.counter.told(told),
            Term::None => return Ok(Run { clock, due: None, extension: None, extend: None }),
        };
        let item = self.case.item;
        let (extension, extend) = match asked {
            Asked::First => extend(item, &self.history.extensions, limit, due.at, reasons).unzip(),
            Asked::Given(given) => (given.and_then(|given| added(item, given, limit, reasons)), given),
        };
        let due = match (extension, term) {
            (Some(Extension { due_at: Some(told), .. }), Term::Told(_)) => self.counter.told(told),
            (Some(extension), Term::Limit(_, limit)) => self.counter.limit(started_at, limit, extension.days)?,
            _ => due,
        };
        clock.n += extension.map_or(0, |extension| extension.days);
        self.tell(&mut clock, started_at, &due)?;
        Ok(Run { clock, due: Some(due), extension, extend })
    }

    fn tell(&self, clock: &mut Clock, started_at: Timestamp, due: &Due) -> Result<(), Error> {
        (clock.due_on, clock.due_at) = (Some(due.on), Some(due.at));
        clock.provisional = due.provisional;
        clock.excluded_on.clone_from(&due.excluded);
        match &due.span {
            Some(Counted::Workdays { days, office_sec }) => {
                clock.counted_on.clone_from(days);
                clock.limit_sec = Some(*office_sec);
            }
            Some(Counted::Days(days)) => {
                clock.counted_on.clone_from(days);
                clock.limit_sec = Some(days.len() as u64 * 86_400);
            }
            Some(Counted::Office { sec }) => clock.limit_sec = Some(*sec),
            None => {}
        }
        let running = Running { started_at, due };
        for (level, rule) in &self.policy.ladder {
            let (at, _) = self.counter.meets(*rule, &running, self.policy.instant_yellow_office_min)?;
            match level {
                Level::Yellow => clock.yellow_at = at,
                Level::Red => clock.red_at = at,
                Level::Reminder | Level::Prewarn => {}
            }
        }
        Ok(())
    }
}

/// The remarks that need both the events and the due date.
fn remark(history: &History<'_>, term: Term, due: Option<&Due>, zone: &Zone, reasons: &mut Vec<Reason>) {
    if let (Term::Limit(..), Some(due), Some(told)) = (term, due, history.told_due)
        && local(told, zone).0 != due.on
    {
        note(reasons, Reason::DueDiffers);
    }
    if due.is_some_and(|due| due.provisional) {
        note(reasons, Reason::CalendarProvisional);
    }
    let Some(closing) = history.closing() else {
        return;
    };
    // Withdrawing, voiding or refusing a case that was never accepted is in order; closing is not.
    let is_before_start = match history.start {
        Some(start) => closing.at < start.at,
        None => closing.event.kind == EventKind::Close,
    };
    if is_before_start {
        note(reasons, Reason::ClosedBeforeStart);
    }
}

#[cfg(test)]
mod edges;
#[cfg(test)]
mod tests;
