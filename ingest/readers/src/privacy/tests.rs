use std::borrow::Cow;

use proptest::prelude::*;

use super::id_card::check;
use super::mask::Masked;
use super::*;

mod reviewed;

/// What the mask makes of a text, and how much it found.
fn masked(text: &str) -> (String, u32) {
    let Masked { text, found } = mask(text);
    (text.into_owned(), found)
}

/// A card of that region, day of birth and sequence.
fn card(body: &str) -> String {
    let digits: Vec<u8> = body.bytes().map(|byte| byte - b'0').collect();
    match check(&digits).expect("a check value") {
        10 => format!("{body}X"),
        value => format!("{body}{value}"),
    }
}

#[test]
fn a_card_has_one_number_however_it_is_written() {
    for (text, number) in [
        ("11010519491231002X", "11010519491231002X"),
        ("11010519491231002x", "11010519491231002X"),
        ("11010519491231002ｘ", "11010519491231002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"),
        ("110105491231002", "11010519491231002X"),
        ("１１０１０５491231002", "11010519491231002X"),
        ("450521195512310025", "450521195512310025"),
        ("４５０５２１195512310025", "450521195512310025"),
        ("450521551231002", "450521195512310025"),
    ] {
        assert_eq!(whole_id_card(text).as_deref(), Some(number), "{text}");
    }
    for bad in [
        "",
        "110105194912310021",
        "11010519491331002X",
        "99010519491231002X",
        "450502201802290017",
        "110105491331002",
        "4505021990030712X",
        "450502199003071234567",
        "X50502199003071234",
        "450502004004",
        "110105 491231002",
    ] {
        assert_eq!(whole_id_card(bad), None, "{bad}");
    }
}

#[test]
fn numbers_of_people_keep_their_ends() {
    for (text, expected, found) in [
        ("身份证450521195512310025，请核实", "身份证450***********0025，请核实", 1),
        ("11010519491231002X。", "110***********002X。", 1),
        ("号码４５０５２１１９５５１２３１００２５号", "号码４５０***********００２５号", 1),
        ("电话13800138000", "电话138****8000", 1),
        ("138 0013 8000 or 139-0013-9000", "138 **** 8000 or 139-****-9000", 2),
        ("+86 138-0013-8000", "+86 138-****-8000", 1),
        ("+8613800138000", "+86138****8000", 1),
        ("008613800138000", "0086138****8000", 1),
        ("１３８００１３８０００", "１３８****８０００", 1),
        ("固话0779-2021234转801", "固话0779-*****34转801", 1),
        ("（0779）2021234", "（0779）*****34", 1),
        ("(010) 62345678", "(010) ******78", 1),
        ("07792021234", "0779*****34", 1),
        ("卡号6222022105000012349", "卡号6222***********2349", 1),
        ("4111 1111 1111 1111", "4111 **** **** 1111", 1),
        ("张三13800138000，李四13900139000", "张三138****8000，李四139****9000", 2),
        ("abc13800138000", "abc138****8000", 1),
        ("13800138000元", "138****8000元", 1),
        ("tel-13800138000-02", "tel-138****8000-02", 1),
        ("0779-13800138000", "0779-138****8000", 1),
        ("**138 0013 8000**", "**138 **** 8000**", 1),
        ("Tel02023456789", "Tel020******89", 1),
        ("1.0779-2021234", "1.0779-*****34", 1),
        ("0755 8312 3456", "0755 **** **56", 1),
        ("0779-2021234、2021235，20230725", "0779-*****34、*****35，20230725", 1),
        ("市公安局电话0746—8362789", "市公安局电话0746—*****89", 1),
        ("0735---3323506", "0735---*****06", 1),
        ("证件编号：110105491231002", "证件编号：110********1002", 1),
    ] {
        assert_eq!(masked(text), (expected.to_owned(), found), "{text}");
    }
}

#[test]
fn codes_dates_and_amounts_stay() {
    for text in [
        "",
        "阳光村",
        "TEST-450502004004-20230725-0001",
        "450502004004",
        "村 450502004004 至 450502100204",
        "11450500MB1234567X4000123456000",
        "1145050000768579003100123456000",
        "HALL-13800138000-02",
        "2023-07-25 15:42:00",
        "20230725154200",
        "2023-07-25 2023-08-25",
        "金额13800138000元",
        "￥13800138000",
        "13800138000.50",
        "13,800,138,000",
        "共 6222022105000012349 元",
        "450521195512310024",
        "6222022105000012340",
        "12345678901",
        "013800138000",
        "SN02023456789",
        "合同编号：110105491231002",
        "12.07792021234",
        "2023-13800138000",
        "11450500MB13800138000",
        "450502004004-0001",
        "158.12345678",
        "150/20230725",
        "1998-2003-500",
        "共1500000\n2023年",
        "0.13800138000",
        "12345678901234567890.12345678901234567890",
        "450502202307250001",
    ] {
        assert_eq!(mask(text), Masked { text: Cow::Borrowed(text), found: 0 }, "{text}");
        assert!(matches!(mask(text).text, Cow::Borrowed(_)), "{text}");
    }
}

