//! Cards against the due dates that two public logs give: replayed day by day they are what plain
//! SQL, without a clock, counts over these dates.

use serde_json::Value;

use crate::support::{Place, real, text};

/// Receipt: the deadline of a case. It is late from its deadline on if it was open then.
const LATE_CASES: &str = "
    opened as (select case_no, occurred_at as opened_at, due_at from workflow_event where event_type = 'ACCEPT'),
    closed as (select case_no, occurred_at as ended_at from workflow_event where event_type = 'CLOSE'),
    late as (
        select opened.case_no, greatest(due_at, opened_at) as late_from
        from opened
        left join closed on closed.case_no = opened.case_no
        where due_at is not null and (ended_at is null or ended_at > due_at)
    )";

/// BPIC15: the due date of an activity, told with its end. It is open from the case's start until it
/// is done or the case ends; what was done before its case began (five, in two cases whose start is
/// plainly wrong) is no end of it.
const LATE_STEPS: &str = "
    told as (
        select case_no, step_name, due_at, occurred_at as done_at
        from workflow_event
        where event_type = 'STEP_END' and due_at is not null
    ),
    opened as (select case_no, occurred_at as opened_at from workflow_event where event_type = 'ACCEPT'),
    closed as (select case_no, occurred_at as closed_at from workflow_event where event_type = 'CLOSE'),
    steps as (
        select
            told.case_no,
            due_at,
            opened_at,
            coalesce(done_at >= opened_at and done_at <= due_at, false) as done_in_time,
            coalesce(closed_at <= due_at, false) as closed_in_time
        from told
        join opened on opened.case_no = told.case_no
        left join closed on closed.case_no = told.case_no
    ),
    late as (
        select case_no, greatest(due_at, opened_at) as late_from
        from steps
        where not done_in_time and not closed_in_time
    )";

/// Red cards of one kind of object beside what is late, by the day on which each begins.
fn days(place: &Place, object: &str, late: &str) -> Vec<(String, i64, i64)> {
    let sql = format!(
        "with {late},
        news as (
            select (late_from + interval '1 microsecond')::date as day, 0 as cards, 1 as late from late
            union all
            select issued_at::date as day, 1 as cards, 0 as late
            from card
            where object_type = '{object}' and level = 'RED'
        )
        select day::varchar as day, sum(cards) as cards, sum(late) as late from news group by day order by day"
    );
    let rows = place.json(&["query", &sql]);
    let rows = rows.as_array().expect("rows").iter();
    let number = |row: &Value, name: &str| row[name].as_i64().expect("a number");
    rows.map(|row| (row["day"].as_str().expect("day").to_owned(), number(row, "cards"), number(row, "late"))).collect()
}

/// Each day has as many new cards as there are objects that become late; and the lake as of some of
/// the days, when it knew nothing of the later ends, has just these cards.
fn replayed(place: &Place, object: &str, late: &str) -> i64 {
    let days = days(place, object, late);
    let mut by_then = Vec::new();
    let mut total = 0;
    for (day, cards, late) in days {
        assert_eq!(cards, late, "{object} {day}");
        total += cards;
        by_then.push((day, total));
    }
    // After its last report a source says nothing more: cards from then on are unconfirmed.
    let reported = place.json(&["query", "select watermark::date::varchar as day from source_status"]);
    let reported = reported[0]["day"].as_str().expect("day").to_owned();
    let known: Vec<&(String, i64)> = by_then.iter().filter(|(day, _)| *day < reported).collect();
    assert!(known.len() > 100, "{object}: {} days", known.len());
    let count = format!(
        "select count(*) as cards, count(*) filter (where is_net) as net
        from card where object_type = '{object}' and level = 'RED'"
    );
    for part in 1..=6 {
        let (day, total) = known[known.len() * part / 6 - 1];
        let seen = place.json(&["query", &count, "--as-of", day]);
        assert_eq!(
            (seen[0]["cards"].as_i64(), seen[0]["net"].as_i64()),
            (Some(*total), Some(*total)),
            "{object} {day}"
        );
    }
    total
}

#[test]
fn red_cards_of_cases_are_those_of_the_deadlines_in_the_log() {
    let Some(file) = real("workflow/receipt.xes.gz") else { return };
    let place = Place::new();
    place.run(&["ingest", "receipt", text(&file)]);
    // 377 that ended late, and 105 that never ended and are all past their deadlines by now.
    assert_eq!(replayed(&place, "CASE", LATE_CASES), 377 + 105);
}

#[test]
fn red_cards_of_steps_are_those_of_the_due_dates_in_the_log() {
    let Some(file) = real("workflow/BPIC15_1.xes.gz") else { return };
    let place = Place::new();
    place.run(&["ingest", "bpic15", text(&file)]);
    let done = "select count(*) from workflow_event where event_type = 'STEP_END' and occurred_at > due_at";
    assert_eq!(place.number(done), 621, "done after their due dates");
    let early = "select count(*) from workflow_event as done
        join workflow_event as opened on opened.case_no = done.case_no and opened.event_type = 'ACCEPT'
        where done.event_type = 'STEP_END' and done.due_at is not null and done.occurred_at < opened.occurred_at
            and done.occurred_at <= done.due_at";
    assert_eq!(place.number(early), 3, "in time, but before their case began");
    assert_eq!(replayed(&place, "STEP", LATE_STEPS), 621 + 3);
}
