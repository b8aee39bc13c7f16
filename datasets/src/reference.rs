//! Reference data that the program ships (`datasets/reference/`): regions, organizations, items,
//! policies. The lake starts with these rows; a city edits its own.

use jiff::civil::Date;
use serde::Deserialize;
use thiserror::Error;

pub mod calendar_check;
pub mod edit;
mod item;
pub mod parameter;
mod regions;
pub mod remember;
pub(crate) mod undo;
pub mod versions;

pub use item::{FlowStep, ServiceItem, flow_steps, limits_fit, service_items};
pub use regions::Editions;

const REGION: &str = include_str!("../reference/region.csv");
const ORGANIZATION: &str = include_str!("../reference/organization.csv");
const OFFICE_HOURS: &str = include_str!("../reference/office_hours.csv");
const SLA_POLICY: &str = include_str!("../reference/sla_policy.json");
const COUNTIES: &str = include_str!("../reference/beihai_counties.geojson");

/// A shipped file that cannot be read.
#[derive(Debug, Error)]
#[error("reference/{file}: {reason}")]
pub struct ReferenceError {
    /// Which file.
    pub file: &'static str,
    /// What is wrong, with the line.
    pub reason: String,
}

/// One region of one yearly edition.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Region {
    /// Year of the edition.
    pub edition: i64,
    /// 12-digit code.
    pub code: String,
    /// Name in Chinese.
    pub name: String,
    /// `city`, `county`, `township` or `village`.
    pub level: String,
    /// Code of the region above; empty for the city.
    pub parent_code: String,
}

/// A village with what lies above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Village {
    /// 12-digit code.
    pub code: String,
    /// Name in Chinese.
    pub name: String,
    /// Its township, 12 digits.
    pub township_code: String,
    /// Its county, 12 digits.
    pub county_code: String,
}

/// One organization.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Organization {
    pub org_code: String,
    pub name: String,
    pub name_en: Option<String>,
    pub level: String,
    pub kind: String,
}

/// One version of one card policy.
#[derive(Debug, Clone, PartialEq)]
pub struct PolicyRow {
    pub policy: String,
    pub version: u32,
    pub region: String,
    pub official: bool,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    /// All parameters (domain §4, policy rows).
    pub body: serde_json::Value,
}

/// Every region of every edition.
pub fn regions() -> Result<Vec<Region>, ReferenceError> {
    rows(REGION, "region.csv")
}

/// The newest edition there is.
pub fn newest_edition() -> Result<i64, ReferenceError> {
    Ok(regions()?.iter().map(|region| region.edition).max().unwrap_or_default())
}

/// The villages of an edition, by code.
pub fn villages(edition: u16) -> Result<Vec<Village>, ReferenceError> {
    let regions: Vec<Region> = regions()?.into_iter().filter(|region| region.edition == i64::from(edition)).collect();
    let mut villages = Vec::new();
    for village in regions.iter().filter(|region| region.level == "village") {
        let township = regions.iter().find(|region| region.code == village.parent_code);
        let township = township.ok_or_else(|| ReferenceError {
            file: "region.csv",
            reason: format!("village {} of edition {edition} has no township {}", village.code, village.parent_code),
        })?;
        villages.push(Village {
            code: village.code.clone(),
            name: village.name.clone(),
            township_code: township.code.clone(),
            county_code: township.parent_code.clone(),
        });
    }
    villages.sort_by(|left, right| left.code.cmp(&right.code));
    Ok(villages)
}

/// Office windows of a region from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OfficeHours {
    pub region: String,
    pub valid_from: Date,
    pub valid_to: Option<Date>,
    /// E.g. `08:00-12:00;15:00-18:00`.
    pub weekday_windows: String,
}

/// The office hours.
pub fn office_hours() -> Result<Vec<OfficeHours>, ReferenceError> {
    rows(OFFICE_HOURS, "office_hours.csv")
}

/// Every organization.
pub fn organizations() -> Result<Vec<Organization>, ReferenceError> {
    rows(ORGANIZATION, "organization.csv")
}

/// The card policies.
pub fn policies() -> Result<Vec<PolicyRow>, ReferenceError> {
    let wrong = |reason: String| ReferenceError { file: "sla_policy.json", reason };
    let rows: Vec<serde_json::Value> = serde_json::from_str(SLA_POLICY).map_err(|error| wrong(error.to_string()))?;
    let row = |body: serde_json::Value| -> Option<PolicyRow> {
        let text = |key: &str| body.get(key).and_then(|value| value.as_str()).map(str::to_owned);
        Some(PolicyRow {
            policy: text("policy")?,
            version: u32::try_from(body.get("version")?.as_u64()?).ok()?,
            region: text("region")?,
            official: body.get("official")?.as_bool()?,
            valid_from: text("valid_from")?.parse().ok()?,
            valid_to: text("valid_to").and_then(|date| date.parse().ok()),
            body,
        })
    };
    rows.into_iter().map(|body| row(body).ok_or_else(|| wrong("a row lacks a field".into()))).collect()
}

/// Outlines of the four counties as GeoJSON, properties `adcode` and `name`.
pub fn county_outlines() -> &'static str {
    COUNTIES
}

fn rows<T: serde::de::DeserializeOwned>(text: &'static str, file: &'static str) -> Result<Vec<T>, ReferenceError> {
    csv::Reader::from_reader(text.as_bytes())
        .deserialize()
        .map(|row| row.map_err(|error| ReferenceError { file, reason: error.to_string() }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rows_are_whole() {
        let counts: Vec<usize> = (2016..=2023).map(|edition| villages(edition).expect("villages").len()).collect();
        assert_eq!(counts, [438, 438, 438, 436, 436, 436, 437, 437]);
        let items = service_items().expect("items");
        assert_eq!(items.len(), 74);
        // That steps, promise and statute fit is asked when they are read.
        for item in &items {
            assert_eq!(item.village_limit.is_some(), item.village_unit.is_some(), "{}", item.item_id);
            assert!(item.case_kind != "INSTANT" || item.allowed_stop_kinds.is_empty(), "{}", item.item_id);
        }
        assert_eq!(policies().expect("policies").iter().filter(|policy| policy.official).count(), 1);
        assert!(organizations().expect("organizations").len() > 30 && county_outlines().contains("450521"));
    }
}
