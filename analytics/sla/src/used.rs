//! How much of its time a case has used (domain §4 point 13).

use jiff::civil::Date;
use jiff::{Error, SignedDuration, Timestamp};

use crate::calendar::{DAY_END, instant, local, office, office_seconds};
use crate::stop::{Excluded, Pause};
use crate::{CaseClock, DueBasis, Unit, WorkCalendar, Zone};

/// The three measures that are always told, and the ratio behind the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// Official: workdays after the start date, not excluded, up to and with the last day; a begun
    /// day counts.
    pub used_wd: u32,
    /// Tenths of days, rounded half up: ratio x N of a limit in days; else the counted workdays
    /// with the last one by its share of office time.
    pub used_days_tenths: u32,
    /// Diagnostic: office seconds from the start instant on, day 0 included, stops cut out.
    pub used_office_sec: i64,
    /// Millionths, rounded down; above one million when overdue. Counted time over the limit's;
    /// with an explicit due, natural time over start to due. None without either.
    pub ratio_ppm: Option<u64>,
}

/// What one walk over the days finds.
#[derive(Default)]
struct Tally {
    days: u32,
    days_tenths: u64,
    /// Office seconds of the counted workdays.
    office_sec: u64,
    /// Seconds of the counted natural days.
    natural_sec: u64,
    /// Office seconds from the start instant on, outside the stops.
    real_sec: u64,
}

impl CaseClock {
    /// The time used from the start until `until`, or until the closing if that is earlier.
    /// All zero without a start, and before it.
    pub fn used(&self, until: Timestamp, calendar: &dyn WorkCalendar, zone: &Zone) -> Used {
        let Some(start) = self.start else {
            return Used::default();
        };
        let end = self.closed_at.map_or(until, |closed| closed.min(until)).max(start.at);
        let excluded = Excluded { pauses: &self.pauses, calendar, zone };
        let given_way = &self.promise.excluded_on;
        // The walk stays inside dates that the fold has told; it cannot leave their range.
        let tally = tally(start.at, end, excluded, given_way).unwrap_or_default();
        let mut tenths = tally.days_tenths;
        let mut ratio_ppm = None;
        if let (Some(limit), Some(total)) = (self.promise.limit, self.promise.limit_sec.filter(|total| *total > 0)) {
            let used = match limit.unit {
                _ if limit.n == 0 => tally.office_sec,
                Unit::Wd => tally.office_sec,
                Unit::Cd | Unit::Month => tally.natural_sec,
                Unit::Hour | Unit::Min => tally.real_sec,
            };
            let (used, total) = (u128::from(used), u128::from(total));
            ratio_ppm = u64::try_from(used * 1_000_000 / total).ok();
            let days = self.promise.counted_on.len() as u128;
            if days > 0 {
                tenths = u64::try_from((used * days * 20 + total) / (2 * total)).unwrap_or(u64::MAX);
            }
        } else if let (DueBasis::Explicit, Some(due_at)) = (self.promise.basis, self.promise.due_at) {
            let elapsed = start.at.duration_until(end).as_nanos();
            let span = start.at.duration_until(due_at).as_nanos();
            if span > 0 {
                ratio_ppm = u64::try_from(elapsed * 1_000_000 / span).ok();
            }
        }
        Used {
            used_wd: tally.days,
            used_days_tenths: u32::try_from(tenths).unwrap_or(u32::MAX),
            used_office_sec: i64::try_from(tally.real_sec).unwrap_or(i64::MAX),
            ratio_ppm,
        }
    }
}

/// Walks the days from the start to the end; `given_way` are days that a stop took out as day N.
fn tally(start: Timestamp, end: Timestamp, excluded: Excluded<'_>, given_way: &[Date]) -> Result<Tally, Error> {
    let Excluded { calendar, zone, pauses } = excluded;
    let (started_on, start_second) = local(start, zone);
    let (end_on, end_second) = local(end, zone);
    let mut tally = Tally::default();
    let day_0_until = if end_on > started_on { DAY_END } else { end_second };
    let day_0 = office(calendar, started_on);
    let mut real = office_seconds(day_0, day_0_until).saturating_sub(office_seconds(day_0, start_second));
    let mut date = started_on;
    if end_on > started_on
        && given_way.is_empty()
        && let Some((sums, whole)) = whole_days(started_on, end_on, excluded)?
    {
        // The last day is left to the loop.
        (tally, date) = (sums, end_on.yesterday()?);
        real += whole;
    }
    while date < end_on {
        date = date.tomorrow()?;
        let until = if date < end_on { DAY_END } else { end_second };
        if !excluded.natural_day(date)? {
            tally.natural_sec += u64::from(until);
        }
        if !calendar.is_workday(date) {
            continue;
        }
        let windows = calendar.windows(date);
        let (part, whole) = (office_seconds(windows, until), office_seconds(windows, DAY_END));
        real += part;
        if excluded.workday(date)? || given_way.contains(&date) {
            continue;
        }
        tally.days += 1;
        tally.office_sec += part;
        tally.days_tenths += if date < end_on { 10 } else { (part * 20 + whole) / (2 * whole).max(1) };
    }
    let mut stopped = SignedDuration::ZERO;
    for pause in pauses {
        stopped += office_inside(*pause, start, end, excluded)?;
    }
    tally.real_sec = real.saturating_sub(u64::try_from(stopped.as_secs()).unwrap_or_default());
    Ok(tally)
}

/// The sums of the days between two dates where no stop takes any out, with their office seconds, if
/// they are in a table.
fn whole_days(started_on: Date, end_on: Date, excluded: Excluded<'_>) -> Result<Option<(Tally, u64)>, Error> {
    let before = end_on.yesterday()?;
    let Some(run) = excluded.run_between(started_on, before) else { return Ok(None) };
    let natural = excluded.calendar.table().and_then(|table| table.natural_days(started_on, before));
    let (Some(natural), Ok(days)) = (natural, u32::try_from(run.days.len())) else { return Ok(None) };
    let natural_sec = u64::from(natural) * u64::from(DAY_END);
    let days_tenths = u64::from(days) * 10;
    let tally = Tally { days, days_tenths, office_sec: run.office_sec, natural_sec, real_sec: 0 };
    Ok(Some((tally, run.office_sec)))
}

/// Office time inside a pause and between two instants.
fn office_inside(
    pause: Pause,
    start: Timestamp,
    end: Timestamp,
    excluded: Excluded<'_>,
) -> Result<SignedDuration, Error> {
    let (from, until) = (pause.from.max(start), pause.until.min(end));
    let mut sum = SignedDuration::ZERO;
    let (mut date, _) = local(from, excluded.zone);
    while from < until && instant(date, 0, excluded.zone)? < until {
        for window in office(excluded.calendar, date) {
            let open = instant(date, window.open, excluded.zone)?.max(from);
            let close = instant(date, window.close, excluded.zone)?.min(until);
            if open < close {
                sum += open.duration_until(close);
            }
        }
        date = date.tomorrow()?;
    }
    Ok(sum)
}

#[cfg(test)]
mod tests;
