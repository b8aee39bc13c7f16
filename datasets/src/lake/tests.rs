use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, AsArray, BinaryArray, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};

use super::disk::tests::Frail;
use super::durable::DurableStore;
use super::*;
use crate::contract::QUARANTINE;

pub(super) fn refused(batch: &str, lines: std::ops::Range<i64>) -> RecordBatch {
    let count = usize::try_from(lines.end - lines.start).expect("count");
    let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value; count])) };
    let columns: Vec<ArrayRef> = vec![
        text(batch),
        text("test"),
        text("m"),
        text("f.csv"),
        Arc::new(Int64Array::from_iter_values(lines)),
        text("workflow_event"),
        text("occurred_at"),
        text("not_a_date"),
        text("give a date"),
        Arc::new(BinaryArray::from_iter_values(std::iter::repeat_n([7u8; 16], count))),
        Arc::new(TimestampMicrosecondArray::from(vec![1_000_000; count]).with_timezone("UTC")),
        Arc::new(Int64Array::from(vec![1; count])),
        Arc::new(Int64Array::from(vec![1; count])),
        Arc::new(BooleanArray::from(vec![false; count])),
    ];
    RecordBatch::try_new(QUARANTINE.schema(), columns).expect("rows")
}

pub(super) async fn lines(lake: &Lake) -> Vec<i64> {
    let snapshot = lake.table(&QUARANTINE).snapshot().await.expect("snapshot");
    let batches = snapshot.read(&["line", "batch_id"]).await.expect("read");
    let mut lines: Vec<i64> = batches
        .iter()
        .flat_map(|batch| batch.column(0).as_primitive::<arrow::datatypes::Int64Type>().values().to_vec())
        .collect();
    lines.sort_unstable();
    lines
}

async fn both_kinds() -> Vec<(Lake, Option<tempfile::TempDir>)> {
    let dir = tempfile::tempdir().expect("dir");
    let disk = LakeUrl::parse(&dir.path().join("a 湖").display().to_string()).expect("url");
    let memory = LakeUrl::parse("memory://x").expect("url");
    vec![
        (Lake::open_or_create(&disk, LakeMeta::default()).await.expect("disk"), Some(dir)),
        (Lake::open_or_create(&memory, LakeMeta::default()).await.expect("memory"), None),
    ]
}

#[tokio::test]
async fn a_lake_starts_with_its_reference_rows_and_opens_again() {
    for (lake, dir) in both_kinds().await {
        let snapshot = lake.snapshot().await.expect("snapshot");
        assert_eq!(snapshot.table(&contract::SERVICE_ITEM).rows(), 74);
        assert_eq!(snapshot.table(&contract::REGION).rows(), 3776);
        if dir.is_some() {
            let again = Lake::open(lake.url()).await.expect("again");
            assert_eq!(again.meta(), &LakeMeta::default());
        }
    }
}

#[tokio::test]
async fn rows_land_once_however_often_they_come() {
    for (lake, _dir) in both_kinds().await {
        let table = lake.table(&QUARANTINE);
        let once = Once { app_id: "batch/1".into(), attempt: 1 };
        for _ in 0..3 {
            table.put(&[refused("1", 0..100)], None, Some(&once)).await.expect("put");
        }
        assert_eq!(lines(&lake).await, (0..100).collect::<Vec<_>>());
        let replay = Once { attempt: 2, ..once };
        table.put(&[refused("1", 100..110)], None, Some(&replay)).await.expect("replay");
        assert_eq!(lines(&lake).await.len(), 110);
    }
}

#[tokio::test]
async fn a_foreign_commit_in_between_means_plan_again() {
    for (lake, _dir) in both_kinds().await {
        let table = lake.table(&QUARANTINE);
        let base = table.refresh().await.expect("base");
        table.put(&[refused("2", 0..1)], None, None).await.expect("foreign");
        let mut writer = table.writer();
        writer.write(&refused("3", 1..2)).await.expect("write");
        writer.finish().await.expect("finish");
        let late = table.commit(&base, Vec::new(), &[], HashMap::new()).await;
        assert!(matches!(late, Err(LakeError::Conflict { .. })), "{late:?}");
        assert_eq!(lines(&lake).await, [0]);
    }
}

#[tokio::test]
async fn rows_can_be_replaced_and_a_pinned_snapshot_does_not_move() {
    for (lake, _dir) in both_kinds().await {
        let table = lake.table(&QUARANTINE);
        table.put(&[refused("4", 0..5)], None, None).await.expect("put");
        let pinned = table.snapshot().await.expect("pin");
        lake.replace(&QUARANTINE, &[refused("5", 7..9)], None).await.expect("replace");
        assert_eq!(lines(&lake).await, [7, 8]);
        assert_eq!(pinned.read(&["line"]).await.expect("old").iter().map(RecordBatch::num_rows).sum::<usize>(), 5);
    }
}

#[tokio::test]
async fn rows_are_found_by_value() {
    for (lake, _dir) in both_kinds().await {
        let table = lake.table(&QUARANTINE);
        for batch in ["a", "b", "c"] {
            table.put(&[refused(batch, 0..3)], None, None).await.expect("put");
        }
        let snapshot = table.snapshot().await.expect("snapshot");
        let wanted = HashSet::from(["b".to_owned(), "zz".to_owned()]);
        let rows = snapshot.read_where("batch_id", &wanted, &["batch_id", "line"]).await.expect("found");
        assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 3);
    }
}

