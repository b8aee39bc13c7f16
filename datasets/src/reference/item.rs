//! The service items that the program ships, and what is asked of an item before it is published.

use jiff::civil::Date;
use serde::Deserialize;

use super::{ReferenceError, rows};

const SERVICE_ITEM: &str = include_str!("../../reference/service_item.csv");
const FILE: &str = "service_item.csv";

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

/// One version of one service item.
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
    /// Most days that an extension may add.
    pub max_extension_days: Option<u32>,
    /// Kinds of suspension that the item's own rule allows (domain §4 point 4).
    pub allowed_stop_kinds: Vec<String>,
    /// Limit of the village's part.
    pub village_limit: Option<u32>,
    pub village_unit: Option<String>,
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
    pub valid_to: Option<Date>,
    pub note: String,
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
    max_extension_days: Option<u32>,
    allowed_stop_kinds: String,
    village_limit: Option<u32>,
    village_unit: Option<String>,
    dept_kind: String,
    flow_steps: String,
    volume_weight: f64,
    max_visits: u32,
    certificate: bool,
    valid_from: Date,
    valid_to: Option<Date>,
    note: String,
}

/// The service items (made up for the demonstration; a city lands its own). Fails if one of them
/// may not be published.
pub fn service_items() -> Result<Vec<ServiceItem>, ReferenceError> {
    let rows: Vec<ItemRow> = rows(SERVICE_ITEM, FILE)?;
    rows.into_iter().map(item).collect()
}

/// Reads `V|村级受理:1;T|镇级初审:6`: level, name and limit in workdays of each step, in order; a
/// limit may be missing. None if the text is not of this form.
pub fn flow_steps(text: &str) -> Option<Vec<FlowStep>> {
    let step = |part: &str| -> Option<FlowStep> {
        let (level, rest) = part.split_once('|')?;
        let (name, limit) = rest.split_once(':')?;
        let limit = if limit.is_empty() { None } else { Some(limit.parse().ok()?) };
        Some(FlowStep { level: level.chars().next()?, name: name.to_owned(), limit })
    };
    text.split(';').filter(|part| !part.is_empty()).map(step).collect()
}

/// What must hold before an item is published: the limits of its steps sum to no more than the
/// promise, and that is no longer than the statute (domain §4 point 9, §7). Steps are in workdays.
/// Limits in different units are compared as far as every calendar agrees.
pub fn limits_fit(
    promised: Option<(i64, &str)>,
    statutory: Option<(i64, &str)>,
    steps: &[FlowStep],
) -> Result<(), String> {
    if let (Some((promise, unit)), Some((statute, of))) = (promised, statutory)
        && is_longer((promise, unit), (statute, of))
    {
        return Err(format!("the promise of {promise} {unit} is longer than the statute's {statute} {of}"));
    }
    let sum: i64 = steps.iter().filter_map(|step| step.limit).map(i64::from).sum();
    match promised.into_iter().chain(statutory).find(|whole| is_longer((sum, "WD"), *whole)) {
        Some((limit, unit)) => {
            Err(format!("the limits of its steps sum to {sum} WD, more than the {limit} {unit} of the whole"))
        }
        None => Ok(()),
    }
}

/// Whether a limit is longer than another by every calendar. A workday takes a natural day or more, and natural
/// days end on a workday, so N workdays outlast fewer natural days; how many natural days outlast N workdays hangs
/// on the holidays. A month has 28 to 31 days. Days and office hours hang on the office hours.
fn is_longer((n, unit): (i64, &str), (other, of): (i64, &str)) -> bool {
    match (unit, of) {
        ("WD", "CD") => n > other,
        ("WD" | "CD", "MONTH") => n > other.saturating_mul(31),
        ("MONTH", "CD") => n.saturating_mul(28) > other,
        ("HOUR", "MIN") => n.saturating_mul(60) > other,
        ("MIN", "HOUR") => n > other.saturating_mul(60),
        _ => unit == of && n > other,
    }
}

fn check(item: &ServiceItem) -> Result<(), ReferenceError> {
    let promised = item.promised_limit.map(|limit| (i64::from(limit), item.promised_unit.as_str()));
    let statutory = item.statutory_limit.map(|limit| (i64::from(limit), item.statutory_unit.as_str()));
    limits_fit(promised, statutory, &item.flow_steps).map_err(|reason| ReferenceError {
        file: FILE,
        reason: format!("{} version {}: {reason}; correct the item", item.item_id, item.version),
    })
}

