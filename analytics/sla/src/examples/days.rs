//! Examples 1 to 10, 20 and 21: which days count.

use jiff::SignedDuration;

use super::{about, accepted, assert_due, date, dates, national};
use crate::testing::{at, end_of};
use crate::{DueBasis, ObjectType, Policy, Status};

/// An open case with a promise in workdays.
struct Row<'a> {
    accepted: &'a str,
    /// Days 1 to N.
    days: &'a str,
    yellow: &'a str,
    due_on: &'a str,
    /// What the calendar of the rest of the country would say.
    national_due_on: &'a str,
}

impl Row<'_> {
    fn check(&self) {
        let days = dates(&self.accepted[..4], self.days);
        let example = accepted(self.accepted, u32::try_from(days.len()).unwrap());
        let (clock, cards) = example.told();
        assert_eq!(clock.promise.basis, DueBasis::Promised);
        assert_eq!(clock.promise.started_on, Some(date(&self.accepted[..10])));
        assert_eq!(clock.promise.counted_on, days);
        assert!(clock.promise.excluded_on.is_empty() && !clock.promise.provisional && clock.reasons.is_empty());
        assert_due(&clock, Some(self.yellow), self.due_on);

        let red = format!("{}T00:00", date(self.due_on).tomorrow().unwrap());
        let expected = [format!("YELLOW/1 {}, superseded {red}", self.yellow), format!("RED/1 {red}")];
        assert_eq!(about(&cards, ObjectType::Case), expected);
        assert_eq!(cards.len(), 2);

        let short = SignedDuration::from_micros(1);
        for (as_of, status) in [
            (at(self.accepted) - short, Status::NotStarted),
            (at(self.accepted), Status::Running),
            (at(self.yellow) - short, Status::Running),
            (at(self.yellow), Status::NearLimit),
            (end_of(self.due_on), Status::NearLimit),
            (at(&red), Status::OverdueOpen),
        ] {
            assert_eq!(clock.status(as_of), status, "{as_of}");
        }

        let (national, _) = example.told_by(&national(), &Policy::for_testing());
        assert_eq!(national.promise.due_on, Some(date(self.national_due_on)));
    }
}

#[test]
fn example_01_san_yue_san_on_the_way() {
    Row {
        accepted: "2017-03-27T10:00",
        days: "03-28 03-29 04-05 04-06 04-07",
        yellow: "2017-04-07T08:00",
        due_on: "2017-04-07",
        national_due_on: "2017-04-01",
    }
    .check();
}

#[test]
fn example_02_a_saturday_worked_in_return_for_san_yue_san() {
    Row {
        accepted: "2017-03-29T10:00",
        days: "04-05 04-06 04-07 04-08 04-10",
        yellow: "2017-04-10T08:00",
        due_on: "2017-04-10",
        national_due_on: "2017-04-06",
    }
    .check();
}

#[test]
fn example_03_a_sunday_worked_before_san_yue_san() {
    Row {
        accepted: "2018-04-13T10:00",
        days: "04-15 04-16 04-17 04-23 04-24",
        yellow: "2018-04-24T08:00",
        due_on: "2018-04-24",
        national_due_on: "2018-04-20",
    }
    .check();
}

#[test]
fn example_04_spring_festival_after_a_worked_sunday() {
    Row {
        accepted: "2018-02-09T10:00",
        days: "02-11 02-12 02-13 02-14 02-22",
        yellow: "2018-02-22T08:00",
        due_on: "2018-02-22",
        national_due_on: "2018-02-22",
    }
    .check();
}

#[test]
fn example_05_due_on_a_worked_saturday() {
    Row {
        accepted: "2018-02-12T10:00",
        days: "02-13 02-14 02-22 02-23 02-24",
        yellow: "2018-02-24T08:00",
        due_on: "2018-02-24",
        national_due_on: "2018-02-24",
    }
    .check();
}

#[test]
fn example_06_national_day_with_a_worked_saturday_before() {
    Row {
        accepted: "2017-09-28T10:00",
        days: "09-29 09-30 10-09 10-10 10-11 10-12 10-13 10-16 10-17 10-18",
        yellow: "2017-10-17T08:00",
        due_on: "2017-10-18",
        national_due_on: "2017-10-18",
    }
    .check();
}

#[test]
fn example_07_four_fifths_within_a_day() {
    Row {
        accepted: "2018-09-28T10:00",
        days: "09-29 09-30 10-08",
        yellow: "2018-10-08T10:48",
        due_on: "2018-10-08",
        national_due_on: "2018-10-08",
    }
    .check();
}

#[test]
fn example_08_accepted_on_a_holiday() {
    Row {
        accepted: "2017-10-03T10:00",
        days: "10-09 10-10 10-11",
        yellow: "2017-10-11T10:48",
        due_on: "2017-10-11",
        national_due_on: "2017-10-11",
    }
    .check();
}

#[test]
fn example_09_one_two_and_three_days() {
    for (days, yellow, due_on) in [
        ("03-06", "2018-03-06T16:36", "2018-03-06"),
        ("03-06 03-07", "2018-03-07T15:12", "2018-03-07"),
        ("03-06 03-07 03-08", "2018-03-08T10:48", "2018-03-08"),
    ] {
        Row { accepted: "2018-03-05T10:00", days, yellow, due_on, national_due_on: due_on }.check();
    }
}

#[test]
fn example_10_ten_fifteen_and_twenty_days() {
    let ten = "03-06 03-07 03-08 03-09 03-12 03-13 03-14 03-15 03-16 03-19";
    let fifteen = format!("{ten} 03-20 03-21 03-22 03-23 03-26");
    let twenty = format!("{fifteen} 03-27 03-28 03-29 03-30 04-02");
    for (days, yellow, due_on) in [
        (ten, "2018-03-16T08:00", "2018-03-19"),
        (fifteen.as_str(), "2018-03-22T08:00", "2018-03-26"),
        (twenty.as_str(), "2018-03-28T08:00", "2018-04-02"),
    ] {
        Row { accepted: "2018-03-05T10:00", days, yellow, due_on, national_due_on: due_on }.check();
    }
}

#[test]
fn example_20_sixtieth_anniversary_of_the_region() {
    Row {
        accepted: "2018-12-05T10:00",
        days: "12-06 12-07 12-12 12-13 12-14",
        yellow: "2018-12-14T08:00",
        due_on: "2018-12-14",
        national_due_on: "2018-12-12",
    }
    .check();
}

#[test]
fn example_21_a_national_make_up_sunday_off_in_guangxi() {
    Row {
        accepted: "2023-04-19T10:00",
        days: "04-20 04-24 04-25 04-26 04-27",
        yellow: "2023-04-27T08:00",
        due_on: "2023-04-27",
        national_due_on: "2023-04-25",
    }
    .check();
}
