//! Which levels are met if nothing else happens (domain §3; docs/CLOCK.md "Cards").

use super::World;
use super::story::Story;
use super::time::{Us, day_of, midnight};
use super::view::View;
use super::walk::first_open;
use crate::{ClockKind, CloseResult, Level, ObjectType, Rule};

/// What a card is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub object: ObjectType,
    pub id: Option<String>,
}

impl Key {
    fn of(object: ObjectType) -> Self {
        Self { object, id: None }
    }
}

/// A level that is or will be met.
pub struct Met {
    pub key: Key,
    pub level: Level,
    pub at: Us,
    /// The same, also before its clock counts, as that of a deemed acceptance does from midnight on.
    pub said: Us,
    /// Of a case, from when on its clock counts: the rules do not say which instant a condition
    /// before it is given.
    pub floor: Us,
    pub is_near: bool,
    /// From then on the rules do not say whether a card is still issued.
    pub doubt_from: Option<Us>,
}

#[derive(Default)]
pub struct Scene {
    pub met: Vec<Met>,
    /// Objects that have ended in time.
    pub in_time: Vec<Key>,
    pub doubts: Vec<(Key, &'static str)>,
}

pub fn scene(world: &World<'_>, view: &View) -> Scene {
    let mut scene = Scene::default();
    scene.case(world, view);
    scene.steps(world, view);
    if world.policy.is_official {
        scene.pre_acceptance(world, &view.story);
        scene.suspensions(world, view);
        scene.delivery(world, view);
    }
    scene
}

impl Scene {
    /// Has of one object what another scene has.
    pub fn take(&mut self, key: &Key, other: Scene) {
        self.met.retain(|met| met.key != *key);
        self.met.extend(other.met.into_iter().filter(|met| met.key == *key));
        self.in_time.retain(|held| held != key);
        self.in_time.extend(other.in_time.into_iter().filter(|held| held == key));
        self.doubts.extend(other.doubts.into_iter().filter(|(held, _)| held == key));
    }

    fn doubt(&mut self, key: &Key, text: Option<&'static str>) {
        self.doubts.extend(text.map(|text| (key.clone(), text)));
    }

    fn case(&mut self, world: &World<'_>, view: &View) {
        let key = Key::of(ObjectType::Case);
        let (term, Some(start)) = (&view.promise, view.story.start) else { return };
        self.doubt(&key, term.doubt.or(term.card_doubt));
        if view.story.reopened.iter().any(|(closed, _)| *closed < start.from && start.from > start.at) {
            self.doubt(&key, Some("closed and reopened before it was deemed accepted"));
        }
        let closed = view.story.closed.map(|(closed, _)| closed);
        if closed.is_some() && closed <= term.due_at {
            self.in_time.push(key.clone());
        }
        for (level, rule) in &world.policy.ladder {
            let of = match rule {
                Rule::UsedRatio { .. } => ClockKind::Promise,
                Rule::BeforeDue { of, .. } | Rule::AfterDue { of, .. } => *of,
            };
            let judged = view.term(of);
            if judged.is_provisional && judged.basis != "EXPLICIT" {
                continue;
            }
            self.doubt(&key, judged.doubt.or(judged.card_doubt));
            if judged.due_at.is_some() && judged.is_extended != term.is_extended {
                self.doubt(&key, Some("an extension in force for one clock only"));
            }
            let Some(at) = self.case_instant(world, view, &key, *rule, of) else { continue };
            let needs_calendar = !matches!(rule, Rule::UsedRatio { .. } | Rule::AfterDue { grace_wd: 0, .. });
            if needs_calendar && !world.calendar.knows(day_of(at - 1)) {
                self.doubt(&key, Some("a level some workdays off in a year whose calendar is not known"));
            }
            if view.story.reopened.iter().any(|(closed, _)| *closed == at) {
                self.doubt(&key, Some("a level met in the instant of a closing that is undone"));
            }
            let open_at = open_from(&view.story, at.max(start.from));
            let said = open_from(&view.story, at.max(start.at));
            let is_near = !rule.is_over();
            // An end before a deemed acceptance may have come too late all the same.
            let is_met = closed.is_none_or(|closed| !is_near && said <= closed);
            if is_met {
                let (key, floor) = (key.clone(), start.from);
                self.met.push(Met { key, level: *level, at: open_at, said, floor, is_near, doubt_from: None });
            }
        }
    }

    fn case_instant(&mut self, world: &World<'_>, view: &View, key: &Key, rule: Rule, of: ClockKind) -> Option<Us> {
        let judged = view.term(of);
        let (due_at, due_on) = (judged.due_at?, judged.due_on?);
        match rule {
            Rule::UsedRatio { .. } => judged.yellow,
            Rule::BeforeDue { wd, .. } => {
                let mut day = day_of(due_at);
                for _ in 0..wd {
                    day = (1i64..).map(|back| day - back).find(|day| world.calendar.works(*day)).unwrap();
                    if judged.excluded.contains(&day) {
                        self.doubt(key, Some("whether excluded days count before the due instant"));
                    }
                }
                let at = midnight(day) + (due_at - midnight(day_of(due_at)));
                if view.story.start.is_some_and(|start| at < start.from) {
                    self.doubt(key, Some("so many workdays before the due instant is before the start"));
                }
                Some(at)
            }
            Rule::AfterDue { grace_wd, .. } => Some(after_due(world, view, due_at, due_on, grace_wd)),
        }
    }

