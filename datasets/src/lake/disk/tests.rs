//! Disks for tests.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use super::*;

/// A disk that does what it is told and writes down in which order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recorder {
    pub(crate) log: Arc<Mutex<Vec<String>>>,
}

impl Recorder {
    fn note(&self, what: &str, path: &Path) {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        self.log.lock().expect("log").push(format!("{what} {name}"));
    }
}

#[derive(Debug)]
struct RecordedFile(Box<dyn DiskFile>, Recorder);

impl DiskFile for RecordedFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.1.note("write", Path::new("-"));
        self.0.write_at(bytes, offset)
    }
    fn sync(&self) -> io::Result<()> {
        self.1.note("sync", Path::new("-"));
        self.0.sync()
    }
}

impl Disk for Recorder {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.note("create", Path::new("-"));
        Ok(Box::new(RecordedFile(StdDisk.create_new(path)?, self.clone())))
    }
    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.note("link", to);
        StdDisk.link(from, to)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.note("rename", to);
        StdDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.note("remove", Path::new("-"));
        StdDisk.remove(path)
    }
    fn create_dir(&self, path: &Path) -> io::Result<bool> {
        self.note("mkdir", path);
        StdDisk.create_dir(path)
    }
    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.note("syncdir", path);
        StdDisk.sync_dir(path)
    }
}

/// A disk that fills up, or whose power is cut: then nothing can be done on it any more. It does
/// not sync, for speed.
#[derive(Debug, Clone)]
pub(crate) struct Frail {
    room: Arc<AtomicI64>,
    names: Arc<AtomicI64>,
}

impl Frail {
    /// There is room for so many bytes; files that are removed give nothing back.
    pub(crate) fn with_room(bytes: i64) -> Self {
        Self { room: Arc::new(AtomicI64::new(bytes)), names: Arc::new(AtomicI64::new(i64::MAX)) }
    }

    /// So many files get their name; the power is cut at the next.
    pub(crate) fn with_power_for(names: i64) -> Self {
        Self { room: Arc::new(AtomicI64::new(i64::MAX)), names: Arc::new(AtomicI64::new(names)) }
    }

    /// Room is made, for so many bytes.
    pub(crate) fn make_room(&self, bytes: i64) {
        self.room.store(bytes, Ordering::SeqCst);
    }

    fn powered(&self) -> io::Result<()> {
        if self.names.load(Ordering::SeqCst) < 0 { Err(io::Error::other("the power is cut")) } else { Ok(()) }
    }

    fn name(&self) -> io::Result<()> {
        self.powered()?;
        self.names.fetch_sub(1, Ordering::SeqCst);
        self.powered()
    }
}

#[derive(Debug)]
struct FrailFile(Box<dyn DiskFile>, Frail);

impl DiskFile for FrailFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.1.powered()?;
        let bytes_wanted = i64::try_from(bytes.len()).expect("length");
        if self.1.room.fetch_sub(bytes_wanted, Ordering::SeqCst) < bytes_wanted {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.write_at(bytes, offset)
    }
    fn sync(&self) -> io::Result<()> {
        self.1.powered()
    }
}

impl Disk for Frail {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        self.powered()?;
        Ok(Box::new(FrailFile(StdDisk.create_new(path)?, self.clone())))
    }
    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.name()?;
        StdDisk.link(from, to)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.name()?;
        StdDisk.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.powered()?;
        StdDisk.remove(path)
    }
    fn create_dir(&self, path: &Path) -> io::Result<bool> {
        self.powered()?;
        StdDisk.create_dir(path)
    }
    fn sync_dir(&self, _: &Path) -> io::Result<()> {
        self.powered()
    }
}
