//! The rules as they came to be known (design §2.11). What was known when a case landed judges it from its
//! beginning; what a city has put since is news to it.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use sla::{CancelCause, CaseInput, CaseRules, Event, EventKind, Limit, Policy, RuleChange, WorkCalendar};

use super::{ItemVersion, Rules};
use crate::calendar::CalendarAsOf;
use crate::cells::Instant;
use crate::facts::{Landing, Registration};

/// The time for which a row of a rule table stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stood {
    /// None: always.
    put_at: Option<Timestamp>,
    replaced_at: Option<Timestamp>,
}

impl Stood {
    pub(super) const ALWAYS: Self = Self { put_at: None, replaced_at: None };

    pub(super) fn of(put_at: Instant<'_>, replaced_at: Instant<'_>, row: usize) -> Self {
        Self { put_at: put_at.get(row), replaced_at: replaced_at.get(row) }
    }

    /// Whether it had been put by then.
    pub(super) fn is_known(self, by: Timestamp) -> bool {
        self.put_at.is_none_or(|at| at <= by)
    }

    pub(super) fn at(self, by: Timestamp) -> bool {
        self.is_known(by) && self.is_held(by)
    }

    /// Whether it stands today.
    pub(super) fn is_present(self) -> bool {
        self.replaced_at.is_none()
    }

    fn is_held(self, by: Timestamp) -> bool {
        self.replaced_at.is_none_or(|at| by < at)
    }

    /// When it was put, and when another took its place.
    pub(super) fn instants(self) -> impl Iterator<Item = Timestamp> {
        self.put_at.into_iter().chain(self.replaced_at)
    }

    /// Whether it is one of the first rows of its record, the first of which were put then.
    pub(super) fn is_first(self, first: Option<Timestamp>) -> bool {
        self.put_at == first
    }

    pub(super) fn put_at(self) -> Option<Timestamp> {
        self.put_at
    }
}

/// Instants in order, each once.
pub(super) fn in_order(instants: impl Iterator<Item = Timestamp>) -> Vec<Timestamp> {
    let mut instants: Vec<Timestamp> = instants.collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}

/// The rules as they were known by an instant, or as they are now.
pub(crate) struct KnownRules<'r> {
    rules: &'r Rules,
    by: Option<Timestamp>,
    /// The calendars as they were known by then.
    calendars: Vec<CalendarAsOf<'r>>,
}

/// What judges a case at one time.
#[derive(Clone, Copy)]
struct Ruling<'r> {
    policy: &'r Policy,
    item: &'r ItemVersion,
    /// Place of the calendar.
    calendar: usize,
}

impl Ruling<'_> {
    fn judges_alike(&self, other: &Self) -> bool {
        self.calendar == other.calendar && self.rules_alike(other)
    }

    /// Beside the calendar.
    fn rules_alike(&self, other: &Self) -> bool {
        self.policy == other.policy && self.item.judges_alike(other.item)
    }
}

/// Other rules than those that a case began with.
struct Later<'r> {
    at: Timestamp,
    is_first: bool,
    cause: CancelCause,
    ruling: Ruling<'r>,
    /// That of the ruling, with the time to accept of the one that the case began under: who was asked then
    /// was told that one.
    policy: Cow<'r, Policy>,
}

/// The rules that judge a case: those of the day on which its clock starts (domain §4, inputs).
pub(crate) struct Bench<'r> {
    known: &'r KnownRules<'r>,
    first: Ruling<'r>,
    /// What came to be known since the case landed.
    later: Vec<Later<'r>>,
    pub(crate) day_zero: Option<Date>,
}

impl Rules {
    /// The rules as they were known by an instant, or as they are known now.
    pub(crate) fn known(&self, by: Option<Timestamp>) -> KnownRules<'_> {
        let calendars = by.map(|by| self.calendars.all().iter().map(|calendar| calendar.known_by(by)).collect());
        KnownRules { rules: self, by, calendars: calendars.unwrap_or_default() }
    }
}

impl<'r> KnownRules<'r> {
    fn calendar(&self, place: usize) -> &dyn WorkCalendar {
        match self.calendars.get(place) {
            Some(calendar) => calendar,
            None => &self.rules.calendars.all()[place],
        }
    }

