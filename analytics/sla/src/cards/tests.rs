use jiff::Timestamp;
use jiff::civil::Date;

use crate::EventKind::{Accept, Close, Receive, Reopen, Transfer, Withdraw};
use crate::testing::{self, *};
use crate::{
    CancelCause, Card, ClockKind, DayKind, Event, Level, ObjectType, OfficeWindow, Policy, Reason, Rule, Status,
    WorkCalendar, judge,
};

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
    assert_eq!(brief(&close("2018-03-12T17:00", "2018-03-13T09:00")), [yellow(YELLOW, "L"), red(RED, "C")]);
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

/// A calendar of which something else was known before.
#[derive(Debug)]
pub(super) struct Changed {
    before: TestCalendar,
    after: TestCalendar,
    at: [Timestamp; 1],
}

impl WorkCalendar for Changed {
    fn is_workday(&self, date: Date) -> bool {
        self.after.is_workday(date)
    }

    fn day_name(&self, date: Date) -> Option<&str> {
        self.after.day_name(date)
    }

    fn kind(&self, date: Date) -> DayKind {
        self.after.kind(date)
    }

    fn is_provisional(&self, date: Date) -> bool {
        self.after.is_provisional(date)
    }

    fn windows(&self, date: Date) -> &[OfficeWindow] {
        self.after.windows(date)
    }

    fn version(&self) -> &str {
        "changed"
    }

    fn changed_at(&self) -> &[Timestamp] {
        &self.at
    }

    fn as_known(&self, at: Timestamp) -> Option<&dyn WorkCalendar> {
        (at < self.at[0]).then_some(&self.before)
    }
}

/// Fri 2018-03-09 turns out to be off, by a notice of that time.
pub(super) fn notice(when: &str) -> Changed {
    let mut after = TestCalendar::gx();
    after.turned.insert(Date::constant(2018, 3, 9));
    Changed { before: TestCalendar::gx(), after, at: [at(when)] }
}

#[test]
fn a_calendar_counts_as_it_was_known() {
    let accept = event(Accept, "2018-03-05T10:00");
    let judged = |calendar: &Changed, further: &[Event]| {
        let events = [std::slice::from_ref(&accept), further].concat();
        judge(&case(&events, wd(5)), calendar, &zone(), &Policy::for_testing()).unwrap()
    };
    // In time: nothing had been issued, and everything lies a workday later.
    let in_time = judged(&notice("2018-03-08T00:00"), &[]);
    assert_eq!(in_time.clock.promise.due_at, Some(end_of("2018-03-13")));
    assert_eq!(brief(&in_time.cards), [yellow("2018-03-13T08:00", "S"), red("2018-03-14T00:00", "")]);
    // Late: what was issued is cancelled by the calendar, and the right cards are issued then.
    let late = judged(&notice("2018-03-20T00:00"), &[]);
    let issued = "2018-03-20T00:00";
    assert_eq!(brief(&late.cards)[..2], [yellow(YELLOW, "SC"), red(RED, "C")]);
    assert_eq!(brief(&late.cards)[2..], [yellow(issued, "S"), red(issued, "")]);
    assert!(late.cards[..2].iter().all(|card| card.cancelled_by == Some(CancelCause::CalendarChanged)));
    assert!(late.cards[2..].iter().all(|card| card.cycle == 2));
    // A case that had ended keeps what it was judged by; one that ends later does not.
    let closed = judged(&notice("2018-03-20T00:00"), &[event(Close, "2018-03-13T09:00")]);
    assert_eq!(closed.clock.promise.due_at, Some(end_of("2018-03-12")));
    assert_eq!(brief(&closed.cards), [yellow(YELLOW, "S"), red(RED, "")]);
    let early = judged(&notice("2018-03-20T00:00"), &[event(Close, "2018-03-06T09:00")]);
    assert_eq!((early.clock.promise.due_at, early.cards.len()), (Some(end_of("2018-03-12")), 0));
    // A notice and an event of one instant.
    let both = judged(&notice("2018-03-13T09:00"), &[event(Close, "2018-03-13T09:00")]);
    assert_eq!(brief(&both.cards), [yellow(YELLOW, "SC"), red(RED, "C")]);
    assert_eq!(both.clock.status(at("2018-03-14T00:00")), Status::ClosedOnTime);
    // One from before the case is no news to it.
    assert_eq!(brief(&judged(&notice("2018-01-01T00:00"), &[]).cards), brief(&in_time.cards));
}

#[test]
fn the_village_clock_raises_the_cards_where_the_policy_says_so() {
    let mut policy = Policy::for_testing();
    policy.card_clock = ClockKind::Village;
    policy.ladder[1].1 = Rule::AfterDue { of: ClockKind::Village, grace_wd: 0 };
    let receive = event(Receive, "2018-03-05T09:00");
    let accept = event(Accept, "2018-03-07T10:00");
    let judged = |events: &[Event]| judge(&case(events, wd(3)), &TestCalendar::gx(), &zone(), &policy).unwrap();
    // Three workdays from the receipt: due 03-08.
    let open = judged(&[receive.clone(), accept.clone()]);
    let of_case = |cards: &[Card]| -> Vec<Card> {
        cards.iter().filter(|card| card.object_type == ObjectType::Case).cloned().collect()
    };
    assert_eq!(brief(&of_case(&open.cards)), [yellow("2018-03-08T10:48", "S"), red("2018-03-09T00:00", "")]);
    assert!(of_case(&open.cards).iter().all(|card| card.clock == ClockKind::Village));
    let handed_on = judged(&[receive, accept, event(Transfer, "2018-03-08T09:00")]);
    assert!(of_case(&handed_on.cards).is_empty());
}
