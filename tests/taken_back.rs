//! Registrations and events that their source takes back: gone from when that is known on, there as of
//! before, and there again if the source says so.

use serde_json::Value;

use crate::support::{Place, text};

const CASES: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
complete = false
[[output]]
table = "workflow_case"
[output.fields]
case_no = "case"
village_code = { value = "450502101201" }
promised_limit = { value = "5" }
recorded_at = "entered"
is_deleted = "gone"
"#;

const EVENTS: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
[output.fields]
event_id = "id"
case_no = "case"
event_type = "type"
occurred_at = "at"
recorded_at = "entered"
is_deleted = "gone"
"#;

/// A is open and overdue since 2018-03-13 00:00, B was closed in time, C has no registration. With 5
/// workdays: YELLOW on 03-12 at 8:00, due on 03-12. The source has reported up to 03-21.
struct Hall(Place);

impl Hall {
    fn new() -> Self {
        let hall = Self(Place::new());
        hall.0.file("cases.toml", CASES);
        hall.0.file("events.toml", EVENTS);
        hall.cases("first.csv", &["A,2018-03-05 10:00:00,", "B,2018-03-05 10:00:00,"]);
        hall.events(
            "events.csv",
            &[
                "E1,A,ACCEPT,2018-03-05 10:00:00,2018-03-05 10:00:00,",
                "E2,B,ACCEPT,2018-03-05 10:00:00,2018-03-05 10:00:00,",
                "E3,B,CLOSE,2018-03-09 10:00:00,2018-03-09 10:00:00,",
                "E4,C,ACCEPT,2018-03-05 10:00:00,2018-03-05 10:00:00,",
                "E5,B,DELIVER,2018-03-21 10:00:00,2018-03-21 10:00:00,",
            ],
        );
        hall
    }

    fn land(&self, mapping: &str, name: &str, header: &str, rows: &[&str]) {
        let file = self.0.file(name, format!("{header}\n{}\n", rows.join("\n")));
        let receipt = self.0.json(&["ingest", text(&self.0.dir.path().join(mapping)), text(&file)]);
        assert_eq!(receipt["landed"].as_i64(), i64::try_from(rows.len()).ok(), "{receipt}");
    }

    fn cases(&self, name: &str, rows: &[&str]) {
        self.land("cases.toml", name, "case,entered,gone", rows);
    }

    fn events(&self, name: &str, rows: &[&str]) {
        self.land("events.toml", name, "id,case,type,at,entered,gone", rows);
    }

    /// The first row of a query as of a day, null without one.
    fn ask(&self, sql: &str, as_of: &str) -> Value {
        self.0.json(&["query", sql, "--as-of", as_of])[0].clone()
    }

    fn status(&self, case_no: &str, as_of: &str) -> Value {
        self.ask(&format!("select status from case_state where case_no = '{case_no}'"), as_of)["status"].clone()
    }

    /// Level, what became of it, and why it was cancelled, of the cards of a case.
    fn cards(&self, case_no: &str, as_of: &str) -> Vec<String> {
        let sql = format!(
            "select level || ' ' || state || ' ' || coalesce(cast(cancelled_at as varchar) || ' ' || cancel_reason, '') as told
             from card where case_no = '{case_no}' order by issued_at, condition_at"
        );
        let rows = self.0.json(&["query", &sql, "--as-of", as_of]);
        let told = rows.as_array().expect("rows").iter().map(|row| row["told"].as_str().expect("text"));
        told.map(|told| told.trim_end().to_owned()).collect()
    }

    /// What is derived, whole.
    fn derived(&self) -> [String; 6] {
        [
            "select * from case_state order by case_no",
            "select * from card_all order by card_id",
            "select * from village_day where received + accepted + closed + due <> 0 order by day",
            "select * from village_item_month order by month, village_code, item_id",
            "select * from org_item_day order by day, org_code, item_id",
            "select * from handling_hist order by grain, month, village_code, org_code, item_id, is_instant, \
             used_days_tenths",
        ]
        .map(|sql| self.0.run(&["query", sql, "--format", "csv"]))
    }

    /// The same, made again from the facts.
    fn assert_made_again(&self) {
        let held = self.derived();
        self.0.run(&["derive", "--full"]);
        assert_eq!(self.derived(), held);
    }
}

