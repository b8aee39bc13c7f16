//! Small bodies that would take much.

use std::time::Duration;

use arrow::array::{ArrayRef, DictionaryArray, Int8Array};
use arrow::datatypes::Int8Type;
use arrow::ipc::CompressionType;
use arrow::ipc::writer::IpcWriteOptions;

use super::*;

fn of_arrow(rows: &RecordBatch, options: IpcWriteOptions) -> Option<Request> {
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &rows.schema(), options).expect("begun");
    // Where no codec is compiled in, nothing can be unpacked either.
    writer.write(rows).ok()?;
    let body = writer.into_inner().expect("ended");
    Some(Request { format: BodyFormat::ArrowStream, ..request(None, body) })
}

/// Rows that differ in their id alone; the other columns hold each text once.
fn alike(rows: usize, note: &str) -> RecordBatch {
    let once = |text: &str| -> ArrayRef {
        let keys = Int8Array::from(vec![0; rows]);
        let values: ArrayRef = Arc::new(StringArray::from(vec![text]));
        Arc::new(DictionaryArray::<Int8Type>::try_new(keys, values).expect("dictionary"))
    };
    let ids: ArrayRef = Arc::new(StringArray::from_iter_values((0..rows).map(|row| row.to_string())));
    let columns = [("id", ids), ("case", once("C")), ("at", once("2023-09-01 09:00:00")), ("note", once(note))];
    RecordBatch::try_from_iter(columns).expect("rows")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_stream_is_refused_before_it_is_unpacked() {
    let place = Place::new().await;
    let push = place.push();
    for kind in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        let options = IpcWriteOptions::default().try_with_compression(Some(kind)).expect("options");
        let Some(request) = of_arrow(&alike(500, "x"), options) else { continue };
        let error = land(&push, request).await.expect_err("refused").to_string();
        assert!(error.contains("its batches are compressed"), "{error}");
    }
    let plain = of_arrow(&alike(500, "x"), IpcWriteOptions::default()).expect("written");
    assert_eq!(land(&push, plain).await.expect("landed").receipt.landed, 500);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_out_of_proportion_to_its_body_is_sent_back() {
    let place = Place::new().await;
    let options = PushOptions { max_body: 256 * 1024, ..PushOptions::default() };
    let push = place.push_at(Arc::new(SystemClock::default()), options);
    let large = of_arrow(&alike(10_000, &"y".repeat(10_000)), IpcWriteOptions::default()).expect("written");
    let error = land(&push, large).await.expect_err("refused");
    assert!(matches!(error, PushError::Expands { .. }), "{error}");
    // A name a record that all others then lack.
    let wide = (0..4_000).map(|at| format!(",\"n{at}\":1")).collect::<String>();
    let first = format!("{{\"id\":\"1\",\"case\":\"C\",\"at\":\"2023-09-01 09:00:00\"{wide}}}\n");
    let error = land(&push, request(None, first + &"{}\n".repeat(10_000))).await.expect_err("refused");
    assert!(matches!(error, PushError::Expands { .. }), "{error}");
    assert_eq!(place.rows().await, [0, 0, 0]);
}

fn months(from: i32, count: i32) -> String {
    let of = |at: i32| {
        let (year, month) = (from + at / 12, at % 12 + 1);
        line(&format!("{year}-{month}"), &format!("{year:04}-{month:02}-01 09:00:00"))
    };
    (0..count).map(of).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn history_lands_in_a_file_a_month_and_no_further_back_than_there_is_any() {
    let place = Place::new().await;
    let push = place.push();
    let landed = land(&push, request(None, months(2008, 150))).await.expect("landed").receipt.landed;
    assert_eq!((landed, place.rows().await[0]), (150, 150));
    let table = std::fs::read_dir(place.dir.path().join("lake/workflow_event")).expect("folder");
    let folders =
        table.map(|entry| entry.expect("entry").path()).filter(|path| path.to_string_lossy().contains("month="));
    let files = folders.map(|folder| std::fs::read_dir(folder).expect("folder").count()).collect::<Vec<_>>();
    assert_eq!(files, [1; 150]);
    let error = land(&push, request(None, months(2000, 280))).await.expect_err("refused");
    assert!(matches!(error, PushError::Scattered { .. }), "{error}");
    let old = land(&push, request(None, months(1949, 12))).await.expect("told").receipt;
    assert_eq!((old.landed, old.quarantined), (3, 9));
    assert_eq!((old.refused[0].rule.as_str(), old.refused[0].field.as_deref()), ("out_of_range", Some("occurred_at")));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_hangs_up_keeps_the_place_until_all_is_done() {
    let place = Place::new().await;
    let push = place.push_at(Arc::new(SystemClock::default()), PushOptions { queue: 1, ..Default::default() });
    let held = place.lake.lock("quarantine").await.expect("lock");
    let body = request(None, line("1", "2023-09-01 09:00:00"));
    let gone = tokio::time::timeout(Duration::from_millis(300), land(&push, body)).await;
    assert!(gone.is_err() && push.admit("t").is_none());
    drop(held);
    for _ in 0..200 {
        if push.admit("t").is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert!(push.admit("t").is_some());
    assert_eq!(place.rows().await, [1, 1, 0]);
}
