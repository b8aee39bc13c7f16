use std::io::Cursor;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use arrow::ipc::reader::StreamReader;
use jiff::tz::TimeZone;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use serde_json::{Value, json};

use super::*;

fn batch() -> RecordBatch {
    let n: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
    let text: ArrayRef = Arc::new(StringArray::from(vec!["=1+1", "石康, \"村\""]));
    RecordBatch::try_from_iter_with_nullable([("n", n, true), ("name", text, false)]).expect("batch")
}

fn head() -> Head {
    Head {
        schema: batch().schema(),
        sql: "select n, name from x".into(),
        params: vec![("from".into(), "2018-05-01".into())],
        versions: vec![("card", 3)],
        as_of: "2018-09-13T00:00:00Z".parse().expect("instant"),
        made: "2018-09-13T00:00:01Z".parse().expect("instant"),
        zone: TimeZone::UTC,
        zone_name: "UTC".into(),
    }
}

fn end(truncated: bool, trouble: Option<Trouble>) -> End {
    End { rows: 2, truncated, millis: 7, trouble }
}

/// The whole answer in one form.
fn written(form: Form, batches: &[RecordBatch], end: &End) -> Result<Vec<u8>, Trouble> {
    let mut encoder = encoder(form, &head(), Lang::En, false)?;
    let mut bytes = Vec::new();
    for batch in batches {
        bytes.extend(encoder.rows(batch)?);
    }
    bytes.extend(encoder.end(end)?);
    Ok(bytes)
}

#[test]
fn json_says_what_the_rows_are_and_whether_they_are_all() {
    let bytes = written(Form::Json, &[batch(), batch()], &end(true, None)).expect("written");
    let told: Value = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!(told["columns"][0], json!({ "name": "n", "type": "bigint", "nullable": true }));
    assert_eq!(told["rows"].as_array().map(Vec::len), Some(4));
    assert_eq!(told["rows"][1], json!({ "n": null, "name": "石康, \"村\"" }));
    assert_eq!((&told["truncated"], &told["tables"]["card"], &told["row_count"]), (&json!(true), &json!(3), &json!(2)));
    assert_eq!(told.get("problem"), None);
    let none: Value =
        serde_json::from_slice(&written(Form::Json, &[], &end(false, None)).expect("written")).expect("JSON");
    assert_eq!(none["rows"], json!([]));
    let trouble = Trouble { place: Some((1, 2)), ..Trouble::misasked("no") };
    let broken = written(Form::Json, &[batch()], &end(false, Some(trouble))).expect("written");
    let broken: Value = serde_json::from_slice(&broken).expect("JSON");
    assert_eq!((&broken["problem"]["detail"], &broken["problem"]["column"]), (&json!("no"), &json!(2)));
}

#[test]
fn csv_has_no_formulas() {
    let bytes = written(Form::Csv, &[batch()], &end(false, None)).expect("written");
    let text = String::from_utf8(bytes).expect("text");
    assert_eq!(text, "n,name\r\n1,\"'=1+1\"\r\n,\"石康, \"\"村\"\"\"\r\n");
    let none = written(Form::Csv, &[], &end(false, None)).expect("written");
    assert_eq!(none, b"n,name\r\n");
    let mut for_people = encoder(Form::Csv, &head(), Lang::Zh, true).expect("encoder");
    assert!(for_people.rows(&batch()).expect("rows").starts_with("\u{feff}n,".as_bytes()));
}

#[test]
fn arrow_and_parquet_are_read_back() {
    let bytes = written(Form::Arrow, &[batch(), batch()], &end(false, None)).expect("written");
    let read = StreamReader::try_new(Cursor::new(bytes), None).expect("a stream");
    assert_eq!(read.collect::<Result<Vec<_>, _>>().expect("batches"), [batch(), batch()]);
    let bytes = written(Form::Parquet, &[batch(), batch()], &end(false, None)).expect("written");
    let file = tempfile::NamedTempFile::new().expect("file");
    std::fs::write(file.path(), bytes).expect("written");
    let read = ParquetRecordBatchReader::try_new(file.reopen().expect("open"), 1024).expect("a file");
    assert_eq!(read.map(|batch| batch.expect("batch").num_rows()).sum::<usize>(), 4);
}

#[test]
fn a_workbook_is_one_and_has_bounds() {
    let bytes = written(Form::Xlsx, &[batch()], &end(false, None)).expect("written");
    assert!(bytes.starts_with(b"PK"));
    let book = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook");
    assert!(book.file_names().any(|name| name.ends_with("sheet2.xml")), "the sheet that tells what it is");
}

#[test]
fn a_file_is_whole_or_none() {
    for form in Form::ALL.into_iter().filter(|form| form.is_file()) {
        let cut = written(form, &[batch()], &end(true, None)).expect_err("cut off");
        assert!(cut.is_limit() && cut.detail.contains("2 rows"), "{form:?}: {cut:?}");
        let broken = written(form, &[batch()], &end(false, Some(Trouble::misasked("no"))));
        assert_eq!(broken.expect_err("broken off").detail, "no", "{form:?}");
    }
}
