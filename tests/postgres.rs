//! A PostgreSQL server of a test's own, on a socket of its own, ended with the test; and a lake
//! that pulls from it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::{Place, text};

const BIN: &str = "/usr/lib/postgresql/15/bin";

/// Who may do what: `guarded` needs a password.
const ACCESS: &str = "local all guarded scram-sha-256\nlocal all all trust\n";

/// A running server.
pub struct Server {
    dir: tempfile::TempDir,
}

impl Server {
    /// Starts one with an empty database `postgres` and a superuser `sunlake`.
    pub fn start() -> Self {
        assert!(
            Path::new(BIN).join("initdb").exists(),
            "the tests of pulling need PostgreSQL's server; install it with: sudo apt-get install -y postgresql"
        );
        let dir = tempfile::Builder::new().prefix("sunlake-pg-").tempdir().expect("a temporary folder");
        if is_root() {
            // initdb refuses root.
            run(Command::new("chown").arg("postgres").arg(dir.path()));
        }
        let server = Self { dir };
        let data = server.data();
        run(server
            .program("initdb")
            .args(["-D", text(&data), "-U", "sunlake", "--auth=trust", "-E", "UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync"]));
        std::fs::write(data.join("pg_hba.conf"), ACCESS).expect("access");
        server.control("start");
        server
    }

    /// `start`, `stop` or `restart`; done when the server is ready, or gone.
    pub fn control(&self, what: &str) {
        let options = format!("-k {} -c listen_addresses= -c fsync=off", self.socket());
        let (data, log) = (self.data(), self.data().join("log"));
        let mut command = self.program("pg_ctl");
        command.args(["-D", text(&data), "-l", text(&log), "-o", &options, "-s", "-w", "-m", "fast", what]);
        run(&mut command);
    }

    /// The folder of its socket: its `host`.
    pub fn socket(&self) -> &str {
        text(self.dir.path())
    }

    /// Runs statements; what they print, without a head.
    pub fn sql(&self, sql: &str) -> String {
        let mut psql = Command::new(Path::new(BIN).join("psql"));
        psql.args([
            "-h",
            self.socket(),
            "-U",
            "sunlake",
            "-d",
            "postgres",
            "-v",
            "ON_ERROR_STOP=1",
            "-qAtX",
            "-c",
            sql,
        ]);
        let done = psql.output().expect("psql");
        assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8(done.stdout).expect("text").trim().to_owned()
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// One of the server's programs, as a user that it accepts.
    fn program(&self, name: &str) -> Command {
        let program = Path::new(BIN).join(name);
        if !is_root() {
            return Command::new(program);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        // It may not be allowed to be where the tests run.
        command.current_dir("/");
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.data();
        let mut stop = self.program("pg_ctl");
        stop.args(["-D", text(&data), "-s", "-w", "-m", "immediate", "stop"]);
        // It may have been stopped by the test.
        drop(stop.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status());
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.trim_ascii() == b"0"
}

/// Runs a program; without pipes, which a server that it starts would keep open.
fn run(command: &mut Command) {
    let done = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    assert!(done.as_ref().is_ok_and(std::process::ExitStatus::success), "{command:?}: {done:?}");
}

const MAPPING: &str = r#"
[source]
system = "desk"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
attributes = ["tags", "flag", "amount", "day", "ratio", "local"]
[output.fields]
event_id = "id"
case_no = "case_no"
event_type = { value = "ACCEPT" }
decision = "note"
occurred_at = "occurred_at"
"#;

const TABLE: &str = "create table event (id text primary key, case_no text not null, note text, occurred_at \
                     timestamptz not null default '2023-09-13 15:42:00+08', changed_at timestamptz not null default \
                     clock_timestamp())";

pub const QUERY: &str = "select * from event where changed_at > $1 order by changed_at";

/// A lake, a server, and a section `desk` between them.
pub struct Desk {
    pub server: Server,
    pub place: Place,
}

impl Desk {
    pub fn new() -> Self {
        let desk = Self { server: Server::start(), place: Place::new() };
        desk.server.sql(TABLE);
        desk.place.file("desk.toml", MAPPING);
        desk.section(QUERY, "");
        desk
    }

    /// Writes the section: its query, and more keys or others.
    pub fn section(&self, query: &str, more: &str) -> PathBuf {
        let mapping = self.place.dir.path().join("desk.toml");
        let mut section =
            format!("[[pull]]\nname = \"desk\"\nmapping = {:?}\nquery = {query:?}\nevery = \"1s\"\n", text(&mapping));
        let host = self.server.socket();
        for (key, line) in [
            ("connection", format!("connection = \"host={host} user=sunlake dbname=postgres\"\n")),
            ("cursor", "cursor = \"changed_at\"\n".into()),
            ("page_rows", "page_rows = 10\n".into()),
        ] {
            if !more.contains(key) {
                section += &line;
            }
        }
        self.place.file("sunlake.toml", section + more)
    }

    /// Rows `first..=last`, ten seconds apart, the newest half an hour old.
    pub fn insert(&self, first: u32, last: u32) {
        self.server.sql(&format!(
            "insert into event (id, case_no, changed_at) select 'E' || i, 'TEST-' || i % 100, date_trunc('second', now()) \
             - interval '30 min' - ({last} - i) * interval '10 s' from generate_series({first}, {last}) i"
        ));
    }

    pub fn args(&self) -> [String; 5] {
        let config = self.place.dir.path().join("sunlake.toml");
        ["pull", "desk", "--once", "--config", text(&config)].map(str::to_owned)
    }

    pub fn pull(&self) -> Value {
        let args = self.args();
        self.place.json(&args.each_ref().map(String::as_str))
    }

    /// What it says when it fails.
    pub fn fails(&self, code: i32) -> String {
        let args = self.args();
        self.place.fails(code, &args.each_ref().map(String::as_str))
    }

    /// The program beside the test.
    pub fn spawn(&self, args: &[&str]) -> Child {
        let config = self.place.dir.path().join("sunlake.toml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sunlake"));
        command.args(args).args(["--config", text(&config), "--lake", text(&self.lake())]);
        command.env("XDG_DATA_HOME", self.place.dir.path().join("data")).env_remove("RUST_LOG");
        command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("started")
    }

    pub fn lake(&self) -> PathBuf {
        self.place.dir.path().join("lake")
    }

    /// All versions in the lake, and how many events they are of.
    pub fn held(&self) -> (i64, i64) {
        let ask = |what: &str| self.place.number(&format!("select {what} from workflow_event_history"));
        (ask("count(*)"), ask("count(distinct event_id)"))
    }
}

/// Ends the program with the test, also with one that panics.
pub struct Ended(pub Child);

impl Drop for Ended {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

pub fn count(report: &Value, what: &str) -> i64 {
    report[what].as_i64().unwrap_or_else(|| panic!("no {what}: {report}"))
}

pub fn counts(report: &Value) -> [i64; 4] {
    ["records", "landed", "quarantined", "known"].map(|what| count(report, what))
}
