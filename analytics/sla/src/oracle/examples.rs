//! The oracle against the worked examples of domain §4.1, so that in a quarrel with the clock one
//! knows which of the two to believe.

use super::calendar::office;
use super::cases::blank;
use super::replay::replay;
use super::time::{at, date, instant, show};
use super::view::View;
use super::{Ladder, World};
use crate::{CaseInput, Event, EventKind, ItemRules, Limit, Policy, StopKind, StopTerms, Unit};

fn event(kind: EventKind, when: &str) -> Event {
    blank(format!("{kind} {when}"), kind, at(when))
}

/// A notice stop, in order, for so many natural or working days.
fn stop(id: &str, when: &str, n: u32, unit: Unit) -> Event {
    let mut event = event(EventKind::Stop, when);
    event.stop = Some(Box::new(StopTerms {
        stop_id: Some(id.to_owned()),
        kind: Some(StopKind::PublicNotice),
        basis: Some("rule 7".to_owned()),
        approved: Some(Limit { n, unit }),
        approved_at: None,
        notified_at: Some(event.occurred_at),
    }));
    event
}

fn resume(id: &str, when: &str) -> Event {
    let mut event = event(EventKind::Resume, when);
    event.stop = Some(Box::new(StopTerms { stop_id: Some(id.to_owned()), ..StopTerms::default() }));
    event
}

