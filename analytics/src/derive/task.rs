//! What a run has to do: which cases the news since the last one touch, and whether all are to be
//! folded.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::{CASE_STATE, Contract};
use datasets::lake::{Lake, LakeSnapshot};
use jiff::Timestamp;
use sla::WorkCalendar;

use super::stands::Standing;
use super::{CALENDAR, DeriveOptions, ENGINE, FACTS, GROUND, RULES, kept, landed, version};
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
    let is_new = |table: &Contract| since[table.table] != Some(version(snapshot, table));
    // Also a table that states have never stood on: a migration has brought it.
    let rules_changed = !first && RULES.iter().any(|table| is_new(table));
    let full = options.full || standing.cards_lost;
    let all = first || full || other.is_some();
    // Cases of which nothing is left are in no file any more: only a fold of all leaves them out.
    let withdrawn = !all && is_withdrawn(lake, &since).await?;
    let all = all || withdrawn;
    let changed = match other {
        Some(_) => Some(kept::ENGINE_CHANGED),
        None if withdrawn => Some(kept::BATCH_WITHDRAWN),
        None if rules_changed || (full && !first) => Some(kept::RULES_CHANGED),
        None => None,
    };
    if !all && changed.is_none() && !GROUND.iter().any(|table| is_new(table)) {
        // What a run that was broken off has left behind is put right without news.
        return Ok(standing.is_interrupted().then(Task::default));
    }
    if all {
        since.values_mut().for_each(|since| *since = None);
    }
    let mut touched = touched(lake, snapshot, &since).await?;
    if rules_changed && !all {
        let calendar_changed = CALENDAR.iter().any(|table| since[table.table] != Some(version(snapshot, table)));
        let since = if calendar_changed { first_notice(lake, snapshot).await? } else { None };
        touched.extend(open_since(snapshot, since).await?);
        in_order(&mut touched);
    }
    Ok(Some(Task { first, all, changed, touched }))
}

/// When something of the calendar came to be known first.
async fn first_notice(lake: &Lake, snapshot: &LakeSnapshot) -> Result<Option<Timestamp>, AnalyticsError> {
    let rules = Rules::load(lake.meta(), snapshot).await?;
    Ok(rules.calendar.changed_at().first().copied())
}

/// Whether rows have left the facts since then.
async fn is_withdrawn(lake: &Lake, since: &HashMap<&'static str, Option<u64>>) -> Result<bool, AnalyticsError> {
    for fact in FACTS {
        if let Some(since) = since[fact.table]
            && lake.table(fact).news_since(since).await?.withdrawn
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Cases that no closing has ended, by their latest states; none that was taken back.
pub(crate) async fn open_cases(snapshot: &LakeSnapshot) -> Result<Vec<Box<str>>, AnalyticsError> {
    open_since(snapshot, None).await
}

/// The same, and those of which something became known after `since`: they were open then, or judged by
/// what was known of the calendar then.
async fn open_since(snapshot: &LakeSnapshot, since: Option<Timestamp>) -> Result<Vec<Box<str>>, AnalyticsError> {
    let fields = ["case_no", "fold_version", "closed_at", "due_basis", "last_known_at"];
    let mut latest: HashMap<String, (i64, bool)> = HashMap::new();
    for batch in snapshot.table(&CASE_STATE).read(&fields).await? {
        let runs = batch.column(1).as_primitive::<Int64Type>();
        let bases = batch.column(3).as_string::<i32>();
        let known = batch.column(4).as_primitive::<TimestampMicrosecondType>();
        for (at, case) in batch.column(0).as_string::<i32>().iter().enumerate() {
            let is_later = since.is_some_and(|since| known.value(at) > since.as_microsecond());
            let is_open = batch.column(2).is_null(at) || is_later;
            let row = (runs.value(at), is_open && bases.value(at) != "EXCLUDED");
            let held = latest.entry(case.unwrap_or_default().to_owned()).or_insert(row);
            if row.0 > held.0 {
                *held = row;
            }
        }
    }
    let open = latest.into_iter().filter(|(_, (_, is_open))| *is_open);
    let mut cases = open.map(|(case, _)| case.into_boxed_str()).collect();
    in_order(&mut cases);
    Ok(cases)
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
