//! What stands in a cell, before it is written in any way.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

use crate::format;
use crate::i18n::Lang;

/// A value with its kind.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Not known, or nothing to say.
    None,
    Text(String),
    /// What people read, and what programs read in its place.
    Told(String, String),
    Count(i64),
    /// So many of so many.
    Share(i64, i64),
    /// A share from 0 to 1 that is no count of anything.
    Ratio(f64),
    /// The ends of an interval of shares.
    Between(f64, f64),
    /// So many of a thousand.
    PerMille(f64),
    /// Told with one decimal.
    Decimal(f64),
    /// Told with one decimal below a hundred, and none from there on.
    Measure(f64),
    /// A price, told with two decimals.
    Price(f64),
    /// An amount, told to the whole unit.
    Amount(f64),
    /// As it is: nothing is known of what it counts.
    Number(f64),
    Day(Date),
    Instant(Timestamp),
    Flag(bool),
}

impl Cell {
    /// A text that may be unknown.
    pub(crate) fn text(value: Option<&str>) -> Self {
        value.filter(|text| !text.is_empty()).map_or(Self::None, |text| Self::Text(text.to_owned()))
    }

    /// A day that may be unknown.
    pub(crate) fn day(value: Option<Date>) -> Self {
        value.map_or(Self::None, Self::Day)
    }

    /// An instant that may be unknown.
    pub(crate) fn instant(value: Option<Timestamp>) -> Self {
        value.map_or(Self::None, Self::Instant)
    }

    /// As people read it on a page.
    pub(crate) fn shown(&self, lang: Lang, zone: &TimeZone) -> String {
        match self {
            Self::None => format::NONE.to_owned(),
            Self::Text(text) | Self::Told(text, _) => text.clone(),
            Self::Count(n) => format::count(lang, *n),
            Self::Share(part, whole) => format::rate(*part, *whole),
            Self::Ratio(share) => format::ratio(*share),
            Self::Between(low, high) => format::interval(Some(*low), Some(*high)),
            Self::PerMille(value) => format::per_mille(Some(*value)),
            Self::Decimal(value) => format::tenths(*value),
            Self::Measure(value) => format::measure(lang, *value),
            Self::Price(value) => format!("{value:.2}"),
            Self::Amount(value) => format::count(lang, value.round() as i64),
            Self::Number(value) => value.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Instant(at) => format::stamp_short(lang, zone, *at),
            Self::Flag(yes) => lang.say(if *yes { "yes" } else { "no" }),
        }
    }

    /// As programs read it: digits without marks, shares from 0 to 1, nothing for what is not known.
    pub(crate) fn plain(&self, lang: Lang, zone: &TimeZone) -> String {
        match self {
            Self::None => String::new(),
            Self::Count(n) => n.to_string(),
            Self::Told(_, plain) => plain.clone(),
            Self::Between(low, high) => format!("{low:.6}–{high:.6}"),
            Self::Share(..)
            | Self::Ratio(_)
            | Self::PerMille(_)
            | Self::Decimal(_)
            | Self::Measure(_)
            | Self::Price(_)
            | Self::Amount(_) => self.number().map(|value| format!("{value:.6}")).unwrap_or_default(),
            Self::Instant(at) => format::stamp(zone, *at),
            Self::Text(_) | Self::Number(_) | Self::Day(_) | Self::Flag(_) => self.shown(lang, zone),
        }
    }

    /// The value of a number that there is.
    pub(crate) fn number(&self) -> Option<f64> {
        let value = match self {
            Self::Count(n) => *n as f64,
            Self::Share(_, whole) if *whole <= 0 => return None,
            Self::Share(part, whole) => *part as f64 / *whole as f64,
            Self::Ratio(value)
            | Self::PerMille(value)
            | Self::Decimal(value)
            | Self::Measure(value)
            | Self::Price(value)
            | Self::Amount(value)
            | Self::Number(value) => *value,
            Self::None
            | Self::Text(_)
            | Self::Told(..)
            | Self::Between(..)
            | Self::Day(_)
            | Self::Instant(_)
            | Self::Flag(_) => return None,
        };
        value.is_finite().then_some(value)
    }

    /// Counts together, and shares as what all their parts are of all their wholes.
    pub(crate) fn sum<'c>(cells: impl Iterator<Item = &'c Self>) -> Self {
        cells.fold(Self::None, |sum, cell| match (sum, cell) {
            (Self::None, cell) => cell.clone(),
            (Self::Count(left), Self::Count(right)) => Self::Count(left + right),
            (Self::Share(part, whole), Self::Share(other, of)) => Self::Share(part + other, whole + of),
            (sum, _) => sum,
        })
    }
}

/// The local time of an instant to the second. The last microsecond of a day stays on its day: a
/// spreadsheet has no 24:00.
pub(crate) fn to_second(zone: &TimeZone, at: Timestamp) -> DateTime {
    zone.to_datetime(Timestamp::from_second(at.as_second()).unwrap_or(at))
}