    fn ruling(&self, registration: &Registration, day: Option<Date>, is_live: bool, by: Timestamp) -> Ruling<'_> {
        Ruling {
            policy: self.rules.policies.official(day, by),
            item: self.rules.items.version(registration.judged_item.as_deref(), day, by),
            calendar: self.rules.calendars.place(is_live, by),
        }
    }

    /// The rules of day 0. Which day that is depends on the rules themselves where a case is deemed
    /// accepted: so a first reading is made by those of its first day.
    pub(crate) fn bench(
        &self,
        events: &[Event],
        registration: &Registration,
        landing: Landing,
    ) -> Result<Bench<'_>, sla::ClockError> {
        let first = events.iter().filter(|event| event.kind == EventKind::Accept).map(|event| event.occurred_at).min();
        let first = first.or_else(|| events.iter().map(|event| event.occurred_at).min());
        let first = first.map(|at| self.rules.zone.to_datetime(at).date());
        let bench = self.on(first, registration, landing);
        let may_move =
            |kind| matches!(kind, EventKind::Receive | EventKind::CorrectionNotice | EventKind::CorrectionComplete);
        let is_plain = !events.iter().any(|event| event.is_deleted || may_move(event.kind));
        if is_plain {
            return Ok(bench);
        }
        let input = bench.input(events, registration, &[]);
        let start = sla::start(&input, bench.calendar(), &self.rules.zone, bench.policy())?;
        Ok(match start.map(|start| start.on) {
            Some(day) if Some(day) != first => self.on(Some(day), registration, landing),
            _ => bench,
        })
    }

    /// The limits of a case of which nothing but its registration is known.
    pub(crate) fn limits(&self, registration: &Registration, landing: Landing) -> (Option<Limit>, Option<Limit>) {
        let ruling = self.ruling(registration, None, landing.is_live, landing.at);
        ruling.item.limits(registration.promised, registration.statutory)
    }

    fn on(&self, day_zero: Option<Date>, registration: &Registration, landing: Landing) -> Bench<'_> {
        let Landing { at: landed_at, is_live } = landing;
        let first = self.ruling(registration, day_zero, is_live, landed_at);
        let mut bench = Bench { known: self, first, later: Vec::new(), day_zero };
        let is_news = |at: &Timestamp| *at > landed_at && self.by.is_none_or(|by| *at <= by);
        let item_id = registration.judged_item.as_deref();
        let mut instants = self.rules.changed_at(item_id, is_live).filter(is_news).peekable();
        if instants.peek().is_none() {
            return bench;
        }
        let lacks_limits = |ruling: &Ruling<'_>| {
            let limits = ruling.item.limits(registration.promised, registration.statutory);
            item_id.is_some() && limits == (None, None)
        };
        let mut held = first;
        for at in in_order(instants) {
            let ruling = self.ruling(registration, day_zero, is_live, at);
            if ruling.judges_alike(&held) {
                continue;
            }
            let is_of_days = ruling.rules_alike(&held) && !self.rules.calendars.is_of_hours(at);
            let cause = if is_of_days { CancelCause::CalendarChanged } else { CancelCause::RulesChanged };
            let is_first = lacks_limits(&held) && !lacks_limits(&ruling);
            let mut policy = Cow::Borrowed(ruling.policy);
            if policy.accept_within_wd != first.policy.accept_within_wd {
                policy.to_mut().accept_within_wd = first.policy.accept_within_wd;
            }
            bench.later.push(Later { at, is_first, cause, ruling, policy });
            held = ruling;
        }
        bench
    }
}

impl<'r> Bench<'r> {
    /// The policy that it began under.
    pub(crate) fn policy(&self) -> &'r Policy {
        self.first.policy
    }

    /// The calendar that it began under.
    pub(crate) fn calendar(&self) -> &'r dyn WorkCalendar {
        self.known.calendar(self.first.calendar)
    }

    /// What came to be known since it landed; with a policy, under that.
    pub(crate) fn changes<'b>(
        &'b self,
        registration: &Registration,
        policy: Option<&'b Policy>,
    ) -> Vec<RuleChange<'b>> {
        let change = |later: &'b Later<'r>| {
            let item = later.ruling.item;
            let (promised, statutory) = item.limits(registration.promised, registration.statutory);
            let rules = CaseRules {
                calendar: self.known.calendar(later.ruling.calendar),
                policy: policy.unwrap_or(&later.policy),
                promised,
                statutory,
                item: &item.rules,
            };
            RuleChange { at: later.at, is_first: later.is_first, cause: later.cause, rules }
        };
        self.later.iter().map(change).collect()
    }

    /// Whether a policy is official for the case, at whatever time.
    pub(crate) fn is_official(&self, policy: &Policy) -> bool {
        let is_it = |official: &Policy| (&official.name, official.version) == (&policy.name, policy.version);
        is_it(self.first.policy) || self.later.iter().any(|later| is_it(&later.policy))
    }

    /// What the clock is given of a case.
    pub(crate) fn input<'e>(
        &'e self,
        events: &'e [Event],
        registration: &Registration,
        changes: &'e [RuleChange<'e>],
    ) -> CaseInput<'e> {
        let item = self.first.item;
        let (promised, statutory) = item.limits(registration.promised, registration.statutory);
        CaseInput {
            events,
            promised,
            statutory,
            item: &item.rules,
            due_binding: registration.due_binding,
            is_escalated: registration.case_kind.as_deref() == Some("ESCALATED"),
            has_certificate: registration.has_certificate,
            is_backfill: registration.is_backfill,
            changes,
        }
    }
}
