use super::{Pause, StopNote};
use crate::EventKind::Accept;
use crate::examples::{date, dates};
use crate::testing::*;
use crate::{CaseClock, Event, ItemRules, Reason, StopKind};

/// Accepted on Monday 2018-03-05 with a promise of 5 workdays, and stopped for up to so many natural days.
fn stopped(days: u32, from: &str, until: &str) -> CaseClock {
    promise(&[event(Accept, "2018-03-05T10:00"), stop("s", StopKind::Hearing, days, from), resume("s", until)], 5)
}

#[test]
fn spans_that_touch_do_not_meet() {
    let span = |from: &str, until: &str| Pause { from: at(from), until: at(until) };
    let noon = span("2018-03-05T12:00", "2018-03-05T15:00");
    for (from, until, meets) in [
        ("2018-03-05T08:00", "2018-03-05T12:00", false),
        ("2018-03-05T08:00", "2018-03-05T12:00:00.000001", true),
        ("2018-03-05T14:59:59.999999", "2018-03-05T18:00", true),
        ("2018-03-05T15:00", "2018-03-05T18:00", false),
    ] {
        assert_eq!(noon.meets(at(from), at(until)), meets, "{from}");
        assert_eq!(span(from, until).meets(noon.from, noon.until), meets, "{from}");
    }
}

#[test]
fn the_last_day_gives_way_to_a_stop_that_takes_office_time_of_it() {
    // Due on 03-12. From its closing on the stop takes nothing of it.
    let after = stopped(9, "2018-03-12T18:00", "2018-03-13T18:00").promise;
    assert_eq!((after.due_on, after.excluded_on), (Some(date("2018-03-12")), Vec::new()));
    let before = stopped(9, "2018-03-12T17:59:59", "2018-03-13T18:00").promise;
    assert_eq!((before.due_on, before.excluded_on), (Some(date("2018-03-14")), dates("2018", "03-12 03-13")));
    // Nor does one that leaves some of the next workday.
    let short = stopped(9, "2018-03-12T17:59:59", "2018-03-13T17:59:59").promise;
    assert_eq!(short.due_on, Some(date("2018-03-12")));
}

#[test]
fn a_stop_that_ends_with_its_cap_is_no_overrun() {
    let reasons = |until: &str| stopped(2, "2018-03-06T09:00", until).reasons;
    assert!(reasons("2018-03-09T00:00").is_empty());
    assert_eq!(reasons("2018-03-09T00:00:00.000001"), [Reason::StopOverrun]);
}

#[test]
fn a_stop_of_no_length_deducts_nothing() {
    let none = stopped(9, "2018-03-06T09:00", "2018-03-06T09:00");
    assert!(none.pauses.is_empty() && none.suspensions[0].deducted.is_none());
    assert_eq!(stopped(9, "2018-03-06T09:00", "2018-03-06T09:00:00.000001").pauses.len(), 1);
}

/// Why a stop of 2018-03-06 at 20:00, for one natural day, is not deducted.
fn refused(item: &ItemRules, change: impl Fn(&mut Event), until: Option<&str>) -> Vec<StopNote> {
    let mut begin = stop("s", StopKind::PublicNotice, 1, "2018-03-06T20:00");
    change(&mut begin);
    let mut events = vec![event(Accept, "2018-03-05T10:00"), begin];
    events.extend(until.map(|until| resume("s", until)));
    let mut input = case(&events, wd(5));
    input.item = item;
    clock(&input).suspensions[0].refused.clone()
}

#[test]
fn a_stop_that_takes_nothing_out_says_why() {
    let allows = ItemRules { allowed_stop_kinds: vec![StopKind::PublicNotice], ..ItemRules::default() };
    let none = ItemRules::default();
    let of_kind = |kind: StopKind| {
        move |event: &mut Event| {
            let terms = event.stop.as_mut().unwrap();
            (terms.kind, terms.basis) = (Some(kind), None);
        }
    };
    // By the item or by law is allowed; one of both is enough.
    assert_eq!(refused(&allows, of_kind(StopKind::PublicNotice), None), [StopNote::NoBasis]);
    assert_eq!(refused(&none, of_kind(StopKind::Hearing), None), [StopNote::NoBasis]);
    let both = [StopNote::NoBasis, StopNote::KindNotAllowed];
    assert_eq!(refused(&none, of_kind(StopKind::PublicNotice), None), both);
    // Approved and told after its cap, or after its end, whichever comes first.
    let late = |event: &mut Event| {
        let terms = event.stop.as_mut().unwrap();
        (terms.approved_at, terms.notified_at) = (Some(at("2018-03-09T09:00")), Some(at("2018-03-09T09:00")));
    };
    for (until, expected) in [
        (None, StopNote::CapPassed),
        (Some("2018-03-08T00:00:00.000001"), StopNote::CapPassed),
        (Some("2018-03-08T00:00"), StopNote::EndedBefore),
        (Some("2018-03-07T09:00"), StopNote::EndedBefore),
    ] {
        assert_eq!(refused(&allows, late, until), [expected], "{until:?}");
    }
}
