//! A lake that is copied to an object store, and back from there.

use serde_json::Value;

use crate::objects::with_store;
use crate::store::{Fault, NO_BUCKET, Store};
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
const ADDRESS: &str = "s3://backups/hall/lake";

fn land(place: &Place, case: &str) {
    let mapping = place.file("hall.toml", MAPPING);
    let file = place.file("rows.csv", format!("id,case,at\nE-{case},{case},2023-05-04 09:00:00\n"));
    place.run(&["ingest", text(&mapping), text(&file)]);
}

/// What it says as JSON, if it succeeds.
fn told(place: &Place, store: &Store, args: &[&str]) -> Value {
    let done = with_store(place, store).args(args).arg("--json").assert().success();
    serde_json::from_slice(&done.get_output().stdout).expect("JSON")
}

/// What it says when it fails with that exit code.
fn refused(place: &Place, store: &Store, code: i32, args: &[&str]) -> String {
    let done = with_store(place, store).args(args).assert().failure().code(code);
    let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(!said.contains("never-shown"), "{said}");
    said
}

fn copied(told: &Value) -> i64 {
    told["backup"]["copied"].as_i64().expect("copied")
}

#[test]
fn a_backup_in_a_store_grows_by_what_is_new_and_gives_the_lake_back() {
    let (place, store) = (Place::new(), Store::start());
    land(&place, "A");
    let plan = told(&place, &store, &["backup", ADDRESS, "--dry-run"]);
    assert!(store.paths().is_empty(), "a plan copies nothing: {plan}");
    let whole = told(&place, &store, &["backup", ADDRESS, "--with-keys"]);
    assert!(copied(&whole) > 14 && whole["backup"]["place"] == ADDRESS, "{whole}");
    assert_eq!(copied(&told(&place, &store, &["backup", ADDRESS, "--with-keys", "--check"])), 0);
    land(&place, "B");
    // A store that is busy for a moment is asked again.
    store.fail(&[Fault::Status(503), Fault::Status(500)]);
    let more = told(&place, &store, &["backup", ADDRESS]);
    assert!(copied(&more) > 0 && copied(&more) < copied(&whole), "{more}");
    let other = place.dir.path().join("other");
    told(&place, &store, &["restore", ADDRESS, "--lake", text(&other), "--with-keys"]);
    let ask = |lake: &str| {
        place.run(&["query", "select * from case_state order by case_no", "--format", "csv", "--lake", lake])
    };
    assert_eq!(ask(text(&other)), ask(text(&place.dir.path().join("lake"))));
    place.run(&["lake", "verify", "--lake", text(&other)]);
    let data = |path: &&String| path.starts_with("backups/hall/lake/lake/lake_meta/") && path.ends_with(".parquet");
    let paths = store.paths();
    store.put(paths.iter().find(data).expect("a file"), "damaged");
    let third = place.dir.path().join("third");
    let said = refused(&place, &store, 1, &["restore", ADDRESS, "--lake", text(&third)]);
    assert!(said.contains("is not what its manifest says"), "{said}");
    store.remove(paths.iter().find(data).expect("a file"));
    let fourth = place.dir.path().join("fourth");
    let said = refused(&place, &store, 1, &["restore", ADDRESS, "--lake", text(&fourth)]);
    assert!(said.contains("is not what its manifest says (it is not there)"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn what_nothing_needs_any_more_leaves_the_store() {
    let (place, store) = (Place::new(), Store::start());
    for case in ["A", "B", "C"] {
        land(&place, case);
    }
    told(&place, &store, &["backup", ADDRESS]);
    let data = |store: &Store| {
        let paths = store.paths();
        let held = "backups/hall/lake/lake/workflow_event/biz_month";
        paths.iter().filter(|path| path.starts_with(held) && path.ends_with(".parquet")).count()
    };
    assert_eq!(data(&store), 3);
    place.run(&["lake", "compact"]);
    let less = told(&place, &store, &["backup", ADDRESS]);
    assert!(less["backup"]["removed"].as_i64().is_some_and(|removed| removed >= 3), "{less}");
    assert_eq!(data(&store), 1);
}

#[test]
fn a_place_in_a_store_is_one_lakes_and_one_backups_at_a_time() {
    let (place, store) = (Place::new(), Store::start());
    land(&place, "A");
    told(&place, &store, &["backup", ADDRESS]);
    land(&place, "B");
    store.race("backups/hall/lake/manifest.json");
    let before = store.paths();
    let said = refused(&place, &store, 1, &["backup", ADDRESS]);
    assert!(said.contains("s3://backups/hall/lake: another backup has ended there meanwhile"), "{said}");
    assert!(before.iter().all(|path| store.paths().contains(path)), "something was removed");
    let other = Place::new();
    land(&other, "A");
    told(&other, &store, &["backup", "s3://backups/other"]);
    let said = refused(&place, &store, 1, &["backup", "s3://backups/other"]);
    assert!(said.contains("it is the backup of another lake"), "{said}");
    store.put("backups/filled/a.csv", "a");
    let said = refused(&place, &store, 1, &["backup", "s3://backups/filled"]);
    assert!(said.contains("s3://backups/filled: it holds other files"), "{said}");
    let said =
        refused(&place, &store, 1, &["restore", "s3://backups/none", "--lake", text(&place.dir.path().join("x"))]);
    assert!(said.contains("s3://backups/none: it holds no backup"), "{said}");
    let said = refused(&place, &store, 1, &["backup", &format!("s3://{NO_BUCKET}/lake")]);
    assert!(said.starts_with("sunlake: s3://no-bucket/lake: the store has no such bucket; check its name"), "{said}");
    store.fail(&[Fault::Status(403)]);
    let said = refused(&place, &store, 1, &["backup", "s3://backups/denied"]);
    assert!(said.contains("s3://backups/denied/manifest.json: the store does not allow it"), "{said}");
    // The address is right: it is the environment that is to be mended.
    for args in [&["backup", ADDRESS][..], &["restore", ADDRESS, "--lake", "x"]] {
        let mut nobody = with_store(&place, &store);
        nobody.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
        let done = nobody.args(args).assert().failure().code(1);
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(said.contains("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{said}");
    }
    assert!(refused(&place, &store, 2, &["backup", "s3://backups"]).contains("it names no folder in the bucket"));
    let said = refused(&place, &store, 2, &["lake", "status", "--lake", ADDRESS]);
    assert!(said.contains("s3:// is not supported by this build"), "{said}");
}
