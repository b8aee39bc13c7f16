//! Limits in hours and minutes: what of each day's office time is counted (domain §4 point 3).

use jiff::civil::Date;
use jiff::{Error, SignedDuration, Timestamp};

use crate::calendar::{instant, office};
use crate::stop::Excluded;
use crate::{Limit, Unit};

/// The office time of one day of a limit in hours or minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficeDay {
    /// Its office windows, day 0 from the start instant on, cut where a stop or the due instant cuts them.
    pub parts: Vec<OfficePart>,
    /// Seconds of the parts that count.
    pub counted_sec: u64,
    /// The same from the start instant to the end of the day; on the due date it is the limit.
    pub sum_sec: u64,
}

/// A piece of an office window, half open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfficePart {
    pub from: Timestamp,
    pub until: Timestamp,
    pub role: OfficeRole,
}

impl OfficePart {
    /// Its length in whole seconds.
    pub fn seconds(self) -> u64 {
        seconds(self.length())
    }

    fn length(self) -> SignedDuration {
        self.from.duration_until(self.until)
    }
}

named_enum! {
    /// What office time is to a limit in hours or minutes.
    OfficeRole {
        Counted = "COUNTED",
        /// Inside a stop.
        Stopped = "STOPPED",
        /// After the due instant.
        Over = "OVER",
    }
}

/// Adds up office time, day by day.
pub(super) struct OfficeTime<'a> {
    started_at: Timestamp,
    due_at: Timestamp,
    excluded: Excluded<'a>,
    sum: SignedDuration,
}

impl<'a> OfficeTime<'a> {
    /// None unless the limit is in hours or minutes.
    pub(super) fn of(
        limit: Option<Limit>,
        started_at: Timestamp,
        due_at: Option<Timestamp>,
        excluded: Excluded<'a>,
    ) -> Option<Self> {
        let limit = limit.filter(|limit| limit.n > 0 && matches!(limit.unit, Unit::Hour | Unit::Min));
        let (_, due_at) = limit.zip(due_at)?;
        Some(Self { started_at, due_at, excluded, sum: SignedDuration::ZERO })
    }

    /// Adds a day; to be asked of each day from day 0 on, in order.
    pub(super) fn day(&mut self, date: Date) -> OfficeDay {
        let parts = self.parts(date).unwrap_or_default();
        let before = seconds(self.sum);
        for part in parts.iter().filter(|part| part.role == OfficeRole::Counted) {
            self.sum += part.length();
        }
        // What is shown of the days adds up to the sum, whatever is left of a second.
        let sum_sec = seconds(self.sum);
        OfficeDay { parts, counted_sec: sum_sec - before, sum_sec }
    }

    fn parts(&self, date: Date) -> Result<Vec<OfficePart>, Error> {
        let Excluded { calendar, zone, pauses } = self.excluded;
        let mut parts = Vec::new();
        for window in office(calendar, date) {
            let close = instant(date, window.close, zone)?;
            let mut from = instant(date, window.open, zone)?.max(self.started_at);
            while from < close {
                // Pauses are apart and in order, so the first that ends later is the next.
                let pause = pauses.iter().find(|pause| pause.until > from);
                let (until, role) = match pause {
                    Some(pause) if pause.from <= from => (pause.until.min(close), OfficeRole::Stopped),
                    next => {
                        let until = next.map_or(close, |pause| pause.from.min(close));
                        if from < self.due_at {
                            (until.min(self.due_at), OfficeRole::Counted)
                        } else {
                            (until, OfficeRole::Over)
                        }
                    }
                };
                parts.push(OfficePart { from, until, role });
                from = until;
            }
        }
        Ok(parts)
    }
}

fn seconds(length: SignedDuration) -> u64 {
    u64::try_from(length.as_secs()).unwrap_or_default()
}
