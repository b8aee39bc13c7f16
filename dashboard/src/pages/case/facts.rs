//! The clock in figures.

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
    let limit = clock.limit.map_or_else(
        || format::NONE.to_owned(),
        |limit| {
            t.tell("fact-limit-value", &[("n", &limit.n.to_string()), ("unit", &t.code("unit", limit.unit.as_str()))])
        },
    );
    let basis = t.code("basis", clock.due.as_str());
    let published = t.tell(
        "fact-limits-note",
        &[("promised", &days(known.promised_limit)), ("statutory", &days(known.statutory_limit))],
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
        fact("fact-received", stamp(clock.received_at), t.say("fact-received-note")),
        fact("fact-started", stamp(clock.started_at), t.say("fact-started-note")),
        fact("fact-limit", format!("{limit} · {basis}"), published),
        fact("fact-yellow", stamp(clock.yellow_at), t.say("fact-yellow-note")),
        fact("fact-due", stamp(clock.due_at), t.say("fact-due-note")),
        fact("fact-red", stamp(clock.red_at), t.say("fact-red-note")),
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
