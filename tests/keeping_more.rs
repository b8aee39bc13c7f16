//! Keeping a lake against what goes wrong: other lakes in the place of a backup, lost commits, damaged
//! files, links, folders that cannot be written.

use std::path::{Path, PathBuf};

use serde_json::Value;

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
promised_limit = { value = "5" }
promised_unit = { value = "WD" }
recorded_at = "at"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case"
event_type = { value = "ACCEPT" }
occurred_at = "at"
"#;

/// Lands the acceptance of one case, and a row that is refused.
fn land(place: &Place, case: &str) {
    let mapping = place.file("hall.toml", MAPPING);
    let file = place.file(&format!("{case}.csv"), format!("case,at\n{case},2023-05-04 09:00:00\n{case}-bad,never\n"));
    place.run(&["ingest", text(&mapping), text(&file)]);
}

fn lake(place: &Place) -> PathBuf {
    place.dir.path().join("lake")
}

/// What people ask of a lake, as text.
fn answers(place: &Place, lake: &Path) -> Vec<String> {
    let asked = [
        "select * from case_state order by case_no",
        "select * from card order by case_no, card_id",
        "select * from village_day order by day",
        "select * from org_item_day order by day, org_code, item_id",
    ];
    asked.map(|sql| place.run(&["query", sql, "--format", "csv", "--lake", text(lake)])).to_vec()
}

/// What `lake verify` finds, line by line; nothing if nothing is wrong.
fn found(place: &Place) -> Vec<String> {
    let done = place.sunlake().args(["lake", "verify", "--json"]).output().expect("ran");
    let report: Value = serde_json::from_slice(&done.stdout).expect("JSON");
    let findings = report["findings"].as_array().expect("findings");
    assert_eq!(done.status.success(), findings.is_empty(), "{report}");
    let line = |found: &Value| format!("{} {}", found["table"].as_str().expect("table"), found["what"]);
    findings.iter().map(line).collect()
}

/// The commit of the newest version of a table.
fn newest_commit(lake: &Path, table: &str) -> PathBuf {
    let log = std::fs::read_dir(lake.join(table).join("_delta_log")).expect("log");
    let commits = log.map(|entry| entry.expect("entry").path());
    let commits = commits.filter(|file| file.extension().is_some_and(|extension| extension == "json"));
    commits.max().expect("a commit")
}

/// Changes the data files of a table, in whatever folders, also those that no version needs any more.
fn damage(folder: &Path, change: &dyn Fn(&mut Vec<u8>)) {
    for entry in std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path()) {
        if entry.is_dir() && !entry.ends_with("_delta_log") {
            damage(&entry, change);
        } else if entry.extension().is_some_and(|extension| extension == "parquet") {
            let mut bytes = std::fs::read(&entry).expect("bytes");
            change(&mut bytes);
            std::fs::write(&entry, bytes).expect("damaged");
        }
    }
}

#[test]
fn a_lake_that_is_made_anew_does_not_take_the_place_of_the_backup_of_the_old_one() {
    let place = Place::new();
    let (lake, backup) = (lake(&place), place.dir.path().join("backup"));
    land(&place, "A");
    let before = answers(&place, &lake);
    place.run(&["backup", text(&backup)]);
    std::fs::remove_dir_all(&lake).expect("gone");
    land(&place, "A");
    assert!(place.fails(1, &["backup", text(&backup)]).contains("it is the backup of another lake"));
    // As an older program wrote its manifest: without the tables' ids.
    let manifest = backup.join("manifest.json");
    let whole = std::fs::read(&manifest).expect("manifest");
    let mut older: Value = serde_json::from_slice(&whole).expect("JSON");
    older.as_object_mut().expect("an object").remove("tables").expect("ids");
    older["form"] = Value::from(1);
    std::fs::write(&manifest, serde_json::to_vec(&older).expect("JSON")).expect("written");
    let refused = place.fails(1, &["backup", text(&backup)]);
    assert!(refused.contains("a history that this lake does not have"), "{refused}");
    std::fs::write(&manifest, &whole).expect("back");
    let other = place.dir.path().join("other");
    place.run(&["restore", text(&backup), "--lake", text(&other)]);
    assert_eq!(answers(&place, &other), before, "the old lake is still to be had");
    place.run(&["backup", text(&place.dir.path().join("backup of the new one"))]);
}

