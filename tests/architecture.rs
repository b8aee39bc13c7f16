//! The shape of the project (docs: ARCHITECTURE.md), read from its own files.

use std::collections::BTreeMap;
use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// Which crates of ours each crate may use.
const ARROWS: [(&str, &[&str]); 9] = [
    (".", &["analytics", "dashboard", "datasets", "ingest", "queries"]),
    ("datasets", &["contract"]),
    ("datasets/contract", &[]),
    ("queries", &["datasets"]),
    ("ingest", &["datasets", "readers"]),
    ("ingest/readers", &["contract"]),
    ("analytics", &["datasets", "queries", "sla"]),
    ("analytics/sla", &[]),
    ("dashboard", &["analytics", "datasets", "ingest", "queries"]),
];
/// Longest file that is still read in one go.
const MOST_LINES: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            let name = path.file_name().expect("name").to_string_lossy().into_owned();
            if path.is_dir() {
                let foreign = ["target", "node_modules", "lake-demo"].contains(&name.as_str()) || name.starts_with('.');
                folders.extend((!foreign).then_some(path));
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no file ends in {ending}");
    found
}

#[test]
fn dependencies_point_one_way() {
    for (place, allowed) in ARROWS {
        let manifest = read_to_string(root().join(place).join("Cargo.toml")).expect("manifest");
        let manifest: toml::Table = manifest.parse().expect("TOML");
        let ours = ["analytics", "contract", "dashboard", "datasets", "ingest", "queries", "readers", "sla"];
        let used = manifest["dependencies"].as_table().expect("dependencies").keys();
        for used in used.filter(|name| ours.contains(&name.as_str())) {
            assert!(allowed.contains(&used.as_str()), "{place} may not use {used}");
        }
    }
}

#[test]
fn no_file_is_too_long() {
    for ending in [".rs", ".sql", ".css", ".html", ".js", ".mjs", ".py", ".sh"] {
        for file in files(ending) {
            let lines = read_to_string(&file).expect("text").lines().count();
            assert!(lines <= MOST_LINES, "{} has {lines} lines, at most {MOST_LINES}", file.display());
        }
    }
}

#[test]
fn sql_over_the_lake_stands_in_queries_alone() {
    let tables = [
        "case_state",
        "workflow_case",
        "workflow_event",
        "village_day",
        "village_item_month",
        "org_item_day",
        "handling_hist",
        "ingest_batch",
        "card",
    ];
    for file in files(".rs") {
        let place = file.strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
        if place.starts_with("queries") || place.contains("tests") || place.starts_with("bench") {
            continue;
        }
        let code = read_to_string(&file).expect("text");
        for (at, line) in code.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let lower = line.to_lowercase();
            for table in tables {
                let asks = lower.contains("select ") && lower.contains(&format!(" from {table}"));
                let shown = place == "src/cli.rs" || lower.contains("sunlake query");
                assert!(!asks || shown, "{place}:{}: SQL over {table} outside queries/", at + 1);
            }
        }
    }
}

#[test]
fn one_version_of_what_data_passes_through() {
    let lock: toml::Table = read_to_string(root().join("Cargo.lock")).expect("lock").parse().expect("TOML");
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in lock["package"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("name");
        if ["arrow", "datafusion", "parquet", "object_store", "deltalake-core"].contains(&name) {
            versions.entry(name).or_default().push(package["version"].as_str().expect("version"));
        }
    }
    assert_eq!(versions.len(), 5, "{versions:?}");
    for (name, versions) in versions {
        assert_eq!(versions.len(), 1, "{name} stands in the lock as {versions:?}");
    }
}

#[test]
fn the_readers_need_no_lake() {
    let lock = read_to_string(root().join("fuzz/Cargo.lock")).expect("lock");
    assert!(lock.contains("name = \"readers\""), "the lock of fuzz/ is another one");
    for heavy in ["datafusion", "deltalake-core", "object_store", "tokio"] {
        assert!(!lock.contains(&format!("name = \"{heavy}\"")), "what the readers need brings {heavy}");
    }
}

#[test]
fn sessions_are_built_in_one_place() {
    for file in files(".rs") {
        let code = read_to_string(&file).expect("text");
        let place = file.strip_prefix(root()).expect("inside").to_string_lossy().into_owned();
        let built = code.contains("SessionContext::new") && !place.contains("tests");
        // The catalog for clients of PostgreSQL's holds names and types, and no table of the lake.
        let may = ["analytics/src/session/contexts.rs", "analytics/src/pg/mod.rs"].contains(&place.as_str());
        assert!(!built || may, "{place} builds a session of its own");
    }
}
