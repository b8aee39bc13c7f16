//! The clock against a second one that shares no code with it but the input types, on random
//! cases. The oracle walks: day by day through the calendar, minute by minute through the office,
//! event by event through the cards. It follows domain §3 and §4 and docs/CLOCK.md; where they
//! leave something open it says so and nothing is compared (`doubt`).
//!
//! `SLA_ORACLE_CASES=1000000 cargo test -p sla oracle -- --nocapture` is the long run. A failure
//! is shrunk, and its seed is kept in `proptest-regressions/`.

mod calendar;
mod cases;
mod compare;
mod compare_cards;
mod coverage;
mod examples;
mod levels;
mod opening;
mod reader;
mod reckon;
mod replay;
mod state;
mod steps;
mod stops;
mod story;
mod terms;
mod time;
mod view;
mod walk;

use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};

use self::calendar::Calendar;
use self::cases::Case;
use self::compare::Diff;
use self::coverage::Coverage;
use self::view::View;
use crate::{CaseInput, CaseRules, ClockKind, Deadline, Event, Level, Policy, Rule, RuleChange, fold, judge};

/// Cases of a normal run, over all ladders.
const CASES: u32 = 2_000;

/// What a case is judged by.
#[derive(Clone, Copy)]
pub struct World<'a> {
    pub case: CaseInput<'a>,
    pub policy: &'a Policy,
    pub calendar: &'a Calendar,
    /// What judges it from some instants on.
    pub later: &'a [Later<'a>],
    /// What it began under, where it is one of these.
    pub first: Option<&'a World<'a>>,
    /// When it is looked at.
    pub now: time::Us,
}

impl<'a> World<'a> {
    /// How many changes count of those that were known by an instant; where none was, of the first.
    pub fn place(&self, by: time::Us, now: time::Us) -> usize {
        let counts = |later: &Later<'_>| later.at <= by || (later.is_first && later.at <= now);
        self.later.iter().rposition(counts).map_or(0, |place| place + 1)
    }

    /// The rules that were known by an instant.
    pub fn known(&self, by: time::Us, now: time::Us) -> Self {
        let first = self.first.copied().unwrap_or(*self);
        match self.place(by, now).checked_sub(1) {
            None => World { now, first: self.first, ..first },
            Some(place) => {
                let Later { case, policy, calendar, .. } = self.later[place];
                World { case, policy, calendar, now, ..*self }
            }
        }
    }
}

/// Other rules.
#[derive(Clone, Copy)]
pub struct Later<'a> {
    pub at: time::Us,
    pub is_first: bool,
    pub case: CaseInput<'a>,
    pub policy: &'a Policy,
    pub calendar: &'a Calendar,
}

/// The schemes of domain §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ladder {
    Beihai2,
    Hunan3,
    JsGrace,
}

impl Ladder {
    fn policy(self) -> Policy {
        let official = Policy::for_testing();
        let after = |of, grace_wd| Rule::AfterDue { of, grace_wd };
        match self {
            Self::Beihai2 => official,
            Self::Hunan3 => Policy {
                name: "HUNAN_3".to_owned(),
                is_official: false,
                deadline: Deadline::HourExact,
                ladder: vec![
                    (Level::Prewarn, Rule::BeforeDue { of: ClockKind::Promise, wd: 2 }),
                    (Level::Yellow, after(ClockKind::Promise, 0)),
                    (Level::Red, after(ClockKind::Statutory, 0)),
                ],
                ..official
            },
            Self::JsGrace => Policy {
                name: "JS_GRACE".to_owned(),
                is_official: false,
                ladder: vec![
                    (Level::Reminder, after(ClockKind::Promise, 0)),
                    (Level::Yellow, after(ClockKind::Promise, 1)),
                    (Level::Red, after(ClockKind::Promise, 2)),
                ],
                ..official
            },
        }
    }

    /// The next version of the policy.
    fn changed(self, is_early: bool) -> Policy {
        let mut policy = self.policy();
        policy.version += 1;
        for (_, rule) in &mut policy.ladder {
            if let Rule::UsedRatio { num, den } = rule {
                (*num, *den) = if is_early { (1, 2) } else { (*num, *den) };
            }
        }
        policy
    }
}

#[test]
fn beihai_2_agrees_with_the_oracle() {
    run(Ladder::Beihai2, 6);
}

#[test]
fn hunan_3_agrees_with_the_oracle() {
    run(Ladder::Hunan3, 2);
}

