//! The calendar against one that was computed elsewhere.

use std::collections::BTreeSet;

use datasets::calendar::{Calendar, CalendarRegion};
use jiff::civil::Date;

use crate::support::{Place, real};

fn rows(file: &str) -> Option<Vec<Vec<String>>> {
    let mut reader = csv::Reader::from_path(real(file)?).expect("open");
    Some(reader.records().map(|row| row.expect("row").iter().map(str::to_owned).collect()).collect())
}

#[test]
fn every_day_of_the_national_oracle_agrees() {
    let Some(rows) = rows("calendar/national_workdays_oracle.csv") else { return };
    let calendar = Calendar::shipped(CalendarRegion::CN).expect("calendar");
    assert_eq!(rows.len(), 8401);
    for row in rows {
        let date: Date = row[0].parse().expect("date");
        assert_eq!(calendar.is_workday(date).to_string(), row[1], "{date}");
        assert!(!calendar.is_provisional(date), "{date}");
    }
}

#[test]
fn every_deadline_of_the_national_oracle_agrees_also_by_the_command_line() {
    let Some(rows) = rows("calendar/national_deadlines_oracle_2013_2018.csv") else { return };
    assert_eq!(rows.len(), 24_101);
    let questions: String = rows.iter().map(|row| format!("{},{}\n", row[0], row[1])).collect();
    let answers: String = rows.iter().map(|row| format!("{},{},{}\n", row[0], row[1], row[2])).collect();
    let place = Place::new();
    let done = place
        .sunlake()
        .args(["calendar", "add", "--batch", "--region", "CN"])
        .write_stdin(questions)
        .assert()
        .success();
    assert!(done.get_output().stdout == answers.as_bytes(), "the answers differ from the oracle");
}

#[test]
fn guangxi_differs_on_just_the_days_of_its_overlay() {
    let Some(rows) = rows("calendar/gx_overlay.csv") else { return };
    let overlay: BTreeSet<Date> = rows.iter().map(|row| row[0].parse().expect("date")).collect();
    let [national, guangxi] =
        [CalendarRegion::CN, CalendarRegion::GX].map(|region| Calendar::shipped(region).expect("calendar"));
    let differs = |date: &Date| national.is_workday(*date) != guangxi.is_workday(*date);
    let days: BTreeSet<Date> = guangxi.days().map(|day| day.date).filter(differs).collect();
    let told: BTreeSet<Date> = overlay.iter().copied().filter(differs).collect();
    assert_eq!(days, told);
    for row in rows {
        let date: Date = row[0].parse().expect("date");
        assert_eq!(guangxi.is_workday(date), row[2] == "false", "{date}");
    }
}

#[test]
fn the_command_line_answers_and_says_when_it_guesses() {
    let place = Place::new();
    assert_eq!(place.run(&["calendar", "add", "2017-03-27", "5"]), "2017-04-07\n");
    assert_eq!(place.run(&["calendar", "between", "2017-03-27", "2017-04-07"]), "5\n");
    assert!(place.run(&["calendar", "is-workday", "2017-04-01"]).starts_with("no REGIONAL_HOLIDAY 壮族三月三"));
    assert!(place.run(&["calendar", "is-workday", "2017-04-01", "--region", "CN"]).starts_with("yes ADJUSTED_WORKDAY"));
    for args in [["calendar", "add", "2026-12-30", "9"], ["calendar", "between", "2026-12-30", "2027-02-01"]] {
        assert!(place.run(&args).contains("provisional"), "{args:?}");
    }
    assert!(place.fails(2, &["calendar", "is-workday", "2017-02-30"]).contains("no date that exists"));
}
