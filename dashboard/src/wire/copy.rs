//! `COPY ... TO STDOUT`: rows as a file, as text, CSV or in PostgreSQL's binary form.

use bytes::{BufMut, BytesMut};

use super::refusal::{Refusal, code};
use super::text::{Kind, Token, plain, tokens, unquoted};

/// How the rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Csv,
    Binary,
}

/// What is copied, and how.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Copied {
    pub(super) query: String,
    pub(super) form: Form,
    pub(super) has_header: bool,
    delimiter: u8,
    null: String,
}

/// Begin of the binary form: a signature, no flags, nothing more.
const SIGNATURE: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Reads `copy (query) to stdout ...` or `copy table [(columns)] to stdout ...`.
pub(super) fn parse(sql: &str) -> Result<Copied, Refusal> {
    let found = tokens(sql);
    let is = |at: usize, word: &str| found.get(at).is_some_and(|token| plain(sql, token) == word);
    let (query, mut at) = if is(1, "(") {
        let end = closing(&found, 1).ok_or_else(wrong)?;
        let (from, to) = (found.get(1).ok_or_else(wrong)?, found.get(end).ok_or_else(wrong)?);
        (sql.get(from.at.end..to.at.start).unwrap_or_default().trim().to_owned(), end + 1)
    } else {
        let mut at = 1;
        while at < found.len() && !is(at, "(") && !is(at, "to") && !is(at, "from") {
            at += 1;
        }
        let name = span(sql, &found, 1, at).ok_or_else(wrong)?;
        let (columns, at) = match closing(&found, at).filter(|_| is(at, "(")) {
            Some(end) => (span(sql, &found, at + 1, end).ok_or_else(wrong)?, end + 1),
            None => ("*", at),
        };
        (format!("select {columns} from {name}"), at)
    };
    if is(at, "from") {
        return Err(Refusal::new(code::READ_ONLY, "COPY FROM is not done over the wire: it only reads"));
    }
    if !is(at, "to") || !is(at + 1, "stdout") {
        return Err(Refusal::new(
            code::FORBIDDEN,
            "rows are copied TO STDOUT alone; the client may write them to a file",
        ));
    }
    at += 2;
    let rest: Vec<String> = found.get(at..).unwrap_or_default().iter().map(|token| plain(sql, token)).collect();
    options(query, &rest)
}

fn wrong() -> Refusal {
    Refusal::new(code::SYNTAX, "write COPY (query) TO STDOUT (FORMAT csv, HEADER)")
}

fn span<'s>(sql: &'s str, found: &[Token], from: usize, to: usize) -> Option<&'s str> {
    let (first, last) = (found.get(from)?, found.get(to.checked_sub(1)?)?);
    sql.get(first.at.start..last.at.end).filter(|text| !text.is_empty())
}

