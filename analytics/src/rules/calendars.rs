//! The calendars of the lake's region: its days and years, as notices made them known, under each of its
//! office hours.

use std::collections::{BTreeMap, BTreeSet};

use datasets::calendar::{Calendar, CalendarError, CalendarRegion};
use datasets::contract::{CALENDAR_DAY, OFFICE_HOURS};
use datasets::lake::LakeMeta;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use sla::Zone;

use super::years::Years;
use super::{RuleTables, Stood, in_order, rule};
use crate::AnalyticsError;
use crate::calendar::LakeCalendar;
use crate::cells::{Day, Flag, Instant, Text, columns};

columns! {
    HourColumns {
        region: Text,
        valid_from: Day,
        valid_to: Day,
        weekday_windows: Text,
        put_at: Instant,
        replaced_at: Instant,
    }
}

columns! {
    DayColumns {
        region: Text,
        date: Day,
        is_workday: Flag,
        kind: Text,
        name: Text,
        version: Text,
        known_from: Day,
        put_at: Instant,
        replaced_at: Instant,
    }
}

/// Office windows from a day on, and for which time that was so.
struct HourRow {
    from: Date,
    to: Option<Date>,
    windows: String,
    stood: Stood,
}

/// A row of `calendar_day`.
struct DayRow {
    known_from: Option<Date>,
    date: Date,
    is_workday: bool,
    kind: String,
    name: Option<String>,
    version: String,
    stood: Stood,
}

/// Which calendar counts from when on. Whose cases came as they happened knows a day when it was put; whose
/// history was loaded later knows it by its notice, as it knows its events by when they were recorded.
#[derive(Debug)]
pub(super) struct Calendars {
    all: Vec<LakeCalendar>,
    /// Places in `all` by when they were put, the oldest first; never empty.
    live: Vec<(Timestamp, usize)>,
    /// The same of cases whose history was loaded later: only office hours are news to them.
    past: Vec<(Timestamp, usize)>,
}

impl Calendars {
    pub(super) async fn load(meta: &LakeMeta, tables: &RuleTables<'_>, zone: &Zone) -> Result<Self, AnalyticsError> {
        let region: CalendarRegion = meta.region.parse().map_err(|error| rule("lake_meta", error))?;
        let mut days = days(region, tables).await?;
        days.sort_by_key(|row| (row.known_from, row.date));
        let rows = Rows {
            region,
            hours: hours(region, tables).await?,
            days,
            years: Years::load(region.as_str(), tables).await?,
        };
        let of_hours = in_order(rows.hours.iter().flat_map(|row| row.stood.instants()));
        let of_days = rows.days.iter().flat_map(|row| row.stood.instants()).chain(rows.years.instants());
        let of_all = in_order(of_days.chain(of_hours.iter().copied()));
        let mut calendars = Self { all: Vec::new(), live: Vec::new(), past: Vec::new() };
        for at in std::iter::once(Timestamp::MIN).chain(of_all.iter().copied()) {
            calendars.live.push((at, calendars.all.len()));
            calendars.all.push(rows.calendar(at, at, zone)?);
        }
        if of_all == of_hours {
            calendars.past.clone_from(&calendars.live);
            return Ok(calendars);
        }
        for at in std::iter::once(Timestamp::MIN).chain(of_hours) {
            calendars.past.push((at, calendars.all.len()));
            calendars.all.push(rows.calendar(at, Timestamp::MAX, zone)?);
        }
        Ok(calendars)
    }

    /// All of them, by place.
    pub(super) fn all(&self) -> &[LakeCalendar] {
        &self.all
    }

    /// Place of the one that was known by an instant.
    pub(super) fn place(&self, is_live: bool, by: Timestamp) -> usize {
        let editions = self.editions(is_live);
        let place = editions.partition_point(|(at, _)| *at <= by).saturating_sub(1);
        editions.get(place).map_or(0, |(_, calendar)| *calendar)
    }

    /// When another took the place of the one before.
    pub(super) fn changed_at(&self, is_live: bool) -> impl Iterator<Item = Timestamp> + '_ {
        self.editions(is_live).iter().skip(1).map(|(at, _)| *at)
    }

    /// Whether the office hours changed then, and not days alone.
    pub(super) fn is_of_hours(&self, at: Timestamp) -> bool {
        self.past.iter().any(|(changed, _)| *changed == at)
    }

    /// When something came to be known by notices, ascending.
    pub(super) fn notices(&self) -> &[Timestamp] {
        self.past.last().and_then(|(_, place)| self.all.get(*place)).map_or(&[], LakeCalendar::notices)
    }

    fn editions(&self, is_live: bool) -> &[(Timestamp, usize)] {
        if is_live { &self.live } else { &self.past }
    }
}

