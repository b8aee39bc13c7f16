//! Editions of the regions that land, and what is told of villages that are no more.

use serde_json::Value;

use crate::server::Server;
use crate::support::{Place, text};

const EDITIONS: &str = r#"
[source]
system = "bureau"
time_zone = "Asia/Shanghai"
[[output]]
table = "region"
[output.fields]
edition = "edition"
code = "code"
name = "name"
level = "level"
parent_code = "parent_code"
valid_from = "valid_from"
valid_to = { column = "valid_to", optional = true }
"#;

const HEAD: &str = "edition,code,name,level,parent_code,valid_from,valid_to";

/// A case of a village that the editions have until 2020, and one of a village that they still have.
const CASES: &str = "\
case,village,item,at
OLD,450503101211,SI001,2018-03-05 10:00:00
NEW,450503101201,SI001,2018-03-05 10:00:00
";

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
item_id = "item"
village_code = "village"
recorded_at = "at"
[[output]]
table = "workflow_event"
[output.fields]
case_no = "case"
event_type = { value = "ACCEPT" }
occurred_at = "at"
"#;

fn lake() -> Place {
    let place = Place::new();
    let (mapping, file) = (place.file("hall.toml", MAPPING), place.file("hall.csv", CASES));
    place.run(&["ingest", text(&mapping), text(&file)]);
    place
}

/// The rows of the newest shipped edition as those of another, `skip` left out.
fn edition(place: &Place, year: u16, skip: &str, valid_to: &str) -> String {
    let exported = place.run(&["reference", "export", "region"]);
    let rows = exported.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let wanted = fields[0] == "2023" && fields[1] != skip;
        wanted.then(|| format!("{year},{},{year}-01-01,{valid_to}\n", fields[1..5].join(",")))
    });
    format!("{HEAD}\n{}", rows.collect::<String>())
}

#[test]
fn an_edition_that_lands_takes_the_place_of_the_one_before_it() {
    let place = lake();
    let villages = || place.number("select count(*) from village");
    assert_eq!(villages(), 437);
    let mapping = place.file("editions.toml", EDITIONS);
    let file = place.file("2024.csv", edition(&place, 2024, "450521200211", ""));
    let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(471), Some(0)), "{receipt}");
    assert_eq!(villages(), 436, "2023 says of no row that it ends");
    assert_eq!(place.number("select villages_n from metric('M25', '2024-01-01', '2024-02-01')"), 436);
    assert_eq!(place.number("select count(distinct village_code) from village"), 436);
    let before = place.json(&["query", "select count(*) as n from village", "--as-of", "2023-12-31"]);
    assert_eq!(before[0]["n"], 437);
    // That the older one goes on is told, and what ends it.
    let failed = place.sunlake().args(["check", "region_editions", "--json"]).assert().failure().code(1);
    let told: Value = serde_json::from_slice(&failed.get_output().stdout).expect("JSON");
    let found = told["checks"][0]["found"].as_array().expect("rows");
    assert_eq!((found.len(), found[0]["key"].as_str()), (1, Some("edition 2023")), "{told}");
    let detail = found[0]["detail"].as_str();
    assert_eq!(detail, Some("is in force without an end, and edition 2024 begins on 2024-01-01"), "{told}");
    let ended = place.file("2023.csv", edition(&place, 2023, "", "2024-01-01"));
    place.run(&["reference", "put", "region", text(&ended)]);
    place.run(&["check", "region_editions", "village_in_region", "level_sums"]);
    assert_eq!(villages(), 436);
}

#[test]
fn one_row_of_an_edition_that_has_begun_adds_a_village_to_it() {
    let place = lake();
    let rows = format!("{HEAD}\n2023,450521200212,新城村委会,village,450521200000,2023-07-01,\n");
    place.run(&["reference", "put", "region", text(&place.file("row.csv", rows))]);
    let count =
        |day: &str| place.json(&["query", "select count(*) as n from village", "--as-of", day])[0]["n"].as_i64();
    assert_eq!([count("2023-06-30"), count("2023-07-01")], [Some(437), Some(438)]);
    place.run(&["check", "region_editions"]);
}

