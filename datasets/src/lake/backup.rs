//! A copy of one snapshot of all tables in another folder, here or in an object store, with a manifest
//! that tells each file's size and SHA-256. Data files never change and have names of their own, so a
//! second backup copies what is new; logs have the same names in every lake, so they are compared byte
//! by byte. The manifest is written when everything else is there and whole: until then the backup is
//! the one before, of which nothing is removed.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::place::{AUDIT, Entry, FORM, Manifest, Place, TABLES};
use super::table::Table;
use super::url::LakeUrl;
use super::{Lake, LakeError, LakeSnapshot, audit_copy, keys, lock};
use crate::contract::{self, Contract};

/// Bytes that are written at once.
const PART: usize = 8 * 1024 * 1024;

/// How to back up.
#[derive(Debug, Clone)]
pub struct BackupOptions {
    pub now: Timestamp,
    /// Read again what earlier backups have copied, here and there.
    pub check: bool,
    /// Files of keys that are copied too, all of which must be there; those of earlier backups stay.
    pub keys: Vec<PathBuf>,
    /// The audit log, which is copied if there is one.
    pub audit: PathBuf,
    /// Tell what would be copied, and copy nothing.
    pub dry_run: bool,
}

/// What a backup did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct BackupReport {
    pub place: String,
    /// All files of the backup, all of which are equal to the lake's.
    pub files: usize,
    pub bytes: u64,
    /// Those that were not there before.
    pub copied: usize,
    pub copied_bytes: u64,
    /// Files of earlier backups that nothing needs any more.
    pub removed: usize,
}

/// A file to copy.
struct Source {
    path: Path,
    /// Below the backup's folder.
    name: String,
    size: u64,
    /// What its log says that was written.
    sha256: Option<String>,
    /// Its name may be that of another lake's file.
    is_log: bool,
}

impl Lake {
    /// Copies a snapshot of all tables to `url`, and checks that the copy is equal. `watch` hears before each
    /// file how many bytes are done of how many.
    pub async fn backup(
        &self,
        url: &LakeUrl,
        options: &BackupOptions,
        watch: &(dyn Fn(u64, u64) + Send + Sync),
    ) -> Result<BackupReport, LakeError> {
        let place = Place::open(url)?;
        place.refuse_foreign(place.manifest().await?.as_ref(), self).await?;
        let _lock = if options.dry_run { None } else { Some(self.lock_backup(&place).await?) };
        // Read again: another backup may have ended while this one waited.
        let (held, version) = place.held().await?.unzip();
        place.refuse_foreign(held.as_ref(), self).await?;
        let pinned = self.quiet_snapshot().await?;
        if let Some(held) = &held {
            place.refuse_other(held, &pinned)?;
        }
        let sources = sources(&pinned).await?;
        if held.is_none() {
            self.refuse_others_log(&place, &sources).await?;
        }
        let held: HashMap<String, Entry> =
            held.into_iter().flat_map(|held| held.files).map(|entry| (entry.path.clone(), entry)).collect();
        let mut report = BackupReport { place: place.name.clone(), ..BackupReport::default() };
        let mut files = Vec::with_capacity(sources.len());
        let of: u64 = sources.iter().map(|source| source.size).sum();
        let mut done = 0;
        for source in &sources {
            watch(done, of);
            done += source.size;
            let known = self.known(&place, &held, source).await?;
            if options.dry_run {
                report.count(source.size, known.is_none());
                continue;
            }
            let (entry, is_new) = match known {
                Some(entry) if options.check => self.checked(&place, source, entry).await?,
                Some(entry) => (entry, false),
                None => (self.copied(&place, source).await?, true),
            };
            report.count(entry.size, is_new);
            files.push(entry);
        }
        if options.dry_run {
            return Ok(report);
        }
        for key in &options.keys {
            let entry = keys::copy(&place, key).await?;
            report.count(entry.size, held.get(&entry.path) != Some(&entry));
            files.push(entry);
        }
        for entry in keys::carried(&place, &held, &files).await? {
            report.count(entry.size, false);
            files.push(entry);
        }
        if let Some(entry) = audit_copy::copy(&place, &held, &options.audit).await? {
            report.count(entry.size, held.get(&entry.path) != Some(&entry));
            files.push(entry);
        }
        let versions = pinned.versions().into_iter().map(|(table, version)| (table.to_owned(), version)).collect();
        let id = |contract: &&'static Contract| (contract.table.to_owned(), pinned.table(contract).id.clone());
        let tables = contract::ALL.iter().map(id).collect();
        let (lake, taken_at) = (self.url().to_string(), options.now);
        let manifest = Manifest { form: FORM, lake, tables, taken_at, versions, files };
        refuse_unnamed(&place, &place.url.below(TABLES)?, &manifest, |_| true).await?;
        let text = serde_json::to_vec_pretty(&manifest).map_err(|_| place.wrong("its manifest cannot be written"))?;
        place.put_manifest(text, version).await?;
        report.removed = prune(&place, &manifest).await?;
        Ok(report)
    }

