//! Metrics with what is set beside them, followed to their rows, asked in SQL, and set beside claims.

use serde_json::Value;

use crate::support::{Place, text};

const MAPPING: &str = r#"
[source]
system = "hall"
time_zone = "Asia/Shanghai"
case_key = "case"
[[output]]
table = "workflow_case"
per = "case"
[output.fields]
case_no = "case"
promised_limit = "limit"
promised_unit = { value = "WD" }
recorded_at = "at"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case"
event_type = "type"
occurred_at = "at"
"#;

/// Accepted: one case in February, two in March; none is closed.
pub fn lake() -> Place {
    let place = Place::new();
    let mapping = place.file("hall.toml", MAPPING);
    let rows = "A,5,ACCEPT,2018-02-05 10:00:00\nB,5,ACCEPT,2018-03-05 10:00:00\nC,5,ACCEPT,2018-03-06 10:00:00\n";
    let file = place.file("hall.csv", format!("case,limit,type,at\n{rows}"));
    place.run(&["ingest", text(&mapping), text(&file)]);
    place
}

const MARCH: [&str; 6] = ["--from", "2018-03-01", "--to", "2018-04-01", "--as-of", "2018-04-30"];

fn asked(place: &Place, args: &[&str]) -> Value {
    place.json(&[&["metric"], args, &MARCH].concat())
}

#[test]
fn a_month_is_set_beside_the_one_before_with_intervals() {
    let place = lake();
    let told = asked(&place, &["M01", "--compare", "previous"]);
    let row = &told["rows"][0];
    assert_eq!([&row["accepted_n"], &row["accepted_n_then"]].map(Value::as_i64), [Some(2), Some(1)]);
    assert_eq!(row["accepted_n_change"].as_f64(), Some(1.0));
    assert!(row["closed_n_change"].is_null(), "nothing to be relative to: {row}");
    let base = &told["parameters"]["compared_with"];
    assert_eq!([&base["from"], &base["to"]].map(Value::as_str), [Some("2018-02-01"), Some("2018-03-01")]);
    // None of two on time: 0 to 3.8415 / 5.8415.
    let told = asked(&place, &["M03", "--intervals"]);
    let row = &told["rows"][0];
    assert_eq!(row["on_time_rate_lower"].as_f64(), Some(0.0));
    assert!(row["on_time_rate_upper"].as_f64().is_some_and(|upper| (upper - 0.6576).abs() < 1e-4), "{row}");
}

#[test]
fn a_figure_is_followed_to_its_cases_and_tells_where_it_comes_from() {
    let place = lake();
    let told = asked(&place, &["M03"]);
    assert_eq!(told["rows"][0]["due_n"].as_i64(), Some(2));
    assert_eq!(told["metric"], "M03");
    assert_eq!(told["version"].as_str().map(str::len), Some(64));
    assert_eq!(told["parameters"]["from"], "2018-03-01");
    assert!(told["sql"].as_str().is_some_and(|sql| sql.contains("due_on >= $from")), "{told}");
    assert!(told["as_of"].as_str().is_some_and(|at| at.starts_with("2018-04-30")), "{told}");
    assert!(told["tables"]["case_state"].is_u64(), "{told}");
    let cases = asked(&place, &["M03", "--rows"]);
    let numbers: Vec<_> = cases["rows"].as_array().expect("rows").iter().map(|row| row["case_no"].as_str()).collect();
    assert_eq!((numbers.len(), numbers.contains(&Some("B")), numbers.contains(&Some("C"))), (2, true, true));
    assert_eq!((&cases["version"], &cases["parameters"]["rows_of"]), (&told["version"], &Value::from("due_n")));
    assert_eq!(asked(&place, &["M03", "--rows=on_time_n"])["rows"], Value::Array(Vec::new()));
    let refused = place.fails(2, &["metric", "M03", "--rows=on_time_rate"]);
    assert!(refused.contains("on_time_rate of M03 is made of counts"), "{refused}");
    assert!(place.fails(2, &["metric", "M03", "--rows=late_n"]).contains("choose due_n, on_time_n"));
}

