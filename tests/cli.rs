//! What is typed: the forms of times and values, exit codes, help, and what the verbs say of themselves.

use std::time::Duration;

use crate::support::{Place, case_numbers, text};

/// Made-up files of one village: cases and events.
fn sample(place: &Place) -> [String; 2] {
    let out = place.dir.path().join("exports");
    let made = place.json(&["sample", "--out", text(&out), "--villages", "1", "--scale", "0.02"]);
    [0, 1].map(|at| made["files"][at].as_str().expect("a file").to_owned())
}

#[test]
fn as_of_is_written_in_few_forms_and_a_date_is_its_end() {
    let place = Place::new();
    let [cases, _] = sample(&place);
    place.run(&["ingest", "workflow_case", &cases]);
    let now = |as_of: &str| {
        place.json(&["query", "select now() as t", "--as-of", as_of])[0]["t"].as_str().expect("t").to_owned()
    };
    assert_eq!(now("2023-09-13"), "2023-09-13T23:59:59.999999+08:00");
    for same in ["2023-09-13T09:00", "2023-09-13 09:00:00.0", "2023-09-13T01:00:00Z", "2023-09-12T20:00:00-05:00"] {
        assert_eq!(now(same), "2023-09-13T09:00:00+08:00", "{same}");
    }
    for wrong in ["20230913", "2023-09-13T09:00[Europe/Paris]", "2023-02-30", "2023-09-13T09"] {
        let message = place.fails(2, &["query", "select 1", "--as-of", wrong]);
        for part in [wrong, "--as-of", "write 2018-05-16 (the end of that day)", "2018-05-16T09:00:00+08:00"] {
            assert!(message.contains(part), "{part:?} not in {message:?}");
        }
    }
    assert!(place.fails(2, &["cards", "--as-of", "9999-12-31"]).contains("give a nearer time"));
}

#[test]
fn other_dates_are_plain_dates() {
    let place = Place::new();
    for args in [["metric", "M01", "--from", "20230801"], ["calendar", "between", "2023-08-01", "2023-08-02T09:00"]] {
        assert!(place.fails(2, &args).contains("is no date that exists; write 2018-05-16"), "{args:?}");
    }
}

#[test]
fn values_that_make_no_sense_are_typed_wrongly() {
    let place = Place::new();
    let out = place.dir.path().join("exports");
    for (flag, value, wanted) in [
        ("--scale", "0", "give a number above 0, up to 100"),
        ("--scale", "-1", "give a number above 0, up to 100"),
        ("--scale", "nan", "give a number above 0, up to 100"),
        ("--years", "0", "give a whole number from 1 to 50"),
        ("--years", "51", "give a whole number from 1 to 50"),
        ("--villages", "0", "give a whole number, 1 or more"),
    ] {
        let message = place.fails(2, &["sample", "--out", text(&out), flag, value]);
        assert!(message.contains(wanted) && message.contains(flag), "{flag} {value}: {message}");
    }
    assert!(!out.exists(), "nothing is written");
    assert!(place.fails(2, &["query", "select 1", "--timeout", "0"]).contains("whole number of seconds, 1 or more"));
    assert!(place.fails(2, &["serve", "--simulate", "nan"]).contains("give a number above 0"));
}

#[test]
fn a_mapping_that_is_not_known_is_typed_wrongly_and_a_wrong_one_is_not() {
    let place = Place::new();
    let message = place.fails(2, &["ingest", "workflow_cases", "x.csv"]);
    assert!(message.contains("workflow_case, workflow_event, receipt, bpic15, boston311"), "{message}");
    let wrong = place.file("wrong.toml", "x = [\n");
    assert!(place.fails(1, &["ingest", text(&wrong), "x.csv"]).contains("wrong"));
}

#[test]
fn a_lake_in_memory_takes_nothing_in() {
    let place = Place::new();
    let [cases, _] = sample(&place);
    let args = ["ingest", "workflow_case", cases.as_str(), "--lake", "memory://here"];
    assert!(place.fails(2, &args).contains("a lake in memory ends with this command"));
    let planned = place.json(&[args.as_slice(), &["--dry-run"]].concat());
    assert_eq!(planned["outcome"].as_str(), Some("dry_run"));
}

#[test]
fn what_is_logged_is_plain_where_no_terminal_is() {
    let place = Place::new();
    let [cases, _] = sample(&place);
    let done = place.sunlake().args(["ingest", "workflow_case", &cases, "-v"]).assert().success();
    let logged = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(logged.contains("INFO") && !logged.contains('\u{1b}'), "{logged}");
}

