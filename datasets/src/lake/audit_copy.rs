//! The audit log in a backup. A log only grows, so each backup's goes on where the one before ended: the
//! backup tells what the log alone cannot, that its newest entries were cut off.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use object_store::ObjectStoreExt;
use sha2::{Digest, Sha256};

use super::LakeError;
use super::disk::{Publish, StdDisk, create_dir_durably};
use super::keys;
use super::place::{AUDIT, Entry, Manifest, Place};
use crate::audit::AuditLog;

/// What is said of a log that is not what it was.
const DAMAGED: &str = "the log is damaged, and nothing was copied; `sunlake audit verify` says where";

/// Copies the log into the backup, under a name that no earlier one has; nothing if there is none here,
/// where an earlier one stays.
pub(super) async fn copy(place: &Place, held: &HashMap<String, Entry>, log: &Path) -> Result<Option<Entry>, LakeError> {
    let earlier = held.values().find(|entry| is_audit(entry));
    let bytes = read(log)?;
    if let Some(earlier) = earlier {
        let told = keys::read(place, earlier).await?;
        if bytes.is_empty() || bytes == told {
            return Ok(Some(earlier.clone()));
        }
        if !bytes.starts_with(&told) {
            return Err(wrong(
                log,
                "it does not go on from the log that the backup holds: entries were cut off or changed, or it is \
                 another log; bring back the one that was here, or name another folder for the backup",
            ));
        }
    }
    if bytes.is_empty() {
        return Ok(None);
    }
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let entry = Entry { path: format!("{AUDIT}/{sha256}.ndjson"), size: bytes.len() as u64, sha256 };
    place.store.put(&place.path(&entry.path), bytes.into()).await?;
    keys::read(place, &entry).await?;
    Ok(Some(entry))
}

/// The log that a restore writes to its place; none where the one there has all of it.
pub(super) async fn plan(
    backup: &Place,
    manifest: &Manifest,
    log: &Path,
) -> Result<Option<(PathBuf, Vec<u8>)>, LakeError> {
    let Some(entry) = manifest.files.iter().find(|entry| is_audit(entry)) else { return Ok(None) };
    let (told, here) = (keys::read(backup, entry).await?, read(log)?);
    if here.starts_with(&told) {
        return Ok(None);
    }
    if !told.starts_with(&here) {
        return Err(wrong(
            log,
            "another audit log is there, which the backup's does not go on from; move it away first",
        ));
    }
    Ok(Some((log.to_path_buf(), told)))
}

/// Puts a log in its place, readable by its owner alone.
pub(super) fn put(log: &Path, bytes: &[u8]) -> Result<(), LakeError> {
    if let Some(folder) = log.parent() {
        create_dir_durably(&StdDisk, folder).map_err(LakeError::io(folder))?;
    }
    keys::write(log, bytes, Publish::Replace)
}

pub(super) fn is_audit(entry: &Entry) -> bool {
    entry.path.strip_prefix(AUDIT).is_some_and(|rest| rest.starts_with('/'))
}

/// The entries that were acknowledged, each of which must be what it was.
fn read(log: &Path) -> Result<Vec<u8>, LakeError> {
    let (bytes, verified) = AuditLog::at(log).sound().map_err(|error| LakeError::Audit { source: error })?;
    if verified.fault.is_some() { Err(wrong(log, DAMAGED)) } else { Ok(bytes) }
}

fn wrong(log: &Path, reason: &'static str) -> LakeError {
    LakeError::Place { place: log.display().to_string(), reason }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::Map;

    use super::*;
    use crate::lake::LakeUrl;

    #[tokio::test]
    async fn a_log_goes_on_from_the_one_in_the_backup() {
        let dir = tempfile::tempdir().expect("dir");
        let place = Place::open(&LakeUrl::parse(&dir.path().join("b").display().to_string()).expect("url")).expect("b");
        let file = dir.path().join("audit.ndjson");
        let add = || AuditLog::at(&file).append(Timestamp::UNIX_EPOCH, "-", "tried", &Map::new()).expect("added");
        assert_eq!(copy(&place, &HashMap::new(), &file).await.expect("none yet"), None);
        add();
        let first = copy(&place, &HashMap::new(), &file).await.expect("copied").expect("a log");
        let held = HashMap::from([(first.path.clone(), first.clone())]);
        assert_eq!(copy(&place, &held, &file).await.expect("the same"), Some(first.clone()));
        let one = std::fs::read(&file).expect("log");
        add();
        // What an append leaves that was broken off was never acknowledged.
        let two = std::fs::read(&file).expect("log");
        std::fs::write(&file, [&two[..], b"{\"seq\":3"].concat()).expect("torn");
        let second = copy(&place, &held, &file).await.expect("copied").expect("a log");
        assert_eq!(second.size, two.len() as u64);
        let held = HashMap::from([(second.path.clone(), second.clone())]);
        std::fs::write(&file, &one).expect("cut off");
        let told = copy(&place, &held, &file).await.expect_err("refused").to_string();
        assert!(told.contains("entries were cut off"), "{told}");
        std::fs::write(&file, [&two[..10], b"x", &two[11..]].concat()).expect("changed");
        assert!(copy(&place, &held, &file).await.expect_err("refused").to_string().contains("damaged"));
        std::fs::remove_file(&file).expect("gone");
        assert_eq!(copy(&place, &held, &file).await.expect("the earlier one stays"), Some(second.clone()));

        let manifest = manifest(second);
        let (there, bytes) = plan(&place, &manifest, &file).await.expect("planned").expect("to be written");
        put(&there, &bytes).expect("put");
        assert_eq!(std::fs::read(&file).expect("log"), two);
        assert_eq!(plan(&place, &manifest, &file).await.expect("planned"), None, "it is there");
        std::fs::write(&file, &one).expect("less");
        assert_eq!(plan(&place, &manifest, &file).await.expect("planned"), Some((file.clone(), two.clone())));
        add();
        assert!(plan(&place, &manifest, &file).await.is_ok_and(|plan| plan.is_none()), "the same entry came again");
        AuditLog::at(&file).append(Timestamp::UNIX_EPOCH, "-", "more", &Map::new()).expect("added");
        assert_eq!(plan(&place, &manifest, &file).await.expect("planned"), None, "it has more");
        std::fs::write(&file, "").expect("empty");
        AuditLog::at(&file).append(Timestamp::UNIX_EPOCH, "-", "another", &Map::new()).expect("added");
        assert!(plan(&place, &manifest, &file).await.expect_err("refused").to_string().contains("another audit log"));
    }

    fn manifest(entry: Entry) -> Manifest {
        Manifest {
            form: crate::lake::place::FORM,
            lake: String::new(),
            tables: std::collections::BTreeMap::new(),
            taken_at: Timestamp::UNIX_EPOCH,
            versions: std::collections::BTreeMap::new(),
            files: vec![entry],
        }
    }
}