/// As of the end of the month everything here is known.
const END: &str = "2018-03-31";

#[test]
fn a_case_whose_registration_is_taken_back_is_in_no_count_from_then_on() {
    let hall = Hall::new();
    let counted = "select count(*) filter (where not is_excluded) as cases, count(*) filter (where is_open) as open
        from case_state";
    let metric = |id: &str, name: &str, as_of: &str| {
        let period = ["--from", "2018-03-01", "--to", "2018-04-01", "--as-of", as_of];
        hall.0.json(&[&["metric", id][..], &period].concat())["rows"][0][name].as_i64()
    };
    assert_eq!(hall.status("A", END), "OVERDUE_OPEN");
    assert_eq!(hall.cards("A", END), ["YELLOW SUPERSEDED", "RED ISSUED"]);
    let measures =
        |as_of: &str| [("M01", "accepted_n"), ("M06", "red_gross_n")].map(|(id, name)| metric(id, name, as_of));
    assert_eq!(measures(END), [Some(3), Some(1)]);

    hall.cases("gone.csv", &["A,2018-03-16 09:00:00,true"]);
    let gone = hall.ask("select * from case_state where case_no = 'A'", END);
    assert_eq!((gone["status"].as_str(), gone["is_open"].as_bool()), (Some("EXCLUDED"), Some(false)), "{gone}");
    assert_eq!((&gone["reasons"][0], &gone["due_at"]), (&Value::from("RECORD_DELETED"), &Value::Null), "{gone}");
    let cancelled = "CANCELLED 2018-03-16T09:00:00+08:00 RECORD_DELETED";
    assert_eq!(hall.cards("A", END), [format!("YELLOW {cancelled}"), format!("RED {cancelled}")]);
    assert_eq!(measures(END), [Some(2), Some(0)]);
    let told = hall.ask(counted, END);
    assert_eq!((told["cases"].as_i64(), told["open"].as_i64()), (Some(2), Some(1)), "{told}");
    let [left, all] = ["workflow_case", "workflow_case_history"]
        .map(|table| hall.0.number(&format!("select count(*) from {table} where case_no = 'A'")));
    assert_eq!((left, all), (0, 2));
    let explained = hall.0.run(&["explain", "A"]);
    assert!(explained.contains("taken back by its source, known since 2018-03-16 09:00:00"), "{explained}");
    assert!(explained.contains("cancelled 2018-03-16 09:00:00"), "{explained}");

    // As of before it is as it was.
    let before = "2018-03-15";
    assert_eq!(hall.status("A", before), "OVERDUE_OPEN");
    assert_eq!(measures(before), [Some(3), Some(1)]);
    assert!(hall.cards("A", before).iter().all(|card| !card.contains("CANCELLED")));
    assert!(!hall.0.run(&["explain", "A", "--as-of", before]).contains("taken back"));
    hall.assert_made_again();

    // A newer version brings it back; in between it was not there.
    hall.cases("back.csv", &["A,2018-03-19 09:00:00,false"]);
    assert_eq!(hall.cards("A", END), ["YELLOW SUPERSEDED", "RED ISSUED"]);
    let statuses = ["2018-03-15", "2018-03-17", "2018-03-20"].map(|as_of| hall.status("A", as_of));
    assert_eq!(statuses, ["OVERDUE_OPEN", "EXCLUDED", "OVERDUE_OPEN"]);
    assert_eq!(measures("2018-03-17"), [Some(2), Some(0)]);
    hall.assert_made_again();
}

