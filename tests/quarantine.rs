//! Refused rows: listed, shown, corrected and landed under their own batch; originals in the vault.

use serde_json::Value;

use crate::support::{Place, text};

const MAPPING: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
KEEP
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = "type"
occurred_at = "at"
"#;

/// Line 3 has no time, line 5 too few fields.
const EVENTS: &str = "id,case,type,at
E1,C1,ACCEPT,2023-05-02 09:00:00
E2,C1,STEP_START,yesterday
E3,C1,CLOSE,2023-05-10 09:00:00
E4,C2,ACCEPT
";

fn landed(keep: &str) -> (Place, String, Value) {
    let place = Place::new();
    let mapping = place.file("hall.toml", MAPPING.replace("KEEP", keep));
    let file = place.file("hall.csv", EVENTS);
    let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
    let batch = receipt["batch_id"].as_str().expect("batch").to_owned();
    (place, batch, receipt)
}

fn replay(place: &Place, batch: &str, more: &[&str]) -> Value {
    let mapping = place.dir.path().join("hall.toml");
    place.json(&[&["quarantine", "replay", batch, "--mapping", text(&mapping)][..], more].concat())
}

/// The account of the batch: rows in, landed, quarantined, known.
fn account(place: &Place) -> [i64; 4] {
    ["rows_in", "rows_landed", "rows_quarantined", "rows_known"]
        .map(|column| place.number(&format!("select cast(sum({column}) as bigint) from ingest_batch")))
}

#[test]
fn a_corrected_file_lands_under_the_batch_of_its_rows_once() {
    let (place, batch, receipt) = landed("");
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(2), Some(2)));
    let groups = place.json(&["quarantine", "list"]);
    let rules: Vec<&str> =
        groups.as_array().expect("groups").iter().filter_map(|group| group["rule"].as_str()).collect();
    assert_eq!(rules, ["too_few_fields", "not_a_time"]);
    let shown = place.run(&["quarantine", "show", &batch[..8], "--raw"]);
    assert!(
        shown.contains("line 3, workflow_event.occurred_at: not_a_time") && shown.contains("at = yesterday"),
        "{shown}"
    );
    assert!(!place.run(&["quarantine", "show", &batch]).contains("yesterday"), "only with --raw");
    let csv = place.run(&["quarantine", "show", &batch, "--csv"]);
    assert!(csv.starts_with("quarantine_line,id,case,type,at\n3,E2,C1,STEP_START,yesterday\n5,,,,\n"), "{csv}");
    let corrected =
        csv.replace("yesterday", "2023-05-03 09:00:00").replace("5,,,,", "5,E4,C2,ACCEPT,2023-05-04 09:00:00");
    let corrected = place.file("corrected.csv", corrected);
    let from = ["--from", text(&corrected)];
    assert_eq!(replay(&place, &batch, &[&from[..], &["--dry-run"]].concat())["landed"], 2);
    assert_eq!(account(&place), [4, 2, 2, 0], "a dry run changes nothing");
    let done = replay(&place, &batch, &from);
    assert_eq!(
        (done["landed"].as_i64(), done["quarantined"].as_i64(), done["attempt"].as_i64()),
        (Some(2), Some(-2), Some(2))
    );
    assert_eq!(account(&place), [4, 4, 0, 0]);
    let own = format!("select count(*) from workflow_event_history where batch_id = '{batch}'");
    assert_eq!(place.number(&own), 4);
    assert_eq!(place.json(&["quarantine", "list"]).as_array().map(Vec::len), Some(0));
    let again = replay(&place, &batch, &from);
    assert_eq!(
        (again["outcome"].as_str(), again["resolved_before"].as_i64()),
        (Some("nothing_to_do"), Some(2)),
        "{again}"
    );
    assert_eq!(account(&place), [4, 4, 0, 0]);
    let file = place.dir.path().join("hall.csv");
    let receipt = place.json(&["ingest", text(&place.dir.path().join("hall.toml")), text(&file)]);
    assert_eq!((receipt["outcome"].as_str(), receipt["quarantined"].as_i64()), (Some("already_landed"), Some(0)));
}

/// As if the last replay had been killed before its row of the ledger.
fn unbook(place: &Place) {
    let log = std::fs::read_dir(place.dir.path().join("lake/ingest_batch/_delta_log")).expect("log");
    let mut commits: Vec<_> = log.map(|entry| entry.expect("entry").path()).collect();
    commits.retain(|commit| commit.extension().is_some_and(|ending| ending == "json"));
    commits.sort();
    std::fs::remove_file(commits.last().expect("a commit")).expect("removed");
}

