//! A corrected row is a newer version, known from its extract on (domain §4 point 14).

use crate::support::{Place, text};

/// A feed without recording times, whose files are named by their day.
const MAPPING: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
NAMED
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = "type"
occurred_at = "at"
"#;
const NAMED: &str = "[source.extract_time]\nfile_name = \"hall_%Y%m%d.csv\"\n";

fn place(named: bool) -> Place {
    let place = Place::new();
    place.file("hall.toml", MAPPING.replace("NAMED", if named { NAMED } else { "" }));
    place
}

/// Lands events `id type at` under a name; (landed, known, quarantined).
fn land(place: &Place, name: &str, events: &[&str]) -> [i64; 3] {
    let lines = events.iter().map(|event| {
        let [id, kind, at] = event.split(' ').collect::<Vec<_>>()[..] else { panic!("{event}") };
        format!("{id},C1,{kind},2023-05-{at} 00:00:00\n")
    });
    let file = place.file(name, "id,case,type,at\n".to_owned() + &lines.collect::<String>());
    let mapping = place.dir.path().join("hall.toml");
    let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
    ["landed", "known", "quarantined"].map(|count| receipt[count].as_i64().unwrap_or_else(|| panic!("{receipt}")))
}

/// Day of the event as of a time, by the latest version.
fn day(place: &Place, id: &str, as_of: &str) -> Option<i64> {
    let sql =
        format!("select extract(day from occurred_at)::bigint as day from workflow_event where event_id = '{id}'");
    let rows = place.json(&["query", &sql, "--as-of", as_of]);
    rows.as_array().expect("rows").first().and_then(|row| row["day"].as_i64())
}

#[test]
fn a_corrected_row_is_known_from_its_extract_on() {
    let place = place(true);
    assert_eq!(land(&place, "hall_20230511.csv", &["E1 ACCEPT 02", "E2 CLOSE 10"]), [2, 0, 0]);
    assert_eq!(land(&place, "hall_20230512.csv", &["E1 ACCEPT 02", "E2 CLOSE 08"]), [1, 1, 0]);
    assert_eq!(day(&place, "E2", "2023-05-09"), None, "not known before it happened");
    assert_eq!(day(&place, "E2", "2023-05-11"), Some(10));
    assert_eq!(day(&place, "E2", "2023-05-12"), Some(8));
    let state = "select extract(day from closed_at)::bigint as day from case_state";
    assert_eq!(place.number(state), 8);
    assert_eq!(place.json(&["query", state, "--as-of", "2023-05-11"])[0]["day"], 10);
    // Back to what it was: the third extract says so, and it counts.
    assert_eq!(land(&place, "hall_20230513.csv", &["E1 ACCEPT 02", "E2 CLOSE 10", "E3 DELIVER 13"]), [2, 1, 0]);
    assert_eq!([day(&place, "E2", "2023-05-12"), day(&place, "E2", "2023-05-13")], [Some(8), Some(10)]);
    assert_eq!(place.number("select count(*) from workflow_event_history where event_id = 'E2'"), 3);
    // An extract that comes late says nothing about what newer ones have said.
    assert_eq!(land(&place, "hall_20230510.csv", &["E2 CLOSE 07"]), [1, 0, 0]);
    assert_eq!(land(&place, "hall_20230509.csv", &["E2 CLOSE 08", "E1 ACCEPT 02"]), [0, 2, 0]);
    assert_eq!(day(&place, "E2", "2023-06-01"), Some(10));
}

#[test]
fn a_source_that_comes_back_to_what_it_said_is_believed() {
    let place = place(true);
    let [first, second] = [["E1 ACCEPT 02", "E2 CLOSE 10"], ["E1 ACCEPT 02", "E2 CLOSE 08"]];
    assert_eq!(land(&place, "hall_20230511.csv", &first), [2, 0, 0]);
    assert_eq!(land(&place, "hall_20230512.csv", &second), [1, 1, 0]);
    // The bytes of the first extract, as the third: the closing is the 10th again.
    assert_eq!(land(&place, "hall_20230513.csv", &first), [1, 1, 0]);
    assert_eq!([day(&place, "E2", "2023-05-12"), day(&place, "E2", "2023-05-13")], [Some(8), Some(10)]);
    // Again, under that name, an earlier one, and one that tells nothing.
    for name in ["hall_20230513.csv", "hall_20230510.csv", "copy.csv"] {
        assert_eq!(land(&place, name, &first), [0, 2, 0], "{name}");
    }
    assert_eq!(place.number("select count(*) from ingest_batch"), 3);
}

#[test]
fn ids_need_be_unique_within_their_case_only() {
    let place = place(false);
    let mapping = place.dir.path().join("hall.toml");
    let rows = "id,case,type,at\n1,C1,ACCEPT,2023-05-02 09:00:00\n1,C2,ACCEPT,2023-05-03 09:00:00\n";
    let file = place.file("ids.csv", rows);
    assert_eq!(place.json(&["ingest", text(&mapping), text(&file)])["landed"], 2);
    let other = place.file("other.csv", rows.replace(",C2,", ",C3,"));
    assert_eq!(place.json(&["ingest", text(&mapping), text(&other)])["landed"], 1);
    assert_eq!(place.number("select count(*) from workflow_event"), 3);
}

