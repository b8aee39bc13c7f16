//! Step clocks (domain §4 point 9; docs/CLOCK.md "Steps").

use super::reckon::{ratio, reckon, yellow, yellow_before};
use super::story::Step;
use super::time::{Day, Us, day_of, midnight};
use super::walk::{Walk, first_open, first_reaching, touches};
use super::{World, terms::Term};
use crate::{Limit, Unit};

#[derive(Default)]
pub struct StepTerm {
    pub key: String,
    pub spans: Vec<(Us, Option<Us>)>,
    pub is_open: bool,
    /// The due date is known: closed before its limit was used up, a step has none to compare.
    pub is_due_known: bool,
    pub due_on: Option<Day>,
    pub due_at: Option<Us>,
    /// When 4/5 are used, whether the step is open then or not.
    pub ratio_at: Option<Us>,
    pub used_wd: i64,
    pub is_provisional: bool,
    pub doubt: Option<&'static str>,
}

impl StepTerm {
    pub fn yellow(&self) -> Option<Us> {
        first_open(&self.spans, self.ratio_at?)
    }

    pub fn red(&self) -> Option<Us> {
        first_open(&self.spans, self.due_at? + 1)
    }

    /// Closed, and by its due instant.
    pub fn is_in_time(&self) -> bool {
        let end = self.spans.iter().filter_map(|(_, until)| *until).max();
        !self.is_open && self.due_at.is_none_or(|due| end <= Some(due))
    }
}

pub fn term(world: &World<'_>, walk: Walk<'_>, step: &Step, promise: &Term, last_known: Us) -> StepTerm {
    let first = step.spans[0].0;
    let is_open = step.spans.iter().any(|(_, until)| until.is_none());
    let last_end = step.spans.iter().filter_map(|(_, until)| *until).max().unwrap_or(first);
    let is_used = |day: &Day| walk.calendar.works(*day) && !walk.is_excluded(*day) && touches(&step.spans, *day);
    let used_until = if is_open { day_of(last_known) } else { day_of(last_end) };
    let used: Vec<Day> = (day_of(first) + 1..=used_until).filter(is_used).collect();
    let mut term = StepTerm {
        key: step.key.clone(),
        spans: step.spans.clone(),
        is_open,
        is_due_known: true,
        used_wd: i64::try_from(used.len()).unwrap(),
        doubt: step.doubt,
        ..StepTerm::default()
    };
    let mut days = used;
    match (step.told.or(step.limit), step.due) {
        (Some(limit), _) if limit.n == 0 => instant(world, walk, first, &mut term),
        (Some(limit), _) => {
            let horizon = if is_open { day_of(first) + 400 } else { used_until };
            let n = limit.n as usize;
            let counted: Vec<Day> = (day_of(first) + 1..=horizon).filter(is_used).take(n).collect();
            term.is_due_known = counted.len() == n;
            if let Some(due_on) = counted.last().copied().filter(|_| term.is_due_known) {
                let minutes = 60 * i64::try_from(walk.office_of(&counted).count()).unwrap();
                term.due_on = Some(due_on);
                term.due_at = Some(midnight(due_on + 1) - 1);
                term.ratio_at = first_reaching(walk.office_of(&counted), minutes, ratio(world));
                term.is_provisional = !world.calendar.knows(due_on);
                if walk.loses_as_last(due_on) {
                    term.doubt = Some("whether the rule of day N is for steps");
                }
            }
            days.extend(counted);
        }
        (None, Some(due)) => {
            term.due_on = Some(day_of(due));
            term.due_at = Some(due);
            term.ratio_at = yellow_before(world, first, due);
        }
        (None, None) => {}
    }
    if days.iter().any(|day| promise.excluded.contains(day)) {
        term.doubt = Some("whether the case's lost day N is lost to its steps");
    }
    if is_open && last_known == midnight(day_of(last_known)) {
        term.doubt = Some("whether a step open at midnight uses the day that begins");
    }
    term
}

/// A limit of 0: the rule of instant items, from the first start.
fn instant(world: &World<'_>, walk: Walk<'_>, first: Us, term: &mut StepTerm) {
    let limit = Limit { n: 0, unit: Unit::Wd };
    let reckoned = reckon(world, walk, first, limit, 0);
    term.due_on = Some(reckoned.due_on);
    term.due_at = Some(reckoned.due_at);
    term.ratio_at = yellow(world, walk, first, limit, &reckoned);
    term.is_provisional = !world.calendar.knows(reckoned.due_on);
    if !reckoned.excluded.is_empty() {
        term.doubt = Some("whether the rule of day N is for instant steps");
    }
}
