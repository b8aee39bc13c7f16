//! Local time as whole seconds since 1970-01-01 00:00 (no zone: Asia/Shanghai has no summer
//! time), workdays from a table, and office time: the workdays' office seconds laid end to end,
//! so that a case's life is plain addition.

use datasets::calendar::Calendar;
use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

pub(super) const HOUR: i64 = 3_600;
pub(super) const DAY: i64 = 24 * HOUR;
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
/// Office seconds of a workday: 08:00-12:00 and 15:00-18:00.
pub(super) const OFFICE: i64 = 7 * HOUR;

/// Workdays of whole years. Behind the last year every day counts as a workday.
pub(super) struct Days {
    first: i64,
    /// Whether the day is worked.
    worked: Vec<bool>,
    /// Workdays up to and including the day.
    count: Vec<i64>,
    /// The workdays.
    list: Vec<i64>,
}

impl Days {
    /// The workdays of `first_year` to `last_year`.
    pub(super) fn new(calendar: &Calendar, first_year: i16, last_year: i16) -> anyhow::Result<Days> {
        let mut date = Date::new(first_year, 1, 1)?;
        let last = Date::new(last_year, 12, 31)?;
        let mut days = Days { first: day_number(date), worked: Vec::new(), count: Vec::new(), list: Vec::new() };
        while date <= last {
            let worked = calendar.is_workday(date);
            if worked {
                days.list.push(days.first + days.worked.len() as i64);
            }
            days.worked.push(worked);
            days.count.push(days.list.len() as i64);
            date = date.tomorrow()?;
        }
        Ok(days)
    }

    /// First and last day of the table.
    pub(super) fn range(&self) -> std::ops::Range<i64> {
        self.first..self.first + self.worked.len() as i64
    }

    pub(super) fn is_workday(&self, day: i64) -> bool {
        usize::try_from(day - self.first).is_ok_and(|index| self.worked.get(index).copied().unwrap_or(true))
    }

    /// The `n`-th workday after `day`; `day` itself for 0.
    pub(super) fn after(&self, day: i64, n: i64) -> i64 {
        if n <= 0 { day } else { self.workday(self.count_to(day) + n) }
    }

    /// Office seconds before the instant; outside the office those before the next opening.
    pub(super) fn office(&self, instant: i64) -> i64 {
        let (day, second) = (instant.div_euclid(DAY), instant.rem_euclid(DAY));
        if !self.is_workday(day) {
            return self.count_to(day) * OFFICE;
        }
        let within = match second / HOUR {
            0..8 => 0,
            8..12 => second - 8 * HOUR,
            12..15 => 4 * HOUR,
            15..18 => second - 11 * HOUR,
            _ => OFFICE,
        };
        (self.count_to(day) - 1) * OFFICE + within
    }

    /// The instant at which `office` office seconds have gone by.
    pub(super) fn at(&self, office: i64) -> i64 {
        let second = office.rem_euclid(OFFICE);
        let opening = if second < 4 * HOUR { 8 * HOUR } else { 11 * HOUR };
        self.workday(office.div_euclid(OFFICE) + 1) * DAY + opening + second
    }

    /// Whether someone is at the desk: a workday, 08:00 to 18:30, the noon break included.
    pub(super) fn attended(&self, instant: i64) -> bool {
        self.is_workday(instant.div_euclid(DAY)) && (8 * HOUR..18 * HOUR + HOUR / 2).contains(&instant.rem_euclid(DAY))
    }

    fn count_to(&self, day: i64) -> i64 {
        let Ok(index) = usize::try_from(day - self.first) else {
            return 0;
        };
        match self.count.get(index) {
            Some(count) => *count,
            None => self.list.len() as i64 + day - self.range().end + 1,
        }
    }

    /// The `n`-th workday of the table, from 1.
    fn workday(&self, n: i64) -> i64 {
        usize::try_from(n - 1)
            .ok()
            .and_then(|index| self.list.get(index).copied())
            .unwrap_or(self.range().end - 1 + n - self.list.len() as i64)
    }
}

/// Days since 1970-01-01.
pub(super) fn day_number(date: Date) -> i64 {
    seconds(date.at(0, 0, 0, 0)) / DAY
}

/// Year, month and day of a day number (Hinnant's `civil_from_days`): once for each time written.
pub(super) fn civil(day: i64) -> (i64, i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1);
    (year + era * 400 + i64::from(month <= 2), month, day)
}

/// Seconds since 1970-01-01 00:00, local.
pub(super) fn seconds(at: DateTime) -> i64 {
    at.duration_since(EPOCH).as_secs()
}

/// The local time of `seconds`.
pub(super) fn datetime(seconds: i64) -> DateTime {
    EPOCH.saturating_add(SignedDuration::from_secs(seconds))
}
