//! The workdays of every region that the lake has days of, for the functions in SQL.

use std::sync::{Arc, OnceLock};

use datasets::calendar::WorkdayTable;
use datasets::contract::CALENDAR_DAY;
use jiff::civil::Date;

use super::{RuleTables, rule};
use crate::AnalyticsError;
use crate::cells::{Day, Flag, Instant, Text, columns};

columns! {
    WorkdayColumns { region: Text, date: Day, is_workday: Flag, known_from: Day, replaced_at: Instant }
}

/// The days of all regions, with what was known when.
#[derive(Debug)]
pub(crate) struct Workdays {
    /// The lake's own first.
    regions: Vec<String>,
    /// By region, day, and from when on they are known.
    rows: Vec<Row>,
    /// Days of notices, ascending.
    notices: Vec<Date>,
    /// What was known before the first notice, and after each; made when it is first asked for.
    tables: Vec<OnceLock<Arc<[WorkdayTable]>>>,
}

#[derive(Debug)]
struct Row {
    /// Place in the list of regions.
    region: usize,
    date: Date,
    known_from: Option<Date>,
    is_workday: bool,
}

impl Workdays {
    pub(super) async fn load(own: &str, tables: &RuleTables<'_>) -> Result<Self, AnalyticsError> {
        let mut regions = vec![own.to_owned()];
        let mut rows: Vec<Row> = Vec::new();
        for batch in tables.read(&CALENDAR_DAY, WorkdayColumns::FIELDS).await? {
            let of = WorkdayColumns::of(&batch);
            for at in (0..batch.num_rows()).filter(|at| of.replaced_at.get(*at).is_none()) {
                let (Some(region), Some(date)) = (of.region.get(at), of.date.get(at)) else { continue };
                let place = regions.iter().position(|known| known == region).unwrap_or_else(|| {
                    regions.push(region.to_owned());
                    regions.len() - 1
                });
                let (known_from, is_workday) = (of.known_from.get(at), of.is_workday.get(at));
                rows.push(Row { region: place, date, known_from, is_workday });
            }
        }
        rows.sort_by_key(Row::order);
        for pair in rows.windows(2) {
            if let [left, right] = pair
                && left.order() == right.order()
                && left.is_workday != right.is_workday
            {
                let region = regions.get(left.region).map_or("", String::as_str);
                let reason = format!("calendar {region}: two rows for {} disagree; keep one", left.date);
                return Err(rule("calendar_day", reason));
            }
        }
        let mut notices: Vec<Date> = rows.iter().filter_map(|row| row.known_from).collect();
        notices.sort();
        notices.dedup();
        let tables = (0..=notices.len()).map(|_| OnceLock::new()).collect();
        Ok(Self { regions, rows, notices, tables })
    }

    /// A table of each region as it was known on a day, that of the lake's own region first.
    pub(crate) fn known_on(&self, day: Date) -> Arc<[WorkdayTable]> {
        let place = self.notices.partition_point(|notice| *notice <= day);
        let made = || self.made(place.checked_sub(1).and_then(|last| self.notices.get(last)).copied());
        self.tables.get(place).map_or_else(made, |table| table.get_or_init(made).clone())
    }

    /// From what is always known, and the notices up to and with one.
    fn made(&self, last: Option<Date>) -> Arc<[WorkdayTable]> {
        let table = |(region, name): (usize, &String)| {
            let rows = self.rows.iter().filter(|row| row.region == region);
            let known = rows.filter(|row| row.known_from.is_none_or(|from| last.is_some_and(|last| from <= last)));
            // In the order of the notices: the latest counts.
            WorkdayTable::new(name, &known.map(|row| (row.date, row.is_workday)).collect())
        };
        self.regions.iter().enumerate().map(table).collect()
    }
}

impl Row {
    fn order(&self) -> (usize, Date, Option<Date>) {
        (self.region, self.date, self.known_from)
    }
}

#[cfg(test)]
mod tests {
    use datasets::days_since_epoch;
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_day_is_what_the_last_notice_by_then_says() {
        let row = |date, known_from, is_workday| Row { region: 0, date, known_from, is_workday };
        let day = date(2018, 12, 10);
        let notice = date(2018, 11, 6);
        let rows = vec![row(date(2018, 1, 1), None, false), row(day, None, true), row(day, Some(notice), false)];
        let tables = [OnceLock::new(), OnceLock::new()].into();
        let workdays = Workdays { regions: vec!["GX".into(), "CN".into()], rows, notices: vec![notice], tables };
        let worked = |on: Date, table: usize| workdays.known_on(on)[table].is_workday(days_since_epoch(day));
        assert!(worked(date(2018, 11, 5), 0) && !worked(notice, 0) && !worked(date(2020, 1, 1), 0));
        assert!(worked(notice, 1), "no row of the other region: a Monday");
        assert_eq!(workdays.known_on(notice)[1].region(), "CN");
    }
}
