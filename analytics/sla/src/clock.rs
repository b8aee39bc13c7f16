//! The fold: one case, its clocks.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Error, Timestamp};

use crate::calendar::local;
use crate::due::{Counted, Counter, Due};
use crate::effect::Effects;
use crate::history::{History, Start};
use crate::ladder::Running;
use crate::reason::note;
use crate::stop::{Excluded, Pause, Suspension, merge};
use crate::term::{Extension, Term, extend, promise, statutory, village};
use crate::{
    CaseInput, ClockError, ClockKind, CloseResult, Event, EventKind, Level, Limit, Policy, Reason, StepClock, Used,
    WorkCalendar, steps,
};

named_enum! {
    /// What a due date rests on (domain §4 points 3 and 15).
    DueBasis {
        Promised = "PROMISED",
        Statutory = "STATUTORY",
        /// The item's limit of the village clock.
        Village = "VILLAGE",
        /// The source's own due instant.
        Explicit = "EXPLICIT",
        /// Neither a limit nor a due instant: no card.
        NoLimit = "NO_LIMIT",
        /// There is a limit or a due instant, but no start.
        NotStarted = "NOT_STARTED",
    }
}

/// One of the three clocks of a case (domain §4 point 15).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    pub kind: ClockKind,
    pub basis: DueBasis,
    /// The limit that decides, without extension; none with an explicit due instant.
    pub limit: Option<Limit>,
    /// Its number with the days of an extension.
    pub n: u32,
    pub started_at: Option<Timestamp>,
    /// Local date of the start: day 0.
    pub started_on: Option<Date>,
    /// When it stopped for good.
    pub ended_at: Option<Timestamp>,
    pub due_on: Option<Date>,
    /// Last instant in time; in time means ended at or before it (domain §4 point 3).
    pub due_at: Option<Timestamp>,
    /// When an open case gets near its limit, by the policy's YELLOW.
    pub yellow_at: Option<Timestamp>,
    /// When an open case turns RED by the policy.
    pub red_at: Option<Timestamp>,
    /// Seconds of the counted time, the denominator of the used ratio: office seconds of days 1 to
    /// N, natural seconds of natural days, or the office seconds of a limit in hours or minutes.
    pub limit_sec: Option<u64>,
    /// Days 1 to N.
    pub counted_on: Vec<Date>,
    /// Days up to the due date that a stop took out.
    pub excluded_on: Vec<Date>,
    /// The due date rests on days beyond the known calendar, so there is no card (domain §3).
    pub provisional: bool,
}

/// How a case stands by its known events (domain §4, output). It holds instants; what they mean at
/// a time is asked with [`CaseClock::status`] and [`CaseClock::used`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseClock {
    /// First RECEIVE, and first APPLY. Not the start (domain §1).
    pub received_at: Option<Timestamp>,
    pub applied_at: Option<Timestamp>,
    pub start: Option<Start>,
    pub promise: Clock,
    pub statutory: Clock,
    pub village: Clock,
    /// What its stops deduct together, in order and apart.
    pub pauses: Vec<Pause>,
    pub suspensions: Vec<Suspension>,
    /// The extension in force.
    pub extension: Option<Extension>,
    /// When the closing in force took effect (domain §4 point 10).
    pub closed_at: Option<Timestamp>,
    /// Local date of `closed_at`.
    pub closed_on: Option<Date>,
    pub close_result: Option<CloseResult>,
    /// The closing in force is a decision on the case (domain §1, `close_result`).
    pub decided: bool,
    /// When the closing in force was known.
    pub closed_known_at: Option<Timestamp>,
    /// First and last instant at which something of the case was known (domain §4 point 14).
    pub first_known_at: Timestamp,
    pub last_known_at: Timestamp,
    pub reasons: Vec<Reason>,
    pub steps: Vec<StepClock>,
    /// Organization that holds the case.
    pub holder: Option<String>,
    /// The time used when the case was closed; none while open or without a start.
    pub used_at_end: Option<Used>,
}

impl Clock {
    fn waiting(kind: ClockKind, basis: DueBasis, limit: Option<Limit>) -> Self {
        Self {
            kind,
            basis,
            limit,
            n: limit.map_or(0, |limit| limit.n),
            started_at: None,
            started_on: None,
            ended_at: None,
            due_on: None,
            due_at: None,
            yellow_at: None,
            red_at: None,
            limit_sec: None,
            counted_on: Vec::new(),
            excluded_on: Vec::new(),
            provisional: false,
        }
    }
}

