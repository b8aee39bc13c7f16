//! What is told after the end of a case, of what is not a case, and of what cannot be known.

use super::tests::{day, told};
use crate::EventKind::{
    Accept, Close, CorrectionComplete, CorrectionNotice, Deliver, Receive, Reopen, ReturnStep, Stop, Transfer,
};
use crate::examples::step_start;
use crate::testing::*;
use crate::{
    CaseInput, ClockKind, CloseResult, DayLine, Event, Explanation, ItemRules, Level, Limit, Mark, ObjectType,
    StopKind, Unit,
};

fn days(lines: &[DayLine]) -> Vec<String> {
    let told = |line: &DayLine| if line.is_after_end { format!("({})", day(line)) } else { day(line) };
    lines.iter().map(told).collect()
}

fn notes(told: &Explanation) -> Vec<Vec<&'static str>> {
    told.stops.iter().map(|stop| stop.notes.iter().map(|note| note.as_str()).collect()).collect()
}

/// The case accepted on Mon 2018-03-05 for so many workdays, with these events, told on 2018-05-02.
fn accepted(n: u32, events: Vec<Event>) -> Explanation {
    let events = [vec![event(Accept, "2018-03-05T09:00")], events].concat();
    told(&case(&events, wd(n)), "2018-05-02T10:00")
}

#[test]
fn after_the_end_only_the_way_to_the_due_date_is_told() {
    let closed = accepted(5, vec![event(Close, "2018-03-07T11:00")]);
    let expected = [
        "03-05 0",
        "03-06 1",
        "03-07 2 CLOSED",
        "(03-08 3)",
        "(03-09 4)",
        "(03-10 off)",
        "(03-11 off)",
        "(03-12 5 DUE)",
    ];
    assert_eq!(days(&closed.days), expected);
    assert_eq!(closed.days_cut, None);
    // Closed late: every day up to the closing, RED where the card has its condition.
    let late = accepted(2, vec![event(Close, "2018-03-09T11:00")]);
    let expected = ["03-05 0", "03-06 1", "03-07 2 YELLOW DUE", "03-08 3 RED", "03-09 4 CLOSED"];
    assert_eq!(days(&late.days), expected);
}

#[test]
fn a_limit_that_ends_on_a_day_off_rolls_on_to_its_due_date() {
    let accept = [event(Accept, "2018-03-05T09:00")];
    let natural = |n| told(&case(&accept, Some(Limit { n, unit: Unit::Cd })), "2018-03-13T10:00").days;
    let lines = days(&natural(5));
    assert_eq!(lines[4..], ["03-09 4", "03-10 5 YELLOW", "03-11 off", "03-12 rolled on DUE", "03-13 8 RED"]);
    assert_eq!(days(&natural(7))[6..8], ["03-11 6 YELLOW", "03-12 7 DUE"], "it ends on a workday");
}

#[test]
fn each_closing_and_reopening_has_its_line() {
    let events = vec![
        event(Close, "2018-03-06T11:00"),
        event(Reopen, "2018-03-08T09:00"),
        Event { close_result: Some(CloseResult::Refused), ..event(Close, "2018-03-08T17:00") },
        event(Reopen, "2018-03-08T18:00"),
    ];
    let reopened = accepted(5, events.clone());
    let lines = days(&reopened.days);
    assert_eq!(lines[..4], ["03-05 0", "03-06 1 CLOSED", "03-07 2", "03-08 3 CLOSED REOPENED"]);
    let spans = reopened.reopenings.iter().map(|it| (it.closed_at, it.close_result, it.reopened_at));
    let expected = [
        (at("2018-03-06T11:00"), CloseResult::Granted, at("2018-03-08T09:00")),
        (at("2018-03-08T17:00"), CloseResult::Refused, at("2018-03-08T18:00")),
    ];
    assert_eq!(spans.collect::<Vec<_>>(), expected);
    // Closed for good on the next day.
    let closed = accepted(5, [events, vec![event(Close, "2018-03-09T10:00")]].concat());
    assert_eq!(days(&closed.days)[3..5], ["03-08 3 CLOSED REOPENED", "03-09 4 CLOSED"]);
    assert_eq!(closed.reopenings, reopened.reopenings);
    // An end that would take effect after its reopening was none.
    let late = recorded(event(Close, "2018-03-06T11:00"), "2018-03-12T09:00");
    assert!(accepted(5, vec![late, event(Reopen, "2018-03-08T09:00")]).reopenings.is_empty());
}

