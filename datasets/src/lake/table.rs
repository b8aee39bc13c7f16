//! One Delta table: opening, creating, refreshing, committing.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use delta_kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::DeltaTableError;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties};
use deltalake::kernel::{Action, StructType, Transaction};
use deltalake::logstore::{LogStoreRef, StorageConfig, default_logstore};
use deltalake::operations::create::CreateBuilder;
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::table::state::DeltaTableState;
use object_store::ObjectStore;
use object_store::path::Path;
use object_store::prefix::PrefixStore;
use tokio::sync::Mutex;

use super::LakeError;
use super::snapshot::TableSnapshot;
use super::url::{LakeUrl, store_path};
use crate::contract::Contract;

/// Checkpoint after this many commits: opening stays quick, and the price (some 80 ms) is rare.
const CHECKPOINT_INTERVAL: &str = "50";

/// A table of the lake. Cheap to share.
#[derive(Debug)]
pub struct Table {
    contract: &'static Contract,
    path: Path,
    folder: Option<PathBuf>,
    pub(super) log_store: LogStoreRef,
    state: Mutex<Option<Arc<DeltaTableState>>>,
}

/// What makes a commit land once: the application and the number of its attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Once {
    /// E.g. `batch/<sha256>`.
    pub app_id: String,
    /// Attempt, 1 upward: a deliberate replay is the next attempt.
    pub attempt: i64,
}

impl Table {
    pub(super) fn new(
        contract: &'static Contract,
        url: &LakeUrl,
        store: &Arc<dyn ObjectStore>,
    ) -> Result<Self, LakeError> {
        let location = url.table(contract.table)?;
        let path = store_path(&location)?;
        let prefixed = Arc::new(PrefixStore::new(store.clone(), path.clone()));
        let log_store = default_logstore(prefixed, store.clone(), &location, &StorageConfig::default());
        let folder = url.folder().map(|folder| folder.join(contract.table));
        Ok(Self { contract, path, folder, log_store, state: Mutex::new(None) })
    }

