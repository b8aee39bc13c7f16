//! The workdays of every region that the lake has days of, for the functions in SQL.

use std::collections::BTreeMap;
use std::sync::Arc;

use datasets::calendar::WorkdayTable;
use datasets::contract::CALENDAR_DAY;
use jiff::civil::Date;

use super::{DayColumns, RuleTables, rule};
use crate::AnalyticsError;

/// A table of each region, that of the lake's own region first.
pub(super) async fn load(own: &str, tables: &RuleTables<'_>) -> Result<Arc<[WorkdayTable]>, AnalyticsError> {
    let mut regions: BTreeMap<String, BTreeMap<Date, bool>> = BTreeMap::from([(own.to_owned(), BTreeMap::new())]);
    for batch in tables.read(&CALENDAR_DAY, DayColumns::FIELDS).await? {
        let rows = DayColumns::of(&batch);
        for at in 0..batch.num_rows() {
            let (Some(region), Some(date)) = (rows.region.get(at), rows.date.get(at)) else { continue };
            let is_workday = rows.is_workday.get(at);
            let known = regions.entry(region.to_owned()).or_default().insert(date, is_workday);
            if known.is_some_and(|known| known != is_workday) {
                let reason = format!("calendar {region}: two rows for {date} disagree; keep one");
                return Err(rule("calendar_day", reason));
            }
        }
    }
    let mut regions: Vec<WorkdayTable> = regions.iter().map(|(region, days)| WorkdayTable::new(region, days)).collect();
    regions.sort_by_key(|table| table.region() != own);
    Ok(regions.into())
}
