//! Records beside the cases: each feed of the sample lands, and real files have the answers that are
//! known of them.

use crate::support::{Place, real, text};

/// Feeds of what a lake has from its beginning.
const SHIPPED: [&str; 3] = ["region", "organization", "service_item"];

/// Lands each file of a sample by the mapping that its name begins with; nothing may be refused.
fn land_sample(place: &Place) -> Vec<(String, i64)> {
    let out = place.dir.path().join("exports");
    let made = place.json(&["sample", "--out", text(&out), "--villages", "2", "--scale", "0.2"]);
    let files = made["files"].as_array().expect("files").iter().map(|file| file.as_str().expect("a file").to_owned());
    let mut landed = Vec::new();
    for file in files {
        let name = file.rsplit('/').next().and_then(|name| name.rsplit_once('_')).expect("a stamp").0.to_owned();
        let receipt = place.json(&["ingest", &name, &file, "--no-derive"]);
        let (new, known) = if SHIPPED.contains(&name.as_str()) { ("known", "landed") } else { ("landed", "known") };
        assert_eq!(
            (receipt["quarantined"].as_i64(), receipt[new].as_i64(), receipt[known].as_i64()),
            (Some(0), receipt["records"].as_i64(), Some(0)),
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
    assert_eq!(landed.len(), 17, "{landed:?}");
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
        ("select count(*) from service_item where put_at is null", 74),
        ("select count(*) from lake.organization where batch_id is null", 78),
        ("select count(*) from lake.region", 3_776),
        ("select count(*) from workflow_case where applicant_type is null or fee_due is null or fee_paid < fee_due", 0),
        ("select count(distinct applicant_type) from workflow_case", 2),
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
    take_a_rating_back(&place);
    tell_news_of_what_is_shipped(&place);
}

/// Rows of the feeds that say what the lake does not know yet.
fn tell_news_of_what_is_shipped(place: &Place) {
    let exports = || std::fs::read_dir(place.dir.path().join("exports")).expect("exports");
    let land = |name: &str, change: &dyn Fn(&str) -> String| {
        let mut files = exports().map(|entry| entry.expect("entry").path());
        let file = files.find(|file| text(file).contains(&format!("/{name}_"))).expect("a file");
        let rows = std::fs::read_to_string(file).expect("file");
        let (header, rows) = rows.split_once('\n').expect("rows");
        let row = change(rows.lines().next().expect("a row"));
        let file = place.file(&format!("{name}_20991231T000000.csv"), format!("{header}\n{row}\n"));
        let receipt = place.json(&["ingest", name, text(&file), "--no-derive"]);
        assert_eq!((receipt["landed"].as_i64(), receipt["known"].as_i64()), (Some(1), Some(0)), "{receipt}");
    };
    // A number of its own is left to the lake: the next one.
    land("service_item", &|row| {
        row.replacen("SI001,1,", "SI001,,", 1).replacen("2016-10-01", "2024-01-01", 1).replacen(",15,WD,", ",14,WD,", 1)
    });
    land("organization", &|row| row.replacen("审批股", "审批科", 1));
    land("region", &|row| row.replacen("北海市", "北海", 1));
    for (sql, count) in [
        ("select count(*) from service_item_history where item_id = 'SI001'", 2),
        ("select promised_limit from service_item where item_id = 'SI001' and version = 2", 14),
        ("select count(*) from organization", 78),
        ("select count(*) from organization where name like '%审批科'", 1),
        ("select count(*) from lake.region", 3_776),
        ("select count(*) from lake.region where edition = 2023 and name = '北海'", 1),
    ] {
        assert_eq!(place.number(sql), count, "{sql}");
    }
}

/// The mapping of the sample's files knows a column that they lack.
fn take_a_rating_back(place: &Place) {
    let exports = std::fs::read_dir(place.dir.path().join("exports")).expect("exports");
    let mut files = exports.map(|entry| entry.expect("entry").path());
    let file = files.find(|file| text(file).contains("/rating_")).expect("ratings");
    let ratings = std::fs::read_to_string(file).expect("file");
    let (header, rows) = ratings.split_once('\n').expect("rows");
    let id = |row: &str| row.split(',').next().expect("an id").to_owned();
    let is_single = |row: &&str| rows.lines().filter(|other| id(other) == id(row)).count() == 1;
    let once = rows.lines().find(is_single).expect("a row");
    let count = || place.number("select count(*) from rating");
    let before = count();
    let gone = place.file("rating_20991231T000000.csv", format!("{header},is_deleted\n{once},true\n"));
    assert_eq!(place.json(&["ingest", "rating", text(&gone), "--no-derive"])["landed"].as_i64(), Some(1));
    assert_eq!(count(), before - 1);
}

/// What every case file of the shipped mapping has, and what some have beyond that.
const CASE: &str = "case_no,data_version,item_id,item_version,case_kind,village_code,applicant_id,apply_channel,agent_id,is_agent_assisted,org_code,statutory_limit,statutory_unit,promised_limit,promised_unit,visits_count,entry_mode,recorded_at";
const CASE_MORE: &str = "source_pk,op_type,applicant_type,accept_doc_no,refuse_reason,delivery_mode,fee_due,fee_paid";
const EVENT: &str = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at";
const EVENT_MORE: &str = "source_pk,op_type,device_id,ip,geo,ended_at,prev_digest,stop_id,stop_kind,applied_at,approver_id,stop_result,doc_uri";

#[test]
fn what_some_platforms_tell_of_cases_and_events_lands() {
    let place = Place::new();
    let at = "2023-05-08 09:00:00";
    let case =
        |no: &str| format!("{no},1,SI001,1,PROMISED,450521101201,TEST1,1,,false,450521-MZ,20,WD,5,WD,1,LIVE,{at}");
    let cases = place.file(
        "cases.csv",
        [
            format!("{CASE},{CASE_MORE}"),
            format!(
                "{},7,INSERT,ORG,受字〔2023〕7号,申请人11010519491231002X不符合条件,COURIER,10.00,12.50",
                case("A")
            ),
            format!("{},,,,,,,,", case("B")),
            format!("{},9,UPDATE,PERSON,,,COUNTER,0,-1", case("C")),
            format!("{},9,MERGE,PERSON,,,COUNTER,0,0", case("D")),
        ]
        .join("\n"),
    );
    let receipt = place.json(&["ingest", "workflow_case", text(&cases), "--no-derive"]);
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(2), Some(2)), "{receipt}");
    let refusals = receipt["refusals"].as_array().expect("refusals");
    let refused: Vec<_> = refusals.iter().map(|of| (of["field"].as_str(), of["rule"].as_str())).collect();
    assert_eq!(refused, [(Some("fee_paid"), Some("out_of_range")), (Some("op_type"), Some("not_allowed"))]);
    let event = |id: &str, kind: &str| format!("{id},A,1,{kind},,,,P1,agent,450521-MZ,,,{at},{at}");
    let events = place.file(
        "events.csv",
        [
            format!("{EVENT},{EVENT_MORE}"),
            format!(
                "{},11,INSERT,PAD-3,203.0.113.7,\"109.12,21.47\",2023-05-08 10:00:00,ab12,,,,,,",
                event("E1", "APPLY")
            ),
            format!("{},12,UPDATE,,,,,,S1,SITE_SURVEY,2023-05-07 16:00:00,L2,已踏勘,test://doc/1", event("E2", "STOP")),
        ]
        .join("\n"),
    );
    let receipt = place.json(&["ingest", "workflow_event", text(&events), "--no-derive"]);
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(2), Some(0)), "{receipt}");
    for sql in [
        "select count(*) from workflow_case where source_pk = '7' and op_type = 'INSERT' and applicant_type = 'ORG'
            and accept_doc_no = '受字〔2023〕7号' and delivery_mode = 'COURIER' and fee_due = 10 and fee_paid = 12.5
            and refuse_reason like '申请人%不符合条件' and refuse_reason not like '%19491231%'",
        "select count(*) from workflow_case where case_no = 'B' and source_pk is null and op_type is null
            and applicant_type is null and delivery_mode is null and fee_due is null and fee_paid is null",
        "select count(*) from workflow_event where event_id = 'E1' and source_pk = '11' and op_type = 'INSERT'
            and device_id = 'PAD-3' and length(ip_hash) = 64 and hash_key_id is not null and geo = '109.12,21.47'
            and date_part('hour', ended_at) = 10 and source_prev_digest = 'ab12'",
        "select count(*) from workflow_event where event_id = 'E2' and stop_id = 'S1' and approver_id = 'L2'
            and date_part('day', applied_at) = 7 and stop_result = '已踏勘' and doc_uri = 'test://doc/1'
            and ip_hash is null and hash_key_id is null and geo is null and ended_at is null",
    ] {
        assert_eq!(place.number(sql), 1, "{sql}");
    }
    // A file that tells nothing of it: the case is known, and so it would be in a lake of before.
    let plain = place.file("plain.csv", format!("{CASE}\n{}\n", case("B")));
    let receipt = place.json(&["ingest", "workflow_case", text(&plain), "--no-derive"]);
    assert_eq!((receipt["landed"].as_i64(), receipt["known"].as_i64()), (Some(0), Some(1)), "{receipt}");
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
    assert_eq!(place.number(&format!("{rows} <> 'price_order'")), 2);
    // Prices that cannot be read, and a row of a date alone: both are told as prices.
    let others = "select line, field, rule from quarantine where rule <> 'price_order' order by line, field";
    let others = place.json(&["query", others]);
    let others = others.as_array().expect("rows").iter();
    let others = others.map(|row| (row["line"].as_i64(), row["field"].as_str(), row["rule"].as_str()));
    let prices = ["average", "average_per_kg", "high", "high_per_kg", "low", "low_per_kg"];
    let unread = prices.map(|field| (Some(23_476), Some(field), Some("not_a_number")));
    let none = ["average", "product"].map(|field| (Some(43_447), Some(field), Some("missing")));
    let wanted: Vec<_> = unread.into_iter().chain(none).collect();
    assert_eq!(others.collect::<Vec<_>>(), wanted);
    assert_eq!(place.number("select count(*) from market_price"), 109_574);
    assert_eq!(
        place.number("select count(*) from market_price where unit = '斤' and average_per_kg = average * 2"),
        109_574
    );
}

