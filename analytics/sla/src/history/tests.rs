use crate::EventKind::{Accept, Apply, Close, NotAccept, Reopen, ReturnStep, StepEnd, StepStart};
use crate::testing::*;
use crate::{CloseResult, Reason, Status};

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
