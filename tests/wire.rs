//! The wire as clients of PostgreSQL's meet it: one lake of made-up cases, asked by a driver and by plain bytes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use datasets::clock::{Clock, SystemClock};
use futures::StreamExt;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

use crate::support::{Place, text};

/// `sunlake serve` with its wire, killed with the test.
struct Wired {
    child: Child,
    port: u16,
}

impl Wired {
    fn start(place: &Place, more: &str) -> Self {
        let config = place.file("wire.toml", format!("[wire]\nlisten = \"127.0.0.1:0\"\n{more}"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_sunlake"))
            .args(["serve", "--listen", "127.0.0.1:0", "--config", text(&config)])
            .env("SUNLAKE_LAKE", place.dir.path().join("lake"))
            .env("XDG_DATA_HOME", place.dir.path().join("data"))
            .env_remove("RUST_LOG")
            .stdout(Stdio::piped())
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout")).lines().map(|line| line.expect("a line"));
        let wire = lines.find(|line| line.starts_with("postgres://")).expect("the wire's address");
        let port = wire.trim_end_matches("/sunlake").rsplit(':').next().expect("a port").parse().expect("a number");
        Self { child, port }
    }

    async fn client(&self) -> Client {
        let address = format!("host=127.0.0.1 port={} user=somebody dbname=sunlake", self.port);
        let (client, connection) = tokio_postgres::connect(&address, NoTls).await.expect("connected");
        tokio::spawn(connection);
        client
    }

    fn socket(&self) -> TcpStream {
        let socket = TcpStream::connect(("127.0.0.1", self.port)).expect("connected");
        socket.set_read_timeout(Some(Duration::from_secs(10))).expect("set");
        socket
    }
}

impl Drop for Wired {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A lake that all tests here read.
fn lake() -> &'static Place {
    static LAKE: OnceLock<Place> = OnceLock::new();
    LAKE.get_or_init(|| {
        let place = Place::new();
        let out = place.dir.path().join("exports");
        place.run(&["sample", "--out", text(&out), "--villages", "2", "--scale", "0.1"]);
        for mapping in ["workflow_case", "workflow_event"] {
            place.run(&["ingest", mapping, text(&file(&out, mapping))]);
        }
        place
    })
}

fn file(folder: &Path, mapping: &str) -> std::path::PathBuf {
    let found = std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
    let begins = |path: &std::path::PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&format!("{mapping}_")))
    };
    found.into_iter().find(begins).expect("a file")
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("runtime").block_on(work)
}

fn message(letter: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
    [&[letter], &length[..], body].concat()
}

fn startup(pairs: &str) -> Vec<u8> {
    let body = [&196_608_u32.to_be_bytes()[..], pairs.as_bytes(), b"\0"].concat();
    [&u32::try_from(body.len() + 4).expect("short").to_be_bytes()[..], &body].concat()
}

/// The letter of the next message and its body.
fn next(socket: &mut TcpStream) -> std::io::Result<(u8, Vec<u8>)> {
    let mut head = [0; 5];
    socket.read_exact(&mut head)?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    let mut body = vec![0; length - 4];
    socket.read_exact(&mut body)?;
    Ok((head[0], body))
}

fn begun() -> jiff::Timestamp {
    SystemClock::default().now()
}

fn since(begun: jiff::Timestamp) -> Duration {
    SystemClock::default().now().duration_since(begun).unsigned_abs()
}

#[test]
fn a_driver_reads_rows_with_parameters_and_by_portions() {
    let place = lake();
    let wired = Wired::start(place, "");
    let cases = place.number("select count(*) from case_state");
    block_on(async {
        let mut client = wired.client().await;
        let row = client.query_one("select count(*) as n from case_state", &[]).await.expect("counted");
        assert_eq!(row.get::<_, i64>("n"), cases);
        let one: String = client.query_one("select min(case_no) from case_state", &[]).await.expect("one").get(0);
        let by = "select case_no, received_at::date as day, is_open, steps from case_state where case_no = $1";
        let row = client.query_one(by, &[&one]).await.expect("found");
        assert_eq!(row.get::<_, &str>(0), one);
        assert_eq!(row.columns()[1].type_().name(), "date");
        assert_eq!(row.columns()[3].type_().name(), "json");
        let limited = client.query("select case_no from case_step order by 1 limit $1", &[&3_i64]).await.expect("rows");
        assert_eq!(limited.len(), 3);
        let none = client.query("select $1::text as x, $2::int8 as y", &[&None::<&str>, &7_i64]).await.expect("row");
        assert_eq!((none[0].get::<_, Option<&str>>(0), none[0].get::<_, i64>(1)), (None, 7));
        let transaction = client.transaction().await.expect("begun");
        let portal = transaction.bind("select case_no from case_state order by 1", &[]).await.expect("bound");
        let first = transaction.query_portal(&portal, 10).await.expect("rows");
        let second = transaction.query_portal(&portal, 10).await.expect("rows");
        assert!(first.len() == 10 && second[0].get::<_, &str>(0) > first[9].get::<_, &str>(0));
        drop(portal);
        transaction.rollback().await.expect("ended");
    });
}

