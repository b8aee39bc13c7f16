//! The calendar files inside the program (`datasets/reference/`, sources in its SOURCES.md).

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Calendar, CalendarError, CalendarRegion, DayKind, Special, Window, weekday_rule};

const NATIONAL: &str = include_str!("../../reference/calendar_national.csv");
const GUANGXI: &str = include_str!("../../reference/calendar_guangxi.csv");
const YEARS: &str = include_str!("../../reference/calendar_year.csv");
const OFFICE_HOURS: &str = include_str!("../../reference/office_hours.csv");

/// A year as `calendar_year` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct YearRow {
    /// As in `calendar_day.region`.
    pub region: String,
    /// The year.
    pub year: i16,
    /// Whether its days are known; else it is provisional.
    pub is_known: bool,
    /// Where that is laid down.
    pub source_doc: String,
}

/// The years that the program ships, of all regions.
pub fn years() -> Result<Vec<YearRow>, CalendarError> {
    const FILE: &str = "calendar_year.csv";
    let year = |(line, row): (u64, Vec<String>)| -> Result<YearRow, CalendarError> {
        let text = |column: usize| row.get(column).map_or("", String::as_str);
        Ok(YearRow {
            region: text(0).to_owned(),
            year: text(1).parse().map_err(|_| bad(FILE, line, "the year is not a number"))?,
            is_known: match text(2) {
                "KNOWN" => true,
                "PROVISIONAL" => false,
                _ => return Err(bad(FILE, line, "the status is neither KNOWN nor PROVISIONAL")),
            },
            source_doc: text(3).to_owned(),
        })
    };
    rows(YEARS, FILE)?.into_iter().map(year).collect()
}

pub(super) fn load(region: CalendarRegion) -> Result<Calendar, CalendarError> {
    let mut calendar = Calendar::empty(region, String::new());
    let mut special: BTreeMap<Date, Special> = BTreeMap::new();
    for (date, is_workday, name) in special_days(NATIONAL, "calendar_national.csv")? {
        let kind = if is_workday { DayKind::AdjustedWorkday } else { DayKind::Holiday };
        special.insert(date, Special { is_workday, kind, name });
    }
    if region == CalendarRegion::GX {
        for (date, is_workday, name) in special_days(GUANGXI, "calendar_guangxi.csv")? {
            let kind = if is_workday { DayKind::AdjustedWorkday } else { DayKind::RegionalHoliday };
            special.insert(date, Special { is_workday, kind, name });
        }
    }
    special.retain(|date, day| day.is_workday != weekday_rule(*date) || !day.name.is_empty());
    calendar.special = special;
    let known = years()?.into_iter().filter(|row| row.is_known && row.region == region.as_str());
    calendar.known = known.map(|row| row.year).collect();
    for (line, row) in rows(OFFICE_HOURS, "office_hours.csv")? {
        let text = |column: usize| row.get(column).map_or("", String::as_str);
        if text(0) != region.as_str() {
            continue;
        }
        let date = |column: usize| -> Result<Date, CalendarError> {
            text(column).parse().map_err(|_| bad("office_hours.csv", line, "the date is not yyyy-mm-dd"))
        };
        let to = if text(2).is_empty() { None } else { Some(date(2)?) };
        calendar.hours.add((date(1)?, to, text(3)), "office_hours.csv", line)?;
    }
    calendar.hours = calendar.hours.checked(region)?;
    let (first, last) = calendar.known_years();
    calendar.version = format!("{} {first}-{last} v1", region.as_str());
    Ok(calendar)
}

/// Reads `08:00-12:00;15:00-18:00`.
pub(super) fn parse_windows(text: &str, file: &'static str, line: u64) -> Result<Vec<Window>, CalendarError> {
    let wrong = || bad(file, line, &format!("office windows {text:?} are not like 08:00-12:00;15:00-18:00"));
    let seconds = |clock: &str| -> Option<u32> {
        let (hour, minute) = clock.trim().split_once(':')?;
        let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
        (hour <= 24 && minute < 60).then_some(hour * 3600 + minute * 60)
    };
    let mut windows: Vec<Window> = Vec::new();
    for part in text.split(';') {
        let (open, close) = part.split_once('-').ok_or_else(wrong)?;
        let window = Window { open: seconds(open).ok_or_else(wrong)?, close: seconds(close).ok_or_else(wrong)? };
        if window.open >= window.close || windows.last().is_some_and(|last| last.close > window.open) {
            return Err(wrong());
        }
        windows.push(window);
    }
    Ok(windows)
}

fn special_days(text: &'static str, file: &'static str) -> Result<Vec<(Date, bool, String)>, CalendarError> {
    let mut days: Vec<(Date, bool, String)> = Vec::new();
    for (line, row) in rows(text, file)? {
        let date = row.first().and_then(|text| text.parse().ok());
        let date: Date = date.ok_or_else(|| bad(file, line, "the date is not yyyy-mm-dd"))?;
        let off = match row.get(2).map(String::as_str) {
            Some("true") => true,
            Some("false") => false,
            _ => return Err(bad(file, line, "is_off_day is neither true nor false")),
        };
        if days.iter().any(|(known, works, _)| *known == date && *works == off) {
            let region = if file.contains("guangxi") { "GX" } else { "CN" };
            return Err(CalendarError::Contradiction { region, date });
        }
        days.push((date, !off, row.get(1).cloned().unwrap_or_default()));
    }
    Ok(days)
}

fn rows(text: &'static str, file: &'static str) -> Result<Vec<(u64, Vec<String>)>, CalendarError> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| bad(file, 0, &error.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        rows.push((line, record.iter().map(str::to_owned).collect()));
    }
    Ok(rows)
}

fn bad(file: &'static str, line: u64, reason: &str) -> CalendarError {
    CalendarError::BadRow { file, line, reason: reason.to_owned() }
}
