//! What happens while a case runs: stops, extensions, steps, a transfer.

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::moments::{Entry, Gap, Minutes, entries, gaps, moments};
use crate::{Limit, StopKind, Unit};

#[derive(Debug, Clone)]
pub struct Stop {
    pub at: Minutes,
    pub entry: Entry,
    pub kind: Option<StopKind>,
    pub has_basis: bool,
    pub approved: Option<Limit>,
    /// Minutes from the stop to its approval, and to the notice to the applicant.
    pub approved_after: Option<i64>,
    pub notified_after: Option<i64>,
    pub resume: Option<Resume>,
}

#[derive(Debug, Clone)]
pub struct Resume {
    pub gap: Gap,
    pub entry: Entry,
    pub names_stop: bool,
}

#[derive(Debug, Clone)]
pub struct Extend {
    pub at: Minutes,
    pub entry: Entry,
    pub days: Option<u32>,
    /// Minutes from the approval to the event.
    pub approved_before: Option<i64>,
    /// Where a due instant decides: a new one, so long after it.
    pub due: Option<Gap>,
}

#[derive(Debug, Clone)]
pub struct Step {
    /// 1 and 2 have a number, 0 has a name alone.
    pub which: i64,
    pub at: Minutes,
    pub entry: Entry,
    pub end: Option<(Gap, Entry, bool)>,
    pub limit: Option<u32>,
    pub due: Option<Gap>,
}

/// None to three of them.
fn few<T: Debug + Clone + 'static>(of: BoxedStrategy<T>) -> BoxedStrategy<Vec<T>> {
    prop_oneof![4 => vec(of.clone(), 0), 4 => vec(of.clone(), 1), 2 => vec(of.clone(), 2), 1 => vec(of, 3)].boxed()
}

fn lengths() -> impl Strategy<Value = Limit> {
    let of = |unit: Unit| move |n: u32| Limit { n, unit };
    prop_oneof![
        4 => (1u32..=15).prop_map(of(Unit::Cd)),
        4 => (1u32..=10).prop_map(of(Unit::Wd)),
        2 => (1u32..=60).prop_map(of(Unit::Hour)),
        1 => (1u32..=600).prop_map(of(Unit::Min)),
        1 => Just(Limit { n: 1, unit: Unit::Month }),
    ]
}

pub fn stops() -> BoxedStrategy<Vec<Stop>> {
    let offsets = || prop_oneof![4 => Just(0i64), 2 => -5760i64..0, 1 => 1i64..4320];
    let kind = prop_oneof![30 => select(StopKind::ALL.to_vec()).prop_map(Some), 1 => Just(None::<StopKind>)];
    let resume = (gaps(0..20), entries(), any::<bool>());
    let resume = resume.prop_map(|(gap, entry, names_stop)| Resume { gap, entry, names_stop });
    let terms = (weighted(0.93, lengths()), weighted(0.6, offsets()), weighted(0.94, offsets()));
    let has_basis = prop_oneof![12 => Just(true), 1 => Just(false)];
    let stop = (moments(0..40), entries(), kind, has_basis, terms, weighted(0.75, resume)).prop_map(
        |(at, entry, kind, has_basis, (approved, approved_after, notified_after), resume)| Stop {
            at,
            entry,
            kind,
            has_basis,
            approved,
            approved_after,
            notified_after,
            resume,
        },
    );
    few(stop.boxed())
}

pub fn extends() -> BoxedStrategy<Vec<Extend>> {
    let approved = weighted(0.5, prop_oneof![1 => Just(0i64), 1 => 1i64..7200]);
    let extend = (moments(0..50), entries(), weighted(0.93, 1u32..=15), approved, weighted(0.7, gaps(1..20)))
        .prop_map(|(at, entry, days, approved_before, due)| Extend { at, entry, days, approved_before, due });
    let extend = extend.boxed();
    prop_oneof![6 => vec(extend.clone(), 0), 3 => vec(extend.clone(), 1), 1 => vec(extend, 2)].boxed()
}

pub fn steps() -> BoxedStrategy<Vec<Step>> {
    let end = weighted(0.8, (gaps(0..12), entries(), any::<bool>()));
    let told = (weighted(0.6, 0u32..=6), weighted(0.1, gaps(1..15)));
    let step = (0i64..3, moments(0..25), entries(), end, told).prop_map(|(which, at, entry, end, (limit, due))| Step {
        which,
        at,
        entry,
        end,
        limit,
        due,
    });
    few(step.boxed())
}

pub fn transfers() -> BoxedStrategy<Option<(Minutes, Entry)>> {
    weighted(0.12, (moments(1..40), entries())).boxed()
}
