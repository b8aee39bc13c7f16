use std::fs::File;
use std::path::{Path as FsPath, PathBuf};
use std::time::{Duration, SystemTime};

use super::super::tests::{lines, refused};
use super::super::{LakeMeta, LakeUrl};
use super::*;
use crate::contract::{QUARANTINE, WORKFLOW_EVENT};

async fn lake() -> (tempfile::TempDir, Lake) {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake");
    (dir, lake)
}

/// A file that no version names.
fn orphan(path: PathBuf) -> PathBuf {
    std::fs::create_dir_all(path.parent().expect("folder")).expect("folder");
    std::fs::write(&path, "left by a killed landing").expect("file");
    path
}

/// As if the file had been written long ago.
fn age(path: &FsPath) {
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(86_400);
    File::options().write(true).open(path).expect("file").set_modified(long_ago).expect("time");
}

#[tokio::test]
async fn only_old_files_that_no_version_names_are_removed() {
    let (dir, lake) = lake().await;
    let table = lake.table(&QUARANTINE);
    table.put(&[refused("1", 0..3)], None, None).await.expect("put");
    let past = table.snapshot().await.expect("pinned");
    lake.replace(&QUARANTINE, &[refused("2", 3..5)], None).await.expect("replaced");
    let folder = dir.path().join(QUARANTINE.table);
    for entry in std::fs::read_dir(&folder).expect("folder").map(|entry| entry.expect("entry").path()) {
        if entry.is_file() {
            age(&entry);
        }
    }
    let old = orphan(folder.join("part-old.parquet"));
    let in_part = orphan(dir.path().join(WORKFLOW_EVENT.table).join("biz_month=2023-09/part-old.parquet"));
    let foreign = orphan(folder.join("_change_data/part-old.parquet"));
    for path in [&old, &in_part, &foreign] {
        age(path);
    }
    let young = orphan(folder.join("part-young.parquet"));
    assert_eq!(lake.sweep_orphans().await, 2);
    assert!(!old.exists() && !in_part.exists() && young.exists() && foreign.exists());
    assert_eq!(lines(&lake).await, [3, 4]);
    assert_eq!(past.read(&["line"]).await.expect("the past").iter().map(|rows| rows.num_rows()).sum::<usize>(), 3);
}

#[tokio::test]
async fn a_table_that_is_written_or_has_lost_a_commit_is_left_alone() {
    let (dir, lake) = lake().await;
    let table = lake.table(&QUARANTINE);
    table.put(&[refused("1", 0..3)], None, None).await.expect("put");
    let folder = dir.path().join(QUARANTINE.table);
    let old = orphan(folder.join("part-old.parquet"));
    age(&old);
    let held = lake.lock(QUARANTINE.table).await.expect("lock");
    assert_eq!(lake.sweep_orphans().await, 0);
    drop(held);
    let (commit, aside) = (folder.join("_delta_log/00000000000000000000.json"), dir.path().join("aside"));
    std::fs::rename(&commit, &aside).expect("lost");
    assert_eq!(lake.sweep_orphans().await, 0);
    std::fs::rename(&aside, &commit).expect("found");
    assert_eq!((lake.sweep_orphans().await, old.exists()), (1, false));
}
