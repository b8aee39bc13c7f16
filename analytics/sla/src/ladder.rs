//! The instants at which a policy's rules are met (domain §3).

use jiff::civil::Date;
use jiff::{Error, SignedDuration, Timestamp};

use crate::calendar::{DAY_END, fraction, instant, local, office, workdays_after};
use crate::due::{Counted, Counter, Due, just_after};
use crate::{Deadline, Rule, WorkCalendar};

/// What a rule asks about.
pub(crate) struct Running<'d> {
    pub(crate) started_at: Timestamp,
    pub(crate) due: &'d Due,
}

impl Counter<'_> {
    /// When an open object meets the rule, and whether that rests on an unknown calendar.
    pub(crate) fn meets(
        &self,
        rule: Rule,
        running: &Running<'_>,
        instant_office_min: u32,
    ) -> Result<(Option<Timestamp>, bool), Error> {
        let due = running.due;
        match rule {
            Rule::UsedRatio { num, den } => {
                Ok((self.ratio_reached(running, num, den, instant_office_min)?, due.provisional))
            }
            Rule::BeforeDue { wd, .. } => {
                let before = self.workdays_before(due, wd)?;
                Ok((Some(before.max(running.started_at)), due.provisional))
            }
            Rule::AfterDue { grace_wd: 0, .. } => Ok((Some(just_after(due.at)?), due.provisional)),
            Rule::AfterDue { grace_wd, .. } => {
                let grace = workdays_after(self.excluded.calendar, due.on, grace_wd)?;
                let at = instant(grace.last, DAY_END, self.excluded.zone)?;
                Ok((Some(at), due.provisional || grace.provisional))
            }
        }
    }

    fn ratio_reached(
        &self,
        running: &Running<'_>,
        num: u32,
        den: u32,
        instant_office_min: u32,
    ) -> Result<Option<Timestamp>, Error> {
        let share = |sec: u64| share_of(sec, num, den);
        let started_at = running.started_at;
        match &running.due.span {
            Some(Counted::Workdays { days, office_sec }) => self.in_office(days, share(*office_sec)),
            Some(Counted::Days(days)) => self.in_days(days, share(days.len() as u64 * u64::from(DAY_END))),
            Some(Counted::Office { sec }) => {
                self.after_office_time(started_at, share(*sec), true, &mut false).map(Some)
            }
            None if running.due.is_told => Ok(share_of_span(started_at, running.due.at, num, den)),
            None => {
                let yellow = self.before_closing(running.due.on, instant_office_min)?;
                Ok(yellow.filter(|yellow| *yellow >= started_at))
            }
        }
    }

    /// First office second of the days at which so many seconds are used. Windows are half open:
    /// reached at a closing, it is the next opening on a counted day.
    pub(crate) fn in_office(&self, days: &[Date], target: u64) -> Result<Option<Timestamp>, Error> {
        let gone_by = self.excluded.calendar.table().and_then(|table| table.gone_by(days, target));
        let (gone, mut left) = gone_by.unwrap_or((0, target));
        for day in days.iter().skip(gone) {
            for window in self.excluded.calendar.windows(*day) {
                let length = window.seconds();
                match u32::try_from(left) {
                    Ok(into) if into < length => {
                        return instant(*day, window.open + into, self.excluded.zone).map(Some);
                    }
                    _ => left -= u64::from(length),
                }
            }
        }
        Ok(None)
    }

    /// The same in natural days.
    fn in_days(&self, days: &[Date], target: u64) -> Result<Option<Timestamp>, Error> {
        let day = usize::try_from(target / u64::from(DAY_END)).unwrap_or(usize::MAX);
        let into = u32::try_from(target % u64::from(DAY_END)).unwrap_or_default();
        days.get(day).map(|day| instant(*day, into, self.excluded.zone)).transpose()
    }

    /// The policy's office minutes before the last closing; the first opening of a shorter day.
    fn before_closing(&self, day: Date, minutes: u32) -> Result<Option<Timestamp>, Error> {
        let windows = office(self.excluded.calendar, day);
        let mut left = minutes.saturating_mul(60);
        for window in windows.iter().rev() {
            let length = window.seconds();
            if left <= length {
                return instant(day, window.open + (length - left), self.excluded.zone).map(Some);
            }
            left -= length;
        }
        windows.first().map(|window| instant(day, window.open, self.excluded.zone)).transpose()
    }

    /// The due instant, so many workdays earlier at the same time of day.
    fn workdays_before(&self, due: &Due, wd: u32) -> Result<Timestamp, Error> {
        let mut date = due.on;
        for _ in 0..wd {
            date = workday_before(self.excluded.calendar, date)?;
        }
        let (_, second) = local(due.at, self.excluded.zone);
        let is_day_end = self.deadline == Deadline::EndOfDay && second + 1 == DAY_END;
        if is_day_end {
            return instant(date, DAY_END, self.excluded.zone);
        }
        instant(date, second, self.excluded.zone)?.checked_add(fraction(due.at, self.excluded.zone))
    }
}

fn workday_before(calendar: &dyn WorkCalendar, date: Date) -> Result<Date, Error> {
    let mut date = date.yesterday()?;
    while !calendar.is_workday(date) {
        date = date.yesterday()?;
    }
    Ok(date)
}

/// `num / den` of so many seconds, in whole seconds, rounded up.
fn share_of(sec: u64, num: u32, den: u32) -> u64 {
    let share = (u128::from(sec) * u128::from(num)).div_ceil(u128::from(den.max(1)));
    u64::try_from(share).unwrap_or(u64::MAX)
}

/// `start + ratio x (due - start)` in natural time, rounded up to whole seconds after the start;
/// none if that is not before the due instant.
fn share_of_span(started_at: Timestamp, due_at: Timestamp, num: u32, den: u32) -> Option<Timestamp> {
    let span = u128::try_from(started_at.duration_until(due_at).as_nanos()).ok()?;
    let seconds = (span * u128::from(num)).div_ceil(u128::from(den.max(1)) * 1_000_000_000);
    let yellow_at = started_at.checked_add(SignedDuration::from_secs(i64::try_from(seconds).ok()?)).ok()?;
    (yellow_at < due_at).then_some(yellow_at)
}

#[cfg(test)]
mod tests;