#[test]
fn an_event_that_is_taken_back_counts_as_of_before_alone() {
    let hall = Hall::new();
    assert_eq!(hall.status("B", END), "CLOSED_EARLY");
    // The closing of B six days after it, the acceptance of A nine days after it, all that there is of C.
    hall.events(
        "gone.csv",
        &[
            "E3,B,CLOSE,2018-03-09 10:00:00,2018-03-15 09:00:00,true",
            "E1,A,ACCEPT,2018-03-05 10:00:00,2018-03-14 09:00:00,true",
            "E4,C,ACCEPT,2018-03-05 10:00:00,2018-03-15 09:00:00,true",
        ],
    );
    assert_eq!(["A", "B", "C"].map(|case| hall.status(case, END)), ["NOT_STARTED", "OVERDUE_OPEN", "EXCLUDED"]);
    let before = ["A", "B", "C"].map(|case| hall.status(case, "2018-03-13T12:00"));
    assert_eq!(before, ["OVERDUE_OPEN", "CLOSED_EARLY", "NO_LIMIT"]);
    // Taken back late, the acceptance leaves the cards that rested on it; the closing's are issued then.
    assert_eq!(hall.cards("A", END), ["YELLOW SUPERSEDED", "RED ISSUED"]);
    assert_eq!(hall.cards("B", END), ["YELLOW SUPERSEDED", "RED ISSUED"]);
    assert!(hall.cards("B", "2018-03-14").is_empty());
    let [left, all] = ["workflow_event", "workflow_event_history"]
        .map(|table| hall.0.number(&format!("select count(*) from {table} where event_id = 'E3'")));
    assert_eq!((left, all), (0, 2));
    let explained = hall.0.run(&["explain", "B"]);
    assert!(explained.contains("taken back, known since 2018-03-15 09:00:00"), "{explained}");
    assert!(!hall.0.run(&["explain", "B", "--as-of", "2018-03-14"]).contains("taken back"));
    let counted = "select count(*) filter (where not is_excluded) as cases from case_state";
    assert_eq!(hall.ask(counted, END)["cases"], 2);
    hall.assert_made_again();
}

#[test]
fn an_event_that_is_taken_back_without_an_entry_of_its_own_was_taken_back_when_that_was_known() {
    let hall = Hall::new();
    // Only the extract tells since when it is known.
    let named = EVENTS.replace("[[output]]", "[source.extract_time]\nfile_name = \"late_%Y%m%d.csv\"\n[[output]]");
    hall.0.file("events.toml", named.replace("recorded_at = \"entered\"\n", ""));
    hall.events("late_20180322.csv", &["E1,A,ACCEPT,2018-03-05 10:00:00,,true"]);
    assert_eq!(hall.status("A", END), "NOT_STARTED");
    assert_eq!(hall.cards("A", END), ["YELLOW SUPERSEDED", "RED ISSUED"], "17 days late, it proves nothing wrong");
    assert_eq!(hall.status("A", "2018-03-21T12:00"), "OVERDUE_OPEN");
    hall.assert_made_again();
}

#[test]
fn what_comes_again_as_it_was_is_back_unless_it_says_that_it_is_older() {
    let place = Place::new();
    let named = EVENTS.replace("[[output]]", "[source.extract_time]\nfile_name = \"x_%Y%m%d.csv\"\n[[output]]");
    let mapping = place.file("events.toml", named);
    let land = |name: &str, rows: [(&str, &str, &str); 4], end: &str| {
        let line =
            |(id, entered, gone): (&str, &str, &str)| format!("{id},A,STEP_END,2018-03-05 09:00:00,{entered},{gone}\n");
        let file = place.file(name, format!("id,case,type,at,entered,gone\n{}{end}", rows.map(line).concat()));
        place.json(&["ingest", text(&mapping), text(&file), "--no-derive"])["landed"].as_i64()
    };
    let entered = "2018-03-05 10:00:00";
    let first = [("E1", entered, ""), ("E2", entered, ""), ("E3", entered, ""), ("E4", "", "")];
    // Taken back by a newer entry, by one without its time, by one with the same time; never with one.
    let gone = [("E1", "2018-03-07 10:00:00", "true"), ("E2", "", "true"), ("E3", entered, "true"), ("E4", "", "true")];
    assert_eq!((land("x_20180306.csv", first, ""), land("x_20180308.csv", gone, "")), (Some(4), Some(4)));
    let back = "select count(*) filter (where event_id in ('E3', 'E4')) * 10 + count(*) from workflow_event";
    assert_eq!(place.number(back), 0);
    // The extract is newer: where the entry does not say otherwise, the source has them again.
    assert_eq!(land("x_20180309.csv", first, "\n"), Some(2));
    assert_eq!(place.number(back), 22);
    assert_eq!(land("x_20180310.csv", first, "\n\n"), Some(0), "nothing is news twice");
    place.run(&["lake", "verify"]);
}
