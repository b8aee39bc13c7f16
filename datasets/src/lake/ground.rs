//! What the derived tables stand on, and a cut through all tables while nobody writes.

use std::collections::HashMap;
use std::time::Duration;

use deltalake::table::state::DeltaTableState;
use futures::future::try_join_all;

use super::lock::{PATIENCE, SILENCE, Tried};
use super::{Lake, LakeError, LakeSnapshot, Table, TableLock, place};
use crate::contract::{self, CARD, CASE_STATE, Contract, MARTS};

/// Transaction that numbers the runs of derive, in each of the derived tables.
pub const DERIVE_RUN: &str = "derive";
/// From one look at all locks to the next.
const AGAIN: Duration = Duration::from_millis(50);

/// Transaction by which `case_state` names the version of a table that it stands on.
pub fn stand(table: &Contract) -> String {
    format!("derive/{}", table.table)
}

/// The last run of derive that each derived table has; they are one, unless a run was broken off or
/// a commit was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeriveRuns {
    pub case_state: i64,
    pub card: i64,
    /// In the order of [`MARTS`].
    pub marts: [i64; MARTS.len()],
}

impl DeriveRuns {
    /// The tables that a run writes beside `case_state`, each with its last run.
    pub fn beside(&self) -> impl Iterator<Item = (&'static Contract, i64)> {
        std::iter::once((&CARD, self.card)).chain(MARTS.into_iter().zip(self.marts))
    }

    /// The last run that has written anything.
    pub fn newest(&self) -> i64 {
        self.beside().map(|(_, run)| run).fold(self.case_state, i64::max)
    }

    /// Whether all tables are of one run.
    pub fn are_one(&self) -> bool {
        self.beside().all(|(_, run)| run == self.case_state)
    }
}

/// The locks of all tables, while nobody writes. Those that cannot be had here are not among them.
pub(super) struct Quiet {
    /// Keeps derive from running.
    pub(super) derive: Option<TableLock>,
    pub(super) tables: Vec<TableLock>,
}

impl Lake {
    /// The version of a table that the derived tables stand on, if they do on any.
    pub async fn stands_on(&self, table: &Contract) -> Result<Option<u64>, LakeError> {
        let state = self.table(&CASE_STATE);
        let newest = state.refresh().await?;
        Ok(state.landed(&newest, &stand(table)).await?.and_then(|version| u64::try_from(version).ok()))
    }

    /// Waits until nobody writes, and keeps it so while the answer lives.
    pub async fn lock_all(&self) -> Result<Vec<TableLock>, LakeError> {
        // In the order in which everybody else takes them.
        let mut locks = vec![self.lock("derive").await?];
        for table in contract::ALL.iter() {
            locks.push(self.lock(table.table).await?);
        }
        Ok(locks)
    }

