//! What the derived tables stand on, as `case_state` says, and whether all of that is still there. A
//! table whose newest version is older than its stand has lost commits: nobody takes any back.

use std::collections::HashMap;

use datasets::contract::{self, CARD, Contract, Role};
use datasets::lake::{DeriveRuns, Lake, LakeError, LakeSnapshot, Once};

use super::{GROUND, stand, version};
use crate::AnalyticsError;

/// What the last run left.
pub(super) struct Standing {
    stands: HashMap<&'static str, u64>,
    runs: DeriveRuns,
    /// Cards of some run are gone: only a fold of all cases makes them again.
    pub(super) cards_lost: bool,
    /// Changes of a mart are gone: all are summed anew from the states.
    marts_lost: bool,
}

/// What the derived tables are made of, and what is read beside them.
fn grounds() -> impl Iterator<Item = &'static Contract> {
    let references = contract::ALL.iter().copied().filter(|table| table.role == Role::Reference);
    GROUND.into_iter().chain(references)
}

impl Standing {
    /// An error if records or reference rows are lost, unless what is left is to do (`full`).
    pub(super) async fn find(lake: &Lake, full: bool) -> Result<Self, AnalyticsError> {
        let tables: Vec<&'static Contract> = grounds().chain([&CARD]).chain(contract::MARTS).collect();
        let stands = lake.stands(&tables).await?;
        let runs = lake.derive_runs().await?;
        let mut standing = Self {
            stands,
            runs,
            cards_lost: runs.card < runs.case_state,
            marts_lost: runs.marts.iter().any(|run| *run < runs.case_state),
        };
        for table in tables {
            let Some(stand) = standing.stand(table) else { continue };
            // Read after the stands, so that beside another run nothing seems lost.
            let version = lake.table(table).refresh().await?.version();
            if version >= stand {
                continue;
            }
            match table.role {
                Role::Derived if table.table == CARD.table => standing.cards_lost = true,
                Role::Derived => standing.marts_lost = true,
                _ if full => tracing::warn!("{} has lost commits, and is taken as it is left", table.table),
                _ => return Err(LakeError::LostCommits { table: table.table.to_owned(), stand, version }.into()),
            }
        }
        if standing.cards_lost {
            tracing::warn!("{} has lost commits: every case is folded again", CARD.table);
        }
        Ok(standing)
    }

    /// The version of a table that the derived tables stand on, if they do on any.
    pub(super) fn stand(&self, table: &Contract) -> Option<u64> {
        self.stands.get(table.table).copied()
    }

    /// Whether a run was broken off, or a commit of one is lost: its tables are not of one run.
    pub(super) fn is_interrupted(&self) -> bool {
        !self.runs.are_one() || self.marts_lost
    }

    /// The number of the next run.
    pub(super) fn next_run(&self) -> i64 {
        self.runs.newest() + 1
    }
}

/// What a run that works in this snapshot says with its states.
pub(super) fn on(snapshot: &LakeSnapshot) -> Vec<Once> {
    grounds().map(|table| at(table, version(snapshot, table))).collect()
}

/// The same of one table.
pub(super) fn at(table: &Contract, version: u64) -> Once {
    Once { app_id: stand(table), attempt: i64::try_from(version).unwrap_or(i64::MAX) }
}