#[test]
fn the_status_tells_sources_and_counts_cases_once() {
    let place = Place::new();
    let [cases, events] = sample(&place);
    place.run(&["ingest", "workflow_case", &cases]);
    place.run(&["ingest", "workflow_event", &events, "--no-derive"]);
    let before = place.json(&["lake", "status"]);
    assert_eq!((before["batches_waiting"].as_i64(), before["sources"][0]["batches"].as_i64()), (Some(1), Some(1)));
    assert!(place.run(&["lake", "status"]).contains("batches landed since cards were worked out: 1;"));
    place.run(&["ingest", "workflow_event", &events]);
    let status = place.json(&["lake", "status"]);
    assert_eq!((status["batches_waiting"].as_i64(), status["sources"].as_array().map(Vec::len)), (Some(0), Some(1)));
    let rows = |file: &str| std::fs::read_to_string(file).expect("file").lines().count() as i64 - 1;
    let source = &status["sources"][0];
    assert_eq!(source["source_system"].as_str(), Some("nongshi-sample"));
    assert_eq!(source["watermark"].as_str(), Some("2023-09-13T15:42:00+08:00"));
    assert_eq!(source["batches"].as_i64(), Some(2));
    assert_eq!(source["rows_landed"].as_i64(), Some(rows(&cases) + rows(&events)));
    assert_eq!(source["rows_quarantined"].as_i64(), Some(0));
    assert_eq!(status["cases"].as_i64(), Some(case_numbers(std::path::Path::new(&cases))));
    assert_eq!(status["cards"].as_i64(), Some(place.number("select count(*) from card")));
    let tables = status["tables"].as_array().expect("tables");
    let event = tables.iter().find(|table| table["table"] == "workflow_event").expect("workflow_event");
    assert_eq!(event["stored_rows"].as_i64(), Some(rows(&events)));
    assert!(["version", "files", "bytes"].iter().all(|key| event[key].as_i64() > Some(0)), "{event}");
    let told = place.run(&["lake", "status"]);
    for part in ["complete up to", "nongshi-sample", "2023-09-13T15:42:00+08:00", "quarantined", "stored rows"] {
        assert!(told.contains(part), "{part:?} not in {told}");
    }
}

#[test]
fn a_statement_without_end_is_given_up() {
    let place = Place::new();
    let [cases, _] = sample(&place);
    place.run(&["ingest", "workflow_case", &cases, "--no-derive"]);
    // Planning takes four times as long with every second level.
    let levels: String = (1..40).map(|at| format!(", c{at} as (select * from c{0}, c{0} twin)", at - 1)).collect();
    let planned = format!("with c0 as (select 1 as x){levels} select count(*) from c39");
    let run = "select count(*) from region a, region b, region c, region d".to_owned();
    for sql in [planned, run] {
        let mut command = place.sunlake();
        let ended = command.args(["query", &sql, "--timeout", "1"]).timeout(Duration::from_secs(60)).assert();
        let done = ended.failure().code(1);
        let message = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(message.contains("no answer within 1 s") && message.contains("--timeout SECONDS"), "{message}");
    }
    assert_eq!(place.run(&["query", "select 1 as one", "--timeout", "60", "--format", "csv"]), "one\n1\n");
}

#[test]
fn every_verb_shows_examples() {
    let place = Place::new();
    for verb in [
        "sample",
        "ingest",
        "cards",
        "metric",
        "claims",
        "flow",
        "check",
        "explain",
        "query",
        "calendar",
        "calendar is-workday",
        "calendar add",
        "calendar between",
        "lake",
        "lake status",
        "erase",
        "audit",
        "audit list",
        "audit verify",
        "serve",
        "token",
        "token new",
        "token add",
        "token list",
        "token revoke",
        "user",
        "user add",
        "user list",
        "user disable",
        "user reset",
        "demo",
    ] {
        let words: Vec<&str> = ["help"].into_iter().chain(verb.split(' ')).collect();
        let help = place.run(&words);
        assert!(help.contains(&format!("Examples:\n  sunlake {verb}")), "{verb}: {help}");
    }
    let help = place.run(&["help", "query"]);
    for part in ["--timeout <SECONDS>", "[default: 300]", "Ctrl-C", "do not heed"] {
        assert!(help.contains(part), "{part:?} not in {help}");
    }
    assert!(place.run(&["help"]).contains("Examples:"));
}
