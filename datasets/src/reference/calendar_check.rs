//! What is asked of the rows of a calendar that a city puts: days, known years, office hours.

use std::collections::HashSet;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::{Date32Type, Int64Type};
use jiff::civil::Date;

use super::versions::{BATCH, texts};
use crate::calendar::{CalendarRegion, DayKind};
use crate::contract::{CALENDAR_DAY, CALENDAR_YEAR, Contract, OFFICE_HOURS};
use crate::date_from_days;

/// Asks of rows of `calendar_day`, `calendar_year` and `office_hours` that their region has a calendar, that a
/// day or a year takes no other's place (it is known from its notice on, and what was known before stays), that
/// a day is worked or off as its kind says, and that a year that is KNOWN has holidays among `days`, the rows
/// of `calendar_day`. Nothing is asked of what stands in the table word for word (`held`), nor of other tables.
///
/// # Errors
///
/// A sentence that names the first row that is wrong by its key, and says what is wrong with it.
pub fn check(
    contract: &'static Contract,
    held: &[RecordBatch],
    days: &[RecordBatch],
    rows: &RecordBatch,
) -> Result<(), String> {
    if ![CALENDAR_DAY.table, CALENDAR_YEAR.table, OFFICE_HOURS.table].contains(&contract.table) {
        return Ok(());
    }
    let words = |batch: &RecordBatch| texts(contract, batch, |name| name != BATCH).map_err(|error| error.to_string());
    let mut known: HashSet<String> = HashSet::new();
    for batch in held {
        known.extend(words(batch)?);
    }
    let keys = texts(contract, rows, |name| name != "known_from" && contract.key.contains(&name));
    let keys = keys.map_err(|error| error.to_string())?;
    for (at, (said, key)) in words(rows)?.iter().zip(keys).enumerate() {
        if !known.contains(said) {
            check_row(contract, days, rows, at)
                .map_err(|reason| format!("{}: {reason}", key.replace('\u{1f}', " ")))?;
        }
    }
    Ok(())
}

fn check_row(contract: &'static Contract, days: &[RecordBatch], rows: &RecordBatch, at: usize) -> Result<(), String> {
    let text = |name: &str| strings(rows, name).map_or("", |column| column.value(at));
    let region = text("region");
    region.parse::<CalendarRegion>().map_err(|error| error.to_string())?;
    if contract.table == OFFICE_HOURS.table {
        return Ok(());
    }
    if rows.column_by_name("known_from").is_none_or(|notices| notices.is_null(at)) {
        return Err("known_from, the date of the notice, is needed on a row that is new or says something else".into());
    }
    if contract.table == CALENDAR_DAY.table {
        let flags = rows.column_by_name("is_workday").and_then(|column| column.as_boolean_opt());
        return check_day(text("kind"), flags.is_some_and(|flags| flags.value(at)));
    }
    let years = rows.column_by_name("year").and_then(|column| column.as_primitive_opt::<Int64Type>());
    let year = years.and_then(|years| i16::try_from(years.value(at)).ok());
    // What is no year, and no status, is told where the rules are read.
    match year.filter(|year| Date::new(*year, 1, 1).is_ok()) {
        Some(year) if text("status") == "KNOWN" && !has_holiday(days, region, year) => Err(format!(
            "it is said to be KNOWN, and calendar_day has no holiday of {region} in {year}; put its days first"
        )),
        _ => Ok(()),
    }
}

fn check_day(kind: &str, is_workday: bool) -> Result<(), String> {
    let Some(known) = DayKind::from_str(kind) else {
        return Err(format!("{kind:?} is no kind of day; there are {}", DayKind::ALL.map(DayKind::as_str).join(", ")));
    };
    if known.is_workday() == is_workday {
        return Ok(());
    }
    let told = if is_workday { "off" } else { "worked" };
    Err(format!("is_workday is {is_workday}, and days of kind {kind} are {told}"))
}

