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

#[test]
fn a_batch_says_what_is_provisional_and_which_line_is_wrong() {
    let place = Place::new();
    let batch = |lines: &[u8], more: &[&str]| {
        let mut command = place.sunlake();
        command.args(["calendar", "add", "--batch"]).args(more).write_stdin(lines).assert()
    };
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let lines = b"date,n\n2017-03-27,5\n\n2026-12-30,9\n";
    let done = batch(lines, &[]).success();
    let (answers, notes) = (said(&done.get_output().stdout), said(&done.get_output().stderr));
    assert_eq!(answers, "date,n,deadline\n2017-03-27,5,2017-04-07\n2026-12-30,9,2027-01-12\n");
    assert!(notes.contains("provisional: 1 of 2;") && notes.lines().count() == 1, "{notes}");
    let done = batch(lines, &["--json"]).success();
    let answers = said(&done.get_output().stdout);
    let answers: Vec<serde_json::Value> =
        answers.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect();
    let known = serde_json::json!({ "date": "2017-03-27", "n": 5, "deadline": "2017-04-07", "provisional": false });
    let guessed = serde_json::json!({ "date": "2026-12-30", "n": 9, "deadline": "2027-01-12", "provisional": true });
    assert_eq!(answers, [known, guessed]);
    let long = "x".repeat(500) + ",1";
    let wrong: [(&[u8], [&str; 3]); 7] = [
        (b"2017-03-27,5\n2017-02-30,5\n", ["line 2", "no date that exists", "\"2017-02-30,5\""]),
        (b"2017-03-27,5\n20170327,5\n", ["line 2", "no date that exists", "\"20170327,5\""]),
        (b"2017-03-27,5\n\n2017-03-27,five\n", ["line 3", "no whole number", "\"2017-03-27,five\""]),
        (b"2017-03-27 5\n", ["line 1", "no comma", "\"2017-03-27 5\""]),
        (b"2017-03-27,999999\n", ["line 1", "leaves the range", "\"2017-03-27,999999\""]),
        (b"2017-03-27,5\n\xff,5\n", ["line 2", "UTF-8", "such as 2018-05-16,5"]),
        (long.as_bytes(), ["line 1", "xxx…\"", "such as 2018-05-16,5"]),
    ];
    for (lines, parts) in wrong {
        let done = batch(lines, &[]).failure().code(1);
        let message = said(&done.get_output().stderr);
        for part in parts.into_iter().chain(["such as 2018-05-16,5"]) {
            assert!(message.contains(part) && message.len() < 300, "{part:?} not in {message:?}");
        }
    }
}
