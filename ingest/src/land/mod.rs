//! Landing a file: opened once, read to name it and again to make rows of it; write files; then commit
//! quarantine, facts and, last, the ledger, each with the batch's transaction. Whatever crashes in
//! between, the same file plans the same rows again, and each table skips what it has.

use std::path::PathBuf;
use std::sync::Arc;

use datasets::contract::{self, INGEST_BATCH, QUARANTINE, Role};
use datasets::lake::{Lake, Once, TableLock};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use readers::mapping::Mapping;
use readers::{Opened, ReadError};

use crate::batch::{Identified, identify};
use crate::page::Pulled;
use crate::receipt::Receipt;
use crate::rows::Common;
use crate::vault::{SealWriter, TextWriter, Vault};
use crate::{IngestError, PersonKey};

mod account;
mod books;
mod erased;
pub(crate) mod extract;
mod group;
mod landing;
mod open;
mod reader;
mod recent;
mod reference;
mod refused;
mod replay;
mod table;
#[cfg(test)]
mod trials;
mod versions;

use account::{Named, account};
#[cfg(test)]
pub(crate) use books::quarantine_rows;
pub(crate) use erased::close_erased;
use extract::Extract;
pub(crate) use group::{Grouped, Pushed, land_group};
use landing::Landing;
pub use open::{OpenRefusal, find_batch, open_refusals};
use reader::Message;
pub(crate) use reader::Summary;
pub(crate) use recent::Recent;
use refused::Refused;
pub use replay::{Correction, Replayed, replay};

/// A file to land.
#[derive(Debug, Clone)]
pub struct Input {
    /// Where it is.
    pub path: PathBuf,
    /// What it is called in messages and in the ledger.
    pub name: String,
}

impl Input {
    /// A file under its own name.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name =
            path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
        Self { path, name }
    }
}

/// How to land.
#[derive(Clone)]
pub struct IngestOptions {
    /// Plan and count, change nothing.
    pub dry_run: bool,
    /// The present.
    pub now: Timestamp,
    /// Secret for personal identifiers.
    pub person: PersonKey,
    /// Told how far reading has come.
    pub progress: Option<Arc<dyn Progress>>,
    /// Where originals and refused records are kept; none: they are not.
    pub vault: Option<Arc<Vault>>,
}

impl IngestOptions {
    /// The vault, if anything of this source may go there now.
    fn vault_for(&self, mapping: &Mapping) -> Option<Arc<Vault>> {
        self.vault.clone().filter(|_| mapping.source.keep && !self.dry_run)
    }
}

/// Told how far reading has come.
pub trait Progress: Send + Sync {
    /// Bytes read of all bytes of the file.
    fn read(&self, bytes: u64, of: u64);
    /// Records read, of so many where that can be told or guessed.
    fn records(&self, _records: u64, _of: Option<u64>) {}
}

/// Lands one file. `lake` may be missing in a dry run: then everything is new.
///
/// # Errors
///
/// [`IngestError`]: nothing of the file has landed. Records that are refused one by one are no
/// error; they are in the receipt and in `quarantine`.
pub async fn ingest(
    lake: Option<&Lake>,
    mapping: &Mapping,
    input: &Input,
    options: &IngestOptions,
) -> Result<Receipt, IngestError> {
    let (path, name, named) = (input.path.clone(), input.name.clone(), mapping.clone());
    let originals = options.vault_for(mapping).filter(|vault| lake.is_some() && vault.keeps_originals());
    let now = options.now;
    let identified = blocking(&input.name, move || {
        let sealed = originals.map(|vault| vault.begin(now)).transpose()?;
        identify(&path, &name, &named, sealed)
    });
    land(lake, mapping, input, None, options, identified.await?).await
}

/// Lands a page of a database's rows as [`ingest`] lands a file.
pub(crate) async fn ingest_page(
    lake: Option<&Lake>,
    mapping: &Mapping,
    page: Pulled,
    options: &IngestOptions,
) -> Result<Receipt, IngestError> {
    let input = Input { path: PathBuf::new(), name: page.name() };
    let named = page.identify(mapping);
    land(lake, mapping, &input, Some(Arc::new(page)), options, named).await
}

