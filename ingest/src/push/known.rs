//! What the ledger knows of pushes: their keys and what was answered, kept in memory, so that a
//! request that comes again is told the same. After a restart it is read from the ledger.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::INGEST_BATCH;
use datasets::lake::{Lake, LakeError, LiveFile};
use jiff::{SignedDuration, Timestamp};

use crate::IngestError;
use crate::land::{Grouped, Pushed};
use crate::rows::fingerprint;

/// How long a key stands for its request.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(72);
/// The log cuts times to milliseconds.
const CUT: SignedDuration = SignedDuration::from_secs(1);
/// Fewer than these are not looked through for what may be forgotten.
const FEW: usize = 10_000;
const FIELDS: [&str; 9] = [
    "mapping",
    "idempotency_key",
    "batch_id",
    "ingested_at",
    "records",
    "rows_in",
    "rows_landed",
    "rows_quarantined",
    "rows_known",
];

/// The account of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) records: u64,
    pub(super) rows: u64,
    pub(super) landed: u64,
    pub(super) quarantined: u64,
    pub(super) known: u64,
}

/// What is known of a request's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    New,
    /// This very request came before.
    Same(Counts),
    /// Another one came under its key.
    Other,
}

#[derive(Default)]
pub(super) struct Known {
    /// The ledger's version that is known; nothing at the start.
    version: Option<u64>,
    keys: HashMap<u128, Kept>,
    tidy_at: usize,
}

#[derive(Clone, Copy)]
struct Kept {
    batch: u128,
    at: i64,
    counts: Counts,
}

impl From<&Grouped> for Counts {
    fn from(outcome: &Grouped) -> Self {
        let (records, rows, landed, quarantined, known) = match outcome {
            Grouped::Landed(of) => (of.records, of.rows_in, of.landed, of.quarantined, of.known),
            Grouped::Known(of) => (of.records, of.rows_in, of.landed, of.quarantined, of.known),
        };
        Self { records, rows, landed, quarantined, known }
    }
}

impl Known {
    pub(super) fn find(&self, mapping: &str, pushed: &Pushed, now: Timestamp) -> Found {
        let kept = self.keys.get(&key(mapping, &pushed.idempotency_key));
        match kept.filter(|kept| kept.at >= horizon(now)) {
            None => Found::New,
            Some(kept) if kept.batch == fingerprint(&[&pushed.batch_id]) => Found::Same(kept.counts),
            Some(_) => Found::Other,
        }
    }

    /// Remembers what was answered.
    pub(super) fn take(&mut self, mapping: &str, pushed: &Pushed, counts: Counts) {
        let kept = Kept { batch: fingerprint(&[&pushed.batch_id]), at: pushed.now.as_microsecond(), counts };
        self.keys.insert(key(mapping, &pushed.idempotency_key), kept);
        if self.keys.len() >= self.tidy_at.max(FEW) {
            self.keys.retain(|_, kept| kept.at >= horizon(pushed.now));
            self.tidy_at = 2 * self.keys.len();
        }
    }

    /// After a commit of ours: the ledger's version, all of which is known.
    pub(super) fn stands_at(&mut self, version: u64) {
        self.version = Some(version);
    }

    /// Reads what others have added to the ledger since; at first all that is to be remembered.
    pub(super) async fn refresh(&mut self, lake: &Lake, now: Timestamp) -> Result<(), IngestError> {
        let ledger = lake.table(&INGEST_BATCH);
        if self.version == Some(ledger.refresh().await?.version()) {
            return Ok(());
        }
        let snapshot = ledger.snapshot().await?;
        let news = match self.version {
            None => None,
            Some(since) => match ledger.news_since(since).await {
                Ok(news) => Some(news),
                // The log has been tidied meanwhile.
                Err(LakeError::LogGone { .. }) => None,
                Err(error) => return Err(error.into()),
            },
        };
        let new = match news {
            None => snapshot.filtered(|file| may_be_recent(file, now)),
            Some(news) => {
                let names: HashSet<String> = news.added.into_iter().collect();
                snapshot.filtered(|file| names.contains(&file.name))
            }
        };
        for rows in new.read(&FIELDS).await? {
            self.read(&rows, now);
        }
        self.version = Some(snapshot.version);
        Ok(())
    }

    fn read(&mut self, rows: &RecordBatch, now: Timestamp) {
        let text = |column: usize| rows.column(column).as_string::<i32>();
        let (mappings, keys, batches) = (text(0), text(1), text(2));
        let times = rows.column(3).as_primitive::<TimestampMicrosecondType>();
        for row in (0..rows.num_rows()).filter(|row| keys.is_valid(*row) && times.value(*row) >= horizon(now)) {
            let number = |column: usize| {
                let numbers = rows.column(column).as_primitive::<Int64Type>();
                u64::try_from(numbers.value(row)).unwrap_or_default()
            };
            let counts = Counts {
                records: number(4),
                rows: number(5),
                landed: number(6),
                quarantined: number(7),
                known: number(8),
            };
            let kept = Kept { batch: fingerprint(&[batches.value(row)]), at: times.value(row), counts };
            let held = self.keys.entry(key(mappings.value(row), keys.value(row))).or_insert(kept);
            if held.at < kept.at {
                *held = kept;
            }
        }
    }
}

fn key(mapping: &str, idempotency_key: &str) -> u128 {
    fingerprint(&[mapping, idempotency_key])
}

/// What came before that is not remembered (microseconds).
fn horizon(now: Timestamp) -> i64 {
    now.saturating_sub(REMEMBERED).map_or(i64::MIN, Timestamp::as_microsecond)
}

fn may_be_recent(file: &LiveFile, now: Timestamp) -> bool {
    let latest = file.max("ingested_at").and_then(|max| max.as_str()).and_then(|max| max.parse::<Timestamp>().ok());
    latest.is_none_or(|latest| latest.saturating_add(CUT).map_or(i64::MAX, Timestamp::as_microsecond) >= horizon(now))
}