    fn steps(&mut self, world: &World<'_>, view: &View) {
        for step in &view.steps {
            let key = Key { object: ObjectType::Step, id: Some(step.key.clone()) };
            self.doubt(&key, step.doubt);
            if !view.story.reopened.is_empty() {
                self.doubt(&key, Some("whether a step goes on when the case is reopened"));
            }
            if step.is_in_time() {
                self.in_time.push(key.clone());
            }
            let (Some(due_at), Some(due_on), false) = (step.due_at, step.due_on, step.is_provisional) else { continue };
            if step
                .spans
                .iter()
                .any(|(_, until)| until.is_some_and(|until| until > due_at && midnight(day_of(until)) == until))
            {
                self.doubt(&key, Some("whether a step that ends at 24:00 of its last day in time is late"));
            }
            for (level, rule) in &world.policy.ladder {
                let raw = match rule {
                    Rule::UsedRatio { .. } => step.ratio_at,
                    Rule::AfterDue { grace_wd, .. } => Some(after_due(world, view, due_at, due_on, *grace_wd)),
                    Rule::BeforeDue { .. } => None,
                };
                let is_graced = matches!(rule, Rule::AfterDue { grace_wd, .. } if *grace_wd > 0);
                if is_graced && raw.is_some_and(|raw| !world.calendar.knows(day_of(raw - 1))) {
                    self.doubt(&key, Some("a level some workdays off in a year whose calendar is not known"));
                }
                let Some(at) = raw.and_then(|raw| first_open(&step.spans, raw)) else { continue };
                let is_near = !rule.is_over();
                if step.is_open || !is_near {
                    let key = key.clone();
                    self.met.push(Met { key, level: *level, at, said: at, floor: Us::MIN, is_near, doubt_from: None });
                }
            }
        }
    }

    fn pre_acceptance(&mut self, world: &World<'_>, story: &Story) {
        let key = Key::of(ObjectType::PreAcceptance);
        let Some(deem) = story.deem else { return };
        if !world.calendar.knows(deem.last_day) {
            self.doubt(&key, Some("to be accepted in a year whose calendar is not known"));
        }
        if !deem.is_deemed || deem.is_over {
            self.in_time.push(key);
            return;
        }
        let red = Met {
            key: key.clone(),
            level: Level::Red,
            at: deem.midnight,
            said: deem.midnight,
            floor: Us::MIN,
            is_near: false,
            doubt_from: None,
        };
        self.met.push(red);
        let yellow = deem.yellow.map(|at| Met {
            key,
            level: Level::Yellow,
            at,
            said: at,
            floor: Us::MIN,
            is_near: true,
            doubt_from: Some(deem.midnight),
        });
        self.met.extend(yellow);
    }

    fn suspensions(&mut self, world: &World<'_>, view: &View) {
        for stop in view.story.stops.iter().filter(|stop| stop.cap.is_some() && !stop.is_nothing()) {
            let key = Key { object: ObjectType::Suspension, id: stop.id.clone() };
            let Some(cap_day) = stop.cap_day() else {
                self.doubt(&key, Some("the day of a cap that ends right at midnight"));
                continue;
            };
            let next = view.walk(world).workday_after(cap_day);
            if !world.calendar.knows(next) {
                self.doubt(&key, Some("a cap in a year whose calendar is not known"));
            }
            for (level, day) in [(Level::Yellow, cap_day), (Level::Red, next)] {
                let at = midnight(day + 1);
                if stop.until.is_none_or(|until| at < until) {
                    let key = key.clone();
                    self.met.push(Met { key, level, at, said: at, floor: Us::MIN, is_near: false, doubt_from: None });
                }
            }
        }
    }

    fn delivery(&mut self, world: &World<'_>, view: &View) {
        let key = Key::of(ObjectType::Delivery);
        if view.story.is_delivery_odd || !view.story.reopened.is_empty() {
            self.doubt(&key, Some("delivered before the end, or reopened"));
        }
        let Some((closed, CloseResult::Granted)) = view.story.closed else { return };
        let last = view.walk(world).workdays_after(day_of(closed), world.policy.deliver_within_wd);
        let at = midnight(last + 1);
        let is_met = world.case.has_certificate && view.story.delivered.is_none_or(|delivered| at <= delivered);
        if is_met && world.calendar.knows(last) {
            let level = Level::Yellow;
            self.met.push(Met { key, level, at, said: at, floor: Us::MIN, is_near: false, doubt_from: None });
        }
    }
}

/// The first instant from `since` on at which the case is not closed.
pub fn open_from(story: &Story, since: Us) -> Us {
    let mut at = since;
    for (closed, reopened) in &story.reopened {
        if *closed <= at && at < *reopened {
            at = *reopened;
        }
    }
    at
}

/// Right after the due instant, or at 24:00 of the workday so many after its day.
fn after_due(world: &World<'_>, view: &View, due_at: Us, due_on: i64, grace_wd: u32) -> Us {
    if grace_wd == 0 { due_at + 1 } else { midnight(view.walk(world).workdays_after(due_on, grace_wd) + 1) }
}
