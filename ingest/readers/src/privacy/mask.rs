//! Finds the numbers of people in free text and masks all but their ends, as Chinese practice has
//! it: ID `450***********1234` (3 and 4), mobile `138****8000` (3 and 4), landline `0779*****34`
//! (area code and 2), bank card `6222***********0123` (4 and 4). Separators stay where they are.
//! What is masked and what is not is told in `docs/MAPPINGS.md`; numbers in Chinese words (一三八…)
//! are not found.

use std::borrow::Cow;

use super::digit;
use super::number::find;
use super::runs::Text;

/// Fewer digits are no number of a person.
const LEAST_DIGITS: usize = 10;

/// A text without the numbers of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked<'t> {
    /// The same text, borrowed, if nothing was found.
    pub text: Cow<'t, str>,
    /// Numbers that were masked.
    pub found: u32,
}

/// Masks resident IDs, phones and bank cards. Takes time in proportion to the text.
pub fn mask(text: &str) -> Masked<'_> {
    let unchanged = Masked { text: Cow::Borrowed(text), found: 0 };
    if text.chars().filter(|c| digit(*c).is_some()).take(LEAST_DIGITS).count() < LEAST_DIGITS {
        return unchanged;
    }
    let cut = Text::new(text);
    let (mut run, mut done, mut found) = (0, 0, 0);
    let mut hidden = Vec::new();
    while run < cut.runs.len() {
        match find(&cut, run, done) {
            Some(number) => {
                hidden.extend(number.hidden);
                (run, done, found) = (run + number.runs, number.end, found + 1);
            }
            None => run += 1,
        }
    }
    if found == 0 {
        return unchanged;
    }
    let mut chars = cut.chars;
    for place in hidden {
        chars[place] = '*';
    }
    Masked { text: Cow::Owned(chars.into_iter().collect()), found }
}

/// Masks a value that is not known to be free text: one that is a decimal fraction as a whole is a
/// measure, whatever its digits look like.
pub fn mask_value(value: &str) -> Masked<'_> {
    let unsigned = value.strip_prefix(['+', '-']).unwrap_or(value);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match unsigned.split_once('.') {
        Some((whole, fraction)) if is_number(whole) && is_number(fraction) => {
            Masked { text: Cow::Borrowed(value), found: 0 }
        }
        _ => mask(value),
    }
}
