//! What the clock says of a case beside what the oracle says.

use std::fmt::{self, Debug};

use jiff::Timestamp;
use jiff::civil::Date;

use super::World;
use super::coverage::Coverage;
use super::state::{status, used};
use super::steps::StepTerm;
use super::stops::merged;
use super::terms::Term;
use super::time::{Day, Us, date, day_of, instant, show, zone};
use super::view::View;
use crate::{CaseClock, Clock, Deadline, Level, Rule, StepClock, Unit};

/// The differences found.
#[derive(Default)]
pub struct Diff {
    lines: Vec<String>,
    /// Said before every line, e.g. as of when.
    pub place: String,
}

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines.join("\n"))
    }
}

impl Diff {
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub fn same<T: PartialEq + Debug>(&mut self, what: &str, oracle: T, clock: T) {
        if oracle != clock {
            let place = &self.place;
            self.lines.push(format!("{place}{what}: oracle {oracle:?}, clock {clock:?}"));
        }
    }

    pub fn time(&mut self, what: &str, oracle: Option<Us>, clock: Option<Timestamp>) {
        let oracle = oracle.map(instant);
        if oracle != clock {
            let [oracle, clock] = [oracle, clock].map(|instant| instant.map_or("none".to_owned(), show));
            self.same(what, oracle, clock);
        }
    }

    /// Codes, whatever their case and separators.
    fn word(&mut self, what: &str, oracle: &str, clock: &impl Debug) {
        let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
        self.same(what, plain(oracle), plain(&format!("{clock:?}")));
    }

    fn number(&mut self, what: &str, oracle: i64, clock: impl Whole) {
        self.same(what, Some(i128::from(oracle)), clock.whole());
    }
}

/// A number of whatever width, there or not.
trait Whole {
    fn whole(self) -> Option<i128>;
}

macro_rules! whole {
    ($($number:ty),+) => {$(
        impl Whole for $number {
            fn whole(self) -> Option<i128> {
                Some(i128::from(self))
            }
        }

        impl Whole for Option<$number> {
            fn whole(self) -> Option<i128> {
                self.map(i128::from)
            }
        }
    )+};
}

whole!(u32, u64, i32, i64);

/// Yellow at a ratio, red right after due: of other ladders the rules do not say what the yellow
/// and red instants of a clock are.
fn is_plain(world: &World<'_>) -> bool {
    let ladder = [Level::Yellow, Level::Red].map(|level| {
        let held = world.policy.ladder.iter().find(|(held, _)| *held == level);
        held.map(|(_, rule)| *rule)
    });
    matches!(ladder, [Some(Rule::UsedRatio { .. }), Some(Rule::AfterDue { grace_wd: 0, .. })])
}

/// Start, pauses, end, clocks and steps.
pub fn views(diff: &mut Diff, coverage: &Coverage, world: &World<'_>, view: &View, clock: &CaseClock) {
    match (view.story.start, &clock.start) {
        (None, None) => {}
        (Some(oracle), Some(start)) => {
            diff.word("start.kind", oracle.kind, &start.kind);
            diff.time("start.at", Some(oracle.at), Some(start.at));
            diff.same("start.on", date(day_of(oracle.at)), start.on);
            diff.time("start.from", Some(oracle.from), Some(start.from));
        }
        (oracle, start) => diff.same("has a start", oracle.is_some(), start.is_some()),
    }
    let pauses: Vec<_> = clock.pauses.iter().map(|pause| (show(pause.from), show(pause.until))).collect();
    let oracle = merged(&view.deductions).into_iter();
    let oracle: Vec<_> = oracle.map(|(from, until)| (show(instant(from)), show(instant(until)))).collect();
    diff.same("pauses", oracle, pauses);
    let closed = view.story.closed.map(|(closed, _)| closed);
    diff.time("closed_at", closed, clock.closed_at);
    let ends = [view.story.transferred, closed].into_iter().flatten();
    if let Some(start) = view.village.start.filter(|_| view.village.doubt.is_none()) {
        // An end before the start is odd.
        if ends.clone().all(|end| start <= end) {
            diff.time("VILLAGE.ended_at", ends.min(), clock.village.ended_at);
        }
    }
    term(diff, coverage, world, "PROMISE", &view.promise, &clock.promise);
    term(diff, coverage, world, "STATUTORY", &view.statutory, &clock.statutory);
    term(diff, coverage, world, "VILLAGE", &view.village, &clock.village);
    for oracle in &view.steps {
        match clock.steps.iter().find(|step| step_key(step) == oracle.key) {
            Some(found) => step(diff, coverage, world, oracle, found),
            None => diff.same(&format!("step {} is there", oracle.key), true, false),
        }
    }
    coverage.compared("views");
}

fn dates(days: &[Day]) -> Vec<Date> {
    days.iter().map(|day| date(*day)).collect()
}

