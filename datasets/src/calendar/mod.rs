//! The working-day calendar: national days with Guangxi's on top (domain §4.2). Which years are
//! known is said by `calendar_year`, not by rows; in others what rows there are and the weekday rule
//! answer, marked provisional.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, Weekday};
use thiserror::Error;

mod hours;
mod shipped;
mod span;
mod table;

use hours::OfficeHours;
pub use hours::{OfficePeriod, Window};
pub use shipped::{YearRow, years};
pub use span::{MAX_WORKDAYS, WorkdayAnswer};
pub use table::WorkdayTable;

/// Region whose days count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalendarRegion {
    /// National days only.
    CN,
    /// National days with Guangxi's on top.
    GX,
}

impl CalendarRegion {
    /// Both.
    pub const ALL: [Self; 2] = [Self::CN, Self::GX];

    /// `CN` or `GX`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CN => "CN",
            Self::GX => "GX",
        }
    }
}

impl std::str::FromStr for CalendarRegion {
    type Err = CalendarError;

    fn from_str(text: &str) -> Result<Self, CalendarError> {
        match text {
            "CN" => Ok(Self::CN),
            "GX" => Ok(Self::GX),
            other => Err(CalendarError::UnknownRegion(other.to_owned())),
        }
    }
}

/// What can be wrong with a calendar.
#[derive(Debug, Error)]
pub enum CalendarError {
    /// No such region.
    #[error("no calendar for region {0:?}; there are CN and GX")]
    UnknownRegion(String),
    /// Two rows for one date disagree.
    #[error("calendar {region}: two rows for {date} disagree; keep one")]
    Contradiction { region: &'static str, date: Date },
    /// A row of the shipped files cannot be read.
    #[error("{file}, line {line}: {reason}")]
    BadRow { file: &'static str, line: u64, reason: String },
    /// A region without office hours.
    #[error("office_hours has no row for region {0}; add one")]
    NoOfficeHours(&'static str),
    /// The answer lies beyond the dates that can be written.
    #[error("counting from {from}, working days {workdays}, leaves the range of dates")]
    OutOfRange { from: Date, workdays: i64 },
}

/// Why a day is or is not worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayKind {
    /// A plain weekday.
    Normal,
    /// A plain Saturday or Sunday.
    Weekend,
    /// A national holiday.
    Holiday,
    /// 调休上班: a weekend day that is worked.
    AdjustedWorkday,
    /// A day off in the region only.
    RegionalHoliday,
}

impl DayKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Normal, Self::Weekend, Self::Holiday, Self::AdjustedWorkday, Self::RegionalHoliday];

    /// As in `calendar_day.kind`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "NORMAL",
            Self::Weekend => "WEEKEND",
            Self::Holiday => "HOLIDAY",
            Self::AdjustedWorkday => "ADJUSTED_WORKDAY",
            Self::RegionalHoliday => "REGIONAL_HOLIDAY",
        }
    }

    pub(crate) fn from_str(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether days of this kind are worked.
    pub(crate) fn is_workday(self) -> bool {
        matches!(self, Self::Normal | Self::AdjustedWorkday)
    }
}

/// What a calendar says of one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// Whether it is worked.
    pub is_workday: bool,
    /// Why.
    pub kind: DayKind,
    /// Name of the holiday or of the reason.
    pub name: Option<String>,
    /// Whether the year's calendar is not known.
    pub provisional: bool,
}

/// The calendar of one region.
#[derive(Debug, Clone)]
pub struct Calendar {
    region: CalendarRegion,
    /// Days that differ from the weekday rule.
    special: BTreeMap<Date, Special>,
    known: BTreeSet<i16>,
    hours: OfficeHours,
    version: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Special {
    is_workday: bool,
    kind: DayKind,
    name: String,
}

impl Calendar {
    /// The calendar that the program ships.
    pub fn shipped(region: CalendarRegion) -> Result<Self, CalendarError> {
        shipped::load(region)
    }

