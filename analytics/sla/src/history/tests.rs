use crate::EventKind::{
    Accept, Apply, Close, Decide, NotAccept, Receive, Reopen, ReturnStep, StepEnd, StepStart, Withdraw,
};
use crate::testing::*;
use crate::{CloseResult, Event, Reason, StartKind, Status};

#[test]
fn starts_and_ends_follow_the_order_of_events() {
    let accept = event(Accept, "2018-03-05T10:00");
    let close = event(Close, "2018-03-06T10:00");
    let reopen = event(Reopen, "2018-03-07T10:00");
    let later = event(Accept, "2018-03-07T10:00");
    let apply = event(Apply, "2018-03-01T10:00");
    let now = at("2018-03-08T10:00");
    let mut events = vec![reopen, later.clone(), close.clone(), accept.clone(), apply];
    let open = promise(&events, 5);
    assert_eq!((open.received_at, open.applied_at), (None, Some(at("2018-03-01T10:00"))));
    assert_eq!(open.start.map(|start| start.at), Some(at("2018-03-05T10:00")));
    assert_eq!((open.closed_at, open.status(now)), (None, Status::Running));
    // ACCEPT comes before REOPEN within an instant, so here it follows a final state.
    assert_eq!(open.reasons, [Reason::EventAfterFinal]);
    events.reverse();
    assert_eq!(promise(&events, 5), open);

    let refused = promise(&[event(NotAccept, "2018-03-05T10:00")], 5);
    assert_eq!(refused.close_result, Some(CloseResult::Refused));
    assert_eq!(refused.status(now), Status::NotStarted);
    assert!(refused.reasons.is_empty());

    let early = promise(&[close, later.clone()], 5);
    assert_eq!(early.reasons, [Reason::ClosedBeforeStart]);
    assert_eq!(early.used_at_end.unwrap().used_wd, 0);
    assert_eq!(promise(&[accept, later], 5).reasons, [Reason::SecondAccept]);
}

#[test]
fn withdrawing_ends_and_handing_on_decides_only_what_is_escalated() {
    let now = at("2018-03-09T10:00");
    let mut close = event(Close, "2018-03-06T10:00");
    close.close_result = Some(CloseResult::Transferred);
    let events = [event(Accept, "2018-03-05T10:00"), close];
    let mut input = case(&events, wd(5));
    assert_eq!(clock(&input).status(now), Status::Ended);
    input.is_escalated = true;
    assert_eq!(clock(&input).status(now), Status::ClosedEarly);
}

#[test]
fn steps_accumulate_over_returns() {
    let step = |kind, when: &str, seq| {
        let mut event = by(event(kind, when), "T1");
        event.step_seq = Some(seq);
        event
    };
    let clock = promise(
        &[
            event(Accept, "2018-05-02T10:00"),
            step(StepStart, "2018-05-03T09:00", 1),
            step(ReturnStep, "2018-05-04T09:00", 1),
            step(StepStart, "2018-05-08T09:00", 1),
            step(StepEnd, "2018-05-09T09:00", 2),
        ],
        10,
    );
    let [first, second] = clock.steps.as_slice() else {
        panic!("two steps: {:?}", clock.steps);
    };
    assert_eq!(first.started_at, Some(at("2018-05-03T09:00")));
    assert_eq!(first.ended_at, None);
    assert_eq!(second.started_at, None);
    assert_eq!(clock.holder.as_deref(), Some("T1"));
}

#[test]
fn an_extension_that_took_effect_with_its_approval_is_no_late_entry() {
    let mut approved_later = recorded(extend(5, "2018-03-06T09:00"), "2018-03-06T10:00");
    approved_later.approved_at = Some(at("2018-03-07T09:00"));
    assert!(promise(&[event(Accept, "2018-03-05T10:00"), approved_later], 5).reasons.is_empty());
    let late = recorded(extend(5, "2018-03-06T09:00"), "2018-03-08T09:00");
    assert_eq!(promise(&[event(Accept, "2018-03-05T10:00"), late], 5).reasons, [Reason::LateEntry]);
}

