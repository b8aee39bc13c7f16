//! The table of villages, and its roll-ups to townships and counties.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::shared;

/// What one row of the village table stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    #[default]
    Village,
    Township,
    County,
}

impl Level {
    /// Every level, from the lowest.
    pub const ALL: [Self; 3] = [Self::Village, Self::Township, Self::County];

    /// Its name on the command line and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Village => "village",
            Self::Township => "township",
            Self::County => "county",
        }
    }

    /// The columns that name a row: code and name of the level and of those above it.
    pub fn places(self) -> &'static [&'static str] {
        static PLACES: [&str; 6] =
            ["village_code", "village_name", "township_code", "township_name", "county_code", "county_name"];
        match self {
            Self::Village => &PLACES,
            Self::Township => PLACES.split_at(2).1,
            Self::County => PLACES.split_at(4).1,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A level that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no level is called '{name}': choose {}", Level::ALL.map(Level::as_str).join(", "))]
pub struct UnknownLevel {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|level| level.as_str() == name);
        found.ok_or_else(|| UnknownLevel { name: name.to_owned() })
    }
}

/// The SQL of the table with one row for each village, township or county, also for those
/// without cases. It reads `village`, `case_state` and `card`, takes `$from` and `$to` as the
/// metrics do, and is worked out from the cases at every level, never from rates.
pub fn village_table(level: Level) -> String {
    with_totals(level, include_str!("../sql/shared/village_cases.sql"))
}

/// The same rows, from the marts of the months before `$until` and from the cases in motion of the days from then on.
pub(crate) fn village_table_by_months(level: Level) -> String {
    with_totals(level, include_str!("../sql/shared/village_months.sql"))
}

fn with_totals(level: Level, case_totals: &str) -> String {
    let sql = include_str!("../sql/village_table.sql").replace("{case_totals}", case_totals.trim_end());
    shared::fill(&sql).replace("{level}", level.as_str()).replace("{places}", &level.places().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_reads_its_own_name() {
        for level in Level::ALL {
            assert_eq!(level.as_str().parse(), Ok(level));
        }
        let error = "city".parse::<Level>().unwrap_err();
        assert_eq!(error.to_string(), "no level is called 'city': choose village, township, county");
    }

    #[test]
    fn every_token_is_replaced_at_every_level() {
        for level in Level::ALL {
            for sql in [village_table(level), village_table_by_months(level)] {
                assert!(!sql.contains(['{', '}']), "{sql}");
                assert!(sql.contains(&format!("on case_totals.code = places.{level}_code")), "{sql}");
            }
        }
    }

    #[test]
    fn a_row_is_named_by_its_level_and_those_above() {
        assert_eq!(Level::Village.places().len(), 6);
        assert_eq!(Level::Township.places(), ["township_code", "township_name", "county_code", "county_name"]);
        assert_eq!(Level::County.places(), ["county_code", "county_name"]);
    }
}
