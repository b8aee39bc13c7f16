//! A page of a database's rows. There is no file, but there are bytes, and one way to write them:
//! the same rows in the same order are the same batch.

use jiff::Timestamp;
use readers::record::{Header, Item, Record};
use readers::{ReadError, Sink};
use sha2::{Digest, Sha256};

use crate::Mapping;
use crate::batch::Identified;

/// The length that stands for null.
const NULL: u32 = u32::MAX;

/// Rows of one query: how many columns, their names, then the values row by row; each text behind
/// its length in four bytes.
pub(crate) struct Page {
    header: Header,
    bytes: Vec<u8>,
    /// Where the first row begins.
    first: usize,
    rows: u64,
}

/// A page on its way into the lake.
pub(crate) struct Pulled {
    pub(crate) page: Page,
    /// Name of the section.
    pub(crate) pull: String,
    /// When this page has landed, every row up to here has.
    pub(crate) cursor: Option<String>,
    /// The server's time when the pull began.
    pub(crate) extracted: Timestamp,
    /// No page of this pull comes after it.
    pub(crate) is_last: bool,
}

impl Page {
    pub(crate) fn new(names: &[String]) -> Self {
        let mut page = Self { header: Header::default(), bytes: Vec::new(), first: 0, rows: 0 };
        page.bytes.extend((names.len() as u32).to_le_bytes());
        for name in names {
            page.header.add_column(name);
            page.push(Some(name));
        }
        page.first = page.bytes.len();
        page
    }

    /// Adds the next value of the row at hand.
    pub(crate) fn push(&mut self, value: Option<&str>) {
        let length = value.map_or(NULL, |text| text.len() as u32);
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(value.unwrap_or_default().as_bytes());
    }

    /// The row at hand is complete.
    pub(crate) fn end_row(&mut self) {
        self.rows += 1;
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Hands out the rows as records; their line is their number in the page. Values are trimmed,
    /// as those of a file are, so that a row is the same row by either way.
    pub(crate) fn read(&self, sink: &mut dyn Sink) -> Result<&'static str, ReadError> {
        let mut rest = &self.bytes[self.first..];
        let mut record = Record::default();
        for line in 1..=self.rows {
            record.clear();
            for _ in 0..self.header.len() {
                record.push(next(&mut rest).trim());
            }
            sink.take(&self.header, Item::Record { line, record: &record })?;
        }
        Ok("UTF-8")
    }
}

/// The text at the front, which is taken off; null is read as empty.
fn next<'p>(rest: &mut &'p [u8]) -> &'p str {
    let all = *rest;
    let Some((length, behind)) = all.split_first_chunk::<4>() else { return "" };
    let length = match u32::from_le_bytes(*length) {
        NULL => 0,
        length => length as usize,
    };
    let (text, behind) = behind.split_at(length.min(behind.len()));
    *rest = behind;
    std::str::from_utf8(text).unwrap_or_default()
}

impl Pulled {
    /// What the batch is called in messages and in the ledger.
    pub(crate) fn name(&self) -> String {
        format!("pull {}", self.pull)
    }

    /// `sha256(page + mapping version)` and the number of bytes.
    pub(crate) fn identify(&self, mapping: &Mapping) -> Identified {
        let mut digest = Sha256::new();
        digest.update(&self.page.bytes);
        digest.update(mapping.name.as_bytes());
        digest.update(mapping.version.as_bytes());
        // Pages without rows are all alike; pull and time tell them apart.
        if self.page.rows == 0 {
            digest.update(self.pull.as_bytes());
            digest.update(self.extracted.as_microsecond().to_le_bytes());
        }
        let sha256 = hex::encode(Sha256::digest(&self.page.bytes));
        Identified {
            batch_id: hex::encode(digest.finalize()),
            bytes: self.page.bytes(),
            sha256,
            sealed: None,
            opened: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = "[source]\nsystem = \"x\"\ntime_zone = \"Asia/Shanghai\"\n[[output]]\ntable = \
                           \"workflow_event\"\n[output.fields]\ncase_no = \"a\"\nevent_type = { value = \"ACCEPT\" }\n\
                           occurred_at = \"t\"\n";

    struct Texts(Vec<String>);

    impl Sink for Texts {
        fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), ReadError> {
            let Item::Record { line, record } = item else { panic!("refused") };
            let values: Vec<&str> = (0..header.len()).map(|place| record.raw(place).expect("value")).collect();
            self.0.push(format!("{line}: {}", values.join("|")));
            Ok(())
        }
    }

    fn page(rows: &[[Option<&str>; 2]]) -> Page {
        let mut page = Page::new(&["a".into(), "t".into()]);
        for row in rows {
            row.iter().for_each(|value| page.push(*value));
            page.end_row();
        }
        page
    }

    fn id(page: Page, extracted: i64) -> String {
        let extracted = Timestamp::from_second(extracted).expect("instant");
        let mapping = Mapping::parse("m", MAPPING).expect("mapping");
        Pulled { page, pull: "p".into(), cursor: None, extracted, is_last: true }.identify(&mapping).batch_id
    }

    #[test]
    fn rows_come_out_as_they_went_in() {
        let mut seen = Texts(Vec::new());
        let page = page(&[[Some("阳光 "), None], [Some(""), Some("x")]]);
        assert_eq!(page.read(&mut seen).expect("read"), "UTF-8");
        assert_eq!(seen.0, ["1: 阳光|", "2: |x"]);
    }

    #[test]
    fn the_same_rows_are_the_same_batch_and_nothing_else_is() {
        let one = [[Some("a"), Some("b")]];
        assert_eq!(id(page(&one), 1), id(page(&one), 2), "whenever they were asked for");
        for other in [&[[Some("ab"), Some("")]], &[[Some("a"), None]], &[[Some("a"), Some("b ")]]] {
            assert_ne!(id(page(&one), 1), id(page(other), 1), "{other:?}");
        }
        assert_ne!(id(page(&[[None, None]]), 1), id(page(&[[Some(""), None]]), 1), "null is not empty");
        assert_ne!(id(page(&[]), 1), id(page(&[]), 2), "no rows up to another time");
    }
}
