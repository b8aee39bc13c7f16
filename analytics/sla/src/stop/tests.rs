use super::Pause;
use crate::EventKind::Accept;
use crate::examples::{date, dates};
use crate::testing::*;
use crate::{CaseClock, Reason, StopKind};

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
