//! What is wrong with the text of an id: it would not meet its like.

use super::value::Problem;

/// Why the text of an id is refused, if it is.
pub(super) fn problem(text: &str) -> Option<Problem> {
    if is_float(text) {
        let reason = "a spreadsheet or a program has made a decimal number of this id; export it as text";
        return Some(Problem::new("float_id", reason));
    }
    text.contains(is_invisible).then(|| {
        let reason = "a character that cannot be seen stands in this id, such as U+200B or U+FEFF; take it out at the \
                      source";
        Problem::new("control_character", reason)
    })
}

/// Fields that hold an id or a code.
pub(super) fn is_code(field: &str) -> bool {
    field == "code" || ["_no", "_id", "_pk", "_code"].iter().any(|ending| field.ends_with(ending))
}

/// `4.50503E+17`, `4e+17`, `450503100201.0`, `12.0`: digits of such an id are lost, or it will not meet its like.
fn is_float(text: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else {
        return text
            .split_once('.')
            .is_some_and(|(whole, rest)| digits(whole) && digits(rest) && rest.bytes().all(|byte| byte == b'0'));
    };
    let signed = exponent.starts_with('+');
    digits(exponent.trim_start_matches('+'))
        && match mantissa.split_once('.') {
            Some((whole, rest)) => whole.len() == 1 && digits(whole) && digits(rest),
            None => signed && mantissa.len() == 1 && digits(mantissa),
        }
}

/// Unicode's general category Cf (15.1): marks of direction and format that show nothing.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}' | '\u{8e2}'
        | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
        | '\u{2066}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0001}'
        | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_became_numbers_are_told() {
        for text in ["4.50503E+17", "4.50503e17", "4E+17", "450503100201.0", "450503100201.00", "12.0", "7.00"] {
            assert!(is_float(text), "{text}");
        }
        for text in
            ["450503100201", "5E3", "1.2", "1.5", "A4.5E+17", "SP18-0001", "E+17", "4.5E", "12.34.0", "11.", ".0"]
        {
            assert!(!is_float(text), "{text}");
        }
        assert!(is_code("village_code") && is_code("case_no") && is_code("source_pk") && !is_code("notes"));
    }

    #[test]
    fn what_cannot_be_seen_in_an_id_is_told() {
        for text in ["A\u{200b}1", "\u{feff}A1", "A1\u{202e}", "A\u{ad}1", "A1\u{2060}"] {
            assert_eq!(problem(text).map(|problem| problem.rule), Some("control_character"), "{text:?}");
        }
        for text in ["A1", "办件—1", "é", "1.5", "村 1"] {
            assert_eq!(problem(text), None, "{text:?}");
        }
    }
}
