//! Cards, found by stepping through the instants at which something begins to act
//! (docs/CLOCK.md "Order and time", "Cards").

use std::collections::BTreeMap;

use super::World;
use super::levels::{Key, Met, Scene, open_from, scene};
use super::story::{effect, extended_at, is_late};
use super::time::{Us, us};
use super::view::View;
use super::walk::first_open;
use crate::{Event, EventKind, Level, ObjectType};

pub struct Card {
    pub key: Key,
    pub level: Level,
    pub cycle: u32,
    /// The rules say how cycles of the object are counted.
    pub is_cycle_known: bool,
    pub at: Us,
    /// See [`Met`].
    pub said: Us,
    pub floor: Us,
    pub issued: Us,
    is_near: bool,
    pub lapsed: Option<Us>,
    pub superseded: Option<Us>,
    pub cancelled: Option<Us>,
}

#[derive(Default)]
pub struct Replay {
    pub cards: Vec<Card>,
    pub doubts: BTreeMap<Key, &'static str>,
    /// Of the whole case.
    pub doubt: Option<&'static str>,
    /// When the case is due in the end; none in doubt.
    pub due_at: Option<Option<Us>>,
}

/// An event acts from its effect on, or from when it was known; that it is taken back, from then on.
fn acts_at(world: &World<'_>, event: &Event) -> Us {
    if event.is_deleted {
        return us(event.known_at);
    }
    effect(world, event).max(us(event.known_at))
}

pub fn replay(world: &World<'_>, events: &[Event]) -> Replay {
    let mut instants: Vec<Us> = events.iter().map(|event| acts_at(world, event)).collect();
    let first = instants.iter().min().copied().unwrap_or(Us::MAX);
    instants.extend(world.later.iter().map(|later| later.at).filter(|at| *at > first));
    instants.sort_unstable();
    instants.dedup();
    let mut replay = Replay::default();
    let mut was_extended = false;
    let mut was_place = 0;
    let mut were_ended: Vec<Key> = Vec::new();
    for (place, now) in instants.iter().enumerate() {
        let next = instants.get(place + 1).copied().unwrap_or(Us::MAX);
        let known: Vec<&Event> = events.iter().filter(|event| acts_at(world, event) <= *now).collect();
        let (here, place, view) = by_what_is_known(world, &known, *now);
        let world = &here;
        let begins = events.iter().any(|event| acts_at(world, event) == *now);
        replay.doubt = view.story.doubt;
        if begins && place != was_place && !replay.cards.is_empty() {
            replay.doubt = replay.doubt.or(Some("rules that change as an event begins to act"));
        }
        if replay.doubt.is_some() {
            return replay;
        }
        was_place = place;
        let doubt = view.promise.doubt.or(view.promise.card_doubt);
        replay.due_at = doubt.map_or(Some(view.promise.due_at), |_| None);
        let mut scene = scene(world, &view);
        let ended = ended_under(world, &known, &view);
        for (key, under) in &ended {
            scene.take(key, super::levels::scene(under, &View::for_cards(under, &known)));
        }
        for (key, text) in &scene.doubts {
            replay.doubt_of(key, text);
        }
        for key in were_ended.iter().filter(|key| !ended.iter().any(|(held, _)| held == *key)) {
            replay.doubt_of(key, "a step that is open again under other rules");
        }
        for (key, _) in ended.iter().filter(|(key, _)| begins && !were_ended.contains(key)) {
            if replay.cards.iter().any(|card| card.key == *key) {
                replay.doubt_of(key, "a step whose end came to be known after other rules");
            }
        }
        were_ended = ended.iter().map(|(key, _)| key.clone()).collect();
        if is_deemed(&view) && known.iter().any(|event| event.is_deleted && event.kind == EventKind::Accept) {
            replay.doubt_of(
                &Key { object: ObjectType::Case, id: None },
                "deemed accepted, since its acceptance is taken back",
            );
        }
        let is_start_gone = |event: &&Event| event.is_deleted && event.kind == EventKind::StepStart;
        if known.iter().any(|event| is_start_gone(event) && acts_at(world, event) == *now) {
            let keys = replay.cards.iter().map(|card| card.key.clone());
            let steps: Vec<Key> = keys.filter(|key| key.object == ObjectType::Step).collect();
            steps
                .iter()
                .for_each(|key| replay.doubt_of(key, "a start of a step that is taken back, perhaps with its limit"));
        }
        replay.cancel(world, &ended, &known, *now, !begins);
        replay.lapse(&scene, *now, view.promise.is_extended && !was_extended);
        if was_extended && !view.promise.is_extended {
            replay.doubt_of(&Key { object: ObjectType::Case, id: None }, "an extension goes out of force");
        }
        was_extended = view.promise.is_extended;
        replay.issue(&view, scene, *now, next);
    }
    replay
}

