//! 公民身份号码: six places of region, eight of birth, three of sequence, one check character
//! (GB 11643-1999, ISO 7064 MOD 11-2). Cards before 1999 have 15 places: two of the year, no check.

use jiff::civil::Date;

use super::{digit, is_x};

/// Weights of the first 17 places.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// Check values by remainder; ten is written X.
const CHECKS: [u8; 11] = [1, 0, 10, 9, 8, 7, 6, 5, 4, 3, 2];

/// The number of a resident's ID card as it is written today, if the whole text is one: half-width,
/// with a large X, and 18 places. One of 15 places is of the 1900s, so a person with both forms of
/// card has one number.
pub fn whole_id_card(text: &str) -> Option<String> {
    let mut digits = Vec::with_capacity(18);
    for c in text.chars() {
        match digit(c) {
            Some(digit) => digits.push(digit),
            None if is_x(c) && digits.len() == 17 => digits.push(10),
            None => return None,
        }
        if digits.len() > 18 {
            return None;
        }
    }
    if is_old(&digits) {
        digits.splice(6..6, [1, 9]);
        digits.push(check(&digits)?);
    }
    let written = |digit: &u8| if *digit == 10 { 'X' } else { char::from(b'0' + *digit) };
    is_sound(&digits).then(|| digits.iter().map(written).collect())
}

/// Whether these 18 values (the last up to ten) are an ID: region, date and check value.
pub(super) fn is_sound(digits: &[u8]) -> bool {
    digits.len() == 18 && has_region_and_date(digits) && check(&digits[..17]) == Some(digits[17])
}

/// Whether these 15 digits are an ID of the old form: region and date.
pub(super) fn is_old(digits: &[u8]) -> bool {
    digits.len() == 15 && has_region(digits) && has_date(1900 + number(&digits[6..8]), &digits[8..12])
}

/// Whether a number begins as an ID does; codes that are made of region and date do as well.
pub(super) fn has_region_and_date(digits: &[u8]) -> bool {
    digits.len() >= 14
        && has_region(digits)
        && (1900..2100).contains(&birth_year(digits))
        && has_date(birth_year(digits), &digits[10..14])
}

/// The year of birth that a number of 18 places tells.
pub(super) fn birth_year(digits: &[u8]) -> i16 {
    number(digits.get(6..10).unwrap_or_default())
}

/// The check value of 17 digits.
pub(super) fn check(digits: &[u8]) -> Option<u8> {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    CHECKS.get(usize::try_from(sum % 11).ok()?).copied()
}

/// The first two places are a province (GB/T 2260).
fn has_region(digits: &[u8]) -> bool {
    let province = number(digits.get(..2).unwrap_or_default());
    matches!(province, 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83 | 91)
}

fn has_date(year: i16, month_and_day: &[u8]) -> bool {
    let place = |at: usize| month_and_day.get(at).copied().and_then(|digit| i8::try_from(digit).ok()).unwrap_or(0);
    Date::new(year, place(0) * 10 + place(1), place(2) * 10 + place(3)).is_ok()
}

fn number(digits: &[u8]) -> i16 {
    digits.iter().take(4).fold(0, |number, digit| number * 10 + i16::from(*digit))
}
