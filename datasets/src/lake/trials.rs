//! Many writers of one table, each as if it were a process of its own.

use super::tests::{lines, refused};
use super::{Lake, LakeMeta, LakeUrl};
use crate::contract::QUARANTINE;

const WRITERS: i64 = 10;
/// Commits here; the long test makes more.
const COMMITS: i64 = 100;

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_writers_none_drops_a_commit() {
    let told = std::env::var("SUNLAKE_WRITERS_COMMITS").ok().and_then(|commits| commits.parse().ok());
    let each = told.unwrap_or(COMMITS) / WRITERS;
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("made");
    let begun = lake.table(&QUARANTINE).refresh().await.expect("state").version();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let url = url.clone();
            tokio::spawn(async move {
                let lake = Lake::open(&url).await.expect("open");
                let table = lake.table(&QUARANTINE);
                for commit in 0..each {
                    let line = writer * each + commit;
                    let _lock = lake.lock(table.name()).await.expect("lock");
                    let rows = refused(&writer.to_string(), line..line + 1);
                    table.put(&[rows], None, None).await.expect("committed");
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.expect("a writer ended well");
    }
    let all = each * WRITERS;
    assert_eq!(lines(&lake).await, (0..all).collect::<Vec<_>>(), "rows");
    let version = lake.table(&QUARANTINE).refresh().await.expect("state").version();
    assert_eq!(version - begun, u64::try_from(all).expect("count"), "commits");
    let again = Lake::open(&url).await.expect("again");
    assert_eq!(lines(&again).await.len(), usize::try_from(all).expect("count"));
}