/// Lets one look at a case with these limits.
fn with<T>(
    events: &[Event],
    [promised, statutory]: [Option<Limit>; 2],
    policy: &Policy,
    look: impl FnOnce(&World<'_>) -> T,
) -> T {
    let item = ItemRules { allowed_stop_kinds: vec![StopKind::PublicNotice], ..ItemRules::default() };
    let case = CaseInput {
        events,
        promised,
        statutory,
        item: &item,
        due_binding: false,
        is_escalated: false,
        has_certificate: false,
        is_backfill: false,
        changes: &[],
    };
    look(&World { case, policy, calendar: office(false), later: &[], first: None, now: 0 })
}

fn view(events: &[Event], promised: Option<Limit>) -> View {
    let known: Vec<&Event> = events.iter().collect();
    with(events, [promised, None], &Policy::for_testing(), |world| View::of(world, &known))
}

/// Due date, due instant and yellow of the promise.
fn due(events: &[Event], promised: Option<Limit>) -> (String, String, String) {
    let term = view(events, promised).promise;
    let word = |us: Option<i64>| us.map_or(String::new(), |us| show(instant(us)));
    (term.due_on.map_or(String::new(), |day| date(day).to_string()), word(term.due_at), word(term.yellow))
}

fn cards(events: &[Event], limits: [Option<Limit>; 2], ladder: Ladder) -> Vec<String> {
    let policy = ladder.policy();
    let found = with(events, limits, &policy, |world| replay(world, events));
    assert_eq!((found.doubt, found.doubts.len()), (None, 0));
    let line = |card: &super::replay::Card| {
        let lapsed = card.lapsed.map_or(String::new(), |lapsed| format!(" lapsed {}", show(instant(lapsed))));
        format!("{} {} {} {}{lapsed}", card.key.object, card.level, card.cycle, show(instant(card.issued)))
    };
    found.cards.iter().map(line).collect()
}

fn limit(n: u32, unit: Unit) -> Option<Limit> {
    Some(Limit { n, unit })
}

#[test]
fn limits_end_as_in_the_table() {
    let rows = [
        ("2017-03-27T10:00", 5, Unit::Wd, "2017-04-07", "2017-04-07T08:00:00"),
        ("2017-03-29T10:00", 5, Unit::Wd, "2017-04-10", "2017-04-10T08:00:00"),
        ("2018-04-13T10:00", 5, Unit::Wd, "2018-04-24", "2018-04-24T08:00:00"),
        ("2018-02-09T10:00", 5, Unit::Wd, "2018-02-22", "2018-02-22T08:00:00"),
        ("2018-02-12T10:00", 5, Unit::Wd, "2018-02-24", "2018-02-24T08:00:00"),
        ("2017-09-28T10:00", 10, Unit::Wd, "2017-10-18", "2017-10-17T08:00:00"),
        ("2018-09-28T10:00", 3, Unit::Wd, "2018-10-08", "2018-10-08T10:48:00"),
        ("2017-10-03T10:00", 3, Unit::Wd, "2017-10-11", "2017-10-11T10:48:00"),
        ("2018-03-05T10:00", 1, Unit::Wd, "2018-03-06", "2018-03-06T16:36:00"),
        ("2018-03-05T10:00", 2, Unit::Wd, "2018-03-07", "2018-03-07T15:12:00"),
        ("2018-03-05T10:00", 3, Unit::Wd, "2018-03-08", "2018-03-08T10:48:00"),
        ("2018-03-05T10:00", 10, Unit::Wd, "2018-03-19", "2018-03-16T08:00:00"),
        ("2018-03-05T10:00", 15, Unit::Wd, "2018-03-26", "2018-03-22T08:00:00"),
        ("2018-03-05T10:00", 20, Unit::Wd, "2018-04-02", "2018-03-28T08:00:00"),
        ("2018-12-05T10:00", 5, Unit::Wd, "2018-12-14", "2018-12-14T08:00:00"),
        ("2023-04-19T10:00", 5, Unit::Wd, "2023-04-27", "2023-04-27T08:00:00"),
        ("2018-05-06T10:00", 0, Unit::Wd, "2018-05-07", "2018-05-07T17:00:00"),
        ("2018-05-03T17:30", 0, Unit::Wd, "2018-05-03", ""),
        ("2018-03-05T10:00", 5, Unit::Cd, "2018-03-12", "2018-03-10T00:00:00"),
        ("2018-03-06T10:00", 30, Unit::Cd, "2018-04-08", "2018-03-31T00:00:00"),
        ("2018-01-31T10:00", 1, Unit::Month, "2018-02-28", "2018-02-23T09:36:00"),
        ("2018-03-05T16:30", 4, Unit::Hour, "2018-03-06", "2018-03-06T09:42:00"),
    ];
    for (start, n, unit, due_on, yellow) in rows {
        let (found, _, found_yellow) = due(&[event(EventKind::Accept, start)], limit(n, unit));
        assert_eq!((found.as_str(), found_yellow.as_str()), (due_on, yellow), "{start} {n} {unit}");
    }
    let hours = due(&[event(EventKind::Accept, "2018-03-05T16:30")], limit(4, Unit::Hour));
    assert_eq!(hours.1, "2018-03-06T10:30:00");
}

#[test]
fn stops_and_extensions_move_as_in_the_table() {
    let accept = event(EventKind::Accept, "2018-03-05T10:00");
    let notice = [accept.clone(), stop("a", "2018-03-08T09:00", 7, Unit::Cd), resume("a", "2018-03-20T16:00")];
    assert_eq!(due(&notice, limit(15, Unit::Wd)).0, "2018-04-02");
    assert_eq!(due(&notice[..2], limit(15, Unit::Wd)).2, "2018-03-29T08:00:00");
    let overlap = [
        accept.clone(),
        stop("a", "2018-03-06T08:00", 10, Unit::Cd),
        stop("b", "2018-03-08T08:00", 10, Unit::Cd),
        resume("a", "2018-03-09T18:00"),
        resume("b", "2018-03-13T18:00"),
    ];
    let view = view(&overlap, limit(10, Unit::Wd));
    assert_eq!(
        (view.promise.excluded.len(), view.promise.due_on.map(date).unwrap().to_string()),
        (6, "2018-03-27".to_owned())
    );
    let capped = [
        accept.clone(),
        stop("a", "2018-03-07T08:00", 3, Unit::Cd),
        stop("b", "2018-03-09T08:00", 5, Unit::Wd),
        resume("a", "2018-03-14T18:00"),
        resume("b", "2018-03-15T12:00"),
    ];
    assert_eq!(due(&capped, limit(10, Unit::Wd)).0, "2018-03-27");
    let last_day = [accept.clone(), stop("a", "2018-03-12T09:00", 7, Unit::Cd)];
    assert_eq!(due(&last_day, limit(5, Unit::Wd)).0, "2018-03-20");
    let mut extend = event(EventKind::Extend, "2018-03-12T10:00");
    extend.extension_days = Some(10);
    let (due_on, _, yellow) = due(&[accept, extend], limit(5, Unit::Wd));
    assert_eq!((due_on.as_str(), yellow.as_str()), ("2018-03-26", "2018-03-22T08:00:00"));
}

#[test]
fn a_deemed_acceptance_a_step_and_a_due_instant_are_as_in_the_table() {
    let receive = event(EventKind::Receive, "2018-03-30T10:00");
    let seen = view(std::slice::from_ref(&receive), limit(7, Unit::Wd));
    let start = seen.story.start.unwrap();
    assert_eq!((start.kind, show(instant(start.from))), ("DEEMED", "2018-04-10T00:00:00".to_owned()));
    assert_eq!(due(&[receive], limit(7, Unit::Wd)).2, "2018-04-10T15:12:00");
    let mut steps = Vec::new();
    for (kind, when) in [
        (EventKind::StepStart, "2018-05-03T10:00"),
        (EventKind::ReturnStep, "2018-05-04T10:00"),
        (EventKind::StepStart, "2018-05-08T10:00"),
        (EventKind::StepEnd, "2018-05-10T10:00"),
    ] {
        let mut event = event(kind, when);
        (event.step_seq, event.step_limit) = (Some(1), Some(3));
        steps.push(event);
    }
    let seen = view(&steps, None);
    let step = &seen.steps[0];
    let red = step.red().map(|red| show(instant(red)));
    assert_eq!(
        (step.used_wd, step.due_on.map(date).unwrap().to_string(), red),
        (4, "2018-05-09".to_owned(), Some("2018-05-10T00:00:00".to_owned()))
    );
    let mut told = event(EventKind::Accept, "2018-03-05T09:00");
    told.due_at = Some(instant(at("2018-03-15T09:00")));
    assert_eq!(due(&[told], None).2, "2018-03-13T09:00:00");
}

#[test]
fn cards_are_issued_as_in_the_table() {
    let accept = event(EventKind::Accept, "2018-10-15T10:00");
    let limits = [limit(7, Unit::Wd), limit(10, Unit::Wd)];
    let hunan = cards(std::slice::from_ref(&accept), limits, Ladder::Hunan3);
    let expected = [
        "CASE PREWARN 1 2018-10-22T10:00:00",
        "CASE YELLOW 1 2018-10-24T10:00:00.000001",
        "CASE RED 1 2018-10-29T10:00:00.000001",
    ];
    assert_eq!(hunan, expected);
    let grace = cards(&[accept], limits, Ladder::JsGrace);
    let expected =
        ["CASE REMINDER 1 2018-10-25T00:00:00", "CASE YELLOW 1 2018-10-26T00:00:00", "CASE RED 1 2018-10-27T00:00:00"];
    assert_eq!(grace, expected);
    let accept = event(EventKind::Accept, "2018-03-05T10:00");
    let mut extend = event(EventKind::Extend, "2018-03-12T10:00");
    extend.extension_days = Some(10);
    let expected = [
        "CASE YELLOW 1 2018-03-12T08:00:00 lapsed 2018-03-12T10:00:00",
        "CASE YELLOW 2 2018-03-22T08:00:00",
        "CASE RED 2 2018-03-27T00:00:00",
    ];
    assert_eq!(cards(&[accept.clone(), extend], [limit(5, Unit::Wd), None], Ladder::Beihai2), expected);
    let notice = [accept, stop("a", "2018-03-08T09:00", 7, Unit::Cd)];
    let expected = [
        "SUSPENSION YELLOW 1 2018-03-16T00:00:00",
        "SUSPENSION RED 1 2018-03-17T00:00:00",
        "CASE YELLOW 1 2018-03-29T08:00:00",
        "CASE RED 1 2018-04-03T00:00:00",
    ];
    assert_eq!(cards(&notice, [limit(15, Unit::Wd), None], Ladder::Beihai2), expected);
    let receive = event(EventKind::Receive, "2018-03-30T10:00");
    let expected = [
        "PRE_ACCEPTANCE YELLOW 1 2018-04-09T08:00:00",
        "CASE YELLOW 1 2018-04-10T00:00:00",
        "PRE_ACCEPTANCE RED 1 2018-04-10T00:00:00",
        "CASE RED 1 2018-04-11T00:00:00",
    ];
    assert_eq!(cards(&[receive], [limit(6, Unit::Wd), None], Ladder::Beihai2), expected);
}
