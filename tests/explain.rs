//! `sunlake explain`: each clock day by day, with dates that are checked by hand.

use serde_json::json;

use crate::support::{Place, text};

const MAPPING: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
case_key = "case"
[[output]]
table = "workflow_case"
per = "case"
[output.fields]
case_no = "case"
promised_limit = "limit"
promised_unit = "unit"
recorded_at = "at"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case"
event_type = "type"
occurred_at = "at"
step_seq = "step"
step_name = "name"
step_limit = "days"
"#;

const RECORDS: &str = "\
case,limit,unit,type,at,step,name,days
A,4,HOUR,ACCEPT,2018-03-05 16:30:00,,,
A,4,HOUR,STEP_START,2018-03-05 16:40:00,1,受理,1
A,4,HOUR,STEP_END,2018-03-06 09:00:00,1,受理,
B,10,WD,ACCEPT,2018-05-02 10:00:00,,,
B,10,WD,STEP_START,2018-05-03 09:00:00,1,审核,3
B,10,WD,RETURN_STEP,2018-05-04 16:00:00,1,审核,
B,10,WD,STEP_START,2018-05-08 09:00:00,1,审核,3
B,10,WD,STEP_END,2018-05-10 16:00:00,1,审核,
";

fn lake() -> Place {
    let place = Place::new();
    let (mapping, file) = (place.file("hall.toml", MAPPING), place.file("hall.csv", RECORDS));
    place.run(&["ingest", text(&mapping), text(&file)]);
    place
}

/// What it prints, its columns one space apart.
fn lines(place: &Place, case: &str, as_of: &str) -> Vec<String> {
    let told = place.run(&["explain", case, "--as-of", as_of]);
    told.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The lines stand in this order, one right behind the other.
fn assert_lines(told: &[String], expected: &[&str]) {
    let found = told.windows(expected.len()).any(|lines| lines == expected);
    assert!(found, "{expected:#?} not in {told:#?}");
}

#[test]
fn office_hours_are_told_by_their_windows() {
    let place = lake();
    // Example 27: four office hours from Mon 2018-03-05 16:30 are over on Tuesday at 10:30.
    let told = lines(&place, "A", "2018-03-07T09:00");
    assert!(told.iter().any(|line| line.ends_with("day 0, its office time counts")), "{told:#?}");
    let expected = [
        "2018-03-05 Mon day 0 NORMAL 16:30-18:00 = 1 h 30 min: 1 h 30 min, in all 1 h 30 min",
        "2018-03-06 Tue day 1 NORMAL 08:00-10:30 = 2 h 30 min, 10:30-12:00 over, 15:00-18:00 over: 2 h 30 min, in all 4 h YELLOW DUE RED",
        "2018-03-07 Wed day 2 NORMAL 08:00-12:00 over, 15:00-18:00 over: 0 min, in all 4 h",
    ];
    assert_lines(&told, &expected);
    // The step has a workday of its own.
    let expected = [
        "step 1 受理, day by day",
        "2018-03-05 Mon day 0, not counted NORMAL",
        "2018-03-06 Tue day 1 NORMAL YELLOW DUE CLOSED",
        "",
    ];
    assert_lines(&told, &expected);
    let told = place.json(&["explain", "A", "--as-of", "2018-03-07T09:00"]);
    let part =
        json!({ "from": "2018-03-06T00:00:00Z", "until": "2018-03-06T02:30:00Z", "role": "COUNTED", "seconds": 9000 });
    let office = &told["days"][1]["office"];
    assert_eq!(
        (&office["parts"][0], &office["counted_sec"], &office["sum_sec"]),
        (&part, &json!(9000), &json!(14_400))
    );
    assert_eq!(told["days"][0]["is_start"], json!(true));
    assert_eq!(told["steps"][0]["days"][0]["office"], json!(null));
}

#[test]
fn a_step_is_told_by_the_days_on_which_it_was_open() {
    let place = lake();
    // Example 29: sent back on Friday, taken up again on Tuesday; 05-07 is nobody's day.
    let expected = [
        "step 1 审核, day by day",
        "2018-05-03 Thu day 0, not counted NORMAL",
        "2018-05-04 Fri day 1 NORMAL",
        "2018-05-05 Sat not worked WEEKEND",
        "2018-05-06 Sun not worked WEEKEND",
        "2018-05-07 Mon step not open NORMAL",
        "2018-05-08 Tue day 2 NORMAL",
        "2018-05-09 Wed day 3 NORMAL YELLOW DUE",
        "2018-05-10 Thu day 4 NORMAL RED CLOSED",
        "",
    ];
    assert_lines(&lines(&place, "B", "2018-06-01"), &expected);
    let told = place.json(&["explain", "B", "--as-of", "2018-06-01"]);
    let step = &told["steps"][0];
    assert_eq!((&step["used_wd"], &step["due_on"]), (&json!(4), &json!("2018-05-09")));
    let days = step["days"].as_array().expect("days").iter().map(|day| (&day["counted"], &day["is_open"]));
    let days: Vec<_> = days.collect();
    assert_eq!(days.len(), 8);
    assert_eq!((days[4], days[5]), ((&json!(null), &json!(false)), (&json!(2), &json!(true))));
}
