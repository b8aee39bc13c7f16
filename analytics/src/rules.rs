//! The rules that the clock judges by, read from the lake's reference tables (design §2.11).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use datasets::calendar::{Calendar, CalendarError, CalendarRegion};
use datasets::contract::{CALENDAR_DAY, CALENDAR_YEAR, Contract, OFFICE_HOURS, REGION, SERVICE_ITEM, SLA_POLICY};
use datasets::lake::{LakeMeta, LakeSnapshot};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use sla::{Policy, Zone};

use crate::AnalyticsError;
use crate::calendar::LakeCalendar;
use crate::cells::{Day, Flag, Instant, Int, Text, columns};

mod body;
mod items;
mod known;
mod news;
mod policies;
mod source;
#[cfg(test)]
mod tests;
mod workdays;
mod years;

pub(crate) use items::ItemVersion;
use items::Items;
pub(crate) use known::KnownRules;
use known::{Stood, in_order};
pub(crate) use news::RuleNews;
use policies::Policies;
pub(crate) use source::RuleTables;
use workdays::Workdays;
use years::Years;

/// Calendar, items, policies and regions of a lake.
#[derive(Debug)]
pub struct Rules {
    /// By when their office hours were put, the oldest first; never empty.
    calendars: Vec<(Timestamp, LakeCalendar)>,
    pub(crate) zone: Zone,
    /// The workdays of every region, for SQL.
    pub(crate) workdays: Workdays,
    policies: Policies,
    items: Items,
    /// Code of the region above, by code; the newest edition wins.
    parents: HashMap<String, String>,
}

impl Rules {
    /// The tables that they are read from.
    pub(crate) const TABLES: [&'static Contract; 6] =
        [&CALENDAR_DAY, &CALENDAR_YEAR, &OFFICE_HOURS, &REGION, &SERVICE_ITEM, &SLA_POLICY];

    /// Reads them from a pinned version of the lake.
    pub async fn load(meta: &LakeMeta, snapshot: &LakeSnapshot) -> Result<Self, AnalyticsError> {
        Self::read(meta, &RuleTables { snapshot, instead: None }).await
    }

    pub(crate) async fn read(meta: &LakeMeta, tables: &RuleTables<'_>) -> Result<Self, AnalyticsError> {
        let zone = Zone::new(TimeZone::get(&meta.time_zone).map_err(|error| rule("lake_meta", error))?);
        let calendars = calendars(meta, tables, &zone).await?;
        let policies = Policies::load(&meta.region, tables).await?;
        let items = Items::load(tables).await?;
        let workdays = Workdays::load(&meta.region, tables).await?;
        Ok(Self { calendars, zone, workdays, policies, items, parents: parents(tables).await? })
    }

    /// The policies beside the official one, for comparison, as they are today: of each name the latest
    /// version valid on that day, by name. Without a day those that have no end.
    pub(crate) fn shadows(&self, day: Option<Date>) -> Vec<&Policy> {
        self.policies.shadows(day)
    }

    /// Place of the calendar by the office hours that were known by an instant.
    fn calendar_place(&self, by: Timestamp) -> usize {
        self.calendars.partition_point(|(at, _)| *at <= by).saturating_sub(1)
    }

    /// When something of the calendar's days came to be known, ascending.
    pub(crate) fn calendar_notices(&self) -> &[Timestamp] {
        self.calendars.first().map_or(&[], |(_, calendar)| calendar.notices())
    }

    /// When rules of a case of this item changed, beside the days of the calendar.
    fn changed_at(&self, item_id: Option<&str>) -> impl Iterator<Item = Timestamp> + '_ {
        let calendars = self.calendars.iter().skip(1).map(|(at, _)| *at);
        calendars.chain(self.policies.changed_at()).chain(self.items.changed_at(item_id))
    }

    /// When rules of any case changed.
    fn all_changes(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.changed_at(None).chain(self.items.all_changes()).chain(self.policies.shadows_changed_at())
    }

    /// Township and county of a village.
    pub(crate) fn above(&self, village: &str) -> (Option<&str>, Option<&str>) {
        let township = self.parents.get(village);
        let county = township.and_then(|township| self.parents.get(township));
        (township.map(String::as_str), county.map(String::as_str))
    }
}

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
    DayColumns { region: Text, date: Day, is_workday: Flag, kind: Text, name: Text, version: Text, known_from: Day }
}

