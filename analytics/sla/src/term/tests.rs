use crate::EventKind::Accept;
use crate::testing::*;
use crate::{CaseClock, Event, ItemRules, Limit, Reason, Unit};

/// Accepted on Monday 2018-03-05, and extended.
fn extended(promised: Option<Limit>, extension: Event) -> CaseClock {
    clock(&case(&[event(Accept, "2018-03-05T10:00"), extension], promised))
}

#[test]
fn an_extension_in_the_last_instant_in_time_is_in_time() {
    let last = extended(wd(5), extend(1, "2018-03-12T23:59:59.999999"));
    assert_eq!((last.promise.due_at, last.reasons.len()), (Some(end_of("2018-03-13")), 0));
    let late = extended(wd(5), extend(1, "2018-03-13T00:00"));
    assert_eq!((late.promise.due_at, late.reasons), (Some(end_of("2018-03-12")), vec![Reason::LateExtension]));
}

#[test]
fn an_extension_that_adds_nothing_says_why_and_only_that() {
    let when = "2018-03-05T11:00";
    let hours = Some(Limit { n: 20, unit: Unit::Hour });
    assert_eq!(extended(hours, extend(3, when)).reasons, [Reason::ExtensionUnit]);
    assert_eq!(extended(wd(5), extend(0, when)).reasons, [Reason::ExtensionWithoutDays]);
    let told = |extension: Event| {
        let accept = due(event(Accept, "2018-03-05T10:00"), "2018-03-15T09:00");
        clock(&case(&[accept, extension], None))
    };
    assert_eq!(told(extend(3, when)).reasons, [Reason::ExtensionWithoutDays], "days do not move an instant");
    let moved = told(due(extend(3, when), "2018-03-20T09:00"));
    assert_eq!((moved.promise.due_at, moved.promise.n), (Some(at("2018-03-20T09:00")), 0));
    assert!(moved.reasons.is_empty());
}

#[test]
fn an_extension_is_cut_to_the_most_that_the_item_allows() {
    let days = |most: Option<u32>, days: u32| {
        let item = ItemRules { max_extension_days: most, ..ItemRules::default() };
        let events = [event(Accept, "2018-03-05T10:00"), extend(days, "2018-03-06T10:00")];
        let mut input = case(&events, wd(5));
        input.item = &item;
        let clock = clock(&input);
        (clock.promise.n - 5, clock.reasons.contains(&Reason::ExtensionCut))
    };
    assert_eq!([days(None, 10), days(None, 11)], [(10, false), (10, true)]);
    assert_eq!([days(Some(3), 3), days(Some(3), 4), days(Some(0), 1)], [(3, false), (3, true), (0, true)]);
}

#[test]
fn an_extension_cut_to_nothing_is_none() {
    let item = ItemRules { max_extension_days: Some(0), ..ItemRules::default() };
    let events = [event(Accept, "2018-03-05T10:00"), extend(1, "2018-03-06T10:00")];
    let mut input = case(&events, wd(5));
    input.item = &item;
    assert!(clock(&input).extension.is_none());
}
