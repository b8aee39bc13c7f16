use jiff::Timestamp;

use crate::EventKind::{Accept, Close, Reopen, Transfer, Withdraw};
use crate::testing::{self, *};
use crate::{Card, Event, Level, Reason, Status};

/// Accepted Mon 2018-03-05, N = 5: YELLOW 03-12 08:00, RED 03-13 00:00.
const YELLOW: &str = "2018-03-12T08:00";
const RED: &str = "2018-03-13T00:00";

/// The cards of the case above with these further events.
fn cards(further: &[Event]) -> Vec<Card> {
    let mut events = vec![by(event(Accept, "2018-03-05T10:00"), "TOWN")];
    events.extend_from_slice(further);
    testing::cards(&case(&events, wd(5)))
}

/// (level, issued_at, what became of it) with `S`uperseded, `L`apsed, `C`ancelled.
fn brief(cards: &[Card]) -> Vec<(Level, Timestamp, String)> {
    let brief = |card: &Card| {
        let ends = [("S", card.superseded_at), ("L", card.lapsed_at), ("C", card.cancelled_at)];
        let ends = ends.iter().filter_map(|(name, at)| at.and(Some(*name)));
        (card.level, card.issued_at, ends.collect())
    };
    cards.iter().map(brief).collect()
}

fn yellow(when: &str, end: &str) -> (Level, Timestamp, String) {
    (Level::Yellow, at(when), end.to_owned())
}

fn red(when: &str, end: &str) -> (Level, Timestamp, String) {
    (Level::Red, at(when), end.to_owned())
}

#[test]
fn an_open_case_has_its_cards_ahead() {
    let cards = cards(&[by(event(Transfer, "2018-03-12T10:00"), "COUNTY")]);
    assert_eq!(brief(&cards), [yellow(YELLOW, "S"), red(RED, "")]);
    assert_eq!(cards[0].superseded_at, Some(at(RED)));
    assert_eq!(cards[0].responsible.as_deref(), Some("TOWN"));
    assert_eq!(cards[1].responsible.as_deref(), Some("COUNTY"));
    assert_eq!(cards[1].due_at, end_of("2018-03-12"));
}

#[test]
fn closing_decides_which_cards_there_are() {
    for (close, expected) in [
        ("2018-03-09T17:00", vec![]),
        ("2018-03-12T17:00", vec![yellow(YELLOW, "L")]),
        ("2018-03-12T23:59:59.999999", vec![yellow(YELLOW, "L")]),
        ("2018-03-13T00:00", vec![yellow(YELLOW, "S"), red(RED, "")]),
        ("2018-03-20T10:00", vec![yellow(YELLOW, "S"), red(RED, "")]),
    ] {
        assert_eq!(brief(&cards(&[event(Close, close)])), expected, "{close}");
        assert_eq!(brief(&cards(&[event(Withdraw, close)])), expected, "{close}");
    }
}

#[test]
fn a_closing_entered_within_a_day_cancels_what_it_proves_wrong() {
    let close = |when: &str, entered: &str| cards(&[recorded(event(Close, when), entered)]);
    assert_eq!(brief(&close("2018-03-11T20:00", "2018-03-12T09:00")), [yellow(YELLOW, "C")]);
    assert_eq!(brief(&close("2018-03-12T17:00", "2018-03-13T09:00")), [yellow(YELLOW, "SL"), red(RED, "C")]);
}

#[test]
fn a_late_entry_takes_effect_when_it_was_recorded() {
    let events = [event(Accept, "2018-03-05T10:00"), recorded(event(Close, "2018-03-12T08:59"), "2018-03-13T09:00")];
    let clock = promise(&events, 5);
    assert_eq!(clock.closed_at, Some(at("2018-03-13T09:00")));
    assert_eq!(clock.reasons, [Reason::LateEntry]);
    assert_eq!(clock.status(at("2018-03-14T00:00")), Status::ClosedOverdue);
    assert_eq!(brief(&testing::cards(&case(&events, wd(5)))), [yellow(YELLOW, "S"), red(RED, "")]);
}

#[test]
fn what_is_known_late_is_issued_late() {
    let entered = "2018-03-20T10:00";
    let accept = recorded(event(Accept, "2018-03-05T10:00"), entered);
    let open = testing::cards(&case(std::slice::from_ref(&accept), wd(5)));
    assert_eq!(brief(&open), [yellow(entered, "S"), red(entered, "")]);
    assert_eq!(open[1].condition_at, at(RED));
    // Known together with its late closing: RED, but no YELLOW for a case known to have ended.
    let close = recorded(event(Close, "2018-03-19T12:00"), entered);
    let closed = testing::cards(&case(&[accept, close], wd(5)));
    assert_eq!(brief(&closed), [red(entered, "")]);
}

#[test]
fn a_case_reopened_after_its_due_date_turns_red_then() {
    let reopened = [event(Close, "2018-03-08T10:00"), by(event(Reopen, "2018-03-20T10:00"), "TOWN")];
    let cards = cards(&reopened);
    assert_eq!(brief(&cards), [red("2018-03-20T10:00", "")]);
    assert_eq!(cards[0].condition_at, at("2018-03-20T10:00"));
}

#[test]
fn no_card_on_a_calendar_that_is_not_known_but_for_explicit_dues() {
    let accept = event(Accept, "2023-12-28T10:00");
    let clock = promise(std::slice::from_ref(&accept), 5);
    assert!(clock.promise.provisional && clock.promise.due_at.is_some());
    assert!(testing::cards(&case(std::slice::from_ref(&accept), wd(5))).is_empty());
    assert_eq!(clock.reasons, [Reason::CalendarProvisional]);
    let told = [due(accept, "2024-01-04T10:00")];
    assert_eq!(testing::cards(&case(&told, None)).len(), 2);
    assert!(!testing::clock(&case(&told, None)).promise.provisional);
}
