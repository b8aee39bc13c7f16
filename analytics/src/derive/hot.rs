//! The hot part of the derived tables: what was folded since the last compaction. The latest fold
//! of a case counts; the cold part's rows of a case that is hot do not.

use std::collections::HashMap;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::{concat_batches, filter_record_batch};
use arrow::datatypes::Int64Type;
use datasets::contract::{CARD, CASE_STATE, Contract};
use datasets::lake::{LakeSnapshot, LiveFile, TableSnapshot};

use crate::AnalyticsError;

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
