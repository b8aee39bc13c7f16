//! Rules that a city puts while cases run: what is open follows them from then on, what has ended keeps its
//! own, and the past is told by what was known then.

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
