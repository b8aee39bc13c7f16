//! The workdays of a region laid out for millions of questions.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::civil::Date;

use super::{MAX_WORKDAYS, weekday_rule};

/// Workdays of a region by number, so that no question walks the days. Days are counted from
/// 1970-01-01, as Arrow counts them. Beyond the years that are known the weekday rule answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkdayTable {
    region: String,
    /// First day of the first known year.
    first: i64,
    /// Of each known day: the workdays from the first known day up to the day before it. One more
    /// at the end: all of them.
    before: Vec<i64>,
    /// The workdays of the known years, ascending.
    workdays: Vec<i64>,
    /// The days that can be written.
    writable: RangeInclusive<i64>,
}

impl WorkdayTable {
    /// From the rows of a region: whether a day is worked. The years from that of the first row to
    /// that of the last are known; a day of them without a row goes by the weekday rule.
    pub fn new(region: &str, known: &BTreeMap<Date, bool>) -> Self {
        let number = |date: Date| i64::from(crate::days_since_epoch(date));
        let mut table = Self {
            region: region.to_owned(),
            first: 0,
            before: vec![0],
            workdays: Vec::new(),
            writable: number(Date::MIN)..=number(Date::MAX),
        };
        let years = known.first_key_value().zip(known.last_key_value());
        let years = years.map(|((first, _), (last, _))| (first.year(), last.year()));
        let start = years.and_then(|(first, last)| Some((Date::new(first, 1, 1).ok()?, last)));
        let Some((start, last_year)) = start else { return table };
        table.first = number(start);
        let days = start.series(jiff::ToSpan::days(1)).take_while(|date| date.year() <= last_year);
        for (day, date) in (table.first..).zip(days) {
            if known.get(&date).copied().unwrap_or_else(|| weekday_rule(date)) {
                table.workdays.push(day);
            }
            table.before.push(table.total());
        }
        table
    }

    /// The region, as it stands in `calendar_day.region`.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Whether the day is worked.
    pub fn is_workday(&self, day: i32) -> bool {
        let day = i64::from(day);
        self.up_to(day) > self.up_to(day - 1)
    }

    /// The `workdays`-th workday strictly after a day (before it, if negative); the day itself if
    /// zero. None where the answer cannot be written, or beyond [`MAX_WORKDAYS`].
    pub fn add_workdays(&self, day: i32, workdays: i64) -> Option<i32> {
        if workdays == 0 {
            return Some(day);
        }
        let day = i64::from(day);
        if workdays.unsigned_abs() > MAX_WORKDAYS.unsigned_abs() || !self.writable.contains(&day) {
            return None;
        }
        let rank = if workdays > 0 { self.up_to(day) + workdays } else { self.up_to(day - 1) + workdays + 1 };
        let answer = Some(self.ranked(rank)).filter(|answer| self.writable.contains(answer));
        answer.and_then(|answer| i32::try_from(answer).ok())
    }

    /// Workdays after `a`, up to and with `b`; negative if `b` lies before `a`.
    pub fn workdays_between(&self, a: i32, b: i32) -> i64 {
        self.up_to(i64::from(b)) - self.up_to(i64::from(a))
    }

    /// Workdays of the known years.
    fn total(&self) -> i64 {
        i64::try_from(self.workdays.len()).unwrap_or(i64::MAX)
    }

    /// The last known day; the day before the first where none is known.
    fn last(&self) -> i64 {
        self.first + i64::try_from(self.before.len()).unwrap_or(i64::MAX) - 2
    }

    /// Workdays from the first known day up to and with this one; negative before it.
    fn up_to(&self, day: i64) -> i64 {
        if day < self.first {
            return weekdays_up_to(day) - weekdays_up_to(self.first - 1);
        }
        let place = usize::try_from(day - self.first + 1).ok();
        match place.and_then(|place| self.before.get(place)) {
            Some(count) => *count,
            None => self.total() + weekdays_up_to(day) - weekdays_up_to(self.last()),
        }
    }

