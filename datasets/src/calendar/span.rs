//! Counting working days.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Calendar, CalendarError};

/// Most working days that one question may count: four centuries.
pub const MAX_WORKDAYS: i64 = 100_000;

/// A date that was counted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkdayAnswer {
    /// The date.
    pub date: Date,
    /// Whether a day on the way lies in a year whose calendar is not known.
    pub provisional: bool,
}

impl Calendar {
    /// The `workdays`-th working day strictly after `from` (before it, if negative); `from` itself
    /// if zero (民法总则 art. 201: the day on which a period begins is not counted).
    pub fn add_workdays(&self, from: Date, workdays: i64) -> Result<WorkdayAnswer, CalendarError> {
        let out_of_range = || CalendarError::OutOfRange { from, workdays };
        if workdays.abs() > MAX_WORKDAYS {
            return Err(out_of_range());
        }
        let step = if workdays < 0 { -1 } else { 1 };
        let mut answer = WorkdayAnswer { date: from, provisional: self.is_provisional(from) };
        let mut left = workdays.abs();
        while left > 0 {
            answer.date = answer.date.checked_add(step.days()).map_err(|_| out_of_range())?;
            answer.provisional |= self.is_provisional(answer.date);
            if self.is_workday(answer.date) {
                left -= 1;
            }
        }
        Ok(answer)
    }

    /// Working days after `a`, up to and with `b`; negative if `b` lies before `a`. The flag says
    /// that a day on the way is provisional.
    pub fn workdays_between(&self, a: Date, b: Date) -> (i64, bool) {
        if b < a {
            let (count, provisional) = self.workdays_between(b, a);
            return (-count, provisional);
        }
        let (mut count, mut provisional) = (0, self.is_provisional(a));
        let mut date = a;
        while date < b {
            let Ok(next) = date.tomorrow() else { break };
            date = next;
            count += i64::from(self.is_workday(date));
            provisional |= self.is_provisional(date);
        }
        (count, provisional)
    }
}
