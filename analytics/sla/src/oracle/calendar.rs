//! The calendars that are shipped, as a table of days: national, overlaid with Guangxi
//! (domain §4.2), under two sets of office hours.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use jiff::civil::{Date, Weekday};

use super::time::{DAY_LONG, Day, MINUTE, SECOND, Us, at, date, day_of, midnight};
use crate::{DayKind, OfficeWindow, WorkCalendar};

const NATIONAL: &str = include_str!("../../../../datasets/reference/calendar_national.csv");
const GUANGXI: &str = include_str!("../../../../datasets/reference/calendar_guangxi.csv");
const YEARS: &str = include_str!("../../../../datasets/reference/calendar_year.csv");

static OFFICES: LazyLock<[Calendar; 2]> =
    LazyLock::new(|| [Calendar::read(&[(480, 720), (900, 1080)]), Calendar::read(&[(540, 720), (810, 1050)])]);

/// Office 08-12 and 15-18, or the other set, 09-12 and 13:30-17:30.
pub fn office(is_other: bool) -> &'static Calendar {
    &OFFICES[usize::from(is_other)]
}

struct Row {
    is_off: bool,
    is_regional: bool,
    name: &'static str,
}

pub struct Calendar {
    rows: BTreeMap<Date, Row>,
    known_years: BTreeSet<i16>,
    windows: Vec<OfficeWindow>,
    /// Minutes of the day at which the office is open.
    office_minutes: Vec<i64>,
    first: Day,
    worked: Vec<bool>,
    unknown_from: Day,
}

impl Calendar {
    fn read(windows: &[(u32, u32)]) -> Self {
        let mut rows: BTreeMap<Date, Row> = BTreeMap::new();
        for (text, is_regional) in [(NATIONAL, false), (GUANGXI, true)] {
            for line in text.lines().skip(1) {
                let cells: Vec<&'static str> = line.split(',').collect();
                let is_off: bool = cells[2].parse().unwrap();
                rows.insert(cells[0].parse().unwrap(), Row { is_off, is_regional, name: cells[1] });
            }
        }
        let known = YEARS.lines().map(|line| line.split(',').collect::<Vec<_>>());
        let known = known.filter(|cells| cells[0] == "GX" && cells[2] == "KNOWN");
        let known_years: BTreeSet<i16> = known.map(|cells| cells[1].parse().unwrap()).collect();
        let is_open =
            |minute: i64| windows.iter().any(|(open, close)| (i64::from(*open)..i64::from(*close)).contains(&minute));
        let first = day_of(at("2012-01-01T00:00"));
        let last = day_of(at("2029-12-31T00:00"));
        let last_year = known_years.last().unwrap();
        Self {
            office_minutes: (0..1440).filter(|minute| is_open(*minute)).collect(),
            windows: windows.iter().map(|(open, close)| OfficeWindow { open: open * 60, close: close * 60 }).collect(),
            worked: (first..=last).map(|day| is_worked(&rows, date(day))).collect(),
            unknown_from: day_of(at(&format!("{last_year}-12-31T00:00"))) + 1,
            first,
            rows,
            known_years,
        }
    }

    pub fn works(&self, day: Day) -> bool {
        self.worked[usize::try_from(day - self.first).unwrap()]
    }

    pub fn is_office_minute(&self, minute: Us) -> bool {
        let second = minute.rem_euclid(DAY_LONG) / SECOND;
        let is_open = |window: &OfficeWindow| i64::from(window.open) <= second && second < i64::from(window.close);
        self.works(day_of(minute)) && self.windows.iter().any(is_open)
    }

    /// The office minutes of a workday.
    pub fn minutes_of(&self, day: Day) -> impl DoubleEndedIterator<Item = Us> + '_ {
        self.office_minutes.iter().map(move |minute| midnight(day) + minute * MINUTE)
    }

    pub fn opening(&self, day: Day) -> Us {
        midnight(day) + self.office_minutes.first().unwrap() * MINUTE
    }

    pub fn closing(&self, day: Day) -> Us {
        midnight(day) + (self.office_minutes.last().unwrap() + 1) * MINUTE
    }

    /// The calendar of the day's year is known.
    pub fn knows(&self, day: Day) -> bool {
        day < self.unknown_from
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

fn is_worked(rows: &BTreeMap<Date, Row>, date: Date) -> bool {
    rows.get(&date).map_or(!is_weekend(date), |row| !row.is_off)
}

impl WorkCalendar for Calendar {
    fn is_workday(&self, date: Date) -> bool {
        is_worked(&self.rows, date)
    }

    fn day_name(&self, date: Date) -> Option<&str> {
        self.rows.get(&date).map(|row| row.name)
    }

    fn kind(&self, date: Date) -> DayKind {
        match self.rows.get(&date) {
            Some(row) if row.is_off && row.is_regional => DayKind::RegionalHoliday,
            Some(row) if row.is_off => DayKind::Holiday,
            Some(_) if is_weekend(date) => DayKind::AdjustedWorkday,
            None if is_weekend(date) => DayKind::Weekend,
            Some(_) | None => DayKind::Normal,
        }
    }

    fn is_provisional(&self, date: Date) -> bool {
        !self.known_years.contains(&date.year())
    }

    fn windows(&self, _: Date) -> &[OfficeWindow] {
        &self.windows
    }

    fn version(&self) -> &str {
        "shipped"
    }
}

/// Domain §4.2: Guangxi workdays 2014 to 2026.
#[test]
fn the_years_have_the_workdays_that_the_domain_counts() {
    let counts = (2014..=2026).map(|year| {
        let [first, next] = [year, year + 1].map(|year| day_of(at(&format!("{year}-01-01T00:00"))));
        (first..next).filter(|day| office(false).works(*day)).count()
    });
    let counts: Vec<usize> = counts.collect();
    assert_eq!(counts, [248, 247, 248, 247, 246, 248, 249, 248, 247, 247, 249, 246, 246]);
    assert!(office(true).knows(day_of(at("2026-12-31T00:00"))) && !office(true).knows(day_of(at("2027-01-01T00:00"))));
}
