//! Walking: day by day through the calendar, minute by minute through the office.

use super::calendar::Calendar;
use super::time::{Day, MINUTE, SECOND, Us, day_of, midnight};

/// No case of the generator lasts longer.
const LONGEST: Day = 400;

/// The calendar with the deductions of the stops laid over it.
#[derive(Clone, Copy)]
pub struct Walk<'a> {
    pub calendar: &'a Calendar,
    /// Half open; they may overlap.
    pub deductions: &'a [(Us, Us)],
}

/// Days counted and days passed over because a stop excludes them.
pub struct Counted {
    pub days: Vec<Day>,
    pub excluded: Vec<Day>,
}

impl Walk<'_> {
    /// The whole minute is suspended.
    pub fn is_paused(&self, minute: Us) -> bool {
        self.deductions.iter().any(|(from, until)| *from <= minute && minute + MINUTE <= *until)
    }

    /// Office time that counts.
    pub fn is_running(&self, minute: Us) -> bool {
        self.calendar.is_office_minute(minute) && !self.is_paused(minute)
    }

    /// Suspended from the first opening to the last closing, lunch included (domain §4 point 6).
    pub fn is_excluded(&self, day: Day) -> bool {
        minutes(self.calendar.opening(day), self.calendar.closing(day)).all(|minute| self.is_paused(minute))
    }

    /// Suspended from 00:00 to 24:00 (domain §4 point 3).
    pub fn is_excluded_naturally(&self, day: Day) -> bool {
        minutes(midnight(day), midnight(day + 1)).all(|minute| self.is_paused(minute))
    }

    /// A stop that takes office time of the day goes on over at least one whole workday: it then
    /// holds every minute from the day's last office minute to the next workday's closing.
    pub fn loses_as_last(&self, day: Day) -> bool {
        let next = self.calendar.closing(self.workday_after(day));
        minutes(self.calendar.closing(day) - MINUTE, next).all(|minute| self.is_paused(minute))
    }

    pub fn workday_after(&self, day: Day) -> Day {
        (day + 1..).find(|day| self.calendar.works(*day)).unwrap()
    }

    pub fn workdays_after(&self, mut day: Day, n: u32) -> Day {
        for _ in 0..n {
            day = self.workday_after(day);
        }
        day
    }

    /// The first `n` workdays after `start` that no stop excludes (domain §4 points 2, 6).
    pub fn count_workdays(&self, start: Day, n: usize) -> Counted {
        let mut counted = Counted { days: Vec::new(), excluded: Vec::new() };
        let mut day = start;
        while counted.days.len() < n {
            day = self.workday_after(day);
            assert!(day - start < LONGEST, "the oracle walked too far");
            let is_last = counted.days.len() + 1 == n;
            if self.is_excluded(day) || is_last && self.loses_as_last(day) {
                counted.excluded.push(day);
            } else {
                counted.days.push(day);
            }
        }
        counted
    }

    /// The first `n` natural days after `start` that no stop excludes.
    pub fn count_naturally(&self, start: Day, n: usize) -> Counted {
        let mut counted = Counted { days: Vec::new(), excluded: Vec::new() };
        let mut day = start;
        while counted.days.len() < n {
            day += 1;
            assert!(day - start < LONGEST, "the oracle walked too far");
            if self.is_excluded_naturally(day) {
                counted.excluded.push(day);
            } else {
                counted.days.push(day);
            }
        }
        counted
    }

    /// Minutes of running office time from an instant on.
    pub fn running_from(self, start: Us) -> impl Iterator<Item = Us> {
        minutes(start, start + LONGEST * 1440 * MINUTE).filter(move |minute| self.is_running(*minute))
    }

    /// Office minutes of some days, whether suspended or not: a counted day counts whole.
    pub fn office_of(self, days: &[Day]) -> impl Iterator<Item = Us> {
        days.iter().flat_map(move |day| self.calendar.minutes_of(*day))
    }
}

/// Every minute of some days.
pub fn all_of(days: &[Day]) -> impl Iterator<Item = Us> {
    days.iter().flat_map(|day| minutes(midnight(*day), midnight(*day + 1)))
}

pub fn minutes(from: Us, until: Us) -> impl Iterator<Item = Us> {
    (0i64..).map(move |k| from + k * MINUTE).take_while(move |minute| *minute < until)
}

/// The first second of these minutes before which `num / den` of `total` seconds have passed
/// (domain §3: a ratio reached right at a closing is met at the next opening).
pub fn first_reaching(minutes: impl Iterator<Item = Us>, total: i64, (num, den): (i64, i64)) -> Option<Us> {
    let mut used = 0;
    for minute in minutes {
        if (used + 59) * den >= total * num {
            let second = (0i64..60).find(|second| (used + second) * den >= total * num);
            return second.map(|second| minute + second * SECOND);
        }
        used += 60;
    }
    None
}

/// Microseconds of a minute before an instant.
pub fn part_before(minute: Us, until: Us) -> Us {
    (until - minute).clamp(0, MINUTE)
}

/// Whether some opening holds the day at any instant (domain §4 point 9).
pub fn touches(spans: &[(Us, Option<Us>)], day: Day) -> bool {
    spans.iter().any(|(from, until)| day_of(*from) <= day && until.is_none_or(|until| midnight(day) < until))
}

/// The first instant from `since` on at which some opening holds.
pub fn first_open(spans: &[(Us, Option<Us>)], since: Us) -> Option<Us> {
    let held = spans.iter().map(|(from, until)| ((*from).max(since), until));
    held.filter(|(instant, until)| until.is_none_or(|until| *instant < until)).map(|(instant, _)| instant).min()
}
