//! What becomes of a card at the edges of the rules that decide it.

use crate::EventKind::{Close, Reopen, Transfer};
use crate::examples::{Example, about, accepted, notice};
use crate::testing::{TestCalendar, at, event, extend, recorded, resume, wd};
use crate::{ClockKind, Event, Level, ObjectType, Policy, Rule, Unit};

/// Entered then, and known to the lake only later.
fn known(event: Event, entered: &str, known: &str) -> Event {
    Event { known_at: at(known), ..recorded(event, entered) }
}

#[test]
fn a_yellow_of_a_case_that_was_closed_by_then_is_cancelled_though_its_rule_was_met_before() {
    // Stopped to 03-15 as far as is known on 03-21, it turns yellow then. It had been resumed on 03-08.
    let entered = "2018-03-21T09:00";
    let (clock, cards) = accepted("2018-03-05T10:00", 5)
        .and(notice("s", 9, Unit::Cd, "2018-03-06T09:00"))
        .and(recorded(resume("s", "2018-03-08T12:00"), entered))
        .and(recorded(event(Close, "2018-03-20T20:00"), entered))
        .told();
    assert_eq!(clock.promise.yellow_at, Some(at("2018-03-13T08:00")));
    let expected =
        ["YELLOW/1 2018-03-21T08:00, cancelled 2018-03-21T09:00", "RED/1 2018-03-14T00:00, issued 2018-03-21T09:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
}

#[test]
fn what_ends_with_the_grace_is_in_time_and_what_ends_at_midnight_is_not() {
    // Due on Wed 2018-10-24, and RED at 24:00 of the second workday after.
    let mut policy = Policy::for_testing();
    policy.ladder = vec![(Level::Red, Rule::AfterDue { of: ClockKind::Promise, grace_wd: 2 })];
    let closed = |when: &str| {
        let example = accepted("2018-10-15T10:00", 7).and(event(Close, when));
        about(&example.told_by(&TestCalendar::gx(), &policy).1, ObjectType::Case)
    };
    assert!(closed("2018-10-26T23:59:59.999999").is_empty());
    assert_eq!(closed("2018-10-27T00:00"), ["RED/1 2018-10-27T00:00"]);
}

#[test]
fn a_yellow_that_all_that_is_known_bears_out_stands_whatever_part_of_it_says() {
    // A stop that was entered in time would have kept the case from turning yellow on Monday 03-12. Its end on
    // the same Sunday was entered too late to be believed against a card, yet it is known.
    let lake = "2018-03-14T00:00";
    let stopped = || {
        accepted("2018-03-05T10:00", 5)
            .and(known(notice("s", 9, Unit::Cd, "2018-03-11T10:00"), "2018-03-11T11:00", lake))
            .and(known(resume("s", "2018-03-11T12:00"), "2018-03-13T12:00", lake))
    };
    let expected = ["YELLOW/1 2018-03-12T08:00, superseded 2018-03-13T00:00", "RED/1 2018-03-13T00:00"];
    assert_eq!(about(&stopped().told().1, ObjectType::Case), expected);
    let closed = stopped().and(known(event(Close, "2018-03-13T10:00"), "2018-03-13T11:00", lake));
    assert_eq!(about(&closed.told().1, ObjectType::Case), expected);
}

#[test]
fn a_card_of_a_longer_limit_is_not_superseded_by_one_of_the_shorter() {
    let mut policy = Policy::for_testing();
    policy.ladder.insert(0, (Level::Prewarn, Rule::UsedRatio { num: 1, den: 2 }));
    let example = accepted("2018-03-05T10:00", 5).and(extend(10, "2018-03-12T10:00"));
    // What is known on 03-23 looks at all cards again.
    let (_, cards) = example.and(event(Transfer, "2018-03-23T10:00")).told_by(&TestCalendar::gx(), &policy);
    let expected = [
        "PREWARN/1 2018-03-08T11:30, superseded 2018-03-12T08:00, lapsed 2018-03-12T10:00",
        "YELLOW/1 2018-03-12T08:00, lapsed 2018-03-12T10:00",
        "PREWARN/2 2018-03-15T11:30, superseded 2018-03-22T08:00",
        "YELLOW/2 2018-03-22T08:00, superseded 2018-03-27T00:00",
        "RED/2 2018-03-27T00:00",
    ];
    assert_eq!(about(&cards, ObjectType::Case), expected);
}

#[test]
fn a_red_tells_when_the_statutory_limit_was_over_too() {
    // Due on 03-12, by law on 03-19.
    let told = |closed: &str| {
        let example = Example { statutory: wd(10), ..accepted("2018-03-05T10:00", 5) };
        let (_, cards) = example.and(event(Close, closed)).told();
        let of = |level: Level| cards.iter().find(|card| card.level == level).map(|card| card.over_statutory_at);
        (of(Level::Yellow), of(Level::Red))
    };
    assert_eq!(told("2018-03-26T10:00"), (Some(None), Some(Some(at("2018-03-20T00:00")))));
    assert_eq!(told("2018-03-20T00:00"), (Some(None), Some(Some(at("2018-03-20T00:00")))));
    assert_eq!(told("2018-03-19T23:59:59.999999"), (Some(None), Some(None)));
    assert_eq!(told("2018-03-13T10:00"), (Some(None), Some(None)));
}

#[test]
fn what_is_open_again_near_its_limit_is_told_anew_from_then_on() {
    let (_, cards) = accepted("2018-03-05T10:00", 5)
        .and(event(Close, "2018-03-12T10:00"))
        .and(event(Reopen, "2018-03-12T11:00"))
        .told();
    let expected = [
        "YELLOW/1 2018-03-12T08:00, lapsed 2018-03-12T10:00",
        "YELLOW/2 2018-03-12T11:00, superseded 2018-03-13T00:00",
        "RED/2 2018-03-13T00:00",
    ];
    assert_eq!(about(&cards, ObjectType::Case), expected);
}
