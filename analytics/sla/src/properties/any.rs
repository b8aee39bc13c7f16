//! Cases at random, plausible and not, mostly of 2016 to 2018.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::taken_back::any_taken_back;
use crate::EventKind::{
    Accept, Apply, Close, CorrectionComplete, CorrectionNotice, Decide, Deliver, Extend, Receive, Reopen, Resume,
    ReturnStep, StepEnd, StepStart, Stop, Transfer,
};
use crate::testing::{at, event};
use crate::{CaseInput, CloseResult, Event, EventKind, ItemRules, Limit, StepRule, StopKind, StopTerms, Unit};

/// An order in which a case may go; any of it may be missing.
const COURSE: [EventKind; 20] = [
    Apply,
    Receive,
    CorrectionNotice,
    CorrectionComplete,
    Accept,
    StepStart,
    Stop,
    Extend,
    ReturnStep,
    Resume,
    StepStart,
    Stop,
    Transfer,
    StepEnd,
    Resume,
    Decide,
    Close,
    Deliver,
    Reopen,
    Close,
];

pub(super) fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}

/// A case with all that the clock is told of it.
#[derive(Debug, Clone)]
pub(super) struct AnyCase {
    pub(super) events: Vec<Event>,
    promised: Option<Limit>,
    statutory: Option<Limit>,
    item: ItemRules,
    due_binding: bool,
    is_escalated: bool,
    has_certificate: bool,
    is_backfill: bool,
}

impl AnyCase {
    /// The case with these events in the place of its own.
    pub(super) fn with<'a>(&'a self, events: &'a [Event]) -> CaseInput<'a> {
        CaseInput {
            events,
            promised: self.promised,
            statutory: self.statutory,
            item: &self.item,
            due_binding: self.due_binding,
            is_escalated: self.is_escalated,
            has_certificate: self.has_certificate,
            is_backfill: self.is_backfill,
            changes: &[],
        }
    }
}

/// What a source may say of an event, whatever its kind.
#[derive(Debug, Clone)]
struct Sketch {
    /// Since the event before, or since the first.
    gap_h: i64,
    micros: i64,
    /// Entered so much later (or, wrongly, earlier), and landed so much later than that.
    entered_h: Option<i64>,
    landed_h: i64,
    seq: Option<i64>,
    step: Option<i64>,
    days: u32,
    due_h: Option<i64>,
    terms: Option<Terms>,
    org: Option<&'static str>,
    result: Option<CloseResult>,
}

#[derive(Debug, Clone)]
struct Terms {
    id: Option<&'static str>,
    kind: Option<StopKind>,
    has_basis: bool,
    approved: Option<Limit>,
    told_h: Option<i64>,
}

impl Sketch {
    fn event(&self, kind: EventKind, hour: Timestamp) -> Event {
        let occurred_at = hour + SignedDuration::from_micros(self.micros);
        let recorded_at = self.entered_h.map(|entered| occurred_at + hours(entered));
        let is_step = matches!(kind, StepStart | StepEnd | ReturnStep);
        let is_stop = matches!(kind, Stop | Resume);
        Event {
            kind,
            seq: self.seq,
            occurred_at,
            recorded_at,
            known_at: recorded_at.unwrap_or(occurred_at) + hours(self.landed_h),
            due_at: self.due_h.map(|due| occurred_at + hours(due)),
            step_seq: self.step.filter(|_| is_step),
            step_name: is_step.then(|| "审核".to_owned()),
            step_limit: (kind == StepStart && self.days.is_multiple_of(2)).then_some(self.days),
            org_code: self.org.map(str::to_owned),
            close_result: self.result,
            stop: self.terms.as_ref().filter(|_| is_stop).map(|terms| Box::new(terms.at(occurred_at))),
            extension_days: (kind == Extend && self.days > 0).then_some(self.days),
            to_org: self.org.filter(|_| kind == Transfer).map(str::to_owned),
            ..event(kind, "2018-01-01T00:00")
        }
    }
}

