//! Folding cases: from facts to clocks, on all cores.

use jiff::Timestamp;
use jiff::civil::Date;
use sla::{CaseClock, CaseInput, DueBasis, Event, EventKind};

use crate::Rules;
use crate::facts::{CaseFacts, Registration};

/// A folded case.
#[derive(Debug)]
pub(crate) struct Folded {
    pub(crate) case_no: String,
    pub(crate) source_system: String,
    pub(crate) registration: Registration,
    pub(crate) clock: CaseClock,
    pub(crate) policy: (String, u32),
    pub(crate) events: usize,
    /// Remarks beside those of the clock.
    pub(crate) remarks: Vec<&'static str>,
}

/// What of a case counts in which day of its village: the measures of `village_day`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DayFacts {
    pub(crate) village_code: Option<String>,
    pub(crate) received_on: Option<Date>,
    pub(crate) started_on: Option<Date>,
    pub(crate) closed_on: Option<Date>,
    pub(crate) due_on: Option<Date>,
    /// Closed at or before the due time.
    pub(crate) closed_in_time: bool,
    pub(crate) is_decided: bool,
}

/// Folds every case that has anything to fold.
pub(crate) fn fold_all(facts: &[CaseFacts], rules: &Rules) -> Vec<Folded> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = facts.len().div_ceil(cores).max(256);
    std::thread::scope(|scope| {
        let shares: Vec<_> = facts
            .chunks(share)
            .map(|share| scope.spawn(move || share.iter().filter_map(|case| fold_one(case, rules)).collect::<Vec<_>>()))
            .collect();
        let mut folded = Vec::with_capacity(facts.len());
        for share in shares {
            match share.join() {
                Ok(cases) => folded.extend(cases),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        folded
    })
}

/// What the clock is given of a case.
pub(crate) fn input<'e>(events: &'e [Event], registration: &Registration) -> CaseInput<'e> {
    CaseInput {
        events,
        promised: registration.promised,
        statutory: registration.statutory,
        due_binding: registration.due_binding,
        kind_escalated: registration.case_kind.as_deref() == Some("ESCALATED"),
    }
}

/// The day on which the clock starts, as far as it chooses the policy.
pub(crate) fn day_zero(events: &[Event], rules: &Rules) -> Option<Date> {
    let accepted = events.iter().filter(|event| event.kind == EventKind::Accept).map(|event| event.occurred_at).min();
    accepted.map(|at| rules.zone.to_datetime(at).date())
}

fn fold_one(case: &CaseFacts, rules: &Rules) -> Option<Folded> {
    let registration = case.registration.clone().unwrap_or_default();
    let events: Vec<Event> = case.events.iter().map(|known| known.event.clone()).collect();
    let policy = rules.policy(day_zero(&events, rules));
    let mut remarks = Vec::new();
    if case.registration.is_none() {
        remarks.push("NO_REGISTRATION");
    }
    let clock = if events.is_empty() {
        remarks.push("NO_EVENTS");
        not_started(registration.known_at?, &registration)
    } else {
        match sla::fold(&input(&events, &registration), &rules.calendar, &rules.zone, policy) {
            Ok(clock) => clock,
            Err(error) => {
                // Such a case is kept and shown, without a due date, rather than holding up the rest.
                tracing::warn!(case_no = case.case_no, %error, "the clock cannot fold this case");
                remarks.push("CLOCK_FAILED");
                let known = events.iter().map(|event| event.known_at);
                let mut clock = not_started(known.clone().min()?, &registration);
                clock.last_known_at = known.max()?;
                clock.due = DueBasis::NoLimit;
                clock
            }
        }
    };
    Some(Folded {
        case_no: case.case_no.clone(),
        source_system: case.source_system.clone(),
        registration,
        clock,
        policy: (policy.name.clone(), policy.version),
        events: case.events.len(),
        remarks,
    })
}

/// A case of which only the registration is known.
fn not_started(known_at: Timestamp, registration: &Registration) -> CaseClock {
    let has_limit = registration.promised.or(registration.statutory).is_some();
    CaseClock {
        received_at: None,
        started_at: None,
        started_on: None,
        due: if has_limit { DueBasis::NotStarted } else { DueBasis::NoLimit },
        limit: registration.promised.or(registration.statutory),
        due_on: None,
        due_at: None,
        yellow_at: None,
        red_at: None,
        limit_office_sec: None,
        closed_at: None,
        closed_on: None,
        close_result: None,
        decided: false,
        closed_known_at: None,
        first_known_at: known_at,
        last_known_at: known_at,
        provisional: false,
        reasons: Vec::new(),
        steps: Vec::new(),
        holder: None,
        cards: Vec::new(),
        used_at_end: None,
    }
}

impl Folded {
    /// Last instant at which anything of the case became known, registration included.
    pub(crate) fn last_known_at(&self) -> Timestamp {
        let registered = self.registration.known_at.unwrap_or(self.clock.last_known_at);
        self.clock.last_known_at.max(registered)
    }

    pub(crate) fn day_facts(&self, rules: &Rules) -> DayFacts {
        let clock = &self.clock;
        let in_time = matches!((clock.closed_at, clock.due_at), (Some(closed), Some(due)) if closed <= due);
        DayFacts {
            village_code: self.registration.village_code.clone(),
            received_on: clock.received_at.or(clock.started_at).map(|at| rules.zone.to_datetime(at).date()),
            started_on: clock.started_on,
            closed_on: clock.closed_on,
            due_on: clock.due_on,
            closed_in_time: in_time,
            is_decided: clock.decided,
        }
    }
}

impl DayFacts {
    /// The days that the case counts in, with received, accepted, closed, closed on time, due, due
    /// on time. A case that ended in time without a decision is not among those due (domain §5).
    pub(crate) fn measures(&self) -> Vec<(Date, [i64; 6])> {
        let mut days = Vec::with_capacity(4);
        if let Some(day) = self.received_on {
            days.push((day, [1, 0, 0, 0, 0, 0]));
        }
        if let Some(day) = self.started_on {
            days.push((day, [0, 1, 0, 0, 0, 0]));
        }
        if let Some(day) = self.closed_on.filter(|_| self.is_decided) {
            days.push((day, [0, 0, 1, i64::from(self.closed_in_time), 0, 0]));
        }
        let left = self.closed_on.is_some() && !self.is_decided && self.closed_in_time;
        if let Some(day) = self.due_on.filter(|_| !left) {
            days.push((day, [0, 0, 0, 0, 1, i64::from(self.closed_in_time)]));
        }
        days
    }
}
