//! Bounds the bytes of one record, so that a quote that never closes, or a file of one line,
//! cannot take the machine's memory.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

/// Larger than any real record.
pub const MAX_RECORD: u64 = 16 * 1024 * 1024;

/// Bytes that may still be read for the record at hand.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    used: Rc<Cell<u64>>,
}

impl Guard {
    pub(crate) fn new() -> Self {
        Self { used: Rc::new(Cell::new(0)) }
    }

    /// A record is complete: the next one may be as long again.
    pub(crate) fn reset(&self) {
        self.used.set(0);
    }

    /// Whether reading stopped because the record was too long.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.used.get() > MAX_RECORD
    }

    pub(crate) fn watch<R: Read>(&self, inner: R) -> Guarded<R> {
        Guarded { inner, guard: self.clone() }
    }
}

/// A reader that stops when the guard says so.
pub(crate) struct Guarded<R> {
    inner: R,
    guard: Guard,
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let used = self.guard.used.get();
        if used > MAX_RECORD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "record too long"));
        }
        let count = self.inner.read(buffer)?;
        self.guard.used.set(used + count as u64);
        Ok(count)
    }
}
