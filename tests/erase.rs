//! A person is taken out of tables, old versions, originals and refused records, and nothing else
//! changes; also if it is killed in the middle.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ingest::{Vault, VaultOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::killing::{Killing, timed};
use crate::support::{Place, text};

const PERSON: &str = "11010519491231002X";
const NAME: &str = "张三丰";
const ROUNDS: u64 = 6;

const SOURCE: &str = "[source]\nsystem = \"hall\"\ntime_zone = \"Asia/Shanghai\"\n[[output]]\n";
const CASES: &str = r#"table = "workflow_case"
attributes = ["note"]
[output.fields]
case_no = "case"
data_version = "version"
applicant_hash = { column = "applicant", person = true, id_card = true }
visits_count = "visits"
recorded_at = "at"
"#;
const EVENTS: &str = r#"table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = "type"
occurred_at = "at"
opinion = "opinion"
"#;
const MESSAGES: &str = r#"table = "feedback_message"
[output.fields]
msg_id = "id"
author_hash = { column = "author", person = true }
text = "text"
posted_at = "at"
"#;
const REPLIES: &str = r#"table = "feedback_reply"
[output.fields]
reply_id = "id"
msg_id = "message"
text = "text"
replied_at = "at"
"#;

/// Mapping, file and its lines. The person has a case in two versions, a refused one and a message.
const FILES: [(&str, &str, &str); 6] = [
    (
        "cases",
        "cases_1.csv",
        "case,version,applicant,visits,at,note
A,1,11010519491231002X,1,2023-05-01 09:00:00,张三丰家
B,1,110105194912310038,1,2023-05-01 09:00:00,李四家
",
    ),
    (
        "cases",
        "cases_2.csv",
        "case,version,applicant,visits,at,note
A,2,11010519491231002x,2,2023-05-02 09:00:00,张三丰家
C,1,11010519491231002X,many,2023-05-02 09:00:00,张三丰家
D,1,110105194912310038,many,2023-05-02 09:00:00,李四家
",
    ),
    (
        "cases",
        "other.csv",
        "case,version,applicant,visits,at,note
F,1,110105194912310038,1,2023-05-03 09:00:00,李四家
",
    ),
    (
        "events",
        "events.csv",
        "id,case,type,at,opinion
E1,A,ACCEPT,2023-05-02 09:00:00,张三丰符合条件
E2,A,CLOSE,2023-05-10 09:00:00,
E3,B,ACCEPT,2023-05-02 09:00:00,李四符合条件
",
    ),
    (
        "messages",
        "messages.csv",
        "id,author,text,at
M1,11010519491231002X,我是张三丰,2023-05-04 09:00:00
M2,110105194912310038,我是李四,2023-05-04 10:00:00
",
    ),
    (
        "replies",
        "replies.csv",
        "id,message,text,at
R1,M1,张三丰您好,2023-05-05 09:00:00
R2,M2,李四您好,2023-05-05 10:00:00
",
    ),
];

fn land(place: &Place, mapping: &str, name: &str, lines: &str) -> Value {
    let mapping = place.dir.path().join(format!("{mapping}.toml"));
    let file = place.file(name, lines);
    place.json(&["ingest", text(&mapping), text(&file)])
}

