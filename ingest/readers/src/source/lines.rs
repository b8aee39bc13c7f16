//! Counts line ends exactly as far as the bytes have been used, not as far as they have been read.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Read};
use std::rc::Rc;

/// A buffered reader that knows its line.
pub(super) struct Lines<R> {
    inner: BufReader<R>,
    line: Rc<Cell<u64>>,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner: BufReader::with_capacity(64 * 1024, inner), line: Rc::new(Cell::new(1)) }
    }

    /// The line of the next byte, 1 upward.
    pub(super) fn line(&self) -> Rc<Cell<u64>> {
        self.line.clone()
    }
}

impl<R: Read> Read for Lines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.line.set(self.line.get() + line_ends(&buffer[..count]));
        Ok(count)
    }
}

impl<R: Read> BufRead for Lines<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        let used = self.inner.buffer().get(..amount).unwrap_or_default();
        self.line.set(self.line.get() + line_ends(used));
        self.inner.consume(amount);
    }
}

/// Line ends among these bytes.
pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}
