//! What was broken off goes on when the same command is run again, and is taken for nothing else until then.

use datasets::clock::{Clock, SystemClock};
use datasets::lake::{Lake, LakeUrl};

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

/// Lands one case's acceptance; the batch.
fn land(place: &Place) -> String {
    let mapping = place.file("hall.toml", MAPPING);
    let file = place.file("hall.csv", "id,case,at\nE-A,A,2023-05-04 09:00:00\n");
    let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
    receipt["batch_id"].as_str().expect("batch").to_owned()
}

#[test]
fn a_rollback_that_lacks_its_derive_is_ended_by_the_same_command() {
    let place = Place::new();
    let batch = land(&place);
    let url = LakeUrl::parse(text(&place.dir.path().join("lake"))).expect("url");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("runtime");
    runtime.block_on(async {
        let lake = Lake::open(&url).await.expect("lake");
        lake.rollback(&batch, SystemClock::default().now()).await.expect("withdrawn");
    });
    assert_eq!(place.number("select count(*) from case_state"), 1, "as if killed before the derive");
    let args = ["lake", "rollback", "--batch", &batch[..10]];
    let planned = place.json(&[&args[..], &["--dry-run"]].concat());
    assert_eq!(planned["withdrawn_before"], batch.as_str(), "{planned}");
    assert_eq!(place.number("select count(*) from case_state"), 1, "a plan changes nothing");
    assert!(place.run(&args).contains("has been withdrawn already"));
    assert_eq!(place.number("select count(*) from case_state"), 0);
    place.run(&args);
    place.run(&["lake", "verify"]);
}

#[test]
fn a_restore_that_was_broken_off_is_no_lake_until_it_is_ended() {
    let place = Place::new();
    land(&place);
    let dir = place.dir.path();
    let (backup, other) = (dir.join("backup"), dir.join("other"));
    place.run(&["backup", text(&backup)]);
    let meta = std::fs::read_dir(backup.join("lake/lake_meta")).expect("folder");
    let file = meta.map(|entry| entry.expect("entry").path()).find(|file| file.is_file()).expect("a file");
    let whole = std::fs::read(&file).expect("read");
    std::fs::write(&file, "damaged").expect("written");
    let restore = ["restore", text(&backup), "--lake", text(&other)];
    assert!(place.fails(1, &restore).contains("is not what its manifest says"));
    let (mapping, rows) = (dir.join("hall.toml"), dir.join("hall.csv"));
    let ingest = ["ingest", text(&mapping), text(&rows), "--lake", text(&other)];
    for args in [&ingest[..], &["lake", "status", "--lake", text(&other)], &["lake", "migrate", "--lake", text(&other)]]
    {
        let told = place.fails(1, args);
        assert!(told.contains("run the same `sunlake restore` again"), "{told}");
    }
    std::fs::write(&file, whole).expect("mended");
    place.run(&restore);
    place.run(&["lake", "verify", "--lake", text(&other)]);
    assert!(place.fails(1, &restore).contains("it is not empty"));
    assert_eq!(place.json(&ingest)["outcome"], "already_landed");
    // What is left of a lake does not become another one.
    std::fs::remove_dir_all(other.join("lake_meta")).expect("lost");
    let told = place.fails(1, &ingest);
    assert!(told.contains("it holds tables without lake_meta"), "{told}");
    assert!(!other.join("lake_meta").exists());
}
