//! Taking a person out of the tables (docs/decisions/0013): files with rows of the person are written
//! anew without what tells of them, and what stood in their place leaves the disk at once, so that no
//! older version tells of them either. Whatever is broken off goes on when it is asked for again.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::slice::from_ref;

use deltalake::kernel::Action;
use deltalake::protocol::DeltaOperation;
use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt};
use parquet::errors::ParquetError;
use serde::Serialize;

use super::come::{Teller, Watch};
use super::disk::{Disk, StdDisk};
use super::read::BATCH_ROWS;
use super::snapshot::{LiveFile, TableSnapshot};
use super::swap::{Swap, SwapOptions};
use super::sweep::is_data;
use super::table::{Once, Table};
use super::{Lake, LakeError, durable};
use crate::contract::{self, Contract};

mod look;

use look::{Look, QUOTES, Seen, is_personal};

/// Transaction of an erasure, before the number of its order.
pub(super) const ERASE: &str = "erase/";

/// Where the tables hold a person.
#[derive(Debug, Clone, Default, Serialize)]
pub struct LakeErasure {
    pub tables: Vec<ErasedTable>,
    /// Other keys under which rows are hashed: whether those are the person's cannot be told.
    pub other_keys: BTreeSet<String>,
    /// Batches that brought the rows.
    #[serde(skip)]
    pub batches: BTreeSet<String>,
}

/// Where one table holds a person.
#[derive(Debug, Clone, Serialize)]
pub struct ErasedTable {
    pub table: &'static str,
    /// Rows of the person, in all versions: they lose hashes, free text and attributes.
    pub rows: u64,
    /// Rows that may quote the person: they lose free text and attributes, events also where they came from.
    pub quotes: u64,
    /// Files that are written anew.
    pub files: usize,
    /// Files that are removed, since only older versions name them, or none.
    pub old_files: usize,
    #[serde(skip)]
    live: Vec<LiveFile>,
    #[serde(skip)]
    old: Vec<String>,
    #[serde(skip)]
    look: Look,
}

impl Lake {
    /// Where the tables hold one of these hashes. `keys` names the keys that they were made under; none:
    /// they were taken from a table. For what is done afterwards [`Lake::lock_all`] has to hold.
    pub async fn plan_erase(
        &self,
        hashes: &BTreeSet<String>,
        keys: &[String],
        watch: Watch<'_>,
    ) -> Result<LakeErasure, LakeError> {
        let mut plan = LakeErasure::default();
        let mut seen = Seen::default();
        let mut named: HashMap<&'static str, HashSet<String>> = HashMap::new();
        // Those first by whose rows is told who is quoted in the others.
        let (sources, others): (Vec<&'static Contract>, Vec<_>) =
            contract::ALL.iter().copied().filter(|table| is_personal(table)).partition(|table| is_source(table));
        let mut told = Teller::new("look into tables", 0, watch);
        for contract in sources.iter().chain(&others).copied() {
            told.more(self.table(contract).snapshot().await?.bytes());
        }
        for contract in sources.into_iter().chain(others) {
            let look = Look::new(contract, hashes, keys, &named);
            let part = self.table(contract).holding(look, &mut seen, &mut told).await?;
            let found = std::mem::take(&mut seen.named);
            if !found.is_empty() {
                named.insert(contract.table, found);
            }
            if part.files + part.old_files > 0 {
                plan.tables.push(part);
            }
        }
        (plan.other_keys, plan.batches) = (seen.other_keys, seen.batches);
        Ok(plan)
    }

    /// Carries out a plan that was made under the locks that the caller holds.
    pub async fn erase(
        &self,
        plan: &LakeErasure,
        order: &str,
        now: Timestamp,
        watch: Watch<'_>,
    ) -> Result<(), LakeError> {
        if let Some(folder) = self.url.folder() {
            // A landing that was killed may have left the beginning of a file.
            durable::sweep(&folder.join("_tmp"));
        }
        // Those last by whose rows is told who is quoted: broken off, the next run finds the same.
        let (sources, others): (Vec<&ErasedTable>, Vec<&ErasedTable>) =
            plan.tables.iter().partition(|part| is_source(part.look.contract));
        let of: u64 = plan.tables.iter().flat_map(|part| &part.live).map(|file| file.size).sum();
        let mut told = Teller::new("write anew", of, watch);
        for part in others.into_iter().chain(sources) {
            self.table(part.look.contract).erase(part, order, now, &mut told).await?;
        }
        Ok(())
    }
}

impl Table {
    /// The transaction as which an order is carried out here now: each run is an attempt of its own.
    pub async fn erasure(&self, order: &str) -> Result<Once, LakeError> {
        let app_id = format!("{ERASE}{order}");
        let newest = self.refresh().await?;
        let attempt = self.landed(&newest, &app_id).await?.unwrap_or(0) + 1;
        Ok(Once { app_id, attempt })
    }

