//! Records beside the cases: each feed of the sample lands, and real files have the answers that are
//! known of them.

use crate::support::{Place, real, text};

/// Lands each file of a sample by the mapping that its name begins with; nothing may be refused.
fn land_sample(place: &Place) -> Vec<(String, i64)> {
    let out = place.dir.path().join("exports");
    let made = place.json(&["sample", "--out", text(&out), "--villages", "2", "--scale", "0.2"]);
    let files = made["files"].as_array().expect("files").iter().map(|file| file.as_str().expect("a file").to_owned());
    let mut landed = Vec::new();
    for file in files {
        let name = file.rsplit('/').next().and_then(|name| name.rsplit_once('_')).expect("a stamp").0.to_owned();
        let receipt = place.json(&["ingest", &name, &file, "--no-derive"]);
        assert_eq!(
            (receipt["quarantined"].as_i64(), receipt["landed"].as_i64()),
            (Some(0), receipt["records"].as_i64()),
            "{receipt}"
        );
        // The same rows under other bytes.
        let again = std::fs::read_to_string(&file).expect("file") + "\n";
        let again = place.file(&format!("{name}_again.csv"), again);
        let receipt = place.json(&["ingest", &name, text(&again), "--no-derive"]);
        assert_eq!(
            (receipt["landed"].as_i64(), receipt["known"].as_i64()),
            (Some(0), receipt["rows_in"].as_i64()),
            "{name}"
        );
        landed.push((name, receipt["records"].as_i64().expect("records")));
    }
    landed
}

#[test]
fn every_feed_of_the_sample_lands_and_fits_together() {
    let place = Place::new();
    let landed = land_sample(&place);
    assert_eq!(landed.len(), 14, "{landed:?}");
    assert!(landed.iter().all(|(_, records)| *records > 0), "{landed:?}");
    for (sql, count) in [
        ("select count(*) from rating where code_system = 'GBT39046_A8' and stars + cast(raw_code as bigint) <> 6", 0),
        ("select count(*) from rating where code_system = 'STARS5' and stars <> cast(raw_code as bigint)", 0),
        ("select count(*) from rating where case_no not in (select case_no from workflow_case)", 0),
        ("select count(distinct code_system) from rating", 2),
        ("select count(*) from feedback_reply where msg_id not in (select msg_id from feedback_message)", 0),
        ("select count(*) from listing where unit = '斤' and qty_kg * 2 <> qty", 0),
        ("select count(*) from listing where unit = '吨' and price_per_kg * 1000 <> price", 0),
        ("select count(*) from market_price where average_per_kg <> average * 2", 0),
        ("select count(*) from deal where listing_id not in (select listing_id from listing)", 0),
        (
            "select count(*) from parcel where parcel_id not in (select parcel_id from deal where parcel_id is not null)",
            0,
        ),
        (
            "select count(*) from disclosure_obligation where cycle = 'QUARTERLY' and (extract(day from period_from) <> 1 or period_to < period_from)",
            0,
        ),
        ("select count(*) from power_item", 72),
        ("select count(distinct area_no) from power_item", 14),
        ("select count(*) from policy_item", 87),
        ("select count(*) from agent", 2),
        (
            "select count(*) from rating where rater_kind = 'APPLICANT' and (length(rater_hash) <> 64 or hash_key_id is null)",
            0,
        ),
    ] {
        assert_eq!(place.number(sql), count, "{sql}");
    }
    // Versions: a message is posted, signed for, answered.
    let versions =
        place.number("select max(n) from (select count(*) as n from feedback_message_history group by msg_id)");
    assert_eq!(versions, 3);
    let ended = "select count(*) as n from feedback_message where state = 'ENDED'";
    let before = place.json(&["query", ended, "--as-of", "2022-09-01"])[0]["n"].as_i64();
    assert!(before == Some(0) && place.number(ended) > 0);
}

const LISTING: &str = r#"
[source]
system = "market"
time_zone = "Asia/Shanghai"
[source.extract_time]
file_name = "market_%Y%m%d.csv"
[[output]]
table = "listing"
[output.fields]
listing_id = "id"
seller_hash = { column = "seller", person = true, id_card = true }
direction = { value = "SUPPLY" }
product = "product"
price = { column = "price", scale = "0.5" }
posted_at = "at"
is_deleted = { column = "gone", default = "false" }
"#;

