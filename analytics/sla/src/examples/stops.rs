//! Examples 11 to 13, 17 and 22 to 24: what a suspension takes out.

use super::{Example, about, accepted, assert_due, dates, notice, pauses, step_start};
use crate::EventKind::{Accept, StepEnd};
use crate::testing::{TestCalendar, at, event, recorded, resume, step, wd, zone};
use crate::{ObjectType, Reason, Status, Unit};

/// Days 1 to 15 of example 11.
const AROUND_THE_NOTICE: &str =
    "03-06 03-07 03-08 03-16 03-19 03-20 03-21 03-22 03-23 03-26 03-27 03-28 03-29 03-30 04-02";

/// Example 11 with a notice approved for so many natural days.
fn suspended(days: u32) -> Example {
    accepted("2018-03-05T10:00", 15).and(notice("s1", days, Unit::Cd, "2018-03-08T09:00"))
}

#[test]
fn example_11_a_capped_stop() {
    let (clock, cards) = suspended(7).and(resume("s1", "2018-03-20T16:00")).told();
    assert_eq!(pauses(&clock), [(at("2018-03-08T09:00"), at("2018-03-16T00:00"))]);
    assert_eq!(clock.promise.excluded_on, dates("2018", "03-09 03-12 03-13 03-14 03-15"));
    assert_eq!(clock.promise.counted_on, dates("2018", AROUND_THE_NOTICE));
    assert_due(&clock, Some("2018-03-29T08:00"), "2018-04-02");
    let expected = ["YELLOW/1 2018-03-29T08:00, superseded 2018-04-03T00:00", "RED/1 2018-04-03T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);

    // It went on until 03-20, past its cap.
    let [stop] = clock.suspensions.as_slice() else { panic!("one stop: {:?}", clock.suspensions) };
    assert_eq!(stop.started_at, at("2018-03-08T09:00"));
    assert_eq!(stop.cap_at, Some(at("2018-03-16T00:00")));
    assert_eq!(stop.ended_at, Some(at("2018-03-20T16:00")));
    let expected = ["s1 YELLOW/1 2018-03-16T00:00, superseded 2018-03-17T00:00", "s1 RED/1 2018-03-17T00:00"];
    assert_eq!(about(&cards, ObjectType::Suspension), expected);

    // Approved for longer than it lasted, it would take out 7 days, and there would be no card of it.
    let (uncapped, cards) = suspended(30).and(resume("s1", "2018-03-20T16:00")).told();
    assert_eq!(uncapped.promise.excluded_on, dates("2018", "03-09 03-12 03-13 03-14 03-15 03-16 03-19"));
    assert_due(&uncapped, Some("2018-04-02T08:00"), "2018-04-04");
    assert!(about(&cards, ObjectType::Suspension).is_empty());

    let (never_stopped, _) = accepted("2018-03-05T10:00", 15).told();
    assert_due(&never_stopped, Some("2018-03-22T08:00"), "2018-03-26");
}

#[test]
fn example_12_the_overnight_trick() {
    let mut example = accepted("2018-03-05T10:00", 5);
    for (id, from, until) in [
        ("s1", "2018-03-06T17:59", "2018-03-07T08:01"),
        ("s2", "2018-03-07T17:59", "2018-03-08T08:01"),
        ("s3", "2018-03-08T17:59", "2018-03-09T08:01"),
    ] {
        example = example.and(notice(id, 1, Unit::Cd, from)).and(resume(id, until));
    }
    let (clock, cards) = example.told();
    assert_eq!(clock.pauses.len(), 3);
    assert!(clock.promise.excluded_on.is_empty());
    assert_eq!(clock.promise.counted_on, dates("2018", "03-06 03-07 03-08 03-09 03-12"));
    assert_due(&clock, Some("2018-03-12T08:00"), "2018-03-12");
    assert!(about(&cards, ObjectType::Suspension).is_empty());
    // The two office minutes of each night are missing from the diagnostic measure alone.
    let used = clock.used(at("2018-03-09T18:00"), &TestCalendar::gx(), &zone());
    assert_eq!((used.used_wd, used.used_office_sec), (4, 33 * 3600 - 3 * 120));
}

#[test]
fn example_13_stops_that_overlap() {
    let (clock, cards) = accepted("2018-03-05T10:00", 10)
        .and(notice("s1", 3, Unit::Cd, "2018-03-06T08:00"))
        .and(notice("s2", 5, Unit::Cd, "2018-03-08T08:00"))
        .and(resume("s1", "2018-03-09T18:00"))
        .and(resume("s2", "2018-03-13T18:00"))
        .told();
    assert_eq!(pauses(&clock), [(at("2018-03-06T08:00"), at("2018-03-13T18:00"))]);
    assert_eq!(clock.promise.excluded_on, dates("2018", "03-06 03-07 03-08 03-09 03-12 03-13"));
    let counted = "03-14 03-15 03-16 03-19 03-20 03-21 03-22 03-23 03-26 03-27";
    assert_eq!(clock.promise.counted_on, dates("2018", counted));
    assert_due(&clock, Some("2018-03-26T08:00"), "2018-03-27");
    assert!(about(&cards, ObjectType::Suspension).is_empty());
}

#[test]
fn example_17_proof_that_came_late() {
    let entered = "2018-05-18T09:00";
    let events = [
        event(Accept, "2018-05-02T10:00"),
        step_start(1, 3, "2018-05-03T09:00"),
        step(StepEnd, 1, "2018-05-10T16:00"),
        recorded(notice("s1", 7, Unit::Cd, "2018-05-09T09:00"), entered),
        recorded(resume("s1", "2018-05-14T09:00"), entered),
    ];
    let expected = ["YELLOW/1 2018-05-15T08:00, superseded 2018-05-17T00:00", "RED/1 2018-05-17T00:00"];
    let (_, before) = Example::new(wd(10), &events).known_by("2018-05-17T12:00").told();
    assert_eq!(about(&before, ObjectType::Case), expected);

    // The stop would begin on 05-18, after it had ended: gross and net RED are 1, late entries 1.
    let (clock, cards) = Example::new(wd(10), &events).told();
    assert!(clock.pauses.is_empty() && clock.promise.excluded_on.is_empty());
    assert_eq!(clock.suspensions[0].started_at, at(entered));
    assert!(clock.reasons.contains(&Reason::LateEntry));
    assert_due(&clock, Some("2018-05-15T08:00"), "2018-05-16");
    assert_eq!(about(&cards, ObjectType::Case), expected);
    assert_eq!(clock.status(at(entered)), Status::OverdueOpen);

    // What the person who upholds it will see: the same entries, believed. 05-09 and 05-14 are
    // covered in part only.
    let believed = Example { is_backfill: true, ..Example::new(wd(10), &events) };
    let (clock, _) = believed.told();
    assert_eq!(pauses(&clock), [(at("2018-05-09T09:00"), at("2018-05-14T09:00"))]);
    assert_eq!(clock.promise.excluded_on, dates("2018", "05-10 05-11"));
    assert_due(&clock, Some("2018-05-17T08:00"), "2018-05-18");
    assert!(!clock.reasons.contains(&Reason::LateEntry));
}

#[test]
fn example_22_an_open_stop_is_taken_to_last_to_its_cap() {
    let (clock, cards) = suspended(7).told();
    assert_eq!(pauses(&clock), [(at("2018-03-08T09:00"), at("2018-03-16T00:00"))]);
    assert_eq!(clock.suspensions[0].ended_at, None);
    assert_eq!(clock.promise.counted_on, dates("2018", AROUND_THE_NOTICE));
    assert_due(&clock, Some("2018-03-29T08:00"), "2018-04-02");
    let as_of = at("2018-03-12T10:00");
    assert_eq!(clock.status(as_of), Status::Suspended);
    assert_eq!(clock.used(as_of, &TestCalendar::gx(), &zone()).used_wd, 3);
    assert_eq!(clock.status(at("2018-03-15T23:59:59.999999")), Status::Suspended);
    assert_eq!(clock.status(at("2018-03-16T00:00")), Status::Running);
    let expected = ["YELLOW/1 2018-03-29T08:00, superseded 2018-04-03T00:00", "RED/1 2018-04-03T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
    let expected = ["s1 YELLOW/1 2018-03-16T00:00, superseded 2018-03-17T00:00", "s1 RED/1 2018-03-17T00:00"];
    assert_eq!(about(&cards, ObjectType::Suspension), expected);
}

#[test]
fn example_23_a_stop_on_the_last_day() {
    let stopped = || accepted("2018-03-05T10:00", 5).and(notice("s1", 7, Unit::Cd, "2018-03-12T09:00"));
    let (clock, cards) = stopped().told();
    assert_eq!(clock.promise.counted_on, dates("2018", "03-06 03-07 03-08 03-09 03-20"));
    assert_eq!(clock.promise.excluded_on, dates("2018", "03-12 03-13 03-14 03-15 03-16 03-19"));
    assert_due(&clock, Some("2018-03-20T08:00"), "2018-03-20");
    // Issued an hour before the stop, the YELLOW stays, and there is no second one.
    let expected = ["YELLOW/1 2018-03-12T08:00, superseded 2018-03-21T00:00", "RED/1 2018-03-21T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
    assert_eq!(clock.suspensions[0].cap_at, Some(at("2018-03-20T00:00")));

    let (clock, cards) = stopped().and(resume("s1", "2018-03-12T10:00")).told();
    assert!(clock.promise.excluded_on.is_empty());
    assert_due(&clock, Some("2018-03-12T08:00"), "2018-03-12");
    let expected = ["YELLOW/1 2018-03-12T08:00, superseded 2018-03-13T00:00", "RED/1 2018-03-13T00:00"];
    assert_eq!(about(&cards, ObjectType::Case), expected);
}

#[test]
fn example_24_each_stop_has_its_own_cap() {
    let first = || {
        accepted("2018-03-05T10:00", 10)
            .and(notice("s1", 3, Unit::Cd, "2018-03-07T08:00"))
            .and(resume("s1", "2018-03-14T18:00"))
    };
    let second = notice("s2", 5, Unit::Wd, "2018-03-09T08:00");
    let (clock, cards) = first().and(second).and(resume("s2", "2018-03-15T12:00")).told();
    let caps: Vec<_> = clock.suspensions.iter().map(|stop| stop.cap_at).collect();
    assert_eq!(caps, [Some(at("2018-03-11T00:00")), Some(at("2018-03-17T00:00"))]);
    assert_eq!(pauses(&clock), [(at("2018-03-07T08:00"), at("2018-03-15T12:00"))]);
    assert_eq!(clock.promise.excluded_on, dates("2018", "03-07 03-08 03-09 03-12 03-13 03-14"));
    let counted = "03-06 03-15 03-16 03-19 03-20 03-21 03-22 03-23 03-26 03-27";
    assert_eq!(clock.promise.counted_on, dates("2018", counted));
    assert_due(&clock, Some("2018-03-26T08:00"), "2018-03-27");
    // The first went on past its cap, a Saturday; the workday after it is Monday 03-12.
    let expected = ["s1 YELLOW/1 2018-03-11T00:00, superseded 2018-03-13T00:00", "s1 RED/1 2018-03-13T00:00"];
    assert_eq!(about(&cards, ObjectType::Suspension), expected);

    let (alone, _) = first().told();
    assert_eq!(alone.promise.excluded_on, dates("2018", "03-07 03-08 03-09"));
    assert_due(&alone, Some("2018-03-21T08:00"), "2018-03-22");
}
