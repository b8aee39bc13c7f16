use jiff::civil::Date;

use crate::EventKind::{Accept, Close, Decide};
use crate::testing::*;
use crate::{
    CaseClock, CaseInput, ClockError, ClockKind, DayRole, Deadline, DueBasis, Limit, Mark, Policy, Reason, Rule,
    Status, Unit, WorkCalendar, explain, fold,
};

/// An open case with a promise of `n` workdays, accepted at 10:00 of that day.
fn accepted(day: &str, n: u32) -> CaseClock {
    promise(&[event(Accept, &format!("{day}T10:00"))], n)
}

#[test]
fn calendar_has_the_workdays_of_domain_4_2() {
    let calendar = TestCalendar::gx();
    for (year, workdays) in [(2017, 247), (2018, 246)] {
        let mut day = Date::new(year, 1, 1).unwrap();
        let mut count = 0;
        while day.year() == year {
            count += u32::from(calendar.is_workday(day));
            day = day.tomorrow().unwrap();
        }
        assert_eq!(count, workdays, "{year}");
    }
}

#[test]
fn a_slip_in_either_limit_is_cut_and_said() {
    let events = [event(Accept, "2018-03-05T10:00")];
    let slip = Some(Limit { n: 900_000, unit: Unit::Cd });
    for (promised, statutory) in [(slip, wd(25)), (wd(5), slip), (slip, slip)] {
        let clock = clock(&CaseInput { statutory, ..case(&events, promised) });
        assert!(clock.reasons.contains(&Reason::LimitCut), "{promised:?} {statutory:?}");
        let due = [&clock.promise, &clock.statutory].map(|clock| clock.due_on.map(|on| on.year() < 2040));
        assert_eq!(due, [Some(true); 2], "{promised:?} {statutory:?}");
    }
    assert!(clock(&CaseInput { statutory: wd(25), ..case(&events, wd(5)) }).reasons.is_empty());
}

#[test]
fn a_limit_in_natural_days_has_their_seconds() {
    let events = [event(Accept, "2018-03-05T10:00")];
    let clock = clock(&case(&events, Some(Limit { n: 3, unit: Unit::Cd })));
    assert_eq!(clock.promise.limit_sec, Some(3 * 86_400));
}

#[test]
fn the_start_alone_is_that_of_the_fold() {
    let events = [event(Accept, "2018-03-05T10:00")];
    let input = case(&events, wd(5));
    let alone = crate::start(&input, &TestCalendar::gx(), &zone(), &Policy::for_testing()).unwrap();
    assert_eq!(alone, clock(&input).start);
    assert!(alone.is_some());
}

#[test]
fn worked_examples_1_to_10_20_21() {
    for (start, n, yellow, due) in [
        ("2017-03-27", 5, "2017-04-07T08:00", "2017-04-07"),
        ("2017-03-29", 5, "2017-04-10T08:00", "2017-04-10"),
        ("2018-04-13", 5, "2018-04-24T08:00", "2018-04-24"),
        ("2018-02-09", 5, "2018-02-22T08:00", "2018-02-22"),
        ("2018-02-12", 5, "2018-02-24T08:00", "2018-02-24"),
        ("2017-09-28", 10, "2017-10-17T08:00", "2017-10-18"),
        ("2018-09-28", 3, "2018-10-08T10:48", "2018-10-08"),
        ("2017-10-03", 3, "2017-10-11T10:48", "2017-10-11"),
        ("2018-03-05", 1, "2018-03-06T16:36", "2018-03-06"),
        ("2018-03-05", 2, "2018-03-07T15:12", "2018-03-07"),
        ("2018-03-05", 3, "2018-03-08T10:48", "2018-03-08"),
        ("2018-03-05", 10, "2018-03-16T08:00", "2018-03-19"),
        ("2018-03-05", 15, "2018-03-22T08:00", "2018-03-26"),
        ("2018-03-05", 20, "2018-03-28T08:00", "2018-04-02"),
        ("2018-12-05", 5, "2018-12-14T08:00", "2018-12-14"),
        ("2023-04-19", 5, "2023-04-27T08:00", "2023-04-27"),
    ] {
        let clock = accepted(start, n);
        assert_eq!(clock.promise.yellow_at, Some(at(yellow)), "{start} N={n}");
        assert_eq!(clock.promise.due_at, Some(end_of(due)), "{start} N={n}");
        assert_eq!(clock.promise.due_on, Some(due.parse().unwrap()), "{start} N={n}");
        assert!(!clock.promise.provisional && clock.reasons.is_empty(), "{:?}", clock.reasons);
    }
}

