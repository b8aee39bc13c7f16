use std::path::{Path as FsPath, PathBuf};

use arrow::array::RecordBatch;

use super::super::tests::refused;
use super::super::{LakeMeta, LakeUrl};
use super::*;
use crate::contract::{OFFICE_HOURS, REGION};
use crate::reference::{edit, remember};

async fn lake() -> (tempfile::TempDir, Lake) {
    let dir = tempfile::tempdir().expect("dir");
    let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
    (dir, Lake::open_or_create(&url, LakeMeta::default()).await.expect("made"))
}

/// The one data file of a table.
fn data_file(dir: &FsPath, table: &str) -> PathBuf {
    let mut files = std::fs::read_dir(dir.join(table)).expect("folder").map(|entry| entry.expect("entry").path());
    files.find(|file| file.extension().is_some_and(|extension| extension == "parquet")).expect("a file")
}

async fn rows(lake: &Lake, contract: &'static Contract) -> Vec<RecordBatch> {
    let fields: Vec<&str> = contract.fields.iter().map(|field| field.name).collect();
    lake.table(contract).snapshot().await.expect("held").read(&fields).await.expect("rows")
}

async fn said(lake: &Lake) -> Vec<String> {
    let report = lake.verify(None).await.expect("verified");
    report.findings.into_iter().map(|finding| format!("{} {}", finding.table, finding.what)).collect()
}

#[tokio::test]
async fn a_new_lake_is_whole_and_an_orphan_is_harmless() {
    let (dir, lake) = lake().await;
    std::fs::write(dir.path().join("region/part-orphan.parquet"), "left behind").expect("file");
    let report = lake.verify(None).await.expect("verified");
    assert_eq!(report.wrong, 0, "{:?}", report.findings);
    let region = report.tables.iter().find(|table| table.table == REGION.table).expect("region");
    assert_eq!((region.rows, region.orphans, region.orphan_bytes), (3776, 1, 11));
}

#[tokio::test]
async fn what_is_damaged_or_missing_is_named() {
    let (dir, lake) = lake().await;
    let file = data_file(dir.path(), "region");
    let whole = std::fs::read(&file).expect("bytes");
    let mut bytes = whole.clone();
    for byte in &mut bytes[100..400] {
        *byte ^= 0xff;
    }
    std::fs::write(&file, &bytes).expect("damaged");
    assert!(said(&lake).await.iter().any(|what| what.starts_with("region cannot be read")), "damaged");
    std::fs::write(&file, &whole[..whole.len() - 1]).expect("cut");
    assert!(said(&lake).await.iter().any(|what| what.starts_with("region has") && what.contains("its log says")));
    std::fs::remove_file(&file).expect("removed");
    assert!(said(&lake).await.iter().any(|what| what.starts_with("region is missing")));
    std::fs::write(&file, &whole).expect("back");
    assert_eq!(said(&lake).await, [""; 0]);
}

#[tokio::test]
async fn no_bit_changes_unseen() {
    let (dir, lake) = lake().await;
    let file = data_file(dir.path(), "region");
    let whole = std::fs::read(&file).expect("bytes");
    for at in (0..whole.len()).step_by(whole.len() / 24) {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        std::fs::write(&file, &bytes).expect("damaged");
        let report = lake.verify(Some(&REGION)).await.expect("verified");
        let told = report.findings.iter().any(|found| found.what.contains("its SHA-256 is another"));
        assert!(told, "byte {at}: {:?}", report.findings);
    }
    std::fs::write(&file, &whole).expect("back");
    let report = lake.verify(Some(&REGION)).await.expect("verified");
    assert_eq!((report.wrong, report.without_digest), (0, 0));
}

#[tokio::test]
async fn a_stand_on_a_version_that_is_not_there_is_told() {
    let (_dir, lake) = lake().await;
    let state = lake.table(&CASE_STATE);
    let base = state.refresh().await.expect("state");
    let once = [
        super::super::Once { app_id: super::super::stand(&REGION), attempt: 9 },
        super::super::Once { app_id: super::super::DERIVE_RUN.to_owned(), attempt: 1 },
    ];
    state.commit(&base, Vec::new(), &once, HashMap::new()).await.expect("stand");
    let said = said(&lake).await;
    assert!(said.iter().any(|what| what.starts_with("region is at version 1") && what.contains("lost")), "{said:?}");
    for table in ["card", "village_day", "village_item_month", "org_item_day", "handling_hist"] {
        assert!(said.iter().any(|what| what.starts_with(&format!("{table} is of run 0"))), "{said:?}");
    }
    assert_eq!(said.len(), 6, "{said:?}");
}

#[tokio::test]
async fn rows_of_a_batch_that_the_ledger_does_not_know_are_told() {
    let (_dir, lake) = lake().await;
    lake.table(&QUARANTINE).put(&[refused("1", 0..3)], None, None).await.expect("put");
    let said = said(&lake).await;
    assert!(
        said.len() == 1 && said[0].contains("has rows (3) of batch 1, which ingest_batch does not know"),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_key_that_comes_twice_is_told_with_its_files() {
    let (_dir, lake) = lake().await;
    let table = lake.table(&REGION);
    let rows = rows(&lake, &REGION).await;
    table.put(&[rows[0].slice(0, 2)], None, None).await.expect("again");
    let said = said(&lake).await;
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains("rows have one key (edition, code), here and in part-"), "{said:?}");
}

#[tokio::test]
async fn a_rule_that_was_replaced_is_no_second_one_of_its_key() {
    let (_dir, lake) = lake().await;
    let held = rows(&lake, &OFFICE_HOURS).await;
    let put = edit::rows(&OFFICE_HOURS, b"region,valid_from,weekday_windows\nGX,2000-01-01,09:00-17:00\n");
    let new = edit::merged(&OFFICE_HOURS, &held, &put.expect("rows")).expect("merged");
    let now = jiff::Timestamp::from_microsecond(1).expect("an instant");
    let all = remember::remember(&OFFICE_HOURS, &held, &new, now).expect("remembered");
    assert_eq!(all.num_rows(), new.num_rows() + 1);
    lake.replace(&OFFICE_HOURS, &[all], None).await.expect("put");
    assert_eq!(said(&lake).await, [""; 0]);
    lake.table(&OFFICE_HOURS).put(&[new.slice(0, 1)], None, None).await.expect("again");
    assert_eq!(said(&lake).await.len(), 1, "one that stands is");
}
