//! What the program ships against the files that it was made from, and reference rows that batches bring.

use std::collections::BTreeSet;
use std::time::Duration;

use datasets::reference::{county_outlines, regions};
use serde_json::Value;

use crate::server::Server;
use crate::support::{Place, real, text};

#[test]
fn every_edition_of_the_regions_is_as_published() {
    let shipped = regions().expect("regions");
    for edition in 2016..=2023 {
        let Some(file) = real(&format!("regions/beihai_divisions_{edition}.csv")) else { return };
        let mut reader = csv::Reader::from_path(file).expect("open");
        let published: BTreeSet<[String; 4]> = reader
            .records()
            .map(|row| row.expect("row"))
            .map(|row| [0, 1, 2, 3].map(|at| row[at].to_owned()))
            .collect();
        let ours = shipped.iter().filter(|region| region.edition == edition && region.level != "city");
        let ours: BTreeSet<[String; 4]> = ours
            .map(|region| [&region.code, &region.name, &region.level, &region.parent_code].map(String::clone))
            .collect();
        assert!(ours == published, "edition {edition} differs");
    }
}

#[test]
fn the_outlines_are_those_of_the_four_counties() {
    let Some(file) = real("regions/beihai_counties.geojson") else { return };
    let codes = |text: &str| -> BTreeSet<String> {
        let map: serde_json::Value = serde_json::from_str(text).expect("GeoJSON");
        let features = map["features"].as_array().expect("features");
        features.iter().map(|feature| feature["properties"]["adcode"].to_string().replace('"', "")).collect()
    };
    let published = codes(&std::fs::read_to_string(file).expect("file"));
    assert_eq!((codes(county_outlines()), published.len()), (published, 4));
}

const CASES: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
case_key = "case"
[[output]]
table = "workflow_case"
per = "case"
[output.fields]
case_no = "case"
item_id = "item"
recorded_at = "at"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case"
event_type = { value = "ACCEPT" }
occurred_at = "at"
"#;

pub const ITEMS: &str = r#"
[source]
system = "desk"
time_zone = "Asia/Shanghai"
[[output]]
table = "service_item"
[output.fields]
item_id = "id"
name = "name"
promised_limit = "limit"
promised_unit = { value = "WD" }
valid_from = "from"
"#;

/// A lake with a case of item X1, accepted Mon 2018-03-05.
fn lake() -> Place {
    let place = Place::new();
    place.file("items.toml", ITEMS);
    let (mapping, file) =
        (place.file("cases.toml", CASES), place.file("cases.csv", "case,item,at\nA,X1,2018-03-05 10:00:00\n"));
    place.run(&["ingest", text(&mapping), text(&file)]);
    place
}

/// Lands items; the receipt.
pub fn items(place: &Place, lines: &[&str]) -> Value {
    let file = place.file("items.csv", format!("id,name,limit,from\n{}\n", lines.join("\n")));
    place.json(&["ingest", text(&place.dir.path().join("items.toml")), text(&file)])
}

pub fn batch(receipt: &Value) -> &str {
    receipt["batch_id"].as_str().expect("batch_id")
}

fn due(place: &Place) -> Value {
    place.json(&["query", "select due_on from case_state"])[0]["due_on"].clone()
}

/// `item version limit from to batch` of the items that are not shipped.
fn held(place: &Place) -> Vec<String> {
    let sql = "select item_id, version, promised_limit, valid_from, valid_to, left(batch_id, 6) as b from service_item \
               where item_id like 'X%' order by item_id, version";
    let rows = place.json(&["query", sql]);
    let told = rows.as_array().expect("rows").iter().map(|row| {
        let cells =
            ["item_id", "version", "promised_limit", "valid_from", "valid_to", "b"].map(|name| match &row[name] {
                Value::String(text) => text.clone(),
                Value::Null => "-".to_owned(),
                other => other.to_string(),
            });
        cells.join(" ")
    });
    told.collect()
}

