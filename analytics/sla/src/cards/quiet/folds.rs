//! How many of a case's epochs are folded: one for each stretch, and each in which a card may be issued.

use jiff::Timestamp;

use crate::EventKind::*;
use crate::cards::replay::replay;
use crate::examples::step_start;
use crate::testing::*;
use crate::{CaseInput, ClockKind, Event, EventKind, ItemRules, Level, Limit, Policy, Rule, StopKind, WorkCalendar};

fn folded_on(calendar: &dyn WorkCalendar, input: &CaseInput<'_>, policy: &Policy) -> usize {
    let (judged, folded) = replay(input, calendar, &zone(), policy, true).unwrap();
    let (each, epochs) = replay(input, calendar, &zone(), policy, false).unwrap();
    assert_eq!(judged, each);
    assert!(folded <= epochs);
    folded
}

fn folded_by(input: &CaseInput<'_>, policy: &Policy) -> usize {
    folded_on(&TestCalendar::gx(), input, policy)
}

/// With a promise of so many workdays.
fn folded(n: u32, events: &[Event]) -> usize {
    folded_by(&case(events, wd(n)), &Policy::for_testing())
}

fn all(events: &[&[Event]]) -> Vec<Event> {
    events.concat()
}

/// Monday 2018-03-05; with 5 workdays it is due on Monday 03-12 and yellow on that morning.
fn begun() -> Vec<Event> {
    vec![event(Apply, "2018-03-05T08:30"), event(Receive, "2018-03-05T09:00"), event(Accept, "2018-03-05T10:00")]
}

fn at_work() -> Vec<Event> {
    vec![
        step_start(1, 3, "2018-03-05T11:00"),
        step(StepEnd, 1, "2018-03-06T09:00"),
        event(Transfer, "2018-03-06T10:00"),
        event(Decide, "2018-03-06T11:00"),
    ]
}

fn ended() -> Vec<Event> {
    vec![event(Close, "2018-03-07T09:00"), event(Deliver, "2018-03-07T10:00")]
}

#[test]
fn a_case_that_goes_its_way_is_folded_once() {
    assert_eq!(folded(5, &all(&[&begun(), &at_work(), &ended()])), 1);
    for end in [Withdraw, Void] {
        assert_eq!(folded(5, &all(&[&begun(), &[event(end, "2018-03-07T09:00")]])), 1, "{end}");
    }
    let mut input_events = all(&[&begun(), &at_work(), &ended()]);
    input_events.rotate_left(4);
    let mut input = case(&input_events, wd(5));
    (input.has_certificate, input.statutory) = (true, wd(20));
    assert_eq!(folded_by(&input, &Policy::for_testing()), 1);
}

#[test]
fn what_changes_the_limit_begins_a_stretch() {
    let pause = [stop("s", StopKind::Hearing, 2, "2018-03-06T12:00"), resume("s", "2018-03-07T08:00")];
    assert_eq!(folded(5, &all(&[&begun(), &at_work(), &pause])), 3);
    assert_eq!(folded(5, &all(&[&begun(), &at_work(), &pause[..1]])), 2);
    // A closing ends the stop; without one it goes on with its stretch.
    assert_eq!(folded(5, &all(&[&begun(), &pause[..1], &ended()])), 3);
    let longer = extend(5, "2018-03-06T12:00");
    assert_eq!(folded(5, &all(&[&begun(), &at_work(), &[longer], &ended()])), 2);
    let correction = [event(CorrectionNotice, "2018-03-05T09:30"), event(CorrectionComplete, "2018-03-05T09:45")];
    assert_eq!(folded(5, &all(&[&begun(), &correction, &ended()])), 3);
}

#[test]
fn after_what_may_turn_anything_each_epoch_is_folded() {
    let last = [event(Transfer, "2018-03-08T09:00"), event(Transfer, "2018-03-08T10:00")];
    let turning = [
        event(Receive, "2018-03-06T12:00"),
        event(Accept, "2018-03-06T12:00"),
        step(ReturnStep, 1, "2018-03-06T12:00"),
        due(event(Decide, "2018-03-06T12:00"), "2018-03-20T09:00"),
        extend(3_651, "2018-03-06T12:00"),
        Event { occurred_at: "0999-12-31T00:00:00Z".parse().unwrap(), ..event(Decide, "2018-03-06T12:00") },
    ];
    for turn in turning {
        let text = format!("{turn:?}");
        assert_eq!(folded(5, &all(&[&begun(), &at_work(), &[turn], &last])), 4, "{text}");
    }
    for turn in [Close, Withdraw, NotAccept] {
        // The second answer or end, and what follows; the first two stand in one stretch.
        let events = all(&[&begun(), &ended()[..1], &[event(turn, "2018-03-07T12:00")], &last]);
        assert_eq!(folded(5, &events), 4, "{turn}");
    }
    let reopened = all(&[&begun(), &ended()[..1], &[event(Reopen, "2018-03-07T12:00")], &last]);
    assert_eq!(folded(5, &reopened), 4);
    let usual = [extend(3_650, "2018-03-06T12:00"), extend(1, "2018-03-06T12:00")];
    for turn in usual {
        assert_eq!(folded(5, &all(&[&begun(), &at_work(), &[turn], &last])), 2);
    }
    let early = Event { occurred_at: "1000-01-01T00:00:00Z".parse().unwrap(), ..event(Decide, "2018-03-06T12:00") };
    assert_eq!(folded(5, &all(&[&begun(), &at_work(), &[early], &last])), 1);
}

