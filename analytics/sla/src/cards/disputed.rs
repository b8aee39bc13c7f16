//! What a second reading of the rules disputed: each with its events and what stands now.

use crate::EventKind::{Accept, Close, Receive, Reopen, Withdraw};
use crate::examples::{Example, about, accepted, date, notice};
use crate::testing::{at, event, extend, recorded, resume, wd};
use crate::{Limit, ObjectType, Reason, StartKind, Status, Unit};

/// Accepted on Monday 2018-03-05 with a promise of 5 workdays: due on 03-12.
fn five_days() -> Example {
    accepted("2018-03-05T09:00", 5)
}

#[test]
fn a_red_is_never_undone_by_an_extension() {
    // Approved in time, entered in time, known after the RED: the limit is longer, the RED stands.
    let (clock, cards) = five_days().and(recorded(extend(10, "2018-03-12T17:00"), "2018-03-13T09:00")).told();
    assert_eq!(clock.promise.due_on, Some(date("2018-03-26")));
    let expected =
        ["YELLOW/1 2018-03-12T08:00, superseded 2018-03-13T00:00, lapsed 2018-03-13T09:00", "RED/1 2018-03-13T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
}

#[test]
fn of_several_extensions_the_first_that_took_effect_is_in_force() {
    let late = recorded(extend(10, "2018-03-07T09:00"), "2018-03-09T15:00");
    let (clock, _) = accepted("2018-03-05T09:00", 4).and(late).and(extend(1, "2018-03-08T09:00")).told();
    assert_eq!(clock.promise.due_on, Some(date("2018-03-12")));
    assert!(clock.reasons.contains(&Reason::SecondExtension));
}

#[test]
fn an_extension_lengthens_promise_and_statutory_limit_alike() {
    let with = |when: &str| Example { statutory: wd(15), ..five_days() }.and(extend(5, when)).told().0;
    let in_time = with("2018-03-12T09:00");
    assert_eq!((in_time.promise.n, in_time.statutory.n), (10, 20));
    // Too late for the promise, it is ignored, though the statutory limit still runs.
    let late = with("2018-03-20T09:00");
    assert_eq!((late.promise.n, late.statutory.n), (5, 15));
    assert!(late.reasons.contains(&Reason::LateExtension));
}

#[test]
fn an_extension_is_late_by_its_entry_not_by_its_approval() {
    let mut extension = recorded(extend(5, "2018-03-12T23:00"), "2018-03-13T00:30");
    extension.approved_at = Some(at("2018-03-12T00:10"));
    let (clock, _) = five_days().and(extension).told();
    assert_eq!(clock.promise.due_on, Some(date("2018-03-19")));
    let (clock, _) = five_days().and(recorded(extend(5, "2018-03-12T09:00"), "2018-03-13T09:00:01")).told();
    assert_eq!(clock.promise.due_on, Some(date("2018-03-12")));
}

#[test]
fn a_card_that_a_cancelled_one_superseded_holds_again() {
    // Example 23 with its notice entered on the next morning.
    let stop = recorded(notice("s", 7, Unit::Cd, "2018-03-12T09:00"), "2018-03-13T08:30");
    let (clock, cards) = five_days().and(stop).told();
    assert_eq!(clock.status(at("2018-03-20T09:00")), Status::NearLimit);
    let expected = [
        "YELLOW/1 2018-03-12T08:00, superseded 2018-03-21T00:00",
        "RED/1 2018-03-13T00:00, cancelled 2018-03-13T08:30",
        "RED/2 2018-03-21T00:00",
    ];
    assert_eq!(about(&cards, ObjectType::Case), expected);
}

#[test]
fn who_decides_a_case_without_accepting_it_is_judged_from_the_receipt_on() {
    let received = || Example::new(wd(3), &[event(Receive, "2018-03-05T09:00")]);
    for closed in ["2018-03-12T17:00", "2018-03-13T09:00"] {
        let (clock, cards) = received().and(event(Close, closed)).told();
        assert_eq!(clock.start.map(|start| start.kind), Some(StartKind::Deemed));
        assert_eq!(clock.status(at("2018-03-13T09:00")), Status::ClosedOverdue);
        assert!(
            about(&cards, ObjectType::Case)
                .iter()
                .any(|card| card.starts_with("RED/1 2018-03-09T00:00, issued 2018-03-13T00:00"))
        );
        // Nobody waited for the acceptance of a case that was closed by then.
        let has_red = about(&cards, ObjectType::PreAcceptance).iter().any(|card| card.starts_with("RED"));
        assert_eq!(has_red, closed > "2018-03-12T24", "{closed}");
    }
    let (clock, _) = received().and(event(Withdraw, "2018-03-12T17:00")).told();
    assert!(clock.start.is_none());
}

#[test]
fn an_end_that_took_effect_after_its_reopening_was_none() {
    let (clock, cards) = accepted("2018-03-05T09:00", 6)
        .and(recorded(event(Withdraw, "2018-03-12T10:00"), "2018-03-16T10:00"))
        .and(event(Reopen, "2018-03-12T15:00"))
        .and(event(Close, "2018-03-13T16:00"))
        .told();
    assert_eq!(clock.status(at("2018-04-01T00:00")), Status::ClosedOnTime);
    assert!(about(&cards, ObjectType::Case).iter().all(|card| card.starts_with("YELLOW")), "{cards:?}");
}

#[test]
fn a_card_of_an_acceptance_that_was_deemed_wrongly_is_told_anew() {
    let two_hours = Some(Limit { n: 2, unit: Unit::Hour });
    let events = [event(Receive, "2018-03-05T09:00"), recorded(event(Accept, "2018-03-12T09:00"), "2018-03-13T08:30")];
    let (clock, cards) = Example::new(two_hours, &events).told();
    assert_eq!(clock.promise.due_at, Some(at("2018-03-12T11:00")));
    let cards = about(&cards, ObjectType::Case);
    assert_eq!(cards.last().map(String::as_str), Some("RED/2 2018-03-12T11:00:00.000001, issued 2018-03-13T08:30"));
    assert!(cards.iter().any(|card| card.starts_with("RED/1") && card.ends_with("cancelled 2018-03-13T08:30")));
}

#[test]
fn a_stop_that_ends_at_the_very_end_of_its_last_day_is_no_overrun() {
    let with = |end: &str| {
        let stop = notice("s", 2, Unit::Cd, "2018-03-06T09:00");
        let (_, cards) = five_days().and(stop).and(resume("s", end)).told();
        about(&cards, ObjectType::Suspension)
    };
    assert!(with("2018-03-09T00:00").is_empty());
    assert_eq!(with("2018-03-09T00:00:00.000001"), ["s YELLOW/1 2018-03-09T00:00"]);
    assert_eq!(with("2018-03-10T00:00"), ["s YELLOW/1 2018-03-09T00:00"]);
}

#[test]
fn two_suspensions_of_one_name_are_two_objects() {
    let again = |n: usize, when: &str| {
        let mut stop = notice("s", 1, Unit::Cd, when);
        stop.event_id = format!("stop {n}");
        stop
    };
    let (_, cards) = accepted("2018-03-05T09:00", 10)
        .and(again(1, "2018-03-06T09:00"))
        .and(resume("s", "2018-03-09T10:00"))
        .and(again(2, "2018-03-12T09:00"))
        .and(resume("s", "2018-03-16T10:00"))
        .told();
    let names: Vec<String> = about(&cards, ObjectType::Suspension).iter().map(|card| card[..9].to_owned()).collect();
    assert_eq!(names, ["s YELLOW/", "s RED/1 2", "s#2 YELLO", "s#2 RED/1"]);
}
