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
    // The step has a workday of its own, and ended before it was near the limit.
    let expected = [
        "step 1 受理, day by day",
        "2018-03-05 Mon day 0, not counted NORMAL",
        "2018-03-06 Tue day 1 NORMAL DUE CLOSED",
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

const MORE: &str = "\
case,limit,unit,type,at,step,name,days
C,5,WD,ACCEPT,2018-03-05 09:00:00,,,
C,5,WD,CLOSE,2018-03-07 11:00:00,,,
D,5,WD,RECEIVE,2018-03-05 09:00:00,,,
D,5,WD,CORRECTION_NOTICE,2018-03-06 10:00:00,,,
E,3,CD,RECEIVE,2018-03-05 09:00:00,,,
E,3,CD,ACCEPT,2018-03-06 09:00:00,,,
E,3,CD,TRANSFER,2018-03-06 10:00:00,,,
F,450,WD,ACCEPT,2025-06-02 09:00:00,,,
G,5,WD,ACCEPT,2018-03-05 09:00:00,,,
G,5,WD,STEP_START,2018-03-05 10:00:00,1,审核,3
H,5,CD,ACCEPT,2018-03-05 10:00:00,,,
I,5,WD,ACCEPT,2018-03-05 10:00:00,,,
I,5,WD,CLOSE,2018-03-07 10:00:00,,,
I,5,WD,REOPEN,2018-03-09 10:00:00,,,
";

fn more() -> Place {
    let place = Place::new();
    let (mapping, file) = (place.file("hall.toml", MAPPING), place.file("more.csv", MORE));
    place.run(&["ingest", text(&mapping), text(&file)]);
    place
}

/// The line that begins so.
fn line<'t>(told: &'t [String], beginning: &str) -> &'t str {
    let found = told.iter().find(|line| line.starts_with(beginning));
    found.unwrap_or_else(|| panic!("no line begins with {beginning:?}: {told:#?}"))
}

#[test]
fn a_closed_case_is_told_to_its_due_date_and_is_never_red() {
    let place = more();
    let told = lines(&place, "C", "2018-04-30");
    let expected = [
        "2018-03-07 Wed day 2 NORMAL CLOSED",
        "closed 2018-03-07 11:00:00: the clock has stopped; the due date would have been reached so (domain §4 point 8)",
        "2018-03-08 Thu would be day 3 NORMAL",
        "2018-03-09 Fri would be day 4 NORMAL",
        "2018-03-10 Sat not worked WEEKEND",
        "2018-03-11 Sun not worked WEEKEND",
        "2018-03-12 Mon would be day 5 NORMAL DUE",
    ];
    assert_lines(&told, &expected);
    assert!(!told.iter().any(|line| line.contains("RED") || line.contains("YELLOW")), "{told:#?}");
    let promise = line(&told, "clock PROMISE");
    assert!(promise.contains("ended 2018-03-07 11:00:00 in time, closed") && !promise.contains("red"), "{promise}");
    let json = place.json(&["explain", "C", "--as-of", "2018-04-30"]);
    let last = json["days"].as_array().and_then(|days| days.last()).expect("days").clone();
    assert_eq!((&last["date"], &last["is_after_end"]), (&json!("2018-03-12"), &json!(true)));
    assert_eq!(last["marks"], json!(["DUE"]));
}

#[test]
fn the_receipt_and_a_notice_to_correct_are_told() {
    let place = more();
    let told = lines(&place, "D", "2018-03-20");
    let waits = line(&told, "waits for CORRECTION_COMPLETE");
    assert!(waits.contains("since 2018-03-06 10:00:00 (domain §4 point 1; 行政许可法 art 32)"), "{waits}");
    let time = line(&told, "time to accept, day by day: 5 WD from 2018-03-05 09:00:00");
    assert!(time.contains("due 2018-03-12 24:00, answered 2018-03-06 10:00:00"), "{time}");
    assert!(line(&told, "clock PROMISE").contains("not started (domain §4 point 1"), "{told:#?}");
    let json = place.json(&["explain", "D", "--as-of", "2018-03-20"]);
    assert_eq!(json["waits_for_correction_since"], json!("2018-03-06T02:00:00Z"));
    assert_eq!(json["objects"][0]["object_type"], json!("PRE_ACCEPTANCE"));
}

#[test]
fn each_clock_names_its_rule_and_its_end() {
    let place = more();
    let told = lines(&place, "E", "2018-03-20");
    assert!(line(&told, "clock PROMISE").ends_with("(domain §4 point 3)"), "{told:#?}");
    let village = line(&told, "clock VILLAGE");
    assert!(village.contains("ended 2018-03-06 10:00:00 in time, handed on (point 8)"), "{village}");
    assert!(!village.contains("yellow") && !village.contains("red 2"), "{village}");
    let told = lines(&place, "F", "2025-06-10");
    let promise = line(&told, "clock PROMISE");
    assert!(promise.contains("no card: the calendar of 2027 is not known (domain §3)"), "{promise}");
    assert!(!promise.contains("yellow") && !promise.contains("red "), "{promise}");
    assert_eq!(place.json(&["explain", "F", "--as-of", "2025-06-10"])["unknown_year"], json!(2027));
}

#[test]
fn an_open_step_is_told_as_of_the_asked_instant_and_a_cut_list_says_so() {
    let place = more();
    let told = lines(&place, "G", "2018-05-02T10:00");
    assert!(line(&told, "step 1 审核: limit 3 WD").contains("used by 2018-05-02 10:00:00"), "{told:#?}");
    assert!(told.iter().any(|line| line == "… and so on to 2018-05-02"), "{told:#?}");
    let json = place.json(&["explain", "G", "--as-of", "2018-03-09T10:00"]);
    assert_eq!((&json["steps"][0]["used_wd"], &json["used_wd"]), (&json!(4), &json!(4)));
}