#[test]
fn a_batch_that_brought_reference_rows_is_withdrawn_and_lands_again() {
    let place = lake();
    let first = items(&place, &["X1,x,5,2018-01-01", "X3,z,9,2018-01-01"]);
    assert_eq!((first["landed"].as_i64(), due(&place)), (Some(2), "2018-03-12".into()), "{first}");
    let before = held(&place);
    // Another limit in its place, a new version of X3, and an item of its own.
    let lines = ["X1,x,3,2018-01-01", "X3,z,7,2019-01-01", "X2,y,1,2018-01-01"];
    let second = items(&place, &lines);
    assert_eq!((second["landed"].as_i64(), due(&place)), (Some(3), "2018-03-08".into()), "{second}");
    let [one, two] = [&first, &second].map(|receipt| batch(receipt)[..6].to_owned());
    let after = [
        format!("X1 1 3 2018-01-01 - {two}"),
        format!("X2 1 1 2018-01-01 - {two}"),
        format!("X3 1 9 2018-01-01 2019-01-01 {one}"),
        format!("X3 2 7 2019-01-01 - {two}"),
    ];
    assert_eq!(held(&place), after);
    place.run(&["lake", "verify"]);
    let refused = place.fails(1, &["lake", "rollback", "--batch", batch(&first)]);
    let told = format!("X1 of service_item, which it brought, has been changed by batch {} since", batch(&second));
    assert!(refused.contains(&told), "{refused}");
    let plan = place.json(&["lake", "rollback", "--batch", batch(&second), "--dry-run"]);
    assert_eq!(plan["withdrawn"]["tables"][0]["table"], "service_item", "{plan}");
    assert_eq!((plan["withdrawn"]["tables"][0]["rows"].as_i64(), held(&place)), (Some(4), after.to_vec()));
    place.run(&["lake", "rollback", "--batch", batch(&second)]);
    assert_eq!((held(&place), due(&place)), (before, "2018-03-12".into()), "open cases are folded again");
    place.run(&["lake", "verify"]);
    let again = items(&place, &lines);
    assert_eq!((again["outcome"].as_str(), again["landed"].as_i64()), (Some("landed"), Some(3)), "{again}");
    assert_eq!((held(&place), due(&place)), (after.to_vec(), "2018-03-08".into()));
    assert_eq!(items(&place, &lines)["outcome"], "already_landed");
    assert_eq!(place.number("select max(attempt) from ingest_batch where state = 'LANDED'"), 2);
    // What was put by hand since stands on it.
    let put =
        place.file("put.csv", "item_id,version,name,promised_limit,promised_unit,valid_from\nX2,1,y,2,WD,2018-01-01\n");
    place.run(&["reference", "put", "service_item", text(&put)]);
    let refused = place.fails(1, &["lake", "rollback", "--batch", batch(&second)]);
    assert!(refused.contains("X2 of service_item") && refused.contains("put by hand since"), "{refused}");
    assert_eq!(held(&place)[1], "X2 1 2 2018-01-01 - -");
    assert_eq!(place.number("select count(*) from service_item where item_id not like 'X%' and batch_id is null"), 74);
}

const TAKEN_BACK: &str = r#"
[source]
system = "desk"
time_zone = "Asia/Shanghai"
[[output]]
table = "service_item"
when_present = "item"
[output.fields]
item_id = "item"
name = "name"
promised_limit = "limit"
promised_unit = { value = "WD" }
valid_from = "from"
valid_to = "to"
is_deleted = { column = "gone", default = "false" }
[[output]]
table = "organization"
when_present = "org"
[output.fields]
org_code = "org"
name = "name"
level = { value = "county" }
kind = { value = "MZ" }
valid_to = "to"
is_deleted = { column = "gone", default = "false" }
"#;

#[test]
fn what_a_source_takes_back_is_left_out_from_its_day_on() {
    let place = lake();
    let mapping = place.file("gone.toml", TAKEN_BACK);
    let land = |name: &str, lines: &[&str]| {
        let file = place.file(name, format!("item,org,name,limit,from,to,gone\n{}\n", lines.join("\n")));
        place.json(&["ingest", text(&mapping), text(&file)])
    };
    let landed = |receipt: &Value| (receipt["landed"].as_i64(), receipt["known"].as_i64());
    let first = land("1.csv", &["X1,,x,5,2018-01-01,,", ",999,office,,,,"]);
    assert_eq!((landed(&first), due(&place)), ((Some(2), Some(0)), "2018-03-12".into()), "{first}");
    // Of items the lake was told just now: as of a day before, no row of theirs stands.
    let count = |table: &str, day: &str| {
        let sql = format!("select count(*) as n from {table} where name in ('x', 'office')");
        let args = ["query", sql.as_str(), "--as-of", day];
        let args = if table.starts_with("service_item") { &args[..2] } else { &args[..] };
        place.json(args)[0]["n"].as_i64().expect("a number")
    };
    let tables = ["service_item", "organization"];
    assert_eq!(tables.map(|table| count(table, "2024-05-01")), [1, 1]);
    let lines = ["X1,,x,5,2018-01-01,2024-05-01,true", ",999,office,,,2024-05-01,true"];
    let gone = land("2.csv", &lines);
    assert_eq!(landed(&gone), (Some(2), Some(0)), "{gone}");
    assert_eq!(count("organization", "2024-04-30"), 1, "on the day before it is there");
    assert_eq!(tables.map(|table| count(table, "2024-05-01")), [0, 0]);
    assert_eq!(["service_item_history", "organization_history"].map(|table| count(table, "2024-05-01")), [2, 1]);
    assert_eq!(due(&place), "2018-03-12", "the case is judged by the last version that the item had");
    // The same again, in another order: known.
    let again = land("3.csv", &[lines[1], lines[0]]);
    assert_eq!(landed(&again), (Some(0), Some(2)), "{again}");
    let back = land("4.csv", &["X1,,x,4,2024-07-01,,", ",999,office,,,,"]);
    assert_eq!(landed(&back), (Some(2), Some(0)), "{back}");
    assert_eq!(tables.map(|table| count(table, "2024-08-01")), [2, 1], "what comes again is there, with its versions");
    place.run(&["lake", "verify"]);
    // Withdrawn, the records are as they were taken back.
    place.run(&["lake", "rollback", "--batch", batch(&back)]);
    assert_eq!(tables.map(|table| count(table, "2024-08-01")), [0, 0]);
    place.run(&["lake", "rollback", "--batch", batch(&gone)]);
    assert_eq!(tables.map(|table| count(table, "2024-08-01")), [1, 1]);
}

