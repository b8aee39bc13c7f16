//! From records to cards by the command line, with dates that are checked by hand (domain §4.1).

use queries::panel;
use serde_json::{Value, json};

use crate::support::{Place, text};

const CASES: &str = "case_no,data_version,item_id,item_version,case_kind,village_code,applicant_id,apply_channel,agent_id,is_agent_assisted,org_code,statutory_limit,statutory_unit,promised_limit,promised_unit,visits_count,entry_mode,recorded_at\n";
const EVENTS: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at\n";

fn case(number: &str, promised: u32, at: &str) -> String {
    format!(
        "{number},1,SI001,1,PROMISED,450521101201,TEST000000000000001,1,A1,true,450521-MZ,20,WD,{promised},WD,1,LIVE,{at}\n"
    )
}

fn event(number: &str, seq: u32, kind: &str, at: &str, recorded: &str) -> String {
    let result = if kind == "CLOSE" { "GRANTED" } else { "" };
    format!("{number}-{seq},{number},{seq},{kind},,,,P1,agent,450521-MZ,,{result},{at},{recorded}\n")
}

fn land(place: &Place, cases: &[String], events: &[String], extracted: &str) {
    let cases = place.file(&format!("workflow_case_{extracted}.csv"), CASES.to_owned() + &cases.concat());
    place.run(&["ingest", "workflow_case", text(&cases)]);
    let events = place.file(&format!("workflow_event_{extracted}.csv"), EVENTS.to_owned() + &events.concat());
    place.run(&["ingest", "workflow_event", text(&events)]);
}

/// `case level state issued_at` of each card, as of a time.
fn cards(place: &Place, as_of: &str) -> Vec<String> {
    let rows = place.json(&["cards", "--as-of", as_of]);
    let told = rows.as_array().expect("rows").iter().map(|row| {
        let part = |name: &str| row[name].as_str().expect(name).to_owned();
        format!("{} {} {} {}", part("case_no"), part("level"), part("state"), part("issued_at"))
    });
    told.collect()
}

/// Rows of a panel of the page `/cards`, for a region and a month.
fn asked(place: &Place, panel: &str, params: &[&str], as_of: &str) -> Value {
    // On a line of its own: a statement that begins with its header would be taken for a flag.
    let sql = format!("\n{panel}");
    let mut args = vec!["query", sql.as_str(), "--as-of", as_of];
    let always = ["region=4505%", "organization=", "item=", "issued_from=2018-03-01", "issued_to=2018-04-01"];
    args.extend(always.iter().chain(params).flat_map(|param| ["--param", *param]));
    place.json(&args)
}

#[test]
fn cards_appear_at_their_instants_and_as_of_tells_the_past() {
    let place = Place::new();
    // Example 1: accepted Mon 2017-03-27, N = 5: YELLOW 04-07 08:00, due 04-07, RED 04-08 00:00.
    let accepted = "2017-03-27 10:12:00";
    land(&place, &[case("A", 5, accepted)], &[event("A", 1, "ACCEPT", accepted, accepted)], "20170501T000000");
    let yellow = "A YELLOW ISSUED 2017-04-07T08:00:00+08:00";
    assert_eq!(cards(&place, "2017-04-07T07:59:59"), Vec::<String>::new());
    assert_eq!(cards(&place, "2017-04-07"), [yellow]);
    let after = cards(&place, "2017-05-02");
    assert_eq!(after, [yellow.replace("ISSUED", "SUPERSEDED"), "A RED ISSUED 2017-04-08T00:00:00+08:00".to_owned()]);
    assert_eq!(place.json(&["cards", "--as-of", "2017-05-02", "--level", "red"]).as_array().map(Vec::len), Some(1));
    assert_eq!(place.json(&["cards", "--as-of", "2017-05-02", "--region", "450502"]).as_array().map(Vec::len), Some(0));
    let told = place.run(&["explain", "A", "--as-of", "2017-04-07T09:00"]);
    for line in [
        "NEAR_LIMIT",
        "2017-04-07 24:00",
        "2017-04-01 Sat  not worked         REGIONAL_HOLIDAY 壮族三月三",
        "2017-04-05 Wed  day 3",
    ] {
        assert!(told.contains(line), "{line:?} not in {told}");
    }
}

#[test]
fn news_moves_what_lies_ahead_and_the_past_stays_as_it_was_known() {
    let place = Place::new();
    // N = 5 from Mon 2018-03-05: YELLOW Mon 03-12 08:00, due that day, RED 03-13 00:00.
    let accepted = "2018-03-05 09:00:00";
    land(&place, &[case("B", 5, accepted)], &[event("B", 1, "ACCEPT", accepted, accepted)], "20180312T120000");
    assert_eq!(cards(&place, "2018-03-12T12:00:00"), ["B YELLOW ISSUED 2018-03-12T08:00:00+08:00"]);
    // The red card's instant lies after what the source has reported: unconfirmed.
    let later = cards(&place, "2018-03-14");
    assert!(later.contains(&"B RED UNCONFIRMED 2018-03-13T00:00:00+08:00".to_owned()), "{later:?}");
    // The closing was entered on the next morning, within 24 hours: the red card never was due.
    let closing = event("B", 2, "CLOSE", "2018-03-12 17:00:00", "2018-03-13 09:00:00");
    land(&place, &[case("C", 5, accepted)], &[closing], "20180320T000000");
    assert_eq!(cards(&place, "2018-03-12T12:00:00"), ["B YELLOW ISSUED 2018-03-12T08:00:00+08:00"]);
    let now = cards(&place, "2018-03-21");
    assert!(now.contains(&"B RED CANCELLED 2018-03-13T00:00:00+08:00".to_owned()), "{now:?}");
    let status = "select status from case_state where case_no = 'B'";
    let as_of =
        |time: &str| place.json(&["query", status, "--as-of", time])[0]["status"].as_str().expect("status").to_owned();
    assert_eq!(as_of("2018-03-12T12:00:00"), "NEAR_LIMIT");
    assert_eq!(as_of("2018-03-13T08:00:00"), "OVERDUE_OPEN");
    assert_eq!(as_of("2018-03-13T09:00:00"), "CLOSED_ON_TIME");
}

