use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::source::told::{Told, mapping};

const ONE: &str = "case,at\nC1,2018-05-16\n";
const TWO: &str = "at,case\n2018-05-17,C2\n";

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, SimpleFileOptions::default()).expect("a file of the archive");
        archive.write_all(bytes).expect("write");
    }
    archive.finish().expect("archive").into_inner()
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).expect("gzip");
    gzip.finish().expect("gzip")
}

fn told(bytes: Vec<u8>) -> Result<Vec<String>, String> {
    let mut told = Told::default();
    let mapping = mapping("case", "at", "", "");
    let read = crate::source::read(Box::new(Cursor::new(bytes)), "f", &mapping, &mut told);
    read.map_err(|error| error.to_string())?;
    Ok(told.lines)
}

/// The bytes with each `from` replaced by a `to` of the same length.
fn replaced(mut bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    for at in 0..=bytes.len() - from.len() {
        if bytes[at..].starts_with(from) {
            bytes[at..at + to.len()].copy_from_slice(to);
        }
    }
    bytes
}

#[test]
fn names_are_shown_as_people_wrote_them_and_junk_is_none_of_the_data() {
    let (gbk, _, _) = GB18030.encode("办件/一月.csv");
    assert_eq!(readable(&gbk), "办件/一月.csv");
    assert_eq!(readable("../../一\n月.csv".as_bytes()), "../../一 月.csv");
    for junk in ["__MACOSX/._a.csv", "a/.DS_Store", "Thumbs.db", "._a.csv", "a/"] {
        assert!(is_junk(junk), "{junk}");
    }
    assert!(!is_junk("一月.csv"));
}

#[test]
fn two_files_of_one_name_are_told_rather_than_one_of_them_lost() {
    let sound = packed(&[("a.csv", ONE.as_bytes()), ("b.csv", TWO.as_bytes())]);
    assert_eq!(count(&sound), Some(2));
    let lines = ["a.csv", "2: case=C1 at=2018-05-16", "b.csv", "2: case=C2 at=2018-05-17"];
    assert_eq!(told(sound.clone()).expect("two names"), lines);
    let message = told(replaced(sound, b"b.csv", b"a.csv")).expect_err("one name");
    assert!(message.contains("several files of one name"), "{message}");
}

#[test]
fn the_count_of_a_large_archive_stands_before_its_end() {
    let mut tail = b"PK\x06\x06".to_vec();
    tail.resize(32, 0);
    tail.extend(70_000_u64.to_le_bytes());
    tail.resize(56, 0);
    tail.extend(b"PK\x06\x07");
    tail.resize(76, 0);
    tail.extend(b"PK\x05\x06\0\0\0\0\xff\xff\xff\xff");
    tail.resize(98, 0);
    assert_eq!(count(&tail), Some(70_000));
    assert_eq!(count(b"PK\x05\x06"), None);
}

#[test]
fn what_is_packed_twice_is_read_and_thrice_is_refused() {
    let once = packed(&[("a.csv", ONE.as_bytes())]);
    let twice = packed(&[("b.zip", &once)]);
    let record = ["2: case=C1 at=2018-05-16"];
    for bytes in [once.clone(), gzipped(&once), twice.clone(), packed(&[("a.csv.gz", &gzipped(ONE.as_bytes()))])] {
        assert_eq!(told(bytes).expect("read"), record);
    }
    let several = packed(&[("a.csv", ONE.as_bytes()), ("b.csv", TWO.as_bytes())]);
    assert_eq!(told(gzipped(&several)).expect("several").len(), 4);
    let thrice = [packed(&[("c.zip", &twice)]), gzipped(&twice), gzipped(&gzipped(&once))];
    for bytes in thrice.into_iter().chain([packed(&[("b.zip", &gzipped(&once))])]) {
        let message = told(bytes).expect_err("thrice");
        assert!(message.contains("packed more than twice"), "{message}");
    }
}

#[test]
fn a_password_is_told() {
    let mut bytes = packed(&[("a.csv", ONE.as_bytes())]);
    // The flag of an encrypted file, in its own record and in the archive's list.
    let list = bytes.windows(4).position(|part| part == b"PK\x01\x02").expect("list");
    bytes[6] |= 1;
    bytes[list + 8] |= 1;
    let message = told(bytes).expect_err("encrypted");
    assert!(message.contains("a.csv in it has a password; pack it without one"), "{message}");
}
