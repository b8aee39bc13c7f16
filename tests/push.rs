//! Rows that are pushed to the server, as an integrator sends them.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::ipc::writer::StreamWriter;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use crate::formats::gzipped;
use crate::killing::Killing;
use crate::server::{Answer, Connection, Server};
use crate::support::{Place, text};

const NDJSON: (&str, &str) = ("content-type", "application/x-ndjson");

/// A place with a server's configuration, and a token for events and for a mapping of its own.
struct Pushing {
    place: Place,
    config: PathBuf,
    bearer: String,
}

impl Pushing {
    fn new(push: &str) -> Self {
        let place = Place::new();
        let made = place.json(&["token", "new", "--name", "test", "--mapping", "workflow_event"]);
        let bearer = format!("Bearer {}", made["token"].as_str().expect("token"));
        let section = made["section"].as_str().expect("section");
        let config = place.file("sunlake.toml", format!("{section}\n[push]\n{push}\n"));
        Self { place, config, bearer }
    }

    fn start(&self) -> Server {
        Server::start(&self.place, &self.config)
    }

    fn post(&self, server: &Server, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let headers = [headers, &[("authorization", self.bearer.as_str())]].concat();
        server.send("POST", "/api/v1/ingest/workflow_event", &headers, body.as_ref())
    }

    fn events(&self) -> i64 {
        self.place.number("select count(*) from workflow_event_history")
    }
}

fn event(id: &str) -> String {
    format!(
        "{{\"event_id\":\"{id}\",\"case_no\":\"C{id}\",\"seq\":1,\"event_type\":\"ACCEPT\",\
         \"occurred_at\":\"2023-09-01 09:00:00\",\"recorded_at\":\"2023-09-01 09:00:00\"}}\n"
    )
}

fn events(of: &str, rows: usize) -> String {
    (0..rows).map(|row| event(&format!("{of}-{row}"))).collect()
}

fn count(body: &Value, name: &str) -> i64 {
    body[name].as_i64().unwrap_or_else(|| panic!("no {name} in {body}"))
}

/// All columns of the shipped mapping: a stream has a header.
const COLUMNS: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,\
                       decision,close_result,occurred_at,recorded_at";

/// Events as an Arrow IPC stream.
fn stream(ids: &[&str]) -> Vec<u8> {
    let columns = COLUMNS.split(',').map(|name| {
        let value = |id: &&str| match name {
            "event_id" => Some((*id).to_owned()),
            "case_no" => Some(format!("C{id}")),
            "seq" => Some("1".to_owned()),
            "event_type" => Some("ACCEPT".to_owned()),
            "occurred_at" | "recorded_at" => Some("2023-09-01 09:00:00".to_owned()),
            _ => None,
        };
        (name, Arc::new(ids.iter().map(value).collect::<StringArray>()) as ArrayRef, true)
    });
    let batch = RecordBatch::try_from_iter_with_nullable(columns).expect("batch");
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("writer");
    writer.write(&batch).expect("write");
    writer.into_inner().expect("a stream")
}

#[test]
fn a_stream_of_arrow_is_pushed_plain_and_packed() {
    let pushing = Pushing::new("");
    let server = pushing.start();
    let arrow = ("content-type", "application/vnd.apache.arrow.stream");
    let plain = pushing.post(&server, &[arrow], stream(&["a", "b"]));
    assert_eq!((plain.status, count(&plain.body, "landed")), (200, 2), "{plain:?}");
    let packed = pushing.post(&server, &[arrow, ("content-encoding", "gzip")], gzipped(&stream(&["b", "c"])));
    let counts = (count(&packed.body, "landed"), count(&packed.body, "known"));
    assert_eq!((packed.status, counts), (200, (1, 1)), "{packed:?}");
    let lines = pushing.post(&server, &[NDJSON], event("c"));
    assert_eq!((lines.status, count(&lines.body, "known")), (200, 1), "the same record in another format: {lines:?}");
    assert_eq!(pushing.events(), 3);
}

#[test]
fn what_was_answered_outlives_a_kill_and_is_answered_again() {
    let pushing = Pushing::new("");
    let server = pushing.start();
    let key = ("idempotency-key", "first");
    let first = pushing.post(&server, &[NDJSON, key], events("a", 3));
    assert_eq!((first.status, count(&first.body, "landed")), (200, 3), "{first:?}");
    assert_eq!(first.header("idempotent-replayed"), None);
    server.kill();
    assert_eq!(pushing.events(), 3);
    let server = pushing.start();
    let again = pushing.post(&server, &[NDJSON, key], events("a", 3));
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(again.body, first.body);
    let other = pushing.post(&server, &[NDJSON, key], events("b", 1));
    assert_eq!((other.status, other.header("content-type")), (409, Some("application/problem+json")));
    assert!(other.body["detail"].as_str().is_some_and(|detail| detail.contains("a new body wants a new key")));
    assert_eq!(pushing.events(), 3);
}