#[test]
fn what_acts_at_the_end_of_the_range_of_dates_is_folded() {
    let acts = |when: &str| recorded(event(Decide, "2018-03-06T12:00"), when);
    let last = event(Close, "2018-03-06T13:00");
    // 9000-01-01 in UTC.
    assert_eq!(folded(5, &all(&[&begun(), &at_work(), &[last.clone(), acts("9000-01-01T08:00")]])), 1);
    let beyond = [last, acts("9000-01-01T08:00:00.000001"), event(Deliver, "9000-01-02T08:00")];
    assert_eq!(folded(5, &all(&[&begun(), &at_work(), &beyond])), 3);
}

#[test]
fn up_to_the_first_rung_no_card_is_issued() {
    let nothing = |when: &str| event(Decide, when);
    let open = |whens: &[&str]| {
        let more: Vec<Event> = whens.iter().map(|when| nothing(when)).collect();
        folded(5, &all(&[&begun(), &more]))
    };
    assert_eq!(open(&["2018-03-08T09:00", "2018-03-09T09:00"]), 1);
    // Yellow on 03-12 at 8:00: an epoch that ends there issues none.
    assert_eq!(open(&["2018-03-08T09:00", "2018-03-12T08:00", "2018-03-12T09:00"]), 2);
    assert_eq!(open(&["2018-03-08T09:00", "2018-03-12T08:00:01", "2018-03-12T09:00"]), 3);
}

#[test]
fn what_ended_before_its_rungs_issues_none_later() {
    // Closed well before, delivered and noted long after what would have been red.
    let later = [event(Deliver, "2018-05-07T10:00"), event(Deliver, "2018-05-08T10:00")];
    assert_eq!(folded(5, &all(&[&begun(), &at_work(), &ended(), &later])), 1);
    let late_known = |when: &str| {
        let close = Event { known_at: at(when), ..recorded(event(Close, "2018-03-07T09:00"), "2018-03-07T09:00") };
        folded(5, &all(&[&begun(), &[close], &later]))
    };
    // The last before the yellow, and one microsecond more: then what was known before is folded.
    assert_eq!(late_known("2018-03-12T08:00"), 1);
    assert_eq!(late_known("2018-03-12T08:00:00.000001"), 4);
    // Steps end by themselves, by a transfer or with the case.
    for end in [step(StepEnd, 1, "2018-03-06T09:00"), event(Transfer, "2018-03-06T09:00")] {
        let events = all(&[&begun(), &[step_start(1, 3, "2018-03-05T11:00"), end], &ended(), &later]);
        assert_eq!(folded(5, &events), 1);
    }
    let events = all(&[&begun(), &[step_start(1, 3, "2018-03-05T11:00")], &ended(), &later]);
    assert_eq!(folded(5, &events), 1);
    let mut input = case(&events, wd(5));
    input.has_certificate = true;
    assert_eq!(folded_by(&input, &Policy::for_testing()), 1);
}

#[test]
fn two_openings_of_a_step_or_two_limits_are_looked_at_each_time() {
    let step_again = [
        step_start(1, 3, "2018-03-05T11:00"),
        step(StepEnd, 1, "2018-03-06T09:00"),
        step_start(1, 3, "2018-03-06T10:00"),
        step(StepEnd, 1, "2018-03-06T11:00"),
    ];
    assert_eq!(folded(5, &all(&[&begun(), &step_again])), 7);
    let other = [step_again[0].clone(), step_start(2, 5, "2018-03-05T12:00"), step_again[1].clone()];
    assert_eq!(folded(5, &all(&[&begun(), &other])), 1);
}

