//! Cards that were issued before something became known that would have kept them back: each of them is
//! lost where a fold is left out that is needed.

use crate::EventKind::{Accept, Apply, Close, Deliver, Receive, StepEnd, StepStart, Withdraw};
use crate::cards::judge_each_epoch;
use crate::examples::{about, step_start};
use crate::testing::*;
use crate::{CaseInput, ClockKind, Event, ItemRules, Limit, ObjectType, Policy, Rule, StepRule, StopKind, Unit, judge};

/// The cards about one kind of object, the same with a fold for each epoch.
fn judged(input: &CaseInput<'_>, policy: &Policy, object: ObjectType) -> Vec<String> {
    let judged = judge(input, &TestCalendar::gx(), &zone(), policy).unwrap();
    assert_eq!(judged, judge_each_epoch(input, &TestCalendar::gx(), &zone(), policy).unwrap());
    about(&judged.cards, object)
}

fn usual(input: &CaseInput<'_>, object: ObjectType) -> Vec<String> {
    judged(input, &Policy::for_testing(), object)
}

/// Entered when it happened, and known to the lake only then.
fn known(event: Event, when: &str) -> Event {
    Event { recorded_at: Some(event.occurred_at), known_at: at(when), ..event }
}

#[test]
fn the_village_clock_ran_from_the_application_until_the_receipt_was_known() {
    let apply = known(event(Apply, "2018-03-01T10:00"), "2018-03-05T10:00");
    let events = [apply, event(Accept, "2018-03-05T10:00"), event(Receive, "2018-03-08T10:00")];
    let input = case(&events, wd(3));
    let mut policy = Policy { card_clock: ClockKind::Village, ..Policy::for_testing() };
    assert!(judged(&input, &policy, ObjectType::Case)[0].starts_with("YELLOW/1 2018-03-06T10:48, "));
    policy.card_clock = ClockKind::Promise;
    policy.ladder[1].1 = Rule::AfterDue { of: ClockKind::Village, grace_wd: 0 };
    assert_eq!(judged(&input, &policy, ObjectType::Case), ["RED/1 2018-03-07T00:00"]);
}

#[test]
fn a_due_instant_counted_until_an_earlier_one_was_known() {
    let apply = known(due(event(Apply, "2018-03-01T10:00"), "2018-03-25T09:00"), "2018-03-14T00:00");
    let events = [due(event(Accept, "2018-03-05T09:00"), "2018-03-15T09:00"), apply];
    assert!(usual(&case(&events, None), ObjectType::Case)[0].starts_with("YELLOW/1 2018-03-13T09:00, "));
}

#[test]
fn a_stop_was_open_until_the_closing_that_ended_it_was_known() {
    let events = [
        event(Accept, "2018-03-05T10:00"),
        stop("s", StopKind::Hearing, 2, "2018-03-06T09:00"),
        recorded(event(Close, "2018-03-08T20:00"), "2018-03-09T09:00"),
    ];
    let expected = ["s YELLOW/1 2018-03-09T00:00, cancelled 2018-03-09T09:00"];
    assert_eq!(usual(&case(&events, wd(20)), ObjectType::Suspension), expected);
}

#[test]
fn a_case_counted_as_accepted_from_midnight_until_its_acceptance_was_known() {
    let events = [event(Receive, "2018-03-05T09:00"), recorded(event(Accept, "2018-03-12T09:00"), "2018-03-13T08:30")];
    // Without cards of the receipt, which would come before.
    let policy = Policy { is_official: false, ..Policy::for_testing() };
    let cards = judged(&case(&events, wd(5)), &policy, ObjectType::Case);
    assert!(cards.iter().any(|card| card == "RED/1 2018-03-13T00:00, cancelled 2018-03-13T08:30"), "{cards:?}");
    // A closing is an answer that does not keep it from being deemed accepted, and so overdue.
    let events = [
        event(Receive, "2018-03-05T09:00"),
        event(Close, "2018-03-09T10:00"),
        known(event(Accept, "2018-03-06T09:00"), "2018-03-14T09:00"),
    ];
    let cards = usual(&case(&events, wd(3)), ObjectType::Case);
    assert_eq!(cards, ["RED/1 2018-03-09T00:00, issued 2018-03-13T00:00, cancelled 2018-03-14T09:00"]);
}