#[test]
fn a_push_that_was_withdrawn_lands_again_also_while_the_server_runs() {
    let pushing = Pushing::new("");
    let server = pushing.start();
    let headers = [NDJSON, ("idempotency-key", "first")];
    let body = events("a", 3) + &event("bad").replacen("2023-09-01", "never", 1);
    let send = |server: &Server| pushing.post(server, &headers, &body);
    let first = send(&server);
    assert_eq!((first.status, count(&first.body, "landed"), count(&first.body, "quarantined")), (200, 3, 1));
    let batch = first.body["batch_id"].as_str().expect("batch").to_owned();
    let rollback = ["lake", "rollback", "--batch", batch.as_str()];
    let plan = pushing.place.json(&[&rollback[..], &["--dry-run"]].concat());
    assert_eq!(plan["withdrawn"]["is_pushed"], true, "{plan}");
    assert_eq!(send(&server).header("idempotent-replayed"), Some("true"), "a plan changes nothing");
    let told = pushing.place.run(&rollback);
    assert!(told.contains("the same body under the same key lands again"), "{told}");
    let refused = "select count(*) from quarantine";
    assert_eq!((pushing.events(), pushing.place.number(refused)), (0, 0));
    let again = send(&server);
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, None), "{again:?}");
    assert_eq!(again.body, first.body);
    assert_eq!((pushing.events(), pushing.place.number(refused)), (3, 1));
    let attempts = "select max(attempt) from ingest_batch where state = 'LANDED'";
    assert_eq!(pushing.place.number(attempts), 2);
    let third = send(&server);
    assert_eq!((third.header("idempotent-replayed"), &third.body), (Some("true"), &first.body));
    server.kill();
    let server = pushing.start();
    let after = send(&server);
    assert_eq!((after.header("idempotent-replayed"), &after.body), (Some("true"), &first.body));
    pushing.place.run(&["lake", "verify"]);
    // Withdrawn while nobody serves, another body may have the key.
    server.kill();
    pushing.place.run(&rollback);
    let server = pushing.start();
    let other = pushing.post(&server, &headers, events("b", 1));
    assert_eq!((other.status, other.header("idempotent-replayed")), (200, None), "{other:?}");
    assert_eq!(pushing.events(), 1);
    pushing.place.run(&["lake", "verify"]);
}

#[test]
fn sixteen_senders_at_once_lose_nothing() {
    let pushing = Pushing::new("");
    let server = pushing.start();
    std::thread::scope(|scope| {
        for sender in 0..16 {
            let (server, pushing) = (&server, &pushing);
            scope.spawn(move || {
                for turn in 0..4 {
                    // Each sends something twice, under the same key.
                    let name = format!("{sender}-{turn}");
                    for time in 0..2 {
                        let answer = pushing.post(server, &[NDJSON, ("idempotency-key", &name)], events(&name, 25));
                        assert_eq!((answer.status, count(&answer.body, "landed")), (200, 25), "{answer:?}");
                        assert_eq!(answer.header("idempotent-replayed").is_some(), time == 1);
                    }
                }
            });
        }
    });
    assert_eq!(pushing.events(), 16 * 4 * 25);
    assert_eq!(pushing.place.number("select count(*) from ingest_batch"), 16 * 4);
    assert_eq!(pushing.place.number("select count(distinct batch_id) from ingest_batch"), 16 * 4);
    // They share their commits.
    let versions = pushing.place.json(&["lake", "status"])["tables"].clone();
    let ledger = versions.as_array().expect("tables").iter().find(|table| table["table"] == "ingest_batch");
    assert!(ledger.and_then(|table| table["version"].as_i64()).is_some_and(|version| version < 64), "{versions}");
}

