use crate::EventKind::{Accept, Close, NotAccept, Receive, Reopen, ReturnStep, StepEnd, StepStart};
use crate::examples::{date, step_start};
use crate::testing::*;
use crate::{CloseResult, Event, ItemRules, Limit, Policy, Reason, StepClock, StepRule, Unit, fold};

/// The only step of these events.
fn only(events: &[Event]) -> StepClock {
    let clock = promise(events, 10);
    let [step] = clock.steps.as_slice() else { panic!("one step: {:?}", clock.steps) };
    step.clone()
}

/// The events in the order in which they are written, also within one instant.
fn numbered<const N: usize>(mut events: [Event; N]) -> [Event; N] {
    for (seq, event) in (1..).zip(&mut events) {
        event.seq = Some(seq);
    }
    events
}

#[test]
fn a_step_closed_at_the_instant_of_a_level_meets_it_at_its_next_opening() {
    // A workday after 03-05: YELLOW at 4/5 of 03-06, which is 16:36.
    let yellow = |closed: &str| {
        let start = step_start(1, 1, "2018-03-05T09:00");
        only(&[start, step(ReturnStep, 1, closed), step_start(1, 1, "2018-03-08T10:00")]).yellow_at
    };
    assert_eq!(yellow("2018-03-06T16:36:00.000001"), Some(at("2018-03-06T16:36")));
    assert_eq!(yellow("2018-03-06T16:36"), Some(at("2018-03-08T10:00")));
}

#[test]
fn a_closing_ends_a_step_also_where_it_is_undone_in_the_same_instant() {
    let start = step(StepStart, 1, "2018-03-05T09:00");
    let undone = |reopened: &str| {
        let closed = [start.clone(), event(Close, "2018-03-07T18:01"), event(Reopen, reopened)];
        let later = event(crate::EventKind::Decide, "2018-03-12T09:00");
        let step = only(&[closed.to_vec(), vec![later]].concat());
        (step.ended_at, step.used_wd)
    };
    assert_eq!(undone("2018-03-07T18:01"), (Some(at("2018-03-07T18:01")), 2));
    assert_eq!(undone("2018-03-07T18:02"), undone("2018-03-07T18:01"));
}

#[test]
fn what_names_no_step_opens_none() {
    let clock = promise(&[event(Accept, "2018-03-05T09:00"), event(StepStart, "2018-03-05T10:00")], 5);
    assert!(clock.steps.is_empty() && clock.reasons.is_empty(), "{clock:?}");
}

#[test]
fn a_case_decided_without_data_of_its_steps_says_so() {
    let rule = StepRule { seq: 1, name: "受理".to_owned(), limit: Limit { n: 1, unit: Unit::Wd } };
    let with_steps = ItemRules { steps: vec![rule], ..ItemRules::default() };
    let reasons = |item: &ItemRules, events: &[Event]| {
        let mut input = case(events, wd(5));
        input.item = item;
        clock(&input).reasons
    };
    let (accept, close) = (event(Accept, "2018-03-05T10:00"), event(Close, "2018-03-06T10:00"));
    let told = reasons(&with_steps, &[accept.clone(), close.clone()]);
    assert_eq!(told, [Reason::ClosedWithoutSteps]);
    assert!(reasons(&ItemRules::default(), &[accept.clone(), close.clone()]).is_empty());
    let handled = [accept.clone(), step(StepStart, 1, "2018-03-05T11:00"), step(StepEnd, 1, "2018-03-05T12:00"), close];
    assert!(reasons(&with_steps, &handled).is_empty());
    let withdrawn = Event { close_result: Some(CloseResult::Withdrawn), ..event(Close, "2018-03-06T10:00") };
    assert!(reasons(&with_steps, &[accept, withdrawn]).is_empty());
    assert!(reasons(&with_steps, &[event(NotAccept, "2018-03-05T10:00")]).is_empty());
}