/// Whether the region has a day off in the year that is no plain weekend.
fn has_holiday(days: &[RecordBatch], region: &str, year: i16) -> bool {
    let off = [DayKind::Holiday, DayKind::RegionalHoliday].map(DayKind::as_str);
    days.iter().any(|batch| {
        let dates = batch.column_by_name("date").and_then(|column| column.as_primitive_opt::<Date32Type>());
        let (Some(dates), Some(regions), Some(kinds)) = (dates, strings(batch, "region"), strings(batch, "kind"))
        else {
            return false;
        };
        (0..batch.num_rows()).any(|at| {
            regions.value(at) == region
                && off.contains(&kinds.value(at))
                && date_from_days(dates.value(at)).is_some_and(|date| date.year() == year)
        })
    })
}

fn strings<'b>(batch: &'b RecordBatch, name: &str) -> Option<&'b StringArray> {
    batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::edit;

    const DAYS: &str = "region,date,is_workday,kind,name,version,known_from\n";
    const YEARS: &str = "region,year,status,source_doc,known_from\n";

    fn rows(contract: &'static Contract, text: &str) -> RecordBatch {
        edit::rows(contract, text.as_bytes()).expect("rows")
    }

    #[test]
    fn a_day_has_a_known_region_a_notice_and_a_kind_that_fits() {
        let held = [rows(&CALENDAR_DAY, &format!("{DAYS}GX,2027-01-01,false,HOLIDAY,元旦,v1,\n"))];
        let put = |line: &str| check(&CALENDAR_DAY, &held, &held, &rows(&CALENDAR_DAY, &format!("{DAYS}{line}\n")));
        assert_eq!(put("GX,2027-01-01,false,HOLIDAY,元旦,v1,"), Ok(()), "it stands there word for word");
        assert_eq!(put("GX,2027-01-01,true,NORMAL,,v2,2026-12-01"), Ok(()));
        for (line, told) in [
            ("GX,2027-01-01,false,HOLIDAY,新年,v1,", "GX 2027-01-01: known_from, the date of the notice, is needed"),
            ("ZZ,2027-01-04,false,HOLIDAY,x,v1,2026-12-01", "ZZ 2027-01-04: no calendar for region \"ZZ\"; there are"),
            (
                "GX,2027-01-04,true,HOLIDAY,x,v1,2026-12-01",
                "GX 2027-01-04: is_workday is true, and days of kind HOLIDAY are off",
            ),
            (
                "GX,2027-01-09,false,ADJUSTED_WORKDAY,x,v1,2026-12-01",
                "GX 2027-01-09: is_workday is false, and days of kind ADJUSTED_WORKDAY are worked",
            ),
            (
                "GX,2027-01-04,false,FEAST,x,v1,2026-12-01",
                "GX 2027-01-04: \"FEAST\" is no kind of day; there are NORMAL",
            ),
        ] {
            let error = put(line).expect_err(line);
            assert!(error.starts_with(told), "{error}");
        }
    }

    #[test]
    fn a_known_year_has_holidays() {
        let days = "GX,2027-01-01,false,HOLIDAY,元旦,v1,2026-12-01\nGX,2028-01-01,false,WEEKEND,,v1,2026-12-01\n";
        let days = [rows(&CALENDAR_DAY, &format!("{DAYS}{days}"))];
        let put = |line: &str| check(&CALENDAR_YEAR, &[], &days, &rows(&CALENDAR_YEAR, &format!("{YEARS}{line}\n")));
        assert_eq!(put("GX,2027,KNOWN,x,2026-12-01"), Ok(()));
        assert_eq!(put("GX,2028,PROVISIONAL,x,2026-12-01"), Ok(()));
        let none = "GX 2028: it is said to be KNOWN, and calendar_day has no holiday of GX in 2028; put its days first";
        assert_eq!(put("GX,2028,KNOWN,x,2026-12-01"), Err(none.to_owned()), "a weekend is none");
        assert!(put("CN,2027,KNOWN,x,2026-12-01").is_err(), "those of another region do not count");
        assert!(put("GX,2027,KNOWN,x,").is_err_and(|error| error.contains("known_from")));
    }

    #[test]
    fn office_hours_are_of_a_known_region() {
        let put = |region: &str| {
            let text = format!("region,valid_from,weekday_windows\n{region},2027-01-01,09:00-17:00\n");
            check(&OFFICE_HOURS, &[], &[], &rows(&OFFICE_HOURS, &text))
        };
        assert_eq!(put("GX"), Ok(()));
        assert!(put("gx").is_err_and(|error| error.starts_with("gx 2027-01-01: no calendar for region \"gx\"")));
    }
}