impl Terms {
    fn at(&self, begun_at: Timestamp) -> StopTerms {
        let told_at = self.told_h.map(|told| begun_at + hours(told));
        StopTerms {
            stop_id: self.id.map(str::to_owned),
            kind: self.kind,
            basis: self.has_basis.then(|| "art 45".to_owned()),
            approved: self.approved,
            approved_at: told_at,
            notified_at: told_at,
        }
    }
}

pub(super) fn any_limit() -> impl Strategy<Value = Limit> {
    let workdays = (0..=20_u32).prop_map(|n| Limit { n, unit: Unit::Wd });
    let other = (0..=40_u32, prop::sample::select(Unit::ALL));
    let other = other.prop_map(|(n, unit)| Limit { n: if unit == Unit::Month { n % 4 } else { n }, unit });
    prop_oneof![2 => workdays, 1 => other]
}

/// Hours until the entry: none told, in time, or late.
fn any_entry() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![4 => Just(None::<i64>), 1 => (0..=24_i64).prop_map(Some), 1 => (25..300_i64).prop_map(Some)]
}

prop_compose! {
    fn any_terms()(
        id in prop::option::of(prop::sample::select(vec!["s1", "s2"])),
        kind in prop::option::weighted(0.9, prop::sample::select(StopKind::ALL)),
        has_basis in prop::bool::weighted(0.9),
        approved in prop::option::weighted(0.9, any_limit()),
        told_h in prop::option::weighted(0.9, -10..60_i64),
    ) -> Terms {
        Terms { id, kind, has_basis, approved, told_h }
    }
}

prop_compose! {
    fn any_sketch()(
        gap_h in 0..60_i64,
        micros in prop_oneof![6 => Just(0_i64), 1 => Just(1), 1 => Just(-1), 1 => 0..3_600_000_000_i64],
        entered_h in prop_oneof![5 => any_entry(), 1 => (-48..0_i64).prop_map(Some)],
        landed_h in prop_oneof![4 => Just(0_i64), 1 => 0..100_i64],
        seq in prop::option::weighted(0.2, 0..3_i64),
        step in prop::option::weighted(0.9, 1..=2_i64),
        days in 0..=12_u32,
        due_h in prop::option::weighted(0.1, -50..600_i64),
        terms in prop::option::weighted(0.9, any_terms()),
        org in prop::option::weighted(0.5, prop::sample::select(vec!["VILLAGE", "TOWN", "COUNTY"])),
        result in prop::option::of(prop::sample::select(CloseResult::ALL)),
    ) -> Sketch {
        Sketch { gap_h, micros, entered_h, landed_h, seq, step, days, due_h, terms, org, result }
    }
}

/// The first hour of a case.
fn any_base() -> impl Strategy<Value = Timestamp> {
    (0..19_000_i64).prop_map(|hour| at("2016-10-10T00:00") + hours(hour))
}

/// Events in an order that makes sense, some left out.
fn plausible() -> impl Strategy<Value = Vec<Event>> {
    let kept = prop::collection::vec(prop::bool::weighted(0.7), COURSE.len());
    (any_base(), prop::collection::vec(any_sketch(), COURSE.len()), kept).prop_map(|(base, sketches, kept)| {
        let mut hour = base;
        let mut events = Vec::new();
        for ((kind, sketch), kept) in COURSE.iter().zip(&sketches).zip(kept) {
            hour += hours(sketch.gap_h);
            if kept || *kind == Accept {
                events.push(sketch.event(*kind, hour));
            }
        }
        events
    })
}

/// What a case goes through that nothing stops, extends or reopens, with the steps.
const PLAIN: [(EventKind, Option<i64>); 12] = [
    (Apply, None),
    (Receive, None),
    (Accept, None),
    (StepStart, Some(1)),
    (StepEnd, Some(1)),
    (Transfer, None),
    (StepStart, Some(2)),
    (StepEnd, Some(2)),
    (Decide, None),
    (Close, None),
    (Deliver, None),
    (Deliver, None),
];

