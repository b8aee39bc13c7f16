//! Keeping a lake as a user does: verify, compact, history, rollback, vacuum, migrate, backup.

use serde_json::Value;

use crate::server::Server;
use crate::support::{Place, text};

const MAPPING: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = { value = "ACCEPT" }
occurred_at = "at"
"#;

/// Lands a file of these cases' acceptances, the last of which is refused; its receipt.
fn land(place: &Place, name: &str, cases: &[&str]) -> Value {
    let mapping = place.file("hall.toml", MAPPING);
    let lines = cases.iter().map(|case| format!("E-{case},{case},2023-05-04 09:00:00\n")).collect::<String>();
    let file = place.file(name, format!("id,case,at\n{lines}bad,{name},never\n"));
    place.json(&["ingest", text(&mapping), text(&file)])
}

fn batch(receipt: &Value) -> &str {
    receipt["batch_id"].as_str().expect("batch_id")
}

fn data_files(place: &Place, table: &str) -> i64 {
    let status = place.json(&["lake", "status"]);
    let tables = status["tables"].as_array().expect("tables");
    tables.iter().find(|held| held["table"] == table).and_then(|held| held["files"].as_i64()).expect("files")
}

#[test]
fn a_withdrawn_batch_is_gone_from_all_tables_and_can_land_again() {
    let place = Place::new();
    let first = land(&place, "first.csv", &["A", "B"]);
    let second = land(&place, "second.csv", &["B", "C"]);
    assert_eq!((second["landed"].as_i64(), second["known"].as_i64()), (Some(1), Some(1)));
    let plan = place.json(&["lake", "rollback", "--batch", &batch(&first)[..10], "--dry-run"]);
    assert_eq!(plan["withdrawn"]["later"][0], batch(&second), "{plan}");
    assert_eq!(plan["withdrawn"]["cases"], 2, "not the one that was refused: {plan}");
    let told = place.run(&["lake", "rollback", "--batch", batch(&first), "--dry-run"]);
    assert!(told.contains("facts of 2 cases would go with it"), "{told}");
    assert_eq!(place.number("select count(*) from workflow_event"), 3, "a plan changes nothing");
    place.run(&["lake", "rollback", "--batch", batch(&first)]);
    assert_eq!(place.number("select count(*) from workflow_event"), 1);
    assert_eq!(place.number("select count(*) from case_state"), 1, "only C is left");
    assert_eq!(place.number("select count(*) from quarantine"), 1);
    assert_eq!(place.number("select batches from source_status"), 1);
    assert_eq!(place.number("select cast(sum(accepted) as bigint) from village_day"), 1);
    let told = place.json(&["query", "select state, attempt from ingest_batch where state = 'WITHDRAWN'"]);
    assert_eq!(told[0]["attempt"], 1, "{told}");
    place.run(&["lake", "verify"]);
    let again = place.run(&["lake", "rollback", "--batch", batch(&first)]);
    assert!(again.contains("has been withdrawn already"), "{again}");
    let landed = land(&place, "first.csv", &["A", "B"]);
    assert_eq!((landed["outcome"].as_str(), landed["landed"].as_i64()), (Some("landed"), Some(2)), "{landed}");
    assert_eq!(land(&place, "first.csv", &["A", "B"])["outcome"], "already_landed");
    assert_eq!(place.number("select count(*) from case_state"), 3);
    assert_eq!(place.number("select batches from source_status"), 2);
    place.run(&["lake", "verify"]);
    place.run(&["lake", "rollback", "--batch", batch(&first)]);
    assert_eq!(place.number("select count(*) from workflow_event"), 1, "a second time");
    let history = place.json(&["lake", "history", "--table", "workflow_event"]);
    let did: Vec<&str> =
        history["versions"].as_array().expect("versions").iter().filter_map(|v| v["operation"].as_str()).collect();
    assert_eq!(did, ["rollback", "land", "rollback", "land", "land", "create"]);
    assert!(place.fails(1, &["lake", "rollback", "--batch", "no such"]).contains("is not in ingest_batch"));
}