#[test]
fn what_changed_from_one_edition_to_another_is_asked_in_sql() {
    let place = lake();
    let sql = "select change, count(*) as n, count(successor_code) as known from region_change \
               where earlier = 2018 and later = 2023 group by change order by change";
    let rows = place.json(&["query", sql]);
    let told = rows.as_array().expect("rows").iter();
    let told = told.map(|row| (row["change"].as_str(), row["n"].as_i64(), row["known"].as_i64()));
    let wanted = [
        (Some("ADDED"), Some(11), Some(0)),
        (Some("REMOVED"), Some(12), Some(4)),
        (Some("RENAMED"), Some(11), Some(0)),
    ];
    assert_eq!(told.collect::<Vec<_>>(), wanted, "{rows}");
    let sql = "select name_before, successor_code, first_day from region_change \
               where code = '450503101211' and earlier = 2020 and later = 2021";
    let row = place.json(&["query", sql])[0].clone();
    let cells = ["name_before", "successor_code", "first_day"].map(|name| row[name].as_str());
    assert_eq!(cells, [Some("白虎头村委会"), Some("450503101006"), Some("2021-01-01")], "{row}");
    let sql = "select village_code, gone_on from village_ever where gone_on > '2019-01-01'";
    let gone = place.json(&["query", sql]);
    assert_eq!(gone.as_array().map(Vec::len), Some(1), "{gone}");
    let gone = ["village_code", "gone_on"].map(|name| gone[0][name].as_str());
    assert_eq!(gone, [Some("450503101211"), Some("2021-01-01")]);
}

#[test]
fn a_case_keeps_the_village_of_its_day() {
    let place = lake();
    let case = "select village_code, township_code, county_code from case_state where case_no = 'OLD'";
    let case = place.json(&["query", case])[0].clone();
    let codes = ["village_code", "township_code", "county_code"].map(|name| case[name].as_str());
    assert_eq!(codes, [Some("450503101211"), Some("450503101000"), Some("450503000000")], "{case}");
    // It counts at every level, in the row of its old village too.
    for (by, bucket) in [("village", "450503101211"), ("township", "450503101000"), ("county", "450503000000")] {
        let sql = format!(
            "select sum(accepted_n) from metric('M01', '2018-03-01', '2018-04-01', '{by}') where bucket = '{bucket}'"
        );
        let wanted = if by == "village" { 1 } else { 2 };
        assert_eq!(place.number(&sql), wanted, "{by}");
    }
    place.run(&["check", "village_in_region", "level_sums"]);

    let server = Server::start(&place, &place.file("sunlake.toml", ""));
    let page = |path: &str| {
        let answer = server.send("GET", path, &[("cookie", "lang=zh")], b"");
        assert_eq!(answer.status, 200, "{path}");
        answer.text
    };
    let shown = page("/cases/OLD");
    assert!(shown.contains("银海区银滩镇白虎头村"), "{shown}");
    // Its source has not reported since.
    let cards = page("/cards.csv?state=UNCONFIRMED&region=450503101211");
    assert!(cards.contains("白虎头村委会"), "{cards}");
    // It has a row where something is counted of it.
    assert!(page("/villages.csv?from=2018-03-01&to=2018-03-31").contains("450503101211"));
    assert!(!page("/villages.csv?from=2018-01-01&to=2018-01-31").contains("450503101211"));
    let shown = page("/villages/450503101211");
    assert!(shown.contains("id=\"gone\"") && shown.contains("自2021年1月1日"), "{shown}");
    assert!(shown.contains("/villages/450503101006") && shown.contains("白虎头社区"), "{shown}");
    assert!(shown.contains("<dl class=\"figures\">"), "its figures: {shown}");
    assert!(page("/villages/450503101211?from=2018-03-01&to=2018-03-31").contains("<dl class=\"figures\">"));
    assert!(!page("/villages/450503101201").contains("id=\"gone\""));
    assert_eq!(server.send("GET", "/villages/450503101999", &[], b"").status, 404);
}