/// A lake with the person in it, also in files that only older versions name.
fn landed() -> Place {
    let place = Place::new();
    for (name, output) in [("cases", CASES), ("events", EVENTS), ("messages", MESSAGES), ("replies", REPLIES)] {
        place.file(&format!("{name}.toml"), format!("{SOURCE}{output}"));
    }
    for (mapping, name, lines) in FILES {
        land(&place, mapping, name, lines);
    }
    place.run(&["lake", "compact", "--table", "workflow_case"]);
    place
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn contents(place: &Place) -> BTreeMap<PathBuf, Vec<u8>> {
    let all = ["lake", "data"].map(|name| files(&place.dir.path().join(name))).concat();
    all.into_iter().map(|file| (file.clone(), std::fs::read(file).expect("file"))).collect()
}

/// What a file says: of Parquet every value.
fn said(file: &Path) -> String {
    if file.extension().is_none_or(|ending| ending != "parquet") {
        return String::from_utf8_lossy(&std::fs::read(file).expect("file")).into_owned();
    }
    let rows = ParquetRecordBatchReaderBuilder::try_new(File::open(file).expect("file")).expect("Parquet");
    let rows: Vec<_> = rows.build().expect("reader").map(|batch| batch.expect("rows")).collect();
    arrow::util::pretty::pretty_format_batches(&rows).expect("text").to_string()
}

fn vault(place: &Place) -> Vault {
    let data = place.dir.path().join("data/sunlake");
    let options =
        VaultOptions { folder: data.join("vault"), key_file: data.join("vault.key"), keep_days: 180, originals: true };
    Vault::open(options).expect("vault")
}

/// What the vault holds, unsealed.
fn sealed(place: &Place) -> Vec<String> {
    let (vault, folder) = (vault(place), place.dir.path().join("data/sunlake/vault"));
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut texts = Vec::new();
    for file in files(&folder.join("originals")) {
        let mut reader = vault.read_original(&name(&file)).expect("opened").expect("there");
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut reader, &mut bytes).expect("read");
        texts.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    for file in files(&folder.join("quarantine")) {
        let batch = name(file.parent().expect("a batch"));
        let keep = |record: ingest::RawRecord| {
            texts.push(format!("{record:?}"));
            Ok(())
        };
        vault.refused(&batch, keep).expect("read");
    }
    texts
}

/// Hash of the person, by the table.
fn hash(place: &Place) -> String {
    let rows = place.json(&["query", "select applicant_hash as h from workflow_case where case_no = 'A'"]);
    rows[0]["h"].as_str().expect("a hash").to_owned()
}

/// Files and texts that still tell of the person.
fn left(place: &Place, hash: &str) -> Vec<String> {
    let of_person = |said: &str| [hash, PERSON, &PERSON.to_lowercase(), NAME].iter().any(|part| said.contains(part));
    let in_lake = files(&place.dir.path().join("lake")).into_iter().filter(|file| of_person(&said(file)));
    let mut left: Vec<String> = in_lake.map(|file| file.display().to_string()).collect();
    left.extend(sealed(place).into_iter().filter(|said| of_person(said)));
    left
}

/// Counts, states and metrics: what an erasure leaves.
fn told(place: &Place) -> Vec<String> {
    let count = |table: &str| format!("select count(*) as n from {table}");
    let asked =
        ["workflow_case_history", "workflow_event_history", "feedback_message_history", "feedback_reply_history"]
            .map(count)
            .into_iter()
            .chain([
                "select * from case_state order by case_no".to_owned(),
                "select * from card order by card_id".to_owned(),
            ])
            .chain(["select case_no, data_version, visits_count, row_hash from workflow_case_history order by 1, 2"
                .to_owned()]);
    let mut told: Vec<String> =
        asked.map(|sql| place.run(&["query", &sql, "--format", "json", "--as-of", "2023-06-01"])).collect();
    let period = ["--from", "2023-05-01", "--to", "2023-06-01", "--as-of", "2023-06-01", "--format", "csv"];
    told.extend(["M01", "M03", "M10"].map(|id| place.run(&[&["metric", id][..], &period].concat())));
    told
}

fn erase(place: &Place, more: &[&str]) -> Value {
    let subject = format!("id_card:{PERSON}");
    place.json(&[&["erase", "--subject", &subject, "--order", "2024-17"][..], more].concat())
}

fn states(place: &Place) -> Vec<String> {
    let entries = place.json(&["audit", "list"]);
    let state = |entry: &Value| entry["fields"]["state"].as_str().expect("a state").to_owned();
    entries.as_array().expect("entries").iter().map(state).collect()
}

#[test]
fn a_person_is_taken_out_of_everything_and_nothing_else_changes() {
    let place = landed();
    let hash = hash(&place);
    let backup = place.dir.path().join("backup");
    place.run(&["backup", text(&backup)]);
    let (before, told_before) = (contents(&place), told(&place));
    assert!(left(&place, &hash).len() > 10, "the person is in tables, old files, originals and refused records");
    let planned = erase(&place, &["--dry-run"]);
    assert_eq!(planned["outcome"], "dry_run");
    assert!(contents(&place) == before, "a dry run changes nothing");
    let done = erase(&place, &[]);
    assert_eq!((&done["outcome"], &done["found"]), (&Value::from("erased"), &planned["found"]));
    let tables: Vec<_> = done["found"]["tables"].as_array().expect("tables").iter().collect();
    let counts: Vec<_> =
        tables.iter().map(|part| (part["table"].as_str(), part["rows"].as_i64(), part["quotes"].as_i64())).collect();
    assert!(counts.contains(&(Some("workflow_case"), Some(2), Some(0))), "{counts:?}");
    assert!(counts.contains(&(Some("workflow_event"), Some(0), Some(1))), "{counts:?}");
    assert!(counts.contains(&(Some("feedback_message"), Some(1), Some(0))), "{counts:?}");
    assert!(counts.contains(&(Some("feedback_reply"), Some(0), Some(1))), "{counts:?}");
    let originals = done["found"]["vault"]["originals"].as_array().map(Vec::len);
    assert_eq!((originals, done["found"]["refusals"].as_i64()), (Some(5), Some(1)), "{done}");
    assert_eq!(left(&place, &hash), Vec::<String>::new());
    assert_eq!(told(&place), told_before, "counts, states and metrics stay");
    place.run(&["lake", "verify"]);
    let history = place.json(&["lake", "history", "--table", "workflow_case", "--limit", "1"]);
    let newest = &history["versions"][0];
    assert_eq!((newest["operation"].as_str(), newest["order"].as_str()), (Some("erase"), Some("2024-17")));
    assert_eq!(place.number("select count(*) from workflow_case where applicant_hash is not null"), 2, "B and F");
    assert_eq!(place.number("select count(*) from feedback_reply where text is not null"), 1);
    // The refused record of another stays, and can be corrected.
    let open = place.json(&["quarantine", "list"]);
    assert_eq!((open.as_array().map(Vec::len), open[0]["records"].as_i64()), (Some(1), Some(1)), "{open}");
    assert_eq!(place.number("select count(*) from refusal where is_open"), 1, "what is closed is so in SQL, too");
    assert!(sealed(&place).iter().any(|said| said.contains("many")));
    assert!(place.run(&["audit", "verify"]).contains("2 entries"));
    assert_eq!(states(&place), ["begun", "done"]);
    let log = std::fs::read_to_string(place.dir.path().join("data/sunlake/audit.ndjson")).expect("log");
    assert!(log.contains(&hash) && log.contains("2024-17") && !log.contains(PERSON) && !log.contains(NAME));
    // Once more: nothing is there, and nothing changes.
    let after = contents(&place);
    assert_eq!(erase(&place, &["--dry-run"])["outcome"], "nothing_found");
    assert_eq!(erase(&place, &[])["outcome"], "nothing_found");
    let mut changed = contents(&place).into_iter().filter(|(file, bytes)| after.get(file) != Some(bytes));
    assert!(changed.all(|(file, _)| text(&file).contains("/_locks/")), "who holds a lock signs it");
    // What is copied into the same backup replaces what held the person.
    place.run(&["backup", text(&backup)]);
    let (log, lake): (Vec<PathBuf>, Vec<PathBuf>) =
        files(&backup).into_iter().partition(|file| file.starts_with(backup.join("audit")));
    assert!(lake.iter().all(|file| !said(file).contains(&hash)));
    assert!(log.iter().all(|file| said(file).contains(&hash)) && log.len() == 1, "which order took whom out");
}

#[test]
fn the_same_file_does_not_bring_an_erased_person_back() {
    let place = landed();
    let hash = hash(&place);
    erase(&place, &[]);
    let (mapping, name, lines) = FILES[0];
    assert_eq!(land(&place, mapping, name, lines)["outcome"], "already_landed");
    assert_eq!(left(&place, &hash), Vec::<String>::new());
    let again = land(&place, mapping, "again.csv", &format!("{lines}\n"));
    assert_eq!((again["landed"].as_i64(), again["known"].as_i64()), (Some(0), Some(2)), "{again}");
    assert_eq!(place.number("select count(*) from workflow_case where applicant_hash is not null"), 2);
    // The vault has the file, though, until somebody asks.
    assert_eq!(left(&place, &hash).len(), 1);
    let found = erase(&place, &[]);
    assert_eq!(found["found"]["vault"]["originals"].as_array().map(Vec::len), Some(1), "{found}");
    assert_eq!(left(&place, &hash), Vec::<String>::new());
    assert_eq!(states(&place), ["begun", "done", "begun", "done"]);
    // Withdrawn first, it would: the plan says so.
    let known = land(&place, mapping, name, lines);
    let plan = place.run(&["lake", "rollback", "--dry-run", "--batch", known["batch_id"].as_str().expect("batch_id")]);
    assert!(plan.contains("by order 2024-17 a person was erased from its rows"), "{plan}");
}

#[test]
fn a_hash_of_a_table_is_enough_and_the_identifier_may_come_from_standard_input() {
    let place = landed();
    let hash = hash(&place);
    let mut command = place.sunlake();
    command.args(["erase", "--subject", "id_card:-", "--order", "1", "--dry-run", "--json"]);
    let done = command.write_stdin(format!("{PERSON}\n")).assert().success();
    let planned: Value = serde_json::from_slice(&done.get_output().stdout).expect("JSON");
    let by_hash = place.json(&["erase", "--subject", &format!("hash:{hash}"), "--order", "1"]);
    assert_eq!(by_hash["found"]["tables"], planned["found"]["tables"]);
    assert_eq!(by_hash["found"]["refusals"], planned["found"]["refusals"]);
    assert!(by_hash["not_reached"].as_array().is_some_and(|told| told.len() == 2), "{by_hash}");
    assert_eq!(left(&place, &hash), Vec::<String>::new());
}

#[test]
fn what_cannot_be_done_is_told_in_a_sentence() {
    let place = landed();
    for (subject, says) in [
        ("id_card:110105194912310021", "no ID card number"),
        ("phone:12345", "no phone number"),
        ("name:somebody", "no kind of identifier"),
        ("11010519491231002X", "no kind of identifier"),
        ("hash:abc", "no hash"),
    ] {
        let told = place.fails(2, &["erase", "--subject", subject, "--order", "1"]);
        assert!(told.contains(says) && !told.contains("1101051949"), "{told}");
    }
    let subject = format!("id_card:{PERSON}");
    assert!(place.fails(2, &["erase", "--subject", &subject]).contains("--order"));
    assert!(place.fails(2, &["erase", "--subject", &subject, "--order", PERSON]).contains("number of the order"));
    let nobody = place.run(&["erase", "--subject", "phone:13800138000", "--order", "1"]);
    assert!(nobody.contains("nothing of this person was found") && nobody.contains("Not reached: backups"), "{nobody}");
    std::fs::remove_file(place.dir.path().join("data/sunlake/person.key")).expect("lost");
    let told = place.fails(2, &["erase", "--subject", &subject, "--order", "1"]);
    assert!(told.contains("there is no person key at"), "{told}");
    let log = place.dir.path().join("data/sunlake/audit.ndjson");
    let text = std::fs::read_to_string(&log).expect("log");
    std::fs::write(&log, text.replace("\"done\"", "\"gone\"")).expect("changed");
    assert!(place.fails(1, &["audit", "verify"]).contains("entry 1 was changed"));
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).expect("inside"));
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("folder");
        std::fs::copy(file, target).expect("copied");
    }
}

