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
    /// INSTANT, PROMISED, JOINT, ESCALATED.
    Kind,
    /// How the case was applied for (GB/T 39046 A.5).
    Channel,
    /// Everything together, day by day: whoever asks runs the metric once for each, as for the
    /// longer pieces of time that follow.
    Day,
    Month,
    Quarter,
    Year,
}

impl Breakdown {
    /// Every breakdown, in the order in which they are offered.
    pub const ALL: [Self; 12] = [
        Self::All,
        Self::Village,
        Self::Township,
        Self::County,
        Self::Organization,
        Self::Item,
        Self::Kind,
        Self::Channel,
        Self::Day,
        Self::Month,
        Self::Quarter,
        Self::Year,
    ];

    /// Its name on the command line and in addresses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Village => "village",
            Self::Township => "township",
            Self::County => "county",
            Self::Organization => "organization",
            Self::Item => "item",
            Self::Kind => "kind",
            Self::Channel => "channel",
            Self::Day => "day",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// Whether its rows are pieces of the period, in each of which the metric is run on its own.
    pub fn is_of_time(self) -> bool {
        matches!(self, Self::Day | Self::Month | Self::Quarter | Self::Year)
    }

    /// The bucket of a row of `case_state`; none when everything falls into one.
    pub(crate) fn case_column(self) -> Option<&'static str> {
        match self {
            Self::All | Self::Day | Self::Month | Self::Quarter | Self::Year => None,
            Self::Village => Some("village_code"),
            Self::Township => Some("township_code"),
            Self::County => Some("county_code"),
            Self::Organization => Some("org_code"),
            Self::Item => Some("item_id"),
            Self::Kind => Some("case_kind"),
            Self::Channel => Some("apply_channel"),
        }
    }

    /// The bucket of a row of `card`; none when everything falls into one.
    pub(crate) fn card_column(self) -> Option<&'static str> {
        match self {
            Self::Organization => Some("responsible_org"),
            other => other.case_column(),
        }
    }

    /// The cards that have [`Self::card_column`]: kind and channel are told of cases alone.
    pub(crate) fn cards(self) -> &'static str {
        match self {
            Self::Kind | Self::Channel => include_str!("../sql/shared/card_with_case.sql").trim_ascii_end(),
            _ => "card",
        }
    }

    /// The bucket of a version of an item, which has no place, no department and no case: unknown by these.
    pub(crate) fn item_column(self) -> &'static str {
        match self {
            Self::All | Self::Day | Self::Month | Self::Quarter | Self::Year => "'all'",
            Self::Item => "item_id",
            Self::Village | Self::Township | Self::County | Self::Organization | Self::Kind | Self::Channel => {
                "cast(null as varchar)"
            }
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
        // A lake is of one city.
        let name = if name == "city" { "all" } else { name };
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
        assert_eq!("city".parse(), Ok(Breakdown::All));
    }

    #[test]
    fn an_unknown_breakdown_lists_the_choices() {
        let error = "town".parse::<Breakdown>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "no breakdown is called 'town': choose all, village, township, county, organization, item, \
             kind, channel, day, month, quarter, year"
        );
    }
}