#[test]
fn a_restored_lake_goes_on_with_its_backup_and_not_with_a_later_one() {
    let place = Place::new();
    let lake = lake(&place);
    let (first, second) = (place.dir.path().join("first"), place.dir.path().join("second"));
    land(&place, "A");
    place.run(&["backup", text(&first)]);
    land(&place, "B");
    place.run(&["backup", text(&second)]);
    std::fs::remove_dir_all(&lake).expect("gone");
    place.run(&["restore", text(&first), "--lake", text(&lake)]);
    let refused = place.fails(1, &["backup", text(&second)]);
    assert!(refused.contains("it is further than this lake"), "{refused}");
    for case in ["C", "D", "E"] {
        land(&place, case);
    }
    let refused = place.fails(1, &["backup", text(&second)]);
    assert!(refused.contains("a history that this lake does not have"), "{refused}");
    place.run(&["backup", text(&first)]);
    let other = place.dir.path().join("other");
    place.run(&["restore", text(&first), "--lake", text(&other)]);
    assert_eq!(answers(&place, &other), answers(&place, &lake));
    place.run(&["restore", text(&second), "--lake", text(&place.dir.path().join("third"))]);
    // A file that the logs name and the manifest does not: the copy would be no lake.
    let manifest = first.join("manifest.json");
    let mut less: Value = serde_json::from_slice(&std::fs::read(&manifest).expect("manifest")).expect("JSON");
    let files = less["files"].as_array_mut().expect("files");
    let is_fact = |file: &Value| file["path"].as_str().is_some_and(|path| path.starts_with("lake/workflow_event/biz"));
    files.retain(|file| !is_fact(file));
    std::fs::write(&manifest, serde_json::to_vec(&less).expect("JSON")).expect("written");
    let fourth = place.dir.path().join("fourth");
    let refused = place.fails(1, &["restore", text(&first), "--lake", text(&fourth)]);
    assert!(refused.contains("is no whole copy"), "{refused}");
    assert!(place.fails(1, &["lake", "status", "--lake", text(&fourth)]).contains("it is being restored"));
}

#[test]
fn places_are_known_by_where_they_really_are() {
    let place = Place::new();
    let lake = lake(&place);
    land(&place, "A");
    let (inward, alias) = (place.dir.path().join("inward"), place.dir.path().join("alias"));
    std::fs::create_dir(lake.join("inner")).expect("folder");
    std::os::unix::fs::symlink(lake.join("inner"), &inward).expect("link");
    std::os::unix::fs::symlink(&lake, &alias).expect("link");
    assert!(place.fails(1, &["backup", text(&inward)]).contains("it is in the lake"));
    std::fs::remove_dir(lake.join("inner")).expect("removed");
    let inside = lake.join("z");
    assert!(place.fails(1, &["backup", text(&inside), "--lake", text(&alias)]).contains("it is in the lake"));
    assert!(!inside.exists());
    let work = place.dir.path().join("work");
    std::fs::create_dir(&work).expect("folder");
    place.sunlake().current_dir(&work).args(["backup", "../beside"]).assert().success();
    let backup = place.dir.path().join("beside");
    assert!(backup.join("manifest.json").is_file());
    // By whichever way the lake is named, it is the same.
    place.run(&["backup", text(&backup), "--lake", text(&alias)]);
    let within = backup.join("new");
    let refused = place.fails(1, &["restore", text(&backup), "--lake", text(&within)]);
    assert!(refused.contains("it is in the backup") && !within.exists(), "{refused}");
    place.sunlake().current_dir(&work).args(["restore", "../beside", "--lake", "../other"]).assert().success();
    let copy = backup.join("lake");
    place.run(&["lake", "verify", "--lake", text(&copy)]);
    assert!(!copy.join("_locks").exists() && !copy.join("_tmp").exists(), "a backup is left as it is");
}