/// Where the parenthesis that opens at a place closes.
fn closing(found: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in found.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Sign('(') => depth += 1,
            Kind::Sign(')') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn options(query: String, words: &[String]) -> Result<Copied, Refusal> {
    let mut copied = Copied { query, form: Form::Text, has_header: false, delimiter: b'\t', null: "\\N".to_owned() };
    let mut words =
        words.iter().filter(|word| !["with", "(", ")", ",", "as", "format"].contains(&word.as_str())).peekable();
    let (mut delimiter, mut null) = (None, None);
    while let Some(word) = words.next() {
        match unquoted(word).to_lowercase().as_str() {
            "csv" => copied.form = Form::Csv,
            "text" => copied.form = Form::Text,
            "binary" => copied.form = Form::Binary,
            "header" => {
                let told = words.next_if(|next| ["true", "on", "1", "false", "off", "0"].contains(&next.as_str()));
                copied.has_header = told.is_none_or(|told| ["true", "on", "1"].contains(&told.as_str()));
            }
            "delimiter" => delimiter = words.next().map(|word| unquoted(word.trim_start_matches(['e', 'E']))),
            "null" => null = words.next().map(|word| unquoted(word)),
            "encoding" => {
                words.next();
            }
            "quote" | "escape" if words.next_if(|next| unquoted(next) == "\"").is_some() => {}
            other => {
                let shown: String = other.chars().take(20).collect();
                let told = format!("COPY has no option {shown:?} here; it has FORMAT, HEADER, DELIMITER and NULL");
                return Err(Refusal::new(code::UNSUPPORTED, told));
            }
        }
    }
    if copied.form == Form::Csv {
        copied.delimiter = b',';
        copied.null = String::new();
    }
    if let Some(told) = delimiter {
        copied.delimiter = match told.as_bytes() {
            b"\\t" => b'\t',
            [one] if one.is_ascii() && !b"\r\n\"\\".contains(one) => *one,
            _ => {
                return Err(Refusal::new(
                    code::BAD_VALUE,
                    "DELIMITER must be one character, none of a quote or newline",
                ));
            }
        };
    }
    if let Some(null) = null {
        copied.null = null;
    }
    Ok(copied)
}

impl Copied {
    /// What stands before the rows.
    pub(super) fn head(&self, names: &[&str], out: &mut BytesMut) {
        match self.form {
            Form::Binary => out.put_slice(SIGNATURE),
            Form::Text | Form::Csv if self.has_header => self.line(names.iter().map(|name| Some(name.as_bytes())), out),
            Form::Text | Form::Csv => {}
        }
    }

    /// What stands after them.
    pub(super) fn foot(&self, out: &mut BytesMut) {
        if self.form == Form::Binary {
            out.put_i16(-1);
        }
    }

    /// One row of texts.
    pub(super) fn line<'c>(&self, cells: impl Iterator<Item = Option<&'c [u8]>>, out: &mut BytesMut) {
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                out.put_u8(self.delimiter);
            }
            match cell {
                None => out.put_slice(self.null.as_bytes()),
                Some(cell) if self.form == Form::Csv => self.quoted(cell, out),
                Some(cell) => self.escaped(cell, out),
            }
        }
        out.put_u8(b'\n');
    }

    fn quoted(&self, cell: &[u8], out: &mut BytesMut) {
        let special = |byte: &u8| *byte == self.delimiter || b"\"\r\n".contains(byte);
        // What would be read as "nothing", and the end of a file to old readers.
        if !cell.iter().any(special) && cell != self.null.as_bytes() && cell != b"\\." {
            return out.put_slice(cell);
        }
        out.put_u8(b'"');
        for byte in cell {
            if *byte == b'"' {
                out.put_u8(b'"');
            }
            out.put_u8(*byte);
        }
        out.put_u8(b'"');
    }

    fn escaped(&self, cell: &[u8], out: &mut BytesMut) {
        for byte in cell {
            match byte {
                b'\n' => out.put_slice(b"\\n"),
                b'\r' => out.put_slice(b"\\r"),
                b'\t' => out.put_slice(b"\\t"),
                b'\\' => out.put_slice(b"\\\\"),
                byte if *byte == self.delimiter => out.put_slice(&[b'\\', *byte]),
                byte => out.put_u8(*byte),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_read_in_its_forms() {
        let read = |sql: &str| parse(sql).expect(sql);
        let csv =
            read("COPY (select a, ')' from t order by (a)) TO STDOUT WITH (FORMAT csv, HEADER true, NULL 'none')");
        assert_eq!(csv.query, "select a, ')' from t order by (a)");
        assert_eq!((csv.form, csv.has_header, csv.null.as_str()), (Form::Csv, true, "none"));
        let old = read("copy public.\"Village\" (code, name) to stdout csv header delimiter ';'");
        assert_eq!(old.query, "select code, name from public.\"Village\"");
        assert_eq!((old.has_header, old.delimiter), (true, b';'));
        assert_eq!(read("copy t to stdout (format binary)").form, Form::Binary);
        assert_eq!(read("copy t to stdout").query, "select * from t");
        for sql in ["copy t from stdin", "copy t to '/tmp/x'", "copy t to program 'sh'", "copy (select 1", "copy"] {
            assert!(parse(sql).is_err(), "{sql}");
        }
    }

    #[test]
    fn cells_come_back_as_they_were() {
        let mut out = BytesMut::new();
        let cells: [Option<&[u8]>; 5] = [Some(b"a,b"), Some(b"say \"x\""), None, Some(b""), Some("村\n".as_bytes())];
        parse("copy t to stdout csv").expect("csv").line(cells.into_iter(), &mut out);
        assert_eq!(&out[..], "\"a,b\",\"say \"\"x\"\"\",,\"\",\"村\n\"\n".as_bytes());
        out.clear();
        let cells: [Option<&[u8]>; 3] = [Some(b"a\tb\\"), None, Some(b"")];
        parse("copy t to stdout").expect("text").line(cells.into_iter(), &mut out);
        assert_eq!(&out[..], b"a\\tb\\\\\t\\N\t\n");
    }
}
