//! What number of a person a run of digits begins, if any.
//!
//! The surer a number is by itself, the less its surroundings count. An ID of 18 places has a check
//! character and is found beside anything; a mobile number in one piece stands beside letters and
//! before 元 and 万, too; what has neither (landlines, cards, old IDs) must stand alone.

use super::bank::{is_card, is_trade_code, is_union_pay};
use super::context::Told;
use super::id_card::{birth_year, is_old, is_sound};
use super::runs::{Span, Text, is_separator};
use super::{digit, is_x};

/// How people break up a mobile number: digits of each run.
const MOBILE: [&[usize]; 10] =
    [&[11], &[3, 4, 4], &[3, 8], &[7, 4], &[3, 3, 5], &[4, 4, 3], &[3, 5, 3], &[4, 3, 4], &[4, 7], &[3, 2, 2, 2, 2]];
/// The same of a landline with area code; in one piece it has 10 to 12 digits.
const LANDLINE: [&[usize]; 11] =
    [&[3, 7], &[3, 8], &[4, 7], &[4, 8], &[3, 4, 4], &[3, 3, 4], &[4, 3, 4], &[4, 4, 4], &[10], &[11], &[12]];
/// The same of an ID with 15 places.
const OLD_ID: [&[usize]; 2] = [&[15], &[6, 6, 3]];
/// Codes of region, date and sequence have dates from about here on, and one in eleven has the check
/// character of an ID. So a birth in or after this year has to be told by a word (身份证, 证件, ID).
/// It is a constant, not an age at the landing: the same bytes have to land as the same rows.
const FIRST_CODE_YEAR: i16 = 2015;

/// A number that was found.
pub(super) struct Number {
    /// How many runs it took.
    pub(super) runs: usize,
    /// Places to hide.
    pub(super) hidden: Vec<usize>,
    /// Place behind its last character.
    pub(super) end: usize,
}

/// The number that begins with a run. `done`: place behind the number that was found last.
pub(super) fn find(text: &Text, run: usize, done: usize) -> Option<Number> {
    let first = digit(text.at(text.runs.get(run)?.start)?)?;
    match first {
        0 => mobile(text, run, done).or_else(|| landline(text, run, done)),
        _ => id(text, run)
            .or_else(|| card(text, run, done))
            .or_else(|| mobile(text, run, done))
            .or_else(|| old_id(text, run, done)),
    }
}

fn id(text: &Text, run: usize) -> Option<Number> {
    let (span, digits) = whole_id(text, run).or_else(|| id_with_x(text, run))?;
    let is_code = birth_year(&digits) >= FIRST_CODE_YEAR && !text.tells_id_card(span.start);
    (!is_code && !text.is_beside_masked(&span)).then(|| hide(&span, 3, 4))
}

fn whole_id(text: &Text, run: usize) -> Option<(Span, Vec<u8>)> {
    let span = text.gathered(run, 18)?;
    let digits = text.digits(&span);
    is_sound(&digits).then_some((span, digits))
}

fn id_with_x(text: &Text, run: usize) -> Option<(Span, Vec<u8>)> {
    let mut span = text.gathered(run, 17)?;
    let gap = usize::from(text.at(span.end).is_some_and(is_separator));
    let x = span.end + gap;
    if !text.at(x).is_some_and(is_x) {
        return None;
    }
    let mut digits = text.digits(&span);
    digits.push(10);
    span.places.push(x);
    span.end = x + 1;
    is_sound(&digits).then_some((span, digits))
}

/// With or without the country's code.
fn mobile(text: &Text, run: usize, done: usize) -> Option<Number> {
    let first = text.runs.get(run)?;
    let begins: Vec<u8> = first.clone().take(4).filter_map(|place| digit(text.at(place)?)).collect();
    let skip = match begins.as_slice() {
        [0, 0, 8, 6] => 4,
        [8, 6, ..] => 2,
        _ => 0,
    };
    let number = |shape: &&[usize]| {
        let span = text.shaped(run, shape, skip)?;
        let digits = text.digits(&span);
        let is_mobile = matches!(digits.as_slice(), [1, 3..=9, ..]);
        // Two groups with a point or a slash between them are a fraction or a ratio.
        let is_tied = !span.is_loose || span.runs > 2;
        let is_alone = || !text.is_beside_masked(&span) && !text.is_in_code(&span, done, span.runs == 1);
        (is_mobile && is_tied && !is_years(text, &digits, &span) && !is_amount(text, &span, done) && is_alone())
            .then(|| hide(&span, 3, 4))
    };
    MOBILE.iter().find_map(number)
}

/// Whether runs are years: the first two (`1998-2003-500`), or the last (`1500000`, line end, `2023年`).
fn is_years(text: &Text, digits: &[u8], span: &Span) -> bool {
    let is_four = span.places.get(3).zip(span.places.get(4)).is_some_and(|(left, right)| right - left > 1);
    let begins = is_four && matches!(digits, [1, 9, _, _, 1, 9, ..] | [1, 9, _, _, 2, 0, ..]);
    span.runs > 1 && (begins || text.at(span.end) == Some('年'))
}

