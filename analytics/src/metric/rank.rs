//! An order of places, departments or items by a share that is fair to small ones (domain §5, aggregation).

use queries::{Breakdown, Column, Metric};

use super::wilson::{Bounds, funnel};
use crate::AnalyticsError;

/// Fewest cases with which a row is given a place.
const FEWEST: f64 = 30.0;

/// In which part of the list a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    Ranked,
    TooFew,
    /// The part is not within the whole, as where an organization holds cards of others' cases.
    NoShare,
    /// What the source names nobody for.
    Unnamed,
}

impl Group {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ranked => "ranked",
            Self::TooFew => "too few",
            Self::NoShare => "no share",
            Self::Unnamed => "unnamed",
        }
    }
}

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    pub(crate) group: Group,
    /// 1 for the highest lower bound; the same for the same bound; none outside the ranked.
    pub(crate) place: Option<u32>,
    lower: f64,
}

/// A limit of the funnel around the overall share, of a row with so many cases.
type Limit = fn(f64, f64) -> Option<f64>;

/// The columns of the funnel.
pub(crate) const FUNNEL: [(&str, Limit); 4] = [
    ("funnel_95_lower", |overall, whole| funnel(overall, whole).map(|[inner, _]| inner.lower)),
    ("funnel_95_upper", |overall, whole| funnel(overall, whole).map(|[inner, _]| inner.upper)),
    ("funnel_998_lower", |overall, whole| funnel(overall, whole).map(|[_, outer]| outer.lower)),
    ("funnel_998_upper", |overall, whole| funnel(overall, whole).map(|[_, outer]| outer.upper)),
];

/// The share of the metric by which rows of the breakdown can be put in order.
pub(crate) fn column(metric: &'static Metric, by: Breakdown, name: &str) -> Result<&'static Column, AnalyticsError> {
    let refused = |reason| AnalyticsError::Shape { what: format!("an order by {name}"), reason };
    if by == Breakdown::All || by.is_of_time() {
        return Err(refused(format!("{by} is nothing to put in order; name a breakdown by place, department or item")));
    }
    let shares = metric.header().columns.iter().filter(|column| column.share.is_some());
    let shares: Vec<&'static Column> = shares.collect();
    if let Some(found) = shares.iter().copied().find(|column| column.name == name) {
        return Ok(found);
    }
    if shares.is_empty() {
        return Err(refused(format!("{} has no share of cases to put rows in order by", metric.id)));
    }
    let known: Vec<&str> = shares.iter().map(|column| column.name).collect();
    Err(refused(format!("{} has no such share; choose {}", metric.id, known.join(", "))))
}

/// Where each row stands, by the lower bounds of the intervals.
pub(crate) fn standings(names: &[Option<String>], wholes: &[Option<f64>], bounds: &[Option<Bounds>]) -> Vec<Standing> {
    let rows = names.iter().zip(wholes).zip(bounds);
    let mut standings: Vec<Standing> = rows
        .map(|((name, whole), bounds)| {
            let group = match (name, whole, bounds) {
                (None, _, _) => Group::Unnamed,
                (_, Some(whole), Some(_)) if *whole >= FEWEST => Group::Ranked,
                (_, Some(whole), None) if *whole >= FEWEST => Group::NoShare,
                _ => Group::TooFew,
            };
            Standing { group, place: None, lower: bounds.map_or(f64::NEG_INFINITY, |bounds| bounds.lower) }
        })
        .collect();
    let ranked: Vec<f64> =
        standings.iter().filter(|standing| standing.group == Group::Ranked).map(|standing| standing.lower).collect();
    for standing in standings.iter_mut().filter(|standing| standing.group == Group::Ranked) {
        let above = ranked.iter().filter(|lower| **lower > standing.lower).count();
        standing.place = u32::try_from(above + 1).ok();
    }
    standings
}

/// The rows in their order: the ranked by their place, then the other groups; the same as before among equals.
pub(crate) fn order(standings: &[Standing]) -> Vec<u32> {
    let mut order: Vec<(u32, &Standing)> = (0..).zip(standings).collect();
    order.sort_by(|(_, a), (_, b)| a.group.cmp(&b.group).then(b.lower.total_cmp(&a.lower)));
    order.into_iter().map(|(row, _)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::wilson::wilson;
    use super::*;

    #[test]
    fn few_cases_earn_no_place_and_a_better_rate_of_few_is_below_one_of_many() {
        let counts = [(29.0, 29.0), (30.0, 30.0), (290.0, 300.0), (12.0, 30.0), (40.0, 30.0), (50.0, 50.0)];
        let names = ["few", "small", "large", "poor", "cards of others"].map(|name| Some(name.to_owned()));
        let names = [names.as_slice(), &[None]].concat();
        let bounds: Vec<Option<Bounds>> = counts.iter().map(|(part, whole)| wilson(*part, *whole)).collect();
        let wholes: Vec<Option<f64>> = counts.iter().map(|(_, whole)| Some(*whole)).collect();
        let standings = standings(&names, &wholes, &bounds);
        // Lower bounds: 30 of 30 from 0.886, 290 of 300 from 0.940, 12 of 30 from 0.246.
        let places: Vec<Option<u32>> = standings.iter().map(|standing| standing.place).collect();
        assert_eq!(places, [None, Some(2), Some(1), Some(3), None, None]);
        assert_eq!(order(&standings), [2, 1, 3, 0, 4, 5]);
        assert_eq!(standings[4].group.as_str(), "no share");
    }

    #[test]
    fn what_cannot_be_put_in_order_is_refused() {
        let metric = |id| queries::find(id).unwrap();
        let refused = |id, by, name| column(metric(id), by, name).unwrap_err().to_string();
        assert!(column(metric("M02"), Breakdown::County, "on_time_rate").is_ok());
        assert_eq!(
            refused("M02", Breakdown::County, "closed_n"),
            "an order by closed_n: M02 has no such share; choose on_time_rate"
        );
        assert!(refused("M01", Breakdown::County, "closed_n").contains("M01 has no share of cases"));
        assert!(refused("M02", Breakdown::Month, "on_time_rate").contains("month is nothing to put in order"));
    }
}
