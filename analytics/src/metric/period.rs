//! The days that a metric is asked for, their pieces, and those that they are set beside.

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use queries::Breakdown;
use serde::{Deserialize, Serialize};

use crate::AnalyticsError;

/// Most pieces that one question goes through: half a century of months.
const MOST_PIECES: usize = 600;

/// Half-open, local days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    /// Exclusive.
    pub to: Date,
}

/// Which earlier period a period is set beside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// The one of the same length just before.
    Previous,
    /// The same days of the year before.
    LastYear,
}

impl Period {
    /// The pieces of a breakdown of time with their names, the first and the last as far as they lie in the
    /// period; the whole period, `all`, by anything else.
    pub(crate) fn pieces(self, by: Breakdown) -> Result<Vec<(String, Self)>, AnalyticsError> {
        if !by.is_of_time() {
            return Ok(vec![(Breakdown::All.to_string(), self)]);
        }
        let mut pieces = Vec::new();
        let mut from = self.from;
        while from < self.to {
            if pieces.len() == MOST_PIECES {
                return Err(AnalyticsError::Shape {
                    what: "the period".into(),
                    reason: format!("by {by} it has more than {MOST_PIECES} pieces; ask for a shorter one at once"),
                });
            }
            let (name, begin, length) = piece(from, by);
            let next = begin.checked_add(length).unwrap_or(self.to).min(self.to);
            pieces.push((name, Self { from, to: next }));
            from = next;
        }
        Ok(pieces)
    }

    /// The period that this one is set beside. What reaches beyond `today` is cut there first, so that a
    /// month that has not ended is set beside as many days; a whole number of months is set beside as many.
    pub fn base(self, base: Base, today: Date) -> Result<Self, AnalyticsError> {
        let tomorrow = today.tomorrow().unwrap_or(Date::MAX);
        let end = if self.from <= today { self.to.min(tomorrow) } else { self.to };
        let back = match base {
            Base::LastYear => year_before(self.from).zip(year_before_end(end)),
            Base::Previous => self.from.checked_sub(length(self.from, end)).ok().map(|from| (from, self.from)),
        };
        back.map(|(from, to)| Self { from, to }).ok_or_else(|| AnalyticsError::Shape {
            what: "the period".into(),
            reason: "there is no calendar so far back to compare it with; ask for a later one".into(),
        })
    }
}

/// Name, first day and length of the piece that a day lies in.
fn piece(day: Date, by: Breakdown) -> (String, Date, Span) {
    let (year, month, first) = (day.year(), day.month(), day.first_of_month());
    match by {
        Breakdown::Year => (format!("{year:04}"), first, (13 - month).months()),
        Breakdown::Quarter => {
            let passed = (month - 1) % 3;
            (format!("{year:04}-Q{}", (month - 1) / 3 + 1), first, (3 - passed).months())
        }
        Breakdown::Month => (format!("{year:04}-{month:02}"), first, 1.month()),
        _ => (day.to_string(), day, 1.day()),
    }
}

fn length(from: Date, to: Date) -> Span {
    if from.day() == 1 && to.day() == 1 {
        let years = i64::from(to.year()) - i64::from(from.year());
        return (12 * years + i64::from(to.month()) - i64::from(from.month())).months();
    }
    (datasets::days_since_epoch(to) - datasets::days_since_epoch(from)).days()
}

fn year_before(day: Date) -> Option<Date> {
    day.checked_sub(1.year()).ok()
}

/// The end of a month stays one, also of a February; otherwise the last day is the same.
fn year_before_end(end: Date) -> Option<Date> {
    if end.day() == 1 {
        return year_before(end);
    }
    year_before(end.yesterday().ok()?)?.tomorrow().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(from: &str, to: &str) -> Period {
        Period { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    #[test]
    fn pieces_cover_the_period_and_begin_where_the_calendar_does() {
        let whole = period("2017-11-15", "2018-04-02");
        let names = |by| whole.pieces(by).unwrap().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(Breakdown::Month), ["2017-11", "2017-12", "2018-01", "2018-02", "2018-03", "2018-04"]);
        assert_eq!(names(Breakdown::Quarter), ["2017-Q4", "2018-Q1", "2018-Q2"]);
        assert_eq!(names(Breakdown::Year), ["2017", "2018"]);
        assert_eq!(names(Breakdown::Day).len(), 138);
        assert_eq!(names(Breakdown::Village), ["all"]);
        for by in [Breakdown::Day, Breakdown::Month, Breakdown::Quarter, Breakdown::Year] {
            let pieces = whole.pieces(by).unwrap();
            assert!(pieces.windows(2).all(|two| two[0].1.to == two[1].1.from), "{by}");
            assert_eq!((pieces[0].1.from, pieces[pieces.len() - 1].1.to), (whole.from, whole.to), "{by}");
        }
    }

    #[test]
    fn too_many_pieces_are_refused() {
        let error = period("2015-01-01", "2018-01-01").pieces(Breakdown::Day).unwrap_err();
        assert!(error.to_string().contains("by day it has more than 600 pieces"), "{error}");
    }

    #[test]
    fn whole_months_are_set_beside_whole_months_and_days_beside_days() {
        let today = "2020-03-10".parse().unwrap();
        for (asked, base, wanted) in [
            (("2018-03-01", "2018-04-01"), Base::Previous, ("2018-02-01", "2018-03-01")),
            (("2018-01-01", "2018-04-01"), Base::Previous, ("2017-10-01", "2018-01-01")),
            (("2018-03-05", "2018-03-12"), Base::Previous, ("2018-02-26", "2018-03-05")),
            (("2018-03-05", "2018-03-12"), Base::LastYear, ("2017-03-05", "2017-03-12")),
            (("2020-02-01", "2020-03-01"), Base::LastYear, ("2019-02-01", "2019-03-01")),
            (("2020-02-01", "2020-02-29"), Base::LastYear, ("2019-02-01", "2019-03-01")),
            // The day that is asked on is the last that counts.
            (("2020-03-01", "2020-04-01"), Base::Previous, ("2020-02-20", "2020-03-01")),
            (("2020-03-01", "2020-04-01"), Base::LastYear, ("2019-03-01", "2019-03-11")),
            // What has not begun is left as it is.
            (("2020-05-01", "2020-06-01"), Base::Previous, ("2020-04-01", "2020-05-01")),
        ] {
            assert_eq!(period(asked.0, asked.1).base(base, today).unwrap(), period(wanted.0, wanted.1), "{asked:?}");
        }
    }
}
