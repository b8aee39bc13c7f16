//! A lake from a backup. `lake_meta` comes last: a lake is one only when it is whole.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path as FsPath, PathBuf};

use object_store::ObjectStoreExt;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::backup::{copy, refuse_unnamed, same};
use super::place::{Entry, KEYS, Manifest, Place, TABLES, names};
use super::url::{LakeUrl, overlap};
use super::{Lake, LakeError};
use crate::contract::LAKE_META;

/// What a restore did.
#[derive(Debug, Clone, Serialize)]
pub struct RestoreReport {
    pub lake: String,
    /// When the backup was taken.
    pub taken_at: jiff::Timestamp,
    pub files: usize,
    pub bytes: u64,
    /// Files of keys that were put in their place.
    pub keys: Vec<String>,
}

/// Makes a lake at `to`, where nothing may be yet, from the backup at `from`. Each file is checked
/// against the manifest. `keys` are the files in whose place the backup's keys of those names go.
pub async fn restore(
    from: &LakeUrl,
    to: &LakeUrl,
    keys: &[PathBuf],
    dry_run: bool,
) -> Result<RestoreReport, LakeError> {
    let (backup, target) = (Place::open(from)?, Place::open(to)?);
    let none = || {
        backup.wrong("it holds no backup: there is no manifest.json; name the folder that `sunlake backup` was given")
    };
    let manifest = backup.manifest().await?.ok_or_else(none)?;
    if overlap(&backup.folder, &target.folder) {
        return Err(target.wrong("it is in the backup, or around it; name a folder beside it with --lake"));
    }
    if !names(&target.folder)?.is_empty() {
        return Err(target.wrong("it is not empty; name a new folder with --lake, or move what is there away"));
    }
    let mut report =
        RestoreReport { lake: target.name.clone(), taken_at: manifest.taken_at, files: 0, bytes: 0, keys: Vec::new() };
    let keys = key_places(&backup, &manifest, keys).await?;
    let (tables, meta) = in_order(&manifest);
    for entry in &tables {
        report.take(entry);
        if !dry_run {
            restore_file(&backup, &target, entry).await?;
        }
    }
    if !dry_run {
        refuse_unnamed(&backup, to, &manifest, |contract| contract.table != LAKE_META.table).await?;
    }
    for entry in &meta {
        report.take(entry);
        if !dry_run {
            restore_file(&backup, &target, entry).await?;
        }
    }
    for (place, bytes) in keys {
        if !dry_run {
            write_key(&place, &bytes)?;
        }
        report.keys.push(place.display().to_string());
    }
    if !dry_run {
        // Of an older format it is `lake migrate`'s to open.
        Lake::open_older(to).await?;
    }
    Ok(report)
}

impl RestoreReport {
    fn take(&mut self, entry: &Entry) {
        self.files += 1;
        self.bytes += entry.size;
    }
}

/// The tables' files, and those of `lake_meta`, which come last.
fn in_order(manifest: &Manifest) -> (Vec<&Entry>, Vec<&Entry>) {
    let meta = format!("{TABLES}/{}/", LAKE_META.table);
    let tables = manifest.files.iter().filter(|entry| !entry.path.starts_with(&format!("{KEYS}/")));
    tables.partition(|entry| !entry.path.starts_with(&meta))
}

async fn restore_file(backup: &Place, target: &Place, entry: &Entry) -> Result<(), LakeError> {
    let name = entry.path.strip_prefix(&format!("{TABLES}/")).unwrap_or(&entry.path);
    let (from, to) = (backup.path(&entry.path), target.path(name));
    let (size, sha256) = copy(&backup.store, &from, &target.store, &to).await?;
    if (size, &sha256) == (entry.size, &entry.sha256) {
        let there = Entry { path: name.to_owned(), size, sha256 };
        return same(target, &there).await;
    }
    let found = format!("{size} bytes, SHA-256 {sha256}");
    Err(LakeError::Damaged { place: backup.name.clone(), file: entry.path.clone(), found })
}

/// Where each key of the backup goes, and its bytes. One that is there already must be the same.
async fn key_places(
    backup: &Place,
    manifest: &Manifest,
    keys: &[PathBuf],
) -> Result<Vec<(PathBuf, Vec<u8>)>, LakeError> {
    let mut places = Vec::new();
    for place in keys {
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let path = format!("{KEYS}/{name}");
        let Some(entry) = manifest.files.iter().find(|entry| entry.path == path) else { continue };
        let bytes = backup.store.get(&backup.path(&path)).await?.bytes().await?;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        if sha256 != entry.sha256 {
            let found = format!("SHA-256 {sha256}");
            return Err(LakeError::Damaged { place: backup.name.clone(), file: path, found });
        }
        match std::fs::read(place) {
            Ok(held) if held == bytes => {}
            Ok(_) => {
                let place = place.display().to_string();
                let reason = "another key is there, and records of its lake are hashed under it; move it away first";
                return Err(LakeError::Place { place, reason });
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => places.push((place.clone(), bytes.to_vec())),
            Err(error) => return Err(LakeError::io(place)(error)),
        }
    }
    Ok(places)
}

/// Writes a key that only its owner can read.
fn write_key(place: &FsPath, bytes: &[u8]) -> Result<(), LakeError> {
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(LakeError::io(folder))?;
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(place)
        .map_err(LakeError::io(place))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(LakeError::io(place))
}
