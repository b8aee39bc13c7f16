//! The same records in every format and packing are the same rows.

use std::io::Write;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMillisecondArray};
use parquet::arrow::ArrowWriter;

use crate::support::{Place, real, text};
use crate::workbook::Cell::{Number, Text, Time};
use crate::workbook::{packed, workbook};

pub const MAPPING: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
attributes = ["备注"]
[output.fields]
event_id = "编号"
case_no = "业务号"
event_type = "环节"
occurred_at = "时间"
recorded_at = "时间"
seq = "序号"
step_name = { column = "步骤", optional = true }
"#;

pub const CSV: &str = "编号,业务号,环节,时间,序号,步骤,备注\n\
                       E1,TEST-1,ACCEPT,2018-05-16 09:00:00,1,村级受理,20\n\
                       E2,TEST-2,CLOSE,2018-05-17 10:30:00,2,,\n";

pub const NDJSON: &str = "{\"编号\":\"E1\",\"业务号\":\"TEST-1\",\"环节\":\"ACCEPT\",\"时间\":\"2018-05-16T09:00:00+08:00\",\
                      \"序号\":1,\"步骤\":\"村级受理\",\"备注\":20}\n\
                      {\"序号\":2,\"编号\":\"E2\",\"业务号\":\"TEST-2\",\"环节\":\"CLOSE\",\"时间\":\"2018-05-17 10:30:00\",\
                      \"备注\":null}\n";

pub fn mapping(place: &Place) -> String {
    text(&place.file("hall.toml", MAPPING)).to_owned()
}

pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(bytes).expect("gzip");
    gzip.finish().expect("gzip")
}

pub fn xlsx() -> Vec<u8> {
    let header = ["编号", "业务号", "环节", "时间", "序号", "步骤", "备注"].map(Text);
    workbook(&[
        header.into(),
        vec![Text("E1"), Text("TEST-1"), Text("ACCEPT"), Time(43_236.375), Number(1.0), Text("村级受理"), Number(20.0)],
        vec![Text("E2"), Text("TEST-2"), Text("CLOSE"), Time(43_237.437_5), Number(2.0)],
    ])
}

pub fn parquet() -> Vec<u8> {
    let texts = |values: [Option<&str>; 2]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    // Instants, 09:00 and 10:30 in Shanghai.
    let times = TimestampMillisecondArray::from(vec![1_526_432_400_000, 1_526_524_200_000]).with_timezone("UTC");
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("编号", texts([Some("E1"), Some("E2")]), true),
        ("业务号", texts([Some("TEST-1"), Some("TEST-2")]), true),
        ("环节", texts([Some("ACCEPT"), Some("CLOSE")]), true),
        ("时间", Arc::new(times) as ArrayRef, true),
        ("序号", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef, true),
        ("步骤", texts([Some("村级受理"), None]), true),
        ("备注", Arc::new(Int64Array::from(vec![Some(20), None])) as ArrayRef, true),
    ]);
    let batch = batch.expect("batch");
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), None).expect("writer");
    writer.write(&batch).expect("write");
    writer.close().expect("close");
    bytes
}

#[test]
fn one_table_is_the_same_rows_in_every_format() {
    let place = Place::new();
    let mapping = mapping(&place);
    let utf16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.iter().copied().chain(CSV.encode_utf16().flat_map(unit)).collect()
    };
    let lines: Vec<&str> = NDJSON.lines().collect();
    let array = format!("[\n{}\n]", lines.join(",\n"));
    let tsv = CSV.replace(',', "\t");
    let first = place.file("a.csv", CSV);
    let receipt = place.json(&["ingest", &mapping, text(&first)]);
    assert_eq!(receipt["landed"].as_i64(), Some(2), "{receipt}");
    for (name, bytes, encoding) in [
        ("little.csv", utf16(b"\xff\xfe", u16::to_le_bytes), "UTF-16LE"),
        ("big.csv", utf16(b"", u16::to_be_bytes), "UTF-16BE"),
        ("gb18030.csv", encoding_rs::GB18030.encode(CSV).0.into_owned(), "gb18030"),
        ("a.tsv", tsv.clone().into_bytes(), "UTF-8"),
        ("a.ndjson", NDJSON.as_bytes().to_vec(), "UTF-8"),
        ("a.json", array.clone().into_bytes(), "UTF-8"),
        ("inside.json", format!("{{\"total\":2,\"rows\":{array}}}").into_bytes(), "UTF-8"),
        ("a.xlsx", xlsx(), "XLSX"),
        ("a.parquet", parquet(), "Parquet"),
        ("a.csv.gz", gzipped(CSV.as_bytes()), "UTF-8"),
        ("a.xlsx.gz", gzipped(&xlsx()), "XLSX"),
        ("a.parquet.gz", gzipped(&parquet()), "Parquet"),
        ("a.csv.zip", packed(&[("a.csv", CSV.as_bytes())]), "UTF-8"),
        ("xlsx.zip", packed(&[("台账.xlsx", &xlsx()), ("__MACOSX/._台账.xlsx", b"junk")]), "XLSX"),
        ("gz.zip", packed(&[("in/a.ndjson.gz", &gzipped(NDJSON.as_bytes()))]), "UTF-8"),
    ] {
        let file = place.file(name, bytes);
        let receipt = place.json(&["ingest", &mapping, text(&file)]);
        let counts = (receipt["landed"].as_i64(), receipt["known"].as_i64(), receipt["quarantined"].as_i64());
        assert_eq!(counts, (Some(0), Some(2), Some(0)), "{name}: {receipt}");
        assert_eq!(receipt["encoding"].as_str(), Some(encoding), "{name}");
    }
    assert_eq!(place.number("select count(*) from workflow_event_history"), 2);
    assert_eq!(place.number("select count(*) from quarantine"), 0);
}

