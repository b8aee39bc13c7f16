//! What the ledger knows of pushes: their keys and what was answered, kept in memory, so that a
//! request that comes again is told the same. After a restart it is read from the ledger.

use std::collections::{HashMap, HashSet};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};
use datasets::contract::INGEST_BATCH;
use datasets::lake::{BATCH_WITHDRAWN, Lake, LakeError, LiveFile};
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
const FIELDS: [&str; 10] = [
    "mapping",
    "idempotency_key",
    "batch_id",
    "ingested_at",
    "records",
    "rows_in",
    "rows_landed",
    "rows_quarantined",
    "rows_known",
    "attempt",
];
/// What is read of withdrawals.
const WITHDRAWALS: [&str; 4] = ["state", "batch_id", "idempotency_key", "attempt"];

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
    /// The last attempt that was withdrawn of each push of which one was, however long ago.
    withdrawn: HashMap<u128, i64>,
    /// Whether the withdrawal of a push was broken off.
    is_doubtful: bool,
    tidy_at: usize,
}

#[derive(Clone, Copy)]
struct Kept {
    batch: u128,
    at: i64,
    attempt: i64,
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

    /// Tells a request as which attempt it lands now. Needs [`Known::refresh`] under the same locks.
    pub(super) fn number(&self, pushed: &mut Pushed) {
        pushed.attempt = self.last_withdrawn(fingerprint(&[&pushed.batch_id])) + 1;
        pushed.is_doubtful = self.is_doubtful;
    }

    fn last_withdrawn(&self, batch: u128) -> i64 {
        self.withdrawn.get(&batch).copied().unwrap_or_default()
    }

    /// Remembers what was answered.
    pub(super) fn take(&mut self, mapping: &str, pushed: &Pushed, counts: Counts) {
        let (batch, at) = (fingerprint(&[&pushed.batch_id]), pushed.now.as_microsecond());
        let kept = Kept { batch, at, attempt: pushed.attempt, counts };
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

    /// Reads what others have added to the ledger since; at first all that is to be remembered. What was
    /// withdrawn is known no more.
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
        let (new, recent) = match news {
            None => (snapshot.clone(), snapshot.filtered(|file| may_be_recent(file, now))),
            Some(news) => {
                let names: HashSet<String> = news.added.into_iter().collect();
                let new = snapshot.filtered(|file| names.contains(&file.name));
                (new.clone(), new)
            }
        };
        // Their row groups are told by their statistics: hardly any has one.
        let wanted = HashSet::from([BATCH_WITHDRAWN.to_owned()]);
        for rows in new.read_where(WITHDRAWALS[0], &wanted, &WITHDRAWALS).await? {
            self.withdraw(&rows);
        }
        for rows in recent.read(&FIELDS).await? {
            self.read(&rows, now);
        }
        let withdrawn = &self.withdrawn;
        self.keys.retain(|_, kept| withdrawn.get(&kept.batch).is_none_or(|last| kept.attempt > *last));
        self.is_doubtful = lake.is_rollback_broken_off().await?;
        self.version = Some(snapshot.version);
        Ok(())
    }

    fn withdraw(&mut self, rows: &RecordBatch) {
        let text = |column: usize| rows.column(column).as_string::<i32>();
        let (batches, keys) = (text(1), text(2));
        let attempts = rows.column(3).as_primitive::<Int64Type>();
        for row in (0..rows.num_rows()).filter(|row| keys.is_valid(*row)) {
            let last = self.withdrawn.entry(fingerprint(&[batches.value(row)])).or_default();
            *last = attempts.value(row).max(*last);
        }
    }

    fn read(&mut self, rows: &RecordBatch, now: Timestamp) {
        let text = |column: usize| rows.column(column).as_string::<i32>();
        let (mappings, keys, batches) = (text(0), text(1), text(2));
        let times = rows.column(3).as_primitive::<TimestampMicrosecondType>();
        let attempts = rows.column(9).as_primitive::<Int64Type>();
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
            let (batch, at) = (fingerprint(&[batches.value(row)]), times.value(row));
            // Rows of older programs are first attempts.
            let attempt = if attempts.is_valid(row) { attempts.value(row) } else { 1 };
            if attempt <= self.last_withdrawn(batch) {
                continue;
            }
            let kept = Kept { batch, at, attempt, counts };
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
