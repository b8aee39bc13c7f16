use jiff::civil::date;

use super::due::Now;
use super::*;
use crate::work_days::WorkDays;

fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").expect("zone")
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("instant")
}

#[test]
fn dates_read_as_people_write_them() {
    let day = date(2018, 5, 16);
    assert_eq!(day_long(Lang::Zh, day), "2018年5月16日 周三");
    assert_eq!(day_long(Lang::En, day), "Wed 16 May 2018");
    assert_eq!(day_short(Lang::Zh, day), "5月16日 周三");
    assert_eq!(moment_long(Lang::En, &zone(), at("2018-09-13T15:42:00+08:00")), "Thu 13 Sep 2018 15:42");
    assert_eq!(stamp(&zone(), at("2018-05-16T23:59:59.999999+08:00")), "2018-05-16 24:00");
}

#[test]
fn counts_are_grouped_and_large_ones_told_in_wan() {
    assert_eq!(count(Lang::Zh, 18_206), "18,206");
    assert_eq!(count(Lang::En, 1_234_567), "1\u{202f}234\u{202f}567");
    assert_eq!(count(Lang::Zh, 0), "0");
    assert_eq!(count(Lang::Zh, -1500), "\u{2212}1,500");
    assert_eq!(count_large(Lang::Zh, 1_326_800), "132.7 万");
    assert_eq!(count_large(Lang::Zh, 99_999), "99,999");
    assert_eq!(count_or_none(Lang::Zh, None), "–");
}

#[test]
fn a_hundred_percent_is_said_of_all_only() {
    assert_eq!(rate(30, 30), "100%");
    assert_eq!(rate(99_999, 100_000), "99.99%");
    assert_eq!(rate(9996, 10_000), "99.96%");
    assert_eq!(rate(978, 1000), "97.8%");
    assert_eq!(rate(0, 12), "0%");
    assert_eq!(rate(1, 100_000), "<0.1%");
    assert_eq!(rate(0, 0), "–");
    assert_eq!(interval(Some(0.976), Some(1.0)), "97.6–100");
    assert_eq!(per_mille(Some(1.94)), "1.9‰");
    assert_eq!((per_mille(Some(0.0)).as_str(), per_mille(None).as_str()), ("0‰", "–"));
}

#[test]
fn changes_have_a_sign_and_need_something_to_compare_with() {
    assert_eq!(change(104, 100).as_deref(), Some("+4%"));
    assert_eq!(change(97, 100).as_deref(), Some("\u{2212}3%"));
    assert_eq!(change(100, 100).as_deref(), Some("±0%"));
    assert_eq!(change(5, 0), None);
}

#[test]
fn time_left_is_told_in_working_days() {
    let zone = zone();
    let days = WorkDays::new((1..=30).map(|day| {
        let day = date(2018, 9, day);
        (day, !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday))
    }));
    let now = Now { lang: Lang::Zh, zone: &zone, as_of: at("2018-09-13T15:42:00+08:00"), days: &days };
    let end_of = |day: i8| {
        let text = format!("2018-09-{day:02}T23:59:59.999999+08:00");
        now.left(Some(date(2018, 9, day)), at(&text))
    };
    assert_eq!(end_of(13), "今日 24:00 到期");
    assert_eq!(end_of(14), "明日 24:00 到期");
    assert_eq!(end_of(18), "剩 3 工作日 · 9月18日 周二 24:00");
    assert_eq!(end_of(10), "超 3 工作日");
    assert_eq!(now.left(None, at("2018-09-13T17:02:00+08:00")), "今日 17:02 到期 · 剩 1 小时 20 分");
    let sunday = Now { as_of: at("2018-09-16T09:00:00+08:00"), ..now };
    let friday = at("2018-09-14T23:59:59.999999+08:00");
    assert_eq!(sunday.left(Some(date(2018, 9, 14)), friday), "已超期，未满 1 工作日");
    assert_eq!(now.age(at("2018-09-13T15:41:48+08:00")), "12 秒前");
}

#[test]
fn ratios_are_whole_only_where_they_are() {
    assert_eq!(
        [1.0, 0.0, 0.99999, 0.0001, 0.973, -0.032].map(ratio),
        ["100%", "0%", "99.99%", "<0.1%", "97.3%", "\u{2212}3.2%"]
    );
    assert_eq!([3.0, 2.26, -4.5].map(|value| measure(Lang::Zh, value)), ["3", "2.3", "\u{2212}4.5"]);
    assert_eq!(measure(Lang::Zh, 12_345.6), "12,346");
}
