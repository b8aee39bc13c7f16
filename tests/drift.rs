//! Columns that a mapping does not know: refused, left out, or kept.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use datasets::lake::{Lake, LakeError, LakeMeta, LakeUrl};
use parquet::arrow::ArrowWriter;
use serde_json::{Value, json};

use crate::postgres::Desk;
use crate::server::Server;
use crate::support::{Place, make_older_clock, text};
use crate::workbook::Cell::Text;
use crate::workbook::{packed, workbook};

const MAPPING: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
[drift]
DRIFT
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = { value = "ACCEPT" }
occurred_at = "at"
"#;
const AT: &str = "2023-05-02 09:00:00";
const EVENTS: &str = "select count(*) from workflow_event_history";
const BATCHES: &str = "select count(*) from ingest_batch";
/// Batches that had new columns.
const DRIFTED: &str = "select count(*) from ingest_batch where new_columns is not null";

fn mapping(place: &Place, drift: &str) -> String {
    text(&place.file("hall.toml", MAPPING.replace("DRIFT", drift))).to_owned()
}

fn land(place: &Place, mapping: &str, name: &str, bytes: impl AsRef<[u8]>) -> Value {
    let file = place.file(name, bytes);
    place.json(&["ingest", mapping, text(&file)])
}

fn count(told: &Value, name: &str) -> i64 {
    told[name].as_i64().unwrap_or_else(|| panic!("no {name} in {told}"))
}

/// An object with these members beside those that the mapping needs.
fn object(id: &str, more: &str) -> String {
    format!("{{\"id\":\"{id}\",\"case\":\"C{id}\",\"at\":\"{AT}\"{more}}}\n")
}

/// The map of an event's latest version.
fn attributes(place: &Place, id: &str) -> Value {
    let sql = format!("select attributes from workflow_event where event_id = '{id}'");
    place.json(&["query", &sql])[0]["attributes"].clone()
}

fn parquet_of(columns: &[(&str, &str)]) -> Vec<u8> {
    let array = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
    let batch = RecordBatch::try_from_iter(columns.iter().map(|(name, value)| (*name, array(value)))).expect("batch");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("writer");
    writer.write(&batch).expect("write");
    writer.close().expect("close");
    bytes
}

#[test]
fn frozen_columns_refuse_a_file_wherever_the_new_one_stands() {
    let place = Place::new();
    let mapping = mapping(&place, "mode = \"freeze\"\nignore = [\"phone\"]");
    let known = format!("id,case,at,phone\n1,C1,{AT},1\n");
    let new = format!("id,memo,case,at\n2,x,C2,{AT}\n");
    let event = |more: &str| {
        format!(
            "<event><string key=\"id\" value=\"1\"/><string key=\"case\" value=\"C1\"/><date key=\"at\" \
             value=\"2023-05-02T09:00:00+08:00\"/>{more}</event>\n"
        )
    };
    let xes = format!("<log><trace>\n{}{}</trace></log>", event(""), event("<string key=\"memo\" value=\"x\"/>"));
    let sheet = workbook(&[
        vec![Text("id"), Text("case"), Text("at"), Text("memo")],
        vec![Text("1"), Text("C1"), Text(AT), Text("x")],
    ]);
    let columns = parquet_of(&[("id", "1"), ("case", "C1"), ("at", AT), ("memo", "x")]);
    for (name, bytes, says) in [
        ("a.csv", new.clone().into_bytes(), "a.csv, line 1: new columns: memo; mapping hall refuses them"),
        ("header.csv", b"id,case,at,memo,more\n".to_vec(), "header.csv, line 1: new columns: memo, more;"),
        (
            "b.ndjson",
            (object("1", ",\"phone\":\"1\"") + &object("2", ",\"memo\":null")).into_bytes(),
            "b.ndjson, line 2: new columns: memo;",
        ),
        (
            "c.json",
            format!("[\n{},{}]", object("1", ""), object("2", ",\"more\":{\"x\":1}")).into_bytes(),
            "c.json, line 3: new columns: more.x;",
        ),
        ("d.xes", xes.into_bytes(), "d.xes, line 3: new columns: memo;"),
        ("e.xlsx", sheet, "e.xlsx, sheet \"Sheet1\", line 1: new columns: memo;"),
        ("f.parquet", columns, "f.parquet, line 1: new columns: memo;"),
        (
            "g.zip",
            packed(&[("a.csv", known.as_bytes()), ("b.csv", new.as_bytes())]),
            "g.zip/b.csv, line 1: new columns: memo;",
        ),
    ] {
        let file = place.file(name, bytes);
        let message = place.fails(1, &["ingest", &mapping, text(&file)]);
        assert!(message.contains(says) && message.contains("drift.ignore"), "{says:?} not in {message:?}");
        assert_eq!((place.number(EVENTS), place.number(BATCHES)), (0, 0), "{name}");
    }
    let receipt = land(&place, &mapping, "known.csv", known);
    assert_eq!((count(&receipt, "landed"), &receipt["new_columns"]), (1, &Value::Null), "{receipt}");
    assert_eq!((place.number(BATCHES), place.number(DRIFTED)), (1, 0));
}