#[test]
fn a_step_may_start_in_the_instant_of_the_receipt_but_not_before() {
    let reasons = |start: &str| {
        let events = [event(Receive, "2018-03-05T09:00"), step(StepStart, 1, start), event(Accept, "2018-03-05T10:00")];
        promise(&events, 5).reasons
    };
    assert!(reasons("2018-03-05T09:00").is_empty());
    assert_eq!(reasons("2018-03-05T08:59:59.999999"), [Reason::StepBeforeRegistration]);
}

#[test]
fn a_step_that_was_open_at_midnight_alone_was_open_on_that_day() {
    let events = [
        step_start(1, 3, "2018-05-03T09:00"),
        step(ReturnStep, 1, "2018-05-04T09:00"),
        step(StepStart, 1, "2018-05-09T00:00"),
        step(StepEnd, 1, "2018-05-09T00:00"),
    ];
    assert_eq!(only(&events[..3]).used_wd, 2, "05-04, and 05-09 by what is known");
    // 05-04 and 05-09, and as if it had stayed open 05-10.
    let closed = only(&numbered(events));
    assert_eq!((closed.used_wd, closed.due_on), (2, Some(date("2018-05-10"))));
}

#[test]
fn a_step_that_ended_at_midnight_is_taken_to_stay_open_from_the_day_that_begins() {
    let due = |end: &str| {
        let events = [
            step_start(1, 3, "2018-05-03T09:00"),
            step(ReturnStep, 1, "2018-05-04T09:00"),
            step(StepStart, 1, "2018-05-08T09:00"),
            step(StepEnd, 1, end),
        ];
        let step = only(&events);
        (step.used_wd, step.due_on.unwrap())
    };
    // 05-04, 05-08, and then 05-09.
    assert_eq!(due("2018-05-09T00:00"), (2, date("2018-05-09")));
    assert_eq!(due("2018-05-09T00:00:00.000001"), (3, date("2018-05-09")));
    assert_eq!(due("2018-05-08T18:00"), (2, date("2018-05-09")));
}

#[test]
fn days_counted_beforehand_make_a_step_due_on_the_same_day() {
    let calendar = TabledCalendar::of(TestCalendar::gx(), 2017..=2019);
    // A Friday, before five days off, and ends on each of the days that follow.
    for start in ["2018-02-09T00:00", "2018-02-09T10:00", "2018-02-10T10:00"] {
        for end in ["02-10T00:00", "02-10T10:00", "02-12T00:00", "02-14T18:00", "02-15T00:00", "02-23T00:00"] {
            let end = step(StepEnd, 1, &format!("2018-{end}"));
            for n in 1..=6 {
                let events = [step_start(1, n, start), end.clone()];
                let tabled = fold(&case(&events, wd(10)), &calendar, &zone(), &Policy::for_testing()).unwrap();
                assert_eq!(tabled.steps, [only(&events)], "{start} {} {n}", end.event_id);
            }
        }
    }
}

#[test]
fn a_step_that_runs_into_an_unknown_year_says_so() {
    for (n, provisional) in [(1, false), (2, true)] {
        assert_eq!(only(&[step_start(1, n, "2023-12-28T09:00")]).provisional, provisional, "{n}");
    }
}

#[test]
fn a_step_has_one_limit_unless_its_name_comes_later() {
    let limit = Limit { n: 3, unit: Unit::Wd };
    let item = ItemRules { steps: vec![StepRule { seq: 1, name: "受理".to_owned(), limit }], ..ItemRules::default() };
    let named = |event: Event| Event { step_name: Some("审查".to_owned()), ..event };
    let start = step(StepStart, 1, "2018-03-05T09:00");
    let end = step(StepEnd, 1, "2018-03-06T09:00");
    let has_one = |item: &ItemRules, events: [Event; 2]| only(&events).has_one_limit(item, events.iter());
    assert!(!has_one(&item, [start.clone(), named(end.clone())]));
    assert!(has_one(&item, [named(start.clone()), named(end.clone())]));
    assert!(has_one(&ItemRules::default(), [start, named(end.clone())]), "no limits to choose from");
    assert!(has_one(&item, [step_start(1, 5, "2018-03-05T09:00"), named(end)]), "the source tells it");
}
