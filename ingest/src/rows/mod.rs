//! From records to rows of a contract: each mapped field is read and checked; a row with a bad
//! field is refused whole, and every bad field of it is told.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use arrow::array::RecordBatch;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use readers::mapping::{Mapping, Output};
use readers::record::{Header, Item, Record};
use readers::{ReadError, Sink};
use sha2::{Digest, Sha256};

use crate::vault::Raw;
use crate::{IngestError, NewColumns, PersonKey, RULES, Refusal};

mod buffer;
mod check;
mod drift;
mod id;
mod own;
mod period;
mod time;
mod typed;
mod value;

pub(crate) use buffer::TableBuffer;
use drift::Newcomers;
use own::MadeIds;
pub use typed::typed_rows;
use value::{Places, Problem, Value, read_value};

/// Rows that are gathered before they are handed on: enough for a good sort, little enough memory.
const CHUNK_ROWS: usize = 524_288;
/// The same in bytes of text: an Arrow column holds less than 2 GiB.
const CHUNK_BYTES: usize = 256 * 1024 * 1024;

/// What a batch's rows have in common.
#[derive(Debug, Clone)]
pub(crate) struct Common {
    pub(crate) batch_id: String,
    pub(crate) ingested_at: Timestamp,
    pub(crate) lake_zone: TimeZone,
}

/// Where the rows go.
pub(crate) trait RowSink {
    /// Rows of the table at that place of [`Maker::tables`].
    fn rows(&mut self, table: usize, rows: RecordBatch) -> Result<(), IngestError>;
    /// A refused field or record.
    fn refused(&mut self, refusal: Refusal) -> Result<(), IngestError>;
    /// What a refused record says, told before its refusals; once for each of its outputs. False: there
    /// is no room for it any more.
    fn text(&mut self, _line: u64, _row_hash: &[u8; 16], _raw: &Raw<'_>) -> Result<bool, IngestError> {
        Ok(true)
    }
    /// The output of that number has made a sound row of the record at that line.
    fn passed(&mut self, _line: u64, _output: u32) -> Result<(), IngestError> {
        Ok(())
    }
    /// The sheet, or the file of an archive, in which the next records stand.
    fn part(&mut self, _name: &str) {}
}

/// Counts of one table.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Made {
    pub(crate) rows_in: u64,
    pub(crate) refused: u64,
    pub(crate) repeated: u64,
    /// Personal numbers that were masked in free texts and attributes.
    pub(crate) masked: u64,
}

/// Turns records into rows.
pub(crate) struct Maker<'a> {
    mapping: &'a Mapping,
    common: Common,
    person: &'a PersonKey,
    out: &'a mut dyn RowSink,
    pub(crate) tables: Vec<TableBuffer>,
    pub(crate) made: Vec<Made>,
    outputs: Vec<Resolved<'a>>,
    /// Names of the header for which places were looked up; nothing before the first record.
    header_len: Option<usize>,
    newcomers: Newcomers<'a>,
    case_place: Option<usize>,
    /// Cases of which an output that makes a row once has made it: case and output.
    cases_seen: HashSet<(u128, usize)>,
    /// Fingerprint of each row of the file, by its key.
    rows_seen: HashMap<[u64; 2], u64>,
    pub(crate) ids: MadeIds,
    /// In a replay: the outputs to make again, by the line that the record is given; all, if none is
    /// named.
    pub(crate) only: Option<Vec<Vec<u32>>>,
    /// Bytes that the records may have, and again the rows made of them; no bound, if there is none.
    pub(crate) most: Option<u64>,
    record_bytes: u64,
    row_bytes: u64,
    /// Records read.
    pub(crate) records: u64,
    /// Records that could not be read as such.
    pub(crate) unreadable: u64,
    /// Earliest and latest `occurred_at` of the rows.
    pub(crate) span: Option<(i64, i64)>,
    /// Latest time in the rows, for the extract time.
    pub(crate) latest: Option<i64>,
}

struct Resolved<'a> {
    output: &'a Output,
    table: usize,
    /// Places of each rule's columns, by field.
    places: Vec<Places>,
    attributes: Vec<(String, usize)>,
    when: Option<usize>,
}

