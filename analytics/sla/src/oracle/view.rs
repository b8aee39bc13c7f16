//! How a case stands by some of its events: the oracle's counterpart of `fold`.

use super::World;
use super::steps::{self, StepTerm};
use super::stops;
use super::story::{self, Story};
use super::terms::{self, Term};
use super::time::{Us, us};
use super::walk::Walk;
use crate::{ClockKind, Event, Rule};

pub struct View {
    pub story: Story,
    /// What each stop deducts.
    pub deductions: Vec<(Us, Us)>,
    pub promise: Term,
    pub statutory: Term,
    pub village: Term,
    pub steps: Vec<StepTerm>,
}

impl View {
    /// Everything.
    pub fn of(world: &World<'_>, events: &[&Event]) -> Self {
        Self::with(world, events, true, true)
    }

    /// What cards ask for, to save time.
    pub fn for_cards(world: &World<'_>, events: &[&Event]) -> Self {
        let asks = |clock: ClockKind| {
            world.policy.ladder.iter().any(|(_, rule)| match rule {
                Rule::BeforeDue { of, .. } | Rule::AfterDue { of, .. } => *of == clock,
                Rule::UsedRatio { .. } => false,
            })
        };
        Self::with(world, events, asks(ClockKind::Statutory), asks(ClockKind::Village))
    }

    fn with(world: &World<'_>, events: &[&Event], has_statutory: bool, has_village: bool) -> Self {
        let events = &story::standing(events);
        let story = story::read(world, events);
        let deductions = stops::deductions(world, &story.stops);
        let walk = Walk { calendar: world.calendar, deductions: &deductions };
        let promise = terms::promise(world, &story, walk);
        let mut statutory =
            if has_statutory { terms::statutory(world, &story, walk, &promise) } else { Term::default() };
        // Whether an extension lengthens the promise is open.
        if !story.extends.is_empty() {
            statutory.doubt = statutory.doubt.or(promise.doubt).or(promise.card_doubt);
        }
        let village = if has_village { terms::village(world, &story, walk, &promise) } else { Term::default() };
        let last_known = events.iter().map(|event| us(event.known_at)).max().unwrap_or(0);
        let steps = story.steps.iter().map(|step| steps::term(world, walk, step, &promise, last_known)).collect();
        Self { steps, promise, statutory, village, story, deductions }
    }

    pub fn walk<'a>(&'a self, world: &World<'a>) -> Walk<'a> {
        Walk { calendar: world.calendar, deductions: &self.deductions }
    }

    pub fn term(&self, clock: ClockKind) -> &Term {
        match clock {
            ClockKind::Promise => &self.promise,
            ClockKind::Statutory => &self.statutory,
            ClockKind::Village => &self.village,
        }
    }
}
