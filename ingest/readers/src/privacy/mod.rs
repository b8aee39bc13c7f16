//! What is personal in a text: resident IDs, phones and bank cards, found and masked. A text is cut
//! into runs of digits and what ties them (`runs`), numbers are told by their form (`number`) and by
//! what stands beside them (`context`), and all but their ends is hidden (`mask`).

mod bank;
mod context;
mod id_card;
mod mask;
mod number;
mod runs;

pub use id_card::whole_id_card;
pub use mask::{Masked, mask, mask_value};

/// The digit that a character stands for, also a full-width one.
fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '０'..='９' => u8::try_from(u32::from(c) - u32::from('０')).ok(),
        _ => None,
    }
}

/// The text with full-width letters, digits and signs as plain ones.
pub fn narrow(text: &str) -> String {
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    };
    text.chars().map(narrow).collect()
}

/// The same with plain letters, digits and signs as full-width ones.
pub fn wide(text: &str) -> String {
    let wide = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(wide).collect()
}

/// The check character of a resident ID that stands for ten.
fn is_x(c: char) -> bool {
    matches!(c, 'X' | 'x' | 'Ｘ' | 'ｘ')
}

#[cfg(test)]
mod tests;
