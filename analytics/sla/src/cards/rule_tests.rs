//! Rules that come to be known while a case runs: what they judge, and what became of the cards.

use super::tests::notice;
use crate::EventKind::{Accept, Close, Deliver, Reopen, StepEnd, StepStart};
use crate::examples::about;
use crate::testing::{ITEM, TestCalendar, at, case, end_of, event, step, wd, zone};
use crate::{
    CancelCause, CaseInput, CaseRules, CloseResult, Event, ItemRules, Judged, Level, Limit, ObjectType, Policy, Rule,
    RuleChange, StepRule, Unit, judge,
};

/// Monday 2018-03-05. With 5 workdays: YELLOW 03-12 08:00, RED 03-13; with 3: YELLOW 03-08 10:48, RED 03-09.
const BEGUN: &str = "2018-03-05T10:00";

struct Other<'a> {
    when: &'a str,
    promised: u32,
    policy: Option<&'a Policy>,
    is_first: bool,
}

fn days(when: &str, promised: u32) -> Other<'_> {
    Other { when, promised, policy: None, is_first: false }
}

fn judged(events: &[Event], first: Option<u32>, later: &[Other<'_>]) -> Judged {
    let (calendar, policy) = (TestCalendar::gx(), Policy::for_testing());
    let change = |other: &Other<'_>| RuleChange {
        at: at(other.when),
        is_first: other.is_first,
        cause: CancelCause::RulesChanged,
        rules: CaseRules {
            calendar: &calendar,
            policy: &policy,
            promised: wd(other.promised),
            statutory: None,
            item: &ITEM,
        },
    };
    let mut changes: Vec<RuleChange<'_>> = later.iter().map(change).collect();
    for (change, other) in changes.iter_mut().zip(later) {
        change.rules.policy = other.policy.unwrap_or(&policy);
    }
    let promised = first.and_then(wd);
    let input = CaseInput { has_certificate: true, changes: &changes, ..case(events, promised) };
    judge(&input, &calendar, &zone(), &policy).unwrap()
}

fn of_case(judged: &Judged) -> Vec<String> {
    about(&judged.cards, ObjectType::Case)
}

fn with(further: &[Event]) -> Vec<Event> {
    [&[event(Accept, BEGUN)], further].concat()
}

#[test]
fn what_is_open_follows_the_rules_that_come_to_be_known() {
    let longer = judged(&with(&[]), Some(3), &[days("2018-03-10T00:00", 5)]);
    let expected = [
        "YELLOW/1 2018-03-08T10:48, superseded 2018-03-09T00:00, cancelled 2018-03-10T00:00",
        "RED/1 2018-03-09T00:00, cancelled 2018-03-10T00:00",
        "YELLOW/2 2018-03-12T08:00, superseded 2018-03-13T00:00",
        "RED/2 2018-03-13T00:00",
    ];
    assert_eq!(of_case(&longer), expected);
    assert!(longer.cards[..2].iter().all(|card| card.cancelled_by == Some(CancelCause::RulesChanged)));
    assert_eq!(longer.clock.promise.n, 5);
    // A shorter limit is met at once, where it is over; what was issued stands.
    let shorter = judged(&with(&[]), Some(5), &[days("2018-03-12T12:00", 3)]);
    let expected =
        ["YELLOW/1 2018-03-12T08:00, superseded 2018-03-12T12:00", "RED/1 2018-03-09T00:00, issued 2018-03-12T12:00"];
    assert_eq!(of_case(&shorter), expected);
    // Of several the last that is known.
    let back = judged(&with(&[]), Some(5), &[days("2018-03-06T00:00", 3), days("2018-03-07T00:00", 5)]);
    assert_eq!((back.clock.promise.n, of_case(&back)), (5, of_case(&judged(&with(&[]), Some(5), &[]))));
}

#[test]
fn what_has_ended_keeps_the_rules_that_it_ended_under() {
    let closed = with(&[event(Close, "2018-03-12T09:00")]);
    let alone = judged(&closed, Some(5), &[]);
    let later = judged(&closed, Some(5), &[days("2018-03-20T00:00", 3)]);
    assert_eq!(later, alone);
    // Also when something more comes to be known of it, and when its end was known late.
    let news = with(&[event(Close, "2018-03-12T09:00"), event(Deliver, "2018-03-21T09:00")]);
    let told = judged(&news, Some(5), &[days("2018-03-20T00:00", 3)]);
    assert_eq!((told.clock.promise.n, of_case(&told)), (5, of_case(&alone)));
    let in_time = Event { known_at: at("2018-03-12T20:00"), ..event(Close, "2018-03-07T09:00") };
    let in_time = Event { recorded_at: Some(at("2018-03-07T10:00")), ..in_time };
    let known_late = judged(&with(&[in_time]), Some(5), &[days("2018-03-12T12:00", 1)]);
    let expected = [
        "YELLOW/1 2018-03-12T08:00, superseded 2018-03-12T12:00, cancelled 2018-03-12T20:00",
        "RED/1 2018-03-07T00:00, issued 2018-03-12T12:00, cancelled 2018-03-12T20:00",
    ];
    assert_eq!(of_case(&known_late), expected);
    assert_eq!(known_late.clock.promise.n, 5);
    // Open again, it is judged by what is known then.
    let reopened = with(&[event(Close, "2018-03-06T09:00"), event(Reopen, "2018-03-21T09:00")]);
    let reopened = judged(&reopened, Some(5), &[days("2018-03-20T00:00", 3)]);
    assert_eq!(reopened.clock.promise.n, 3);
}

