//! Landing several pushed batches together: one commit a table for all of them, in the order of a
//! file's landing (quarantine, facts, ledger last), with the transaction of each batch.
//!
//! To ask the log for a transaction is to read it anew, too dear for every request. So a row that
//! this very batch has brought before (its try was killed) is known by the `batch_id` beside it,
//! and the log is asked only of batches that have refusals, bring nothing new or came before, and of
//! all while a withdrawal is broken off: that may have taken out rows of a batch that counts as landed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use datasets::contract::{Contract, INGEST_BATCH, QUARANTINE};
use datasets::lake::{Lake, Once, Table, WrittenFiles};
use futures::future::try_join_all;
use jiff::Timestamp;
use readers::mapping::Mapping;

use super::books::{self, Account};
use super::extract::{self, Extracted};
use super::recent::{Recent, mark};
use super::versions::{Verdict, offered, without_known};
use super::{Named, Summary, account, blocking, reader};
use crate::receipt::TableCount;
use crate::rows::Made;
use crate::vault::TextWriter;
use crate::{IngestError, Receipt, Refusal};

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
        let may_have_landed = counts().all(|count| count.fresh == 0) || counts().any(|count| count.before > 0);
        if (may_have_landed || one.is_doubtful)
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
        part.fresh.retain(|(at, _)| matches!(outcomes[*at], Grouped::Landed(_)));
    }
    let landed = pushed.iter().zip(&outcomes).filter(|(_, outcome)| matches!(outcome, Grouped::Landed(_)));
    let texts = landed.filter_map(|(one, _)| one.texts()).collect();
    keep(texts).await?;
    // All files are written side by side; nobody sees them before their commits, which keep the order.
    let facts = try_join_all(parts.iter().map(|part| write(&part.table, part.rows())));
    let written = futures::try_join!(facts, write(&quarantine, refusals), write(&ledger, entries))?;
    let (facts, quarantined, entered) = written;
    if !refused.is_empty() {
        quarantine.commit_files(quarantined, None, &refused, HashMap::new()).await?;
    }
    for (part, files) in parts.iter().zip(facts) {
        if !part.fresh.is_empty() {
            let onces = part.onces(pushed);
            part.table.commit_files(files, None, &onces, HashMap::new()).await?;
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

/// One table's part of a group.
struct Part {
    contract: &'static Contract,
    table: Arc<Table>,
    /// With the place of their batch in the group.
    fresh: Vec<(usize, RecordBatch)>,
    /// By batch.
    counts: Vec<Count>,
}

/// Rows of one batch.
#[derive(Default)]
struct Count {
    /// All that were made.
    taken: u64,
    fresh: u64,
    /// Brought by a try that was killed before its end.
    before: u64,
}

impl Count {
    fn landed(&self) -> u64 {
        self.fresh + self.before
    }
}

impl Part {
    fn rows(&self) -> Vec<RecordBatch> {
        self.fresh.iter().map(|(_, rows)| rows.clone()).collect()
    }

    /// What becomes of the rows of the batch at that place.
    fn account(&self, at: usize, made: &Made, file: &str) -> Result<TableCount, IngestError> {
        let landed = self.counts[at].landed();
        let count = TableCount {
            table: self.contract.table.to_owned(),
            rows_in: made.rows_in,
            landed,
            quarantined: made.refused,
            known: made.repeated + self.counts[at].taken.saturating_sub(landed),
            repeated: made.repeated,
            masked: made.masked,
        };
        count.check(file)?;
        Ok(count)
    }

    /// The transactions that are new to the table: a commit whose answer was lost counts as done if
    /// the log has the first of them, so none may be there from a try that was killed.
    fn onces(&self, pushed: &[&Pushed]) -> Vec<Once> {
        let new = pushed.iter().zip(&self.counts).filter(|(_, count)| count.fresh > 0 && count.before == 0);
        new.map(|(one, _)| one.once()).collect()
    }

    /// Which rows are new, batch by batch: what an earlier one of the group says is held for the next.
    async fn plan(
        lake: &Lake,
        contract: &'static Contract,
        place: usize,
        mapping: &Mapping,
        pushed: &[&Pushed],
        recent: &mut Recent,
    ) -> Result<Self, IngestError> {
        let table = lake.table(contract);
        let before = table.snapshot().await?;
        let all: Vec<&RecordBatch> = pushed.iter().flat_map(|one| of_table(one, place)).collect();
        let (mut held, brought) = recent.held(&before, contract, &all).await?;
        let mut fresh = Vec::new();
        let mut counts = Vec::with_capacity(pushed.len());
        for (at, one) in pushed.iter().enumerate() {
            let mut count = Count::default();
            let own = mark(&one.batch_id);
            let extracted = Extracted::by_rows(mapping, one.summary.latest, one.now);
            for rows in of_table(one, place) {
                let offered = offered(contract, rows)?;
                count.taken += offered.len() as u64;
                let mut verdicts = Vec::with_capacity(offered.len());
                for row in &offered {
                    let is_brought = brought.contains(&(row.row_hash, own));
                    count.before += u64::from(is_brought);
                    verdicts.push(if is_brought { Verdict::Known } else { held.judge(row, Some(&extracted)) });
                }
                for (row, verdict) in offered.iter().zip(&verdicts) {
                    match verdict {
                        Verdict::Fresh => held.take(row.key, row.version()),
                        Verdict::Corrected(known_at) => held.take(row.key, row.version_known(*known_at)),
                        Verdict::Known => {}
                    }
                }
                let new = without_known(contract, rows, &verdicts)?;
                if new.num_rows() > 0 {
                    count.fresh += new.num_rows() as u64;
                    fresh.push((at, new));
                }
            }
            counts.push(count);
        }
        Ok(Self { contract, table, fresh, counts })
    }
}

fn of_table(one: &Pushed, place: usize) -> impl Iterator<Item = &RecordBatch> {
    one.rows.iter().filter(move |(table, _)| *table == place).map(|(_, rows)| rows)
}
