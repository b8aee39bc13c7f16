//! From a start and a limit to the due date (domain §4 points 2, 3 and 6).

use jiff::civil::Date;
use jiff::{Error, SignedDuration, Span, Timestamp};

use crate::calendar::{
    DAY_END, MICROSECOND, end_of_day, fraction, instant, local, office, office_seconds, workdays_after,
};
use crate::stop::Excluded;
use crate::{Deadline, Limit, Unit};

/// The due date of one running clock, and the days that it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) on: Date,
    /// Last instant in time.
    pub(crate) at: Timestamp,
    /// What is counted; none for an instant item and a told due instant.
    pub(crate) span: Option<Counted>,
    /// The source told it.
    pub(crate) is_told: bool,
    /// Days that a stop took out, up to `on`.
    pub(crate) excluded: Vec<Date>,
    pub(crate) provisional: bool,
}

/// The counted time of a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Counted {
    /// Office time of these workdays.
    Workdays { days: Vec<Date>, office_sec: u64 },
    /// These natural days.
    Days(Vec<Date>),
    /// Office seconds from the start instant.
    Office { sec: u64 },
}

/// A time of day, to the full precision of the start.
#[derive(Clone, Copy)]
struct Time {
    second: u32,
    fraction: SignedDuration,
}

impl Time {
    fn whole(second: u32) -> Self {
        Self { second, fraction: SignedDuration::ZERO }
    }
}

/// Counts limits around the stops of a case.
#[derive(Clone, Copy)]
pub(crate) struct Counter<'a> {
    pub(crate) excluded: Excluded<'a>,
    pub(crate) deadline: Deadline,
}

