//! Every contradiction leaves its reason (domain §4 point 11, docs/CLOCK.md).

use crate::EventKind::{
    Accept, Apply, Close, CorrectionComplete, CorrectionNotice, Decide, Extend, NotAccept, Receive, Reopen, StepEnd,
    StepStart, Withdraw,
};
use crate::testing::{at, case, clock, due, event, extend, recorded, resume, step, stop, wd};
use crate::{Event, ItemRules, Limit, Reason, StopKind, Unit};

/// Accepted Mon 2018-03-05, with these events, and a promise of 5 workdays. The item allows no
/// stops but those of the law.
fn assert_reason(reason: Reason, further: &[Event]) {
    let mut events = vec![event(Accept, "2018-03-05T10:00")];
    events.extend_from_slice(further);
    assert_of(reason, &events, wd(5));
}

fn assert_of(reason: Reason, events: &[Event], promised: Option<Limit>) {
    let by_law = ItemRules::default();
    let mut input = case(events, promised);
    input.item = &by_law;
    let reasons = clock(&input).reasons;
    assert!(reasons.contains(&reason), "{reason}: {reasons:?}");
}

#[test]
fn a_case_in_order_leaves_no_reason() {
    let events = [
        event(Apply, "2018-03-01T09:00"),
        event(Receive, "2018-03-01T10:00"),
        event(CorrectionNotice, "2018-03-01T11:00"),
        event(CorrectionComplete, "2018-03-05T10:00"),
        event(Accept, "2018-03-05T11:00"),
        step(StepStart, 1, "2018-03-05T15:00"),
        stop("s1", StopKind::Hearing, 3, "2018-03-06T09:00"),
        resume("s1", "2018-03-07T09:00"),
        step(StepEnd, 1, "2018-03-08T09:00"),
        extend(10, "2018-03-08T10:00"),
        event(Close, "2018-03-09T10:00"),
    ];
    let reasons = clock(&case(&events, wd(5))).reasons;
    assert!(reasons.is_empty(), "{reasons:?}");
}

#[test]
fn starts_leave_their_reasons() {
    assert_reason(Reason::SecondAccept, &[event(Accept, "2018-03-06T10:00")]);
    assert_reason(Reason::NotAcceptAfterAccept, &[event(NotAccept, "2018-03-06T10:00")]);
    assert_reason(Reason::CorrectionAfterStart, &[event(CorrectionNotice, "2018-03-06T10:00")]);
    let received = |event: Event| [self::event(Receive, "2018-03-30T10:00"), event];
    assert_of(Reason::LateAccept, &received(event(Accept, "2018-04-10T10:00")), wd(5));
    assert_of(Reason::LateNotAccept, &received(event(NotAccept, "2018-04-10T10:00")), wd(5));
    let notices = ["2018-03-05T10:00", "2018-03-06T10:00"].map(|when| event(CorrectionNotice, when));
    assert_of(Reason::RepeatedCorrection, &notices, wd(5));
    assert_of(Reason::ClosedBeforeStart, &[event(Close, "2018-03-05T10:00")], wd(5));
}

#[test]
fn ends_leave_their_reasons() {
    let close = event(Close, "2018-03-06T10:00");
    assert_reason(Reason::EventAfterFinal, &[close.clone(), event(Withdraw, "2018-03-07T10:00")]);
    assert_reason(Reason::ReopenWithoutClose, &[event(Reopen, "2018-03-06T10:00")]);
    let no_result = Event { close_result: None, ..close.clone() };
    assert_reason(Reason::ClosedWithoutResult, &[no_result]);
    assert_reason(Reason::LateEntry, &[recorded(close, "2018-03-07T10:01")]);
}

#[test]
fn steps_leave_their_reasons() {
    let when = "2018-03-06T10:00";
    assert_reason(Reason::StepNeverStarted, &[step(StepEnd, 1, when)]);
    assert_reason(Reason::ClosedBeforeStep, &[step(StepStart, 1, when), event(Close, "2018-03-07T10:00")]);
    assert_reason(Reason::StepBeforeRegistration, &[step(StepStart, 1, when), event(Receive, "2018-03-06T10:01")]);
}

#[test]
fn stops_leave_their_reasons() {
    let when = "2018-03-06T10:00";
    let terms = |change: fn(&mut crate::StopTerms)| {
        let mut stop = stop("s1", StopKind::Hearing, 3, when);
        change(stop.stop.as_mut().unwrap());
        [stop]
    };
    assert_reason(Reason::UnbasedStop, &terms(|terms| terms.basis = None));
    assert_reason(Reason::UnbasedStop, &terms(|terms| terms.approved = None));
    assert_reason(Reason::UnbasedStop, &terms(|terms| terms.notified_at = None));
    assert_reason(Reason::StopKindNotAllowed, &terms(|terms| terms.kind = Some(StopKind::PublicNotice)));
    assert_reason(Reason::StopKindNotAllowed, &terms(|terms| terms.kind = None));
    assert_reason(Reason::ResumeWithoutStop, &[resume("s1", when)]);
}

#[test]
fn extensions_leave_their_reasons() {
    assert_reason(Reason::LateExtension, &[extend(10, "2018-03-13T00:00")]);
    let first = extend(3, "2018-03-06T10:00");
    assert_reason(Reason::SecondExtension, &[first.clone(), extend(3, "2018-03-07T10:00")]);
    assert_reason(Reason::ExtensionCut, &[extend(11, "2018-03-06T10:00")]);
    assert_reason(Reason::ExtensionWithoutDays, &[event(Extend, "2018-03-06T10:00")]);
    let hours = Some(Limit { n: 40, unit: Unit::Hour });
    assert_of(Reason::ExtensionUnit, &[event(Accept, "2018-03-05T10:00"), first], hours);
}

#[test]
fn limits_and_dues_leave_their_reasons() {
    let told = due(event(Accept, "2018-03-05T10:00"), "2018-03-15T09:00");
    let moved = due(event(Decide, "2018-03-06T10:00"), "2018-03-16T09:00");
    assert_of(Reason::DueMoved, &[told.clone(), moved], None);
    assert_of(Reason::DueDiffers, &[told], wd(5));
    let accept = [event(Accept, "2018-03-05T10:00")];
    let mut over = case(&accept, wd(10));
    over.statutory = wd(5);
    assert!(clock(&over).reasons.contains(&Reason::PromiseOverStatutory));
    let far = [event(Accept, "2030-03-05T10:00")];
    assert_of(Reason::CalendarProvisional, &far, wd(5));
    assert_eq!(clock(&case(&far, wd(5))).first_known_at, at("2030-03-05T10:00"));
}
