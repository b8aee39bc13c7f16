//! Moving a file that has been dealt with. The receipt comes first: killed in between, the file is
//! found again, has landed already, and joins the receipt that tells how.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Names that are tried: `a.csv`, `a-2.csv`, `a-3.csv` and so on.
const MOST_NAMES: u32 = 100_000;

/// Moves the file into the folder, which is made if missing, with `<name>.receipt.json` beside it.
/// Where it is then.
pub(super) async fn shelve(file: PathBuf, folder: PathBuf, receipt: Value) -> io::Result<PathBuf> {
    tokio::task::spawn_blocking(move || move_in(&file, &folder, &receipt)).await.map_err(io::Error::other)?
}

fn move_in(file: &Path, folder: &Path, receipt: &Value) -> io::Result<PathBuf> {
    std::fs::create_dir_all(folder)?;
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    for number in 1..=MOST_NAMES {
        let name = numbered(&name, number);
        let target = folder.join(&name);
        let beside = folder.join(format!("{name}.receipt.json"));
        if target.symlink_metadata().is_ok() {
            if is_same(file, &target)? {
                std::fs::remove_file(file)?;
                return Ok(target);
            }
            continue;
        }
        match std::fs::read(&beside) {
            // What an earlier try told: the landing itself rather than that it had been.
            Ok(held) if is_of_batch(&held, receipt) => {}
            Ok(_) => continue,
            Err(_) => write_receipt(folder, &name, &beside, receipt)?,
        }
        match give_name(file, folder, &name, &target) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => std::fs::remove_file(&beside)?,
            moved => return moved.map(|()| target),
        }
    }
    Err(io::Error::other(format!("there are too many files named like {name}; clear the folder")))
}

/// `a.csv.gz` becomes `a-2.csv.gz`.
fn numbered(name: &str, number: u32) -> String {
    if number == 1 {
        return name.to_owned();
    }
    match name.split_once('.') {
        Some((stem, rest)) => format!("{stem}-{number}.{rest}"),
        None => format!("{name}-{number}"),
    }
}

/// One file under two names: an earlier try was killed before it took the old one away.
fn is_same(left: &Path, right: &Path) -> io::Result<bool> {
    let (left, right) = (left.symlink_metadata()?, right.symlink_metadata()?);
    Ok((left.dev(), left.ino()) == (right.dev(), right.ino()))
}

fn is_of_batch(held: &[u8], receipt: &Value) -> bool {
    let held: Value = serde_json::from_slice(held).unwrap_or_default();
    held["batch_id"].is_string() && held["batch_id"] == receipt["batch_id"]
}

fn write_receipt(folder: &Path, name: &str, beside: &Path, receipt: &Value) -> io::Result<()> {
    let part = folder.join(format!(".{name}.receipt.part"));
    let mut text = serde_json::to_vec_pretty(receipt)?;
    text.push(b'\n');
    std::fs::write(&part, text)?;
    std::fs::rename(&part, beside)
}

/// Gives the file its new name, if nobody has it.
fn give_name(file: &Path, folder: &Path, name: &str, target: &Path) -> io::Result<()> {
    match std::fs::hard_link(file, target) {
        Ok(()) => return std::fs::remove_file(file),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
        // Another disk, or one without links.
        Err(_) => {}
    }
    match std::fs::rename(file, target) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        moved => return moved,
    }
    let part = folder.join(format!(".{name}.part"));
    let mut copy = File::create(&part)?;
    io::copy(&mut File::open(file)?, &mut copy)?;
    copy.flush()?;
    copy.sync_all()?;
    std::fs::rename(&part, target)?;
    File::open(folder)?.sync_all()?;
    std::fs::remove_file(file)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_that_are_taken_get_a_number_and_a_receipt_is_found_again() {
        let dir = tempfile::tempdir().expect("dir");
        let done = dir.path().join("done");
        let put = |batch: &str, outcome: &str| {
            let file = dir.path().join("a.csv.gz");
            std::fs::write(&file, batch).expect("written");
            let place = move_in(&file, &done, &json!({ "batch_id": batch, "outcome": outcome })).expect("moved");
            assert!(!file.exists());
            place.file_name().expect("name").to_string_lossy().into_owned()
        };
        assert_eq!([put("1", "landed"), put("2", "landed")], ["a.csv.gz", "a-2.csv.gz"]);
        let read = |name: &str| std::fs::read_to_string(done.join(name)).expect("read");
        assert!(read("a.csv.gz") == "1" && read("a-2.csv.gz.receipt.json").contains("\"2\""));
        // Killed between receipt and move.
        std::fs::remove_file(done.join("a-2.csv.gz")).expect("removed");
        assert_eq!(put("2", "already_landed"), "a-2.csv.gz");
        assert!(read("a-2.csv.gz.receipt.json").contains("\"landed\""));
        assert_eq!(numbered("plain", 3), "plain-3");
    }

    #[test]
    fn a_file_that_has_both_names_loses_the_old_one() {
        let dir = tempfile::tempdir().expect("dir");
        let (file, target) = (dir.path().join("a.csv"), dir.path().join("done/a.csv"));
        std::fs::write(&file, "x").expect("written");
        std::fs::create_dir(dir.path().join("done")).expect("folder");
        std::fs::hard_link(&file, &target).expect("linked");
        let place = move_in(&file, &dir.path().join("done"), &json!({})).expect("moved");
        assert!(place == target && !file.exists() && target.exists());
    }
}
