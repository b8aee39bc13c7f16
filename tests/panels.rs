//! What pages ask of the cases in motion and of the marts is what they would be told by all cases, and what the
//! metrics tell.

use std::sync::Arc;

use analytics::{Basis, Engine, Param, Period, Principal, Session, Why};
use datasets::clock::FixedClock;
use datasets::lake::{Lake, LakeUrl};
use jiff::Timestamp;
use jiff::civil::{Date, Time, date};
use queries::{Breakdown, ByPeriod, Level, panel};
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
    place.run(&["ingest", "workflow_case", &cases, "--no-derive"]);
    for (name, rows) in [("first.csv", first), ("last.csv", last)] {
        let file = place.file(name, format!("{head}\n{}\n", rows.join("\n")));
        place.run(&["ingest", "workflow_event", text(&file)]);
    }
    place
}

async fn session(place: &Place, recalled: bool) -> Session {
    session_at(place, recalled, NOW.parse().expect("instant")).await
}

/// By a clock that stands at `now`.
async fn session_at(place: &Place, recalled: bool, now: Timestamp) -> Session {
    let url = LakeUrl::parse(text(&place.dir.path().join("lake"))).expect("url");
    let lake = Arc::new(Lake::open(&url).await.expect("lake"));
    let engine = Engine::open(lake, Arc::new(FixedClock(now))).await.expect("engine");
    let mut session = engine.session(&Principal::operator(), None).await.expect("session");
    if recalled {
        engine.recall(&mut session).await.expect("recalled");
    }
    session
}

/// The text of each panel with the parameters that it takes, for a region and a period.
fn questions(session: &Session, region: &str, period: Period) -> Vec<(&'static str, Vec<(&'static str, Param)>)> {
    let midnight =
        |day: Date| Param::Instant(session.zone().to_timestamp(day.to_datetime(Time::midnight())).expect("a midnight"));
    let Period { from, to } = period;
    let region = ("region", Param::Text(region.to_owned()));
    let days = vec![region.clone(), ("from", Param::Date(from)), ("to", Param::Date(to))];
    let timed = [days.as_slice(), &[("from_at", midnight(from)), ("to_at", midnight(to))]].concat();
    let spread = vec![("by", Param::Text("item".to_owned())), ("from", Param::Date(from)), ("to", Param::Date(to))];
    let flow = vec![
        region,
        ("day_start", midnight(to)),
        ("as_of", Param::Instant(session.as_of())),
        ("week_start", midnight(from)),
        ("week_at", midnight(to)),
    ];
    vec![
        (panel::FLOW_DAYS, timed.clone()),
        (panel::CARD_DAYS, timed),
        (panel::CLOSING_DAYS, days),
        (panel::HANDLING_SPREAD, spread),
        (panel::OVERVIEW_FLOW, flow),
    ]
}