async fn land(
    lake: Option<&Lake>,
    mapping: &Mapping,
    input: &Input,
    page: Option<Arc<Pulled>>,
    options: &IngestOptions,
    Identified { batch_id, bytes, sha256, sealed, opened }: Identified,
) -> Result<Receipt, IngestError> {
    let batch_id = books::name(lake, mapping, input, batch_id).await?;
    let has_original = || options.vault.as_ref().filter(|vault| vault.has_original(&sha256)).map(|_| sha256.clone());
    let once = books::once(lake, &batch_id).await?;
    if let Some(lake) = lake
        && let Some(receipt) = books::find(lake, &batch_id, &once, input, mapping).await?
    {
        return Ok(Receipt { kept: has_original(), ..receipt });
    }
    let _locks = match lake {
        Some(lake) if !options.dry_run => lock_all(lake, mapping).await?,
        _ => Vec::new(),
    };
    // It may have been landed or withdrawn meanwhile.
    let once = books::once(lake, &batch_id).await?;
    if let Some(lake) = lake
        && let Some(receipt) = books::find(lake, &batch_id, &once, input, mapping).await?
    {
        return Ok(Receipt { kept: has_original(), ..receipt });
    }
    let job = Job { mapping, input, opened, page, options, batch_id, bytes, once };
    job.run(lake, sealed.map(|file| Original { file, sha256: sha256.clone() })).await
}

/// Runs blocking work on files off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    file: &str,
    work: impl FnOnce() -> Result<T, IngestError> + Send + 'static,
) -> Result<T, IngestError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|source| IngestError::Task { file: file.to_owned(), source })?
}

/// A file's bytes, encrypted and not yet kept.
struct Original {
    file: SealWriter,
    sha256: String,
}

struct Job<'a> {
    mapping: &'a Mapping,
    input: &'a Input,
    /// The file that was named by its bytes, so that what lands is what has the name.
    opened: Option<Opened>,
    /// The records, where they are in no file.
    page: Option<Arc<Pulled>>,
    options: &'a IngestOptions,
    batch_id: String,
    bytes: u64,
    once: Once,
}

