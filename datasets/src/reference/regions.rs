//! From when to when each edition of the regions applies.

use jiff::civil::Date;

use super::Region;

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::reference::regions;

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
