//! Times and dates as sources write them.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use readers::mapping::Rule;

use super::value::Problem;

/// Microseconds of an instant. A time without an offset is of the rule's zone; where a clock change
/// makes it twice or never, the earlier reading, or the one shifted forward, counts.
pub(super) fn read_instant(text: &str, rule: &Rule) -> Result<i64, Problem> {
    let read = instant(text, rule).filter(|read| !has_second_60(text, *read, rule));
    read.map(Timestamp::as_microsecond).ok_or_else(|| not_a_time(rule))
}

fn instant(text: &str, rule: &Rule) -> Option<Timestamp> {
    rule.formats.iter().find_map(|format| match format.as_str() {
        "iso" => iso(text, rule),
        "excel" => excel(text).and_then(|time| place(time, &rule.zone)),
        "unix" => text.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()),
        "unix_ms" => text.parse().ok().and_then(|millis| Timestamp::from_millisecond(millis).ok()),
        "period" => period(text, rule).and_then(|date| day(date, rule)),
        format => formatted(text, format, rule),
    })
}

/// Second 60 is read as 59, whatever the form: then 59 in its place gives the same instant.
fn has_second_60(text: &str, read: Timestamp, rule: &Rule) -> bool {
    text.match_indices("60").any(|(at, _)| {
        let other = format!("{}59{}", &text[..at], &text[at + 2..]);
        instant(&other, rule) == Some(read)
    })
}

/// Days since the epoch of a civil date.
pub(super) fn read_date(text: &str, rule: &Rule) -> Result<i32, Problem> {
    let read = rule.formats.iter().find_map(|format| match format.as_str() {
        "iso" => iso_date(text, rule),
        "excel" => excel(text).map(DateTime::date),
        "period" => period(text, rule),
        format => strtime::parse(format, text).ok().and_then(|parts| parts.to_date().ok()),
    });
    read.map(datasets::days_since_epoch).ok_or_else(|| not_a_time(rule))
}

/// A period's first day, or its last.
fn period(text: &str, rule: &Rule) -> Option<Date> {
    let (first, last) = super::period::read(text)?;
    Some(if rule.end_of_day { last } else { first })
}

fn not_a_time(rule: &Rule) -> Problem {
    let reason = format!(
        "no date or time that exists in the form {}; correct it, or add its form to the mapping's `time`",
        rule.formats.join(" or ")
    );
    Problem::new("not_a_time", reason)
}

/// The day of a date or a time; of a time with an offset, the day that it is in the rule's zone.
fn iso_date(text: &str, rule: &Rule) -> Option<Date> {
    if has_offset(text) {
        return text.parse().ok().map(|instant| rule.zone.to_datetime(instant).date());
    }
    text.parse::<Date>().ok().or_else(|| text.parse::<DateTime>().ok().map(DateTime::date))
}

/// Whether a time says its distance from UTC.
fn has_offset(text: &str) -> bool {
    text.as_bytes().iter().skip(10).any(|byte| matches!(byte, b'+' | b'-' | b'Z' | b'z'))
}

/// `2018-05-16T09:00:00+08:00`, `2018-05-16 09:00:00.123`, `2018-05-16`.
fn iso(text: &str, rule: &Rule) -> Option<Timestamp> {
    match text.len() {
        0..10 => None,
        10 => day(text.parse().ok()?, rule),
        _ if has_offset(text) => text.parse().ok(),
        _ => place(text.parse().ok()?, &rule.zone),
    }
}

fn formatted(text: &str, format: &str, rule: &Rule) -> Option<Timestamp> {
    let parts = strtime::parse(format, text).ok()?;
    if let Ok(instant) = parts.to_timestamp() {
        return Some(instant);
    }
    match parts.to_datetime() {
        Ok(time) if parts.hour().is_some() => place(time, &rule.zone),
        _ => day(parts.to_date().ok()?, rule),
    }
}

/// A date alone: its begin, or its last microsecond.
fn day(date: Date, rule: &Rule) -> Option<Timestamp> {
    if !rule.end_of_day {
        return place(date.to_datetime(Time::midnight()), &rule.zone);
    }
    let next = place(date.tomorrow().ok()?.to_datetime(Time::midnight()), &rule.zone)?;
    next.checked_sub(1.microsecond()).ok()
}

fn place(time: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(time).compatible().ok()
}