    /// What the table holds.
    pub fn contract(&self) -> &'static Contract {
        self.contract
    }

    /// Name of the table.
    pub fn name(&self) -> &'static str {
        self.contract.table
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where it is on the local disk, if it is there.
    pub(super) fn folder(&self) -> Option<PathBuf> {
        self.folder.clone()
    }

    pub(super) fn store(&self) -> Arc<dyn ObjectStore> {
        self.log_store.object_store(None)
    }

    /// Whether the table is there.
    pub(super) async fn exists(&self) -> Result<bool, LakeError> {
        self.log_store.is_delta_table_location().await.map_err(LakeError::delta(self.name()))
    }

    /// Makes the table if it is not there.
    pub(super) async fn create(&self) -> Result<(), LakeError> {
        if self.exists().await? {
            return Ok(());
        }
        let schema: StructType =
            self.contract.schema().as_ref().try_into_kernel().map_err(LakeError::arrow(self.name()))?;
        CreateBuilder::new()
            .with_log_store(self.log_store.clone())
            .with_table_name(self.name())
            .with_comment(self.contract.grain)
            .with_columns(schema.fields().cloned())
            .with_partition_columns(self.contract.partition.iter().copied())
            .with_configuration([
                ("delta.checkpointInterval", Some(CHECKPOINT_INTERVAL)),
                ("delta.enableExpiredLogCleanup", Some("false")),
                ("delta.logRetentionDuration", Some("interval 3650 days")),
                ("delta.deletedFileRetentionDuration", Some("interval 3650 days")),
            ])
            .with_save_mode(SaveMode::Ignore)
            .await
            .map_err(LakeError::delta(self.name()))?;
        Ok(())
    }

    /// The newest state; only what was committed since the last call is read.
    pub async fn refresh(&self) -> Result<Arc<DeltaTableState>, LakeError> {
        let mut held = self.state.lock().await;
        let fresh = match held.as_ref() {
            None => DeltaTableState::try_new(self.log_store.as_ref(), None).await,
            Some(state) => {
                let latest = self.log_store.get_latest_version(state.version()).await;
                match latest {
                    Ok(version) if version == state.version() => return Ok(state.clone()),
                    Ok(_) => {
                        let mut next = state.as_ref().clone();
                        next.update(self.log_store.as_ref(), None).await.map(|()| next)
                    }
                    // A clean-up of the log took the commit away that this state stands on.
                    Err(DeltaTableError::InvalidVersion(_)) => {
                        DeltaTableState::try_new(self.log_store.as_ref(), None).await
                    }
                    Err(error) => Err(error),
                }
            }
        };
        let fresh = Arc::new(fresh.map_err(LakeError::delta(self.name()))?);
        *held = Some(fresh.clone());
        Ok(fresh)
    }

    /// Pins the newest version for reading.
    pub async fn snapshot(&self) -> Result<TableSnapshot, LakeError> {
        TableSnapshot::new(self, &*self.refresh().await?)
    }

    /// Pins an older version, or that of a copy whose log may hold newer ones.
    pub(super) async fn snapshot_at(&self, version: u64) -> Result<TableSnapshot, LakeError> {
        let state = DeltaTableState::try_new(self.log_store.as_ref(), Some(version)).await;
        TableSnapshot::new(self, &state.map_err(LakeError::delta(self.name()))?)
    }

    /// The attempt of `app_id` that has landed, if any, as of `state` or a later version.
    pub async fn landed(&self, state: &DeltaTableState, app_id: &str) -> Result<Option<i64>, LakeError> {
        let log = self.log_store.as_ref();
        match state.transaction_version(log, app_id).await {
            Ok(attempt) => Ok(attempt),
            // Another process may have tidied the log that this state stands on.
            Err(_) => {
                self.forget().await;
                let fresh = self.refresh().await?;
                fresh.transaction_version(log, app_id).await.map_err(LakeError::delta(self.name()))
            }
        }
    }

    /// Lets the next refresh read the log anew.
    pub(super) async fn forget(&self) {
        *self.state.lock().await = None;
    }

    /// Commits `actions` on top of `base`. A foreign version in between is [`LakeError::Conflict`]:
    /// plan again. Returns the version. A commit whose answer was lost counts as
    /// done if the first of its transactions is found.
    pub async fn commit(
        &self,
        base: &DeltaTableState,
        actions: Vec<Action>,
        once: &[Once],
        notes: HashMap<String, serde_json::Value>,
    ) -> Result<u64, LakeError> {
        let operation = DeltaOperation::Write {
            mode: SaveMode::Append,
            partition_by: Some(self.contract.partition.iter().map(|name| (*name).to_owned()).collect()),
            predicate: None,
        };
        self.commit_as(operation, base, actions, once, notes).await
    }

    /// The same under another name of what is done.
    pub(super) async fn commit_as(
        &self,
        operation: DeltaOperation,
        base: &DeltaTableState,
        actions: Vec<Action>,
        once: &[Once],
        notes: HashMap<String, serde_json::Value>,
    ) -> Result<u64, LakeError> {
        let mut properties =
            CommitProperties::default().with_max_retries(0).with_cleanup_expired_logs(Some(false)).with_metadata(notes);
        for once in once {
            properties = properties.with_application_transaction(Transaction::new(&once.app_id, once.attempt));
        }
        let committed = CommitBuilder::from(properties)
            .with_actions(actions)
            .build(Some(base), self.log_store.clone(), operation)
            .await;
        match committed {
            Ok(done) => {
                *self.state.lock().await = Some(Arc::new(done.snapshot()));
                Ok(done.version())
            }
            Err(error) => {
                let now = self.refresh().await?;
                if let Some(once) = once.first()
                    && self.landed(&now, &once.app_id).await?.is_some_and(|attempt| attempt >= once.attempt)
                {
                    return Ok(now.version());
                }
                if now.version() > base.version() {
                    return Err(LakeError::Conflict { table: self.name().to_owned() });
                }
                Err(LakeError::delta(self.name())(error))
            }
        }
    }
}
