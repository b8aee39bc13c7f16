//! Erasing a person from tables, originals and refused records (docs/decisions/0013). Told first, then
//! done in an order that lets a run that was killed be made again: the tables come last, since what is
//! found there tells which originals go.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::AsArray;
use datasets::contract::INGEST_BATCH;
use datasets::lake::{Come, Lake, LakeErasure};
use jiff::Timestamp;
use serde::Serialize;

use crate::land::{blocking, close_erased, open_refusals};
use crate::vault::VaultErasure;
use crate::{IngestError, OpenRefusal, Vault};

mod subject;

pub use subject::{Subject, SubjectError};

/// Mapping and its version, by the batch that landed through it.
pub(crate) type Batches = HashMap<String, (String, String)>;

/// Hears how far an erasure has come, from the thread that is at it.
pub type EraseWatch = Arc<dyn Fn(Come) + Send + Sync>;

/// Where a person is held.
#[derive(Debug, Serialize)]
pub struct Erasure {
    #[serde(flatten)]
    pub lake: LakeErasure,
    /// Open refusals that are closed, since their records are taken out of the vault.
    pub refusals: usize,
    pub vault: VaultErasure,
    #[serde(skip)]
    open: Vec<OpenRefusal>,
}

impl Erasure {
    /// Whether nothing of the person was found.
    pub fn is_empty(&self) -> bool {
        self.lake.tables.is_empty() && self.refusals == 0 && self.vault.is_empty()
    }
}

/// Finds a person. For what is done afterwards the locks of [`Lake::lock_all`] have to be held.
///
/// # Errors
///
/// [`IngestError`]: something could not be looked into; nothing has been changed.
pub async fn plan_erase(
    lake: &Lake,
    vault: Option<&Arc<Vault>>,
    subject: &Arc<Subject>,
    watch: &EraseWatch,
) -> Result<Erasure, IngestError> {
    let in_lake = lake.plan_erase(subject.hashes(), &subject.key_ids(), &**watch).await?;
    let mut in_vault = VaultErasure::default();
    if let Some(vault) = vault.cloned() {
        let (subject, landed, batches) = (subject.clone(), in_lake.batches.clone(), batches(lake).await?);
        let watch = watch.clone();
        in_vault = blocking("the vault", move || vault.plan_erase(&subject, landed, &batches, &*watch)).await?;
    }
    let mut open = Vec::new();
    if !in_vault.refused.is_empty() {
        open = open_refusals(lake, None).await?;
        open.retain(|refusal| in_vault.holds(&refusal.batch_id, refusal.line, &refusal.row_hash));
    }
    Ok(Erasure { lake: in_lake, refusals: open.len(), vault: in_vault, open })
}

/// Carries out what was planned.
///
/// # Errors
///
/// [`IngestError`]: it was broken off; the same again goes on.
pub async fn erase(
    lake: &Lake,
    vault: Option<&Arc<Vault>>,
    erasure: &Erasure,
    order: &str,
    now: Timestamp,
    watch: &EraseWatch,
) -> Result<(), IngestError> {
    close_erased(lake, &erasure.open, order, now).await?;
    if let Some(vault) = vault.cloned() {
        let (planned, watch) = (erasure.vault.clone(), watch.clone());
        blocking("the vault", move || vault.erase(&planned, &*watch)).await?;
    }
    lake.erase(&erasure.lake, order, now, &**watch).await?;
    Ok(())
}

/// The batches that the ledger knows.
async fn batches(lake: &Lake) -> Result<Batches, IngestError> {
    let mut batches = Batches::new();
    for rows in lake.table(&INGEST_BATCH).snapshot().await?.read(&["batch_id", "mapping", "mapping_version"]).await? {
        let text = |column: usize| rows.column(column).as_string::<i32>();
        let (ids, mappings, versions) = (text(0), text(1), text(2));
        for at in 0..rows.num_rows() {
            let mapping = (mappings.value(at).to_owned(), versions.value(at).to_owned());
            batches.insert(ids.value(at).to_owned(), mapping);
        }
    }
    Ok(batches)
}
