//! What is known of some cases: their registration and their events.

use std::collections::{HashMap, HashSet};

use arrow::array::RecordBatch;
use datasets::contract::{WORKFLOW_CASE, WORKFLOW_EVENT};
use datasets::lake::LakeSnapshot;
use jiff::Timestamp;
use sla::{Event, EventKind, Limit, StopTerms, Unit};

use crate::AnalyticsError;
use crate::cells::{Flag, Instant, Int, Text, columns};

/// One case.
#[derive(Debug, Clone)]
pub(crate) struct CaseFacts {
    pub(crate) case_no: String,
    pub(crate) source_system: String,
    pub(crate) registration: Option<Registration>,
    /// Every known version of the registration, for its limits and its certificate.
    versions: Vec<Registration>,
    pub(crate) events: Vec<KnownEvent>,
    pub(crate) landing: Landing,
    /// Since when it is known that the source has taken the registration back. It is the one before.
    deleted_since: Option<Timestamp>,
}

impl CaseFacts {
    /// Since when the case is taken back: its registration is, or it has none and no event is left.
    pub(crate) fn gone_since(&self) -> Option<Timestamp> {
        let has_one = self.registration.is_some() || self.standing().next().is_some();
        let last = || self.events.iter().filter_map(|known| known.deleted_since).max();
        self.deleted_since.or_else(|| if has_one { None } else { last() })
    }

    /// The events in all versions, with `by` those known by then.
    pub(crate) fn known_by(&self, by: Option<Timestamp>) -> Vec<Event> {
        let events = self.events.iter().map(|known| &known.event);
        events.filter(|event| by.is_none_or(|by| event.known_at <= by)).cloned().collect()
    }

    /// The events that count.
    pub(crate) fn standing(&self) -> impl Iterator<Item = &KnownEvent> {
        self.events.iter().filter(|known| known.is_latest && known.deleted_since.is_none())
    }
}

/// How the first row of a case landed, in whatever version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Landing {
    /// What rules were put by then it is judged by from its beginning.
    pub(crate) at: Timestamp,
    /// It was known by that, rather than long before: the source reports what happens as it happens.
    pub(crate) is_live: bool,
}

/// What is registered once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Registration {
    pub(crate) data_version: i64,
    pub(crate) item_id: Option<String>,
    /// The item of the first version that has one: as a limit, a later one does not touch the clock.
    pub(crate) judged_item: Option<String>,
    pub(crate) item_name: Option<String>,
    pub(crate) case_kind: Option<String>,
    pub(crate) village_code: Option<String>,
    pub(crate) org_code: Option<String>,
    pub(crate) apply_channel: Option<String>,
    pub(crate) statutory: Option<Limit>,
    pub(crate) promised: Option<Limit>,
    pub(crate) due_binding: bool,
    /// A known version of the registration names a certificate.
    pub(crate) has_certificate: bool,
    /// Entered afterwards with approval (`entry_mode` BACKFILL).
    pub(crate) is_backfill: bool,
    pub(crate) known_at: Option<Timestamp>,
    recorded_at: Option<Timestamp>,
    is_deleted: bool,
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
    /// No newer version of it is known; the clock needs the older ones to tell the past by.
    pub(crate) is_latest: bool,
    /// Of the latest version: since when it is known that the source has taken the event back.
    pub(crate) deleted_since: Option<Timestamp>,
}

columns! {
    /// `workflow_case`, as far as it is judged by.
    CaseColumns {
        case_no: Text,
        data_version: Int,
        source_system: Text,
        item_id: Text,
        item_name: Text,
        case_kind: Text,
        village_code: Text,
        org_code: Text,
        apply_channel: Text,
        statutory_limit: Int,
        statutory_unit: Text,
        promised_limit: Int,
        promised_unit: Text,
        due_binding: Flag,
        result_cert_no: Text,
        entry_mode: Text,
        is_deleted: Flag,
        known_at: Instant,
        recorded_at: Instant,
        ingested_at: Instant,
    }
}

columns! {
    /// `workflow_event`, as far as it is judged by.
    EventColumns {
        event_id: Text,
        case_no: Text,
        source_system: Text,
        seq: Int,
        event_type: Text,
        step_seq: Int,
        step_name: Text,
        step_limit: Int,
        actor_role: Text,
        org_code: Text,
        close_result: Text,
        occurred_at: Instant,
        recorded_at: Instant,
        due_at: Instant,
        stop_id: Text,
        stop_kind: Text,
        basis: Text,
        approved_length: Int,
        approved_unit: Text,
        approved_at: Instant,
        applicant_notified_at: Instant,
        extension_wd: Int,
        to_org: Text,
        is_deleted: Flag,
        unfolded: Flag,
        known_at: Instant,
        ingested_at: Instant,
    }
}