#[test]
fn a_commit_that_is_lost_is_told_and_derived_tables_are_made_whole() {
    let place = Place::new();
    let lake = lake(&place);
    land(&place, "A");
    land(&place, "B");
    let before = answers(&place, &lake);
    assert_eq!(found(&place), [""; 0]);
    assert!(place.number("select count(*) from card") >= 4, "two cards of each case");
    for table in ["region", "organization", "quarantine", "workflow_event", "ingest_batch"] {
        let commit = newest_commit(&lake, table);
        let bytes = std::fs::read(&commit).expect("commit");
        std::fs::remove_file(&commit).expect("lost");
        assert!(!found(&place).is_empty(), "{table}");
        if table == "region" {
            assert!(place.fails(1, &["derive"]).contains("table region is at version"), "nobody passes over it");
        }
        std::fs::write(&commit, bytes).expect("back");
        assert_eq!(found(&place), [""; 0], "{table}");
    }
    for table in ["case_state", "card", "village_day", "org_item_day"] {
        std::fs::remove_file(newest_commit(&lake, table)).expect("lost");
        let told = found(&place);
        assert!(told.iter().any(|line| line.starts_with(table)), "{table}: {told:?}");
        place.run(&["derive"]);
        assert_eq!(found(&place), [""; 0], "{table}");
        assert_eq!(answers(&place, &lake), before, "{table}");
    }
}

#[test]
fn a_full_derive_needs_nothing_of_what_it_makes_anew() {
    let place = Place::new();
    let lake = lake(&place);
    land(&place, "A");
    land(&place, "B");
    let before = answers(&place, &lake);
    for table in ["case_state", "card", "village_day", "org_item_day"] {
        damage(&lake.join(table), &|bytes| bytes.fill(7));
        let told = found(&place);
        assert!(told.iter().any(|line| line.starts_with(table) && line.contains("derive --full")), "{told:?}");
        place.run(&["derive", "--full"]);
        assert_eq!(found(&place), [""; 0], "{table}");
        assert_eq!(answers(&place, &lake), before, "{table}");
    }
}

#[test]
fn marts_that_are_not_there_are_made_by_the_next_derive() {
    let place = Place::new();
    let lake = lake(&place);
    land(&place, "A");
    let before = answers(&place, &lake);
    // An older program knew some of them only.
    for table in ["village_item_month", "org_item_day", "handling_hist"] {
        std::fs::remove_dir_all(lake.join(table)).expect("removed");
    }
    place.run(&["derive"]);
    assert_eq!(found(&place), [""; 0]);
    assert_eq!(answers(&place, &lake), before);
    land(&place, "B");
    assert_eq!(place.number("select cast(sum(accepted) as bigint) from village_item_month"), 2);
    place.run(&["check", "mart_village_item_month", "mart_org_item_day", "mart_handling_hist"]);
}

#[test]
fn files_without_a_digest_are_counted_and_get_one() {
    let place = Place::new();
    let lake = lake(&place);
    land(&place, "A");
    land(&place, "B");
    for entry in std::fs::read_dir(lake.join("workflow_event/_delta_log")).expect("log") {
        let commit = entry.expect("entry").path();
        let lines = std::fs::read_to_string(&commit).expect("commit");
        let older = lines.lines().map(|line| {
            let mut action: Value = serde_json::from_str(line).expect("JSON");
            if let Some(add) = action.get_mut("add").and_then(Value::as_object_mut) {
                let tags = add.remove("tags").expect("tags");
                assert_eq!(tags["sunlake.sha256"].as_str().map(str::len), Some(64), "{tags}");
            }
            format!("{action}\n")
        });
        let older: String = older.collect();
        std::fs::write(&commit, older).expect("as an older program wrote it");
    }
    let told = place.run(&["lake", "verify"]);
    assert!(
        told.contains("files without a digest to be checked by, since an older sunlake wrote them: 2.")
            && told.contains("nothing is wrong"),
        "{told}"
    );
    place.run(&["lake", "compact"]);
    let told = place.run(&["lake", "verify"]);
    assert!(!told.contains("not checked by digest"), "{told}");
    // A damaged file does not get into a backup.
    damage(&lake.join("workflow_case"), &|bytes| {
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    });
    assert!(found(&place).iter().any(|line| line.starts_with("workflow_case") && line.contains("SHA-256")));
    let refused = place.fails(1, &["backup", text(&place.dir.path().join("backup"))]);
    assert!(refused.contains("is not what was written"), "{refused}");
}
