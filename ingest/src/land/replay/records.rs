//! Reads refused records again, on a thread of its own. Each is given its place among the open
//! records as its line, since several records may begin at one line.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use arrow::array::RecordBatch;
use readers::mapping::{CsvHints, Mapping};
use readers::record::{Header, Item, Record};
use readers::{LINE_COLUMN, ReadError, Sink, open, read};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::Contradicting;
use crate::land::reader::{Message, ToChannel};
use crate::land::refused::SHOWN;
use crate::land::{Input, Progress};
use crate::rows::{Common, Made, Maker, RowSink};
use crate::vault::{Raw, RawRecord, TextWriter, Vault};
use crate::{IngestError, NewColumns, PersonKey, Refusal};

/// What a replay reads in the place of the texts in the vault.
#[derive(Debug, Clone)]
pub enum Correction {
    /// A file with the column [`LINE_COLUMN`].
    File(Input),
    /// The new values of one record, under the line and the `row_hash` of its refusals. If nothing of
    /// it is open, nothing is made of it.
    Record(RawRecord),
}

/// A refused record of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OpenRecord {
    pub(super) line: u64,
    pub(super) row_hash: String,
    /// Outputs whose rows were refused; empty: the whole record was.
    outputs: Vec<u32>,
}

impl OpenRecord {
    pub(super) fn new(line: u64, row_hash: String, output: Option<u32>) -> Self {
        Self { line, row_hash, outputs: output.into_iter().collect() }
    }

    /// Another refusal of the same record; a row may have several.
    pub(super) fn add(&mut self, output: Option<u32>) {
        if let Some(output) = output.filter(|output| !self.outputs.contains(output)) {
            self.outputs.push(output);
        }
    }

    /// Refused rows; a record that could not be read counts as one.
    pub(super) fn rows(&self) -> u64 {
        self.outputs.len().max(1) as u64
    }
}

/// What the thread needs.
pub(super) struct Replay {
    pub(super) mapping: Mapping,
    pub(super) person: PersonKey,
    pub(super) common: Common,
    pub(super) open: Vec<OpenRecord>,
    /// Lines of which a refusal has been resolved.
    pub(super) resolved: HashSet<u64>,
    /// Whether an earlier replay was broken off, which this one ends even if there is nothing to read.
    pub(super) is_unfinished: bool,
    pub(super) taken_ids: HashSet<String>,
    pub(super) batch_id: String,
    pub(super) vault: Option<Arc<Vault>>,
    /// Whether what is refused now may be kept.
    pub(super) keeps: bool,
    pub(super) from: Option<Correction>,
    /// Rows that are not to be believed as they are.
    pub(super) contradicting: Contradicting,
    pub(super) progress: Option<Arc<dyn Progress>>,
}

/// What the thread has found.
pub(super) struct Told {
    pub(super) made: Vec<Made>,
    pub(super) span: Option<(i64, i64)>,
    pub(super) new_columns: Option<NewColumns>,
    /// Records that were read again, by place.
    touched: HashSet<usize>,
    /// Rows that passed: place and output.
    passed: HashSet<(usize, u32)>,
    /// Rows of records that had been refused whole, refused now.
    pub(super) again: HashSet<(usize, u32)>,
    /// The first refusals of rows that stay as they are.
    pub(super) still: Vec<Refusal>,
    /// Rows of the corrected file whose refusals had been resolved before.
    pub(super) resolved_before: u64,
    pub(super) texts: Option<TextWriter>,
}

impl Told {
    /// What is open no more.
    pub(super) fn resolutions(&self, open: &[OpenRecord], attempt: i64) -> Vec<Refusal> {
        let mut resolutions = Vec::new();
        for (place, record) in open.iter().enumerate() {
            let mut row_hash = [0; 16];
            // What the quarantine holds is hexadecimal of 16 bytes.
            let sound = hex::decode_to_slice(&record.row_hash, &mut row_hash).is_ok();
            debug_assert!(sound);
            let mut resolve = |output: Option<u32>| {
                resolutions.push(Refusal {
                    line: record.line,
                    table: None,
                    field: None,
                    rule: "resolved",
                    reason: format!("landed or known by attempt {attempt}"),
                    row_hash,
                    output,
                    resolved: true,
                });
            };
            if record.outputs.is_empty() {
                if self.touched.contains(&place) {
                    resolve(None);
                }
                continue;
            }
            for output in record.outputs.iter().filter(|output| self.passed.contains(&(place, **output))) {
                resolve(Some(*output));
            }
        }
        resolutions
    }
}

impl Replay {
    pub(super) fn start(self) -> (Receiver<Message>, JoinHandle<Result<Told, IngestError>>) {
        let (sender, receiver) = channel(1);
        (receiver, tokio::task::spawn_blocking(move || self.run(sender)))
    }

