//! Bad input: one clear message that names file, line and field; nothing half-landed; sound rows
//! beside bad ones land.

use std::io::Write;

use crate::support::{Place, text};

const HEADER: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at\n";

fn row(number: u32, time: &str) -> String {
    format!("E{number},TEST-{number},1,ACCEPT,,,,,,,,,{time},{time}\n")
}

/// Lands a file of events; it must fail with a message that has all of these parts.
fn refused(name: &str, bytes: impl AsRef<[u8]>, parts: &[&str]) {
    let place = Place::new();
    let file = place.file(name, bytes);
    let message = place.fails(1, &["ingest", "workflow_event", text(&file)]);
    for part in parts {
        assert!(message.contains(part), "{part:?} not in {message:?}");
    }
    assert_eq!(place.number("select count(*) from workflow_event_history"), 0, "{name}");
    assert_eq!(place.number("select count(*) from ingest_batch"), 0, "{name}");
}

#[test]
fn files_that_cannot_be_read_at_all() {
    refused("empty.csv", "", &["empty.csv is empty"]);
    refused("header.csv", HEADER, &["header.csv is empty"]);
    refused("other.csv", "a,b\n1,2\n", &["other.csv, line 1", "\"event_id\"", "a, b"]);
    let mut cut = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    cut.write_all((HEADER.to_owned() + &row(1, "2018-05-16 09:00:00").repeat(5000)).as_bytes()).expect("gzip");
    let whole = cut.finish().expect("gzip");
    refused("cut.csv.gz", &whole[..whole.len() / 2], &["cut.csv.gz", "export it again"]);
    refused("cut.xes", "<log><trace><event>", &["cut.xes", "cut off"]);
    refused("wrong.xes", "<log><trace></event></log>", &["wrong.xes, line 1"]);
    refused("page.html", "<html><body>x</body></html>", &["not <log>"]);
    let open_quote = HEADER.to_owned() + "\"" + &"x".repeat(17 * 1024 * 1024);
    refused("quote.csv", open_quote, &["quote.csv, line 2", "more than 16 MiB", "quote that never closes"]);
}

#[test]
fn paths_that_are_no_files() {
    let place = Place::new();
    let folder = place.dir.path().join("folder");
    std::fs::create_dir(&folder).expect("folder");
    assert!(place.fails(1, &["ingest", "receipt", text(&folder)]).contains("is a folder"));
    assert!(place.fails(1, &["ingest", "receipt", "no/such.csv"]).contains("such.csv: No such file"));
    assert!(place.fails(1, &["ingest", "no_such_mapping", "x.csv"]).contains("workflow_case, workflow_event, receipt"));
    assert!(place.fails(1, &["cards", "--lake", "nowhere"]).contains("there is no lake"));
    assert!(place.fails(2, &["metric", "M99"]).contains("M01, M02"));
    assert!(place.fails(2, &["cards", "--as-of", "yesterday"]).contains("2018-05-16"));
}