#[test]
fn those_born_since_codes_have_dates_are_found_behind_a_word() {
    let young = card("45052120160131002");
    assert_eq!(mask(&young).found, 0, "a code as well");
    for before in ["身份证号码：", "小孩身份证", "证件号 ", "ID:", "id"] {
        assert_eq!(mask(&format!("{before}{young}")).found, 1, "{before}");
    }
    assert_eq!(mask(&card("45052120141231002")).found, 1);
}

#[test]
fn a_value_that_is_a_decimal_stays() {
    for (value, found) in [("1.13800138000", 0), ("-1.13800138000", 0), ("13800138000", 1), ("1.13800138000 张", 1)] {
        assert_eq!(mask_value(value).found, found, "{value}");
    }
}

/// A megabyte each; a scan that went back over what it has seen would take hours.
#[test]
fn long_texts_take_time_in_proportion() {
    const LONG: usize = 1 << 20;
    for (piece, found) in [
        ("1", 0),
        ("6 ", 0),
        ("1---", 0),
        ("6222 ", 0),
        ("a0779", 0),
        ("*1", 0),
        ("/2021234", 0),
        ("450521195512310025", 0),
        ("13800138000,", LONG / 12),
        ("0779-2021234/", LONG / 13),
        ("450521195512310025-", LONG / 19),
    ] {
        let text = piece.repeat(LONG / piece.len());
        assert_eq!(mask(&text).found as usize, found, "{piece}");
    }
    let office = "0779-2021234".to_owned() + &"/2021235".repeat(LONG / 8);
    assert_eq!(mask(&office).found, 1);
}

/// Made-up cards, right by their check character.
fn cards() -> impl Strategy<Value = String> {
    ("(450502|110105|440304)(19[3-9][0-9]|200[0-9])(0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])[0-9]{3}")
        .prop_map(|body| card(&body))
}

proptest! {
    #[test]
    fn any_card_is_found_in_any_chinese_text(card in cards(), before in "[一-龥，。]{0,8}", after in "[一-龥，。]{0,8}") {
        prop_assert_eq!(whole_id_card(&card), Some(card.clone()));
        let (text, found) = masked(&format!("{before}{card}{after}"));
        prop_assert_eq!(found, 1);
        prop_assert_eq!(text, format!("{before}{}***********{}{after}", &card[..3], &card[14..]));
    }

    #[test]
    fn a_wrong_check_character_is_no_card(card in cards(), other in 1_u8..10) {
        let Some(last) = card.bytes().next_back().filter(u8::is_ascii_digit) else { return Ok(()) };
        let wrong = format!("{}{}", &card[..17], (last - b'0' + other) % 10);
        prop_assert_eq!(whole_id_card(&wrong), None);
        prop_assert_eq!(mask(&wrong).found, 0);
    }

    #[test]
    fn any_mobile_number_is_found(rest in "[3-9][0-9]{9}", before in "[一-龥：]{0,4}", code in "(|\\+86|\\+86 |\\+86-)") {
        let (text, found) = masked(&format!("{before}{code}1{rest}"));
        prop_assert_eq!(found, 1);
        prop_assert_eq!(text, format!("{before}{code}1{}****{}", &rest[..2], &rest[6..]));
    }

    #[test]
    fn masking_keeps_the_length_and_does_nothing_twice(text in "[0-9０-９Xx+() \\-.,元A-C一二]{0,60}") {
        let once = mask(&text);
        prop_assert_eq!(once.text.chars().count(), text.chars().count());
        let twice = mask(&once.text);
        prop_assert_eq!(twice.found, 0);
        prop_assert_eq!(&twice.text, &once.text);
    }

    #[test]
    fn case_numbers_and_region_codes_are_never_masked(
        region in "4505[0-2][0-9]{7}",
        date in "20[0-3][0-9](0[1-9]|1[0-2])(0[1-9]|1[0-9]|2[0-8])",
        number in "[0-9]{4}",
        prefix in "(|TEST-|SI|PA)",
    ) {
        for text in [format!("{prefix}{region}-{date}-{number}"), format!("{prefix}{region}"), format!("{region}{number}")] {
            prop_assert_eq!(mask(&text).found, 0, "{}", text);
        }
    }
}
