//! The villages of a sample with the offices above them, and which of those are slow.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datasets::reference::Village;

use super::rng::{Rng, key};

/// Townships that are late more often than the rest.
const SLOW_TOWNSHIPS: usize = 3;
/// County departments that are late more often than the rest.
const SLOW_DEPARTMENTS: usize = 2;
/// The slow departments are among so many busiest kinds, or nobody would see them.
const BUSY_KINDS: usize = 5;
/// Relative sizes of villages: twenty equal slices of a lognormal with sigma 0.45, per mille.
const SIZES: [i64; 20] = [
    414, 523, 596, 657, 712, 764, 815, 866, 919, 972, 1_029, 1_089, 1_155, 1_227, 1_309, 1_405, 1_523, 1_678, 1_912,
    2_416,
];

/// A county department.
pub(super) struct Department {
    pub(super) org: Arc<str>,
    pub(super) slow: bool,
}

/// A village next door.
pub(super) struct Neighbour {
    pub(super) code: Arc<str>,
    pub(super) org: Arc<str>,
}

/// A village and the offices above it.
pub(super) struct Site {
    pub(super) code: Arc<str>,
    /// Stands for the village in the seeds, whichever others are chosen.
    pub(super) key: u64,
    /// Cases a year.
    pub(super) yearly: f64,
    pub(super) village_org: Arc<str>,
    pub(super) township_org: Arc<str>,
    pub(super) agent: Arc<str>,
    /// Another village of the township, to which cases go that were taken in by the wrong one.
    pub(super) neighbour: Option<Neighbour>,
    /// Whether its township is slow.
    pub(super) slow: bool,
    /// By the catalogue's department number.
    pub(super) departments: Arc<[Department]>,
}

/// The first `take` of `villages`, in turn from each county; `kinds` are the departments' kinds,
/// the busiest first. Sizes are drawn over all villages, so that their mean is `yearly` and a
/// village is the same in a small sample and in a large one.
pub(super) fn sites(villages: &[Village], take: Option<usize>, kinds: &[String], yearly: f64, seed: u64) -> Vec<Site> {
    let counties: BTreeSet<&str> = villages.iter().map(|village| head(&village.county_code, 6)).collect();
    let townships: BTreeSet<&str> = villages.iter().map(|village| head(&village.township_code, 9)).collect();
    let slow_townships = pick(townships.into_iter().map(String::from), SLOW_TOWNSHIPS, seed);
    let busy =
        counties.iter().flat_map(|county| kinds.iter().take(BUSY_KINDS).map(move |kind| format!("{county}-{kind}")));
    let slow_departments = pick(busy, SLOW_DEPARTMENTS, seed);
    let departments: BTreeMap<&str, Arc<[Department]>> = counties
        .iter()
        .map(|county| {
            let all = kinds.iter().map(|kind| {
                let org = format!("{county}-{kind}");
                Department { slow: slow_departments.contains(&org), org: org.into() }
            });
            (*county, all.collect())
        })
        .collect();

    let sizes: Vec<i64> = villages.iter().map(|village| size(&village.code, seed)).collect();
    let mean = sizes.iter().sum::<i64>() as f64 / sizes.len().max(1) as f64;
    spread(villages, take.unwrap_or(villages.len()))
        .into_iter()
        .filter_map(|index| {
            let (village, size) = (villages.get(index)?, sizes.get(index)?);
            let township = head(&village.township_code, 9);
            Some(Site {
                code: village.code.as_str().into(),
                key: key(&village.code),
                yearly: yearly * *size as f64 / mean,
                village_org: village_org(&village.code),
                township_org: format!("{township}-TW").into(),
                agent: format!("{}-DB-01", village.code).into(),
                neighbour: neighbour(villages, index),
                slow: slow_townships.contains(township),
                departments: Arc::clone(departments.get(head(&village.county_code, 6))?),
            })
        })
        .collect()
}

/// The next village of the township by code, for its last one the one before.
fn neighbour(villages: &[Village], index: usize) -> Option<Neighbour> {
    let own = villages.get(index)?;
    let beside = [index.checked_add(1), index.checked_sub(1)].into_iter().flatten();
    let mut beside = beside.filter_map(|index| villages.get(index));
    let village = beside.find(|village| village.township_code == own.township_code)?;
    Some(Neighbour { code: village.code.as_str().into(), org: village_org(&village.code) })
}

fn village_org(code: &str) -> Arc<str> {
    format!("{code}-DB").into()
}

/// The first `length` places of a code.
fn head(code: &str, length: usize) -> &str {
    code.get(..length).unwrap_or(code)
}

/// Size of a village: a slice, and a little to each side.
fn size(code: &str, seed: u64) -> i64 {
    let mut rng = Rng::seeded(&[seed, key(code)]);
    let slice = SIZES[rng.below(SIZES.len() as i64) as usize];
    slice * rng.between(950, 1_050) / 1_000
}

/// `count` of `names` by the luck of the seed.
fn pick(names: impl Iterator<Item = String>, count: usize, seed: u64) -> BTreeSet<String> {
    let mut ranked: Vec<(u64, String)> = names.map(|name| (Rng::seeded(&[seed, key(&name)]).draw(), name)).collect();
    ranked.sort_unstable();
    ranked.into_iter().take(count).map(|(_, name)| name).collect()
}

/// Which villages: every county's first, then every county's second, and so on.
fn spread(villages: &[Village], take: usize) -> Vec<usize> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let mut order: Vec<(usize, usize)> = villages
        .iter()
        .enumerate()
        .map(|(index, village)| {
            let turn = seen.entry(village.county_code.as_str()).or_default();
            *turn += 1;
            (*turn, index)
        })
        .collect();
    order.sort_unstable();
    let mut chosen: Vec<usize> = order.into_iter().take(take).map(|(_, index)| index).collect();
    chosen.sort_unstable();
    chosen
}