#[test]
fn bodies_come_packed_and_as_csv_and_bad_rows_are_told() {
    let pushing = Pushing::new("max_body = 20000");
    let server = pushing.start();
    let packed = |text: &str| {
        let mut gz = GzEncoder::new(Vec::new(), Compression::default());
        gz.write_all(text.as_bytes()).expect("packed");
        gz.finish().expect("packed")
    };
    let gzip = ("content-encoding", "gzip");
    assert_eq!(count(&pushing.post(&server, &[NDJSON, gzip], packed(&events("z", 50))).body, "landed"), 50);
    let header = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at";
    let csv = format!(
        "{header}\n1,C1,1,ACCEPT,,,,,,,,,2023-09-01 09:00:00,2023-09-01 09:00:00\n2,C2,1,ACCEPT,,,,,,,,,zzz9,2023-09-01 09:00:00\n"
    );
    let part = pushing.post(&server, &[("content-type", "text/csv; charset=utf-8")], &csv);
    assert_eq!((part.status, count(&part.body, "landed"), count(&part.body, "quarantined")), (200, 1, 1));
    let refused = &part.body["refused"][0];
    assert_eq!((refused["line"].as_i64(), refused["field"].as_str()), (Some(3), Some("occurred_at")), "{refused}");
    assert!(!part.body.to_string().contains("zzz9"), "values are not repeated");
    for (status, headers, body) in [
        (422, vec![NDJSON], b"{\"event_id\":\"3\"}\nnonsense\n".to_vec()),
        (422, vec![NDJSON], b"nonsense".to_vec()),
        (422, vec![NDJSON], Vec::new()),
        (422, vec![NDJSON, gzip], b"not gzip".to_vec()),
        (413, vec![NDJSON, gzip], packed(&events("z", 500))),
        (413, vec![NDJSON], events("z", 200).into_bytes()),
        (415, vec![("content-type", "application/json")], events("z", 1).into_bytes()),
        (415, vec![NDJSON, ("content-encoding", "br")], events("z", 1).into_bytes()),
        (400, vec![NDJSON, ("idempotency-key", " ")], events("z", 1).into_bytes()),
    ] {
        let answer = pushing.post(&server, &headers, &body);
        assert_eq!(answer.status, status, "{headers:?}: {answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
        assert_eq!(count(&answer.body, "status"), i64::from(status), "{answer:?}");
    }
    let body = event("3").replace("2023-09-01", "2023-09-31") + "nonsense\n";
    let bad = pushing.post(&server, &[NDJSON], &body);
    assert_eq!((bad.status, bad.header("idempotent-replayed")), (422, None), "{bad:?}");
    let again = pushing.post(&server, &[NDJSON], &body);
    assert_eq!((again.status, again.header("idempotent-replayed")), (422, Some("true")), "{again:?}");
    let refused = bad.body["receipt"]["refused"].as_array().expect("the rows that failed");
    assert!(refused.iter().any(|one| one["line"] == 2 && one["rule"] == "not_json"), "{refused:?}");
    assert_eq!(pushing.events(), 51);
}

#[test]
fn only_who_may_push_can_and_all_is_told_as_problems() {
    let pushing = Pushing::new("");
    let server = pushing.start();
    let path = "/api/v1/ingest/workflow_event";
    let bearer = ("authorization", pushing.bearer.as_str());
    for (status, method, path, headers) in [
        (401, "POST", path, vec![NDJSON]),
        (401, "POST", path, vec![NDJSON, ("authorization", "Bearer nonsense")]),
        (403, "POST", "/api/v1/ingest/workflow_case", vec![NDJSON, bearer]),
        (404, "POST", "/api/v1/ingest/nonsense", vec![NDJSON, bearer]),
        (404, "GET", "/api/v1/nonsense", vec![bearer]),
        (405, "GET", path, vec![bearer]),
    ] {
        let answer = server.send(method, path, &headers, b"");
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer:?}");
        assert_eq!(answer.header("www-authenticate").is_some(), status == 401);
    }
    // Nobody is named: nothing can be pushed.
    let empty = pushing.place.file("empty.toml", "");
    drop(server);
    pushing.place.run(&["lake", "status"]);
    let server = Server::start(&pushing.place, &empty);
    assert_eq!(server.send("POST", path, &[NDJSON, bearer], b"").status, 404);
}

