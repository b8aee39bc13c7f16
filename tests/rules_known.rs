//! Rules that a city puts while cases run: what is open follows them from then on, what has ended keeps its
//! own, and the past is told by what was known then.

use datasets::clock::{Clock, SystemClock};

use crate::reference::{ITEMS, batch, items};
use crate::rules::{cards, lake, state};
use crate::support::{Place, text};

/// Puts an item `X1` with a promise of so many workdays.
fn promise(place: &Place, days: u32) -> serde_json::Value {
    let head = "item_id,version,name,promised_limit,promised_unit,certificate,valid_from";
    let file = place.file("item.csv", format!("{head}\nX1,1,x,{days},WD,false,2016-10-01\n"));
    place.json(&["reference", "put", "service_item", text(&file)])
}

/// A line of [`cards`] up to its instants: case, level, cycle, when it was met, and why it was cancelled.
fn met(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').collect();
    [&words[..4], words.get(5..).unwrap_or_default()].concat().join(" ")
}

/// A was closed a day late by 5 working days, B is open.
const ROWS: [&str; 3] =
    ["A,,X1,ACCEPT,2018-03-05 10:00:00", "A,,X1,CLOSE,2018-03-13 09:00:00", "B,,X1,ACCEPT,2018-03-05 10:00:00"];
const FIRST: [&str; 3] =
    ["A RED 1 2018-03-13T00:00:00", "B YELLOW 1 2018-03-12T08:00:00", "B RED 1 2018-03-13T00:00:00"];

#[test]
fn what_has_ended_keeps_the_item_that_it_was_judged_by() {
    let place = lake(&ROWS);
    assert!(cards(&place).is_empty(), "nothing is known of the item");
    // The first that is known of it judges both, from now on.
    let told = promise(&place, 5);
    assert_eq!((told["cases"].as_i64(), told["cards_appear"].as_i64()), (Some(2), Some(3)), "{told}");
    let first = cards(&place);
    assert_eq!(first.iter().map(|line| met(line)).collect::<Vec<_>>(), FIRST);
    assert!(first.iter().all(|line| !line.contains("2018-03-13T00:00:00 2018")), "issued now: {first:?}");
    assert_eq!(state(&place, "A", "2018-04-01"), "NO_LIMIT", "as of then nothing was known");
    // Another limit is for what is open.
    let told = promise(&place, 3);
    assert_eq!(told["due"].as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told["due"][0]["case_no"], "B");
    let second = cards(&place);
    assert_eq!(second.iter().map(|line| met(line)).collect::<Vec<_>>(), FIRST, "what stands stands: {second:?}");
    assert_eq!(place.json(&["explain", "A"])["due_on"], "2018-03-12");
    assert_eq!(place.json(&["explain", "B"])["due_on"], "2018-03-08");
    // A longer one disproves what was issued.
    promise(&place, 400);
    let third = cards(&place);
    assert_eq!(met(&third[0]), FIRST[0]);
    assert!(third[1..3].iter().all(|line| line.ends_with("RULES_CHANGED")), "{third:?}");
    assert_eq!(third.len(), 5, "those of the longer limit: {third:?}");
    // Folded again, and with more that is known of it.
    place.run(&["derive", "--full"]);
    assert_eq!(cards(&place), third);
    let news = place.file("news.csv", "case,limit,item,type,at\nA,,X1,DELIVER,2018-04-20 09:00:00\n");
    place.run(&["ingest", text(&place.dir.path().join("hall.toml")), text(&news)]);
    assert_eq!(place.json(&["explain", "A"])["due_on"], "2018-03-12");
    assert_eq!(cards(&place), third);
    let rows = "select count(*) from lake.service_item where item_id = 'X1'";
    let standing = "select count(*) from service_item_history where item_id = 'X1' and promised_limit = 400";
    assert_eq!([rows, standing].map(|sql| place.number(sql)), [3, 1]);
}

#[test]
fn rules_that_were_put_before_a_case_landed_judge_it_from_its_beginning() {
    let place = lake(&["Z,5,,ACCEPT,2018-03-05 10:00:00"]);
    promise(&place, 5);
    let later = place.file("later.csv", format!("case,limit,item,type,at\n{}\n", ROWS.join("\n")));
    place.run(&["ingest", text(&place.dir.path().join("hall.toml")), text(&later)]);
    let told = cards(&place);
    assert_eq!(told[0], "A YELLOW 1 2018-03-12T08:00:00 2018-03-12T08:00:00");
    assert_eq!(told[1], "A RED 1 2018-03-13T00:00:00 2018-03-13T00:00:00");
    assert_eq!(state(&place, "A", "2018-03-07"), "RUNNING 2018-03-12");
}

