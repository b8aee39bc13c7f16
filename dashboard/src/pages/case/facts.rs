//! The clock in figures.

use analytics::sla::{Clock, Limit};

use super::Case;
use crate::format;

/// One line: what, how much, and what to know about it.
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) note: String,
}

/// What the clock holds, in the order of a case's life.
pub(super) fn facts(case: &Case<'_>) -> Vec<Fact> {
    let (t, zone) = (case.lang(), case.context.zone());
    let (known, clock) = (&case.known, &case.known.explanation.clock);
    let stamp = |at: Option<jiff::Timestamp>| at.map_or_else(|| format::NONE.to_owned(), |at| format::stamp(zone, at));
    let days =
        |n: Option<i64>| n.map_or_else(|| format::NONE.to_owned(), |n| t.tell("n-workdays", &[("n", &n.to_string())]));
    let fact = |key: &str, value: String, note: String| Fact { name: t.say(key), value, note };
    let in_units = |limit: Option<Limit>, n: u32| {
        limit.map_or_else(
            || format::NONE.to_owned(),
            |limit| {
                t.tell("fact-limit-value", &[("n", &n.to_string()), ("unit", &t.code("unit", limit.unit.as_str()))])
            },
        )
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
    let hours = format::tenths(used.used_office_sec as f64 / 3600.0);
    vec![
        fact("fact-status", t.code("status", known.status.as_str()), t.say("fact-status-note")),
        fact("fact-received", stamp(clock.received_at.or(clock.applied_at)), t.say("fact-received-note")),
        fact("fact-started", stamp(clock.promise.started_at), start_note(case)),
        fact("fact-limit", format!("{} · {basis}", limit_of(&clock.promise)), published),
        fact("fact-yellow", stamp(clock.promise.yellow_at), t.say("fact-yellow-note")),
        fact("fact-due", stamp(clock.promise.due_at), t.say("fact-due-note")),
        fact("fact-red", stamp(clock.promise.red_at), t.say("fact-red-note")),
        fact("fact-statutory", stamp(clock.statutory.due_at), limit_of(&clock.statutory)),
        fact("fact-village", stamp(clock.village.due_at), limit_of(&clock.village)),
        fact("fact-stops", stops(case), t.say("fact-stops-note")),
        fact("fact-closed", stamp(clock.closed_at), result),
        fact("fact-used-wd", days(Some(i64::from(used.used_wd))), t.say("fact-used-wd-note")),
        fact(
            "fact-used-days",
            t.tell("n-workdays", &[("n", &tenths)]),
            t.tell("fact-used-days-note", &[("ratio", &ratio)]),
        ),
        fact("fact-used-office", t.tell("n-hours", &[("n", &hours)]), t.say("fact-used-office-note")),
        fact("fact-holder", case.org(clock.holder.as_deref()), t.say("fact-holder-note")),
        fact("fact-engine", known.explanation.engine_version.to_string(), t.say("fact-engine-note")),
    ]
}

/// How the case came to be accepted.
fn start_note(case: &Case<'_>) -> String {
    let t = case.lang();
    match case.known.explanation.clock.start {
        Some(start) if start.from > start.at => {
            t.tell("fact-started-deemed", &[("from", &format::stamp(case.context.zone(), start.from))])
        }
        Some(start) => t.code("start", start.kind.as_str()),
        None => t.say("fact-started-note"),
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