#[test]
fn an_acceptance_at_the_midnight_that_deems_it_comes_too_late() {
    let accepted = |when: &str| {
        let clock = promise(&[event(Receive, "2018-03-05T09:00"), event(Accept, when)], 5);
        (clock.start.map(|start| start.kind), clock.reasons)
    };
    assert_eq!(accepted("2018-03-12T23:59:59.999999"), (Some(StartKind::Accepted), Vec::new()));
    let late = vec![Reason::DeemedAccepted, Reason::LateAccept];
    assert_eq!(accepted("2018-03-13T00:00"), (Some(StartKind::Deemed), late));
}

#[test]
fn a_refusal_after_an_acceptance_is_ignored_also_where_that_came_too_late() {
    let mut events = vec![
        event(Receive, "2018-03-05T09:00"),
        event(Accept, "2018-03-14T09:00"),
        event(NotAccept, "2018-03-15T09:00"),
    ];
    let accepted = promise(&events, 10);
    assert_eq!(accepted.reasons, [Reason::DeemedAccepted, Reason::LateAccept, Reason::NotAcceptAfterAccept]);
    assert_eq!(accepted.closed_at, None);
    events.remove(1);
    assert_eq!(promise(&events, 10).close_result, Some(CloseResult::Refused));
}

#[test]
fn a_closing_without_a_result_is_granted_and_told() {
    let close = event(Close, "2018-03-06T10:00");
    let closed = |result| {
        let close = Event { close_result: result, ..close.clone() };
        let clock = promise(&[event(Accept, "2018-03-05T10:00"), close], 5);
        (clock.close_result, clock.reasons)
    };
    assert_eq!(closed(None), (Some(CloseResult::Granted), vec![Reason::ClosedWithoutResult]));
    assert_eq!(closed(Some(CloseResult::Refused)), (Some(CloseResult::Refused), Vec::new()));
    let withdrawn = [event(Accept, "2018-03-05T10:00"), event(Withdraw, "2018-03-06T10:00")];
    assert!(promise(&withdrawn, 5).reasons.is_empty(), "what happened says how it ended");
}

#[test]
fn a_case_is_reopened_once_by_the_first_that_says_so() {
    let events = [
        event(Accept, "2018-03-05T10:00"),
        event(Close, "2018-03-06T10:00"),
        event(Reopen, "2018-03-07T10:00"),
        event(Reopen, "2018-03-20T10:00"),
    ];
    assert_eq!(promise(&events, 5).reasons, [Reason::ReopenWithoutClose]);
    let red = cards(&case(&events, wd(5))).pop().unwrap();
    assert_eq!(red.issued_at, at("2018-03-13T00:00"), "it was open then");
}

#[test]
fn the_village_clock_starts_with_what_the_village_s_own_agent_did() {
    let by_role = |event: Event, role: &str| Event { actor_role: Some(role.to_owned()), ..event };
    let apply = |role: &str| by_role(event(Apply, "2018-03-01T10:00"), role);
    let receive = |role: &str| by_role(event(Receive, "2018-03-02T10:00"), role);
    let started = |events: [Event; 2]| promise(&events, 5).village.started_at;
    assert_eq!(started([apply("代办员"), receive("Agent")]), Some(at("2018-03-02T10:00")));
    assert_eq!(started([apply("代办员"), receive("window")]), Some(at("2018-03-01T10:00")));
    assert_eq!(started([apply("window"), receive("window")]), None);
}

#[test]
fn a_due_instant_told_twice_alike_has_not_moved() {
    let told = |again: &str| {
        let accept = due(event(Accept, "2018-03-05T09:00"), "2018-03-15T09:00");
        clock(&case(&[accept, due(event(Decide, "2018-03-06T09:00"), again)], None)).reasons
    };
    assert!(told("2018-03-15T09:00").is_empty());
    assert_eq!(told("2018-03-15T09:01"), [Reason::DueMoved]);
}
