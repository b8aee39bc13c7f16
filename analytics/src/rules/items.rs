//! The versions of the service items, by the days on which they hold.

use std::collections::HashMap;

use datasets::contract::SERVICE_ITEM;
use datasets::reference::{FlowStep, flow_steps, limits_fit};
use jiff::Timestamp;
use jiff::civil::Date;
use sla::{ItemRules, Limit, StepRule, StopKind, Unit};

use super::{RuleTables, Stood, rule};
use crate::AnalyticsError;
use crate::cells::{Day, Flag, Instant, Int, Text, columns};

columns! {
    ItemColumns {
        item_id: Text,
        version: Int,
        statutory_limit: Int,
        statutory_unit: Text,
        promised_limit: Int,
        promised_unit: Text,
        max_extension_days: Int,
        allowed_stop_kinds: Text,
        village_limit: Int,
        village_unit: Text,
        flow_steps: Text,
        certificate: Flag,
        is_deleted: Flag,
        valid_from: Day,
        valid_to: Day,
        put_at: Instant,
        replaced_at: Instant,
    }
}

/// One version of a service item, as cases are judged by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ItemVersion {
    /// 0 for an unknown item.
    pub(crate) version: i64,
    pub(crate) rules: ItemRules,
    pub(crate) promised: Option<Limit>,
    pub(crate) statutory: Option<Limit>,
    /// A certificate is delivered after the decision.
    pub(crate) certificate: bool,
    from: Date,
    to: Option<Date>,
    stood: Stood,
}

impl ItemVersion {
    /// Of an item that nothing is known of.
    pub(crate) fn is_unknown(&self) -> bool {
        self.version == 0
    }

    pub(super) fn judges_alike(&self, other: &Self) -> bool {
        let rules = |item: &Self| (item.promised, item.statutory, item.is_unknown());
        rules(self) == rules(other) && self.rules == other.rules
    }

    /// Promised and statutory limit of a case: what its registration says, and where that says
    /// nothing, what the item does (domain §1: both stand on the item version and are copied to the
    /// case).
    pub(crate) fn limits(&self, promised: Option<Limit>, statutory: Option<Limit>) -> (Option<Limit>, Option<Limit>) {
        (promised.or(self.promised), statutory.or(self.statutory))
    }
}

static UNKNOWN: ItemVersion = ItemVersion {
    version: 0,
    rules: ItemRules { allowed_stop_kinds: Vec::new(), max_extension_days: None, village: None, steps: Vec::new() },
    promised: None,
    statutory: None,
    certificate: false,
    from: Date::MIN,
    to: None,
    stood: Stood::ALWAYS,
};

/// Every version of every item.
#[derive(Debug)]
pub(super) struct Items {
    /// By `item_id`, the oldest first, with those that others took the place of.
    versions: HashMap<String, Vec<ItemVersion>>,
}

impl Items {
    pub(super) async fn load(tables: &RuleTables<'_>) -> Result<Self, AnalyticsError> {
        let mut versions: HashMap<String, Vec<ItemVersion>> = HashMap::new();
        for batch in tables.read(&SERVICE_ITEM, ItemColumns::FIELDS).await? {
            let rows = ItemColumns::of(&batch);
            // What was taken back judges by its last version, as what has ended.
            for at in (0..batch.num_rows()).filter(|at| !rows.is_deleted.get(*at)) {
                let item_id = rows.item_id.get(at).unwrap_or_default();
                let read = rows.read(at).map_err(|reason| {
                    let version = rows.version.get(at).unwrap_or_default();
                    rule("service_item", format!("{item_id} version {version}: {reason}"))
                });
                versions.entry(item_id.to_owned()).or_default().push(read?);
            }
        }
        versions.values_mut().for_each(|versions| versions.sort_by_key(|item| (item.from, item.version)));
        Ok(Self { versions })
    }

    /// Of the versions that stood at an instant the latest in force on that day; where there is none, the
    /// last that began before, else the first. Without a day, the latest that has no end, else the last.
    pub(super) fn version(&self, item_id: Option<&str>, day: Option<Date>, by: Timestamp) -> &ItemVersion {
        let versions = self.versions_of(item_id).iter().filter(|item| item.stood.at(by));
        let begun = versions.clone().rev().filter(|item| day.is_none_or(|day| item.from <= day));
        let in_force = |item: &&ItemVersion| item.to.is_none_or(|to| day.is_some_and(|day| day < to));
        let found = begun.clone().find(in_force).or_else(|| begun.clone().next());
        found.or_else(|| versions.clone().next()).unwrap_or(&UNKNOWN)
    }

    fn versions_of(&self, item_id: Option<&str>) -> &[ItemVersion] {
        item_id.and_then(|id| self.versions.get(id)).map_or(&[], Vec::as_slice)
    }

    /// When rows of an item were put, and replaced.
    pub(super) fn changed_at(&self, item_id: Option<&str>) -> impl Iterator<Item = Timestamp> + '_ {
        self.versions_of(item_id).iter().flat_map(|item| item.stood.instants())
    }

    /// The same of all items.
    pub(super) fn all_changes(&self) -> impl Iterator<Item = Timestamp> + '_ {
        self.versions.values().flatten().flat_map(|item| item.stood.instants())
    }

    /// Items that did not come with the lake, and when their first row was put.
    pub(super) fn first_put_at(&self) -> impl Iterator<Item = (&str, Timestamp)> + '_ {
        self.versions.iter().filter_map(|(item_id, versions)| {
            let first = versions.iter().map(|item| item.stood.put_at()).min().flatten();
            first.map(|first| (item_id.as_str(), first))
        })
    }
}