fn item(row: ItemRow) -> Result<ServiceItem, ReferenceError> {
    let steps = flow_steps(&row.flow_steps).ok_or_else(|| ReferenceError {
        file: FILE,
        reason: format!("{}: flow_steps {:?} are not like V|村级受理:1;T|镇级初审:6", row.item_id, row.flow_steps),
    })?;
    let kinds = row.allowed_stop_kinds.split(';').map(str::trim).filter(|kind| !kind.is_empty());
    let item = ServiceItem {
        allowed_stop_kinds: kinds.map(str::to_owned).collect(),
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
        max_extension_days: row.max_extension_days,
        village_limit: row.village_limit,
        village_unit: row.village_unit,
        dept_kind: row.dept_kind,
        flow_steps: steps,
        flow_text: row.flow_steps,
        volume_weight: row.volume_weight,
        max_visits: row.max_visits,
        certificate: row.certificate,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        note: row.note,
    };
    check(&item)?;
    Ok(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_whose_limits_do_not_fit_is_not_published() {
        let items = service_items().expect("items");
        let with = |change: &dyn Fn(&mut ServiceItem)| {
            let mut item = items[0].clone();
            change(&mut item);
            check(&item).map_err(|error| error.to_string())
        };
        assert_eq!(with(&|_| ()), Ok(()));
        let promise = with(&|item| item.promised_limit = Some(26)).expect_err("over the statute");
        assert!(promise.contains("SI001 version 1") && promise.contains("26 WD"), "{promise}");
        let steps = with(&|item| item.flow_steps[1].limit = Some(9)).expect_err("over the promise");
        assert!(steps.contains("16 WD, more than the 15 WD"), "{steps}");
        let months = |item: &mut ServiceItem| (item.promised_limit, item.promised_unit) = (Some(26), "CD".to_owned());
        assert_eq!(with(&months), Ok(()), "26 natural days may be fewer than 25 working days");
        let statute = with(&|item| (item.promised_limit, item.flow_steps[1].limit) = (None, Some(19)));
        assert!(statute.expect_err("over the statute").contains("26 WD, more than the 25 WD"));
    }

    #[test]
    fn limits_in_unlike_units_are_compared_as_far_as_every_calendar_agrees() {
        let step = |limit| FlowStep { level: 'V', name: "a".to_owned(), limit: Some(limit) };
        let steps = |promise, days| limits_fit(Some(promise), None, &[step(days), step(1)]);
        assert_eq!(steps((5, "CD"), 4), Ok(()));
        let told = steps((5, "CD"), 5).expect_err("6 working days take 6 natural days or more");
        assert_eq!(told, "the limits of its steps sum to 6 WD, more than the 5 CD of the whole");
        assert!(steps((1, "MONTH"), 30).is_ok() && steps((1, "MONTH"), 31).is_err());
        assert!(steps((1, "HOUR"), 30).is_ok(), "that hangs on the office hours");
        let by_statute = limits_fit(Some((8, "HOUR")), Some((3, "WD")), &[step(4)]);
        assert!(by_statute.is_err_and(|told| told.ends_with("more than the 3 WD of the whole")));
        let fits = |promise, statute| limits_fit(Some(promise), Some(statute), &[]).is_ok();
        for (longest, over, statute) in [
            ((20, "WD"), (21, "WD"), (20, "WD")),
            ((20, "WD"), (21, "WD"), (20, "CD")),
            ((31, "WD"), (32, "WD"), (1, "MONTH")),
            ((62, "CD"), (63, "CD"), (2, "MONTH")),
            ((1, "MONTH"), (2, "MONTH"), (28, "CD")),
            ((2, "HOUR"), (3, "HOUR"), (120, "MIN")),
            ((120, "MIN"), (121, "MIN"), (2, "HOUR")),
        ] {
            assert!(fits(longest, statute) && !fits(over, statute), "{over:?} over {statute:?}");
        }
        for unlike in [(99, "CD"), (9, "MONTH"), (999, "HOUR")] {
            assert!(fits(unlike, (1, "WD")), "{unlike:?}");
        }
    }

    #[test]
    fn steps_are_read_or_refused() {
        let steps = flow_steps("V|村级受理:1;C|县级办理:").expect("steps");
        assert_eq!((steps[0].limit, steps[1].level, steps[1].limit), (Some(1), 'C', None));
        for text in ["V村级受理:1", "V|村级受理", "V|村级受理:x", "|村级受理:1"] {
            assert_eq!(flow_steps(text), None, "{text}");
        }
    }
}
