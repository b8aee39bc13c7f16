//! The fold: one case, its clock.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::calendar::local;
use crate::cards::{self, Card};
use crate::due::{Due, Rules, Term, term};
use crate::history::{Closing, History};
use crate::reason::note;
use crate::{
    CaseInput, ClockError, CloseResult, Event, EventKind, Limit, Policy, Reason, StepSpan, Used, WorkCalendar, steps,
};

named_enum! {
    /// What the due date rests on (domain §4 point 3).
    DueBasis {
        Promised = "PROMISED",
        Statutory = "STATUTORY",
        /// The source's own due instant.
        Explicit = "EXPLICIT",
        /// Neither a limit that can be counted nor a due instant: no card.
        NoLimit = "NO_LIMIT",
        /// There is a limit or a due instant, but no acceptance.
        NotStarted = "NOT_STARTED",
    }
}

/// The clock of a case from acceptance, as its known events make it (domain §4, output). It holds
/// instants; what they mean at a time is asked with [`CaseClock::status`] and [`CaseClock::used`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseClock {
    /// First RECEIVE, else first APPLY. Not the start (domain §1).
    pub received_at: Option<Timestamp>,
    /// First ACCEPT (domain §4 point 1).
    pub started_at: Option<Timestamp>,
    /// Local date of the start: day 0.
    pub started_on: Option<Date>,
    pub due: DueBasis,
    /// The limit that decides; none with an explicit due instant. `n` = 0: an instant item.
    pub limit: Option<Limit>,
    pub due_on: Option<Date>,
    /// Last microsecond in time; in time means closed at or before it (domain §4 point 3).
    pub due_at: Option<Timestamp>,
    /// When an open case gets near its limit; none for a late instant item (domain §3).
    pub yellow_at: Option<Timestamp>,
    /// When an open case turns RED: `due_at` + 1 µs, later if the policy has a grace.
    pub red_at: Option<Timestamp>,
    /// Office seconds of days 1 to N, the denominator of the used ratio; only for N > 0.
    pub limit_office_sec: Option<u64>,
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
    /// The due date rests on days beyond the known calendar, so there is no card (domain §3).
    pub provisional: bool,
    pub reasons: Vec<Reason>,
    pub steps: Vec<StepSpan>,
    /// `org_code` of the last event that has one.
    pub holder: Option<String>,
    /// At most a YELLOW and a RED, in this order; their instants may lie ahead (design §2.3).
    pub cards: Vec<Card>,
    /// The time used when the case was closed; none while open or without a start.
    pub used_at_end: Option<Used>,
}

/// Folds the events of one case into its clock (domain §4). The same events give the same clock,
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
    if policy.yellow_den == 0 {
        let (name, version) = (policy.name.clone(), policy.version);
        return Err(ClockError::YellowRatio { name, version });
    }
    let known = case.events.iter().map(|event| event.known_at);
    let (Some(first_known_at), Some(last_known_at)) = (known.clone().min(), known.max()) else {
        return Err(ClockError::NoEvents);
    };
    let mut history = History::read(case.events, policy);
    let mut reasons = std::mem::take(&mut history.reasons);
    let term = term(case, history.told_due, &mut reasons);
    let rules = Rules { calendar, zone, policy };
    let due = match history.start {
        Some(start) => due(&rules, start, term)?,
        None => None,
    };
    remark(&history, term, due.as_ref(), zone, &mut reasons);

    let (basis, limit) = match term {
        Term::None => (DueBasis::NoLimit, None),
        Term::Limit(basis, limit) => (basis, Some(limit)),
        Term::Told(_) => (DueBasis::Explicit, None),
    };
    let waits = history.start.is_none() && basis != DueBasis::NoLimit;
    let started_at = history.start.map(|start| start.occurred_at);
    let closing = history.closing();
    let mut clock = CaseClock {
        received_at: history.received_at(),
        started_at,
        started_on: started_at.map(|at| local(at, zone).0),
        due: if waits { DueBasis::NotStarted } else { basis },
        limit,
        due_on: due.as_ref().map(|due| due.on),
        due_at: due.as_ref().map(|due| due.at),
        yellow_at: due.as_ref().and_then(|due| due.yellow_at),
        red_at: due.as_ref().map(|due| due.red_at),
        limit_office_sec: due.as_ref().and_then(|due| due.office_sec),
        closed_at: closing.map(|closing| closing.at),
        closed_on: closing.map(|closing| local(closing.at, zone).0),
        close_result: closing.map(|closing| closing.result),
        decided: closing.is_some_and(|closing| closing.result.is_decision(case.kind_escalated)),
        closed_known_at: closing.map(|closing| closing.event.known_at),
        first_known_at,
        last_known_at,
        provisional: due.as_ref().is_some_and(|due| due.provisional),
        reasons,
        steps: steps::spans(&history.taken),
        holder: history.holder_at(Timestamp::MAX),
        cards: Vec::new(),
        used_at_end: None,
    };
    if let (Some(_), Some(closed_at)) = (started_at, clock.closed_at) {
        clock.used_at_end = Some(clock.used(closed_at, calendar, zone));
    }
    if let Some(start) = history.start {
        let known_at = match term {
            Term::Told(told) => start.known_at.max(told.known_at),
            Term::Limit(..) | Term::None => start.known_at,
        };
        clock.cards = cards::raise(&clock, &history, known_at);
    }
    Ok(clock)
}

fn due(rules: &Rules<'_>, start: &Event, term: Term) -> Result<Option<Due>, ClockError> {
    let due = match term {
        Term::None => return Ok(None),
        Term::Limit(_, limit) => rules.workdays(start.occurred_at, limit.n),
        Term::Told(told) => rules.told(start.occurred_at, told.at),
    };
    due.map(Some).map_err(|source| ClockError::OutOfRange { event_id: start.event_id.clone(), source })
}

/// The remarks that need both the events and the due date.
fn remark(history: &History<'_>, term: Term, due: Option<&Due>, zone: &TimeZone, reasons: &mut Vec<Reason>) {
    if let (Term::Limit(..), Some(due), Some(told)) = (term, due, history.told_due)
        && local(told.at, zone).0 != due.on
    {
        note(reasons, Reason::DueDiffers);
    }
    if due.is_some_and(|due| due.provisional) {
        note(reasons, Reason::CalendarProvisional);
    }
    let Some(closing) = history.closing() else {
        return;
    };
    if closing.late {
        note(reasons, Reason::LateEntry);
    }
    if is_before_start(closing, history.start) {
        note(reasons, Reason::ClosedBeforeStart);
    }
}

/// Withdrawing, voiding or refusing a case that was never accepted is in order; closing is not.
fn is_before_start(closing: &Closing<'_>, start: Option<&Event>) -> bool {
    match start {
        Some(start) => closing.at < start.occurred_at,
        None => closing.event.kind == EventKind::Close,
    }
}

#[cfg(test)]
mod tests;