impl Job<'_> {
    /// The extract time, if it is told rather than to be found in the rows.
    fn told(&self) -> Option<Timestamp> {
        match &self.page {
            Some(page) => Some(page.extracted),
            None => extract::by_name(self.mapping, &self.input.name),
        }
    }

    /// An error if its file was written to since it was opened.
    fn unchanged(&self) -> Result<(), IngestError> {
        self.opened.as_ref().map_or(Ok(()), |opened| Ok(opened.check(&self.input.name)?))
    }

    /// What the books call it.
    fn named(&self) -> Named<'_> {
        Named {
            mapping: self.mapping,
            file: &self.input.name,
            batch_id: &self.batch_id,
            attempt: self.once.attempt,
            bytes: self.bytes,
            now: self.options.now,
            page: self.page.as_deref(),
            idempotency_key: None,
        }
    }

    /// What all its rows have in common.
    fn common(&self, lake: Option<&Lake>) -> Result<Common, IngestError> {
        Ok(Common { batch_id: self.batch_id.clone(), ingested_at: self.options.now, lake_zone: lake_zone(lake)? })
    }

    async fn run(&self, lake: Option<&Lake>, original: Option<Original>) -> Result<Receipt, IngestError> {
        let common = self.common(lake)?;
        let mut extract = lake.map(|lake| Extract { lake, job: self, common: common.clone(), found: None });
        let mut landings = Vec::new();
        for contract in reader::tables(self.mapping) {
            landings.push(Landing::begin(lake, contract, &self.once, self.options).await?);
        }
        let table = lake.filter(|_| !self.options.dry_run).map(|lake| lake.table(&QUARANTINE));
        let mut refused = Refused::new(table, self);
        let (mut messages, reading) = reader::start(self, common);
        let mut failed = None;
        while let Some(message) = messages.recv().await {
            let taken = match message {
                Message::Rows { table, rows } => landings[table].take(rows, extract.as_mut()).await,
                Message::Refused(refusal) => refused.take(refusal).await,
            };
            if let Err(error) = taken {
                failed = Some(error);
                break;
            }
        }
        drop(messages);
        let read = reading.await.map_err(|source| IngestError::Task { file: self.input.name.clone(), source })?;
        // Also what was read of it for its extract time.
        let read = read.and_then(|summary| self.unchanged().map(|()| summary));
        let mut summary = match (failed, read) {
            (Some(error), _) | (None, Err(error)) => {
                drop(refused);
                for landing in landings {
                    landing.discard().await;
                }
                return Err(error);
            }
            (None, Ok(summary)) => summary,
        };
        if summary.records == 0 && self.told().is_none() {
            return Err(ReadError::Empty { file: self.input.name.clone() }.into());
        }
        let kept = self.keep(summary.texts.take(), original).await?;
        self.settle(lake, landings, refused, &summary, kept).await
    }

    /// Puts into the vault what is to be there before the batch lands.
    async fn keep(&self, texts: Option<TextWriter>, original: Option<Original>) -> Result<Option<String>, IngestError> {
        let Some(vault) = self.options.vault_for(self.mapping) else { return Ok(None) };
        let (batch_id, attempt) = (self.batch_id.clone(), self.once.attempt);
        let work = move || -> Result<Option<String>, IngestError> {
            if let Some(texts) = texts {
                texts.keep(&batch_id, attempt)?;
            }
            let Some(Original { file, sha256 }) = original else { return Ok(None) };
            vault.keep_original(file, &sha256)?;
            Ok(Some(sha256))
        };
        blocking(&self.input.name, work).await
    }

    async fn settle(
        &self,
        lake: Option<&Lake>,
        landings: Vec<Landing>,
        refused: Refused<'_>,
        summary: &Summary,
        kept: Option<String>,
    ) -> Result<Receipt, IngestError> {
        let mut tables = Vec::new();
        for (landing, made) in landings.iter().zip(&summary.made) {
            tables.push(landing.account(made, &self.batch_id, &self.input.name).await?);
        }
        let named = self.named();
        let extract_time = extract::time(self.told(), summary.latest, self.options.now);
        let outcome = if self.options.dry_run { "dry_run" } else { "landed" };
        let receipt = account(&named, summary, tables, extract_time, refused.taken())?;
        let mut receipt = Receipt { outcome, kept, ..receipt };
        receipt.refusals = refused.commit().await?;
        for landing in landings {
            landing.commit().await?;
        }
        if let Some(lake) = lake.filter(|_| !self.options.dry_run) {
            let rows = books::ledger_row(&receipt, &named, summary.span)?;
            lake.table(&INGEST_BATCH).put(&[rows], None, Some(&self.once)).await?;
        }
        Ok(receipt)
    }
}

/// The zone in which the lake counts days; without a lake, that of a new one.
fn lake_zone(lake: Option<&Lake>) -> Result<TimeZone, IngestError> {
    let zone = match lake {
        Some(lake) => TimeZone::get(&lake.meta().time_zone),
        None => TimeZone::get("Asia/Shanghai"),
    };
    Ok(zone
        .map_err(|error| ReadError::BadMapping { name: "lake_meta".into(), reason: format!("time_zone: {error}") })?)
}

/// Locks every table that the batch touches, always in the same order.
pub(crate) async fn lock_all(lake: &Lake, mapping: &Mapping) -> Result<Vec<TableLock>, IngestError> {
    let touched = reader::tables(mapping);
    let mut locks = Vec::new();
    // Whoever edits reference rows reads them first and puts all of them back, under this lock.
    if touched.iter().any(|table| table.role == Role::Reference) {
        locks.push(lake.lock("derive").await?);
    }
    for contract in contract::ALL {
        let books = [INGEST_BATCH.table, QUARANTINE.table].contains(&contract.table);
        if books || touched.iter().any(|table| table.table == contract.table) {
            locks.push(lake.lock(contract.table).await?);
        }
    }
    Ok(locks)
}
