use super::Event;
use crate::EventKind::*;
use crate::testing::{due, event, step};

const WHEN: &str = "2018-03-05T10:00";

fn in_order(events: [Event; 2]) -> bool {
    events[0].order() < events[1].order()
}

#[test]
fn events_of_one_instant_go_by_number_then_by_kind_then_by_id() {
    // By name the completion would come first.
    assert!(in_order([event(CorrectionNotice, WHEN), event(CorrectionComplete, WHEN)]));
    assert!(in_order([event(Receive, WHEN), event(Accept, WHEN)]));
    let named = |id: &str, kind| Event { event_id: id.to_owned(), ..event(kind, WHEN) };
    assert!(in_order([named("b", StepEnd), named("a", StepStart)]), "ends before starts");
    assert!(in_order([named("a", Accept), named("b", Accept)]));
    let numbered = |seq, kind| Event { seq, ..event(kind, WHEN) };
    assert!(in_order([numbered(Some(1), StepStart), numbered(Some(2), StepEnd)]));
    assert!(in_order([numbered(None, StepStart), numbered(Some(-1), StepEnd)]), "without a number first");
    assert!(in_order([event(Reopen, WHEN), event(Apply, "2018-03-05T10:00:00.000001")]));
}

#[test]
fn a_due_instant_told_with_a_step_is_the_step_s() {
    let told = |event: Event| due(event, "2018-03-15T09:00").case_due().is_some();
    for kind in [Apply, Receive, Accept] {
        assert!(told(event(kind, WHEN)) && told(step(kind, 1, WHEN)), "{kind}: the case's, whoever tells it");
    }
    for kind in [Decide, Transfer, Resume] {
        assert!(told(event(kind, WHEN)) && !told(step(kind, 1, WHEN)), "{kind}");
    }
    for kind in [Extend, StepStart, StepEnd, ReturnStep] {
        assert!(!told(event(kind, WHEN)), "{kind}");
    }
}
