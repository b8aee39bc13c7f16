//! Deriving `case_state`, `card` and the marts from the facts, incrementally: a batch costs its
//! own cases. `case_state` is committed last and carries the versions of the facts that it
//! stands on, and of what stands beside it; a run that was killed before is found by that and made
//! again.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use datasets::contract::{
    CALENDAR_DAY, CALENDAR_YEAR, CARD, CASE_STATE, Contract, INGEST_BATCH, OFFICE_HOURS, SERVICE_ITEM, SLA_POLICY,
    WORKFLOW_CASE, WORKFLOW_EVENT,
};
use datasets::lake::{DERIVE_RUN, Lake, LakeSnapshot, Once, Table, TableSnapshot, WrittenFiles};
use futures::TryStreamExt;
use futures::future::join_all;
use jiff::Timestamp;

use crate::rules::RuleTables;
use crate::{AnalyticsError, Rules};

pub use changes::{CardChange, Changes, DueChange};
use chunks::{Chunk, Folding};
use concerned::concerned;
use kept::Keep;
use marts::{CellSums, Mart, Sums};
use stands::Standing;
use task::{Task, task};

pub(crate) mod card_rows;
mod changes;
mod chunks;
mod columns;
mod compact;
pub(crate) mod concerned;
pub(crate) mod hot;
pub(crate) mod kept;
mod marts;
mod nested;
mod stands;
pub(crate) mod state_rows;
mod task;

/// Runs from one removal of files that killed writers have left to the next.
const SWEEP_EVERY: i64 = 50;
/// The facts that the derived tables stand on.
const FACTS: [&Contract; 2] = [&WORKFLOW_CASE, &WORKFLOW_EVENT];
/// With them the ledger: a batch confirms cards only when its facts have been folded.
const GROUND: [&Contract; 3] = [&WORKFLOW_CASE, &WORKFLOW_EVENT, &INGEST_BATCH];
/// The rules that cases are judged by; a change of them folds the open cases again.
const RULES: [&Contract; 5] = [&CALENDAR_DAY, &CALENDAR_YEAR, &OFFICE_HOURS, &SERVICE_ITEM, &SLA_POLICY];
/// Those of them that tell the days of the calendar, as they came to be known.
const CALENDAR: [&Contract; 2] = [&CALENDAR_DAY, &CALENDAR_YEAR];
/// Transaction that numbers the derive runs.
const RUN: &str = DERIVE_RUN;
/// Transaction that tells the version of the clock.
const ENGINE: &str = "derive/engine";
/// Transaction that tells the instant of the last change of rules, in microseconds.
const RULES_KNOWN: &str = "derive/rules";
/// Transaction that tells that a card was kept which is raised no more.
const KEPT: &str = "derive/kept";

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct DeriveReport {
    /// Cases folded.
    pub cases: u64,
    /// Cards written, with those that lie ahead.
    pub cards: u64,
    /// Whether hot and cold parts were merged.
    pub compacted: bool,
}

/// How to derive.
#[derive(Debug, Clone, Copy)]
pub struct DeriveOptions {
    /// The present: cards issued by then stay, whatever rules change.
    pub now: Timestamp,
    /// Fold every case again, not just those with news.
    pub full: bool,
    /// Take over from another version of the clock, which folds every case again.
    pub accept_engine: bool,
}

impl DeriveOptions {
    /// What news there is, by the clock that the lake is used to.
    pub fn at(now: Timestamp) -> Self {
        Self { now, full: false, accept_engine: false }
    }
}

/// Brings the derived tables up to the newest facts and rules. Safe to call from several
/// processes.
///
/// # Errors
///
/// [`AnalyticsError::OtherEngine`] if another version of the clock made what is held, and that was
/// not accepted.
pub async fn derive(lake: &Lake, options: DeriveOptions) -> Result<DeriveReport, AnalyticsError> {
    derive_watched(lake, options, &|_, _| {}).await
}