#[test]
fn a_replay_that_was_killed_before_the_ledger_is_ended_by_the_same_command() {
    let (place, batch, _) = landed("");
    let corrected = "quarantine_line,id,case,type,at\n\
                     3,E2,C1,STEP_START,2023-05-03 09:00:00\n\
                     5,E4,C2,ACCEPT,2023-05-04 09:00:00\n";
    let corrected = place.file("corrected.csv", corrected);
    replay(&place, &batch, &["--from", text(&corrected), "--no-derive"]);
    unbook(&place);
    assert_eq!(account(&place), [4, 2, 2, 0]);
    assert_eq!(place.number("select count(*) from case_state"), 1);
    let done = replay(&place, &batch, &["--from", text(&corrected)]);
    assert_eq!((done["outcome"].as_str(), done["resolved_before"].as_i64()), (Some("replayed"), Some(2)), "{done}");
    assert_eq!((done["landed"].as_i64(), done["quarantined"].as_i64()), (Some(2), Some(-2)), "{done}");
    assert_eq!(account(&place), [4, 4, 0, 0]);
    assert_eq!(place.number("select count(*) from case_state"), 2, "derived");
    let wrong = place.file("wrong.csv", "quarantine_line,id,case,type,at\n4,E4,C2,ACCEPT,2023-05-04 09:00:00\n");
    let mapping = place.dir.path().join("hall.toml");
    let told = place.fails(1, &["quarantine", "replay", &batch, "--mapping", text(&mapping), "--from", text(&wrong)]);
    assert!(told.contains("wrong.csv, line 2: the batch has no refusal at line 4"), "{told}");
    place.run(&["lake", "verify"]);
}

#[test]
fn a_replay_that_was_killed_is_ended_without_any_text_too() {
    let (place, batch, _) = landed("keep = false");
    let corrected =
        place.file("corrected.csv", "quarantine_line,id,case,type,at\n5,E4,C2,ACCEPT,2023-05-04 09:00:00\n");
    replay(&place, &batch, &["--from", text(&corrected), "--no-derive"]);
    unbook(&place);
    let done = replay(&place, &batch, &[]);
    assert_eq!((done["outcome"].as_str(), done["open_after"].as_i64()), (Some("replayed"), Some(1)), "{done}");
    assert_eq!(account(&place), [4, 3, 1, 0]);
    assert_eq!(place.number("select count(*) from case_state"), 2);
    let mapping = place.dir.path().join("hall.toml");
    let told = place.fails(1, &["quarantine", "replay", &batch, "--mapping", text(&mapping)]);
    assert!(told.contains("give a corrected file with --from"), "{told}");
}

#[test]
fn a_corrected_mapping_reads_the_vault_again() {
    let (place, batch, _) = landed("");
    let done = replay(&place, &batch, &[]);
    assert_eq!((done["outcome"].as_str(), done["open_after"].as_i64()), (Some("nothing_to_do"), Some(2)));
    let lenient = r#"occurred_at = { column = "at", null = ["yesterday"], default = "2023-05-03 09:00:00" }"#;
    place.file("hall.toml", MAPPING.replace("KEEP", "").replace("occurred_at = \"at\"", lenient));
    let done = replay(&place, &batch, &[]);
    assert_eq!((done["landed"].as_i64(), done["open_after"].as_i64()), (Some(1), Some(1)), "{done}");
    assert_eq!(account(&place), [4, 3, 1, 0]);
    assert_eq!(replay(&place, &batch, &[])["outcome"], "nothing_to_do");
}

#[test]
fn originals_rest_in_the_vault_unless_the_mapping_says_otherwise() {
    let (place, _, receipt) = landed("");
    let sha256 = receipt["kept"].as_str().expect("kept");
    let sealed = std::fs::read(place.dir.path().join("data/sunlake/vault/originals").join(sha256)).expect("original");
    assert!(sealed.len() > EVENTS.len() && !sealed.windows(9).any(|bytes| bytes == b"yesterday"));
    let (place, batch, receipt) = landed("keep = false");
    assert!(receipt["kept"].is_null());
    assert!(!place.dir.path().join("data/sunlake/vault/quarantine").exists());
    let mapping = place.dir.path().join("hall.toml");
    let told = place.fails(1, &["quarantine", "replay", &batch, "--mapping", text(&mapping)]);
    assert!(told.contains("give a corrected file with --from"), "{told}");
}

#[test]
fn a_vault_inside_the_lake_or_without_its_key_is_refused() {
    let (place, _, _) = landed("");
    let file = place.file("other.csv", EVENTS.replace("E1", "E9"));
    let mapping = place.dir.path().join("hall.toml");
    let inside = place.dir.path().join("lake/vault");
    let config = place.file("sunlake.toml", format!("[vault]\nfolder = {:?}\n", text(&inside)));
    let told = place.fails(2, &["ingest", text(&mapping), text(&file), "--config", text(&config)]);
    assert!(told.contains("inside the lake"), "{told}");
    std::fs::remove_file(place.dir.path().join("data/sunlake/vault.key")).expect("lost");
    let told = place.fails(1, &["ingest", text(&mapping), text(&file)]);
    assert!(told.contains("vault.key is missing; restore the key"), "{told}");
}