#[test]
fn the_first_rules_judge_what_has_ended_too_from_when_they_are_known() {
    let closed = with(&[event(Close, "2018-03-15T09:00")]);
    assert_eq!(of_case(&judged(&closed, None, &[])), [""; 0]);
    let first = Other { is_first: true, ..days("2018-03-20T00:00", 5) };
    let judged_then = judged(&closed, None, &[first, days("2018-03-22T00:00", 3)]);
    assert_eq!(of_case(&judged_then), ["RED/1 2018-03-13T00:00, issued 2018-03-20T00:00"]);
    assert_eq!(judged_then.clock.promise.n, 5, "what came after found it ended");
    assert_eq!(of_case(&judged(&closed, None, &[days("2018-03-20T00:00", 5)])), [""; 0]);
}

#[test]
fn a_card_names_the_policy_that_raised_it() {
    let mut next = Policy { version: 2, ..Policy::for_testing() };
    next.ladder = vec![(Level::Yellow, Rule::UsedRatio { num: 1, den: 2 }), next.ladder[1]];
    let other = Other { policy: Some(&next), ..days("2018-03-12T12:00", 5) };
    let open = judged(&with(&[]), Some(5), &[other]);
    // YELLOW was right, and is by the other too: there is but one.
    let versions: Vec<(Level, u32)> = open.cards.iter().map(|card| (card.level, card.policy_version)).collect();
    assert_eq!(versions, [(Level::Yellow, 1), (Level::Red, 2)]);
    let wrong = Policy { ladder: vec![(Level::Yellow, Rule::UsedRatio { num: 1, den: 0 })], ..next.clone() };
    let input = RuleChange {
        at: at("2018-04-01T00:00"),
        is_first: false,
        cause: CancelCause::RulesChanged,
        rules: CaseRules {
            calendar: &TestCalendar::gx(),
            policy: &wrong,
            promised: None,
            statutory: None,
            item: &ITEM,
        },
    };
    let events = with(&[]);
    let input = CaseInput { changes: &[input], ..case(&events, wd(5)) };
    assert!(judge(&input, &TestCalendar::gx(), &zone(), &Policy::for_testing()).is_err());
}

#[test]
fn a_delivery_is_counted_by_what_is_known_until_it_is_made() {
    let granted = Event { close_result: Some(CloseResult::Granted), ..event(Close, "2018-03-07T09:00") };
    let mut calendar = TestCalendar::gx();
    calendar.turned.insert("2018-03-16".parse().unwrap());
    let (before, policy) = (TestCalendar::gx(), Policy::for_testing());
    let notice = |when: &str| RuleChange {
        at: at(when),
        is_first: false,
        cause: CancelCause::RulesChanged,
        rules: CaseRules { calendar: &calendar, policy: &policy, promised: wd(5), statutory: None, item: &ITEM },
    };
    let cards = |when: &str, further: &[Event]| {
        let events = with(&[std::slice::from_ref(&granted), further].concat());
        let changes = [notice(when)];
        let input = CaseInput { has_certificate: true, changes: &changes, ..case(&events, wd(5)) };
        about(&judge(&input, &before, &zone(), &policy).unwrap().cards, ObjectType::Delivery)
    };
    // Ten workdays after the decision: 03-21, a day later with one more day off.
    assert_eq!(cards("2018-03-12T00:00", &[]), ["YELLOW/1 2018-03-23T00:00"]);
    let late = event(Deliver, "2018-03-22T10:00");
    assert_eq!(cards("2018-03-12T00:00", std::slice::from_ref(&late)), [""; 0]);
    // Delivered late by what was known: that stands.
    let again = Event { event_id: "later".to_owned(), ..event(Deliver, "2018-04-20T10:00") };
    assert_eq!(cards("2018-04-10T00:00", &[late, again]), ["YELLOW/1 2018-03-22T00:00"]);
}