#[test]
fn new_columns_are_left_out_and_told_each_time() {
    let place = Place::new();
    let mapping = mapping(&place, "ignore = [\"phone\"]");
    let first = land(&place, &mapping, "a.csv", format!("id,case,at,phone,memo\n1,C1,{AT},1,x\n"));
    assert_eq!(first["new_columns"], json!({ "kept": false, "count": 1, "names": ["memo"] }), "{first}");
    // The same row, whatever stands beside it; names are told as they come.
    let second = object("1", ",\"note\":{\"text\":\"x\"}") + &object("2", ",\"memo\":1");
    let second = land(&place, &mapping, "b.ndjson", second);
    assert_eq!((count(&second, "landed"), count(&second, "known")), (1, 1), "{second}");
    assert_eq!(second["new_columns"]["names"], json!(["note.text", "memo"]));
    let third = place.file("c.csv", format!("id,case,at,memo,\n3,C3,{AT},x,\n"));
    let told = place.run(&["ingest", &mapping, text(&third)]);
    assert!(told.contains("\n  1 new column, left out: memo\n"), "a column without a name is passed over: {told}");
    land(&place, &mapping, "d.csv", format!("id,case,at\n4,C4,{AT}\n"));
    assert_eq!((place.number(BATCHES), place.number(DRIFTED)), (4, 3));
    let names = "select name, count(*) as batches from (select unnest(new_columns) as name from ingest_batch where \
                 new_columns is not null) group by name order by name";
    let names = place.json(&["query", names]);
    assert_eq!(names, json!([{ "name": "memo", "batches": 3 }, { "name": "note.text", "batches": 1 }]));
    assert_eq!(place.number("select count(*) from workflow_event where attributes is not null"), 0);
    place.run(&["lake", "verify"]);
    place.run(&["lake", "compact"]);
    assert_eq!(place.number(DRIFTED), 3);
}

#[test]
fn new_columns_are_kept_and_a_value_in_one_is_a_newer_version() {
    let place = Place::new();
    let mapping = mapping(&place, "mode = \"evolve\"");
    let head = "id,case,at";
    assert_eq!(count(&land(&place, &mapping, "a.csv", format!("{head}\n1,C1,{AT}\n")), "landed"), 1);
    let rows = format!("{head},memo,phone\n1,C1,{AT},好,打13800138000\n2,C2,{AT},,\n");
    let second = land(&place, &mapping, "b.csv", rows);
    assert_eq!((count(&second, "landed"), count(&second, "known"), count(&second, "masked")), (2, 0, 1), "{second}");
    let told = json!({ "kept": true, "count": 2, "names": ["memo", "phone"] });
    assert_eq!(second["new_columns"], told);
    let kept = json!({ "memo": "好", "phone": "打138****8000" });
    assert_eq!((attributes(&place, "1"), attributes(&place, "2")), (kept, Value::Null));
    // Columns in another order, and a format without any, say nothing else.
    let turned = land(&place, &mapping, "c.csv", format!("phone,id,memo,case,at\n打13800138000,1,好,C1,{AT}\n"));
    let records = object("1", ",\"phone\":\"打13800138000\",\"memo\":\"好\"");
    let records = land(&place, &mapping, "d.ndjson", records);
    for known in [&turned, &records] {
        assert_eq!((count(known, "landed"), count(known, "known")), (0, 1), "{known}");
        assert_eq!(known["new_columns"]["count"], 2, "told each time: {known}");
    }
    assert_eq!((place.number(EVENTS), place.number(DRIFTED)), (3, 3));
    assert_eq!(place.number("select count(*) from workflow_event where attributes['memo'] = '好'"), 1);
    // Under another mapping it is the same row, as far as it says the same.
    let listed = "ignore = [\"phone\"]\n[[output]]\ntable = \"workflow_event\"\nattributes = [\"memo\"]";
    let listed = MAPPING.replace("DRIFT\n[[output]]\ntable = \"workflow_event\"", listed);
    let other = place.file("listed.toml", listed);
    let receipt = land(&place, text(&other), "e.csv", format!("{head},memo,phone\n2,C2,{AT},,x\n"));
    assert_eq!((count(&receipt, "known"), &receipt["new_columns"]), (1, &Value::Null), "{receipt}");
}

