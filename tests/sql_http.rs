//! SQL over HTTP, and the page for it: what is asked is answered in the form that is asked for, what is wrong is said
//! at its place, and nothing can be changed.

use std::io::{Cursor, Write};
use std::net::TcpStream;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::ipc::reader::StreamReader;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::measures::lake;
use crate::server::{Answer, Server};
use crate::support::Place;

const JSON: (&str, &str) = ("content-type", "application/json");

fn serve(place: &Place) -> Server {
    Server::start(place, &place.file("sunlake.toml", ""))
}

fn ask(server: &Server, accept: &str, question: Value) -> Answer {
    server.send("POST", "/api/v1/sql", &[JSON, ("accept", accept)], question.to_string().as_bytes())
}

/// What the form of the page sends.
fn send(server: &Server, path: &str, fields: &[(&str, &str)]) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", "lang=en")];
    server.send("POST", path, &headers, body.as_bytes())
}

fn get(server: &Server, path: &str) -> Answer {
    server.send("GET", path, &[("cookie", "lang=en")], b"")
}

#[test]
fn one_select_is_answered_as_json_with_what_it_is() {
    let place = lake();
    let server = serve(&place);
    let sql = "select a.n, b.n, '石康' as word, date '2018-05-16' as day, [1, 2] as list \
               from (values (1), (3)) as a(n), (values (2)) as b(n) where a.n <= $most order by a.n";
    let told = ask(&server, "*/*", json!({ "sql": sql, "params": { "most": 3 } }));
    assert_eq!((told.status, told.header("content-type")), (200, Some("application/json")), "{told:?}");
    assert_eq!(told.body["rows"][0], json!({ "n": 1, "n_2": 2, "word": "石康", "day": "2018-05-16", "list": [1, 2] }));
    assert_eq!((&told.body["row_count"], &told.body["truncated"]), (&json!(2), &json!(false)), "{}", told.text);
    assert_eq!(told.body["columns"][3]["type"], "date");
    let bare = server.send("POST", "/api/v1/sql", &[("content-type", "application/sql")], b"select 5 as five");
    assert_eq!(bare.body["rows"], json!([{ "five": 5 }]), "{bare:?}");
    let some = ask(&server, "*/*", json!({ "sql": "select * from (values (1), (2), (3)) as t(n)", "rows": 2 }));
    assert_eq!((&some.body["row_count"], &some.body["truncated"]), (&json!(2), &json!(true)), "{}", some.text);
    let plan = ask(&server, "*/*", json!({ "sql": "select count(*) from village", "explain": true }));
    assert!(plan.body["plan"].as_str().is_some_and(|plan| plan.contains("Aggregate")), "{plan:?}");
}

#[test]
fn the_same_rows_come_in_every_form() {
    let place = lake();
    let server = serve(&place);
    let question = || json!({ "sql": "select n, '=x' as text from (values (1), (2)) as t(n) order by n" });
    let csv = ask(&server, "text/csv", question());
    assert_eq!((csv.status, csv.text.as_str()), (200, "n,text\r\n1,\"'=x\"\r\n2,\"'=x\"\r\n"));
    assert_eq!(csv.header("content-disposition"), Some("attachment; filename=\"sql.csv\""));
    let arrow = ask(&server, "application/vnd.apache.arrow.stream", question());
    let read = StreamReader::try_new(Cursor::new(arrow.bytes), None).expect("a stream");
    let rows: usize = read.map(|batch| batch.expect("batch").num_rows()).sum();
    assert_eq!(rows, 2);
    let parquet = ask(&server, "application/vnd.apache.parquet", question());
    let file = place.file("answer.parquet", &parquet.bytes);
    let read = ParquetRecordBatchReader::try_new(std::fs::File::open(file).expect("open"), 100).expect("a file");
    let batches: Vec<RecordBatch> = read.collect::<Result<_, _>>().expect("rows");
    assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 2);
    let book = ask(&server, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", question());
    assert!(book.bytes.starts_with(b"PK"), "{}", book.text);
    let none = ask(&server, "text/html", question());
    assert_eq!((none.status, none.header("content-type")), (406, Some("application/problem+json")));
    let cut = json!({ "sql": "select * from (values (1), (2), (3)) as t(n)", "rows": 2 });
    let cut = ask(&server, "text/csv", cut);
    assert_eq!((cut.status, cut.body["type"].as_str()), (422, Some("urn:sunlake:problem:limit")), "{}", cut.text);
}

