use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::EventKind::{Accept, ReturnStep, StepEnd, StepStart};
use crate::examples::step_start;
use crate::testing::*;
use crate::{
    CaseInput, DayLine, DayRole, Event, Explanation, ItemRules, Limit, OfficeDay, Policy, StepRule, StopKind, Unit,
    explain,
};

pub(super) fn told(case: &CaseInput<'_>, until: &str) -> Explanation {
    explain(case, &TestCalendar::gx(), &zone(), &Policy::for_testing(), at(until)).unwrap()
}

/// The days of the only step of these events, the case being promised in ten workdays.
fn step_days(events: &[Event], until: &str) -> Vec<String> {
    let told = told(&case(events, wd(10)), until);
    let [step] = told.steps.as_slice() else { panic!("one step: {:?}", told.clock.steps) };
    step.days.iter().map(day).collect()
}

/// One day as it would be noted on a paper calendar.
pub(super) fn day(line: &DayLine) -> String {
    let role = match line.role {
        DayRole::Start => "0".to_owned(),
        DayRole::Counted(number) => number.to_string(),
        DayRole::Excluded => "excluded".to_owned(),
        DayRole::NotOpen => "not open".to_owned(),
        DayRole::NotWorked => "off".to_owned(),
        DayRole::Running => "runs".to_owned(),
        DayRole::RolledOn => "rolled on".to_owned(),
        DayRole::AfterCap => "after cap".to_owned(),
    };
    let stops = line.stops.iter().map(|stop| format!(" {stop}"));
    let marks = line.marks.iter().map(|mark| format!(" {mark}"));
    format!("{} {role}{}", line.date.strftime("%m-%d"), stops.chain(marks).collect::<String>())
}

/// The windows of a day as parted, then what counts of them and the sum, in minutes.
fn office(line: &DayLine) -> String {
    let OfficeDay { parts, counted_sec, sum_sec } = line.office.as_ref().unwrap();
    let time = |at: Timestamp| zone().to_datetime(at).strftime("%H:%M").to_string();
    let parts = parts.iter().map(|part| format!("{}-{} {}, ", time(part.from), time(part.until), part.role));
    format!("{}: {}{} of {}", day(line), parts.collect::<String>(), counted_sec / 60, sum_sec / 60)
}

#[test]
fn a_step_sent_back_is_counted_on_the_days_on_which_it_was_open() {
    // Example 29: three workdays from Thu 2018-05-03, sent back on Friday, taken up again on Tuesday.
    let events = [
        event(Accept, "2018-05-02T10:00"),
        step_start(1, 3, "2018-05-03T09:00"),
        step(ReturnStep, 1, "2018-05-04T16:00"),
        step_start(1, 3, "2018-05-08T09:00"),
        step(StepEnd, 1, "2018-05-10T16:00"),
    ];
    let expected = [
        "05-03 0",
        "05-04 1",
        "05-05 off",
        "05-06 off",
        "05-07 not open",
        "05-08 2",
        "05-09 3 YELLOW DUE",
        "05-10 4 RED CLOSED",
    ];
    assert_eq!(step_days(&events, "2018-06-01T10:00"), expected);
    // Ended before its limit was used up, it is taken to stay open: the due date is what would have been,
    // and nothing turns yellow.
    let expected = ["05-03 0", "05-04 1 CLOSED", "05-05 off", "05-06 off", "05-07 2", "05-08 3 DUE"];
    assert_eq!(step_days(&events[..3], "2018-06-01T10:00"), expected);
    // What ends at midnight does not touch the day that begins.
    let events = [step_start(1, 1, "2018-05-02T09:00"), step(StepEnd, 1, "2018-05-04T00:00")];
    assert_eq!(step_days(&events, "2018-06-01T10:00"), ["05-02 0", "05-03 1 YELLOW DUE", "05-04 not open RED CLOSED"]);
}

#[test]
fn a_step_is_explained_with_its_stops_while_it_is_open() {
    let events = [
        event(Accept, "2018-03-05T08:30"),
        step_start(1, 2, "2018-03-05T09:00"),
        stop("s1", StopKind::Hearing, 10, "2018-03-06T07:00"),
        resume("s1", "2018-03-06T18:30"),
    ];
    let expected = ["03-05 0", "03-06 excluded s1", "03-07 1", "03-08 2 YELLOW DUE", "03-09 3 RED"];
    assert_eq!(step_days(&events, "2018-03-09T10:00"), expected);
    // A stop that takes some of the last day and the whole next workday moves the last day on.
    let events = [
        event(Accept, "2018-03-05T08:30"),
        step_start(1, 2, "2018-03-05T09:00"),
        stop("s1", StopKind::Hearing, 10, "2018-03-07T16:00"),
        resume("s1", "2018-03-09T07:00"),
    ];
    // Its YELLOW was issued before and stays where its condition was.
    let expected = ["03-05 0", "03-06 1", "03-07 excluded s1 YELLOW", "03-08 excluded s1", "03-09 2 s1 DUE"];
    assert_eq!(step_days(&events, "2018-03-09T10:00"), expected);
}