    /// Without a manifest a folder holds what a backup has left that was broken off, of this lake alone: its
    /// commits are ours.
    async fn refuse_others_log(&self, place: &Place, sources: &[Source]) -> Result<(), LakeError> {
        for source in sources.iter().filter(|source| source.is_log && source.name.ends_with(".json")) {
            let there = match digest(&place.store, &place.path(&source.name)).await {
                Ok(there) => there,
                Err(error) if error.is_not_found() => continue,
                Err(error) => return Err(error),
            };
            if there != digest(&self.store(), &source.path).await? {
                return Err(place.wrong(
                    "it holds tables of another lake, whose manifest.json is gone; bring that back, or name another folder",
                ));
            }
        }
        Ok(())
    }

    /// Backups into a folder are made one after the other by a lock there. A store has no locks, so
    /// those of one lake into stores are by a lock here.
    async fn lock_backup(&self, place: &Place) -> Result<lock::TableLock, LakeError> {
        match &place.folder {
            Some(folder) => lock::Locks::Files(folder.join("_locks")).acquire("backup").await,
            None => self.lock("backup").await,
        }
    }

    async fn copied(&self, place: &Place, source: &Source) -> Result<Entry, LakeError> {
        let target = place.path(&source.name);
        let (size, sha256) = copy(&self.store(), &source.path, &place.store, &target).await?;
        if source.sha256.as_ref().is_some_and(|written| *written != sha256) {
            return Err(LakeError::Altered { place: self.url().to_string(), file: source.name.clone() });
        }
        let entry = Entry { path: source.name.clone(), size, sha256 };
        same(place, &entry).await?;
        Ok(entry)
    }

