//! The formats that `formats` leaves out: each in each packing, and an encoding that a mapping sets.

use crate::formats::{CSV, MAPPING, NDJSON, gzipped, mapping, parquet, xlsx};
use crate::support::{Place, text};
use crate::workbook::packed;

#[test]
fn text_and_parquet_are_the_same_rows_in_every_packing() {
    let place = Place::new();
    let mapping = mapping(&place);
    let first = place.file("a.csv", CSV);
    assert_eq!(place.json(&["ingest", &mapping, text(&first)])["landed"].as_i64(), Some(2));
    let lines: Vec<&str> = NDJSON.lines().collect();
    for (name, bytes) in [
        ("a.tsv", CSV.replace(',', "\t").into_bytes()),
        ("a.json", format!("[{}]", lines.join(",")).into_bytes()),
        ("a.ndjson", NDJSON.as_bytes().to_vec()),
        ("a.parquet", parquet()),
        ("a.xlsx", xlsx()),
    ] {
        for (end, bytes) in [("gz", gzipped(&bytes)), ("zip", packed(&[(name, &bytes)]))] {
            let file = place.file(&format!("{name}.{end}"), bytes);
            let receipt = place.json(&["ingest", &mapping, text(&file)]);
            let counts = (receipt["landed"].as_i64(), receipt["known"].as_i64(), receipt["quarantined"].as_i64());
            assert_eq!(counts, (Some(0), Some(2), Some(0)), "{name}.{end}: {receipt}");
        }
    }
    // Packed, and without a name.
    let mut command = place.sunlake();
    let other = CSV.replace("E1", "E3");
    let done = command.args(["ingest", &mapping, "-", "--json"]).write_stdin(gzipped(other.as_bytes()));
    let receipt: serde_json::Value =
        serde_json::from_slice(&done.assert().success().get_output().stdout).expect("a receipt");
    assert_eq!((receipt["landed"].as_i64(), receipt["known"].as_i64()), (Some(1), Some(1)), "{receipt}");
    assert_eq!(place.number("select count(*) from workflow_event_history"), 3);
}

const XES_MAPPING: &str = r#"
[source]
system = "log"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case:concept:name"
event_type = "concept:name"
occurred_at = "time:timestamp"
"#;

const XES: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<log xmlns="http://www.xes-standard.org/"><trace><string key="concept:name" value="TEST-1"/>
<event><string key="id" value="E1"/><string key="concept:name" value="ACCEPT"/>
<date key="time:timestamp" value="2018-05-16T09:00:00+08:00"/></event>
<event><string key="id" value="E2"/><string key="concept:name" value="CLOSE"/>
<date key="time:timestamp" value="2018-05-17T10:30:00+08:00"/></event></trace></log>
"#;

#[test]
fn an_event_log_is_the_same_rows_in_every_packing() {
    let place = Place::new();
    let mapping = place.file("log.toml", XES_MAPPING);
    let files = [
        ("a.xes", XES.as_bytes().to_vec(), (2, 0)),
        ("a.xes.gz", gzipped(XES.as_bytes()), (0, 2)),
        ("a.zip", packed(&[("in/a.xes", XES.as_bytes())]), (0, 2)),
    ];
    for (name, bytes, (landed, known)) in files {
        let receipt = place.json(&["ingest", text(&mapping), text(&place.file(name, bytes))]);
        let counts = (receipt["landed"].as_i64(), receipt["known"].as_i64(), receipt["quarantined"].as_i64());
        assert_eq!(counts, (Some(landed), Some(known), Some(0)), "{name}: {receipt}");
    }
    let sql =
        "select count(*) from workflow_event where case_no = 'TEST-1' and date_part('hour', occurred_at) in (9, 10)";
    assert_eq!(place.number(sql), 2);
}

#[test]
fn an_encoding_that_a_mapping_sets_is_the_one_or_the_file_is_refused_in_a_sentence() {
    let place = Place::new();
    let set = |encoding: &str| {
        let mapping = format!("{MAPPING}\n[csv]\nencoding = \"{encoding}\"\n");
        place.file(&format!("{encoding}.toml"), mapping)
    };
    let gb18030 = place.file("gb.csv", encoding_rs::GB18030.encode(CSV).0);
    let utf8 = place.file("utf8.csv", CSV);
    let mapping = set("utf-8");
    let message = place.fails(1, &["ingest", text(&mapping), text(&gb18030)]);
    assert_eq!(message.lines().count(), 2, "one message, and how many did not land: {message}");
    assert!(message.contains("gb.csv, line 1: ") && message.contains("set csv.encoding"), "{message}");
    let mapping = set("gb18030");
    let message = place.fails(1, &["ingest", text(&mapping), text(&utf8)]);
    assert_eq!(message.lines().count(), 2, "{message}");
    assert!(message.contains("utf8.csv, line 1: column \"编号\" of mapping gb18030 is missing"), "{message}");
    let receipt = place.json(&["ingest", text(&mapping), text(&gb18030)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["encoding"].as_str()), (Some(2), Some("gb18030")), "{receipt}");
    assert_eq!(place.number("select count(*) from workflow_event where step_name = '村级受理'"), 1);
}
