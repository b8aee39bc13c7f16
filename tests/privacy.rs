//! Numbers of people do not come in by a side door: free fields, attributes, other ways to write an
//! ID, messages.

use crate::support::{Place, text};

const EVENTS: &str = r#"
[source]
system = "desk"
time_zone = "Asia/Shanghai"
[[output]]
table = "workflow_event"
attributes = ["remark", "code", "ratio"]
[output.fields]
event_id = "id"
case_no = "case"
event_type = { value = "STOP" }
occurred_at = "at"
decision = "decision"
basis = "basis"
"#;

#[test]
fn free_fields_and_attributes_are_masked_and_keys_are_not() {
    let place = Place::new();
    let mapping = place.file("desk.toml", EVENTS);
    let rows = "id,case,at,decision,basis,remark,code,ratio\n\
                E1,13800138000,2023-05-01 09:00:00,请拨打0779—2021234,450521195512310025申请,\
                13800138000万女士,450502202307250001,1.13800138000\n";
    let file = place.file("events.csv", rows);
    let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["masked"].as_i64()), (Some(1), Some(3)), "{receipt}");
    let rows_held = place.json(&["query", "select case_no, decision, basis, attributes from workflow_event"]);
    let row = &rows_held[0];
    for (value, expected) in [
        (&row["case_no"], "13800138000"),
        (&row["decision"], "请拨打0779—*****34"),
        (&row["basis"], "450***********0025申请"),
        (&row["attributes"]["remark"], "138****8000万女士"),
        (&row["attributes"]["code"], "450502202307250001"),
        (&row["attributes"]["ratio"], "1.13800138000"),
    ] {
        assert_eq!(value.as_str(), Some(expected), "{row}");
    }
    // The same row under other bytes is known: what is masked does not depend on the day.
    let again = place.file("again.csv", rows.to_owned() + "\n");
    let receipt = place.json(&["ingest", text(&mapping), text(&again)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["known"].as_i64()), (Some(0), Some(1)), "{receipt}");
}

const LISTINGS: &str = r#"
[source]
system = "market"
time_zone = "Asia/Shanghai"
[[output]]
table = "listing"
[output.fields]
listing_id = "id"
seller_hash = { column = "seller", person = true, id_card = true }
direction = { value = "SUPPLY" }
product = "product"
posted_at = "at"
"#;

#[test]
fn one_person_has_one_hash_however_the_card_is_written() {
    let place = Place::new();
    let mapping = place.file("market.toml", LISTINGS);
    let rows = [
        "id,seller,product,at",
        "A,11010519491231002X,西瓜,2023-05-01",
        "B,11010519491231002x,西瓜,2023-05-01",
        "C,１１０１０５１９４９１２３１００２ｘ,西瓜,2023-05-01",
        "D,110105491231002,西瓜,2023-05-01",
        "E,450521195512310025,西瓜,2023-05-01",
    ];
    let file = place.file("market.csv", rows.join("\n"));
    let receipt = place.json(&["ingest", text(&mapping), text(&file)]);
    assert_eq!(receipt["landed"].as_i64(), Some(5), "{receipt}");
    assert_eq!(place.number("select count(distinct seller_hash) from listing where listing_id <> 'E'"), 1);
    assert_eq!(place.number("select count(distinct seller_hash) from listing"), 2);
}

#[test]
fn the_first_record_of_a_file_without_a_header_is_not_told() {
    let place = Place::new();
    let file = place.file("bare.csv", "C1,450521195512310025,13800138000\nC2,11010519491231002X,13900139000\n");
    let message = place.fails(1, &["ingest", "workflow_event", text(&file)]);
    assert!(message.contains("C1, 450***********0025, 138****8000"), "{message}");
}
