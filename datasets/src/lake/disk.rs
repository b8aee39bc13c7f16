//! The few things that a durable local store needs of a disk, as a trait, so that tests can
//! watch the order in which bytes and names become safe.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A file being written.
pub trait DiskFile: Send + Sync + std::fmt::Debug {
    /// Writes all of `bytes` at `offset`.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;
    /// Returns when the bytes are safe (fsync).
    fn sync(&self) -> io::Result<()>;
}

/// A disk. Names are safe only after [`Disk::sync_dir`] of the folder that holds them.
pub trait Disk: Send + Sync + std::fmt::Debug {
    /// Makes a file that was not there before.
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;
    /// Gives a file a second name; fails with `AlreadyExists` if the name is taken.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a name.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes one folder; `Ok(false)` if it was there.
    fn create_dir(&self, path: &Path) -> io::Result<bool>;
    /// Returns when the names in a folder are safe.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
}

/// The machine's disk.
#[derive(Debug, Default, Clone, Copy)]
pub struct StdDisk;

#[derive(Debug)]
struct StdFile(File);

impl DiskFile for StdFile {
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_all()
    }
}

impl Disk for StdDisk {
    fn create_new(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let file = OpenOptions::new().write(true).create_new(true).open(path)?;
        Ok(Box::new(StdFile(file)))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::hard_link(from, to)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn create_dir(&self, path: &Path) -> io::Result<bool> {
        match std::fs::create_dir(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

/// Makes `dir` and what is missing above it; every folder that gained a name is synced.
pub fn create_dir_durably(disk: &dyn Disk, dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    if let Some(parent) = dir.parent() {
        create_dir_durably(disk, parent)?;
        if disk.create_dir(dir)? {
            disk.sync_dir(parent)?;
        }
    }
    Ok(())
}

/// How a finished temporary file gets its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Publish {
    /// The name must be new.
    Create,
    /// The name may be taken.
    Replace,
}

/// Gives the synced temporary file its name and makes the name safe. If that fails, the temporary
/// file is still there for the caller to remove.
pub fn publish(disk: &dyn Disk, temp: &Path, target: &Path, how: Publish) -> io::Result<()> {
    let parent =
        target.parent().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a file at the root of the disk"))?;
    create_dir_durably(disk, parent)?;
    match how {
        Publish::Replace => disk.rename(temp, target)?,
        Publish::Create => {
            disk.link(temp, target)?;
            disk.remove(temp)?;
        }
    }
    disk.sync_dir(parent)
}

#[cfg(test)]
pub(super) mod tests;
