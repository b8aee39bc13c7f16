//! The three clocks (domain §4 points 3, 7, 15; docs/CLOCK.md "Extension", "Limits", "Clocks").

use super::World;
use super::reckon::{Reckoned, reckon, total, yellow, yellow_before};
use super::story::{Extend, Story};
use super::time::{Day, MINUTE, SECOND, Us, day_of};
use super::walk::Walk;
use crate::{Limit, Unit};

/// One clock as the oracle tells it.
#[derive(Default)]
pub struct Term {
    /// In the words of `DueBasis`; empty where the rules do not say.
    pub basis: &'static str,
    pub limit: Option<Limit>,
    pub start: Option<Us>,
    pub days: Vec<Day>,
    pub excluded: Vec<Day>,
    pub due_on: Option<Day>,
    pub due_at: Option<Us>,
    pub yellow: Option<Us>,
    /// Seconds of the whole limit.
    pub total: i64,
    pub is_provisional: bool,
    pub is_extended: bool,
    /// Which extension of the story it is.
    pub extension: Option<usize>,
    /// What of it the rules leave open; it is not compared.
    pub doubt: Option<&'static str>,
    /// The same of its cards alone.
    pub card_doubt: Option<&'static str>,
}

/// What decides a clock.
enum Source {
    Limit(Limit),
    Explicit(Us),
    Nothing,
}

struct Asked<'a> {
    world: &'a World<'a>,
    story: &'a Story,
    walk: Walk<'a>,
    start: Option<Us>,
    is_extendable: bool,
    /// The extension of the promise, for a clock that has no other.
    only: Option<Option<usize>>,
}

pub fn promise(world: &World<'_>, story: &Story, walk: Walk<'_>) -> Term {
    let start = story.start.map(|start| start.at);
    let asked = Asked { world, story, walk, start, is_extendable: true, only: None };
    let case = world.case;
    match (story.explicit_due, case.promised, case.statutory) {
        (Some(due), None, None) => asked.term("EXPLICIT", &Source::Explicit(due)),
        (Some(due), _, _) if case.due_binding => asked.bound(due),
        (_, None, None) => asked.term("", &Source::Nothing),
        (_, Some(promised), None) => asked.term("PROMISED", &Source::Limit(promised)),
        (_, None, Some(statutory)) => asked.term("STATUTORY", &Source::Limit(statutory)),
        (_, Some(promised), Some(statutory)) => asked.earlier(promised, statutory),
    }
}

pub fn statutory(world: &World<'_>, story: &Story, walk: Walk<'_>, promise: &Term) -> Term {
    let start = story.start.map(|start| start.at);
    let asked = Asked { world, story, walk, start, is_extendable: true, only: Some(promise.extension) };
    match world.case.statutory {
        Some(limit) => asked.term("STATUTORY", &Source::Limit(limit)),
        None => asked.term("", &Source::Nothing),
    }
}

pub fn village(world: &World<'_>, story: &Story, walk: Walk<'_>, promise: &Term) -> Term {
    let asked = Asked { world, story, walk, start: story.village, is_extendable: false, only: None };
    if world.case.due_binding && story.explicit_due.is_some() {
        return Term { doubt: Some("whether a binding due instant binds the village clock"), ..Term::default() };
    }
    match (world.case.item.village, world.case.promised) {
        (Some(limit), _) => asked.term("VILLAGE", &Source::Limit(limit)),
        (None, Some(limit)) => {
            let mut term = asked.term("", &Source::Limit(limit));
            if promise.basis != "PROMISED" {
                term.doubt = Some("the village clock falls back on a promise that does not decide");
            }
            term
        }
        (None, None) => Term { doubt: Some("the village clock has neither limit nor promise"), ..Term::default() },
    }
}

