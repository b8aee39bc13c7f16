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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_unpacks_beyond_all_measure_is_stopped() {
        let read =
            |packed: u64, bytes: u64| io::copy(&mut Bounded::new(io::repeat(0).take(bytes), packed), &mut io::sink());
        assert_eq!(read(1, FREE).expect("small"), FREE);
        assert!(read(1, FREE + 1).expect_err("bomb").to_string().contains("zip bomb"));
        assert_eq!(read(FREE, 3 * FREE).expect("in proportion"), 3 * FREE);
    }
}
