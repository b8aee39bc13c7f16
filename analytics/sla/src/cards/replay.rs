//! Which cards were issued and what became of them, found by living through what was known when
//! (docs/CLOCK.md, order and time).

use jiff::Timestamp;

use super::bench::{Judge, Look};
use super::forecast::{Object, Rung};
use super::moments::{Moment, moments};
use super::quiet::Quiet;
use super::{CancelCause, Card};
use crate::calendar::MICROSECOND;
use crate::clock::{State, state, tell_known};
use crate::effect::Effects;
use crate::rules::Book;
use crate::version::{has_several, latest};
use crate::{CaseClock, CaseInput, ClockError, Event, EventKind, Level, ObjectType, Policy, WorkCalendar, Zone};

/// A case and its cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub clock: CaseClock,
    /// In the order of their issue; their instants may lie ahead.
    pub cards: Vec<Card>,
    /// The calendar counts as it was known by then.
    pub known_by: Timestamp,
}

/// Folds a case and raises its cards under `policy`. The same events give the same cards, in
/// whatever order they are passed. Rules that come to be known later judge what is open then: a case that
/// has ended keeps those that it ended under, but for the days of its delivery.
///
/// # Errors
///
/// As [`crate::fold`].
pub fn judge(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &Zone,
    policy: &Policy,
) -> Result<Judged, ClockError> {
    replay(case, calendar, zone, policy, true).map(|(judged, _)| judged)
}

/// The same with a fold for each epoch, to compare with.
#[cfg(test)]
pub(crate) fn judge_each_epoch(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &Zone,
    policy: &Policy,
) -> Result<Judged, ClockError> {
    replay(case, calendar, zone, policy, false).map(|(judged, _)| judged)
}

/// The cards, and how many epochs were folded for them; those of `may_skip` only where needed.
pub(super) fn replay(
    case: &CaseInput<'_>,
    calendar: &dyn WorkCalendar,
    zone: &Zone,
    policy: &Policy,
    may_skip: bool,
) -> Result<(Judged, usize), ClockError> {
    policy.check()?;
    case.changes.iter().try_for_each(|change| change.rules.policy.check())?;
    let book = Book { case, calendar, policy };
    let effects = Effects { policy, is_backfill: case.is_backfill };
    let mut acts: Vec<(Timestamp, &Event)> = case.events.iter().map(|event| (effects.acts_at(event), event)).collect();
    acts.sort_by(|(at, event), (other_at, other)| at.cmp(other_at).then_with(|| event.order().cmp(&other.order())));
    let events: Vec<&Event> = acts.iter().map(|(_, event)| *event).collect();
    let moments = moments(&acts, &book);
    let has_versions = has_several(&events);
    // What a corrected event said before, or one that is taken back, is no part of the fold at the end;
    // nor are other rules than those known then.
    let is_plain = !has_versions && !has_other_rules(&book, &acts);
    let mut quiet = if may_skip && is_plain { Quiet::of(policy) } else { Quiet::lost() };
    let mut cards = Vec::new();
    let mut was_extended = false;
    let mut last: Option<Judged> = None;
    let mut is_ended = false;
    let mut folded = 0;
    for (place, moment) in moments.iter().enumerate() {
        let Moment { at: now, known, cause, .. } = *moment;
        if moment.passes_over(is_ended) {
            continue;
        }
        let acted = &events[..known];
        let versions = if has_versions { latest(acted) } else { Vec::new() };
        let known = if has_versions { versions.as_slice() } else { acted };
        let judge = Judge::at(&book, zone, now, now);
        if cards.is_empty() && quiet.covers(&judge, &moments, &acts, &events, place) {
            continue;
        }
        folded += 1;
        let look = quiet.take_look(place).map_or_else(|| judge.look(known), Ok)?;
        let (judge, look) = judge.by_its_end(look, known)?;
        let Look { state, objects } = judge.by_their_ends(look, known)?;
        // What is skipped then is no news now.
        is_ended = state.clock.closed_at.is_some() && !judge.awaits_delivery(&state);
        let later = moments.get(place + 1..).unwrap_or_default();
        let next = later.iter().find(|moment| !moment.passes_over(is_ended)).map(|moment| moment.at);
        let is_extended = state.clock.extension.is_some();
        let is_newly_extended = is_extended && !was_extended;
        was_extended = is_extended;
        let epoch =
            Epoch { judge: &judge, acted, now, next, is_newly_extended, cause, objects: &objects, state: &state };
        if epoch.settle(&mut cards)? {
            Epoch::restore(&mut cards);
        }
        epoch.issue_all(&mut cards);
        epoch.over_statutory(&mut cards);
        last = Some(Judged { clock: state.clock, cards: Vec::new(), known_by: judge.by });
    }
    cards.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut judged = last.ok_or(ClockError::NoEvents)?;
    tell_known(case, &mut judged.clock);
    judged.cards = cards;
    Ok((judged, folded))
}

