//! The months that are published: whole ones, each as it stood on the tenth of the next, so that no two looks at
//! a page can be subtracted from each other.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::error::HttpError;
use crate::frame::Context;

/// Days of the next month after which a month is published.
const AFTER: i64 = 10;

/// The first day of the month that the address asks for, else of the last that is published; none before the first.
pub(super) fn asked(context: &Context, wanted: &str, now: Timestamp) -> Result<Option<Date>, HttpError> {
    let reported = context.last_day();
    let last = last_published(reported, |month| published_at(context, month) <= now);
    let first = context.lamp.first_day.map(Date::first_of_month);
    let known = |month: Date| first.is_some_and(|first| first <= month) && month <= last;
    if wanted.is_empty() {
        return Ok(Some(last).filter(|month| known(*month)));
    }
    let month: Option<Date> = parsed(wanted);
    let month = month.ok_or_else(|| HttpError::bad_value("month", wanted))?;
    if known(month) { Ok(Some(month)) } else { Err(HttpError::missing("month", wanted)) }
}

/// The instant as of which a month is published.
pub(super) fn published_at(context: &Context, month: Date) -> Timestamp {
    context.midnight(month.saturating_add(1.month()).saturating_add(AFTER.days()))
}

/// `2018-08`.
pub(super) fn name(month: Date) -> String {
    format!("{:04}-{:02}", month.year(), month.month())
}

fn parsed(text: &str) -> Option<Date> {
    let is_month = text.len() == 7 && text.is_ascii();
    format!("{text}-01").parse().ok().filter(|_| is_month)
}

/// The last month that was over when the sources last reported, and whose instant has come.
fn last_published(reported: Date, has_come: impl Fn(Date) -> bool) -> Date {
    let this = reported.first_of_month();
    let over = if reported == reported.last_of_month() { this } else { this.saturating_sub(1.month()) };
    let before = over.saturating_sub(1.month());
    if has_come(over) { over } else { before }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_month_is_published_when_it_is_over_and_its_day_has_come() {
        assert_eq!(last_published(date(2018, 9, 13), |_| true), date(2018, 8, 1));
        assert_eq!(last_published(date(2018, 9, 9), |month| month < date(2018, 8, 1)), date(2018, 7, 1));
        assert_eq!(last_published(date(2018, 8, 31), |_| true), date(2018, 8, 1));
    }

    #[test]
    fn months_are_read_as_they_are_written() {
        assert_eq!(parsed("2018-08"), Some(date(2018, 8, 1)));
        assert_eq!(name(date(2018, 8, 1)), "2018-08");
        assert_eq!([parsed("2018-8"), parsed("2018-13"), parsed("2018-08-01"), parsed("moon")], [None; 4]);
    }
}
