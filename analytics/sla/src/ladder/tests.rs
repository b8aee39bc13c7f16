use jiff::Timestamp;

use crate::EventKind::Accept;
use crate::testing::*;
use crate::{ClockKind, Limit, Policy, Rule, fold};

/// YELLOW of a case accepted at the instant, by this policy.
fn yellow(policy: &Policy, accepted: &str, promised: Option<Limit>, told: Option<&str>) -> Option<Timestamp> {
    let mut accept = event(Accept, accepted);
    accept.due_at = told.map(at);
    let events = [accept];
    fold(&case(&events, promised), &TestCalendar::gx(), &zone(), policy).unwrap().promise.yellow_at
}

#[test]
fn an_instant_item_turns_yellow_so_many_office_minutes_before_the_last_closing() {
    // Office 08-12 and 15-18.
    for (minutes, expected) in [(0, "18:00"), (180, "15:00"), (181, "11:59"), (240, "11:00"), (420, "08:00")] {
        let policy = Policy { instant_yellow_office_min: minutes, ..Policy::for_testing() };
        let expected = Some(at(&format!("2018-05-07T{expected}")));
        assert_eq!(yellow(&policy, "2018-05-07T07:30", wd(0), None), expected, "{minutes}");
    }
    let whole_day = Policy { instant_yellow_office_min: 600, ..Policy::for_testing() };
    assert_eq!(yellow(&whole_day, "2018-05-07T07:30", wd(0), None), Some(at("2018-05-07T08:00")));
    assert_eq!(yellow(&whole_day, "2018-05-07T08:30", wd(0), None), None, "it was that near from the start on");
}

#[test]
fn workdays_before_a_told_due_instant_end_at_its_time_of_day() {
    let mut policy = Policy::for_testing();
    policy.ladder[0].1 = Rule::BeforeDue { of: ClockKind::Promise, wd: 2 };
    let before = |told: &str| yellow(&policy, "2018-03-05T09:00", None, Some(told));
    assert_eq!(before("2018-03-15T09:00"), Some(at("2018-03-13T09:00")));
    assert_eq!(before("2018-03-15T23:59:59"), Some(at("2018-03-14T00:00")));
}

#[test]
fn the_share_of_a_told_span_comes_before_its_end_or_not_at_all() {
    let share = |told: &str| yellow(&Policy::for_testing(), "2018-03-05T09:00", None, Some(told));
    assert_eq!(share("2018-03-05T09:00:05"), Some(at("2018-03-05T09:00:04")));
    // Rounded up to whole seconds it is the end itself.
    assert_eq!(share("2018-03-05T09:00:02"), None);
    assert_eq!(share("2018-03-05T09:00:00"), None);
}
