use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::array::{AsArray, Int64Array, StringArray};
use arrow::datatypes::Int64Type;

use super::super::disk::tests::Frail;
use super::super::durable::DurableStore;
use super::super::tests::{lines, refused};
use super::super::{LakeMeta, LakeUrl};
use super::*;
use crate::clock::{Clock, SystemClock};
use crate::contract::{QUARANTINE, WORKFLOW_EVENT};

/// A lake that was made while there was room, on a disk that has this much left.
async fn lake_on(disk: &Frail) -> (tempfile::TempDir, Lake) {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    Lake::open_or_create(&url, LakeMeta::default()).await.expect("made");
    let store = DurableStore::with_disk(dir.path(), Arc::new(disk.clone()));
    let lake = Lake::open_in(&url, Arc::new(store)).await.expect("open");
    (dir, lake)
}

/// Data files of the table, whether a version names them or not.
fn data_files(dir: &Path) -> usize {
    let names = std::fs::read_dir(dir.join(QUARANTINE.table)).expect("folder").map(|entry| entry.expect("entry"));
    names.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "parquet")).count()
}

/// Whether a thread has panicked as deltalake and object_store do between them when an upload
/// fails at its end, counted from the first call.
fn has_panicked() -> bool {
    static WATCHED: AtomicBool = AtomicBool::new(false);
    static SEEN: AtomicBool = AtomicBool::new(false);
    if !WATCHED.swap(true, Ordering::SeqCst) {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.to_string().contains("Already shut down") {
                SEEN.store(true, Ordering::SeqCst);
            }
            usual(panic);
        }));
    }
    SEEN.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_full_disk_is_said_to_be_full_and_nothing_stays_wherever_it_is_met() {
    assert!(!has_panicked());
    let disk = Frail::with_room(0);
    let (dir, lake) = lake_on(&disk).await;
    let table = lake.table(&QUARANTINE);
    let once = Once { app_id: "batch/1".into(), attempt: 1 };
    let mut refusals = 0;
    // First the file does not fit, then its commit.
    for room in (0..).step_by(700) {
        disk.make_room(room);
        let Err(error) = table.put(&[refused("1", 0..200)], None, Some(&once)).await else { break };
        let said = format!("no space left on {}: free some and run the same command again", dir.path().display());
        assert!(error.to_string().starts_with(&said), "{error}");
        assert_eq!(data_files(dir.path()), 0, "with room for {room}");
        refusals += 1;
    }
    assert!(refusals > 2, "{refusals}");
    assert_eq!(lines(&lake).await, (0..200).collect::<Vec<_>>());
    assert_eq!(data_files(dir.path()), 1);
    assert!(!has_panicked());
}

#[tokio::test]
async fn files_that_were_finished_before_another_failed_are_removed() {
    let disk = Frail::with_room(1 << 20);
    let (dir, lake) = lake_on(&disk).await;
    let table = lake.table(&QUARANTINE);
    let mut first = table.writer();
    first.write(&refused("1", 0..10)).await.expect("write");
    let mut files = WrittenFiles::default();
    files.add(first.finish().await.expect("finish"));
    assert_eq!(data_files(dir.path()), 1);
    disk.make_room(100);
    let mut second = table.writer();
    second.write(&refused("1", 10..20)).await.expect("held in memory");
    let error = second.finish().await.expect_err("full");
    assert!(matches!(error, LakeError::NoSpace(_)), "{error}");
    drop(files);
    assert_eq!(data_files(dir.path()), 0);
}

#[tokio::test]
async fn files_of_a_refused_commit_are_removed_and_those_of_a_done_one_stay() {
    let (dir, lake) = lake_on(&Frail::with_room(i64::MAX)).await;
    let table = lake.table(&QUARANTINE);
    let base = table.refresh().await.expect("base");
    table.put(&[refused("1", 0..1)], None, None).await.expect("foreign");
    let mut writer = table.writer();
    writer.write(&refused("2", 1..2)).await.expect("write");
    let files = writer.finish().await.expect("finish");
    let late = table.commit_on(&base, files, None, &[], HashMap::new()).await;
    assert!(matches!(late, Err(LakeError::Conflict { .. })), "{late:?}");
    assert_eq!((data_files(dir.path()), lines(&lake).await), (1, vec![0]));
}

#[tokio::test]
async fn a_file_that_a_vacuum_took_is_not_committed() {
    let (dir, lake) = lake_on(&Frail::with_room(i64::MAX)).await;
    let table = lake.table(&QUARANTINE);
    table.put(&[refused("1", 0..1)], None, None).await.expect("put");
    let mut writer = table.writer();
    writer.write(&refused("2", 1..2)).await.expect("write");
    let mut files = writer.finish().await.expect("finish");
    let mut writer = table.writer();
    writer.write(&refused("3", 2..3)).await.expect("write");
    // As if it had taken hours to get here.
    let later = SystemClock::default().now().saturating_add(jiff::SignedDuration::from_hours(2)).expect("later");
    assert_eq!(lake.vacuum(Some(&QUARANTINE), 30, later).await.expect("vacuum").files.len(), 1);
    files.add(writer.finish().await.expect("finish"));
    let gone = table.commit_files(files, None, &[], HashMap::new()).await.expect_err("gone");
    assert!(matches!(gone, LakeError::Removed { .. }), "{gone}");
    assert_eq!((data_files(dir.path()), lines(&lake).await), (1, vec![0]), "nothing has changed, nothing stays");
}

#[test]
fn rows_are_sorted_by_folder_and_order_and_equal_ones_stay_as_they_came() {
    let texts = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let numbers = |values: &[Option<i64>]| Arc::new(Int64Array::from(values.to_vec())) as ArrayRef;
    let rows = |months: &[&str], cases: &[&str], seqs: &[Option<i64>], came: &[Option<i64>]| {
        let columns =
            [("biz_month", texts(months)), ("case_no", texts(cases)), ("seq", numbers(seqs)), ("came", numbers(came))];
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true))).expect("rows")
    };
    let sorted = |rows: &RecordBatch| {
        let sorted = sort(&WORKFLOW_EVENT, rows).expect("sorted");
        sorted.column(3).as_primitive::<Int64Type>().values().to_vec()
    };
    let months = ["2018-04", "2018-03", "2018-03", "2018-03", "2018-03", "2018-03"];
    let cases = ["A", "B", "AB", "A", "A", "A"];
    let seqs = [Some(1), Some(1), Some(1), Some(-2), None, Some(-2)];
    let came = [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)];
    // Of one month first; A before AB before B; a number that is unknown before others.
    assert_eq!(sorted(&rows(&months, &cases, &seqs, &came)), [4, 3, 5, 2, 1, 0]);
    assert_eq!(sorted(&rows(&["m", "m"], &["A", "B"], &[None, None], &came[..2])), [0, 1], "in order already");
}
