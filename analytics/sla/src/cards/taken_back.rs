//! Events that their source takes back: what becomes of the clock, and of the cards that rested on them.

use crate::EventKind::{Accept, Close};
use crate::examples::{Example, about, accepted, date, notice};
use crate::testing::{at, clock, event, extend, wd};
use crate::{CaseInput, Event, ObjectType, Status, Unit};

/// Monday 2018-03-05, with 5 workdays: YELLOW 03-12 08:00, due 03-12, RED 03-13 00:00.
const BEGUN: &str = "2018-03-05T09:00";

const YELLOW_THEN_RED: [&str; 2] = ["YELLOW/1 2018-03-12T08:00, superseded 2018-03-13T00:00", "RED/1 2018-03-13T00:00"];

fn five_days() -> Example {
    accepted(BEGUN, 5)
}

/// The version that takes an event back: entered then, and known then.
fn gone(event: &Event, entered: &str, known: &str) -> Event {
    Event { is_deleted: true, ..again(event, entered, known) }
}

/// A newer version that says the same.
fn again(event: &Event, entered: &str, known: &str) -> Event {
    Event { recorded_at: Some(at(entered)), known_at: at(known), ..event.clone() }
}

#[test]
fn a_card_is_cancelled_when_what_it_rested_on_is_taken_back_in_time() {
    let taken_back = five_days().and(gone(&event(Accept, BEGUN), "2018-03-06T08:00", "2018-03-14T09:00"));
    let (clock, cards) = taken_back.told();
    assert!(clock.start.is_none() && clock.promise.due_at.is_none());
    assert_eq!(clock.status(at("2018-04-01T00:00")), Status::NotStarted);
    assert_eq!((clock.first_known_at, clock.last_known_at), (at(BEGUN), at("2018-03-14T09:00")));
    let expected = [
        "YELLOW/1 2018-03-12T08:00, superseded 2018-03-13T00:00, cancelled 2018-03-14T09:00",
        "RED/1 2018-03-13T00:00, cancelled 2018-03-14T09:00",
    ];
    assert_eq!(about(&cards, ObjectType::Case), expected);
    // As of before, nobody knew.
    let (clock, cards) = taken_back.known_by("2018-03-14T08:59").told();
    assert_eq!(clock.promise.due_on, Some(date("2018-03-12")));
    assert_eq!(about(&cards, ObjectType::Case), YELLOW_THEN_RED);
}

#[test]
fn what_is_taken_back_late_cancels_nothing_and_raises_nothing_more() {
    let late = |known: &str| five_days().and(gone(&event(Accept, BEGUN), known, known)).told();
    let (clock, cards) = late("2018-03-14T09:00");
    assert!(clock.start.is_none());
    assert_eq!(about(&cards, ObjectType::Case), YELLOW_THEN_RED);
    // Before its cards were issued, it leaves none.
    let (_, cards) = late("2018-03-12T07:59");
    assert!(cards.is_empty());
    let (_, cards) = late("2018-03-12T12:00");
    assert_eq!(about(&cards, ObjectType::Case), ["YELLOW/1 2018-03-12T08:00"]);
}

#[test]
fn a_newer_version_brings_back_what_was_taken_back() {
    let accept = event(Accept, BEGUN);
    let (clock, cards) = five_days()
        .and(gone(&accept, "2018-03-05T18:00", "2018-03-13T09:00"))
        .and(again(&accept, "2018-03-14T09:00", "2018-03-14T09:00"))
        .told();
    assert_eq!(clock.promise.due_on, Some(date("2018-03-12")));
    let expected = [
        "YELLOW/1 2018-03-12T08:00, superseded 2018-03-13T00:00, cancelled 2018-03-13T09:00",
        "RED/1 2018-03-13T00:00, cancelled 2018-03-13T09:00",
        "YELLOW/2 2018-03-12T08:00, issued 2018-03-14T09:00, superseded 2018-03-14T09:00",
        "RED/2 2018-03-13T00:00, issued 2018-03-14T09:00",
    ];
    assert_eq!(about(&cards, ObjectType::Case), expected);
}

#[test]
fn without_its_closing_a_case_is_open_and_its_cards_are_issued_when_that_is_known() {
    let close = event(Close, "2018-03-09T10:00");
    let closed = five_days().and(close.clone());
    assert!(closed.told().1.is_empty());
    let (clock, cards) = closed.and(gone(&close, "2018-03-15T09:00", "2018-03-15T09:00")).told();
    assert_eq!(clock.status(at("2018-03-16T00:00")), Status::OverdueOpen);
    assert_eq!(about(&cards, ObjectType::Case), ISSUED_THEN);
}

/// Both cards at once, on the day on which it is known that nothing kept them off.
const ISSUED_THEN: [&str; 2] = [
    "YELLOW/1 2018-03-12T08:00, issued 2018-03-15T09:00, superseded 2018-03-15T09:00",
    "RED/1 2018-03-13T00:00, issued 2018-03-15T09:00",
];

#[test]
fn without_its_stop_or_its_extension_a_case_is_due_as_before() {
    let known = "2018-03-15T09:00";
    let stop = notice("s", 14, Unit::Cd, "2018-03-06T09:00");
    let (clock, cards) = five_days().and(stop.clone()).and(gone(&stop, known, known)).told();
    assert_eq!(clock.promise.due_on, Some(date("2018-03-12")));
    assert!(clock.suspensions.is_empty() && clock.pauses.is_empty());
    assert_eq!(about(&cards, ObjectType::Case), ISSUED_THEN);
    let longer = extend(10, "2018-03-08T09:00");
    let (clock, cards) = five_days().and(longer.clone()).and(gone(&longer, known, known)).told();
    assert!(clock.extension.is_none());
    assert_eq!(about(&cards, ObjectType::Case), ISSUED_THEN);
}

#[test]
fn a_case_without_an_event_left_has_not_started() {
    let accept = event(Accept, BEGUN);
    let events = [gone(&accept, "2018-03-06T08:00", "2018-03-06T08:00")];
    let taken_back = CaseInput { events: &events, ..crate::testing::case(&[], wd(5)) };
    let clock = clock(&taken_back);
    assert_eq!(clock.status(at("2018-04-01T00:00")), Status::NotStarted);
    assert_eq!((clock.first_known_at, clock.last_known_at), (at("2018-03-06T08:00"), at("2018-03-06T08:00")));
    assert!(crate::testing::cards(&taken_back).is_empty());
}
