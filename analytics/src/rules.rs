//! The rules that the clock judges by, read from the lake's reference tables (design §2.11).

use std::collections::HashMap;

use datasets::contract::{CALENDAR_DAY, CALENDAR_YEAR, Contract, OFFICE_HOURS, REGION, SERVICE_ITEM, SLA_POLICY};
use datasets::lake::{LakeMeta, LakeSnapshot};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sla::{Policy, Zone};

use crate::AnalyticsError;
use crate::calendar::CalendarAsOf;
use crate::cells::{Int, Text, columns};

mod body;
mod calendars;
mod items;
mod known;
mod news;
mod policies;
mod source;
#[cfg(test)]
mod tests;
mod workdays;
mod years;

use calendars::Calendars;
pub(crate) use items::ItemVersion;
use items::Items;
pub(crate) use known::KnownRules;
use known::{Stood, in_order};
pub(crate) use news::RuleNews;
use policies::Policies;
pub(crate) use source::RuleTables;
use workdays::Workdays;

/// Calendar, items, policies and regions of a lake.
#[derive(Debug)]
pub struct Rules {
    calendars: Calendars,
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
        let calendars = Calendars::load(meta, tables, &zone).await?;
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

    /// When something of the calendar's days came to be known by its notices, ascending.
    pub(crate) fn calendar_notices(&self) -> &[Timestamp] {
        self.calendars.notices()
    }

    /// The days and office hours that were known by an instant: the days by their notices.
    pub(crate) fn calendar_by(&self, by: Timestamp) -> CalendarAsOf<'_> {
        self.calendars.all()[self.calendars.place(false, by)].known_by(by)
    }

    /// When rules of a case of this item changed, beside what notices tell of days.
    fn changed_at(&self, item_id: Option<&str>, is_live: bool) -> impl Iterator<Item = Timestamp> + '_ {
        let calendars = self.calendars.changed_at(is_live);
        calendars.chain(self.policies.changed_at()).chain(self.items.changed_at(item_id))
    }

    /// When rules of any case changed.
    fn all_changes(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.changed_at(None, true).chain(self.items.all_changes()).chain(self.policies.shadows_changed_at())
    }

    /// Township and county of a village.
    pub(crate) fn above(&self, village: &str) -> (Option<&str>, Option<&str>) {
        let township = self.parents.get(village);
        let county = township.and_then(|township| self.parents.get(township));
        (township.map(String::as_str), county.map(String::as_str))
    }
}

columns! {
    RegionColumns { edition: Int, code: Text, parent_code: Text }
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
