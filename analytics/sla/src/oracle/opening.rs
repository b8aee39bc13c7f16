//! Receipt and acceptance (domain §4 points 1, 15; docs/CLOCK.md "Start").

use super::World;
use super::story::{Deem, Start, effect, is_late};
use super::time::{Day, Us, day_of, midnight, us};
use super::walk::{Walk, first_reaching};
use crate::{CloseResult, Event, EventKind};

/// Roles of whoever took the application in the village (docs/CLOCK.md "Clocks").
const AGENTS: [&str; 4] = ["agent", "village_agent", "代办员", "村级代办员"];

fn first(events: &[&Event], kind: EventKind) -> Option<Us> {
    events.iter().find(|event| event.kind == kind).map(|event| us(event.occurred_at))
}

/// When an event averts a deemed acceptance, if it can: an acceptance entered late, only then.
fn averts_at(world: &World<'_>, event: &Event) -> Option<Us> {
    match (event.kind, event.recorded_at) {
        (EventKind::Accept, Some(recorded)) if is_late(world, event) => Some(us(recorded)),
        (EventKind::Close, _)
            if matches!(event.close_result, None | Some(CloseResult::Granted | CloseResult::Refused)) =>
        {
            None
        }
        (
            EventKind::Accept
            | EventKind::CorrectionNotice
            | EventKind::NotAccept
            | EventKind::Close
            | EventKind::Withdraw
            | EventKind::Void,
            _,
        ) => Some(effect(world, event)),
        _ => None,
    }
}

pub fn deem(world: &World<'_>, events: &[&Event]) -> Option<Deem> {
    let received = day_of(first(events, EventKind::Receive)?);
    let walk = Walk { calendar: world.calendar, deductions: &[] };
    let days: Vec<Day> = (1..=world.policy.accept_within_wd).map(|n| walk.workdays_after(received, n)).collect();
    let last_day = *days.last()?;
    let midnight = midnight(last_day + 1);
    let total = 60 * i64::try_from(walk.office_of(&days).count()).unwrap();
    let is_averted = events.iter().filter_map(|event| averts_at(world, event)).any(|averted| averted < midnight);
    let yellow = first_reaching(walk.office_of(&days), total, (4, 5));
    let ends = |event: &&&Event| matches!(event.kind, EventKind::Close | EventKind::Withdraw | EventKind::Void);
    let is_over = events.iter().filter(ends).any(|event| effect(world, event) < midnight);
    Some(Deem { last_day, midnight, yellow, is_deemed: !is_averted, is_over })
}

pub fn deemed_start(world: &World<'_>, events: &[&Event]) -> Option<Start> {
    let deem = deem(world, events).filter(|deem| deem.is_deemed)?;
    Some(Start { kind: "DEEMED", at: first(events, EventKind::Receive)?, from: deem.midnight })
}

pub fn explicit_due(events: &[&Event]) -> Option<Us> {
    let tells = |event: &&&Event| matches!(event.kind, EventKind::Apply | EventKind::Receive | EventKind::Accept);
    events.iter().filter(tells).find_map(|event| event.due_at).map(us)
}

/// First handling by the village agent: the receipt, else the application.
pub fn village(events: &[&Event]) -> Option<Us> {
    let by_agent = |event: &&Event| event.actor_role.as_deref().is_none_or(|role| AGENTS.contains(&role));
    let handled: Vec<&Event> = events.iter().copied().filter(by_agent).collect();
    first(&handled, EventKind::Receive).or(first(&handled, EventKind::Apply))
}

/// What the rules leave open about the start.
pub fn doubt(world: &World<'_>, events: &[&Event]) -> Option<&'static str> {
    let has_late_notice = events.iter().any(|event| event.kind == EventKind::CorrectionNotice && is_late(world, event));
    if has_late_notice && first(events, EventKind::CorrectionComplete).is_some() {
        return Some("correction completed whose notice was entered late");
    }
    let deem = deem(world, events)?;
    if deem.is_deemed && !world.calendar.knows(deem.last_day) {
        return Some("deemed accepted in a year whose calendar is not known");
    }
    let comes_late = |event: &&Event| {
        event.kind == EventKind::Accept && averts_at(world, event) >= Some(deem.midnight) && is_late(world, event)
    };
    if !deem.is_deemed && events.iter().any(comes_late) {
        return Some("acceptance entered too late to avert what something else averted");
    }
    None
}