#[test]
fn content_decides_whatever_the_name_and_the_mapping_may_say_more() {
    let place = Place::new();
    let mapping = mapping(&place);
    let texts = [("b.xlsx", CSV.as_bytes().to_vec()), ("d.parquet", NDJSON.as_bytes().to_vec())];
    for (name, bytes) in [("a.csv", xlsx()), ("c.json", parquet())].into_iter().chain(texts) {
        let file = place.file(name, bytes);
        let receipt = place.json(&["ingest", &mapping, text(&file), "--dry-run"]);
        assert_eq!(receipt["landed"].as_i64(), Some(2), "{name}: {receipt}");
    }
    let strict = place.file("strict.toml", MAPPING.replace("system = ", "format = \"csv\"\nsystem = "));
    let file = place.file("a.xlsx", xlsx());
    let message = place.fails(1, &["ingest", text(&strict), text(&file)]);
    assert!(message.contains("a.xlsx is XLSX, but by the mapping's source.format it is CSV"), "{message}");
    let nested = format!("{{\"a\":[1],\"data\":{{\"rows\":[{}]}}}}", NDJSON.trim_end().replace('\n', ","));
    let records = place.file("records.toml", format!("{MAPPING}\n[json]\nrecords = \"data.rows\"\n"));
    let file = place.file("nested", nested);
    let receipt = place.json(&["ingest", text(&records), text(&file), "--dry-run"]);
    assert_eq!(receipt["landed"].as_i64(), Some(2), "{receipt}");
}

#[test]
fn files_of_an_archive_are_read_one_after_the_other_and_named() {
    let place = Place::new();
    let mapping = mapping(&place);
    let other =
        "备注,环节,业务号,编号,时间,序号\n,ACCEPT,TEST-3,E3,2018-05-16 09:00:00,1\nshort\n,ACCEPT,TEST-4,E4,x,1\n";
    let junk: &[u8] = b"junk";
    let archive = packed(&[("一月.csv", CSV.as_bytes()), (".DS_Store", junk), ("in/二月.csv", other.as_bytes())]);
    let file = place.file("archive.zip", archive);
    let receipt = place.json(&["ingest", &mapping, text(&file)]);
    let counts = (receipt["landed"].as_i64(), receipt["quarantined"].as_i64());
    assert_eq!(counts, (Some(3), Some(2)), "{receipt}");
    let reasons = place.json(&["query", "select line, rule, reason from quarantine order by line"]);
    for (at, line, rule) in [(0, 3, "too_few_fields"), (1, 4, "not_a_time")] {
        assert_eq!((reasons[at]["line"].as_i64(), reasons[at]["rule"].as_str()), (Some(line), Some(rule)));
        assert!(reasons[at]["reason"].as_str().expect("text").starts_with("in in/二月.csv: "), "{reasons}");
    }
    let cut = packed(&[("a.csv", CSV.as_bytes()), ("b.csv", b"a,b\n1,2\n")]);
    let file = place.file("columns.zip", cut);
    let message = place.fails(1, &["ingest", &mapping, text(&file)]);
    assert!(message.contains("columns.zip/b.csv, line 1: column"), "{message}");
    let file = place.file("mixed.zip", packed(&[("a.csv", CSV.as_bytes()), ("b.pdf", b"%PDF")]));
    assert!(place.fails(1, &["ingest", &mapping, text(&file)]).contains("several kinds (b.pdf, a.csv)"));
}