impl<'a> Maker<'a> {
    pub(crate) fn new(mapping: &'a Mapping, common: Common, person: &'a PersonKey, out: &'a mut dyn RowSink) -> Self {
        let mut tables: Vec<TableBuffer> = Vec::new();
        let mut outputs = Vec::new();
        for output in &mapping.outputs {
            let place = tables.iter().position(|table| table.contract.table == output.contract.table);
            let table = place.unwrap_or_else(|| {
                tables.push(TableBuffer::new(output.contract));
                tables.len() - 1
            });
            outputs.push(Resolved { output, table, places: Vec::new(), attributes: Vec::new(), when: None });
        }
        let made = vec![Made::default(); tables.len()];
        Self {
            mapping,
            common,
            person,
            out,
            tables,
            made,
            outputs,
            header_len: None,
            newcomers: Newcomers::new(mapping),
            case_place: None,
            cases_seen: HashSet::new(),
            rows_seen: HashMap::new(),
            ids: MadeIds::default(),
            only: None,
            most: None,
            record_bytes: 0,
            row_bytes: 0,
            records: 0,
            unreadable: 0,
            span: None,
            latest: None,
        }
    }

    /// The columns of the records so far that the mapping does not know.
    pub(crate) fn new_columns(&self) -> Option<NewColumns> {
        self.newcomers.told()
    }

    /// Hands on what is still gathered.
    pub(crate) fn finish(&mut self) -> Result<(), IngestError> {
        for table in 0..self.tables.len() {
            self.flush(table)?;
        }
        Ok(())
    }

    fn check_room(&self, line: u64) -> Result<(), IngestError> {
        match self.most {
            Some(most) if self.record_bytes.max(self.row_bytes) > most => Err(IngestError::Expands { line, most }),
            _ => Ok(()),
        }
    }

    fn flush(&mut self, table: usize) -> Result<(), IngestError> {
        let buffer = &mut self.tables[table];
        if buffer.rows() == 0 {
            return Ok(());
        }
        let rows = buffer.take().map_err(|source| IngestError::Rows { table: buffer.contract.table, source })?;
        self.out.rows(table, rows)
    }

    fn resolve(&mut self, header: &Header) {
        self.header_len = Some(header.len());
        self.newcomers.look(header);
        self.case_place = self.mapping.source.case_key.as_ref().and_then(|key| header.find(key));
        for resolved in &mut self.outputs {
            resolved.places = resolved.output.rules.iter().map(|rule| Places::of(rule.as_ref(), header)).collect();
            resolved.attributes = resolved
                .output
                .attributes
                .iter()
                .filter_map(|name| header.find(name).map(|place| (name.trim_start_matches("case:").to_owned(), place)))
                .collect();
            resolved.when = resolved.output.when_present.as_ref().map(|name| header.find(name).unwrap_or(usize::MAX));
        }
    }

    fn record(&mut self, header: &Header, line: u64, record: &Record) -> Result<(), IngestError> {
        if self.header_len != Some(header.len()) {
            self.resolve(header);
        }
        let case = self.case_place.and_then(|place| record.get(place)).map(|case| fingerprint(&[case]));
        for at in 0..self.outputs.len() {
            let resolved = &self.outputs[at];
            let named = match self.only.as_ref().and_then(|only| only.get(usize::try_from(line).ok()?)) {
                Some(outputs) if !outputs.is_empty() => Some(outputs.contains(&number(at))),
                _ => None,
            };
            let once = case.filter(|_| resolved.output.once_per_case).map(|case| (case, at));
            if !named.unwrap_or(once.is_none_or(|once| !self.cases_seen.contains(&once))) {
                continue;
            }
            if resolved.when.is_none_or(|place| record.get(place).is_some()) {
                let (table, refused) = (resolved.table, self.made[resolved.table].refused);
                self.row(at, line, header, record)?;
                if self.made[table].refused > refused {
                    // A later record of the case may be sound.
                    continue;
                }
            }
            self.cases_seen.extend(once);
        }
        Ok(())
    }