#[test]
fn marks_stand_where_cards_have_their_conditions() {
    // Example 28: the YELLOW of the limit before its extension stays, and there is a second one.
    let extended = accepted(5, vec![extend(10, "2018-03-12T10:00")]);
    let on = |mark: Mark| {
        let marked = extended.days.iter().filter(|line| line.marks.contains(&mark));
        marked.map(|line| line.date.strftime("%m-%d").to_string()).collect::<Vec<_>>()
    };
    assert_eq!(on(Mark::Yellow), ["03-12", "03-22"]);
    assert_eq!((on(Mark::Due), on(Mark::Red)), (vec!["03-26".to_owned()], vec!["03-27".to_owned()]));
    // A RED that a closing of the same day, entered within the day, proved wrong is no mark.
    let closing = recorded(event(Close, "2018-03-12T17:00"), "2018-03-13T09:00");
    let cancelled = accepted(5, vec![closing]);
    assert!(cancelled.cards.iter().any(|card| card.level == Level::Red && card.cancelled_at.is_some()));
    assert_eq!(cancelled.days.iter().map(day).next_back().as_deref(), Some("03-12 5 YELLOW DUE CLOSED"));
}

#[test]
fn a_list_that_is_cut_says_to_which_day_it_goes_on() {
    let open = accepted(5, Vec::new());
    let last = open.days.last().unwrap().date;
    assert_eq!((last.to_string(), open.days_cut.unwrap().to_string()), ("2018-04-11".into(), "2018-05-02".into()));
}

#[test]
fn an_open_step_has_used_what_it_has_used_by_the_asked_instant() {
    let events = [event(Accept, "2018-05-02T10:00"), step_start(1, 3, "2018-05-03T09:00")];
    let told = told(&case(&events, wd(10)), "2018-05-09T10:00");
    assert_eq!((told.steps[0].used_wd, told.clock.steps[0].used_wd), (4, 0));
    let events = [events.to_vec(), vec![step(ReturnStep, 1, "2018-05-04T16:00")]].concat();
    let told = super::tests::told(&case(&events, wd(10)), "2018-05-09T10:00");
    assert_eq!((told.steps[0].used_wd, told.steps[0].cut), (1, None));
}

#[test]
fn the_time_to_accept_is_told_day_by_day() {
    // Example 14: received on Fri 2018-03-30, five workdays over the holiday of 04-05 to 04-07.
    let events = [event(Receive, "2018-03-30T10:00")];
    let deemed = told(&case(&events, wd(7)), "2018-04-10T09:00");
    let [object] = deemed.objects.as_slice() else { panic!("{:?}", deemed.objects) };
    assert_eq!((object.object_type, object.limit), (ObjectType::PreAcceptance, wd(5)));
    let expected = [
        "03-30 0",
        "03-31 off",
        "04-01 off",
        "04-02 1",
        "04-03 2",
        "04-04 3",
        "04-05 off",
        "04-06 off",
        "04-07 off",
        "04-08 4",
        "04-09 5 YELLOW DUE",
        "04-10 6 RED",
    ];
    assert_eq!(days(&object.days), expected);
    assert_eq!((object.due_at, object.red_at), (end_of("2018-04-09"), Some(at("2018-04-10T00:00"))));
    // Answered on the second day.
    let events = [event(Receive, "2018-03-05T10:00"), event(Accept, "2018-03-07T10:00")];
    let answered = told(&case(&events, wd(7)), "2018-05-02T09:00");
    let lines = days(&answered.objects[0].days);
    assert_eq!((lines[2].as_str(), lines[7].as_str(), lines.len()), ("03-07 2 CLOSED", "(03-12 5 DUE)", 8));
}

#[test]
fn a_notice_to_correct_holds_the_clock_until_the_file_is_complete() {
    let notice = [event(Receive, "2018-03-05T10:00"), event(CorrectionNotice, "2018-03-06T10:00")];
    assert_eq!(told(&case(&notice, wd(5)), "2018-03-20T10:00").waits_since, Some(at("2018-03-06T10:00")));
    let complete = [notice.to_vec(), vec![event(CorrectionComplete, "2018-03-15T10:00")]].concat();
    assert_eq!(told(&case(&complete, wd(5)), "2018-03-20T10:00").waits_since, None);
    // A notice after the midnight of the deeming holds nothing.
    let late = [event(Receive, "2018-03-05T10:00"), event(CorrectionNotice, "2018-03-16T10:00")];
    assert_eq!(told(&case(&late, wd(5)), "2018-03-20T10:00").waits_since, None);
}

