use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::seal::{FRAME, HEADER, TAG};
use super::*;
use crate::PersonKey;
use crate::erase::{Batches, Subject};

fn vault(folder: &Path) -> Vault {
    let options = VaultOptions {
        folder: folder.join("vault"),
        key_file: folder.join("vault.key"),
        keep_days: 30,
        originals: true,
    };
    Vault::open(options).expect("open")
}

fn day(text: &str) -> Timestamp {
    format!("{text}T00:00:00Z").parse().expect("instant")
}

fn keep(vault: &Vault, name: &str, bytes: &[u8], now: Timestamp) {
    let mut file = vault.begin(now).expect("begun");
    for part in bytes.chunks(40_000) {
        file.write(part).expect("written");
    }
    vault.keep_original(file, name).expect("kept");
}

fn read(vault: &Vault, name: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut file = vault.read_original(name).map_err(|error| error.to_string())?.ok_or("not there")?;
    file.read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes)
}

#[test]
fn what_was_sealed_is_read_again_whatever_its_length() {
    let dir = tempfile::tempdir().expect("dir");
    let vault = vault(dir.path());
    for length in [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 17] {
        let bytes: Vec<u8> = (0..length).map(|at| (at * 7 % 251) as u8).collect();
        keep(&vault, "abc", &bytes, day("2023-09-13"));
        assert_eq!(read(&vault, "abc").expect("read"), bytes, "{length}");
        let sealed = std::fs::read(vault.original("abc")).expect("file");
        assert_eq!(sealed.len(), HEADER + length + (length / FRAME + 1) * TAG, "{length}");
    }
    assert!(entries(&dir.path().join("vault/_tmp")).expect("folder").is_empty());
}

#[test]
fn no_byte_can_be_changed_or_cut_off_unseen() {
    let dir = tempfile::tempdir().expect("dir");
    let vault = vault(dir.path());
    keep(&vault, "abc", &vec![b'a'; 2 * FRAME + 9], day("2023-09-13"));
    let file = vault.original("abc");
    let sealed = std::fs::read(&file).expect("file");
    let ends = [sealed.len() - 1, sealed.len() - 9 - TAG, HEADER + FRAME + TAG, HEADER];
    for end in ends {
        std::fs::write(&file, &sealed[..end]).expect("cut");
        assert!(read(&vault, "abc").expect_err("refused").contains("changed or cut off"), "{end}");
    }
    for at in [13, 30, HEADER, HEADER + FRAME, sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        std::fs::write(&file, changed).expect("changed");
        assert!(read(&vault, "abc").expect_err("refused").contains("changed or cut off"), "{at}");
    }
    // Frames in another order.
    let mut swapped = sealed.clone();
    let (first, second) = (HEADER..HEADER + FRAME + TAG, HEADER + FRAME + TAG..HEADER + 2 * (FRAME + TAG));
    swapped[first.clone()].copy_from_slice(&sealed[second.clone()]);
    swapped[second].copy_from_slice(&sealed[first]);
    std::fs::write(&file, swapped).expect("swapped");
    assert!(read(&vault, "abc").is_err());
}

/// Sealed by version 1, under the key `ab…`, on 2023-09-13: "kept before names were bound".
const SEALED_BY_1: &str = "534c56313130323162346530000102030405060708090a0b0c0d0e0f000605323d95e000352a31a633ef6550c2de\
                           7097924672684ae43fdb97224296e1bf8f5ad1773c2542a2f007be8708ceb099f182";

#[test]
fn a_file_under_another_name_is_told_and_those_of_version_1_are_still_read() {
    let dir = tempfile::tempdir().expect("dir");
    std::fs::write(dir.path().join("vault.key"), "ab".repeat(32)).expect("key");
    let vault = vault(dir.path());
    let sha256 = |bytes: &[u8]| hex::encode(Sha256::digest(bytes));
    let (first, second, old) = (sha256(b"first"), sha256(b"second"), sha256(b"kept before names were bound"));
    keep(&vault, &first, b"first", day("2023-09-13"));
    keep(&vault, &second, b"second", day("2023-09-13"));
    std::fs::write(vault.original(&old), hex::decode(SEALED_BY_1).expect("digits")).expect("old");
    assert_eq!(read(&vault, &old).expect("read"), b"kept before names were bound");
    let report = vault.verify().expect("verified");
    assert_eq!((report.originals, report.original_bytes, report.findings.len()), (3, 5 + 6 + 28, 0), "{report:?}");
    // One stands for another, and the old one, whose name is not bound, for a third.
    std::fs::rename(vault.original(&first), vault.original(&second)).expect("renamed");
    std::fs::rename(vault.original(&old), vault.original(&first)).expect("renamed");
    assert!(read(&vault, &second).expect_err("refused").contains("the name of another file"));
    let report = vault.verify().expect("verified");
    assert_eq!((report.originals, report.findings.len()), (0, 2), "{report:?}");
    assert!(report.findings.iter().any(|finding| finding.what.contains(&format!("have SHA-256 {old}"))), "{report:?}");
    let mut out = Vec::new();
    assert!(vault.copy_original(&first, &mut out).is_err());
    assert_eq!(vault.copy_original(&old, &mut out).expect("asked"), None);
}

