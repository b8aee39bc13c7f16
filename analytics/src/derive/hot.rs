//! The hot part of the derived tables: what was folded since the last compaction. The latest fold
//! of a case counts; the cold part's rows of a case that is hot do not.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::{Date32Type, Int64Type, TimestampMicrosecondType};
use datasets::contract::{CARD, CASE_STATE, Contract};
use datasets::date_from_days;
use datasets::lake::{LakeSnapshot, LiveFile, TableSnapshot};
use jiff::Timestamp;

use crate::fold::DayFacts;
use crate::{AnalyticsError, Rules};

/// The latest hot rows.
#[derive(Debug, Clone)]
pub(crate) struct Hot {
    /// Latest fold of each hot case; its cold rows do not count.
    pub(crate) cases: HashMap<String, i64>,
    /// Rows of `case_state`.
    pub(crate) states: RecordBatch,
    /// Rows of `card`.
    pub(crate) cards: RecordBatch,
}

/// Whether a file belongs to the part.
pub(crate) fn is_part(file: &LiveFile, part: &str) -> bool {
    file.partition.get("part").and_then(Option::as_deref) == Some(part)
}

impl Hot {
    pub(crate) async fn load(snapshot: &LakeSnapshot) -> Result<Self, AnalyticsError> {
        let states = hot_rows(snapshot.table(&CASE_STATE)).await?;
        let cards = hot_rows(snapshot.table(&CARD)).await?;
        let mut cases: HashMap<String, i64> = HashMap::new();
        for (case, run) in folds(&states, &CASE_STATE) {
            let latest = cases.entry(case.to_owned()).or_insert(run);
            *latest = run.max(*latest);
        }
        let (states, cards) = (latest(&states, &CASE_STATE, &cases)?, latest(&cards, &CARD, &cases)?);
        Ok(Self { cases, states, cards })
    }
}

async fn hot_rows(table: &TableSnapshot) -> Result<RecordBatch, AnalyticsError> {
    let fields: Vec<&str> = table.contract.fields.iter().map(|field| field.name).collect();
    let batches = table.filtered(|file| is_part(file, "hot")).read(&fields).await?;
    concat_batches(&table.contract.schema(), &batches).map_err(AnalyticsError::arrow("hot rows"))
}

fn folds<'b>(rows: &'b RecordBatch, contract: &Contract) -> impl Iterator<Item = (&'b str, i64)> {
    let place = |name: &str| contract.fields.iter().position(|field| field.name == name).unwrap_or_default();
    let cases = rows.column(place("case_no")).as_string::<i32>();
    let runs = rows.column(place("fold_version")).as_primitive::<Int64Type>();
    (0..rows.num_rows()).map(|at| (cases.value(at), runs.value(at)))
}

fn latest(
    rows: &RecordBatch,
    contract: &Contract,
    cases: &HashMap<String, i64>,
) -> Result<RecordBatch, AnalyticsError> {
    let keep: BooleanArray = folds(rows, contract).map(|(case, run)| Some(cases.get(case) == Some(&run))).collect();
    filter_record_batch(rows, &keep).map_err(AnalyticsError::arrow("latest rows"))
}

const DAY_FIELDS: [&str; 11] = [
    "case_no",
    "fold_version",
    "village_code",
    "received_at",
    "started_on",
    "started_at",
    "closed_on",
    "due_on",
    "closed_at",
    "due_at",
    "is_decided",
];

/// What the given cases count for at present, as their latest states say.
pub(super) async fn day_facts(
    snapshot: &LakeSnapshot,
    cases: &HashSet<String>,
    rules: &Rules,
) -> Result<Vec<DayFacts>, AnalyticsError> {
    Ok(latest_facts(snapshot.table(&CASE_STATE).read_where("case_no", cases, &DAY_FIELDS).await?, rules))
}

/// The same of every case.
pub(super) async fn all_day_facts(snapshot: &LakeSnapshot, rules: &Rules) -> Result<Vec<DayFacts>, AnalyticsError> {
    Ok(latest_facts(snapshot.table(&CASE_STATE).read(&DAY_FIELDS).await?, rules))
}

fn latest_facts(batches: Vec<RecordBatch>, rules: &Rules) -> Vec<DayFacts> {
    let mut latest: HashMap<String, (i64, DayFacts)> = HashMap::new();
    for batch in &batches {
        let date = |column: usize, at: usize| {
            let column = batch.column(column).as_primitive::<Date32Type>();
            (!column.is_null(at)).then(|| column.value(at)).and_then(date_from_days)
        };
        let instant = |column: usize, at: usize| {
            let column = batch.column(column).as_primitive::<TimestampMicrosecondType>();
            (!column.is_null(at)).then(|| column.value(at)).and_then(|micros| Timestamp::from_microsecond(micros).ok())
        };
        for at in 0..batch.num_rows() {
            let run = batch.column(1).as_primitive::<Int64Type>().value(at);
            let village = batch.column(2).as_string::<i32>();
            let received = instant(3, at).or(instant(5, at)).map(|at| rules.zone.to_datetime(at).date());
            let facts = DayFacts {
                village_code: (!village.is_null(at)).then(|| village.value(at).to_owned()),
                received_on: received,
                started_on: date(4, at),
                closed_on: date(6, at),
                due_on: date(7, at),
                closed_in_time: matches!((instant(8, at), instant(9, at)), (Some(closed), Some(due)) if closed <= due),
                is_decided: batch.column(10).as_boolean().value(at),
            };
            let case = batch.column(0).as_string::<i32>().value(at);
            match latest.get(case) {
                Some((known, _)) if *known >= run => {}
                _ => {
                    latest.insert(case.to_owned(), (run, facts));
                }
            }
        }
    }
    latest.into_values().map(|(_, facts)| facts).collect()
}