#[test]
fn a_row_as_it_was_brings_a_record_back_that_was_taken_back() {
    let place = lake();
    let mapping = place.file("gone.toml", TAKEN_BACK);
    let land = |name: &str, lines: &[&str]| {
        let file = place.file(name, format!("item,org,name,limit,from,to,gone\n{}\n", lines.join("\n")));
        let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
        (receipt["landed"].as_i64(), receipt["known"].as_i64())
    };
    let there = || place.number("select count(distinct item_id) from service_item where name = 'x'");
    let (row, gone) = ("X1,,x,5,2018-01-01,,", "X1,,x,5,2018-01-01,2024-05-01,true");
    assert_eq!((land("1.csv", &[row]), there()), ((Some(1), Some(0)), 1));
    assert_eq!((land("2.csv", &[gone]), there()), ((Some(1), Some(0)), 0));
    assert_eq!((land("3.csv", &[row, ",999,office,,,,"]), there()), ((Some(2), Some(0)), 1));
    assert_eq!((land("4.csv", &[row, ",998,office,,,,"]), there()), ((Some(1), Some(1)), 1), "nothing is news twice");
    // There, taken back and there again in one file.
    let [row, gone] = [row, gone].map(|line| line.replace("X1", "X2"));
    assert_eq!((land("5.csv", &[&row, &gone, &row]), there()), ((Some(3), Some(0)), 2));
    place.run(&["lake", "verify"]);
}

#[test]
fn a_version_or_a_first_day_that_may_be_missing_is_none_where_it_is_empty() {
    let place = lake();
    let rules = "promised_unit = { value = \"WD\" }\nversion = { column = \"v\", optional = true }\n";
    let rules = ITEMS.replace("promised_unit = { value = \"WD\" }\n", rules);
    let rules = rules.replace("\"from\"", "{ column = \"from\", optional = true }");
    let mapping = place.file("items.toml", rules);
    let land = |name: &str, lines: &str| {
        let file = place.file(name, lines);
        let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
        ["landed", "known", "quarantined"].map(|count| receipt[count].as_i64().expect("a count"))
    };
    assert_eq!(land("1.csv", "id,name,limit,from,v\nX1,x,5,2018-01-01,1\nX2,x,5,,\n"), [2, 0, 0]);
    assert_eq!(land("2.csv", "id,name,limit,from,v\nX1,x,5,2018-01-01,\nX2,x,5,,\n"), [0, 2, 0]);
    assert_eq!(land("3.csv", "id,name,limit\nX1,x,5\nX2,x,6\n"), [1, 1, 0]);
}

const AGENTS: &str = r#"
[source]
system = "desk"
time_zone = "Asia/Shanghai"
[[output]]
table = "agent"
[output.fields]
agent_id = "id"
village_code = { value = "450502101201" }
status = "status"
valid_from = { value = "2020-01-01" }
"#;

#[test]
fn a_value_that_is_not_allowed_refuses_a_reference_row_as_it_does_a_fact() {
    let place = lake();
    let mapping = place.file("agents.toml", AGENTS);
    let file = place.file("agents.csv", "id,status\nX1,ACTIVE\nX2,busy\nX3,\n");
    let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(2), Some(1)), "{receipt}");
    let refused = ["field", "rule"].map(|name| receipt["refusals"][0][name].as_str());
    assert_eq!(refused, [Some("status"), Some("not_allowed")], "{receipt}");
}