#[tokio::test]
async fn rows_are_found_whichever_pages_they_stand_on() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake");
    let table = lake.table(&QUARANTINE);
    // Several pages a row group, and two groups; some batches end within a page.
    let parts: Vec<RecordBatch> = (0..40).map(|batch| refused(&format!("b{batch:02}"), 0..4_321)).collect();
    let rows = arrow::compute::concat_batches(&QUARANTINE.schema(), &parts).expect("one");
    table.put(&[rows], None, None).await.expect("put");
    let snapshot = table.snapshot().await.expect("snapshot");
    for wanted in [vec!["b00"], vec!["b39"], vec!["b17", "b18"], vec!["b04", "b31"], vec!["a", "b2", "z"]] {
        let wanted: HashSet<String> = wanted.into_iter().map(str::to_owned).collect();
        let found = snapshot.read_where("batch_id", &wanted, &["batch_id", "line"]).await.expect("found");
        let held = wanted.iter().filter(|batch| batch.len() == 3).count();
        assert_eq!(found.iter().map(RecordBatch::num_rows).sum::<usize>(), held * 4_321, "{wanted:?}");
    }
}

#[tokio::test]
async fn a_checkpoint_changes_nothing_that_is_read() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake");
    for line in 0..60 {
        let once = Once { app_id: format!("batch/{line}"), attempt: 1 };
        lake.table(&QUARANTINE).put(&[refused("x", line..line + 1)], None, Some(&once)).await.expect("put");
    }
    let again = Lake::open(&url).await.expect("again");
    assert_eq!(lines(&again).await, (0..60).collect::<Vec<_>>());
    let pinned = again.table(&QUARANTINE).snapshot().await.expect("snapshot");
    assert!(pinned.files.iter().all(|file| file.sha256.is_some()), "digests outlive a checkpoint");
    let table = again.table(&QUARANTINE);
    let state = table.refresh().await.expect("state");
    assert_eq!(table.landed(&state, "batch/3").await.expect("landed"), Some(1));
    assert_eq!(table.landed(&state, "batch/none").await.expect("landed"), None);
}

#[tokio::test]
async fn what_is_no_lake_is_said_to_be_none() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    assert!(matches!(Lake::open(&url).await, Err(LakeError::NoLake(_))));
    let newer = LakeUrl::parse("memory://newer").expect("url");
    let newer =
        Lake::open_or_create(&newer, LakeMeta { format_version: FORMAT_VERSION + 1, ..LakeMeta::default() }).await;
    assert!(matches!(newer, Err(LakeError::TooNew { .. })), "{newer:?}");
    let older = LakeUrl::parse("memory://older").expect("url");
    let older =
        Lake::open_or_create(&older, LakeMeta { format_version: OLDEST_FORMAT - 1, ..LakeMeta::default() }).await;
    assert!(matches!(older, Err(LakeError::TooOld { .. })), "{older:?}");
    std::fs::write(dir.path().join("letter.txt"), "x").expect("file");
    let taken = Lake::open_or_create(&url, LakeMeta::default()).await;
    assert!(matches!(taken, Err(LakeError::NotALake(_))), "{taken:?}");
}

/// Rows and files of every table.
async fn sizes(lake: &Lake) -> Vec<(&'static str, u64, usize)> {
    let snapshot = lake.snapshot().await.expect("snapshot");
    let size = |contract: &&'static Contract| {
        let table = snapshot.table(contract);
        (contract.table, table.rows(), table.files.len())
    };
    contract::ALL.iter().map(size).collect()
}

#[tokio::test]
async fn a_creation_that_is_cut_off_anywhere_goes_on_where_it_stopped() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().join("lake").display().to_string()).expect("url");
    let mut cut_off = 0;
    let made = loop {
        // One name more and two names more by turns: a file and the commit that names it are two.
        let disk = Frail::with_power_for(1 + cut_off % 2);
        let store = Arc::new(DurableStore::with_disk(&dir.path().join("lake"), Arc::new(disk)));
        match Lake::create_in(&url, store, LakeMeta::default()).await {
            Ok(lake) => break lake,
            Err(error) => assert!(error.to_string().contains("the power is cut"), "{error}"),
        }
        let half = Lake::open(&url).await;
        assert!(matches!(half, Err(LakeError::NoLake(_))), "after {cut_off}: {half:?}");
        cut_off += 1;
        assert!(cut_off < 100, "it never ends");
    };
    assert!(cut_off > 15, "only {cut_off}");
    let whole = LakeUrl::parse("memory://whole").expect("url");
    let whole = Lake::open_or_create(&whole, LakeMeta::default()).await.expect("whole");
    assert_eq!(sizes(&made).await, sizes(&whole).await);
    let again = Lake::open_or_create(&url, LakeMeta::default()).await.expect("again");
    assert_eq!((sizes(&again).await, again.meta()), (sizes(&whole).await, whole.meta()));
}

#[tokio::test]
async fn reading_a_lake_leaves_no_trace() {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    drop(Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake"));
    let ours = ["_tmp", "_locks"].map(|name| dir.path().join(name));
    for folder in &ours {
        std::fs::remove_dir_all(folder).expect("made by a writer");
    }
    let lake = Lake::open(&url).await.expect("open");
    let snapshot = lake.snapshot().await.expect("snapshot");
    assert!(!snapshot.table(&contract::REGION).read(&["name"]).await.expect("rows").is_empty());
    assert!(ours.iter().all(|folder| !folder.exists()));
}