    /// The workday up to and with which there are so many: the reverse of `up_to`.
    fn ranked(&self, rank: i64) -> i64 {
        if rank < 1 {
            return ranked_weekday(weekdays_up_to(self.first - 1) + rank);
        }
        let place = usize::try_from(rank - 1).ok();
        match place.and_then(|place| self.workdays.get(place)) {
            Some(day) => *day,
            None => ranked_weekday(weekdays_up_to(self.last()) + rank - self.total()),
        }
    }
}

/// From Monday 1969-12-29 to Thursday 1970-01-01, where the count of days begins.
const FROM_MONDAY: i64 = 3;

/// Days from Monday to Friday from 1969-12-29 up to and with a day.
fn weekdays_up_to(day: i64) -> i64 {
    let day = day + FROM_MONDAY;
    5 * day.div_euclid(7) + (day.rem_euclid(7) + 1).min(5)
}

/// The weekday up to and with which there are so many.
fn ranked_weekday(rank: i64) -> i64 {
    7 * (rank - 1).div_euclid(5) + (rank - 1).rem_euclid(5) - FROM_MONDAY
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::calendar::{Calendar, CalendarRegion};
    use crate::{date_from_days, days_since_epoch};

    fn table(region: CalendarRegion) -> (Calendar, WorkdayTable) {
        let calendar = Calendar::shipped(region).expect("shipped");
        let days: BTreeMap<Date, bool> = calendar.days().map(|day| (day.date, day.is_workday)).collect();
        let table = WorkdayTable::new(region.as_str(), &days);
        (calendar, table)
    }

    #[test]
    fn the_table_answers_as_the_calendar_does() {
        for region in CalendarRegion::ALL {
            let (calendar, table) = table(region);
            assert_eq!(table.region(), region.as_str());
            // From before the first known year to after the last.
            for day in days_since_epoch(date(2002, 6, 1))..days_since_epoch(date(2028, 6, 1)) {
                let from = date_from_days(day).expect("date");
                assert_eq!(table.is_workday(day), calendar.is_workday(from), "{from}");
                for n in [-23, -2, -1, 0, 1, 2, 5, 61] {
                    let told = calendar.add_workdays(from, n).expect("counted").date;
                    assert_eq!(table.add_workdays(day, n), Some(days_since_epoch(told)), "{from} {n}");
                }
                let other = day + (day % 90);
                let to = date_from_days(other).expect("date");
                assert_eq!(table.workdays_between(day, other), calendar.workdays_between(from, to).0, "{from} {to}");
                assert_eq!(table.workdays_between(other, day), -calendar.workdays_between(from, to).0, "{to} {from}");
            }
            let (far, n) = (date(1990, 3, 4), 12_345);
            let told = calendar.add_workdays(far, n).expect("counted").date;
            assert_eq!(table.add_workdays(days_since_epoch(far), n), Some(days_since_epoch(told)));
        }
    }

    #[test]
    fn what_cannot_be_written_has_no_answer() {
        let (_, table) = table(CalendarRegion::GX);
        let (first, last) = (days_since_epoch(Date::MIN), days_since_epoch(Date::MAX));
        assert_eq!((table.add_workdays(last, 1), table.add_workdays(first, -1)), (None, None));
        assert_eq!((table.add_workdays(last, 0), table.add_workdays(i32::MAX, 1)), (Some(last), None));
        let day = days_since_epoch(date(2018, 5, 16));
        assert_eq!((table.add_workdays(day, MAX_WORKDAYS + 1), table.add_workdays(day, i64::MIN)), (None, None));
        assert!(table.workdays_between(i32::MIN, i32::MAX) > 0);
    }

    #[test]
    fn without_rows_the_weekday_rule_answers_alone() {
        let table = WorkdayTable::new("XX", &BTreeMap::new());
        let [friday, monday] = [date(2018, 5, 18), date(2018, 5, 21)].map(days_since_epoch);
        assert_eq!(table.add_workdays(friday, 1), Some(monday));
        assert_eq!((table.workdays_between(friday, monday), table.is_workday(friday + 1)), (1, false));
    }
}
