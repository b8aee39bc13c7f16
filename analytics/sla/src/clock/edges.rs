//! The fold where its comparisons turn.

use crate::EventKind::{Accept, Close};
use crate::testing::*;
use crate::{DueBasis, Limit, Reason, Unit};

#[test]
fn a_slip_in_the_only_limit_is_cut_too() {
    let events = [event(Accept, "2018-03-05T10:00")];
    let slip = clock(&case(&events, wd(900_000)));
    assert_eq!(slip.promise.limit, wd(5_000));
    assert_eq!(slip.reasons, [Reason::LimitCut, Reason::CalendarProvisional]);
    let longest = clock(&case(&events, wd(5_000)));
    assert_eq!((longest.promise.due_at, longest.reasons.as_slice()), (slip.promise.due_at, &slip.reasons[1..]));
}

#[test]
fn a_closing_in_the_instant_of_the_start_is_not_before_it() {
    let closed = |when: &str| promise(&[event(Close, when), event(Accept, "2018-03-05T10:00")], 5).reasons;
    assert!(closed("2018-03-05T10:00").is_empty());
    assert_eq!(closed("2018-03-05T09:59:59.999999"), [Reason::ClosedBeforeStart]);
}

#[test]
fn a_promise_of_as_much_as_the_law_allows_is_not_over_it() {
    let events = [event(Accept, "2018-03-05T10:00")];
    let natural = |n| Some(Limit { n, unit: Unit::Cd });
    // Seven natural days and five workdays from a Monday end on the same Monday.
    for (promised, statutory, basis) in [
        (wd(5), wd(5), DueBasis::Promised),
        (wd(6), wd(5), DueBasis::Statutory),
        (natural(7), wd(5), DueBasis::Promised),
        (natural(8), wd(5), DueBasis::Statutory),
    ] {
        let mut input = case(&events, promised);
        input.statutory = statutory;
        let clock = clock(&input);
        assert_eq!(clock.promise.basis, basis, "{promised:?} {statutory:?}");
        assert_eq!(clock.reasons.contains(&Reason::PromiseOverStatutory), basis == DueBasis::Statutory);
    }
}