impl ItemColumns<'_> {
    fn read(&self, at: usize) -> Result<ItemVersion, String> {
        let promised = limit(self.promised_limit, self.promised_unit, at, "promised")?;
        let statutory = limit(self.statutory_limit, self.statutory_unit, at, "statutory")?;
        let text = self.flow_steps.get(at).unwrap_or_default();
        let flow =
            flow_steps(text).ok_or_else(|| format!("flow_steps {text:?} are not like V|村级受理:1;T|镇级初审:6"))?;
        let told = |limit: Limit| (i64::from(limit.n), limit.unit.as_str());
        limits_fit(promised.map(told), statutory.map(told), &flow)?;
        Ok(ItemVersion {
            version: self.version.get(at).unwrap_or_default(),
            rules: ItemRules {
                allowed_stop_kinds: stop_kinds(self.allowed_stop_kinds.get(at).unwrap_or_default())?,
                max_extension_days: number(self.max_extension_days, at, "max_extension_days")?,
                village: limit(self.village_limit, self.village_unit, at, "village")?,
                steps: steps(flow),
            },
            promised,
            statutory,
            certificate: self.certificate.get(at),
            from: self.valid_from.get(at).unwrap_or(Date::MIN),
            to: self.valid_to.get(at),
            stood: Stood::of(self.put_at, self.replaced_at, at),
        })
    }
}

fn stop_kinds(text: &str) -> Result<Vec<StopKind>, String> {
    let kinds = text.split(';').map(str::trim).filter(|kind| !kind.is_empty());
    kinds.map(|kind| kind.parse::<StopKind>().map_err(|error| format!("allowed_stop_kinds: {error}"))).collect()
}

fn number(numbers: Int<'_>, at: usize, field: &str) -> Result<Option<u32>, String> {
    let number = numbers.get(at).map(u32::try_from).transpose();
    number.map_err(|_| format!("{field} must be a whole number of 0 or more"))
}

/// Without a unit, workdays.
fn limit(numbers: Int<'_>, units: Text<'_>, at: usize, which: &str) -> Result<Option<Limit>, String> {
    let Some(n) = number(numbers, at, &format!("{which}_limit"))? else { return Ok(None) };
    let unit = match units.get(at).filter(|unit| !unit.is_empty()) {
        Some(unit) => unit.parse::<Unit>().map_err(|error| format!("{which}_unit: {error}"))?,
        None => Unit::Wd,
    };
    Ok(Some(Limit { n, unit }))
}

/// The steps that have a limit, numbered as the flow has them, from 1.
fn steps(flow: Vec<FlowStep>) -> Vec<StepRule> {
    let rules = (1..).zip(flow).filter_map(|(seq, step)| {
        let limit = Limit { n: step.limit?, unit: Unit::Wd };
        Some(StepRule { seq, name: step.name, limit })
    });
    rules.collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn version(version: i64, from: Date, to: Option<Date>) -> ItemVersion {
        ItemVersion { version, from, to, ..UNKNOWN.clone() }
    }

    #[test]
    fn the_version_of_the_day_counts() {
        let held = vec![
            version(1, date(2016, 10, 1), Some(date(2018, 1, 1))),
            version(2, date(2018, 1, 1), Some(date(2019, 1, 1))),
            version(3, date(2020, 1, 1), None),
        ];
        let items = Items { versions: HashMap::from([("A".to_owned(), held)]) };
        let on = |day: Option<Date>| items.version(Some("A"), day, Timestamp::MAX).version;
        assert_eq!([on(Some(date(2017, 12, 31))), on(Some(date(2018, 1, 1))), on(Some(date(2021, 5, 1)))], [1, 2, 3]);
        assert_eq!(on(Some(date(2016, 1, 1))), 1, "before the first, the first");
        assert_eq!(on(Some(date(2019, 6, 1))), 2, "in a gap, the last that began");
        assert_eq!(on(None), 3);
        assert_eq!(items.version(Some("B"), None, Timestamp::MAX), &UNKNOWN);
        assert_eq!(items.version(None, None, Timestamp::MAX).rules, ItemRules::default());
    }

    #[test]
    fn a_case_keeps_the_limits_that_it_carries() {
        let wd = |n: u32| Some(Limit { n, unit: Unit::Wd });
        let item = ItemVersion { promised: wd(10), statutory: wd(20), ..UNKNOWN.clone() };
        assert_eq!(item.limits(None, None), (wd(10), wd(20)));
        assert_eq!(item.limits(wd(5), None), (wd(5), wd(20)));
    }

    #[test]
    fn what_an_item_says_is_read_or_refused() {
        assert_eq!(stop_kinds("PUBLIC_NOTICE; SITE_SURVEY;"), Ok(vec![StopKind::PublicNotice, StopKind::SiteSurvey]));
        let error = stop_kinds("PUBLIC_NOTICE;HOLIDAY").expect_err("unknown");
        assert!(error.contains("allowed_stop_kinds: `HOLIDAY`"), "{error}");
        let steps = steps(flow_steps("V|村级受理:1;T|镇级初审:;C|县级审批:6").expect("steps"));
        assert_eq!(steps.iter().map(|step| (step.seq, step.limit.n)).collect::<Vec<_>>(), [(1, 1), (3, 6)]);
    }
}