/// The questions about a period, each with the parameters beside its days.
fn by_period(region: &str) -> Vec<(ByPeriod, Vec<(&'static str, Param)>)> {
    let placed = vec![("region", Param::Text(region.to_owned()))];
    let mut questions = vec![(ByPeriod::totals(), placed.clone()), (ByPeriod::handling_times(), placed)];
    questions.extend(Level::ALL.map(|level| (ByPeriod::village_table(level), Vec::new())));
    questions
}

fn period(from: Date, to: Date) -> Period {
    Period { from, to }
}

fn sorted(rows: &[Value]) -> Vec<String> {
    let mut rows: Vec<String> = rows.iter().map(Value::to_string).collect();
    rows.sort();
    rows
}

async fn since(session: &Session, sql: &str, params: &[(&str, Param)], from: Date) -> Vec<String> {
    sorted(&session.rows_since::<Value>(sql, params, from).await.expect("rows"))
}

async fn of(session: &Session, question: &ByPeriod, params: &[(&str, Param)], period: Period) -> Vec<String> {
    sorted(&session.rows_of::<Value>(question, params, period).await.expect("rows"))
}

/// Periods that memory answers, and those for which the marts are asked too: months that are over, up to today, and
/// into a month that has begun.
const RECENT: [Period; 3] = [
    Period { from: date(2023, 9, 1), to: date(2023, 10, 1) },
    Period { from: date(2023, 8, 1), to: date(2023, 9, 1) },
    Period { from: date(2023, 6, 16), to: date(2023, 9, 14) },
];
const MONTHS: [Period; 4] = [
    Period { from: date(2022, 10, 1), to: date(2023, 10, 1) },
    Period { from: date(2023, 1, 1), to: date(2023, 6, 1) },
    Period { from: date(2023, 2, 1), to: date(2023, 9, 11) },
    Period { from: date(2023, 5, 1), to: date(2023, 8, 1) },
];

#[tokio::test]
async fn memory_and_marts_tell_what_all_cases_tell() {
    let place = lake();
    assert!(place.number("select count(*) from lake.case_state where part = 'hot'") > 0, "no case is hot");
    let ahead = format!("select count(*) from lake.case_state where start_from > timestamp '{NOW}'");
    assert!(place.number(&ahead) > 0, "no acceptance lies ahead");
    let (recent, all) = (session(&place, true).await, session(&place, false).await);
    let mut told = 0;
    for asked in RECENT {
        assert_eq!(recent.basis(asked), Basis::Recent);
        assert_eq!(all.basis(asked), Basis::Cases(Why::Past));
        for (sql, params) in ["%", "450521%"].into_iter().flat_map(|region| questions(&all, region, asked)) {
            let found = since(&recent, sql, &params, asked.from).await;
            assert_eq!(found, since(&all, sql, &params, asked.from).await, "{asked:?} {params:?}: {sql}");
            told += found.len();
        }
    }
    for asked in RECENT.into_iter().chain(MONTHS) {
        assert_eq!(matches!(recent.basis(asked), Basis::Marts { .. }), MONTHS.contains(&asked), "{asked:?}");
        for (question, params) in ["%", "450521%"].into_iter().flat_map(by_period) {
            let found = of(&recent, &question, &params, asked).await;
            assert_eq!(found, of(&all, &question, &params, asked).await, "{asked:?} {params:?}: {}", question.months);
            told += found.len();
        }
    }
    assert!(told > 1000, "little was compared: {told} rows");
}

/// The numbers of the only row of a metric, by the names of its columns.
async fn metric(session: &Session, id: &str, period: Period) -> Value {
    let sql = queries::find(id).expect("a metric").sql_by(Breakdown::All).expect("all");
    let days = [("from", Param::Date(period.from)), ("to", Param::Date(period.to))];
    session.rows::<Value>(&sql, &days).await.expect("rows").remove(0)
}

#[tokio::test]
async fn the_figures_of_a_page_are_those_of_the_metrics() {
    let place = lake();
    let (recent, all) = (session(&place, true).await, session(&place, false).await);
    let city = [("region", Param::Text("%".to_owned()))];
    for asked in RECENT.into_iter().chain(MONTHS) {
        let row = |rows: Vec<Value>| rows.into_iter().next().expect("a row");
        let totals = row(recent.rows_of(&ByPeriod::totals(), &city, asked).await.expect("rows"));
        let times = row(recent.rows_of(&ByPeriod::handling_times(), &city, asked).await.expect("rows"));
        let counties: Vec<Value> =
            recent.rows_of(&ByPeriod::village_table(Level::County), &[], asked).await.expect("rows");
        let sum = |name: &str| counties.iter().filter_map(|county| county[name].as_i64()).sum::<i64>();
        let [m01, m03, m04] =
            [metric(&all, "M01", asked).await, metric(&all, "M03", asked).await, metric(&all, "M04", asked).await];
        let [m06, m10] = [metric(&all, "M06", asked).await, metric(&all, "M10", asked).await];
        for (found, wanted) in [
            (&totals["due_n"], &m03["due_n"]),
            (&totals["on_time_n"], &m03["on_time_n"]),
            (&totals["closed_n"], &m04["closed_not_instant_n"]),
            (&totals["early_n"], &m04["early_n"]),
            (&times["decided_n"], &m10["decided_n"]),
            (&times["median_used_days"], &m10["median_used_days"]),
            (&times["p90_used_days"], &m10["p90_used_days"]),
        ] {
            assert!(!wanted.is_null(), "{asked:?}: the metric tells nothing");
            assert_eq!(found, wanted, "{asked:?}: {totals} {times}");
        }
        // Every case of the sample lies in a village of the edition.
        for (name, wanted) in [
            ("received", &m01["received_n"]),
            ("accepted", &m01["accepted_n"]),
            ("closed", &m01["closed_n"]),
            ("due_n", &m03["due_n"]),
            ("supervised", &m06["supervised_n"]),
            ("yellow_net", &m06["yellow_net_n"]),
            ("red_net", &m06["red_net_n"]),
        ] {
            assert_eq!(Some(sum(name)), wanted.as_i64(), "{asked:?}: {name}");
        }
    }
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
    let wanted = since(&all, panel::CARDS, &params, today).await;
    assert!(!wanted.is_empty(), "no card is open");
    assert_eq!(since(&recent, panel::CARDS, &params, today).await, wanted);
}

#[tokio::test]
async fn cards_of_now_are_those_of_the_card_page() {
    let place = lake();
    let (recent, all) = (session(&place, true).await, session(&place, false).await);
    let (today, region) = (date(2023, 9, 13), ("region", Param::Text("%".to_owned())));
    let now = [region.clone(), ("day_start", Param::Instant("2023-09-13T00:00:00+08:00".parse().expect("instant")))];
    let told = since(&all, panel::CARDS_NOW, &now, today).await;
    assert_eq!(since(&recent, panel::CARDS_NOW, &now, today).await, told);
    let end = all.as_of().checked_add(jiff::SignedDuration::from_secs(1)).expect("an instant");
    let everything = [("issued_from", Param::Instant(Timestamp::UNIX_EPOCH)), ("issued_to", Param::Instant(end))];
    let params = [[("object", Param::Text("CASE".to_owned())), region], everything].concat();
    let totals: Vec<Value> = all.rows(panel::CARD_TOTALS, &params).await.expect("rows");
    let row = |rows: &[Value], level: &str| rows.iter().find(|row| row["level"] == level).expect("a level").clone();
    let told: Vec<Value> = told.iter().map(|row| serde_json::from_str(row).expect("a row")).collect();
    for level in ["YELLOW", "RED"] {
        let (now, whole) = (row(&told, level), row(&totals, level));
        assert!(now["open_now"].as_i64() > Some(0), "no card is open: {now}");
        assert_eq!((&now["open_now"], &now["unconfirmed"]), (&whole["open_now"], &whole["unconfirmed"]));
    }
}

#[tokio::test]
async fn marts_that_lag_and_days_that_they_lack_are_not_asked_and_it_is_told() {
    let place = lake();
    let year = MONTHS[0];
    let recent = session(&place, true).await;
    assert_eq!(recent.basis(year), Basis::Marts { until: date(2023, 9, 1) });
    for asked in [period(date(2023, 1, 2), date(2023, 6, 1)), period(date(2023, 1, 1), date(2023, 4, 11))] {
        assert_eq!(recent.basis(asked), Basis::Cases(Why::Days), "{asked:?}");
    }
    // Of a week earlier the marts know more than was known then.
    let then: Timestamp = "2023-09-06T12:00:00+08:00".parse().expect("instant");
    let past = session_at(&place, true, then).await;
    assert_eq!(past.basis(year), Basis::Cases(Why::Past));
    drop((recent, past));
    // The last run's commit to one of the marts is lost.
    let log = place.dir.path().join("lake/village_item_month/_delta_log");
    let commits = std::fs::read_dir(&log).expect("log").map(|entry| entry.expect("entry").path());
    let last = commits.filter(|path| path.extension().is_some_and(|ending| ending == "json")).max().expect("a commit");
    std::fs::remove_file(last).expect("removed");
    let (recent, all) = (session(&place, true).await, session(&place, false).await);
    assert_eq!(recent.basis(year), Basis::Cases(Why::Lag(Some(1))));
    for (question, params) in by_period("%") {
        assert_eq!(of(&recent, &question, &params, year).await, of(&all, &question, &params, year).await);
    }
    assert_eq!(recent.basis(RECENT[0]), Basis::Recent, "what is in motion needs no mart");
}