/// Such a case, mostly entered in order, now and then with something out of the ordinary.
fn plainly() -> impl Strategy<Value = Vec<Event>> {
    let sketches = prop::collection::vec(any_sketch(), PLAIN.len());
    let kept = prop::collection::vec(prop::bool::weighted(0.93), PLAIN.len());
    let kinds = prop::sample::select(vec![Stop, Resume, Extend, CorrectionNotice, CorrectionComplete, Reopen, Receive]);
    let strange = prop::collection::vec((kinds, 0..400_i64, any_sketch()), 0..3);
    (any_base(), sketches, kept, strange).prop_map(|(base, sketches, kept, strange)| {
        let mut hour = base;
        let mut events = Vec::new();
        for (((kind, step), sketch), kept) in PLAIN.iter().zip(&sketches).zip(kept) {
            hour += hours(sketch.gap_h);
            if kept || *kind == Accept {
                let landed_h = sketch.landed_h.min(12);
                let sketch = Sketch { due_h: None, step: *step, landed_h, ..sketch.clone() };
                events.push(sketch.event(*kind, hour));
            }
        }
        for (kind, hour, sketch) in strange {
            events.push(Sketch { due_h: None, ..sketch }.event(kind, base + hours(hour)));
        }
        events
    })
}

/// Events of any kind in any order, within so many hours of the base.
fn implausible(base: impl Strategy<Value = Timestamp>, span_h: i64) -> impl Strategy<Value = Vec<Event>> {
    let one = (prop::sample::select(EventKind::ALL), 0..span_h, any_sketch());
    (base, prop::collection::vec(one, 1..12)).prop_map(|(base, sketches)| {
        let events = sketches.iter().map(|(kind, hour, sketch)| sketch.event(*kind, base + hours(*hour)));
        events.collect::<Vec<Event>>()
    })
}

/// A plausible case with what does not belong there.
fn disturbed() -> impl Strategy<Value = Vec<Event>> {
    let strange = prop::collection::vec((prop::sample::select(EventKind::ALL), 0..600_i64, any_sketch()), 1..4);
    (plausible(), strange).prop_map(|(mut events, strange)| {
        let base = events[0].occurred_at;
        events.extend(strange.iter().map(|(kind, hour, sketch)| sketch.event(*kind, base + hours(*hour))));
        events
    })
}

prop_compose! {
    fn case_of(events: BoxedStrategy<Vec<Event>>)(
        told in events,
        taken_back in prop::option::weighted(0.15, any_taken_back()),
        promised in prop::option::weighted(0.9, any_limit()),
        statutory in prop::option::of(any_limit()),
        allowed_stop_kinds in prop::sample::subsequence(StopKind::ALL, 0..=StopKind::ALL.len()),
        village in prop::option::weighted(0.3, any_limit()),
        step_limit in prop::option::of(any_limit()),
        due_binding in prop::bool::weighted(0.1),
        is_escalated in prop::bool::ANY,
        has_certificate in prop::bool::ANY,
        is_backfill in prop::bool::weighted(0.1),
    ) -> AnyCase {
        let mut events = told;
        for (place, event) in events.iter_mut().enumerate() {
            event.event_id = format!("e{place:02}");
        }
        let versions = taken_back.map_or_else(Vec::new, |taken| taken.versions(&events));
        events.extend(versions);
        let steps = step_limit.map(|limit| StepRule { seq: 1, name: "审核".to_owned(), limit }).into_iter().collect();
        let item = ItemRules { allowed_stop_kinds, village, steps, ..ItemRules::default() };
        AnyCase { events, promised, statutory, item, due_binding, is_escalated, has_certificate, is_backfill }
    }
}

pub(super) fn any_case() -> impl Strategy<Value = AnyCase> {
    case_of(prop_oneof![plausible(), disturbed(), implausible(any_base(), 1_000)].boxed())
}