fn term(diff: &mut Diff, coverage: &Coverage, world: &World<'_>, name: &str, oracle: &Term, clock: &Clock) {
    if let Some(doubt) = oracle.doubt {
        coverage.left_open(doubt);
        return;
    }
    if !oracle.basis.is_empty() {
        diff.word(&format!("{name}.basis"), oracle.basis, &clock.basis);
    }
    diff.same(&format!("{name}.due_on"), oracle.due_on.map(date), clock.due_on);
    diff.time(&format!("{name}.due_at"), oracle.due_at, clock.due_at);
    if is_plain(world) {
        diff.time(&format!("{name}.yellow_at"), oracle.yellow, clock.yellow_at);
        diff.time(&format!("{name}.red_at"), oracle.due_at.map(|due| due + 1), clock.red_at);
    }
    if oracle.due_at.is_some() {
        diff.same(&format!("{name}.provisional"), oracle.is_provisional, clock.provisional);
    }
    let Some(limit) = oracle.limit.filter(|limit| limit.n > 0) else { return };
    let last = oracle.days.last().copied().map(date);
    match limit.unit {
        Unit::Wd => {
            diff.same(&format!("{name}.counted_on"), dates(&oracle.days), clock.counted_on.clone());
            diff.same(&format!("{name}.excluded_on"), dates(&oracle.excluded), clock.excluded_on.clone());
        }
        // Whether a due date that rolls also passes over the excluded days after day N is open.
        Unit::Cd | Unit::Month => {
            let excluded: Vec<Date> = clock.excluded_on.iter().copied().filter(|day| Some(*day) <= last).collect();
            diff.same(&format!("{name}.excluded_on"), dates(&oracle.excluded), excluded);
        }
        Unit::Hour | Unit::Min => {}
    }
    coverage.compared("clocks with a limit");
}

fn step_key(step: &StepClock) -> String {
    step.step_seq.map_or_else(|| step.step_name.clone().unwrap_or_default(), |seq| seq.to_string())
}

fn step(diff: &mut Diff, coverage: &Coverage, world: &World<'_>, oracle: &StepTerm, clock: &StepClock) {
    if let Some(doubt) = oracle.doubt {
        coverage.left_open(doubt);
        return;
    }
    let name = format!("step {}", oracle.key);
    diff.number(&format!("{name}.used_wd"), oracle.used_wd, clock.used_wd);
    if oracle.is_due_known && world.policy.deadline == Deadline::EndOfDay {
        diff.same(&format!("{name}.due_on"), oracle.due_on.map(date), clock.due_on);
        diff.time(&format!("{name}.due_at"), oracle.due_at, clock.due_at);
        if is_plain(world) {
            // Of a step that is closed they say what would have been.
            if oracle.is_open {
                diff.time(&format!("{name}.yellow_at"), oracle.yellow(), clock.yellow_at);
                diff.time(&format!("{name}.red_at"), oracle.red(), clock.red_at);
            }
        }
    }
    coverage.compared("steps");
}

/// Status and used time at an instant, by the events known then.
pub fn as_of(diff: &mut Diff, coverage: &Coverage, world: &World<'_>, view: &View, clock: &CaseClock, as_of: Us) {
    if view.promise.doubt.is_some() {
        return;
    }
    // Under other ladders the rules do not say what is near the limit.
    let oracle = status(world, view, as_of);
    if is_plain(world) || !["NEAR_LIMIT", "RUNNING"].contains(&oracle) {
        diff.word("status", oracle, &clock.status(instant(as_of)));
        coverage.compared("status");
    }
    let Some(start) = view.story.start else { return };
    let found = match view.story.closed {
        Some((closed, _)) if closed >= start.from => Some((closed, clock.used_at_end)),
        None if as_of >= start.from => Some((as_of, Some(clock.used(instant(as_of), world.calendar, &zone())))),
        Some(_) | None => None,
    };
    let Some((until, found)) = found.filter(|_| view.promise.due_at.is_some()) else { return };
    let (Some(oracle), Some(found)) = (used(world, view, until), found) else {
        diff.same("used_at_end is there", true, false);
        return;
    };
    diff.number("used_office_sec", oracle.office_sec, found.used_office_sec);
    if let Some(wd) = oracle.wd {
        diff.number("used_wd", wd, found.used_wd);
    }
    // Rounding is open, and what is less than a second.
    if until % 1_000_000 == 0
        && let (Some(ppm), Some(ratio)) = (oracle.ratio_ppm, found.ratio_ppm.whole())
    {
        let is_near = (i128::from(ppm) - ratio).abs() <= 1;
        diff.same(&format!("ratio_ppm {ppm}, {ratio}: equal"), true, is_near);
    }
    coverage.compared("used time");
}