/// An item whose first step takes so many workdays.
fn with_step(n: u32) -> ItemRules {
    let rule = StepRule { seq: 1, name: "受理".to_owned(), limit: Limit { n, unit: Unit::Wd } };
    ItemRules { steps: vec![rule], ..ITEM.clone() }
}

#[test]
fn a_step_that_ended_before_other_rules_keeps_those_of_its_end() {
    let (calendar, policy) = (TestCalendar::gx(), Policy::for_testing());
    let (two, one) = (with_step(2), with_step(1));
    let judged = |when: &str, cause: CancelCause, further: &[Event]| {
        let rules = CaseRules { calendar: &calendar, policy: &policy, promised: wd(20), statutory: None, item: &one };
        let changes = [RuleChange { at: at(when), is_first: false, cause, rules }];
        let events = with(&[&[step(StepStart, 1, "2018-03-05T11:00")], further].concat());
        let mut input = case(&events, wd(20));
        (input.item, input.changes) = (&two, &changes);
        let judged = judge(&input, &calendar, &zone(), &policy).unwrap();
        (judged.clock.steps[0].limit.unwrap().n, about(&judged.cards, ObjectType::Step))
    };
    let rules = CancelCause::RulesChanged;
    // Two days were used of two; of one it would have been late.
    let ended = [step(StepEnd, 1, "2018-03-07T10:00")];
    assert_eq!(judged("2018-03-12T00:00", rules, &ended).0, 2);
    let of = |when: &str| judged(when, rules, &ended).1;
    assert!(of("2018-03-12T00:00").iter().all(|card| !card.contains("RED")), "{:?}", of("2018-03-12T00:00"));
    assert_eq!(of("2018-03-12T00:00"), of("2018-03-07T10:00:00.000001"), "right after its end, too");
    // Where it was open, and where it is the days that changed, it is judged by what is known.
    let open = judged("2018-03-06T12:00", rules, &ended);
    assert_eq!(open.0, 1);
    assert!(open.1.iter().any(|card| card.starts_with("1 RED/1 2018-03-07T00:00")), "{open:?}");
    assert_eq!(judged("2018-03-07T10:00", rules, &ended).0, 1, "in the instant of its end");
    let of_days = judged("2018-03-12T00:00", CancelCause::CalendarChanged, &ended);
    assert!(of_days.0 == 1 && of_days.1.iter().any(|card| card.contains("RED")), "{of_days:?}");
}

#[test]
fn a_calendar_that_came_later_has_its_notices_from_then_on() {
    let (calendar, policy) = (TestCalendar::gx(), Policy::for_testing());
    let due = |changed: &str, told: &str| {
        let later = notice(told);
        let rules = CaseRules { calendar: &later, policy: &policy, promised: wd(5), statutory: None, item: &ITEM };
        let cause = CancelCause::CalendarChanged;
        let changes = [RuleChange { at: at(changed), is_first: false, cause, rules }];
        let events = with(&[]);
        let input = CaseInput { changes: &changes, ..case(&events, wd(5)) };
        let judged = judge(&input, &calendar, &zone(), &policy).unwrap();
        (judged.clock.promise.due_at, judged.known_by)
    };
    let new = Some(end_of("2018-03-13"));
    assert_eq!(due("2018-03-06T00:00", "2018-03-08T00:00"), (new, at("2018-03-08T00:00")));
    assert_eq!(due("2018-03-08T00:00", "2018-03-06T00:00"), (new, at("2018-03-08T00:00")), "told before it was put");
    assert_eq!(due("2018-03-08T00:00", "2018-03-08T00:00"), (new, at("2018-03-08T00:00")));
}

#[test]
fn other_rules_of_an_item_change_what_it_allows() {
    let (calendar, policy) = (TestCalendar::gx(), Policy::for_testing());
    let none = ItemRules::default();
    let rules = CaseRules { calendar: &calendar, policy: &policy, promised: wd(5), statutory: None, item: &none };
    let cause = CancelCause::RulesChanged;
    let changes = [RuleChange { at: at("2018-03-09T00:00"), is_first: false, cause, rules }];
    let stop = crate::examples::notice("s", 3, Unit::Cd, "2018-03-06T07:00");
    let events = with(&[stop]);
    let due = |changes: &[RuleChange<'_>]| {
        let input = CaseInput { changes, ..case(&events, wd(5)) };
        judge(&input, &calendar, &zone(), &policy).unwrap().clock.promise.due_at
    };
    assert!(due(&[]) > due(&changes), "the notice stops nothing any more");
    assert_eq!(due(&changes), Some(end_of("2018-03-12")));
    assert!(format!("{:?}", changes[0]).contains("BEIHAI_2"));
}
