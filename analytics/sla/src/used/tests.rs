use crate::EventKind::Accept;
use crate::testing::*;
use crate::{Event, Limit, Policy, Unit, Used, fold};

fn used(events: &[Event], promised: Option<Limit>, until: &str) -> Used {
    clock(&case(events, promised)).used(at(until), &TestCalendar::gx(), &zone())
}

#[test]
fn tenths_of_days_go_by_the_unit_of_the_limit() {
    let events = [event(Accept, "2018-03-08T10:00")];
    let tenths = |n, unit| used(&events, Some(Limit { n, unit }), "2018-03-12T12:00").used_days_tenths;
    // Three natural days and a half; a workday and four of seven hours.
    assert_eq!([tenths(10, Unit::Cd), tenths(10, Unit::Wd), tenths(40, Unit::Hour)], [35, 16, 16]);
}

#[test]
fn an_extended_instant_item_uses_up_workdays_in_whatever_unit() {
    let events = [event(Accept, "2018-03-05T10:00"), extend(2, "2018-03-05T11:00")];
    for unit in Unit::ALL.iter().filter(|unit| **unit != Unit::Cd) {
        // Half of the first of two days; the hours of day 0 do not count.
        let used = used(&events, Some(Limit { n: 0, unit: *unit }), "2018-03-06T11:30");
        assert_eq!((used.ratio_ppm, used.used_days_tenths), (Some(250_000), 5), "{unit}");
    }
}

#[test]
fn a_told_due_instant_no_later_than_the_start_has_no_ratio() {
    let ratio = |told: &str| used(&[due(event(Accept, "2018-03-05T10:00"), told)], None, "2018-03-06T10:00").ratio_ppm;
    assert_eq!(ratio("2018-03-05T10:00"), None);
    assert_eq!(ratio("2018-03-05T09:00"), None);
    assert_eq!(ratio("2018-03-07T10:00"), Some(500_000));
}

#[test]
fn workdays_without_office_hours_are_days_but_no_time() {
    let calendar = TestCalendar { windows: Vec::new(), ..TestCalendar::gx() };
    let events = [event(Accept, "2018-03-05T10:00")];
    for limit in [None, wd(2)] {
        let clock = fold(&case(&events, limit), &calendar, &zone(), &Policy::for_testing()).unwrap();
        let used = clock.used(at("2018-03-07T12:00"), &calendar, &zone());
        // 03-06 has gone by; of 03-07 there is no share to tell.
        assert_eq!((used.used_wd, used.used_days_tenths), (2, 10), "{limit:?}");
        assert_eq!((used.used_office_sec, used.ratio_ppm), (0, None), "{limit:?}");
    }
}
