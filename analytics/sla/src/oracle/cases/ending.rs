//! The end, a reopening, the delivery; and events that no one expects.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::moments::{Entry, Gap, Minutes, entries, gaps, moments};
use crate::{CloseResult, EventKind};

#[derive(Debug, Clone)]
pub struct Ending {
    pub end: Option<End>,
    pub reopening: Option<Reopening>,
    pub delivery: Option<(Gap, Entry)>,
}

#[derive(Debug, Clone)]
pub struct End {
    pub at: Minutes,
    pub entry: Entry,
    pub how: How,
    /// In the last microsecond of its day.
    pub is_last: bool,
}

#[derive(Debug, Clone)]
pub struct Reopening {
    pub gap: Gap,
    pub entry: Entry,
    pub end: Option<(Gap, Entry, How)>,
}

/// CLOSE with its result, WITHDRAW or VOID.
#[derive(Debug, Clone, Copy)]
pub struct How {
    pub kind: EventKind,
    pub result: Option<CloseResult>,
}

#[derive(Debug, Clone)]
pub struct Stray {
    pub at: Minutes,
    pub entry: Entry,
    pub kind: EventKind,
}

/// One of the events is taken back, and perhaps told again.
#[derive(Debug, Clone, Copy)]
pub struct TakenBack {
    /// Its place, counted around.
    pub which: usize,
    /// Minutes after it was known.
    pub after: Minutes,
    /// Minutes after that.
    pub again: Option<Minutes>,
    /// The versions have entries of their own; else they keep the first one's.
    pub is_entered: bool,
}

fn hows() -> impl Strategy<Value = How> {
    let result = prop_oneof![
        3 => Just(None::<CloseResult>),
        3 => Just(Some(CloseResult::Granted)),
        3 => select(CloseResult::ALL.to_vec()).prop_map(Some),
    ];
    let kind = prop_oneof![9 => Just(EventKind::Close), 1 => Just(EventKind::Withdraw), 1 => Just(EventKind::Void)];
    (kind, result).prop_map(|(kind, result)| How { kind, result: result.filter(|_| kind == EventKind::Close) })
}

pub fn endings() -> BoxedStrategy<Ending> {
    let at = prop_oneof![4 => moments(1..25), 3 => moments(1..80), 1 => moments(0..3)];
    let is_last = prop_oneof![6 => Just(false), 1 => Just(true)];
    let end = (at, entries(), hows(), is_last).prop_map(|(at, entry, how, is_last)| End { at, entry, how, is_last });
    let again = weighted(0.7, (gaps(0..25), entries(), hows()));
    let reopening = (gaps(0..15), entries(), again).prop_map(|(gap, entry, end)| Reopening { gap, entry, end });
    let delivery = weighted(0.5, (gaps(0..25), entries()));
    (weighted(0.8, end), weighted(0.1, reopening), delivery)
        .prop_map(|(end, reopening, delivery)| Ending { end, reopening, delivery })
        .boxed()
}

pub fn strays() -> BoxedStrategy<Option<Stray>> {
    let kinds = vec![
        EventKind::Decide,
        EventKind::CorrectionNotice,
        EventKind::CorrectionComplete,
        EventKind::Resume,
        EventKind::Reopen,
        EventKind::StepEnd,
        EventKind::Receive,
        EventKind::Deliver,
    ];
    let stray = (moments(0..40), entries(), select(kinds)).prop_map(|(at, entry, kind)| Stray { at, entry, kind });
    weighted(0.12, stray).boxed()
}

pub fn taken_back() -> BoxedStrategy<Option<TakenBack>> {
    let after = || prop_oneof![1 => 1i64..=1440, 1 => 1441i64..28_800];
    let taken = (0usize..40, after(), weighted(0.3, after()), prop_oneof![2 => Just(true), 1 => Just(false)]);
    let taken = taken.prop_map(|(which, after, again, is_entered)| TakenBack { which, after, again, is_entered });
    weighted(0.12, taken).boxed()
}