impl CaseClock {
    /// A case of which nothing but its limits is known.
    pub fn not_started(promised: Option<Limit>, statutory: Option<Limit>, known_at: Timestamp) -> Self {
        let clock = |kind, limit: Option<Limit>| {
            let basis = if limit.is_some() { DueBasis::NotStarted } else { DueBasis::NoLimit };
            Clock::waiting(kind, basis, limit)
        };
        Self {
            received_at: None,
            applied_at: None,
            start: None,
            promise: clock(ClockKind::Promise, promised.or(statutory)),
            statutory: clock(ClockKind::Statutory, statutory),
            village: clock(ClockKind::Village, promised),
            pauses: Vec::new(),
            suspensions: Vec::new(),
            extension: None,
            closed_at: None,
            closed_on: None,
            close_result: None,
            decided: false,
            closed_known_at: None,
            first_known_at: known_at,
            last_known_at: known_at,
            reasons: Vec::new(),
            steps: Vec::new(),
            holder: None,
            used_at_end: None,
        }
    }
}

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

impl CaseClock {
    /// One of the three.
    pub fn clock(&self, kind: ClockKind) -> &Clock {
        match kind {
            ClockKind::Promise => &self.promise,
            ClockKind::Statutory => &self.statutory,
            ClockKind::Village => &self.village,
        }
    }
}

/// Folds the events of one case into its clocks (domain §4). The same events give the same clocks,
/// in whatever order they are passed.
///
/// # Errors
///
/// [`ClockError`]: no events, a policy without a ratio, or a limit past the last date.
pub fn fold(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &TimeZone,
    policy: &Policy,
) -> Result<CaseClock, ClockError> {
    policy.check()?;
    let events: Vec<&Event> = case.events.iter().collect();
    state(case, &events, calendar, zone, policy).map(|state| state.clock)
}

/// The fold of some of the case's events.
pub(crate) fn state<'a>(
    case: &CaseInput<'_>,
    events: &[&'a Event],
    calendar: &dyn WorkCalendar,
    zone: &TimeZone,
    policy: &Policy,
) -> Result<State<'a>, ClockError> {
    let known = events.iter().map(|event| event.known_at);
    let (Some(first), Some(last)) = (known.clone().min(), known.max()) else {
        return Err(ClockError::NoEvents);
    };
    fold_known(case, events, calendar, zone, policy, (first, last)).map_err(|source| ClockError::OutOfRange { source })
}

fn fold_known<'a>(
    case: &CaseInput<'_>,
    events: &[&'a Event],
    calendar: &dyn WorkCalendar,
    zone: &TimeZone,
    policy: &Policy,
    (first_known_at, last_known_at): (Timestamp, Timestamp),
) -> Result<State<'a>, Error> {
    let effects = Effects { policy, is_backfill: case.is_backfill };
    let mut history = History::read(events, effects, calendar, zone)?;
    let mut steps = steps::read(&mut history, effects);
    let mut reasons = std::mem::take(&mut history.reasons);
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
    let mut promise = runner.run(ClockKind::Promise, promise_term, started_at, &mut reasons)?;
    let mut statutory = runner.run(ClockKind::Statutory, statutory(case), started_at, &mut Vec::new())?;
    let mut village = runner.run(ClockKind::Village, village(case), history.handled_at(), &mut Vec::new())?;
    remark(&history, promise_term, promise.due.as_ref(), zone, &mut reasons);
    for step in &mut steps {
        steps::run(step, case.item, &counter, policy, last_known_at)?;
    }

    let closing = history.closing();
    let closed_at = closing.map(|closing| closing.at);
    promise.clock.ended_at = closed_at;
    statutory.clock.ended_at = closed_at;
    village.clock.ended_at = history.transferred_at.into_iter().chain(closed_at).min();
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

struct Run {
    clock: Clock,
    due: Option<Due>,
    extension: Option<Extension>,
}

impl Runner<'_, '_> {
    fn run(
        &self,
        kind: ClockKind,
        term: Term,
        started_at: Option<Timestamp>,
        reasons: &mut Vec<Reason>,
    ) -> Result<Run, Error> {
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
            return Ok(Run { clock, due: None, extension: None });
        };
        let due = match term {
            Term::Limit(_, limit) => self.counter.limit(started_at, limit, 0)?,
            Term::Told(told) => self.counter.told(told),
            Term::None => return Ok(Run { clock, due: None, extension: None }),
        };
        let extension = match kind {
            ClockKind::Village => None,
            _ => extend(self.case.item, &self.history.extensions, limit, due.at, reasons),
        };
        let due = match (extension, term) {
            (Some(Extension { due_at: Some(told), .. }), Term::Told(_)) => self.counter.told(told),
            (Some(extension), Term::Limit(_, limit)) => self.counter.limit(started_at, limit, extension.days)?,
            _ => due,
        };
        clock.n += extension.map_or(0, |extension| extension.days);
        self.tell(&mut clock, started_at, &due)?;
        Ok(Run { clock, due: Some(due), extension })
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
fn remark(history: &History<'_>, term: Term, due: Option<&Due>, zone: &TimeZone, reasons: &mut Vec<Reason>) {
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
mod tests;