#[test]
fn a_suspension_is_told_to_its_cap_and_the_next_workday() {
    // Example 11: seven natural days from Thu 2018-03-08.
    let events = vec![stop("s", StopKind::PublicNotice, 7, "2018-03-08T09:00"), resume("s", "2018-03-20T16:00")];
    let over = accepted(15, events);
    let [object] = over.objects.as_slice() else { panic!("{:?}", over.objects) };
    let expected = [
        "03-08 0",
        "03-09 1",
        "03-10 2",
        "03-11 3",
        "03-12 4",
        "03-13 5",
        "03-14 6",
        "03-15 7 CAP DUE",
        "03-16 after cap YELLOW NEXT_WORKDAY",
        "03-17 off RED",
    ];
    assert_eq!(days(&object.days), expected);
    assert_eq!((object.cap_at, object.cut.unwrap().to_string()), (Some(at("2018-03-16T00:00")), "2018-03-20".into()));
    // Ended before its cap: no YELLOW and no RED, and no next workday to wait for.
    let events = vec![stop("s", StopKind::PublicNotice, 3, "2018-03-08T09:00"), resume("s", "2018-03-09T16:00")];
    let expected = ["03-08 0", "03-09 1 CLOSED", "(03-10 2)", "(03-11 3 CAP DUE)"];
    assert_eq!(days(&accepted(15, events).objects[0].days), expected);
    // Approved in workdays, or in hours, which run on through the night.
    let length = |n: u32, unit: Unit| {
        let mut stop = stop("s", StopKind::PublicNotice, 1, "2018-03-09T17:00");
        stop.stop.as_mut().unwrap().approved = Some(Limit { n, unit });
        days(&accepted(15, vec![stop, resume("s", "2018-03-10T08:00")]).objects[0].days)
    };
    assert_eq!(length(1, Unit::Wd), ["03-09 0", "03-10 off CLOSED", "(03-11 off)", "(03-12 1 CAP DUE)"]);
    assert_eq!(length(20, Unit::Hour), ["03-09 0", "03-10 runs CAP DUE CLOSED"]);
}

#[test]
fn the_time_to_deliver_is_told_day_by_day() {
    let events = [event(Accept, "2018-03-05T09:00"), event(Close, "2018-03-07T10:00")];
    let with = |events: &[Event]| {
        let mut input: CaseInput<'_> = case(events, wd(5));
        input.has_certificate = true;
        told(&input, "2018-03-30T10:00").objects.remove(0)
    };
    let open = with(&events);
    assert_eq!((open.object_type, open.limit, open.red_at), (ObjectType::Delivery, wd(10), None));
    let lines = days(&open.days);
    assert_eq!(lines[..2], ["03-07 0", "03-08 1"]);
    assert_eq!(lines[14..], ["03-21 10 DUE", "03-22 11 YELLOW"]);
    assert_eq!(open.cut.unwrap().to_string(), "2018-03-30");
    let delivered = with(&[events.to_vec(), vec![event(Deliver, "2018-03-09T10:00")]].concat());
    let lines = days(&delivered.days);
    assert_eq!((lines[2].as_str(), lines[14].as_str(), lines.len()), ("03-09 2 CLOSED", "(03-21 10 DUE)", 15));
}

