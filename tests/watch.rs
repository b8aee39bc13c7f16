//! Folders that are watched while the server runs.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::killing::Killing;
use crate::server::Server;
use crate::support::{Place, text};

const HEADER: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at\n";

fn rows(from: usize, to: usize) -> String {
    let row = |id| format!("{id},C{id},1,ACCEPT,,,,,,,,,2023-09-01 09:00:00,2023-09-01 09:00:00\n");
    (from..to).map(row).collect()
}

fn watching(settle: u64) -> (Place, PathBuf) {
    let place = Place::new();
    let folder = place.dir.path().join("in");
    std::fs::create_dir(&folder).expect("folder");
    let section = format!(
        "[[watch]]\nfolder = {:?}\nmapping = \"workflow_event\"\npattern = \"*.csv\"\nsettle_seconds = {settle}\n",
        text(&folder)
    );
    let config = place.file("sunlake.toml", section);
    (place, config)
}

fn receipt(place: &Place, name: &str) -> Value {
    let path = place.dir.path().join("in").join(format!("{name}.receipt.json"));
    for _ in 0..1_200 {
        if let Ok(text) = std::fs::read_to_string(&path)
            && let Ok(receipt) = serde_json::from_str(&text)
        {
            return receipt;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{} did not appear", path.display());
}

/// Puts a whole file into the folder.
fn rename_in(place: &Place, name: &str, bytes: &str) {
    let made = place.file(name, bytes);
    std::fs::rename(made, place.dir.path().join("in").join(name)).expect("renamed");
}

fn moved(path: &Path) -> bool {
    (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(25));
        path.exists()
    })
}

#[test]
fn files_land_when_they_are_whole_and_bad_ones_are_put_aside() {
    let (place, config) = watching(2);
    let _server = Server::start(&place, &config);
    let slow = place.dir.path().join("in/slow.csv");
    std::fs::write(&slow, HEADER).expect("begun");
    rename_in(&place, "a.csv", &(HEADER.to_owned() + &rows(0, 3)));
    rename_in(&place, "bad.csv", "event_id\n1\n");
    rename_in(&place, "ignored.txt", "x");
    for row in 10..20 {
        std::thread::sleep(Duration::from_millis(300));
        let mut file = std::fs::File::options().append(true).open(&slow).expect("still there");
        std::io::Write::write_all(&mut file, rows(row, row + 1).as_bytes()).expect("written");
    }
    let landed = receipt(&place, "done/a.csv");
    assert_eq!((landed["outcome"].as_str(), landed["landed"].as_i64()), (Some("landed"), Some(3)));
    assert_eq!(receipt(&place, "failed/bad.csv")["outcome"].as_str(), Some("failed"));
    assert_eq!(receipt(&place, "done/slow.csv")["landed"].as_i64(), Some(10));
    let folder = place.dir.path().join("in");
    assert!(moved(&folder.join("done/slow.csv")) && moved(&folder.join("failed/bad.csv")));
    assert!(folder.join("ignored.txt").exists() && !folder.join("a.csv").exists() && !slow.exists());
    // The same name again gets another; the same bytes land nothing.
    rename_in(&place, "a.csv", &(HEADER.to_owned() + &rows(0, 3)));
    assert_eq!(receipt(&place, "done/a-2.csv")["outcome"].as_str(), Some("already_landed"));
    assert_eq!(place.number("select count(*) from workflow_event_history"), 13);
    // Cards follow without anybody asking for them.
    let derived = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(200));
        place.number("select count(*) from case_state") == 13
    });
    assert!(derived);
}

/// Rounds here; the long test does more.
const ROUNDS: u64 = 4;

#[test]
fn a_killed_server_loses_and_doubles_no_file() {
    let (place, config) = watching(0);
    let mut killing = Killing::new(ROUNDS);
    for round in killing.rounds() {
        let from = usize::try_from(round).expect("few") * 4_000;
        let server = Server::start(&place, &config);
        for part in 0..4 {
            let start = from + part * 1_000;
            rename_in(&place, &format!("{round}-{part}.csv"), &(HEADER.to_owned() + &rows(start, start + 1_000)));
        }
        std::thread::sleep(killing.below(Duration::from_millis(1_000)));
        server.kill();
        let server = killing.restart(|| Server::start(&place, &config));
        for part in 0..4 {
            let name = format!("done/{round}-{part}.csv");
            receipt(&place, &name);
            assert!(moved(&place.dir.path().join("in").join(name)));
        }
        let landed = i64::try_from(from + 4_000).expect("few");
        assert_eq!(place.number("select count(*) from workflow_event_history"), landed, "round {round}");
        let distinct = place.number("select count(distinct event_id) from workflow_event_history");
        assert_eq!(distinct, landed, "round {round}");
        drop(server);
        killing.tidy(&place, round);
    }
    killing.verify(&place);
}
