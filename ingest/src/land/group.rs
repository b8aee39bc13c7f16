//! Landing several pushed batches together: one commit a table for all of them, in the order of a
//! file's landing (quarantine, facts, ledger last), with the transaction of each batch.
//!
//! To ask the log for a transaction is to read it anew, too dear for every request. So a row that
//! this very batch has brought before (its try was killed) is known by the `batch_id` beside it,
//! and the log is asked only of batches that have refusals, bring nothing new or came before; of all
//! while a withdrawal is broken off, which may have taken out rows of a batch that counts as landed; and of
//! those that bring reference rows, which others may have put theirs in the place of since.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use datasets::contract::{INGEST_BATCH, QUARANTINE, Role};
use datasets::lake::{Lake, Once, Table, WrittenFiles};
use futures::future::try_join_all;
use jiff::Timestamp;
use readers::mapping::Mapping;

use super::books::{self, Account};
use super::recent::Recent;
use super::{Named, Summary, account, blocking, extract, reader};
use crate::receipt::TableCount;
use crate::vault::TextWriter;
use crate::{IngestError, Receipt, Refusal};

mod part;

use part::Part;

/// A pushed batch whose rows are made.
pub(crate) struct Pushed {
    pub(crate) batch_id: String,
    /// As which it lands, told under the locks: one more than the last that was withdrawn; later
    /// attempts are its replays.
    pub(crate) attempt: i64,
    /// Whether its rows do not tell if it has landed: a withdrawal was broken off.
    pub(crate) is_doubtful: bool,
    /// Stands as `file_name` in the books.
    pub(crate) file: String,
    pub(crate) idempotency_key: String,
    pub(crate) bytes: u64,
    /// When it came.
    pub(crate) now: Timestamp,
    /// By the place of their table in the mapping.
    pub(crate) rows: Vec<(usize, RecordBatch)>,
    pub(crate) refusals: Vec<Refusal>,
    pub(crate) summary: Summary,
    /// The text of what was refused, until it is kept.
    pub(crate) texts: Mutex<Option<TextWriter>>,
}

impl Pushed {
    /// What the books call it.
    pub(crate) fn named<'a>(&'a self, mapping: &'a Mapping) -> Named<'a> {
        Named {
            mapping,
            file: &self.file,
            batch_id: &self.batch_id,
            attempt: self.attempt,
            bytes: self.bytes,
            now: self.now,
            page: None,
            idempotency_key: Some(&self.idempotency_key),
        }
    }

    /// The text of what was refused, for the batch's attempt; once.
    fn texts(&self) -> Option<(String, i64, TextWriter)> {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner).take();
        texts.map(|texts| (self.batch_id.clone(), self.attempt, texts))
    }

    fn once(&self) -> Once {
        Once { app_id: format!("batch/{}", self.batch_id), attempt: self.attempt }
    }
}

/// What became of one batch of a group.
pub(crate) enum Grouped {
    /// It has landed now.
    Landed(Box<Receipt>),
    /// The ledger had it, from longer ago than keys are remembered.
    Known(Account),
}

/// Lands batches of one mapping. The caller holds the locks of its tables and of the books. What
/// became of each, and the ledger's version then.
pub(crate) async fn land_group(
    lake: &Lake,
    mapping: &Mapping,
    pushed: &[&Pushed],
    recent: &mut Recent,
) -> Result<(Vec<Grouped>, u64), IngestError> {
    let brings_reference = reader::tables(mapping).iter().any(|table| table.role == Role::Reference);
    let mut known: Vec<Option<Account>> = Vec::with_capacity(pushed.len());
    for one in pushed {
        known.push(match brings_reference || one.is_doubtful {
            true => books::landing(lake, &one.batch_id, &one.once()).await?,
            false => None,
        });
    }
    let others = pushed.iter().zip(&known).filter(|(_, account)| account.is_none());
    let others: Vec<&Pushed> = others.map(|(one, _)| *one).collect();
    let (landed, version) = land_others(lake, mapping, &others, recent).await?;
    let mut landed = landed.into_iter();
    let outcomes = known.into_iter().filter_map(|account| account.map(Grouped::Known).or_else(|| landed.next()));
    Ok((outcomes.collect(), version))
}