#[test]
fn worked_example_16_and_the_choice_of_the_limit() {
    let events = [event(Accept, "2018-10-15T10:00")];
    let mut input = case(&events, wd(7));
    input.statutory = wd(10);
    let by_promise = clock(&input);
    assert_eq!(by_promise.promise.basis, DueBasis::Promised);
    assert_eq!(by_promise.promise.yellow_at, Some(at("2018-10-23T15:12")));
    assert_eq!(by_promise.promise.red_at, Some(at("2018-10-25T00:00")));

    (input.promised, input.statutory) = (wd(10), wd(7));
    let by_law = clock(&input);
    assert_eq!(by_law.promise.basis, DueBasis::Statutory);
    assert_eq!(by_law.promise.red_at, by_promise.promise.red_at);
    assert_eq!(by_law.reasons, [Reason::PromiseOverStatutory]);

    input.promised = None;
    assert_eq!(clock(&input).promise.red_at, by_promise.promise.red_at);

    let unit = Unit::Cd;
    input.promised = Some(Limit { n: 5, unit });
    input.statutory = wd(3);
    let shorter = clock(&input);
    assert_eq!(shorter.promise.basis, DueBasis::Statutory, "other units are compared by their due dates");
    assert_eq!(clock(&case(&events, None)).status(at("2019-01-01T00:00")), Status::NoLimit);

    // `JS_GRACE`: RED at 24:00 of the second workday after, a Friday.
    let mut policy = Policy::for_testing();
    policy.ladder[1].1 = Rule::AfterDue { of: ClockKind::Promise, grace_wd: 2 };
    let input = case(&events, wd(7));
    let grace = fold(&input, &TestCalendar::gx(), &zone(), &policy).unwrap();
    assert_eq!(grace.promise.red_at, Some(at("2018-10-27T00:00")));
}

#[test]
fn worked_examples_18_and_19() {
    let same_day = [event(Accept, "2018-05-03T09:00"), event(Close, "2018-05-03T10:00")];
    let now = at("2018-05-03T12:00");
    let instant = promise(&same_day, 0);
    assert_eq!(instant.status(now), Status::ClosedInstant);
    let used = instant.used_at_end.unwrap();
    assert_eq!((used.used_wd, used.used_office_sec), (0, 3600));
    assert_eq!(promise(&same_day, 3).status(now), Status::ClosedEarly);

    let late = promise(&[event(Accept, "2018-03-02T10:00"), event(Close, "2018-03-10T10:00")], 5);
    assert_eq!(late.promise.due_at, Some(end_of("2018-03-09")));
    assert_eq!(late.used_at_end.unwrap().used_wd, 5);
    assert_eq!(late.status(at("2018-03-11T00:00")), Status::ClosedOverdue);
}

#[test]
fn worked_example_25_instant_items() {
    let sunday = promise(&[event(Accept, "2018-05-06T10:00")], 0);
    assert_eq!(sunday.promise.due_at, Some(end_of("2018-05-07")));
    assert_eq!(sunday.promise.yellow_at, Some(at("2018-05-07T17:00")));
    let late = promise(&[event(Accept, "2018-05-03T17:30")], 0);
    assert_eq!(late.promise.due_at, Some(end_of("2018-05-03")));
    assert_eq!(late.promise.yellow_at, None);
    let at_closing = promise(&[event(Accept, "2018-05-03T18:00")], 0);
    assert_eq!(at_closing.promise.due_at, Some(end_of("2018-05-04")));
}