#[test]
fn a_start_that_another_may_have_preceded_is_looked_at_each_time() {
    let waiting = [event(Receive, "2018-03-05T09:00"), event(Decide, "2018-03-05T10:00")];
    assert_eq!(folded(5, &waiting), 1);
    let deemed = all(&[&waiting, &[event(Decide, "2018-03-20T10:00"), event(Decide, "2018-03-20T11:00")]]);
    assert_eq!(folded(5, &deemed), 3);
    // A closing without acceptance is judged as if there had been one.
    assert_eq!(folded(5, &all(&[&waiting, &[event(Close, "2018-03-06T10:00")]])), 1);
    // The answer came after the midnight at which it would have been deemed.
    let late = recorded(event(Accept, "2018-03-08T09:00"), "2018-03-13T08:30");
    let answered = all(&[&waiting, &[late, event(Decide, "2018-03-13T10:00")]]);
    assert!(folded(5, &answered) > 1);
    // The yellow of the receipt is met on 03-12 at 8:00, unless its answer was known by then.
    for (known_at, expected) in [("2018-03-12T08:00", 1), ("2018-03-12T08:00:00.000001", 2)] {
        let entered = recorded(event(Accept, "2018-03-08T09:00"), "2018-03-08T09:00");
        let answer = Event { known_at: at(known_at), ..entered };
        assert_eq!(folded(9, &all(&[&waiting, &[answer]])), expected, "{known_at}");
    }
    // What came after the end had counted before the end was known.
    let early_end = recorded(event(Withdraw, "2018-03-05T09:30"), "2018-03-06T09:30");
    assert_eq!(folded(5, &all(&[&begun(), &[early_end]])), 4);
}

#[test]
fn a_ladder_of_the_village_or_beyond_all_bounds_is_folded_each_time() {
    let events = all(&[&begun(), &at_work(), &ended()]);
    let by = |change: &dyn Fn(&mut Policy)| {
        let mut policy = Policy::for_testing();
        change(&mut policy);
        let mut input = case(&events, wd(5));
        input.statutory = wd(20);
        folded_by(&input, &policy)
    };
    let rung = |rule: Rule| by(&|policy: &mut Policy| policy.ladder = vec![(Level::Red, rule)]);
    assert_eq!(by(&|policy| policy.card_clock = ClockKind::Village), 9);
    assert_eq!(by(&|policy| policy.card_clock = ClockKind::Statutory), 1);
    for (of, n, expected) in [
        (ClockKind::Promise, 3_650, 1),
        (ClockKind::Statutory, 0, 1),
        (ClockKind::Promise, 3_651, 9),
        (ClockKind::Village, 0, 9),
    ] {
        assert_eq!(rung(Rule::AfterDue { of, grace_wd: n }), expected, "{of} {n}");
    }
    for (of, n, expected) in [(ClockKind::Promise, 2, 1), (ClockKind::Village, 0, 9), (ClockKind::Promise, 3_651, 9)] {
        assert_eq!(rung(Rule::BeforeDue { of, wd: n }), expected, "{of} {n}");
    }
}

/// A calendar of which something came to be known.
struct Changed(TestCalendar, Vec<Timestamp>);

impl WorkCalendar for Changed {
    fn is_workday(&self, date: jiff::civil::Date) -> bool {
        self.0.is_workday(date)
    }
    fn day_name(&self, date: jiff::civil::Date) -> Option<&str> {
        self.0.day_name(date)
    }
    fn kind(&self, date: jiff::civil::Date) -> crate::DayKind {
        self.0.kind(date)
    }
    fn is_provisional(&self, date: jiff::civil::Date) -> bool {
        self.0.is_provisional(date)
    }
    fn windows(&self, date: jiff::civil::Date) -> &[crate::OfficeWindow] {
        self.0.windows(date)
    }
    fn version(&self) -> &str {
        self.0.version()
    }
    fn changed_at(&self) -> &[Timestamp] {
        &self.1
    }
}

#[test]
fn another_calendar_begins_a_stretch() {
    let events = all(&[&begun(), &at_work()]);
    for (changes, expected) in [
        (vec![], 1),
        (vec!["2018-03-05T12:00"], 2),
        (vec!["2018-03-06T09:00"], 2),
        (vec!["2018-03-05T12:00", "2018-03-06T09:30"], 3),
        (vec!["2018-03-01T12:00"], 1),
    ] {
        let calendar = Changed(TestCalendar::gx(), changes.iter().map(|when| at(when)).collect());
        let input = case(&events, wd(5));
        assert_eq!(folded_on(&calendar, &input, &Policy::for_testing()), expected, "{changes:?}");
    }
}

#[test]
fn a_step_with_a_limit_of_its_item_is_folded_once() {
    let limit = Limit { n: 2, unit: crate::Unit::Wd };
    let rule = crate::StepRule { seq: 1, name: "受理".to_owned(), limit };
    let item = ItemRules { steps: vec![rule], ..ItemRules::default() };
    let kinds: [EventKind; 2] = [StepStart, StepEnd];
    let steps: Vec<Event> =
        kinds.iter().zip(["2018-03-05T11:00", "2018-03-06T09:00"]).map(|(kind, when)| step(*kind, 1, when)).collect();
    let events = all(&[&begun(), &steps, &ended()]);
    let mut input = case(&events, wd(5));
    input.item = &item;
    assert_eq!(folded_by(&input, &Policy::for_testing()), 1);
}
