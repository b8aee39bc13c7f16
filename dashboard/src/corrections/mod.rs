//! Refused rows corrected in the browser: the vault for their texts, the mappings that they are read
//! through, and the very replay of `sunlake quarantine replay` (decisions/0011, 0013).

use std::sync::Arc;

use datasets::lake::Lake;
use ingest::mapping::SHIPPED;
use ingest::{Correction, IngestError, IngestOptions, Mapping, PersonKey, RawRecord, Replayed, Vault};
use jiff::Timestamp;
use tokio::sync::Notify;

mod forms;

pub(crate) use forms::{Forms, Outcome, Refused};

/// What it takes to read refused rows and to correct them.
#[derive(Clone)]
pub struct Corrections {
    /// Holds their texts.
    pub vault: Arc<Vault>,
    /// Secret for personal identifiers.
    pub person: PersonKey,
    /// Mappings of the configuration; those inside the program are known anyway.
    pub mappings: Arc<[Mapping]>,
    /// Told of each replay, so that states and cards follow.
    pub news: Arc<Notify>,
}

impl Corrections {
    /// The mapping that a batch landed through, by its name; none if this server does not have it. A name
    /// is never taken for a path, since it comes from the lake.
    pub(crate) fn mapping(&self, name: &str) -> Result<Option<Mapping>, IngestError> {
        if let Some(mapping) = self.mappings.iter().find(|mapping| mapping.name == name) {
            return Ok(Some(mapping.clone()));
        }
        let shipped = SHIPPED.iter().find(|(shipped, _)| *shipped == name);
        Ok(shipped.map(|(name, text)| Mapping::parse(name, text)).transpose()?)
    }

    /// A refused record as it came, if the vault has it (still).
    pub(crate) async fn record(
        &self,
        batch_id: &str,
        line: u64,
        row_hash: &str,
    ) -> Result<Option<RawRecord>, IngestError> {
        let (vault, batch, row_hash) = (self.vault.clone(), batch_id.to_owned(), row_hash.to_owned());
        let reading = tokio::task::spawn_blocking(move || vault.refused_record(&batch, line, &row_hash));
        reading.await.map_err(|source| IngestError::Task { file: format!("batch {batch_id}"), source })?
    }

    /// Lands a corrected record under its batch. Goes on when whoever asked for it goes away.
    pub(crate) async fn replay(
        &self,
        lake: Arc<Lake>,
        mapping: Mapping,
        batch_id: &str,
        record: RawRecord,
        now: Timestamp,
    ) -> Result<Replayed, IngestError> {
        let (batch, news) = (batch_id.to_owned(), self.news.clone());
        let (person, vault) = (self.person.clone(), Some(self.vault.clone()));
        let options = IngestOptions { dry_run: false, now, person, progress: None, vault };
        let replaying = tokio::spawn(async move {
            let correction = Correction::Record(record);
            let done = ingest::replay(&lake, &mapping, &batch, Some(&correction), &options).await;
            // Also after an error: a table's commit may have come before it.
            news.notify_one();
            done
        });
        replaying.await.map_err(|source| IngestError::Task { file: format!("batch {batch_id}"), source })?
    }
}
