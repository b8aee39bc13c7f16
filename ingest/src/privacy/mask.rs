//! Finds the numbers of people in free text and masks all but their ends, as Chinese practice has
//! it: ID `450***********1234` (3 and 4), mobile `138****8000` (3 and 4), landline `0779*****34`
//! (area code and 2), bank card `6222***********0123` (4 and 4). Separators stay where they are.
//!
//! Codes of the trade look alike, so a number must stand alone: no Latin letter beside it, no code
//! before it that a hyphen ties to it, no amount's sign. An ID counts only with its check character
//! right; a bank card only with Luhn's digit right and a first digit that cards have.

use std::borrow::Cow;
use std::ops::Range;

use super::id_card::{has_region_and_date, is_sound};
use super::{digit, is_x};

/// Fewer digits are no number of a person.
const LEAST_DIGITS: usize = 10;
/// How people break up a mobile number: digits of each piece.
const MOBILE: [&[usize]; 5] = [&[11], &[3, 4, 4], &[3, 8], &[7, 4], &[3, 3, 5]];
/// The same of a landline with area code; in one piece it has 10 to 12 digits.
const LANDLINE: [&[usize]; 7] = [&[3, 7], &[3, 8], &[4, 7], &[4, 8], &[10], &[11], &[12]];
/// The same of a bank card.
const CARD: [&[usize]; 8] =
    [&[16], &[17], &[18], &[19], &[4, 4, 4, 4], &[4, 4, 4, 4, 1], &[4, 4, 4, 4, 2], &[4, 4, 4, 4, 3]];

/// A text without the numbers of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Masked<'t> {
    /// The same text, borrowed, if nothing was found.
    pub text: Cow<'t, str>,
    /// Numbers that were masked.
    pub found: u32,
}

/// Masks resident IDs, phones and bank cards.
pub(crate) fn mask(text: &str) -> Masked<'_> {
    let unchanged = Masked { text: Cow::Borrowed(text), found: 0 };
    if text.chars().filter(|c| digit(*c).is_some()).take(LEAST_DIGITS).count() < LEAST_DIGITS {
        return unchanged;
    }
    let mut chars: Vec<char> = text.chars().collect();
    let pieces = pieces(&chars);
    let (mut at, mut found) = (0, 0);
    while at < pieces.len() {
        let text = Text { chars: &chars, pieces: &pieces[at..] };
        let number = text.id().or_else(|| text.mobile()).or_else(|| text.landline()).or_else(|| text.card());
        let Some(number) = number else {
            at += 1;
            continue;
        };
        for place in number.hidden {
            chars[place] = '*';
        }
        at += number.pieces;
        found += 1;
    }
    if found == 0 { unchanged } else { Masked { text: Cow::Owned(chars.into_iter().collect()), found } }
}

/// The places of each run of digits.
fn pieces(chars: &[char]) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for (at, _) in chars.iter().enumerate().filter(|(_, c)| digit(**c).is_some()) {
        match pieces.last_mut() {
            Some(last) if last.end == at => last.end = at + 1,
            _ => pieces.push(at..at + 1),
        }
    }
    pieces
}

/// A number that was found.
struct Number {
    /// How many pieces it took.
    pieces: usize,
    /// Places to hide.
    hidden: Vec<usize>,
}

/// The text from one piece on.
struct Text<'t> {
    chars: &'t [char],
    pieces: &'t [Range<usize>],
}