#[test]
fn each_suspension_says_why_it_takes_nothing_out() {
    let bare = Event { event_id: "bare".to_owned(), ..event(Stop, "2018-03-06T09:00") };
    let mut early = stop("early", StopKind::Hearing, 5, "2018-03-06T09:00");
    early.stop.as_mut().unwrap().notified_at = Some(at("2018-03-08T09:00"));
    let mut passed = stop("passed", StopKind::Hearing, 1, "2018-03-06T09:00");
    passed.stop.as_mut().unwrap().notified_at = Some(at("2018-03-20T09:00"));
    let events = vec![
        bare,
        early,
        passed,
        resume("early", "2018-03-07T09:00"),
        stop("part", StopKind::Hearing, 5, "2018-03-07T09:00"),
        resume("part", "2018-03-07T10:00"),
        stop("after", StopKind::Hearing, 5, "2018-03-20T09:00"),
    ];
    let missing = vec!["NO_BASIS", "NO_LENGTH", "NO_NOTICE", "KIND_NOT_ALLOWED"];
    // Those of one instant stand by the id of their event.
    let expected = [vec!["ENDED_BEFORE"], vec!["CAP_PASSED"], missing, vec!["NO_WHOLE_DAY"], vec!["AFTER_DUE"]];
    assert_eq!(notes(&accepted(5, events.clone())), expected);
    // Of a limit in hours the hour counts; an explicit due instant is moved by none.
    let hours = [vec![event(Accept, "2018-03-07T08:00")], events[4..6].to_vec()].concat();
    let limit = Some(Limit { n: 4, unit: Unit::Hour });
    assert_eq!(notes(&told(&case(&hours, limit), "2018-05-02T10:00")), [Vec::<&str>::new()]);
    let given = [vec![due(event(Accept, "2018-03-05T09:00"), "2018-03-15T09:00")], events[4..6].to_vec()].concat();
    assert_eq!(notes(&told(&case(&given, None), "2018-05-02T10:00")), [["EXPLICIT_DUE"]]);
    let none = [vec![event(Accept, "2018-03-05T09:00")], events[4..6].to_vec()].concat();
    assert_eq!(notes(&told(&case(&none, None), "2018-05-02T10:00")), [["NO_CLOCK"]]);
    // A kind that neither law nor item allows.
    let item = ItemRules::default();
    let survey = [event(Accept, "2018-03-05T09:00"), stop("s", StopKind::SiteSurvey, 5, "2018-03-06T07:00")];
    let mut input = case(&survey, wd(10));
    input.item = &item;
    assert_eq!(notes(&told(&input, "2018-05-02T10:00")), [["KIND_NOT_ALLOWED"]]);
    assert_eq!(accepted(10, survey[1..].to_vec()).stops[0].excluded_on.len(), 4);
}

#[test]
fn suspensions_of_one_id_are_numbered() {
    let mut second = stop("s", StopKind::Hearing, 2, "2018-03-08T07:00");
    second.event_id = "STOP s again".to_owned();
    let events = vec![stop("s", StopKind::Hearing, 2, "2018-03-06T07:00"), resume("s", "2018-03-06T19:00"), second];
    let told = accepted(10, events);
    assert_eq!(told.stops.iter().map(|stop| stop.label.as_str()).collect::<Vec<_>>(), ["s (1)", "s (2)"]);
    assert_eq!(days(&told.days)[1..4], ["03-06 excluded s (1)", "03-07 1", "03-08 excluded s (2)"]);
    assert_eq!(told.stop_label("STOP s again"), Some("s (2)"));
    assert_eq!(told.objects[1].label.as_deref(), Some("s (2)"));
}

#[test]
fn an_unknown_calendar_is_named_and_marks_nothing() {
    let events = [event(Accept, "2023-12-28T10:00"), step_start(1, 3, "2023-12-28T11:00")];
    let told = told(&case(&events, wd(5)), "2024-01-20T10:00");
    assert_eq!(told.unknown_year(ClockKind::Promise), Some(2024));
    assert_eq!(told.unknown_year(ClockKind::Statutory), None, "it has no limit");
    assert_eq!(told.steps[0].unknown_year, Some(2024));
    let marks = told.days.iter().flat_map(|line| &line.marks).collect::<Vec<_>>();
    assert_eq!(marks, [&Mark::Due]);
}

#[test]
fn a_due_date_names_the_points_that_it_follows() {
    let events =
        [event(Receive, "2018-03-05T09:00"), event(Accept, "2018-03-05T09:00"), event(Transfer, "2018-03-06T09:00")];
    let points = |limit: Option<Limit>| told(&case(&events, limit), "2018-03-07T10:00").clock.promise.rule_points();
    let limit = |n: u32, unit: Unit| Some(Limit { n, unit });
    assert_eq!(points(wd(5)), [2, 3, 6]);
    for other in [limit(5, Unit::Cd), limit(1, Unit::Month), limit(4, Unit::Hour), wd(0), None] {
        assert_eq!(points(other), [3], "{other:?}");
    }
    let told = told(&case(&events, wd(5)), "2018-03-07T10:00");
    assert_eq!(told.clock.village.rule_points(), [2, 3, 6, 15]);
    assert_eq!(told.clock.village.ended_at, Some(at("2018-03-06T09:00")));
    let waits = super::tests::told(&case(&events[..1], wd(5)), "2018-03-07T10:00");
    assert!(waits.clock.start.is_some_and(|start| start.from > at("2018-03-07T10:00")), "deemed if nobody answers");
    let notice = [event(CorrectionNotice, "2018-03-06T10:00")];
    assert_eq!(super::tests::told(&case(&notice, wd(5)), "2018-03-07T10:00").clock.promise.rule_points(), [1]);
}