    fn row(&mut self, at: usize, line: u64, header: &Header, record: &Record) -> Result<(), IngestError> {
        let resolved = &self.outputs[at];
        let (output, table) = (resolved.output, resolved.table);
        self.made[table].rows_in += 1;
        let mut values: Vec<Value<'_>> = Vec::with_capacity(output.rules.len());
        let mut problems: Vec<(&'static str, Problem)> = Vec::new();
        let mut masked = 0;
        for ((field, rule), places) in output.contract.fields.iter().zip(&output.rules).zip(&resolved.places) {
            let value = match rule {
                None => Ok(Value::Null),
                Some(rule) => read_value(field, rule, places, record, self.person, &mut masked),
            };
            match value {
                Ok(Value::Null) if !field.nullable && own::is_needed(output, field, rule.as_ref()) => {
                    problems.push((
                        field.name,
                        Problem::new("missing", "a value is needed here; fill it in at the source"),
                    ));
                    values.push(Value::Null);
                }
                Ok(value) => values.push(value),
                Err(problem) => {
                    problems.push((field.name, problem));
                    values.push(Value::Null);
                }
            }
        }
        let absent = check::absent(output.contract, &values, &problems);
        problems.extend(absent);
        if let Some(place) = output.contract.fields.iter().position(|field| field.name == "attributes") {
            match drift::attributes(&resolved.attributes, self.newcomers.kept(), record, &mut masked) {
                Ok(value) => values[place] = value,
                Err(problem) => problems.push(("attributes", problem)),
            }
        }
        if problems.is_empty() {
            problems.extend(check::between(output.contract, &mut values));
        }
        if problems.is_empty() {
            problems.extend(own::impossible_time(output, &values, &self.common));
        }
        if !problems.is_empty() {
            return self.refuse(at, line, header, record, problems);
        }
        let filled = own::fill(output, &mut values, &self.common, self.mapping, self.person, &mut self.ids);
        let row_hash = filled.row_hash as u64;
        match self.rows_seen.entry(filled.key) {
            Entry::Occupied(held) if *held.get() == row_hash => {
                self.made[table].repeated += 1;
                return self.out.passed(line, number(at));
            }
            Entry::Occupied(_) => {
                let reason = "another row of this file has the same key and says otherwise; keep one of them, or map \
                              recorded_at, so that the later counts";
                let field = output.contract.key.first().copied().unwrap_or_default();
                return self.refuse(at, line, header, record, vec![(field, Problem::new("contradicts", reason))]);
            }
            Entry::Vacant(free) => free.insert(row_hash),
        };
        if let Some(occurred) = filled.occurred_at {
            let (first, last) = self.span.unwrap_or((occurred, occurred));
            self.span = Some((first.min(occurred), last.max(occurred)));
        }
        self.latest = self.latest.max(filled.latest);
        self.made[table].masked += masked;
        self.row_bytes += self.tables[table].push(&values) as u64;
        self.out.passed(line, number(at))?;
        if self.tables[table].rows() >= CHUNK_ROWS || self.tables[table].text_bytes() >= CHUNK_BYTES {
            self.flush(table)?;
        }
        Ok(())
    }

    fn refuse(
        &mut self,
        at: usize,
        line: u64,
        header: &Header,
        record: &Record,
        problems: Vec<(&'static str, Problem)>,
    ) -> Result<(), IngestError> {
        let table = self.outputs[at].table;
        self.made[table].refused += 1;
        let row_hash = fingerprint(&[&record_text(record)]).to_be_bytes();
        let has_text = self.out.text(line, &row_hash, &Raw::Record(header, record))?;
        for (field, problem) in problems {
            self.out.refused(Refusal {
                line,
                table: Some(self.tables[table].contract.table),
                field: Some(field.to_owned()),
                rule: problem.rule,
                reason: told(problem.rule, problem.reason, has_text),
                row_hash,
                output: Some(number(at)),
                resolved: false,
            })?;
        }
        Ok(())
    }
}

impl Sink for Maker<'_> {
    fn part(&mut self, name: &str) {
        self.out.part(name);
    }

    fn take(&mut self, header: &Header, item: Item<'_>) -> Result<(), ReadError> {
        self.records += 1;
        match item {
            Item::Record { line, record } => {
                self.record_bytes += record.bytes() as u64;
                self.check_room(line)?;
                self.record(header, line, record)?;
            }
            Item::Refused { line, rule, reason, bytes } => {
                self.unreadable += 1;
                let digest = Sha256::digest(bytes);
                let mut row_hash = [0; 16];
                row_hash.copy_from_slice(&digest[..16]);
                let reason = told(rule, reason, self.out.text(line, &row_hash, &Raw::Bytes(bytes))?);
                let (output, resolved) = (None, false);
                self.out.refused(Refusal {
                    line,
                    table: None,
                    field: None,
                    rule,
                    reason,
                    row_hash,
                    output,
                    resolved,
                })?;
            }
        }
        Ok(())
    }
}

/// The reason of a refusal, and whether the record's text could be kept.
fn told(rule: &str, reason: String, has_text: bool) -> String {
    debug_assert!(RULES.contains(&rule), "{rule} is to stand in the list of rules");
    if has_text { reason } else { format!("{reason} (its text is not kept: the batch has too much of it)") }
}

/// The number of an output, 1 upward.
fn number(at: usize) -> u32 {
    u32::try_from(at + 1).unwrap_or(u32::MAX)
}

fn record_text(record: &Record) -> String {
    (0..).map_while(|place| record.raw(place)).collect::<Vec<_>>().join("\u{1f}")
}

/// First 16 bytes of the SHA-256 of the parts, each with its length.
pub(crate) fn fingerprint(parts: &[&str]) -> u128 {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part.as_bytes());
    }
    first_16(&digest.finalize())
}

pub(crate) fn first_16(digest: &[u8]) -> u128 {
    digest.iter().take(16).fold(0, |number, byte| (number << 8) | u128::from(*byte))
}
