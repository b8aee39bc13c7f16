//! What a run has to do: which cases the news since the last one touch, and whether all are to be
//! folded.

use std::collections::{HashMap, HashSet};

use arrow::array::AsArray;
use datasets::contract::{CASE_STATE, Contract, INGEST_BATCH};
use datasets::lake::{BATCH_WITHDRAWN, Lake, LakeSnapshot};
use jiff::Timestamp;

use super::concerned::concerned;
use super::stands::Standing;
use super::{CALENDAR, DeriveOptions, ENGINE, FACTS, GROUND, RULES, RULES_KNOWN, kept, landed, version};
use crate::{AnalyticsError, Rules};

/// What a run would have to do.
#[derive(Default)]
pub(super) struct Task {
    pub(super) first: bool,
    pub(super) all: bool,
    pub(super) changed: Option<&'static str>,
    /// In order.
    pub(super) touched: Vec<Box<str>>,
}

/// Nothing if there is no news and nothing to make whole.
pub(super) async fn task(
    lake: &Lake,
    snapshot: &LakeSnapshot,
    standing: &Standing,
    options: DeriveOptions,
) -> Result<Option<Task>, AnalyticsError> {
    let state = lake.table(&CASE_STATE);
    let grounds = GROUND.into_iter().chain(RULES);
    let mut since: HashMap<&'static str, Option<u64>> =
        grounds.map(|table| (table.table, standing.stand(table))).collect();
    let first = FACTS.iter().all(|fact| since[fact.table].is_none());
    let mine = i64::from(sla::ENGINE_VERSION);
    let held: Option<i64> = landed(&state, ENGINE).await?;
    let other = held.filter(|held| *held != mine);
    if let Some(held) = other.filter(|held| *held > mine || !options.accept_engine) {
        return Err(AnalyticsError::OtherEngine { held, mine });
    }
    let is_new = |table: &'static Contract| since[table.table] != Some(version(snapshot, table));
    // Also a table that states have never stood on: a migration has brought it.
    let rules_changed = !first && RULES.into_iter().any(is_new);
    let full = options.full || standing.cards_lost;
    let all = first || full || other.is_some();
    // Cases of which nothing is left are in no file any more: only a fold of all leaves them out.
    let withdrawn = !all && is_withdrawn(lake, snapshot, &since).await?;
    let all = all || withdrawn;
    let mut news = None;
    if rules_changed && !all {
        let rules = Rules::load(lake.meta(), snapshot).await?;
        let known: Option<i64> = landed(&state, RULES_KNOWN).await?;
        let found = rules.news_since(known.and_then(|known| Timestamp::from_microsecond(known).ok()));
        news = Some((rules, found));
    }
    // Policies for comparison judge all cases as they are today.
    let all = all || news.as_ref().is_some_and(|(_, news)| news.shadows);
    let changed = match other {
        Some(_) => Some(kept::ENGINE_CHANGED),
        None if withdrawn => Some(kept::BATCH_WITHDRAWN),
        None if rules_changed || (full && !first) => Some(kept::RULES_CHANGED),
        None => None,
    };
    if !all && changed.is_none() && !GROUND.into_iter().any(is_new) {
        // What a run that was broken off has left behind is put right without news.
        return Ok(standing.is_interrupted().then(Task::default));
    }
    let is_calendar_new = CALENDAR.into_iter().any(is_new);
    if all {
        since.values_mut().for_each(|since| *since = None);
    }
    let mut touched = touched(lake, snapshot, &since).await?;
    if let Some((rules, news)) = news.filter(|_| !all) {
        let notice = rules.calendar_notices().first().copied().filter(|_| is_calendar_new);
        touched.extend(concerned(snapshot, &news, notice).await?);
        in_order(&mut touched);
    }
    Ok(Some(Task { first, all, changed, touched }))
}

/// Whether rows have left the facts, or a batch was withdrawn, since then.
async fn is_withdrawn(
    lake: &Lake,
    snapshot: &LakeSnapshot,
    since: &HashMap<&'static str, Option<u64>>,
) -> Result<bool, AnalyticsError> {
    for fact in FACTS {
        if let Some(since) = since[fact.table]
            && lake.table(fact).news_since(since).await?.withdrawn
        {
            return Ok(true);
        }
    }
    // Rules go with a batch too: the ledger says that it was withdrawn.
    let Some(since) = since[INGEST_BATCH.table] else { return Ok(false) };
    let names: HashSet<String> = lake.table(&INGEST_BATCH).news_since(since).await?.added.into_iter().collect();
    let new = snapshot.table(&INGEST_BATCH).filtered(|file| names.contains(&file.name));
    let batches = new.read(&["state"]).await?;
    let mut states = batches.iter().flat_map(|batch| batch.column(0).as_string::<i32>());
    Ok(states.any(|state| state == Some(BATCH_WITHDRAWN)))
}

/// Each case once.
fn in_order(cases: &mut Vec<Box<str>>) {
    cases.sort_unstable();
    cases.dedup();
}

/// The cases that the facts since then have touched, in order.
async fn touched(
    lake: &Lake,
    snapshot: &LakeSnapshot,
    since: &HashMap<&'static str, Option<u64>>,
) -> Result<Vec<Box<str>>, AnalyticsError> {
    let mut cases: Vec<Box<str>> = Vec::new();
    for fact in FACTS {
        let pinned = snapshot.table(fact);
        let changed = match since[fact.table] {
            None => pinned.clone(),
            Some(since) => {
                let news = lake.table(fact).news_since(since).await?;
                let names: HashSet<String> = news.added.into_iter().collect();
                pinned.filtered(|file| names.contains(&file.name))
            }
        };
        for batch in changed.read(&["case_no"]).await? {
            let mut last = "";
            for case in batch.column(0).as_string::<i32>().iter().flatten() {
                if case != last {
                    cases.push(case.into());
                }
                last = case;
            }
        }
        in_order(&mut cases);
    }
    Ok(cases)
}