#[test]
fn js_grace_agrees_with_the_oracle() {
    run(Ladder::JsGrace, 2);
}

/// Compares so many tenths of the cases asked for.
fn run(ladder: Ladder, tenths: u32) {
    let asked = std::env::var("SLA_ORACLE_CASES").map_or(CASES, |cases| cases.parse().unwrap());
    let config = ProptestConfig {
        cases: (asked / 10 * tenths).max(1),
        max_shrink_iters: 10_000,
        source_file: Some(file!()),
        ..ProptestConfig::default()
    };
    let cases = config.cases;
    let mut runner = TestRunner::new(config);
    let coverage = Coverage::default();
    let outcome = runner.run(&cases::cases(ladder), |case| agrees(&case, ladder, &coverage));
    println!("{ladder:?}, {cases} cases\n{coverage}");
    if let Err(error) = outcome {
        panic!("{error}\n{runner}");
    }
    // So that a slip in the generator cannot leave everything open.
    assert!(cases < 100 || coverage.of("cases with their cards") * 2 > u64::from(cases), "{coverage}");
}

fn agrees(case: &Case, ladder: Ladder, coverage: &Coverage) -> TestCaseResult {
    if case.events.is_empty() {
        return Ok(());
    }
    let policy = ladder.policy();
    let policies: Vec<Policy> = case.changes.iter().map(|change| ladder.changed(change.is_early)).collect();
    let pairs = || case.changes.iter().zip(&policies);
    let changes = pairs().map(|(change, policy)| RuleChange {
        at: time::instant(change.at),
        is_first: change.is_first,
        cause: crate::CancelCause::RulesChanged,
        rules: CaseRules {
            calendar: calendar::office(change.has_other_hours),
            policy,
            promised: change.promised,
            statutory: change.statutory,
            item: &change.item,
        },
    });
    let changes: Vec<RuleChange<'_>> = changes.collect();
    let later = pairs().map(|(change, policy)| Later {
        at: change.at,
        is_first: change.is_first,
        case: CaseInput { promised: change.promised, statutory: change.statutory, item: &change.item, ..case.input() },
        policy,
        calendar: calendar::office(change.has_other_hours),
    });
    let later: Vec<Later<'_>> = later.collect();
    let first =
        World { case: case.input(), policy: &policy, calendar: case.calendar, later: &later, first: None, now: 0 };
    let world = World { first: Some(&first), ..first };
    let mut diff = Diff::default();
    compare_views(&mut diff, coverage, &world, &case.events, None);
    for as_of in &case.as_of {
        let known = case.events.iter().filter(|event| time::us(event.known_at) <= *as_of);
        let known: Vec<Event> = known.cloned().collect();
        compare_views(&mut diff, coverage, &world, &known, Some(*as_of));
    }
    diff.place = String::new();
    if case.events.iter().any(|event| event.is_deleted) {
        coverage.compared("cases with an event taken back");
    }
    if !changes.is_empty() {
        coverage.compared("cases whose rules change");
    }
    let case = CaseInput { changes: &changes, ..world.case };
    let judged = judge(&case, world.calendar, &time::zone(), &policy);
    let judged = judged.map_err(|error| TestCaseError::fail(error.to_string()))?;
    compare_cards::cards(&mut diff, coverage, &world, &replay::replay(&world, case.events), &judged);
    prop_assert!(diff.is_empty(), "\n{diff}\n");
    Ok(())
}

/// Compares how the case stands by some of its events.
fn compare_views(diff: &mut Diff, coverage: &Coverage, world: &World<'_>, events: &[Event], as_of: Option<time::Us>) {
    if events.is_empty() {
        return;
    }
    let view = View::of(world, &events.iter().collect::<Vec<_>>());
    if let Some(doubt) = view.story.doubt {
        coverage.left_open(doubt);
        return;
    }
    diff.place = as_of.map_or_else(String::new, |as_of| format!("as of {}: ", time::show(time::instant(as_of))));
    let case = CaseInput { events, ..world.case };
    match fold(&case, world.calendar, &time::zone(), world.policy) {
        Ok(clock) => {
            compare::views(diff, coverage, world, &view, &clock);
            let last = events.iter().map(|event| time::us(event.known_at)).max().unwrap_or(0);
            compare::as_of(diff, coverage, world, &view, &clock, as_of.unwrap_or(last));
        }
        Err(error) => diff.same("fold", "a clock".to_owned(), error.to_string()),
    }
}
