//! A copy of one snapshot of all tables in another folder, with a manifest that tells each file's
//! size and SHA-256. Files never change, so a second backup copies what is new. The manifest is
//! written when everything else is there: until then the backup is the one before.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::url::LakeUrl;
use super::{Lake, LakeError, LakeSnapshot, keys, lock};
use crate::contract;

const MANIFEST: &str = "manifest.json";
/// Version of the manifest's own form.
const FORM: u32 = 1;
/// Folder of the keys' files, within the backup.
pub(super) const KEYS: &str = "keys";
/// Folder of the tables, within the backup.
pub(super) const TABLES: &str = "lake";
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
    /// Tell what would be copied, and copy nothing.
    pub dry_run: bool,
}

/// What a backup holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    form: u32,
    /// Where the lake was.
    pub lake: String,
    pub taken_at: Timestamp,
    pub versions: BTreeMap<String, u64>,
    pub files: Vec<Entry>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Below the backup's folder.
    pub path: String,
    pub size: u64,
    /// Hexadecimal.
    pub sha256: String,
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

/// A folder that holds a backup, or is to.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    pub(super) store: Arc<dyn ObjectStore>,
    root: Path,
}

impl Place {
    pub(super) fn open(url: &LakeUrl) -> Result<Self, LakeError> {
        let Some(folder) = url.folder() else {
            let reason = "a lake in memory ends with its process; name a folder";
            return Err(LakeError::Place { place: url.to_string(), reason });
        };
        Ok(Self { name: url.to_string(), folder: folder.to_owned(), store: url.open_store(), root: url.path()? })
    }

    pub(super) fn wrong(&self, reason: &'static str) -> LakeError {
        LakeError::Place { place: self.name.clone(), reason }
    }

    /// A file of the backup; names may hold `=` and percent signs.
    pub(super) fn path(&self, name: &str) -> Path {
        let whole = format!("{}/{name}", self.root);
        Path::parse(&whole).unwrap_or_else(|_| Path::from(whole))
    }

    pub(super) async fn manifest(&self) -> Result<Option<Manifest>, LakeError> {
        let bytes = match self.store.get(&self.path(MANIFEST)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let unreadable = "its manifest.json cannot be read; give another folder";
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|_| self.wrong(unreadable))?;
        if manifest.form > FORM {
            return Err(self.wrong("a newer sunlake made this backup; install that"));
        }
        Ok(Some(manifest))
    }

    /// Only a backup, or what a broken-off one has left, may be there.
    fn refuse_foreign(&self, held: Option<&Manifest>, lake: &Lake) -> Result<(), LakeError> {
        if lake.url().folder().is_some_and(|of| self.folder.starts_with(of) || of.starts_with(&self.folder)) {
            return Err(self.wrong("it is in the lake, or around it; name a folder beside it, best on another disk"));
        }
        if held.is_some_and(|held| held.lake != lake.url().to_string()) {
            return Err(self.wrong("it is the backup of another lake; name another folder"));
        }
        let ours = [MANIFEST, TABLES, KEYS, "_tmp", "_locks"];
        for name in names(&self.folder)? {
            if !ours.contains(&name.as_str()) {
                return Err(self.wrong("it holds other files; name an empty or a new folder"));
            }
        }
        Ok(())
    }
}

/// Names in a folder; none if it is not there.
pub(super) fn names(folder: &FsPath) -> Result<Vec<String>, LakeError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(LakeError::io(folder)(error)),
    };
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        entry.map(|entry| entry.file_name().to_string_lossy().into_owned()).map_err(LakeError::io(folder))
    };
    entries.map(name).collect()
}

/// A file to copy.
struct Source {
    path: Path,
    /// Below the backup's folder.
    name: String,
    size: u64,
}