/// A case that runs plainly, for a while at least.
pub(super) fn plain_case() -> impl Strategy<Value = AnyCase> {
    case_of(plainly().boxed())
}

/// Events of any kind, spread over 1990 to 2100.
pub(super) fn far_case() -> impl Strategy<Value = AnyCase> {
    case_of(implausible(Just(at("1990-01-01T00:00")), 964_000).boxed())
}

/// A suspension with its own id, entered when it began or later, and perhaps resumed.
#[derive(Debug, Clone)]
pub(super) struct AnyStop {
    begin_h: i64,
    length_h: Option<i64>,
    entered_h: Option<i64>,
    terms: Terms,
}

impl AnyStop {
    /// Its STOP, and its RESUME if it has one; hours are counted from `base`.
    pub(super) fn events(&self, id: &str, base: Timestamp) -> Vec<Event> {
        let begun_at = base + hours(self.begin_h);
        let mut terms = self.terms.at(begun_at);
        terms.stop_id = Some(id.to_owned());
        let mut stop = event(Stop, "2018-01-01T00:00");
        (stop.event_id, stop.occurred_at, stop.known_at) = (format!("STOP {id}"), begun_at, begun_at);
        if let Some(entered) = self.entered_h {
            stop.recorded_at = Some(begun_at + hours(entered));
            stop.known_at = begun_at + hours(entered);
        }
        stop.stop = Some(Box::new(terms.clone()));
        let resume = self.length_h.map(|length| {
            let mut resume = event(Resume, "2018-01-01T00:00");
            let ended_at = begun_at + hours(length);
            (resume.event_id, resume.occurred_at, resume.known_at) = (format!("RESUME {id}"), ended_at, ended_at);
            resume.stop = Some(Box::new(terms));
            resume
        });
        std::iter::once(stop).chain(resume).collect()
    }
}

prop_compose! {
    pub(super) fn any_stop()(
        begin_h in -20..500_i64,
        length_h in prop::option::of(0..300_i64),
        entered_h in any_entry(),
        terms in any_terms(),
    ) -> AnyStop {
        AnyStop { begin_h, length_h, entered_h, terms }
    }
}

/// A case accepted at the base, with stops and at most one extension; never closed.
#[derive(Debug, Clone)]
pub(super) struct Suspended {
    pub(super) base: Timestamp,
    pub(super) case: AnyCase,
}

prop_compose! {
    /// Both limits are in one unit: which of them decides does not turn on the stops then. All but
    /// the stops is known when it happens.
    pub(super) fn suspended_case()(
        base in any_base(),
        received_h in prop::option::of(0..40_i64),
        stops in prop::collection::vec(any_stop(), 0..4),
        extension in prop::option::weighted(0.4, (0..500_i64, 1..=10_u32)),
        limit in any_limit(),
        longer in prop::option::of(0..=5_u32),
    ) -> Suspended {
        let told = |kind: EventKind, when: Timestamp| {
            Event { occurred_at: when, known_at: when, event_id: format!("{kind}"), ..event(kind, "2018-01-01T00:00") }
        };
        let mut events = vec![told(Accept, base)];
        events.extend(received_h.map(|before| told(Receive, base - hours(before))));
        // An extension counts an instant item anew, from its start on.
        events.extend(extension.filter(|_| limit.n > 0).map(|(after, days)| {
            Event { extension_days: Some(days), ..told(Extend, base + hours(after)) }
        }));
        for (place, stop) in stops.iter().enumerate() {
            events.extend(stop.events(&format!("s{place}"), base));
        }
        let case = AnyCase {
            events,
            promised: Some(limit),
            statutory: longer.map(|longer| Limit { n: limit.n + longer, ..limit }),
            item: ItemRules { allowed_stop_kinds: vec![StopKind::PublicNotice], ..ItemRules::default() },
            due_binding: false,
            is_escalated: false,
            has_certificate: false,
            is_backfill: false,
        };
        Suspended { base, case }
    }
}
