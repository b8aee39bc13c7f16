//! The rules that the clock judges by, read from the lake's reference tables (design §2.11).

use std::collections::HashMap;
use std::sync::Arc;

use datasets::calendar::{Calendar, CalendarError, CalendarRegion, WorkdayTable};
use datasets::contract::{CALENDAR_DAY, Contract, OFFICE_HOURS, REGION, SERVICE_ITEM, SLA_POLICY};
use datasets::lake::{LakeMeta, LakeSnapshot};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sla::Policy;

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

pub(crate) use items::ItemVersion;
use items::Items;
use policies::Policies;
pub(crate) use source::RuleTables;

/// Calendar, items, policies and regions of a lake.
#[derive(Debug)]
pub struct Rules {
    pub(crate) calendar: LakeCalendar,
    pub(crate) zone: TimeZone,
    /// The workdays of every region that the lake has days of, the lake's own first.
    pub(crate) workdays: Arc<[WorkdayTable]>,
    policies: Policies,
    items: Items,
    /// Code of the region above, by code; the newest edition wins.
    parents: HashMap<String, String>,
}

impl Rules {
    /// The tables that they are read from.
    pub(crate) const TABLES: [&'static Contract; 5] =
        [&CALENDAR_DAY, &OFFICE_HOURS, &REGION, &SERVICE_ITEM, &SLA_POLICY];

    /// Reads them from a pinned version of the lake.
    pub async fn load(meta: &LakeMeta, snapshot: &LakeSnapshot) -> Result<Self, AnalyticsError> {
        Self::read(meta, &RuleTables { snapshot, instead: None }).await
    }

    pub(crate) async fn read(meta: &LakeMeta, tables: &RuleTables<'_>) -> Result<Self, AnalyticsError> {
        let zone = TimeZone::get(&meta.time_zone).map_err(|error| rule("lake_meta", error))?;
        let calendar = LakeCalendar::new(calendar(meta, tables).await?);
        let policies = Policies::load(&meta.region, tables).await?;
        let items = Items::load(tables).await?;
        let workdays = workdays::load(&meta.region, tables).await?;
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
    DayColumns { region: Text, date: Day, is_workday: Flag, kind: Text, name: Text, version: Text }
}

columns! {
    RegionColumns { edition: Int, code: Text, parent_code: Text }
}

async fn calendar(meta: &LakeMeta, tables: &RuleTables<'_>) -> Result<Calendar, AnalyticsError> {
    let region: CalendarRegion = meta.region.parse().map_err(|error| rule("lake_meta", error))?;
    let mut hours: Vec<(Date, Option<Date>, String)> = Vec::new();
    for batch in tables.read(&OFFICE_HOURS, HourColumns::FIELDS).await? {
        let rows = HourColumns::of(&batch);
        for at in (0..batch.num_rows()).filter(|at| rows.region.get(*at) == Some(region.as_str())) {
            let from = rows.valid_from.get(at).unwrap_or(Date::MIN);
            hours.push((from, rows.valid_to.get(at), rows.weekday_windows.owned(at).unwrap_or_default()));
        }
    }
    let mut days = Vec::new();
    let mut version = String::new();
    for batch in tables.read(&CALENDAR_DAY, DayColumns::FIELDS).await? {
        let rows = DayColumns::of(&batch);
        for at in (0..batch.num_rows()).filter(|at| rows.region.get(*at) == Some(region.as_str())) {
            let Some(date) = rows.date.get(at) else { continue };
            if version.is_empty() {
                version = rows.version.owned(at).unwrap_or_default();
            }
            let kind = rows.kind.owned(at).unwrap_or_default();
            days.push((date, rows.is_workday.get(at), kind, rows.name.owned(at)));
        }
    }
    let hours = hours.iter().map(|(from, to, windows)| (*from, *to, windows.as_str()));
    Calendar::from_rows(region, days, hours, version).map_err(|error| match error {
        CalendarError::NoOfficeHours(_) | CalendarError::BadRow { .. } => rule("office_hours", error),
        _ => rule("calendar_day", error),
    })
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
