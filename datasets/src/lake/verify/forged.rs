//! Files whose bytes are as they were written, and that are not what they say of themselves: out of order, with
//! values beyond their statistics, or denied by a Bloom filter, as a writer with a fault leaves them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, BinaryArray, StringArray, TimestampMicrosecondArray, UInt32Array, new_null_array};
use arrow::compute::take_record_batch;
use arrow::datatypes::DataType;
use arrow::record_batch::RecordBatch;
use bytes::Bytes;
use parquet::file::reader::{FileReader, SerializedFileReader};
use sha2::{Digest, Sha256};

use super::super::{Lake, LakeMeta, LakeUrl};
use crate::contract::DISCLOSURE_OBLIGATION;

const ROWS: usize = 3;

/// So many rows in the table's order; texts are told apart by their last sign.
fn rows() -> RecordBatch {
    let schema = DISCLOSURE_OBLIGATION.schema();
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        match field.data_type() {
            DataType::Utf8 => {
                Arc::new(StringArray::from_iter_values((0..ROWS).map(|row| format!("{}-{row}", field.name()))))
            }
            DataType::Binary => Arc::new(BinaryArray::from_iter_values(std::iter::repeat_n([7_u8; 16], ROWS))),
            DataType::Timestamp(..) => Arc::new(TimestampMicrosecondArray::from(vec![1; ROWS]).with_timezone("UTC")),
            other if field.is_nullable() => new_null_array(other, ROWS),
            other => arrow::compute::cast(&StringArray::from(vec!["1"; ROWS]), other).expect("a number"),
        }
    });
    RecordBatch::try_new(schema.clone(), columns.collect()).expect("rows")
}

/// A lake whose table has one file with these rows as they come.
async fn lake_of(rows: &RecordBatch) -> (tempfile::TempDir, Lake) {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("made");
    let table = lake.table(&DISCLOSURE_OBLIGATION);
    let mut writer = table.writer();
    writer.write_sorted(rows).await.expect("written");
    let files = writer.finish().await.expect("finished");
    table.commit_files(files, None, &[], std::collections::HashMap::new()).await.expect("committed");
    (dir, lake)
}

/// What is found of the one file, but that nothing is known of its batches.
async fn found(lake: &Lake) -> Vec<String> {
    let report = lake.verify(Some(&DISCLOSURE_OBLIGATION)).await.expect("verified");
    let found = report.findings.into_iter().map(|finding| finding.what);
    found.filter(|what| !what.contains("which ingest_batch does not know")).collect()
}

fn one_of(dir: &Path, ends: &str) -> PathBuf {
    let mut names: Vec<PathBuf> = std::fs::read_dir(dir).expect("folder").map(|e| e.expect("entry").path()).collect();
    names.retain(|path| path.to_string_lossy().ends_with(ends));
    names.sort();
    names.pop().expect("a file")
}

/// Changes the file's bytes, and its log so that it tells the SHA-256 of what is there now. The lake as it is read
/// anew.
async fn forge(dir: &Path, change: impl FnOnce(&mut Vec<u8>)) -> Lake {
    let table = dir.join(DISCLOSURE_OBLIGATION.table);
    let file = one_of(&table, ".parquet");
    let mut bytes = std::fs::read(&file).expect("bytes");
    let before = hex::encode(Sha256::digest(&bytes));
    change(&mut bytes);
    let after = hex::encode(Sha256::digest(&bytes));
    assert_ne!(before, after, "nothing was changed");
    std::fs::write(&file, &bytes).expect("written");
    edit_log(&table, &before, &after);
    reopened(dir).await
}

fn edit_log(table: &Path, before: &str, after: &str) {
    let log = one_of(&table.join("_delta_log"), ".json");
    let text = std::fs::read_to_string(&log).expect("log");
    assert!(text.contains(before), "{before} is not in {text}");
    std::fs::write(&log, text.replace(before, after)).expect("log");
}

async fn reopened(dir: &Path) -> Lake {
    let url = LakeUrl::parse(&dir.display().to_string()).expect("url");
    Lake::open(&url).await.expect("opened")
}

/// Replaces a text by another of its length.
fn replace(bytes: &mut [u8], from: usize, old: &[u8], new: &[u8]) {
    let at: Vec<usize> = (from..bytes.len() - old.len()).filter(|at| bytes[*at..].starts_with(old)).collect();
    assert!(!at.is_empty(), "{} is not there", String::from_utf8_lossy(old));
    at.into_iter().for_each(|at| bytes[at..at + new.len()].copy_from_slice(new));
}

#[tokio::test]
async fn rows_in_order_within_their_statistics_pass() {
    let (_dir, lake) = lake_of(&rows()).await;
    assert_eq!(found(&lake).await, [""; 0]);
}

#[tokio::test]
async fn rows_out_of_order_are_told() {
    let backwards: UInt32Array = (0..ROWS as u32).rev().collect();
    let (_dir, lake) = lake_of(&take_record_batch(&rows(), &backwards).expect("rows")).await;
    let found = found(&lake).await;
    assert!(
        matches!(&found[..], [what] if what.contains("is not in order of village_code, due_at from row 1")),
        "{found:?}"
    );
}

#[tokio::test]
async fn values_beyond_the_statistics_of_a_row_group_are_told() {
    let (dir, _lake) = lake_of(&rows()).await;
    let lake = forge(dir.path(), |bytes| {
        let tail: [u8; 4] = bytes[bytes.len() - 8..bytes.len() - 4].try_into().expect("length of the footer");
        let footer = bytes.len() - 8 - u32::from_le_bytes(tail) as usize;
        replace(bytes, footer, b"village_code-2", b"village_code-1");
    })
    .await;
    let found = found(&lake).await;
    let told = "has values of village_code beyond the statistics of row group 0";
    assert!(matches!(&found[..], [what] if what.contains(told)), "{found:?}");
}

#[tokio::test]
async fn values_beyond_what_the_log_says_are_told() {
    let (dir, _lake) = lake_of(&rows()).await;
    edit_log(&dir.path().join(DISCLOSURE_OBLIGATION.table), "village_code-2", "village_code-1");
    let found = found(&reopened(dir.path()).await).await;
    let told = "has values of village_code beyond what the log says";
    assert!(matches!(&found[..], [what] if what.contains(told)), "{found:?}");
}

#[tokio::test]
async fn a_bloom_filter_that_denies_a_value_is_told() {
    let (dir, _lake) = lake_of(&rows()).await;
    let lake = forge(dir.path(), |bytes| {
        let reader = SerializedFileReader::new(Bytes::from(bytes.clone())).expect("Parquet");
        let group = reader.metadata().row_group(0);
        let column = group.columns().iter().find(|column| column.column_path().string() == "obligation_id");
        let column = column.expect("the column");
        let begin = usize::try_from(column.bloom_filter_offset().expect("a filter")).expect("offset");
        let length = usize::try_from(column.bloom_filter_length().expect("its length")).expect("length");
        // Of so few values it is one block of 32 bytes, behind its header.
        bytes[begin + length - 32..begin + length].fill(0);
    })
    .await;
    let found = found(&lake).await;
    let told = "has a value of obligation_id that its Bloom filter denies";
    assert!(matches!(&found[..], [what] if what.contains(told)), "{found:?}");
}
