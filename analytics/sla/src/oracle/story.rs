//! What happened: the events, read once from front to back in the order in which they occurred
//! (docs/CLOCK.md "Order and time", "Start"). Where the rules do not decide, the story says so
//! (`doubt`), and nothing of it is compared.

use super::reader::Reader;
use super::stops::Stop;
use super::time::{Day, MINUTE, Us, us};
use super::{World, opening};
use crate::{CloseResult, Event, EventKind, Limit};

#[derive(Default)]
pub struct Story {
    pub start: Option<Start>,
    pub deem: Option<Deem>,
    /// Told by the source with the application, the receipt or the acceptance.
    pub explicit_due: Option<Us>,
    /// The last end, unless the case was reopened.
    pub closed: Option<(Us, CloseResult)>,
    /// Every end that a REOPEN undid, with the reopening.
    pub reopened: Vec<(Us, Us)>,
    pub stops: Vec<Stop>,
    pub extends: Vec<Extend>,
    pub steps: Vec<Step>,
    pub transferred: Option<Us>,
    /// First handling by the village agent.
    pub village: Option<Us>,
    pub delivered: Option<Us>,
    /// Delivered before the end.
    pub is_delivery_odd: bool,
    pub doubt: Option<&'static str>,
}

#[derive(Clone, Copy)]
pub struct Start {
    /// `ACCEPTED`, `CORRECTED`, `DEEMED`.
    pub kind: &'static str,
    pub at: Us,
    pub from: Us,
}

/// The time to accept, refuse or ask for corrections.
#[derive(Clone, Copy)]
pub struct Deem {
    pub last_day: Day,
    /// 24:00 of the last day.
    pub midnight: Us,
    /// 4/5 of the time.
    pub yellow: Option<Us>,
    pub is_deemed: bool,
    /// The case ended before that midnight: nobody waits for an acceptance any more.
    pub is_over: bool,
}

/// An EXTEND and when it took effect.
pub struct Extend {
    pub at: Us,
    pub days: Option<u32>,
    pub due: Option<Us>,
}

pub struct Step {
    pub key: String,
    pub spans: Vec<(Us, Option<Us>)>,
    /// By the item.
    pub limit: Option<Limit>,
    /// By its own start, before the item's.
    pub told: Option<Limit>,
    pub due: Option<Us>,
    pub doubt: Option<&'static str>,
}

impl Step {
    pub fn close(&mut self, instant: Us) {
        if self.spans.last().is_some_and(|(_, until)| until.is_some_and(|until| until > instant)) {
            self.doubt = Some("a step ended twice, the first time by a late entry");
        }
        for (from, until) in &mut self.spans {
            if until.is_none() {
                *until = Some(instant);
                if instant <= *from {
                    self.doubt = Some("a step opened and closed in one instant");
                }
            }
        }
    }
}

/// What counts of the events: the newest version of each, if that does not take it back.
pub fn standing<'e>(events: &[&'e Event]) -> Vec<&'e Event> {
    let told = |event: &Event| (event.recorded_at.unwrap_or(event.known_at), event.known_at);
    let is_replaced =
        |event: &Event| events.iter().any(|other| other.event_id == event.event_id && told(other) > told(event));
    events.iter().copied().filter(|event| !event.is_deleted && !is_replaced(event)).collect()
}

/// The instant from which on the event counts (domain §4 point 10).
pub fn effect(world: &World<'_>, event: &Event) -> Us {
    let helps = matches!(
        event.kind,
        EventKind::Stop
            | EventKind::Close
            | EventKind::Withdraw
            | EventKind::Void
            | EventKind::NotAccept
            | EventKind::Extend
            | EventKind::CorrectionNotice
            | EventKind::StepEnd
            | EventKind::ReturnStep
            | EventKind::Deliver
    );
    match event.recorded_at {
        Some(recorded) if helps && is_late(world, event) => us(recorded),
        _ => us(event.occurred_at),
    }
}

pub fn is_late(world: &World<'_>, event: &Event) -> bool {
    let allowed = i64::from(world.policy.late_entry_h) * 60 * MINUTE;
    let recorded = event.recorded_at.map(us);
    !world.case.is_backfill && recorded.is_some_and(|recorded| recorded - us(event.occurred_at) > allowed)
}

/// An EXTEND takes effect when it was approved.
pub fn extended_at(world: &World<'_>, event: &Event) -> Us {
    let approved = us(event.approved_at.unwrap_or(event.occurred_at));
    if is_late(world, event) { approved.max(effect(world, event)) } else { approved }
}

pub fn read(world: &World<'_>, events: &[&Event]) -> Story {
    let mut events = events.to_vec();
    events.sort_by_key(|event| (event.occurred_at, event.seq, event.kind.rank(), event.event_id.clone()));
    let story = Story {
        start: opening::deemed_start(world, &events),
        deem: opening::deem(world, &events),
        explicit_due: opening::explicit_due(&events),
        village: opening::village(&events),
        doubt: opening::doubt(world, &events),
        ..Story::default()
    };
    let mut reader = Reader::new(world, story);
    for event in &events {
        reader.read(event);
    }
    reader.story.extends.sort_by_key(|extend| extend.at);
    reader.story
}
