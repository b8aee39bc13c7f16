//! What is shown of small numbers: nothing (docs/decisions/0021). A number below [`LEAST`] is withheld, and totals
//! are made of what is shown. So all that is shown stays the same whatever the withheld numbers are, and none can
//! be computed from it, not by who knows these rules either.

/// The smallest number that is shown.
pub(super) const LEAST: i64 = 10;

/// What is known of one village and month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) received: i64,
    pub(super) decided: i64,
    pub(super) due: i64,
    /// Of these.
    pub(super) on_time: i64,
    pub(super) rated: i64,
    /// Of these.
    pub(super) satisfied: i64,
}

/// So many of `n`, as closely as may be told: from `low` to `high`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) n: i64,
    pub(super) low: i64,
    pub(super) high: i64,
}

/// What is shown of a village, or of the villages of a place together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) received: Option<i64>,
    pub(super) decided: Option<i64>,
    pub(super) on_time: Option<Share>,
    pub(super) satisfied: Option<Share>,
}

impl Shown {
    /// What is shown of a village.
    pub(super) fn of(counts: Counts) -> Self {
        Self {
            received: count(counts.received),
            decided: count(counts.decided),
            on_time: share(counts.on_time, counts.due),
            satisfied: share(counts.satisfied, counts.rated),
        }
    }

    /// Of several together: the sums of what is shown of each.
    pub(super) fn total<'s>(shown: impl Iterator<Item = &'s Self>) -> Self {
        shown.fold(Self::default(), |sum, one| Self {
            received: added(sum.received, one.received, |left, right| left + right),
            decided: added(sum.decided, one.decided, |left, right| left + right),
            on_time: added(sum.on_time, one.on_time, Share::and),
            satisfied: added(sum.satisfied, one.satisfied, Share::and),
        })
    }
}

impl Share {
    fn and(self, other: Self) -> Self {
        Self { n: self.n + other.n, low: self.low + other.low, high: self.high + other.high }
    }
}

fn added<T>(left: Option<T>, right: Option<T>, add: impl Fn(T, T) -> T) -> Option<T> {
    match (left, right) {
        (Some(left), Some(right)) => Some(add(left, right)),
        (left, right) => left.or(right),
    }
}

fn count(n: i64) -> Option<i64> {
    (n >= LEAST).then_some(n)
}

/// A share of fewer than twice the least is withheld: its parts could not both be any small number. Of others, a
/// part or a rest that is small is told as that and no closer.
fn share(part: i64, whole: i64) -> Option<Share> {
    if whole < 2 * LEAST {
        return None;
    }
    let (low, high) = match (part, whole - part) {
        (..LEAST, _) => (0, LEAST - 1),
        (_, ..LEAST) => (whole - LEAST + 1, whole),
        _ => (part, part),
    };
    Some(Share { n: whole, low, high })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn small_numbers_are_withheld_and_the_rest_is_exact() {
        let counts = Counts { received: 9, decided: 10, due: 100, on_time: 60, rated: 40, satisfied: 37 };
        let shown = Shown::of(counts);
        assert_eq!((shown.received, shown.decided), (None, Some(10)));
        assert_eq!(shown.on_time, Some(Share { n: 100, low: 60, high: 60 }));
        assert_eq!(shown.satisfied, Some(Share { n: 40, low: 31, high: 40 }));
        assert_eq!(share(3, 40), Some(Share { n: 40, low: 0, high: 9 }));
        assert_eq!(share(10, 19), None);
    }

    #[test]
    fn a_total_is_the_sum_of_what_is_shown() {
        let villages = [12, 3, 40].map(|received| Shown::of(Counts { received, ..Counts::default() }));
        assert_eq!(Shown::total(villages.iter()).received, Some(52));
        assert_eq!(Shown::total(villages[1..2].iter()).received, None);
    }

    /// Counts of a village, most of them small.
    fn any_counts() -> impl Strategy<Value = Counts> {
        let small_or_not = || prop_oneof![0..25_i64, 0..200_i64];
        let part = |whole: i64| prop_oneof![0..=whole, Just(whole), Just(whole - whole.min(3)), Just(whole.min(4))];
        let of = move || small_or_not().prop_flat_map(move |whole| (Just(whole), part(whole)));
        (small_or_not(), small_or_not(), of(), of()).prop_map(
            |(received, decided, (due, on_time), (rated, satisfied))| Counts {
                received,
                decided,
                due,
                on_time,
                rated,
                satisfied,
            },
        )
    }

    /// The same village with another small number wherever one is withheld.
    fn other(counts: Counts, small: [i64; 4]) -> Counts {
        let count = |n: i64, small: i64| if n < LEAST { small } else { n };
        let share = |part: i64, whole: i64, small: i64| match (whole, part, whole - part) {
            // Withheld altogether: any part, or any small whole.
            (..LEAST, _, _) => (small / 2, small),
            (..20, _, _) => (whole.min(2 * small), whole),
            (_, ..LEAST, _) => (small, whole),
            (_, _, ..LEAST) => (whole - small, whole),
            _ => (part, whole),
        };
        let (on_time, due) = share(counts.on_time, counts.due, small[2]);
        let (satisfied, rated) = share(counts.satisfied, counts.rated, small[3]);
        let (received, decided) = (count(counts.received, small[0]), count(counts.decided, small[1]));
        Counts { received, decided, due, on_time, rated, satisfied }
    }

    proptest! {
        /// Every withheld number could be any from 0 to 9: villages, townships, counties and the city look the same.
        #[test]
        fn no_withheld_number_can_be_computed(
            villages in prop::collection::vec((any_counts(), [0..LEAST, 0..LEAST, 0..LEAST, 0..LEAST]), 1..12)
        ) {
            let shown: Vec<Shown> = villages.iter().map(|(counts, _)| Shown::of(*counts)).collect();
            let others: Vec<Shown> = villages.iter().map(|(counts, small)| Shown::of(other(*counts, *small))).collect();
            prop_assert_eq!(&shown, &others);
            prop_assert_eq!(Shown::total(shown.iter()), Shown::total(others.iter()));
        }

        /// What is told of a share holds, and leaves ten numbers open where it is not exact.
        #[test]
        fn what_is_told_of_a_share_holds(counts in any_counts()) {
            if let Some(share) = Shown::of(counts).on_time {
                prop_assert!((share.low..=share.high).contains(&counts.on_time) && share.n == counts.due);
                prop_assert!(share.low == share.high || share.high - share.low == LEAST - 1);
                let late = counts.due - counts.on_time;
                prop_assert!(share.low < share.high || (counts.on_time >= LEAST && late >= LEAST));
            }
        }
    }
}
