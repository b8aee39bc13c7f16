//! Files like those that a shipped mapping was written for, as others write them.

use crate::support::{Place, text};

const PRICES: &str = "品名,规格,单位,最低价,平均价,最高价,发布日期";
const MESSAGES: &str = "留言编号,留言用户,留言主题,留言时间,留言详情,答复意见,答复时间";

#[test]
fn prices_come_in_other_columns_encodings_days_and_units() {
    let place = Place::new();
    let lines = [
        "发布日期,产地,单位,品名,规格,最高价,平均价,最低价",
        "2016-5-3,冀,条,黄瓜,,3,2,1",
        "2016.05.03,鲁,500克,葱,,3,2,1",
    ];
    let other = lines.join("\n");
    let (gb18030, _, _) = encoding_rs::GB18030.encode(&other);
    let file = place.file("other.csv", &gb18030);
    let receipt = place.json(&["ingest", "xinfadi", text(&file)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["encoding"].as_str()), (Some(2), Some("gb18030")), "{receipt}");
    let rows = "select price_on::varchar as day, average_per_kg::varchar as price from market_price order by product";
    let rows = place.json(&["query", rows]);
    let told = |at: usize| (rows[at]["day"].as_str(), rows[at]["price"].as_str());
    assert_eq!((told(0), told(1)), ((Some("2016-05-03"), Some("4.0000")), (Some("2016-05-03"), None)), "{rows}");
}

#[test]
fn messages_land_without_the_columns_of_answers() {
    let place = Place::new();
    let head = "留言时间,留言编号,留言用户,留言主题,留言详情,点赞数";
    let file = place.file("messages.csv", format!("{head}\n2018/5/2 9:00:00,1,U1,咨询,甲,3\n"));
    let receipt = place.json(&["ingest", "cn_messages", text(&file)]);
    assert_eq!((receipt["rows_in"].as_i64(), receipt["landed"].as_i64()), (Some(1), Some(1)), "{receipt}");
    assert_eq!(receipt["new_columns"]["names"], serde_json::json!(["点赞数"]), "{receipt}");
    assert_eq!(place.number("select count(*) from feedback_reply"), 0);
}

#[test]
fn a_price_below_zero_is_refused() {
    let place = Place::new();
    let file = place.file("below.csv", format!("{PRICES}\n葱,,斤,-1,2,3,2016-05-03\n葱,,斤,0,2,3,2016-05-03\n"));
    let receipt = place.json(&["ingest", "xinfadi", text(&file)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(1), Some(1)), "{receipt}");
    let refusal = &receipt["refusals"][0];
    assert_eq!((refusal["rule"].as_str(), refusal["field"].as_str()), (Some("out_of_range"), Some("low")));
}

#[test]
fn messages_tell_their_times_in_other_forms_and_a_day_alone_is_none() {
    let place = Place::new();
    let lines = [
        "1,U1,咨询,2018年5月2日 9:00:00,甲,乙,2018年5月3日 09:30",
        "2,U2,咨询,2018-05-02 9:00,甲,乙,2018/5/3 9:30",
        "3,U3,咨询,2018/5/2 9:00:00,甲,乙,2018/5/3",
    ];
    let file = place.file("messages.csv", format!("{MESSAGES}\n{}\n", lines.join("\n")));
    let receipt = place.json(&["ingest", "cn_messages", text(&file)]);
    assert_eq!((receipt["landed"].as_i64(), receipt["quarantined"].as_i64()), (Some(5), Some(1)), "{receipt}");
    let hours = "select count(*) from feedback_message join feedback_reply using (msg_id)
        where replied_at = posted_at + interval '1470 minutes'";
    assert_eq!(place.number(hours), 2);
}