#[test]
fn an_acceptance_counted_until_an_end_before_it_was_known() {
    let withdraw = recorded(event(Withdraw, "2018-03-06T09:00"), "2018-03-07T08:00");
    let events = [event(Accept, "2018-03-06T10:00"), withdraw];
    let expected = [
        "YELLOW/1 2018-03-06T17:00, superseded 2018-03-07T00:00, cancelled 2018-03-07T08:00",
        "RED/1 2018-03-07T00:00, cancelled 2018-03-07T08:00",
    ];
    assert_eq!(usual(&case(&events, wd(0)), ObjectType::Case), expected);
}

#[test]
fn a_delivery_at_the_very_end_is_late_at_once_whatever_follows() {
    let events = [
        event(Accept, "2018-03-05T10:00"),
        event(Close, "2018-03-06T10:00"),
        event(Deliver, "2018-03-21T00:00"),
        event(Deliver, "2018-03-25T10:00"),
    ];
    let mut input = case(&events, None);
    input.has_certificate = true;
    assert_eq!(usual(&input, ObjectType::Delivery), ["YELLOW/1 2018-03-21T00:00"]);
}

#[test]
fn a_corrected_delivery_counts_as_it_was_told_last() {
    let told_first = event(Deliver, "2018-03-15T10:00");
    let told_last = Event { event_id: told_first.event_id.clone(), ..event(Deliver, "2018-03-25T10:00") };
    let corrected = recorded(told_last, "2018-03-25T11:00");
    let events = [event(Accept, "2018-03-05T10:00"), event(Close, "2018-03-06T10:00"), told_first, corrected];
    let mut input = case(&events, wd(5));
    input.has_certificate = true;
    assert_eq!(usual(&input, ObjectType::Delivery), ["YELLOW/1 2018-03-21T00:00, issued 2018-03-25T11:00"]);
}

/// Thu 2018-05-03 from 9:00 on, in a case that has all the time.
fn steps(item: &ItemRules, further: &[Event]) -> Vec<String> {
    let mut events = vec![event(Accept, "2018-05-02T10:00")];
    events.extend_from_slice(further);
    let mut input = case(&events, wd(30));
    input.item = item;
    usual(&input, ObjectType::Step)
}

#[test]
fn a_step_was_open_until_its_end_was_known() {
    let none = ItemRules::default();
    let ended = |when: &str| recorded(step(StepEnd, 1, when), "2018-05-08T15:00");
    let yellow = "1 YELLOW/1 2018-05-08T10:48, ";
    let again = step(StepStart, 1, "2018-05-09T09:00");
    let cards = steps(&none, &[step_start(1, 3, "2018-05-03T09:00"), ended("2018-05-07T16:00"), again]);
    assert!(cards[0].starts_with(yellow), "taken up again: {cards:?}");
    let other = [step_start(2, 5, "2018-05-03T10:00"), step(StepEnd, 2, "2018-05-04T10:00")];
    let cards =
        steps(&none, &[&[step_start(1, 3, "2018-05-03T09:00"), ended("2018-05-07T16:00")], &other[..]].concat());
    assert!(cards[0].starts_with(yellow), "beside another that ended before: {cards:?}");
}

#[test]
fn a_step_had_the_limit_of_its_number_until_another_was_known() {
    let rule = |seq, name: &str, n| StepRule { seq, name: name.to_owned(), limit: Limit { n, unit: Unit::Wd } };
    let item = ItemRules { steps: vec![rule(1, "受理", 1), rule(2, "审查", 10)], ..ItemRules::default() };
    let start = step(StepStart, 1, "2018-05-03T09:00");
    let named = Event { step_name: Some("审查".to_owned()), ..step(StepEnd, 1, "2018-05-08T09:00") };
    for further in [named, step_start(1, 10, "2018-05-10T09:00")] {
        let cards = steps(&item, &[start.clone(), further]);
        assert!(cards[0].starts_with("1 YELLOW/1 2018-05-04T16:36, "), "{cards:?}");
    }
}
