//! Removing the data files that no version of a table names: a landing that was killed before its
//! commit leaves some. What an older version names stays, so that the past can be read.

use std::collections::HashMap;

use deltalake::kernel::Action;
use futures::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};

use super::table::Table;
use super::{Lake, LakeError, TableLock};

/// Younger files may be about to be committed, by a writer that does not know our locks.
const AGE_MS: i64 = 3_600_000;

impl Lake {
    /// Removes the data files of every table that are older than an hour and that no version
    /// names. Tables that are being written are left for the next time, and so are those where
    /// something fails. Returns how many files are gone.
    pub async fn sweep_orphans(&self) -> usize {
        let mut swept = 0;
        for table in self.tables.values() {
            match self.sweep_table(table).await {
                Ok(files) => swept += files,
                Err(error) => tracing::warn!("files that no version names stay for now: {error}"),
            }
        }
        swept
    }

    async fn sweep_table(&self, table: &Table) -> Result<usize, LakeError> {
        match self.locks.try_acquire(table.name())? {
            Some(lock) => table.sweep_orphans(&lock).await,
            None => Ok(0),
        }
    }
}

impl Table {
    /// The lock is this table's: it keeps others from writing, and its time says what is old.
    async fn sweep_orphans(&self, lock: &TableLock) -> Result<usize, LakeError> {
        let Some(now_ms) = lock.taken_ms() else { return Ok(0) };
        let store = self.store();
        // Listed before the log is read: what is committed meanwhile is found in the log.
        let listed: Vec<ObjectMeta> = store.list(None).try_collect().await?;
        let old = listed.into_iter().filter(|file| file.last_modified.timestamp_millis() < now_ms - AGE_MS);
        let mut orphans: HashMap<String, Path> =
            old.map(|file| (file.location.to_string(), file.location)).filter(|(name, _)| is_data(name)).collect();
        let newest = self.refresh().await?;
        for file in newest.log_data().iter() {
            orphans.remove(&*file.path());
        }
        if orphans.is_empty() {
            return Ok(0);
        }
        let Some(oldest) = self.oldest_commit().await? else {
            tracing::warn!("table {} has lost commits of its log: no file is removed", self.name());
            return Ok(0);
        };
        // For the commits that a clean-up took away, a checkpoint tells what they removed.
        for name in self.tombstones().await? {
            orphans.remove(&name);
        }
        for version in oldest..=newest.version() {
            for action in self.actions(version).await?.unwrap_or_default() {
                if let Action::Add(add) = action {
                    orphans.remove(&add.path);
                }
            }
        }
        for path in orphans.values() {
            store.delete(path).await?;
            tracing::info!(table = self.name(), file = %path, "removed a file that no version names");
        }
        Ok(orphans.len())
    }
}

/// Data files, as against the log and what other programs keep in folders of their own.
pub(super) fn is_data(name: &str) -> bool {
    name.ends_with(".parquet") && !name.split('/').any(|part| part.starts_with(['_', '.']))
}

#[cfg(test)]
mod tests;
