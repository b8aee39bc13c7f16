use super::super::tests::{lines, refused};
use super::super::{LakeMeta, LakeUrl};
use super::*;
use crate::clock::{Clock, SystemClock};
use crate::contract::QUARANTINE;

#[tokio::test]
async fn only_what_no_recent_version_needs_goes() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("made");
    lake.table(&QUARANTINE).put(&[refused("1", 0..3)], None, None).await.expect("put");
    lake.replace(&QUARANTINE, &[refused("2", 3..5)], None).await.expect("replaced");
    let orphan = dir.path().join(QUARANTINE.table).join("part-orphan.parquet");
    std::fs::write(&orphan, "left by a killed landing").expect("file");
    let now = SystemClock::default().now();
    let after = |hours: i64| now.saturating_add(hours.hours()).expect("later");
    let plan = async |days: i64, hours: i64| {
        lake.plan_vacuum(Some(&QUARANTINE), days, after(hours)).await.expect("plan").files.len()
    };
    // A reader of the last hour may hold the old file, whatever is asked for.
    assert_eq!(plan(0, 0).await, 0);
    assert_eq!(plan(0, 2).await, 2);
    assert_eq!(plan(30, 2).await, 1, "the orphan alone");
    assert_eq!(plan(30, 24 * 31).await, 2);
    assert!(orphan.exists(), "a plan removes nothing");
    let done = lake.vacuum(Some(&QUARANTINE), 30, after(24 * 31)).await.expect("vacuum");
    assert_eq!((done.files.len(), orphan.exists()), (2, false));
    assert_eq!(lines(&lake).await, [3, 4]);
    assert_eq!(plan(0, 24 * 31).await, 0);
    let found = lake.verify(Some(&QUARANTINE)).await.expect("verified").findings;
    assert!(found.len() == 1 && found[0].what.contains("ingest_batch does not know"), "{found:?}");
}