impl Counter<'_> {
    /// The due date of `limit`, longer by `extra` days, from the start on.
    pub(crate) fn limit(&self, started_at: Timestamp, limit: Limit, extra: u32) -> Result<Due, Error> {
        if limit.n == 0 && extra == 0 {
            return self.instant_item(started_at);
        }
        match limit.unit {
            Unit::Cd => self.natural(started_at, u64::from(limit.n) + u64::from(extra)),
            Unit::Month if limit.n > 0 => {
                let (on, _) = local(started_at, self.excluded.zone);
                let end = on.checked_add(Span::new().try_months(i64::from(limit.n))?)?;
                let days = end.duration_since(on).as_hours() / 24;
                self.natural(started_at, u64::try_from(days).unwrap_or_default() + u64::from(extra))
            }
            Unit::Hour if limit.n > 0 => self.office_time(started_at, u64::from(limit.n) * 3600),
            Unit::Min if limit.n > 0 => self.office_time(started_at, u64::from(limit.n) * 60),
            _ => self.workdays(started_at, u64::from(limit.n) + u64::from(extra)),
        }
    }

    /// A told due instant: no calendar (domain §4 point 3).
    pub(crate) fn told(&self, at: Timestamp) -> Due {
        let (on, _) = local(at, self.excluded.zone);
        Due { on, at, span: None, is_told: true, excluded: Vec::new(), provisional: false }
    }

    /// `n` workdays after the start date that no stop takes out.
    fn workdays(&self, started_at: Timestamp, n: u64) -> Result<Due, Error> {
        let calendar = self.excluded.calendar;
        let (mut date, mut time) = self.time_of_day(started_at);
        let mut provisional = false;
        if self.deadline == Deadline::HourExact {
            (date, time) = self.opening(date, time, &mut provisional)?;
        }
        if let Some(run) = self.excluded.run_after(date, n) {
            let on = run.days.last().copied().unwrap_or(date);
            let span = Some(Counted::Workdays { days: run.days.to_vec(), office_sec: run.office_sec });
            let at = self.deadline_of(on, time)?;
            let provisional = provisional || run.provisional;
            return Ok(Due { on, at, span, is_told: false, excluded: Vec::new(), provisional });
        }
        let mut days = Vec::new();
        let mut excluded = Vec::new();
        while (days.len() as u64) < n {
            date = date.tomorrow()?;
            provisional |= calendar.is_provisional(date);
            if !calendar.is_workday(date) {
                continue;
            }
            let is_last = days.len() as u64 + 1 == n;
            if self.excluded.workday(date)? || (is_last && self.excluded.gives_way(date)?) {
                excluded.push(date);
            } else {
                days.push(date);
            }
        }
        let office_sec = days.iter().map(|day| office_seconds(calendar.windows(*day), DAY_END)).sum();
        let at = self.deadline_of(date, time)?;
        Ok(Due {
            on: date,
            at,
            span: Some(Counted::Workdays { days, office_sec }),
            is_told: false,
            excluded,
            provisional,
        })
    }

    /// `n` natural days after the start date that no stop covers; the last rolls to a workday.
    fn natural(&self, started_at: Timestamp, n: u64) -> Result<Due, Error> {
        let calendar = self.excluded.calendar;
        let (mut date, time) = self.time_of_day(started_at);
        let (mut days, mut excluded) = (Vec::new(), Vec::new());
        while (days.len() as u64) < n {
            date = date.tomorrow()?;
            if self.excluded.natural_day(date)? { excluded.push(date) } else { days.push(date) }
        }
        let mut provisional = calendar.is_provisional(date);
        while !calendar.is_workday(date) {
            date = date.tomorrow()?;
            provisional |= calendar.is_provisional(date);
        }
        let at = self.deadline_of(date, time)?;
        Ok(Due { on: date, at, span: Some(Counted::Days(days)), is_told: false, excluded, provisional })
    }

    fn office_time(&self, started_at: Timestamp, sec: u64) -> Result<Due, Error> {
        let mut provisional = false;
        let at = self.after_office_time(started_at, sec, false, &mut provisional)?;
        let (on, _) = local(at, self.excluded.zone);
        Ok(Due { on, at, span: Some(Counted::Office { sec }), is_told: false, excluded: Vec::new(), provisional })
    }

    /// The instant at which so much office time outside the pauses has gone by. `half_open`: at
    /// the end of a span of office time it is the beginning of the next.
    pub(crate) fn after_office_time(
        &self,
        started_at: Timestamp,
        sec: u64,
        half_open: bool,
        provisional: &mut bool,
    ) -> Result<Timestamp, Error> {
        let Excluded { calendar, zone, pauses } = self.excluded;
        let mut left = SignedDuration::from_secs(i64::try_from(sec).unwrap_or(i64::MAX));
        let (mut date, _) = local(started_at, zone);
        loop {
            *provisional |= calendar.is_provisional(date);
            for window in office(calendar, date) {
                let (open, close) = (instant(date, window.open, zone)?, instant(date, window.close, zone)?);
                let mut from = open.max(started_at);
                while from < close {
                    // Pauses are apart and in order, so the first that ends later is the next.
                    let pause = pauses.iter().find(|pause| pause.until > from);
                    if let Some(pause) = pause.filter(|pause| pause.from <= from) {
                        from = pause.until;
                        continue;
                    }
                    let until = pause.map_or(close, |pause| pause.from.min(close));
                    let length = from.duration_until(until);
                    if left < length || (left == length && !half_open) {
                        return from.checked_add(left);
                    }
                    left -= length;
                    from = until;
                }
            }
            date = date.tomorrow()?;
        }
    }

    /// Due on the day of the start, or on the next workday if the office is no more open on it or
    /// a stop takes it out (domain §3, instant items).
    fn instant_item(&self, started_at: Timestamp) -> Result<Due, Error> {
        let Excluded { calendar, zone, .. } = self.excluded;
        let (mut on, second) = local(started_at, zone);
        let mut provisional = calendar.is_provisional(on);
        let mut excluded = Vec::new();
        let is_over = office(calendar, on).last().is_none_or(|window| second >= window.close);
        if is_over {
            on = self.next_workday(on, &mut provisional)?;
        }
        while self.excluded.workday(on)? || self.excluded.gives_way(on)? {
            excluded.push(on);
            on = self.next_workday(on, &mut provisional)?;
        }
        let deadline = if self.deadline == Deadline::HourExact { Deadline::EndOfDay } else { self.deadline };
        let at = Self { deadline, ..*self }.deadline_of(on, Time::whole(second))?;
        Ok(Due { on, at, span: None, is_told: false, excluded, provisional })
    }

    /// The local date of a start, and its time of day, which only a deadline to the hour needs in full.
    fn time_of_day(&self, started_at: Timestamp) -> (Date, Time) {
        let zone = self.excluded.zone;
        let (date, second) = local(started_at, zone);
        let is_exact = self.deadline == Deadline::HourExact;
        (date, Time { second, fraction: if is_exact { fraction(started_at, zone) } else { SignedDuration::ZERO } })
    }

    /// The last instant in time of a due day.
    fn deadline_of(&self, on: Date, time: Time) -> Result<Timestamp, Error> {
        let Excluded { calendar, zone, .. } = self.excluded;
        match self.deadline {
            Deadline::EndOfDay => end_of_day(on, zone),
            Deadline::EndOfOffice => match office(calendar, on).last() {
                Some(window) => instant(on, window.close, zone),
                None => end_of_day(on, zone),
            },
            Deadline::HourExact => instant(on, time.second, zone)?.checked_add(time.fraction),
        }
    }

    /// The given time if the office is open, else the next opening.
    fn opening(&self, date: Date, time: Time, provisional: &mut bool) -> Result<(Date, Time), Error> {
        let calendar = self.excluded.calendar;
        if let Some(window) = office(calendar, date).iter().find(|window| time.second < window.close) {
            return Ok((date, if time.second < window.open { Time::whole(window.open) } else { time }));
        }
        let date = self.next_workday(date, provisional)?;
        Ok((date, Time::whole(calendar.windows(date).first().map_or(0, |window| window.open))))
    }

    fn next_workday(&self, date: Date, provisional: &mut bool) -> Result<Date, Error> {
        let next = workdays_after(self.excluded.calendar, date, 1)?;
        *provisional |= next.provisional;
        Ok(next.last)
    }
}

/// Right after the last instant in time.
pub(crate) fn just_after(due_at: Timestamp) -> Result<Timestamp, Error> {
    due_at.checked_add(MICROSECOND)
}

#[cfg(test)]
mod edges;
#[cfg(test)]
mod tests;
