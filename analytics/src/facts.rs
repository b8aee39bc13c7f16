//! What is known of some cases: their registration and their events.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::{WORKFLOW_CASE, WORKFLOW_EVENT};
use datasets::lake::LakeSnapshot;
use jiff::Timestamp;
use sla::{Event, EventKind, Limit, Unit};

use crate::AnalyticsError;

/// One case.
#[derive(Debug, Clone)]
pub(crate) struct CaseFacts {
    pub(crate) case_no: String,
    pub(crate) source_system: String,
    pub(crate) registration: Option<Registration>,
    /// Every known version of the registration, for its limits.
    limits: Vec<Registration>,
    pub(crate) events: Vec<KnownEvent>,
}

/// What is registered once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Registration {
    pub(crate) data_version: i64,
    pub(crate) item_id: Option<String>,
    pub(crate) item_name: Option<String>,
    pub(crate) case_kind: Option<String>,
    pub(crate) village_code: Option<String>,
    pub(crate) org_code: Option<String>,
    pub(crate) apply_channel: Option<String>,
    pub(crate) statutory: Option<Limit>,
    pub(crate) promised: Option<Limit>,
    pub(crate) due_binding: bool,
    pub(crate) known_at: Option<Timestamp>,
    recorded_at: Option<Timestamp>,
}

impl Registration {
    /// Later versions compare greater.
    fn version(&self) -> (i64, Option<Timestamp>, Option<Timestamp>) {
        (self.data_version, self.recorded_at.or(self.known_at), self.known_at)
    }
}

/// An event, with what only the case page shows.
#[derive(Debug, Clone)]
pub(crate) struct KnownEvent {
    pub(crate) event: Event,
    pub(crate) ingested_at: Timestamp,
    pub(crate) unfolded: bool,
}

const CASE_FIELDS: [&str; 16] = [
    "case_no",
    "data_version",
    "source_system",
    "item_id",
    "item_name",
    "case_kind",
    "village_code",
    "org_code",
    "apply_channel",
    "statutory_limit",
    "statutory_unit",
    "promised_limit",
    "promised_unit",
    "due_binding",
    "known_at",
    "recorded_at",
];
const EVENT_FIELDS: [&str; 14] = [
    "event_id",
    "case_no",
    "source_system",
    "seq",
    "event_type",
    "step_seq",
    "step_name",
    "org_code",
    "close_result",
    "occurred_at",
    "recorded_at",
    "due_at",
    "known_at",
    "ingested_at",
];

/// Reads the facts of `cases`, by case number; with `known_by`, only what was known by then.
pub(crate) async fn load(
    snapshot: &LakeSnapshot,
    cases: &HashSet<String>,
    known_by: Option<Timestamp>,
) -> Result<Vec<CaseFacts>, AnalyticsError> {
    let mut facts: HashMap<String, CaseFacts> = HashMap::with_capacity(cases.len());
    let mut event_fields = EVENT_FIELDS.to_vec();
    event_fields.push("unfolded");
    for batch in snapshot.table(&WORKFLOW_EVENT).read_where("case_no", cases, &event_fields).await? {
        take_events(&batch, known_by, &mut facts);
    }
    for batch in snapshot.table(&WORKFLOW_CASE).read_where("case_no", cases, &CASE_FIELDS).await? {
        take_registrations(&batch, known_by, &mut facts);
    }
    let mut facts: Vec<CaseFacts> = facts.into_values().collect();
    facts.iter_mut().for_each(keep_latest);
    facts.sort_by(|left, right| left.case_no.cmp(&right.case_no));
    Ok(facts)
}

fn entry<'f>(facts: &'f mut HashMap<String, CaseFacts>, case_no: &str, source: &str) -> &'f mut CaseFacts {
    facts.entry(case_no.to_owned()).or_insert_with(|| CaseFacts {
        case_no: case_no.to_owned(),
        source_system: source.to_owned(),
        registration: None,
        limits: Vec::new(),
        events: Vec::new(),
    })
}

fn take_events(batch: &RecordBatch, known_by: Option<Timestamp>, facts: &mut HashMap<String, CaseFacts>) {
    let row = Row { batch };
    for at in 0..batch.num_rows() {
        let Some(known_at) = row.instant(12, at).filter(|known| known_by.is_none_or(|by| *known <= by)) else {
            continue;
        };
        // The landing lets no other type in; an unknown one would be of a newer program.
        let Some(kind) = row.text(4, at).and_then(|kind| EventKind::from_str(kind).ok()) else { continue };
        let (Some(event_id), Some(case_no)) = (row.text(0, at), row.text(1, at)) else { continue };
        let event = Event {
            event_id: event_id.to_owned(),
            seq: row.int(3, at),
            kind,
            occurred_at: row.instant(9, at).unwrap_or(known_at),
            recorded_at: row.instant(10, at),
            known_at,
            due_at: row.instant(11, at),
            step_seq: row.int(5, at),
            step_name: row.owned(6, at),
            org_code: row.owned(7, at),
            close_result: row.text(8, at).and_then(|result| result.parse().ok()),
        };
        let ingested_at = row.instant(13, at).unwrap_or(known_at);
        let unfolded = row.flag(14, at).unwrap_or_default();
        let case = entry(facts, case_no, row.text(2, at).unwrap_or_default());
        case.events.push(KnownEvent { event, ingested_at, unfolded });
    }
}