#[test]
fn rows_are_copied_as_csv_and_messages_say_who_must_do_what() {
    let wired = Wired::start(lake(), "");
    block_on(async {
        let client = wired.client().await;
        let copy = "COPY (select case_no, due_on from case_state order by 1 limit 2) TO STDOUT (FORMAT csv, HEADER)";
        let mut stream = Box::pin(client.copy_out(copy).await.expect("copied"));
        let mut whole = Vec::new();
        while let Some(part) = stream.next().await {
            whole.extend_from_slice(&part.expect("part"));
        }
        let text = String::from_utf8(whole).expect("text");
        assert!(text.starts_with("case_no,due_on\n") && text.lines().count() == 3, "{text}");
        for (sql, code) in [
            ("insert into village values (1)", "25006"),
            ("create external table x stored as csv location '/etc/passwd'", "25006"),
            ("copy village from stdin", "25006"),
            ("copy village to '/tmp/x'", "42501"),
            ("set datafusion.runtime.memory_limit = '100G'", "42704"),
            ("set role root", "42601"),
            ("declare c cursor for select 1", "0A000"),
            ("select * from village, pg_class", "0A000"),
        ] {
            let error = client.simple_query(sql).await.expect_err(sql);
            let told = error.as_db_error().unwrap_or_else(|| panic!("{sql}: {error}"));
            assert_eq!(told.code().code(), code, "{sql}: {}", told.message());
        }
        assert!(client.simple_query("select nothing_there from village").await.is_err());
        let rows = client.simple_query("begin; select 1 as a; commit; show timezone").await.expect("answered");
        let values: Vec<_> = rows
            .iter()
            .filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => row.get(0),
                _ => None,
            })
            .collect();
        assert_eq!(values, ["1", "Asia/Shanghai"]);
    });
}

#[test]
fn a_query_ends_when_it_is_cancelled_or_has_taken_too_long() {
    let wired = Wired::start(lake(), "");
    let endless = "select count(*) from case_step a, case_step b, case_step c, case_step d";
    block_on(async {
        let client = wired.client().await;
        let cancel = client.cancel_token();
        let begun = begun();
        let (ended, ()) = tokio::join!(client.simple_query(endless), async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            cancel.cancel_query(NoTls).await.expect("told");
        });
        let error = ended.expect_err("cancelled");
        assert_eq!(error.code().map(|code| code.code()), Some("57014"), "{error}");
        assert!(since(begun) < Duration::from_secs(10), "{:?}", since(begun));
        client.simple_query("set statement_timeout = '1s'").await.expect("set");
        let error = client.simple_query(endless).await.expect_err("too long");
        assert_eq!(error.code().map(|code| code.code()), Some("57014"), "{error}");
        client.simple_query("select 1").await.expect("goes on");
    });
}

#[test]
fn what_is_no_client_is_told_so_and_who_comes_beyond_is_refused_at_once() {
    let wired = Wired::start(lake(), "max_connections = 3\n");
    for bytes in [&b"GET / HTTP/1.1\r\n\r\n"[..], b"\0\0\0\x08\0\x02\0\0", &startup("user\0a\0database\0other\0")] {
        let mut socket = wired.socket();
        socket.write_all(bytes).expect("sent");
        let (letter, body) = next(&mut socket).expect("an answer");
        assert_eq!(letter, b'E', "{}", String::from_utf8_lossy(&body));
        assert!(next(&mut socket).is_err(), "the connection ends");
    }
    let mut held: Vec<TcpStream> = (0..3).map(|_| wired.socket()).collect();
    for socket in &mut held {
        socket.write_all(&startup("user\0a\0")).expect("sent");
        assert_eq!(next(socket).expect("let in").0, b'R');
    }
    let begun = begun();
    let (letter, body) = next(&mut wired.socket()).expect("refused");
    assert!(letter == b'E' && String::from_utf8_lossy(&body).contains("53300"));
    assert!(since(begun) < Duration::from_secs(1), "{:?}", since(begun));
    drop(held);
    std::thread::sleep(Duration::from_millis(300));
    block_on(async { wired.client().await.simple_query("select 1").await.expect("room again") });
}

