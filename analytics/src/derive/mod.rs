//! Deriving `case_state`, `card` and `village_day` from the facts, incrementally: a batch costs
//! its own cases. `case_state` is committed last and carries the versions of the facts that it
//! stands on; a run that was killed before is found by that and made again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use arrow::array::AsArray;
use datasets::contract::{CARD, CASE_STATE, Contract, INGEST_BATCH, VILLAGE_DAY, WORKFLOW_CASE, WORKFLOW_EVENT};
use datasets::lake::{Lake, LakeSnapshot, Once, Table, TableSnapshot, WrittenFiles};
use jiff::civil::Date;

use crate::facts;
use crate::fold::{DayFacts, fold_all};
use crate::{AnalyticsError, Rules};

pub(crate) mod card_rows;
mod columns;
mod compact;
pub(crate) mod hot;
mod nested;
pub(crate) mod state_rows;
mod village_rows;

/// Cases that are folded at once.
const CHUNK: usize = 100_000;
/// Runs from one removal of files that killed writers have left to the next.
const SWEEP_EVERY: i64 = 50;
/// The facts that the derived tables stand on.
const FACTS: [&Contract; 2] = [&WORKFLOW_CASE, &WORKFLOW_EVENT];
/// With them the ledger: a batch confirms cards only when its facts have been folded.
const GROUND: [&Contract; 3] = [&WORKFLOW_CASE, &WORKFLOW_EVENT, &INGEST_BATCH];
const DERIVED: [&Contract; 3] = [&CARD, &VILLAGE_DAY, &CASE_STATE];
/// Transaction that numbers the derive runs.
const RUN: &str = "derive";

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

/// Measures of a village's day by (village, day).
pub(crate) type DayChanges = BTreeMap<(Option<String>, Date), [i64; 6]>;

/// Brings the derived tables up to the newest facts. Safe to call from several processes.
pub async fn derive(lake: &Lake) -> Result<DeriveReport, AnalyticsError> {
    let _lock = lake.lock("derive").await?;
    let state = lake.table(&CASE_STATE);
    let mut since = HashMap::new();
    for fact in GROUND {
        since.insert(fact.table, landed(&state, &stand(fact)).await?);
    }
    let snapshot = lake.snapshot().await?;
    if GROUND.iter().all(|fact| since[fact.table] == Some(version(&snapshot, fact))) {
        return Ok(DeriveReport::default());
    }
    let first = FACTS.iter().all(|fact| since[fact.table].is_none());
    let touched = touched(lake, &snapshot, &since).await?;
    let mut runs = Vec::new();
    for table in DERIVED {
        runs.push(landed(&lake.table(table), RUN).await?.unwrap_or(0));
    }
    let last_whole = landed(&state, RUN).await?.unwrap_or(0);
    let interrupted = runs.iter().any(|run| *run > last_whole);
    let run = runs.into_iter().max().unwrap_or(0) + 1;
    let rules = Rules::load(lake.meta(), &snapshot).await?;
    let mut work = Work { lake, snapshot: &snapshot, rules: &rules, run, part: if first { "cold" } else { "hot" } };
    let mut report = work.fold(&touched, first, interrupted).await?;
    drop(rules);
    report.compacted = compact::compact_if_due(lake, run).await?;
    if report.compacted || run % SWEEP_EVERY == 0 {
        lake.sweep_orphans().await;
    }
    Ok(report)
}

struct Work<'a> {
    lake: &'a Lake,
    snapshot: &'a LakeSnapshot,
    rules: &'a Rules,
    run: i64,
    part: &'static str,
}

