//! A local object store whose writes survive a power cut: temporary file, fsync, link or rename,
//! fsync of every folder that changed. (`object_store`'s own local store never syncs, and shows
//! a name before its bytes are safe.) Reading, listing and deleting are delegated to it, but that
//! a folder is not read of which this process could not make sure that its names are safe: who
//! looks whether a commit is there after all would else take one for done that a power cut undoes.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path as FsPath, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, RenameTargetMode, Result, UploadPart,
};

use super::disk::{Disk, DiskFile, Publish, StdDisk, create_dir_durably, publish};
use super::error::NoSpace;

const STORE: &str = "sunlake-local";

/// Local store under one root folder; its paths are those of the whole disk, as Delta wants them.
/// Reading changes nothing on the disk.
#[derive(Debug)]
pub struct DurableStore {
    inner: LocalFileSystem,
    work: Arc<Workplace>,
}

/// The disk, and where on it files are written before they have their name.
#[derive(Debug)]
struct Workplace {
    root: PathBuf,
    disk: Arc<dyn Disk>,
    /// Made at the first write.
    temp: Mutex<Option<TempFolder>>,
    /// Folders in which a name could not be made safe.
    unsafe_folders: Mutex<HashSet<PathBuf>>,
}

/// This process's temporary folder inside the lake. The lock says that its owner lives; a folder
/// whose lock is free was left by a process that died, and is swept when another first writes.
#[derive(Debug)]
struct TempFolder {
    path: PathBuf,
    _alive: File,
}

impl DurableStore {
    /// Opens the store for the lake at `root`, which the first write makes if it is missing.
    pub fn open(root: &FsPath) -> Self {
        Self::with_disk(root, Arc::new(StdDisk))
    }

    /// The same over another disk, for tests.
    pub fn with_disk(root: &FsPath, disk: Arc<dyn Disk>) -> Self {
        let work = Workplace { root: root.to_owned(), disk, temp: Mutex::default(), unsafe_folders: Mutex::default() };
        Self { inner: LocalFileSystem::new(), work: Arc::new(work) }
    }
}

impl Workplace {
    /// A new name in the temporary folder.
    fn temp_name(&self) -> io::Result<PathBuf> {
        let mut held = self.temp.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let folder = match held.take() {
            Some(folder) => folder,
            None => TempFolder::make(&self.root.join("_tmp"), self.disk.as_ref())?,
        };
        let name = folder.path.join(random_name());
        *held = Some(folder);
        Ok(name)
    }

    /// Gives a file its name; a folder that may have a name that is not safe is remembered.
    fn publish(&self, temp: &FsPath, target: &FsPath, how: Publish) -> io::Result<()> {
        publish(self.disk.as_ref(), temp, target, how).inspect_err(|error| {
            if error.kind() != io::ErrorKind::AlreadyExists
                && let Some(folder) = target.parent()
            {
                self.unsafe_folders().insert(folder.to_owned());
            }
        })
    }

    fn unsafe_folders(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.unsafe_folders.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Makes the names in and below a folder safe that are not, before they are read.
    fn make_safe(&self, folder: &FsPath) -> io::Result<()> {
        let mut folders = self.unsafe_folders();
        let inside: Vec<PathBuf> = folders.iter().filter(|held| held.starts_with(folder)).cloned().collect();
        for held in inside {
            match self.disk.sync_dir(&held) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => folders.remove(&held),
            };
        }
        Ok(())
    }

    /// The same before one file is read, or what is below a folder.
    fn before_reading(&self, location: &Path) -> Result<()> {
        if self.unsafe_folders().is_empty() {
            return Ok(());
        }
        let at = FsPath::new("/").join(location.as_ref());
        let folder = if at.is_dir() { at.as_path() } else { at.parent().unwrap_or(&at) };
        self.make_safe(folder).map_err(|error| self.explain(error, location))
    }

    /// Writes a file and publishes it; nothing of it stays if that fails.
    fn write(
        &self,
        target: &FsPath,
        how: Publish,
        fill: impl FnOnce(&dyn DiskFile) -> io::Result<()>,
    ) -> io::Result<()> {
        let temp = self.temp_name()?;
        let file = self.disk.create_new(&temp)?;
        fill(file.as_ref())
            .and_then(|()| file.sync())
            .and_then(|()| self.publish(&temp, target, how))
            .inspect_err(|_| self.remove(&temp))
    }

    /// Removes a temporary file; one that cannot be removed goes with the folder.
    fn remove(&self, temp: &FsPath) {
        let _ = self.disk.remove(temp);
    }

    /// Runs blocking file work off the async threads.
    async fn blocking<T: Send + 'static>(
        &self,
        location: &Path,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> Result<T> {
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(self.explain(error, location)),
            Err(error) => Err(object_store::Error::JoinError { source: error }),
        }
    }

    fn explain(&self, error: io::Error, location: &Path) -> object_store::Error {
        let path = location.to_string();
        match error.kind() {
            io::ErrorKind::AlreadyExists => object_store::Error::AlreadyExists { path, source: error.into() },
            io::ErrorKind::NotFound => object_store::Error::NotFound { path, source: error.into() },
            io::ErrorKind::PermissionDenied => object_store::Error::PermissionDenied { path, source: error.into() },
            _ if NoSpace::is(&error) => {
                object_store::Error::Generic { store: STORE, source: NoSpace::new(&self.root, error).into() }
            }
            _ => object_store::Error::Generic { store: STORE, source: error.into() },
        }
    }
}

