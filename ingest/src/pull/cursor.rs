//! The cursor: the column by which a pull knows how far it has come.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use tokio_postgres::types::{Kind, Type};

/// Longest overlap: a hundred years.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 36_525);

/// The furthest that a zone's clocks are ahead of UTC.
const FURTHEST: SignedDuration = SignedDuration::from_hours(14);

/// Types of columns that can be a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CursorKind {
    /// `timestamptz`
    Instant,
    /// `timestamp`
    Local,
    /// `date`
    Day,
    /// `smallint`, `integer`, `bigint`
    Number,
}

/// A value of a cursor. Those of one column compare as the server compares them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cursor {
    Instant(Timestamp),
    Local(DateTime),
    Day(Date),
    Number(i64),
}

/// How far back each pull asks again, for rows that were committed late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlap {
    /// Of a cursor that tells a time.
    Time(SignedDuration),
    /// Of a cursor that is a number.
    Number(i64),
}

impl CursorKind {
    pub(super) fn of(column: &Type) -> Option<Self> {
        if let Kind::Domain(base) = column.kind() {
            return Self::of(base);
        }
        match *column {
            Type::TIMESTAMPTZ => Some(Self::Instant),
            Type::TIMESTAMP => Some(Self::Local),
            Type::DATE => Some(Self::Day),
            Type::INT2 | Type::INT4 | Type::INT8 => Some(Self::Number),
            _ => None,
        }
    }

    /// What every value of the type lies above, as text.
    pub(super) fn least(column: &Type) -> &'static str {
        match *column {
            Type::INT2 => "-32768",
            Type::INT4 => "-2147483648",
            Type::INT8 => "-9223372036854775808",
            _ => "-infinity",
        }
    }
}

impl Cursor {
    /// Reads a value as the server or [`Cursor`] itself writes it; nothing of one without a place
    /// in time, such as `infinity`.
    pub(super) fn read(text: &str, kind: CursorKind) -> Option<Self> {
        match kind {
            CursorKind::Instant => text.parse().ok().map(Self::Instant),
            CursorKind::Local => text.parse().ok().map(Self::Local),
            CursorKind::Day => text.parse().ok().map(Self::Day),
            CursorKind::Number => text.parse().ok().map(Self::Number),
        }
    }

    /// Whether it lies in the future. A row with a mistyped year must not take the pull there: what
    /// came after it would be left out.
    pub(super) fn lies_ahead(self, now: Timestamp) -> bool {
        let latest = || TimeZone::UTC.to_datetime(now).checked_add(FURTHEST).unwrap_or(DateTime::MAX);
        match self {
            Self::Instant(at) => at > now,
            Self::Local(at) => at > latest(),
            Self::Day(at) => at > latest().date(),
            Self::Number(_) => false,
        }
    }

    /// The value that lies so far before; nothing if the overlap is of the other kind.
    pub(super) fn back(self, overlap: Overlap) -> Option<Self> {
        match (self, overlap) {
            (Self::Instant(at), Overlap::Time(by)) => Some(Self::Instant(at.checked_sub(by).unwrap_or(at))),
            (Self::Local(at), Overlap::Time(by)) => Some(Self::Local(at.checked_sub(by).unwrap_or(at))),
            (Self::Day(at), Overlap::Time(by)) => {
                let days = (by.as_secs() + 86_399) / 86_400;
                Some(Self::Day(at.checked_sub(days.days()).unwrap_or(at)))
            }
            (Self::Number(at), Overlap::Number(by)) => Some(Self::Number(at.saturating_sub(by))),
            _ => None,
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Instant(at) => write!(f, "{at}"),
            Self::Local(at) => write!(f, "{at}"),
            Self::Day(at) => write!(f, "{at}"),
            Self::Number(at) => write!(f, "{at}"),
        }
    }
}

impl Overlap {
    /// Reads `90s`, `10m`, `24h` for a time, `1000` for a number.
    pub fn read(text: &str) -> Option<Self> {
        if let Ok(number) = text.parse::<i64>() {
            return (number >= 0).then_some(Self::Number(number));
        }
        let time: SignedDuration = text.parse().ok()?;
        (!time.is_negative() && time <= LONGEST).then_some(Self::Time(time))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(text: &str, kind: CursorKind, overlap: &str) -> Option<String> {
        let overlap = Overlap::read(overlap).expect(overlap);
        Cursor::read(text, kind).expect(text).back(overlap).map(|cursor| cursor.to_string())
    }

    #[test]
    fn cursors_are_read_as_the_server_writes_them_and_go_back() {
        for (text, kind, overlap, before) in [
            ("2023-09-13 07:42:00.123456+00", CursorKind::Instant, "10m", Some("2023-09-13T07:32:00.123456Z")),
            ("2023-09-13T07:32:00.123456Z", CursorKind::Instant, "0s", Some("2023-09-13T07:32:00.123456Z")),
            ("2023-09-13 00:00:00", CursorKind::Local, "24h", Some("2023-09-12T00:00:00")),
            ("2023-09-13", CursorKind::Day, "10m", Some("2023-09-12")),
            ("2023-09-13", CursorKind::Day, "0s", Some("2023-09-13")),
            ("12", CursorKind::Number, "100", Some("-88")),
            ("12", CursorKind::Number, "10m", None),
            ("2023-09-13", CursorKind::Day, "10", None),
        ] {
            assert_eq!(back(text, kind, overlap).as_deref(), before, "{text} - {overlap}");
        }
        assert_eq!(Cursor::read("infinity", CursorKind::Instant), None);
        assert_eq!(Cursor::read("2023-09-13T00:00:00", CursorKind::Instant), None);
        assert!(Cursor::read("9", CursorKind::Number) < Cursor::read("10", CursorKind::Number));
    }

    #[test]
    fn what_lies_ahead_is_told_in_any_zone() {
        let now: Timestamp = "2023-09-13T12:00:00Z".parse().expect("instant");
        for (text, kind, ahead) in [
            ("2023-09-13 12:00:00+00", CursorKind::Instant, false),
            ("2023-09-13 12:00:00.000001+00", CursorKind::Instant, true),
            ("2023-09-14 02:00:00", CursorKind::Local, false),
            ("2023-09-14 02:00:01", CursorKind::Local, true),
            ("2023-09-14", CursorKind::Day, false),
            ("2023-09-15", CursorKind::Day, true),
            ("9000", CursorKind::Number, false),
        ] {
            assert_eq!(Cursor::read(text, kind).expect(text).lies_ahead(now), ahead, "{text}");
        }
    }

    #[test]
    fn an_overlap_is_a_time_or_a_number_and_not_below_nothing() {
        assert_eq!(Overlap::read("1h 30m"), Some(Overlap::Time(SignedDuration::from_mins(90))));
        assert_eq!(Overlap::read("1000"), Some(Overlap::Number(1000)));
        for text in ["-1", "-5m", "much", "", "999999999h"] {
            assert_eq!(Overlap::read(text), None, "{text}");
        }
    }
}