#[test]
fn without_a_named_extract_the_order_of_landing_decides() {
    let place = place(false);
    assert_eq!(land(&place, "a.csv", &["E1 ACCEPT 02", "E2 CLOSE 10"]), [2, 0, 0]);
    assert_eq!(land(&place, "b.csv", &["E1 ACCEPT 02", "E2 CLOSE 08", "E3 DELIVER 12"]), [2, 1, 0]);
    assert_eq!([day(&place, "E2", "2023-05-11"), day(&place, "E2", "2023-05-12")], [Some(10), Some(8)]);
    // A file put right by hand: its latest time is no later than that of the file before.
    assert_eq!(land(&place, "c.csv", &["E1 ACCEPT 03"]), [1, 0, 0]);
    assert_eq!(day(&place, "E1", "2023-06-01"), Some(3));
}

#[test]
fn two_rows_of_one_key_that_contradict_are_not_both_believed() {
    let place = place(true);
    assert_eq!(land(&place, "hall_20230511.csv", &["E1 ACCEPT 02", "E2 CLOSE 10", "E2 CLOSE 09"]), [2, 0, 1]);
    assert_eq!(place.number("select line from quarantine where rule = 'contradicts' and field = 'event_id'"), 4);
    // As it was, it is not believed the second time either.
    let batch = place.json(&["query", "select batch_id from ingest_batch"])[0]["batch_id"].clone();
    let mapping = place.dir.path().join("hall.toml");
    let replay = ["quarantine", "replay", batch.as_str().expect("an id"), "--mapping", text(&mapping)];
    let told = place.json(&replay);
    assert_eq!((told["outcome"].as_str(), told["open_after"].as_i64()), (Some("nothing_to_do"), Some(1)), "{told}");
    assert_eq!(told["refusals"][0]["rule"], "contradicts", "{told}");
    assert_eq!(day(&place, "E2", "2023-06-01"), Some(10));
    assert_eq!(land(&place, "hall_20230512.csv", &["E4 STEP_END 11", "E4 STEP_END 11"]), [1, 1, 0]);
}

#[test]
fn a_new_recording_time_makes_a_newer_version_also_within_a_file() {
    let place = place(true);
    let mapping = MAPPING.replace("NAMED", NAMED) + "recorded_at = \"told\"\n";
    let mapping = place.file("hall.toml", mapping);
    let head = "id,case,type,at,told\n";
    let old = "E2,C1,CLOSE,2023-05-10 00:00:00,2023-05-10 09:00:00\n";
    let new = "E2,C1,CLOSE,2023-05-08 00:00:00,2023-05-11 09:00:00\n";
    let both = place.file("hall_20230512.csv", [head, new, old].concat());
    assert_eq!(place.json(&["ingest", text(&mapping), text(&both)])["landed"], 2);
    let days = ["2023-05-09", "2023-05-10", "2023-05-11"].map(|at| day(&place, "E2", at));
    assert_eq!(days, [None, Some(10), Some(8)]);
    // The newer first, then the older: the same.
    let other = self::place(true);
    let mapping = other.file("hall.toml", MAPPING.replace("NAMED", NAMED) + "recorded_at = \"told\"\n");
    for (name, row) in [("hall_20230512.csv", new), ("hall_20230511.csv", old)] {
        let file = other.file(name, [head, row].concat());
        assert_eq!(other.json(&["ingest", text(&mapping), text(&file)])["landed"], 1);
    }
    assert_eq!(["2023-05-09", "2023-05-10", "2023-05-11"].map(|at| day(&other, "E2", at)), days);
}

#[test]
fn a_corrected_acceptance_takes_no_card_out_of_the_past() {
    let place = Place::new();
    let mapping = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
case_key = "case"
[[output]]
table = "workflow_case"
per = "case"
[output.fields]
case_no = "case"
promised_limit = { value = "5" }
promised_unit = { value = "WD" }
recorded_at = { value = "2018-03-01 00:00:00" }
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = "type"
occurred_at = "at"
recorded_at = "told"
"#;
    let mapping = place.file("hall.toml", mapping);
    let head = "case,id,type,at,told\n";
    for (name, at, told) in [("a.csv", "2018-03-05", "2018-03-05"), ("b.csv", "2018-03-14", "2018-03-20")] {
        let file = place.file(name, format!("{head}C,E1,ACCEPT,{at} 10:00:00,{told} 10:00:00\n"));
        place.run(&["ingest", text(&mapping), text(&file)]);
    }
    let status =
        |as_of: &str| place.json(&["query", "select status from case_state", "--as-of", as_of])[0]["status"].clone();
    assert_eq!(status("2018-03-16"), "OVERDUE_OPEN");
    assert_eq!(status("2018-03-20"), "RUNNING");
    let red = "select count(*) as n from card where level = 'RED' and condition_at::date = date '2018-03-13'";
    assert_eq!(place.json(&["query", red, "--as-of", "2018-03-16"])[0]["n"], 1);
    assert_eq!(place.number(red), 1, "issued, so it stays");
}