#[test]
fn what_only_says_that_it_has_expired_stays() {
    let dir = tempfile::tempdir().expect("dir");
    let vault = vault(dir.path());
    keep(&vault, "abc", b"x", day("2023-09-13"));
    let file = vault.original("abc");
    let sealed = std::fs::read(&file).expect("file");
    let mut changed = sealed.clone();
    // The time of keeping, to before 1970.
    changed[28] ^= 0x80;
    std::fs::write(&file, changed).expect("changed");
    assert_eq!(vault.sweep(day("2023-09-14")).expect("swept"), 0);
    assert!(vault.has_original("abc"));
    assert!(vault.verify().expect("verified").findings[0].what.contains("changed or cut off"));
    std::fs::write(&file, sealed).expect("mended");
    assert_eq!(vault.sweep(day("2023-10-14")).expect("swept"), 1);
}

#[test]
fn a_vault_that_is_only_looked_for_makes_no_key() {
    let dir = tempfile::tempdir().expect("dir");
    let made = vault(dir.path());
    std::fs::remove_file(dir.path().join("vault.key")).expect("removed");
    assert!(Vault::find(made.options.clone()).expect("looked for").is_none());
    assert!(!dir.path().join("vault.key").exists());
    keep(&made, "abc", b"x", day("2023-09-13"));
    let lost = Vault::find(made.options.clone()).expect_err("refused").to_string();
    assert!(lost.contains("vault.key is missing"), "{lost}");
}

#[test]
fn a_lost_key_is_told_in_a_sentence() {
    let dir = tempfile::tempdir().expect("dir");
    let first = vault(dir.path());
    keep(&first, "abc", b"secret", day("2023-09-13"));
    let key = dir.path().join("vault.key");
    std::fs::remove_file(&key).expect("lost");
    let message = Vault::open(first.options.clone()).expect_err("refused").to_string();
    assert!(message.contains("vault.key is missing"), "{message}");
    std::fs::write(&key, "ab".repeat(32)).expect("another key");
    let message = read(&Vault::open(first.options.clone()).expect("open"), "abc").expect_err("refused");
    assert!(message.contains("sealed under key") && message.contains(first.key_id()), "{message}");
    std::fs::write(&key, "zz").expect("no key");
    assert!(Vault::open(first.options.clone()).is_err());
}

#[test]
fn files_expire_and_those_that_come_again_are_kept_for_longer() {
    let dir = tempfile::tempdir().expect("dir");
    let vault = vault(dir.path());
    keep(&vault, "old", b"x", day("2023-08-01"));
    keep(&vault, "again", b"x", day("2023-08-01"));
    keep(&vault, "again", b"x", day("2023-08-20"));
    assert_eq!(vault.sweep(day("2023-08-31")).expect("swept"), 0);
    assert_eq!(vault.sweep(day("2023-09-01")).expect("swept"), 1);
    assert!(!vault.has_original("old") && vault.has_original("again"));
    std::mem::forget(vault.begin(day("2023-08-20")).expect("begun, and killed"));
    assert_eq!(vault.sweep(day("2023-08-30")).expect("swept"), 1);
}

#[test]
fn refused_records_are_kept_once_and_read_in_order() {
    let dir = tempfile::tempdir().expect("dir");
    let vault = Arc::new(vault(dir.path()));
    let mut header = readers::record::Header::default();
    ["办件编号", "时间"].iter().for_each(|name| header.add_column(name));
    let mut record = readers::record::Record::default();
    ["A-1", ""].iter().for_each(|value| record.push(value));
    let mut texts = TextWriter::new(vault.clone(), day("2023-09-13"), u64::MAX);
    for _ in 0..2 {
        texts.write(7, &[1; 16], &Raw::Record(&header, &record)).expect("written");
    }
    texts.write(9, &[2; 16], &Raw::Bytes(b"A-2,x,y")).expect("written");
    texts.keep("0a1b", 1).expect("kept");
    TextWriter::new(vault.clone(), day("2023-09-13"), u64::MAX).keep("ffff", 1).expect("nothing to keep");
    let mut read = Vec::new();
    let mut take = |record: RawRecord| -> Result<(), IngestError> {
        read.push(record);
        Ok(())
    };
    vault.refused("0a1b", &mut take).expect("read");
    vault.refused("ffff", &mut take).expect("nothing");
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let first = RawRecord {
        line: 7,
        row_hash: "01".repeat(16),
        values: vec![pair("办件编号", "A-1"), pair("时间", "")],
        text: None,
    };
    let second = RawRecord { line: 9, row_hash: "02".repeat(16), values: vec![], text: Some("A-2,x,y".into()) };
    assert_eq!(vault.refused_record("0a1b", 9, &"02".repeat(16)).expect("read").as_ref(), Some(&second));
    assert_eq!(vault.refused_record("0a1b", 7, &"02".repeat(16)).expect("read"), None);
    assert_eq!(read, [first, second]);
    let sealed = std::fs::read(dir.path().join("vault/quarantine/0a1b/1")).expect("file");
    assert!(!sealed.windows(3).any(|bytes| bytes == b"A-1"));
}

