//! A local object store whose writes survive a power cut: temporary file, fsync, link or rename,
//! fsync of every folder that changed. (`object_store`'s own local store never syncs, and shows
//! a name before its bytes are safe.) Reading, listing and deleting are delegated to it.

use std::fs::File;
use std::io;
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyMode, CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, RenameTargetMode, Result, UploadPart,
};

use super::disk::{Disk, DiskFile, Publish, StdDisk, create_dir_durably, publish};

const STORE: &str = "sunlake-local";

/// Local store under one root folder; its paths are those of the whole disk, as Delta wants them.
#[derive(Debug)]
pub struct DurableStore {
    inner: LocalFileSystem,
    disk: Arc<dyn Disk>,
    temp: TempFolder,
}

/// This process's temporary folder inside the lake. The lock says that its owner lives; a folder
/// whose lock is free was left by a process that died, and is swept at the next start.
#[derive(Debug)]
struct TempFolder {
    folder: PathBuf,
    _alive: File,
}

impl DurableStore {
    /// Opens the store for the lake at `root`, which is made if missing, and sweeps what dead
    /// processes left in its temporary folder.
    pub fn open(root: &FsPath) -> io::Result<Self> {
        Self::with_disk(root, Arc::new(StdDisk))
    }

    /// The same over another disk, for tests.
    pub fn with_disk(root: &FsPath, disk: Arc<dyn Disk>) -> io::Result<Self> {
        let base = root.join("_tmp");
        create_dir_durably(disk.as_ref(), &base)?;
        sweep(&base)?;
        let folder = base.join(uuid::Uuid::new_v4().simple().to_string());
        std::fs::create_dir(&folder)?;
        let alive = File::create(folder.join("alive"))?;
        alive.lock()?;
        Ok(Self { inner: LocalFileSystem::new(), disk, temp: TempFolder { folder, _alive: alive } })
    }

    fn temp_path(&self) -> PathBuf {
        self.temp.folder.join(uuid::Uuid::new_v4().simple().to_string())
    }

    /// Runs blocking file work off the async threads.
    async fn blocking<T: Send + 'static>(
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
        location: &Path,
    ) -> Result<T> {
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(error)) => Err(explain(error, location)),
            Err(error) => Err(object_store::Error::JoinError { source: error }),
        }
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        // What stays is swept at the next start.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn sweep(base: &FsPath) -> io::Result<()> {
    for entry in std::fs::read_dir(base)? {
        let folder = entry?.path();
        let owner = match File::open(folder.join("alive")) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        if owner.try_lock().is_ok() {
            tracing::info!(folder = %folder.display(), "removing what an ended process left behind");
            std::fs::remove_dir_all(&folder)?;
        }
    }
    Ok(())
}

