//! How far work on the files of tables has come, told to whoever waits for it.

use super::snapshot::LiveFile;

/// How far a stage of a work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Come {
    /// What is being done.
    pub stage: &'static str,
    /// Rows that are done.
    pub rows: u64,
    /// Bytes that are done, as the files rest.
    pub bytes: u64,
    /// Bytes that there are to do, as far as that is known by now.
    pub of: u64,
}

/// Hears how far a work has come.
pub type Watch<'a> = &'a (dyn Fn(Come) + Send + Sync);

/// Tells of the files of one stage.
pub(super) struct Teller<'a> {
    watch: Watch<'a>,
    come: Come,
    /// Rows of what is being read.
    rows: u64,
}

impl<'a> Teller<'a> {
    /// `of`: bytes that there are to do.
    pub(super) fn new(stage: &'static str, of: u64, watch: Watch<'a>) -> Self {
        Self { watch, come: Come { stage, rows: 0, bytes: 0, of }, rows: 0 }
    }

    /// There are so many more bytes to do.
    pub(super) fn more(&mut self, bytes: u64) {
        self.come.of += bytes;
    }

    /// So many more rows are done of files that are read together.
    pub(super) fn part(&mut self, files: &[LiveFile], rows: usize) {
        self.rows += rows as u64;
        let (size, all) = (size(files), u128::from(rows_of(files).max(self.rows).max(1)));
        let share = u128::from(size) * u128::from(self.rows) / all;
        let bytes = self.come.bytes + u64::try_from(share).unwrap_or(size);
        (self.watch)(Come { rows: self.come.rows + self.rows, bytes, ..self.come });
    }

    /// Files are done, whether they had to be read or not.
    pub(super) fn done(&mut self, files: &[LiveFile]) {
        self.come.rows += rows_of(files).max(self.rows);
        self.rows = 0;
        self.come.bytes += size(files);
        (self.watch)(self.come);
    }
}

/// Bytes of files.
fn size(files: &[LiveFile]) -> u64 {
    files.iter().map(|file| file.size).sum()
}

/// Rows of files, as far as the log tells them.
fn rows_of(files: &[LiveFile]) -> u64 {
    files.iter().filter_map(|file| file.rows).sum()
}
