//! Files that come from an object store or a web address.

use assert_cmd::Command;
use serde_json::Value;

use crate::formats::{self, gzipped};
use crate::store::{Fault, KEY, SECRET, Store};
use crate::support::{Place, text};
use crate::workbook::packed;

const MAPPING: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
extract_time = { file_name = "events_%Y%m%dT%H%M%S.csv" }
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = { value = "ACCEPT" }
occurred_at = "at"
"#;

fn rows(of: &str) -> String {
    let lines = (0..40).map(|row| format!("{of}-{row},TEST-{of}-{row},2023-05-04 09:00:00\n"));
    format!("id,case,at\n{}", lines.collect::<String>())
}

/// What the program lands from the store; its temporary files are in a folder of their own.
struct Landing {
    place: Place,
    store: Store,
    mapping: String,
}

impl Landing {
    fn new() -> Self {
        let place = Place::new();
        std::fs::create_dir(place.dir.path().join("tmp")).expect("folder");
        let mapping = text(&place.file("hall.toml", MAPPING)).to_owned();
        Self { place, store: Store::start(), mapping }
    }

    fn ingest(&self, address: &str) -> Command {
        let mut command = with_store(&self.place, &self.store);
        command.env("TMPDIR", self.place.dir.path().join("tmp")).args(["ingest", &self.mapping, address, "--json"]);
        command
    }

    fn lands(&self, address: &str) -> Value {
        let done = self.ingest(address).assert().success();
        assert!(!String::from_utf8_lossy(&done.get_output().stderr).contains("never-shown"));
        serde_json::from_slice(&done.get_output().stdout).expect("a receipt")
    }

    /// What it says when nothing lands.
    fn refuses(&self, mut command: Command) -> String {
        let done = command.assert().failure().code(1);
        let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
        assert!(said.contains("1 of 1 file did not land") && !said.contains("never-shown"), "{said}");
        assert_eq!(self.place.number("select count(*) from ingest_batch"), 0, "{said}");
        let left = std::fs::read_dir(self.place.dir.path().join("tmp")).expect("folder").count();
        assert_eq!(left, 0, "temporary files are left");
        said
    }

    /// The name of the batch that the same bytes are on the disk.
    fn batch_on_disk(&self, bytes: impl AsRef<[u8]>) -> Value {
        let file = self.place.file("events.csv", bytes);
        let receipt = self.place.json(&["ingest", &self.mapping, text(&file), "--dry-run"]);
        receipt["batch_id"].clone()
    }
}

/// The program with the store's key in its environment, and nothing else of that kind.
pub fn with_store(place: &Place, store: &Store) -> Command {
    let mut command = place.sunlake();
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AWS_")) {
        command.env_remove(name);
    }
    command
        .env("AWS_ACCESS_KEY_ID", KEY)
        .env("AWS_SECRET_ACCESS_KEY", SECRET)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ENDPOINT_URL", &store.url)
        .env("AWS_ALLOW_HTTP", "true")
        .env("NO_PROXY", "127.0.0.1")
        .env("no_proxy", "127.0.0.1");
    command
}

#[test]
fn an_object_is_the_same_batch_as_the_file_on_the_disk() {
    let landing = Landing::new();
    let name = "exports/2023/村 events.csv";
    for (path, bytes) in [(name, rows("a").into_bytes()), ("exports/b.csv.gz", gzipped(rows("b").as_bytes()))] {
        landing.store.put(path, &bytes);
        let on_disk = landing.batch_on_disk(&bytes);
        let receipt = landing.lands(&format!("s3://{}", path.replace(' ', "%20")));
        assert_eq!((receipt["landed"].as_i64(), &receipt["batch_id"]), (Some(40), &on_disk), "{receipt}");
        assert_eq!(receipt["file"].as_str(), Some(format!("s3://{path}").as_str()));
        assert_eq!(landing.lands(&format!("s3://{}", path.replace(' ', "%20")))["outcome"], "already_landed");
    }
    let told = landing.place.json(&["query", "select file_name from ingest_batch order by file_name"]);
    assert_eq!(told[0]["file_name"], format!("s3://{name}").as_str(), "{told}");
    // A name that tells the extract's time does so at the end of an address too.
    landing.store.put("exports/events_20230913T154200.csv", "id,case,at\n");
    assert_eq!(landing.lands("s3://exports/events_20230913T154200.csv")["outcome"], "landed");
    landing.store.put("exports/empty.csv", "");
    let done = landing.ingest("s3://exports/empty.csv").assert().failure().code(1);
    assert!(String::from_utf8_lossy(&done.get_output().stderr).contains("s3://exports/empty.csv is empty"));
}

#[test]
fn workbooks_and_archives_are_objects_too() {
    let mut landing = Landing::new();
    landing.mapping = formats::mapping(&landing.place);
    landing.store.put("exports/a.xlsx", formats::xlsx());
    let receipt = landing.lands("s3://exports/a.xlsx");
    assert_eq!((receipt["landed"].as_i64(), receipt["encoding"].as_str()), (Some(2), Some("XLSX")), "{receipt}");
    landing.store.put("exports/a.zip", packed(&[("a.csv", formats::CSV.as_bytes())]));
    let receipt = landing.lands("s3://exports/a.zip");
    assert_eq!((receipt["landed"].as_i64(), receipt["known"].as_i64()), (Some(0), Some(2)), "{receipt}");
}

