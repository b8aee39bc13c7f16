//! Files of keys in a backup: nobody but their owner can read them at any moment, and a key that is
//! there is never replaced by another.

use std::collections::HashMap;
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode};
use sha2::{Digest, Sha256};

use super::LakeError;
use super::disk::{Disk, Publish, StdDisk, create_dir_durably, publish};
use super::place::{Entry, KEYS, Manifest, Place};

/// Who may do what with a key, and with the folder of keys.
const KEY_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;

/// What a restore does with the keys of a backup.
#[derive(Default)]
pub(super) struct KeyPlan {
    /// Where each goes that is not there yet, and its bytes.
    pub(super) writes: Vec<(PathBuf, Vec<u8>)>,
    /// Files that were asked for and of which the backup has none.
    pub(super) missing: Vec<PathBuf>,
}

/// Copies a key's file into the backup.
pub(super) async fn copy(place: &Place, key: &Path) -> Result<Entry, LakeError> {
    let bytes = std::fs::read(key).map_err(LakeError::io(key))?;
    let (size, sha256) = (bytes.len() as u64, hex::encode(Sha256::digest(&bytes)));
    let entry = Entry { path: path(key), size, sha256 };
    match &place.folder {
        Some(folder) => copy_to_folder(folder, &entry, &bytes)?,
        None => copy_to_store(place, &entry, bytes).await?,
    }
    Ok(entry)
}

fn copy_to_folder(folder: &Path, entry: &Entry, bytes: &[u8]) -> Result<(), LakeError> {
    make_private(&folder.join(KEYS))?;
    let copy = folder.join(&entry.path);
    match std::fs::read(&copy) {
        Ok(held) if held == bytes => tighten(&copy, KEY_MODE),
        Ok(_) => Err(another(copy.display().to_string())),
        Err(error) if error.kind() == ErrorKind::NotFound => write(&copy, bytes, Publish::Replace),
        Err(error) => Err(LakeError::io(&copy)(error)),
    }
}

/// Who may read it there is what the store says.
async fn copy_to_store(place: &Place, entry: &Entry, bytes: Vec<u8>) -> Result<(), LakeError> {
    let copy = place.path(&entry.path);
    match place.store.put_opts(&copy, bytes.clone().into(), PutMode::Create.into()).await {
        Ok(_) => Ok(()),
        Err(Error::AlreadyExists { .. }) => {
            let held = place.store.get(&copy).await?.bytes().await?;
            if held == bytes { Ok(()) } else { Err(another(format!("{}/{}", place.name, entry.path))) }
        }
        Err(error) => Err(error.into()),
    }
}

fn another(place: String) -> LakeError {
    let reason = "another key is there, and rows of the backup may be hashed under it; move it to a safe place, then back \
                  up again";
    LakeError::Place { place, reason }
}

/// The keys that earlier backups have copied and that are not among `files`: they stay.
pub(super) async fn carried(
    place: &Place,
    held: &HashMap<String, Entry>,
    files: &[Entry],
) -> Result<Vec<Entry>, LakeError> {
    let is_new = |entry: &&Entry| files.iter().any(|file| file.path == entry.path);
    let mut carried: Vec<Entry> = held.values().filter(|entry| is_key(entry) && !is_new(entry)).cloned().collect();
    carried.sort_by(|left, right| left.path.cmp(&right.path));
    for entry in &carried {
        read(place, entry).await?;
    }
    Ok(carried)
}

/// Where each key of the backup goes. One that is there already must be the same.
pub(super) async fn plan(backup: &Place, manifest: &Manifest, keys: &[PathBuf]) -> Result<KeyPlan, LakeError> {
    let mut plan = KeyPlan::default();
    for key in keys {
        let path = path(key);
        let Some(entry) = manifest.files.iter().find(|entry| entry.path == path) else {
            plan.missing.push(key.clone());
            continue;
        };
        let bytes = read(backup, entry).await?;
        match std::fs::read(key) {
            Ok(held) if held == bytes => {}
            Ok(_) => {
                let place = key.display().to_string();
                let reason = "another key is there, and records of its lake are hashed under it; move it away first";
                return Err(LakeError::Place { place, reason });
            }
            Err(error) if error.kind() == ErrorKind::NotFound => plan.writes.push((key.clone(), bytes)),
            Err(error) => return Err(LakeError::io(key)(error)),
        }
    }
    if !keys.is_empty() && plan.missing.len() == keys.len() {
        return Err(backup.wrong(
            "it holds no key of the configured names: it was made without --with-keys; leave that out here too, and \
             bring the keys from where they are kept",
        ));
    }
    Ok(plan)
}

