//! Defects seen in real supervision systems (domain §6, last bullet), each as a test that a clock
//! with the defect would fail. Those of queries are in `queries/slt` (M02, M05, M06).

use jiff::SignedDuration;

use crate::EventKind::{Accept, Apply, Close, CorrectionComplete, CorrectionNotice, Receive, StepEnd, Withdraw};
use crate::examples::{Example, about, accepted, date, dates, step_start};
use crate::testing::{at, end_of, event, extend, recorded, step, wd};
use crate::{DueBasis, Level, ObjectType, StartKind, Status};

/// Accepted Mon 2018-03-05, N = 5: YELLOW 03-12 08:00, due 03-12, RED 03-13 00:00.
fn five_days() -> Example {
    accepted("2018-03-05T10:00", 5)
}

const YELLOW_THEN_RED: [&str; 2] = ["YELLOW/1 2018-03-12T08:00, superseded 2018-03-13T00:00", "RED/1 2018-03-13T00:00"];

/// Jiangsu counted the 4/5 warning when a step was finished, so an open step never warned.
#[test]
fn an_open_step_warns_without_waiting_for_its_end() {
    let open = || accepted("2018-05-02T10:00", 10).and(step_start(1, 3, "2018-05-03T09:00"));
    let expected = ["1 YELLOW/1 2018-05-08T10:48, superseded 2018-05-09T00:00", "1 RED/1 2018-05-09T00:00"];
    let (_, cards) = open().told();
    assert_eq!(about(&cards, ObjectType::Step), expected);
    // Its end, late or in time, changes nothing of what was issued before.
    let (_, cards) = open().and(step(StepEnd, 1, "2018-05-10T16:00")).told();
    assert_eq!(about(&cards, ObjectType::Step), expected);
    let (_, cards) = open().and(step(StepEnd, 1, "2018-05-08T16:00")).told();
    let lapsed = ["1 YELLOW/1 2018-05-08T10:48, lapsed 2018-05-08T16:00"];
    assert_eq!(about(&cards, ObjectType::Step), lapsed);
    // Finished before 4/5 were used, it never warns.
    let (_, cards) = open().and(step(StepEnd, 1, "2018-05-08T10:47")).told();
    assert!(about(&cards, ObjectType::Step).is_empty());
}

/// The same of the case: a warning at the closing would come too late to be one.
#[test]
fn an_open_case_warns_without_waiting_for_its_closing() {
    let (_, open) = five_days().told();
    assert_eq!(about(&open, ObjectType::Case), YELLOW_THEN_RED);
    let (_, closed) = five_days().and(event(Close, "2018-03-20T10:00")).told();
    assert_eq!(about(&closed, ObjectType::Case), YELLOW_THEN_RED);
}

/// Overdue was `due >= now`.
#[test]
fn overdue_means_after_the_due_instant() {
    let (open, cards) = five_days().told();
    let microsecond = SignedDuration::from_micros(1);
    for (as_of, status) in [
        (at("2018-03-06T10:00"), Status::Running),
        (end_of("2018-03-12"), Status::NearLimit),
        (end_of("2018-03-12") + microsecond, Status::OverdueOpen),
        (at("2019-03-06T10:00"), Status::OverdueOpen),
    ] {
        assert_eq!(open.status(as_of), status, "{as_of}");
    }
    let reds = cards.iter().filter(|card| card.level == Level::Red);
    assert!(reds.clone().count() == 1 && reds.clone().all(|card| card.condition_at > card.due_at));

    for (close, status, red) in [
        ("2018-03-06T10:00", Status::ClosedEarly, false),
        ("2018-03-12T23:59:59.999999", Status::ClosedOnTime, false),
        ("2018-03-13T00:00", Status::ClosedOverdue, true),
    ] {
        let (clock, cards) = five_days().and(event(Close, close)).told();
        assert_eq!(clock.status(at("2018-04-01T00:00")), status, "{close}");
        assert_eq!(cards.iter().any(|card| card.level == Level::Red), red, "{close}");
    }
}

/// Lists of overdue cases joined one table to itself, so that the other kind was missing.
#[test]
fn cards_of_steps_stand_beside_those_of_the_case() {
    let (_, cards) = five_days().and(step_start(1, 3, "2018-03-05T10:00")).told();
    assert_eq!(about(&cards, ObjectType::Case), YELLOW_THEN_RED);
    let expected = ["1 YELLOW/1 2018-03-08T10:48, superseded 2018-03-09T00:00", "1 RED/1 2018-03-09T00:00"];
    assert_eq!(about(&cards, ObjectType::Step), expected);
    assert_eq!(cards.len(), 4);
}

