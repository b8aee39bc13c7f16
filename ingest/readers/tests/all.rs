//! What fuzzing begins with, and what it has found, read again without a fuzzer.
#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::path::Path;

#[path = "../../../fuzz/src/lib.rs"]
mod targets;

/// Reads bytes, and tells how many records there were.
type Target = fn(&[u8]) -> u64;

const TARGETS: [(&str, Target); 5] = [
    ("csv", targets::csv),
    ("xlsx", targets::xlsx),
    ("xes", targets::xes),
    ("ndjson", targets::ndjson),
    ("mapping", targets::mapping),
];

#[test]
fn what_fuzzing_found_stays_mended() {
    for (name, target) in TARGETS {
        assert!(run("seeds", name, target) > 0, "no seed of {name} gives a record");
        run("regressions", name, target);
    }
}

/// Runs a target on every file of its folder, if there is one; how many records they gave.
fn run(kind: &str, name: &str, target: Target) -> u64 {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz").join(kind).join(name);
    let Ok(entries) = std::fs::read_dir(&folder) else { return 0 };
    let mut records = 0;
    for entry in entries {
        let path = entry.expect("entry").path();
        // Shown if it fails.
        println!("{}", path.display());
        records += target(&std::fs::read(&path).expect("bytes"));
    }
    records
}
