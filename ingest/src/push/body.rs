//! A pushed body: unpacked, named, and made into rows.

use std::collections::HashSet;
use std::io::Read;
use std::sync::{Arc, Mutex};

use arrow::array::{AsArray, RecordBatch};
use bytes::Bytes;
use datasets::contract::Contract;
use flate2::read::MultiGzDecoder;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use readers::mapping::Format;
use readers::{ReadError, read_arrow_stream, read_bytes};
use sha2::{Digest, Sha256};

use super::{PushError, Request};
use crate::land::{Pushed, Summary};
use crate::rows::{Common, Maker, RowSink};
use crate::vault::{Raw, TextWriter};
use crate::{IngestError, Mapping, PersonKey, Refusal, Vault};

/// A body of nothing but bad rows must not take the machine's memory.
const MOST_REFUSALS: usize = 100_000;
/// What the records of a body, the rows made of them and the texts of those that are refused may
/// take, each, in multiples of what the body may have: a row of 40 bytes takes ten times as much.
const TIMES: u64 = 16;
/// Months that the rows of a body may lie in: each is a folder, and a file to be written.
const MOST_MONTHS: usize = 240;

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyFormat {
    /// An object a line.
    Ndjson,
    /// With a header.
    Csv,
    /// An Arrow IPC stream.
    ArrowStream,
}

pub(super) fn read(
    request: Request,
    mapping: &Mapping,
    person: &PersonKey,
    vault: Option<Arc<Vault>>,
    lake_zone: TimeZone,
    now: Timestamp,
    most: usize,
) -> Result<Pushed, PushError> {
    let file = format!("push/{}", request.token);
    let came = request.body.len() as u64;
    let body = unpack(request.body, request.gzip, most, &file)?;
    let key = request.idempotency_key.unwrap_or_else(|| hex::encode(Sha256::digest(&body)));
    let batch_id = identify(&body, mapping, &key);
    let common = Common { batch_id: batch_id.clone(), ingested_at: now, lake_zone };
    let room = TIMES.saturating_mul(most as u64);
    let texts = vault.filter(|_| mapping.source.keep).map(|vault| TextWriter::new(vault, now, room));
    let mut gathered = Gathered { file: &file, rows: Vec::new(), refusals: Vec::new(), texts };
    let mut maker = Maker::new(mapping, common, person, &mut gathered);
    maker.most = Some(room);
    let encoding = match request.format {
        BodyFormat::Ndjson => read_bytes(&body, Format::Ndjson, &file, mapping, &mut maker),
        BodyFormat::Csv => read_bytes(&body, Format::Csv, &file, mapping, &mut maker),
        BodyFormat::ArrowStream => read_arrow_stream(&body, &file, mapping, &mut maker),
    }?;
    maker.finish()?;
    let summary = Summary::of(&mut maker, encoding);
    let tables: Vec<&Contract> = maker.tables.iter().map(|table| table.contract).collect();
    drop(maker);
    let Gathered { rows, refusals, texts, .. } = gathered;
    let texts = Mutex::new(texts);
    if summary.records == 0 {
        return Err(ReadError::Empty { file }.into());
    }
    if rows.iter().any(|(table, _)| folders(tables[*table], *table, &rows) > MOST_MONTHS) {
        return Err(PushError::Scattered { most: MOST_MONTHS });
    }
    Ok(Pushed {
        batch_id,
        attempt: 1,
        is_doubtful: false,
        file,
        idempotency_key: key,
        bytes: came,
        now,
        rows,
        refusals,
        summary,
        texts,
    })
}

fn unpack(body: Bytes, gzip: bool, most: usize, file: &str) -> Result<Bytes, PushError> {
    if !gzip {
        return if body.len() > most { Err(PushError::TooLarge { most }) } else { Ok(body) };
    }
    let mut plain = Vec::new();
    let read = MultiGzDecoder::new(&body[..]).take(most as u64 + 1).read_to_end(&mut plain);
    read.map_err(|error| ReadError::Broken {
        file: file.to_owned(),
        line: 1,
        reason: format!("the body is not intact gzip ({error})"),
    })?;
    if plain.len() > most { Err(PushError::TooLarge { most }) } else { Ok(Bytes::from(plain)) }
}

/// Folders of a table, which stands at that place of the mapping, that the rows go to.
fn folders(contract: &Contract, place: usize, rows: &[(usize, RecordBatch)]) -> usize {
    let mut folders: HashSet<&str> = HashSet::new();
    for (_, rows) in rows.iter().filter(|(table, _)| *table == place) {
        let names = contract.partition.iter().filter_map(|name| rows.column_by_name(name)?.as_string_opt::<i32>());
        names.for_each(|names| folders.extend(names.iter().flatten()));
    }
    folders.len()
}

/// The same rows under another key are another request; packed otherwise they are the same.
fn identify(body: &[u8], mapping: &Mapping, key: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(body);
    digest.update(mapping.name.as_bytes());
    digest.update(mapping.version.as_bytes());
    digest.update([0]);
    digest.update(key.as_bytes());
    hex::encode(digest.finalize())
}

/// Keeps rows and refusals until the group lands.
struct Gathered<'a> {
    file: &'a str,
    rows: Vec<(usize, RecordBatch)>,
    refusals: Vec<Refusal>,
    texts: Option<TextWriter>,
}

impl RowSink for Gathered<'_> {
    fn rows(&mut self, table: usize, rows: RecordBatch) -> Result<(), IngestError> {
        self.rows.push((table, rows));
        Ok(())
    }

    fn refused(&mut self, refusal: Refusal) -> Result<(), IngestError> {
        if self.refusals.len() >= MOST_REFUSALS {
            let reason = format!("more than {MOST_REFUSALS} fields or records are refused; is it the right mapping?");
            return Err(ReadError::Broken { file: self.file.to_owned(), line: refusal.line, reason }.into());
        }
        self.refusals.push(refusal);
        Ok(())
    }

    fn text(&mut self, line: u64, row_hash: &[u8; 16], raw: &Raw<'_>) -> Result<bool, IngestError> {
        match &mut self.texts {
            Some(texts) => texts.write(line, row_hash, raw),
            None => Ok(true),
        }
    }
}