#[test]
fn records_are_corrected_taken_back_and_their_people_checked() {
    let place = Place::new();
    let mapping = place.file("market.toml", LISTING);
    let land = |name: &str, lines: &[&str]| {
        let file = place.file(
            name,
            ["id,seller,product,price,at,gone"].iter().chain(lines).copied().collect::<Vec<_>>().join("\n"),
        );
        place.json(&["ingest", text(&mapping), text(&file)])
    };
    // The example of GB 11643, its check digit large, small and wrong.
    let first = land(
        "market_20230501.csv",
        &[
            "A,11010519491231002X,西瓜,\"1,234.5\",2023-05-01,",
            "B,11010519491231002x,西瓜,１２．５,2023-05-01,",
            "C,110105194912310021,西瓜,3,2023-05-01,",
            "D,11010519491231002X,西瓜,￥3,2023-05-01,",
        ],
    );
    assert_eq!((first["landed"].as_i64(), first["quarantined"].as_i64()), (Some(2), Some(2)), "{first}");
    let rules: Vec<_> =
        first["refusals"].as_array().expect("refusals").iter().map(|refusal| refusal["rule"].clone()).collect();
    assert_eq!(rules, ["id_checksum", "not_a_number"]);
    assert_eq!(place.number("select count(distinct seller_hash) from listing"), 1, "one person");
    assert_eq!(place.number("select count(*) from listing where price in (617.25, 6.25)"), 2);
    let second = land(
        "market_20230502.csv",
        &["A,11010519491231002X,西瓜,2,2023-05-01,", "B,11010519491231002X,西瓜,12.5,2023-05-01,true"],
    );
    assert_eq!(second["landed"].as_i64(), Some(2), "{second}");
    assert_eq!(place.number("select count(*) from listing"), 1, "what was taken back is left out");
    assert_eq!(place.number("select count(*) from listing_history"), 4, "and stays");
    let before =
        place.json(&["query", "select count(*) as n from listing where price = 617.25", "--as-of", "2023-05-01"]);
    assert_eq!(before[0]["n"].as_i64(), Some(1));
}

#[test]
fn prices_of_a_real_market_are_told_apart() {
    let Some(file) = real("market/xinfadi_veg_2016-05-03.csv") else { return };
    let place = Place::new();
    let receipt = place.json(&["ingest", "xinfadi", text(&file)]);
    let count = |name: &str| receipt[name].as_i64();
    assert_eq!(
        (count("records"), count("quarantined"), count("repeated")),
        (Some(110_608), Some(362), Some(672)),
        "{receipt}"
    );
    assert_eq!((count("landed"), count("known")), (Some(109_574), Some(672)));
    let rows = "select count(distinct line) from quarantine where rule";
    assert_eq!(place.number(&format!("{rows} = 'price_order'")), 360);
    assert_eq!(
        place.number(&format!("{rows} <> 'price_order'")),
        2,
        "prices that cannot be read, and a row without any"
    );
    assert_eq!(place.number("select count(*) from market_price"), 109_574);
    assert_eq!(
        place.number("select count(*) from market_price where unit = '斤' and average_per_kg = average * 2"),
        109_574
    );
}

#[test]
fn real_messages_have_their_answers() {
    let Some(file) = real("feedback/cn_messages_replies.xlsx") else { return };
    let place = Place::new();
    let receipt = place.json(&["ingest", "cn_messages", text(&file)]);
    let count = |name: &str| receipt[name].as_i64();
    assert_eq!(
        (count("records"), count("rows_in"), count("quarantined")),
        (Some(2_816), Some(5_632), Some(1)),
        "{receipt}"
    );
    assert_eq!(place.number("select count(*) from feedback_message"), 2_816);
    assert_eq!(place.number("select count(*) from feedback_reply"), 2_815);
    let early = "select count(*) from feedback_message join feedback_reply using (msg_id) where replied_at < posted_at";
    assert_eq!(place.number(early), 0);
    let days =
        "select max(workdays_between(posted_at, replied_at)) from feedback_message join feedback_reply using (msg_id)";
    assert!(place.number(days) > 10);
    // Offices write their numbers with every dash there is.
    let landlines = "select count(*) from feedback_reply
        where regexp_like(text, '(^|[^0-9])0[3-9][0-9]{2}[^0-9*]{1,3}[2-8][0-9]{6}($|[^0-9])')";
    assert!(place.number(landlines) == 0 && count("masked") > Some(100), "{receipt}");
}

#[test]
fn a_real_catalogue_becomes_items_and_the_same_again_nothing() {
    let Some(file) = real("catalog/service_items_guangan_511602.csv") else { return };
    let place = Place::new();
    let receipt = place.json(&["ingest", "service_items_cn", text(&file)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(1_135), Some(0)), "{receipt}");
    let ours = "select count(distinct item_id) from service_item where region_code = '511602000000'";
    assert_eq!(place.number(ours), 1_135);
    assert_eq!(place.number("select count(*) from service_item where region_code is null"), 74, "the city's own stay");
    // One item has another name now: a row that says otherwise on the same day takes its place.
    let text_of = std::fs::read_to_string(&file).expect("file");
    let changed = place.file("changed.csv", text_of.replacen("科技政策咨询服务", "科技政策咨询", 1));
    let receipt = place.json(&["ingest", "service_items_cn", text(&changed)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["known"].as_i64()), (Some(1), Some(1_134)), "{receipt}");
    assert_eq!(place.number(ours), 1_135);
}
