//! Escaping of text and attribute values.

/// Appends a text so that it is nothing but text, in content and in quoted attributes alike.
/// Control characters that XML forbids are left out.
pub(crate) fn push_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        let mut out = String::new();
        push_escaped(&mut out, "<a href=\"x\">'村' & \u{1}\n</a>");
        assert_eq!(out, "&lt;a href=&quot;x&quot;&gt;&#39;村&#39; &amp;  &lt;/a&gt;");
    }
}
