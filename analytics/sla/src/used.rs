//! How much of its time a case has used (domain §4 point 13).

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::calendar::{DAY_END, local, office, office_seconds};
use crate::{CaseClock, DueBasis, WorkCalendar};

/// The three measures that are always told, and the ratio behind the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Used {
    /// Official: workdays after the start date up to and with the last day; a begun day counts.
    pub used_wd: u32,
    /// Tenths of workdays, rounded half up: ratio x N; without N, the counted days with the last
    /// one by its share of office time.
    pub used_days_tenths: u32,
    /// Diagnostic: office seconds from the start instant on, day 0 included.
    pub used_office_sec: i64,
    /// Millionths, rounded down; above one million when overdue. Office seconds of the counted
    /// days over those of days 1 to N; with an explicit due, natural time over start to due.
    /// None without either.
    pub ratio_ppm: Option<u64>,
}

/// What one walk over the days finds.
#[derive(Default)]
struct Tally {
    days: u32,
    days_tenths: u64,
    /// Office seconds of the counted days.
    counted_sec: u64,
    /// Office seconds of day 0.
    start_sec: u64,
}

impl CaseClock {
    /// The time used from the start until `until`, or until the closing if that is earlier.
    /// All zero without a start, and before it.
    pub fn used(&self, until: Timestamp, calendar: &dyn WorkCalendar, zone: &TimeZone) -> Used {
        let Some(started_at) = self.started_at else {
            return Used::default();
        };
        let end = self.closed_at.map_or(until, |closed| closed.min(until));
        let end = end.max(started_at);
        let tally = tally(started_at, end, calendar, zone);
        let mut tenths = tally.days_tenths;
        let mut ratio_ppm = None;
        if let (Some(limit), Some(total)) = (self.limit, self.limit_office_sec)
            && total > 0
        {
            let (counted, total) = (u128::from(tally.counted_sec), u128::from(total));
            ratio_ppm = u64::try_from(counted * 1_000_000 / total).ok();
            let rounded = (counted * u128::from(limit.n) * 20 + total) / (2 * total);
            tenths = u64::try_from(rounded).unwrap_or(u64::MAX);
        } else if let (DueBasis::Explicit, Some(due_at)) = (self.due, self.due_at) {
            let elapsed = started_at.duration_until(end).as_nanos();
            let span = started_at.duration_until(due_at).as_nanos();
            if span > 0 {
                ratio_ppm = u64::try_from(elapsed * 1_000_000 / span).ok();
            }
        }
        let office_sec = tally.start_sec + tally.counted_sec;
        Used {
            used_wd: tally.days,
            used_days_tenths: u32::try_from(tenths).unwrap_or(u32::MAX),
            used_office_sec: i64::try_from(office_sec).unwrap_or(i64::MAX),
            ratio_ppm,
        }
    }
}

fn tally(started_at: Timestamp, end: Timestamp, calendar: &dyn WorkCalendar, zone: &TimeZone) -> Tally {
    let (started_on, start_second) = local(started_at, zone);
    let (end_on, end_second) = local(end, zone);
    let day_0 = office(calendar, started_on);
    let day_0_until = if end_on > started_on { DAY_END } else { end_second };
    let before_start = office_seconds(day_0, start_second);
    let mut tally =
        Tally { start_sec: office_seconds(day_0, day_0_until).saturating_sub(before_start), ..Tally::default() };
    let mut date = started_on;
    while date < end_on {
        let Ok(next) = date.tomorrow() else {
            break;
        };
        date = next;
        if !calendar.is_workday(date) {
            continue;
        }
        let windows = calendar.windows(date);
        let whole = office_seconds(windows, DAY_END);
        tally.days += 1;
        if date < end_on {
            tally.counted_sec += whole;
            tally.days_tenths += 10;
        } else {
            let part = office_seconds(windows, end_second);
            tally.counted_sec += part;
            tally.days_tenths += (part * 20 + whole) / (2 * whole).max(1);
        }
    }
    tally
}
