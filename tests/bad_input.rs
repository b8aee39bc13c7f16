//! Bad input: one clear message that names file, line and field; nothing half-landed; sound rows
//! beside bad ones land.

use std::collections::BTreeSet;
use std::io::Write;

use crate::support::{Place, text};

pub const HEADER: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at\n";

pub fn row(number: u32, time: &str) -> String {
    format!("E{number},TEST-{number},1,ACCEPT,,,,,,,,,{time},{time}\n")
}

/// Lands a file of events; it must fail with a message that has all of these parts.
pub fn refused(name: &str, bytes: impl AsRef<[u8]>, parts: &[&str]) {
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
    refused(
        "cut.csv.gz",
        &whole[..whole.len() / 2],
        &["cut.csv.gz, line", "the gzip stream ends early", "fetch it again"],
    );
    refused("short.csv.gz", &whole[..whole.len() - 1], &["short.csv.gz, line", "the gzip stream ends early"]);
    let changed: Vec<u8> = whole.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at + 1 == whole.len())).collect();
    refused("changed.csv.gz", changed, &["changed.csv.gz, line", "is not intact gzip"]);
    refused("cut.xes", "<log><trace><event>", &["cut.xes", "cut off"]);
    refused("wrong.xes", "<log><trace></event></log>", &["wrong.xes, line 1"]);
    refused("page.xml", "<page><body>x</body></page>", &["not <log>"]);
    refused("page.csv", "<!doctype html><body>x</body>", &["page.csv is a web page (HTML), not data"]);
    let zero = "case,at\n\0\n";
    refused(
        "zero.csv",
        zero,
        &["\"event_id\"", "is missing", "were taken for UTF-16", "set csv.encoding in the mapping"],
    );
    let open_quote = HEADER.to_owned() + "\"" + &"x".repeat(17 * 1024 * 1024);
    refused("quote.csv", open_quote, &["quote.csv, line 2", "more than 16 MiB", "quote that never closes"]);
}

#[test]
fn ids_that_meet_no_other_and_times_that_are_not_there_are_refused() {
    let place = Place::new();
    let time = "2018-05-16 09:00:00";
    let lines = [
        HEADER.to_owned(),
        row(1, time),
        row(2, time).replace("TEST-2", "TEST\u{200b}-2"),
        row(3, time).replace("E3,", "\u{feff}E3,"),
        row(4, time).replace("TEST-4", "12.0"),
        row(5, "2018-05-16 10:00:60"),
        row(6, time).replace("TEST-6", "1.5"),
    ];
    let file = place.file("ids.csv", lines.concat());
    let receipt = place.json(&["ingest", "workflow_event", text(&file)]);
    let refusals = receipt["refusals"].as_array().expect("refusals").iter();
    let told: BTreeSet<(i64, &str)> =
        refusals.map(|of| (of["line"].as_i64().expect("line"), of["rule"].as_str().expect("rule"))).collect();
    let unseen = "control_character";
    assert_eq!(told, BTreeSet::from([(3, unseen), (4, unseen), (5, "float_id"), (6, "not_a_time")]), "{receipt}");
    assert_eq!(receipt["landed"].as_i64(), Some(2), "{receipt}");
}

#[test]
fn files_of_another_kind_are_named() {
    refused("sheet.csv", b"PK\x03\x04\x14\x00", &["sheet.csv, line 1: the archive is not intact"]);
    let told = ["sheet.xls is an XLS file, or a workbook with a password; save it as XLSX"];
    refused("sheet.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", &told);
}

/// Reads the log of [`log`].
const LOG: &str = r#"
[source]
system = "log"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case:concept:name"
event_type = { value = "STEP_END" }
step_name = "concept:name"
occurred_at = "time:timestamp"
"#;

/// An event log of more than any buffer: case `n` takes seven lines from line 2 + 7n on, its event
/// begins on the third of them. One case can be made bad.
fn log(bad_case: u32, from: &str, to: &str) -> String {
    let case = |number: u32| {
        let case = format!(
            "<trace>\n<string key=\"concept:name\" value=\"C{number}\"/>\n<event>\n<string key=\"concept:name\"
            value=\"step\"/><date key=\"time:timestamp\" value=\"2018-05-16T09:00:00\"/>\n</event>\n</trace>\n"
        );
        if number == bad_case { case.replace(from, to) } else { case }
    };
    let cases: String = (0..2000).map(case).collect();
    format!("<log>\n{cases}</log>\n")
}

#[test]
fn lines_of_an_event_log_are_exact() {
    let place = Place::new();
    let mapping = place.file("log.toml", LOG);
    let file = place.file("log.xes", log(1500, "05-16", "02-30"));
    let receipt = place.json(&["ingest", text(&mapping), text(&file), "--dry-run"]);
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(1999), Some(1)));
    let event = 2 + 7 * 1500 + 2;
    assert_eq!(receipt["refusals"][0]["line"].as_i64(), Some(event));
    for (from, to, line) in [("</event>", "</evnt>", event + 3), ("value=\"step\"", "value=\"&step\"", event + 1)] {
        let file = place.file("log.xes", log(1500, from, to));
        let message = place.fails(1, &["ingest", text(&mapping), text(&file), "--dry-run"]);
        assert!(message.contains(&format!("log.xes, line {line}: ")), "{message}");
    }
}