#[test]
fn steps_without_a_limit_or_with_one_of_none_are_explained_too() {
    // No limit: what is used. 05-07 it was open for an hour.
    let events = [step(StepStart, 1, "2018-05-04T09:00"), step(StepEnd, 1, "2018-05-07T10:00")];
    assert_eq!(step_days(&events, "2018-06-01T10:00"), ["05-04 0", "05-05 off", "05-06 off", "05-07 1 CLOSED"]);
    // To be done at once, but begun after office hours: due on the next workday.
    let events = [step_start(1, 0, "2018-05-04T18:30"), step(StepEnd, 1, "2018-05-07T10:00")];
    let expected = ["05-04 0", "05-05 off", "05-06 off", "05-07 1 DUE CLOSED"];
    assert_eq!(step_days(&events, "2018-06-01T10:00"), expected);
    // Never started: nothing to explain.
    let events = [event(Accept, "2018-05-02T10:00"), step(StepEnd, 1, "2018-05-07T10:00")];
    assert_eq!(step_days(&events, "2018-06-01T10:00"), Vec::<String>::new());
}

#[test]
fn office_hours_are_told_window_by_window() {
    // Example 27: four hours from Mon 2018-03-05 16:30. An hour and a half is left of Monday.
    let events = [event(Accept, "2018-03-05T16:30")];
    let told = told(&case(&events, Some(Limit { n: 4, unit: Unit::Hour })), "2018-03-07T09:00");
    let expected = [
        "03-05 0: 16:30-18:00 COUNTED, 90 of 90",
        "03-06 1 YELLOW DUE RED: 08:00-10:30 COUNTED, 10:30-12:00 OVER, 15:00-18:00 OVER, 150 of 240",
        "03-07 2: 08:00-12:00 OVER, 15:00-18:00 OVER, 0 of 240",
    ];
    assert_eq!(told.days.iter().map(office).collect::<Vec<_>>(), expected);
    assert_eq!(told.days[1].office.as_ref().unwrap().parts[0].seconds(), 9000);
}

#[test]
fn stops_cut_office_hours_to_the_minute() {
    // Ten hours from 10:00: 1 + 2 before and after the first stop, 3 + 3 after the second, 1 on 03-08.
    let events = [
        event(Accept, "2018-03-05T10:00"),
        stop("s1", StopKind::Hearing, 10, "2018-03-05T11:00"),
        resume("s1", "2018-03-05T16:00"),
        stop("s2", StopKind::Hearing, 10, "2018-03-06T07:00"),
        resume("s2", "2018-03-07T09:00"),
    ];
    let told = told(&case(&events, Some(Limit { n: 10, unit: Unit::Hour })), "2018-03-08T10:00");
    let expected = [
        "03-05 0 s1: 10:00-11:00 COUNTED, 11:00-12:00 STOPPED, 15:00-16:00 STOPPED, 16:00-18:00 COUNTED, 180 of 180",
        "03-06 excluded s2: 08:00-12:00 STOPPED, 15:00-18:00 STOPPED, 0 of 180",
        "03-07 1 s2 YELLOW: 08:00-09:00 STOPPED, 09:00-12:00 COUNTED, 15:00-18:00 COUNTED, 360 of 540",
        "03-08 2 DUE RED: 08:00-09:00 COUNTED, 09:00-12:00 OVER, 15:00-18:00 OVER, 60 of 600",
    ];
    assert_eq!(told.days.iter().map(office).collect::<Vec<_>>(), expected);
}

#[test]
fn minutes_begin_with_the_next_opening() {
    // Ninety minutes from a Saturday: nothing until Monday at 08:00.
    let events = [event(Accept, "2018-03-10T10:00")];
    let in_days = told(&case(&events, wd(2)), "2018-03-12T09:00");
    assert!(in_days.days.iter().all(|day| day.office.is_none()), "a limit in days has no hours to tell");
    let told = told(&case(&events, Some(Limit { n: 90, unit: Unit::Min })), "2018-03-12T09:00");
    let expected = [
        "03-10 0: 0 of 0",
        "03-11 off: 0 of 0",
        "03-12 1 YELLOW DUE RED: 08:00-09:30 COUNTED, 09:30-12:00 OVER, 15:00-18:00 OVER, 90 of 90",
    ];
    assert_eq!(told.days.iter().map(office).collect::<Vec<_>>(), expected);
}

