//! The words of a statement, as far as a server has to know them before the engine reads it: where one ends, which
//! it is, and where its parameters stand. What is quoted or a comment is passed over.

use std::ops::Range;

/// What stands somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word without quotes.
    Word,
    /// A name in double quotes.
    Quoted,
    /// A text.
    Literal,
    Number,
    /// `$n`
    Parameter(usize),
    /// Anything else, a character at a time.
    Sign(char),
}

/// A token and its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) at: Range<usize>,
}

/// All tokens of a text. What is not closed goes on to the end: the engine will say so.
pub(super) fn tokens(sql: &str) -> Vec<Token> {
    let bytes = sql.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let rest = &bytes[at..];
        let (kind, length) = match byte {
            b'-' if rest.starts_with(b"--") => (None, until(rest, b'\n')),
            b'/' if rest.starts_with(b"/*") => (None, comment(rest)),
            byte if byte.is_ascii_whitespace() => (None, 1),
            b'\'' => (Some(Kind::Literal), quoted(rest, 0, b'\'', false)),
            b'e' | b'E' if rest.get(1) == Some(&b'\'') => (Some(Kind::Literal), quoted(rest, 1, b'\'', true)),
            b'"' => (Some(Kind::Quoted), quoted(rest, 0, b'"', false)),
            b'$' => dollar(rest),
            byte if is_word(*byte) && !byte.is_ascii_digit() => (Some(Kind::Word), word(rest)),
            byte if byte.is_ascii_digit() => (Some(Kind::Number), word(rest)),
            _ => {
                let sign = sql[at..].chars().next().unwrap_or(' ');
                (Some(Kind::Sign(sign)), sign.len_utf8())
            }
        };
        if let Some(kind) = kind {
            found.push(Token { kind, at: at..at + length });
        }
        at += length;
    }
    found
}

fn until(rest: &[u8], end: u8) -> usize {
    rest.iter().position(|byte| *byte == end).map_or(rest.len(), |at| at + 1)
}

/// Comments may lie in one another.
fn comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        if rest[at..].starts_with(b"/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if rest[at..].starts_with(b"*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// The length of what a quote opens; a doubled quote stands for one.
fn quoted(rest: &[u8], open: usize, quote: u8, has_escapes: bool) -> usize {
    let mut at = open + 1;
    while let Some(byte) = rest.get(at) {
        let is_escaped = has_escapes && *byte == b'\\';
        if is_escaped || (*byte == quote && rest.get(at + 1) == Some(&quote)) {
            at += 2;
        } else if *byte == quote {
            return at + 1;
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// `$1`, or a text between `$tag$`.
fn dollar(rest: &[u8]) -> (Option<Kind>, usize) {
    let digits = rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits > 0 {
        let number = rest[1..=digits]
            .iter()
            .fold(0_usize, |number, byte| number.saturating_mul(10).saturating_add(usize::from(byte - b'0')));
        return (Some(Kind::Parameter(number)), digits + 1);
    }
    let name = rest[1..].iter().take_while(|byte| is_word(**byte)).count();
    let tag = &rest[..(name + 2).min(rest.len())];
    if tag.last() != Some(&b'$') || tag.len() < 2 {
        return (Some(Kind::Sign('$')), 1);
    }
    let end = rest[tag.len()..].windows(tag.len()).position(|window| window == tag);
    (Some(Kind::Literal), end.map_or(rest.len(), |end| tag.len() + end + tag.len()))
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// A word goes on over digits and dollars.
fn word(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| is_word(**byte) || **byte == b'$').count()
}

/// The statements of a text, without their semicolons; empty ones are left out.
pub(super) fn statements(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut begin = None;
    let mut end = 0;
    for token in tokens(sql) {
        if token.kind == Kind::Sign(';') {
            if let Some(begin) = begin.take() {
                found.push(&sql[begin..end]);
            }
        } else {
            begin = begin.or(Some(token.at.start));
            end = token.at.end;
        }
    }
    if let Some(begin) = begin {
        found.push(&sql[begin..end]);
    }
    found
}

/// The words of a statement in lower case, names without their quotes; other tokens as they are.
pub(super) fn words(sql: &str) -> Vec<String> {
    tokens(sql).iter().map(|token| plain(sql, token)).collect()
}

/// One of them.
pub(super) fn plain(sql: &str, token: &Token) -> String {
    let text = &sql[token.at.clone()];
    match token.kind {
        Kind::Word => text.to_lowercase(),
        Kind::Quoted => text.trim_matches('"').replace("\"\"", "\""),
        _ => text.to_owned(),
    }
}

/// The text that a literal stands for.
pub(super) fn unquoted(literal: &str) -> String {
    match literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => literal.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_at_semicolons_that_are_none_of_a_text() {
        let sql = "select ';', $$;$$, $a$;$$;$a$, E'\\';' -- ;\n, \"a;\"\"b\" /* ; /* ; */ ; */; ;\nshow x;";
        let found = statements(sql);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("select") && found[0].ends_with("\"a;\"\"b\""), "{found:?}");
        assert_eq!(found[1], "show x");
        assert!(statements(" ; -- nothing").is_empty());
    }

    #[test]
    fn parameters_are_found_outside_of_texts() {
        let sql = "select $1, '$2', \"$3\", a$4, $12::text, $";
        let numbers: Vec<usize> = tokens(sql)
            .iter()
            .filter_map(|token| match token.kind {
                Kind::Parameter(number) => Some(number),
                _ => None,
            })
            .collect();
        assert_eq!(numbers, [1, 12]);
    }

    #[test]
    fn every_text_is_read_to_its_end() {
        for sql in ["'", "\"", "$$", "$a$ $", "/*", "/* /* */", "E'\\", "--", "村'庄", "$", "$99999999999999999999999"]
        {
            let last = tokens(sql).last().map(|token| token.at.end);
            assert!(last.is_none_or(|end| end <= sql.len()), "{sql}");
            assert!(tokens(sql).iter().all(|token| sql.get(token.at.clone()).is_some()), "{sql}");
        }
    }
}
