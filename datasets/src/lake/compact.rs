//! Merging the small files of facts and books: a plan from the log alone, files that are written
//! while others read and write, and one commit that changes no row. Hot and cold parts of the
//! derived tables have a compaction of their own.

use std::collections::{BTreeMap, HashSet};

use deltalake::protocol::DeltaOperation;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use super::come::{Teller, Watch};
use super::merge::Merge;
use super::snapshot::{LiveFile, TableSnapshot};
use super::swap::{Swap, SwapOptions};
use super::table::{Once, Table};
use super::{Lake, LakeError, WrittenFiles};
use crate::contract::{Contract, INGEST_BATCH, Role};

/// Transaction that numbers the compactions of a table.
const COMPACT: &str = "compact";
/// Files that are read at once; each holds a row group in memory.
const MOST_AT_ONCE: usize = 32;
/// Rows of one merged file.
const MOST_ROWS: u64 = 16_000_000;
/// A file is rewritten for the sake of others only if they are not less than an eighth of it.
const WORTH: u64 = 8;
/// Rounds of one run: the files of one round are merged by the next.
const ROUNDS: usize = 8;
/// Commits stay in the log for so long, for history and for readers of the past.
const LOG_DAYS: i64 = 30;

/// What is merged.
#[derive(Debug, Clone)]
pub struct CompactOptions {
    /// Smaller files are merged, bytes.
    pub small_bytes: u64,
    /// Files grow to about this, bytes.
    pub target_bytes: u64,
    /// A table with fewer small files is left alone.
    pub least_files: usize,
    /// Younger files are left for the next time.
    pub settled_before: Timestamp,
    /// The present.
    pub now: Timestamp,
    /// Tell what would be merged, and merge nothing.
    pub dry_run: bool,
}

impl CompactOptions {
    /// Every file that two others can be merged with.
    pub fn at(now: Timestamp) -> Self {
        let mib = 1024 * 1024;
        Self {
            small_bytes: 128 * mib,
            target_bytes: 192 * mib,
            least_files: 2,
            settled_before: Timestamp::MAX,
            now,
            dry_run: false,
        }
    }
}

/// What was merged of a table, or would be.
#[derive(Debug, Clone, Serialize)]
pub struct CompactReport {
    pub table: &'static str,
    /// The version that the merge made; nothing if there was nothing to merge.
    pub version: Option<u64>,
    /// Files that were merged, and into how many.
    pub files_before: usize,
    pub files_after: usize,
    pub rows: u64,
    pub bytes_before: u64,
    pub bytes_after: u64,
    /// Files of the log that are gone.
    pub log_files_removed: usize,
}

/// Groups of files to merge, each of one folder. Pure.
fn plan(table: &TableSnapshot, unsettled: &HashSet<String>, options: &CompactOptions) -> Vec<Vec<LiveFile>> {
    let small = |file: &&LiveFile| {
        file.size < options.small_bytes
            && file.modified_ms <= options.settled_before.as_millisecond()
            && !unsettled.contains(&file.name)
    };
    let mut folders: BTreeMap<Vec<Option<String>>, Vec<&LiveFile>> = BTreeMap::new();
    for file in table.files.iter().filter(small) {
        let folder = table.contract.partition.iter().map(|name| file.partition.get(*name).cloned().flatten());
        folders.entry(folder.collect()).or_default().push(file);
    }
    if folders.values().map(Vec::len).sum::<usize>() < options.least_files {
        return Vec::new();
    }
    let mut groups = Vec::new();
    for mut files in folders.into_values() {
        // The smallest first: what grows large is seldom written again.
        files.sort_by(|left, right| (left.size, &left.name).cmp(&(right.size, &right.name)));
        let mut group: Vec<LiveFile> = Vec::new();
        for file in files {
            let bytes: u64 = group.iter().map(|file| file.size).sum();
            let rows: u64 = group.iter().filter_map(|file| file.rows).sum();
            let is_full = group.len() >= MOST_AT_ONCE || bytes >= options.target_bytes || rows >= MOST_ROWS;
            if is_full || (!group.is_empty() && file.size > bytes.saturating_mul(WORTH)) {
                groups.push(std::mem::take(&mut group));
            }
            group.push(file.clone());
        }
        groups.push(group);
    }
    groups.retain(|group| group.len() > 1);
    groups
}

