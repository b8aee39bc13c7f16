//! What holds of any case. The environment variable `SLA_CASES` sets how many are tried.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::cards::judge_each_epoch;
use crate::testing::{TabledCalendar, TestCalendar, event, zone};
use crate::{
    Card, CaseClock, CaseInput, ClockKind, Deadline, Event, EventKind, Level, ObjectType, Policy, Reason, Rule, Status,
    fold, judge,
};

mod any;
mod reasons;
mod rule_changes;
mod taken_back;

use any::{any_case, any_stop, far_case, hours, plain_case, suspended_case};

static CALENDAR: LazyLock<TestCalendar> = LazyLock::new(TestCalendar::gx);

/// The table ends within the years of the cases.
static TABLED: LazyLock<TabledCalendar> = LazyLock::new(|| TabledCalendar::of(TestCalendar::gx(), 2017..=2018));

/// The ladders of domain §3.
fn ladders() -> [Policy; 3] {
    let after = |of: ClockKind, grace_wd: u32| Rule::AfterDue { of, grace_wd };
    let official = Policy::for_testing();
    let to_the_hour = Policy {
        is_official: false,
        deadline: Deadline::HourExact,
        ladder: vec![
            (Level::Prewarn, Rule::BeforeDue { of: ClockKind::Promise, wd: 2 }),
            (Level::Yellow, after(ClockKind::Promise, 0)),
            (Level::Red, after(ClockKind::Statutory, 0)),
        ],
        ..official.clone()
    };
    let with_grace = Policy {
        is_official: false,
        ladder: vec![
            (Level::Reminder, after(ClockKind::Promise, 0)),
            (Level::Yellow, after(ClockKind::Promise, 1)),
            (Level::Red, after(ClockKind::Promise, 2)),
        ],
        ..official.clone()
    };
    [official, to_the_hour, with_grace]
}

/// No fold that is left out, and no day that is looked up instead of walked to, changes anything.
fn check_short_cuts(case: &CaseInput<'_>) -> Result<(), TestCaseError> {
    for policy in ladders() {
        let whole = judge_each_epoch(case, &*CALENDAR, &zone(), &policy).unwrap();
        let short = judge(case, &*CALENDAR, &zone(), &policy).unwrap();
        prop_assert_eq!(&short, &whole, "folds left out");
        let looked_up = judge(case, &*TABLED, &zone(), &policy).unwrap();
        prop_assert_eq!(&looked_up, &whole, "days looked up");
    }
    Ok(())
}

