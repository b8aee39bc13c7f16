//! Which cards were issued and what became of them, found by living through what was known when
//! (docs/CLOCK.md, order and time).

use jiff::Timestamp;

use super::forecast::{Forecast, Object, Rung};
use super::quiet::Quiet;
use super::{CancelCause, Card};
use crate::calendar::MICROSECOND;
use crate::clock::{State, state, tell_known};
use crate::effect::Effects;
use crate::version::{has_several, latest};
use crate::{CaseClock, CaseInput, ClockError, Event, EventKind, Level, ObjectType, Policy, WorkCalendar, Zone};

/// A case and its cards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub clock: CaseClock,
    /// In the order of their issue; their instants may lie ahead.
    pub cards: Vec<Card>,
}

/// Folds a case and raises its cards under `policy`. The same events give the same cards, in
/// whatever order they are passed.
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
    let effects = Effects { policy, is_backfill: case.is_backfill };
    let mut acts: Vec<(Timestamp, &Event)> = case.events.iter().map(|event| (effects.acts_at(event), event)).collect();
    acts.sort_by(|(at, event), (other_at, other)| at.cmp(other_at).then_with(|| event.order().cmp(&other.order())));
    let events: Vec<&Event> = acts.iter().map(|(_, event)| *event).collect();
    let moments = moments(&acts, calendar);
    let has_versions = has_several(&events);
    // What a corrected event said before, or one that is taken back, is no part of the fold at the end.
    let mut quiet = if may_skip && !has_versions { Quiet::of(policy) } else { Quiet::lost() };
    let mut cards = Vec::new();
    let mut was_extended = false;
    let mut last: Option<CaseClock> = None;
    let mut folded = 0;
    for (place, moment) in moments.iter().enumerate() {
        let Moment { at: now, known, is_calendar, .. } = *moment;
        let acted = &events[..known];
        let versions = if has_versions { latest(acted) } else { Vec::new() };
        let known = if has_versions { versions.as_slice() } else { acted };
        let judge = Judge { case, calendar: calendar.as_known(now).unwrap_or(calendar), zone, policy, effects };
        // A case that has ended keeps what it was judged by (design §2.11).
        if is_calendar && last.as_ref().is_some_and(|clock| clock.closed_at.is_some()) {
            continue;
        }
        if cards.is_empty() && quiet.covers(&judge, &moments, &acts, &events, place) {
            continue;
        }
        folded += 1;
        let Look { state, objects } = quiet.take_look(place).map_or_else(|| judge.look(known), Ok)?;
        // What is skipped then is no news now.
        let is_closed = state.clock.closed_at.is_some();
        let later = moments.get(place + 1..).unwrap_or_default();
        let next = later.iter().find(|moment| !(moment.is_calendar && is_closed)).map(|moment| moment.at);
        let is_extended = state.clock.extension.is_some();
        let is_newly_extended = is_extended && !was_extended;
        was_extended = is_extended;
        let cause = if is_calendar { CancelCause::CalendarChanged } else { CancelCause::Event };
        let epoch =
            Epoch { judge: &judge, acted, now, next, is_newly_extended, cause, objects: &objects, state: &state };
        if epoch.settle(&mut cards)? {
            Epoch::restore(&mut cards);
        }
        epoch.issue_all(&mut cards);
        epoch.over_statutory(&mut cards);
        last = Some(state.clock);
    }
    cards.sort_by(|a, b| a.order().cmp(&b.order()));
    let mut clock = last.ok_or(ClockError::NoEvents)?;
    tell_known(case, &mut clock);
    Ok((Judged { clock, cards }, folded))
}

/// When something new has to be reckoned with.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) at: Timestamp,
    /// How many events act by then.
    pub(super) known: usize,
    /// Only the calendar has changed.
    is_calendar: bool,
    /// The calendar has changed, whatever else.
    pub(super) is_new_calendar: bool,
}

/// The instants at which events begin to act, and those after the first at which the calendar
/// changed.
fn moments(acts: &[(Timestamp, &Event)], calendar: &dyn WorkCalendar) -> Vec<Moment> {
    let mut moments: Vec<Moment> = Vec::with_capacity(acts.len());
    for (place, (at, _)) in acts.iter().enumerate() {
        match moments.last_mut().filter(|last| last.at == *at) {
            Some(last) => last.known = place + 1,
            None => moments.push(Moment { at: *at, known: place + 1, is_calendar: false, is_new_calendar: false }),
        }
    }
    for change in calendar.changed_at() {
        let after = moments.partition_point(|moment| moment.at < *change);
        if after > 0 && moments.get(after).is_none_or(|moment| moment.at != *change) {
            let known = moments[after - 1].known;
            moments.insert(after, Moment { at: *change, known, is_calendar: true, is_new_calendar: true });
        } else if let Some(moment) = moments.get_mut(after).filter(|moment| moment.at == *change) {
            moment.is_new_calendar = true;
        }
    }
    moments
}

pub(super) struct Judge<'j> {
    pub(super) case: &'j CaseInput<'j>,
    pub(super) calendar: &'j dyn WorkCalendar,
    pub(super) zone: &'j Zone,
    pub(super) policy: &'j Policy,
    pub(super) effects: Effects<'j>,
}

/// How some of the events make the case stand.
pub(super) struct Look<'a> {
    pub(super) state: State<'a>,
    pub(super) objects: Vec<Object>,
}

impl Judge<'_> {
    pub(super) fn look<'a>(&self, known: &[&'a Event]) -> Result<Look<'a>, ClockError> {
        let state = state(self.case, known, self.calendar, self.zone, self.policy)?;
        let objects = self.objects(&state)?;
        Ok(Look { state, objects })
    }

    fn objects(&self, state: &State<'_>) -> Result<Vec<Object>, ClockError> {
        let forecast = Forecast { case: self.case, calendar: self.calendar, zone: self.zone, policy: self.policy };
        forecast.objects(state).map_err(|source| ClockError::OutOfRange { source })
    }
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
        let Judge { case, calendar, zone, policy, effects } = *self.judge;
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
        let then = state(case, &by_then, calendar, zone, policy)?;
        let objects = self.judge.objects(&then)?;
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
