//! Landing while the power is cut and while the store fails, by seeded schedules. A schedule that
//! fails tells its seed; `SUNLAKE_SEED=n` runs that one alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::AsArray;
use datasets::contract::WORKFLOW_EVENT;
use datasets::lake::Lake;
use jiff::{Timestamp, ToSpan};

use super::{IngestOptions, Input, ingest};
use crate::{IngestError, Mapping, PersonKey, Receipt, Vault};

mod faults;
mod faulty_store;
mod power;
mod sim_disk;

/// Two tables of facts; the last record of a file is refused.
const MAPPING: &str = r#"
[source]
system = "trial"
time_zone = "Asia/Shanghai"
case_key = "case"
[[output]]
table = "workflow_case"
per = "case"
[output.fields]
case_no = "case"
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = { value = "ACCEPT" }
occurred_at = "at"
"#;
/// Events of a file that land.
const EVENTS: usize = 5;

/// Splitmix64: numbers that look random, the same ones for the same seed.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// True so many times in a thousand.
    fn in_1000(&mut self, times: u64) -> bool {
        self.below(1000) < times
    }
}

/// Says the seed if its schedule panics.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("SUNLAKE_SEED={} repeats this schedule", self.0);
        }
    }
}

/// The seeds to run: one that was asked for, or so many.
fn seeds(variable: &str, few: u64) -> Vec<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    match number("SUNLAKE_SEED") {
        Some(seed) => vec![seed],
        None => (0..number(variable).unwrap_or(few)).collect(),
    }
}

/// The files that are landed, outside the lake.
struct Files {
    dir: tempfile::TempDir,
    mapping: Mapping,
}

impl Files {
    fn new() -> Self {
        let mapping = Mapping::parse("trial", MAPPING).expect("mapping");
        Self { dir: tempfile::tempdir().expect("dir"), mapping }
    }

    fn path(&self, batch: u64) -> PathBuf {
        let path = self.dir.path().join(format!("{batch}.csv"));
        if !path.exists() {
            let month = 1 + batch % 3;
            let events =
                (0..EVENTS).map(|event| format!("E{batch}-{event},C{batch},2023-0{month}-0{} 09:00:00\n", event + 1));
            let text =
                "id,case,at\n".to_owned() + &events.collect::<String>() + &format!("E{batch}-bad,C{batch},never\n");
            std::fs::write(&path, text).expect("file");
        }
        path
    }

    /// Lands a batch; the receipt must add up.
    async fn land(&self, lake: &Lake, batch: u64) -> Result<Receipt, IngestError> {
        self.land_keeping(lake, batch, None).await
    }

    /// The same; the file and the text of the refused record go into the vault.
    async fn land_keeping(&self, lake: &Lake, batch: u64, vault: Option<Arc<Vault>>) -> Result<Receipt, IngestError> {
        let now: Timestamp = "2024-01-01T00:00:00Z".parse().expect("instant");
        let options = IngestOptions {
            dry_run: false,
            now: now.saturating_add((batch as i64).seconds()).expect("instant"),
            person: PersonKey::from_bytes(b"trial"),
            progress: None,
            vault,
        };
        let receipt = ingest(Some(lake), &self.mapping, &Input::file(self.path(batch)), &options).await?;
        assert_eq!(receipt.rows_in, receipt.landed + receipt.quarantined + receipt.known, "batch {batch}");
        Ok(receipt)
    }
}

/// How often each event is in the lake.
async fn events(lake: &Lake) -> BTreeMap<String, usize> {
    let rows = lake.table(&WORKFLOW_EVENT).snapshot().await.expect("snapshot").read(&["event_id"]).await.expect("rows");
    let mut events = BTreeMap::new();
    for id in rows.iter().flat_map(|rows| rows.column(0).as_string::<i32>().iter().flatten()) {
        *events.entry(id.to_owned()).or_default() += 1;
    }
    events
}

/// Every acknowledged batch is there with all its rows, and nothing twice.
async fn check(lake: &Lake, acknowledged: &BTreeSet<u64>) {
    let events = events(lake).await;
    assert!(events.values().all(|count| *count == 1), "duplicates: {events:?}");
    for batch in acknowledged {
        for event in 0..EVENTS {
            assert!(events.contains_key(&format!("E{batch}-{event}")), "event {event} of batch {batch} is lost");
        }
    }
}

/// All files can be read, and what is wrong is only that landings were broken off.
async fn check_readable(lake: &Lake) {
    for finding in lake.verify(None).await.expect("verified").findings {
        assert!(finding.what.contains("its landing was broken off"), "{finding:?}");
    }
}

/// After all have been landed again: each once, and nothing wrong at all.
async fn check_whole(lake: &Lake, batches: u64) {
    check(lake, &(0..batches).collect()).await;
    assert_eq!(events(lake).await.len() as u64, batches * EVENTS as u64);
    let report = lake.verify(None).await.expect("verified");
    assert_eq!(report.wrong, 0, "{:?}", report.findings);
}

/// Copies a folder and what is in it.
fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("folder");
    for entry in std::fs::read_dir(from).expect("folder").map(|entry| entry.expect("entry")) {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}