/// `kind messages answered median p90` of each kind of message, the last two in tenths of workdays to the answer.
fn kinds(place: &Place) -> Vec<String> {
    let sql = "with answered as (
            select kind, workdays_between(posted_at, replied_at) as workdays
            from feedback_message left join feedback_reply using (msg_id)
        )
        select coalesce(kind, 'none') as kind, count(*) as messages, count(workdays) as answered,
            cast(round(10 * percentile_cont(0.5) within group (order by workdays)) as bigint) as median,
            cast(round(10 * percentile_cont(0.9) within group (order by workdays)) as bigint) as p90
        from answered group by kind order by kind";
    let rows = place.json(&["query", sql]);
    let told = rows.as_array().expect("rows").iter().map(|row| {
        let counts = ["messages", "answered", "median", "p90"].map(|name| row[name].to_string());
        format!("{} {}", row["kind"].as_str().expect("a kind"), counts.join(" "))
    });
    told.collect()
}

#[test]
fn the_kind_of_a_message_is_that_of_the_first_word_that_its_title_has() {
    let place = Place::new();
    let lines = [
        "1,U1,咨询并投诉供水,2018-05-02 09:00:00,甲,,",
        "2,U2,希望解决供水,2018-05-02 09:00:00,乙,,",
        "3,U3,请求处理投诉,2018-05-02 09:00:00,丙,,",
        "4,U4,供水,2018-05-02 09:00:00,丁,,",
        "5,U5,,2018-05-02 09:00:00,戊,,",
    ];
    let head = "留言编号,留言用户,留言主题,留言时间,留言详情,答复意见,答复时间";
    let file = place.file("messages.csv", format!("{head}\n{}\n", lines.join("\n")));
    let receipt = place.json(&["ingest", "cn_messages", text(&file)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(5), Some(0)), "{receipt}");
    let rows = place.json(&["query", "select kind from feedback_message order by msg_id"]);
    let kinds: Vec<_> = rows.as_array().expect("rows").iter().map(|row| row["kind"].as_str()).collect();
    assert_eq!(kinds, [Some("INQUIRY"), Some("HELP"), Some("COMPLAINT"), None, None]);
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
    assert_eq!(
        kinds(&place),
        [
            "COMPLAINT 487 487 90 350",
            "HELP 729 728 80 280",
            "INQUIRY 715 715 50 220",
            "REPORT 427 427 90 280",
            "SUGGESTION 144 144 105 277",
            "none 314 314 80 344",
        ]
    );
    // In natural days, by the instants. One message has its time as a number of Excel's, and is among those
    // of more than 15 days: who reads texts alone counts 1,082.
    let days = "with answered as (
            select (to_unixtime(replied_at) - to_unixtime(posted_at)) / 86400.0 as days
            from feedback_message join feedback_reply using (msg_id)
        )
        select cast(round(10 * median(days)) as bigint) as tenths, count(*) filter (where days > 15) as over_15,
            count(*) filter (where days > 60) as over_60 from answered";
    let row = place.json(&["query", days])[0].clone();
    let counts = ["tenths", "over_15", "over_60"].map(|name| row[name].as_i64());
    assert_eq!(counts, [Some(112), Some(1_083), Some(159)], "{row}");
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