columns! {
    RegionColumns { edition: Int, code: Text, parent_code: Text }
}

/// Office windows from a day on, and for which time that was so.
struct HourRow {
    from: Date,
    to: Option<Date>,
    windows: String,
    stood: Stood,
}

/// The region's calendar by each of its office hours, with what was known of it before each of its notices.
async fn calendars(
    meta: &LakeMeta,
    tables: &RuleTables<'_>,
    zone: &Zone,
) -> Result<Vec<(Timestamp, LakeCalendar)>, AnalyticsError> {
    let region: CalendarRegion = meta.region.parse().map_err(|error| rule("lake_meta", error))?;
    let mut hours: Vec<HourRow> = Vec::new();
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
    let mut days: Vec<DayRow> = Vec::new();
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
            });
        }
    }
    days.sort_by_key(|row| (row.known_from, row.date));
    let years = Years::load(region.as_str(), tables).await?;
    let known = |by: Option<Date>, hours: &[&HourRow]| -> Result<Calendar, AnalyticsError> {
        let mut latest: BTreeMap<Date, &DayRow> = BTreeMap::new();
        for row in days.iter().filter(|row| row.known_from.is_none_or(|from| by.is_none_or(|by| from < by))) {
            let held = latest.insert(row.date, row);
            if held.is_some_and(|held| held.known_from == row.known_from && held.is_workday != row.is_workday) {
                return Err(rule("calendar_day", format!("two rows for {} contradict each other", row.date)));
            }
        }
        let version = latest.values().map(|row| row.version.as_str()).max().unwrap_or_default().to_owned();
        let rows = latest.into_values().map(|row| (row.date, row.is_workday, row.kind.clone(), row.name.clone()));
        let hours = hours.iter().map(|row| (row.from, row.to, row.windows.as_str()));
        Calendar::from_rows(region, years.known(by), rows, hours, version).map_err(|error| match error {
            CalendarError::NoOfficeHours(_) | CalendarError::BadRow { .. } => rule("office_hours", error),
            _ => rule("calendar_day", error),
        })
    };
    let notices: BTreeSet<Date> = days.iter().filter_map(|row| row.known_from).chain(years.notices()).collect();
    let made = |hours: &[&HourRow]| -> Result<LakeCalendar, AnalyticsError> {
        let mut earlier = Vec::with_capacity(notices.len());
        for notice in &notices {
            let from = zone.to_timestamp(notice.to_datetime(Time::midnight()));
            earlier.push((known(Some(*notice), hours)?, from.map_err(|error| rule("calendar_day", error))?));
        }
        Ok(LakeCalendar::new(known(None, hours)?, earlier))
    };
    let first = hours.iter().map(|row| row.stood.put_at()).min().flatten();
    let begun: Vec<&HourRow> = hours.iter().filter(|row| row.stood.is_first(first)).collect();
    let mut calendars = vec![(Timestamp::MIN, made(&begun)?)];
    for at in in_order(hours.iter().flat_map(|row| row.stood.instants())) {
        let held: Vec<&HourRow> = hours.iter().filter(|row| row.stood.at(at)).collect();
        calendars.push((at, made(&held)?));
    }
    Ok(calendars)
}

/// A row of `calendar_day`.
struct DayRow {
    known_from: Option<Date>,
    date: Date,
    is_workday: bool,
    kind: String,
    name: Option<String>,
    version: String,
}

async fn parents(tables: &RuleTables<'_>) -> Result<HashMap<String, String>, AnalyticsError> {
    let mut pairs: Vec<(i64, String, String)> = Vec::new();
    for batch in tables.read(&REGION, RegionColumns::FIELDS).await? {
        let rows = RegionColumns::of(&batch);
        for at in 0..batch.num_rows() {
            if let (Some(code), Some(parent)) = (rows.code.owned(at), rows.parent_code.owned(at)) {
                pairs.push((rows.edition.get(at).unwrap_or_default(), code, parent));
            }
        }
    }
    pairs.sort();
    Ok(pairs.into_iter().map(|(_, code, parent)| (code, parent)).collect())
}

fn rule(table: &'static str, reason: impl std::fmt::Display) -> AnalyticsError {
    AnalyticsError::Rule { table, reason: reason.to_string() }
}