/// Excel's serial days since 1899-12-30, to the second.
fn excel(text: &str) -> Option<DateTime> {
    let serial: f64 = text.parse().ok()?;
    if !(1.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let seconds = (serial * 86_400.0).round() as i64;
    DateTime::constant(1899, 12, 30, 0, 0, 0, 0).checked_add(seconds.seconds()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(formats: &[&str], zone: &str, end_of_day: bool) -> Rule {
        Rule {
            columns: Vec::new(),
            constant: None,
            map: None,
            contains: None,
            default: None,
            null: Vec::new(),
            prefix: None,
            formats: formats.iter().map(|format| (*format).to_owned()).collect(),
            zone: TimeZone::get(zone).expect("zone"),
            end_of_day,
            person: false,
            id_card: false,
            scale: None,
            scale_by: None,
            optional: false,
        }
    }

    fn read(text: &str, rule: &Rule) -> Option<String> {
        read_instant(text, rule).ok().map(|micros| Timestamp::from_microsecond(micros).expect("instant").to_string())
    }

    #[test]
    fn times_are_read_in_every_form() {
        let iso = rule(&["iso"], "Asia/Shanghai", false);
        for (text, instant) in [
            ("2018-05-16 09:00:00", Some("2018-05-16T01:00:00Z")),
            ("2018-05-16T09:00:00.123456", Some("2018-05-16T01:00:00.123456Z")),
            ("2011-10-11 13:42:22.688000+02:00", Some("2011-10-11T11:42:22.688Z")),
            ("2018-05-16T09:00:00Z", Some("2018-05-16T09:00:00Z")),
            ("2018-05-16", Some("2018-05-15T16:00:00Z")),
            ("2018-02-30 09:00:00", None),
            ("2018-13-01", None),
            ("昨天", None),
            ("2018-05-16 25:00:00", None),
            ("2018-05-16 10:00:60", None),
            ("2018-05-16T10:59:60+08:00", None),
            ("1960-06-01 10:00:59.60", Some("1960-06-01T02:00:59.6Z")),
        ] {
            assert_eq!(read(text, &iso).as_deref(), instant, "{text}");
        }
        let forms = rule(&["%Y年%m月%d日 %H:%M", "%Y/%m/%d", "excel", "%Y%m%d%H%M%S"], "Asia/Shanghai", false);
        for (text, instant) in [
            ("2018年05月16日 09:00", Some("2018-05-16T01:00:00Z")),
            ("2018/05/16", Some("2018-05-15T16:00:00Z")),
            ("43236.375", Some("2018-05-16T01:00:00Z")),
            ("-5", None),
            ("20180516100060", None),
            ("20180516106000", None),
            ("20180516100059", Some("2018-05-16T02:00:59Z")),
        ] {
            assert_eq!(read(text, &forms).as_deref(), instant, "{text}");
        }
    }

    #[test]
    fn a_time_with_an_offset_is_on_the_day_that_it_is_here() {
        let here = rule(&["iso"], "Asia/Shanghai", false);
        let day = Some(datasets::days_since_epoch(Date::constant(2023, 9, 13)));
        for text in [
            "2023-09-13",
            "2023-09-13 00:00:00",
            "2023-09-13T00:00:00+08:00",
            "2023-09-12 16:00:00+00",
            "2023-09-12T16:00:00Z",
        ] {
            assert_eq!(read_date(text, &here).ok(), day, "{text}");
        }
        assert!(read_date("2023-09-13T25:00:00Z", &here).is_err());
    }

    #[test]
    fn a_due_date_alone_lasts_to_the_end_of_its_day() {
        let due = rule(&["iso"], "Asia/Shanghai", true);
        assert_eq!(read("2018-05-16", &due).as_deref(), Some("2018-05-16T15:59:59.999999Z"));
        assert_eq!(read("2018-05-16 09:00:00", &due).as_deref(), Some("2018-05-16T01:00:00Z"));
    }

    #[test]
    fn a_period_is_its_first_day_or_its_last() {
        let day = |end_of_day| read_date("2023年第三季度", &rule(&["period"], "Asia/Shanghai", end_of_day)).ok();
        let days = |year, month, day| Some(datasets::days_since_epoch(Date::constant(year, month, day)));
        assert_eq!((day(false), day(true)), (days(2023, 7, 1), days(2023, 9, 30)));
        let due = rule(&["period"], "Asia/Shanghai", true);
        assert_eq!(read("2023-Q3", &due).as_deref(), Some("2023-09-30T15:59:59.999999Z"));
    }

    #[test]
    fn clock_changes_are_placed() {
        let boston = rule(&["iso"], "America/New_York", false);
        // Twice on 2022-11-06: the earlier. Never on 2022-03-13: shifted forward.
        assert_eq!(read("2022-11-06 01:30:00", &boston).as_deref(), Some("2022-11-06T05:30:00Z"));
        assert_eq!(read("2022-03-13 02:30:00", &boston).as_deref(), Some("2022-03-13T07:30:00Z"));
    }
}
