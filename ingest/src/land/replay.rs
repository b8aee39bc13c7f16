//! Replaying: the refused records of a batch are read again, from the vault or from a correction,
//! and what passes lands under the batch's own id as its next attempt (decisions/0011).
//!
//! Facts are committed first, then the resolutions, then the ledger. If a replay is broken off, the
//! next finds what landed as known and what was resolved as not open, and enters both in the books.

use std::collections::{BTreeMap, HashSet};

use arrow::array::AsArray;
use datasets::contract::{Contract, INGEST_BATCH, QUARANTINE, Role};
use datasets::lake::{Lake, Once};
use jiff::{SignedDuration, Timestamp};
use readers::LINE_COLUMN;
use readers::mapping::Mapping;
use serde::Serialize;

use super::books::{self, Held, Moved};
use super::extract::{Extract, Extracted};
use super::landing::Landing;
use super::open::{OpenRefusal, open_refusals, resolved_lines, written_after};
use super::reader::{self, Message};
use super::refused::Refused;
use super::table::rows_of;
use super::{IngestOptions, Input, Job, lock_all};
use crate::{IngestError, NewColumns, Refusal};

mod records;

pub use records::Correction;
use records::{OpenRecord, Replay, Told};

/// Line, `row_hash` and output of rows, and the field that was told.
type Contradicting = BTreeMap<(u64, String, u32), Option<String>>;

/// What became of the open records of a batch.
#[derive(Debug, Clone, Serialize)]
pub struct Replayed {
    pub batch_id: String,
    pub mapping: String,
    /// `replayed`, `nothing_to_do` or `dry_run`.
    pub outcome: &'static str,
    pub attempt: i64,
    /// Refused rows that were open before, and are now.
    pub open_before: u64,
    pub open_after: u64,
    /// Rows of the corrected file that were left out, since their refusals had been resolved before.
    pub resolved_before: u64,
    /// How the account of the batch has moved; rows_in = landed + quarantined + known.
    pub rows_in: i64,
    pub landed: i64,
    pub quarantined: i64,
    pub known: i64,
    /// Columns of its records that the mapping does not know.
    pub new_columns: Option<NewColumns>,
    /// The first of those that are refused again.
    pub refusals: Vec<Refusal>,
}

/// Replays a batch, whose whole id is given, from the vault or `from` a correction. What has been
/// resolved is left out, so the same replay may come again, and ends what was broken off.
///
/// # Errors
///
/// [`IngestError`]: nothing has landed, unless a table's commit came first; then the next replay goes on.
pub async fn replay(
    lake: &Lake,
    mapping: &Mapping,
    batch_id: &str,
    from: Option<&Correction>,
    options: &IngestOptions,
) -> Result<Replayed, IngestError> {
    let _locks = if options.dry_run { Vec::new() } else { lock_all(lake, mapping).await? };
    let held = books::batch(lake, batch_id).await?;
    let held = held.ok_or_else(|| IngestError::NoBatch { batch: batch_id.to_owned(), found: 0 })?;
    let refusals = open_refusals(lake, Some(batch_id)).await?;
    let contradicting = match from {
        None if held.mapping_versions.contains(&mapping.version) => contradicting(&refusals),
        _ => Contradicting::new(),
    };
    let open = open_records(mapping, batch_id, &held, refusals)?;
    // Later than the attempt before, so that the rows of each can be told apart.
    let least = held.ingested_at.saturating_add(SignedDuration::from_micros(1)).unwrap_or(held.ingested_at);
    let options = IngestOptions { now: options.now.max(least), ..options.clone() };
    let input = Input { path: std::path::PathBuf::new(), name: held.file_name.clone() };
    let app_id = format!("batch/{batch_id}");
    let before = Before::find(lake, mapping, batch_id, &app_id, held.ingested_at).await?;
    let once = Once { app_id, attempt: before.attempt + 1 };
    let job = Job {
        mapping,
        input: &input,
        opened: None,
        page: None,
        options: &options,
        batch_id: batch_id.to_owned(),
        bytes: 0,
        once,
    };
    job.replay(lake, &held, &before, open, from, contradicting).await
}

/// Rows that contradict one that has landed: read through the same mapping as they were, they do so still,
/// which the reading of them alone does not show.
fn contradicting(refusals: &[OpenRefusal]) -> Contradicting {
    let rows = refusals.iter().filter(|refusal| refusal.rule == "contradicts");
    rows.filter_map(|refusal| Some(((refusal.line, refusal.row_hash.clone(), refusal.output?), refusal.field.clone())))
        .collect()
}