fn explain(error: io::Error, location: &Path) -> object_store::Error {
    let path = location.to_string();
    match error.kind() {
        io::ErrorKind::AlreadyExists => object_store::Error::AlreadyExists { path, source: error.into() },
        io::ErrorKind::NotFound => object_store::Error::NotFound { path, source: error.into() },
        io::ErrorKind::PermissionDenied => object_store::Error::PermissionDenied { path, source: error.into() },
        _ => object_store::Error::Generic { store: STORE, source: error.into() },
    }
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
        let (disk, temp) = (self.disk.clone(), self.temp_path());
        let work = move || {
            let file = disk.create_new(&temp)?;
            let mut offset = 0;
            for part in payload.iter() {
                file.write_at(part, offset)?;
                offset += part.len() as u64;
            }
            file.sync()?;
            publish(disk.as_ref(), &temp, &target, how)?;
            Ok(PutResult { e_tag: None, version: None })
        };
        Self::blocking(work, location).await
    }

    async fn put_multipart_opts(&self, location: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let target = self.inner.path_to_filesystem(location)?;
        let (disk, temp) = (self.disk.clone(), self.temp_path());
        let (maker, made) = (disk.clone(), temp.clone());
        let file = Self::blocking(move || maker.create_new(&made), location).await?;
        Ok(Box::new(Upload { disk, temp, target, location: location.clone(), file: Arc::from(file), offset: 0 }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[std::ops::Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let how = match options.mode {
            CopyMode::Create => Publish::Create,
            CopyMode::Overwrite => Publish::Replace,
        };
        let (source, target) = (self.inner.path_to_filesystem(from)?, self.inner.path_to_filesystem(to)?);
        let (disk, temp) = (self.disk.clone(), self.temp_path());
        let work = move || {
            let bytes = std::fs::read(&source)?;
            let file = disk.create_new(&temp)?;
            file.write_at(&bytes, 0)?;
            file.sync()?;
            publish(disk.as_ref(), &temp, &target, how)
        };
        Self::blocking(work, to).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        let how = match options.target_mode {
            RenameTargetMode::Create => Publish::Create,
            RenameTargetMode::Overwrite => Publish::Replace,
        };
        let (source, target) = (self.inner.path_to_filesystem(from)?, self.inner.path_to_filesystem(to)?);
        let disk = self.disk.clone();
        let work = move || {
            publish(disk.as_ref(), &source, &target, how)?;
            source.parent().map_or(Ok(()), |parent| disk.sync_dir(parent))
        };
        Self::blocking(work, to).await
    }
}

/// A file that comes in parts; each part knows its place, so parts may be written at once.
#[derive(Debug)]
struct Upload {
    disk: Arc<dyn Disk>,
    temp: PathBuf,
    target: PathBuf,
    location: Path,
    file: Arc<dyn DiskFile>,
    offset: u64,
}

#[async_trait]
impl MultipartUpload for Upload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (file, location, mut offset) = (self.file.clone(), self.location.clone(), self.offset);
        self.offset += data.content_length() as u64;
        Box::pin(async move {
            let work = move || {
                for part in data.iter() {
                    file.write_at(part, offset)?;
                    offset += part.len() as u64;
                }
                Ok(())
            };
            DurableStore::blocking(work, &location).await
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let (disk, file) = (self.disk.clone(), self.file.clone());
        let (temp, target) = (self.temp.clone(), self.target.clone());
        let work = move || {
            file.sync()?;
            publish(disk.as_ref(), &temp, &target, Publish::Replace)?;
            Ok(PutResult { e_tag: None, version: None })
        };
        DurableStore::blocking(work, &self.location).await
    }

    async fn abort(&mut self) -> Result<()> {
        let (disk, temp) = (self.disk.clone(), self.temp.clone());
        DurableStore::blocking(move || disk.remove(&temp), &self.location).await
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt;

    use super::super::disk::tests::Recorder;
    use super::*;

    fn place(dir: &FsPath, name: &str) -> Path {
        Path::from_absolute_path(dir.join(name)).expect("path")
    }

    #[tokio::test]
    async fn bytes_are_synced_before_the_name_and_the_name_before_the_answer() {
        let dir = tempfile::tempdir().expect("dir");
        let disk = Recorder::default();
        let store = DurableStore::with_disk(dir.path(), Arc::new(disk.clone())).expect("store");
        disk.log.lock().expect("log").clear();
        let target = place(dir.path(), "t/_delta_log/0.json");
        let create = PutOptions { mode: PutMode::Create, ..Default::default() };
        store.put_opts(&target, "one".into(), create.clone()).await.expect("put");
        let top = dir.path().file_name().expect("name").to_string_lossy().into_owned();
        let seen = disk.log.lock().expect("log").clone();
        assert_eq!(
            seen,
            [
                "create -",
                "write -",
                "sync -",
                "mkdir t",
                &format!("syncdir {top}"),
                "mkdir _delta_log",
                "syncdir t",
                "link 0.json",
                "remove -",
                "syncdir _delta_log",
            ]
        );
        let again = store.put_opts(&target, "two".into(), create).await;
        assert!(matches!(again, Err(object_store::Error::AlreadyExists { .. })), "{again:?}");
        let kept = store.get(&target).await.expect("get").bytes().await.expect("bytes");
        assert_eq!(&kept[..], b"one");
    }

    #[tokio::test]
    async fn parts_land_in_order_whatever_order_they_are_written_in() {
        let dir = tempfile::tempdir().expect("dir");
        let store = DurableStore::open(dir.path()).expect("store");
        let target = place(dir.path(), "big");
        let mut upload = store.put_multipart(&target).await.expect("upload");
        let (first, second) = (upload.put_part("hello ".into()), upload.put_part("lake".into()));
        second.await.expect("second");
        first.await.expect("first");
        assert!(store.head(&target).await.is_err(), "nothing is seen before it is complete");
        upload.complete().await.expect("complete");
        let bytes = store.get(&target).await.expect("get").bytes().await.expect("bytes");
        assert_eq!(&bytes[..], b"hello lake");
    }

    #[test]
    fn what_a_dead_process_left_is_swept_and_what_a_live_one_holds_is_not() {
        let dir = tempfile::tempdir().expect("dir");
        let live = DurableStore::open(dir.path()).expect("live");
        let dead = dir.path().join("_tmp/dead");
        std::fs::create_dir(&dead).expect("dir");
        std::fs::write(dead.join("alive"), "").expect("lock");
        std::fs::write(dead.join("half"), "x").expect("half");
        let _next = DurableStore::open(dir.path()).expect("next");
        assert!(!dead.exists() && live.temp.folder.exists());
    }
}
