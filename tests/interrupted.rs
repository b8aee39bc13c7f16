//! A landing that is killed, and made again; one that has to wait; reading beside it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use crate::killing::{Killing, timed};
use crate::support::{Place, case_numbers, text};

const ROUNDS: u64 = 8;

/// The cases and the events of a sample.
fn workflow_files(folder: &std::path::Path) -> [std::path::PathBuf; 2] {
    ["workflow_case", "workflow_event"].map(|table| {
        let mut files = std::fs::read_dir(folder).expect("folder").map(|entry| entry.expect("entry").path());
        let is_of = |file: &std::path::PathBuf| text(file).contains(&format!("/{table}_"));
        files.find(is_of).expect("the sample has it")
    })
}

#[test]
fn a_killed_landing_lands_once_when_it_is_made_again() {
    let place = Place::new();
    let out = place.dir.path().join("exports");
    place.run(&["sample", "--out", text(&out), "--villages", "6", "--scale", "0.2"]);
    let [cases, events] = &workflow_files(&out);
    let rows = |file: &std::path::Path| std::fs::read_to_string(file).expect("file").lines().count() as i64 - 1;
    let ingest = |lake: &std::path::Path, mapping: &str, file: &std::path::Path| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sunlake"));
        command.args(["ingest", mapping, text(file), "--lake", text(lake)]);
        command.env("XDG_DATA_HOME", place.dir.path().join("data")).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    let ways = [("workflow_case", cases), ("workflow_event", events)];
    let whole = place.dir.path().join("whole");
    let undisturbed = ways.map(|(mapping, file)| {
        let (done, took) = timed(|| ingest(&whole, mapping, file).status().expect("ran"));
        assert!(done.success(), "{mapping}");
        took
    });
    let mut killing = Killing::new(ROUNDS);
    for round in killing.rounds() {
        let lake = place.dir.path().join(format!("lake{round}"));
        for ((mapping, file), took) in ways.into_iter().zip(undisturbed) {
            let mut child = ingest(&lake, mapping, file).spawn().expect("started");
            std::thread::sleep(killing.below(took));
            child.kill().expect("killed");
            child.wait().expect("ended");
            killing.assert_ready(&place, &lake);
            assert!(ingest(&lake, mapping, file).status().expect("ran").success(), "round {round}: {mapping} again");
        }
        let ask = |sql: &str| {
            let done =
                place.sunlake().args(["query", sql, "--json", "--lake", text(&lake), "--as-of", "2023-09-13"]).output();
            let rows: serde_json::Value = serde_json::from_slice(&done.expect("ran").stdout).expect("JSON");
            rows[0]["n"].as_i64().expect("n")
        };
        assert_eq!(ask("select count(*) as n from workflow_event_history"), rows(events), "round {round}");
        assert_eq!(
            ask("select count(distinct event_id) as n from workflow_event_history"),
            rows(events),
            "round {round}"
        );
        assert_eq!(ask("select count(*) as n from workflow_case_history"), rows(cases), "round {round}");
        let (all, distinct) =
            (ask("select count(*) as n from card_all"), ask("select count(distinct card_id) as n from card_all"));
        assert_eq!(all, distinct, "round {round}");
        assert_eq!(ask("select count(*) as n from case_state"), case_numbers(cases), "round {round}");
        assert_eq!(
            ask("select cast(sum(accepted) as bigint) as n from village_day"),
            ask("select count(start_from) as n from case_state"),
            "round {round}"
        );
        let checks =
            ["check", "village_day_sums", "mart_village_item_month", "mart_org_item_day", "mart_handling_hist"];
        let checked = place.sunlake().args(checks).args(["--lake", text(&lake)]).output().expect("ran");
        assert!(checked.status.success(), "round {round}: {}", String::from_utf8_lossy(&checked.stdout));
        place.run(&["lake", "verify", "--lake", text(&lake)]);
        std::fs::remove_dir_all(&lake).expect("removed");
    }
}

#[test]
fn who_waits_for_another_writer_is_told_so() {
    let place = Place::new();
    let out = place.dir.path().join("exports");
    place.run(&["sample", "--out", text(&out), "--villages", "2", "--scale", "0.01"]);
    let [cases, events] = &workflow_files(&out);
    place.run(&["ingest", "workflow_case", text(cases)]);
    let lake = place.dir.path().join("lake");
    let lock = lake.join("_locks/quarantine.lock");
    std::fs::write(&lock, "4321").expect("signed");
    let held = std::fs::File::open(&lock).expect("lock file");
    held.lock().expect("locked");
    let mut waiting = Command::new(env!("CARGO_BIN_EXE_sunlake"))
        .args(["ingest", "workflow_event", text(events), "--lake", text(&lake)])
        .env("XDG_DATA_HOME", place.dir.path().join("data"))
        .env_remove("RUST_LOG")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let (say, heard) = mpsc::channel();
    let stderr = BufReader::new(waiting.stderr.take().expect("stderr"));
    let listener = std::thread::spawn(move || {
        for line in stderr.lines().map_while(Result::ok) {
            if line.contains("waiting for quarantine") {
                let _ = say.send(line);
            }
        }
    });
    let told = heard.recv_timeout(Duration::from_secs(60));
    drop(held);
    assert!(waiting.wait().expect("ended").success());
    listener.join().expect("listened");
    assert!(told.expect("told within a minute").contains("another sunlake process (pid 4321)"));
    assert!(heard.recv().is_err(), "told once");
}

#[test]
fn reading_a_lake_leaves_no_trace() {
    let place = Place::new();
    let out = place.dir.path().join("exports");
    place.run(&["sample", "--out", text(&out), "--villages", "2", "--scale", "0.01"]);
    let mut files = std::fs::read_dir(&out).expect("folder").map(|entry| entry.expect("entry").path());
    let cases = files.find(|file| text(file).contains("workflow_case_")).expect("cases");
    place.run(&["ingest", "workflow_case", text(&cases)]);
    let ours = ["_tmp", "_locks"].map(|folder| place.dir.path().join("lake").join(folder));
    for folder in &ours {
        std::fs::remove_dir_all(folder).expect("made by the writer");
    }
    assert!(place.number("select count(*) as n from workflow_case") > 0);
    place.run(&["lake", "status"]);
    assert!(ours.iter().all(|folder| !folder.exists()));
}