/// The refused records, each with its open outputs.
fn open_records(
    mapping: &Mapping,
    batch_id: &str,
    held: &Held,
    refusals: Vec<OpenRefusal>,
) -> Result<Vec<OpenRecord>, IngestError> {
    let wrong = |reason: String| IngestError::NotReplayable { batch: batch_id.to_owned(), reason };
    if held.source_system != mapping.source.system {
        let (is, wants) = (&held.source_system, &mapping.source.system);
        return Err(wrong(format!(
            "it came from {is:?}, and mapping {} is for {wants:?}; name the other",
            mapping.name
        )));
    }
    let mut open: Vec<OpenRecord> = Vec::new();
    for refusal in refusals {
        if let (Some(output), Some(table)) = (refusal.output, &refusal.table) {
            let place = usize::try_from(output).ok().and_then(|output| output.checked_sub(1));
            let made = place.and_then(|place| mapping.outputs.get(place)).map(|output| output.contract.table);
            if made != Some(table.as_str()) {
                return Err(wrong(format!(
                    "output {output} of mapping {} no longer goes to {table}; keep the order of its outputs",
                    mapping.name
                )));
            }
        }
        let mut same = open.iter_mut().rev().take_while(|record| record.line == refusal.line);
        let same = same.find(|record| record.row_hash == refusal.row_hash);
        match same {
            Some(record) => record.add(refusal.output),
            None => open.push(OpenRecord::new(refusal.line, refusal.row_hash, refusal.output)),
        }
    }
    Ok(open)
}

/// What earlier attempts have left.
struct Before {
    /// The last attempt of which any table knows.
    attempt: i64,
    /// What attempts have written that are not in the ledger, since they were broken off.
    landed: u64,
    resolved: u64,
    refused: u64,
}

impl Before {
    /// Whether something is to be entered in the books, also if nothing more is read.
    fn is_unfinished(&self) -> bool {
        self.landed + self.resolved + self.refused > 0
    }

    async fn find(
        lake: &Lake,
        mapping: &Mapping,
        batch_id: &str,
        app_id: &str,
        mark: Timestamp,
    ) -> Result<Self, IngestError> {
        let mut before = Self { attempt: 0, landed: 0, resolved: 0, refused: 0 };
        let ledger = last_attempt(lake, &INGEST_BATCH, app_id).await?;
        let quarantine = last_attempt(lake, &QUARANTINE, app_id).await?;
        before.attempt = ledger.max(quarantine);
        if quarantine > ledger {
            (before.resolved, before.refused) = written_after(lake, batch_id, mark.as_microsecond()).await?;
        }
        for contract in reader::tables(mapping) {
            let landed = last_attempt(lake, contract, app_id).await?;
            before.attempt = before.attempt.max(landed);
            // What landed of a reference table comes again as known.
            if landed > ledger && contract.role == Role::Fact {
                let rows = lake.table(contract).snapshot().await?;
                before.landed += rows_of(&rows, batch_id, Some(mark.as_microsecond())).await?;
            }
        }
        Ok(before)
    }
}

/// The last attempt that a table knows of; 0: none.
async fn last_attempt(lake: &Lake, contract: &'static Contract, app_id: &str) -> Result<i64, IngestError> {
    let table = lake.table(contract);
    let state = table.refresh().await?;
    Ok(table.landed(&state, app_id).await?.unwrap_or_default())
}

