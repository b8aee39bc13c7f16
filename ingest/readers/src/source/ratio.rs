//! Bounds what a packed file may unpack to, so that a few bytes cannot keep the machine busy for
//! hours or fill its disk.

use std::io::{self, Read};

/// Packed tables of records are some 3 to 50 times smaller than plain ones, zip bombs 1,000 times.
const MOST: u64 = 200;
/// What any file may unpack to, however small it is.
const FREE: u64 = 64 * 1024 * 1024;

/// A reader of unpacked bytes that stops at the bound.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R> Bounded<R> {
    /// `packed`: bytes before unpacking.
    pub(super) fn new(inner: R, packed: u64) -> Self {
        Self { inner, left: packed.saturating_mul(MOST).max(FREE) }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            let reason = format!("it unpacks to more than {MOST} times its size, as no table does (a zip bomb)");
            io::Error::new(io::ErrorKind::InvalidData, reason)
        })?;
        Ok(count)
    }
}

/// Rows that any file may hold.
const FREE_ROWS: u64 = 1_000_000;
/// Rows for each byte of a larger file: tables of records have a tenth of one.
const ROWS_A_BYTE: u64 = 10;
/// Bytes of text that the rows of any file may hold.
const FREE_TEXT: u64 = 256 * 1024 * 1024;
/// The same for each byte of a larger file. More than is unpacked, since a text that rows share
/// counts for each of them.
const TEXT_A_BYTE: u64 = 1_000;

/// Bounds the records of formats that keep a text once however often it stands in the table: there
/// the bytes that are unpacked do not tell how much comes out.
pub(super) struct Measure {
    rows: u64,
    text: u64,
}

impl Measure {
    /// `size`: bytes of the file.
    pub(super) fn new(size: u64) -> Self {
        Self {
            rows: size.saturating_mul(ROWS_A_BYTE).max(FREE_ROWS),
            text: size.saturating_mul(TEXT_A_BYTE).max(FREE_TEXT),
        }
    }

    /// So many more bytes of a file have been read whose size is not known.
    pub(super) fn grow(&mut self, bytes: u64) {
        self.rows = self.rows.saturating_add(bytes.saturating_mul(ROWS_A_BYTE));
        self.text = self.text.saturating_add(bytes.saturating_mul(TEXT_A_BYTE));
    }

    /// Takes a record of so many bytes of text. Why the file is not read on, if it is beyond the bound.
    pub(super) fn take(&mut self, text: u64) -> Result<(), String> {
        let left = self.rows.checked_sub(1).zip(self.text.checked_sub(text));
        let beyond = || "its records unpack to far more than those of any table of its size".to_owned();
        (self.rows, self.text) = left.ok_or_else(beyond)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_of_a_small_file_are_measured() {
        let mut rows = Measure::new(1);
        assert!((0..FREE_ROWS).all(|_| rows.take(1).is_ok()) && rows.take(1).is_err());
        let mut text = Measure::new(1);
        assert!(text.take(FREE_TEXT).is_ok() && text.take(1).expect_err("more").contains("of its size"));
        assert!(Measure::new(FREE_TEXT).take(FREE_TEXT * TEXT_A_BYTE).is_ok(), "in proportion");
        text.grow(1);
        assert!(text.take(TEXT_A_BYTE).is_ok() && text.take(1).is_err(), "as more is read");
    }

    #[test]
    fn what_unpacks_beyond_all_measure_is_stopped() {
        let read =
            |packed: u64, bytes: u64| io::copy(&mut Bounded::new(io::repeat(0).take(bytes), packed), &mut io::sink());
        assert_eq!(read(1, FREE).expect("small"), FREE);
        assert!(read(1, FREE + 1).expect_err("bomb").to_string().contains("zip bomb"));
        assert_eq!(read(FREE, 3 * FREE).expect("in proportion"), 3 * FREE);
    }
}
