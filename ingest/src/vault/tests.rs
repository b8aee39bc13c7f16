use super::seal::{FRAME, HEADER, TAG};
use super::*;

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
    let mut header = crate::record::Header::default();
    ["办件编号", "时间"].iter().for_each(|name| header.add_column(name));
    let mut record = crate::record::Record::default();
    ["A-1", ""].iter().for_each(|value| record.push(value));
    let mut texts = TextWriter::new(vault.clone(), day("2023-09-13"));
    for _ in 0..2 {
        texts.write(7, &[1; 16], &Raw::Record(&header, &record)).expect("written");
    }
    texts.write(9, &[2; 16], &Raw::Bytes(b"A-2,x,y")).expect("written");
    texts.keep("0a1b", 1).expect("kept");
    TextWriter::new(vault.clone(), day("2023-09-13")).keep("ffff", 1).expect("nothing to keep");
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
