//! Examples 16, 25 to 28 and 30: other schemes, other units, instant items, extension, told dues.

use super::{Example, about, accepted, assert_due, date, dates};
use crate::EventKind::Accept;
use crate::testing::{TestCalendar, at, due, event, extend, wd};
use crate::{ClockKind, Deadline, DueBasis, Level, Limit, ObjectType, Policy, Rule, Status, Unit};

/// Right after a limit of that clock, or so many workdays later.
fn over(of: ClockKind, grace_wd: u32) -> Rule {
    Rule::AfterDue { of, grace_wd }
}

/// A scheme of others, for comparison.
fn shadow(name: &str, deadline: Deadline, ladder: Vec<(Level, Rule)>) -> Policy {
    Policy { name: name.to_owned(), is_official: false, deadline, ladder, ..Policy::for_testing() }
}

#[test]
fn example_16_three_schemes_compared() {
    let example = Example { statutory: wd(10), ..accepted("2018-10-15T10:00", 7) };
    let (clock, cards) = example.told();
    assert_eq!(clock.promise.counted_on, dates("2018", "10-16 10-17 10-18 10-19 10-22 10-23 10-24"));
    assert_due(&clock, Some("2018-10-23T15:12"), "2018-10-24");
    assert_eq!(clock.statutory.due_on, Some(date("2018-10-29")));
    let expected = ["YELLOW/1 2018-10-23T15:12, superseded 2018-10-25T00:00", "RED/1 2018-10-25T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
    let red = cards.iter().find(|card| card.level == Level::Red).unwrap();
    assert_eq!(red.over_statutory_at, Some(at("2018-10-30T00:00")));

    // Its own text warns on 10-19, against its rule of two workdays before.
    let hunan = vec![
        (Level::Prewarn, Rule::BeforeDue { of: ClockKind::Promise, wd: 2 }),
        (Level::Yellow, over(ClockKind::Promise, 0)),
        (Level::Red, over(ClockKind::Statutory, 0)),
    ];
    let hunan = shadow("HUNAN_3", Deadline::HourExact, hunan);
    let (clock, cards) = example.told_by(&TestCalendar::gx(), &hunan);
    assert_eq!(clock.promise.due_at, Some(at("2018-10-24T10:00")));
    assert_eq!(clock.statutory.due_at, Some(at("2018-10-29T10:00")));
    let expected = [
        "PREWARN/1 2018-10-22T10:00, superseded 2018-10-24T10:00:00.000001",
        "YELLOW/1 2018-10-24T10:00:00.000001, superseded 2018-10-29T10:00:00.000001",
        "RED/1 2018-10-29T10:00:00.000001",
    ];
    assert_eq!(about(&cards, ObjectType::Case), expected);

    let grace = vec![
        (Level::Reminder, over(ClockKind::Promise, 0)),
        (Level::Yellow, over(ClockKind::Promise, 1)),
        (Level::Red, over(ClockKind::Promise, 2)),
    ];
    let grace = shadow("JS_GRACE", Deadline::EndOfDay, grace);
    let (_, cards) = example.told_by(&TestCalendar::gx(), &grace);
    let expected = [
        "REMINDER/1 2018-10-25T00:00, superseded 2018-10-26T00:00",
        "YELLOW/1 2018-10-26T00:00, superseded 2018-10-27T00:00",
        "RED/1 2018-10-27T00:00",
    ];
    assert_eq!(about(&cards, ObjectType::Case), expected);
}

#[test]
fn example_25_instant_items() {
    let (sunday, cards) = accepted("2018-05-06T10:00", 0).told();
    assert_due(&sunday, Some("2018-05-07T17:00"), "2018-05-07");
    let expected = ["YELLOW/1 2018-05-07T17:00, superseded 2018-05-08T00:00", "RED/1 2018-05-08T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);

    let (evening, cards) = accepted("2018-05-03T17:30", 0).told();
    assert_due(&evening, None, "2018-05-03");
    assert_eq!(about(&cards, ObjectType::Case), ["RED/1 2018-05-04T00:00"]);
}

#[test]
fn example_26_natural_days_and_months() {
    let promised = |n, unit, start: &str| Example::new(Some(Limit { n, unit }), &[event(Accept, start)]).told();
    let (five, cards) = promised(5, Unit::Cd, "2018-03-05T10:00");
    assert_eq!(five.promise.counted_on, dates("2018", "03-06 03-07 03-08 03-09 03-10"));
    assert_due(&five, Some("2018-03-10T00:00"), "2018-03-12");
    let expected = ["YELLOW/1 2018-03-10T00:00, superseded 2018-03-13T00:00", "RED/1 2018-03-13T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);

    let (thirty, _) = promised(30, Unit::Cd, "2018-03-06T10:00");
    let days = &thirty.promise.counted_on;
    assert_eq!((days.len(), days[0], days[29]), (30, date("2018-03-07"), date("2018-04-05")));
    assert_due(&thirty, Some("2018-03-31T00:00"), "2018-04-08");

    let (month, _) = promised(1, Unit::Month, "2018-01-31T10:00");
    let days = &month.promise.counted_on;
    assert_eq!((days.len(), days[0], days[27]), (28, date("2018-02-01"), date("2018-02-28")));
    assert_due(&month, Some("2018-02-23T09:36"), "2018-02-28");
}

#[test]
fn example_27_office_hours() {
    let four = Some(Limit { n: 4, unit: Unit::Hour });
    let (clock, cards) = Example::new(four, &[event(Accept, "2018-03-05T16:30")]).told();
    assert_eq!(clock.promise.yellow_at, Some(at("2018-03-06T09:42")));
    assert_eq!(clock.promise.due_at, Some(at("2018-03-06T10:30")));
    assert_eq!(clock.promise.due_on, Some(date("2018-03-06")));
    let expected =
        ["YELLOW/1 2018-03-06T09:42, superseded 2018-03-06T10:30:00.000001", "RED/1 2018-03-06T10:30:00.000001"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
    assert_eq!(clock.status(at("2018-03-06T10:30")), Status::NearLimit);
}

#[test]
fn example_28_an_extension() {
    let (clock, cards) = accepted("2018-03-05T10:00", 5).and(extend(10, "2018-03-12T10:00")).told();
    assert_eq!(clock.promise.limit, wd(5));
    assert_eq!(clock.promise.n, 15);
    assert_eq!(clock.extension.as_ref().map(|extension| extension.days), Some(10));
    assert_due(&clock, Some("2018-03-22T08:00"), "2018-03-26");
    let mut lines = about(&cards, ObjectType::Case);
    assert_eq!(
        lines.split_off(1),
        ["YELLOW/2 2018-03-22T08:00, superseded 2018-03-27T00:00", "RED/2 2018-03-27T00:00"]
    );
    // Whether the RED of cycle 2 also supersedes what has lapsed is not said.
    assert!(lines[0].starts_with("YELLOW/1 2018-03-12T08:00") && lines[0].contains("lapsed 2018-03-12T10:00"));
    assert!(!lines[0].contains("cancelled"), "{}", lines[0]);
}

#[test]
fn example_30_a_due_instant_told_by_the_source() {
    // Nothing is known of 2018, and nothing needs to be.
    let unknown = TestCalendar { last_known_year: 2010, ..TestCalendar::gx() };
    let accept = due(event(Accept, "2018-03-05T09:00"), "2018-03-15T09:00");
    let (clock, cards) = Example::new(None, &[accept]).told_by(&unknown, &Policy::for_testing());
    assert_eq!(clock.promise.basis, DueBasis::Explicit);
    assert!(!clock.promise.provisional);
    assert_eq!(clock.promise.yellow_at, Some(at("2018-03-13T09:00")));
    assert_eq!(clock.promise.due_at, Some(at("2018-03-15T09:00")));
    assert_eq!(clock.promise.red_at, Some(at("2018-03-15T09:00:00.000001")));
    let expected =
        ["YELLOW/1 2018-03-13T09:00, superseded 2018-03-15T09:00:00.000001", "RED/1 2018-03-15T09:00:00.000001"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
    assert_eq!(clock.status(at("2018-03-15T09:00")), Status::NearLimit);
    assert_eq!(clock.status(at("2018-03-15T09:00:00.000001")), Status::OverdueOpen);
}