#[test]
fn a_year_without_a_calendar_is_told_once_and_raises_no_card() {
    let place = Place::new();
    // The calendar begins in 2004. R and S count days of 2003, S is due in 2004; T is as usual.
    let at = ["2003-03-03 09:00:00", "2003-12-30 09:00:00", "2018-03-05 09:00:00"];
    let cases = ["R", "S", "T"].into_iter().zip(at).map(|(number, at)| case(number, 5, at)).collect::<Vec<_>>();
    let mut events: Vec<String> =
        ["R", "S", "T"].into_iter().zip(at).map(|(number, at)| event(number, 1, "ACCEPT", at, at)).collect();
    events.push(event("R", 2, "CLOSE", "2003-05-06 09:00:00", "2003-05-06 09:00:00"));
    land(&place, &cases, &events, "20180401T000000");
    let status = place.json(&["lake", "status"]);
    let told = json!([{ "kind": "CALENDAR_UNKNOWN", "region": "GX", "year": 2003, "cases": 2, "open_cases": 1 }]);
    assert_eq!(status["incidents"], told);
    assert!(place.run(&["lake", "status"]).contains("CALENDAR_UNKNOWN GX 2003: 2 cases, 1 of them open"));
    let carded = place.json(&["query", "select distinct case_no from card_all where object_type = 'CASE'"]);
    assert_eq!(carded, json!([{ "case_no": "T" }]));
}

#[test]
fn a_batch_confirms_nothing_before_its_facts_are_folded() {
    let place = Place::new();
    let accepted = "2018-03-05 09:00:00";
    land(&place, &[case("D", 5, accepted)], &[event("D", 1, "ACCEPT", accepted, accepted)], "20180306T000000");
    let closing = event("D", 2, "CLOSE", "2018-03-07 10:00:00", "2018-03-07 10:00:00");
    let file = place.file("workflow_event_20180320T000000.csv", EVENTS.to_owned() + &closing);
    place.run(&["ingest", "workflow_event", text(&file), "--no-derive"]);
    let before = cards(&place, "2018-03-20");
    assert!(before.iter().all(|card| card.contains("UNCONFIRMED")) && before.len() == 2, "{before:?}");
    let again = place.file("workflow_event_20180321T000000.csv", EVENTS);
    place.run(&["ingest", "workflow_event", text(&again)]);
    assert_eq!(cards(&place, "2018-03-21"), Vec::<String>::new());
}

#[test]
fn the_page_of_the_cards_tells_those_of_steps_by_number_and_name() {
    let place = Place::new();
    // The step has 1 workday from Mon 2018-03-05: due 03-06, RED 03-07 00:00. The case has until 03-12.
    let accepted = "2018-03-05 09:00:00";
    let step = "E-2,E,2,STEP_START,2,县级审批,1,P1,officer,450521-MZ,,,2018-03-05 10:00:00,2018-03-05 10:00:00\n";
    let events = [event("E", 1, "ACCEPT", accepted, accepted), step.to_owned()];
    land(&place, &[case("E", 5, accepted)], &events, "20180401T000000");
    let as_of = "2018-03-08";
    let totals = |object: &str| {
        let object = format!("object={object}");
        let rows = asked(&place, panel::CARD_TOTALS, &[object.as_str()], as_of);
        let told = rows.as_array().expect("rows").iter().map(|row| {
            let part = |name: &str| row[name].to_string();
            ["object_type", "level", "gross", "net", "open_now"].map(part).join(" ").replace('"', "")
        });
        let mut told: Vec<String> = told.collect();
        told.sort();
        told
    };
    assert_eq!(totals("ALL"), ["STEP RED 1 1 1", "STEP YELLOW 1 1 0"]);
    assert_eq!((totals("STEP"), totals("CASE")), (totals("ALL"), Vec::new()));
    let listed = |object: &str| {
        let object = format!("object={object}");
        let params = [object.as_str(), "level=%", "shown=OPEN", "after=0", "until=50"];
        asked(&place, panel::CARDS, &params, as_of)
    };
    let open = listed("STEP");
    assert_eq!((&open[0]["object_type"], &open[0]["object_id"]), (&json!("STEP"), &json!("E/2")));
    assert_eq!((&open[0]["due_on"], &open[0]["total"]), (&json!("2018-03-06"), &json!(1)));
    assert_eq!((listed("ALL"), listed("CASE")), (open, json!([])));
    let steps = |cases: &str| {
        let sql = format!("\n{}", panel::CARD_STEPS);
        place.json(&["query", &sql, "--as-of", as_of, "--param", &format!("cases={cases}")])
    };
    let named = json!([{ "case_no": "E", "step_seq": 2, "step_name": "县级审批" }]);
    assert_eq!((steps("E"), steps("D\nE\nF"), steps("F")), (named.clone(), named, json!([])));
}
