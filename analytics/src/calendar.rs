//! The lake's calendar, as the clock wants it: the clock asks for millions of days, so each known
//! day is worked out once.

use datasets::calendar::{Calendar, DayKind};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use sla::{DayTable, OfficeWindow, WorkCalendar};

/// Places of a year in the table: twelve months of 31 days, so that a date is its own place.
const YEAR: usize = 12 * 31;
/// Years after the last known one that are in the table too: due dates reach into them.
const YEARS_AHEAD: i16 = 3;

/// A region's calendar with a table of its days.
#[derive(Debug)]
pub(crate) struct LakeCalendar {
    /// What was known before each change, in order; these know no earlier ones.
    earlier: Vec<LakeCalendar>,
    changes: Vec<Timestamp>,
    inner: Calendar,
    /// Windows of each of the calendar's office periods.
    windows: Vec<Vec<OfficeWindow>>,
    first_year: i16,
    days: Vec<DayCell>,
    table: DayTable,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct DayCell {
    is_workday: bool,
    is_provisional: bool,
    /// Place in `windows`.
    period: usize,
}

impl LakeCalendar {
    /// A calendar, with what was known of it before: each earlier one until an instant.
    pub(crate) fn new(inner: Calendar, earlier: Vec<(Calendar, Timestamp)>) -> Self {
        let mut calendar = Self::alone(inner);
        for (before, until) in earlier {
            calendar.earlier.push(Self::alone(before));
            calendar.changes.push(until);
        }
        calendar
    }

    fn alone(inner: Calendar) -> Self {
        let windows = inner.office_periods().iter().map(|period| {
            period.windows.iter().map(|window| OfficeWindow { open: window.open, close: window.close }).collect()
        });
        let windows: Vec<Vec<OfficeWindow>> = windows.collect();
        let (first_year, last_year) = inner.known_years();
        let last_year = last_year.saturating_add(YEARS_AHEAD);
        let first = Date::new(first_year, 1, 1).unwrap_or(Date::MAX);
        let mut days = vec![DayCell::default(); (first_year..=last_year).count() * YEAR];
        for date in first.series(1.day()).take_while(|date| date.year() <= last_year) {
            if let Some(cell) = place(first_year, date).and_then(|at| days.get_mut(at)) {
                *cell = cell_of(&inner, date);
            }
        }
        let table = DayTable::default();
        let mut calendar = Self { earlier: Vec::new(), changes: Vec::new(), inner, windows, first_year, days, table };
        calendar.table = DayTable::of(&calendar, first_year..=last_year);
        calendar
    }

    /// When something else came to be known of it, ascending.
    pub(crate) fn notices(&self) -> &[Timestamp] {
        &self.changes
    }

    /// The calendar as it was known by an instant.
    pub(crate) fn known_by(&self, by: Timestamp) -> CalendarAsOf<'_> {
        let place = self.changes.partition_point(|change| *change <= by);
        CalendarAsOf { now: self.earlier.get(place).unwrap_or(self), whole: self, changes: &self.changes[..place] }
    }

    fn cell(&self, date: Date) -> DayCell {
        let held = place(self.first_year, date).and_then(|at| self.days.get(at)).copied();
        held.unwrap_or_else(|| cell_of(&self.inner, date))
    }
}

/// Place of a date in the table; none before its first year.
fn place(first_year: i16, date: Date) -> Option<usize> {
    let year = usize::try_from(i32::from(date.year()) - i32::from(first_year)).ok()?;
    let [month, day] = [date.month(), date.day()].map(|part| usize::from(part.unsigned_abs()) - 1);
    Some(year * YEAR + month * 31 + day)
}

fn cell_of(calendar: &Calendar, date: Date) -> DayCell {
    DayCell {
        is_workday: calendar.is_workday(date),
        is_provisional: calendar.is_provisional(date),
        period: calendar.office_period(date),
    }
}

impl WorkCalendar for LakeCalendar {
    fn is_workday(&self, date: Date) -> bool {
        self.cell(date).is_workday
    }

    fn day_name(&self, date: Date) -> Option<&str> {
        self.inner.name(date)
    }

