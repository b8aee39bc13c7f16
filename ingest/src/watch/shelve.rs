//! Moving a file that has been dealt with, if it still is what was read. The receipt comes first:
//! killed in between, the file is found again, has landed already, and joins the receipt that tells how.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::folder::Print;

/// Longest name that disks take, bytes.
const LONGEST: usize = 255;
/// Names that are tried: `a.csv`, `a-2.csv`, `a-3.csv` and so on.
const MOST_NAMES: u32 = 100_000;

/// Moves the file into the folder, which is made if missing, with `<name>.receipt.json` beside it.
/// Where it is then; nothing if it is no more what was `read`, and stays.
pub(super) async fn shelve(file: PathBuf, read: Print, folder: PathBuf, receipt: Value) -> io::Result<Option<PathBuf>> {
    tokio::task::spawn_blocking(move || move_in(&file, read, &folder, &receipt)).await.map_err(io::Error::other)?
}

fn move_in(file: &Path, read: Print, folder: &Path, receipt: &Value) -> io::Result<Option<PathBuf>> {
    std::fs::create_dir_all(folder)?;
    refuse_own_folder(file, folder)?;
    let name = fit(&file.file_name().unwrap_or_default().to_string_lossy(), "");
    for number in 1..=MOST_NAMES {
        let name = numbered(&name, number);
        let target = folder.join(&name);
        let beside = folder.join(fit(&name, ".receipt.json"));
        if target.symlink_metadata().is_ok() {
            if has_both_names(file, &target)? {
                if Print::of(file) != Some(read) {
                    return Ok(None);
                }
                std::fs::remove_file(file)?;
                return Ok(Some(target));
            }
            continue;
        }
        let is_told = match std::fs::read(&beside) {
            // What an earlier try told: the landing itself rather than that it had been.
            Ok(held) if is_of_batch(&held, receipt) => true,
            Ok(_) => continue,
            Err(_) => {
                write_receipt(folder, &name, &beside, receipt)?;
                false
            }
        };
        match give_name(file, read, folder, &name, &target) {
            Ok(true) => return Ok(Some(target)),
            Ok(false) => {
                if !is_told {
                    std::fs::remove_file(&beside)?;
                }
                return Ok(None);
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => std::fs::remove_file(&beside)?,
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!("there are too many files named like {name}; clear the folder")))
}

/// The folder that a file is in cannot be the one that it goes to, however its name is spelled.
fn refuse_own_folder(file: &Path, folder: &Path) -> io::Result<()> {
    let (own, to) = (std::fs::metadata(file.parent().unwrap_or(Path::new(".")))?, std::fs::metadata(folder)?);
    if (own.dev(), own.ino()) == (to.dev(), to.ino()) {
        return Err(io::Error::other("it is the watched folder itself under another name; configure another one"));
    }
    Ok(())
}

/// `a.csv.gz` becomes `a-2.csv.gz`.
fn numbered(name: &str, number: u32) -> String {
    if number == 1 {
        return name.to_owned();
    }
    let (stem, rest) = name.find('.').map_or((name, ""), |point| name.split_at(point));
    let tail = format!("-{number}{rest}");
    let room = LONGEST.saturating_sub(tail.len());
    format!("{}{tail}", &stem[..stem.floor_char_boundary(room)])
}

/// A name with an ending, as long as a name may be: of a longer one its begin, and a number made of
/// all of it.
fn fit(name: &str, ending: &str) -> String {
    let room = LONGEST.saturating_sub(ending.len());
    if name.len() <= room {
        return format!("{name}{ending}");
    }
    let number = hex::encode(&Sha256::digest(name.as_bytes())[..4]);
    let begin = &name[..name.floor_char_boundary(room.saturating_sub(number.len() + 1))];
    format!("{begin}~{number}{ending}")
}

/// One file under two names: an earlier try was killed before it took the old one away. A file that
/// has one name alone is met under it twice, and must keep it.
fn has_both_names(file: &Path, target: &Path) -> io::Result<bool> {
    let (left, right) = (file.symlink_metadata()?, target.symlink_metadata()?);
    Ok((left.dev(), left.ino()) == (right.dev(), right.ino()) && left.nlink() >= 2)
}

fn is_of_batch(held: &[u8], receipt: &Value) -> bool {
    let held: Value = serde_json::from_slice(held).unwrap_or_default();
    held["batch_id"].is_string() && held["batch_id"] == receipt["batch_id"]
}

fn write_receipt(folder: &Path, name: &str, beside: &Path, receipt: &Value) -> io::Result<()> {
    let part = folder.join(fit(&format!(".{name}"), ".receipt.part"));
    let mut text = serde_json::to_vec_pretty(receipt)?;
    text.push(b'\n');
    std::fs::write(&part, text)?;
    std::fs::rename(&part, beside)
}

/// Gives the file its new name, if nobody has it. False: it is no more what was read, and keeps the old.
fn give_name(file: &Path, read: Print, folder: &Path, name: &str, target: &Path) -> io::Result<bool> {
    let is_as_read = |path: &Path| Print::of(path) == Some(read);
    match std::fs::hard_link(file, target) {
        Ok(()) if !is_as_read(target) => {
            // Its old name may have gone to another file in this moment; then this is its only one.
            if target.symlink_metadata()?.nlink() >= 2 {
                std::fs::remove_file(target)?;
                return Ok(false);
            }
            let told = format!("it was written to and replaced while it moved, and may not have landed: {name}");
            return Err(io::Error::other(told));
        }
        Ok(()) => {
            // What has the old name now, if it is another file, has not landed.
            if is_as_read(file) {
                std::fs::remove_file(file)?;
            }
            return Ok(true);
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(error),
        // Another disk, or one without links.
        Err(_) => {}
    }
    if !is_as_read(file) {
        return Ok(false);
    }
    match std::fs::rename(file, target) {
        Err(error) if error.kind() == ErrorKind::CrossesDevices => {}
        moved => return moved.map(|()| true),
    }
    let part = folder.join(fit(&format!(".{name}"), ".part"));
    let mut copy = File::create(&part)?;
    io::copy(&mut File::open(file)?, &mut copy)?;
    copy.flush()?;
    copy.sync_all()?;
    if !is_as_read(file) {
        std::fs::remove_file(&part)?;
        return Ok(false);
    }
    std::fs::rename(&part, target)?;
    File::open(folder)?.sync_all()?;
    std::fs::remove_file(file)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn moved(file: &Path, folder: &Path, receipt: &Value) -> PathBuf {
        let read = Print::of(file).expect("there");
        let place = move_in(file, read, folder, receipt).expect("moved").expect("unchanged");
        assert!(!file.exists() && place.exists());
        place
    }

    #[test]
    fn names_that_are_taken_get_a_number_and_a_receipt_is_found_again() {
        let dir = tempfile::tempdir().expect("dir");
        let done = dir.path().join("done");
        let put = |batch: &str, outcome: &str| {
            let file = dir.path().join("a.csv.gz");
            std::fs::write(&file, batch).expect("written");
            let place = moved(&file, &done, &json!({ "batch_id": batch, "outcome": outcome }));
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
        assert_eq!(moved(&file, &dir.path().join("done"), &json!({})), target);
    }

    #[test]
    fn the_only_copy_stays_where_both_folders_are_one() {
        let dir = tempfile::tempdir().expect("dir");
        let file = dir.path().join("a.csv");
        std::fs::write(&file, "x").expect("written");
        let alias = dir.path().join("alias");
        std::os::unix::fs::symlink(dir.path(), &alias).expect("link");
        let read = Print::of(&file).expect("there");
        for folder in [dir.path().to_owned(), dir.path().join("."), alias] {
            let error = move_in(&file, read, &folder, &json!({})).expect_err("refused").to_string();
            assert!(error.contains("the watched folder itself") && file.exists(), "{error}");
        }
        assert!(!has_both_names(&file, &dir.path().join("./a.csv")).expect("seen"));
    }

    #[test]
    fn a_file_that_grew_after_it_was_read_stays() {
        let dir = tempfile::tempdir().expect("dir");
        let (file, done) = (dir.path().join("a.csv"), dir.path().join("done"));
        std::fs::write(&file, "x").expect("written");
        let read = Print::of(&file).expect("there");
        std::fs::write(&file, "x and more").expect("written");
        assert!(move_in(&file, read, &done, &json!({ "batch_id": "1" })).expect("seen").is_none());
        assert!(file.exists() && std::fs::read_dir(&done).expect("folder").next().is_none());
    }

    #[test]
    fn the_longest_names_move_too() {
        let dir = tempfile::tempdir().expect("dir");
        let done = dir.path().join("done");
        // 255 bytes each, alike up to their ends.
        let names = ["1.csv", "2.csv"].map(|end| format!("{}{end}", "办".repeat(83) + "x"));
        for name in names.iter().chain(&names) {
            let file = dir.path().join(name);
            std::fs::write(&file, name).expect("written");
            let place = moved(&file, &done, &json!({ "batch_id": name }));
            assert!(place.file_name().is_some_and(|name| name.len() <= LONGEST));
        }
        assert_eq!(std::fs::read_dir(&done).expect("folder").count(), 8);
    }
}
