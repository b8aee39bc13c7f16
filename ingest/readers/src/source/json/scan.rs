//! One JSON object, read into names and texts. Numbers stay as they are written: a number of 19
//! digits does not pass through a float.

use std::borrow::Cow;

/// Nested deeper than any real record.
const MAX_DEPTH: usize = 64;
/// Bytes of a name, with those that it stands below: longer than any real one.
const MAX_NAME: usize = 2048;

/// Hands over each value of the object under its name, until one is not taken; names of nested objects have dots between
/// them, arrays are JSON text, null is an empty text. What is wrong, if it is no such object.
pub(super) fn object<'t>(text: &'t str, take: &mut Take<'_, 't>) -> Result<(), String> {
    let mut scan = Scan { text, at: 0 };
    scan.space();
    if scan.peek() != Some(b'{') {
        return Err("a record must be an object, {…}".into());
    }
    scan.members("", 0, take)?;
    scan.space();
    if scan.at < text.len() { Err(scan.wrong("the end of the record")) } else { Ok(()) }
}

/// Takes a value under its name.
type Take<'a, 't> = dyn FnMut(&str, Cow<'t, str>) -> Result<(), String> + 'a;

/// A text in quotes as it reads.
pub(super) fn unquote(quoted: &str) -> Result<Cow<'_, str>, String> {
    Scan { text: quoted, at: 0 }.string()
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Scan<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, wanted: u8) -> bool {
        let there = self.peek() == Some(wanted);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, wanted: u8) -> Result<(), String> {
        if self.eat(wanted) { Ok(()) } else { Err(self.wrong(&format!("{:?}", char::from(wanted)))) }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// The message repeats nothing of the record, which may be personal.
    fn wrong(&self, wanted: &str) -> String {
        format!("no JSON: {wanted} is missing at byte {} of the record", self.at + 1)
    }

    fn members(&mut self, prefix: &str, depth: usize, take: &mut Take<'_, 't>) -> Result<(), String> {
        self.bound(depth)?;
        self.expect(b'{')?;
        self.space();
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            let key = self.key()?;
            let name = if prefix.is_empty() { key } else { Cow::Owned(format!("{prefix}.{key}")) };
            if name.len() > MAX_NAME {
                return Err(format!("a name has more than {MAX_NAME} bytes"));
            }
            if self.peek() == Some(b'{') {
                self.members(&name, depth + 1, take)?;
            } else {
                let value = self.value(depth + 1)?;
                take(&name, value)?;
            }
            if self.ends(b'}')? {
                return Ok(());
            }
        }
    }

    fn bound(&self, depth: usize) -> Result<(), String> {
        if depth < MAX_DEPTH { Ok(()) } else { Err(format!("nested more than {MAX_DEPTH} deep")) }
    }

    /// A name and its colon.
    fn key(&mut self) -> Result<Cow<'t, str>, String> {
        self.space();
        let key = self.string()?;
        self.space();
        self.expect(b':')?;
        self.space();
        Ok(key)
    }

    /// After a value: whether this closes what it stands in, or a comma announces another.
    fn ends(&mut self, close: u8) -> Result<bool, String> {
        self.space();
        if self.eat(b',') {
            self.space();
            return Ok(false);
        }
        self.expect(close).map(|()| true)
    }

    fn value(&mut self, depth: usize) -> Result<Cow<'t, str>, String> {
        match self.peek() {
            Some(b'"') => self.string(),
            Some(b'[') => {
                let mut json = String::new();
                self.copy(&mut json, depth)?;
                Ok(Cow::Owned(json))
            }
            Some(b'n') => self.word().map(|_| Cow::Borrowed("")),
            _ => self.plain().map(Cow::Borrowed),
        }
    }

    /// Copies a value as JSON without white space between its parts.
    fn copy(&mut self, json: &mut String, depth: usize) -> Result<(), String> {
        self.bound(depth)?;
        let open = self.peek();
        let close = match open {
            Some(b'"') => {
                let text = self.string()?;
                json.push_str(&serde_json::to_string(&text).map_err(|error| error.to_string())?);
                return Ok(());
            }
            Some(b'[') => b']',
            Some(b'{') => b'}',
            _ => {
                json.push_str(self.plain()?);
                return Ok(());
            }
        };
        json.push(if close == b']' { '[' } else { '{' });
        self.at += 1;
        self.space();
        if !self.eat(close) {
            loop {
                if close == b'}' {
                    let key = self.key()?;
                    json.push_str(&serde_json::to_string(&key).map_err(|error| error.to_string())?);
                    json.push(':');
                }
                self.copy(json, depth + 1)?;
                if self.ends(close)? {
                    break;
                }
                json.push(',');
            }
        }
        json.push(char::from(close));
        Ok(())
    }

    /// A number, true, false or null.
    fn plain(&mut self) -> Result<&'t str, String> {
        if matches!(self.peek(), Some(b'-' | b'0'..=b'9')) { self.number() } else { self.word() }
    }

    fn word(&mut self) -> Result<&'t str, String> {
        let rest = &self.text[self.at..];
        let known = ["true", "false", "null"].into_iter().find(|word| rest.starts_with(word));
        let word = known.ok_or_else(|| self.wrong("a value"))?;
        self.at += word.len();
        Ok(word)
    }

    fn number(&mut self) -> Result<&'t str, String> {
        let start = self.at;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    fn digits(&mut self) -> Result<(), String> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at > start { Ok(()) } else { Err(self.wrong("a digit")) }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, String> {
        let start = self.at;
        self.expect(b'"')?;
        let (mut escaped, mut plain) = (false, true);
        loop {
            match self.peek() {
                None => return Err(self.wrong("a closing quote")),
                Some(b'"') if !escaped => break,
                Some(byte) => {
                    plain &= byte >= b' ' && byte != b'\\';
                    escaped = !escaped && byte == b'\\';
                }
            }
            self.at += 1;
        }
        self.at += 1;
        if plain {
            return Ok(Cow::Borrowed(&self.text[start + 1..self.at - 1]));
        }
        let read: Result<String, _> = serde_json::from_str(&self.text[start..self.at]);
        let wrong = |_| format!("no JSON: the text at byte {} of the record has a wrong escape", start + 1);
        read.map(Cow::Owned).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<String>, String> {
        let mut told = Vec::new();
        object(text, &mut |name, value| {
            told.push(format!("{name}={value}"));
            Ok(())
        })?;
        Ok(told)
    }

    #[test]
    fn values_are_texts_and_numbers_stay_as_they_are_written() {
        let text = r#" {"a":1234567890123456789 , "b":{"c":-1.50e+3,"d":{}}, "e":null,"f":true,
            "g":[1, {"x" : "\u5b81\"" }, [ ] ],"h":"宁\n海"} "#;
        let told = ["a=1234567890123456789", "b.c=-1.50e+3", "e=", "f=true"];
        let more = ["g=[1,{\"x\":\"宁\\\"\"},[]]", "h=宁\n海"];
        assert_eq!(read(text).expect("read"), [&told[..], &more].concat());
    }

    #[test]
    fn what_is_no_object_is_told_with_its_place() {
        for (text, says) in [
            ("[1]", "must be an object"),
            ("{\"a\":1", "'}' is missing at byte 7"),
            ("{\"a\" 1}", "':' is missing at byte 6"),
            ("{\"a\":01}", "'}' is missing at byte 7"),
            ("{\"a\":nul}", "a value is missing"),
            ("{\"a\":\"x}", "a closing quote"),
            ("{\"a\":\"\\q\"}", "a wrong escape"),
            ("{\"a\":1} {", "the end of the record"),
        ] {
            let reason = read(text).expect_err(text);
            assert!(reason.contains(says), "{text}: {reason}");
        }
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(read(&deep).expect_err("deep").contains("more than 64 deep"));
        assert!(read(&"{\"a\":".repeat(100_000)).expect_err("deep").contains("more than 64 deep"));
    }
}
