//! By what a metric is told apart.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What one row of a metric's result stands for (its `bucket`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Breakdown {
    /// Everything together: always one row.
    #[default]
    All,
    Village,
    Township,
    County,
    /// Cases by `org_code`, cards by `responsible_org`, so that nobody answers for another's
    /// delay (domain §5 M06).
    Organization,
    Item,
    /// Everything together, month by month: whoever asks runs the metric once for each month.
    Month,
}

impl Breakdown {
    /// Every breakdown, in the order in which they are offered.
    pub const ALL: [Self; 7] =
        [Self::All, Self::Village, Self::Township, Self::County, Self::Organization, Self::Item, Self::Month];

    /// Its name on the command line and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Village => "village",
            Self::Township => "township",
            Self::County => "county",
            Self::Organization => "organization",
            Self::Item => "item",
            Self::Month => "month",
        }
    }

    /// The bucket of a row of `case_state`; none when everything falls into one.
    pub(crate) fn case_column(self) -> Option<&'static str> {
        match self {
            Self::All | Self::Month => None,
            Self::Village => Some("village_code"),
            Self::Township => Some("township_code"),
            Self::County => Some("county_code"),
            Self::Organization => Some("org_code"),
            Self::Item => Some("item_id"),
        }
    }

    /// The bucket of a row of `card`; none when everything falls into one.
    pub(crate) fn card_column(self) -> Option<&'static str> {
        match self {
            Self::Organization => Some("responsible_org"),
            other => other.case_column(),
        }
    }

    /// The bucket of a version of an item, which has no place and no department: unknown by these.
    pub(crate) fn item_column(self) -> &'static str {
        match self {
            Self::All | Self::Month => "'all'",
            Self::Item => "item_id",
            Self::Village | Self::Township | Self::County | Self::Organization => "cast(null as varchar)",
        }
    }
}

impl fmt::Display for Breakdown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A breakdown that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no breakdown is called '{name}': choose {}", Breakdown::ALL.map(Breakdown::as_str).join(", "))]
pub struct UnknownBreakdown {
    /// What was asked for.
    pub name: String,
}

impl FromStr for Breakdown {
    type Err = UnknownBreakdown;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|breakdown| breakdown.as_str() == name);
        found.ok_or_else(|| UnknownBreakdown { name: name.to_owned() })
    }
}

/// A breakdown that a metric's rows do not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{metric} cannot be told apart by {breakdown}: choose {}", names(.choices))]
pub struct RefusedBreakdown {
    /// Number of the metric.
    pub metric: &'static str,
    /// What was asked for.
    pub breakdown: Breakdown,
    /// What it can be told apart by.
    pub choices: &'static [Breakdown],
}

fn names(breakdowns: &[Breakdown]) -> String {
    breakdowns.iter().map(|breakdown| breakdown.as_str()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_breakdown_reads_its_own_name() {
        for breakdown in Breakdown::ALL {
            assert_eq!(breakdown.as_str().parse(), Ok(breakdown));
        }
    }

    #[test]
    fn an_unknown_breakdown_lists_the_choices() {
        let error = "town".parse::<Breakdown>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no breakdown is called 'town': choose all, village, township, county, organization, item, month"
        );
    }
}