#[test]
fn of_a_file_that_fails_programs_get_a_receipt_too() {
    let place = Place::new();
    let mapping = mapping(&place);
    let [wrong, right] = [place.file("wrong.csv", "a,b\n1,2\n"), place.file("a.csv", CSV)];
    let missing = place.dir.path().join("missing.csv");
    let files = [&wrong, &right, &missing].map(|file| text(file));
    let mut command = place.sunlake();
    let done = command.args(["ingest", &mapping, "--json"]).args(files).assert().failure().code(1);
    let (out, said) = (&done.get_output().stdout, String::from_utf8_lossy(&done.get_output().stderr));
    let receipts: Vec<serde_json::Value> =
        String::from_utf8_lossy(out).lines().map(|line| serde_json::from_str(line).expect("a receipt")).collect();
    let outcomes: Vec<_> = receipts.iter().map(|receipt| receipt["outcome"].as_str()).collect();
    assert_eq!(outcomes, [Some("failed"), Some("landed"), Some("failed")], "{receipts:?}");
    assert_eq!(receipts[0]["file"], "wrong.csv");
    for failed in [&receipts[0], &receipts[2]] {
        let error = failed["error"].as_str().expect("why");
        assert!(said.contains(&format!("sunlake: {error}")), "{said}");
    }
    assert!(said.contains("2 of 3 files did not land"), "{said}");
}

#[test]
fn standard_input_and_addresses_are_read_as_files_are() {
    let place = Place::new();
    let mapping = mapping(&place);
    let mut command = place.sunlake();
    command.args(["ingest", &mapping, "-", "--json"]).write_stdin(xlsx());
    let done = command.assert().success();
    let receipt: serde_json::Value = serde_json::from_slice(&done.get_output().stdout).expect("receipt");
    assert_eq!((receipt["file"].as_str(), receipt["landed"].as_i64()), (Some("stdin"), Some(2)));
    let file = place.file("a b.csv", CSV);
    let address = format!("file://{}", text(&file).replace(' ', "%20"));
    let receipt = place.json(&["ingest", &mapping, &address]);
    assert_eq!((receipt["file"].as_str(), receipt["known"].as_i64()), (Some("a b.csv"), Some(2)));
    let message = place.fails(1, &["ingest", &mapping, "file:///no/such.csv"]);
    assert!(message.contains("check the path and the permission") && message.contains("1 of 1 file did not land"));
    assert!(place.fails(2, &["ingest", &mapping, "http://[/a.csv"]).contains("is no address"));
}

/// One message and one reply a row; the times are texts but for one, which is a date of Excel's.
const MESSAGES: &str = r#"
[source]
system = "messages"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
[output.fields]
event_id = { column = "留言编号", prefix = "M-" }
case_no = { column = "留言编号", prefix = "MSG-" }
event_type = { value = "RECEIVE" }
occurred_at = { column = "留言时间", time = ["%Y/%m/%d %H:%M:%S", "iso"] }
[[output]]
table = "workflow_event"
[output.fields]
event_id = { column = "留言编号", prefix = "R-" }
case_no = { column = "留言编号", prefix = "MSG-" }
event_type = { value = "CLOSE" }
occurred_at = { column = "答复时间", time = ["%Y/%m/%d %H:%M:%S", "iso"] }
"#;

#[test]
fn a_real_workbook_of_messages_and_replies() {
    let Some(file) = real("feedback/cn_messages_replies.xlsx") else { return };
    let place = Place::new();
    let mapping = place.file("messages.toml", MESSAGES);
    let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
    let count = |name: &str| receipt[name].as_i64().expect("count");
    assert_eq!((count("records"), count("rows_in"), count("landed"), count("quarantined")), (2816, 5632, 5631, 1));
    // A day alone, without a time.
    let refusal = &receipt["refusals"][0];
    assert_eq!((refusal["line"].as_i64(), refusal["rule"].as_str()), (Some(1141), Some("not_a_time")));
    // The date of Excel's.
    let sql = "select count(*) from workflow_event where event_id = 'M-2759' and cast(occurred_at as varchar) like \
               '2019-04-08%08:37:20%'";
    assert_eq!(place.number(sql), 1);
}
