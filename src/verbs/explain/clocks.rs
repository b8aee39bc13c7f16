//! The start, the clocks and the steps of a case as lines.

use analytics::sla::{Clock, ClockKind, DueBasis, Explanation, StartKind, StepClock};
use analytics::{CaseExplanation, CaseItem};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::item::law;
use super::local;
use crate::output::counted;

/// How the case came to be accepted, or what it waits for.
pub(super) fn start(case: &CaseExplanation, item: &CaseItem, as_of: Timestamp, zone: &TimeZone) -> Option<String> {
    let explanation = &case.explanation;
    if let Some(since) = explanation.waits_since {
        let law = law(item, "32");
        let since = local(since, zone);
        return Some(format!(
            "waits for CORRECTION_COMPLETE: the notice to correct holds the clock since {since} (domain §4 point 1; {law})"
        ));
    }
    let start = explanation.clock.start?;
    let from = if start.from > start.at { format!(" as of {}", local(start.from, zone)) } else { String::new() };
    let (why, law) = match start.kind {
        StartKind::Accepted => ("accepted", law(item, "42")),
        StartKind::Corrected => ("accepted with the file complete", law(item, "32")),
        StartKind::Deemed if start.from > as_of => {
            ("deemed accepted if nobody answers the receipt before that,", law(item, "32"))
        }
        StartKind::Deemed => ("deemed accepted, nobody having answered the receipt", law(item, "32")),
    };
    let is_office_time = explanation.days.iter().any(|day| day.office.is_some());
    let counts = if is_office_time { "day 0, its office time counts" } else { "day 0, not counted" };
    Some(format!("start {}: {why}{from} (domain §4 point 1; {law}); {counts}", local(start.at, zone)))
}

/// One of the three clocks.
pub(super) fn clock(explanation: &Explanation, kind: ClockKind, item: &CaseItem, zone: &TimeZone) -> String {
    let clock = explanation.clock.clock(kind);
    let limit = clock.limit.map_or("-".into(), |limit| format!("{} {}", clock.n, limit.unit));
    let head = format!("clock {:<9} {} {limit}", clock.kind, clock.basis);
    let rule = rule(clock, item);
    match clock.basis {
        DueBasis::NotStarted => return format!("{head}: not started ({rule})"),
        DueBasis::NoLimit => return format!("{head}: no limit and no due time: no card ({rule})"),
        _ => {}
    }
    let mut parts = vec![format!("from {}", at(clock.started_at, zone))];
    let due = format!("due {}", at(clock.due_at, zone));
    if let Some(year) = explanation.unknown_year(kind) {
        parts.push(format!("{due} by the weekdays alone"));
        parts.push(unknown_year(year));
    } else {
        // What comes after the end is no instant of the clock any more.
        let told = |instant: Option<Timestamp>| instant.filter(|at| clock.ended_at.is_none_or(|end| *at <= end));
        parts.extend(told(clock.yellow_at).map(|at| format!("yellow {}", local(at, zone))));
        parts.push(due);
        parts.extend(told(clock.red_at).map(|at| format!("red {}", local(at, zone))));
    }
    if let Some(ended_at) = clock.ended_at {
        let in_time = clock.due_at.map_or("", |due_at| if ended_at <= due_at { " in time" } else { " late" });
        let is_handed_on = explanation.clock.closed_at != Some(ended_at);
        let why = if is_handed_on { "handed on" } else { "closed" };
        parts.push(format!("ended {}{in_time}, {why} (point 8)", local(ended_at, zone)));
    }
    format!("{head}: {} ({rule})", parts.join(", "))
}

/// Why there is no card.
pub(super) fn unknown_year(year: i16) -> String {
    format!("no card: the calendar of {year} is not known (domain §3)")
}

fn rule(clock: &Clock, item: &CaseItem) -> String {
    let points: Vec<String> = clock.rule_points().iter().map(ToString::to_string).collect();
    let word = if points.len() == 1 { "point" } else { "points" };
    let mut parts = vec![format!("domain §4 {word} {}", points.join(", "))];
    if clock.basis == DueBasis::Explicit {
        parts.insert(0, "the source's own due time".to_owned());
    }
    if clock.is_instant() && clock.started_at.is_some() {
        parts.insert(0, "domain §3, instant items".to_owned());
    }
    if clock.counts_workdays() && clock.started_at.is_some() {
        parts.push(law(item, "82"));
    }
    if let Some(basis) = item.limit_basis.as_deref().filter(|_| clock.limit.is_some()) {
        parts.push(format!("limit by {basis}"));
    }
    parts.join("; ")
}

/// A step with a limit or a due time is told; one without either can be neither late nor near it.
pub(super) fn has_clock(step: &StepClock) -> bool {
    step.limit.is_some() || step.due_at.is_some()
}

/// One step; `used_wd` and `unknown_year` are those of its explanation.
pub(super) fn step(step: &StepClock, used_wd: u32, unknown: Option<i16>, as_of: Timestamp, zone: &TimeZone) -> String {
    let limit = step.limit.map_or("-".into(), |limit| format!("{} {}", limit.n, limit.unit));
    let by = if step.ended_at.is_none() { format!(" by {}", local(as_of, zone)) } else { String::new() };
    let unknown = unknown.map(|year| format!(", {}", unknown_year(year))).unwrap_or_default();
    let used = counted(used_wd, "working day", "working days");
    format!(
        "  step {} {}: limit {limit}, {} to {}, due {}, {used} used{by}{unknown} (domain §4 point 9)",
        step.key(),
        step.step_name.as_deref().unwrap_or_default(),
        at(step.started_at, zone),
        at(step.ended_at, zone),
        at(step.due_at, zone)
    )
}

fn at(instant: Option<Timestamp>, zone: &TimeZone) -> String {
    instant.map_or("-".into(), |instant| local(instant, zone))
}
