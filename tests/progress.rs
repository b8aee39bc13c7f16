//! Progress bars: for people who wait, and for nobody else.

use std::process::Command;

use crate::killing::timed;
use crate::support::{Place, text};

/// A landing of less than this may end without a bar.
const SURELY_LONG: std::time::Duration = std::time::Duration::from_secs(3);
const HEADER: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,\
                      decision,close_result,occurred_at,recorded_at\n";

/// What the program says on a terminal of its own, and whether it took long enough for a bar.
fn on_a_terminal(place: &Place, rows: usize, more: &str) -> (String, bool) {
    let at = "2023-05-08 09:00:00";
    let row = |row| format!("E{row},C{row},1,ACCEPT,,,,P1,agent,450521-MZ,,,{at},{at}\n");
    let file = place.file("events.csv", HEADER.to_owned() + &(0..rows).map(row).collect::<String>());
    let program = env!("CARGO_BIN_EXE_sunlake");
    // A window of no size would cut the bar.
    let line = format!("stty cols 200; '{program}' ingest workflow_event '{}' --dry-run {more}", text(&file));
    let mut command = Command::new("script");
    command.args(["-qec", &line, "/dev/null"]).stdin(std::process::Stdio::null()).env("TERM", "xterm");
    command.env("SUNLAKE_LAKE", place.dir.path().join("lake")).env("XDG_DATA_HOME", place.dir.path().join("data"));
    let (done, took) = timed(|| command.output().expect("script"));
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stdout));
    (String::from_utf8_lossy(&done.stdout).into_owned(), took > SURELY_LONG)
}

#[test]
fn a_landing_that_takes_long_shows_how_far_it_is_and_a_program_reads_a_receipt_alone() {
    if Command::new("script").arg("--version").output().is_err() {
        eprintln!("skipped: there is no script of util-linux to give the program a terminal");
        return;
    }
    let place = Place::new();
    let mut rows = 50_000;
    let said = loop {
        let (said, is_long) = on_a_terminal(&place, rows, "");
        if is_long {
            break said;
        }
        rows *= 3;
        assert!(rows < 20_000_000, "{rows} rows are read in less than {SURELY_LONG:?}");
    };
    let is_bar = |line: &&str| line.contains("events.csv") && line.contains("iB/s, ") && line.contains(" left");
    let bar = said.split(['\r', '\n']).rfind(is_bar).unwrap_or_else(|| panic!("no bar: {said}"));
    assert!(bar.contains(" rows ") && bar.contains("MiB/"), "{bar}");
    assert!(said.contains(&format!("events.csv: dry_run ({rows} records")), "{said}");
    let (said, _) = on_a_terminal(&place, rows, "--json");
    let receipt: serde_json::Value =
        serde_json::from_str(said.trim()).unwrap_or_else(|error| panic!("{error}: {said}"));
    assert_eq!(receipt["landed"].as_u64(), u64::try_from(rows).ok(), "{receipt}");
}
