//! What surrounds the events: the first day, the limits, the item, the flags.

use jiff::civil::date;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::super::Ladder;
use super::super::time::{Day, day};
use super::moments::{Minutes, moments};
use crate::{Limit, StopKind, Unit};

#[derive(Debug, Clone)]
pub struct Frame {
    pub first_day: Day,
    pub has_other_hours: bool,
    /// Otherwise every event is known as it happens.
    pub has_delays: bool,
    pub promised: Option<Limit>,
    pub statutory: Option<Limit>,
    pub village: Option<Limit>,
    /// Workdays of step 1, by the item.
    pub step_limit: Option<u32>,
    pub allowed: Vec<StopKind>,
    pub max_extension_days: Option<u32>,
    pub due: Option<Minutes>,
    pub due_binding: bool,
    pub is_escalated: bool,
    pub has_certificate: bool,
    pub is_backfill: bool,
    pub as_of: Vec<Minutes>,
    pub changes: Vec<Change>,
}

/// Other rules, from an instant on.
#[derive(Debug, Clone)]
pub struct Change {
    pub at: Minutes,
    pub is_first: bool,
    pub promised: Limit,
    pub statutory: Limit,
    pub step_limit: Option<u32>,
    pub has_other_hours: bool,
    /// YELLOW at half of the limit.
    pub is_early: bool,
}

pub fn frames(ladder: Ladder) -> impl Strategy<Value = Frame> {
    let setting = (first_days(), any::<bool>(), any::<bool>());
    let limits = (limits(ladder), limits(ladder), weighted(0.4, limits(ladder)), weighted(0.5, 0u32..6));
    // Limits of: both, the promise alone, the law alone, none; whether a due instant is told, and binds.
    let told = prop_oneof![
        9 => Just((true, true, false, false)),
        6 => Just((true, false, false, false)),
        3 => Just((false, true, false, false)),
        2 => Just((true, true, true, false)),
        2 => Just((true, true, true, true)),
        2 => Just((false, false, true, false)),
        1 => Just((false, false, false, false)),
    ];
    let local = vec![
        StopKind::SiteSurvey,
        StopKind::PublicNotice,
        StopKind::Correction,
        StopKind::UpstreamReview,
        StopKind::OtherStatutory,
    ];
    let item = (subsequence(local, 0..=5), weighted(0.5, 1u32..=15), moments(1..45));
    let flags = (any::<bool>(), any::<bool>(), prop_oneof![9 => Just(false), 1 => Just(true)]);
    let views = prop::collection::vec(moments(0..110), 3);
    let views = (views, changes(ladder));
    (setting, limits, told, item, flags, views).prop_map(|(setting, limits, told, item, flags, (as_of, changes))| {
        let (has_promise, has_statutory, has_due, due_binding) = told;
        Frame {
            first_day: setting.0,
            has_other_hours: setting.1,
            has_delays: setting.2,
            promised: Some(limits.0).filter(|_| has_promise),
            statutory: Some(limits.1).filter(|_| has_statutory),
            village: limits.2,
            step_limit: limits.3,
            allowed: item.0,
            max_extension_days: item.1,
            due: Some(item.2).filter(|_| has_due),
            due_binding,
            is_escalated: flags.0,
            has_certificate: flags.1,
            is_backfill: flags.2,
            as_of,
            changes,
        }
    })
}

/// None for most cases.
fn changes(ladder: Ladder) -> impl Strategy<Value = Vec<Change>> {
    let flags = (prop::bool::weighted(0.2), any::<bool>(), any::<bool>());
    let change = (moments(0..60), limits(ladder), limits(ladder), weighted(0.5, 0u32..6), flags);
    let change = change.prop_map(|(at, promised, statutory, step_limit, (is_first, has_other_hours, is_early))| {
        Change { at, is_first, promised, statutory, step_limit, has_other_hours, is_early }
    });
    prop_oneof![6 => Just(Vec::new()), 3 => prop::collection::vec(change, 1..3)]
}

/// 2014 to 2026, every fourth case shortly before holidays, or before the last known year ends.
fn first_days() -> impl Strategy<Value = Day> {
    let holidays = [
        date(2017, 3, 24),
        date(2018, 4, 9),
        date(2018, 2, 5),
        date(2018, 9, 20),
        date(2018, 12, 3),
        date(2020, 1, 16),
        date(2023, 4, 17),
        date(2026, 9, 18),
        date(2026, 11, 20),
        date(2026, 12, 10),
    ];
    let last = day(date(2026, 10, 31));
    prop_oneof![3 => day(date(2014, 1, 1))..last, 1 => select(holidays.map(day).to_vec())]
}

/// Under deadlines to the hour, only what the rules decide there: workdays, not so few that two
/// of them before the due instant would lie before the start.
fn limits(ladder: Ladder) -> BoxedStrategy<Limit> {
    if ladder == Ladder::Hunan3 {
        return (4u32..=30).prop_map(|n| Limit { n, unit: Unit::Wd }).boxed();
    }
    let of = |unit: Unit| move |n: u32| Limit { n, unit };
    prop_oneof![
        6 => (1u32..=10).prop_map(of(Unit::Wd)),
        2 => (11u32..=30).prop_map(of(Unit::Wd)),
        2 => (1u32..=60).prop_map(of(Unit::Cd)),
        2 => (1u32..=40).prop_map(of(Unit::Hour)),
        2 => (1u32..=600).prop_map(of(Unit::Min)),
        1 => (1u32..=3).prop_map(of(Unit::Month)),
        1 => select(Unit::ALL.to_vec()).prop_map(|unit| Limit { n: 0, unit }),
    ]
    .boxed()
}