#[test]
fn a_rule_that_is_replaced_stays_with_the_time_for_which_it_stood() {
    let place = lake();
    let put = |limit: u32| {
        let head = "item_id,version,name,promised_limit,promised_unit,valid_from";
        let file = place.file("put.csv", format!("{head}\nX1,1,x,{limit},WD,2018-01-01\n"));
        place.run(&["reference", "put", "service_item", text(&file)]);
    };
    let held = || {
        let sql = "select promised_limit, put_at, replaced_at, left(batch_id, 6) as b from lake.service_item \
                   where item_id = 'X1' order by put_at";
        place.json(&["query", sql]).as_array().expect("rows").clone()
    };
    let limits = |rows: &[Value]| rows.iter().map(|row| row["promised_limit"].as_i64()).collect::<Vec<_>>();
    for limit in [5, 4, 3] {
        put(limit);
    }
    let rows = held();
    assert_eq!(limits(&rows), [Some(5), Some(4), Some(3)]);
    assert!(rows.iter().all(|row| row["put_at"].is_string()), "{rows:?}");
    assert_eq!([&rows[0], &rows[1]].map(|row| &row["replaced_at"]), [&rows[1], &rows[2]].map(|row| &row["put_at"]));
    assert_eq!(rows[2]["replaced_at"], Value::Null);
    put(3);
    assert_eq!(held(), rows, "it says the same");
    // Each stands at the instants of its time, and what is written out is what stands.
    for (at, limit) in [(0, 5), (1, 4), (2, 3)] {
        let as_of = rows[at]["put_at"].as_str().expect("an instant");
        for view in ["service_item", "service_item_history"] {
            let sql = format!("select promised_limit from {view} where item_id = 'X1'");
            let told = place.json(&["query", &sql, "--as-of", as_of]);
            assert_eq!(limits(told.as_array().expect("rows")), [Some(limit)], "{view} {as_of}");
        }
    }
    assert_eq!(place.number("select count(*) from service_item where item_id like 'SI%' and put_at is null"), 74);
    let exported = place.run(&["reference", "export", "service_item"]);
    let of_item: Vec<&str> = exported.lines().filter(|line| line.starts_with("X1,")).collect();
    assert!(of_item.len() == 1 && of_item[0].contains(",3,WD,"), "{of_item:?}");
    assert!(!exported.contains("put_at") && !exported.contains("replaced_at"), "{exported}");
    // What a batch brings is remembered the same way, and is no more when it is withdrawn.
    let receipt = items(&place, &["X1,x,2,2018-01-01"]);
    let landed = held();
    assert_eq!(limits(&landed), [Some(5), Some(4), Some(3), Some(2)]);
    assert_eq!(landed[2]["replaced_at"], landed[3]["put_at"]);
    assert_eq!((&landed[2]["b"], &landed[3]["b"]), (&Value::Null, &Value::from(&batch(&receipt)[..6])));
    place.run(&["lake", "verify"]);
    place.run(&["lake", "rollback", "--batch", batch(&receipt)]);
    assert_eq!(held(), rows);
    place.run(&["lake", "verify"]);
}

#[test]
fn a_pushed_item_folds_open_cases_again_and_can_be_withdrawn() {
    let place = lake();
    let made = place.json(&["token", "new", "--name", "desk", "--mapping", text(&place.dir.path().join("items.toml"))]);
    let bearer = format!("Bearer {}", made["token"].as_str().expect("token"));
    let config = place.file("sunlake.toml", made["section"].as_str().expect("section"));
    let server = Server::start(&place, &config);
    let push = |limit: u32| {
        let headers = [("authorization", bearer.as_str()), ("content-type", "application/x-ndjson")];
        let body = format!("{{\"id\":\"X1\",\"name\":\"x\",\"limit\":{limit},\"from\":\"2018-01-01\"}}\n");
        let answer = server.send("POST", "/api/v1/ingest/items", &headers, body.as_bytes());
        assert_eq!((answer.status, answer.body["landed"].as_i64()), (200, Some(1)), "{answer:?}");
        answer.body["batch_id"].as_str().expect("batch_id").to_owned()
    };
    let becomes = |day: &str| {
        let waits = (0..100).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            due(&place) == day
        });
        assert!(waits, "{} is not {day}", due(&place));
    };
    push(5);
    becomes("2018-03-12");
    let second = push(3);
    becomes("2018-03-08");
    place.run(&["lake", "rollback", "--batch", &second]);
    assert_eq!(due(&place), "2018-03-12");
    push(3);
    becomes("2018-03-08");
    place.run(&["lake", "verify"]);
}
