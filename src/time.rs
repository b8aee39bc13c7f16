//! Dates and times as people type them: few forms, so that each means what it seems to.

use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::cli::Misuse;

/// The accepted forms of a time.
const FORMS: &str = "write 2018-05-16 (the end of that day), 2018-05-16T09:00 or 2018-05-16T09:00:30.5 (in the lake's \
    zone), 2018-05-16T01:00:00Z or 2018-05-16T09:00:00+08:00";

/// What `--as-of` names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The end of that day in the lake's zone.
    Day(Date),
    /// A time in the lake's zone.
    Local(DateTime),
    /// A time anywhere.
    Instant(Timestamp),
}

impl AsOf {
    /// The instant that is meant in a lake of that zone.
    pub fn instant(self, zone: &TimeZone) -> Result<Timestamp, jiff::Error> {
        match self {
            Self::Day(date) => {
                let next = date.tomorrow()?.to_datetime(Time::midnight());
                let midnight = zone.to_ambiguous_timestamp(next).compatible()?;
                midnight.checked_sub(SignedDuration::from_micros(1))
            }
            Self::Local(time) => zone.to_ambiguous_timestamp(time).compatible(),
            Self::Instant(instant) => Ok(instant),
        }
    }
}

impl FromStr for AsOf {
    type Err = Misuse;

    fn from_str(text: &str) -> Result<Self, Misuse> {
        // The form is looked at first: jiff reads more (20180516, [Europe/Paris]), some of it as something else.
        let shape = shape(text);
        let behind = shape.strip_prefix("0000-00-00").map(|rest| (rest, rest.strip_prefix(['T', ' ']).and_then(clock)));
        let read = match behind {
            Some(("", _)) => text.parse().ok().map(Self::Day),
            Some((_, Some(""))) => text.parse().ok().map(Self::Local),
            Some((_, Some("Z" | "+00:00" | "-00:00"))) => text.parse().ok().map(Self::Instant),
            _ => None,
        };
        read.ok_or_else(|| Misuse(FORMS.into()))
    }
}

/// A date of the form 2018-05-16, if there is such a day.
pub fn date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|_| shape(text) == "0000-00-00")
}

/// The text with 0 for each digit.
fn shape(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect()
}

/// What stands behind HH:MM, HH:MM:SS or HH:MM:SS.f in a shape; nothing if it does not begin so.
fn clock(shape: &str) -> Option<&str> {
    let minutes = shape.strip_prefix("00:00")?;
    let Some(seconds) = minutes.strip_prefix(":00") else { return Some(minutes) };
    Some(seconds.strip_prefix(".0").map_or(seconds, |fraction| fraction.trim_start_matches('0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> String {
        let zone = TimeZone::get("Asia/Shanghai").expect("zone");
        text.parse::<AsOf>().expect("a time").instant(&zone).expect("an instant").to_string()
    }

    #[test]
    fn a_date_is_its_end_a_local_time_is_the_lakes_and_an_offset_counts() {
        for (text, meant) in [
            ("2023-09-13", "2023-09-13T15:59:59.999999Z"),
            ("2023-09-13T09:00", "2023-09-13T01:00:00Z"),
            ("2023-09-13 09:00:30", "2023-09-13T01:00:30Z"),
            ("2023-09-13T09:00:30.25", "2023-09-13T01:00:30.25Z"),
            ("2023-09-13T01:00:00Z", "2023-09-13T01:00:00Z"),
            ("2023-09-13T09:00:00.5+08:00", "2023-09-13T01:00:00.5Z"),
            ("2023-09-12T20:00:00-05:00", "2023-09-13T01:00:00Z"),
        ] {
            assert_eq!(instant(text), meant, "{text}");
        }
    }

    #[test]
    fn whatever_else_is_refused_with_the_forms() {
        for text in [
            "",
            "20230913",
            "2023-9-13",
            "2023-02-30",
            "2023-256",
            "+002023-09-13",
            "20230913T0900",
            "2023-09-13T",
            "2023-09-13T09",
            "2023-09-13T25:00",
            "2023-09-13T09:00:30.",
            "2023-09-13T09:00+0800",
            "2023-09-13T09:00:00+08:00[Asia/Shanghai]",
            "2023-09-13T09:00[Europe/Paris]",
            "2023-09-13[Asia/Shanghai]",
            " 2023-09-13",
            "yesterday",
        ] {
            let error = text.parse::<AsOf>().expect_err(text);
            assert!(error.0.contains("2018-05-16T09:00"), "{error}");
        }
        assert!("9999-12-31".parse::<AsOf>().expect("a day").instant(&TimeZone::UTC).is_err());
    }

    #[test]
    fn a_date_alone_is_a_date() {
        assert_eq!(date("2018-05-16"), Some(Date::constant(2018, 5, 16)));
        for text in ["20180516", "2018-05-16T09:00", "2018-05-16[Asia/Shanghai]", "2018-02-30", ""] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
