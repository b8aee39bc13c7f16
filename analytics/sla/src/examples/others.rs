//! Examples 14, 15, 18, 19 and 29: deemed acceptance, steps, closings.

use super::{Example, about, accepted, assert_due, date, dates, step_start};
use crate::EventKind::{Accept, Close, Receive, ReturnStep, StepEnd};
use crate::testing::{at, by, end_of, event, step, wd};
use crate::{Card, Level, ObjectType, StartKind, Status};

/// The RED of the case.
fn red(cards: &[Card]) -> &Card {
    let mut reds = cards.iter().filter(|card| card.object_type == ObjectType::Case && card.level == Level::Red);
    let red = reds.next().unwrap();
    assert!(reds.next().is_none(), "one RED of the case");
    red
}

#[test]
fn example_14_deemed_acceptance() {
    let received = |n| Example::new(wd(n), &[event(Receive, "2018-03-30T10:00")]).told();
    let midnight = at("2018-04-10T00:00");
    let (clock, cards) = received(7);
    let start = clock.start.as_ref().unwrap();
    assert_eq!(start.kind, StartKind::Deemed);
    assert_eq!((start.on, start.from), (date("2018-03-30"), midnight));
    assert_eq!(clock.promise.counted_on, dates("2018", "04-02 04-03 04-04 04-08 04-09 04-10 04-11"));
    assert_due(&clock, Some("2018-04-10T15:12"), "2018-04-11");
    assert_eq!(clock.status(at("2018-04-09T23:59:59.999999")), Status::NotStarted);
    assert_eq!(clock.status(midnight), Status::Running);
    assert_eq!(clock.status(at("2018-04-12T00:00")), Status::OverdueOpen);
    let before = ["YELLOW/1 2018-04-09T08:00, superseded 2018-04-10T00:00", "RED/1 2018-04-10T00:00"];
    assert_eq!(about(&cards, ObjectType::PreAcceptance), before);
    let expected = ["YELLOW/1 2018-04-10T15:12, superseded 2018-04-12T00:00", "RED/1 2018-04-12T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);

    // Overdue the moment it is deemed accepted.
    let (clock, cards) = received(5);
    assert_due(&clock, Some("2018-04-09T08:00"), "2018-04-09");
    assert_eq!(clock.status(midnight), Status::OverdueOpen);
    assert_eq!((red(&cards).condition_at, red(&cards).issued_at), (midnight, midnight));
    assert_eq!(about(&cards, ObjectType::PreAcceptance), before);

    // Near its limit the moment it is deemed accepted.
    let (clock, cards) = received(6);
    assert_eq!(clock.status(midnight), Status::NearLimit);
    let expected =
        ["YELLOW/1 2018-04-09T16:36, issued 2018-04-10T00:00, superseded 2018-04-11T00:00", "RED/1 2018-04-11T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
    assert_eq!(about(&cards, ObjectType::PreAcceptance), before);
}

#[test]
fn example_15_a_step_overdue_in_a_case_that_is_early() {
    let township = |event| by(event, "TOWN");
    let (clock, cards) = Example::new(
        wd(10),
        &[
            by(event(Accept, "2018-05-02T10:00"), "VILLAGE"),
            township(step_start(1, 3, "2018-05-03T09:00")),
            township(step(StepEnd, 1, "2018-05-10T16:00")),
            by(event(Close, "2018-05-14T10:00"), "COUNTY"),
        ],
    )
    .told();
    assert_due(&clock, Some("2018-05-15T08:00"), "2018-05-16");
    assert_eq!(clock.used_at_end.unwrap().used_wd, 8);
    assert_eq!(clock.status(at("2018-05-14T10:00")), Status::ClosedEarly);
    assert!(about(&cards, ObjectType::Case).is_empty());

    let [step] = clock.steps.as_slice() else { panic!("one step: {:?}", clock.steps) };
    assert_eq!((step.due_on, step.due_at), (Some(date("2018-05-08")), Some(end_of("2018-05-08"))));
    assert_eq!(step.yellow_at, Some(at("2018-05-08T10:48")));
    assert_eq!(step.used_wd, 5);
    let expected = ["1 YELLOW/1 2018-05-08T10:48, superseded 2018-05-09T00:00", "1 RED/1 2018-05-09T00:00"];
    assert_eq!(about(&cards, ObjectType::Step), expected);
    assert!(cards.iter().all(|card| card.responsible.as_deref() == Some("TOWN")));
}

#[test]
fn example_18_closed_on_the_day_of_acceptance() {
    let same_day = |n| accepted("2018-05-03T09:00", n).and(event(Close, "2018-05-03T10:00")).told();
    let now = at("2018-05-03T12:00");
    let (instant, cards) = same_day(0);
    let used = instant.used_at_end.unwrap();
    assert_eq!((used.used_wd, used.used_days_tenths, used.used_office_sec), (0, 0, 3600));
    assert_eq!(instant.status(now), Status::ClosedInstant);
    assert!(cards.is_empty());

    let (promised, cards) = same_day(3);
    let used = promised.used_at_end.unwrap();
    assert_eq!((used.used_wd, used.used_days_tenths), (0, 0));
    assert_eq!(promised.promise.due_on, Some(date("2018-05-08")));
    assert_eq!(promised.status(now), Status::ClosedEarly);
    assert!(cards.is_empty());
}

#[test]
fn example_19_due_on_friday_and_closed_on_saturday() {
    let (clock, cards) = accepted("2018-03-02T10:00", 5).and(event(Close, "2018-03-10T10:00")).told();
    assert_eq!(clock.promise.counted_on, dates("2018", "03-05 03-06 03-07 03-08 03-09"));
    assert_due(&clock, Some("2018-03-09T08:00"), "2018-03-09");
    // All days used and none more, yet overdue: the due instant alone decides.
    assert_eq!(clock.used_at_end.unwrap().used_wd, 5);
    assert_eq!(clock.status(at("2018-03-10T10:00")), Status::ClosedOverdue);
    let expected = ["YELLOW/1 2018-03-09T08:00, superseded 2018-03-10T00:00", "RED/1 2018-03-10T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
    assert_eq!(red(&cards).ended_at, Some(at("2018-03-10T10:00")));
}

#[test]
fn example_29_a_step_sent_back_and_taken_up_again() {
    let (clock, cards) = accepted("2018-05-02T10:00", 10)
        .and(step_start(1, 3, "2018-05-03T09:00"))
        .and(step(ReturnStep, 1, "2018-05-04T16:00"))
        .and(step_start(1, 3, "2018-05-08T09:00"))
        .and(step(StepEnd, 1, "2018-05-10T16:00"))
        .told();
    let [step] = clock.steps.as_slice() else { panic!("one step: {:?}", clock.steps) };
    let opened = [
        (at("2018-05-03T09:00"), Some(at("2018-05-04T16:00"))),
        (at("2018-05-08T09:00"), Some(at("2018-05-10T16:00"))),
    ];
    assert_eq!(step.opened, opened);
    // 05-04, 05-08, 05-09, 05-10: not 05-07, when it was nobody's.
    assert_eq!(step.used_wd, 4);
    assert_eq!((step.due_on, step.due_at), (Some(date("2018-05-09")), Some(end_of("2018-05-09"))));
    assert_eq!(step.yellow_at, Some(at("2018-05-09T10:48")));
    assert_eq!(step.red_at, Some(at("2018-05-10T00:00")));
    // Whether taking a step up again begins a cycle of its cards is not said.
    let cards = cards.iter().filter(|card| card.object_type == ObjectType::Step);
    let cards: Vec<_> = cards.map(|card| (card.level, card.condition_at, card.issued_at, card.superseded_at)).collect();
    let (yellow, red) = (at("2018-05-09T10:48"), at("2018-05-10T00:00"));
    assert_eq!(cards, [(Level::Yellow, yellow, yellow, Some(red)), (Level::Red, red, red, None)]);
}
