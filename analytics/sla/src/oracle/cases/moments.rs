//! When things happen and when they are entered.

use std::ops::Range;

use proptest::prelude::*;
use proptest::sample::select;

/// Minutes after the midnight that opens the first day of the case.
pub type Minutes = i64;

/// Minutes of the day, often at the edges of office hours.
fn times_of_day() -> impl Strategy<Value = Minutes> {
    let edges: Vec<Minutes> = vec![480, 479, 481, 540, 720, 719, 810, 900, 1020, 1050, 1079, 1080, 1081, 1439, 0, 1];
    prop_oneof![5 => 480i64..1080, 3 => select(edges), 1 => 0i64..1440]
}

/// A minute of one of these days.
pub fn moments(days: Range<i64>) -> impl Strategy<Value = Minutes> {
    (days, times_of_day()).prop_map(|(day, minute)| day * 1440 + minute)
}

/// So many days on, at that time of the day.
#[derive(Debug, Clone, Copy)]
pub struct Gap {
    days: i64,
    time: Minutes,
}

impl Gap {
    pub fn after(self, moment: Minutes) -> Minutes {
        let meant = (moment.div_euclid(1440) + self.days) * 1440 + self.time;
        if meant > moment { meant } else { moment + 1 + self.time }
    }
}

pub fn gaps(days: Range<i64>) -> impl Strategy<Value = Gap> {
    (days, times_of_day()).prop_map(|(days, time)| Gap { days, time })
}

/// How an event came to be known.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Minutes from the event to its entry, if that is told.
    pub recorded: Option<i64>,
    /// Minutes from the entry, or the event, until it was known.
    pub known: i64,
    pub seq: Option<i64>,
}

/// Mostly at once; else within the 24 hours allowed, or up to 10 days late; known with the entry
/// or up to 4 days after it.
pub fn entries() -> impl Strategy<Value = Entry> {
    let recorded = prop_oneof![
        6 => Just(None::<i64>),
        4 => Just(Some(0i64)),
        3 => (1i64..=1440).prop_map(Some),
        2 => (1441i64..14_400).prop_map(Some),
        1 => select(vec![Some(1439i64), Some(1440), Some(1441)]),
    ];
    let known = prop_oneof![6 => Just(0i64), 1 => 1i64..5760];
    let seq = prop_oneof![19 => Just(None::<i64>), 1 => (1i64..3).prop_map(Some)];
    (recorded, known, seq).prop_map(|(recorded, known, seq)| Entry { recorded, known, seq })
}