#[test]
fn a_batch_is_withdrawn_with_its_replays_and_no_attempt_is_used_twice() {
    let place = Place::new();
    let first = land(&place, "first.csv", &["A"]);
    let corrected = "quarantine_line,id,case,at\n3,E-B,B,2023-05-05 09:00:00\n";
    let (mapping, corrected) = (place.dir.path().join("hall.toml"), place.file("corrected.csv", corrected));
    let replay = ["quarantine", "replay", batch(&first), "--mapping", text(&mapping), "--from", text(&corrected)];
    let done = place.json(&replay);
    assert_eq!((done["outcome"].as_str(), done["attempt"].as_i64()), (Some("replayed"), Some(2)), "{done}");
    assert_eq!(place.number("select rows_landed from source_status"), 2);
    place.run(&["lake", "verify"]);
    place.run(&["lake", "rollback", "--batch", batch(&first)]);
    assert_eq!(place.number("select count(*) from workflow_event"), 0);
    assert_eq!(place.number("select count(*) from source_status"), 0);
    let sql = "select attempt, rows_landed, rows_quarantined from ingest_batch where state = 'WITHDRAWN'";
    let told = place.json(&["query", sql]);
    let numbers = ["attempt", "rows_landed", "rows_quarantined"].map(|name| told[0][name].as_i64());
    assert_eq!(numbers, [Some(2), Some(2), Some(0)], "{told}");
    place.run(&["lake", "verify"]);
    assert!(place.fails(1, &replay).contains("0 batches begin with"), "what is withdrawn has nothing to replay");
    assert_eq!(land(&place, "first.csv", &["A"])["outcome"], "landed");
    assert_eq!(place.json(&replay)["attempt"], 4);
    assert_eq!(place.number("select cast(sum(attempt) as bigint) from ingest_batch where state = 'LANDED'"), 1 + 3);
    assert_eq!(place.number("select rows_landed from source_status"), 2);
    place.run(&["lake", "verify"]);
}

#[test]
fn small_files_are_merged_and_nothing_that_is_asked_changes() {
    let place = Place::new();
    for number in 0..5 {
        land(&place, &format!("{number}.csv"), &[&format!("C{number}")]);
    }
    let ask = || {
        let sql =
            ["select * from case_state order by case_no", "select * from workflow_event_history order by event_id"];
        sql.map(|sql| place.run(&["query", sql, "--format", "csv"]))
    };
    let before = ask();
    assert_eq!(data_files(&place, "workflow_event"), 5);
    let plan = place.json(&["lake", "compact", "--dry-run"]);
    let merged = |told: &Value| {
        let tables = told["tables"].as_array().expect("tables").clone();
        tables.iter().find(|table| table["table"] == "workflow_event").and_then(|table| table["files_before"].as_i64())
    };
    assert_eq!((merged(&plan), data_files(&place, "workflow_event")), (Some(5), 5));
    place.run(&["lake", "compact"]);
    assert_eq!((data_files(&place, "workflow_event"), data_files(&place, "ingest_batch")), (1, 1));
    assert_eq!(ask(), before);
    place.run(&["lake", "verify"]);
    assert_eq!(land(&place, "0.csv", &["C0"])["outcome"], "already_landed");
    land(&place, "5.csv", &["C5"]);
    assert_eq!(place.number("select count(*) from case_state"), 6, "derived from what came after");
    // What is not derived yet is left alone, and found by the next derive.
    let mapping = place.file("hall.toml", MAPPING);
    let file = place.file("6.csv", "id,case,at\nE-C6,C6,2023-05-04 09:00:00\n");
    place.run(&["ingest", text(&mapping), text(&file), "--no-derive"]);
    place.run(&["lake", "compact"]);
    place.run(&["derive"]);
    assert_eq!(place.number("select count(*) from case_state"), 7);
    assert!(place.run(&["lake", "vacuum"]).contains("0 files"), "readers may hold the merged files");
    assert!(place.run(&["lake", "migrate", "--dry-run"]).contains("nothing to do"));
    assert!(place.fails(2, &["lake", "verify", "--table", "nonsense"]).contains("there is no table"));
}

#[test]
fn a_server_merges_small_files_by_itself_while_others_land() {
    let place = Place::new();
    for number in 0..6 {
        land(&place, &format!("{number}.csv"), &[&format!("C{number}")]);
    }
    let events = "select * from workflow_event_history where case_no < 'C6' order by event_id";
    let before = place.run(&["query", events, "--format", "csv"]);
    assert_eq!((data_files(&place, "workflow_event"), data_files(&place, "ingest_batch")), (6, 6));
    let config = place.file("compact.toml", "[compact]\nevery_seconds = 1\nsettled_seconds = 0\nsmall_files = 4\n");
    let _server = Server::start(&place, &config);
    let mut landed = 6;
    let are_merged = (0..60).any(|_| {
        // Fewer than the batches: without a merge there would be as many files.
        std::thread::sleep(std::time::Duration::from_millis(500));
        land(&place, &format!("{landed}.csv"), &[&format!("C{landed}")]);
        landed += 1;
        data_files(&place, "workflow_event") <= 4 && data_files(&place, "ingest_batch") <= 4
    });
    assert!(are_merged, "{} files after {landed} landings", data_files(&place, "workflow_event"));
    assert_eq!(place.run(&["query", events, "--format", "csv"]), before);
    assert_eq!(place.number("select count(distinct case_no) from case_state"), landed);
    place.run(&["lake", "verify"]);
}

/// A data file somewhere below a table's folder.
fn place_of_data(table: &std::path::Path) -> std::path::PathBuf {
    let mut folders = vec![table.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()) {
            match entry.extension() {
                _ if entry.is_dir() && !entry.ends_with("_delta_log") => folders.push(entry),
                Some(kind) if kind == "parquet" => return entry,
                _ => {}
            }
        }
    }
    panic!("{} has no data", table.display());
}

