//! Limits where they turn: at an unknown year, at a stop, at an extension of none.

use crate::EventKind::{self, Accept};
use crate::examples::{date, dates};
use crate::testing::*;
use crate::{Clock, ClockKind, Deadline, Level, Limit, Policy, Rule, StopKind, Unit, fold};

/// The promise clock of a case accepted then.
fn accepted(when: &str, n: u32, unit: Unit) -> Clock {
    clock(&case(&[event(Accept, when)], Some(Limit { n, unit }))).promise
}

#[test]
fn a_limit_of_any_unit_that_runs_into_an_unknown_year_says_so() {
    // Fri 2023-12-29; of the next year only the weekdays are known.
    for (when, n, unit, provisional) in [
        ("2023-12-29T16:00", 2, Unit::Hour, false),
        ("2023-12-29T16:00", 4, Unit::Hour, true),
        ("2023-12-29T17:00", 61, Unit::Min, true),
        ("2023-12-29T17:30", 0, Unit::Wd, false),
        ("2023-12-29T18:30", 0, Unit::Wd, true),
        ("2023-12-28T10:00", 1, Unit::Wd, false),
        ("2023-12-28T10:00", 2, Unit::Wd, true),
    ] {
        assert_eq!(accepted(when, n, unit).provisional, provisional, "{when} {n} {unit}");
    }
}

#[test]
fn days_counted_beforehand_say_what_is_unknown_too() {
    let calendar = TabledCalendar::of(TestCalendar::gx(), 2017..=2024);
    let events = [event(Accept, "2023-12-28T10:00")];
    for (n, provisional) in [(1, false), (2, true)] {
        let clock = fold(&case(&events, wd(n)), &calendar, &zone(), &Policy::for_testing()).unwrap();
        assert_eq!(clock.promise.provisional, provisional, "{n}");
    }
}

#[test]
fn an_instant_item_gives_way_to_a_stop_of_its_day() {
    let stopped = |accepted: &str, from: &str, until: &str| {
        let stop = stop("s", StopKind::Hearing, 9, from);
        promise(&[event(Accept, accepted), stop, resume("s", until)], 0).promise
    };
    // All of Monday, and nothing of Tuesday.
    let whole = stopped("2018-03-09T18:30", "2018-03-12T07:00", "2018-03-12T18:30");
    assert_eq!((whole.due_on, whole.excluded_on), (Some(date("2018-03-13")), dates("2018", "03-12")));
    // Some of Monday, and all of Tuesday.
    let part = stopped("2018-03-05T10:00", "2018-03-05T11:00", "2018-03-06T18:30");
    assert_eq!((part.due_on, part.excluded_on), (Some(date("2018-03-07")), dates("2018", "03-05 03-06")));
    // Some of Monday alone.
    let none = stopped("2018-03-05T10:00", "2018-03-05T11:00", "2018-03-06T17:59");
    assert_eq!((none.due_on, none.excluded_on), (Some(date("2018-03-05")), Vec::new()));
}

#[test]
fn an_extension_adds_natural_days_to_months_and_workdays_to_none() {
    let extended = |when: &str, n: u32, unit: Unit, days: u32| {
        let events = [event(EventKind::Accept, when), extend(days, when)];
        clock(&case(&events, Some(Limit { n, unit }))).promise.due_at
    };
    // From Wed 05-02 a month and five days.
    assert_eq!(extended("2018-05-02T10:00", 1, Unit::Month, 5), Some(end_of("2018-06-07")));
    // From a Thursday three workdays: natural days would end on Monday.
    for unit in Unit::ALL.iter().filter(|unit| **unit != Unit::Cd) {
        assert_eq!(extended("2018-03-08T10:00", 0, *unit, 3), Some(end_of("2018-03-13")), "{unit}");
    }
    assert_eq!(extended("2018-03-08T10:00", 0, Unit::Cd, 3), Some(end_of("2018-03-12")));
}

#[test]
fn a_deadline_to_the_hour_is_as_exact_as_its_start() {
    let mut policy = Policy::for_testing();
    policy.deadline = Deadline::HourExact;
    policy.ladder = vec![(Level::Yellow, Rule::BeforeDue { of: ClockKind::Promise, wd: 2 })];
    let accepted = |when: &str, unit| {
        let events = [event(Accept, when)];
        fold(&case(&events, Some(Limit { n: 7, unit })), &TestCalendar::gx(), &zone(), &policy).unwrap().promise
    };
    let exact = accepted("2018-10-15T10:00:00.250001", Unit::Wd);
    assert_eq!(exact.due_at, Some(at("2018-10-24T10:00:00.250001")));
    assert_eq!(exact.yellow_at, Some(at("2018-10-22T10:00:00.250001")));
    let natural = accepted("2018-10-15T10:00:00.5", Unit::Cd);
    assert_eq!(natural.due_at, Some(at("2018-10-22T10:00:00.5")));
    // What comes outside the office counts from the opening, which has no fraction.
    for (when, due) in [
        ("2018-10-15T07:59:59.5", "2018-10-24T08:00"),
        ("2018-10-15T08:00:00.5", "2018-10-24T08:00:00.5"),
        ("2018-10-15T12:00:00.5", "2018-10-24T15:00"),
        ("2018-10-15T18:00:00.5", "2018-10-25T08:00"),
    ] {
        assert_eq!(accepted(when, Unit::Wd).due_at, Some(at(due)), "{when}");
    }
}