/// What calendars are made of.
struct Rows {
    region: CalendarRegion,
    hours: Vec<HourRow>,
    /// In the order of their notices.
    days: Vec<DayRow>,
    years: Years,
}

impl Rows {
    /// The calendar by the hours, and the days and years, that stood at these instants; before any hours
    /// were put, by the first.
    fn calendar(&self, hours_by: Timestamp, days_by: Timestamp, zone: &Zone) -> Result<LakeCalendar, AnalyticsError> {
        let first = self.hours.iter().map(|row| row.stood.put_at()).min().flatten();
        let is_known = self.hours.iter().any(|row| row.stood.is_known(hours_by));
        let counts = |row: &&HourRow| if is_known { row.stood.at(hours_by) } else { row.stood.is_first(first) };
        let hours: Vec<&HourRow> = self.hours.iter().filter(counts).collect();
        let days: Vec<&DayRow> = self.days.iter().filter(|row| row.stood.at(days_by)).collect();
        let notices: BTreeSet<Date> =
            days.iter().filter_map(|row| row.known_from).chain(self.years.notices(days_by)).collect();
        let mut earlier = Vec::with_capacity(notices.len());
        for notice in notices {
            let from = zone.to_timestamp(notice.to_datetime(Time::midnight()));
            let from = from.map_err(|error| rule("calendar_day", error))?;
            earlier.push((self.known(Some(notice), &days, &hours, days_by)?, from));
        }
        Ok(LakeCalendar::new(self.known(None, &days, &hours, days_by)?, earlier))
    }

    /// What was known before a notice, or is now.
    fn known(
        &self,
        before: Option<Date>,
        days: &[&DayRow],
        hours: &[&HourRow],
        days_by: Timestamp,
    ) -> Result<Calendar, AnalyticsError> {
        let mut latest: BTreeMap<Date, &DayRow> = BTreeMap::new();
        for row in days.iter().filter(|row| row.known_from.is_none_or(|from| before.is_none_or(|by| from < by))) {
            let held = latest.insert(row.date, row);
            if held.is_some_and(|held| held.known_from == row.known_from && held.is_workday != row.is_workday) {
                return Err(rule("calendar_day", format!("two rows for {} contradict each other", row.date)));
            }
        }
        let version = latest.values().map(|row| row.version.as_str()).max().unwrap_or_default().to_owned();
        let rows = latest.into_values().map(|row| (row.date, row.is_workday, row.kind.clone(), row.name.clone()));
        let hours = hours.iter().map(|row| (row.from, row.to, row.windows.as_str()));
        let years = self.years.known(before, days_by);
        Calendar::from_rows(self.region, years, rows, hours, version).map_err(|error| match error {
            CalendarError::NoOfficeHours(_) | CalendarError::BadRow { .. } => rule("office_hours", error),
            _ => rule("calendar_day", error),
        })
    }
}

async fn hours(region: CalendarRegion, tables: &RuleTables<'_>) -> Result<Vec<HourRow>, AnalyticsError> {
    let mut hours = Vec::new();
    for batch in tables.read(&OFFICE_HOURS, HourColumns::FIELDS).await? {
        let rows = HourColumns::of(&batch);
        for at in (0..batch.num_rows()).filter(|at| rows.region.get(*at) == Some(region.as_str())) {
            hours.push(HourRow {
                from: rows.valid_from.get(at).unwrap_or(Date::MIN),
                to: rows.valid_to.get(at),
                windows: rows.weekday_windows.owned(at).unwrap_or_default(),
                stood: Stood::of(rows.put_at, rows.replaced_at, at),
            });
        }
    }
    Ok(hours)
}

async fn days(region: CalendarRegion, tables: &RuleTables<'_>) -> Result<Vec<DayRow>, AnalyticsError> {
    let mut days = Vec::new();
    for batch in tables.read(&CALENDAR_DAY, DayColumns::FIELDS).await? {
        let rows = DayColumns::of(&batch);
        for at in (0..batch.num_rows()).filter(|at| rows.region.get(*at) == Some(region.as_str())) {
            let Some(date) = rows.date.get(at) else { continue };
            days.push(DayRow {
                known_from: rows.known_from.get(at),
                date,
                is_workday: rows.is_workday.get(at),
                kind: rows.kind.owned(at).unwrap_or_default(),
                name: rows.name.owned(at),
                version: rows.version.owned(at).unwrap_or_default(),
                stood: Stood::of(rows.put_at, rows.replaced_at, at),
            });
        }
    }
    Ok(days)
}