/// The rules that are known then, and how the case stands by them. One that has ended goes by what was
/// known when it ended.
fn by_what_is_known<'a>(world: &World<'a>, known: &[&Event], now: Us) -> (World<'a>, usize, View) {
    let in_force = |by: Us| (world.known(by, now), world.place(by, now));
    let (here, place) = in_force(now);
    let view = View::for_cards(&here, known);
    match view.story.closed {
        Some((closed, _)) if closed < now && view.story.doubt.is_none() => {
            let (here, place) = in_force(closed);
            let view = View::for_cards(&here, known);
            (here, place, view)
        }
        _ => (here, place, view),
    }
}

/// The steps that ended before other rules came to be known, each with the rules of then.
fn ended_under<'a>(world: &World<'a>, known: &[&Event], view: &View) -> Vec<(Key, World<'a>)> {
    let mut ended = Vec::new();
    for step in view.steps.iter().filter(|step| !step.is_open) {
        let Some(end) = step.spans.iter().filter_map(|(_, until)| *until).max() else { continue };
        let by = view.story.closed.map_or(Us::MAX, |(closed, _)| closed);
        let now = known.iter().map(|event| acts_at(world, event)).max().unwrap_or(0).max(world.now).min(by);
        if world.later.iter().any(|later| end < later.at && later.at <= now) {
            let key = Key { object: ObjectType::Step, id: Some(step.key.clone()) };
            ended.push((key, world.known(end, world.now)));
        }
    }
    ended
}

impl Replay {
    fn doubt_of(&mut self, key: &Key, text: &'static str) {
        self.doubts.entry(key.clone()).or_insert(text);
    }

