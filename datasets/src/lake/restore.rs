//! A lake from a backup. `lake_meta` comes last: a lake is one only when it is whole. Until then, and
//! until the keys are in their place, a file says that it is none; with it the same restore goes on.

use std::io::{ErrorKind, Write};
use std::path::{Path as FsPath, PathBuf};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::backup::{copy, refuse_unnamed, same};
use super::disk::{Disk, StdDisk, create_dir_durably};
use super::place::{Entry, Manifest, Place, TABLES, names};
use super::url::{LakeUrl, overlap};
use super::{Lake, LakeError, audit_copy, keys};
use crate::contract::LAKE_META;

/// Stands in a folder while a lake is restored into it; holds the SHA-256 of the backup's manifest.
const MARKER: &str = "_restoring";

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
    /// The audit log, if it was put in its place.
    pub audit: Option<String>,
    /// Keys that were asked for and of which the backup has none.
    pub missing_keys: Vec<String>,
}

/// Makes a lake at `to`, where nothing may be yet but what the same restore has left that was broken
/// off, from the backup at `from`. Each file is checked against the manifest. `key_files` are the
/// places that the backup's keys of those names go to, `audit` that of its audit log. `watch` hears before
/// each file how many bytes are done of how many.
pub async fn restore(
    from: &LakeUrl,
    to: &LakeUrl,
    key_files: &[PathBuf],
    audit: &FsPath,
    dry_run: bool,
    watch: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<RestoreReport, LakeError> {
    let (backup, target) = (Place::open(from)?, Place::open(to)?);
    let none = || {
        backup.wrong("it holds no backup: there is no manifest.json; name the folder that `sunlake backup` was given")
    };
    let manifest = backup.manifest().await?.ok_or_else(none)?;
    let Some(folder) = target.folder.as_deref() else {
        return Err(target.wrong("a lake rests in a folder; name one with --lake"));
    };
    if backup.folder.as_ref().is_some_and(|backup| overlap(backup, folder)) {
        return Err(target.wrong("it is in the backup, or around it; name a folder beside it with --lake"));
    }
    let mark = mark(&backup, &manifest)?;
    let goes_on = goes_on(&target, folder, &mark)?;
    let plan = keys::plan(&backup, &manifest, key_files).await?;
    let log = audit_copy::plan(&backup, &manifest, audit).await?;
    if !dry_run {
        begin(folder, &mark)?;
    }
    let shown = |file: &PathBuf| file.display().to_string();
    let mut report = RestoreReport {
        lake: target.name.clone(),
        taken_at: manifest.taken_at,
        files: 0,
        bytes: 0,
        keys: plan.writes.iter().map(|(file, _)| shown(file)).collect(),
        audit: log.as_ref().map(|(file, _)| shown(file)),
        missing_keys: plan.missing.iter().map(shown).collect(),
    };
    let (tables, meta) = in_order(&manifest);
    let of: u64 = tables.iter().chain(&meta).map(|entry| entry.size).sum();
    for entry in &tables {
        watch(report.bytes, of);
        report.take(entry);
        if !dry_run {
            restore_file(&backup, &target, entry, goes_on).await?;
        }
    }
    if !dry_run {
        refuse_unnamed(&backup, to, &manifest, |contract| contract.table != LAKE_META.table).await?;
    }
    for entry in &meta {
        watch(report.bytes, of);
        report.take(entry);
        if !dry_run {
            restore_file(&backup, &target, entry, goes_on).await?;
        }
    }
    if !dry_run {
        for (file, bytes) in &plan.writes {
            keys::put(file, bytes)?;
        }
        if let Some((file, bytes)) = &log {
            audit_copy::put(file, bytes)?;
        }
        end(folder)?;
        // Of an older format it is `lake migrate`'s to open.
        Lake::open_older(to).await?;
    }
    Ok(report)
}

/// A lake is not opened while it is being restored.
pub(super) fn refuse_unfinished(url: &LakeUrl) -> Result<(), LakeError> {
    if url.folder().is_some_and(|folder| folder.join(MARKER).exists()) {
        let reason = "it is being restored, or that was broken off; run the same `sunlake restore` again";
        return Err(LakeError::Place { place: url.to_string(), reason });
    }
    Ok(())
}

/// What names the state of a backup.
fn mark(backup: &Place, manifest: &Manifest) -> Result<String, LakeError> {
    let text = serde_json::to_vec(manifest).map_err(|_| backup.wrong("its manifest.json cannot be read"))?;
    Ok(hex::encode(Sha256::digest(&text)))
}

/// Whether the folder holds what the same restore has left; otherwise it must hold nothing.
fn goes_on(target: &Place, folder: &FsPath, mark: &str) -> Result<bool, LakeError> {
    let marker = folder.join(MARKER);
    match std::fs::read_to_string(&marker) {
        // An empty one was cut off itself, before anything was copied.
        Ok(held) if held == mark || held.is_empty() => return Ok(true),
        Ok(_) => return Err(target.wrong("a restore of another state was broken off here; remove the folder first")),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(LakeError::io(&marker)(error)),
    }
    if !names(folder)?.is_empty() {
        return Err(target.wrong("it is not empty; name a new folder with --lake, or move what is there away"));
    }
    Ok(false)
}

fn begin(folder: &FsPath, mark: &str) -> Result<(), LakeError> {
    let marker = folder.join(MARKER);
    // Never written anew: an empty one would be taken for that of any state.
    if std::fs::read_to_string(&marker).is_ok_and(|held| held == mark) {
        return Ok(());
    }
    create_dir_durably(&StdDisk, folder).map_err(LakeError::io(folder))?;
    let mut file = std::fs::File::create(&marker).map_err(LakeError::io(&marker))?;
    file.write_all(mark.as_bytes()).and_then(|()| file.sync_all()).map_err(LakeError::io(&marker))?;
    StdDisk.sync_dir(folder).map_err(LakeError::io(folder))
}

fn end(folder: &FsPath) -> Result<(), LakeError> {
    let marker = folder.join(MARKER);
    if let Err(error) = std::fs::remove_file(&marker)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(LakeError::io(&marker)(error));
    }
    StdDisk.sync_dir(folder).map_err(LakeError::io(folder))
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
    let tables = manifest.files.iter().filter(|entry| !keys::is_key(entry) && !audit_copy::is_audit(entry));
    tables.partition(|entry| !entry.path.starts_with(&meta))
}

/// Copies a file, unless an earlier try has.
async fn restore_file(backup: &Place, target: &Place, entry: &Entry, goes_on: bool) -> Result<(), LakeError> {
    let name = entry.path.strip_prefix(&format!("{TABLES}/")).unwrap_or(&entry.path);
    let there = Entry { path: name.to_owned(), ..entry.clone() };
    if goes_on && same(target, &there).await.is_ok() {
        return Ok(());
    }
    let (from, to) = (backup.path(&entry.path), target.path(name));
    let damaged = |found: String| {
        let (place, file) = (backup.name.clone(), entry.path.clone());
        LakeError::Damaged { place, file, found }
    };
    let (size, sha256) = match copy(&backup.store, &from, &target.store, &to).await {
        Err(error) if error.is_not_found() => return Err(damaged("it is not there".to_owned())),
        copied => copied?,
    };
    if (size, &sha256) == (entry.size, &entry.sha256) {
        return same(target, &there).await;
    }
    Err(damaged(format!("{size} bytes, SHA-256 {sha256}")))
}