/// Reads the facts of `cases`, by case number; with `known_by`, only what was known by then.
pub(crate) async fn load(
    snapshot: &LakeSnapshot,
    cases: &HashSet<String>,
    known_by: Option<Timestamp>,
) -> Result<Vec<CaseFacts>, AnalyticsError> {
    let mut facts: HashMap<String, CaseFacts> = HashMap::with_capacity(cases.len());
    let mut landed = Landed::default();
    for batch in snapshot.table(&WORKFLOW_EVENT).read_where("case_no", cases, EventColumns::FIELDS).await? {
        take_events(&batch, known_by, &mut facts, &mut landed);
    }
    for batch in snapshot.table(&WORKFLOW_CASE).read_where("case_no", cases, CaseColumns::FIELDS).await? {
        take_registrations(&batch, known_by, &mut facts, &mut landed);
    }
    let mut facts: Vec<CaseFacts> = facts.into_values().collect();
    for case in &mut facts {
        keep_latest(case);
        if let Some(landing) = landed.0.get(&case.case_no) {
            case.landing = *landing;
        }
    }
    facts.sort_by(|left, right| left.case_no.cmp(&right.case_no));
    Ok(facts)
}

/// How the first row of each case landed, also of rows that were not known yet.
#[derive(Default)]
struct Landed(HashMap<String, Landing>);

impl Landed {
    fn take(&mut self, cases: Text<'_>, landed_at: Instant<'_>, known_at: Instant<'_>, rows: usize) {
        for at in 0..rows {
            let (Some(case_no), Some(landed_at)) = (cases.get(at), landed_at.get(at)) else { continue };
            let new = Landing { at: landed_at, is_live: known_at.get(at).is_none_or(|known| known >= landed_at) };
            match self.0.get_mut(case_no) {
                Some(first) if first.at < new.at => {}
                Some(first) if first.at == new.at => first.is_live &= new.is_live,
                Some(first) => *first = new,
                None => {
                    self.0.insert(case_no.to_owned(), new);
                }
            }
        }
    }
}

fn entry<'f>(facts: &'f mut HashMap<String, CaseFacts>, case_no: &str, source: &str) -> &'f mut CaseFacts {
    facts.entry(case_no.to_owned()).or_insert_with(|| CaseFacts {
        case_no: case_no.to_owned(),
        source_system: source.to_owned(),
        registration: None,
        versions: Vec::new(),
        events: Vec::new(),
        landing: Landing { at: Timestamp::MIN, is_live: false },
        deleted_since: None,
    })
}

fn take_events(
    batch: &RecordBatch,
    known_by: Option<Timestamp>,
    facts: &mut HashMap<String, CaseFacts>,
    landed: &mut Landed,
) {
    let rows = EventColumns::of(batch);
    landed.take(rows.case_no, rows.ingested_at, rows.known_at, batch.num_rows());
    for at in 0..batch.num_rows() {
        if rows.known_at.get(at).is_none_or(|known| known_by.is_some_and(|by| known > by)) {
            continue;
        }
        let (Some(event), Some(case_no)) = (rows.event(at), rows.case_no.get(at)) else { continue };
        let ingested_at = rows.ingested_at.get(at).unwrap_or(event.known_at);
        let unfolded = rows.unfolded.get(at);
        let case = entry(facts, case_no, rows.source_system.get(at).unwrap_or_default());
        case.events.push(KnownEvent { event, ingested_at, unfolded, is_latest: true, deleted_since: None });
    }
}

impl EventColumns<'_> {
    /// None for an event type that this program does not know: the landing lets no other in, so it
    /// would be of a newer program.
    fn event(&self, at: usize) -> Option<Event> {
        let kind: EventKind = self.event_type.parsed(at)?;
        let known_at = self.known_at.get(at)?;
        let of_kind = |wanted: EventKind| kind == wanted;
        Some(Event {
            event_id: self.event_id.owned(at)?,
            seq: self.seq.get(at),
            kind,
            occurred_at: self.occurred_at.get(at).unwrap_or(known_at),
            recorded_at: self.recorded_at.get(at),
            known_at,
            due_at: self.due_at.get(at),
            step_seq: self.step_seq.get(at),
            step_name: self.step_name.owned(at),
            step_limit: self.step_limit.count(at),
            actor_role: self.actor_role.owned(at),
            org_code: self.org_code.owned(at),
            close_result: self.close_result.parsed(at),
            stop: (of_kind(EventKind::Stop) || of_kind(EventKind::Resume)).then(|| Box::new(self.stop(at))),
            extension_days: self.extension_wd.count(at).filter(|_| of_kind(EventKind::Extend)),
            approved_at: self.approved_at.get(at).filter(|_| of_kind(EventKind::Extend)),
            to_org: self.to_org.owned(at).filter(|_| of_kind(EventKind::Transfer)),
            is_deleted: self.is_deleted.get(at),
        })
    }

    fn stop(&self, at: usize) -> StopTerms {
        // Without a unit nobody knows what was approved: working days are longer than natural ones.
        let unit: Option<Unit> = self.approved_unit.parsed(at);
        StopTerms {
            stop_id: self.stop_id.owned(at),
            kind: self.stop_kind.parsed(at),
            basis: self.basis.owned(at),
            approved: self.approved_length.count(at).zip(unit).map(|(n, unit)| Limit { n, unit }),
            approved_at: self.approved_at.get(at),
            notified_at: self.applicant_notified_at.get(at),
        }
    }
}

