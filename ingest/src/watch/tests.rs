use std::path::Path;

use datasets::clock::SystemClock;
use datasets::contract::{INGEST_BATCH, WORKFLOW_EVENT};
use datasets::lake::{LakeMeta, LakeUrl};

use super::*;

const MAPPING: &str = r#"
[source]
system = "x"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = { value = "ACCEPT" }
occurred_at = "at"
"#;
const ROWS: &str = "id,case,at\n1,A,2023-09-01 09:00:00\n2,B,2023-09-01 09:00:00\n";

struct Place {
    dir: tempfile::TempDir,
    landing: Landing,
}

impl Place {
    async fn new() -> Self {
        let dir = tempfile::tempdir().expect("dir");
        let url = LakeUrl::parse(dir.path().join("lake").to_str().expect("text")).expect("url");
        let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("lake");
        let landing = Landing {
            lake: Arc::new(lake),
            clock: Arc::new(SystemClock::default()),
            person: PersonKey::from_bytes(b"a key of some length"),
            vault: None,
            news: Arc::default(),
        };
        std::fs::create_dir(dir.path().join("in")).expect("folder");
        Self { dir, landing }
    }

    fn watch(&self, settle: Duration) -> Watch {
        let folder = self.path("in");
        let mapping = Mapping::parse("m", MAPPING).expect("mapping");
        let (done, failed) = (folder.join("done"), folder.join("failed"));
        Watch { folder, mapping, pattern: "*.csv".into(), settle, done, failed }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    async fn rows(&self) -> (u64, u64) {
        let tables = [&WORKFLOW_EVENT, &INGEST_BATCH].map(|contract| self.landing.lake.table(contract));
        let [events, batches] = tables;
        (events.snapshot().await.expect("events").rows(), batches.snapshot().await.expect("batches").rows())
    }
}

async fn appears(path: &Path) -> Value {
    for _ in 0..400 {
        if let Ok(text) = std::fs::read_to_string(path)
            && let Ok(receipt) = serde_json::from_str(&text)
        {
            return receipt;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{} did not appear", path.display());
}

#[tokio::test(flavor = "multi_thread")]
async fn whole_files_land_and_move_and_bad_ones_move_elsewhere() {
    let place = Place::new().await;
    // So long that only what is renamed in can land within the test.
    let watching = tokio::spawn(watch(place.watch(Duration::from_secs(3600)), place.landing.clone()));
    tokio::time::sleep(Duration::from_millis(300)).await;
    for (name, text) in [("a.csv", ROWS), ("bad.csv", "id,case\n1,A\n")] {
        std::fs::write(place.path(name), text).expect("written");
        std::fs::rename(place.path(name), place.path("in").join(name)).expect("renamed");
    }
    std::fs::write(place.path("in/slow.csv"), ROWS).expect("written");
    let receipt = appears(&place.path("in/done/a.csv.receipt.json")).await;
    assert_eq!((receipt["outcome"].as_str(), receipt["landed"].as_u64()), (Some("landed"), Some(2)));
    let failed = appears(&place.path("in/failed/bad.csv.receipt.json")).await;
    assert!(failed["error"].as_str().is_some_and(|error| error.contains("\"at\"")), "{failed}");
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(place.path("in/slow.csv").exists() && !place.path("in/a.csv").exists());
    assert!(place.path("in/done/a.csv").exists() && place.path("in/failed/bad.csv").exists());
    assert_eq!(place.rows().await, (2, 1));
    watching.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_is_left_until_it_rests_and_one_that_landed_lands_once() {
    let place = Place::new().await;
    let settle = Duration::from_secs(2);
    // As if killed after landing and before moving.
    std::fs::write(place.path("in/old.csv"), ROWS).expect("written");
    assert_eq!(land_now(&place, "old.csv").await, "landed");
    let watching = tokio::spawn(watch(place.watch(settle), place.landing.clone()));
    std::fs::write(place.path("in/slow.csv"), "id,case,at\n").expect("begun");
    for row in 10..20 {
        tokio::time::sleep(settle / 8).await;
        let mut file = std::fs::File::options().append(true).open(place.path("in/slow.csv")).expect("still there");
        let line = format!("{row},C{row},2023-09-01 09:00:00\n");
        std::io::Write::write_all(&mut file, line.as_bytes()).expect("written");
    }
    let old = appears(&place.path("in/done/old.csv.receipt.json")).await;
    // Its receipt tells what the landing did, of which nobody was told.
    assert_eq!((old["outcome"].as_str(), old["known"].as_u64()), (Some("already_landed"), Some(2)));
    let before = ["landed", "quarantined", "known"].map(|count| old["before"][count].as_u64());
    assert_eq!((old["before"]["file"].as_str(), before), (Some("old.csv"), [Some(2), Some(0), Some(0)]));
    assert!(old["before"]["at"].as_str().is_some_and(|at| at.parse::<jiff::Timestamp>().is_ok()), "{old}");
    let slow = appears(&place.path("in/done/slow.csv.receipt.json")).await;
    assert_eq!((slow["rows_in"].as_u64(), slow["landed"].as_u64()), (Some(10), Some(10)));
    assert_eq!(place.rows().await, (12, 2));
    watching.abort();
}

/// Lands without moving.
async fn land_now(place: &Place, name: &str) -> &'static str {
    try_now(place, name).await.expect("landed").outcome
}

async fn try_now(place: &Place, name: &str) -> Result<crate::Receipt, IngestError> {
    let landing = &place.landing;
    let (now, person) = (landing.clock.now(), landing.person.clone());
    let options = IngestOptions { dry_run: false, now, person, progress: None, vault: None };
    let mapping = Mapping::parse("m", MAPPING).expect("mapping");
    let input = Input::file(place.path("in").join(name));
    ingest(Some(&landing.lake), &mapping, &input, &options).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_is_missing_is_picked_up_when_it_appears() {
    let place = Place::new().await;
    std::fs::remove_dir(place.path("in")).expect("removed");
    let watching = tokio::spawn(watch(place.watch(Duration::from_millis(100)), place.landing.clone()));
    tokio::time::sleep(Duration::from_millis(100)).await;
    std::fs::create_dir(place.path("in")).expect("made");
    std::fs::write(place.path("in/a.csv"), ROWS).expect("written");
    appears(&place.path("in/done/a.csv.receipt.json")).await;
    assert_eq!(place.rows().await, (2, 1));
    watching.abort();
}

#[test]
fn a_file_is_complete_when_it_rests_or_was_renamed_in() {
    let dir = tempfile::tempdir().expect("dir");
    let file = dir.path().join("a");
    let print = |text: &str| {
        std::fs::write(&file, text).expect("written");
        Print::of(&file).expect("there")
    };
    let (settle, start) = (Duration::from_secs(5), Instant::now());
    let mut seen = Seen::default();
    let mut look = |print: Print, arrived: bool, at: u64| {
        let arrived = if arrived { [file.file_name().expect("name").to_owned()].into() } else { Default::default() };
        let found = vec![("a".into(), print)];
        !seen.complete(found, &arrived, start + Duration::from_secs(at), settle).is_empty()
    };
    let short = print("x");
    assert!(!look(short, false, 0) && !look(short, false, 4));
    let long = print("xy");
    assert!(!look(long, false, 5) && !look(long, false, 9) && look(long, false, 10));
    let longer = print("xyz");
    assert!(!look(longer, false, 11) && look(longer, true, 12));
    // An empty one is mostly about to be written.
    let empty = print("");
    assert!(!look(empty, false, 13) && !look(empty, false, 600) && look(empty, false, 613));
}

/// Lands a file that is changed while it waits for the locks, its name made of its bytes already.
async fn land_while(place: &Place, change: impl FnOnce()) -> Result<crate::Receipt, IngestError> {
    let held = place.landing.lake.lock(INGEST_BATCH.table).await.expect("lock");
    let changing = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        change();
        drop(held);
    };
    tokio::join!(try_now(place, "a.csv"), changing).0
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_replaced_or_written_to_while_it_waits_lands_as_what_it_was_or_not_at_all() {
    let place = Place::new().await;
    let row = |id: u32| format!("id,case,at\n{id},C{id},2023-09-01 09:00:00\n");
    let file = place.path("in/a.csv");
    std::fs::write(&file, ROWS).expect("written");
    let replaced = land_while(&place, || {
        std::fs::write(place.path("b.csv"), row(7)).expect("written");
        std::fs::rename(place.path("b.csv"), &file).expect("replaced");
    });
    assert_eq!(replaced.await.expect("what it was").landed, 2);
    assert_eq!((land_now(&place, "a.csv").await, place.rows().await), ("landed", (3, 2)));
    std::fs::write(&file, row(8)).expect("written");
    let longer = row(8) + "9,C9,2023-09-01 09:00:00\n";
    let written = land_while(&place, || std::fs::write(&file, longer).expect("written"));
    let error = written.await.expect_err("nothing lands");
    assert!(matches!(error, IngestError::Read(ReadError::Changed { .. })) && !is_of_the_file(&error), "{error}");
    assert_eq!(place.rows().await, (3, 2));
    assert_eq!((land_now(&place, "a.csv").await, place.rows().await), ("landed", (5, 3)));
}
