//! The raw events, with the time at which each was entered.

use jiff::SignedDuration;

use super::Case;
use crate::format;

/// One event.
pub(super) struct Line {
    pub(super) occurred: String,
    pub(super) recorded: String,
    pub(super) known: String,
    /// Entered so long after it happened that it counts as late (domain §4 point 10).
    pub(super) late: bool,
    pub(super) lag: String,
    pub(super) event: String,
    pub(super) step: String,
    pub(super) org: String,
    /// Whether the mapping made it out of a case row.
    pub(super) unfolded: bool,
    /// That its source has taken it back, and since when; else empty.
    pub(super) deleted: String,
}

/// The events in the order in which the clock takes them.
pub(super) fn lines(case: &Case<'_>) -> Vec<Line> {
    let (t, zone) = (case.lang(), case.context.zone());
    let explained = &case.known.explanation;
    let allowed = late_entry(&explained.policy_name, explained.policy_version);
    let line = |event: &analytics::EventLine| {
        let lag = event.recorded_at.map(|recorded| event.occurred_at.duration_until(recorded));
        let late = lag.is_some_and(|lag| lag > allowed);
        let hours = lag.map(|lag| lag.as_hours().to_string()).unwrap_or_default();
        let mut words = t.code("event", &event.event_type);
        if let Some(result) = &event.close_result {
            words = format!("{words} · {}", t.code("result", result));
        }
        Line {
            occurred: format::stamp(zone, event.occurred_at),
            recorded: event.recorded_at.map_or_else(|| format::NONE.to_owned(), |at| format::stamp(zone, at)),
            known: format::stamp(zone, event.known_at),
            late,
            lag: if late { t.tell("event-late", &[("hours", &hours)]) } else { String::new() },
            event: words,
            step: event.step_name.clone().unwrap_or_default(),
            org: case.org(event.org_code.as_deref()),
            unfolded: event.unfolded,
            deleted: event
                .deleted_since
                .map_or_else(String::new, |at| t.tell("event-deleted", &[("at", &format::stamp(zone, at))])),
        }
    };
    case.known.events.iter().map(line).collect()
}

/// How long after it happened an event may be entered: `late_entry_h` of the policy that judged the
/// case, or a day (domain §4 point 10) for a policy that is not among the shipped ones.
fn late_entry(policy: &str, version: u32) -> SignedDuration {
    let rows = datasets::reference::policies().unwrap_or_default();
    let row = rows.iter().find(|row| row.policy == policy && row.version == version);
    let hours = row.and_then(|row| row.body.get("late_entry_h")).and_then(serde_json::Value::as_i64);
    SignedDuration::from_hours(hours.unwrap_or(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policy_says_what_is_late() {
        assert_eq!(late_entry("BEIHAI_2", 1), SignedDuration::from_hours(24));
        assert_eq!(late_entry("NO_SUCH", 1), SignedDuration::from_hours(24));
    }
}
