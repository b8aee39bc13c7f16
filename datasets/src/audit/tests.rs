use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).expect("instant")
}

/// A log of so many entries in a folder of its own, and its bytes.
fn log(entries: i64) -> (tempfile::TempDir, AuditLog, Vec<u8>) {
    let dir = tempfile::tempdir().expect("dir");
    let log = AuditLog::at(dir.path().join("deep/audit.ndjson"));
    for number in 0..entries {
        let mut fields = Map::new();
        fields.insert("order".to_owned(), format!("第{number}号").into());
        let added = log.append(at(number), "clerk", "erase", &fields).expect("appended");
        assert_eq!(added.seq, u64::try_from(number).expect("small") + 1);
    }
    let bytes = std::fs::read(&log.file).unwrap_or_default();
    (dir, log, bytes)
}

/// What is found if the log were these lines.
fn found(log: &AuditLog, lines: &[&[u8]]) -> AuditVerified {
    std::fs::write(&log.file, lines.concat()).expect("written");
    log.verify().expect("read")
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

#[test]
fn entries_follow_each_other_and_are_read_again() {
    let (_dir, log, _) = log(5);
    let entries = log.entries().expect("read");
    let verified = log.verify().expect("verified");
    assert_eq!((verified.entries, verified.torn, verified.fault), (5, 0, None));
    assert_eq!(verified.last.as_ref(), entries.last().map(|entry| &entry.hash));
    assert_eq!(entries[0].before, "0".repeat(64));
    assert!(entries.windows(2).all(|pair| pair[1].before == pair[0].hash));
    assert_eq!((entries[3].at, entries[3].fields["order"].as_str()), (at(3), Some("第3号")));
    let none = AuditLog::at(log.file.with_file_name("other.ndjson"));
    assert_eq!(none.verify().expect("nothing yet"), AuditVerified::default());
    assert!(!none.file.exists());
}

#[test]
fn a_flipped_bit_anywhere_is_found_in_its_entry() {
    let (_dir, log, bytes) = log(3);
    for place in (0..bytes.len()).step_by(7).chain([bytes.len() - 1, bytes.len() - 2]) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        let line = bytes[..place].iter().filter(|byte| **byte == b'\n').count() + 1;
        let verified = found(&log, &[&flipped]);
        assert_eq!(verified.fault, Some(AuditFault::Changed { line, seq: line as u64 }), "byte {place}");
        assert_eq!(verified.entries + 1, line as u64);
    }
    let before = std::fs::read(&log.file).expect("file");
    assert!(matches!(log.append(at(9), "-", "login", &Map::new()), Err(AuditError::Damaged { .. })));
    assert_eq!(std::fs::read(&log.file).expect("file"), before, "nothing is added to what is damaged");
}

#[test]
fn what_is_removed_moved_or_replaced_is_named() {
    let (_dir, log, bytes) = log(4);
    let all = lines(&bytes);
    let missing = found(&log, &[all[0], all[2], all[3]]);
    assert_eq!((missing.entries, missing.fault), (1, Some(AuditFault::Missing { line: 2, seq: 2 })));
    assert_eq!(found(&log, &all[1..]).fault, Some(AuditFault::Missing { line: 1, seq: 1 }));
    let moved = found(&log, &[all[0], all[2], all[1], all[3]]);
    assert_eq!(moved.fault, Some(AuditFault::Moved { line: 2, seq: 2, found: 3 }));
    let twice = found(&log, &[all[0], all[0], all[1]]);
    assert_eq!(twice.fault, Some(AuditFault::Moved { line: 2, seq: 2, found: 1 }));
    // An entry of another log, sound by itself.
    let (_other_dir, other, _) = self::log(1);
    other.append(at(77), "somebody", "erase", &Map::new()).expect("appended");
    let other = std::fs::read(&other.file).expect("file");
    let replaced = found(&log, &[all[0], lines(&other)[1], all[2], all[3]]);
    assert_eq!(replaced.fault, Some(AuditFault::Replaced { line: 3, seq: 3 }), "the chain breaks behind it");
}

#[test]
fn a_torn_append_is_told_apart_and_cut_off_by_the_next() {
    let (_dir, log, bytes) = log(3);
    let all = lines(&bytes);
    for kept in [1, 40, all[2].len() - 2] {
        let torn = found(&log, &[all[0], all[1], &all[2][..kept]]);
        assert_eq!((torn.entries, torn.torn, torn.fault), (2, kept, None), "{kept}");
        assert_eq!(log.entries().expect("read").len(), 2);
        log.append(at(9), "-", "login", &Map::new()).expect("appended");
        let entries = log.entries().expect("mended");
        let told: Vec<(u64, &str)> = entries.iter().map(|entry| (entry.seq, entry.action.as_str())).collect();
        assert_eq!(told, [(1, "erase"), (2, "erase"), (3, MENDED), (4, "login")]);
        assert_eq!(entries[2].fields["bytes"], kept);
        assert_eq!(log.verify().expect("verified").entries, 4);
    }
    // The line end alone is missing: the entry stays.
    let unended = found(&log, &[all[0], all[1], &all[2][..all[2].len() - 1]]);
    assert_eq!((unended.entries, unended.torn), (3, 0));
    log.append(at(9), "-", "login", &Map::new()).expect("appended");
    assert_eq!(log.verify().expect("verified").entries, 4);
    assert_eq!(log.entries().expect("read")[2].action, "erase");
}

#[test]
fn entries_of_many_writers_and_of_any_length_stay_whole() {
    let (_dir, log, _) = log(0);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let log = log.clone();
            scope.spawn(move || {
                for number in 0..5 {
                    let mut fields = Map::new();
                    fields.insert("much".to_owned(), "x".repeat(number * 50_000).into());
                    log.append(at(0), &format!("writer {writer}"), "test", &fields).expect("appended");
                }
            });
        }
    });
    assert_eq!(log.verify().map(|found| (found.entries, found.fault)).expect("verified"), (20, None));
}
