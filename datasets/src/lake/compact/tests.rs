use std::collections::HashMap;

use super::super::tests::{lines, refused};
use super::super::{Come, LakeMeta, LakeUrl};
use super::*;
use crate::clock::{Clock, SystemClock};
use crate::contract::{CASE_STATE, QUARANTINE};

fn now() -> Timestamp {
    SystemClock::default().now()
}

/// A lake with so many small files in one table, their rows in the reverse order of their making.
async fn lake(files: i64) -> Lake {
    let lake =
        Lake::open_or_create(&LakeUrl::parse("memory://x").expect("url"), LakeMeta::default()).await.expect("made");
    for file in 0..files {
        let first = (files - file) * 5;
        let rows = refused("b", first..first + 5);
        lake.table(&QUARANTINE).put(&[rows], None, None).await.expect("put");
    }
    lake
}

#[tokio::test]
async fn small_files_become_one_in_order_and_readers_keep_theirs() {
    let lake = lake(40).await;
    let pinned = lake.table(&QUARANTINE).snapshot().await.expect("pinned");
    let before = lines(&lake).await;
    let plan = lake.compact(&QUARANTINE, &CompactOptions { dry_run: true, ..CompactOptions::at(now()) }).await;
    assert_eq!(plan.expect("plan").files_before, 40);
    assert_eq!(lake.table(&QUARANTINE).snapshot().await.expect("same").version, pinned.version, "nothing is done");
    let heard = std::sync::Mutex::new(Vec::<Come>::new());
    let watch = |come: Come| heard.lock().expect("free").push(come);
    let report = lake.compact_watched(&QUARANTINE, &CompactOptions::at(now()), &watch).await.expect("compacted");
    assert!(report.version.is_some() && report.rows >= 200, "{report:?}");
    let last = heard.lock().expect("free").last().copied().expect("was told");
    assert_eq!((last.stage, last.rows, last.bytes), ("quarantine", report.rows, report.bytes_before));
    assert_eq!(last.of, last.bytes);
    let after = lake.table(&QUARANTINE).snapshot().await.expect("after");
    assert_eq!((after.files.len(), lines(&lake).await), (1, before));
    let rows = after.read(&["line"]).await.expect("rows");
    let in_file: Vec<i64> = rows
        .iter()
        .flat_map(|rows| {
            let lines = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>(rows.column(0));
            lines.values().to_vec()
        })
        .collect();
    assert!(in_file.is_sorted(), "{in_file:?}");
    assert_eq!(pinned.read(&["line"]).await.expect("old files").iter().map(|rows| rows.num_rows()).sum::<usize>(), 200);
    let news = lake.table(&QUARANTINE).news_since(pinned.version).await.expect("news");
    assert!(news.added.is_empty() && !news.withdrawn, "no row has changed");
    let again = lake.compact(&QUARANTINE, &CompactOptions::at(now())).await.expect("again");
    assert_eq!((again.version, again.files_before), (None, 0));
    let found = lake.verify(None).await.expect("verified").findings;
    assert!(found.iter().all(|found| found.what.contains("ingest_batch does not know")), "{found:?}");
}

#[tokio::test]
async fn what_is_added_meanwhile_stays_and_what_has_gone_is_not_brought_back() {
    let lake = lake(4).await;
    let table = lake.table(&QUARANTINE);
    let pinned = table.snapshot().await.expect("pinned");
    let groups = plan(&pinned, &HashSet::new(), &CompactOptions::at(now()));
    let swaps = merge_all(&table, &pinned, groups.clone(), &mut Teller::new("", 0, &|_| ())).await.expect("merged");
    table.put(&[refused("c", 100..101)], None, None).await.expect("meanwhile");
    let how = |attempt| SwapOptions {
        operation: DeltaOperation::Optimize { predicate: None, target_size: 1 },
        data_change: false,
        once: Once { app_id: COMPACT.to_owned(), attempt },
        now: now(),
    };
    assert_eq!(table.commit_swaps(swaps, how(1)).await.expect("committed").map(|(_, done)| done), Some(1));
    assert_eq!(lines(&lake).await.len(), 21);
    let late = merge_all(&table, &pinned, groups, &mut Teller::new("", 0, &|_| ())).await.expect("merged once more");
    assert!(table.commit_swaps(late, how(2)).await.expect("looked").is_none(), "its files are gone");
    assert_eq!(lines(&lake).await.len(), 21);
}

