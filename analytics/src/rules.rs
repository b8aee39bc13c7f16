//! The rules that the clock judges by, read from the lake's reference tables (design §2.11).

use std::collections::HashMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Date32Type, Int64Type};
use datasets::calendar::{Calendar, CalendarRegion};
use datasets::contract::{CALENDAR_DAY, OFFICE_HOURS, REGION, SLA_POLICY};
use datasets::date_from_days;
use datasets::lake::{LakeMeta, LakeSnapshot};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use sla::Policy;

use crate::AnalyticsError;
use crate::calendar::LakeCalendar;

/// Calendar, policies and regions of a lake.
#[derive(Debug)]
pub struct Rules {
    pub(crate) calendar: LakeCalendar,
    pub(crate) zone: TimeZone,
    /// Official policies of the lake's region with the day from which each holds, oldest first.
    policies: Vec<(Date, Policy)>,
    /// Code of the region above, by code; the newest edition wins.
    parents: HashMap<String, String>,
}

impl Rules {
    /// Reads them from a pinned version of the lake.
    pub async fn load(meta: &LakeMeta, snapshot: &LakeSnapshot) -> Result<Self, AnalyticsError> {
        let zone = TimeZone::get(&meta.time_zone).map_err(|error| rule("lake_meta", error))?;
        let calendar = LakeCalendar::new(calendar(meta, snapshot).await?);
        let policies = policies(meta, snapshot).await?;
        if policies.is_empty() {
            return Err(rule("sla_policy", format!("no official policy for region {}", meta.region)));
        }
        Ok(Self { calendar, zone, policies, parents: parents(snapshot).await? })
    }

    /// The policy that judges a case whose clock starts on that day. Cases from before the first
    /// policy are judged by the first.
    pub(crate) fn policy(&self, day: Option<Date>) -> &Policy {
        let held = self.policies.iter().rev().find(|(from, _)| day.is_none_or(|day| *from <= day));
        &held.unwrap_or(&self.policies[0]).1
    }

    /// Township and county of a village.
    pub(crate) fn above(&self, village: &str) -> (Option<&str>, Option<&str>) {
        let township = self.parents.get(village);
        let county = township.and_then(|township| self.parents.get(township));
        (township.map(String::as_str), county.map(String::as_str))
    }
}

async fn calendar(meta: &LakeMeta, snapshot: &LakeSnapshot) -> Result<Calendar, AnalyticsError> {
    let region: CalendarRegion = meta.region.parse().map_err(|error| rule("lake_meta", error))?;
    let hours = snapshot.table(&OFFICE_HOURS).read(&["region", "weekday_windows"]).await?;
    let windows = hours.iter().flat_map(|batch| texts(batch, 0).zip(texts(batch, 1)));
    let windows = windows.filter(|(code, _)| *code == Some(region.as_str())).filter_map(|(_, windows)| windows).last();
    let windows = windows.ok_or_else(|| rule("office_hours", format!("no row for region {}", region.as_str())))?;
    let fields = ["region", "date", "is_workday", "kind", "name", "version"];
    let mut days = Vec::new();
    let mut version = String::new();
    for batch in snapshot.table(&CALENDAR_DAY).read(&fields).await? {
        let (dates, works) = (batch.column(1).as_primitive::<Date32Type>(), batch.column(2).as_boolean());
        for (at, code) in texts(&batch, 0).enumerate() {
            let Some(date) = date_from_days(dates.value(at)).filter(|_| code == Some(region.as_str())) else {
                continue;
            };
            let text = |column: usize| texts(&batch, column).nth(at).flatten();
            if version.is_empty() {
                version = text(5).unwrap_or_default().to_owned();
            }
            let name = batch.column(4).as_string::<i32>();
            let name = (!name.is_null(at)).then(|| name.value(at).to_owned());
            days.push((date, works.value(at), batch.column(3).as_string::<i32>().value(at).to_owned(), name));
        }
    }
    Calendar::from_rows(region, days, windows, version).map_err(|error| rule("calendar_day", error))
}

async fn policies(meta: &LakeMeta, snapshot: &LakeSnapshot) -> Result<Vec<(Date, Policy)>, AnalyticsError> {
    let fields = ["policy", "version", "region", "official", "valid_from", "body"];
    let mut policies = Vec::new();
    for batch in snapshot.table(&SLA_POLICY).read(&fields).await? {
        for at in 0..batch.num_rows() {
            let official = batch.column(3).as_boolean().value(at);
            if !official || batch.column(2).as_string::<i32>().value(at) != meta.region {
                continue;
            }
            let name = batch.column(0).as_string::<i32>().value(at);
            let version = batch.column(1).as_primitive::<Int64Type>().value(at);
            let from = date_from_days(batch.column(4).as_primitive::<Date32Type>().value(at)).unwrap_or(Date::MIN);
            policies.push((from, policy(name, version, batch.column(5).as_string::<i32>().value(at))?));
        }
    }
    policies.sort_by_key(|(from, policy)| (*from, policy.version));
    Ok(policies)
}

fn policy(name: &str, version: i64, body: &str) -> Result<Policy, AnalyticsError> {
    let body: serde_json::Value = serde_json::from_str(body).map_err(|error| rule("sla_policy", error))?;
    let number = |path: &str| -> Result<u32, AnalyticsError> {
        let value = body.pointer(path).and_then(serde_json::Value::as_u64).and_then(|value| u32::try_from(value).ok());
        value.ok_or_else(|| rule("sla_policy", format!("{name}: {path} must be a whole number")))
    };
    Ok(Policy {
        name: name.to_owned(),
        version: u32::try_from(version).map_err(|error| rule("sla_policy", error))?,
        yellow_num: number("/yellow/num")?,
        yellow_den: number("/yellow/den")?,
        red_grace_wd: number("/red/grace_wd")?,
        instant_yellow_office_min: number("/instant/yellow_office_min")?,
        late_entry_h: number("/late_entry_h")?,
    })
}

async fn parents(snapshot: &LakeSnapshot) -> Result<HashMap<String, String>, AnalyticsError> {
    let mut rows: Vec<(i64, String, String)> = Vec::new();
    for batch in snapshot.table(&REGION).read(&["edition", "code", "parent_code"]).await? {
        let editions = batch.column(0).as_primitive::<Int64Type>();
        for (at, (code, parent)) in texts(&batch, 1).zip(texts(&batch, 2)).enumerate() {
            if let (Some(code), Some(parent)) = (code, parent) {
                rows.push((editions.value(at), code.to_owned(), parent.to_owned()));
            }
        }
    }
    rows.sort();
    Ok(rows.into_iter().map(|(_, code, parent)| (code, parent)).collect())
}

fn texts(batch: &RecordBatch, column: usize) -> impl Iterator<Item = Option<&str>> {
    batch.column(column).as_string::<i32>().iter()
}

fn rule(table: &'static str, reason: impl std::fmt::Display) -> AnalyticsError {
    AnalyticsError::Rule { table, reason: reason.to_string() }
}