    /// A calendar from the region's known years, its rows of `calendar_day`, and of `office_hours` (first
    /// day in force, first day no longer in force, windows).
    pub fn from_rows<'w>(
        region: CalendarRegion,
        known: impl IntoIterator<Item = i16>,
        rows: impl IntoIterator<Item = (Date, bool, String, Option<String>)>,
        hours: impl IntoIterator<Item = (Date, Option<Date>, &'w str)>,
        version: String,
    ) -> Result<Self, CalendarError> {
        let mut calendar = Self::empty(region, version);
        calendar.known.extend(known);
        for row in hours {
            calendar.hours.add(row, "office_hours", 0)?;
        }
        calendar.hours = calendar.hours.checked(region)?;
        for (date, is_workday, kind, name) in rows {
            let plain = if weekday_rule(date) { DayKind::Normal } else { DayKind::Weekend };
            let fallback = match (is_workday == weekday_rule(date), is_workday) {
                (true, _) => plain,
                (false, true) => DayKind::AdjustedWorkday,
                (false, false) => DayKind::Holiday,
            };
            let kind = DayKind::from_str(&kind).unwrap_or(fallback);
            // A weekend day that is off in the region alone, against a national make-up day, keeps
            // its reason although the weekday rule would give the same answer.
            if kind == plain && is_workday == weekday_rule(date) {
                continue;
            }
            calendar.insert(date, Special { is_workday, kind, name: name.unwrap_or_default() })?;
        }
        Ok(calendar)
    }

    fn empty(region: CalendarRegion, version: String) -> Self {
        Self { region, special: BTreeMap::new(), known: BTreeSet::new(), hours: OfficeHours::default(), version }
    }

    /// Equal rows for one date count once, unequal ones are an error.
    fn insert(&mut self, date: Date, special: Special) -> Result<(), CalendarError> {
        match self.special.get(&date) {
            Some(known) if known.is_workday != special.is_workday => {
                Err(CalendarError::Contradiction { region: self.region.as_str(), date })
            }
            Some(_) => Ok(()),
            None => {
                self.special.insert(date, special);
                Ok(())
            }
        }
    }

    /// Its region.
    pub fn region(&self) -> CalendarRegion {
        self.region
    }

    /// Version, as it stands in `calendar_day.version`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// First and last year whose days are known; the last before the first if none is.
    pub fn known_years(&self) -> (i16, i16) {
        let (first, last) = (self.known.first(), self.known.last());
        (first.copied().unwrap_or(i16::MAX), last.copied().unwrap_or(i16::MIN))
    }

    /// Whether the day's year is not known: then it may turn out otherwise.
    pub fn is_provisional(&self, date: Date) -> bool {
        !self.known.contains(&date.year())
    }

    /// Whether the day is worked.
    pub fn is_workday(&self, date: Date) -> bool {
        self.special.get(&date).map_or_else(|| weekday_rule(date), |special| special.is_workday)
    }

    /// Why the day is or is not worked.
    pub fn kind(&self, date: Date) -> DayKind {
        match self.special.get(&date) {
            Some(special) => special.kind,
            None if weekday_rule(date) => DayKind::Normal,
            None => DayKind::Weekend,
        }
    }

    /// Name of the holiday or of the reason, where there is one.
    pub fn name(&self, date: Date) -> Option<&str> {
        self.special.get(&date).map(|special| special.name.as_str()).filter(|name| !name.is_empty())
    }

    /// Everything about a day.
    pub fn day(&self, date: Date) -> Day {
        Day {
            date,
            is_workday: self.is_workday(date),
            kind: self.kind(date),
            name: self.name(date).map(str::to_owned),
            provisional: self.is_provisional(date),
        }
    }

    /// Every day of the known years, in order.
    pub fn days(&self) -> impl Iterator<Item = Day> + '_ {
        let days = self.known.iter().flat_map(|year| {
            let first = Date::new(*year, 1, 1).unwrap_or(Date::MAX);
            first.series(jiff::ToSpan::days(1)).take_while(move |date| date.year() == *year)
        });
        days.map(|date| self.day(date))
    }

    /// Office windows of a worked day; nothing on a day that is not worked.
    pub fn windows(&self, date: Date) -> &[Window] {
        match self.hours.periods().get(self.office_period(date)) {
            Some(period) if self.is_workday(date) => &period.windows,
            _ => &[],
        }
    }

    /// The region's office hours, the oldest first.
    pub fn office_periods(&self) -> &[OfficePeriod] {
        self.hours.periods()
    }

    /// Which of [`Calendar::office_periods`] holds on a day; before the first, the first.
    pub fn office_period(&self, date: Date) -> usize {
        self.hours.on(date)
    }
}

/// Monday to Friday.
fn weekday_rule(date: Date) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests;