/// Puts a key in its place, which must be free.
pub(super) fn put(file: &Path, bytes: &[u8]) -> Result<(), LakeError> {
    if let Some(folder) = file.parent() {
        create_dir_durably(&StdDisk, folder).map_err(LakeError::io(folder))?;
    }
    write(file, bytes, Publish::Create)
}

/// Whether an entry of a manifest is a key.
pub(super) fn is_key(entry: &Entry) -> bool {
    entry.path.strip_prefix(KEYS).is_some_and(|rest| rest.starts_with('/'))
}

/// What a key's file is called below the backup's folder.
fn path(key: &Path) -> String {
    let name = key.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    format!("{KEYS}/{name}")
}

/// A small file of the backup, which must be what its manifest says.
pub(super) async fn read(place: &Place, entry: &Entry) -> Result<Vec<u8>, LakeError> {
    let damaged = |found: String| {
        let (place, file) = (place.name.clone(), entry.path.clone());
        LakeError::Damaged { place, file, found }
    };
    let bytes = match place.store.get(&place.path(&entry.path)).await {
        Ok(found) => found.bytes().await?,
        Err(Error::NotFound { .. }) => return Err(damaged("it is not there".into())),
        Err(error) => return Err(error.into()),
    };
    let sha256 = hex::encode(Sha256::digest(&bytes));
    if sha256 == entry.sha256 { Ok(bytes.into()) } else { Err(damaged(format!("SHA-256 {sha256}"))) }
}

/// Writes a file that only its owner can read; it gets its name when all of it is safe.
pub(super) fn write(file: &Path, bytes: &[u8], how: Publish) -> Result<(), LakeError> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temp = file.with_file_name(format!(".{name}.part"));
    match std::fs::remove_file(&temp) {
        Ok(()) => tracing::debug!(file = %temp.display(), "a writer that was broken off had left it"),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(LakeError::io(&temp)(error)),
    }
    let mut made = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(KEY_MODE)
        .open(&temp)
        .map_err(LakeError::io(&temp))?;
    made.write_all(bytes).and_then(|()| made.sync_all()).map_err(LakeError::io(&temp))?;
    publish(&StdDisk, &temp, file, how).map_err(LakeError::io(file))
}

/// A folder that only its owner can open, also if it was there as another.
fn make_private(folder: &Path) -> Result<(), LakeError> {
    if !folder.is_dir() {
        std::fs::DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder).map_err(LakeError::io(folder))?;
        if let Some(parent) = folder.parent() {
            StdDisk.sync_dir(parent).map_err(LakeError::io(parent))?;
        }
    }
    tighten(folder, FOLDER_MODE)
}

fn tighten(path: &Path, mode: u32) -> Result<(), LakeError> {
    let held = std::fs::metadata(path).map_err(LakeError::io(path))?.permissions();
    if held.mode() & 0o077 == 0 {
        return Ok(());
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(LakeError::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::LakeUrl;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn a_key_is_its_owners_alone_and_no_other_takes_its_place() {
        let dir = tempfile::tempdir().expect("dir");
        let place = Place::open(&LakeUrl::parse(&dir.path().display().to_string()).expect("url")).expect("place");
        let (folder, key) = (dir.path().join(KEYS), dir.path().join("person.key"));
        std::fs::create_dir(&folder).expect("folder");
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).expect("wide");
        std::fs::write(folder.join(".person.key.part"), "left behind").expect("part");
        std::fs::write(&key, "ab".repeat(32)).expect("key");
        let entry = copy(&place, &key).await.expect("copied");
        let copied = folder.join("person.key");
        assert_eq!((mode(&folder), mode(&copied)), (0o700, 0o600));
        assert!(!folder.join(".person.key.part").exists());
        std::fs::set_permissions(&copied, std::fs::Permissions::from_mode(0o644)).expect("wide");
        assert_eq!(copy(&place, &key).await.expect("again"), entry);
        assert_eq!(mode(&copied), 0o600);
        let held = HashMap::from([(entry.path.clone(), entry.clone())]);
        assert_eq!(carried(&place, &held, &[]).await.expect("carried"), std::slice::from_ref(&entry));
        assert!(carried(&place, &held, &[entry]).await.expect("copied anew").is_empty());
        std::fs::write(&key, "cd".repeat(32)).expect("another key");
        assert!(copy(&place, &key).await.expect_err("refused").to_string().contains("another key is there"));
        std::fs::write(&copied, "cd").expect("damaged");
        assert!(matches!(carried(&place, &held, &[]).await, Err(LakeError::Damaged { .. })));
    }
}