#[test]
fn a_backup_grows_by_what_is_new_and_gives_the_lake_back() {
    let place = Place::new();
    land(&place, "first.csv", &["A", "B"]);
    let backup = place.dir.path().join("backup");
    let copied = |told: &Value| told["backup"]["copied"].as_i64().expect("copied");
    let whole = place.json(&["backup", text(&backup), "--with-keys"]);
    assert!(copied(&whole) > 14, "{whole}");
    assert_eq!(copied(&place.json(&["backup", text(&backup), "--with-keys", "--check"])), 0);
    land(&place, "second.csv", &["C"]);
    let more = place.json(&["backup", text(&backup)]);
    assert!(copied(&more) > 0 && copied(&more) < copied(&whole), "{more}");
    let other = place.dir.path().join("other");
    place.run(&["restore", text(&backup), "--lake", text(&other)]);
    let ask = |lake: &str| {
        place.run(&["query", "select * from case_state order by case_no", "--format", "csv", "--lake", lake])
    };
    assert_eq!(ask(text(&other)), ask(text(&place.dir.path().join("lake"))));
    place.run(&["lake", "verify", "--lake", text(&other)]);
    let refused = place.fails(1, &["restore", text(&backup), "--lake", text(&other)]);
    assert!(refused.contains("it is not empty"), "{refused}");
    // The same file again is known there too.
    assert!(place.fails(1, &["backup", text(&place.dir.path().join("lake/inside"))]).contains("it is in the lake"));
    // A copy that was damaged is copied anew, if it is looked at.
    let events = backup.join("lake/workflow_event");
    let copy = place_of_data(&events);
    let whole = std::fs::read(&copy).expect("copy");
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    std::fs::write(&copy, flipped).expect("damaged");
    assert_eq!(copied(&place.json(&["backup", text(&backup), "--check"])), 1);
    assert_eq!(std::fs::read(&copy).expect("copy"), whole);
    // What another lake has left without its manifest is no leftover of this one.
    let manifest = std::fs::read(backup.join("manifest.json")).expect("manifest");
    std::fs::remove_file(backup.join("manifest.json")).expect("removed");
    let stranger = Place::new();
    land(&stranger, "first.csv", &["X"]);
    assert!(stranger.fails(1, &["backup", text(&backup)]).contains("tables of another lake"));
    std::fs::write(backup.join("manifest.json"), manifest).expect("brought back");
    let meta = backup.join("lake/lake_meta");
    let file =
        std::fs::read_dir(&meta).expect("folder").map(|entry| entry.expect("entry").path()).find(|file| file.is_file());
    std::fs::write(file.expect("a file"), "damaged").expect("written");
    let third = place.dir.path().join("third");
    let damaged = place.fails(1, &["restore", text(&backup), "--lake", text(&third)]);
    assert!(damaged.contains("is not what its manifest says"), "{damaged}");
    assert!(place.fails(1, &["lake", "status", "--lake", text(&third)]).contains("it is being restored"));
}

#[test]
fn a_backup_keeps_the_audit_log_and_sees_that_it_was_cut_off() {
    let place = Place::new();
    land(&place, "first.csv", &["A"]);
    let (backup, log) = (place.dir.path().join("backup"), place.dir.path().join("data/sunlake/audit.ndjson"));
    for order in ["1", "2"] {
        place.run(&["erase", "--subject", "other:nobody", "--order", order]);
    }
    place.run(&["backup", text(&backup)]);
    let whole = std::fs::read_to_string(&log).expect("log");
    let first = whole.lines().next().expect("an entry");
    std::fs::write(&log, format!("{first}\n")).expect("cut off");
    assert!(place.run(&["audit", "verify"]).contains("1 entr"), "by itself it seems whole");
    assert!(place.fails(1, &["backup", text(&backup)]).contains("entries were cut off"));
    let told = place.json(&["restore", text(&backup), "--lake", text(&place.dir.path().join("other"))]);
    assert_eq!(told["restore"]["audit"].as_str(), Some(text(&log)));
    assert_eq!(std::fs::read_to_string(&log).expect("log"), whole);
    place.run(&["backup", text(&backup)]);
}

#[test]
fn a_damaged_lake_is_told_apart_from_a_whole_one() {
    let place = Place::new();
    land(&place, "first.csv", &["A", "B"]);
    assert!(place.run(&["lake", "verify"]).contains("nothing is wrong"));
    let folder = place.dir.path().join("lake/workflow_event/biz_month=2023-05");
    let file = std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()).next();
    std::fs::remove_file(file.expect("a file")).expect("removed");
    let done = place.sunlake().args(["lake", "verify"]).assert().failure().code(1);
    let told = String::from_utf8(done.get_output().stdout.clone()).expect("text");
    assert!(told.contains("is missing; restore the lake from its backup"), "{told}");
}
