//! The rules that judge a case, as they come to be known while it runs (design §2.11).

use std::fmt;

use jiff::Timestamp;

use crate::{CancelCause, CaseInput, ItemRules, Limit, Policy, WorkCalendar};

/// What judges a case beside its events.
#[derive(Clone, Copy)]
pub struct CaseRules<'a> {
    pub calendar: &'a dyn WorkCalendar,
    pub policy: &'a Policy,
    /// As [`CaseInput::promised`].
    pub promised: Option<Limit>,
    /// As [`CaseInput::statutory`].
    pub statutory: Option<Limit>,
    pub item: &'a ItemRules,
}

/// Other rules for a case, from when they were known on. Cases that had ended by then keep theirs.
#[derive(Clone, Copy)]
pub struct RuleChange<'a> {
    pub at: Timestamp,
    /// Before it there was nothing to judge the case by, so it also judges one that has ended.
    pub is_first: bool,
    /// What a card is cancelled for that they prove wrong: `CALENDAR_CHANGED` or `RULES_CHANGED`.
    pub cause: CancelCause,
    pub rules: CaseRules<'a>,
}

impl fmt::Debug for RuleChange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let CaseRules { calendar, policy, promised, statutory, item } = self.rules;
        f.debug_struct("RuleChange")
            .field("at", &self.at)
            .field("is_first", &self.is_first)
            .field("cause", &self.cause)
            .field("calendar", &calendar.version())
            .field("policy", &(&policy.name, policy.version))
            .field("promised", &promised)
            .field("statutory", &statutory)
            .field("item", item)
            .finish()
    }
}

/// The rules that a case began with, and what came after.
#[derive(Clone, Copy)]
pub(crate) struct Book<'b> {
    pub(crate) case: &'b CaseInput<'b>,
    pub(crate) calendar: &'b dyn WorkCalendar,
    pub(crate) policy: &'b Policy,
}

/// A case with the rules that are in force for it.
#[derive(Clone, Copy)]
pub(crate) struct InForce<'b> {
    pub(crate) case: CaseInput<'b>,
    pub(crate) calendar: &'b dyn WorkCalendar,
    pub(crate) policy: &'b Policy,
}

impl<'b> Book<'b> {
    /// The rules that were known by an instant; where there were none, the first that are known `now`.
    pub(crate) fn known(&self, by: Timestamp, now: Timestamp) -> InForce<'b> {
        let case = *self.case;
        let holds = |change: &RuleChange<'_>| change.at <= by || (change.is_first && change.at <= now);
        let change = case.changes.iter().rfind(|change| holds(change));
        let rules = change.map_or(
            CaseRules {
                calendar: self.calendar,
                policy: self.policy,
                promised: case.promised,
                statutory: case.statutory,
                item: case.item,
            },
            |change| change.rules,
        );
        let CaseRules { calendar, policy, promised, statutory, item } = rules;
        let case = CaseInput { promised, statutory, item, ..case };
        InForce { case, calendar: calendar.as_known(by).unwrap_or(calendar), policy }
    }

    /// When something of the days came to be known: of the calendar that the case began under, and of
    /// each that came after.
    pub(crate) fn notices(&self) -> impl Iterator<Item = Timestamp> + '_ {
        let later = self.case.changes.iter().flat_map(|change| {
            let notices = change.rules.calendar.changed_at().iter();
            notices.copied().filter(|at| *at > change.at)
        });
        self.calendar.changed_at().iter().copied().chain(later)
    }

    /// Whether other rules came to be known after one instant and by another.
    pub(crate) fn changed_between(&self, after: Timestamp, by: Timestamp) -> bool {
        let is_between = |at: Timestamp| after < at && at <= by;
        self.case.changes.iter().any(|change| is_between(change.at)) || self.notices().any(is_between)
    }

    /// The same of rules beside the calendar.
    pub(crate) fn ruled_between(&self, after: Timestamp, by: Timestamp) -> bool {
        let is_other =
            |change: &RuleChange<'_>| change.cause == CancelCause::RulesChanged && after < change.at && change.at <= by;
        self.case.changes.iter().any(is_other)
    }
}