impl Job<'_> {
    async fn replay(
        &self,
        lake: &Lake,
        held: &Held,
        before: &Before,
        open: Vec<OpenRecord>,
        from: Option<&Correction>,
        contradicting: Contradicting,
    ) -> Result<Replayed, IngestError> {
        let common = self.common(Some(lake))?;
        let extracted = Extracted::find(lake, self.mapping, self.told().is_some(), Some(held.extract_time)).await?;
        let mut extract = Some(Extract { lake, job: self, common: common.clone(), found: Some(extracted) });
        let mut landings = Vec::new();
        for contract in reader::tables(self.mapping) {
            landings.push(Landing::begin(Some(lake), contract, &self.once, self.options).await?);
        }
        let table = Some(lake.table(&QUARANTINE)).filter(|_| !self.options.dry_run);
        let mut refused = Refused::new(table, self);
        let taken_ids = self.given_ids(lake, held).await?;
        let resolved = match from {
            Some(_) => resolved_lines(lake, &self.batch_id).await?,
            None => HashSet::new(),
        };
        let replay = Replay {
            // The column is ours, whether the mapping knows it or not.
            mapping: self.mapping.knowing(LINE_COLUMN),
            person: self.options.person.clone(),
            common,
            open: open.clone(),
            resolved,
            is_unfinished: before.is_unfinished(),
            taken_ids,
            batch_id: self.batch_id.clone(),
            vault: self.options.vault.clone(),
            keeps: self.options.vault_for(self.mapping).is_some(),
            from: from.cloned(),
            contradicting,
            progress: self.options.progress.clone(),
        };
        let (mut messages, reading) = replay.start();
        let mut failed = Ok(());
        while let Some(message) = messages.recv().await {
            failed = match message {
                Message::Rows { table, rows } => landings[table].take(rows, extract.as_mut()).await,
                Message::Refused(refusal) => refused.take(refusal).await,
            };
            if failed.is_err() {
                break;
            }
        }
        drop(messages);
        let read = reading.await.map_err(|source| IngestError::Task { file: self.input.name.clone(), source })?;
        failed?;
        self.enter(lake, held, before, &open, (landings, refused, read?)).await
    }

    /// Event ids that the earlier attempts have made, if the mapping leaves any to be made.
    async fn given_ids(&self, lake: &Lake, held: &Held) -> Result<HashSet<String>, IngestError> {
        let mut ids = HashSet::new();
        for contract in reader::tables(self.mapping) {
            let place = contract.fields.iter().position(|field| field.name == "event_id");
            let outputs = self.mapping.outputs.iter().filter(|output| output.contract.table == contract.table);
            let is_made =
                |place: usize| outputs.clone().any(|output| output.rules.get(place).is_some_and(Option::is_none));
            if !place.is_some_and(is_made) {
                continue;
            }
            let wanted = HashSet::from([self.batch_id.clone()]);
            let fields = ["batch_id", "event_id", "ingested_at"];
            for rows in lake.table(contract).snapshot().await?.read_where("batch_id", &wanted, &fields).await? {
                let at = rows.column(2).as_primitive::<arrow::datatypes::TimestampMicrosecondType>();
                let events = rows.column(1).as_string::<i32>().iter().zip(at.values());
                // Those of a replay that was broken off are to be found again.
                let earlier = events.filter(|(_, at)| **at <= held.ingested_at.as_microsecond());
                ids.extend(earlier.filter_map(|(id, _)| id.map(str::to_owned)));
            }
        }
        Ok(ids)
    }

    async fn enter(
        &self,
        lake: &Lake,
        held: &Held,
        before: &Before,
        open: &[OpenRecord],
        (landings, mut refused, mut told): (Vec<Landing>, Refused<'_>, Told),
    ) -> Result<Replayed, IngestError> {
        let (mut landed, mut known) = (0, 0);
        for (landing, made) in landings.iter().zip(&told.made) {
            let count = landing.account(made, &self.batch_id, &self.input.name).await?;
            landed += count.landed;
            known += count.known;
        }
        let again = told.again.len() as u64;
        let resolutions = told.resolutions(open, self.once.attempt);
        let resolved = resolutions.len() as u64;
        for resolution in resolutions {
            refused.take(resolution).await?;
        }
        let moved = moved(landed, known, resolved, again, before);
        let nothing = landed + resolved + again == 0 && !before.is_unfinished();
        if !nothing && !self.options.dry_run {
            self.keep(told.texts.take(), None).await?;
            for landing in landings {
                landing.commit().await?;
            }
            refused.commit().await?;
            let row = books::replay_row(self, held, moved, told.span, told.new_columns.as_ref())?;
            lake.table(&INGEST_BATCH).put(&[row], None, Some(&self.once)).await?;
        }
        let open_before = open.iter().map(|record| record.rows()).sum::<u64>();
        Ok(Replayed {
            batch_id: self.batch_id.clone(),
            mapping: self.mapping.name.clone(),
            outcome: match (self.options.dry_run, nothing) {
                (true, _) => "dry_run",
                (false, true) => "nothing_to_do",
                (false, false) => "replayed",
            },
            attempt: self.once.attempt,
            open_before,
            open_after: (open_before + again).saturating_sub(resolved),
            resolved_before: told.resolved_before,
            rows_in: moved.rows_in,
            landed: moved.landed,
            quarantined: moved.quarantined,
            known: moved.known,
            new_columns: told.new_columns,
            refusals: told.still,
        })
    }
}

/// How the account moves, with what attempts that were broken off have left out of the ledger: what
/// they landed and did not resolve has come again as known.
fn moved(landed: u64, known: u64, resolved: u64, again: u64, before: &Before) -> Moved {
    let known = (known + before.resolved).saturating_sub(before.landed);
    let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let (landed, known) = (count(landed + before.landed), count(known));
    let quarantined = count(again + before.refused) - count(resolved + before.resolved);
    Moved { rows_in: landed + quarantined + known, landed, quarantined, known }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replay_that_was_broken_off_is_entered_by_the_next() {
        let none = Before { attempt: 1, landed: 0, resolved: 0, refused: 0 };
        let whole = moved(3, 1, 4, 0, &none);
        assert_eq!(whole, Moved { rows_in: 0, landed: 3, quarantined: -4, known: 1 });
        // Killed before its resolutions: all come again, three of them as known.
        assert_eq!(moved(0, 4, 4, 0, &Before { landed: 3, ..none }), whole);
        // Killed before the ledger: none come again.
        assert_eq!(moved(0, 0, 0, 0, &Before { attempt: 2, landed: 3, resolved: 4, refused: 0 }), whole);
        // A whole record becomes three rows, one of which is refused again.
        assert_eq!(moved(2, 0, 1, 1, &none), Moved { rows_in: 2, landed: 2, quarantined: 0, known: 0 });
    }
}