/// As of an instant what came to be known by it is seen, whenever it landed; what was seen then is another question.
#[test]
fn an_answer_is_given_again_of_the_versions_that_it_stood_on() {
    let place = lake();
    let questions: [&[&str]; 3] =
        [&["M01", "--by", "month", "--compare", "previous"], &["M03", "--intervals"], &["M01", "--rows=accepted_n"]];
    let told = questions.map(|args| asked(&place, args));
    let files = ["1.json", "2.json", "3.json"].map(|name| place.dir.path().join(name));
    for (file, told) in files.iter().zip(&told) {
        std::fs::write(file, told.to_string()).expect("written");
    }
    let late = place.file("late.csv", "case,limit,type,at\nD,5,ACCEPT,2018-03-07 10:00:00\n");
    place.run(&["ingest", text(&place.dir.path().join("hall.toml")), text(&late)]);
    assert_eq!(asked(&place, questions[0])["rows"][0]["accepted_n"].as_i64(), Some(3), "of the newest versions");
    for (file, told) in files.iter().zip(&told) {
        assert_eq!(&place.json(&["metric", "--again", text(file)]), told);
    }
    assert_eq!(told[0]["rows"][0]["accepted_n"].as_i64(), Some(2));
    assert_eq!(told[0]["policies"], serde_json::json!(["BEIHAI_2 1"]));

    let fails = |code: i32, more: &[&str], told: &str| {
        let file = place.file("other.json", told);
        place.fails(code, &[&["metric", "--again", text(&file)][..], more].concat())
    };
    let mut other = told[0].clone();
    other["version"] = Value::from("another");
    let file = place.file("other.json", other.to_string());
    let done = place.sunlake().args(["metric", "--again", text(&file)]).assert().success();
    let warned = String::from_utf8_lossy(&done.get_output().stderr).into_owned();
    assert!(warned.contains("M01 was defined otherwise"), "{warned}");
    other["tables"]["case_state"] = Value::from(999);
    let refused = fails(1, &[], &other.to_string());
    assert!(refused.contains("version 999 of table case_state is not there"), "{refused}");
    other["tables"].as_object_mut().expect("versions").remove("case_state");
    assert!(fails(1, &[], &other.to_string()).contains("no version of table case_state"));
    assert!(fails(2, &[], "{}").contains("is no answer of a metric"));
    assert!(fails(2, &["M01"], "{}").contains("cannot be used with"));
    assert!(fails(2, &["--as-of", "2018-04-30"], "{}").contains("leave --as-of out"));

    let ledger = place.dir.path().join("lake/ingest_batch");
    let entries = std::fs::read_dir(ledger).expect("folder").map(|entry| entry.expect("entry").path());
    for file in entries.filter(|file| file.extension().is_some_and(|ending| ending == "parquet")) {
        std::fs::remove_file(file).expect("removed");
    }
    let gone = fails(1, &[], &told[0].to_string());
    assert!(gone.contains("of table ingest_batch is not there to be read again"), "{gone}");
}

/// For one question, and told with its answer.
#[test]
fn a_parameter_can_be_supposed_to_have_another_value() {
    let place = lake();
    let white = |told: &Value| told["rows"][0]["white_item_n"].as_i64();
    let held = asked(&place, &["M12"]);
    let supposed = asked(&place, &["M12", "--set", "visits_white_items=SI001;SI002"]);
    assert_eq!((white(&held), white(&supposed)), (Some(0), Some(2)));
    assert!(held["parameters"].get("supposed").is_none(), "{held}");
    assert_eq!(supposed["parameters"]["supposed"], serde_json::json!({"visits_white_items": "SI001;SI002"}));
    assert_eq!((&held["version"], &held["sql"]), (&supposed["version"], &supposed["sql"]));
    let file = place.file("supposed.json", supposed.to_string());
    assert_eq!(place.json(&["metric", "--again", text(&file)]), supposed);
    assert_eq!(white(&asked(&place, &["M12"])), Some(0), "the lake is as it was");
    for (metric, set, wanted) in [
        ("M12", "visits_white_items", "give a parameter and its value"),
        ("M12", "saving_per_case=1", "parameter \"saving_per_case\": M12 takes visits_white_items"),
        ("M03", "saving_per_case=1", "M03 takes none"),
        ("M31", "saving_per_case=much", "saving_per_case cannot be \"much\": give a number"),
    ] {
        let message = place.fails(2, &["metric", metric, "--set", set]);
        assert!(message.contains(wanted), "{message}");
    }
}