#[test]
fn a_policy_from_a_past_day_on_leaves_the_past_as_it_was() {
    let place =
        lake(&["A,5,,ACCEPT,2018-03-05 10:00:00", "A,5,,CLOSE,2018-03-14 09:00:00", "B,5,,ACCEPT,2018-03-05 10:00:00"]);
    let before = cards(&place);
    assert_eq!(before.len(), 4);
    let past = || {
        let sql = "select count(*) as n from card where is_net and is_official";
        let count = |as_of: &str| place.json(&["query", sql, "--as-of", as_of])[0]["n"].as_i64();
        (count("2018-03-12T12:00"), count("2018-04-01"), count("2026-01-01"))
    };
    let told = past();
    assert_eq!(told, (Some(2), Some(4), Some(4)));
    let exported = place.run(&["reference", "export", "sla_policy"]);
    let ours = exported.lines().find(|line| line.starts_with("BEIHAI_2,1,")).expect("BEIHAI_2");
    let ours = ours.replace("BEIHAI_2,1,GX,true,2016-10-01", "BEIHAI_2,2,GX,true,2018-01-01");
    let ours = ours.replace("\"\"version\"\":1", "\"\"version\"\":2");
    let file = place.file("policy.csv", format!("policy,version,region,official,valid_from,valid_to,body\n{ours}\n"));
    place.run(&["reference", "put", "sla_policy", text(&file)]);
    assert_eq!((past(), cards(&place)), (told, before.clone()));
    place.run(&["derive", "--full"]);
    assert_eq!((past(), cards(&place)), (told, before));
}

#[test]
fn other_office_hours_are_for_what_is_open() {
    let place =
        lake(&["A,5,,ACCEPT,2018-03-05 10:00:00", "A,5,,CLOSE,2018-03-12 08:30:00", "B,5,,ACCEPT,2018-03-05 10:00:00"]);
    let yellow = |case: &str| {
        let sql = format!("select cast(yellow_at as varchar) as y from case_state where case_no = '{case}'");
        place.json(&["query", &sql])[0]["y"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(["A", "B"].map(yellow), ["2018-03-12T08:00:00+08:00"; 2]);
    let head = "region,valid_from,weekday_windows";
    let file = place.file("hours.csv", format!("{head}\nGX,2000-01-01,09:00-12:00;14:00-18:00\n"));
    let told = place.json(&["reference", "put", "office_hours", text(&file)]);
    assert_eq!((told["cases"].as_i64(), told["due_dates"].as_i64()), (Some(1), Some(0)), "{told}");
    let after = ["2018-03-12T08:00:00+08:00", "2018-03-12T09:00:00+08:00"];
    assert_eq!(["A", "B"].map(yellow), after);
    place.run(&["derive", "--full"]);
    assert_eq!(["A", "B"].map(yellow), after);
    assert!(place.run(&["explain", "A"]).contains("2018-03-12 Mon  day 5"), "by its own hours");
}

#[test]
fn a_rule_that_goes_with_its_batch_is_as_if_it_had_never_been() {
    let place = lake(&ROWS);
    place.file("items.toml", ITEMS.replace("system = \"desk\"", "system = \"catalogue\""));
    let receipt = items(&place, &["X1,x,5,2016-10-01"]);
    assert_eq!(cards(&place).iter().map(|line| met(line)).collect::<Vec<_>>(), FIRST);
    place.run(&["lake", "rollback", "--batch", batch(&receipt)]);
    assert_eq!(["A", "B"].map(|case| state(&place, case, "2099-01-01")), ["NO_LIMIT"; 2]);
    let kept = cards(&place);
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|line| line.ends_with("BATCH_WITHDRAWN")), "what was issued stays, as cancelled: {kept:?}");
    assert_eq!(place.number("select count(*) from card where is_net"), 0);
    place.run(&["derive", "--full"]);
    assert_eq!(cards(&place), kept);
}

