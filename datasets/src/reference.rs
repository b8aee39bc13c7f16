//! Reference data that the program ships (`datasets/reference/`): regions, organizations, items,
//! policies. The lake starts with these rows; a city edits its own.

use jiff::civil::Date;
use serde::Deserialize;
use thiserror::Error;

const REGION: &str = include_str!("../reference/region.csv");
const ORGANIZATION: &str = include_str!("../reference/organization.csv");
const SERVICE_ITEM: &str = include_str!("../reference/service_item.csv");
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

/// One step of an item's flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowStep {
    /// `V` village, `T` township, `C` county.
    pub level: char,
    /// Name in Chinese.
    pub name: String,
    /// Limit in working days.
    pub limit: Option<u32>,
}

/// One service item.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceItem {
    pub item_id: String,
    pub version: u32,
    pub item_code: String,
    pub name: String,
    pub name_en: String,
    pub item_type: String,
    /// `INSTANT` or `PROMISED`.
    pub case_kind: String,
    pub statutory_limit: Option<u32>,
    pub statutory_unit: String,
    pub promised_limit: Option<u32>,
    pub promised_unit: String,
    pub limit_basis: String,
    /// Kind of the deciding department.
    pub dept_kind: String,
    pub flow_steps: Vec<FlowStep>,
    /// The steps as they stand in the file.
    pub flow_text: String,
    /// Share of the yearly volume, in thousandths.
    pub volume_weight: f64,
    pub max_visits: u32,
    /// Whether a certificate is delivered.
    pub certificate: bool,
    pub valid_from: Date,
    pub note: String,
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

#[derive(Deserialize)]
struct ItemRow {
    item_id: String,
    version: u32,
    item_code: String,
    name: String,
    name_en: String,
    item_type: String,
    case_kind: String,
    statutory_limit: Option<u32>,
    statutory_unit: String,
    promised_limit: Option<u32>,
    promised_unit: String,
    limit_basis: String,
    dept_kind: String,
    flow_steps: String,
    volume_weight: f64,
    max_visits: u32,
    certificate: bool,
    valid_from: Date,
    note: String,
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

/// The service items (made up for the demonstration; a city lands its own).
pub fn service_items() -> Result<Vec<ServiceItem>, ReferenceError> {
    let rows: Vec<ItemRow> = rows(SERVICE_ITEM, "service_item.csv")?;
    rows.into_iter().map(item).collect()
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

fn item(row: ItemRow) -> Result<ServiceItem, ReferenceError> {
    let wrong = || ReferenceError {
        file: "service_item.csv",
        reason: format!("{}: flow_steps {:?}", row.item_id, row.flow_steps),
    };
    let mut flow_steps = Vec::new();
    for part in row.flow_steps.split(';').filter(|part| !part.is_empty()) {
        let (level, rest) = part.split_once('|').ok_or_else(wrong)?;
        let (name, limit) = rest.split_once(':').ok_or_else(wrong)?;
        let limit = if limit.is_empty() { None } else { Some(limit.parse().map_err(|_| wrong())?) };
        let level = level.chars().next().ok_or_else(wrong)?;
        flow_steps.push(FlowStep { level, name: name.to_owned(), limit });
    }
    Ok(ServiceItem {
        item_id: row.item_id,
        version: row.version,
        item_code: row.item_code,
        name: row.name,
        name_en: row.name_en,
        item_type: row.item_type,
        case_kind: row.case_kind,
        statutory_limit: row.statutory_limit,
        statutory_unit: row.statutory_unit,
        promised_limit: row.promised_limit,
        promised_unit: row.promised_unit,
        limit_basis: row.limit_basis,
        dept_kind: row.dept_kind,
        flow_steps,
        flow_text: row.flow_steps,
        volume_weight: row.volume_weight,
        max_visits: row.max_visits,
        certificate: row.certificate,
        valid_from: row.valid_from,
        note: row.note,
    })
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
        for item in &items {
            let steps: u32 = item.flow_steps.iter().filter_map(|step| step.limit).sum();
            let (promised, statutory) = (item.promised_limit.unwrap_or(0), item.statutory_limit.unwrap_or(0));
            assert!(steps <= promised && promised <= statutory, "{}: steps, promise, statute", item.item_id);
        }
        assert_eq!(policies().expect("policies").iter().filter(|policy| policy.official).count(), 1);
        assert!(organizations().expect("organizations").len() > 30 && county_outlines().contains("450521"));
    }
}