impl Asked<'_> {
    fn term(&self, basis: &'static str, source: &Source) -> Term {
        let Some(start) = self.start else {
            let basis = if matches!(source, Source::Nothing) { "" } else { "NOT_STARTED" };
            return Term { basis, ..Term::default() };
        };
        match *source {
            Source::Nothing => Term { basis: "NO_LIMIT", start: Some(start), ..Term::default() },
            Source::Explicit(due) => self.explicit(start, due),
            Source::Limit(limit) => self.limited(basis, start, limit),
        }
    }

    fn explicit(&self, start: Us, due: Us) -> Term {
        let in_force = self.in_force(due, true);
        let moved = in_force.and_then(|place| self.story.extends[place].due);
        let due = moved.unwrap_or(due);
        Term {
            basis: "EXPLICIT",
            start: Some(start),
            due_on: Some(day_of(due)),
            due_at: Some(due),
            yellow: yellow_before(self.world, start, due),
            total: (due - start) / SECOND,
            is_extended: moved.is_some(),
            extension: in_force,
            ..Term::default()
        }
    }

    fn limited(&self, basis: &'static str, start: Us, limit: Limit) -> Term {
        let (reckoned, is_asked, extension) = self.reckoned(self.walk, start, limit, self.is_extendable);
        let is_extended = extension.is_some();
        let is_odd = is_asked && !is_extended;
        let yellow = yellow(self.world, self.walk, start, limit, &reckoned);
        let doubts = [
            reckoned.doubt,
            (is_odd && limit.n == 0).then_some("an instant item is extended"),
            yellow.filter(|yellow| self.is_at_a_stop(limit, *yellow)).map(|_| "4/5 are used right when a stop begins"),
        ];
        Term {
            basis,
            limit: Some(limit),
            start: Some(start),
            due_on: Some(reckoned.due_on),
            due_at: Some(reckoned.due_at),
            yellow,
            total: if limit.n == 0 { 0 } else { total(self.walk, limit, &reckoned.days) },
            is_provisional: !self.world.calendar.knows(reckoned.due_on),
            is_extended,
            extension,
            doubt: doubts.into_iter().flatten().next(),
            card_doubt: is_odd.then_some("hours are extended"),
            days: reckoned.days,
            excluded: reckoned.excluded,
        }
    }

    /// The office time before yellow ends at a stop, not at a closing.
    fn is_at_a_stop(&self, limit: Limit, yellow: Us) -> bool {
        if limit.n == 0 || !matches!(limit.unit, Unit::Hour | Unit::Min) || yellow % MINUTE != 0 {
            return false;
        }
        let mut end = yellow;
        while !self.walk.is_running(end - MINUTE) {
            end -= MINUTE;
        }
        end != yellow && self.walk.calendar.is_office_minute(end)
    }

    /// The limit with the extension in force, whether one was asked for in time, and which lengthens
    /// the limit.
    fn reckoned(
        &self,
        walk: Walk<'_>,
        start: Us,
        limit: Limit,
        is_extendable: bool,
    ) -> (Reckoned, bool, Option<usize>) {
        let without = reckon(self.world, walk, start, limit, 0);
        let in_force = self.in_force(without.due_at, false).filter(|_| is_extendable);
        let Some(days) = in_force.and_then(|place| self.story.extends[place].days) else {
            return (without, false, None);
        };
        if limit.n == 0 || matches!(limit.unit, Unit::Hour | Unit::Min) {
            return (without, true, None);
        }
        let most = self.world.case.item.max_extension_days.unwrap_or(10);
        (reckon(self.world, walk, start, limit, days.min(most)), true, in_force)
    }

    /// The first extension that took effect by the due instant without it.
    fn in_force(&self, due: Us, is_explicit: bool) -> Option<usize> {
        let counts = |extend: &Extend| extend.days.is_some() && (!is_explicit || extend.due.is_some());
        let first = || self.story.extends.iter().position(|extend| counts(extend) && extend.at <= due);
        self.only.unwrap_or_else(first)
    }

    /// The promise, or the statutory limit if that is earlier.
    fn earlier(&self, promised: Limit, statutory: Limit) -> Term {
        if promised.unit == statutory.unit {
            let is_over = promised.n > statutory.n;
            let (basis, limit) = if is_over { ("STATUTORY", statutory) } else { ("PROMISED", promised) };
            return self.term(basis, &Source::Limit(limit));
        }
        let Some(start) = self.start else { return self.term("PROMISED", &Source::Limit(promised)) };
        let plain = Walk { calendar: self.world.calendar, deductions: &[] };
        let mut answers = Vec::new();
        let mut doubt = None;
        for (walk, is_extended) in [(plain, false), (self.walk, false), (self.walk, true)] {
            let (promised, ..) = self.reckoned(walk, start, promised, is_extended);
            let (statutory, ..) = self.reckoned(walk, start, statutory, is_extended);
            answers.push(promised.due_at > statutory.due_at);
            doubt = doubt.or(promised.doubt).or(statutory.doubt);
        }
        if answers.contains(&true) && answers.contains(&false) {
            doubt = Some("which limit is earlier depends on stops or extensions");
        }
        let (basis, limit) = if answers[0] { ("STATUTORY", statutory) } else { ("PROMISED", promised) };
        let mut term = self.term(basis, &Source::Limit(limit));
        term.doubt = term.doubt.or(doubt);
        term
    }

    /// The source's due instant decides although there is a limit.
    fn bound(&self, due: Us) -> Term {
        let mut term = self.term("EXPLICIT", &Source::Explicit(due));
        let case = self.world.case;
        if let Some((start, limit)) = self.start.zip(case.statutory) {
            let (statutory, ..) = self.reckoned(self.walk, start, limit, true);
            if Some(statutory.due_at) < term.due_at {
                term.doubt = Some("a binding due instant after the statutory one");
            }
        }
        if case.promised.or(case.statutory).is_some_and(|limit| limit.n == 0) {
            term.doubt = Some("a binding due instant of an instant item");
        }
        term
    }
}