/// As [`derive`]; `watch` hears after each chunk how many cases are folded, and of how many.
///
/// # Errors
///
/// As [`derive`].
pub async fn derive_watched(
    lake: &Lake,
    options: DeriveOptions,
    watch: &(dyn Fn(u64, u64) + Send + Sync),
) -> Result<DeriveReport, AnalyticsError> {
    let _lock = lake.lock("derive").await?;
    lake.make_marts().await?;
    let state = lake.table(&CASE_STATE);
    let standing = Standing::find(lake, options.full).await?;
    let mut snapshot = lake.snapshot().await?;
    let Some(task) = task(lake, &snapshot, &standing, options).await? else { return Ok(DeriveReport::default()) };
    let run = standing.next_run();
    let rules = Arc::new(Rules::load(lake.meta(), &snapshot).await?);
    let was_kept = landed::<i64>(&state, KEPT).await?.is_some();
    let keeps = task.changed.is_some() || was_kept;
    if task.all && keeps {
        // What is made anew need not be whole: nothing is kept of what cannot be read.
        for table in [&CASE_STATE, &CARD] {
            let readable = snapshot.table(table).readable().await;
            snapshot = snapshot.with(readable);
        }
    }
    let part = if task.all { "cold" } else { "hot" };
    // The marts are summed anew over all cases, when their states are there.
    let sums_anew = standing.is_interrupted() || (task.all && !task.first);
    let keep = Keep { changed: task.changed, now: options.now, part, run };
    let folding = Folding {
        snapshot,
        rules,
        part,
        run,
        counted: !task.first && !sums_anew,
        keep: Some(keep).filter(|_| keeps && !task.first),
    };
    let mut report = Work { lake, folding, task, sums_anew, watch }.fold().await?;
    report.compacted = compact::compact_if_due(lake, run).await?;
    if report.compacted || run % SWEEP_EVERY == 0 {
        lake.sweep_orphans().await;
    }
    Ok(report)
}

/// What deriving would change of what is held, beside folding what is new: nothing unless rules or
/// the clock have changed, or all is asked for.
pub async fn plan(lake: &Lake, options: DeriveOptions) -> Result<Changes, AnalyticsError> {
    let snapshot = lake.snapshot().await?;
    let accepted = DeriveOptions { accept_engine: true, ..options };
    let standing = Standing::find(lake, options.full).await?;
    let Some(task) = task(lake, &snapshot, &standing, accepted).await? else { return Ok(Changes::default()) };
    let rules = Rules::load(lake.meta(), &snapshot).await?;
    changes::compare(&snapshot, &task.touched, &rules, options.now).await
}

/// What a rule table with these rows would change of the cases that are folded for it; an error if the rows make no
/// sense as rules.
pub(crate) async fn plan_rules(
    lake: &Lake,
    table: &'static Contract,
    rows: RecordBatch,
    now: Timestamp,
) -> Result<Changes, AnalyticsError> {
    let snapshot = lake.snapshot().await?;
    let known = Rules::load(lake.meta(), &snapshot).await?.last_change();
    let rules = Rules::read(lake.meta(), &RuleTables { snapshot: &snapshot, instead: Some((table, rows)) }).await?;
    let is_calendar_new = CALENDAR.iter().any(|calendar| calendar.table == table.table);
    let notice = rules.calendar_notices().first().copied().filter(|_| is_calendar_new);
    let cases = concerned(&snapshot, &rules.news_since(known), notice).await?;
    changes::compare(&snapshot, &cases, &rules, now).await
}

struct Work<'a> {
    lake: &'a Lake,
    folding: Folding,
    task: Task,
    sums_anew: bool,
    watch: &'a (dyn Fn(u64, u64) + Send + Sync),
}

