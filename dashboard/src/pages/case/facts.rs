//! The clock in figures.

use analytics::sla::{Clock, ClockKind, Limit, Unit};
use jiff::Timestamp;

use super::Case;
use crate::format;

/// One line: what, how much, and what to know about it.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
    /// What else there is to it; mostly nothing.
    pub(super) below: String,
    pub(super) note: String,
}

/// What the clock holds, in the order of a case's life.
pub(super) fn facts(case: &Case<'_>) -> Vec<Fact> {
    let (t, zone) = (case.lang(), case.context.zone());
    let (known, clock) = (&case.known, &case.known.explanation.clock);
    let stamp = |at: Option<jiff::Timestamp>| at.map_or_else(|| format::NONE.to_owned(), |at| format::stamp(zone, at));
    let days =
        |n: Option<i64>| n.map_or_else(|| format::NONE.to_owned(), |n| t.tell("n-workdays", &[("n", &n.to_string())]));
    let fact = |key: &str, value: String, note: String| Fact { name: t.say(key), value, below: String::new(), note };
    let in_units = |limit: Option<Limit>, n: u32| {
        limit.map_or_else(|| format::NONE.to_owned(), |limit| format::limit(t, n, limit.unit))
    };
    // What comes after the end, or rests on an unknown calendar, is no instant of the clock.
    let reached = |at: Option<Timestamp>| {
        at.filter(|at| !clock.promise.provisional && clock.closed_at.is_none_or(|closed| *at <= closed))
    };
    let no_card = |key: &str| match known.explanation.unknown_year(ClockKind::Promise) {
        Some(year) => t.tell("calendar-unknown", &[("year", &year.to_string())]),
        None => t.say(key),
    };
    let limit_of = |clock: &Clock| in_units(clock.limit, clock.n);
    let told = |limit: Option<Limit>| in_units(limit, limit.map_or(0, |limit| limit.n));
    let basis = t.code("basis", clock.promise.basis.as_str());
    let published = t.tell(
        "fact-limits-note",
        &[("promised", &told(known.promised_limit)), ("statutory", &told(known.statutory_limit))],
    );
    let result = clock.close_result.map(|result| t.code("result", result.as_str())).unwrap_or_default();
    let used = known.used;
    let ratio = used
        .ratio_ppm
        .map_or_else(|| format::NONE.to_owned(), |ppm| format!("{}%", format::tenths(ppm as f64 / 10_000.0)));
    let tenths = format::tenths(f64::from(used.used_days_tenths) / 10.0);
    let is_natural = clock.promise.limit.is_some_and(|it| it.n > 0 && matches!(it.unit, Unit::Cd | Unit::Month));
    let used_unit = if is_natural { "limit-CD" } else { "n-workdays" };
    let hours = format::tenths(used.used_office_sec as f64 / 3600.0);
    vec![
        fact("fact-status", t.code("status", known.status.as_str()), t.say("fact-status-note")),
        fact("fact-received", stamp(clock.received_at.or(clock.applied_at)), t.say("fact-received-note")),
        fact("fact-started", stamp(clock.promise.started_at), start_note(case)),
        fact("fact-limit", format!("{} · {basis}", limit_of(&clock.promise)), published),
        fact("fact-basis", basis_of(case), t.say("fact-basis-note")),
        fact("fact-yellow", stamp(reached(clock.promise.yellow_at)), no_card("fact-yellow-note")),
        fact("fact-due", stamp(clock.promise.due_at), t.tell("fact-due-note", &[("rule", &rule(case))])),
        fact("fact-red", stamp(reached(clock.promise.red_at)), no_card("fact-red-note")),
        Fact {
            below: ended(case, &clock.statutory),
            ..fact("fact-statutory", stamp(clock.statutory.due_at), limit_of(&clock.statutory))
        },
        Fact {
            below: ended(case, &clock.village),
            ..fact("fact-village", stamp(clock.village.due_at), limit_of(&clock.village))
        },
        fact("fact-stops", stops(case), t.say("fact-stops-note")),
        fact("fact-closed", stamp(clock.closed_at), result),
        fact("fact-used-wd", days(Some(i64::from(used.used_wd))), t.say("fact-used-wd-note")),
        fact(
            "fact-used-days",
            t.tell(used_unit, &[("n", &tenths)]),
            t.tell("fact-used-days-note", &[("ratio", &ratio)]),
        ),
        fact("fact-used-office", t.tell("n-hours", &[("n", &hours)]), t.say("fact-used-office-note")),
        fact("fact-holder", case.org(clock.holder.as_deref()), t.say("fact-holder-note")),
        fact("fact-engine", known.explanation.engine_version.to_string(), t.say("fact-engine-note")),
    ]
}

/// Where the item's limit is laid down.
fn basis_of(case: &Case<'_>) -> String {
    case.item.limit_basis.clone().unwrap_or_else(|| format::NONE.to_owned())
}

/// The points of the rules that the due date follows.
fn rule(case: &Case<'_>) -> String {
    let t = case.lang();
    let clock = &case.known.explanation.clock.promise;
    let points: Vec<String> = clock.rule_points().iter().map(|point| format!("§4.{point}")).collect();
    let mut points = points.join(t.say("point-mark").as_str());
    if clock.is_instant() {
        points = format!("§3{}{points}", t.say("point-mark"));
    }
    if clock.counts_workdays() { format!("{points}{}{}", t.say("list-mark"), t.say("law-workdays")) } else { points }
}

/// How a clock with a due time ended; nothing if it runs, or has none.
fn ended(case: &Case<'_>, clock: &Clock) -> String {
    let (Some(due_at), Some(ended_at)) = (clock.due_at, clock.ended_at) else { return String::new() };
    let key = if ended_at <= due_at { "fact-ended-in-time" } else { "fact-ended-late" };
    case.lang().tell(key, &[("at", &format::stamp(case.context.zone(), ended_at))])
}

/// How the case came to be accepted.
fn start_note(case: &Case<'_>) -> String {
    let t = case.lang();
    match case.known.explanation.clock.start {
        Some(start) if start.from > start.at => {
            t.tell("fact-started-deemed", &[("from", &format::stamp(case.context.zone(), start.from))])
        }
        Some(start) => t.code("start", start.kind.as_str()),
        None => match case.known.explanation.waits_since {
            Some(at) => t.tell("days-wait", &[("at", &format::stamp(case.context.zone(), at))]),
            None => t.say("fact-started-note"),
        },
    }
}

/// Days that stops took out, and the extension.
fn stops(case: &Case<'_>) -> String {
    let t = case.lang();
    let clock = &case.known.explanation.clock;
    let excluded = t.tell("fact-stops-value", &[("n", &clock.promise.excluded_on.len().to_string())]);
    match clock.extension {
        Some(extension) => {
            format!("{excluded} · {}", t.tell("fact-extension-value", &[("n", &extension.days.to_string())]))
        }
        None => excluded,
    }
}
