//! Office time between two instants, of whatever lies between them.

use jiff::{Error, Timestamp};

use crate::calendar::{DAY_END, local, office, office_seconds};
use crate::{WorkCalendar, Zone};

/// Whole office seconds from one instant to another, by the calendar's days and office hours; nothing is
/// deducted. 0 if the other is the earlier one.
///
/// # Errors
///
/// A walk that leaves the range of dates.
pub fn office_between(
    from: Timestamp,
    until: Timestamp,
    calendar: &dyn WorkCalendar,
    zone: &Zone,
) -> Result<u64, Error> {
    let ((first, since), (last, by)) = (local(from, zone), local(until, zone));
    let first_day = office(calendar, first);
    let gone = office_seconds(first_day, since);
    if last < first {
        return Ok(0);
    }
    if last == first {
        return Ok(office_seconds(first_day, by).saturating_sub(gone));
    }
    let rest = office_seconds(first_day, DAY_END).saturating_sub(gone);
    let whole = last.yesterday().ok().and_then(|before| calendar.table()?.between(first, before));
    let whole = match whole {
        Some(run) => run.office_sec,
        None => {
            let (mut sum, mut date) = (0, first.tomorrow()?);
            while date < last {
                sum += office_seconds(office(calendar, date), DAY_END);
                date = date.tomorrow()?;
            }
            sum
        }
    };
    Ok(rest + whole + office_seconds(office(calendar, last), by))
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::testing::{TabledCalendar, TestCalendar};

    fn between(from: &str, until: &str) -> u64 {
        let zone = Zone::new(TimeZone::get("Asia/Shanghai").unwrap());
        let [from, until] = [from, until].map(|at| format!("{at}+08:00").parse::<Timestamp>().unwrap());
        let plain = TestCalendar::gx();
        let tabled = TabledCalendar::of(TestCalendar::gx(), 2018..=2018);
        let walked = office_between(from, until, &plain, &zone).unwrap();
        assert_eq!(office_between(from, until, &tabled, &zone).unwrap(), walked, "{from} {until}");
        walked
    }

    #[test]
    fn office_hours_count_and_nothing_else() {
        // Office 08-12 and 15-18; Monday to Friday, but for 04-18 to 04-20 and the worked Sunday 04-15.
        assert_eq!(between("2018-03-05T09:00:00", "2018-03-05T11:30:05"), 2 * 3600 + 1805);
        assert_eq!(between("2018-03-05T11:00:00", "2018-03-05T16:00:00"), 2 * 3600, "without the noon break");
        assert_eq!(between("2018-03-05T17:30:00", "2018-03-06T08:10:00"), 40 * 60, "overnight");
        assert_eq!(between("2018-03-09T17:00:00", "2018-03-12T09:00:00"), 2 * 3600, "over a weekend");
        assert_eq!(between("2018-04-14T10:00:00", "2018-04-16T08:00:00"), 7 * 3600, "a Sunday that is worked");
        assert_eq!(between("2018-04-17T18:00:00", "2018-04-23T08:00:01"), 1, "a holiday of the region");
        assert_eq!(between("2018-03-05T09:00:00", "2018-03-19T09:00:00"), 10 * 7 * 3600, "two weeks");
        assert_eq!(between("2018-03-05T12:00:00", "2018-03-05T15:00:00"), 0);
        assert_eq!(between("2018-03-06T09:00:00", "2018-03-05T09:00:00"), 0, "the other is earlier");
        assert_eq!(between("2018-03-05T11:00:00", "2018-03-05T10:00:00"), 0);
    }
}