    /// Cancels the cards that what was recorded in time, and begins to act now, proves wrong.
    fn cancel(&mut self, world: &World<'_>, ended: &[(Key, World<'_>)], known: &[&Event], now: Us, is_rules: bool) {
        let may_be_deemed = is_deemed(&View::for_cards(world, known));
        for place in 0..self.cards.len() {
            let card = &self.cards[place];
            let world = ended.iter().find(|(key, _)| *key == card.key).map_or(world, |(_, under)| under);
            let is_new = |event: &Event| acts_at(world, event) > card.issued;
            // What it was issued by stands against other rules too.
            let is_by_then = |event: &&&Event| happened_at(world, event) <= card.at || (is_rules && !is_new(event));
            let begins = |event: &&&Event| acts_at(world, event) == now;
            let is_news = is_rules || known.iter().filter(is_by_then).any(|event| begins(&event));
            if card.cancelled.is_some() || !is_news {
                continue;
            }
            let is_new_stop =
                |event: &&Event| is_new(event) && matches!(event.kind, EventKind::Stop | EventKind::Resume);
            if card.is_near && known.iter().copied().any(|event| is_new_stop(&event)) {
                let key = card.key.clone();
                self.doubt_of(&key, "a stop known after the card, and perhaps its end too");
                continue;
            }
            // By all that is known now it is right: a stop that is known with its end, say.
            match is_met(world, card, known, true) {
                Some(true) => continue,
                // What has ended may have been near its limit by all that is known.
                answer if is_rules && (answer.is_none() || (card.is_near && card.key.object != ObjectType::Case)) => {
                    let key = card.key.clone();
                    self.doubt_of(&key, "whether other rules cancel a card");
                    continue;
                }
                _ => {}
            }
            let by_then: Vec<&Event> = known.iter().filter(is_by_then).copied().collect();
            let but = |left_out: &dyn Fn(&Event) -> bool| -> Vec<&Event> {
                by_then.iter().copied().filter(|event| !is_new(event) || !left_out(event)).collect()
            };
            let before = but(&|_| true);
            let in_time = but(&|event| is_late(world, event));
            let not_extended = but(&|event| event.kind == EventKind::Extend || is_late(world, event));
            let answers = [before, in_time, by_then.clone(), not_extended]
                .map(|events| is_met(world, card, &events, may_be_deemed));
            let (key, is_lapsed) = (card.key.clone(), card.lapsed.is_some());
            match answers {
                // By other rules it never was right, or is so all the same.
                [Some(false), Some(false), Some(false), Some(false)] if is_rules && !is_lapsed => {
                    self.cancel_one(place, now);
                }
                [Some(true), Some(true), _, _] => {}
                [Some(true), Some(false), Some(false), Some(false)] if !is_lapsed => self.cancel_one(place, now),
                // What is over is never undone by an extension.
                [Some(true), Some(false), Some(false), Some(true)] if !self.cards[place].is_near => {}
                [Some(true), Some(false), Some(false), Some(true)] => {
                    self.doubt_of(&key, "an extension in time that was known after the card");
                }
                _ => self.doubt_of(&key, "whether what came to be known cancels a card"),
            }
        }
    }

    fn cancel_one(&mut self, place: usize, now: Us) {
        self.cards[place].cancelled = Some(now);
        // What it superseded holds again, unless another card outranks it.
        let (key, gone) = (self.cards[place].key.clone(), self.cards[place].issued);
        for lower in 0..self.cards.len() {
            let Card { level, issued, .. } = self.cards[lower];
            if self.cards[lower].key != key || self.cards[lower].superseded != Some(gone.max(issued)) {
                continue;
            }
            let outranks = |card: &&Card| {
                card.key == key && card.level > level && card.cancelled.is_none() && card.issued >= issued
            };
            self.cards[lower].superseded = self.cards.iter().filter(outranks).map(|card| card.issued).min();
        }
    }

    /// A near-limit card lapses when its object has ended in time, or its case is extended.
    fn lapse(&mut self, scene: &Scene, now: Us, is_newly_extended: bool) {
        for place in 0..self.cards.len() {
            let card = &mut self.cards[place];
            let stands = card.is_near && card.cancelled.is_none() && card.lapsed.is_none();
            let is_extended = is_newly_extended && card.key.object == ObjectType::Case;
            if !stands || !(is_extended || scene.in_time.contains(&card.key)) {
                continue;
            }
            if card.superseded.is_none() {
                card.lapsed = Some(now);
            } else {
                let key = card.key.clone();
                self.doubt_of(&key, "whether a superseded card lapses");
            }
        }
    }

    /// Issues what is met before something else begins to act.
    fn issue(&mut self, view: &View, scene: Scene, now: Us, next: Us) {
        let mut met = scene.met;
        for level in &mut met {
            self.meet_at_the_reopening(view, level);
        }
        let over: Vec<(Key, Us)> = met.iter().filter(|met| !met.is_near).map(|met| (met.key.clone(), met.at)).collect();
        met.retain(|met| {
            !met.is_near || met.at == met.floor || !over.iter().any(|(key, at)| *key == met.key && *at <= met.at)
        });
        met.sort_by_key(|met| (met.at.max(now), met.level));
        for met in met {
            let issued = met.at.max(now);
            if issued >= next {
                continue;
            }
            let of_the_level = |card: &&Card| card.key == met.key && card.level == met.level;
            let all: Vec<&Card> = self.cards.iter().filter(of_the_level).collect();
            if all.iter().any(|card| card.cancelled.is_none() && card.lapsed.is_none()) {
                continue;
            }
            let cancelled = all.iter().filter(|card| card.cancelled.is_some()).count();
            let is_case = met.key.object == ObjectType::Case;
            let changes = if is_case { usize::from(view.promise.is_extended) + view.story.reopened.len() } else { 0 };
            let cycle = u32::try_from(1 + changes + cancelled).unwrap();
            let is_repeated = all.iter().any(|card| card.cycle == cycle);
            if is_repeated {
                self.doubt_of(&met.key, "a lapsed level is met again within its cycle");
                continue;
            }
            if met.doubt_from.is_some_and(|doubt_from| doubt_from <= now) {
                self.doubt_of(&met.key, "whether a level is issued after its object's time");
            }
            let same = |card: &&mut Card| card.key == met.key && card.cancelled.is_none();
            let is_outranked = self.cards.iter().any(|card| {
                card.key == met.key && card.cancelled.is_none() && card.lapsed.is_none() && card.level > met.level
            });
            if is_outranked {
                self.doubt_of(&met.key, "a lower level is met while a higher card stands");
            }
            for card in self.cards.iter_mut().filter(same).filter(|card| card.level < met.level) {
                card.superseded.get_or_insert(issued);
            }
            let is_cycle_known = met.key.object == ObjectType::Case || changes == 0;
            let Met { key, level, at, said, floor, is_near, .. } = met;
            self.cards.push(Card {
                key,
                level,
                cycle,
                is_cycle_known,
                at,
                said,
                floor,
                issued,
                is_near,
                lapsed: None,
                superseded: None,
                cancelled: None,
            });
        }
    }

    /// After a reopening, a level that lapsed is met again, from then on.
    fn meet_at_the_reopening(&mut self, view: &View, met: &mut Met) {
        let Some((_, reopened)) = view.story.reopened.last() else { return };
        if met.key.object != ObjectType::Case {
            return;
        }
        let mut all = self.cards.iter().filter(|card| card.key == met.key && card.level == met.level);
        let has_any = all.clone().any(|card| card.cancelled.is_none());
        if all.any(|card| card.lapsed.is_some()) {
            met.at = met.at.max(*reopened);
        } else if !has_any && view.story.reopened.iter().any(|(closed, _)| met.at < *closed) {
            self.doubt_of(&met.key, "a level met before a closing, and known only after the reopening");
        }
    }
}