#[test]
fn worked_example_30_explicit_due() {
    let accept = due(event(Accept, "2018-03-05T09:00"), "2018-03-15T09:00");
    let moved = due(event(Decide, "2018-03-06T09:00"), "2018-03-20T09:00");
    let events = [accept, moved];
    let mut input = case(&events, None);
    let told = clock(&input);
    assert_eq!(told.promise.basis, DueBasis::Explicit);
    assert_eq!(told.promise.yellow_at, Some(at("2018-03-13T09:00")));
    assert_eq!(told.promise.red_at, Some(at("2018-03-15T09:00:00.000001")));
    assert_eq!(told.reasons, [Reason::DueMoved]);
    let half = told.used(at("2018-03-10T09:00"), &TestCalendar::gx(), &zone());
    assert_eq!(half.ratio_ppm, Some(500_000));

    input.promised = wd(5);
    let limited = clock(&input);
    assert_eq!(limited.promise.due_at, Some(end_of("2018-03-12")));
    assert_eq!(limited.reasons, [Reason::DueMoved, Reason::DueDiffers]);
    input.due_binding = true;
    assert_eq!(clock(&input).promise, told.promise);
}

#[test]
fn used_time_is_told_in_three_measures() {
    let clock = accepted("2018-03-05", 5);
    let used = clock.used(at("2018-03-07T10:00"), &TestCalendar::gx(), &zone());
    assert_eq!(used.used_wd, 2);
    assert_eq!(used.ratio_ppm, Some(257_142)); // 9 h of 35 h
    assert_eq!(used.used_days_tenths, 13);
    assert_eq!(used.used_office_sec, 14 * 3600);
}

#[test]
fn explanation_lists_every_day() {
    let events = [event(Accept, "2018-04-13T10:00")];
    let (calendar, policy) = (TestCalendar::gx(), Policy::for_testing());
    let until = at("2018-04-25T10:00");
    let told = explain(&case(&events, wd(5)), &calendar, &zone(), &policy, until).unwrap();
    let roles: Vec<DayRole> = told.days.iter().map(|day| day.role).collect();
    let mut expected = vec![DayRole::Start, DayRole::NotWorked];
    expected.extend([1, 2, 3].map(DayRole::Counted));
    expected.extend([DayRole::NotWorked; 5]);
    expected.extend([4, 5, 6].map(DayRole::Counted));
    assert_eq!(roles, expected);
    assert_eq!(told.days[11].marks, [Mark::Yellow, Mark::Due]);
    assert_eq!(told.days[12].marks, [Mark::Red]);
}

#[test]
fn the_end_of_time_is_an_error_not_a_panic() {
    let events = [event(Accept, "9999-12-29T10:00")];
    let (calendar, policy) = (TestCalendar::gx(), Policy::for_testing());
    for n in [0, 3, u32::MAX] {
        let clock = fold(&case(&events, wd(n)), &calendar, &zone(), &policy);
        match clock {
            Ok(clock) => assert_eq!((n, clock.promise.due_at), (0, Some(end_of("9999-12-29")))),
            Err(error) => assert!(matches!(error, ClockError::OutOfRange { .. }), "{error}"),
        }
    }
    let open = clock(&case(&events, None));
    assert_eq!(open.used(jiff::Timestamp::MAX, &calendar, &zone()).used_wd, 2);
    let none = fold(&case(&[], None), &calendar, &zone(), &policy);
    assert!(matches!(none, Err(ClockError::NoEvents)));
}

#[test]
fn a_closing_that_is_not_known_yet_closes_nothing() {
    let close = recorded(event(Close, "2018-03-06T10:00"), "2018-03-07T10:00");
    let clock = promise(&[event(Accept, "2018-03-05T10:00"), close], 5);
    assert_eq!(clock.status(at("2018-03-07T09:59")), Status::Running);
    assert_eq!(clock.status(at("2018-03-07T10:00")), Status::ClosedEarly);
}

