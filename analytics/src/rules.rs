//! The rules that the clock judges by, read from the lake's reference tables (design §2.11).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use datasets::calendar::{Calendar, CalendarError, CalendarRegion};
use datasets::contract::{CALENDAR_DAY, CALENDAR_YEAR, Contract, OFFICE_HOURS, REGION, SERVICE_ITEM, SLA_POLICY};
use datasets::lake::{LakeMeta, LakeSnapshot};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use sla::{Policy, WorkCalendar, Zone};

use crate::AnalyticsError;
use crate::calendar::LakeCalendar;
use crate::cells::{Day, Flag, Int, Text, columns};

mod body;
mod items;
mod policies;
mod source;
#[cfg(test)]
mod tests;
mod workdays;
mod years;

pub(crate) use items::ItemVersion;
use items::Items;
use policies::Policies;
pub(crate) use source::RuleTables;
use workdays::Workdays;
use years::Years;

/// Calendar, items, policies and regions of a lake.
#[derive(Debug)]
pub struct Rules {
    pub(crate) calendar: LakeCalendar,
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
        let calendar = calendar(meta, tables, &zone).await?;
        let policies = Policies::load(&meta.region, tables).await?;
        let items = Items::load(tables).await?;
        let workdays = Workdays::load(&meta.region, tables).await?;
        Ok(Self { calendar, zone, workdays, policies, items, parents: parents(tables).await? })
    }

    /// The official policy that judges a case whose clock starts on that day. Cases from before the
    /// first policy are judged by the first.
    pub(crate) fn policy(&self, day: Option<Date>) -> &Policy {
        self.policies.official(day)
    }

    /// The policies beside it, for comparison: of each name the latest version valid on that day,
    /// by name. Without a day those that have no end.
    pub(crate) fn shadows(&self, day: Option<Date>) -> Vec<&Policy> {
        self.policies.shadows(day)
    }

    /// The item version that a case whose clock starts on that day stands under; one without rules
    /// for an unknown item. Its limits are for cases that carry none: see [`ItemVersion::limits`].
    pub(crate) fn item(&self, item_id: Option<&str>, day: Option<Date>) -> &ItemVersion {
        self.items.version(item_id, day)
    }

    /// The calendar as it was known at an instant, or as it is known now.
    pub(crate) fn calendar_at(&self, known_by: Option<Timestamp>) -> &dyn WorkCalendar {
        known_by.and_then(|by| self.calendar.as_known(by)).unwrap_or(&self.calendar)
    }

    /// Township and county of a village.
    pub(crate) fn above(&self, village: &str) -> (Option<&str>, Option<&str>) {
        let township = self.parents.get(village);
        let county = township.and_then(|township| self.parents.get(township));
        (township.map(String::as_str), county.map(String::as_str))
    }
}

columns! {
    HourColumns { region: Text, valid_from: Day, valid_to: Day, weekday_windows: Text }
}

columns! {
    DayColumns { region: Text, date: Day, is_workday: Flag, kind: Text, name: Text, version: Text, known_from: Day }
}

columns! {
    RegionColumns { edition: Int, code: Text, parent_code: Text }
}

/// The region's calendar, with what was known of it before each of its notices.
async fn calendar(meta: &LakeMeta, tables: &RuleTables<'_>, zone: &Zone) -> Result<LakeCalendar, AnalyticsError> {
    let region: CalendarRegion = meta.region.parse().map_err(|error| rule("lake_meta", error))?;
    let mut hours: Vec<(Date, Option<Date>, String)> = Vec::new();
    for batch in tables.read(&OFFICE_HOURS, HourColumns::FIELDS).await? {
        let rows = HourColumns::of(&batch);
        for at in (0..batch.num_rows()).filter(|at| rows.region.get(*at) == Some(region.as_str())) {
            let from = rows.valid_from.get(at).unwrap_or(Date::MIN);
            hours.push((from, rows.valid_to.get(at), rows.weekday_windows.owned(at).unwrap_or_default()));
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
    let known = |by: Option<Date>| -> Result<Calendar, AnalyticsError> {
        let mut latest: BTreeMap<Date, &DayRow> = BTreeMap::new();
        for row in days.iter().filter(|row| row.known_from.is_none_or(|from| by.is_none_or(|by| from < by))) {
            let held = latest.insert(row.date, row);
            if held.is_some_and(|held| held.known_from == row.known_from && held.is_workday != row.is_workday) {
                return Err(rule("calendar_day", format!("two rows for {} contradict each other", row.date)));
            }
        }
        let version = latest.values().map(|row| row.version.as_str()).max().unwrap_or_default().to_owned();
        let rows = latest.into_values().map(|row| (row.date, row.is_workday, row.kind.clone(), row.name.clone()));
        let hours = hours.iter().map(|(from, to, windows)| (*from, *to, windows.as_str()));
        Calendar::from_rows(region, years.known(by), rows, hours, version).map_err(|error| match error {
            CalendarError::NoOfficeHours(_) | CalendarError::BadRow { .. } => rule("office_hours", error),
            _ => rule("calendar_day", error),
        })
    };
    let notices: BTreeSet<Date> = days.iter().filter_map(|row| row.known_from).chain(years.notices()).collect();
    let mut earlier = Vec::with_capacity(notices.len());
    for notice in notices {
        let from =
            zone.to_timestamp(notice.to_datetime(Time::midnight())).map_err(|error| rule("calendar_day", error))?;
        earlier.push((known(Some(notice))?, from));
    }
    Ok(LakeCalendar::new(known(None)?).with_earlier(earlier))
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
