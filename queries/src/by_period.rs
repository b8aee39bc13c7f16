//! Questions about a period that the marts can answer as well as the cases. A test compares both on a lake.

use crate::village_table::{Level, village_table, village_table_by_months};
use crate::{panel, shared};

/// One question in two texts that give the same rows. Both take `$from` and `$to`, as the metrics do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByPeriod {
    /// From the cases.
    pub cases: String,
    /// From the marts of the months before `$until`, and from the cases in motion of the days from then on. `$from`
    /// and `$until` begin a month.
    pub months: String,
}

impl ByPeriod {
    /// How long decided cases took; `$region`.
    pub fn handling_times() -> Self {
        let months = shared::fill(include_str!("../sql/panels/handling_times_months.sql"));
        Self { cases: panel::HANDLING_TIMES.to_owned(), months }
    }

    /// Cases due, closed, and of these in time, early; `$region`.
    pub fn totals() -> Self {
        let months = shared::fill(include_str!("../sql/panels/period_totals_months.sql"));
        Self { cases: panel::PERIOD_TOTALS.to_owned(), months }
    }

    /// The table of villages, or of townships or counties.
    pub fn village_table(level: Level) -> Self {
        Self { cases: village_table(level), months: village_table_by_months(level) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_asked_of_the_marts() {
        let tables = Level::ALL.map(ByPeriod::village_table);
        for question in tables.into_iter().chain([ByPeriod::totals(), ByPeriod::handling_times()]) {
            assert!(question.months.contains("from lake.village_item_month"), "{}", question.months);
            assert!(!question.months.contains(['{', '}']), "{}", question.months);
            assert!(!question.cases.contains("$until") && !question.cases.contains("lake."), "{}", question.cases);
        }
    }
}
