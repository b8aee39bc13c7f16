//! A disk that is full in the middle, for real: a small file system in memory, which is made larger afterwards.

use std::path::PathBuf;
use std::process::Command;

use crate::support::{Place, case_numbers, text};

/// A file system of its own below a place.
struct Small {
    folder: PathBuf,
}

impl Small {
    /// Nothing if this machine does not let the test mount one.
    fn mount(place: &Place, kib: u32) -> Option<Self> {
        let folder = place.dir.path().join("small");
        std::fs::create_dir(&folder).expect("folder");
        let size = format!("size={kib}k");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs", text(&folder)]).output();
        match mounted {
            Ok(done) if done.status.success() => Some(Self { folder }),
            Ok(done) => {
                eprintln!("skipped: no file system can be mounted here: {}", String::from_utf8_lossy(&done.stderr));
                None
            }
            Err(error) => {
                eprintln!("skipped: no file system can be mounted here: {error}");
                None
            }
        }
    }

    fn grow(&self, kib: u32) {
        let size = format!("remount,size={kib}k");
        assert!(Command::new("mount").args(["-o", &size, text(&self.folder)]).status().expect("ran").success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        if !Command::new("umount").arg(&self.folder).status().is_ok_and(|status| status.success()) {
            eprintln!("{} is still mounted", self.folder.display());
        }
    }
}

#[test]
fn a_disk_that_is_full_in_the_middle_is_told_and_what_was_broken_off_lands_when_there_is_room() {
    let place = Place::new();
    let out = place.dir.path().join("exports");
    place.run(&["sample", "--out", text(&out), "--villages", "4", "--scale", "0.1"]);
    let file = |table: &str| {
        let mut files = std::fs::read_dir(&out).expect("folder").map(|entry| entry.expect("entry").path());
        files.find(|file| text(file).contains(&format!("/{table}_"))).expect("the sample has it")
    };
    let (cases, events) = (file("workflow_case"), file("workflow_event"));
    // An empty lake takes some 700 KiB: where the disk is full differs.
    for (number, kib) in [900, 1200, 1500, 2000].into_iter().enumerate() {
        let place = Place::new();
        let Some(small) = Small::mount(&place, kib) else { return };
        let lake = small.folder.join("lake");
        let lake = text(&lake);
        let land = |mapping: &str, file: &std::path::Path| {
            place.sunlake().args(["ingest", mapping, text(file), "--lake", lake]).output().expect("ran")
        };
        let mut refused = 0;
        for (mapping, file) in [("workflow_case", &cases), ("workflow_event", &events)] {
            let done = land(mapping, file);
            if !done.status.success() {
                let said = String::from_utf8_lossy(&done.stderr);
                assert!(said.contains("no space left on"), "{kib} KiB, {mapping}: {said}");
                // Either nothing landed, or only what is worked out is behind.
                let next = ["free some and run the same command again", "run `sunlake derive`"];
                assert!(next.iter().any(|next| said.contains(next)), "{kib} KiB, {mapping}: {said}");
                refused += 1;
            }
        }
        assert!(refused > 0 || number == 3, "{kib} KiB are enough for both: the test needs smaller ones");
        // What had landed can be read; without room for a lake there is none.
        let asked = place.sunlake().args(["lake", "verify", "--lake", lake]).output().expect("ran");
        let said = String::from_utf8_lossy(&asked.stderr);
        assert!(asked.status.success() || said.contains("there is no lake"), "{kib} KiB: {said}");
        small.grow(64 * 1024);
        for (mapping, file) in [("workflow_case", &cases), ("workflow_event", &events)] {
            let done = land(mapping, file);
            assert!(done.status.success(), "{kib} KiB, {mapping}: {}", String::from_utf8_lossy(&done.stderr));
        }
        place.run(&["lake", "verify", "--lake", lake]);
        let number = |sql: &str| {
            let rows = place.json(&["query", sql, "--lake", lake, "--as-of", "2023-09-13"]);
            rows[0]["n"].as_i64().expect("n")
        };
        let lines = std::fs::read_to_string(&events).expect("file").lines().count() as i64 - 1;
        assert_eq!(number("select count(*) as n from workflow_event_history"), lines, "{kib} KiB");
        assert_eq!(number("select count(*) as n from case_state"), case_numbers(&cases), "{kib} KiB");
        let cards = "select count(*) - count(distinct card_id) as n from card_all";
        assert_eq!(number(cards), 0, "{kib} KiB");
    }
}
