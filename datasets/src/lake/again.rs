//! Versions of long ago, read again: what an answer stood on that was given then.

use std::collections::{BTreeMap, HashMap, HashSet};

use deltalake::table::state::DeltaTableState;
use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStore};

use super::ground::stand;
use super::snapshot::TableSnapshot;
use super::table::Table;
use super::{Lake, LakeError, LakeSnapshot};
use crate::contract::{self, CASE_STATE, INGEST_BATCH};

impl Lake {
    /// Pins these versions, by the names of the tables; beside them the ledger as the states among them stand on it.
    ///
    /// # Errors
    ///
    /// [`LakeError::VersionUntold`] if a table is not named, [`LakeError::VersionGone`] if a version is not there, or
    /// its files are no longer kept.
    pub async fn snapshot_of(
        &self,
        versions: &BTreeMap<String, u64>,
    ) -> Result<(LakeSnapshot, TableSnapshot), LakeError> {
        let mut tables = HashMap::with_capacity(self.tables.len());
        for contract in contract::ALL.iter().copied() {
            let table = contract.table;
            let version = versions.get(table).copied().ok_or(LakeError::VersionUntold { table })?;
            tables.insert(table, self.table(contract).kept(version).await?);
        }
        let states = tables[CASE_STATE.table].version;
        let folded = self.table(&CASE_STATE).landed_by(states, &stand(&INGEST_BATCH)).await?;
        let folded = folded.and_then(|version| u64::try_from(version).ok()).unwrap_or(0);
        let ledger = self.table(&INGEST_BATCH).kept(folded).await?;
        Ok((LakeSnapshot { tables }, ledger))
    }
}

impl Table {
    /// Pins an older version, of which every file is still there.
    async fn kept(&self, version: u64) -> Result<TableSnapshot, LakeError> {
        let gone = || LakeError::VersionGone { table: self.name().to_owned(), version };
        if version > self.refresh().await?.version() {
            return Err(gone());
        }
        let pinned = self.snapshot_at(version).await?;
        let listed: Vec<ObjectMeta> = self.store().list(None).try_collect().await?;
        let there: HashSet<String> = listed.into_iter().map(|file| file.location.to_string()).collect();
        if pinned.files.iter().any(|file| !there.contains(&file.name)) {
            return Err(gone());
        }
        Ok(pinned)
    }

    /// The attempt of `app_id` that had landed by an older version, if any.
    async fn landed_by(&self, version: u64, app_id: &str) -> Result<Option<i64>, LakeError> {
        let log = self.log_store.as_ref();
        let state = DeltaTableState::try_new(log, Some(version)).await.map_err(LakeError::delta(self.name()))?;
        state.transaction_version(log, app_id).await.map_err(LakeError::delta(self.name()))
    }
}
