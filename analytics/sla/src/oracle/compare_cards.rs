//! The clock's cards beside those that the oracle found by replay.

use std::collections::BTreeSet;

use super::compare::Diff;
use super::coverage::Coverage;
use super::levels::Key;
use super::replay::{Card, Replay};
use super::time::{Us, us};
use super::{World, time};
use crate::{Deadline, ObjectType};

pub fn cards(diff: &mut Diff, coverage: &Coverage, world: &World<'_>, oracle: &Replay, judged: &crate::Judged) {
    let cards = &judged.cards;
    if let Some(doubt) = oracle.doubt {
        coverage.left_open(doubt);
        return;
    }
    let keys: BTreeSet<Key> =
        oracle.cards.iter().map(|card| card.key.clone()).chain(cards.iter().map(key_of)).collect();
    for key in keys {
        if world.policy.deadline == Deadline::HourExact && key.object == ObjectType::Step {
            coverage.left_open("cards of steps under deadlines to the hour");
        } else if let Some(doubt) = oracle.doubts.get(&key) {
            coverage.left_open(doubt);
        } else {
            object(diff, &key, oracle, cards);
            coverage.compared("objects with cards");
        }
    }
    if let Some(due_at) = oracle.due_at {
        diff.time("due_at by the rules in force", due_at, judged.clock.promise.due_at);
    }
    coverage.compared("cases with their cards");
}

fn key_of(card: &crate::Card) -> Key {
    Key { object: card.object_type, id: card.object_id.clone() }
}

fn object(diff: &mut Diff, key: &Key, oracle: &Replay, cards: &[crate::Card]) {
    let name = format!("{} {}", key.object, key.id.as_deref().unwrap_or_default());
    let mut oracle: Vec<&Card> = oracle.cards.iter().filter(|card| card.key == *key).collect();
    let mut found: Vec<&crate::Card> = cards.iter().filter(|card| key_of(card) == *key).collect();
    oracle.sort_by_key(|card| (card.issued, card.level));
    found.sort_by_key(|card| (card.issued_at, card.level));
    let expected: Vec<String> = oracle.iter().map(|card| line(card.level.as_str(), card.issued)).collect();
    let listed: Vec<String> = found.iter().map(|card| line(card.level.as_str(), us(card.issued_at))).collect();
    if expected != listed {
        diff.same(&format!("cards of {name}"), expected, listed);
        return;
    }
    for (oracle, found) in oracle.into_iter().zip(found) {
        let name = format!("{name} {} of {}", oracle.level, time::show(found.issued_at));
        // When a deemed start, or a due instant before the start, puts the condition before the
        // instant from which on the clock counts, the rules do not say which of them it is.
        let met = us(found.condition_at).max(oracle.floor);
        diff.time(&format!("{name}: condition_at"), Some(oracle.at), Some(time::instant(met)));
        if oracle.is_cycle_known {
            diff.same(&format!("{name}: cycle"), oracle.cycle, found.cycle);
        }
        diff.time(&format!("{name}: cancelled_at"), oracle.cancelled, found.cancelled_at);
        diff.time(&format!("{name}: lapsed_at"), oracle.lapsed, found.lapsed_at);
        if oracle.lapsed.is_none() && oracle.cancelled.is_none() {
            diff.time(&format!("{name}: superseded_at"), oracle.superseded, found.superseded_at);
        }
    }
}

fn line(level: &str, issued: Us) -> String {
    format!("{level} {}", time::show(time::instant(issued)))
}