#[test]
fn a_replay_keeps_them_but_not_the_column_of_its_lines() {
    let place = Place::new();
    let mapping = mapping(&place, "mode = \"evolve\"");
    let receipt = land(&place, &mapping, "a.csv", "id,case,at,memo\n1,C1,never,好\n");
    assert_eq!(count(&receipt, "quarantined"), 1);
    let batch = receipt["batch_id"].as_str().expect("batch");
    let corrected = place.file("corrected.csv", format!("quarantine_line,id,case,at,memo\n2,1,C1,{AT},好\n"));
    let replay = ["quarantine", "replay", batch, "--mapping", mapping.as_str(), "--from", text(&corrected)];
    let done = place.json(&replay);
    assert_eq!((count(&done, "landed"), &done["new_columns"]["names"]), (1, &json!(["memo"])), "{done}");
    assert_eq!(attributes(&place, "1"), json!({ "memo": "好" }));
    assert_eq!(place.number(DRIFTED), 2, "the landing and the replay");
}

#[test]
fn a_push_is_refused_or_told() {
    let place = Place::new();
    let frozen = place.file("frozen.toml", MAPPING.replace("DRIFT", "mode = \"freeze\""));
    let open = place.file("open.toml", MAPPING.replace("DRIFT", ""));
    let args = ["token", "new", "--name", "test", "--mapping", text(&frozen), "--mapping", text(&open)];
    let made = place.json(&args);
    let bearer = format!("Bearer {}", made["token"].as_str().expect("token"));
    let config = place.file("sunlake.toml", made["section"].as_str().expect("section"));
    let server = Server::start(&place, &config);
    let post = |mapping: &str, body: &str| {
        let json = ("content-type", "application/x-ndjson");
        let headers = [json, ("authorization", bearer.as_str()), ("idempotency-key", "first")];
        server.send("POST", &format!("/api/v1/ingest/{mapping}"), &headers, body.as_bytes())
    };
    let refused = post("frozen", &object("1", ",\"memo\":\"x\""));
    assert_eq!((refused.status, refused.body["type"].as_str()), (422, Some("urn:sunlake:problem:unreadable")));
    let detail = refused.body["detail"].as_str().expect("detail");
    assert!(detail.contains("push/test, line 1: new columns: memo;"), "{detail}");
    // Nothing is kept of it, so its key is free.
    let landed = post("frozen", &object("1", ""));
    assert_eq!((landed.status, &landed.body["new_columns"]), (200, &Value::Null), "{landed:?}");
    let told = post("open", &object("1", ",\"memo\":\"x\""));
    assert_eq!((told.status, count(&told.body, "known")), (200, 1), "{told:?}");
    assert_eq!(told.body["new_columns"]["names"], json!(["memo"]));
    assert_eq!(post("open", &object("1", ",\"memo\":\"x\"")).body, told.body, "answered as at first");
    assert_eq!((place.number(BATCHES), place.number(DRIFTED)), (2, 1));
}

#[test]
fn a_watched_file_with_new_columns_is_put_aside() {
    let place = Place::new();
    let mapping = mapping(&place, "mode = \"freeze\"");
    let folder = place.dir.path().join("in");
    std::fs::create_dir(&folder).expect("folder");
    let section =
        format!("[[watch]]\nfolder = {folder:?}\nmapping = {mapping:?}\npattern = \"*.csv\"\nsettle_seconds = 0\n");
    let config = place.file("sunlake.toml", section);
    let _server = Server::start(&place, &config);
    let file = place.file("a.csv", format!("id,case,at,memo\n1,C1,{AT},x\n"));
    std::fs::rename(file, folder.join("a.csv")).expect("renamed");
    let receipt = appears(&folder.join("failed/a.csv.receipt.json"));
    assert_eq!(receipt["outcome"], "failed");
    assert!(receipt["error"].as_str().is_some_and(|error| error.contains("new columns: memo")), "{receipt}");
}