async fn land_others(
    lake: &Lake,
    mapping: &Mapping,
    pushed: &[&Pushed],
    recent: &mut Recent,
) -> Result<(Vec<Grouped>, u64), IngestError> {
    let mut parts = Vec::new();
    for (place, contract) in reader::tables(mapping).into_iter().enumerate() {
        parts.push(Part::plan(lake, contract, place, mapping, pushed, recent).await?);
    }
    let ledger = lake.table(&INGEST_BATCH);
    let quarantine = lake.table(&QUARANTINE);
    let mut outcomes = Vec::with_capacity(pushed.len());
    let (mut landing, mut refused) = (Vec::new(), Vec::new());
    let (mut entries, mut refusals) = (Vec::new(), Vec::new());
    for (at, one) in pushed.iter().enumerate() {
        let (named, once) = (one.named(mapping), one.once());
        let counts = || parts.iter().map(|part| &part.counts[at]);
        if (counts().all(|count| count.fresh == 0) || counts().any(|count| count.before > 0))
            && let Some(account) = books::landing(lake, &one.batch_id, &once).await?
        {
            outcomes.push(Grouped::Known(account));
            continue;
        }
        if !one.refusals.is_empty() && !quarantine.has_landed(&once).await? {
            refusals.push(books::quarantine_rows(&one.refusals, &named)?);
            refused.push(once.clone());
        }
        let receipt = receipt(&named, one, at, &parts)?;
        entries.push(books::ledger_row(&receipt, &named, one.summary.span)?);
        landing.push(once);
        outcomes.push(Grouped::Landed(Box::new(receipt)));
    }
    for part in &mut parts {
        part.retain(|at| matches!(outcomes[at], Grouped::Landed(_)));
    }
    let landed = pushed.iter().zip(&outcomes).filter(|(_, outcome)| matches!(outcome, Grouped::Landed(_)));
    let texts = landed.filter_map(|(one, _)| one.texts()).collect();
    keep(texts).await?;
    // All files are written side by side; nobody sees them before their commits, which keep the order.
    let rows = parts.iter().map(Part::rows).collect::<Result<Vec<_>, IngestError>>()?;
    let facts = try_join_all(parts.iter().zip(rows).map(|(part, rows)| write(&part.table, rows)));
    let written = futures::try_join!(facts, write(&quarantine, refusals), write(&ledger, entries))?;
    let (facts, quarantined, entered) = written;
    if !refused.is_empty() {
        quarantine.commit_files(quarantined, None, &refused, HashMap::new()).await?;
    }
    for (part, files) in parts.iter().zip(facts) {
        if part.has_news() {
            let onces = part.onces(pushed);
            part.table.commit_files(files, part.replaced(), &onces, HashMap::new()).await?;
        }
    }
    let version = if landing.is_empty() {
        ledger.refresh().await?.version()
    } else {
        ledger.commit_files(entered, None, &landing, HashMap::new()).await?
    };
    Ok((outcomes, version))
}

/// The account of the batch at that place; an error if it does not add up.
fn receipt(named: &Named<'_>, one: &Pushed, at: usize, parts: &[Part]) -> Result<Receipt, IngestError> {
    let tables = parts.iter().zip(&one.summary.made).map(|(part, made)| part.account(at, made, &one.file));
    let tables = tables.collect::<Result<Vec<TableCount>, IngestError>>()?;
    let extract_time = extract::time(None, one.summary.latest, one.now);
    account(named, &one.summary, tables, extract_time, one.refusals.len() as u64)
}

/// Puts the text of what was refused into the vault, before the batches land.
async fn keep(texts: Vec<(String, i64, TextWriter)>) -> Result<(), IngestError> {
    if texts.is_empty() {
        return Ok(());
    }
    let work = move || texts.into_iter().try_for_each(|(batch_id, attempt, texts)| texts.keep(&batch_id, attempt));
    blocking("push", work).await
}

async fn write(table: &Arc<Table>, rows: Vec<RecordBatch>) -> Result<WrittenFiles, IngestError> {
    let Some(first) = rows.first() else { return Ok(WrittenFiles::default()) };
    // In one piece: then the file is sorted from end to end.
    let rows =
        concat_batches(&first.schema(), &rows).map_err(|source| IngestError::Rows { table: table.name(), source })?;
    let mut writer = table.writer();
    writer.write(&rows).await?;
    Ok(writer.finish().await?)
}
