//! `sunlake check`, and what the page of data quality says of it.

use serde_json::Value;

use crate::server::Server;
use crate::support::{Place, text};

const RATING: &str =
    "rating_id,case_no,round_no,raw_code,code_system,tags,comment,channel,rated_at,rater_kind,rater_id,is_default,\
     is_real_name,device_id,ip,eval_point,rectify_due_at,rectified_at,rectify_result,follow_up_at,appeal_state,recorded_at
PJ9,NO-SUCH-CASE,1,5,STARS5,,,3,2022-09-29 17:43:55,APPLICANT,,false,true,,,2,,,,,,2022-09-29 17:45:18
";

/// A lake of made-up cases, of which some were folded twice.
fn lake() -> Place {
    let place = Place::new();
    let out = place.dir.path().join("exports");
    let made = place.json(&["sample", "--out", text(&out), "--villages", "1", "--scale", "0.02"]);
    let file = |at: usize| made["files"][at].as_str().expect("a file").to_owned();
    place.run(&["ingest", "workflow_case", &file(0)]);
    place.run(&["ingest", "workflow_event", &file(1)]);
    place
}

#[test]
fn an_honest_lake_passes_every_check() {
    let place = lake();
    let told = place.json(&["check"]);
    let checks = told["checks"].as_array().expect("checks");
    assert_eq!(checks.len(), 19);
    for check in checks {
        assert_eq!((check["rows"].as_i64(), check["is_all"].as_bool()), (Some(0), Some(true)), "{check}");
        assert!(check["title_zh"].is_string() && check["row"].is_string(), "{check}");
    }
    assert!(told["as_of"].is_string() && told["versions"]["case_state"].as_i64() > Some(0), "{told}");
    let shown = place.run(&["check"]);
    assert_eq!(shown.lines().count(), 20, "{shown}");
    assert!(shown.contains("ledger_sums") && shown.contains("The account of each batch is right"), "{shown}");
}

#[test]
fn what_a_check_finds_is_told_with_exit_code_1() {
    let place = lake();
    let file = place.file("rating_20230913T154200.csv", RATING);
    place.run(&["ingest", "rating", text(&file)]);
    let failed = place.sunlake().args(["check", "ledger_sums", "record_references"]).assert().failure().code(1);
    let said = String::from_utf8_lossy(&failed.get_output().stderr).into_owned();
    assert!(said.contains("checks that did not pass: 1 of 2"), "{said}");
    let shown = String::from_utf8_lossy(&failed.get_output().stdout).into_owned();
    let line = shown.lines().last().expect("a line");
    assert!(line.starts_with("record_references") && line.contains("PJ9: rating of case NO-SUCH-CASE"), "{shown}");
    let failed = place.sunlake().args(["check", "record_references", "--json"]).assert().failure().code(1);
    let told: Value = serde_json::from_slice(&failed.get_output().stdout).expect("JSON");
    assert_eq!(told["checks"][0]["found"][0]["key"].as_str(), Some("PJ9"), "{told}");
    // Once the case is named that was meant, as a later version of the record.
    let case = place.json(&["query", "select min(case_no) as case_no from case_state"]);
    let case = case[0]["case_no"].as_str().expect("a case");
    let mended = RATING.replace("NO-SUCH-CASE", case).replace("2022-09-29 17:45:18", "2022-09-30 09:00:00");
    place.run(&["ingest", "rating", text(&place.file("rating_20230914T154200.csv", mended))]);
    place.run(&["check", "record_references"]);
}

#[test]
fn a_check_that_does_not_exist_is_typed_wrongly() {
    let place = Place::new();
    let message = place.fails(2, &["check", "ledger"]);
    assert!(message.contains("there is no check \"ledger\"; there are key_unique_case_state, "), "{message}");
    assert!(place.fails(2, &["check", "--as-of", "2023-09-13"]).contains("leave --as-of out"));
    assert!(place.fails(1, &["check"]).contains("there is no lake"));
}

#[test]
fn the_page_says_when_no_check_has_been_run() {
    let place = lake();
    let server = Server::start(&place, &place.file("sunlake.toml", ""));
    let page = |path: &str, lang: &str| server.send("GET", path, &[("cookie", lang)], b"").text;
    let shown = page("/quality", "lang=en");
    assert!(shown.contains("id=\"checks\"") && shown.contains("No check has been run since"), "{shown}");
    assert!(page("/quality", "lang=zh").contains("还没有运行过检查"));
    assert_eq!(page("/quality/checks.csv", "lang=en").lines().count(), 1);
}
