//! Tells whether a record ends before its file does. Two line ends are put behind the file: a
//! record that takes one of them had no line end of its own, one that takes both is still inside a
//! quoted field.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

const ADDED: &[u8] = b"\n\n";

/// A reader with line ends behind its bytes.
pub(super) struct Tail<R> {
    inner: R,
    /// Lines end in CR alone, which is read as LF.
    cr_alone: bool,
    read: u64,
    added: &'static [u8],
    end: End,
}

/// Where the file ends, as soon as that is known.
#[derive(Clone, Default)]
pub(super) struct End(Rc<Cell<Option<u64>>>);

/// What closed a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closed {
    /// A line end of its own.
    ByLine,
    /// The end of the file.
    ByEnd,
    /// Nothing: the file ends inside a quoted field.
    Never,
}

impl<R: Read> Tail<R> {
    /// `head`: the first bytes of the file.
    pub(super) fn new(inner: R, head: &[u8]) -> Self {
        let cr_alone = head.contains(&b'\r') && !head.contains(&b'\n');
        Self { inner, cr_alone, read: 0, added: ADDED, end: End::default() }
    }

    pub(super) fn end(&self) -> End {
        self.end.clone()
    }
}

impl End {
    /// How the record was closed after which the next one begins at byte `next`.
    pub(super) fn closed(&self, next: u64) -> Closed {
        match self.0.get().map_or(0, |end| next.saturating_sub(end)) {
            0 => Closed::ByLine,
            1 => Closed::ByEnd,
            _ => Closed::Never,
        }
    }
}

impl<R: Read> Read for Tail<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.end.0.get().is_some() {
            return self.added.read(buffer);
        }
        let count = self.inner.read(buffer)?;
        if count == 0 && !buffer.is_empty() {
            self.end.0.set(Some(self.read));
            return self.added.read(buffer);
        }
        if self.cr_alone {
            buffer[..count].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        }
        self.read += count as u64;
        Ok(count)
    }
}