    fn run(self, sender: Sender<Message>) -> Result<Told, IngestError> {
        let file = match &self.from {
            Some(Correction::File(from)) => from.name.clone(),
            Some(Correction::Record(_)) | None => format!("batch {}", self.batch_id),
        };
        let kept = self.vault.clone().filter(|_| self.keeps);
        let texts = kept.map(|vault| TextWriter::new(vault, self.common.ingested_at, u64::MAX));
        let mut out = Out {
            channel: ToChannel { sender, file, texts, part: String::new() },
            open: &self.open,
            passed: HashSet::new(),
            again: HashSet::new(),
            still: Vec::new(),
        };
        let (made, span, new_columns, (touched, resolved_before)) = {
            let mut maker = Maker::new(&self.mapping, self.common.clone(), &self.person, &mut out);
            let readable: Vec<Option<Vec<u32>>> = self.open.iter().map(|record| self.readable(record)).collect();
            maker.only = Some(readable.iter().map(|outputs| outputs.clone().unwrap_or_default()).collect());
            maker.ids.taken = self.taken_ids.clone();
            let touched = match &self.from {
                Some(Correction::File(from)) => self.corrected(from, &mut maker)?,
                Some(Correction::Record(raw)) => (self.one(raw, &mut maker)?, 0),
                None => (self.of_vault(&mut maker, &readable)?, 0),
            };
            maker.finish()?;
            (std::mem::take(&mut maker.made), maker.span, maker.new_columns(), touched)
        };
        let Out { channel, passed, again, mut still, .. } = out;
        still.extend(self.contradicting.iter().map(still_contradicts).take(SHOWN.saturating_sub(still.len())));
        Ok(Told { made, span, new_columns, touched, passed, again, still, resolved_before, texts: channel.texts })
    }

    /// The outputs of which rows are to be made again, none of a record that was refused whole; nothing if
    /// the record need not be read.
    fn readable(&self, record: &OpenRecord) -> Option<Vec<u32>> {
        let is_open = |output: &u32| !self.contradicting.contains_key(&(record.line, record.row_hash.clone(), *output));
        let outputs: Vec<u32> = record.outputs.iter().copied().filter(is_open).collect();
        (record.outputs.is_empty() || !outputs.is_empty()).then_some(outputs)
    }

    /// Reads the texts of the vault. Records that could not be read as such cannot be now.
    fn of_vault(&self, maker: &mut Maker<'_>, readable: &[Option<Vec<u32>>]) -> Result<HashSet<usize>, IngestError> {
        let wrong = |reason: &str| IngestError::NotReplayable { batch: self.batch_id.clone(), reason: reason.into() };
        let vault = match &self.vault {
            Some(vault) => vault,
            None if self.is_unfinished => return Ok(HashSet::new()),
            None => return Err(wrong("there is no vault; give a corrected file with --from")),
        };
        let places: HashMap<(u64, &str), usize> =
            self.open.iter().enumerate().map(|(at, record)| ((record.line, record.row_hash.as_str()), at)).collect();
        let mut touched = HashSet::new();
        let (mut found, mut bytes, mut header, mut record) = (0_usize, 0, Header::default(), Record::default());
        vault.refused(&self.batch_id, |raw| {
            let Some(place) = places.get(&(raw.line, raw.row_hash.as_str())) else { return Ok(()) };
            found += 1;
            if raw.values.is_empty() || readable[*place].is_none() || !touched.insert(*place) {
                return Ok(());
            }
            fill(&raw, &mut header, &mut record);
            bytes += record.bytes() as u64;
            self.tell(touched.len(), bytes);
            Ok(maker.take(&header, Item::Record { line: *place as u64, record: &record })?)
        })?;
        if found == 0 && !self.open.is_empty() && !self.is_unfinished {
            return Err(wrong(
                "the vault does not have its refused records (any more); give a corrected file with --from",
            ));
        }
        Ok(touched)
    }

    /// Tells how many of the open records have been read, and the bytes of their values.
    fn tell(&self, records: usize, bytes: u64) {
        if let Some(progress) = &self.progress {
            progress.read(bytes, bytes);
            progress.records(records as u64, Some(self.open.len() as u64));
        }
    }

    /// Reads one corrected record.
    fn one(&self, raw: &RawRecord, maker: &mut Maker<'_>) -> Result<HashSet<usize>, IngestError> {
        let is_same = |open: &OpenRecord| open.line == raw.line && open.row_hash == raw.row_hash;
        let Some(place) = self.open.iter().position(is_same) else { return Ok(HashSet::new()) };
        let (mut header, mut record) = (Header::default(), Record::default());
        fill(raw, &mut header, &mut record);
        maker.take(&header, Item::Record { line: place as u64, record: &record })?;
        Ok(HashSet::from([place]))
    }

    /// Reads a corrected file: the records that it corrects, and how many of its rows came too late.
    fn corrected(&self, from: &Input, maker: &mut Maker<'_>) -> Result<(HashSet<usize>, u64), IngestError> {
        let (touched, resolved_before) = (HashSet::new(), 0);
        let mut sink = Corrected { replay: self, file: &from.name, maker, touched, resolved_before, bytes: 0 };
        // A file that a person has corrected need not be as the source writes its own.
        let plain = Mapping { csv: CsvHints::default(), ..self.mapping.clone() };
        read(Box::new(open(&from.path, &from.name)?), &from.name, &plain, &mut sink)?;
        Ok((sink.touched, sink.resolved_before))
    }
}

