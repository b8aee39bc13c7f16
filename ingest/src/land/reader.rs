//! Reads the file on a thread of its own and hands rows over a short channel, so that reading and
//! writing go on at once and memory stays bounded.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow::array::RecordBatch;
use datasets::contract::Contract;
use readers::mapping::Mapping;
use readers::record::{Header, Item, shorten};
use readers::{Opened, ReadError, Sink, read};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::{Job, Progress};
use crate::rows::{Common, Made, Maker, RowSink};
use crate::vault::{Raw, TextWriter, text_room};
use crate::{IngestError, NewColumns, Refusal};

/// Records from one telling of progress to the next.
const TELL_EVERY: u64 = 4096;
/// Sheets that were not read which a receipt names.
const MOST_LEFT_OUT: usize = 100;

/// What the reader hands over.
pub(super) enum Message {
    Rows { table: usize, rows: RecordBatch },
    Refused(Refusal),
}

/// What was read, when all was.
pub(crate) struct Summary {
    pub(crate) records: u64,
    pub(crate) unreadable: u64,
    pub(crate) made: Vec<Made>,
    pub(crate) span: Option<(i64, i64)>,
    pub(crate) latest: Option<i64>,
    pub(crate) encoding: &'static str,
    pub(crate) new_columns: Option<NewColumns>,
    /// Sheets with values that were not read.
    pub(crate) sheets_left_out: Vec<String>,
    /// The text of what was refused, not yet kept.
    pub(crate) texts: Option<TextWriter>,
}

/// The tables of a mapping, in the order of their places.
pub(super) fn tables(mapping: &Mapping) -> Vec<&'static Contract> {
    let mut tables: Vec<&'static Contract> = Vec::new();
    for output in &mapping.outputs {
        if !tables.iter().any(|table| table.table == output.contract.table) {
            tables.push(output.contract);
        }
    }
    tables
}

pub(super) fn start(job: &Job<'_>, common: Common) -> (Receiver<Message>, JoinHandle<Result<Summary, IngestError>>) {
    let (sender, receiver) = channel(1);
    let (mapping, input, page) = (job.mapping.clone(), job.input.clone(), job.page.clone());
    let opened = job.opened.clone();
    let (person, progress, of) = (job.options.person.clone(), job.options.progress.clone(), job.bytes);
    let room = text_room(job.bytes);
    let texts = job.options.vault_for(&mapping).map(|vault| TextWriter::new(vault, job.options.now, room));
    let reading = tokio::task::spawn_blocking(move || {
        let mut out = ToChannel { sender, file: input.name.clone(), texts, part: String::new() };
        let mut left_out = Vec::new();
        let mut summary = {
            let mut maker = Maker::new(&mapping, common, &person, &mut out);
            let encoding = match page {
                Some(page) => page.page.read(&mut maker)?,
                None => {
                    let opened = opened.map_or_else(|| Opened::open(&input.path, &input.name), Ok)?;
                    let watched = Watched { inner: opened.reading(), done: 0, of, progress: progress.clone() };
                    let mut counted = Counted { maker: &mut maker, progress, left_out: &mut left_out };
                    let read = read(Box::new(watched), &input.name, &mapping, &mut counted);
                    // A file that is being written to may be broken by that alone.
                    opened.check(&input.name)?;
                    read?
                }
            };
            maker.finish()?;
            Summary::of(&mut maker, encoding)
        };
        summary.sheets_left_out = left_out;
        summary.texts = out.texts;
        Ok(summary)
    });
    (receiver, reading)
}

impl Summary {
    /// Of a maker that has made all rows.
    pub(crate) fn of(maker: &mut Maker<'_>, encoding: &'static str) -> Self {
        Self {
            records: maker.records,
            unreadable: maker.unreadable,
            made: std::mem::take(&mut maker.made),
            span: maker.span,
            latest: maker.latest,
            encoding,
            new_columns: maker.new_columns(),
            sheets_left_out: Vec::new(),
            texts: None,
        }
    }
}

/// The latest time in the file's rows.
pub(super) async fn latest(job: &Job<'_>, common: Common) -> Result<Option<i64>, IngestError> {
    let (mapping, input, person) = (job.mapping.clone(), job.input.clone(), job.options.person.clone());
    let opened = job.opened.clone();
    let name = input.name.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let mut out = Nowhere;
        let mut maker = Maker::new(&mapping, common, &person, &mut out);
        let opened = opened.map_or_else(|| Opened::open(&input.path, &input.name), Ok)?;
        read(Box::new(opened.reading()), &input.name, &mapping, &mut maker)?;
        Ok(maker.latest)
    });
    reading.await.map_err(|source| IngestError::Task { file: name, source })?
}

struct Nowhere;

impl RowSink for Nowhere {
    fn rows(&mut self, _: usize, _: RecordBatch) -> Result<(), IngestError> {
        Ok(())
    }

    fn refused(&mut self, _: Refusal) -> Result<(), IngestError> {
        Ok(())
    }
}

pub(super) struct ToChannel {
    pub(super) sender: Sender<Message>,
    pub(super) file: String,
    pub(super) texts: Option<TextWriter>,
    /// Sheet or file of an archive, if there are several.
    pub(super) part: String,
}

impl ToChannel {
    fn send(&self, message: Message) -> Result<(), IngestError> {
        // The receiver goes away only when landing failed; its error is the one that is told.
        self.sender.blocking_send(message).map_err(|_| {
            let (file, reason) = (self.file.clone(), "landing was given up".to_owned());
            ReadError::Broken { file, line: 0, reason }.into()
        })
    }
}

impl RowSink for ToChannel {
    fn rows(&mut self, table: usize, rows: RecordBatch) -> Result<(), IngestError> {
        self.send(Message::Rows { table, rows })
    }

    fn refused(&mut self, mut refusal: Refusal) -> Result<(), IngestError> {
        if !self.part.is_empty() {
            refusal.reason = format!("in {}: {}", self.part, refusal.reason);
        }
        self.send(Message::Refused(refusal))
    }

    fn text(&mut self, line: u64, row_hash: &[u8; 16], raw: &Raw<'_>) -> Result<bool, IngestError> {
        match &mut self.texts {
            Some(texts) => texts.write(line, row_hash, raw),
            None => Ok(true),
        }
    }

    fn part(&mut self, name: &str) {
        name.clone_into(&mut self.part);
    }
}

/// Hands records on, and tells how many there have been.
struct Counted<'m, 'a> {
    maker: &'m mut Maker<'a>,
    progress: Option<Arc<dyn Progress>>,
    left_out: &'m mut Vec<String>,
}

impl Sink for Counted<'_, '_> {
    fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), ReadError> {
        self.maker.take(header, item)?;
        if let Some(progress) = self.progress.as_ref().filter(|_| self.maker.records.is_multiple_of(TELL_EVERY)) {
            progress.records(self.maker.records, None);
        }
        Ok(())
    }

    fn part(&mut self, name: &str) {
        self.maker.part(name);
    }

    fn left_out(&mut self, sheet: &str) {
        if self.left_out.len() < MOST_LEFT_OUT {
            self.left_out.push(shorten(sheet));
        }
    }
}

struct Watched<R> {
    inner: R,
    done: u64,
    of: u64,
    progress: Option<Arc<dyn Progress>>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.done += count as u64;
        if let Some(progress) = &self.progress {
            progress.read(self.done, self.of);
        }
        Ok(count)
    }
}

impl<R: Seek> Seek for Watched<R> {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.done = self.inner.seek(to)?;
        Ok(self.done)
    }
}