impl Work<'_> {
    async fn fold(&self) -> Result<DeriveReport, AnalyticsError> {
        let (state, card) = (self.lake.table(&CASE_STATE), self.lake.table(&CARD));
        let (mut states, mut cards) = (state.writer(), card.writer());
        let mut changes = Sums::new();
        let mut report = DeriveReport::default();
        let mut kept = 0;
        let mut chunks = std::pin::pin!(self.folding.run(&self.task.touched));
        while let Some(chunk) = chunks.try_next().await? {
            let Chunk { states: state_rows, cards: card_rows, kept: kept_rows, changes: changed } = chunk;
            report.cases += state_rows.num_rows() as u64;
            report.cards += card_rows.num_rows() as u64;
            states.write(&state_rows).await?;
            // In one call, so that the file stays in order.
            match kept_rows {
                Some(rows) => {
                    kept += rows.num_rows();
                    let both = concat_batches(&CARD.schema(), [&card_rows, &rows]);
                    cards.write(&both.map_err(AnalyticsError::arrow("card"))?).await?;
                }
                None => cards.write(&card_rows).await?,
            }
            changes.merge(changed);
            (self.watch)(report.cases, self.task.touched.len() as u64);
        }
        let (states, cards) = (states.finish().await?, cards.finish().await?);
        // This run stands for all cases: also for cards that a killed one has left behind.
        let old_cards = if self.task.all { Some(card.snapshot().await?) } else { None };
        let old_states = if self.task.all { Some(state.snapshot().await?) } else { None };
        let cards = self.commit(&card, cards, old_cards.as_ref(), &[]).await?;
        let marts = match self.sums_anew {
            // They get this run's number when they are summed: by that a run is found that was killed before.
            true => marts::versions(self.lake).await?,
            false => self.commit_marts(changes).await?,
        };
        let mut stands = vec![Once { app_id: ENGINE.to_owned(), attempt: i64::from(sla::ENGINE_VERSION) }];
        stands.extend(stands::on(&self.folding.snapshot));
        if let Some(last) = self.folding.rules.last_change() {
            stands.push(Once { app_id: RULES_KNOWN.to_owned(), attempt: last.as_microsecond() });
        }
        stands.push(stands::at(&CARD, cards));
        stands.extend(marts);
        if kept > 0 {
            stands.push(Once { app_id: KEPT.to_owned(), attempt: self.folding.run });
        }
        self.commit(&state, states, old_states.as_ref(), &stands).await?;
        if self.sums_anew {
            // They are made of states that are only now all there.
            marts::rebuild(self.lake, &self.folding.rules, self.folding.run).await?;
        }
        Ok(report)
    }

    async fn commit(
        &self,
        table: &Table,
        files: WrittenFiles,
        replaced: Option<&TableSnapshot>,
        stands: &[Once],
    ) -> Result<u64, AnalyticsError> {
        let _lock = self.lake.lock(table.name()).await?;
        let mut once = vec![Once { app_id: RUN.to_owned(), attempt: self.folding.run }];
        once.extend(stands.iter().cloned());
        Ok(table.commit_files(files, replaced, &once, HashMap::new()).await?)
    }

    /// What the states are to say of the marts.
    async fn commit_marts(&self, changes: Sums) -> Result<Vec<Once>, AnalyticsError> {
        let mut commits = Vec::new();
        for (mart, sums) in changes.of_each() {
            commits.push(self.commit_mart(mart, sums));
        }
        // At once, since a commit is mostly waiting for the disk; each is ended, also beside one that fails.
        join_all(commits).await.into_iter().collect()
    }

    async fn commit_mart(&self, mart: &'static Mart, sums: CellSums) -> Result<Once, AnalyticsError> {
        let files = mart.write(self.lake, &sums, self.folding.part, self.folding.run).await?;
        let version = self.commit(&self.lake.table(mart.contract), files, None, &[]).await?;
        Ok(stands::at(mart.contract, version))
    }
}

fn version(snapshot: &LakeSnapshot, fact: &Contract) -> u64 {
    snapshot.table(fact).version
}

/// Transaction by which `case_state` names the version of a fact table that it stands on.
pub(crate) fn stand(fact: &Contract) -> String {
    datasets::lake::stand(fact)
}

pub(crate) async fn landed<N: TryFrom<i64>>(table: &Arc<Table>, app_id: &str) -> Result<Option<N>, AnalyticsError> {
    let state = table.refresh().await?;
    Ok(table.landed(&state, app_id).await?.and_then(|number| N::try_from(number).ok()))
}