impl Lake {
    /// Tables whose small files are merged.
    pub fn compactable(&self) -> impl Iterator<Item = &'static Contract> {
        let kept =
            |table: &&'static Contract| matches!(table.role, Role::Fact | Role::Ledger) && !table.sort.is_empty();
        crate::contract::ALL.iter().copied().filter(kept)
    }

    /// Merges small files of a table. Readers and writers go on meanwhile: the table is locked for
    /// the commit alone, and what was added in between stays beside the merged files.
    pub async fn compact(
        &self,
        contract: &'static Contract,
        options: &CompactOptions,
    ) -> Result<CompactReport, LakeError> {
        self.compact_watched(contract, options, &|_| ()).await
    }

    /// The same; `watch` hears how far it has come with this table.
    pub async fn compact_watched(
        &self,
        contract: &'static Contract,
        options: &CompactOptions,
        watch: Watch<'_>,
    ) -> Result<CompactReport, LakeError> {
        let mut told = Teller::new(contract.table, 0, watch);
        let table = self.table(contract);
        let mut report = CompactReport {
            table: contract.table,
            version: None,
            files_before: 0,
            files_after: 0,
            rows: 0,
            bytes_before: 0,
            bytes_after: 0,
            log_files_removed: 0,
        };
        for _ in 0..ROUNDS {
            // Pinned first: what is added between the two is not in the plan.
            let pinned = table.snapshot().await?;
            let Some(unsettled) = self.unsettled(contract).await? else { break };
            let groups = plan(&pinned, &unsettled, options);
            if options.dry_run {
                groups.iter().for_each(|group| report.take(group));
                break;
            }
            told.more(groups.iter().flatten().map(|file| file.size).sum());
            let swaps = merge_all(&table, &pinned, groups, &mut told).await?;
            if swaps.is_empty() {
                break;
            }
            let merged: Vec<(Vec<LiveFile>, u64)> =
                swaps.iter().map(|swap| (swap.replaced.clone(), swap.files.bytes())).collect();
            let all = merged.len();
            let lock = self.lock(contract.table).await?;
            let once = Once { app_id: COMPACT.to_owned(), attempt: next_run(&table).await? };
            let target_size = i64::try_from(options.target_bytes).unwrap_or(i64::MAX);
            let operation = DeltaOperation::Optimize { predicate: None, target_size };
            let how = SwapOptions { operation, data_change: false, once, now: options.now };
            let committed = table.commit_swaps(swaps, how).await?;
            drop(lock);
            let Some((version, done)) = committed else { continue };
            report.version = Some(version);
            if done == all {
                for (group, bytes) in &merged {
                    report.take(group);
                    report.bytes_after += bytes;
                }
            }
        }
        if report.version.is_some() {
            // The merge is done, whatever becomes of this.
            match self.tidy_log(&table, options.now).await {
                Ok(gone) => report.log_files_removed = gone,
                Err(error) => tracing::warn!("the log of {} is not tidied: {error}", contract.table),
            }
        }
        Ok(report)
    }

    /// Files whose news the derived tables have not worked in: they are found by name, so they must
    /// stay. Nothing if that cannot be told.
    async fn unsettled(&self, contract: &'static Contract) -> Result<Option<HashSet<String>>, LakeError> {
        match self.stands_on(contract).await? {
            Some(since) => Ok(Some(self.table(contract).news_since(since).await?.added.into_iter().collect())),
            None if contract.table == INGEST_BATCH.table => Ok(None),
            // The first run reads every file.
            None => Ok(Some(HashSet::new())),
        }
    }

    /// A checkpoint, and a log without what is old and needed by nobody.
    async fn tidy_log(&self, table: &Table, now: Timestamp) -> Result<usize, LakeError> {
        let contract = table.contract();
        let keep_from = match self.stands_on(contract).await? {
            Some(stand) => Some(stand),
            // They may yet be asked for all their news.
            None if contract.role == Role::Fact || contract.table == INGEST_BATCH.table => None,
            None => Some(u64::MAX),
        };
        let before = now.saturating_sub((LOG_DAYS * 24).hours()).unwrap_or(Timestamp::MIN);
        let _lock = self.lock(table.name()).await?;
        table.tidy_log(keep_from, before).await
    }
}

impl CompactReport {
    fn take(&mut self, group: &[LiveFile]) {
        self.files_before += group.len();
        self.files_after += 1;
        self.rows += group.iter().filter_map(|file| file.rows).sum::<u64>();
        self.bytes_before += group.iter().map(|file| file.size).sum::<u64>();
    }
}

async fn next_run(table: &Table) -> Result<i64, LakeError> {
    let newest = table.refresh().await?;
    Ok(table.landed(&newest, COMPACT).await?.unwrap_or(0) + 1)
}

/// Writes the merged files. A group with a file out of order is left, so that the others get on.
async fn merge_all(
    table: &Table,
    pinned: &TableSnapshot,
    groups: Vec<Vec<LiveFile>>,
    told: &mut Teller<'_>,
) -> Result<Vec<Swap>, LakeError> {
    let mut swaps = Vec::with_capacity(groups.len());
    for group in groups {
        match merge(table, pinned, &group, told).await {
            Ok(files) => swaps.push(Swap { replaced: group.clone(), files }),
            Err(error @ LakeError::Unsorted { .. }) => tracing::warn!("small files stay for now: {error}"),
            Err(error) => return Err(error),
        }
        told.done(&group);
    }
    Ok(swaps)
}

async fn merge(
    table: &Table,
    pinned: &TableSnapshot,
    group: &[LiveFile],
    told: &mut Teller<'_>,
) -> Result<WrittenFiles, LakeError> {
    let mut merge = Merge::open(pinned, group).await?;
    let mut writer = table.writer();
    while let Some(rows) = merge.next_rows().await? {
        writer.write_sorted(&rows).await?;
        told.part(group, rows.num_rows());
    }
    writer.finish().await
}

#[cfg(test)]
mod tests;
