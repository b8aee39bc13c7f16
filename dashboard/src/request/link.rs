//! Addresses.

/// A path with a query; empty values are left out.
pub(crate) fn link(path: &str, pairs: &[(&str, String)]) -> String {
    let mut out = path.to_owned();
    let mut mark = '?';
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(mark);
        out.push_str(name);
        out.push('=');
        out.push_str(&encode(value));
        mark = '&';
    }
    out
}

/// A value as part of a path or a query: everything but unreserved characters by percent signs.
pub(crate) fn encode(value: &str) -> String {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_break_out_of_a_query() {
        let pairs = [("q", "石康&x=1 #".to_owned()), ("page", String::new()), ("sort", "due_n".to_owned())];
        assert_eq!(link("/villages", &pairs), "/villages?q=%E7%9F%B3%E5%BA%B7%26x%3D1%20%23&sort=due_n");
        assert_eq!(link("/", &[]), "/");
    }
}
