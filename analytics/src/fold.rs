//! Folding cases: from facts to clocks, on all cores.

use jiff::Timestamp;
use sla::{CancelCause, Card, CaseClock, DueBasis, Event};

use crate::Rules;
use crate::facts::{CaseFacts, Landing, Registration};
use crate::rules::KnownRules;

/// A folded case.
#[derive(Debug)]
pub(crate) struct Folded {
    pub(crate) case_no: String,
    pub(crate) source_system: String,
    pub(crate) registration: Registration,
    pub(crate) clock: CaseClock,
    pub(crate) cards: Vec<PolicyCards>,
    pub(crate) events: usize,
    /// Remarks beside those of the clock.
    pub(crate) remarks: Vec<&'static str>,
    /// Since when the case is taken back: it is in no count, and has no clock.
    pub(crate) gone_since: Option<Timestamp>,
}

/// The cards of a case under one policy.
#[derive(Debug)]
pub(crate) struct PolicyCards {
    pub(crate) is_official: bool,
    pub(crate) cards: Vec<Card>,
}

/// Folds every case that has anything to fold; with `known_by`, by the rules known by then.
pub(crate) fn fold_all(facts: &[CaseFacts], rules: &Rules, known_by: Option<Timestamp>) -> Vec<Folded> {
    let known = rules.known(known_by);
    let known = &known;
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = facts.len().div_ceil(cores).max(256);
    std::thread::scope(|scope| {
        let shares: Vec<_> = facts
            .chunks(share)
            .map(|share| {
                scope.spawn(move || share.iter().filter_map(|case| fold_one(case, rules, known)).collect::<Vec<_>>())
            })
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

/// A case judged by its official policy, and by those beside it.
struct Verdict {
    clock: CaseClock,
    cards: Vec<PolicyCards>,
}

fn judge(
    events: &[Event],
    registration: &Registration,
    landing: Landing,
    rules: &Rules,
    known: &KnownRules<'_>,
) -> Result<Verdict, sla::ClockError> {
    let bench = known.bench(events, registration, landing)?;
    let changes = bench.changes(registration, None);
    let input = bench.input(events, registration, &changes);
    let official = sla::judge(&input, bench.calendar(), &rules.zone, bench.policy())?;
    let mut cards = vec![PolicyCards { is_official: true, cards: official.cards }];
    for shadow in rules.shadows(bench.day_zero).into_iter().filter(|shadow| !bench.is_official(shadow)) {
        let changes = bench.changes(registration, Some(shadow));
        let input = bench.input(events, registration, &changes);
        let judged = sla::judge(&input, bench.calendar(), &rules.zone, shadow)?;
        cards.push(PolicyCards { is_official: false, cards: judged.cards });
    }
    Ok(Verdict { clock: official.clock, cards })
}

impl Verdict {
    /// What is left of it when its case is taken back: no clock, and the cards issued by then, cancelled.
    fn take_back(self, since: Timestamp) -> Self {
        let mut clock = CaseClock::not_started(None, None, self.clock.first_known_at);
        clock.last_known_at = since;
        let policies = self.cards.into_iter();
        let cards = policies.map(|policy| PolicyCards { cards: cancelled(policy.cards, since), ..policy });
        Self { clock, cards: cards.collect() }
    }
}

/// The cards that had been issued when their case was taken back.
pub(crate) fn cancelled(cards: Vec<Card>, since: Timestamp) -> Vec<Card> {
    let by_then = |instant: Option<Timestamp>| instant.filter(|at| *at <= since);
    let issued = cards.into_iter().filter(|card| card.issued_at < since);
    let cancelled = issued.map(|mut card| {
        (card.superseded_at, card.over_statutory_at) = (by_then(card.superseded_at), by_then(card.over_statutory_at));
        if by_then(card.cancelled_at).is_none() {
            (card.cancelled_at, card.cancelled_by) = (Some(since), Some(CancelCause::RecordDeleted));
        }
        card
    });
    cancelled.collect()
}

fn fold_one(case: &CaseFacts, rules: &Rules, known: &KnownRules<'_>) -> Option<Folded> {
    let registration = case.registration.clone().unwrap_or_default();
    let gone_since = case.gone_since();
    let events = case.known_by(gone_since);
    let standing = case.standing().count();
    let mut remarks = Vec::new();
    if case.registration.is_none() {
        remarks.push("NO_REGISTRATION");
    }
    if standing == 0 {
        remarks.push("NO_EVENTS");
    }
    let verdict = if events.is_empty() {
        let known_at = registration.known_at?;
        let (promised, statutory) = known.limits(&registration, case.landing);
        Verdict { clock: CaseClock::not_started(promised, statutory, known_at), cards: Vec::new() }
    } else {
        match judge(&events, &registration, case.landing, rules, known) {
            Ok(verdict) => verdict,
            Err(error) => {
                // Such a case is kept and shown, without a due date, rather than holding up the rest.
                tracing::warn!(case_no = case.case_no, %error, "the clock cannot fold this case");
                remarks.push("CLOCK_FAILED");
                let known = events.iter().map(|event| event.known_at);
                let mut clock = not_started(known.clone().min()?, &registration);
                clock.last_known_at = known.max()?;
                clock.promise.basis = DueBasis::NoLimit;
                Verdict { clock, cards: Vec::new() }
            }
        }
    };
    let verdict = match gone_since {
        Some(since) => {
            remarks = vec!["RECORD_DELETED"];
            verdict.take_back(since)
        }
        None => verdict,
    };
    let is_provisional = verdict.clock.promise.provisional;
    if is_provisional && !verdict.clock.reasons.contains(&sla::Reason::CalendarProvisional) {
        remarks.push("CALENDAR_PROVISIONAL");
    }
    Some(Folded {
        case_no: case.case_no.clone(),
        source_system: case.source_system.clone(),
        registration,
        clock: verdict.clock,
        cards: verdict.cards,
        events: if gone_since.is_none() { standing } else { 0 },
        remarks,
        gone_since,
    })
}

/// A case of which only the registration is known.
fn not_started(known_at: Timestamp, registration: &Registration) -> CaseClock {
    CaseClock::not_started(registration.promised, registration.statutory, known_at)
}

impl Folded {
    /// First instant at which anything of the case was known, registration included.
    pub(crate) fn first_known_at(&self) -> Timestamp {
        let registered = self.registration.known_at.unwrap_or(self.clock.first_known_at);
        self.clock.first_known_at.min(registered)
    }

    /// Last instant at which anything of the case became known, registration included.
    pub(crate) fn last_known_at(&self) -> Timestamp {
        let registered = self.registration.known_at.unwrap_or(self.clock.last_known_at);
        self.clock.last_known_at.max(registered)
    }

    /// Receipt, else application.
    pub(crate) fn received_at(&self) -> Option<Timestamp> {
        self.clock.received_at.or(self.clock.applied_at)
    }
}
