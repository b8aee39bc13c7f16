//! A day of a clock as a line.

use analytics::sla::{DayLine, DayRole, Mark, OfficeDay, OfficePart, OfficeRole};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Why a workday that is no counted day is the due date.
const ROLLED_ON: &str = " the last day is no working day, so the limit ends on the next (domain §4 point 3)";

/// Each day of a list. Those after the end are told as what would have been; `ended` says which end,
/// `cut` to which day a list that is cut goes on.
pub(super) fn lines(days: &[DayLine], cut: Option<Date>, ended: Option<&str>, zone: &TimeZone) -> Vec<String> {
    let mut lines = Vec::with_capacity(days.len() + 2);
    let mut is_over = false;
    for day in days {
        if day.is_after_end && !is_over {
            let ended = ended.unwrap_or("ended");
            lines.push(format!(
                "{ended}: the clock has stopped; the due date would have been reached so (domain §4 point 8)"
            ));
        }
        is_over = day.is_after_end;
        lines.push(line(day, zone));
    }
    lines.extend(cut.map(|day| format!("… and so on to {day}")));
    lines
}

/// One day: date, what it is to the clock, why, and what falls on it.
fn line(day: &DayLine, zone: &TimeZone) -> String {
    let weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
        [usize::from(day.date.weekday().to_monday_zero_offset().unsigned_abs())];
    let role = match day.role {
        DayRole::Start if day.office.is_some() => "day 0".to_owned(),
        DayRole::Start => "day 0, not counted".to_owned(),
        DayRole::Counted(number) if day.is_after_end => format!("would be day {number}"),
        DayRole::Counted(number) => format!("day {number}"),
        DayRole::Excluded => "excluded".to_owned(),
        DayRole::NotOpen => "step not open".to_owned(),
        DayRole::NotWorked => "not worked".to_owned(),
        DayRole::Running => "time runs".to_owned(),
        DayRole::RolledOn => "rolled on".to_owned(),
        DayRole::AfterCap => "after the cap".to_owned(),
    };
    let name = day.name.as_deref().unwrap_or_default();
    let stops: String = day.stops.iter().map(|stop| format!(" stop {stop}")).collect();
    let provisional = if day.provisional { " provisional" } else { "" };
    let office = day.office.as_ref().map(|day| office(day, zone)).unwrap_or_default();
    let why = if day.role == DayRole::RolledOn { ROLLED_ON } else { "" };
    let marks: Vec<&str> = day.marks.iter().map(|mark: &Mark| mark.as_str()).collect();
    let kind = day.kind.as_str();
    format!("{} {weekday}  {role:<18} {kind:<16} {name}{stops}{provisional}{office}{why} {}", day.date, marks.join(" "))
        .trim_end()
        .to_owned()
}

/// Each office window with what of it counts, then the day's and all the office time so far; nothing
/// of a day that has none.
fn office(day: &OfficeDay, zone: &TimeZone) -> String {
    let part = |part: &OfficePart| {
        let window = format!("{}-{}", clock(part.from, zone), clock(part.until, zone));
        match part.role {
            OfficeRole::Counted => format!("{window} = {}", length(part.seconds())),
            OfficeRole::Stopped => format!("{window} stopped"),
            OfficeRole::Over => format!("{window} over"),
        }
    };
    if day.parts.is_empty() {
        return String::new();
    }
    let parts: Vec<String> = day.parts.iter().map(part).collect();
    format!(" {}: {}, in all {}", parts.join(", "), length(day.counted_sec), length(day.sum_sec))
}

/// Local time of day; seconds where there are any.
fn clock(at: Timestamp, zone: &TimeZone) -> String {
    let time = zone.to_datetime(at);
    time.strftime(if time.second() == 0 { "%H:%M" } else { "%H:%M:%S" }).to_string()
}

/// As `2 h 30 min`, without the parts that are 0.
fn length(seconds: u64) -> String {
    let parts = [(seconds / 3600, "h"), (seconds % 3600 / 60, "min"), (seconds % 60, "s")];
    let told: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if told.is_empty() { "0 min".to_owned() } else { told.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_leave_out_what_is_nothing() {
        let told = [0, 45, 60, 3600, 9000, 5399, 36_061].map(length);
        assert_eq!(told, ["0 min", "45 s", "1 min", "1 h", "2 h 30 min", "1 h 29 min 59 s", "10 h 1 min 1 s"]);
    }
}
