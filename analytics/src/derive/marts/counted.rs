//! What the marts count of a case, as its latest state says: of the states that rest and of those just folded alike,
//! so that what is added is what will be taken away.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::RecordBatch;
use datasets::contract::CASE_STATE;
use datasets::lake::LakeSnapshot;
use jiff::Timestamp;
use jiff::civil::Date;
use sla::{DueBasis, Zone};

use super::cell::Codes;
use crate::AnalyticsError;
use crate::cells::{Day, Flag, Instant, Int, Text, columns};

columns! {
    States {
        case_no: Text,
        fold_version: Int,
        village_code: Text,
        org_code: Text,
        item_id: Text,
        received_at: Instant,
        started_at: Instant,
        started_on: Day,
        start_from: Instant,
        due_basis: Text,
        limit_n: Int,
        extension_days: Int,
        statutory_limit: Int,
        due_on: Day,
        due_at: Instant,
        excluded_days: Int,
        closed_at: Instant,
        closed_on: Day,
        is_decided: Flag,
        used_wd: Int,
        used_days_tenths: Int,
    }
}

/// A case as the marts see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::derive) struct Counted {
    pub(super) village_code: Option<Arc<str>>,
    pub(super) org_code: Option<Arc<str>>,
    pub(super) item_id: Option<Arc<str>>,
    pub(super) received_on: Option<Date>,
    /// Received, else started.
    pub(super) begun_on: Option<Date>,
    pub(super) started_on: Option<Date>,
    pub(super) due_on: Option<Date>,
    pub(super) closed_on: Option<Date>,
    pub(super) is_decided: bool,
    /// It has a clock that has started, and so is in rates.
    pub(super) is_judged: bool,
    /// Closed at or before the due time.
    pub(super) is_in_time: bool,
    /// Closed after the due time.
    pub(super) is_late: bool,
    /// The limit is 0.
    pub(super) is_instant: bool,
    pub(super) is_extended: bool,
    /// A stop has taken a day out.
    pub(super) is_stopped: bool,
    pub(super) statutory_wd: Option<i64>,
    pub(super) used_wd: Option<i64>,
    pub(super) used_tenths: Option<i64>,
}

impl Counted {
    fn of(state: &States<'_>, at: usize, zone: &Zone, codes: &mut Codes) -> Self {
        let local = |instant: Option<Timestamp>| instant.map(|instant| zone.to_datetime(instant).date());
        let (received, started) = (state.received_at.get(at), state.started_at.get(at));
        let (closed, due) = (state.closed_at.get(at), state.due_at.get(at));
        let is_more = |days: Option<i64>| days.is_some_and(|days| days > 0);
        Self {
            village_code: codes.shared(state.village_code.get(at)),
            org_code: codes.shared(state.org_code.get(at)),
            item_id: codes.shared(state.item_id.get(at)),
            received_on: local(received),
            begun_on: local(received.or(started)),
            started_on: state.started_on.get(at),
            due_on: state.due_on.get(at),
            closed_on: state.closed_on.get(at),
            is_decided: state.is_decided.get(at),
            is_judged: state.due_basis.get(at) != Some(DueBasis::NoLimit.as_str())
                && state.start_from.get(at).is_some(),
            is_in_time: matches!((closed, due), (Some(closed), Some(due)) if closed <= due),
            is_late: matches!((closed, due), (Some(closed), Some(due)) if closed > due),
            is_instant: state.limit_n.get(at) == Some(0),
            is_extended: is_more(state.extension_days.get(at)),
            is_stopped: is_more(state.excluded_days.get(at)),
            statutory_wd: state.statutory_limit.get(at),
            used_wd: state.used_wd.get(at),
            used_tenths: state.used_days_tenths.get(at),
        }
    }
}

/// The given cases at present, as their latest states say.
pub(in crate::derive) async fn held(
    snapshot: &LakeSnapshot,
    cases: &HashSet<String>,
    zone: &Zone,
) -> Result<Vec<Counted>, AnalyticsError> {
    Ok(latest(&snapshot.table(&CASE_STATE).read_where("case_no", cases, States::FIELDS).await?, zone))
}

/// The same of every case.
pub(super) async fn all(snapshot: &LakeSnapshot, zone: &Zone) -> Result<Vec<Counted>, AnalyticsError> {
    Ok(latest(&snapshot.table(&CASE_STATE).read(States::FIELDS).await?, zone))
}

/// Each case once, by its latest fold among these rows of `case_state`.
pub(in crate::derive) fn latest(states: &[RecordBatch], zone: &Zone) -> Vec<Counted> {
    let mut codes = Codes::default();
    let mut latest: HashMap<&str, (i64, Counted)> = HashMap::new();
    for batch in states {
        let state = States::of(batch);
        for at in 0..batch.num_rows() {
            let case = state.case_no.get(at).unwrap_or_default();
            let run = state.fold_version.get(at).unwrap_or_default();
            if latest.get(case).is_none_or(|(known, _)| *known < run) {
                latest.insert(case, (run, Counted::of(&state, at, zone, &mut codes)));
            }
        }
    }
    latest.into_values().map(|(_, case)| case).collect()
}