#[test]
fn a_notice_that_is_entered_late_is_known_to_a_live_source_when_it_is_entered() {
    let place = Place::new();
    let mapping = "[source]\nsystem = \"hall\"\ntime_zone = \"Asia/Shanghai\"\nlive = true\ncase_key = \"case\"\n\
                   [[output]]\ntable = \"workflow_case\"\nper = \"case\"\n[output.fields]\ncase_no = \"case\"\n\
                   promised_limit = \"limit\"\npromised_unit = { value = \"WD\" }\nrecorded_at = \"at\"\n\
                   [[output]]\ntable = \"workflow_event\"\n[output.fields]\ncase_no = \"case\"\n\
                   event_type = \"type\"\noccurred_at = \"at\"\n";
    let mapping = place.file("live.toml", mapping);
    let rows = "case,limit,type,at\nA,5,ACCEPT,2018-03-05 10:00:00\nB,5,ACCEPT,2018-03-05 10:00:00\n\
                B,5,CLOSE,2018-03-13 09:00:00\n";
    let file = place.file("live.csv", rows);
    place.run(&["ingest", text(&mapping), text(&file)]);
    let before = cards(&place);
    assert_eq!(before.iter().map(|line| met(line)).collect::<Vec<_>>().len(), 3, "{before:?}");
    let then = SystemClock::default().now().to_string();
    let sql = "select case_no, level, due_on, is_net, cancel_reason from card order by case_no, level";
    let seen = place.run(&["query", sql, "--as-of", &then]);
    let head = "region,date,is_workday,kind,name,version,known_from\n";
    let file =
        place.file("storm.csv", format!("{head}GX,2018-03-09,false,REGIONAL_HOLIDAY,storm,GX storm,2018-03-08\n"));
    place.run(&["reference", "put", "calendar_day", text(&file)]);
    let after = cards(&place);
    let of = |case: &str| after.iter().filter(|line| line.starts_with(case)).map(|line| met(line)).collect::<Vec<_>>();
    let expected = [
        "A YELLOW 1 2018-03-12T08:00:00 CALENDAR_CHANGED",
        "A RED 1 2018-03-13T00:00:00 CALENDAR_CHANGED",
        "A YELLOW 2 2018-03-13T08:00:00",
        "A RED 2 2018-03-14T00:00:00",
    ];
    assert_eq!(of("A"), expected, "nothing that was issued is gone");
    assert_eq!(of("B"), ["B RED 1 2018-03-13T00:00:00"], "what has ended keeps its days");
    assert_eq!(place.run(&["query", sql, "--as-of", &then]), seen, "as of before, it is as it was");
    assert!(place.run(&["explain", "A"]).contains(", cancelled 20"));
    place.run(&["derive", "--full"]);
    assert_eq!(cards(&place), after);
}

#[test]
fn an_official_policy_ends_and_another_may_take_its_day() {
    let place = lake(&["A,5,,ACCEPT,2018-03-05 10:00:00", "B,5,,ACCEPT,2018-03-01 10:00:00"]);
    let exported = place.run(&["reference", "export", "sla_policy"]);
    let line = |start: &str| exported.lines().find(|line| line.starts_with(start)).expect("a policy").to_owned();
    let head = "policy,version,region,official,valid_from,valid_to,body";
    let put = |lines: &[String]| {
        let file = place.file("policy.csv", format!("{head}\n{}\n", lines.join("\n")));
        place.run(&["reference", "put", "sla_policy", text(&file)])
    };
    let half = |text: &str| text.replace("\"\"num\"\":4", "\"\"num\"\":1");
    let short =
        line("BEIHAI_2,1,").replace("BEIHAI_2,1,GX,true,2016-10-01,,", "BEIHAI_2,2,GX,true,2018-02-01,2018-03-03,");
    put(&[half(&short)]);
    let version = |case: &str| place.json(&["explain", case])["policy_version"].clone();
    assert_eq!(["A", "B"].map(version), [1, 2], "the second has ended by the day of A");
    // Another is official in its place, from the same day on.
    let ours = line("BEIHAI_2,1,").replace(",GX,true,", ",GX,false,");
    let theirs = line("JS_GRACE,1,").replace(",GX,false,", ",GX,true,");
    put(&[ours, theirs]);
    assert_eq!(place.number("select count(*) - count(distinct card_id) from card_all"), 0, "each card once");
    put(&[line("BEIHAI_2,1,"), line("JS_GRACE,1,")]);
    assert_eq!(place.number("select count(*) - count(distinct card_id) from card_all"), 0);
    assert!(place.run(&["check", "key_unique_card"]).contains("key_unique_card"));
}

#[test]
fn a_registration_with_another_item_takes_no_card_back_and_raises_none() {
    let place = lake(&["Z,5,,ACCEPT,2018-03-05 10:00:00"]);
    let head = "item_id,version,name,promised_limit,promised_unit,certificate,valid_from";
    let file = place.file("item.csv", format!("{head}\nX3,1,x,3,WD,false,2016-10-01\nX9,1,x,9,WD,false,2016-10-01\n"));
    place.run(&["reference", "put", "service_item", text(&file)]);
    let hall = place.dir.path().join("hall.toml");
    let land = |name: &str, rows: &str| {
        let file = place.file(name, format!("case,limit,item,type,at\n{rows}"));
        place.run(&["ingest", text(&hall), text(&file)]);
    };
    land("one.csv", "AB,,X3,ACCEPT,2018-03-05 10:00:00\nBA,,X9,ACCEPT,2018-03-05 10:00:00\n");
    let before = cards(&place);
    land("two.csv", "AB,,X9,DECIDE,2018-03-12 10:00:00\nBA,,X3,DECIDE,2018-03-12 10:00:00\n");
    assert_eq!(cards(&place), before);
    let items = place.json(&["query", "select item_id from case_state where case_no in ('AB', 'BA') order by case_no"]);
    assert_eq!([&items[0]["item_id"], &items[1]["item_id"]], ["X9", "X3"], "they are told by the latest");
}
