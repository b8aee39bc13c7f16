//! What pages ask of the cases in motion is what they would be told by all cases.

use std::sync::Arc;

use analytics::{Basis, Engine, Param, Principal, Session};
use datasets::clock::FixedClock;
use datasets::lake::{Lake, LakeUrl};
use jiff::Timestamp;
use jiff::civil::{Date, Time, date};
use queries::{Breakdown, Level, panel};
use serde_json::Value;

use crate::support::{Place, text};

/// When the sample ends: cases are open, deemed acceptances lie ahead.
const NOW: &str = "2023-09-13T15:42:00+08:00";

/// The sample, of which the last events come by a batch of their own, so that some cases are hot.
fn lake() -> Place {
    let place = Place::new();
    let out = place.dir.path().join("exports");
    let made = place.json(&["sample", "--out", text(&out), "--scale", "0.005"]);
    let [cases, events] = [0, 1].map(|at| made["files"][at].as_str().expect("a file").to_owned());
    let all = std::fs::read_to_string(&events).expect("events");
    let (head, rows) = all.split_once('\n').expect("a header");
    let rows: Vec<&str> = rows.lines().collect();
    let (first, last) = rows.split_at(rows.len() * 9 / 10);
    place.run(&["ingest", "workflow_case", &cases]);
    for (name, rows) in [("first.csv", first), ("last.csv", last)] {
        let file = place.file(name, format!("{head}\n{}\n", rows.join("\n")));
        place.run(&["ingest", "workflow_event", text(&file)]);
    }
    place
}

async fn session(place: &Place, recalled: bool) -> Session {
    let url = LakeUrl::parse(text(&place.dir.path().join("lake"))).expect("url");
    let lake = Arc::new(Lake::open(&url).await.expect("lake"));
    let now: Timestamp = NOW.parse().expect("instant");
    let engine = Engine::open(lake, Arc::new(FixedClock(now))).await.expect("engine");
    let mut session = engine.session(Principal::Operator, None).await.expect("session");
    if recalled {
        engine.recall(&mut session).await.expect("recalled");
    }
    session
}

/// The text of each panel with the parameters that it takes, for a region and a period.
fn questions(session: &Session, region: &str, from: Date, to: Date) -> Vec<(String, Vec<(&'static str, Param)>)> {
    let midnight =
        |day: Date| Param::Instant(session.zone().to_timestamp(day.to_datetime(Time::midnight())).expect("a midnight"));
    let days = vec![("from", Param::Date(from)), ("to", Param::Date(to))];
    let with = |more: &[(&'static str, Param)]| [days.as_slice(), more].concat();
    let region = ("region", Param::Text(region.to_owned()));
    let placed = with(std::slice::from_ref(&region));
    let timed = [placed.as_slice(), &[("from_at", midnight(from)), ("to_at", midnight(to))]].concat();
    let flow = vec![
        region,
        ("day_start", midnight(to)),
        ("as_of", Param::Instant(session.as_of())),
        ("week_start", midnight(from)),
        ("week_at", midnight(to)),
    ];
    let mut questions = vec![
        (panel::FLOW_DAYS.to_owned(), timed.clone()),
        (panel::CARD_DAYS.to_owned(), timed),
        (panel::CLOSING_DAYS.to_owned(), placed.clone()),
        (panel::HANDLING_TIMES.to_owned(), placed),
        (panel::OVERVIEW_FLOW.to_owned(), flow),
    ];
    questions.extend(Level::ALL.map(|level| (queries::village_table(level), days.clone())));
    let due = queries::find("M03").expect("M03");
    let by = [Breakdown::All, Breakdown::County, Breakdown::Village];
    questions.extend(by.map(|by| (due.sql_by(by).expect("a breakdown of M03"), days.clone())));
    questions
}

async fn rows(session: &Session, sql: &str, params: &[(&str, Param)], from: Date) -> Vec<String> {
    let rows: Vec<Value> = session.rows_since(sql, params, from).await.expect("rows");
    let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    rows.sort();
    rows
}

#[tokio::test]
async fn what_is_in_motion_tells_what_all_cases_tell() {
    let place = lake();
    assert!(place.number("select count(*) from lake.case_state where part = 'hot'") > 0, "no case is hot");
    let (recent, all) = (session(&place, true).await, session(&place, false).await);
    let month = (date(2023, 9, 1), date(2023, 10, 1));
    let mut told = 0;
    for (from, to) in [month, (date(2023, 8, 1), date(2023, 9, 1)), (date(2023, 6, 16), date(2023, 9, 14))] {
        assert_eq!((recent.basis(from), all.basis(from)), (Basis::Recent, Basis::Cases));
        for region in ["%", "450521%"] {
            for (sql, params) in questions(&all, region, from, to) {
                let (found, wanted) = (rows(&recent, &sql, &params, from).await, rows(&all, &sql, &params, from).await);
                assert_eq!(found, wanted, "from {from} to {to} in {region}: {sql}");
                told += found.len();
            }
        }
    }
    assert!(told > 1000, "little was compared: {told} rows");
}

#[tokio::test]
async fn the_open_cards_are_in_motion_whenever_they_were_issued() {
    let place = lake();
    let (recent, all) = (session(&place, true).await, session(&place, false).await);
    let end = Param::Instant(all.as_of());
    let mut params = vec![("object", Param::Text("ALL".to_owned())), ("region", Param::Text("%".to_owned()))];
    params.extend([("level", Param::Text("%".to_owned())), ("shown", Param::Text("OPEN".to_owned()))]);
    params.extend([("issued_from", Param::Instant(Timestamp::UNIX_EPOCH)), ("issued_to", end)]);
    params.extend([("after", Param::Int(0)), ("until", Param::Int(1000))]);
    let today = date(2023, 9, 13);
    let wanted = rows(&all, panel::CARDS, &params, today).await;
    assert!(!wanted.is_empty(), "no card is open");
    assert_eq!(rows(&recent, panel::CARDS, &params, today).await, wanted);
}

#[tokio::test]
async fn what_was_over_long_ago_is_asked_of_all_cases() {
    let place = lake();
    let recent = session(&place, true).await;
    assert_eq!(recent.basis(date(2023, 1, 1)), Basis::Cases);
}