    /// What an earlier backup says of a file, if it is there. A log is read on both sides.
    async fn known(
        &self,
        place: &Place,
        held: &HashMap<String, Entry>,
        source: &Source,
    ) -> Result<Option<Entry>, LakeError> {
        let Some(entry) = held.get(&source.name) else { return Ok(None) };
        if source.is_log {
            let (size, sha256) = digest(&self.store(), &source.path).await?;
            if (size, &sha256) != (entry.size, &entry.sha256) {
                // A checkpoint may be written again; a commit is never another one in the same lake.
                return match source.name.ends_with(".json") {
                    true => Err(place.wrong(
                        "it holds a history that this lake does not have, as of before a restore; name another folder",
                    )),
                    false => Ok(None),
                };
            }
            return match digest(&place.store, &place.path(&source.name)).await {
                Ok(there) => Ok(Some(entry.clone()).filter(|entry| there == (entry.size, entry.sha256.clone()))),
                Err(error) if error.is_not_found() => Ok(None),
                Err(error) => Err(error),
            };
        }
        if entry.size != source.size || source.sha256.as_ref().is_some_and(|written| *written != entry.sha256) {
            return Ok(None);
        }
        match place.store.head(&place.path(&source.name)).await {
            Ok(there) => Ok(Some(entry.clone()).filter(|entry| entry.size == there.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What an earlier backup copied, read again on both sides; whether it was copied anew.
    async fn checked(&self, place: &Place, source: &Source, entry: Entry) -> Result<(Entry, bool), LakeError> {
        let (size, sha256) = digest(&self.store(), &source.path).await?;
        if (size, &sha256) != (entry.size, &entry.sha256) {
            let found = format!("{size} bytes, SHA-256 {sha256}");
            return Err(LakeError::Damaged { place: self.url().to_string(), file: source.name.clone(), found });
        }
        match same(place, &entry).await {
            Ok(()) => Ok((entry, false)),
            // The lake's own is whole: it takes the place of the damaged copy.
            Err(LakeError::Damaged { .. }) => Ok((self.copied(place, source).await?, true)),
            Err(error) => Err(error),
        }
    }
}

impl BackupReport {
    fn count(&mut self, size: u64, is_new: bool) {
        self.files += 1;
        self.bytes += size;
        if is_new {
            self.copied += 1;
            self.copied_bytes += size;
        }
    }
}

/// The files of the pinned versions: data before logs, so that no log ever names a file that is not
/// there yet.
async fn sources(pinned: &LakeSnapshot) -> Result<Vec<Source>, LakeError> {
    let (mut data, mut logs) = (Vec::new(), Vec::new());
    for contract in contract::ALL.iter() {
        let table = pinned.table(contract);
        let name = |file: &str| format!("{TABLES}/{}/{file}", contract.table);
        for file in table.files.iter() {
            let (path, sha256) = (file.path.clone(), file.sha256.clone());
            data.push(Source { path, name: name(&file.name), size: file.size, sha256, is_log: false });
        }
        let listed = table.store.list(Some(&Path::from("_delta_log")));
        let mut entries: Vec<_> = listed.try_collect().await?;
        entries.sort_by(|left, right| left.location.cmp(&right.location));
        for entry in entries {
            let file = entry.location.filename().unwrap_or_default();
            let version = file.get(..20).and_then(|digits| digits.parse::<u64>().ok());
            let is_log = file.ends_with(".json") || file.ends_with(".parquet");
            if is_log && version.is_some_and(|version| version <= table.version) {
                let (path, name) = (table.in_store(&entry.location), name(entry.location.as_ref()));
                logs.push(Source { path, name, size: entry.size, sha256: None, is_log: true });
            }
        }
    }
    data.extend(logs);
    Ok(data)
}

/// An error if the logs of a copy name a file that the manifest does not: it would be a lake that
/// cannot be read. Of the tables that are `wanted`.
pub(super) async fn refuse_unnamed(
    place: &Place,
    copy: &LakeUrl,
    manifest: &Manifest,
    wanted: impl Fn(&Contract) -> bool,
) -> Result<(), LakeError> {
    let sizes: HashMap<&str, u64> = manifest.files.iter().map(|entry| (entry.path.as_str(), entry.size)).collect();
    let store = copy.open_store();
    for contract in contract::ALL.iter().copied().filter(|contract| wanted(contract)) {
        // Backups of older programs have fewer tables.
        let Some(version) = manifest.versions.get(contract.table) else { continue };
        let table = Table::new(contract, copy, &store)?;
        for file in table.snapshot_at(*version).await?.files.iter() {
            let name = format!("{TABLES}/{}/{}", contract.table, file.name);
            if sizes.get(name.as_str()) != Some(&file.size) {
                return Err(LakeError::NotWhole { place: place.name.clone(), file: name });
            }
        }
    }
    Ok(())
}

/// A file of a backup is what its entry says.
pub(super) async fn same(place: &Place, entry: &Entry) -> Result<(), LakeError> {
    let (size, sha256) = digest(&place.store, &place.path(&entry.path)).await?;
    if (size, &sha256) == (entry.size, &entry.sha256) {
        return Ok(());
    }
    let found = format!("{size} bytes, SHA-256 {sha256}");
    Err(LakeError::Damaged { place: place.name.clone(), file: entry.path.clone(), found })
}

/// Copies a file; its size and SHA-256 as it was read.
pub(super) async fn copy(
    from: &Arc<dyn ObjectStore>,
    source: &Path,
    to: &Arc<dyn ObjectStore>,
    target: &Path,
) -> Result<(u64, String), LakeError> {
    let mut upload = None;
    let copied = copy_parts(from, source, to, target, &mut upload).await;
    if copied.is_err()
        && let Some(upload) = &mut upload
        && let Err(error) = upload.abort().await
    {
        // A store keeps parts that belong to nothing, and has them paid for.
        tracing::warn!("parts of {target}, which was not copied, may be left in the store: {error}");
    }
    copied
}

/// Copies a file, a large one in parts: then `upload` is what they belong to.
async fn copy_parts(
    from: &Arc<dyn ObjectStore>,
    source: &Path,
    to: &Arc<dyn ObjectStore>,
    target: &Path,
    upload: &mut Option<Box<dyn MultipartUpload>>,
) -> Result<(u64, String), LakeError> {
    let mut bytes = from.get(source).await?.into_stream();
    let (mut size, mut digest) = (0, Sha256::new());
    let mut part: Vec<u8> = Vec::new();
    while let Some(chunk) = bytes.try_next().await? {
        digest.update(&chunk);
        size += chunk.len() as u64;
        part.extend_from_slice(&chunk);
        if part.len() >= PART {
            if upload.is_none() {
                *upload = Some(to.put_multipart(target).await?);
            }
            if let Some(upload) = upload.as_mut() {
                upload.put_part(std::mem::take(&mut part).into()).await?;
            }
        }
    }
    match upload {
        // Most files are small: one request rather than three.
        None => {
            to.put(target, part.into()).await?;
        }
        Some(upload) => {
            if !part.is_empty() {
                upload.put_part(part.into()).await?;
            }
            upload.complete().await?;
        }
    }
    Ok((size, hex::encode(digest.finalize())))
}

/// Size and SHA-256 of a file.
pub(super) async fn digest(store: &Arc<dyn ObjectStore>, path: &Path) -> Result<(u64, String), LakeError> {
    let mut bytes = store.get(path).await?.into_stream();
    let (mut size, mut digest) = (0, Sha256::new());
    while let Some(chunk) = bytes.try_next().await? {
        digest.update(&chunk);
        size += chunk.len() as u64;
    }
    Ok((size, hex::encode(digest.finalize())))
}

/// Removes what earlier backups needed and this one does not.
async fn prune(place: &Place, manifest: &Manifest) -> Result<usize, LakeError> {
    let needed: HashSet<Path> = manifest.files.iter().map(|entry| place.path(&entry.path)).collect();
    let mut removed = 0;
    let tables = contract::ALL.iter().map(|contract| format!("{TABLES}/{}", contract.table));
    for folder in tables.chain([AUDIT.to_owned()]) {
        let listed: Vec<_> = place.store.list(Some(&place.path(&folder))).try_collect().await?;
        for file in listed.into_iter().filter(|file| !needed.contains(&file.location)) {
            place.store.delete(&file.location).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests;
