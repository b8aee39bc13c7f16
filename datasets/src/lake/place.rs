//! A folder, here or in an object store, that holds a backup, or is to: what is in it, by its manifest,
//! and what may be.

use std::collections::BTreeMap;
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, UpdateVersion};
use serde::{Deserialize, Serialize};

use super::url::{LakeUrl, overlap, resolved};
use super::{Lake, LakeError, LakeSnapshot};
use crate::contract;

pub(super) const MANIFEST: &str = "manifest.json";
/// Version of the manifest's own form. 2: the tables' ids. 3: the audit log.
pub(super) const FORM: u32 = 3;
/// Folder of the keys' files, within the backup.
pub(super) const KEYS: &str = "keys";
/// Folder of the audit log, within the backup.
pub(super) const AUDIT: &str = "audit";
/// Folder of the tables, within the backup.
pub(super) const TABLES: &str = "lake";

/// What a backup holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    pub(super) form: u32,
    /// Where the lake was.
    pub lake: String,
    /// The id that each table was given when it was made: a lake that is made anew at the same place
    /// has others. Backups of older programs tell none.
    #[serde(default)]
    pub tables: BTreeMap<String, String>,
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

/// All that can be said of a manifest of any form.
#[derive(Deserialize)]
struct Form {
    form: u32,
}

/// A folder that holds a backup, or is to.
pub(super) struct Place {
    pub(super) name: String,
    pub(super) url: LakeUrl,
    /// Where it is on the local disk; nothing of one in an object store.
    pub(super) folder: Option<PathBuf>,
    pub(super) store: Arc<dyn ObjectStore>,
    root: Path,
}

impl Place {
    pub(super) fn open(url: &LakeUrl) -> Result<Self, LakeError> {
        if url.is_volatile() {
            let reason = "a lake in memory ends with its process; name a folder";
            return Err(LakeError::Place { place: url.to_string(), reason });
        }
        let (name, folder) = (url.to_string(), url.folder().map(FsPath::to_path_buf));
        Ok(Self { name, url: url.clone(), folder, store: url.open_store(), root: url.path()? })
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
        Ok(self.held().await?.map(|(manifest, _)| manifest))
    }

    /// The manifest, and which one its store says that it is.
    pub(super) async fn held(&self) -> Result<Option<(Manifest, UpdateVersion)>, LakeError> {
        let found = match self.store.get(&self.path(MANIFEST)).await {
            Ok(found) => found,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
        let bytes = found.bytes().await?;
        let unreadable = |_| self.wrong("its manifest.json cannot be read; give another folder");
        let Form { form } = serde_json::from_slice(&bytes).map_err(unreadable)?;
        if form > FORM {
            return Err(self.wrong("a newer sunlake made this backup; install that"));
        }
        let manifest = serde_json::from_slice(&bytes).map_err(unreadable)?;
        Ok(Some((manifest, version)))
    }

    /// Puts a manifest in the place of the one that was held. In a store that must still be the one:
    /// a folder has a lock instead.
    pub(super) async fn put_manifest(&self, text: Vec<u8>, held: Option<UpdateVersion>) -> Result<(), LakeError> {
        let mode = match (&self.folder, held) {
            (Some(_), _) => PutMode::Overwrite,
            (None, Some(held)) => PutMode::Update(held),
            (None, None) => PutMode::Create,
        };
        match self.store.put_opts(&self.path(MANIFEST), text.into(), mode.into()).await {
            Ok(_) => Ok(()),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => Err(self.wrong(
                "another backup has ended there meanwhile, and this one has removed nothing of it; run the same \
                 command again",
            )),
            Err(error) => Err(error.into()),
        }
    }

    /// Only a backup, or what a broken-off one has left, may be there.
    pub(super) async fn refuse_foreign(&self, held: Option<&Manifest>, lake: &Lake) -> Result<(), LakeError> {
        let inner: Vec<PathBuf> = self.folder.iter().flat_map(|folder| [folder.clone(), folder.join(TABLES)]).collect();
        if lake.url().folder().is_some_and(|of| inner.iter().any(|inner| overlap(inner, of))) {
            return Err(self.wrong("it is in the lake, or around it; name a folder beside it, best on another disk"));
        }
        let is_of = |held: &Manifest| match lake.url().folder() {
            Some(of) => resolved(FsPath::new(&held.lake)) == resolved(of),
            None => held.lake == lake.url().to_string(),
        };
        if held.is_some_and(|held| !is_of(held)) {
            return Err(self.wrong("it is the backup of another lake; name another folder"));
        }
        let ours = [MANIFEST, TABLES, KEYS, AUDIT, "_tmp", "_locks"];
        for name in self.names().await? {
            if !ours.contains(&name.as_str()) {
                return Err(self.wrong("it holds other files; name an empty or a new folder"));
            }
        }
        Ok(())
    }

    /// Names in the folder; none if it is not there.
    async fn names(&self) -> Result<Vec<String>, LakeError> {
        if let Some(folder) = &self.folder {
            return names(folder);
        }
        let listed = self.store.list_with_delimiter(Some(&self.root)).await?;
        let paths = listed.common_prefixes.into_iter().chain(listed.objects.into_iter().map(|object| object.location));
        // Some tools put an empty object in the place of a folder.
        let within = paths.filter(|path| *path != self.root);
        Ok(within.filter_map(|path| path.filename().map(str::to_owned)).collect())
    }

    /// A lake that was made anew where another was is another lake, whose logs have the same names;
    /// one that was restored may lack what its backup holds.
    pub(super) fn refuse_other(&self, held: &Manifest, pinned: &LakeSnapshot) -> Result<(), LakeError> {
        let is_other = contract::ALL
            .iter()
            .any(|contract| held.tables.get(contract.table).is_some_and(|id| *id != pinned.table(contract).id));
        if is_other {
            let reason = "it is the backup of another lake, which was at the same place before; name another folder, \
                          and keep this one as long as that lake may be wanted";
            return Err(self.wrong(reason));
        }
        let is_behind = contract::ALL.iter().any(|contract| {
            held.versions.get(contract.table).is_some_and(|version| *version > pinned.table(contract).version)
        });
        if is_behind {
            return Err(self.wrong(
                "it is further than this lake, which was restored or has lost commits since; name another folder",
            ));
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

/// Whether the lake in this folder is the copy inside a backup: nobody lands into it, and it is left
/// as it is.
pub(super) fn is_copy(lake: &FsPath) -> bool {
    let lake = resolved(lake);
    let manifest = lake.parent().filter(|_| lake.ends_with(TABLES)).map(|backup| backup.join(MANIFEST));
    let bytes = manifest.and_then(|manifest| std::fs::read(manifest).ok());
    bytes.is_some_and(|bytes| serde_json::from_slice::<Manifest>(&bytes).is_ok())
}