#[tokio::test]
async fn rows_are_not_lost_when_a_vacuum_takes_what_was_merged() {
    let lake = lake(4).await;
    let table = lake.table(&QUARANTINE);
    let pinned = table.snapshot().await.expect("pinned");
    let groups = plan(&pinned, &HashSet::new(), &CompactOptions::at(now()));
    let swaps = merge_all(&table, &pinned, groups, &mut Teller::new("", 0, &|_| ())).await.expect("merged");
    // As if the merge had taken hours: nobody holds the table's lock meanwhile.
    let later = now().saturating_add(2.hours()).expect("later");
    assert_eq!(lake.vacuum(Some(&QUARANTINE), 30, later).await.expect("vacuum").files.len(), 1);
    let how = SwapOptions {
        operation: DeltaOperation::Optimize { predicate: None, target_size: 1 },
        data_change: false,
        once: Once { app_id: COMPACT.to_owned(), attempt: 1 },
        now: now(),
    };
    let gone = table.commit_swaps(swaps, how).await.expect_err("gone");
    assert!(matches!(gone, LakeError::Removed { .. }), "{gone}");
    assert_eq!(table.snapshot().await.expect("same").version, pinned.version);
    assert_eq!(lines(&lake).await.len(), 20);
}

#[tokio::test]
async fn what_the_derived_tables_have_yet_to_find_by_name_is_left() {
    let lake = lake(3).await;
    let state = lake.table(&CASE_STATE);
    let base = state.refresh().await.expect("state");
    let stood = lake.table(&QUARANTINE).refresh().await.expect("state").version();
    let once = Once { app_id: super::super::stand(&QUARANTINE), attempt: i64::try_from(stood).expect("version") };
    state.commit(&base, Vec::new(), &[once], HashMap::new()).await.expect("stand");
    for line in 50..53 {
        lake.table(&QUARANTINE).put(&[refused("d", line..line + 1)], None, None).await.expect("put");
    }
    let report = lake.compact(&QUARANTINE, &CompactOptions::at(now())).await.expect("compacted");
    assert_eq!(report.files_before, 3);
    assert_eq!(lake.table(&QUARANTINE).news_since(stood).await.expect("news").added.len(), 3);
    assert_eq!(lake.table(&QUARANTINE).snapshot().await.expect("after").files.len(), 4);
}

#[tokio::test]
async fn a_tidied_log_still_knows_what_has_landed() {
    let lake = lake(0).await;
    let table = lake.table(&QUARANTINE);
    let once = Once { app_id: "batch/1".into(), attempt: 1 };
    for line in 0..5 {
        let once = Once { app_id: format!("batch/{line}"), ..once.clone() };
        table.put(&[refused("e", line..line + 1)], None, Some(&once)).await.expect("put");
    }
    // As if a month had gone by: the store's clock is the machine's.
    let later = now().saturating_add((24 * 365).hours()).expect("later");
    let gone = table.tidy_log(Some(u64::MAX), later).await.expect("tidied");
    assert!(gone > 0 && table.oldest_commit().await.expect("log") > Some(0), "{gone}");
    assert_eq!(lines(&lake).await, (0..5).collect::<Vec<_>>());
    assert!(table.has_landed(&once).await.expect("asked"));
    table.put(&[refused("e", 9..10)], None, Some(&once)).await.expect("put");
    assert_eq!(lines(&lake).await.len(), 5, "landed once, as before");
    assert!(matches!(table.news_since(0).await, Err(LakeError::LogGone { .. })));
}