    /// The same of several tables, without those of which none is told.
    pub async fn stands(&self, tables: &[&'static Contract]) -> Result<HashMap<&'static str, u64>, LakeError> {
        let state = self.table(&CASE_STATE);
        let newest = state.refresh().await?;
        let mut told = Vec::with_capacity(tables.len());
        for table in tables.iter().copied() {
            told.push(told_stand(&state, &newest, table));
        }
        Ok(try_join_all(told).await?.into_iter().flatten().collect())
    }

    /// Makes the marts that are not there, since an older program made the lake: no run has written them, so the next
    /// one sums all of them anew. The caller holds the lock of derive.
    pub async fn make_marts(&self) -> Result<(), LakeError> {
        for mart in MARTS {
            self.table(mart).create().await?;
        }
        Ok(())
    }

    /// Which run of derive each derived table has.
    pub async fn derive_runs(&self) -> Result<DeriveRuns, LakeError> {
        // The states first: a run commits them after the cards, so beside a run the cards are not behind.
        let case_state = self.last_run(&CASE_STATE).await?;
        let card = self.last_run(&CARD).await?;
        let mut marts = [0; MARTS.len()];
        for (run, mart) in marts.iter_mut().zip(MARTS) {
            *run = self.last_run(mart).await?;
        }
        Ok(DeriveRuns { case_state, card, marts })
    }

    async fn last_run(&self, contract: &Contract) -> Result<i64, LakeError> {
        let table = self.table(contract);
        let newest = table.refresh().await?;
        Ok(table.landed(&newest, DERIVE_RUN).await?.unwrap_or(0))
    }

    /// Pins the newest version of every table between two batches: each batch is in all of its
    /// tables and in the ledger, or in none.
    pub async fn quiet_snapshot(&self) -> Result<LakeSnapshot, LakeError> {
        let locks = self.quiet().await?;
        let pinned = self.snapshot().await;
        drop(locks);
        pinned
    }

    /// Waits until nobody writes. Nothing is held while it waits, so that nobody has to wait for it:
    /// all locks are tried, and if one is taken the others are given back.
    pub(super) async fn quiet(&self) -> Result<Quiet, LakeError> {
        // Read before, so that little is left to read under the locks.
        self.snapshot().await?;
        if self.url().folder().is_some_and(place::is_copy) {
            return Ok(Quiet { derive: None, tables: Vec::new() });
        }
        let (mut waited, mut told) = (Duration::ZERO, false);
        loop {
            let busy = match self.try_quiet()? {
                Ok(quiet) => return Ok(quiet),
                Err(busy) => busy,
            };
            if waited >= PATIENCE {
                let ((holder, file), name) = (self.locks.held_by(busy), busy.to_owned());
                return Err(LakeError::Locked { name, holder, file, seconds: PATIENCE.as_secs() });
            }
            if waited >= SILENCE && !told {
                told = true;
                tracing::warn!("waiting for {busy}: {} is writing", self.locks.held_by(busy).0);
            }
            tokio::time::sleep(AGAIN).await;
            waited += AGAIN;
        }
    }

    /// All locks, or the name of one that is taken.
    fn try_quiet(&self) -> Result<Result<Quiet, &'static str>, LakeError> {
        let derive = match self.locks.try_reading("derive")? {
            Tried::Held(lock) => Some(lock),
            Tried::Busy => return Ok(Err("derive")),
            Tried::NotThere => None,
        };
        let mut quiet = Quiet { derive, tables: Vec::new() };
        for contract in contract::ALL.iter() {
            match self.locks.try_reading(contract.table)? {
                Tried::Held(lock) => quiet.tables.push(lock),
                Tried::Busy => return Ok(Err(contract.table)),
                Tried::NotThere => {}
            }
        }
        Ok(Ok(quiet))
    }
}

async fn told_stand(
    state: &Table,
    newest: &DeltaTableState,
    table: &'static Contract,
) -> Result<Option<(&'static str, u64)>, LakeError> {
    let version = state.landed(newest, &stand(table)).await?;
    Ok(version.and_then(|version| u64::try_from(version).ok()).map(|version| (table.table, version)))
}

#[cfg(test)]
mod tests {
    use super::super::{LakeMeta, LakeUrl};
    use super::*;
    use crate::contract::{QUARANTINE, WORKFLOW_CASE};

    #[tokio::test]
    async fn who_waits_for_a_quiet_moment_stops_nobody() {
        let dir = tempfile::tempdir().expect("dir");
        let url = LakeUrl::parse(&dir.path().display().to_string()).expect("url");
        let lake = Lake::open_or_create(&url, LakeMeta::default()).await.expect("made");
        let landing = lake.lock(QUARANTINE.table).await.expect("lock");
        let mut waiting = std::pin::pin!(lake.quiet_snapshot());
        for _ in 0..5 {
            let early = tokio::time::timeout(Duration::from_millis(60), &mut waiting).await;
            assert!(early.is_err(), "somebody writes");
            for name in ["derive", WORKFLOW_CASE.table] {
                assert!(lake.locks.try_acquire(name).expect("asked").is_some(), "{name} is free meanwhile");
            }
        }
        drop(landing);
        waiting.await.expect("quiet now");
    }
}