#[test]
fn who_has_a_token_comes_in_by_it_and_sees_their_part() {
    let place = lake();
    let seen = place.json(&["query", "select min(village_code) as code from case_state"]);
    let code = seen[0]["code"].as_str().expect("a code");
    place.run(&["user", "add", "li", "--role", "analyst", "--scope", &format!("region:{code}")]);
    place.run(&["user", "add", "wang", "--role", "agent", "--scope", &format!("region:{code}")]);
    let told = |value: &serde_json::Value| value.as_str().expect("text").to_owned();
    let made = ["li", "wang"].map(|name| place.json(&["token", "add", "--user", name]));
    let (id, li, wang) = (told(&made[0]["id"]), told(&made[0]["token"]), told(&made[1]["token"]));
    let mine = place.number(&format!("select count(*) from case_state where village_code = '{code}'"));
    let wired = Wired::start(place, "[accounts]\nenabled = true\n");
    block_on(async {
        let come = |name: &'static str, password: String| {
            let port = wired.port;
            async move {
                let address = format!("host=127.0.0.1 port={port} user={name} password={password} dbname=sunlake");
                tokio_postgres::connect(&address, NoTls).await
            }
        };
        let (client, connection) = come("li", li.clone()).await.expect("let in");
        tokio::spawn(connection);
        let row = client.query_one("select count(*) from case_state", &[]).await.expect("counted");
        assert_eq!(row.get::<_, i64>(0), mine);
        let personal = "select 1 from information_schema.columns where column_name = 'applicant_hash'";
        assert!(client.query(personal, &[]).await.expect("asked").is_empty(), "nothing personal is named");
        assert!(client.query("select * from lake.case_state limit 1", &[]).await.is_err());
        for (name, password) in [("li", "wrong".to_owned()), ("nobody", li.clone()), ("wang", li), ("wang", wang)] {
            let refused = come(name, password.clone()).await.err().unwrap_or_else(|| panic!("{name} was let in"));
            let code = refused.code().map(|code| code.code().to_owned());
            let right =
                if name == "wang" && password.contains("sl_access") { ["28P01", "42501"] } else { ["28P01"; 2] };
            assert!(code.as_deref().is_some_and(|code| right.contains(&code)), "{name}: {refused}");
        }
        place.run(&["token", "revoke", &id]);
        let refused = client.simple_query("select 1").await.expect_err("revoked");
        assert_eq!(refused.code().map(|code| code.code()), Some("28000"), "{refused}");
    });
}

/// Bytes by seed, behind a sound start or none: the server answers the next client all the same.
/// `SUNLAKE_WIRE_SECONDS` for longer (`make test-long PART=wire`), `SUNLAKE_WIRE_SEED` repeats a run.
#[test]
fn whatever_comes_the_next_client_is_answered() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (seconds, seed) = (number("SUNLAKE_WIRE_SECONDS").unwrap_or(5), number("SUNLAKE_WIRE_SEED").unwrap_or(1));
    let wired = Wired::start(lake(), "");
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    let sound = [
        message(b'Q', b"select 1\0"),
        message(b'Q', b"select count(*) from case_state; show all\0"),
        message(b'P', b"s\0select $1::int8, case_no from case_state\0\0\0"),
        message(b'B', b"p\0s\0\0\0\0\x01\0\0\0\x011\0\0"),
        message(b'D', b"Sp\0"),
        message(b'E', b"p\0\x7f\xff\xff\xff"),
        message(b'E', b"p\0\xff\xff\xff\xff"),
        message(b'C', b"Ss\0"),
        message(b'Q', b"copy (select 1) to stdout (format binary)\0"),
        message(b'd', b"x"),
        message(b'S', b""),
        message(b'H', b""),
        message(b'X', b""),
    ];
    let begun = begun();
    let mut rounds = 0_u64;
    while since(begun) < Duration::from_secs(seconds) {
        rounds += 1;
        let mut bytes = if random(8) == 0 { Vec::new() } else { startup("user\0a\0") };
        for _ in 0..random(12) {
            let picked = usize::try_from(random(sound.len() as u64)).expect("small");
            bytes.extend_from_slice(&sound[picked]);
        }
        for _ in 0..random(6) {
            let at = usize::try_from(random(bytes.len().max(1) as u64)).expect("small");
            match (random(3), bytes.get_mut(at)) {
                (0, Some(byte)) => *byte = u8::try_from(random(256)).expect("a byte"),
                (1, _) => bytes.truncate(at),
                _ => bytes.extend((0..random(20)).map(|n| (n * 37) as u8)),
            }
        }
        let mut socket = wired.socket();
        // The server may have gone away from this one already.
        let _ = socket.write_all(&bytes);
        if random(2) == 0 {
            socket.set_read_timeout(Some(Duration::from_millis(50))).expect("set");
            let _ = socket.read(&mut [0; 4096]);
        }
    }
    block_on(async {
        let told = tokio::time::timeout(Duration::from_secs(10), async {
            wired.client().await.query_one("select 1::int8", &[]).await.expect("answered").get::<_, i64>(0)
        });
        assert_eq!(told.await.expect("in time"), 1, "seed {seed}, {rounds} rounds");
    });
}