#[test]
fn steps_with_limits_in_other_units_run_on_while_they_are_closed() {
    let events = [
        event(Accept, "2018-03-05T08:30"),
        step(StepStart, 1, "2018-03-05T16:30"),
        step(ReturnStep, 1, "2018-03-05T17:00"),
        step(StepStart, 1, "2018-03-08T09:00"),
    ];
    let days = |n, unit| {
        let steps = vec![StepRule { seq: 1, name: "受理".to_owned(), limit: Limit { n, unit } }];
        let item = ItemRules { steps, ..ItemRules::default() };
        let mut input = case(&events, wd(10));
        input.item = &item;
        told(&input, "2018-03-05T18:00").steps.remove(0).days
    };
    let natural: Vec<String> = days(4, Unit::Cd).iter().map(day).collect();
    assert_eq!(natural[..4], ["03-05 0", "03-06 1", "03-07 2", "03-08 3"]);
    assert!(natural[4].starts_with("03-09 4") && natural[4].contains("DUE"), "{natural:?}");
    let hours = days(4, Unit::Hour);
    assert_eq!(office(&hours[0]), "03-05 0: 16:30-18:00 COUNTED, 90 of 90");
    assert_eq!(hours[1].office.as_ref().unwrap().sum_sec, 4 * 3600);
}

/// A minute of March 2018, in local words.
fn minute(index: i64) -> String {
    zone().to_datetime(at("2018-03-01T00:00") + SignedDuration::from_mins(index)).to_string()
}

fn minutes(n: usize) -> impl Strategy<Value = Vec<String>> {
    let set = prop::collection::btree_set(0..31 * 1440_i64, n);
    set.prop_map(|set: BTreeSet<i64>| set.into_iter().map(minute).collect())
}

fn stopped(events: &mut Vec<Event>, stops: &Option<Vec<String>>) {
    if let Some(stops) = stops {
        events.extend([stop("s", StopKind::Hearing, 20, &stops[0]), resume("s", &stops[1])]);
    }
}

proptest! {
    #[test]
    fn office_time_adds_up_to_the_limit(
        accepted in minutes(1),
        stops in prop::option::of(minutes(2)),
        n in 1..80_u32,
    ) {
        let mut events = vec![event(Accept, &accepted[0])];
        stopped(&mut events, &stops);
        let told = told(&case(&events, Some(Limit { n, unit: Unit::Hour })), "2018-05-01T00:00");
        let days: Vec<_> = told.days.iter().map(|day| (day.date, day.office.clone().unwrap())).collect();
        let sum: u64 = days.iter().map(|(_, day)| day.counted_sec).sum();
        prop_assert_eq!(Some(sum), told.clock.promise.limit_sec);
        let due = days.iter().find(|(date, _)| Some(*date) == told.clock.promise.due_on).unwrap();
        prop_assert_eq!(due.1.sum_sec, u64::from(n) * 3600);
    }

    #[test]
    fn a_step_is_due_on_the_day_that_has_the_number_of_its_limit(
        opened in minutes(4),
        stops in prop::option::of(minutes(2)),
        n in 1..20_u32,
    ) {
        let mut events = vec![
            step_start(1, n, &opened[0]),
            step(ReturnStep, 1, &opened[1]),
            step_start(1, n, &opened[2]),
            step(StepEnd, 1, &opened[3]),
        ];
        stopped(&mut events, &stops);
        let told = told(&case(&events, wd(10)), "2018-05-01T00:00");
        let (step, days) = (&told.clock.steps[0], &told.steps[0].days);
        let due = days.iter().find(|day| Some(day.date) == step.due_on).unwrap();
        prop_assert_eq!(due.role, DayRole::Counted(n));
        if stops.is_none() {
            let last_minute = step.ended_at.unwrap() - SignedDuration::from_mins(1);
            let last = zone().to_datetime(last_minute).date();
            let used = days.iter().filter(|day| day.date <= last && matches!(day.role, DayRole::Counted(_)));
            prop_assert_eq!(used.count(), usize::try_from(step.used_wd).unwrap());
        }
    }
}
