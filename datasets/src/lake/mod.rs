//! The lake: Delta tables under one address (design §3).
//!
//! Reading pins a version of each table; writing makes files first and then one commit per table,
//! under that table's lock, so that whatever crashes in between leaves either everything or
//! nothing of it in sight.

use std::collections::HashMap;
use std::sync::Arc;

use object_store::ObjectStore;

use crate::contract::{self, Contract};

mod again;
mod audit_copy;
mod backup;
mod come;
mod compact;
pub mod disk;
pub mod durable;
mod erase;
mod error;
mod file_reader;
mod ground;
mod hash_key;
mod history;
mod keys;
mod ledger;
mod lock;
mod log;
mod merge;
mod meta;
mod migrate;
mod place;
mod prune;
mod read;
mod restore;
mod rollback;
mod seed;
mod snapshot;
mod swap;
mod sweep;
mod table;
#[cfg(test)]
mod trials;
mod uncommitted;
mod url;
mod vacuum;
mod verify;
mod write;

pub use backup::{BackupOptions, BackupReport};
pub use come::{Come, Watch};
pub use compact::{CompactOptions, CompactReport};
pub use erase::{ErasedTable, LakeErasure};
pub use error::LakeError;
pub use ground::{DERIVE_RUN, DeriveRuns, stand};
pub use history::{LakeVersion, VersionRows};
pub use ledger::{Account, BATCH_LANDED, BATCH_REPLAYED, BATCH_WITHDRAWN, accounts, standing};
pub use lock::TableLock;
pub use log::News;
pub use meta::{FORMAT_VERSION, LakeMeta, OLDEST_FORMAT};
pub use migrate::{Lack, Migration};
pub use restore::{RestoreReport, restore};
pub use rollback::{RollbackPart, RollbackPlan};
pub use snapshot::{LiveFile, TableSnapshot};
pub use table::{Once, Table};
pub use url::LakeUrl;
pub use vacuum::{VacuumPlan, Wasted};
pub use verify::{Finding, TableVerified, VerifyReport};
pub use write::{ROW_GROUP_ROWS, TableWriter, WrittenFiles, packed, writer_properties};

/// An open lake.
#[derive(Debug)]
pub struct Lake {
    url: LakeUrl,
    meta: LakeMeta,
    store: Arc<dyn ObjectStore>,
    locks: lock::Locks,
    tables: HashMap<&'static str, Arc<Table>>,
}

/// One version of every table, for reading.
#[derive(Debug, Clone)]
pub struct LakeSnapshot {
    tables: HashMap<&'static str, TableSnapshot>,
}

impl Lake {
    /// Opens the lake at `url`; [`LakeError::NoLake`] if there is none.
    pub async fn open(url: &LakeUrl) -> Result<Self, LakeError> {
        restore::refuse_unfinished(url)?;
        if let Some(folder) = url.folder()
            && !folder.join(contract::LAKE_META.table).is_dir()
        {
            return Err(LakeError::NoLake(url.to_string()));
        }
        Self::open_in(url, url.open_store()).await
    }

    /// The same over a store of the caller's: tests have stores that fail.
    pub async fn open_in(url: &LakeUrl, store: Arc<dyn ObjectStore>) -> Result<Self, LakeError> {
        Self::open_from(url, store, FORMAT_VERSION).await
    }

    /// Opens a lake whose format may be as old as that.
    async fn open_from(url: &LakeUrl, store: Arc<dyn ObjectStore>, oldest: u32) -> Result<Self, LakeError> {
        let tables = tables(url, &store)?;
        let meta_table = &tables[contract::LAKE_META.table];
        if !meta_table.exists().await? {
            return Err(LakeError::NoLake(url.to_string()));
        }
        let rows = meta_table.snapshot().await?;
        if rows.files.is_empty() {
            // Its making was broken off; it goes on from here.
            return Err(LakeError::NoLake(url.to_string()));
        }
        let meta = LakeMeta::read(&url.to_string(), &rows, oldest).await?;
        Ok(Self { url: url.clone(), meta, store, locks: locks(url), tables })
    }

    /// Opens the lake at `url`, or makes it with these properties and the shipped reference data.
    pub async fn open_or_create(url: &LakeUrl, meta: LakeMeta) -> Result<Self, LakeError> {
        match Self::open(url).await {
            Err(LakeError::NoLake(_)) => Self::create(url, meta).await,
            other => other,
        }
    }

    async fn create(url: &LakeUrl, meta: LakeMeta) -> Result<Self, LakeError> {
        if let Some(folder) = url.folder() {
            refuse_foreign(folder, url)?;
            refuse_remains(folder, url)?;
        }
        Self::create_in(url, url.open_store(), meta).await
    }

    /// Makes the lake over a store of the caller's, or goes on with a making that was broken off.
    pub async fn create_in(url: &LakeUrl, store: Arc<dyn ObjectStore>, meta: LakeMeta) -> Result<Self, LakeError> {
        let locks = locks(url);
        let lock = locks.acquire("lake").await?;
        let tables = tables(url, &store)?;
        let lake = Self { url: url.clone(), meta: meta.clone(), store: store.clone(), locks, tables };
        // lake_meta comes last: a lake is one only when it is whole.
        for table in contract::ALL.iter().filter(|table| table.table != contract::LAKE_META.table) {
            lake.table(table).create().await?;
        }
        seed::land_reference(&lake).await?;
        let meta_table = lake.table(&contract::LAKE_META);
        let fresh = !meta_table.exists().await?;
        meta_table.create().await?;
        if fresh || meta_table.snapshot().await?.files.is_empty() {
            meta_table.put(&[meta.rows()?], None, None).await?;
        }
        drop(lock);
        Self::open_in(url, store).await
    }