impl Work<'_> {
    async fn fold(
        &mut self,
        touched: &BTreeSet<String>,
        first: bool,
        interrupted: bool,
    ) -> Result<DeriveReport, AnalyticsError> {
        let (state, card) = (self.lake.table(&CASE_STATE), self.lake.table(&CARD));
        let (mut states, mut cards) = (state.writer(), card.writer());
        let mut changes = DayChanges::new();
        let mut report = DeriveReport::default();
        let touched: Vec<&String> = touched.iter().collect();
        for chunk in touched.chunks(CHUNK) {
            let chunk: HashSet<String> = chunk.iter().map(|case| (*case).clone()).collect();
            if !first && !interrupted {
                for old in hot::day_facts(self.snapshot, &chunk, self.rules).await? {
                    add(&mut changes, &old, -1);
                }
            }
            let facts = facts::load(self.snapshot, &chunk, None).await?;
            let folded = fold_all(&facts, self.rules);
            for case in &folded {
                add(&mut changes, &case.day_facts(self.rules), 1);
            }
            let state_batch = state_rows::rows(&folded, self.rules, self.part, self.run)?;
            let card_batch = card_rows::rows(&folded, self.rules, self.part, self.run)?;
            report.cases += state_batch.num_rows() as u64;
            report.cards += card_batch.num_rows() as u64;
            states.write(&state_batch).await?;
            cards.write(&card_batch).await?;
        }
        let (states, cards) = (states.finish().await?, cards.finish().await?);
        // A first run that was killed may have left its cards behind; this one stands for all.
        let left = if first { Some(card.snapshot().await?) } else { None };
        self.commit(&card, cards, left.as_ref(), &[]).await?;
        self.commit_days(changes, interrupted).await?;
        let mut stands = Vec::new();
        for fact in GROUND {
            let attempt = i64::try_from(version(self.snapshot, fact)).unwrap_or(i64::MAX);
            stands.push(Once { app_id: stand(fact), attempt });
        }
        self.commit(&state, states, None, &stands).await?;
        if interrupted {
            // The days were made of states that are only now all there.
            village_rows::rebuild(self.lake, self.rules, self.run).await?;
        }
        Ok(report)
    }

    async fn commit(
        &self,
        table: &Table,
        files: WrittenFiles,
        replaced: Option<&TableSnapshot>,
        stands: &[Once],
    ) -> Result<(), AnalyticsError> {
        let _lock = self.lake.lock(table.name()).await?;
        let mut once = vec![Once { app_id: RUN.to_owned(), attempt: self.run }];
        once.extend(stands.iter().cloned());
        table.commit_files(files, replaced, &once, HashMap::new()).await?;
        Ok(())
    }

    async fn commit_days(&self, changes: DayChanges, interrupted: bool) -> Result<(), AnalyticsError> {
        let table = self.lake.table(&VILLAGE_DAY);
        let mut writer = table.writer();
        if !interrupted {
            writer.write(&village_rows::rows(&changes, self.part, self.run)?).await?;
        }
        self.commit(&table, writer.finish().await?, None, &[]).await
    }
}

/// Adds what a case counts for (or takes it away, with `sign` -1).
pub(crate) fn add(changes: &mut DayChanges, case: &DayFacts, sign: i64) {
    for (day, measures) in case.measures() {
        let sums = changes.entry((case.village_code.clone(), day)).or_default();
        for (sum, measure) in sums.iter_mut().zip(measures) {
            *sum += sign * measure;
        }
    }
}

/// The cases that the facts since then have touched, in order.
async fn touched(
    lake: &Lake,
    snapshot: &LakeSnapshot,
    since: &HashMap<&'static str, Option<u64>>,
) -> Result<BTreeSet<String>, AnalyticsError> {
    let mut cases = BTreeSet::new();
    for fact in FACTS {
        let pinned = snapshot.table(fact);
        let changed = match since[fact.table] {
            None => pinned.clone(),
            Some(since) => {
                let (names, _) = lake.table(fact).added_since(since).await?;
                let names: HashSet<String> = names.into_iter().collect();
                pinned.filtered(|file| names.contains(&file.name))
            }
        };
        for batch in changed.read(&["case_no"]).await? {
            let mut last = "";
            for case in batch.column(0).as_string::<i32>().iter().flatten() {
                if case != last && !cases.contains(case) {
                    cases.insert(case.to_owned());
                }
                last = case;
            }
        }
    }
    Ok(cases)
}

fn version(snapshot: &LakeSnapshot, fact: &Contract) -> u64 {
    snapshot.table(fact).version
}

/// Transaction by which `case_state` names the version of a fact table that it stands on.
pub(crate) fn stand(fact: &Contract) -> String {
    format!("derive/{}", fact.table)
}

pub(crate) async fn landed<N: TryFrom<i64>>(table: &Arc<Table>, app_id: &str) -> Result<Option<N>, AnalyticsError> {
    let state = table.refresh().await?;
    Ok(table.landed(&state, app_id).await?.and_then(|number| N::try_from(number).ok()))
}