/// Whether a mobile number is an amount. 元, 万 and 亿 behind it may begin a name, so in one piece
/// it needs a word for amounts before it as well.
fn is_amount(text: &Text, span: &Span, done: usize) -> bool {
    let told = text.told(span.start);
    let is_money = text.has_money(span.end) && (span.runs > 1 || told == Told::Amount);
    let has_cents = text.has_cents(span.end) && told != Told::Person;
    is_money || has_cents || text.has_currency_sign(span.start) || text.is_fraction(span.start, done)
}

fn landline(text: &Text, run: usize, done: usize) -> Option<Number> {
    let number = |shape: &&[usize]| {
        let span = text.shaped(run, shape, 0)?;
        let digits = text.digits(&span);
        let area = area_code(&digits)?;
        if span.runs > 1 && shape.first() != Some(&area) {
            return None;
        }
        let local = digits.get(area..).unwrap_or_default();
        let is_local = matches!(local.len(), 7 | 8) && matches!(local.first(), Some(2..=8));
        let is_whole = || match span.runs {
            1 => {
                !text.before(span.start).is_some_and(|c| matches!(c, '.' | '．'))
                    && !text.is_letter_behind(span.end)
                    && text.told(span.start) != Told::Code
            }
            _ => !text.is_fraction(span.start, done) && !text.is_beside_masked(&span),
        };
        (is_local && is_whole() && !text.is_in_code(&span, done, false))
            .then(|| further(text, run, hide(&span, area, 2), local.len()))
    };
    LANDLINE.iter().find_map(number)
}

/// The further numbers of the same office: `0779-2021234/2021235`.
fn further(text: &Text, run: usize, mut number: Number, length: usize) -> Number {
    while let Some(next) = text.runs.get(run + number.runs) {
        let tie = text.chars.get(number.end..next.start).unwrap_or_default();
        let is_tied =
            matches!(tie, ['/' | '／' | '、' | ',' | '，' | ';' | '；' | '-' | '－' | '或' | '和' | '及' | ' ']);
        let digits: Vec<u8> = next.clone().take(length).filter_map(|place| digit(text.at(place)?)).collect();
        let is_local = next.len() == length && matches!(digits.first(), Some(2..=8));
        let is_local = is_local && !is_day(&digits) && !text.has_money(next.end);
        if !is_tied || !is_local {
            break;
        }
        number.hidden.extend(next.start..next.end - 2);
        number.end = next.end;
        number.runs += 1;
    }
    number
}

fn card(text: &Text, run: usize, done: usize) -> Option<Number> {
    // The longest first: four groups of four may be the beginning of a longer number.
    let number = |length: usize| {
        let span = text.gathered(run, length)?;
        let digits = text.digits(&span);
        if !is_card(&digits) {
            return None;
        }
        let lengths = text.runs.get(run..run + span.runs)?.iter().map(|run| run.len());
        let in_fours = span.runs > 3 && lengths.clone().take(4).all(|length| length == 4);
        let is_union_pay = is_union_pay(&digits);
        let is_grouped = span.runs == 1
            || (!span.is_loose && (in_fours || (is_union_pay && lengths.take(span.runs - 1).all(|length| length > 3))));
        let is_code = !in_fours && is_trade_code(&digits);
        let is_alone = || is_alone(text, &span, done, is_union_pay) && text.told(span.start) != Told::Code;
        (is_grouped && !is_code && is_alone()).then(|| hide(&span, 4, 4))
    };
    (16..20).rev().find_map(number)
}

fn old_id(text: &Text, run: usize, done: usize) -> Option<Number> {
    let number = |shape: &&[usize]| {
        let span = text.shaped(run, shape, 0)?;
        let is_alone = || is_alone(text, &span, done, false) && text.told(span.start) != Told::Code;
        (is_old(&text.digits(&span)) && is_alone()).then(|| hide(&span, 3, 4))
    };
    OLD_ID.iter().find_map(number)
}

/// Neither an amount, nor a fraction, nor part of a code.
fn is_alone(text: &Text, span: &Span, done: usize, lax: bool) -> bool {
    let is_amount = text.has_currency_sign(span.start) || text.has_money(span.end) || text.has_fraction(span.end);
    let is_part = text.is_fraction(span.start, done) || text.is_beside_masked(span);
    let is_word = !lax && text.is_letter_behind(span.end);
    !is_amount && !is_part && !is_word && !text.is_in_code(span, done, lax)
}

/// Length of the area code: 010, 02x, or 0 and three more.
fn area_code(digits: &[u8]) -> Option<usize> {
    match digits {
        [0, 1, 0, ..] | [0, 2, ..] => Some(3),
        [0, 3..=9, ..] => Some(4),
        _ => None,
    }
}

/// Whether eight digits are a day of the years 1900 to 2099.
fn is_day(digits: &[u8]) -> bool {
    matches!(digits, [1, 9, _, _, 0, 1..=9, 0..=3, _] | [1, 9, _, _, 1, 0..=2, 0..=3, _])
        || matches!(digits, [2, 0, _, _, 0, 1..=9, 0..=3, _] | [2, 0, _, _, 1, 0..=2, 0..=3, _])
}

fn hide(span: &Span, first: usize, last: usize) -> Number {
    let hidden = span.places.get(first..span.places.len().saturating_sub(last)).unwrap_or_default().to_vec();
    Number { runs: span.runs, hidden, end: span.end }
}