    /// Its address.
    pub fn url(&self) -> &LakeUrl {
        &self.url
    }

    /// Its properties.
    pub fn meta(&self) -> &LakeMeta {
        &self.meta
    }

    /// The store that holds it, for an engine to read from.
    pub fn store(&self) -> Arc<dyn ObjectStore> {
        self.store.clone()
    }

    /// One of its tables.
    pub fn table(&self, contract: &Contract) -> Arc<Table> {
        self.tables[contract.table].clone()
    }

    /// Waits for the lock of that name (a table, or `derive`) and holds it while the answer lives.
    pub async fn lock(&self, name: &str) -> Result<TableLock, LakeError> {
        self.locks.acquire(name).await
    }

    /// Pins the newest version of every table. Derived tables come first, so that they never stand
    /// on facts newer than those of the answer, and are pinned again if a derive run ended
    /// meanwhile: `case_state` is the last table that such a run commits.
    pub async fn snapshot(&self) -> Result<LakeSnapshot, LakeError> {
        loop {
            let mut pinned = HashMap::with_capacity(self.tables.len());
            let derived = contract::ALL.iter().filter(|table| table.role == contract::Role::Derived);
            for table in derived {
                pinned.insert(table.table, self.table(table).snapshot().await?);
            }
            let state = &contract::CASE_STATE;
            if self.table(state).refresh().await?.version() != pinned[state.table].version {
                continue;
            }
            let others = contract::ALL.iter().filter(|table| table.role != contract::Role::Derived);
            // The ledger before the facts: a batch is in it only when its facts are all there.
            let ledger = &contract::INGEST_BATCH;
            pinned.insert(ledger.table, self.table(ledger).snapshot().await?);
            for table in others.filter(|table| table.table != ledger.table) {
                pinned.insert(table.table, self.table(table).snapshot().await?);
            }
            return Ok(LakeSnapshot { tables: pinned });
        }
    }
}

impl LakeSnapshot {
    /// The pinned version of a table.
    pub fn table(&self, contract: &Contract) -> &TableSnapshot {
        &self.tables[contract.table]
    }

    /// The same with another pin of one table.
    #[must_use]
    pub fn with(mut self, table: TableSnapshot) -> Self {
        self.tables.insert(table.contract.table, table);
        self
    }

    /// Name and version of every table, by name: what an answer was read from.
    pub fn versions(&self) -> Vec<(&'static str, u64)> {
        let mut versions: Vec<_> = self.tables.iter().map(|(name, table)| (*name, table.version)).collect();
        versions.sort_unstable();
        versions
    }
}

fn tables(url: &LakeUrl, store: &Arc<dyn ObjectStore>) -> Result<HashMap<&'static str, Arc<Table>>, LakeError> {
    contract::ALL.iter().map(|contract| Ok((contract.table, Arc::new(Table::new(contract, url, store)?)))).collect()
}

fn locks(url: &LakeUrl) -> lock::Locks {
    match url.folder() {
        None => lock::Locks::Memory(Default::default()),
        Some(folder) => lock::Locks::Files(folder.join("_locks")),
    }
}

/// A folder with something else in it does not become a lake.
fn refuse_foreign(folder: &std::path::Path, url: &LakeUrl) -> Result<(), LakeError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(LakeError::io(folder)(error)),
    };
    for entry in entries {
        let name = entry.map_err(LakeError::io(folder))?.file_name();
        let name = name.to_string_lossy();
        let ours = name.starts_with("_tmp") || name.starts_with("_locks") || contract::find(&name).is_some();
        if !ours {
            return Err(LakeError::NotALake(url.to_string()));
        }
    }
    Ok(())
}

/// What is left of a lake whose `lake_meta` is gone, or of a copy that was broken off, does not become
/// another lake. A lake in the making holds logs alone, and reference rows behind theirs.
fn refuse_remains(folder: &std::path::Path, url: &LakeUrl) -> Result<(), LakeError> {
    const LOG: &str = "_delta_log";
    let mut remains = false;
    for contract in contract::ALL.iter().filter(|contract| contract.table != contract::LAKE_META.table) {
        let held = place::names(&folder.join(contract.table))?;
        let (log, files): (Vec<&String>, Vec<&String>) = held.iter().partition(|name| *name == LOG);
        let may_be_made = contract.role == contract::Role::Reference && !log.is_empty();
        remains |= !files.is_empty() && !may_be_made;
    }
    // Looked at last: another process may have ended the making meanwhile.
    if remains && !folder.join(contract::LAKE_META.table).join(LOG).is_dir() {
        let reason = "it holds tables without lake_meta: the remains of a lake, or a copy that was broken off; restore \
                      its backup into a new folder, or name a new folder with --lake";
        return Err(LakeError::Place { place: url.to_string(), reason });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
