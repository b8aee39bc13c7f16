//! Landing a file: read once to name it, once to make rows of it; write files; then commit
//! quarantine, facts and, last, the ledger, each with the batch's transaction. Whatever crashes in
//! between, the same file plans the same rows again, and each table skips what it has.

use std::path::PathBuf;
use std::sync::Arc;

use datasets::contract::{self, INGEST_BATCH, QUARANTINE};
use datasets::lake::{Lake, Once, TableLock};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::batch::identify;
use crate::mapping::Mapping;
use crate::receipt::{Receipt, TableCount};
use crate::rows::{Common, Made};
use crate::source::Pulled;
use crate::{IngestError, PersonKey};

mod books;
pub(crate) mod extract;
mod reader;
mod refused;
mod table;
mod versions;

use extract::Extract;
use reader::{Message, Summary};
use refused::Refused;
use table::Landing;

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
    let identified = tokio::task::spawn_blocking(move || identify(&path, &name, &named)).await;
    let named = identified.map_err(|source| IngestError::Task { file: input.name.clone(), source })??;
    land(lake, mapping, input, None, options, named).await
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
    (batch_id, bytes): (String, u64),
) -> Result<Receipt, IngestError> {
    let once = Once { app_id: format!("batch/{batch_id}"), attempt: 1 };
    if let Some(lake) = lake
        && let Some(receipt) = books::find(lake, &batch_id, &once, input, mapping).await?
    {
        return Ok(receipt);
    }
    let _locks = match lake {
        Some(lake) if !options.dry_run => lock_all(lake, mapping).await?,
        _ => Vec::new(),
    };
    if let Some(lake) = lake
        && let Some(receipt) = books::find(lake, &batch_id, &once, input, mapping).await?
    {
        return Ok(receipt);
    }
    let job = Job { mapping, input, page, options, batch_id, bytes, once };
    job.run(lake).await
}

struct Job<'a> {
    mapping: &'a Mapping,
    input: &'a Input,
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

    async fn run(&self, lake: Option<&Lake>) -> Result<Receipt, IngestError> {
        let zone = lake.map_or(Ok(TimeZone::get("Asia/Shanghai")), |lake| Ok(TimeZone::get(&lake.meta().time_zone)));
        let lake_zone = zone.and_then(|zone| zone).map_err(|error| IngestError::BadMapping {
            name: "lake_meta".into(),
            reason: format!("time_zone: {error}"),
        })?;
        let common = Common { batch_id: self.batch_id.clone(), ingested_at: self.options.now, lake_zone };
        let mut extract = lake.map(|lake| Extract { lake, job: self, common: common.clone(), found: None });
        let mut landings = Vec::new();
        for contract in reader::tables(self.mapping) {
            landings.push(Landing::begin(lake, contract, &self.once, self.options.dry_run).await?);
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
        let summary = match (failed, read) {
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
            return Err(IngestError::Empty { file: self.input.name.clone() });
        }
        self.settle(lake, landings, refused, &summary).await
    }

    async fn settle(
        &self,
        lake: Option<&Lake>,
        landings: Vec<Landing>,
        refused: Refused<'_>,
        summary: &Summary,
    ) -> Result<Receipt, IngestError> {
        let refusals = refused.commit().await?;
        let mut tables = Vec::new();
        for (landing, made) in landings.into_iter().zip(&summary.made) {
            tables.push(count(landing, made, &self.batch_id).await?);
        }
        let sum = |of: fn(&TableCount) -> u64| tables.iter().map(of).sum::<u64>();
        let extract_time = extract::time(self.told(), summary.latest, self.options.now);
        let receipt = Receipt {
            file: self.input.name.clone(),
            mapping: self.mapping.name.clone(),
            source_system: self.mapping.source.system.clone(),
            batch_id: self.batch_id.clone(),
            outcome: if self.options.dry_run { "dry_run" } else { "landed" },
            encoding: Some(summary.encoding),
            records: summary.records,
            rows_in: sum(|table| table.rows_in) + summary.unreadable,
            landed: sum(|table| table.landed),
            quarantined: sum(|table| table.quarantined) + summary.unreadable,
            known: sum(|table| table.known),
            extract_time,
            tables,
            refusals,
        };
        if let Some(lake) = lake.filter(|_| !self.options.dry_run) {
            let rows = books::ledger_row(&receipt, self, summary.span)?;
            lake.table(&INGEST_BATCH).put(&[rows], None, Some(&self.once)).await?;
        }
        Ok(receipt)
    }
}

async fn count(landing: Landing, made: &Made, batch_id: &str) -> Result<TableCount, IngestError> {
    let table = landing.contract.table.to_owned();
    let landed = landing.commit(batch_id).await?;
    let offered = made.rows_in - made.refused;
    Ok(TableCount {
        table,
        rows_in: made.rows_in,
        landed,
        quarantined: made.refused,
        known: offered.saturating_sub(landed),
    })
}

/// Locks every table that the batch touches, always in the same order.
async fn lock_all(lake: &Lake, mapping: &Mapping) -> Result<Vec<TableLock>, IngestError> {
    let touched = reader::tables(mapping);
    let mut locks = Vec::new();
    for contract in contract::ALL {
        let books = [INGEST_BATCH.table, QUARANTINE.table].contains(&contract.table);
        if books || touched.iter().any(|table| table.table == contract.table) {
            locks.push(lake.lock(contract.table).await?);
        }
    }
    Ok(locks)
}