#[test]
fn the_mapping_of_another_log_is_noticed() {
    let place = Place::new();
    let file = place.file("log.xes", log(0, "", ""));
    let message = place.fails(1, &["ingest", "bpic15", text(&file)]);
    let told = "log.xes, line 4: column \"case:startDate\" of mapping bpic15 is missing; the file has: \
        case:concept:name, concept:name, time:timestamp";
    assert!(message.contains(told), "{message}");
    assert_eq!(place.number("select count(*) from workflow_event_history"), 0);
    assert_eq!(place.number("select count(*) from quarantine"), 0);
    let keys: String = (0..20_000).map(|number| format!("<string key=\"k{number}\" value=\"v\"/>\n")).collect();
    let wide = place.file("wide.xes", format!("<log><trace>\n{keys}</trace></log>"));
    assert!(place.fails(1, &["ingest", "bpic15", text(&wide)]).contains("line 16386: more than 16384 columns"));
}

#[test]
fn a_mapping_is_known_by_its_path() {
    let place = Place::new();
    place.file("LOG.TOML", LOG);
    place.file("plain", LOG);
    place.file("log.xes", log(0, "", ""));
    for mapping in ["LOG.TOML", "./LOG.TOML", "plain", "./plain"] {
        let mut command = place.sunlake();
        command.current_dir(place.dir.path()).args(["ingest", mapping, "log.xes", "--dry-run"]).assert().success();
    }
    let data = place.file("data.csv", vec![b'x'; 2 * 1024 * 1024]);
    assert!(place.fails(1, &["ingest", text(&data), "b.csv"]).contains("give the mapping first"));
    let binary = place.file("binary", b"\xff");
    assert!(place.fails(1, &["ingest", text(&binary), "b.csv"]).contains("save it as UTF-8"));
}

#[test]
fn paths_that_are_no_files() {
    let place = Place::new();
    let folder = place.dir.path().join("folder");
    std::fs::create_dir(&folder).expect("folder");
    assert!(place.fails(1, &["ingest", "receipt", text(&folder)]).contains("is a folder"));
    assert!(place.fails(1, &["ingest", "receipt", "no/such.csv"]).contains("such.csv: No such file"));
    let pipe = place.dir.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    for path in [text(&pipe), "/dev/zero"] {
        assert!(place.fails(1, &["ingest", "receipt", path]).contains("is a pipe, socket or device"));
    }
    assert!(place.fails(2, &["ingest", "no_such_mapping", "x.csv"]).contains("workflow_case, workflow_event, receipt"));
    assert!(place.fails(1, &["cards", "--lake", "nowhere"]).contains("there is no lake"));
    assert!(place.fails(2, &["metric", "M99"]).contains("M01, M02"));
    let refused = "M07 cannot be told apart by village: choose all, item, day, month, quarter, year";
    assert!(place.fails(2, &["metric", "M07", "--by", "village"]).contains(refused));
    let refused = "an order by due_n: M03 has no such share; choose on_time_rate, on_time_not_instant_rate, moved_rate";
    assert!(place.fails(2, &["metric", "M03", "--by", "item", "--rank", "due_n"]).contains(refused));
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
    let utf16 = |mark: &[u8], unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
        mark.iter().copied().chain(utf8.encode_utf16().flat_map(unit)).collect()
    };
    for (name, bytes) in [
        ("gb18030", gb.to_vec()),
        ("utf-16 little", utf16(b"\xff\xfe", u16::to_le_bytes)),
        ("utf-16 big", utf16(b"\xfe\xff", u16::to_be_bytes)),
        ("utf-16 unmarked", utf16(b"", u16::to_le_bytes)),
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

#[test]
fn a_refused_first_record_does_not_keep_its_case_out() {
    let place = Place::new();
    let mapping = place.file(
        "cases.toml",
        "[source]\nsystem = \"x\"\ntime_zone = \"Asia/Shanghai\"\ncase_key = \"case\"\n[[output]]\ntable = \
         \"workflow_case\"\nper = \"case\"\n[output.fields]\ncase_no = \"case\"\npromised_limit = \"lim\"\n",
    );
    let file = place.file("cases.csv", "case,lim\nQ1,x\nQ1,5\nQ1,7\n");
    let receipt = place.json(&["ingest", text(&mapping), text(&file), "--dry-run"]);
    // The third record is not the first of its case any more.
    let counts = (receipt["landed"].as_i64(), receipt["quarantined"].as_i64(), receipt["records"].as_i64());
    assert_eq!(counts, (Some(1), Some(1), Some(3)), "{receipt}");
}
