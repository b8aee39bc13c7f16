//! What holds of a case whose rules change while it runs.

use std::sync::LazyLock;

use jiff::Timestamp;
use proptest::prelude::*;
use proptest::sample::Index;

use super::any::{AnyCase, any_case, any_limit, hours, plain_case};
use super::{CALENDAR, cases, issued_by};
use crate::cards::judge_each_epoch;
use crate::testing::{ITEM, TestCalendar, zone};
use crate::{CaseInput, CaseRules, Event, Judged, Level, Limit, Policy, Rule, RuleChange, judge};

/// With other office hours, and another day off.
static OTHER: LazyLock<TestCalendar> = LazyLock::new(|| {
    let mut other = TestCalendar::gx();
    other.windows.truncate(1);
    other.turned.insert(jiff::civil::date(2018, 3, 9));
    other
});

static OFFICIAL: LazyLock<Policy> = LazyLock::new(Policy::for_testing);

static NEXT: LazyLock<Policy> = LazyLock::new(|| {
    let mut next = Policy { version: 2, ..Policy::for_testing() };
    next.ladder[0] = (Level::Yellow, Rule::UsedRatio { num: 1, den: 2 });
    next
});

#[derive(Debug, Clone)]
struct Change {
    /// Hours since the first event was known.
    after_h: i64,
    is_first: bool,
    promised: Option<Limit>,
    statutory: Option<Limit>,
    is_other_calendar: bool,
    is_next_policy: bool,
}

prop_compose! {
    fn any_change()(
        after_h in -24..1_200_i64,
        is_first in prop::bool::weighted(0.2),
        promised in prop::option::weighted(0.9, any_limit()),
        statutory in prop::option::of(any_limit()),
        is_other_calendar in any::<bool>(),
        is_next_policy in any::<bool>(),
    ) -> Change {
        Change { after_h, is_first, promised, statutory, is_other_calendar, is_next_policy }
    }
}

fn any_changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec(any_change(), 1..4)
}

/// In order; only one can be the first.
fn changes(case: &AnyCase, told: &[Change]) -> Vec<RuleChange<'static>> {
    let base = case.events.iter().map(|event| event.known_at).min().unwrap();
    let change = |change: &Change| RuleChange {
        at: base + hours(change.after_h),
        is_first: change.is_first,
        cause: crate::CancelCause::RulesChanged,
        rules: CaseRules {
            calendar: if change.is_other_calendar { &*OTHER } else { &*CALENDAR },
            policy: if change.is_next_policy { &NEXT } else { &OFFICIAL },
            promised: change.promised,
            statutory: change.statutory,
            item: &ITEM,
        },
    };
    let mut changes: Vec<RuleChange<'static>> = told.iter().map(change).collect();
    changes.sort_by_key(|change| change.at);
    changes.dedup_by_key(|change| change.at);
    changes.iter_mut().skip(1).for_each(|change| change.is_first = false);
    changes
}

fn judged(case: &CaseInput<'_>) -> Judged {
    judge(case, &*CALENDAR, &zone(), &OFFICIAL).unwrap()
}

fn check_short_cuts(case: &AnyCase, told: &[Change]) -> Result<(), TestCaseError> {
    let changes = changes(case, told);
    let input = CaseInput { changes: &changes, ..case.with(&case.events) };
    let whole = judge_each_epoch(&input, &*CALENDAR, &zone(), &OFFICIAL).unwrap();
    prop_assert_eq!(judged(&input), whole);
    Ok(())
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn short_cuts_change_nothing_where_rules_change(case in plain_case(), told in any_changes()) {
        check_short_cuts(&case, &told)?;
    }

    #[test]
    fn short_cuts_change_nothing_of_any_case_whose_rules_change(case in any_case(), told in any_changes()) {
        check_short_cuts(&case, &told)?;
    }

    #[test]
    fn rules_that_are_known_later_change_no_card_issued_before(
        case in any_case(),
        told in any_changes(),
        pick in any::<Index>(),
        nudge in -1..=1_i64,
    ) {
        let changes = changes(&case, &told);
        let all = judged(&CaseInput { changes: &changes, ..case.with(&case.events) }).cards;
        let mut instants: Vec<Timestamp> = changes.iter().map(|change| change.at).collect();
        instants.extend(case.events.iter().map(|event| event.known_at).chain(all.iter().map(|card| card.issued_at)));
        let as_of = instants[pick.index(instants.len())] + jiff::SignedDuration::from_micros(nudge);
        let known: Vec<Event> = case.events.iter().filter(|event| event.known_at <= as_of).cloned().collect();
        let changes: Vec<RuleChange<'_>> = changes.into_iter().filter(|change| change.at <= as_of).collect();
        let input = CaseInput { changes: &changes, ..case.with(&known) };
        let then = if known.is_empty() { Vec::new() } else { judged(&input).cards };
        prop_assert_eq!(issued_by(&then, &all, as_of), issued_by(&all, &all, as_of), "as of {}", as_of);
    }

    #[test]
    fn rules_that_come_after_the_end_change_nothing(case in any_case(), told in any_changes()) {
        let alone = judged(&case.with(&case.events));
        let Some(closed_at) = alone.clock.closed_at else { return Ok(()) };
        let last = case.events.iter().map(|event| event.known_at.max(event.occurred_at)).max().unwrap();
        let mut changes = changes(&case, &told);
        let first = changes[0].at;
        for change in &mut changes {
            change.is_first = false;
            change.at = last.max(closed_at) + hours(1) + first.duration_until(change.at);
        }
        // A delivery that is outstanding is no end.
        let input = CaseInput { changes: &changes, has_certificate: false, ..case.with(&case.events) };
        let alone = judged(&CaseInput { has_certificate: false, ..case.with(&case.events) });
        prop_assert_eq!(judged(&input), alone);
    }
}