    fn kind(&self, date: Date) -> sla::DayKind {
        match self.inner.kind(date) {
            DayKind::Normal => sla::DayKind::Normal,
            DayKind::Weekend => sla::DayKind::Weekend,
            DayKind::Holiday => sla::DayKind::Holiday,
            DayKind::AdjustedWorkday => sla::DayKind::AdjustedWorkday,
            DayKind::RegionalHoliday => sla::DayKind::RegionalHoliday,
        }
    }

    fn is_provisional(&self, date: Date) -> bool {
        self.cell(date).is_provisional
    }

    fn windows(&self, date: Date) -> &[OfficeWindow] {
        let cell = self.cell(date);
        match self.windows.get(cell.period) {
            Some(windows) if cell.is_workday => windows,
            _ => &[],
        }
    }

    fn version(&self) -> &str {
        self.inner.version()
    }

    fn table(&self) -> Option<&DayTable> {
        Some(&self.table)
    }

    fn changed_at(&self) -> &[Timestamp] {
        &self.changes
    }

    fn as_known(&self, at: Timestamp) -> Option<&dyn WorkCalendar> {
        let place = self.changes.partition_point(|change| *change <= at);
        self.earlier.get(place).map(|earlier| earlier as &dyn WorkCalendar)
    }
}

/// A calendar as it was known by an instant, with what was known before.
pub(crate) struct CalendarAsOf<'c> {
    now: &'c LakeCalendar,
    whole: &'c LakeCalendar,
    changes: &'c [Timestamp],
}

impl WorkCalendar for CalendarAsOf<'_> {
    fn is_workday(&self, date: Date) -> bool {
        self.now.is_workday(date)
    }

    fn day_name(&self, date: Date) -> Option<&str> {
        self.now.day_name(date)
    }

    fn kind(&self, date: Date) -> sla::DayKind {
        self.now.kind(date)
    }

    fn is_provisional(&self, date: Date) -> bool {
        self.now.is_provisional(date)
    }

    fn windows(&self, date: Date) -> &[OfficeWindow] {
        self.now.windows(date)
    }

    fn version(&self) -> &str {
        self.now.version()
    }

    fn table(&self) -> Option<&DayTable> {
        self.now.table()
    }

    fn changed_at(&self) -> &[Timestamp] {
        self.changes
    }

    fn as_known(&self, at: Timestamp) -> Option<&dyn WorkCalendar> {
        let place = self.changes.partition_point(|change| *change <= at);
        let earlier = self.whole.earlier.get(place).filter(|_| place < self.changes.len());
        earlier.map(|earlier| earlier as &dyn WorkCalendar)
    }
}

#[cfg(test)]
mod tests {
    use datasets::calendar::CalendarRegion;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_table_says_what_the_calendar_says() {
        let calendar = LakeCalendar::new(Calendar::shipped(CalendarRegion::GX).expect("shipped"), Vec::new());
        let mut day = date(2000, 1, 1);
        while day.year() < 2035 {
            assert_eq!(calendar.cell(day), cell_of(&calendar.inner, day), "{day}");
            assert_eq!(calendar.windows(day).len(), calendar.inner.windows(day).len(), "{day}");
            day = day.tomorrow().expect("tomorrow");
        }
        assert!(!calendar.is_workday(date(2018, 4, 18)) && calendar.is_workday(date(2018, 4, 15)));
    }

    #[test]
    fn office_hours_are_those_of_the_day() {
        let days = [(date(2018, 1, 1), true, "NORMAL".to_owned(), None)];
        let hours = [(date(2000, 1, 1), None, "08:00-12:00;15:00-18:00"), (date(2018, 7, 1), None, "08:30-12:00")];
        let calendar = Calendar::from_rows(CalendarRegion::GX, [2018], days, hours, "x".to_owned()).expect("calendar");
        let calendar = LakeCalendar::new(calendar, Vec::new());
        assert_eq!(calendar.windows(date(2018, 6, 29)).len(), 2);
        assert_eq!(calendar.windows(date(2018, 7, 2)), [OfficeWindow { open: 30_600, close: 43_200 }]);
        assert_eq!(calendar.windows(date(2030, 7, 1)), [OfficeWindow { open: 30_600, close: 43_200 }]);
        assert!(calendar.windows(date(2018, 6, 30)).is_empty(), "a Saturday");
    }
}