impl Lake {
    /// Copies a snapshot of all tables to `url`, and checks that the copy is equal.
    pub async fn backup(&self, url: &LakeUrl, options: &BackupOptions) -> Result<BackupReport, LakeError> {
        let place = Place::open(url)?;
        let held = place.manifest().await?;
        place.refuse_foreign(held.as_ref(), self)?;
        let locks = lock::Locks::Files(place.folder.join("_locks"));
        let _lock = if options.dry_run { None } else { Some(locks.acquire("backup").await?) };
        let pinned = self.quiet_snapshot().await?;
        let sources = sources(&pinned).await?;
        let held: HashMap<String, Entry> =
            held.into_iter().flat_map(|held| held.files).map(|entry| (entry.path.clone(), entry)).collect();
        let mut report = BackupReport { place: place.name.clone(), ..BackupReport::default() };
        let mut files = Vec::with_capacity(sources.len());
        for source in &sources {
            let known = known(&place, &held, source).await?;
            if options.dry_run {
                report.count(source.size, known.is_none());
                continue;
            }
            let (entry, is_new) = match known {
                Some(entry) if options.check => (self.checked(&place, source, entry).await?, false),
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
            let entry = keys::copy(&place, key)?;
            report.count(entry.size, held.get(&entry.path) != Some(&entry));
            files.push(entry);
        }
        for entry in keys::carried(&place, &held, &files)? {
            report.count(entry.size, false);
            files.push(entry);
        }
        let versions = pinned.versions().into_iter().map(|(table, version)| (table.to_owned(), version)).collect();
        let manifest = Manifest { form: FORM, lake: self.url().to_string(), taken_at: options.now, versions, files };
        let text = serde_json::to_vec_pretty(&manifest).map_err(|_| place.wrong("its manifest cannot be written"))?;
        place.store.put(&place.path(MANIFEST), text.into()).await?;
        report.removed = prune(&place, &manifest).await?;
        Ok(report)
    }

    async fn copied(&self, place: &Place, source: &Source) -> Result<Entry, LakeError> {
        let target = place.path(&source.name);
        let (size, sha256) = copy(&self.store(), &source.path, &place.store, &target).await?;
        let entry = Entry { path: source.name.clone(), size, sha256 };
        same(place, &entry).await?;
        Ok(entry)
    }

    /// What an earlier backup copied, read again on both sides.
    async fn checked(&self, place: &Place, source: &Source, entry: Entry) -> Result<Entry, LakeError> {
        let (size, sha256) = digest(&self.store(), &source.path).await?;
        if (size, &sha256) != (entry.size, &entry.sha256) {
            let found = format!("{size} bytes, SHA-256 {sha256}");
            return Err(LakeError::Damaged { place: self.url().to_string(), file: source.name.clone(), found });
        }
        same(place, &entry).await?;
        Ok(entry)
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
            data.push(Source { path: file.path.clone(), name: name(&file.name), size: file.size });
        }
        let listed = table.store.list(Some(&Path::from("_delta_log")));
        let mut entries: Vec<_> = listed.try_collect().await?;
        entries.sort_by(|left, right| left.location.cmp(&right.location));
        for entry in entries {
            let file = entry.location.filename().unwrap_or_default();
            let version = file.get(..20).and_then(|digits| digits.parse::<u64>().ok());
            let is_log = file.ends_with(".json") || file.ends_with(".parquet");
            if is_log && version.is_some_and(|version| version <= table.version) {
                let path = table.in_store(&entry.location);
                logs.push(Source { path, name: name(entry.location.as_ref()), size: entry.size });
            }
        }
    }
    data.extend(logs);
    Ok(data)
}

/// What an earlier backup says of a file, if it is there.
async fn known(place: &Place, held: &HashMap<String, Entry>, source: &Source) -> Result<Option<Entry>, LakeError> {
    let Some(entry) = held.get(&source.name).filter(|entry| entry.size == source.size) else { return Ok(None) };
    match place.store.head(&place.path(&source.name)).await {
        Ok(there) => Ok(Some(entry.clone()).filter(|entry| entry.size == there.size)),
        Err(object_store::Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
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
    let mut bytes = from.get(source).await?.into_stream();
    let mut upload = to.put_multipart(target).await?;
    let (mut size, mut digest) = (0, Sha256::new());
    let mut part: Vec<u8> = Vec::new();
    while let Some(chunk) = bytes.try_next().await? {
        digest.update(&chunk);
        size += chunk.len() as u64;
        part.extend_from_slice(&chunk);
        if part.len() >= PART {
            upload.put_part(std::mem::take(&mut part).into()).await?;
        }
    }
    if !part.is_empty() {
        upload.put_part(part.into()).await?;
    }
    upload.complete().await?;
    Ok((size, hex::encode(digest.finalize())))
}

/// Size and SHA-256 of a file.
async fn digest(store: &Arc<dyn ObjectStore>, path: &Path) -> Result<(u64, String), LakeError> {
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
    for contract in contract::ALL.iter() {
        let folder = place.path(&format!("{TABLES}/{}", contract.table));
        let listed: Vec<_> = place.store.list(Some(&folder)).try_collect().await?;
        for file in listed.into_iter().filter(|file| !needed.contains(&file.location)) {
            place.store.delete(&file.location).await?;
            removed += 1;
        }
    }
    Ok(removed)
}
