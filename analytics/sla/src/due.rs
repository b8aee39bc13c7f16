//! From a start and a limit to the due date and the instants of YELLOW and RED.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Error, SignedDuration, Timestamp};

use crate::calendar::{DAY_END, MICROSECOND, end_of_day, instant, local, office, office_seconds, workdays_after};
use crate::history::ToldDue;
use crate::reason::note;
use crate::{CaseInput, DueBasis, Limit, Policy, Reason, WorkCalendar};

/// What decides when a case is due (domain §4 point 3).
#[derive(Clone, Copy)]
pub(crate) enum Term {
    Limit(DueBasis, Limit),
    Told(ToldDue),
    None,
}

/// Promise, else statutory limit, else the source's own due instant; a binding one goes first.
pub(crate) fn term(case: &CaseInput<'_>, told: Option<ToldDue>, reasons: &mut Vec<Reason>) -> Term {
    if let Some(told) = told
        && case.due_binding
    {
        return Term::Told(told);
    }
    let uncountable = |limit: &Limit| !limit.is_countable();
    let (basis, limit) = match (case.promised, case.statutory) {
        (Some(promise), Some(law)) => {
            if uncountable(&promise) || uncountable(&law) {
                note(reasons, Reason::UnitNotSupported);
                (DueBasis::Promised, promise)
            } else if promise.n > law.n {
                note(reasons, Reason::PromiseOverStatutory);
                (DueBasis::Statutory, law)
            } else {
                (DueBasis::Promised, promise)
            }
        }
        (Some(promise), None) => (DueBasis::Promised, promise),
        (None, Some(law)) => (DueBasis::Statutory, law),
        (None, None) => return told.map_or(Term::None, Term::Told),
    };
    if uncountable(&limit) {
        note(reasons, Reason::UnitNotSupported);
        return told.map_or(Term::None, Term::Told);
    }
    Term::Limit(basis, limit)
}

/// The instants of one running clock.
pub(crate) struct Due {
    pub on: Date,
    /// Last instant in time.
    pub at: Timestamp,
    pub yellow_at: Option<Timestamp>,
    pub red_at: Timestamp,
    /// Office seconds of days 1 to N; none for an instant item or a told due.
    pub office_sec: Option<u64>,
    pub provisional: bool,
}

/// What the instants are derived with.
pub(crate) struct Rules<'a> {
    pub calendar: &'a dyn WorkCalendar,
    pub zone: &'a TimeZone,
    pub policy: &'a Policy,
}

impl Rules<'_> {
    /// Due `n` workdays after the start date; an instant item for 0 (domain §4 points 2, 3).
    pub(crate) fn workdays(&self, started_at: Timestamp, n: u32) -> Result<Due, Error> {
        if n == 0 {
            return self.instant_item(started_at);
        }
        let (started_on, _) = local(started_at, self.zone);
        let counted = workdays_after(self.calendar, started_on, n)?;
        let at = end_of_day(counted.last, self.zone)?;
        let (red_at, red_provisional) = self.red(counted.last, at)?;
        let days = counted.days.iter();
        let office_sec: u64 = days.map(|day| office_seconds(self.calendar.windows(*day), DAY_END)).sum();
        Ok(Due {
            on: counted.last,
            at,
            yellow_at: self.ratio_reached(&counted.days, office_sec)?,
            red_at,
            office_sec: Some(office_sec),
            provisional: counted.provisional || red_provisional,
        })
    }

    /// Due on the day of acceptance, or on the next workday if the office is no more open on it
    /// (domain §3, instant items).
    fn instant_item(&self, started_at: Timestamp) -> Result<Due, Error> {
        let (started_on, second) = local(started_at, self.zone);
        let last_window = office(self.calendar, started_on).last();
        let mut provisional = self.calendar.is_provisional(started_on);
        let on = if last_window.is_some_and(|window| second < window.close) {
            started_on
        } else {
            let next = workdays_after(self.calendar, started_on, 1)?;
            provisional |= next.provisional;
            next.last
        };
        let at = end_of_day(on, self.zone)?;
        let (red_at, red_provisional) = self.red(on, at)?;
        let yellow_at = self.before_closing(on)?;
        Ok(Due {
            on,
            at,
            yellow_at: yellow_at.filter(|yellow| *yellow >= started_at),
            red_at,
            office_sec: None,
            provisional: provisional || red_provisional,
        })
    }

    /// Due when the source says; no calendar, unless RED has a grace (domain §3, §4 point 3).
    pub(crate) fn told(&self, started_at: Timestamp, at: Timestamp) -> Result<Due, Error> {
        let (on, _) = local(at, self.zone);
        let (red_at, provisional) = self.red(on, at)?;
        Ok(Due { on, at, yellow_at: self.share_of_span(started_at, at), red_at, office_sec: None, provisional })
    }

    /// Right after `due_at`, or after the grace of the policy; and whether that is provisional.
    fn red(&self, due_on: Date, due_at: Timestamp) -> Result<(Timestamp, bool), Error> {
        if self.policy.red_grace_wd == 0 {
            return Ok((due_at.checked_add(MICROSECOND)?, false));
        }
        let grace = workdays_after(self.calendar, due_on, self.policy.red_grace_wd)?;
        Ok((instant(grace.last, DAY_END, self.zone)?, grace.provisional))
    }

    /// First office second of the counted days at which the used part has reached the ratio.
    /// Windows are half open: reached at a closing, it is the next opening on a counted day.
    fn ratio_reached(&self, days: &[Date], office_sec: u64) -> Result<Option<Timestamp>, Error> {
        let share = u128::from(office_sec) * u128::from(self.policy.yellow_num);
        let target = share.div_ceil(u128::from(self.policy.yellow_den));
        let Ok(mut left) = u64::try_from(target) else {
            return Ok(None);
        };
        for day in days {
            for window in self.calendar.windows(*day) {
                let length = window.seconds();
                match u32::try_from(left) {
                    Ok(into) if into < length => {
                        return instant(*day, window.open + into, self.zone).map(Some);
                    }
                    _ => left -= u64::from(length),
                }
            }
        }
        Ok(None)
    }

    /// The policy's office minutes before the last closing; the first opening of a shorter day.
    fn before_closing(&self, day: Date) -> Result<Option<Timestamp>, Error> {
        let windows = self.calendar.windows(day);
        let mut left = self.policy.instant_yellow_office_min.saturating_mul(60);
        for window in windows.iter().rev() {
            let length = window.seconds();
            if left <= length {
                return instant(day, window.open + (length - left), self.zone).map(Some);
            }
            left -= length;
        }
        let first = windows.first();
        first.map(|window| instant(day, window.open, self.zone)).transpose()
    }

    /// `start + ratio x (due - start)` in natural time, rounded up to whole seconds after the
    /// start; none if that is not before the due instant.
    fn share_of_span(&self, started_at: Timestamp, due_at: Timestamp) -> Option<Timestamp> {
        let span = u128::try_from(started_at.duration_until(due_at).as_nanos()).ok()?;
        let share = span * u128::from(self.policy.yellow_num);
        let seconds = share.div_ceil(u128::from(self.policy.yellow_den) * 1_000_000_000);
        let offset = SignedDuration::from_secs(i64::try_from(seconds).ok()?);
        let yellow_at = started_at.checked_add(offset).ok()?;
        (yellow_at < due_at).then_some(yellow_at)
    }
}

#[cfg(test)]
mod tests;