#[test]
fn what_cannot_be_had_is_told_once_and_without_secrets() {
    let landing = Landing::new();
    landing.store.put("exports/a.csv", rows("a"));
    let address = "s3://exports/a.csv";
    let said = landing.refuses(landing.ingest("s3://exports/b.csv"));
    assert!(said.contains("s3://exports/b.csv is not there; check bucket and key"), "{said}");
    landing.store.fail(&[Fault::Status(403)]);
    let mut loud = landing.ingest(address);
    loud.arg("-vv");
    let said = landing.refuses(loud);
    assert!(said.contains("s3://exports/a.csv: the store does not allow it; check the key"), "{said}");
    assert!(!said.contains("DEBUG"), "of each request something is told: {said}");
    let mut nobody = landing.ingest(address);
    nobody.env_remove("AWS_ACCESS_KEY_ID").env_remove("AWS_SECRET_ACCESS_KEY");
    let said = landing.refuses(nobody);
    assert!(said.contains("set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"), "{said}");
    let mut overheard = landing.ingest(address);
    overheard.env_remove("AWS_ALLOW_HTTP");
    let said = landing.refuses(overheard);
    assert!(said.contains("or set AWS_ALLOW_HTTP=true if the way is safe"), "{said}");
    landing.store.fail(&[Fault::Status(500); 9]);
    let said = landing.refuses(landing.ingest(address));
    assert!(said.contains("s3://exports/a.csv cannot be read: the server answers 500"), "{said}");
    landing.store.fail(&[Fault::Status(500)]);
    assert_eq!(landing.lands(address)["landed"], 40, "asked again");
}

#[test]
fn what_is_cut_off_goes_on_where_it_stopped_and_only_with_the_same_object() {
    let landing = Landing::new();
    let (bytes, address) = (rows("a"), "s3://exports/a.csv");
    landing.store.put("exports/a.csv", &bytes);
    landing.store.fail(&[Fault::Cut(100), Fault::CutAndReplaced(50)]);
    let said = landing.refuses(landing.ingest(address));
    assert!(said.contains("s3://exports/a.csv was changed while it was fetched"), "{said}");
    let asked = landing.store.asked();
    assert_eq!(asked[1], "GET /exports/a.csv range: bytes=100- if-match: \"tag-1\"", "{asked:?}");
    assert_eq!(asked[2], "GET /exports/a.csv range: bytes=150- if-match: \"tag-1\"", "{asked:?}");
    landing.store.fail(&[Fault::Cut(0); 9]);
    let said = landing.refuses(landing.ingest(address));
    assert!(said.contains(&format!("only 0 of {} bytes came", bytes.len())), "{said}");
    assert!(said.contains("s3://exports/a.csv: try 1 of 5 is given up, it is asked again"), "{said}");
    // A little now and then is no progress: it would be asked for ever.
    landing.store.asked();
    landing.store.fail(&[Fault::Cut(10); 99]);
    let said = landing.refuses(landing.ingest(address));
    assert!(said.contains(&format!("only 50 of {} bytes came", bytes.len())), "{said}");
    assert_eq!(landing.store.asked().len(), 5);
    // As long as a tenth comes, it goes on.
    landing.store.fail(&[Fault::Cut(200); 9]);
    let receipt = landing.lands(address);
    assert_eq!((&receipt["batch_id"], receipt["landed"].as_i64()), (&landing.batch_on_disk(&bytes), Some(40)));
}

#[test]
fn a_web_address_keeps_its_signature_to_itself() {
    let landing = Landing::new();
    let (bytes, page) = (rows("a"), format!("{}/open/a.csv", landing.store.url));
    let address = format!("{page}?sig=never-shown-signature");
    let said = landing.refuses(landing.ingest(&address));
    assert!(said.contains(&format!("{page} is not there; check the address")), "{said}");
    for status in [401, 403] {
        landing.store.fail(&[Fault::Status(status)]);
        let said = landing.refuses(landing.ingest(&address));
        assert!(said.contains(&format!("{page}: the server does not allow it")) && !said.contains("AWS"), "{said}");
    }
    landing.store.put("open/a.csv", &bytes);
    landing.store.asked();
    landing.store.fail(&[Fault::NoLength]);
    let said = landing.refuses(landing.ingest(&address));
    assert!(said.contains(&format!("{page}: the server does not say how long it is")), "{said}");
    assert_eq!(landing.store.asked().len(), 1, "asked again, it would not say either");
    // Without an ETag nothing tells that the rest belongs to what has come.
    landing.store.fail(&[Fault::Cut(100)]);
    let receipt = landing.lands(&address);
    assert_eq!((&receipt["batch_id"], receipt["file"].as_str()), (&landing.batch_on_disk(&bytes), Some(page.as_str())));
    assert_eq!(landing.store.asked(), vec!["GET /open/a.csv?sig=never-shown-signature"; 2]);
    assert_eq!(landing.place.number("select count(*) from ingest_batch where file_name like '%never%'"), 0);
    let password = address.replace("http://", "http://someone:never-shown@");
    let done = landing.ingest(&password).assert().failure().code(2);
    let said = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(said.contains("leave out name and password") && !said.contains("never-shown"), "{said}");
}

#[test]
fn an_address_that_can_be_none_is_typed_wrongly_and_stops_the_rest() {
    let place = Place::new();
    let (mapping, good) = (place.file("hall.toml", MAPPING), place.file("a.csv", rows("a")));
    for (bad, says) in [
        ("http://", "http://… is no address"),
        ("s3:/exports/a.csv", "what begins with s3: is an address if two slashes follow"),
        ("s3://", "it names no bucket"),
        ("gs://exports/a.csv", "files are read from s3://"),
        ("file://exports", "file://exports is no address"),
    ] {
        let said = place.fails(2, &["ingest", text(&mapping), text(&good), bad]);
        assert!(said.contains(says) && said.lines().count() == 1, "{said}");
    }
    assert!(!place.dir.path().join("lake").exists(), "a lake was made");
    place.run(&["ingest", text(&mapping), text(&good)]);
    assert!(place.fails(2, &["backup", "s3:/backups"]).contains("two slashes"));
}