fn appears(path: &Path) -> Value {
    for _ in 0..600 {
        if let Ok(text) = std::fs::read_to_string(path)
            && let Ok(receipt) = serde_json::from_str(&text)
        {
            return receipt;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{} did not appear", path.display());
}

#[test]
fn a_pull_is_refused_before_its_first_page_and_knows_its_cursor() {
    let pulled = |drift: &str| {
        let mapping = MAPPING.replace("DRIFT", drift).replace("\"case\"", "\"case_no\"");
        mapping.replace("\"at\"", "\"occurred_at\"").replace("\"hall\"", "\"desk\"")
    };
    let desk = Desk::new();
    desk.place.file("desk.toml", pulled("mode = \"freeze\"\nignore = [\"note\"]"));
    desk.insert(1, 3);
    let first = desk.pull();
    assert_eq!((count(&first, "landed"), &first["new_columns"]), (3, &Value::Null), "{first}");
    desk.server.sql("alter table event add colour text");
    desk.server.sql("update event set colour = 'red', changed_at = clock_timestamp() where id = 'E3'");
    let message = desk.fails(1);
    for part in ["[[pull]] desk: the query gives new columns: colour; mapping desk refuses them", "drift.ignore"] {
        assert!(message.contains(part), "{part:?} not in {message:?}");
    }
    assert_eq!(desk.place.number(EVENTS), 3);
    desk.place.file("desk.toml", pulled("mode = \"evolve\"\nignore = [\"note\"]"));
    let second = desk.pull();
    assert_eq!((count(&second, "landed"), &second["new_columns"]["names"]), (1, &json!(["colour"])), "{second}");
    assert_eq!(attributes(&desk.place, "E3"), json!({ "colour": "red" }));
}

#[test]
fn a_lake_of_format_3_is_brought_along() {
    let place = Place::new();
    let mapping = mapping(&place, "");
    land(&place, &mapping, "a.csv", format!("id,case,at\n1,C1,{AT}\n"));
    make_format_3(&place);
    make_older_clock(&place);
    let message = place.fails(1, &["lake", "status"]);
    assert!(message.contains("has format 3") && message.contains("sunlake lake migrate"), "{message}");
    assert!(place.run(&["lake", "migrate", "--dry-run"]).contains("ingest_batch: new_columns would be added"));
    let told = place.run(&["lake", "migrate"]);
    assert!(told.contains("ingest_batch: new_columns added") && told.contains("became format 7"), "{told}");
    assert!(told.contains("next: ") && told.contains("`sunlake derive --accept-engine`"), "{told}");
    let refused = place.fails(1, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        refused.contains("version 1 of the clock") && refused.contains("`sunlake derive --accept-engine`"),
        "{refused}"
    );
    // What lands meanwhile has landed.
    land(&place, &mapping, "b.csv", format!("id,case,at,memo\n2,C2,{AT},x\n"));
    assert_eq!((place.number(BATCHES), place.number(DRIFTED), place.number(EVENTS)), (2, 1, 2));
    let states = "select count(*) from case_state";
    assert_eq!(place.number(states), 1);
    let file = place.file("c.csv", format!("id,case,at\n3,C3,{AT}\n"));
    let done = place.sunlake().args(["ingest", &mapping, text(&file)]).assert().success();
    let warned = String::from_utf8_lossy(&done.get_output().stderr);
    assert!(warned.contains("warning") && warned.contains("`sunlake derive --accept-engine`"), "{warned}");
    place.run(&["derive", "--accept-engine"]);
    assert_eq!(place.number(states), 3);
}

/// Takes the lake back to what the program before this one made: the field is not in the ledger's
/// log, and `lake_meta` says so.
fn make_format_3(place: &Place) {
    let lake = place.dir.path().join("lake");
    let log = lake.join("ingest_batch/_delta_log/00000000000000000000.json");
    let lines = std::fs::read_to_string(&log).expect("log");
    let lines = lines.lines().map(|line| {
        let mut action: Value = serde_json::from_str(line).expect("an action");
        if let Some(text) = action["metaData"]["schemaString"].as_str() {
            let mut schema: Value = serde_json::from_str(text).expect("a schema");
            let fields = schema["fields"].as_array_mut().expect("fields");
            fields.retain(|field| field["name"] != "new_columns");
            action["metaData"]["schemaString"] = schema.to_string().into();
        }
        action.to_string() + "\n"
    });
    let lines: String = lines.collect();
    std::fs::write(&log, lines).expect("written");
    let older = place.dir.path().join("older");
    let url = LakeUrl::parse(text(&older)).expect("url");
    let meta = LakeMeta { format_version: 3, ..LakeMeta::default() };
    let runtime = tokio::runtime::Runtime::new().expect("runtime");
    let made = runtime.block_on(Lake::open_or_create(&url, meta));
    assert!(matches!(made, Err(LakeError::Older { found: 3, .. })), "{made:?}");
    std::fs::remove_dir_all(lake.join("lake_meta")).expect("removed");
    std::fs::rename(older.join("lake_meta"), lake.join("lake_meta")).expect("moved");
}
