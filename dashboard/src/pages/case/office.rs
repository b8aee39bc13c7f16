//! Office time in words: the windows of a day, and how much of them counts.

use analytics::sla::{OfficeDay, OfficePart, OfficeRole};
use jiff::Timestamp;

use super::Case;
use crate::format;

/// Each piece of the day's office windows, with its length if it counts.
pub(super) fn parts(case: &Case<'_>, day: &OfficeDay) -> Vec<String> {
    let t = case.lang();
    let words = |part: &OfficePart| {
        let (from, until) = (clock(case, part.from), clock(case, part.until));
        let key = match part.role {
            OfficeRole::Counted => "office-counted",
            OfficeRole::Stopped => "office-stopped",
            OfficeRole::Over => "office-over",
        };
        t.tell(key, &[("from", &from), ("until", &until), ("length", &length(part.seconds()))])
    };
    day.parts.iter().map(words).collect()
}

/// Hours and minutes, as 2:30; seconds where there are any, as 2:30:05.
pub(super) fn length(seconds: u64) -> String {
    let minutes = format!("{}:{:02}", seconds / 3600, seconds % 3600 / 60);
    match seconds % 60 {
        0 => minutes,
        rest => format!("{minutes}:{rest:02}"),
    }
}

/// Local time of day; the office keeps minutes, a start or a stop may not.
fn clock(case: &Case<'_>, at: Timestamp) -> String {
    let (_, time) = format::local(case.context.zone(), at);
    match time.second() {
        0 => format::clock(time),
        second => format!("{}:{second:02}", format::clock(time)),
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_are_hours_and_minutes_and_seconds_if_need_be() {
        let told = [0, 45, 60, 9000, 5399, 36_061].map(length);
        assert_eq!(told, ["0:00", "0:00:45", "0:01", "2:30", "1:29:59", "10:01:01"]);
    }
}
