//! Suspensions, and what else of a case has a clock of its own, as lines.

use analytics::CaseItem;
use analytics::sla::{Explanation, Limit, ObjectType, StopKind};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::clocks::unknown_year;
use super::item::law;
use super::{days, local};

/// Each suspension, with what it takes out or why it takes out nothing.
pub(super) fn stops(explanation: &Explanation, item: &CaseItem, zone: &TimeZone) -> Vec<String> {
    let at = |instant: Option<Timestamp>| instant.map_or("-".into(), |instant| end(instant, zone));
    let told = explanation.clock.suspensions.iter().zip(&explanation.stops).map(|(stop, told)| {
        let kind = stop.kind.map_or("of no kind", |kind| kind.as_str());
        let notes: Vec<&str> = told.notes.iter().map(|note| why_not(note.as_str())).collect();
        let dates: Vec<String> = told.excluded_on.iter().map(ToString::to_string).collect();
        let deducted = match stop.deducted {
            None => format!("nothing deducted: {} (points 4, 5)", notes.join(", ")),
            Some(span) => {
                let span = format!("deducted {} to {}", local(span.from, zone), end(span.until, zone));
                match (notes.is_empty(), dates.is_empty()) {
                    (false, _) => format!("{span}, moves nothing: {} (points 5, 6)", notes.join(", ")),
                    (true, false) => format!("{span}, takes out {} (points 5, 6)", dates.join(" ")),
                    (true, true) => format!("{span}, its office time (points 3, 5)"),
                }
            }
        };
        let basis = told.basis.as_deref().map(|basis| format!(", basis {basis}")).unwrap_or_default();
        let approved = told.approved.map(|length| format!(" {}", limit(length))).unwrap_or_default();
        let by_law = stop.kind.is_some_and(StopKind::is_by_law);
        let law = if by_law { law(item, "45") } else { "the item's own rule".to_owned() };
        let (from, until) = (local(stop.started_at, zone), at(stop.ended_at));
        let cap = at(stop.cap_at);
        format!(
            "  stop {} {kind}: {from} to {until}{basis}, approved{approved} until {cap}, {deducted} (domain §4 point 4; {law})",
            told.label
        )
    });
    told.collect()
}

/// Why a suspension takes nothing out.
fn why_not(note: &str) -> &str {
    match note {
        "NO_BASIS" => "no basis",
        "NO_LENGTH" => "no approved length",
        "NO_NOTICE" => "no notice to the applicant",
        "KIND_NOT_ALLOWED" => "kind not allowed by the item",
        "ENDED_BEFORE" => "ended before it took effect",
        "CAP_PASSED" => "approved or told after its approved length was over",
        "NO_CLOCK" => "no limit is running",
        "EXPLICIT_DUE" => "the source's own due time is moved by no stop",
        "BEFORE_START" => "over before the start",
        "AFTER_DUE" => "begins after the due date",
        "NO_WHOLE_DAY" => "covers no whole workday up to the due date",
        "NO_OFFICE_TIME" => "covers no office time up to the due time",
        other => other,
    }
}

/// The time to accept, each suspension and the time to deliver, day by day.
pub(super) fn lines(explanation: &Explanation, item: &CaseItem, as_of: Timestamp, zone: &TimeZone) -> Vec<String> {
    let mut lines = Vec::new();
    for object in &explanation.objects {
        let (what, ended, rule) = match object.object_type {
            ObjectType::PreAcceptance => {
                ("time to accept".to_owned(), "answered", format!("§4 point 1; {}", law(item, "32, 82")))
            }
            ObjectType::Delivery => ("time to deliver".to_owned(), "delivered", law(item, "44, 82")),
            _ => {
                let label = object.label.as_deref().unwrap_or_default();
                (format!("suspension {label}"), "ended", format!("§4 point 5; {}", law(item, "45")))
            }
        };
        let told = |word: &str, at: Option<Timestamp>| {
            let reached = at.filter(|at| object.unknown_year.is_none() && object.ended_at.is_none_or(|end| *at < end));
            reached.map(|at| format!("{word} {}", local(at, zone)))
        };
        let length = object.limit.map_or("no length".to_owned(), limit);
        let mut parts = vec![format!("{length} from {}", local(object.started_at, zone))];
        parts.extend(told("yellow", object.yellow_at));
        match object.cap_at {
            Some(cap_at) => {
                parts.push(format!("cap {}", end(cap_at, zone)));
                parts.extend(object.next_on.map(|next_on| format!("next workday {next_on}")));
            }
            None => parts.push(format!("due {}", local(object.due_at, zone))),
        }
        parts.extend(told("red", object.red_at));
        parts.extend(object.ended_at.map(|at| format!("{ended} {}", local(at, zone))));
        parts.extend(object.unknown_year.map(unknown_year));
        lines.push(String::new());
        lines.push(format!("{what}, day by day: {} (domain §3; {rule})", parts.join(", ")));
        let ended = object.ended_at.filter(|at| *at <= as_of).map(|at| format!("{ended} {}", local(at, zone)));
        lines.extend(days::lines(&object.days, object.cut, ended.as_deref(), zone));
    }
    lines
}

fn limit(limit: Limit) -> String {
    format!("{} {}", limit.n, limit.unit)
}

/// An instant at which a span ends: midnight is 24:00 of the day before.
fn end(instant: Timestamp, zone: &TimeZone) -> String {
    let before = instant.checked_sub(SignedDuration::from_micros(1)).unwrap_or(instant);
    let time = local(before, zone);
    if time.ends_with("24:00") { time } else { local(instant, zone) }
}
