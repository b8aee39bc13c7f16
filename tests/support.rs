//! What the tests share: a lake of their own, and the program run on it.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use assert_cmd::Command;
use datasets::clock::{Clock, SystemClock};
use serde_json::Value;

/// A folder with a lake, gone with the test.
pub struct Place {
    pub dir: tempfile::TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary folder") }
    }

    /// The program, with its lake and its keys in this place.
    pub fn sunlake(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sunlake"));
        command
            .env("SUNLAKE_LAKE", self.dir.path().join("lake"))
            .env("XDG_DATA_HOME", self.dir.path().join("data"))
            .env_remove("RUST_LOG");
        command
    }

    /// Runs it; it must succeed. What it printed.
    pub fn run(&self, args: &[&str]) -> String {
        let done = self.sunlake().args(args).assert().success();
        String::from_utf8(done.get_output().stdout.clone()).expect("text")
    }

    /// Runs it with `--json`; what it printed, line by line or whole.
    pub fn json(&self, args: &[&str]) -> Value {
        let text = self.run(&[args, &["--json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The one number that a query gives.
    pub fn number(&self, sql: &str) -> i64 {
        let rows = self.json(&["query", sql]);
        let row = rows[0].as_object().expect("a row");
        row.values().next().and_then(Value::as_i64).unwrap_or_else(|| panic!("no number: {rows}"))
    }

    /// What it says on standard error when it fails with that exit code.
    pub fn fails(&self, code: i32, args: &[&str]) -> String {
        let done = self.sunlake().args(args).assert().failure().code(code);
        String::from_utf8(done.get_output().stderr.clone()).expect("text")
    }

    /// Writes a file into this place.
    pub fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes).expect("write");
        path
    }
}

/// A file of the real records, if they are there: `SUNLAKE_REAL_DATA` names their folder.
pub fn real(file: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("SUNLAKE_REAL_DATA") else {
        eprintln!("skipped: SUNLAKE_REAL_DATA does not name the folder of real records");
        return None;
    };
    let path = Path::new(&folder).join(file);
    assert!(path.is_file(), "{} is not there; SUNLAKE_REAL_DATA must name the folder of real records", path.display());
    Some(path)
}

/// A restart that is not ready by then hangs. How long it takes on a machine that does nothing else is told, not
/// tested.
const HANGS: Duration = Duration::from_secs(60);
/// The slowest restart so far, in milliseconds.
static SLOWEST: AtomicU64 = AtomicU64::new(0);

/// Rounds of killing: few here, more in the long test.
pub fn kill_rounds(here: u64) -> u64 {
    std::env::var("SUNLAKE_KILL_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(here)
}

/// Random moments. The seed is printed; `SUNLAKE_KILL_SEED` gives the same ones again.
pub struct Moments(u64);

impl Moments {
    pub fn new() -> Self {
        let given = std::env::var("SUNLAKE_KILL_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| RandomState::new().build_hasher().finish());
        eprintln!("SUNLAKE_KILL_SEED={seed}");
        Self(seed | 1)
    }

    /// One between nothing and `most`.
    pub fn below(&mut self, most: Duration) -> Duration {
        // xorshift64
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        most.mul_f64((self.0 >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

/// How long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let clock = SystemClock::default();
    let begun = clock.now();
    let done = work();
    (done, clock.now().duration_since(begun).unsigned_abs())
}

/// After a kill: the lake can be asked at once, unless its making was broken off.
pub fn assert_ready(place: &Place, lake: &Path) {
    let (done, took) = timed(|| place.sunlake().args(["lake", "status", "--lake", text(lake)]).output().expect("ran"));
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success() || said.contains("there is no lake"), "{said}");
    assert!(took < HANGS, "ready after {took:?}");
    let took = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if took > SLOWEST.fetch_max(took, Ordering::Relaxed) {
        eprintln!("slowest restart so far: ready after {took} ms");
    }
}

/// Makes a lake look as if an older clock had worked its cards out.
pub fn make_older_clock(place: &Place) {
    let log = place.dir.path().join("lake/case_state/_delta_log");
    let commits = std::fs::read_dir(&log).expect("log").filter_map(|entry| {
        let name = entry.expect("entry").file_name().into_string().expect("text");
        name.strip_suffix(".json").and_then(|number| number.parse::<u64>().ok())
    });
    let next = commits.max().expect("a commit") + 1;
    let older = "{\"txn\":{\"appId\":\"derive/engine\",\"version\":1,\"lastUpdated\":0}}\n";
    std::fs::write(log.join(format!("{next:020}.json")), older).expect("written");
}

/// The path as text.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path of text")
}

/// How many cases a CSV file is about that begins with `case_no`; some have several versions.
pub fn case_numbers(file: &Path) -> i64 {
    let text = std::fs::read_to_string(file).expect("file");
    let cases: HashSet<&str> = text.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    cases.len() as i64
}
