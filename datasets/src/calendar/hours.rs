//! Office hours of a region, by date.

use jiff::civil::Date;

use super::shipped::parse_windows;
use super::{CalendarError, CalendarRegion};

/// A half-open office window `[open, close)`, seconds after local midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Opening.
    pub open: u32,
    /// Closing.
    pub close: u32,
}

/// Windows of the worked days from one day on: a row of `office_hours`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficePeriod {
    /// First day in force.
    pub from: Date,
    /// First day no longer in force.
    pub to: Option<Date>,
    /// Ascending and apart.
    pub windows: Vec<Window>,
}

/// Every period of a region, the oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct OfficeHours {
    periods: Vec<OfficePeriod>,
}

impl OfficeHours {
    /// Takes in a row; `file` and `line` say where it stands.
    pub(super) fn add(
        &mut self,
        (from, to, windows): (Date, Option<Date>, &str),
        file: &'static str,
        line: u64,
    ) -> Result<(), CalendarError> {
        let windows = parse_windows(windows, file, line)?;
        let at = self.periods.partition_point(|period| period.from <= from);
        self.periods.insert(at, OfficePeriod { from, to, windows });
        Ok(())
    }

    /// Without a single row nothing can be counted.
    pub(super) fn checked(self, region: CalendarRegion) -> Result<Self, CalendarError> {
        if self.periods.is_empty() { Err(CalendarError::NoOfficeHours(region.as_str())) } else { Ok(self) }
    }

    pub(super) fn periods(&self) -> &[OfficePeriod] {
        &self.periods
    }

    /// Place of the period that holds on a day: the one in force that began last, else the last that
    /// began before, else the first. A workday without office hours would stop every clock.
    pub(super) fn on(&self, date: Date) -> usize {
        let begun = self.periods.partition_point(|period| period.from <= date);
        let in_force = |period: &OfficePeriod| period.to.is_none_or(|to| date < to);
        self.periods[..begun].iter().rposition(in_force).unwrap_or(begun.saturating_sub(1))
    }
}
