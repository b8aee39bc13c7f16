//! Counting working days for the time that is left or over; the due dates themselves come from the
//! clock (`analytics::sla`), never from here.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// The days of a calendar that are known, each worked or not.
#[derive(Debug, Clone, Default)]
pub(crate) struct WorkDays {
    days: BTreeMap<Date, bool>,
}

impl WorkDays {
    /// Takes the days in any order.
    pub(crate) fn new(days: impl IntoIterator<Item = (Date, bool)>) -> Self {
        Self { days: days.into_iter().collect() }
    }

    /// Whether a day is worked; none if its calendar is not known.
    pub(crate) fn is_workday(&self, day: Date) -> Option<bool> {
        self.days.get(&day).copied()
    }

    /// Working days after the first date, up to and with the second; none if one of the days is
    /// not known.
    pub(crate) fn between(&self, after: Date, until: Date) -> Option<i64> {
        let mut count = 0;
        let mut day = after;
        while day < until {
            day = day.tomorrow().ok()?;
            count += i64::from(self.is_workday(day)?);
        }
        Some(count)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_counted_without_the_first_and_only_where_known() {
        let days = (1..=12).map(|day| (date(2018, 9, day), ![1, 2, 8, 9].contains(&day)));
        let days = WorkDays::new(days);
        assert_eq!(days.between(date(2018, 9, 7), date(2018, 9, 10)), Some(1));
        assert_eq!(days.between(date(2018, 9, 7), date(2018, 9, 9)), Some(0));
        assert_eq!(days.between(date(2018, 9, 10), date(2018, 9, 13)), None);
    }
}