    async fn holding(&self, look: Look, seen: &mut Seen, told: &mut Teller<'_>) -> Result<ErasedTable, LakeError> {
        let pinned = self.snapshot().await?;
        let (mut live, mut old) = (Vec::new(), Vec::new());
        let (mut rows, mut quotes) = (0, 0);
        for file in pinned.files.iter() {
            let found = look.file(&pinned, file, seen, told).await?;
            told.done(from_ref(file));
            rows += found.rows;
            quotes += found.quotes;
            if found.rows + found.quotes > 0 {
                live.push(file.clone());
            }
        }
        let unnamed = self.unnamed(&pinned).await?;
        told.more(unnamed.iter().map(|file| file.size).sum());
        for file in unnamed {
            let holds = match look.file(&pinned, &file, seen, told).await {
                Ok(found) => found.rows + found.quotes > 0,
                // Nobody can tell what is in it, and nobody can read it.
                Err(error) if is_broken(&error) => true,
                Err(error) => return Err(error),
            };
            told.done(from_ref(&file));
            if holds {
                old.push(file.name);
            }
        }
        let (table, files, old_files) = (self.name(), live.len(), old.len());
        Ok(ErasedTable { table, rows, quotes, files, old_files, live, old, look })
    }

    /// Data files on the disk that the version does not name: what a vacuum would remove one day.
    async fn unnamed(&self, pinned: &TableSnapshot) -> Result<Vec<LiveFile>, LakeError> {
        let named: HashSet<&str> = pinned.files.iter().map(|file| file.name.as_str()).collect();
        let listed: Vec<ObjectMeta> = self.store().list(None).try_collect().await?;
        let names = listed.iter().map(|file| (file.location.to_string(), file));
        let unnamed = names.filter(|(name, _)| is_data(name) && !named.contains(name.as_str()));
        Ok(unnamed.map(|(_, file)| pinned.unnamed(file)).collect())
    }

    async fn erase(
        &self,
        part: &ErasedTable,
        order: &str,
        now: Timestamp,
        told: &mut Teller<'_>,
    ) -> Result<(), LakeError> {
        let pinned = self.snapshot().await?;
        let mut gone = part.old.clone();
        let mut swaps = Vec::with_capacity(part.live.len());
        for file in &part.live {
            swaps.push(self.without(&pinned, file, &part.look, told).await?);
            told.done(from_ref(file));
            gone.push(file.name.clone());
        }
        let wanted = swaps.len();
        if wanted > 0 {
            // The rows do change, and whoever follows the table is to know it.
            let (operation, data_change) = (DeltaOperation::Update { predicate: None }, true);
            let options = SwapOptions { operation, data_change, once: self.erasure(order).await?, now };
            let done = self.commit_swaps(swaps, options).await?.map_or(0, |(_, done)| done);
            if done < wanted {
                return Err(LakeError::Conflict { table: self.name().to_owned() });
            }
        }
        self.remove_now(&gone).await
    }

    /// The file without what tells of the person.
    async fn without(
        &self,
        pinned: &TableSnapshot,
        file: &LiveFile,
        look: &Look,
        told: &mut Teller<'_>,
    ) -> Result<Swap, LakeError> {
        let fields: Vec<&str> = self.contract().fields.iter().map(|field| field.name).collect();
        let mut writer = self.writer();
        let mut batches = pinned.stream(file, &fields, BATCH_ROWS).await?;
        while let Some(rows) = batches.try_next().await? {
            if rows.num_rows() > 0 {
                writer.write_sorted(&look.cleaned(&rows)?).await?;
            }
            told.part(from_ref(file), rows.num_rows());
        }
        Ok(Swap { replaced: vec![file.clone()], files: writer.finish().await? })
    }

    /// Removes data files; when this returns, a power cut does not bring them back.
    async fn remove_now(&self, names: &[String]) -> Result<(), LakeError> {
        let store = self.store();
        let mut folders = BTreeSet::new();
        for name in names {
            let path = Path::parse(name).unwrap_or_else(|_| Path::from(name.as_str()));
            match store.delete(&path).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            let file = self.folder().map(|folder| folder.join(name));
            folders.extend(file.as_deref().and_then(std::path::Path::parent).map(std::path::Path::to_owned));
        }
        for folder in folders {
            StdDisk.sync_dir(&folder).map_err(LakeError::io(&folder))?;
        }
        Ok(())
    }
}

/// Whether a commit is an erasure's.
pub(super) fn is_erasure(actions: &[Action]) -> bool {
    actions.iter().any(|action| matches!(action, Action::Txn(of) if of.app_id.starts_with(ERASE)))
}

/// Whether rows of other tables may quote whoever a row of this one is about.
fn is_source(contract: &Contract) -> bool {
    QUOTES.iter().any(|quote| quote.of.table == contract.table)
}

/// Whether a file was read and is no sound Parquet.
fn is_broken(error: &LakeError) -> bool {
    match error {
        LakeError::Parquet { source, .. } => !matches!(&**source, ParquetError::External(_)),
        LakeError::Arrow { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
