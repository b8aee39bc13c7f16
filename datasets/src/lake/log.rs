//! The log of a table: what its commits did, and what of it may go.

use std::collections::HashSet;

use deltalake::DeltaTable;
use deltalake::checkpoints::{cleanup_expired_logs_for, create_checkpoint};
use deltalake::kernel::Action;
use deltalake::logstore::get_actions;
use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};

use super::table::Table;
use super::{LakeError, erase};

/// What the commits after a version have changed.
#[derive(Debug, Default)]
pub struct News {
    /// Files that they have added; what a compaction moved, or an erasure wrote anew, is not among them.
    pub added: Vec<String>,
    /// Whether they have taken rows out.
    pub withdrawn: bool,
    /// The newest version.
    pub version: u64,
}

impl News {
    /// An erasure leaves of each row what anything is worked out from, so its files are news only where
    /// those are in whose place they stand.
    fn replace(&mut self, actions: Vec<Action>) {
        let (mut added, mut removed) = (Vec::new(), HashSet::new());
        for action in actions {
            match action {
                Action::Add(add) => added.push(add.path),
                Action::Remove(remove) => {
                    removed.insert(remove.path);
                }
                _ => {}
            }
        }
        let before = self.added.len();
        self.added.retain(|name| !removed.contains(name));
        if removed.is_empty() || self.added.len() < before {
            self.added.extend(added);
        }
    }
}

impl Table {
    /// What has changed since a version. [`LakeError::LogGone`] if the log does not tell any more.
    pub async fn news_since(&self, since: u64) -> Result<News, LakeError> {
        let mut news = News { version: self.refresh().await?.version(), ..News::default() };
        for version in since + 1..=news.version {
            let actions = self.actions(version).await?;
            let gone = || LakeError::LogGone { table: self.name().to_owned(), version };
            let actions = actions.ok_or_else(gone)?;
            if erase::is_erasure(&actions) {
                news.replace(actions);
                continue;
            }
            for action in actions {
                match action {
                    Action::Add(add) if add.data_change => news.added.push(add.path),
                    Action::Remove(remove) if remove.data_change => news.withdrawn = true,
                    _ => {}
                }
            }
        }
        Ok(news)
    }

    /// The newest version, if there is one after `version`. Where there is none, which is asked often,
    /// one file is looked for and nothing is read.
    pub async fn newer_than(&self, version: u64) -> Result<Option<u64>, LakeError> {
        let next = Path::from(format!("_delta_log/{:020}.json", version + 1));
        match self.store().head(&next).await {
            Ok(_) => Ok(Some(self.refresh().await?.version())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// What a commit did; nothing if the log does not have it.
    pub(super) async fn actions(&self, version: u64) -> Result<Option<Vec<Action>>, LakeError> {
        let entry = self.log_store.read_commit_entry(version).await.map_err(LakeError::delta(self.name()))?;
        let actions = entry.map(|entry| get_actions(version, &entry)).transpose();
        actions.map_err(LakeError::delta(self.name()))
    }

    /// The oldest version whose commit, and those of all later ones, the log has. Nothing if no
    /// checkpoint stands for what is missing before it: such a log has lost something.
    pub(super) async fn oldest_commit(&self) -> Result<Option<u64>, LakeError> {
        let listed = self.store().list(Some(&Path::from("_delta_log")));
        let names: Vec<String> =
            listed.map_ok(|file| file.location.filename().unwrap_or_default().to_owned()).try_collect().await?;
        let version = |name: &String| name.get(..20).and_then(|digits| digits.parse::<u64>().ok());
        let mut commits: Vec<u64> =
            names.iter().filter(|name| name.len() == 25 && name.ends_with(".json")).filter_map(version).collect();
        commits.sort_unstable_by(|left, right| right.cmp(left));
        let Some(mut oldest) = commits.first().copied() else { return Ok(None) };
        for version in commits.into_iter().skip(1) {
            if version + 1 != oldest {
                break;
            }
            oldest = version;
        }
        let mut checkpoints = names.iter().filter(|name| name.contains(".checkpoint")).filter_map(version);
        let is_whole = oldest == 0 || checkpoints.any(|checkpoint| checkpoint + 1 >= oldest);
        Ok(is_whole.then_some(oldest))
    }

    /// Files that some version has named and a later one has taken out, as far as the log tells.
    pub(super) async fn tombstones(&self) -> Result<Vec<String>, LakeError> {
        let newest = self.refresh().await?;
        let removed = newest.all_tombstones(self.log_store.as_ref());
        let names = removed.map_ok(|file| file.path().into_owned()).try_collect().await;
        names.map_err(LakeError::delta(self.name()))
    }

    /// Writes a checkpoint of the newest version, and removes the commits before `keep_from` that
    /// are older than `before` and that a checkpoint stands for. How many files are gone.
    pub(super) async fn tidy_log(&self, keep_from: Option<u64>, before: Timestamp) -> Result<usize, LakeError> {
        let version = self.refresh().await?.version();
        let checkpoint = Path::from(format!("_delta_log/{version:020}.checkpoint.parquet"));
        match self.store().head(&checkpoint).await {
            Ok(_) => {}
            Err(object_store::Error::NotFound { .. }) => {
                let mut table = DeltaTable::new(self.log_store.clone());
                table.load().await.map_err(LakeError::delta(self.name()))?;
                create_checkpoint(&table, None).await.map_err(LakeError::delta(self.name()))?;
            }
            Err(error) => return Err(error.into()),
        }
        let Some(keep_from) = keep_from else { return Ok(0) };
        let log = self.log_store.as_ref();
        let gone = cleanup_expired_logs_for(keep_from.min(version), log, before.as_millisecond(), None).await;
        self.forget().await;
        gone.map_err(LakeError::delta(self.name()))
    }
}