/// Whether other rules, which what had ended before them is not judged by, came to be known before the last
/// acts: days after something may have ended the case, and other rules after anything happened.
fn has_other_rules(book: &Book<'_>, acts: &[(Timestamp, &Event)]) -> bool {
    let Some((last, _)) = acts.last() else { return false };
    let happened = acts.iter().map(|(at, event)| (event.occurred_at.min(*at), event.kind));
    let first = happened.clone().map(|(at, _)| at).min();
    let first_end = happened.filter(|(_, kind)| kind.may_close()).map(|(at, _)| at).min();
    first.is_some_and(|first| book.ruled_between(first, *last))
        || first_end.is_some_and(|first| book.changed_between(first, *last))
}

/// The time from one thing that began to act to the next.
struct Epoch<'e> {
    judge: &'e Judge<'e>,
    /// The events that act by now, in all versions.
    acted: &'e [&'e Event],
    now: Timestamp,
    next: Option<Timestamp>,
    is_newly_extended: bool,
    cause: CancelCause,
    objects: &'e [Object],
    state: &'e State<'e>,
}

impl Epoch<'_> {
    /// What has become of the cards that were issued before; whether any was proved wrong.
    fn settle(&self, cards: &mut [Card]) -> Result<bool, ClockError> {
        let mut is_any_wrong = false;
        for card in cards {
            let object = self.objects.iter().find(|object| is_of(card, object));
            let ended_at = object.and_then(Object::ended_at);
            let since = self.now.max(card.issued_at);
            card.ended_at = ended_at.and(card.ended_at.or(Some(since)));
            if card.cancelled_at.is_some() {
                continue;
            }
            // No object: such as a deemed acceptance that an answer disproves.
            if !self.was_met(object, card)? {
                (card.cancelled_at, card.cancelled_by) = (Some(since), Some(self.cause));
                is_any_wrong = true;
                continue;
            }
            let Some(object) = object else { continue };
            let is_extended = self.is_newly_extended && object.object_type == ObjectType::Case;
            let is_in_time = ended_at.is_some_and(|ended_at| ended_at <= object.due_at);
            if !card.is_over && card.lapsed_at.is_none() && (is_extended || is_in_time) {
                card.lapsed_at = Some(since);
            }
        }
        Ok(is_any_wrong)
    }

    /// A card is superseded by what stands: the lower card holds again when the higher is cancelled.
    fn restore(cards: &mut [Card]) {
        for place in 0..cards.len() {
            let lower = &cards[place];
            let higher = cards.iter().filter(|card| {
                let is_same = card.object_type == lower.object_type && card.object_key == lower.object_key;
                let is_later = card.issued_at >= lower.issued_at || card.cycle >= lower.cycle;
                is_same && is_later && card.level > lower.level && card.cancelled_at.is_none()
            });
            let superseded_at = higher.map(|card| card.issued_at.max(lower.issued_at)).min();
            if lower.superseded_at.is_some() && lower.cancelled_at.is_none() {
                cards[place].superseded_at = superseded_at;
            }
        }
    }

    /// Whether the card's rule had been met at its instant, as far as is known now: what took
    /// effect later does not count against it, nor what was entered too late to be believed.
    fn was_met(&self, object: Option<&Object>, card: &Card) -> Result<bool, ClockError> {
        let met = |object: &Object| {
            let rung = object.rungs.iter().find(|rung| rung.level == card.level)?;
            object.condition(rung)
        };
        let is_by_then = |met: Option<Timestamp>| met.is_some_and(|at| at <= card.condition_at);
        let now_met = object.and_then(met);
        // Over by then is over; near the limit it has to have been open then.
        let is_right = match card.is_over {
            true => is_by_then(now_met),
            false => is_by_then(now_met) && object.is_some_and(|object| object.is_open(card.met_at)),
        };
        if is_right {
            return Ok(true);
        }
        let judge = self.judge.of_object(object);
        let Judge { case, calendar, zone, policy, effects, .. } = judge;
        let counts = |event: &Event| {
            let is_news = effects.acts_at(event) > card.issued_at;
            // What is over is never undone by an extension (domain §4 point 7).
            let undoes = !(card.is_over && event.kind == EventKind::Extend);
            // What is taken back never was, whenever it took effect.
            let is_in_force = event.is_deleted || effects.of(event) <= card.met_at;
            !is_news || (undoes && is_in_force && effects.late(event).is_none())
        };
        let by_then: Vec<&Event> = self.acted.iter().filter(|event| counts(event)).copied().collect();
        let by_then = latest(&by_then);
        if by_then.is_empty() {
            return Ok(false);
        }
        let then = state(&case, &by_then, calendar, zone, policy)?;
        let objects = judge.objects(&then)?;
        // What is near the limit has to be open.
        let is_right = |object: &&Object| is_of(card, object) && (card.is_over || object.ended_at().is_none());
        Ok(is_by_then(objects.iter().find(is_right).and_then(met)))
    }

    /// Issues what is met before the next thing acts.
    fn issue_all(&self, cards: &mut Vec<Card>) {
        for object in self.objects {
            let is_ended = object.ended_at().is_some();
            let mut met: Vec<(Timestamp, Timestamp, &Rung)> = Vec::new();
            for rung in object.rungs.iter().filter(|rung| rung.is_over || !is_ended) {
                // What is open again reaches anew what had lapsed with its end.
                let has_lapsed =
                    |card: &Card| is_of(card, object) && card.level == rung.level && card.lapsed_at.is_some();
                let condition_at = match object.open.last() {
                    Some((from, _)) if !rung.is_over && cards.iter().any(has_lapsed) => Some(rung.at.max(*from)),
                    _ => object.condition(rung),
                };
                let Some(condition_at) = condition_at else { continue };
                let issued_at = condition_at.max(self.now).max(object.from);
                if self.next.is_none_or(|next| issued_at < next) {
                    met.push((issued_at, condition_at, rung));
                }
            }
            met.sort_by_key(|(issued_at, _, rung)| (*issued_at, rung.level));
            let over = met.iter().filter(|(_, _, rung)| rung.is_over).map(|(_, condition_at, _)| *condition_at).min();
            let stood = cards.iter().any(|card| is_of(card, object) && card.is_over && card.stands());
            for (issued_at, condition_at, rung) in met {
                // Over the limit is no more near it.
                if rung.is_over || (!stood && over.is_none_or(|over| condition_at < over)) {
                    self.issue(cards, object, rung, condition_at, issued_at);
                }
            }
        }
    }

    fn issue(
        &self,
        cards: &mut Vec<Card>,
        object: &Object,
        rung: &Rung,
        condition_at: Timestamp,
        issued_at: Timestamp,
    ) {
        let held: Vec<&Card> = cards.iter().filter(|card| is_of(card, object) && card.level == rung.level).collect();
        let cancelled = held.iter().filter(|card| card.cancelled_at.is_some()).count();
        let cycle = 1 + object.turns + u32::try_from(cancelled).unwrap_or(u32::MAX);
        if held.iter().any(|card| card.stands() || (card.lapsed_at.is_some() && card.cycle >= cycle)) {
            return;
        }
        // A cycle is never told twice, also where a later fold meets the rule earlier.
        let cycle = held.iter().map(|card| card.cycle + 1).max().unwrap_or_default().max(cycle);
        let standing = |card: &Card| is_of(card, object) && card.cancelled_at.is_none();
        let higher = cards.iter().filter(|card| standing(card) && card.level > rung.level && card.cycle >= cycle);
        let superseded_at = higher.map(|card| card.issued_at.max(issued_at)).min();
        for lower in cards.iter_mut().filter(|card| standing(card) && card.level < rung.level) {
            if lower.superseded_at.is_none() && lower.lapsed_at.is_none() {
                lower.superseded_at = Some(issued_at.max(lower.issued_at));
            }
        }
        cards.push(Card {
            object_type: object.object_type,
            object_id: object.id.clone(),
            object_key: object.key.clone(),
            clock: rung.clock,
            level: rung.level,
            policy: self.judge.policy.name.clone(),
            policy_version: self.judge.policy.version,
            is_over: rung.is_over,
            cycle,
            condition_at,
            met_at: condition_at.max(object.from),
            issued_at,
            due_at: rung.due_at,
            due_on: rung.due_on,
            over_statutory_at: None,
            superseded_at,
            lapsed_at: None,
            cancelled_at: None,
            cancelled_by: None,
            ended_at: object.ended_at().map(|_| issued_at),
            responsible: self.state.history.holder_at(condition_at),
            reasons: self.state.clock.reasons.clone(),
        });
    }

    /// When the statutory limit was over too, with the object open.
    fn over_statutory(&self, cards: &mut [Card]) {
        for card in cards.iter_mut().filter(|card| card.level == Level::Red && card.cancelled_at.is_none()) {
            let object = self.objects.iter().find(|object| is_of(card, object));
            let Some((object, due_at)) = object.and_then(|object| Some((object, object.statutory_due_at?))) else {
                continue;
            };
            let open = object.open.iter().find(|(_, until)| until.is_none_or(|until| until > due_at));
            let after = due_at.checked_add(MICROSECOND).unwrap_or(due_at);
            card.over_statutory_at = open.map(|(from, _)| after.max(*from).max(card.issued_at));
        }
    }
}

fn is_of(card: &Card, object: &Object) -> bool {
    card.object_type == object.object_type && card.object_key == object.key
}