impl Text<'_> {
    fn id(&self) -> Option<Number> {
        let piece = self.pieces.first()?;
        let x = self.chars.get(piece.end).is_some_and(|c| is_x(*c)) && piece.len() == 17;
        let mut places: Vec<usize> = piece.clone().collect();
        let mut digits = self.digits(&places);
        if x {
            places.push(piece.end);
            digits.push(10);
        }
        let after = self.chars.get(piece.end + usize::from(x)).copied();
        // Its check character is right, so it is one even beside an amount's sign.
        let stands_alone = !self.before(piece.start).is_some_and(is_word) && !after.is_some_and(is_word);
        (stands_alone && is_sound(&digits)).then(|| hide(&places, 3, 4, 1))
    }

    /// With or without the country's code.
    fn mobile(&self) -> Option<Number> {
        let first = self.pieces.first()?;
        for code in [&[8, 6][..], &[0, 0, 8, 6]] {
            let here = self.digits(&first.clone().collect::<Vec<_>>());
            if here == code && self.is_joined(0) && self.is_free_before(first.start) {
                let rest = Text { chars: self.chars, pieces: &self.pieces[1..] };
                let number = rest.mobile_at(0, self.is_code_before(first.start));
                return number.map(|number| Number { pieces: number.pieces + 1, ..number });
            }
            if here.len() == code.len() + 11 && here.starts_with(code) {
                return self.mobile_at(code.len(), self.is_code_before(first.start));
            }
        }
        self.mobile_at(0, self.is_code_before(first.start))
    }

    /// A mobile number that begins so many digits into the first piece.
    fn mobile_at(&self, skip: usize, is_code: bool) -> Option<Number> {
        let number = |shape: &&[usize]| {
            let places = self.places(shape, skip)?;
            let digits = self.digits(&places);
            let is_mobile = digits.first() == Some(&1) && digits.get(1).is_some_and(|second| *second >= 3);
            (is_mobile && !is_code && self.is_alone(&places, skip)).then(|| hide(&places, 3, 4, shape.len()))
        };
        MOBILE.iter().find_map(number)
    }

    fn landline(&self) -> Option<Number> {
        let number = |shape: &&[usize]| {
            let places = self.places(shape, 0)?;
            let digits = self.digits(&places);
            let area = area_code(&digits)?;
            if shape.len() > 1 && shape.first() != Some(&area) {
                return None;
            }
            let local = digits.get(area..).unwrap_or_default();
            let is_local = matches!(local.len(), 7 | 8) && matches!(local.first(), Some(2..=8));
            let is_free = !self.is_code_before(*places.first()?) && self.is_alone(&places, 0);
            (is_local && is_free).then(|| hide(&places, area, 2, shape.len()))
        };
        LANDLINE.iter().find_map(number)
    }

    fn card(&self) -> Option<Number> {
        let number = |shape: &&[usize]| {
            let places = self.places(shape, 0)?;
            let digits = self.digits(&places);
            let is_card = matches!(digits.first(), Some(3..=6 | 9)) && luhn(&digits) && !is_trade_code(&digits);
            let is_free = !self.is_code_before(*places.first()?) && self.is_alone(&places, 0);
            (is_card && is_free).then(|| hide(&places, 4, 4, shape.len()))
        };
        // The longest first: four groups of four may be the beginning of a longer number.
        CARD.iter().rev().find_map(number)
    }

    fn digits(&self, places: &[usize]) -> Vec<u8> {
        places.iter().filter_map(|place| digit(*self.chars.get(*place)?)).collect()
    }

    /// The places of a number in pieces of these lengths, `skip` digits into the first.
    fn places(&self, shape: &[usize], skip: usize) -> Option<Vec<usize>> {
        let mut places = Vec::with_capacity(19);
        for (at, length) in shape.iter().enumerate() {
            let piece = self.pieces.get(at)?;
            let start = if at == 0 { piece.start + skip } else { piece.start };
            if piece.end.checked_sub(start) != Some(*length) || (at > 0 && !self.is_joined(at - 1)) {
                return None;
            }
            places.extend(start..piece.end);
        }
        Some(places)
    }

    /// Whether one separator, or a closing bracket of an area code, stands between a piece and the next.
    fn is_joined(&self, at: usize) -> bool {
        let (Some(left), Some(right)) = (self.pieces.get(at), self.pieces.get(at + 1)) else { return false };
        let between = self.chars.get(left.end..right.start).unwrap_or_default();
        match between {
            [c] => is_separator(*c) || matches!(c, ')' | '）'),
            [')' | '）', ' '] => true,
            _ => false,
        }
    }

    fn is_alone(&self, places: &[usize], skip: usize) -> bool {
        let (Some(first), Some(last)) = (places.first(), places.last()) else { return false };
        self.is_free_before(first.saturating_sub(skip)) && self.is_free_after(last + 1)
    }

    fn before(&self, place: usize) -> Option<char> {
        place.checked_sub(1).and_then(|before| self.chars.get(before)).copied()
    }

    /// Neither part of a word or a fraction, nor an amount.
    fn is_free_before(&self, place: usize) -> bool {
        match self.before(place) {
            None => true,
            Some('.' | ',' | '，') => self.before(place - 1).and_then(digit).is_none(),
            // The end of a number that was masked begins no other.
            Some(c) if is_separator(c) => self.before(place - 1) != Some('*'),
            Some(c) => !is_word(c) && !matches!(c, '¥' | '￥' | '$'),
        }
    }

    fn is_free_after(&self, place: usize) -> bool {
        let next = |at: usize| self.chars.get(at).copied();
        match next(place) {
            None => true,
            Some('.' | ',') => next(place + 1).and_then(digit).is_none(),
            Some(' ') => !next(place + 1).is_some_and(is_money),
            Some(c) => !is_word(c) && !is_money(c) && c != '%',
        }
    }

    /// Whether a hyphen or a slash ties it to a code: `TEST-450502004004-…`.
    fn is_code_before(&self, place: usize) -> bool {
        let is_code = |c: char| is_word(c) || digit(c).is_some();
        matches!(self.before(place), Some('-' | '－' | '/')) && self.before(place - 1).is_some_and(is_code)
    }
}

/// Letters of codes; Chinese ones are no part of a number.
fn is_word(c: char) -> bool {
    c.is_ascii_alphabetic() || matches!(c, '_' | '*' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ') || digit(c).is_some()
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-' | '－' | '‐' | '–' | '\u{a0}' | '\u{3000}')
}

fn is_money(c: char) -> bool {
    matches!(c, '元' | '万' | '亿' | '圆')
}

/// Length of the area code: 010, 02x, or 0 and three more.
fn area_code(digits: &[u8]) -> Option<usize> {
    match digits {
        [0, 1, 0, ..] | [0, 2, ..] => Some(3),
        [0, 3..=9, ..] => Some(4),
        _ => None,
    }
}

/// Numbers that begin with a region, as case numbers do: its six places and a date, or a code of
/// Guangxi (4501 to 4514).
fn is_trade_code(digits: &[u8]) -> bool {
    has_region_and_date(digits) || matches!(digits, [4, 5, 0, 1..=9, ..] | [4, 5, 1, 0..=4, ..])
}

/// Luhn's check (ISO/IEC 7812-1).
fn luhn(digits: &[u8]) -> bool {
    let doubled = |digit: u8| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let value = |(at, digit): (usize, &u8)| u32::from(if at % 2 == 1 { doubled(*digit) } else { *digit });
    digits.iter().rev().enumerate().map(value).sum::<u32>().is_multiple_of(10)
}

fn hide(places: &[usize], first: usize, last: usize, pieces: usize) -> Number {
    let hidden = places.get(first..places.len().saturating_sub(last)).unwrap_or_default().to_vec();
    Number { pieces, hidden }
}