#[test]
fn a_ladder_may_warn_some_workdays_before_and_end_with_the_office() {
    let mut policy = Policy::for_testing();
    policy.ladder[0].1 = Rule::BeforeDue { of: ClockKind::Promise, wd: 2 };
    let events = [event(Accept, "2018-10-15T10:00")];
    let told =
        |policy: &Policy, limit| fold(&case(&events, limit), &TestCalendar::gx(), &zone(), policy).unwrap().promise;
    // Due Wed 10-24 at 24:00, so the warning comes on Mon 10-22 at 24:00.
    assert_eq!(told(&policy, wd(7)).yellow_at, Some(at("2018-10-23T00:00")));
    assert_eq!(told(&policy, wd(1)).yellow_at, Some(at("2018-10-15T10:00")), "never before the start");
    policy.deadline = Deadline::EndOfOffice;
    let office = told(&policy, wd(7));
    assert_eq!((office.due_at, office.yellow_at), (Some(at("2018-10-24T18:00")), Some(at("2018-10-22T18:00"))));
    policy.deadline = Deadline::HourExact;
    assert_eq!(told(&policy, wd(7)).due_at, Some(at("2018-10-24T10:00")));
    assert_eq!(told(&policy, wd(0)).due_at, Some(end_of("2018-10-15")), "an instant item has its day");
}

#[test]
fn what_rests_on_an_unknown_year_says_so() {
    let mut policy = Policy::for_testing();
    let events = [event(Accept, "2023-12-20T10:00")];
    let told = |policy: &Policy, limit| fold(&case(&events, limit), &TestCalendar::gx(), &zone(), policy).unwrap();
    let days = |n| Some(Limit { n, unit: Unit::Cd });
    assert!(!told(&policy, days(9)).promise.provisional, "Fri 12-29");
    assert!(told(&policy, days(11)).promise.provisional, "12-31 rolls into 2024");
    assert!(told(&policy, wd(8)).promise.provisional && !told(&policy, wd(7)).promise.provisional);
    // The grace of RED ends in 2024: YELLOW is raised, RED is not.
    policy.ladder[1].1 = Rule::AfterDue { of: ClockKind::Promise, grace_wd: 2 };
    let input = case(&events, wd(7));
    let cards = crate::judge(&input, &TestCalendar::gx(), &zone(), &policy).unwrap().cards;
    assert_eq!(cards.iter().map(|card| card.level).collect::<Vec<_>>(), [crate::Level::Yellow]);
}

#[test]
fn days_after_the_due_date_are_explained_too() {
    let stop = stop("s", crate::StopKind::Hearing, 3, "2018-03-08T07:00");
    let events = [event(Accept, "2018-03-05T10:00"), stop, event(Close, "2018-03-20T10:00")];
    let (calendar, policy) = (TestCalendar::gx(), Policy::for_testing());
    let told = explain(&case(&events, wd(2)), &calendar, &zone(), &policy, at("2018-03-20T10:00")).unwrap();
    let role = |day: &str| told.days.iter().find(|line| line.date.to_string() == day).unwrap().role;
    assert_eq!(role("2018-03-07"), DayRole::Counted(2));
    // The stop began after the due date: it moves nothing, but its days are not counted as used.
    assert_eq!((role("2018-03-08"), role("2018-03-09")), (DayRole::Excluded, DayRole::Excluded));
    assert_eq!((role("2018-03-10"), role("2018-03-12")), (DayRole::NotWorked, DayRole::Counted(3)));
    let natural = explain(
        &case(&events[..1], Some(Limit { n: 5, unit: Unit::Cd })),
        &calendar,
        &zone(),
        &policy,
        at("2018-03-14T10:00"),
    );
    let roles: Vec<DayRole> = natural.unwrap().days.iter().map(|day| day.role).collect();
    let mut expected = vec![DayRole::Start];
    expected.extend([1, 2, 3, 4, 5].map(DayRole::Counted));
    expected.extend([DayRole::NotWorked, DayRole::RolledOn]);
    expected.extend([8, 9].map(DayRole::Counted));
    assert_eq!(roles, expected);
}
