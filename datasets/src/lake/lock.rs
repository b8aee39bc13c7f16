//! One writer a table: an operating-system file lock on a local disk (released by death), an
//! async mutex for a lake in memory.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::sync::OwnedMutexGuard;

use super::LakeError;
use super::disk::{StdDisk, create_dir_durably};

const POLL: Duration = Duration::from_millis(10);
/// Who waits longer than this is told so.
pub(super) const SILENCE: Duration = Duration::from_secs(2);
pub(super) const PATIENCE: Duration = Duration::from_secs(600);

/// The locks of one lake.
#[derive(Debug)]
pub(super) enum Locks {
    /// Files in this folder, which is made for the first one.
    Files(PathBuf),
    /// Mutexes by name.
    Memory(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>),
}

/// Held while it lives.
#[derive(Debug)]
pub struct TableLock {
    held: Held,
}

/// What a reader gets that wants nobody to write meanwhile.
#[derive(Debug)]
pub(super) enum Tried {
    Held(TableLock),
    Busy,
    /// The lake cannot be written from here, and no writer has ever made the lock.
    NotThere,
}

#[derive(Debug)]
enum Held {
    File { file: File },
    Memory { _guard: OwnedMutexGuard<()> },
}

impl Locks {
    /// Waits for the lock.
    pub(super) async fn acquire(&self, name: &str) -> Result<TableLock, LakeError> {
        match self {
            Self::Files(folder) => acquire_file(&lock_file(folder, name), name, SILENCE, PATIENCE).await,
            Self::Memory(all) => {
                let guard = mutex(all, name).lock_owned().await;
                Ok(TableLock { held: Held::Memory { _guard: guard } })
            }
        }
    }

    /// The lock, if nobody holds it.
    pub(super) fn try_acquire(&self, name: &str) -> Result<Option<TableLock>, LakeError> {
        match self {
            Self::Files(folder) => try_file(&lock_file(folder, name)),
            Self::Memory(all) => {
                let guard = mutex(all, name).try_lock_owned().ok();
                Ok(guard.map(|guard| TableLock { held: Held::Memory { _guard: guard } }))
            }
        }
    }
}

impl Locks {
    /// The lock for one that only reads, perhaps where nothing can be written.
    pub(super) fn try_reading(&self, name: &str) -> Result<Tried, LakeError> {
        let tried = match (self.try_acquire(name), self) {
            (Err(LakeError::Io { source, .. }), Self::Files(folder)) if is_read_only(&source) => {
                return try_foreign(&lock_file(folder, name));
            }
            (tried, _) => tried?,
        };
        Ok(tried.map_or(Tried::Busy, Tried::Held))
    }

    /// Who holds the lock, and the file by which they do.
    pub(super) fn held_by(&self, name: &str) -> (String, String) {
        match self {
            Self::Files(folder) => {
                let file = lock_file(folder, name);
                (holder(&file), file.display().to_string())
            }
            Self::Memory(_) => ("another task of this process".to_owned(), "it in memory".to_owned()),
        }
    }
}

impl TableLock {
    /// When it was taken, by the clock of the disk that holds the lake; nothing in memory.
    pub(super) fn taken_ms(&self) -> Option<i64> {
        let Held::File { file } = &self.held else { return None };
        let taken = file.metadata().and_then(|metadata| metadata.modified()).ok()?;
        i64::try_from(taken.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_millis()).ok()
    }
}

fn mutex(all: &Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>, name: &str) -> Arc<tokio::sync::Mutex<()>> {
    let mut all = all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    all.entry(name.to_owned()).or_default().clone()
}

fn lock_file(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.lock"))
}

async fn acquire_file(path: &Path, name: &str, silence: Duration, patience: Duration) -> Result<TableLock, LakeError> {
    let mut waited = Duration::ZERO;
    let mut told = false;
    loop {
        if let Some(lock) = try_file(path)? {
            return Ok(lock);
        }
        if waited >= patience {
            let (holder, file) = (holder(path), path.display().to_string());
            return Err(LakeError::Locked { name: name.to_owned(), holder, file, seconds: patience.as_secs() });
        }
        if waited >= silence && !told {
            told = true;
            tracing::warn!("waiting for {name}: {} is writing", holder(path));
        }
        tokio::time::sleep(POLL).await;
        waited += POLL;
    }
}

