//! `sunlake flow`: which step follows which, with waiting times that are counted by hand. Office is 08-12 and 15-18;
//! 2018-03-05 is a Monday, and no day of these two weeks is a holiday.

use serde_json::{Value, json};

use crate::support::{Place, text};

const CASES: &str = "case_no,data_version,item_id,item_version,case_kind,village_code,applicant_id,apply_channel,agent_id,is_agent_assisted,org_code,statutory_limit,statutory_unit,promised_limit,promised_unit,visits_count,entry_mode,recorded_at\n";
const EVENTS: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at\n";
const ACCEPTED: &str = "2018-03-05 08:30:00";

fn case(number: &str, item: &str, village: &str) -> String {
    format!("{number},1,{item},1,PROMISED,{village},,1,A1,true,450521-MZ,,,20,WD,1,LIVE,{ACCEPTED}\n")
}

/// Recorded as it happened; `step` is its number and name.
fn event(number: &str, seq: usize, kind: &str, step: &str, at: &str) -> String {
    format!("{number}-{seq},{number},{seq},{kind},{step},,P1,agent,450521-MZ,,,{at},{at}\n")
}

/// Name, beginning and end of each step of a case.
type Steps<'s> = &'s [(&'s str, &'s str, &'s str)];

fn land(place: &Place, told: &[(&str, &str, &str, Steps<'_>)]) {
    let (mut cases, mut events) = (CASES.to_owned(), EVENTS.to_owned());
    for (number, item, village, steps) in told {
        cases += &case(number, item, village);
        events += &event(number, 0, "ACCEPT", ",", ACCEPTED);
        for (before, (name, began, ended)) in steps.iter().enumerate() {
            for (part, kind, at) in [(1, "STEP_START", began), (2, "STEP_END", ended)] {
                if !at.is_empty() {
                    events += &event(number, 2 * before + part, kind, &format!("{},{name}", before + 1), at);
                }
            }
        }
    }
    put(place, &cases, &events);
}

fn put(place: &Place, cases: &str, events: &str) {
    let cases = place.file("workflow_case_20180501T000000.csv", cases);
    place.run(&["ingest", "workflow_case", text(&cases), "--no-derive"]);
    let events = place.file("workflow_event_20180501T000000.csv", events);
    place.run(&["ingest", "workflow_event", text(&events)]);
}

/// Steps, counts (all, overlapping, waited) and hours (all, mean, median) of each row.
fn flow(place: &Place, more: &[&str]) -> Vec<Value> {
    let told = place.json(&[["flow"].as_slice(), more].concat());
    let row = |row: &Value| {
        json!([
            [row["from_step"], row["to_step"]],
            [row["cases_n"], row["overlaps_n"], row["waited_n"]],
            [row["wait_hours"], row["mean_wait_hours"], row["median_wait_hours"]],
        ])
    };
    told.as_array().expect("rows").iter().map(row).collect()
}

#[test]
fn steps_are_followed_and_waiting_is_told_in_office_hours() {
    let place = Place::new();
    land(
        &place,
        &[
            (
                "A",
                "SI001",
                "450521101201",
                &[
                    ("受理", "2018-03-05 09:00:00", "2018-03-05 10:00:00"),
                    // An hour later.
                    ("初审", "2018-03-05 11:00:00", "2018-03-06 17:00:00"),
                    // Overnight: an hour before 18:00 and one after 08:00.
                    ("审批", "2018-03-07 09:00:00", ""),
                ],
            ),
            (
                "B",
                "SI001",
                "450521101201",
                &[
                    ("受理", "2018-03-05 09:00:00", "2018-03-09 17:00:00"),
                    // Over the weekend: an hour on Friday and three on Monday.
                    ("初审", "2018-03-12 11:00:00", "2018-03-12 16:00:00"),
                    // While the one before goes on: it waited for nothing.
                    ("审批", "2018-03-12 15:30:00", ""),
                ],
            ),
            (
                "C",
                "SI002",
                "450502001006",
                &[
                    ("受理", "2018-03-05 09:00:00", "2018-03-05 10:00:00"),
                    // Two hours and three on Monday, four and one on Tuesday.
                    ("初审", "2018-03-06 16:00:00", ""),
                ],
            ),
            ("D", "SI002", "450502001006", &[("受理", "2018-03-05 09:00:00", "2018-03-05 10:00:00")]),
        ],
    );
    let review = json!([["初审", "审批"], [2, 1, 1], [2.0, 2.0, 2.0]]);
    assert_eq!(flow(&place, &[]), [json!([["受理", "初审"], [3, 0, 3], [15.0, 5.0, 4.0]]), review.clone()]);
    // As many of each: by name.
    assert_eq!(flow(&place, &["--item", "SI001"]), [review, json!([["受理", "初审"], [2, 0, 2], [5.0, 2.5, 2.5]])]);
    let of_c = json!([["受理", "初审"], [1, 0, 1], [10.0, 10.0, 10.0]]);
    assert_eq!(flow(&place, &["--region", "450502000000"]), [of_c]);
    assert_eq!(flow(&place, &["--item", "SI003"]), Vec::<Value>::new());
    // As of Tuesday noon nothing is known of C's second step, nor of the end of B's first.
    let of_a = json!([["受理", "初审"], [1, 0, 1], [1.0, 1.0, 1.0]]);
    assert_eq!(flow(&place, &["--as-of", "2018-03-06T12:00:00"]), [of_a]);
}

#[test]
fn a_step_that_was_sent_back_goes_on_with_itself() {
    let place = Place::new();
    let told = [
        ("ACCEPT", ",", ACCEPTED),
        ("STEP_START", "1,受理", "2018-03-05 09:00:00"),
        ("STEP_END", "1,受理", "2018-03-05 10:00:00"),
        ("STEP_START", "2,初审", "2018-03-05 11:00:00"),
        ("STEP_END", "2,初审", "2018-03-05 16:00:00"),
        ("STEP_START", "1,受理", "2018-03-06 09:00:00"),
        ("STEP_END", "1,受理", "2018-03-06 10:00:00"),
    ];
    let rows = told.iter().enumerate().map(|(seq, (kind, step, at))| event("A", seq, kind, step, at));
    let events = rows.collect::<String>();
    put(&place, &(CASES.to_owned() + &case("A", "SI001", "450521101201")), &(EVENTS.to_owned() + &events));
    let overlap = json!([["受理", "初审"], [1, 1, 0], [null, null, null]]);
    assert_eq!(flow(&place, &[]), [overlap]);
    // Before it came back its first end was its last.
    let waited = json!([["受理", "初审"], [1, 0, 1], [1.0, 1.0, 1.0]]);
    assert_eq!(flow(&place, &["--as-of", "2018-03-05T23:00:00"]), [waited]);
}

#[test]
fn steps_of_decided_cases_tell_how_long_they_took_and_waited() {
    let place = Place::new();
    let steps: Steps<'_> = &[
        // An hour; then an hour of waiting.
        ("受理", "2018-03-05 09:00:00", "2018-03-05 10:00:00"),
        // One hour and three on Monday, four and two on Tuesday.
        ("初审", "2018-03-05 11:00:00", "2018-03-06 17:00:00"),
    ];
    // The second is still open.
    land(&place, &[("A", "SI001", "450521101201", steps), ("B", "SI001", "450521101201", steps)]);
    let at = "2018-03-07 09:00:00";
    let closing = format!("A-9,A,9,CLOSE,,,,P1,agent,450521-MZ,,GRANTED,{at},{at}\n");
    let file = place.file("workflow_event_20180502T000000.csv", EVENTS.to_owned() + &closing);
    place.run(&["ingest", "workflow_event", text(&file)]);
    let told = |item: &str, from: &str| {
        // On a line of its own: a statement that begins with its header would be taken for a flag.
        let sql = format!("\n{}", queries::panel::STEP_TIMES);
        let (item, from) = (format!("item={item}"), format!("from={from}"));
        let mut args = vec!["query", sql.as_str()];
        let params = [item.as_str(), from.as_str(), "to=2018-04-01", "region=4505%", "organization=450521-MZ"];
        args.extend(params.iter().flat_map(|param| ["--param", *param]));
        let rows = place.json(&args);
        let row = |row: &Value| json!([row["step_name"], row["taken_n"], row["work_hours"], row["wait_hours"]]);
        rows.as_array().expect("rows").iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(told("", "2018-03-01"), [json!(["初审", 1, 10.0, 1.0]), json!(["受理", 1, 1.0, 0.0])]);
    assert_eq!(told("SI001", "2018-03-01").len(), 2);
    assert_eq!((told("SI002", "2018-03-01"), told("", "2018-03-08")), (Vec::new(), Vec::new()));
}