/// What is told of a row that is as it was.
fn still_contradicts((row, field): (&(u64, String, u32), &Option<String>)) -> Refusal {
    Refusal {
        line: row.0,
        table: None,
        field: field.clone(),
        rule: "contradicts",
        reason:
            "another row of its file has landed under the same key and says otherwise; correct this one and replay \
                 it with --from, or let it rest"
                .to_owned(),
        row_hash: [0; 16],
        output: Some(row.2),
        resolved: false,
    }
}

/// Makes of named values a record that can be read.
fn fill(raw: &RawRecord, header: &mut Header, record: &mut Record) {
    let columns: Vec<usize> = raw.values.iter().map(|(name, _)| header.place(name)).collect();
    let mut values = vec![""; columns.iter().max().map_or(0, |last| last + 1)];
    for (column, (_, value)) in columns.iter().zip(&raw.values) {
        values[*column] = value.as_str();
    }
    record.clear();
    values.iter().for_each(|value| record.push(value));
}

/// Finds the open record that each row of a corrected file is for.
struct Corrected<'m, 'a> {
    replay: &'m Replay,
    file: &'m str,
    maker: &'m mut Maker<'a>,
    touched: HashSet<usize>,
    resolved_before: u64,
    bytes: u64,
}

impl Sink for Corrected<'_, '_> {
    fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), ReadError> {
        let Replay { open, resolved, batch_id, .. } = self.replay;
        let wrong = |line: u64, reason: String| {
            let reason = format!("{}, line {line}: {reason}", self.file);
            ReadError::from(IngestError::NotReplayable { batch: batch_id.clone(), reason })
        };
        let (at, record) = match item {
            Item::Record { line, record } => (line, record),
            Item::Refused { line, reason, .. } => return Err(wrong(line, reason)),
        };
        let named = header.find(LINE_COLUMN).and_then(|place| record.get(place));
        let Some(line) = named.and_then(|text| text.parse::<u64>().ok()) else {
            let reason = format!("column {LINE_COLUMN} must say which refused line this row corrects");
            return Err(wrong(at, reason));
        };
        let mut found = open.iter().enumerate().filter(|(_, record)| record.line == line).map(|(place, _)| place);
        let place = match (found.next(), found.next()) {
            (Some(place), None) => place,
            (None, _) if resolved.contains(&line) => {
                self.resolved_before += 1;
                return Ok(());
            }
            (None, _) => return Err(wrong(at, format!("the batch has no refusal at line {line}"))),
            (Some(_), Some(_)) => {
                return Err(wrong(
                    at,
                    format!("several refused records begin at line {line}; land a whole corrected file"),
                ));
            }
        };
        if !self.touched.insert(place) {
            return Err(wrong(at, format!("line {line} is corrected twice; keep one of the rows")));
        }
        self.bytes += record.bytes() as u64;
        self.replay.tell(self.touched.len(), self.bytes);
        self.maker.take(header, Item::Record { line: place as u64, record })
    }
}

/// Hands rows on; keeps what is told of single rows.
struct Out<'a> {
    channel: ToChannel,
    open: &'a [OpenRecord],
    passed: HashSet<(usize, u32)>,
    again: HashSet<(usize, u32)>,
    still: Vec<Refusal>,
}

impl Out<'_> {
    /// The record that was given that line, its place, and whether it had been refused whole.
    fn record(&self, line: u64) -> (usize, u64, bool) {
        let place = usize::try_from(line).unwrap_or(usize::MAX);
        self.open.get(place).map_or((place, line, false), |record| (place, record.line, record.outputs.is_empty()))
    }
}

impl RowSink for Out<'_> {
    fn rows(&mut self, table: usize, rows: RecordBatch) -> Result<(), IngestError> {
        self.channel.rows(table, rows)
    }

    fn refused(&mut self, refusal: Refusal) -> Result<(), IngestError> {
        let (place, line, was_whole) = self.record(refusal.line);
        let refusal = Refusal { line, ..refusal };
        if self.still.len() < SHOWN {
            self.still.push(refusal.clone());
        }
        let (true, Some(output)) = (was_whole, refusal.output) else { return Ok(()) };
        self.again.insert((place, output));
        self.channel.refused(refusal)
    }

    fn text(&mut self, line: u64, row_hash: &[u8; 16], raw: &Raw<'_>) -> Result<bool, IngestError> {
        let (_, line, was_whole) = self.record(line);
        if was_whole { self.channel.text(line, row_hash, raw) } else { Ok(true) }
    }

    fn passed(&mut self, line: u64, output: u32) -> Result<(), IngestError> {
        let (place, _, _) = self.record(line);
        self.passed.insert((place, output));
        Ok(())
    }
}