#[test]
fn bad_rows_are_kept_apart_with_line_field_and_reason_and_the_others_land() {
    let place = Place::new();
    let rows = [
        row(1, "2018-05-16 09:00:00"),
        row(2, "2018-02-30 09:00:00"),
        "E3,TEST-3,1\n".to_owned(),
        row(4, "2018-05-16 09:00:00").replace("ACCEPT", "ACCEPTED"),
        row(5, "2018-05-16 09:00:00").replace(",1,", ",one,"),
        row(6, "2018-05-16 09:00:00").replace("TEST-6", ""),
        row(7, "2118-05-16 09:00:00"),
        row(8, "2018-05-16 09:00:00").trim_end().to_owned() + ",extra\n",
        row(9, "2018-05-17 09:00:00"),
    ];
    let mut bytes = (HEADER.to_owned() + &rows.concat()).into_bytes();
    bytes.extend(b"E10,TEST-\xff\xfe,1,ACCEPT,,,,,,,,,2018-05-16 09:00:00,2018-05-16 09:00:00\n");
    let file = place.file("events.csv", bytes);
    let receipt = place.json(&["ingest", "workflow_event", text(&file)]);
    let count = |name: &str| receipt[name].as_i64().expect("count");
    assert_eq!((count("records"), count("rows_in"), count("landed")), (10, 10, 2));
    assert_eq!((count("quarantined"), count("known")), (8, 0));
    let told = place.json(&["query", "select line, field, rule from quarantine order by line, field"]);
    let told: Vec<(i64, &str, &str)> = told
        .as_array()
        .expect("rows")
        .iter()
        .map(|row| {
            (
                row["line"].as_i64().expect("line"),
                row["field"].as_str().unwrap_or("-"),
                row["rule"].as_str().expect("rule"),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (3, "occurred_at", "not_a_time"),
            (3, "recorded_at", "not_a_time"),
            (4, "-", "too_few_fields"),
            (5, "event_type", "not_allowed"),
            (6, "seq", "not_a_number"),
            (7, "case_no", "missing"),
            (8, "occurred_at", "from_the_future"),
            (9, "-", "too_many_fields"),
            (11, "-", "encoding"),
        ]
    );
}

#[test]
fn encodings_delimiters_and_marks_are_found_out() {
    let utf8 = HEADER.to_owned() + &row(1, "2018-05-16 09:00:00").replace(",,,,,,,,,", ",2,村级受理,,,,,,,");
    let (gb, _, _) = encoding_rs::GB18030.encode(&utf8);
    for (name, bytes) in [
        ("gb18030", gb.to_vec()),
        ("bom", [b"\xef\xbb\xbf", utf8.as_bytes()].concat()),
        ("tab", utf8.replace(',', "\t").into_bytes()),
        ("semicolon", utf8.replace(',', ";").into_bytes()),
        ("crlf", utf8.replace('\n', "\r\n").into_bytes()),
    ] {
        let place = Place::new();
        let file = place.file("events.csv", bytes);
        let receipt = place.json(&["ingest", "workflow_event", text(&file)]);
        assert_eq!(receipt["landed"].as_i64(), Some(1), "{name}: {receipt}");
        let sql = "select count(*) from workflow_event where step_name = '村级受理' and event_id = 'E1'";
        assert_eq!(place.number(sql), 1, "{name}");
    }
}

#[test]
fn the_same_bytes_land_once_under_any_name_and_a_dry_run_lands_nothing() {
    let place = Place::new();
    let bytes = HEADER.to_owned() + &row(1, "2018-05-16 09:00:00") + &row(1, "2018-05-16 09:00:00");
    let (one, two) = (place.file("one.csv", &bytes), place.file("two.csv", &bytes));
    let planned = place.json(&["ingest", "workflow_event", text(&one), "--dry-run"]);
    assert_eq!((planned["outcome"].as_str(), planned["landed"].as_i64()), (Some("dry_run"), Some(1)));
    assert!(!place.dir.path().join("lake").exists());
    let first = place.json(&["ingest", "workflow_event", text(&one)]);
    assert_eq!((first["landed"].as_i64(), first["known"].as_i64()), (Some(1), Some(1)));
    let second = place.json(&["ingest", "workflow_event", text(&two)]);
    assert_eq!((second["outcome"].as_str(), second["known"].as_i64()), (Some("already_landed"), Some(2)));
    assert_eq!(place.number("select count(*) from workflow_event_history"), 1);
}

#[test]
fn sql_that_would_change_or_leave_the_lake_is_refused() {
    let place = Place::new();
    let file = place.file("events.csv", HEADER.to_owned() + &row(1, "2018-05-16 09:00:00"));
    place.run(&["ingest", "workflow_event", text(&file)]);
    for sql in [
        "create table t as select 1",
        "insert into lake.card select * from lake.card",
        "drop view card",
        "copy (select 1) to 'x.csv'",
        "create external table t stored as csv location '/etc/passwd'",
        "select 1; select 2",
        "select * from '/etc/passwd'",
        "set datafusion.execution.batch_size = 1",
        "selec 1",
    ] {
        place.fails(1, &["query", sql]);
    }
    let chain = format!("select 1{}", "+1".repeat(3000));
    let done = place.sunlake().args(["query", &chain]).output().expect("ran");
    assert!(done.status.code().is_some(), "a long chain must not kill the process");
}