#[test]
fn a_full_queue_sends_back_and_who_waits_lands() {
    let pushing = Pushing::new("queue = 1");
    let server = pushing.start();
    // It holds the one place, as its body does not come.
    let mut slow = std::net::TcpStream::connect(server.address()).expect("connected");
    let head = format!(
        "POST /api/v1/ingest/workflow_event HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {}\r\n\
         content-type: application/x-ndjson\r\ncontent-length: {}\r\n\r\n",
        pushing.bearer,
        event("slow").len()
    );
    slow.write_all(head.as_bytes()).expect("sent");
    std::thread::sleep(Duration::from_millis(300));
    let full = (0..100).find_map(|turn| {
        std::thread::sleep(Duration::from_millis(20));
        let answer = pushing.post(&server, &[NDJSON], event(&format!("t{turn}")));
        (answer.status == 429).then_some(answer)
    });
    let full = full.expect("sent back");
    assert_eq!(full.header("retry-after"), Some("1"));
    slow.write_all(event("slow").as_bytes()).expect("sent");
    let mut first = [0; 12];
    std::io::Read::read_exact(&mut slow, &mut first).expect("answered");
    assert_eq!(&first, b"HTTP/1.1 200");
    assert_eq!(pushing.post(&server, &[NDJSON], event("after")).status, 200);
}

/// Rounds here; the long test does more.
const ROUNDS: u64 = 4;

#[test]
fn a_killed_server_loses_and_doubles_no_push() {
    let pushing = Pushing::new("group_ms = 5");
    let mut killing = Killing::new(ROUNDS);
    let mut sent = 0;
    for round in killing.rounds() {
        let server = pushing.start();
        let senders: Vec<_> = (0..4)
            .map(|sender| {
                let (address, bearer) = (server.address().to_owned(), pushing.bearer.clone());
                std::thread::spawn(move || send_until_killed(&address, &bearer, &format!("{round}-{sender}")))
            })
            .collect();
        // Not before all are connected.
        std::thread::sleep(Duration::from_millis(300) + killing.below(Duration::from_millis(900)));
        server.kill();
        // What had not been answered comes again, as a sender does that keeps to the rules.
        let server = killing.restart(|| pushing.start());
        for sender in senders {
            let (name, turns) = sender.join().expect("ended");
            for turn in [turns.saturating_sub(1), turns] {
                let key = format!("{name}-{turn}");
                let answer = pushing.post(&server, &[NDJSON, ("idempotency-key", &key)], events(&key, 10));
                assert_eq!((answer.status, count(&answer.body, "landed")), (200, 10), "round {round}: {answer:?}");
            }
            sent += 10 * (turns + 1);
        }
        server.kill();
        assert_eq!(pushing.events(), i64::try_from(sent).expect("few"), "round {round}");
        let distinct = pushing.place.number("select count(distinct event_id) from workflow_event_history");
        assert_eq!(distinct, i64::try_from(sent).expect("few"), "round {round}");
        let batches = "select count(*) - count(distinct batch_id) from ingest_batch";
        assert_eq!(pushing.place.number(batches), 0, "round {round}");
        killing.tidy(&pushing.place, round);
    }
    killing.verify(&pushing.place);
}

/// The sender's name, and how many of its requests were answered.
fn send_until_killed(address: &str, bearer: &str, name: &str) -> (String, usize) {
    let mut connection = Connection::open(address);
    for turn in 0.. {
        let key = format!("{name}-{turn}");
        let headers = [NDJSON, ("authorization", bearer), ("idempotency-key", &key)];
        match connection.send("POST", "/api/v1/ingest/workflow_event", &headers, events(&key, 10).as_bytes()) {
            Ok(answer) => assert_eq!(answer.status, 200, "{answer:?}"),
            Err(_) => return (name.to_owned(), turn),
        }
    }
    unreachable!("there is always another turn")
}

#[test]
fn a_token_is_printed_once_with_its_section() {
    let place = Place::new();
    let args = ["token", "new", "--name", "city-hall", "--mapping", "workflow_case", "--mapping", "workflow_event"];
    let told = place.run(&args);
    for part in ["token, shown this once: ", "[[token]]", "source = \"nongshi-sample\"", "sha256 = \""] {
        assert!(told.contains(part), "{part:?} not in {told}");
    }
    assert_ne!(told, place.run(&args));
    assert!(place.fails(2, &["token", "new", "--name", "a b", "--mapping", "receipt"]).contains("letters, digits"));
    assert!(place.fails(2, &["token", "new", "--name", "a", "--mapping", "nonsense"]).contains("there is no mapping"));
    let mixed = ["token", "new", "--name", "a", "--mapping", "receipt", "--mapping", "bpic15"];
    assert!(place.fails(2, &mixed).contains("make a token for each"));
    let wrong = place.file("wrong.toml", "[push]\nqueues = 1\n");
    assert!(place.fails(1, &["serve", "--config", text(&wrong)]).contains("queues"));
    let wrong = place.file("wrong.toml", "[push]\nqueue = 0\n");
    assert!(place.fails(1, &["serve", "--config", text(&wrong)]).contains("[push]: queue is 0"));
}