impl TempFolder {
    fn make(base: &FsPath, disk: &dyn Disk) -> io::Result<Self> {
        create_dir_durably(disk, base)?;
        sweep(base);
        let path = base.join(random_name());
        std::fs::create_dir(&path)?;
        // The lock is held before it has the name by which a sweep looks for it.
        let unnamed = path.join("new");
        let alive = File::create(&unnamed)?;
        alive.lock()?;
        std::fs::rename(&unnamed, path.join("alive"))?;
        Ok(Self { path, _alive: alive })
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        // What stays is swept later.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes the folders of ended processes; one that cannot be removed is in nobody's way.
pub(super) fn sweep(base: &FsPath) {
    for entry in std::fs::read_dir(base).into_iter().flatten().flatten() {
        let folder = entry.path();
        let Ok(owner) = File::open(folder.join("alive")) else { continue };
        if owner.try_lock().is_err() {
            continue;
        }
        tracing::info!(folder = %folder.display(), "removing what an ended process left behind");
        if let Err(error) = std::fs::remove_dir_all(&folder) {
            tracing::debug!(folder = %folder.display(), %error, "it stays");
        }
    }
}

fn random_name() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}

impl std::fmt::Display for DurableStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(STORE)
    }
}

#[async_trait]
impl ObjectStore for DurableStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let how = match opts.mode {
            PutMode::Create => Publish::Create,
            PutMode::Overwrite => Publish::Replace,
            PutMode::Update(_) => {
                return Err(object_store::Error::NotImplemented {
                    operation: "conditional update".into(),
                    implementer: STORE.into(),
                });
            }
        };
        let target = self.inner.path_to_filesystem(location)?;
        let place = self.work.clone();
        let work = move || {
            place.write(&target, how, |file| {
                let mut offset = 0;
                for part in payload.iter() {
                    file.write_at(part, offset)?;
                    offset += part.len() as u64;
                }
                Ok(())
            })
        };
        self.work.blocking(location, work).await?;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn put_multipart_opts(&self, location: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let target = self.inner.path_to_filesystem(location)?;
        let place = self.work.clone();
        let create = move || {
            let temp = place.temp_name()?;
            let file = place.disk.create_new(&temp)?;
            Ok((temp, file))
        };
        let (temp, file) = self.work.blocking(location, create).await?;
        let (place, location) = (self.work.clone(), location.clone());
        Ok(Box::new(Upload { place, temp: Some(temp), target, location, file: Arc::from(file), offset: 0 }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.work.before_reading(location)?;
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[std::ops::Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.work.before_reading(location)?;
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.work.before_reading(prefix.unwrap_or(&Path::default())) {
            Ok(()) => self.inner.list(prefix),
            Err(error) => futures::stream::once(async { Err(error) }).boxed(),
        }
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.work.before_reading(prefix.unwrap_or(&Path::default())) {
            Ok(()) => self.inner.list_with_offset(prefix, offset),
            Err(error) => futures::stream::once(async { Err(error) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.work.before_reading(prefix.unwrap_or(&Path::default()))?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let how = match options.mode {
            CopyMode::Create => Publish::Create,
            CopyMode::Overwrite => Publish::Replace,
        };
        let (source, target) = (self.inner.path_to_filesystem(from)?, self.inner.path_to_filesystem(to)?);
        let place = self.work.clone();
        let work = move || {
            let bytes = std::fs::read(&source)?;
            place.write(&target, how, |file| file.write_at(&bytes, 0))
        };
        self.work.blocking(to, work).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        let how = match options.target_mode {
            RenameTargetMode::Create => Publish::Create,
            RenameTargetMode::Overwrite => Publish::Replace,
        };
        let (source, target) = (self.inner.path_to_filesystem(from)?, self.inner.path_to_filesystem(to)?);
        let place = self.work.clone();
        let work = move || {
            place.publish(&source, &target, how)?;
            source.parent().map_or(Ok(()), |parent| place.disk.sync_dir(parent))
        };
        self.work.blocking(to, work).await
    }
}

/// A file that comes in parts; each part knows its place, so parts may be written at once.
#[derive(Debug)]
struct Upload {
    place: Arc<Workplace>,
    /// Where it is written; nothing once it has its name or was given up.
    temp: Option<PathBuf>,
    target: PathBuf,
    location: Path,
    file: Arc<dyn DiskFile>,
    offset: u64,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (place, file) = (self.place.clone(), self.file.clone());
        let (location, mut offset) = (self.location.clone(), self.offset);
        self.offset += data.content_length() as u64;
        Box::pin(async move {
            let work = move || {
                for part in data.iter() {
                    file.write_at(part, offset)?;
                    offset += part.len() as u64;
                }
                Ok(())
            };
            place.blocking(&location, work).await
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        if let Some(temp) = self.temp.clone() {
            let (place, file, target) = (self.place.clone(), self.file.clone(), self.target.clone());
            let work = move || {
                file.sync()?;
                place.publish(&temp, &target, Publish::Replace)
            };
            self.place.blocking(&self.location, work).await?;
            self.temp = None;
        }
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn abort(&mut self) -> Result<()> {
        if let Some(temp) = self.temp.take() {
            let place = self.place.clone();
            self.place.blocking(&self.location, move || place.disk.remove(&temp)).await?;
        }
        Ok(())
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if let Some(temp) = &self.temp {
            self.place.remove(temp);
        }
    }
}

#[cfg(test)]
mod tests;