#[test]
fn a_metric_is_a_table_in_sql() {
    let place = lake();
    let rows = |sql: &str| place.json(&["query", sql, "--as-of", "2018-04-30"]);
    let told = rows("select bucket, due_n from metric('m03', '2018-03-01', date '2018-04-01')");
    assert_eq!(told, serde_json::json!([{"bucket": "all", "due_n": 2}]));
    let told = rows(
        "select bucket, accepted_n from metric('M01', '2018-02-01', '2018-04-01', 'month') where accepted_n > 0 order by 1",
    );
    assert_eq!(
        told,
        serde_json::json!([{"bucket": "2018-02", "accepted_n": 1}, {"bucket": "2018-03", "accepted_n": 2}])
    );
    for (call, wanted) in [
        ("metric('M03')", "write metric('M03', date '2018-05-01', date '2018-06-01'[, 'village'])"),
        ("metric('M99', '2018-03-01', '2018-04-01')", "there is no metric 'M99'"),
        ("metric('M03', '2018-03-01', '2018-13-01')", "is no date"),
        ("metric('M03', '2018-04-01', '2018-03-01')", "is empty"),
        ("metric('M07', '2018-03-01', '2018-04-01', 'village')", "M07 cannot be told apart by village"),
        ("metric('M01', '2018-01-01', '2019-01-01', 'day')", "at most 100"),
    ] {
        let message = place.fails(1, &["query", &format!("select * from {call}")]);
        assert!(message.contains(wanted), "{call}: {message}");
    }
}

/// A claim stands beside what the metric says, and neither is made of the other.
#[test]
fn claims_stand_beside_what_the_records_say() {
    let place = lake();
    let claims = place.json(&[&["claims"][..], &MARCH].concat());
    let claims = claims.as_array().expect("rows");
    let names: Vec<_> = claims.iter().filter_map(|row| row["claim"].as_str()).collect();
    assert_eq!(names.len(), 13, "{claims:?}");
    assert!(names.is_sorted() && ["C1", "C2", "C4", "C5", "C6", "C7"].iter().all(|name| names.contains(name)));
    for row in claims {
        assert!(row["claimed"].is_f64() && row["source"].is_string() && row["note"].is_string(), "{row}");
        let (Some(metric), Some(figure)) = (row["metric"].as_str(), row["figure"].as_str()) else {
            assert!(row["recorded"].is_null() && row["recorded_unit"].is_null(), "{row}");
            continue;
        };
        assert!(row["recorded_unit"].is_string(), "{row}");
        if ["M01", "M07"].contains(&metric) {
            let told = asked(&place, &[metric]);
            assert_eq!(row["recorded"].as_f64(), told["rows"][0][figure].as_f64(), "{row}");
        }
    }
    let villages = &claims[0];
    assert_eq!(villages["claimed"].as_f64(), Some(428.0), "{villages}");
    assert!(villages["recorded"].as_f64().is_some_and(|found| found > 428.0), "not forced to the claim: {villages}");

    // A claim that was told otherwise later is another row, and moves no figure.
    let later = place.file("later.csv", "key,value,valid_from,source\nclaim_villages,440,2018-02-01,a later report\n");
    place.run(&["reference", "put", "metric_parameter", text(&later)]);
    let again = place.json(&[&["claims"][..], &MARCH].concat());
    assert_eq!((again[0]["claimed"].as_f64(), &again[0]["source"]), (Some(440.0), &Value::from("a later report")));
    assert_eq!(again[0]["recorded"], villages["recorded"]);
    assert!(place.fails(2, &["claims", "--from", "2018-04-01", "--to", "2018-03-01"]).contains("is empty"));
}
