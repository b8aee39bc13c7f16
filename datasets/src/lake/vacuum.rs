//! Removing files that only versions of long ago need, and those that no version has ever named.

use std::collections::{HashMap, HashSet};

use deltalake::kernel::Action;
use futures::TryStreamExt;
use jiff::{Timestamp, ToSpan};
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use serde::Serialize;

use super::sweep::is_data;
use super::table::Table;
use super::{Lake, LakeError};
use crate::contract::{self, Contract};

/// A reader that has pinned a version may go on with it for so long, whatever is asked for.
const READERS_HOURS: i64 = 1;

/// Files that may go.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VacuumPlan {
    pub files: Vec<Wasted>,
    pub bytes: u64,
}

/// One file that may go.
#[derive(Debug, Clone, Serialize)]
pub struct Wasted {
    pub table: &'static str,
    pub file: String,
    pub bytes: u64,
    /// When a commit took it out of its table; nothing if no version names it.
    pub removed_at: Option<Timestamp>,
}

impl Lake {
    /// The files that no version of the last `keep_days` needs.
    pub async fn plan_vacuum(
        &self,
        only: Option<&'static Contract>,
        keep_days: i64,
        now: Timestamp,
    ) -> Result<VacuumPlan, LakeError> {
        let mut plan = VacuumPlan::default();
        for contract in contract::ALL.iter().filter(|table| only.is_none_or(|only| only.table == table.table)) {
            self.table(contract).wasted(before(keep_days, now), now, &mut plan.files).await?;
        }
        plan.bytes = plan.files.iter().map(|file| file.bytes).sum();
        Ok(plan)
    }

    /// Removes them. Each table is locked meanwhile, and looked at again under its lock.
    pub async fn vacuum(
        &self,
        only: Option<&'static Contract>,
        keep_days: i64,
        now: Timestamp,
    ) -> Result<VacuumPlan, LakeError> {
        let mut done = VacuumPlan::default();
        for contract in contract::ALL.iter().filter(|table| only.is_none_or(|only| only.table == table.table)) {
            let table = self.table(contract);
            let _lock = self.lock(contract.table).await?;
            let mut files = Vec::new();
            table.wasted(before(keep_days, now), now, &mut files).await?;
            for file in files {
                let path = Path::parse(&file.file).unwrap_or_else(|_| Path::from(file.file.as_str()));
                table.store().delete(&path).await?;
                done.bytes += file.bytes;
                done.files.push(file);
            }
        }
        Ok(done)
    }
}

/// What was taken out by then may go.
fn before(keep_days: i64, now: Timestamp) -> Timestamp {
    let hours = keep_days.saturating_mul(24).clamp(READERS_HOURS, 24 * 365 * 100);
    now.saturating_sub(hours.hours()).unwrap_or(Timestamp::MIN)
}

impl Table {
    async fn wasted(&self, before: Timestamp, now: Timestamp, found: &mut Vec<Wasted>) -> Result<(), LakeError> {
        // Listed before the log is read: what is committed meanwhile is found in the log.
        let listed: Vec<ObjectMeta> = self.store().list(None).try_collect().await?;
        let newest = self.refresh().await?;
        let live: HashSet<String> = newest.log_data().iter().map(|file| file.path().into_owned()).collect();
        let Some(removed) = self.removals().await? else {
            tracing::warn!("table {} has lost commits of its log: none of its files may go", self.name());
            return Ok(());
        };
        let young = now.saturating_sub(READERS_HOURS.hours()).unwrap_or(Timestamp::MIN);
        for file in listed {
            let name = file.location.to_string();
            if live.contains(&name) || !is_data(&name) {
                continue;
            }
            let removed_at = removed.get(&name).copied();
            let may_go = match removed_at {
                Some(removed_at) => removed_at < before,
                // It may be about to be committed.
                None => file.last_modified.timestamp_millis() < young.as_millisecond(),
            };
            if may_go {
                found.push(Wasted { table: self.name(), file: name, bytes: file.size, removed_at });
            }
        }
        found.sort_by(|left, right| (left.table, &left.file).cmp(&(right.table, &right.file)));
        Ok(())
    }

    /// When each file was taken out. Of one whose commit is no longer in the log only that it was
    /// before the oldest that is: that one's instant is taken. Nothing if the log has lost something.
    async fn removals(&self) -> Result<Option<HashMap<String, Timestamp>>, LakeError> {
        let mut removed = HashMap::new();
        let newest = self.refresh().await?.version();
        let Some(oldest) = self.oldest_commit().await? else { return Ok(None) };
        let mut first = None;
        for version in oldest..=newest {
            let actions = self.actions(version).await?.unwrap_or_default();
            let instant = instant(&actions).unwrap_or(Timestamp::MAX);
            first.get_or_insert(instant);
            for action in actions {
                if let Action::Remove(file) = action {
                    removed.insert(file.path, instant);
                }
            }
        }
        for name in self.tombstones().await? {
            removed.entry(name).or_insert(first.unwrap_or(Timestamp::MAX));
        }
        Ok(Some(removed))
    }
}

/// When a commit was made.
pub(super) fn instant(actions: &[Action]) -> Option<Timestamp> {
    let millis = actions.iter().find_map(|action| match action {
        Action::CommitInfo(info) => info.timestamp,
        _ => None,
    });
    millis.and_then(|millis| Timestamp::from_millisecond(millis).ok())
}

#[cfg(test)]
mod tests;
