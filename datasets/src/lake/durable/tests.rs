use object_store::ObjectStoreExt;

use super::super::disk::tests::{Frail, Recorder};
use super::*;

fn place(dir: &FsPath, name: &str) -> Path {
    Path::from_absolute_path(dir.join(name)).expect("path")
}

#[tokio::test]
async fn bytes_are_synced_before_the_name_and_the_name_before_the_answer() {
    let dir = tempfile::tempdir().expect("dir");
    let disk = Recorder::default();
    let store = DurableStore::with_disk(dir.path(), Arc::new(disk.clone()));
    store.put(&place(dir.path(), "first"), "makes the temporary folder".into()).await.expect("first");
    disk.log.lock().expect("log").clear();
    let target = place(dir.path(), "t/_delta_log/0.json");
    let create = PutOptions { mode: PutMode::Create, ..Default::default() };
    store.put_opts(&target, "one".into(), create.clone()).await.expect("put");
    let top = dir.path().file_name().expect("name").to_string_lossy().into_owned();
    let seen = disk.log.lock().expect("log").clone();
    assert_eq!(
        seen,
        [
            "create -",
            "write -",
            "sync -",
            "mkdir t",
            &format!("syncdir {top}"),
            "mkdir _delta_log",
            "syncdir t",
            "link 0.json",
            "remove -",
            "syncdir _delta_log",
        ]
    );
    let again = store.put_opts(&target, "two".into(), create).await;
    assert!(matches!(again, Err(object_store::Error::AlreadyExists { .. })), "{again:?}");
    let kept = store.get(&target).await.expect("get").bytes().await.expect("bytes");
    assert_eq!(&kept[..], b"one");
    assert_eq!(half_written(dir.path()), 0, "the refused one is gone");
}

#[tokio::test]
async fn parts_land_in_order_whatever_order_they_are_written_in() {
    let dir = tempfile::tempdir().expect("dir");
    let store = DurableStore::open(dir.path());
    let target = place(dir.path(), "big");
    let mut upload = store.put_multipart(&target).await.expect("upload");
    let (first, second) = (upload.put_part("hello ".into()), upload.put_part("lake".into()));
    second.await.expect("second");
    first.await.expect("first");
    assert!(store.head(&target).await.is_err(), "nothing is seen before it is complete");
    upload.complete().await.expect("complete");
    let bytes = store.get(&target).await.expect("get").bytes().await.expect("bytes");
    assert_eq!(&bytes[..], b"hello lake");
}

#[tokio::test]
async fn what_a_dead_process_left_is_swept_and_what_a_live_one_holds_is_not() {
    let dir = tempfile::tempdir().expect("dir");
    let live = DurableStore::open(dir.path());
    let mut upload = live.put_multipart(&place(dir.path(), "big")).await.expect("upload");
    upload.put_part("half".into()).await.expect("part");
    let dead = dir.path().join("_tmp/dead");
    std::fs::create_dir(&dead).expect("dir");
    std::fs::write(dead.join("alive"), "").expect("lock");
    std::fs::write(dead.join("half"), "x").expect("half");
    // A folder that is just being made, and what somebody else put there.
    std::fs::create_dir(dir.path().join("_tmp/new")).expect("dir");
    std::fs::write(dir.path().join("_tmp/note.txt"), "x").expect("note");
    let next = DurableStore::open(dir.path());
    assert!(dead.exists(), "opening changes nothing");
    next.put(&place(dir.path(), "small"), "x".into()).await.expect("put");
    assert!(!dead.exists() && dir.path().join("_tmp/new").exists());
    upload.complete().await.expect("complete");
    drop((live, next, upload));
    let left = std::fs::read_dir(dir.path().join("_tmp")).expect("folder").count();
    assert_eq!(left, 2, "each process takes its own folder away");
}

#[tokio::test]
async fn opening_and_reading_leave_no_trace() {
    let dir = tempfile::tempdir().expect("dir");
    std::fs::write(dir.path().join("file"), "x").expect("file");
    let store = DurableStore::open(dir.path());
    store.get(&place(dir.path(), "file")).await.expect("get").bytes().await.expect("bytes");
    assert_eq!(std::fs::read_dir(dir.path()).expect("folder").count(), 1);
}

#[tokio::test]
async fn what_cannot_be_written_leaves_nothing_behind() {
    let dir = tempfile::tempdir().expect("dir");
    let disk = Frail::with_room(10);
    let store = DurableStore::with_disk(dir.path(), Arc::new(disk.clone()));
    let (small, big) = (place(dir.path(), "small"), place(dir.path(), "big"));
    let refused = store.put(&small, "longer than ten bytes".into()).await.expect_err("full");
    let said = format!("no space left on {}", dir.path().display());
    assert!(refused.to_string().contains(&said), "{refused}");
    let mut upload = store.put_multipart(&big).await.expect("upload");
    upload.put_part("longer than ten bytes".into()).await.expect_err("full");
    drop(upload);
    assert_eq!(half_written(dir.path()), 0);
    assert!(store.head(&small).await.is_err() && store.head(&big).await.is_err());
    disk.make_room(100);
    store.put(&small, "longer than ten bytes".into()).await.expect("room again");
}

/// Temporary files, besides the locks.
fn half_written(root: &FsPath) -> usize {
    let folders = std::fs::read_dir(root.join("_tmp")).expect("folder").map(|entry| entry.expect("entry").path());
    folders.map(|folder| std::fs::read_dir(folder).expect("folder").count() - 1).sum()
}
