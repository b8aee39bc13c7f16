//! What became of the regions from one yearly edition to another.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{ReferenceError, Region, regions};

/// The editions there are: the oldest stands for what came before it, the newest for what comes after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Editions {
    first: i64,
    newest: i64,
}

impl Editions {
    /// Those of the regions.
    pub fn of(regions: &[Region]) -> Self {
        let years = || regions.iter().map(|region| region.edition);
        Self { first: years().min().unwrap_or_default(), newest: years().max().unwrap_or_default() }
    }

    /// The first day on which an edition applies, and the first on which it applies no more.
    pub fn in_force(&self, edition: i64) -> (Option<Date>, Option<Date>) {
        let from = if edition == self.first { 2000 } else { edition };
        let to = if edition == self.newest { None } else { new_year(edition + 1) };
        (new_year(from), to)
    }
}

fn new_year(year: i64) -> Option<Date> {
    Date::new(i16::try_from(year).ok()?, 1, 1).ok()
}

/// Differences of two editions, each in the order of the codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionChanges {
    /// Codes that the later edition has no more.
    pub vanished: Vec<Region>,
    /// Codes that it has for the first time.
    pub appeared: Vec<Region>,
    /// Codes with another name: as it was, as it is.
    pub renamed: Vec<(Region, Region)>,
}

/// What changed from the edition of one year to that of another.
pub fn region_changes(before: i64, after: i64) -> Result<RegionChanges, ReferenceError> {
    let all = regions()?;
    let edition = |year: i64| -> BTreeMap<&str, &Region> {
        let of_year = all.iter().filter(|region| region.edition == year);
        of_year.map(|region| (region.code.as_str(), region)).collect()
    };
    let (before, after) = (edition(before), edition(after));
    let without = |these: &BTreeMap<&str, &Region>, others: &BTreeMap<&str, &Region>| -> Vec<Region> {
        let alone = these.iter().filter(|(code, _)| !others.contains_key(**code));
        alone.map(|(_, region)| (*region).clone()).collect()
    };
    let both = before.iter().filter_map(|(code, old)| Some((*old, *after.get(code)?)));
    let renamed = both.filter(|(old, new)| old.name != new.name).map(|(old, new)| (old.clone(), new.clone())).collect();
    Ok(RegionChanges { vanished: without(&before, &after), appeared: without(&after, &before), renamed })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn from_2018_to_2023_twelve_vanish_eleven_appear_eleven_are_renamed() {
        let changes = region_changes(2018, 2023).expect("regions");
        assert_eq!((changes.vanished.len(), changes.appeared.len(), changes.renamed.len()), (12, 11, 11));
        assert!(changes.vanished.iter().chain(&changes.appeared).all(|region| region.level == "village"));
        assert!(changes.renamed.iter().all(|(old, new)| old.code == new.code && old.parent_code == new.parent_code));
        let same = region_changes(2018, 2018).expect("regions");
        assert_eq!((same.vanished.len(), same.appeared.len(), same.renamed.len()), (0, 0, 0));
    }

    #[test]
    fn editions_follow_each_other_without_a_gap() {
        let editions = Editions::of(&regions().expect("regions"));
        let day = |text: &str| text.parse::<Date>().ok();
        assert_eq!(editions.in_force(2016), (day("2000-01-01"), day("2017-01-01")));
        assert_eq!(editions.in_force(2017), (day("2017-01-01"), day("2018-01-01")));
        assert_eq!(editions.in_force(2023), (day("2023-01-01"), None));
    }

    #[test]
    fn no_region_of_any_edition_is_an_orphan() {
        let all = regions().expect("regions");
        for year in 2016..=2023 {
            let edition: Vec<&Region> = all.iter().filter(|region| region.edition == year).collect();
            let codes: BTreeSet<&str> = edition.iter().map(|region| region.code.as_str()).collect();
            let orphans = edition.iter().filter(|region| region.level != "city");
            assert_eq!(orphans.filter(|region| !codes.contains(region.parent_code.as_str())).count(), 0, "{year}");
        }
    }
}
