//! Local time as plain numbers, so that the oracle borrows no conversion from the clock.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{TimeZone, offset};

use crate::Zone;

/// Microseconds on the local wall since 1970-01-01 00:00.
pub type Us = i64;
/// Days since 1970-01-01.
pub type Day = i64;

pub const SECOND: Us = 1_000_000;
pub const MINUTE: Us = 60 * SECOND;
pub const DAY_LONG: Us = 24 * 60 * MINUTE;
/// China has had one offset all through the years tested.
const EAST: Us = 8 * 60 * MINUTE;

/// What the clock is given.
pub fn zone() -> Zone {
    Zone::new(TimeZone::fixed(offset(8)))
}

fn east() -> TimeZone {
    TimeZone::fixed(offset(8))
}

pub fn us(instant: Timestamp) -> Us {
    instant.as_microsecond() + EAST
}

pub fn instant(us: Us) -> Timestamp {
    Timestamp::from_microsecond(us - EAST).unwrap()
}

/// Local words, e.g. `2018-03-05T10:00`.
pub fn at(text: &str) -> Us {
    let local: DateTime = text.parse().unwrap();
    us(east().to_timestamp(local).unwrap())
}

pub fn show(instant: Timestamp) -> String {
    east().to_datetime(instant).to_string()
}

pub fn day_of(us: Us) -> Day {
    us.div_euclid(DAY_LONG)
}

pub fn midnight(day: Day) -> Us {
    day * DAY_LONG
}

pub fn date(day: Day) -> Date {
    Timestamp::from_second(day * 86_400).unwrap().to_zoned(TimeZone::UTC).date()
}

pub fn day(date: Date) -> Day {
    date.to_zoned(TimeZone::UTC).unwrap().timestamp().as_second().div_euclid(86_400)
}

/// The same day of the month so many months on, or the last day that the month has.
pub fn months_after(start: Day, months: u32) -> Day {
    let start = date(start);
    let mut year = start.year();
    let mut month = start.month();
    for _ in 0..months {
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    let mut day_of_month = start.day();
    loop {
        match Date::new(year, month, day_of_month) {
            Ok(found) => return day(found),
            Err(_) => day_of_month -= 1,
        }
    }
}

#[test]
fn days_and_months_agree_with_the_calendar_on_the_wall() {
    let monday = day_of(at("2018-03-05T23:59"));
    assert_eq!(date(monday).to_string(), "2018-03-05");
    assert_eq!(day(date(monday)), monday);
    assert_eq!(show(instant(midnight(monday + 1))), "2018-03-06T00:00:00");
    assert_eq!(date(months_after(day_of(at("2018-01-31T10:00")), 1)).to_string(), "2018-02-28");
    assert_eq!(date(months_after(day_of(at("2018-11-15T10:00")), 3)).to_string(), "2019-02-15");
}