fn take_registrations(
    batch: &RecordBatch,
    known_by: Option<Timestamp>,
    facts: &mut HashMap<String, CaseFacts>,
    landed: &mut Landed,
) {
    let rows = CaseColumns::of(batch);
    landed.take(rows.case_no, rows.ingested_at, rows.known_at, batch.num_rows());
    for at in 0..batch.num_rows() {
        let Some(case_no) = rows.case_no.get(at) else { continue };
        let known_at = rows.known_at.get(at);
        let known = known_by.is_none_or(|by| known_at.is_some_and(|known| known <= by));
        // A case whose events are known by then keeps its first registration even if that came
        // later: without it the events could not be judged at all.
        if !known && !facts.contains_key(case_no) {
            continue;
        }
        let limit = |n: Int<'_>, unit: Text<'_>| -> Option<Limit> {
            Some(Limit { n: n.count(at)?, unit: unit.parsed(at).unwrap_or(Unit::Wd) })
        };
        let new = Registration {
            data_version: rows.data_version.get(at).unwrap_or(1),
            item_id: rows.item_id.owned(at),
            judged_item: None,
            item_name: rows.item_name.owned(at),
            case_kind: rows.case_kind.owned(at),
            village_code: rows.village_code.owned(at),
            org_code: rows.org_code.owned(at),
            apply_channel: rows.apply_channel.owned(at),
            statutory: limit(rows.statutory_limit, rows.statutory_unit),
            promised: limit(rows.promised_limit, rows.promised_unit),
            due_binding: rows.due_binding.get(at),
            has_certificate: known && rows.result_cert_no.get(at).is_some(),
            is_backfill: rows.entry_mode.get(at) == Some("BACKFILL"),
            known_at,
            recorded_at: rows.recorded_at.get(at),
            is_deleted: known && rows.is_deleted.get(at),
        };
        let case = entry(facts, case_no, rows.source_system.get(at).unwrap_or_default());
        case.versions.push(new.clone());
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
/// later versions do not touch the clock (domain §4, inputs); that is what an extension is for. A
/// certificate that any version names has been given.
fn keep_latest(case: &mut CaseFacts) {
    keep_deleted(case);
    let versions = case.versions.iter().filter(|version| version.promised.or(version.statutory).is_some());
    let first = versions.min_by_key(|version| version.version()).cloned();
    if let Some(registration) = &mut case.registration {
        registration.has_certificate = case.versions.iter().any(|version| version.has_certificate);
    }
    let named = case.versions.iter().filter(|version| version.item_id.is_some());
    let judged_item = named.min_by_key(|version| version.version()).and_then(|version| version.item_id.clone());
    if let Some(registration) = &mut case.registration {
        registration.judged_item = judged_item;
    }
    if let (Some(registration), Some(first)) = (&mut case.registration, first) {
        registration.promised = first.promised;
        registration.statutory = first.statutory;
        registration.due_binding = first.due_binding;
    }
    let version = |known: &KnownEvent| {
        let event = &known.event;
        (event.recorded_at.unwrap_or(event.known_at), event.known_at, known.ingested_at)
    };
    case.events.sort_by(|left, right| left.event.event_id.cmp(&right.event.event_id));
    for versions in case.events.chunk_by_mut(|left, right| left.event.event_id == right.event.event_id) {
        enter_deletions(versions);
        versions.sort_by_key(|known| std::cmp::Reverse(version(known)));
        let gone = versions.iter().take_while(|known| known.event.is_deleted).map(|known| known.event.known_at).min();
        if let Some((latest, older)) = versions.split_first_mut() {
            latest.deleted_since = gone;
            older.iter_mut().for_each(|known| known.is_latest = false);
        }
    }
}

/// A version that takes an event back, or brings it back again, and repeats the entry of a version before
/// it, or names none, was entered when it became known (domain §4 point 14: its extract): it would else
/// seem to have been entered with the event itself, in time for whatever it undoes.
fn enter_deletions(versions: &mut [KnownEvent]) {
    versions.sort_by_key(|known| (known.event.known_at, known.ingested_at));
    for at in 1..versions.len() {
        let (before, rest) = versions.split_at_mut(at);
        let event = &mut rest[0].event;
        let turns = event.is_deleted || before.iter().any(|known| known.event.is_deleted);
        let is_repeated = before.iter().any(|known| known.event.recorded_at >= event.recorded_at);
        if turns && is_repeated {
            event.recorded_at = Some(event.known_at);
        }
    }
}

/// Of a registration that is taken back: since when, and the version before, by which the case was
/// judged until then.
fn keep_deleted(case: &mut CaseFacts) {
    let Some(gone) = case.registration.as_ref().filter(|registration| registration.is_deleted) else { return };
    let known = case.versions.iter().filter(|version| version.version() <= gone.version());
    let before = known.clone().filter(|version| !version.is_deleted).max_by_key(|version| version.version());
    let gone =
        known.filter(|version| version.is_deleted && before.is_none_or(|held| held.version() < version.version()));
    case.deleted_since = gone.filter_map(|version| version.known_at).min();
    if let Some(before) = before.cloned() {
        case.registration = Some(before);
    }
}
