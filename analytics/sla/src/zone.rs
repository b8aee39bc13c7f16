//! Local time, quick where the zone's offset has settled.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{Error, SignedDuration, Timestamp};

/// A time zone whose last change of offset has been looked up: the clock turns instants into dates, and
/// back, more often than it does anything else, and Chinese time has not changed since 1991.
#[derive(Debug, Clone)]
pub struct Zone {
    zone: TimeZone,
    settled: Option<Settled>,
}

/// From then on, by both times, the offset is always this.
#[derive(Debug, Clone, Copy)]
struct Settled {
    at: Timestamp,
    on: DateTime,
    offset: Offset,
}

impl Zone {
    /// Looks up whether the zone still changes its offset.
    pub fn new(zone: TimeZone) -> Self {
        let settled = settled(&zone);
        Self { zone, settled }
    }

    /// The time on the wall at an instant.
    pub fn to_datetime(&self, instant: Timestamp) -> DateTime {
        match self.settled {
            Some(settled) if instant >= settled.at => settled.offset.to_datetime(instant),
            _ => self.zone.to_datetime(instant),
        }
    }

    /// The instant so many seconds after the midnight with which a day begins, by the clock on the wall.
    pub(crate) fn in_day(&self, date: Date, second: u32) -> Result<Timestamp, Error> {
        let second = SignedDuration::from_secs(i64::from(second));
        let midnight = date.to_datetime(Time::midnight());
        match self.settled {
            Some(settled) if midnight >= settled.on => settled.offset.to_timestamp(midnight)?.checked_add(second),
            _ => self.zone.to_timestamp(midnight.checked_add(second)?),
        }
    }

    /// The instant of a time on the wall; of one that occurs twice the earlier, of one that a jump leaves
    /// out as long after the jump as it would have been without.
    ///
    /// # Errors
    ///
    /// An instant out of the range of dates.
    pub fn to_timestamp(&self, local: DateTime) -> Result<Timestamp, Error> {
        match self.settled {
            Some(settled) if local >= settled.on => settled.offset.to_timestamp(local),
            _ => self.zone.to_timestamp(local),
        }
    }
}

impl From<TimeZone> for Zone {
    fn from(zone: TimeZone) -> Self {
        Self::new(zone)
    }
}

impl AsRef<TimeZone> for Zone {
    fn as_ref(&self) -> &TimeZone {
        &self.zone
    }
}

/// None if an offset by which the zone would go on is not the one of its last change.
fn settled(zone: &TimeZone) -> Option<Settled> {
    let last = zone.preceding(Timestamp::MAX).next();
    let (at, offset) = match last {
        Some(change) => (change.timestamp(), change.offset()),
        None => (Timestamp::MIN, zone.to_fixed_offset().ok()?),
    };
    // Around a change the times on the wall of both offsets may mean the same; a day later they do not.
    let on = offset.to_datetime(at).checked_add(SignedDuration::from_hours(24)).ok()?;
    Some(Settled { at, on, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_zone_says() {
        for name in ["Asia/Shanghai", "Asia/Urumqi", "Europe/Berlin", "America/New_York", "UTC"] {
            let zone = TimeZone::get(name).unwrap();
            let quick = Zone::new(zone.clone());
            let mut at: Timestamp = "1900-01-01T00:30Z".parse().unwrap();
            let end: Timestamp = "2045-01-01T00:00Z".parse().unwrap();
            while at < end {
                let local = zone.to_datetime(at);
                assert_eq!(quick.to_datetime(at), local, "{name} {at}");
                assert_eq!(quick.to_timestamp(local).unwrap(), zone.to_timestamp(local).unwrap(), "{name} {local}");
                at = at.checked_add(SignedDuration::from_mins(29 * 60 + 17)).unwrap();
            }
        }
        assert!(Zone::new(TimeZone::get("Asia/Shanghai").unwrap()).settled.is_some(), "or it is not quick");
    }

    #[test]
    fn the_hours_around_a_change_are_the_zone_s() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let quick = Zone::new(zone.clone());
        // The last summer time ended at 2:00 on 1991-09-15.
        let mut at: Timestamp = "1991-09-13T00:00Z".parse().unwrap();
        for _ in 0..4 * 24 * 4 {
            let local = zone.to_datetime(at);
            assert_eq!(quick.to_datetime(at), local);
            for past in [-2, -1, 0, 1, 2].map(SignedDuration::from_hours) {
                let local = local.checked_add(past).unwrap();
                assert_eq!(quick.to_timestamp(local).unwrap(), zone.to_timestamp(local).unwrap(), "{local}");
            }
            at = at.checked_add(SignedDuration::from_mins(15)).unwrap();
        }
    }

    #[test]
    fn a_second_of_a_day_is_told_by_the_clock_on_the_wall_of_that_day() {
        let zone = Zone::new(TimeZone::get("Asia/Shanghai").unwrap());
        for (day, hour, expected) in [
            ("1991-09-14", 12, "1991-09-14T03:00Z"),
            ("1991-09-15", 1, "1991-09-14T16:00Z"),
            ("1991-09-15", 12, "1991-09-15T04:00Z"),
            ("1991-09-17", 24, "1991-09-17T16:00Z"),
            ("2018-03-05", 12, "2018-03-05T04:00Z"),
        ] {
            let expected: Timestamp = expected.parse().unwrap();
            assert_eq!(zone.in_day(day.parse().unwrap(), hour * 3600).unwrap(), expected, "{day} {hour}");
        }
    }
}
