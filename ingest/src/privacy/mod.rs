//! What is personal in a text: resident IDs, phones and bank cards, found and masked.

mod id_card;
mod mask;

pub(crate) use id_card::is_id_card;
pub(crate) use mask::mask;

/// The digit that a character stands for, also a full-width one.
fn digit(c: char) -> Option<u8> {
    match c {
        '0'..='9' => Some(c as u8 - b'0'),
        '０'..='９' => u8::try_from(u32::from(c) - u32::from('０')).ok(),
        _ => None,
    }
}

/// The check character of a resident ID that stands for ten.
fn is_x(c: char) -> bool {
    matches!(c, 'X' | 'x' | 'Ｘ' | 'ｘ')
}

#[cfg(test)]
mod tests;