/// Keeps refused records, each of one line with one text, of the first attempt of a batch.
fn refuse(vault: &Arc<Vault>, batch: &str, records: &[(u64, &[u8])]) {
    let mut texts = TextWriter::new(vault.clone(), day("2023-09-13"), 1_000_000);
    for (line, bytes) in records {
        texts.write(*line, &[1; 16], &Raw::Bytes(bytes)).expect("written");
    }
    texts.keep(batch, 1).expect("kept");
}

#[test]
fn a_person_leaves_originals_and_refused_records_and_others_stay_as_long_as_before() {
    let dir = tempfile::tempdir().expect("dir");
    let vault = Arc::new(vault(dir.path()));
    for (name, bytes) in
        [("plain", &b"id\n13800138000\n"[..]), ("landed", &b"a,b\n"[..]), ("other", &b"id\n13900139000\n"[..])]
    {
        keep(&vault, name, bytes, day("2023-09-13"));
    }
    refuse(&vault, "0a1b", &[(7, &b"x,13800138000"[..]), (9, &b"x,13900139000"[..])]);
    refuse(&vault, "ffff", &[(2, &b"13800138000"[..])]);
    let keys = vec![PersonKey::from_bytes(b"a key of some length")];
    let subject = Subject::new("phone", "13800138000", keys, "person.key").expect("a phone");
    let named = crate::batch::named(&Sha256::new_with_prefix(b"a,b\n"), "hall", "v1");
    let landed = BTreeSet::from([hex::encode(named.finalize())]);
    let way = ("hall".to_owned(), "v1".to_owned());
    let batches: Batches = landed.iter().map(|id| (id.clone(), way.clone())).collect();
    let heard = std::sync::Mutex::new(Vec::new());
    let plan =
        vault.plan_erase(&subject, landed, &batches, &|come| heard.lock().expect("free").push(come)).expect("plan");
    assert_eq!(plan.originals, BTreeSet::from(["landed", "plain"].map(str::to_owned)));
    assert_eq!(
        plan.refused.iter().map(|(file, n)| (file.as_str(), *n)).collect::<Vec<_>>(),
        [("0a1b/1", 1), ("ffff/1", 1)]
    );
    let heard = heard.into_inner().expect("free");
    assert_eq!(heard.len(), 5, "after each file");
    assert!(heard.is_sorted_by(|before, after| before.bytes < after.bytes && before.of == after.of));
    let last = heard.last().expect("five");
    assert_eq!((last.bytes, last.rows), (last.of, 3));
    assert!(plan.holds("0a1b", 7, &"01".repeat(16)) && !plan.holds("0a1b", 9, &"01".repeat(16)));
    vault.erase(&plan, &|_| ()).expect("erased");
    vault.erase(&plan, &|_| ()).expect("nothing is left to erase");
    assert!(vault.has_original("other") && !vault.has_original("plain") && !vault.has_original("landed"));
    let mut lines = Vec::new();
    let mut take = |record: RawRecord| -> Result<(), IngestError> {
        lines.push(record.line);
        Ok(())
    };
    vault.refused("0a1b", &mut take).expect("read");
    vault.refused("ffff", &mut take).expect("gone");
    assert_eq!(lines, [9]);
    assert!(vault.plan_erase(&subject, BTreeSet::new(), &batches, &|_| ()).expect("plan").is_empty());
    assert_eq!(vault.sweep(day("2023-10-13")).expect("swept"), 0);
    assert_eq!(vault.sweep(day("2023-10-14")).expect("swept"), 2, "writing anew keeps nothing for longer");
}

#[test]
fn names_without_values_are_told_once_and_what_has_no_room_is_left_out() {
    let dir = tempfile::tempdir().expect("dir");
    let vault = Arc::new(vault(dir.path()));
    let mut header = readers::record::Header::default();
    (0..1_000).for_each(|at| header.add_column(&format!("{at}{}", "x".repeat(500))));
    let mut record = readers::record::Record::default();
    ["", "y"].iter().for_each(|value| record.push(value));
    let nothing = readers::record::Record::default();
    let mut texts = TextWriter::new(vault.clone(), day("2023-09-13"), 620_000);
    for line in 1..=100 {
        let record = if line == 7 { &nothing } else { &record };
        assert!(texts.write(line, &[1; 16], &Raw::Record(&header, record)).expect("written"), "{line}");
    }
    assert!(!texts.write(101, &[2; 16], &Raw::Bytes(&[b'z'; 100_000])).expect("no room"));
    // Then none: who reads the refusals need not wonder which have their text.
    assert!(!texts.write(102, &[3; 16], &Raw::Bytes(b"z")).expect("no room"));
    texts.keep("0a1b", 1).expect("kept");
    let mut told = Vec::new();
    let read = vault.refused("0a1b", |record| {
        told.push((record.line, record.values.len()));
        Ok(())
    });
    read.expect("read");
    let expected = (1..=100).map(|line| (line, if line == 1 { 1_000 } else { 1 })).collect::<Vec<(u64, usize)>>();
    assert_eq!(told, expected);
}
