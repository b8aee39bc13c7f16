//! Real records with known answers.

use std::collections::BTreeMap;
use std::io::Read;

use crate::support::{Place, real, text};

/// Cases by status.
fn statuses(place: &Place) -> BTreeMap<String, i64> {
    let rows = place.json(&["query", "select status, count(*) as n from case_state group by status"]);
    let rows = rows.as_array().expect("rows").iter();
    rows.map(|row| (row["status"].as_str().expect("status").to_owned(), row["n"].as_i64().expect("n"))).collect()
}

#[test]
fn the_receipt_log_lands_with_its_own_deadlines() {
    let Some(file) = real("workflow/receipt.xes.gz") else { return };
    let place = Place::new();
    let receipt = place.json(&["ingest", "receipt", text(&file)]);
    assert_eq!((receipt["records"].as_i64(), receipt["quarantined"].as_i64()), (Some(8577), Some(0)));
    assert_eq!(place.number("select count(*) from workflow_case"), 1434);
    assert_eq!(place.number("select count(*) from workflow_event where not unfolded"), 8577);
    let in_time = "select count(*) from case_state where closed_at <= due_at";
    assert_eq!(place.number(in_time), 952);
    assert_eq!(place.number("select count(*) from case_state where closed_at > due_at"), 377);
    assert_eq!(place.number("select count(*) from case_state where is_open"), 105);
    assert_eq!(statuses(&place)["CLOSED_OVERDUE"], 377);
    assert_eq!(statuses(&place)["OVERDUE_OPEN"], 105);
}

#[test]
fn the_receipt_logs_own_statistics_come_out_of_the_lake() {
    let Some(file) = real("workflow/receipt.xes.gz") else { return };
    let place = Place::new();
    place.run(&["ingest", "receipt", text(&file)]);
    let mut xes = String::new();
    let file = std::fs::File::open(file).expect("open");
    flate2::read::GzDecoder::new(file).read_to_string(&mut xes).expect("read");
    let told = |key: &str| -> f64 {
        let start = xes.find(&format!("key=\"{key}\" value=\"")).unwrap_or_else(|| panic!("no {key}"));
        let value = xes[start..].split('"').nth(3).expect("value");
        value.parse().unwrap_or_else(|_| panic!("{key} = {value}"))
    };
    let sql = "with trace as (
            select case_no, count(*) as events,
                (cast(cast(max(occurred_at) as timestamp) as bigint) - cast(cast(min(occurred_at) as timestamp) as bigint)) as nanos
            from workflow_event where not unfolded group by case_no)
        select min(events) as events_min, max(events) as events_max, avg(events) as events_average, sum(events) as events_total,
            count(*) as traces_total, max(nanos) / 1e9 as duration_max, min(nanos) / 1e9 as duration_min, avg(nanos) / 1e9 as duration_average
        from trace";
    let rows = place.json(&["query", sql]);
    let ours = |name: &str| rows[0][name].as_f64().unwrap_or_else(|| panic!("no {name}: {rows}"));
    for (name, key) in [
        ("events_min", "meta_general:events_min"),
        ("events_max", "meta_general:events_max"),
        ("events_total", "meta_general:events_total"),
        ("traces_total", "meta_general:traces_total"),
        ("events_average", "meta_general:events_average"),
        ("duration_max", "meta_time:duration_max"),
        ("duration_min", "meta_time:duration_min"),
        ("duration_average", "meta_time:duration_average"),
    ] {
        let (ours, told) = (ours(name), told(key));
        // The header gives three decimals of events and seconds in eleven figures.
        assert!((ours - told).abs() <= 0.001_f64.max(told.abs() * 1e-9), "{key}: {told} told, {ours} computed");
    }
}

#[test]
fn the_csv_form_of_the_log_is_the_same_lake() {
    let (Some(xes), Some(csv)) = (real("workflow/receipt.xes.gz"), real("workflow/receipt.csv")) else { return };
    let place = Place::new();
    place.run(&["ingest", "receipt", text(&xes)]);
    let again = place.json(&["ingest", "receipt", text(&csv)]);
    assert_eq!((again["landed"].as_i64(), again["known"].as_i64()), (Some(0), again["rows_in"].as_i64()));
    let other = Place::new();
    other.run(&["ingest", "receipt", text(&csv)]);
    let rows = "select event_id, case_no, event_type, step_name, org_code, actor_id, occurred_at, due_at, unfolded
        from workflow_event order by event_id";
    assert_eq!(place.run(&["query", rows, "--format", "csv"]), other.run(&["query", rows, "--format", "csv"]));
}

#[test]
fn bostons_own_flags_are_reproduced() {
    let Some(file) = real("feedback/boston311_legacy_sample.csv") else { return };
    let place = Place::new();
    place.run(&["ingest", "boston311", text(&file)]);
    let flags = "select count(*) from case_state as state
        join workflow_case as registered on registered.case_no = state.case_no
        where registered.attributes['OnTime_Status'] = case
            when state.status = 'NO_LIMIT' or state.closed_at <= state.due_at then 'ONTIME' else 'OVERDUE' end";
    assert_eq!(place.number(flags), 4994);
    // The one row that the city left without a flag was closed after its target: its rule says OVERDUE.
    let unflagged = "select state.status from case_state as state
        join workflow_case as registered on registered.case_no = state.case_no
        where registered.attributes['OnTime_Status'] is null";
    let rows = place.json(&["query", unflagged]);
    assert_eq!(rows, serde_json::json!([{ "status": "CLOSED_OVERDUE" }]));
}

#[test]
fn building_permits_land_with_the_due_dates_of_their_steps() {
    let Some(file) = real("workflow/BPIC15_1.xes.gz") else { return };
    let place = Place::new();
    let receipt = place.json(&["ingest", "bpic15", text(&file)]);
    assert_eq!((receipt["records"].as_i64(), receipt["quarantined"].as_i64()), (Some(52_217), Some(0)));
    assert_eq!(place.number("select count(*) from workflow_case"), 1199);
    let steps = "select count(*) from workflow_event where not unfolded and due_at is not null";
    assert_eq!(place.number(steps), 3340);
}
