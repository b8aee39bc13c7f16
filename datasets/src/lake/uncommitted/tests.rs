use object_store::ObjectStoreExt;

use super::super::disk::tests::Frail;
use super::super::durable::DurableStore;
use super::*;

/// A folder, and the store of a writer in it, on a disk with so much room.
fn place(room: i64) -> (tempfile::TempDir, Uncommitted, Arc<dyn ObjectStore>) {
    let dir = tempfile::tempdir().expect("dir");
    let durable = DurableStore::with_disk(dir.path(), Arc::new(Frail::with_room(room)));
    let root = Path::from_absolute_path(dir.path()).expect("path");
    let table = object_store::prefix::PrefixStore::new(durable, root);
    let files = Uncommitted::new(Some(dir.path().to_owned()));
    let store = files.store(Arc::new(table));
    (dir, files, store)
}

#[tokio::test]
async fn files_are_removed_unless_they_are_kept() {
    for kept in [false, true] {
        let (dir, files, store) = place(100);
        store.put(&Path::from("month=1/a.parquet"), "a".into()).await.expect("put");
        let mut upload = store.put_multipart(&Path::from("b.parquet")).await.expect("upload");
        upload.put_part("b".into()).await.expect("part");
        upload.complete().await.expect("complete");
        if kept {
            files.keep();
        }
        drop(files);
        let there = ["month=1/a.parquet", "b.parquet"].map(|name| dir.path().join(name).exists());
        assert_eq!(there, [kept, kept]);
    }
}

#[tokio::test]
async fn what_is_written_is_known_by_its_digest() {
    let (_dir, files, store) = place(100);
    store.put(&Path::from("a.parquet"), "abc".into()).await.expect("put");
    let mut upload = store.put_multipart(&Path::from("b.parquet")).await.expect("upload");
    upload.put_part("a".into()).await.expect("part");
    upload.put_part("bc".into()).await.expect("part");
    assert_eq!(files.digest("b.parquet"), None, "not whole yet");
    upload.complete().await.expect("complete");
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(["a.parquet", "b.parquet"].map(|file| files.digest(file)), [Some(abc.to_owned()), Some(abc.to_owned())]);
}

#[tokio::test]
async fn a_failure_is_kept_and_nothing_is_written_from_then_on() {
    let (dir, files, store) = place(3);
    store.put(&Path::from("a.parquet"), "a".into()).await.expect("room");
    let mut upload = store.put_multipart(&Path::from("b.parquet")).await.expect("upload");
    upload.put_part("too much".into()).await.expect("answered as done");
    upload.complete().await.expect("answered as done");
    store.put(&Path::from("c.parquet"), "c".into()).await.expect("answered as done");
    drop((upload, store));
    let failure = files.failure().expect("a failure").to_string();
    assert!(failure.contains("no space left on"), "{failure}");
    assert!(!dir.path().join("b.parquet").exists() && !dir.path().join("c.parquet").exists());
    drop(files);
    assert!(!dir.path().join("a.parquet").exists());
    let names = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().count();
    assert_eq!(names(dir.path().join("_tmp")), 0, "the store has ended");
}
