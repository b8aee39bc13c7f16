//! A calendar's days counted beforehand: the clock asks for the n-th workday, and for the office time
//! of a run of them, more often than for anything else.

use std::ops::RangeInclusive;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::WorkCalendar;
use crate::calendar::{DAY_END, office_seconds};

/// Places of a year in the table: twelve months of 31 days, so that a date is its own place.
const YEAR: usize = 12 * 31;

/// The days of some years, as a calendar has them.
#[derive(Debug, Clone, Default)]
pub struct DayTable {
    first_year: i16,
    cells: Vec<Cell>,
    workdays: Vec<Date>,
    /// Office seconds of the workdays before each, and at the end those of all.
    office_before: Vec<u64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    /// Number of the day, from 1; 0 where there is no such date.
    day: u32,
    /// Workdays up to and with it.
    workdays: u32,
    /// Days up to and with it whose calendar is not known.
    provisional: u32,
}

/// Workdays that follow each other.
pub(crate) struct Run<'t> {
    pub(crate) days: &'t [Date],
    pub(crate) office_sec: u64,
    /// A day on the way to the last, worked or not, is beyond the known calendar.
    pub(crate) provisional: bool,
}

impl DayTable {
    /// Counts the days of these years.
    pub fn of(calendar: &dyn WorkCalendar, years: RangeInclusive<i16>) -> Self {
        let (first_year, last_year) = (*years.start(), *years.end());
        let count = usize::try_from(i32::from(last_year) - i32::from(first_year) + 1).unwrap_or_default();
        let mut table = Self { first_year, cells: vec![Cell::default(); count * YEAR], ..Self::default() };
        let mut cell = Cell::default();
        let mut office = 0;
        let first = Date::new(first_year, 1, 1).unwrap_or(Date::MAX);
        for date in first.series(1.day()).take_while(|date| date.year() <= last_year) {
            cell.day += 1;
            cell.provisional += u32::from(calendar.is_provisional(date));
            if calendar.is_workday(date) {
                cell.workdays += 1;
                table.workdays.push(date);
                table.office_before.push(office);
                office += office_seconds(calendar.windows(date), DAY_END);
            }
            if let Some(held) = table.place(date).and_then(|place| table.cells.get_mut(place)) {
                *held = cell;
            }
        }
        table.office_before.push(office);
        table
    }

    /// The first `n` workdays after a date; none if the table ends before.
    pub(crate) fn after(&self, date: Date, n: usize) -> Option<Run<'_>> {
        let start = self.cell(date)?;
        let from = usize::try_from(start.workdays).ok()?;
        let until = from.checked_add(n)?;
        let days = self.workdays.get(from..until)?;
        let provisional = match days.last() {
            Some(last) => self.cell(*last)?.provisional > start.provisional,
            None => false,
        };
        Some(Run { days, office_sec: self.office(from, until)?, provisional })
    }

    /// The workdays after one date up to and with another that is no earlier.
    pub(crate) fn between(&self, after: Date, last: Date) -> Option<Run<'_>> {
        let (start, end) = (self.cell(after)?, self.cell(last)?);
        let (from, until) = (usize::try_from(start.workdays).ok()?, usize::try_from(end.workdays).ok()?);
        let provisional = end.provisional > start.provisional;
        Some(Run { days: self.workdays.get(from..until)?, office_sec: self.office(from, until)?, provisional })
    }

    /// Days from one date to a later one.
    pub(crate) fn natural_days(&self, from: Date, until: Date) -> Option<u32> {
        self.cell(until)?.day.checked_sub(self.cell(from)?.day)
    }

    /// How many of these workdays have gone by when so much of their office time has, and how much
    /// of it is left then. None unless they follow each other.
    pub(crate) fn gone_by(&self, days: &[Date], office_sec: u64) -> Option<(usize, u64)> {
        let first = usize::try_from(self.cell(*days.first()?)?.workdays).ok()?.checked_sub(1)?;
        let until = first.checked_add(days.len())?;
        if self.workdays.get(first..until)? != days {
            return None;
        }
        let before = self.office_before.get(first..=until)?;
        let begin = *before.first()?;
        let gone = before.partition_point(|sec| sec - begin <= office_sec).checked_sub(1)?;
        Some((gone, office_sec - (before.get(gone)? - begin)))
    }

    fn office(&self, from: usize, until: usize) -> Option<u64> {
        Some(self.office_before.get(until)? - self.office_before.get(from)?)
    }

    fn cell(&self, date: Date) -> Option<Cell> {
        self.cells.get(self.place(date)?).copied().filter(|cell| cell.day > 0)
    }

    /// Place of a date in the table; none before its first year.
    fn place(&self, date: Date) -> Option<usize> {
        let year = usize::try_from(i32::from(date.year()) - i32::from(self.first_year)).ok()?;
        let [month, day] = [date.month(), date.day()].map(|part| usize::from(part.unsigned_abs()) - 1);
        Some(year * YEAR + month * 31 + day)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::testing::TestCalendar;

    #[test]
    fn the_table_says_what_a_walk_says() {
        let calendar = TestCalendar::gx();
        let table = DayTable::of(&calendar, 2017..=2024);
        let mut start = date(2017, 1, 1);
        while start < date(2024, 9, 1) {
            for n in [0_usize, 1, 2, 5, 30] {
                let (mut days, mut on, mut provisional) = (Vec::new(), start, false);
                while days.len() < n {
                    on = on.tomorrow().unwrap();
                    provisional |= calendar.is_provisional(on);
                    days.extend(calendar.is_workday(on).then_some(on));
                }
                let run = table.after(start, n).unwrap();
                assert_eq!((run.days, run.provisional), (days.as_slice(), provisional), "{start} {n}");
                assert_eq!(run.office_sec, 7 * 3600 * n as u64);
                let last = days.last().copied().unwrap_or(start);
                let between = table.between(start, last).unwrap();
                assert_eq!((between.days, between.provisional), (days.as_slice(), provisional));
                let apart = start.until(last).unwrap().get_days();
                assert_eq!(table.natural_days(start, last), u32::try_from(apart).ok());
                if n > 1 {
                    assert_eq!(table.gone_by(&days, 7 * 3600), Some((1, 0)));
                    assert_eq!(table.gone_by(&days, 7 * 3600 + 9), Some((1, 9)));
                    assert_eq!(table.gone_by(&days[1..], 5), Some((0, 5)));
                }
            }
            start = start.checked_add(3.days()).unwrap();
        }
        assert!(table.after(date(2016, 12, 31), 1).is_none(), "before the table");
        assert!(table.after(date(2024, 12, 30), 5).is_none(), "beyond it");
        assert_eq!(table.gone_by(&[date(2018, 3, 5), date(2018, 3, 7)], 0), None, "they do not follow each other");
    }

    #[test]
    fn a_table_ends_with_the_last_day_of_its_last_year_and_begins_with_the_first_date_that_there_is() {
        let table = DayTable::of(&TestCalendar::gx(), 2024..=2024);
        assert_eq!(table.natural_days(date(2024, 1, 1), date(2024, 12, 31)), Some(365));
        assert_eq!(table.after(date(2024, 12, 30), 1).map(|run| run.days), Some([date(2024, 12, 31)].as_slice()));
        // Years that no date can tell have no days, nor has what follows them.
        let table = DayTable::of(&TestCalendar::gx(), -10_000..=-9_999);
        assert!(table.between(date(-9_999, 1, 4), date(-9_999, 1, 8)).is_none());
    }
}
