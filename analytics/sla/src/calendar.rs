//! The work calendar of a region, and the few ways in which the clock walks it.

use jiff::civil::Date;
use jiff::{Error, SignedDuration, Timestamp};

use crate::{DayTable, Zone};

/// Seconds from one local midnight to the next.
pub(crate) const DAY_END: u32 = 86_400;
pub(crate) const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

/// One version of a region's `calendar_day` and `office_hours` (domain §4.2, §7).
pub trait WorkCalendar: Send + Sync {
    fn is_workday(&self, date: Date) -> bool;
    /// Why a day is or is not worked, e.g. the holiday; `None` for a plain weekday or weekend.
    fn day_name(&self, date: Date) -> Option<&str>;
    fn kind(&self, date: Date) -> DayKind;
    /// The day lies beyond the last known calendar year, so `is_workday` is the weekday rule.
    fn is_provisional(&self, date: Date) -> bool;
    /// Office windows of a workday, ascending and apart. Only asked for workdays.
    fn windows(&self, date: Date) -> &[OfficeWindow];
    /// Names the version, for explanations.
    fn version(&self) -> &str;
    /// Its days counted beforehand, if it has them; they must say what the calendar says. A clock
    /// that finds them walks no days.
    fn table(&self) -> Option<&DayTable> {
        None
    }
    /// When something else came to be known of it, ascending.
    fn changed_at(&self) -> &[Timestamp] {
        &[]
    }
    /// What was known of it at an instant; none if that is what is known now.
    fn as_known(&self, _at: Timestamp) -> Option<&dyn WorkCalendar> {
        None
    }
}

named_enum! {
    /// Kind of a calendar day (domain §7 `calendar_day`).
    DayKind {
        Normal = "NORMAL",
        Weekend = "WEEKEND",
        Holiday = "HOLIDAY",
        /// 调休: a weekend day that is worked.
        AdjustedWorkday = "ADJUSTED_WORKDAY",
        /// A holiday of the region only, e.g. 三月三.
        RegionalHoliday = "REGIONAL_HOLIDAY",
    }
}

/// Office time `[open, close)` in seconds after local midnight, by the clock on the wall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficeWindow {
    pub open: u32,
    pub close: u32,
}

impl OfficeWindow {
    /// Its length in seconds.
    pub(crate) fn seconds(self) -> u32 {
        self.seconds_before(DAY_END)
    }

    fn seconds_before(self, second: u32) -> u32 {
        self.close.min(second).saturating_sub(self.open)
    }
}

/// Office seconds of a day before `second` of it.
pub(crate) fn office_seconds(windows: &[OfficeWindow], second: u32) -> u64 {
    windows.iter().map(|window| u64::from(window.seconds_before(second))).sum()
}

/// Office windows of any day: none when it is not worked.
pub(crate) fn office(calendar: &dyn WorkCalendar, date: Date) -> &[OfficeWindow] {
    if calendar.is_workday(date) { calendar.windows(date) } else { &[] }
}

/// Local date of an instant and its whole seconds since midnight.
pub(crate) fn local(instant: Timestamp, zone: &Zone) -> (Date, u32) {
    let local = zone.to_datetime(instant);
    let time = local.time();
    let [hour, minute, second] = [time.hour(), time.minute(), time.second()].map(|part| u32::from(part.unsigned_abs()));
    (local.date(), hour * 3600 + minute * 60 + second)
}

/// What is left beside the whole seconds of [`local`].
pub(crate) fn fraction(instant: Timestamp, zone: &Zone) -> SignedDuration {
    SignedDuration::from_nanos(i64::from(zone.to_datetime(instant).subsec_nanosecond()))
}

/// The instant `second` seconds after local midnight, up to and with [`DAY_END`].
pub(crate) fn instant(date: Date, second: u32, zone: &Zone) -> Result<Timestamp, Error> {
    zone.in_day(date, second)
}

/// The last microsecond of a local day (domain §4 point 3).
pub(crate) fn end_of_day(date: Date, zone: &Zone) -> Result<Timestamp, Error> {
    instant(date, DAY_END, zone)?.checked_sub(MICROSECOND)
}

/// The first workdays after a date (domain §4 point 2).
pub(crate) struct Counted {
    pub days: Vec<Date>,
    /// The last of them, or the start date itself if none was asked for.
    pub last: Date,
    /// A day on the way, worked or not, is beyond the known calendar.
    pub provisional: bool,
}

/// Counts `n` workdays strictly after `start`. An error at the end of the range of dates.
pub(crate) fn workdays_after(calendar: &dyn WorkCalendar, start: Date, n: u32) -> Result<Counted, Error> {
    if let Some(run) = calendar.table().and_then(|table| table.after(start, usize::try_from(n).ok()?)) {
        let last = run.days.last().copied().unwrap_or(start);
        return Ok(Counted { days: run.days.to_vec(), last, provisional: run.provisional });
    }
    let mut counted = Counted { days: Vec::new(), last: start, provisional: false };
    let mut date = start;
    for _ in 0..n {
        loop {
            date = date.tomorrow()?;
            counted.provisional |= calendar.is_provisional(date);
            if calendar.is_workday(date) {
                break;
            }
        }
        counted.days.push(date);
        counted.last = date;
    }
    Ok(counted)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::WorkCalendar;
    use crate::testing::TestCalendar;

    #[test]
    fn a_calendar_that_says_no_more_has_no_table_and_was_never_changed() {
        let calendar = TestCalendar::gx();
        assert!(calendar.table().is_none() && calendar.changed_at().is_empty());
        assert!(calendar.as_known(Timestamp::UNIX_EPOCH).is_none());
    }
}