/// Jiangsu removed the 4/5 warning on escalation and on closing in time, and its reports counted
/// only what was not removed.
#[test]
fn no_card_is_dropped_whatever_became_of_it() {
    // Superseded: the YELLOW stays beside the RED.
    let (_, cards) = five_days().told();
    assert_eq!(about(&cards, ObjectType::Case), YELLOW_THEN_RED);
    // Lapsed: it ended in time after its YELLOW.
    let (_, cards) = five_days().and(event(Close, "2018-03-12T17:00")).told();
    assert_eq!(about(&cards, ObjectType::Case), ["YELLOW/1 2018-03-12T08:00, lapsed 2018-03-12T17:00"]);
    // Lapsed: the YELLOW of the shorter limit stays beside those of the longer one.
    let (_, cards) = five_days().and(extend(10, "2018-03-12T10:00")).told();
    assert_eq!(cards.len(), 3);
    assert!(cards.iter().any(|card| card.cycle == 1 && card.lapsed_at == Some(at("2018-03-12T10:00"))));
    // Cancelled: the closing in time was entered the next morning. Gross keeps the RED.
    let (clock, cards) = five_days().and(recorded(event(Close, "2018-03-12T17:00"), "2018-03-13T09:00")).told();
    assert_eq!(clock.status(at("2018-03-13T09:00")), Status::ClosedOnTime);
    let red = cards.iter().find(|card| card.level == Level::Red).unwrap();
    assert_eq!((red.issued_at, red.cancelled_at), (at("2018-03-13T00:00"), Some(at("2018-03-13T09:00"))));
    assert_eq!(cards.len(), 2);
}

/// A source without acceptance time was given its receipt time instead [S30].
#[test]
fn a_missing_acceptance_is_not_the_receipt() {
    // Neither receipt nor application starts the clock, whatever comes long after.
    let received = || Example::new(wd(7), &[event(Apply, "2018-03-29T09:00"), event(Receive, "2018-03-30T10:00")]);
    let (clock, _) = received().told();
    assert_eq!(clock.received_at, Some(at("2018-03-30T10:00")));
    assert_eq!(clock.status(at("2018-04-09T10:00")), Status::NotStarted);
    // Only the law makes it the start, openly: as deemed, after five workdays, with a RED for it.
    assert_eq!(clock.start.as_ref().unwrap().kind, StartKind::Deemed);
    // Applied for and never received: no clock at all.
    let (clock, cards) = Example::new(wd(7), &[event(Apply, "2018-03-29T09:00")]).told();
    assert!(clock.start.is_none() && clock.promise.due_at.is_none() && cards.is_empty());
    assert_eq!(clock.promise.basis, DueBasis::NotStarted);
    assert_eq!(clock.status(at("2019-01-01T00:00")), Status::NotStarted);

    // Accepted in time: from the acceptance on.
    let (clock, cards) = received().and(event(Accept, "2018-04-03T10:00")).told();
    assert_eq!(clock.start.as_ref().unwrap().kind, StartKind::Accepted);
    assert_eq!(clock.promise.started_on, Some(date("2018-04-03")));
    let days = dates("2018", "04-04 04-08 04-09 04-10 04-11 04-12 04-13");
    assert_eq!(clock.promise.counted_on, days);
    assert!(about(&cards, ObjectType::PreAcceptance).is_empty());

    // Sent back for correction: not started until the file is complete.
    let noticed = || received().and(event(CorrectionNotice, "2018-04-03T10:00"));
    let (clock, cards) = noticed().told();
    assert!(clock.start.is_none() && cards.is_empty());
    assert_eq!(clock.status(at("2019-01-01T00:00")), Status::NotStarted);
    let (clock, _) = noticed().and(event(CorrectionComplete, "2018-04-12T10:00")).told();
    assert_eq!(clock.promise.started_on, Some(date("2018-04-12")));

    // Ended without an acceptance: no due date, and no time used. Decided without one: as deemed, openly,
    // from the midnight on at which it is.
    let (clock, cards) = received().and(event(Withdraw, "2018-04-04T10:00")).told();
    assert!(clock.start.is_none() && clock.used_at_end.is_none() && cards.is_empty());
    let (clock, cards) = received().and(event(Close, "2018-04-04T10:00")).told();
    assert_eq!(clock.start.as_ref().unwrap().kind, StartKind::Deemed);
    assert_eq!(clock.status(at("2018-04-09T23:00")), Status::NotStarted);
    assert_eq!(clock.status(at("2018-04-10T00:00")), Status::ClosedEarly);
    assert!(cards.is_empty());
}
