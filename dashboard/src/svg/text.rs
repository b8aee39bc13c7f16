//! Widths of text without a font: by character (design §5).

/// Width of a text in units, at a size in units.
pub(crate) fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// The text if it is at most that wide, else as much of it as fits with an ellipsis.
pub(crate) fn shortened(text: &str, most: f64, size: f64) -> String {
    if width(text, size) <= most {
        return text.to_owned();
    }
    let mut left = most - width("…", size);
    let fits = |c: &char| {
        left -= em(*c) * size;
        left >= 0.0
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    short
}

/// Width of a character in ems: 1 for Chinese and full-width ones, about 0.55 for Latin.
fn em(c: char) -> f64 {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{20000}'..='\u{3fffd}'
        | '‰'
        | '—'
        | '…' => 1.0,
        'W' | 'M' | 'm' | 'w' | '%' | '@' => 0.9,
        'I' => 0.33,
        'A'..='Z' => 0.68,
        '0'..='9' => 0.6,
        'i' | 'j' | 'l' | 'f' | 't' | 'r' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' | '(' | ')' | '·' => 0.33,
        _ => 0.57,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_is_twice_as_wide_as_latin() {
        assert!((width("合浦县", 10.0) - 30.0).abs() < 1e-9);
        let latin = width("Hepu County", 10.0);
        assert!((50.0..66.0).contains(&latin), "{latin}");
        assert_eq!(width("", 12.0), 0.0);
    }

    #[test]
    fn a_text_that_is_too_wide_ends_in_an_ellipsis() {
        assert_eq!(shortened("合浦县", 30.0, 10.0), "合浦县");
        assert_eq!(shortened("铁山港区", 30.0, 10.0), "铁山…");
        assert!(width(&shortened("a village of twenty-odd letters", 60.0, 10.0), 10.0) <= 60.0);
    }
}
