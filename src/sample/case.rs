//! The life of one case: application, receipt, and what follows for an item that the village
//! settles on the spot; [`promised`] has the rest, [`pause`] suspensions, [`end`] what follows a
//! closing. All figures are made up.

mod end;
mod pause;
mod promised;

use std::sync::Arc;

use super::catalog::Item;
use super::days::{DAY, Days, HOUR, OFFICE};
use super::place::{Department, Site};
use super::record::{EventType, Outcome, Role, SampleCase, SampleEvent};
use super::rng::Rng;

/// Who acts.
#[derive(Clone)]
struct Desk {
    org: Arc<str>,
    role: Role,
    actor: u8,
}

struct Life<'a> {
    days: &'a Days,
    site: &'a Site,
    item: &'a Item,
    rng: Rng,
    /// Seconds after which a backfilled case was typed in; 0 for a live one.
    backfill: i64,
    /// When the last event was recorded: the platform takes a case's events in order.
    recorded: i64,
    /// When the number of the certificate was recorded.
    certified: Option<i64>,
    events: Vec<SampleEvent>,
}

/// The case of the person who applies at `applied`.
pub(super) fn live(days: &Days, site: &Site, item: &Item, case_no: String, applied: i64, rng: Rng) -> SampleCase {
    let events = Vec::with_capacity(if item.instant { 5 } else { 13 });
    let mut life = Life { days, site, item, rng, backfill: 0, recorded: 0, certified: None, events };
    if life.rng.per_mille(2) {
        life.backfill = life.rng.between(2 * DAY, 6 * DAY);
    }
    let channel = life.channel(applied);
    let assisted = match channel {
        2 => life.rng.per_mille(100),
        3 => life.rng.per_mille(350),
        _ => life.rng.per_mille(850),
    };
    let person = if life.rng.per_mille(400) { life.rng.below(300) } else { life.rng.below(4_000) };
    let visits_count = life.visits(assisted);
    let received = life.receive(applied, channel, assisted);
    if item.instant {
        life.instant(received)
    } else {
        life.promised(received)
    }

    let org = if item.instant { &site.village_org } else { &life.department().org };
    SampleCase {
        case_no,
        item: Arc::clone(&item.service),
        village_code: Arc::clone(&site.code),
        applicant_id: format!("TEST{}{person:05}", site.code.get(3..).unwrap_or(&site.code)),
        apply_channel: channel,
        agent_id: assisted.then(|| Arc::clone(&site.agent)),
        org_code: Arc::clone(org),
        visits_count,
        entry_mode: if life.backfill > 0 { "BACKFILL" } else { "LIVE" },
        recorded_at: life.events.first().map_or(applied, |event| event.recorded_at),
        certified_at: life.certified,
        events: life.events,
    }
}

impl<'a> Life<'a> {
    fn department(&self) -> &'a Department {
        &self.site.departments[self.item.department]
    }

    /// Phones and computers take over when nobody is at the counter.
    fn channel(&mut self, applied: i64) -> u8 {
        let shares: [i64; 3] = if self.days.attended(applied) { [780, 920, 980] } else { [400, 800, 1_000] };
        let draw = self.rng.below(1_000);
        let index = shares.iter().position(|share| draw < *share);
        index.and_then(|index| [1, 3, 2].get(index).copied()).unwrap_or(9)
    }

    fn visits(&mut self, assisted: bool) -> Option<u32> {
        let more = match self.rng.below(1_000) {
            0..20 => return None,
            20..860 => 0,
            860..980 => 1,
            _ => 2,
        };
        Some((u32::from(!assisted) + more).min(self.item.service.max_visits + 1))
    }

    fn desk(&mut self, level: char) -> Desk {
        let (org, role, people) = match level {
            'T' => (&self.site.township_org, Role::TownshipHandler, 4),
            'C' => (&self.department().org, Role::CountyHandler, 5),
            _ => (&self.site.village_org, Role::VillageAgent, 1),
        };
        Desk { org: Arc::clone(org), role, actor: self.rng.between(1, people) as u8 }
    }

    /// Takes an event down, no earlier than the last one; the caller adds what else it says.
    fn push(&mut self, event_type: EventType, at: i64, desk: &Desk) -> &mut SampleEvent {
        let at = self.events.last().map_or(at, |last| last.occurred_at.max(at));
        let lag = match self.rng.below(10_000) {
            _ if self.backfill > 0 && self.events.is_empty() => self.backfill,
            0..9 => self.rng.between(25 * HOUR, 90 * HOUR),
            9..60 => self.rng.between(2 * HOUR, 14 * HOUR),
            _ => self.rng.below(75),
        };
        self.recorded = (at + lag).max(self.recorded + self.rng.below(20));
        self.events.push(SampleEvent {
            seq: self.events.len() as u32 + 1,
            event_type,
            step: None,
            org_code: Arc::clone(&desk.org),
            role: desk.role,
            actor: desk.actor,
            outcome: None,
            occurred_at: at,
            recorded_at: self.recorded,
            detail: None,
        });
        let last = self.events.len() - 1;
        &mut self.events[last]
    }

    /// At the counter the receipt is the application; from afar they are two events.
    fn receive(&mut self, applied: i64, channel: u8, assisted: bool) -> i64 {
        let village = self.desk('V');
        if !matches!(channel, 2 | 3) {
            let received = applied + self.rng.between(30, 600);
            self.push(EventType::Receive, received, &village);
            return received;
        }
        let mut applicant = village.clone();
        if !assisted {
            (applicant.role, applicant.actor) = (Role::Applicant, 0);
        }
        self.push(EventType::Apply, applied, &applicant);
        let received = self.days.at(self.days.office(applied) + self.rng.between(120, 5_400));
        self.push(EventType::Receive, received, &village);
        received
    }

    /// An item that the village settles on the spot.
    fn instant(&mut self, received: i64) {
        let days = self.days;
        let village = self.desk('V');
        let at_once = days.attended(received) || self.rng.per_mille(600);
        let start = if at_once { received } else { days.at(days.office(received) + self.rng.between(60, 3_600)) };
        let accepted = start + self.rng.between(30, 600);
        if self.rng.per_mille(8) {
            self.push(EventType::NotAccept, accepted, &village);
            return;
        }
        self.push(EventType::Accept, accepted, &village);
        let closed = if self.rng.per_mille(if self.site.slow { 12 } else { 2 }) {
            let behind = 1 + self.rng.below(5).min(self.rng.below(5));
            days.at(self.some_time_on(days.after(accepted.div_euclid(DAY), behind)))
        } else {
            accepted + self.rng.between(120, 2_400)
        };
        let outcome = match self.rng.below(1_000) {
            0..5 => Outcome::Refused,
            5..7 => Outcome::Voided,
            7..10 => Outcome::Withdrawn,
            _ => Outcome::Granted,
        };
        self.push(EventType::Close, closed, &village).outcome = Some(outcome);
        self.certify(outcome);
    }

    /// Some office time of a workday.
    fn some_time_on(&mut self, day: i64) -> i64 {
        self.days.office(day * DAY) + self.rng.below(OFFICE)
    }
}
