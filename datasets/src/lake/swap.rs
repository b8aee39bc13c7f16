//! Files in the place of others, all in one commit.

use std::collections::{HashMap, HashSet};

use deltalake::kernel::{Action, Add};
use deltalake::protocol::DeltaOperation;
use jiff::Timestamp;

use super::LakeError;
use super::snapshot::LiveFile;
use super::table::{Once, Table};
use super::write::WrittenFiles;

/// Written files that are to take the place of live ones.
pub(super) struct Swap {
    pub(super) replaced: Vec<LiveFile>,
    pub(super) files: WrittenFiles,
}

/// How swaps are committed.
pub(super) struct SwapOptions {
    /// What the log is to call it.
    pub(super) operation: DeltaOperation,
    /// False if the rows are the same before and after.
    pub(super) data_change: bool,
    pub(super) once: Once,
    pub(super) now: Timestamp,
}

impl Table {
    /// Commits the swaps whose files are all live still; the others are given up, and what was
    /// written for them is removed. The version, and how many were done; nothing if none was. An
    /// error if something that was written is gone.
    ///
    /// The caller holds the table's lock.
    pub(super) async fn commit_swaps(
        &self,
        swaps: Vec<Swap>,
        options: SwapOptions,
    ) -> Result<Option<(u64, usize)>, LakeError> {
        let base = self.refresh().await?;
        let live = self.live().await?;
        let stands = |swap: &Swap| swap.replaced.iter().all(|file| live.contains(&file.name));
        let swaps: Vec<Swap> = swaps.into_iter().filter(stands).collect();
        if swaps.is_empty() {
            return Ok(None);
        }
        let SwapOptions { operation, data_change, once, now } = options;
        let done = swaps.len();
        let mut actions = Vec::new();
        let mut adds: Vec<Add> = Vec::new();
        for swap in swaps {
            let removals = swap.replaced.iter().map(|file| file.removal(now.as_millisecond(), data_change));
            actions.extend(removals);
            adds.extend(swap.files.keep().into_iter().map(|add| Add { data_change, ..add }));
        }
        actions.extend(adds.iter().cloned().map(Action::Add));
        let once = std::slice::from_ref(&once);
        let committed = match self.refuse_gone(&adds).await {
            Ok(()) => self.commit_as(operation, &base, actions, once, HashMap::new()).await,
            Err(gone) => Err(gone),
        };
        if committed.is_err() && self.names_none_of(&adds).await {
            self.remove_files(adds).await;
        }
        Ok(Some((committed?, done)))
    }

    /// Names of the files that are live in the newest version.
    pub(super) async fn live(&self) -> Result<HashSet<String>, LakeError> {
        Ok(self.refresh().await?.log_data().iter().map(|file| file.path().into_owned()).collect())
    }
}
