use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, new_null_array,
};

use super::super::{Come, CompactOptions, LakeMeta, LakeUrl};
use super::*;
use crate::clock::{Clock, SystemClock};
use crate::contract::{FEEDBACK_MESSAGE, FEEDBACK_REPLY, Kind, PARCEL, WORKFLOW_CASE, WORKFLOW_EVENT};

fn now() -> Timestamp {
    SystemClock::default().now()
}

/// A row of a fact table with these texts.
fn row(contract: &'static Contract, told: &[(&str, &str)]) -> RecordBatch {
    let columns = contract.fields.iter().map(|field| -> ArrayRef {
        let text = told.iter().find(|(name, _)| *name == field.name).map(|(_, text)| *text);
        match (field.kind, text) {
            (_, None) if field.nullable => new_null_array(&field.kind.arrow("UTC"), 1),
            (Kind::Int, _) => Arc::new(Int64Array::from(vec![1])),
            (Kind::Bool, _) => Arc::new(BooleanArray::from(vec![false])),
            (Kind::Date, _) => Arc::new(Date32Array::from(vec![1])),
            (Kind::Instant, _) => Arc::new(TimestampMicrosecondArray::from(vec![1_000_000]).with_timezone("UTC")),
            (Kind::Bytes, _) => Arc::new(BinaryArray::from_iter_values([[7_u8; 16]])),
            (_, text) => Arc::new(StringArray::from(vec![text.unwrap_or("x")])),
        }
    });
    RecordBatch::try_new(contract.schema(), columns.collect()).expect("a row")
}

async fn put(lake: &Lake, contract: &'static Contract, told: &[(&str, &str)]) {
    lake.table(contract).put(&[row(contract, told)], None, None).await.expect("put");
}

/// A lake on the disk with messages of two people, each in a file of its own, and a reply to each.
async fn lake() -> (tempfile::TempDir, Lake) {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("made");
    for (id, author, batch) in [("M1", "aa", "b1"), ("M2", "bb", "b2"), ("M1", "aa", "b3")] {
        let told = [("msg_id", id), ("author_hash", author), ("hash_key_id", "k"), ("text", "t"), ("batch_id", batch)];
        put(&lake, &FEEDBACK_MESSAGE, &told).await;
    }
    for (id, to) in [("R1", "M1"), ("R2", "M2")] {
        put(&lake, &FEEDBACK_REPLY, &[("reply_id", id), ("msg_id", to), ("text", "t"), ("batch_id", "b4")]).await;
    }
    put(&lake, &PARCEL, &[("parcel_id", "P"), ("tracking_no_hash", "cc"), ("hash_key_id", "other")]).await;
    (dir, lake)
}

fn hashes() -> BTreeSet<String> {
    BTreeSet::from(["aa".to_owned()])
}

async fn plan(lake: &Lake) -> LakeErasure {
    lake.plan_erase(&hashes(), &["k".to_owned()], &|_| ()).await.expect("plan")
}

/// Of each row of a table whether it has that text.
async fn known(lake: &Lake, contract: &'static Contract, field: &str) -> Vec<(String, bool)> {
    let table = lake.table(contract).snapshot().await.expect("snapshot");
    let mut known: Vec<(String, bool)> = Vec::new();
    for rows in table.read(&[contract.key[0], field]).await.expect("rows") {
        let keys = rows.column(0).as_string::<i32>();
        known.extend((0..rows.num_rows()).map(|at| (keys.value(at).to_owned(), rows.column(1).is_valid(at))));
    }
    known.sort_unstable();
    known
}

fn data_files(dir: &tempfile::TempDir, contract: &Contract) -> usize {
    let files = std::fs::read_dir(dir.path().join(contract.table)).expect("folder");
    files.filter(|entry| entry.as_ref().is_ok_and(|entry| is_data(&entry.file_name().to_string_lossy()))).count()
}

#[tokio::test]
async fn who_waits_hears_of_every_row_and_byte() {
    let (_dir, lake) = lake().await;
    let heard = std::sync::Mutex::new(Vec::<Come>::new());
    let watch = |come: Come| heard.lock().expect("free").push(come);
    let last = |stage: &str| {
        let heard = heard.lock().expect("free");
        heard.iter().rfind(|come| come.stage == stage).copied().expect("was told")
    };
    let planned = lake.plan_erase(&hashes(), &["k".to_owned()], &watch).await.expect("plan");
    let held = lake.snapshot().await.expect("held");
    let personal = contract::ALL.iter().copied().filter(|table| is_personal(table));
    let bytes: u64 = personal.map(|table| held.table(table).bytes()).sum();
    let Come { rows, bytes: done, of, .. } = last("look into tables");
    assert_eq!((rows, done, of), (6, bytes, bytes));
    lake.erase(&planned, "1", now(), &watch).await.expect("erased");
    let of_person = [&FEEDBACK_MESSAGE, &FEEDBACK_REPLY].map(|table| held.table(table));
    let files = planned.tables.iter().flat_map(|part| &part.live);
    let written: u64 = files.map(|file| file.size).sum();
    assert!(written < of_person.iter().map(|table| table.bytes()).sum::<u64>(), "files of others stay");
    let Come { rows, bytes: done, of, .. } = last("write anew");
    assert_eq!((rows, done, of), (3, written, written));
}