fn take_registrations(batch: &RecordBatch, known_by: Option<Timestamp>, facts: &mut HashMap<String, CaseFacts>) {
    let row = Row { batch };
    for at in 0..batch.num_rows() {
        let Some(case_no) = row.text(0, at) else { continue };
        let known_at = row.instant(14, at);
        let known = known_by.is_none_or(|by| known_at.is_some_and(|known| known <= by));
        // A case whose events are known by then keeps its first registration even if that came
        // later: without it the events could not be judged at all.
        if !known && !facts.contains_key(case_no) {
            continue;
        }
        let limit = |n: usize, unit: usize| -> Option<Limit> {
            let n = u32::try_from(row.int(n, at)?).ok()?;
            Some(Limit { n, unit: row.text(unit, at).and_then(|unit| unit.parse().ok()).unwrap_or(Unit::Wd) })
        };
        let new = Registration {
            data_version: row.int(1, at).unwrap_or(1),
            item_id: row.owned(3, at),
            item_name: row.owned(4, at),
            case_kind: row.owned(5, at),
            village_code: row.owned(6, at),
            org_code: row.owned(7, at),
            apply_channel: row.owned(8, at),
            statutory: limit(9, 10),
            promised: limit(11, 12),
            due_binding: row.flag(13, at).unwrap_or_default(),
            known_at,
            recorded_at: row.instant(15, at),
        };
        let case = entry(facts, case_no, row.text(2, at).unwrap_or_default());
        case.limits.push(new.clone());
        let newer = case.registration.as_ref().is_none_or(|held| {
            let held_known = known_by.is_none_or(|by| held.known_at.is_some_and(|at| at <= by));
            match (held_known, known) {
                (true, true) => new.version() > held.version(),
                (false, true) => true,
                (true, false) => false,
                (false, false) => new.version() < held.version(),
            }
        });
        if newer {
            case.registration = Some(new);
        }
    }
}

/// Keeps the latest version of each event, and the limits of the first registration that has any:
/// later versions do not touch the clock (domain §4, inputs); that is what an extension is for.
fn keep_latest(case: &mut CaseFacts) {
    let versions = case.limits.iter().filter(|version| version.promised.or(version.statutory).is_some());
    let first = versions.min_by_key(|version| version.version()).cloned();
    if let (Some(registration), Some(first)) = (&mut case.registration, first) {
        registration.promised = first.promised;
        registration.statutory = first.statutory;
        registration.due_binding = first.due_binding;
    }
    let version = |known: &KnownEvent| {
        let event = &known.event;
        (event.recorded_at.unwrap_or(event.known_at), event.known_at, known.ingested_at)
    };
    case.events
        .sort_by(|left, right| left.event.event_id.cmp(&right.event.event_id).then(version(right).cmp(&version(left))));
    case.events.dedup_by(|later, first| later.event.event_id == first.event.event_id);
}

/// Reads cells of a batch by column.
struct Row<'b> {
    batch: &'b RecordBatch,
}

impl<'b> Row<'b> {
    fn text(&self, column: usize, at: usize) -> Option<&'b str> {
        let column = self.batch.column(column).as_string::<i32>();
        (!column.is_null(at)).then(|| column.value(at))
    }

    fn owned(&self, column: usize, at: usize) -> Option<String> {
        self.text(column, at).map(str::to_owned)
    }

    fn int(&self, column: usize, at: usize) -> Option<i64> {
        let column = self.batch.column(column).as_primitive::<Int64Type>();
        (!column.is_null(at)).then(|| column.value(at))
    }

    fn flag(&self, column: usize, at: usize) -> Option<bool> {
        let column = self.batch.column(column).as_boolean();
        (!column.is_null(at)).then(|| column.value(at))
    }

    fn instant(&self, column: usize, at: usize) -> Option<Timestamp> {
        let column = self.batch.column(column).as_primitive::<TimestampMicrosecondType>();
        (!column.is_null(at)).then(|| column.value(at)).and_then(|micros| Timestamp::from_microsecond(micros).ok())
    }
}
