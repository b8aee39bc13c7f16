//! What the tests share: a lake of their own, and the program run on it.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
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