#[test]
fn a_killed_erasure_ends_the_same_when_it_is_made_again() {
    let base = landed();
    let (hash, told_before) = (hash(&base), told(&base));
    let copied = || {
        let place = Place::new();
        ["lake", "data"].iter().for_each(|name| copy(&base.dir.path().join(name), &place.dir.path().join(name)));
        place
    };
    let run = |place: &Place| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sunlake"));
        command.args(["erase", "--subject", &format!("id_card:{PERSON}"), "--order", "2024-17"]);
        command.env("SUNLAKE_LAKE", place.dir.path().join("lake")).env("XDG_DATA_HOME", place.dir.path().join("data"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let (done, took) = timed(|| run(&copied()).status().expect("ran"));
    assert!(done.success());
    let mut killing = Killing::new(ROUNDS);
    for round in killing.rounds() {
        let place = copied();
        let mut child = run(&place).spawn().expect("started");
        std::thread::sleep(killing.below(took));
        child.kill().expect("killed");
        child.wait().expect("ended");
        place.run(&["audit", "verify"]);
        assert!(run(&place).status().expect("ran").success(), "round {round}: again");
        assert_eq!(left(&place, &hash), Vec::<String>::new(), "round {round}");
        assert_eq!(told(&place), told_before, "round {round}");
        place.run(&["lake", "verify"]);
        place.run(&["audit", "verify"]);
        assert_eq!(states(&place).last().map(String::as_str), Some("done"), "round {round}");
        let open = place.json(&["quarantine", "list"]);
        assert_eq!(open.as_array().map(Vec::len), Some(1), "round {round}: {open}");
    }
}