#[tokio::test]
async fn a_person_leaves_all_versions_and_the_disk_and_rows_stay() {
    let (dir, lake) = lake().await;
    lake.compact(&FEEDBACK_MESSAGE, &CompactOptions::at(now())).await.expect("compacted");
    let orphan = dir.path().join("feedback_reply/part-orphan.parquet");
    std::fs::write(&orphan, "left by a killed landing").expect("file");
    let planned = plan(&lake).await;
    let counts: Vec<_> =
        planned.tables.iter().map(|part| (part.table, part.rows, part.quotes, part.files, part.old_files)).collect();
    assert_eq!(counts, [("feedback_message", 2, 0, 1, 2), ("feedback_reply", 0, 1, 1, 1)]);
    assert_eq!(planned.batches, BTreeSet::from(["b1", "b3", "b4"].map(str::to_owned)));
    assert_eq!(planned.other_keys, BTreeSet::from(["other".to_owned()]));
    let stood = lake.table(&FEEDBACK_MESSAGE).refresh().await.expect("state").version();
    lake.erase(&planned, "2024-7", now(), &|_| ()).await.expect("erased");
    let person = |known: bool| ("M1".to_owned(), known);
    let other = ("M2".to_owned(), true);
    for field in ["author_hash", "hash_key_id", "text"] {
        assert_eq!(known(&lake, &FEEDBACK_MESSAGE, field).await, [person(false), person(false), other.clone()]);
    }
    assert_eq!(known(&lake, &FEEDBACK_MESSAGE, "row_hash").await, [person(true), person(true), other]);
    let replies = [("R1".to_owned(), false), ("R2".to_owned(), true)];
    assert_eq!(known(&lake, &FEEDBACK_REPLY, "text").await, replies);
    // The file of M2 alone stays beside the one that was written anew: an older version names it.
    assert_eq!((data_files(&dir, &FEEDBACK_MESSAGE), orphan.exists()), (2, false));
    let history = lake.history(&FEEDBACK_MESSAGE, 1).await.expect("history");
    assert_eq!((history[0].operation.as_str(), history[0].order.as_deref()), ("erase", Some("2024-7")));
    let news = lake.table(&FEEDBACK_MESSAGE).news_since(stood).await.expect("news");
    assert!(news.added.is_empty() && !news.withdrawn, "nothing that is worked out changes: {news:?}");
    let again = plan(&lake).await;
    assert!(again.tables.is_empty() && again.batches.is_empty());
}

#[tokio::test]
async fn what_is_news_stays_news_and_a_pinned_reader_is_told() {
    let (_dir, lake) = lake().await;
    let table = lake.table(&FEEDBACK_MESSAGE);
    let pinned = table.snapshot().await.expect("pinned");
    let before = table.news_since(0).await.expect("news").added;
    lake.erase(&plan(&lake).await, "1", now(), &|_| ()).await.expect("erased");
    let news = table.news_since(0).await.expect("news").added;
    let live: Vec<String> = table.snapshot().await.expect("now").files.iter().map(|file| file.name.clone()).collect();
    assert!(before.len() == 3 && live.len() == 3 && live.iter().all(|name| news.contains(name)), "{news:?}");
    assert!(news.iter().all(|name| live.contains(name)), "{news:?}");
    let told = pinned.read(&["msg_id"]).await.expect_err("gone");
    assert!(matches!(told, LakeError::FileGone { .. }), "{told}");
}

#[tokio::test]
async fn what_was_broken_off_is_found_again() {
    let (dir, lake) = lake().await;
    let whole = plan(&lake).await;
    // Killed after the replies, and after the commit of the messages but before their files are removed.
    let reply = whole.tables.iter().find(|part| part.table == "feedback_reply").expect("replies");
    lake.table(&FEEDBACK_REPLY).erase(reply, "1", now(), &mut Teller::new("", 0, &|_| ())).await.expect("erased");
    let rest = plan(&lake).await;
    assert_eq!(rest.tables.iter().map(|part| part.table).collect::<Vec<_>>(), ["feedback_message"]);
    let hidden = dir.path().join("hidden");
    let folder = dir.path().join("feedback_message");
    std::fs::create_dir(&hidden).expect("folder");
    for file in &rest.tables[0].live {
        std::fs::copy(folder.join(&file.name), hidden.join(&file.name)).expect("copied");
    }
    lake.erase(&rest, "1", now(), &|_| ()).await.expect("erased");
    for file in &rest.tables[0].live {
        std::fs::rename(hidden.join(&file.name), folder.join(&file.name)).expect("back");
    }
    let files = plan(&lake).await;
    assert_eq!((files.tables[0].files, files.tables[0].old_files), (0, 2));
    lake.erase(&files, "1", now(), &|_| ()).await.expect("erased");
    assert!(plan(&lake).await.tables.is_empty());
    assert_eq!(lake.table(&FEEDBACK_MESSAGE).snapshot().await.expect("rows").rows(), 3);
}

#[tokio::test]
async fn an_event_of_the_persons_case_does_not_tell_from_where_it_came() {
    let (_dir, lake) = lake().await;
    put(&lake, &WORKFLOW_CASE, &[("case_no", "C1"), ("applicant_hash", "aa"), ("hash_key_id", "k")]).await;
    for (id, case) in [("E1", "C1"), ("E2", "C2")] {
        let traces = [("ip_hash", "ff"), ("hash_key_id", "k"), ("geo", "109.12,21.47"), ("device_id", "D")];
        put(&lake, &WORKFLOW_EVENT, &[&[("event_id", id), ("case_no", case)][..], &traces].concat()).await;
    }
    lake.erase(&plan(&lake).await, "1", now(), &|_| ()).await.expect("erased");
    let event = |id: &str, known: bool| (id.to_owned(), known);
    for field in ["ip_hash", "hash_key_id", "geo"] {
        assert_eq!(known(&lake, &WORKFLOW_EVENT, field).await, [event("E1", false), event("E2", true)], "{field}");
    }
    assert_eq!(known(&lake, &WORKFLOW_EVENT, "device_id").await, [event("E1", true), event("E2", true)]);
    assert!(plan(&lake).await.tables.is_empty());
}