#[test]
fn what_is_wrong_is_said_and_nothing_can_be_changed() {
    let place = lake();
    let server = serve(&place);
    let place_of = ask(&server, "*/*", json!({ "sql": "select 1 as one\nfrm village" }));
    assert_eq!((place_of.status, &place_of.body["line"]), (400, &json!(2)), "{}", place_of.text);
    for sql in [
        "select 1; select 2",
        "create external table x stored as csv location '/etc/passwd'",
        "copy (select 1) to '/tmp/x.csv'",
        "insert into village select * from village",
        "set datafusion.runtime.memory_limit = '1G'",
        "drop table village",
        "",
    ] {
        let refused = ask(&server, "*/*", json!({ "sql": sql }));
        assert_eq!((refused.status, refused.header("content-type")), (400, Some("application/problem+json")), "{sql}");
        assert!(refused.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{sql}");
    }
    for wrong in [
        json!({ "query": "select 1" }),
        json!({ "sql": "select 1", "rows": 0 }),
        json!({ "sql": "select 1", "as_of": "2999-01-01" }),
    ] {
        assert_eq!(ask(&server, "*/*", wrong.clone()).status, 400, "{wrong}");
    }
    let form = server.send("POST", "/api/v1/sql", &[("content-type", "text/plain")], b"select 1");
    assert_eq!(form.status, 415, "{form:?}");
    let foreign = [JSON, ("origin", "http://evil.example")];
    assert_eq!(server.send("POST", "/api/v1/sql", &foreign, br#"{"sql":"select 1"}"#).status, 403);
    let long = ask(&server, "*/*", json!({ "sql": format!("select '{}'", "x".repeat(300 * 1024)) }));
    assert_eq!(long.status, 400, "{}", long.text);
    assert_eq!(get(&server, "/api/v1/sql").status, 405);
}

#[test]
fn what_is_asked_is_noted_and_a_file_with_its_rows() {
    let place = lake();
    let server = serve(&place);
    ask(&server, "*/*", json!({ "sql": "select 41 as noted", "params": {} }));
    ask(&server, "*/*", json!({ "sql": "drop table village" }));
    ask(&server, "text/csv", json!({ "sql": "select * from (values (1), (2)) as t(n)" }));
    let of = |entries: &Value, action: &str| -> Vec<Value> {
        let entries = entries.as_array().expect("entries").iter();
        entries.filter(|entry| entry["action"] == action).map(|entry| entry["fields"].clone()).collect()
    };
    // How many rows a file has is noted when it has been sent.
    let entries = (0..100).map(|_| place.json(&["audit", "list"])).find(|entries| {
        std::thread::sleep(Duration::from_millis(50));
        !of(entries, "export").is_empty()
    });
    let entries = entries.expect("the export is noted");
    let asked: Vec<Value> = of(&entries, "query").into_iter().map(|fields| fields["sql"].clone()).collect();
    assert_eq!(asked[..2], [json!("select 41 as noted"), json!("drop table village")], "{entries}");
    let export = of(&entries, "export");
    assert_eq!((&export[0]["rows"], &export[0]["form"]), (&json!(2), &json!("csv")), "{entries}");
    place.run(&["audit", "verify"]);
}

#[test]
fn who_goes_away_ends_their_question() {
    let place = lake();
    let server = serve(&place);
    let sql = "select sum(a.value * b.value) from generate_series(1, 1000000) as a(value), \
               generate_series(1, 1000000) as b(value)";
    let body = json!({ "sql": sql }).to_string();
    let head = format!("content-type: application/json\r\ncontent-length: {}", body.len());
    for _ in 0..12 {
        let mut gone = TcpStream::connect(server.address()).expect("connected");
        write!(gone, "POST /api/v1/sql HTTP/1.1\r\nhost: 127.0.0.1\r\n{head}\r\n\r\n{body}").expect("sent");
        std::thread::sleep(Duration::from_millis(50));
    }
    let next = ask(&server, "*/*", json!({ "sql": "select 1 as one", "seconds": 10 }));
    assert_eq!((next.status, &next.body["rows"]), (200, &json!([{ "one": 1 }])), "{}", next.text);
}

#[test]
fn a_metric_is_what_the_command_line_tells() {
    let place = lake();
    let server = serve(&place);
    let period = "from=2018-03-01&to=2018-04-01&as_of=2018-04-30";
    for (path, args) in [
        (format!("/api/v1/metrics/M01?by=kind&{period}"), vec!["metric", "M01", "--by", "kind"]),
        (
            format!("/api/v1/metrics/m03?intervals=true&compare=previous&{period}"),
            vec!["metric", "M03", "--intervals", "--compare", "previous"],
        ),
        (format!("/api/v1/metrics/M01?rows&{period}"), vec!["metric", "M01", "--rows"]),
    ] {
        let told = get(&server, &path);
        let days = ["--from", "2018-03-01", "--to", "2018-04-01", "--as-of", "2018-04-30"];
        let line = place.json(&[&args[..], &days[..]].concat());
        assert_eq!(told.status, 200, "{path}: {}", told.text);
        assert_eq!((&told.body["rows"], &told.body["version"]), (&line["rows"], &line["version"]), "{path}");
    }
    let csv = server.send("GET", &format!("/api/v1/metrics/M01?{period}"), &[("accept", "text/csv")], b"");
    assert!(csv.text.starts_with("bucket,"), "{}", csv.text);
    assert_eq!(get(&server, "/api/v1/metrics/M99").status, 404);
    assert_eq!(get(&server, "/api/v1/metrics/M01?by=moon").body["type"], "urn:sunlake:problem:request");
    assert_eq!(get(&server, "/api/v1/metrics/M01?form=x").status, 400);
}

#[test]
fn every_documented_address_is_there_and_is_told_to_people() {
    let place = lake();
    let server = serve(&place);
    let document = get(&server, "/api/openapi.json");
    assert_eq!((document.status, document.body["openapi"].as_str()), (200, Some("3.1.0")));
    let page = get(&server, "/api");
    for (path, methods) in document.body["paths"].as_object().expect("paths") {
        assert!(page.text.contains(path.as_str()), "{path}");
        let methods = methods.as_object().expect("methods");
        let filled = path.replace("{id}", "M01").replace("{mapping}", "workflow_event");
        for method in methods.keys() {
            let answer = server.send(&method.to_uppercase(), &filled, &[], b"");
            assert_ne!(answer.body["type"], "urn:sunlake:problem:address", "{method} {path}");
            assert_ne!(answer.status, 405, "{method} {path}");
        }
    }
}

#[test]
fn the_page_asks_saves_and_remembers_without_script() {
    let place = lake();
    let server = serve(&place);
    let first = get(&server, "/sql");
    assert!(first.status == 200 && first.text.contains("name=\"sql\""), "{}", first.text);
    let metric = get(&server, "/sql?metric=M03&by=county");
    assert!(metric.text.contains("$from"), "{}", metric.text);
    let ran = send(
        &server,
        "/sql",
        &[
            ("do", "run"),
            ("sql", "select '<script>' as word, n from (values (41), (42)) as t(n) where n = $n"),
            ("params", "n=42"),
        ],
    );
    assert!(
        ran.status == 200 && ran.text.contains("&#60;script&#62;") && ran.text.contains(">42</td>"),
        "{}",
        ran.text
    );
    assert!(!ran.text.contains("<script>"), "what people wrote is text");
    let chart = [("do", "run"), ("sql", "select 'a' as x, 1 as y union all select 'b', 2"), ("chart", "bar")];
    let chart = send(&server, "/sql", &chart);
    assert!(chart.text.contains("<svg class=\"chart"), "{}", chart.text);
    let wrong = send(&server, "/sql", &[("do", "run"), ("sql", "select moon from village")]);
    assert!(wrong.status == 400 && wrong.text.contains("role=\"alert\""), "{}", wrong.text);
    let plan = send(&server, "/sql", &[("do", "plan"), ("sql", "select count(*) from village")]);
    assert!(plan.text.contains("Aggregate"), "{}", plan.text);
    let file = send(&server, "/sql", &[("do", "csv"), ("sql", "select 1 as one")]);
    assert_eq!(file.text, "\u{feff}one\r\n1\r\n");
    let saved = [("do", "save"), ("sql", "select $n"), ("params", "n=1"), ("title", "<b>mine</b>"), ("shared", "1")];
    let saved = send(&server, "/sql", &saved);
    let link = saved.header("location").expect("a link").to_owned();
    let opened = get(&server, &format!("{link}&p=n%3D2"));
    assert!(opened.text.contains("select $n") && opened.text.contains("n=2"), "{}", opened.text);
    assert!(opened.text.contains("&#60;b&#62;mine") && !opened.text.contains("<b>mine"), "{}", opened.text);
    assert!(opened.text.contains("select moon from village"), "the history has what failed too");
    let id = link.split("saved=").nth(1).and_then(|id| id.split('&').next()).expect("an id");
    assert_eq!(send(&server, "/sql", &[("do", "forget"), ("id", id)]).status, 303);
    assert_eq!(get(&server, &link).status, 404);
    assert_eq!(send(&server, "/sql", &[("do", "save"), ("sql", "select 1")]).status, 400, "a query without a name");
}

#[test]
fn tables_are_told_with_a_sample_and_completed() {
    let place = lake();
    let server = serve(&place);
    let catalog = get(&server, "/sql/catalog.json");
    let tables = catalog.body["tables"].as_array().expect("tables");
    let village = tables.iter().find(|table| table["name"] == "village").expect("the villages");
    assert!(
        village["columns"]
            .as_array()
            .is_some_and(|columns| columns.iter().any(|column| column["name"] == "village_code"))
    );
    assert!(catalog.body["metrics"].as_array().is_some_and(|metrics| metrics.len() == queries::METRICS.len()));
    let page = get(&server, "/sql/tables/village");
    assert!(page.text.contains("village_code") && page.text.contains("answer-rows"), "{}", page.text);
    for path in ["/sql/tables/moon", "/sql/tables/village%22%3Bdrop", "/sql?saved=moon", "/sql?asked=9999"] {
        assert_eq!(get(&server, path).status, 404, "{path}");
    }
}
