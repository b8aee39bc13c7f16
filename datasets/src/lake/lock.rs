//! One writer a table: an operating-system file lock on a local disk (released by death), an
//! async mutex for a lake in memory.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;

use super::LakeError;

const POLL: Duration = Duration::from_millis(10);
const PATIENCE: Duration = Duration::from_secs(600);

/// The locks of one lake.
#[derive(Debug)]
pub(super) enum Locks {
    /// Files in this folder.
    Files(PathBuf),
    /// Mutexes by name.
    Memory(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>),
}

/// Held while it lives.
#[derive(Debug)]
pub struct TableLock {
    _held: Held,
}

#[derive(Debug)]
enum Held {
    File { _file: File },
    Memory { _guard: OwnedMutexGuard<()> },
}

impl Locks {
    pub(super) async fn acquire(&self, name: &str) -> Result<TableLock, LakeError> {
        match self {
            Self::Files(folder) => acquire_file(folder.join(format!("{name}.lock")), name).await,
            Self::Memory(all) => {
                let lock = {
                    let mut all = all.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
                    all.entry(name.to_owned()).or_default().clone()
                };
                Ok(TableLock { _held: Held::Memory { _guard: lock.lock_owned().await } })
            }
        }
    }
}

async fn acquire_file(path: PathBuf, name: &str) -> Result<TableLock, LakeError> {
    let mut waited = Duration::ZERO;
    loop {
        // Opened anew each time: the folder may be swept and made again by hand meanwhile.
        let file =
            File::options().create(true).truncate(false).write(true).open(&path).map_err(LakeError::io(&path))?;
        match file.try_lock() {
            Ok(()) => return Ok(TableLock { _held: Held::File { _file: file } }),
            Err(TryLockError::Error(error)) => return Err(LakeError::io(&path)(error)),
            Err(TryLockError::WouldBlock) if waited >= PATIENCE => {
                return Err(LakeError::Locked { table: name.to_owned(), seconds: PATIENCE.as_secs() });
            }
            Err(TryLockError::WouldBlock) => {
                if waited.is_zero() {
                    tracing::info!(table = name, "waiting for another writer");
                }
                tokio::time::sleep(POLL).await;
                waited += POLL;
            }
        }
    }
}