fn try_file(path: &Path) -> Result<Option<TableLock>, LakeError> {
    if let Some(folder) = path.parent() {
        create_dir_durably(&StdDisk, folder).map_err(LakeError::io(folder))?;
    }
    // Opened anew each time: the folder may be swept and made again by hand meanwhile.
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(LakeError::io(path))?;
    match file.try_lock() {
        Ok(()) => {
            sign(&file);
            Ok(Some(TableLock { held: Held::File { file } }))
        }
        Err(TryLockError::Error(error)) => Err(LakeError::io(path)(error)),
        Err(TryLockError::WouldBlock) => Ok(None),
    }
}

fn is_read_only(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem)
}

/// A lock file that only others can write: it can be locked all the same.
fn try_foreign(path: &Path) -> Result<Tried, LakeError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound || is_read_only(&error) => return Ok(Tried::NotThere),
        Err(error) => return Err(LakeError::io(path)(error)),
    };
    match file.try_lock() {
        Ok(()) => Ok(Tried::Held(TableLock { held: Held::File { file } })),
        Err(TryLockError::WouldBlock) => Ok(Tried::Busy),
        Err(TryLockError::Error(error)) => Err(LakeError::io(path)(error)),
    }
}

/// Says in the file who holds the lock, for those who wait; its time then also says since when.
fn sign(file: &File) {
    let pid = std::process::id().to_string();
    let signed = file.write_all_at(pid.as_bytes(), 0).and_then(|()| file.set_len(pid.len() as u64));
    if let Err(error) = signed {
        tracing::debug!(%error, "a lock file does not say who holds it");
    }
}

fn holder(path: &Path) -> String {
    let pid = std::fs::read_to_string(path).ok().and_then(|text| text.trim().parse::<u32>().ok());
    match pid {
        Some(pid) if pid == std::process::id() => format!("another task of this process (pid {pid})"),
        Some(pid) => format!("another sunlake process (pid {pid})"),
        None => "another sunlake process".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(30);

    #[tokio::test]
    async fn who_waits_in_vain_is_told_for_whom_and_where() {
        let dir = tempfile::tempdir().expect("dir");
        let path = lock_file(&dir.path().join("_locks"), "quarantine");
        let held = try_file(&path).expect("lock").expect("free");
        assert!(held.taken_ms().is_some_and(|taken| taken > 0));
        let late = acquire_file(&path, "quarantine", SHORT, SHORT).await.expect_err("held").to_string();
        let own = format!("another task of this process (pid {})", std::process::id());
        assert!(late.contains(&own) && late.contains(&path.display().to_string()), "{late}");
        std::fs::write(&path, "4321").expect("as if signed by another");
        let late = acquire_file(&path, "quarantine", SHORT, SHORT).await.expect_err("held").to_string();
        assert!(late.starts_with("quarantine") && late.contains("process (pid 4321)"), "{late}");
        drop(held);
        acquire_file(&path, "quarantine", SHORT, SHORT).await.expect("free again");
        assert_eq!(std::fs::read_to_string(&path).expect("file"), std::process::id().to_string());
    }

    #[test]
    fn who_only_reads_makes_no_lock_and_respects_one() {
        let dir = tempfile::tempdir().expect("dir");
        let path = lock_file(dir.path(), "card");
        assert!(matches!(try_foreign(&path), Ok(Tried::NotThere)));
        let held = try_file(&path).expect("lock").expect("free");
        assert!(matches!(try_foreign(&path), Ok(Tried::Busy)));
        drop(held);
        assert!(matches!(try_foreign(&path), Ok(Tried::Held(_))));
        let denied = std::io::Error::from(ErrorKind::ReadOnlyFilesystem);
        assert!(is_read_only(&denied));
    }

    #[tokio::test]
    async fn a_lock_in_memory_is_held_by_one() {
        let locks = Locks::Memory(Mutex::default());
        let held = locks.acquire("card").await.expect("lock");
        assert!(locks.try_acquire("card").expect("asked").is_none() && held.taken_ms().is_none());
        drop(held);
        assert!(locks.try_acquire("card").expect("asked").is_some());
    }
}