/// So many cases, or a share of them for what takes longer.
fn cases(share: u32) -> ProptestConfig {
    let cases = std::env::var("SLA_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(256_u32);
    ProptestConfig::with_cases((cases / share).max(1))
}

fn folded(case: &CaseInput<'_>) -> CaseClock {
    fold(case, &*CALENDAR, &zone(), &Policy::for_testing()).unwrap()
}

fn judged(case: &CaseInput<'_>) -> (CaseClock, Vec<Card>) {
    let judged = judge(case, &*CALENDAR, &zone(), &Policy::for_testing()).unwrap();
    (judged.clock, judged.cards)
}

/// What makes a card the one that it is.
type Key = (ObjectType, Option<String>, ClockKind, Level, u32);

fn key(card: &Card) -> Key {
    (card.object_type, card.object_key.clone(), card.clock, card.level, card.cycle)
}

/// Cards issued by then, with what had become of them by then.
/// The cards issued by an instant, with their fates. What a card superseded that is cancelled later, as
/// `all` tell, holds again: that is no part of it.
fn issued_by(cards: &[Card], all: &[Card], as_of: Timestamp) -> Vec<(Key, [Timestamp; 2], [Option<Timestamp>; 3])> {
    let by_then = |instant: Option<Timestamp>| instant.filter(|instant| *instant <= as_of);
    let is_restored = |card: &Card| {
        let of_its_object =
            all.iter().filter(|other| other.object_type == card.object_type && other.object_key == card.object_key);
        of_its_object.clone().any(|other| other.level > card.level && other.cancelled_at > Some(as_of))
    };
    let mut issued: Vec<_> = cards
        .iter()
        .filter(|card| card.issued_at <= as_of)
        .map(|card| {
            let superseded_at = card.superseded_at.filter(|_| !is_restored(card));
            let fates = [superseded_at, card.lapsed_at, card.cancelled_at].map(by_then);
            (key(card), [card.condition_at, card.issued_at], fates)
        })
        .collect();
    issued.sort();
    issued
}

fn case_reds(cards: &[Card]) -> Vec<&Card> {
    let reds = cards.iter().filter(|card| card.object_type == ObjectType::Case && card.level == Level::Red);
    reds.collect()
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn one_more_suspension_makes_nothing_earlier(suspended in suspended_case(), more in any_stop()) {
        let case = &suspended.case;
        let mut events = case.events.clone();
        events.extend(more.events("more", suspended.base));
        let (before, after) = (folded(&case.with(&case.events)), folded(&case.with(&events)));
        for (before, after) in [
            (&before.promise, &after.promise),
            (&before.statutory, &after.statutory),
            (&before.village, &after.village),
        ] {
            prop_assert!(after.due_at >= before.due_at, "{:?}: {:?} {:?}", before.kind, before.due_at, after.due_at);
            // An instant item accepted late in the day has no YELLOW, and may get one.
            let (was, is) = (before.yellow_at, after.yellow_at);
            prop_assert!(is >= was, "{:?}: {was:?} {is:?}", before.kind);
        }
    }

    #[test]
    fn short_cuts_change_nothing_of_a_plain_case(case in plain_case()) {
        check_short_cuts(&case.with(&case.events))?;
    }

    #[test]
    fn short_cuts_change_nothing_of_any_case(case in any_case()) {
        check_short_cuts(&case.with(&case.events))?;
    }

    #[test]
    fn the_order_in_which_events_are_passed_does_not_matter(
        case in any_case(),
        keys in prop::collection::vec(any::<u32>(), 28),
    ) {
        let mut shuffled: Vec<(u32, Event)> = keys.into_iter().zip(case.events.iter().cloned()).collect();
        prop_assert_eq!(shuffled.len(), case.events.len());
        shuffled.sort_by_key(|(key, _)| *key);
        let shuffled: Vec<Event> = shuffled.into_iter().map(|(_, event)| event).collect();
        let (clock, cards) = judged(&case.with(&case.events));
        let (other_clock, other_cards) = judged(&case.with(&shuffled));
        prop_assert_eq!(&clock, &other_clock);
        prop_assert_eq!(cards, other_cards);
        prop_assert_eq!(folded(&case.with(&shuffled)), clock);
    }

    #[test]
    fn what_is_known_later_changes_no_card_issued_before(
        case in any_case(),
        pick in any::<Index>(),
        nudge in -1..=1_i64,
    ) {
        let (_, all) = judged(&case.with(&case.events));
        let mut instants: Vec<Timestamp> = case.events.iter().map(|event| event.known_at).collect();
        instants.extend(all.iter().map(|card| card.issued_at));
        let as_of = instants[pick.index(instants.len())] + SignedDuration::from_micros(nudge);
        let known: Vec<Event> = case.events.iter().filter(|event| event.known_at <= as_of).cloned().collect();
        let then = if known.is_empty() { Vec::new() } else { judged(&case.with(&known)).1 };
        prop_assert_eq!(issued_by(&then, &all, as_of), issued_by(&all, &all, as_of), "as of {}", as_of);
    }

    #[test]
    fn what_was_taken_back_is_as_if_it_had_never_been(
        case in any_case(),
        picks in prop::collection::vec(any::<bool>(), 28),
    ) {
        let last = case.events.iter().map(|event| event.known_at).max().unwrap() + hours(1);
        let is_gone = |event: &Event| {
            let place: usize = event.event_id[1..].parse().unwrap();
            picks[place]
        };
        let left: Vec<Event> = case.events.iter().filter(|event| !is_gone(event)).cloned().collect();
        let gone = case.events.iter().filter(|event| is_gone(event)).cloned();
        let gone = gone.map(|event| Event { recorded_at: Some(last), known_at: last, is_deleted: true, ..event });
        let events: Vec<Event> = case.events.iter().cloned().chain(gone).collect();
        let after = folded(&case.with(&events));
        if left.is_empty() {
            let is_blank = after.start.is_none() && after.closed_at.is_none() && after.steps.is_empty();
            prop_assert!(is_blank && after.suspensions.is_empty(), "{:?}", after);
        } else {
            let never = folded(&case.with(&left));
            let CaseClock { first_known_at, last_known_at, .. } = after;
            prop_assert_eq!(after, CaseClock { first_known_at, last_known_at, ..never });
        }
    }

    #[test]
    fn a_closing_in_time_leaves_no_red(
        suspended in suspended_case(),
        before_h in 0..100_i64,
        entered_h in prop::option::of(0..=24_i64),
        landed_h in 0..72_i64,
    ) {
        let case = &suspended.case;
        let open = folded(&case.with(&case.events));
        let due_at = open.promise.due_at.unwrap();
        let closed_at = (due_at - hours(before_h)).max(suspended.base);
        let mut close = event(EventKind::Close, "2018-01-01T00:00");
        close.occurred_at = closed_at;
        close.recorded_at = entered_h.map(|entered| closed_at + hours(entered));
        close.known_at = close.recorded_at.unwrap_or(closed_at) + hours(landed_h);
        let known_at = close.known_at;
        let mut events = case.events.clone();
        events.push(close);

        let (clock, cards) = judged(&case.with(&events));
        prop_assert_eq!(clock.closed_at, Some(closed_at));
        // A closing ends the stops that run, so the case may be due earlier than while it was open.
        let due_at = clock.promise.due_at.unwrap();
        let reds = case_reds(&cards);
        if closed_at <= due_at {
            prop_assert!(reds.iter().all(|card| card.cancelled_at.is_some()), "net RED: {:?}", reds);
            // A stop entered after its begin may move a due date that has passed, and cancel its RED.
            let live = case.events.iter().all(|event| event.known_at == event.occurred_at);
            prop_assert!(reds.is_empty() || !live || known_at > due_at, "RED: {:?}", reds);
        } else {
            prop_assert_eq!(clock.status(Timestamp::MAX), Status::ClosedOverdue);
            prop_assert!(reds.iter().any(|card| card.cancelled_at.is_none()), "no net RED: {:?}", reds);
        }
    }
}

/// What any judgement keeps to, however much its events contradict each other.
fn check(case: &CaseInput<'_>) -> Result<(), TestCaseError> {
    let told = judge(case, &*CALENDAR, &zone(), &Policy::for_testing());
    prop_assert!(told.is_ok(), "{:?}", told.as_ref().err());
    let told = told.unwrap();
    let clock = &told.clock;
    for (place, card) in told.cards.iter().enumerate() {
        prop_assert!(card.issued_at >= card.condition_at, "{card:?}");
        let fates = [card.superseded_at, card.lapsed_at, card.cancelled_at, card.ended_at];
        prop_assert!(fates.iter().flatten().all(|fate| *fate >= card.issued_at), "{card:?}");
        let twin = told.cards[..place].iter().find(|other| key(other) == key(card));
        prop_assert!(twin.is_none(), "{card:?} {twin:?}");
    }
    for (place, reason) in clock.reasons.iter().enumerate() {
        prop_assert!(!clock.reasons[..place].contains(reason), "{reason} twice");
    }
    if clock.promise.provisional {
        prop_assert!(clock.reasons.contains(&Reason::CalendarProvisional));
    }
    for pauses in clock.pauses.windows(2) {
        prop_assert!(pauses[0].until < pauses[1].from, "{:?}", clock.pauses);
    }
    for as_of in [clock.first_known_at, clock.last_known_at, clock.last_known_at + hours(24 * 400)] {
        prop_assert!(clock.status(as_of) != Status::Excluded);
        clock.used(as_of, &*CALENDAR, &zone());
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(1))]

    #[test]
    fn no_contradiction_is_too_much(case in any_case()) {
        check(&case.with(&case.events))?;
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn no_date_is_too_far(case in far_case()) {
        check(&case.with(&case.events))?;
    }
}