/// When the event happened, as far as the card is concerned: one that is taken back never did, so that
/// says something of every card.
fn happened_at(world: &World<'_>, event: &Event) -> Us {
    if event.is_deleted {
        return Us::MIN;
    }
    if event.kind == EventKind::Extend { extended_at(world, event) } else { effect(world, event) }
}

/// Whether the card's rule was met by these events at the card's instant; `None` in doubt.
fn is_met(world: &World<'_>, card: &Card, events: &[&Event], may_be_deemed: bool) -> Option<bool> {
    let view = View::for_cards(world, events);
    // Without the answers that came after, it may seem to be accepted in silence.
    if view.story.doubt.is_some() || (is_deemed(&view) && !may_be_deemed) {
        return None;
    }
    let scene = scene(world, &view);
    if scene.doubts.iter().any(|(key, _)| *key == card.key) {
        return None;
    }
    let met = |met: &&Met| met.key == card.key && met.level == card.level;
    let is_met = scene.met.iter().find(met).is_some_and(|met| met.said <= card.said);
    Some(is_met && (!card.is_near || is_open(&view, card)))
}

fn is_deemed(view: &View) -> bool {
    view.story.start.is_some_and(|start| start.kind == "DEEMED")
}

/// Near its limit is what is open, and not between two openings.
fn is_open(view: &View, card: &Card) -> bool {
    match card.key.object {
        ObjectType::Case => open_from(&view.story, card.at) == card.at,
        ObjectType::Step => {
            let named = view.steps.iter().find(|step| Some(&step.key) == card.key.id.as_ref());
            named.is_some_and(|step| first_open(&step.spans, card.at) == Some(card.at))
        }
        _ => true,
    }
}