#[test]
fn a_limit_that_ends_on_a_day_off_is_told_to_roll_on() {
    let place = more();
    let expected = [
        "2018-03-10 Sat day 5 WEEKEND YELLOW",
        "2018-03-11 Sun not worked WEEKEND",
        "2018-03-12 Mon rolled on NORMAL the last day is no working day, so the limit ends on the next (domain §4 point 3) DUE",
        "2018-03-13 Tue day 8 NORMAL RED",
    ];
    assert_lines(&lines(&place, "H", "2018-03-13T10:00"), &expected);
    let json = place.json(&["explain", "H", "--as-of", "2018-03-13T10:00"]);
    assert_eq!((&json["days"][7]["is_rolled_on"], &json["days"][7]["counted"]), (&json!(true), &json!(null)));
}

#[test]
fn a_closing_that_was_undone_is_told_with_its_days() {
    let place = more();
    let told = lines(&place, "I", "2018-03-09T12:00");
    let undone =
        "closed 2018-03-07 10:00:00 GRANTED, reopened 2018-03-09 10:00:00: the time between counts (domain §4 point 8)";
    assert!(told.contains(&undone.to_owned()), "{told:#?}");
    assert!(told.contains(&"remark CLOSED_WITHOUT_RESULT".to_owned()), "{told:#?}");
    let expected =
        ["2018-03-07 Wed day 2 NORMAL CLOSED", "2018-03-08 Thu day 3 NORMAL", "2018-03-09 Fri day 4 NORMAL REOPENED"];
    assert_lines(&told, &expected);
    let json = place.json(&["explain", "I", "--as-of", "2018-03-09T12:00"]);
    assert_eq!(json["reopenings"][0]["reopened_at"], json!("2018-03-09T02:00:00Z"));
}

const STOPPED: &str = r#"
[source]
system = "stops"
time_zone = "Asia/Shanghai"
case_key = "case"
[[output]]
table = "workflow_case"
per = "case"
[output.fields]
case_no = "case"
item_id = "item"
promised_limit = "limit"
promised_unit = "unit"
recorded_at = "at"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case"
event_type = "type"
occurred_at = "at"
stop_id = "stop"
stop_kind = "kind"
basis = "basis"
approved_length = "length"
approved_unit = "length_unit"
applicant_notified_at = "told"
"#;

const STOPS: &str = "\
case,item,limit,unit,type,at,stop,kind,basis,length,length_unit,told
S,NOPE,10,WD,ACCEPT,2018-03-05 09:00:00,,,,,,
S,NOPE,10,WD,STOP,2018-03-06 07:00:00,S1,HEARING,notice 1,3,CD,2018-03-06 07:00:00
S,NOPE,10,WD,RESUME,2018-03-06 19:00:00,S1,,,,,
S,NOPE,10,WD,STOP,2018-03-08 10:00:00,S1,HEARING,notice 2,3,CD,2018-03-08 10:00:00
S,NOPE,10,WD,RESUME,2018-03-08 11:00:00,S1,,,,,
S,NOPE,10,WD,STOP,2018-03-09 10:00:00,S2,HEARING,,3,CD,
";

#[test]
fn each_suspension_is_told_with_its_reason_and_its_own_days() {
    let place = Place::new();
    let (mapping, file) = (place.file("stops.toml", STOPPED), place.file("stops.csv", STOPS));
    place.run(&["ingest", text(&mapping), text(&file)]);
    let told = lines(&place, "S", "2018-03-15T10:00");
    let first = line(&told, "stop S1 (1) HEARING: 2018-03-06 07:00:00 to 2018-03-06 19:00:00, basis notice 1");
    assert!(
        first.contains("approved 3 CD until 2018-03-09 24:00") && first.contains("takes out 2018-03-06"),
        "{first}"
    );
    let second = line(&told, "stop S1 (2) HEARING: 2018-03-08 10:00:00 to 2018-03-08 11:00:00");
    assert!(second.contains("moves nothing: covers no whole workday up to the due date"), "{second}");
    let third = line(&told, "stop S2 HEARING");
    assert!(third.contains("nothing deducted: no basis, no notice to the applicant (points 4, 5)"), "{third}");
    assert!(told.contains(&"2018-03-06 Tue excluded NORMAL stop S1 (1)".to_owned()), "{told:#?}");
    let own = line(&told, "suspension S2, day by day: 3 CD from 2018-03-09 10:00:00");
    assert!(own.contains("cap 2018-03-12 24:00, next workday 2018-03-13"), "{own}");
    let expected = [
        "2018-03-12 Mon day 3 NORMAL CAP DUE",
        "2018-03-13 Tue after the cap NORMAL YELLOW NEXT_WORKDAY",
        "2018-03-14 Wed after the cap NORMAL RED",
        "… and so on to 2018-03-15",
    ];
    assert_lines(&told, &expected);
    let remark = "remark item NOPE is not in the reference data: its limits, stops and steps are not known";
    assert!(told.contains(&remark.to_owned()), "{told:#?}");
    let json = place.json(&["explain", "S", "--as-of", "2018-03-15T10:00"]);
    assert_eq!(json["item_known"], json!(false));
    assert_eq!(json["suspensions"][2]["notes"], json!(["NO_BASIS", "NO_NOTICE"]));
    assert_eq!(json["suspensions"][1]["label"], json!("S1 (2)"));
}
