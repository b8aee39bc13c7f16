//! Numbers of bank cards, and the codes of the trade that look like them. Luhn's digit alone is
//! right for one number in ten.

use super::id_card::has_region_and_date;

/// Whether these digits are a card's: 16 to 19, a first digit that cards of that length have, and
/// Luhn's digit right. With 18 places only 6 counts: 9, 5 and 1 begin codes of organizations
/// (统一社会信用代码, GB 32100).
pub(super) fn is_card(digits: &[u8]) -> bool {
    let begins = match digits.len() {
        16 | 17 | 19 => matches!(digits.first(), Some(3..=6 | 9)),
        18 => digits.first() == Some(&6),
        _ => false,
    };
    begins && luhn(digits)
}

/// Cards of UnionPay, which most are.
pub(super) fn is_union_pay(digits: &[u8]) -> bool {
    digits.starts_with(&[6, 2])
}

/// Numbers that begin with a region, as case numbers do: its six places and a date, or a county of
/// Guangxi. No county has the numbers 33 to 80 and 87 to 99, with which cards of 4501 to 4514 go
/// on; 62 is Gansu, which has the prefectures 01 to 12, and else UnionPay.
pub(super) fn is_trade_code(digits: &[u8]) -> bool {
    let [first, second, third, fourth, fifth, sixth, ..] = digits else { return false };
    let pair = |tens: u8, ones: u8| tens * 10 + ones;
    match (pair(*first, *second), pair(*third, *fourth), pair(*fifth, *sixth)) {
        (45, 1..=14, 0..=32 | 81..=86) => true,
        (62, 13.., _) => false,
        _ => has_region_and_date(digits),
    }
}

/// Luhn's check (ISO/IEC 7812-1).
fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let value = |(at, digit): (usize, &u8)| u32::from(if at % 2 == 1 { doubled(*digit) } else { *digit });
    digits.iter().rev().enumerate().map(value).sum::<u32>().is_multiple_of(10)
}
