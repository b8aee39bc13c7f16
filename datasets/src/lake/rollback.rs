//! Withdrawing a batch: its rows leave the facts and `quarantine`, reference tables become what they
//! were before it, table by table, and last a row of the ledger says so (docs/decisions/0012). Whatever
//! is broken off goes on when it is asked for again; the batch may land anew, as its next attempt.

use std::collections::{HashMap, HashSet};
use std::slice::from_ref;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use deltalake::protocol::DeltaOperation;
use futures::TryStreamExt;
use jiff::Timestamp;
use serde::Serialize;

use super::come::{Teller, Watch};
use super::ledger::{Account, accounts};
use super::read::BATCH_ROWS;
use super::snapshot::LiveFile;
use super::swap::{Swap, SwapOptions};
use super::table::{Once, Table};
use super::{Lake, LakeError, TableLock};
use crate::contract::{self, Contract, INGEST_BATCH, QUARANTINE, Role, WORKFLOW_CASE, WORKFLOW_EVENT};

mod account;
mod reference;

use account::withdrawal;

/// Tries to withdraw a batch beside landings; then they have to wait.
const TRIES: usize = 3;
/// Transactions of the ledger that number the withdrawals of pushes: how many were begun, and the last
/// that was ended. While they differ, the rows of a push do not tell whether it has landed.
const BEGUN: &str = "withdrawal/begun";
const ENDED: &str = "withdrawal/ended";

/// What withdrawing a batch does.
#[derive(Debug, Clone, Serialize)]
pub struct RollbackPlan {
    pub batch_id: String,
    pub file_name: String,
    pub source_system: String,
    /// The last attempt that is withdrawn, a landing or a replay; landing the file again is the next.
    pub attempt: i64,
    /// Whether it came by a push, whose key is free again with this.
    pub is_pushed: bool,
    pub tables: Vec<RollbackPart>,
    /// Cases that have facts of the batch. Those of which nothing else tells vanish with it.
    pub cases: usize,
    /// Batches that landed later and had rows that were known by then: if they were known from this
    /// batch, they are gone with it, until those files are withdrawn and landed again.
    pub later: Vec<String>,
    /// What the tables knew of the batch's attempts when this was found.
    #[serde(skip)]
    known: Vec<i64>,
}

/// What leaves one table.
#[derive(Debug, Clone, Serialize)]
pub struct RollbackPart {
    pub table: &'static str,
    pub rows: u64,
    /// Files that are rewritten without the rows, or removed.
    pub files: usize,
    #[serde(skip)]
    found: Vec<(LiveFile, u64)>,
    /// Of a reference table: all rows that it has then.
    #[serde(skip)]
    restored: Option<Vec<RecordBatch>>,
}

impl Lake {
    /// What withdrawing a batch would do; `batch` is its id, or a beginning that only it has.
    pub async fn plan_rollback(&self, batch: &str, watch: Watch<'_>) -> Result<RollbackPlan, LakeError> {
        let held = accounts(&self.table(&INGEST_BATCH).snapshot().await?).await?;
        let state = |state: &'static str| LakeError::NoBatch { batch: batch.to_owned(), state };
        let mut named = held.iter().filter(|(id, _)| !batch.is_empty() && id.starts_with(batch));
        let (id, account) = match (named.next(), named.next()) {
            (None, _) => return Err(state("is not in ingest_batch")),
            (Some(_), Some(_)) => return Err(state("may be several: give more of its id")),
            (Some(one), None) => one,
        };
        if !account.is_landed {
            return Err(state("has been withdrawn already"));
        }
        // Asked before the files are pinned: what lands afterwards is told by another attempt.
        let known = self.attempts(id).await?;
        let attempt = known.iter().skip(1).copied().max().unwrap_or_default().max(account.withdrawn + 1);
        let (mut tables, mut cases) = (Vec::new(), HashSet::new());
        let mut told = Teller::new("look for rows", 0, watch);
        for contract in parts().filter(|contract| contract.role != Role::Reference) {
            told.more(self.table(contract).snapshot().await?.bytes());
        }
        for contract in parts() {
            if contract.role == Role::Reference {
                tables.extend(self.plan_reference(contract, id).await?);
                continue;
            }
            let found = find(&self.table(contract), id, &mut cases, &mut told).await?;
            let rows = found.iter().map(|(_, rows)| rows).sum();
            if rows > 0 {
                tables.push(RollbackPart { table: contract.table, rows, files: found.len(), found, restored: None });
            }
        }
        Ok(RollbackPlan {
            batch_id: id.clone(),
            file_name: account.file_name.clone(),
            source_system: account.source_system.clone(),
            attempt,
            is_pushed: account.is_pushed,
            tables,
            cases: cases.len(),
            later: later(&held, id, account),
            known,
        })
    }

    /// Withdraws a batch. The derived tables still have its rows until the next derive.
    ///
    /// Its rows are looked for, and files are written without them, while others land; the tables are
    /// locked for the commits alone, if what was found still stands by then.
    pub async fn rollback(&self, batch: &str, now: Timestamp) -> Result<RollbackPlan, LakeError> {
        self.rollback_watched(batch, now, &|_| ()).await
    }

    /// The same; `watch` hears how far it has come.
    pub async fn rollback_watched(
        &self,
        batch: &str,
        now: Timestamp,
        watch: Watch<'_>,
    ) -> Result<RollbackPlan, LakeError> {
        for _ in 0..TRIES {
            let plan = self.plan_rollback(batch, watch).await?;
            let swaps = self.without_batch(&plan, watch).await?;
            let _locks = self.lock_parts(plan.has_reference()).await?;
            if self.is_unmoved(&plan).await? {
                return self.withdraw(plan, swaps, now).await;
            }
        }
        let _locks = self.lock_parts(true).await?;
        let plan = self.plan_rollback(batch, watch).await?;
        let swaps = self.without_batch(&plan, watch).await?;
        self.withdraw(plan, swaps, now).await
    }

    /// The files of each table of the plan, written without the batch.
    async fn without_batch(
        &self,
        plan: &RollbackPlan,
        watch: Watch<'_>,
    ) -> Result<Vec<(Arc<Table>, Vec<Swap>)>, LakeError> {
        let facts = plan.tables.iter().filter(|part| part.restored.is_none());
        let of: u64 = facts.flat_map(|part| &part.found).map(|(file, _)| file.size).sum();
        let mut told = Teller::new("write anew", of, watch);
        let mut written = Vec::with_capacity(plan.tables.len());
        for part in &plan.tables {
            let Some(contract) = contract::find(part.table) else { continue };
            let table = self.table(contract);
            if let Some(rows) = &part.restored {
                let mut writer = table.writer();
                for rows in rows {
                    writer.write(rows).await?;
                }
                let replaced = part.found.iter().map(|(file, _)| file.clone()).collect();
                written.push((table, vec![Swap { replaced, files: writer.finish().await? }]));
                continue;
            }
            let mut swaps = Vec::with_capacity(part.found.len());
            for (file, rows) in &part.found {
                swaps.push(without(&table, file, *rows, &plan.batch_id).await?);
                told.done(from_ref(file));
            }
            written.push((table, swaps));
        }
        Ok(written)
    }

    /// Whether nothing of the batch has come or gone, and none of its files has moved, since it was
    /// planned. The caller holds the locks.
    async fn is_unmoved(&self, plan: &RollbackPlan) -> Result<bool, LakeError> {
        if self.attempts(&plan.batch_id).await? != plan.known {
            return Ok(false);
        }
        for part in &plan.tables {
            let Some(contract) = contract::find(part.table) else { continue };
            let live = self.table(contract).live().await?;
            if !part.found.iter().all(|(file, _)| live.contains(&file.name)) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Commits the files in the place of those that have the batch, and the row of the ledger. The
    /// caller holds the locks.
    async fn withdraw(
        &self,
        plan: RollbackPlan,
        written: Vec<(Arc<Table>, Vec<Swap>)>,
        now: Timestamp,
    ) -> Result<RollbackPlan, LakeError> {
        let once = Once { app_id: format!("rollback/{}", plan.batch_id), attempt: plan.attempt };
        let ledger = self.table(&INGEST_BATCH);
        let mut onces = vec![once.clone()];
        if plan.is_pushed {
            let attempt = number(&ledger, BEGUN).await? + 1;
            ledger.put(&[], None, Some(&Once { app_id: BEGUN.to_owned(), attempt })).await?;
            onces.push(Once { app_id: ENDED.to_owned(), attempt });
        }
        for (table, swaps) in written {
            let all = swaps.len();
            let operation = DeltaOperation::Delete { predicate: Some(format!("batch_id = '{}'", plan.batch_id)) };
            let options = SwapOptions { operation, data_change: true, once: once.clone(), now };
            if table.commit_swaps(swaps, options).await?.is_none_or(|(_, done)| done < all) {
                return Err(LakeError::Conflict { table: table.name().to_owned() });
            }
        }
        let mut writer = ledger.writer();
        writer.write(&withdrawal(&ledger.snapshot().await?, &plan, now).await?).await?;
        ledger.commit_files(writer.finish().await?, None, &onces, HashMap::new()).await?;
        Ok(plan)
    }

    /// Whether the withdrawal of a push was broken off: until it is made again the batch counts as landed,
    /// whatever rows of it are left. The caller holds the ledger's lock.
    pub async fn is_rollback_broken_off(&self) -> Result<bool, LakeError> {
        let ledger = self.table(&INGEST_BATCH);
        Ok(number(&ledger, BEGUN).await? > number(&ledger, ENDED).await?)
    }

    /// The attempt as which a batch lands now: one more than the last that was withdrawn.
    pub async fn next_attempt(&self, batch_id: &str) -> Result<i64, LakeError> {
        Ok(number(&self.table(&INGEST_BATCH), &format!("rollback/{batch_id}")).await? + 1)
    }

    /// The last attempt that was withdrawn, and the last that the ledger and each table know of.
    async fn attempts(&self, batch_id: &str) -> Result<Vec<i64>, LakeError> {
        let mut known = vec![self.next_attempt(batch_id).await? - 1, self.last_attempt(&INGEST_BATCH, batch_id).await?];
        for contract in parts() {
            known.push(self.last_attempt(contract, batch_id).await?);
        }
        Ok(known)
    }

    /// The last attempt of a batch that a table knows of; 0: none.
    async fn last_attempt(&self, contract: &'static Contract, batch_id: &str) -> Result<i64, LakeError> {
        number(&self.table(contract), &format!("batch/{batch_id}")).await
    }

    /// Whether a batch has brought reference rows, which later ones may have replaced.
    pub(super) async fn has_brought_reference(&self, batch_id: &str) -> Result<bool, LakeError> {
        for contract in reference::tables() {
            if self.last_attempt(contract, batch_id).await? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// In the order in which a landing takes them.
    async fn lock_parts(&self, with_reference: bool) -> Result<Vec<TableLock>, LakeError> {
        let mut locks = Vec::new();
        if with_reference {
            // Whoever edits reference rows reads them first, and puts all of them back.
            locks.push(self.lock("derive").await?);
        }
        let is_part = |table: &Contract| with_reference || table.role != Role::Reference;
        let parts: Vec<&Contract> = parts().filter(|table| is_part(table)).collect();
        for contract in contract::ALL.iter() {
            if contract.table == INGEST_BATCH.table || parts.iter().any(|part| part.table == contract.table) {
                locks.push(self.lock(contract.table).await?);
            }
        }
        Ok(locks)
    }
}

/// The last number that a table knows of a transaction; 0: none.
async fn number(table: &Table, app_id: &str) -> Result<i64, LakeError> {
    let newest = table.refresh().await?;
    Ok(table.landed(&newest, app_id).await?.unwrap_or(0))
}

/// Tables that hold rows of batches.
fn parts() -> impl Iterator<Item = &'static Contract> {
    let holds = |table: &&'static Contract| {
        table.field("batch_id").is_some() && (table.role == Role::Fact || table.table == QUARANTINE.table)
    };
    contract::ALL.iter().copied().filter(holds).chain(reference::tables())
}

impl RollbackPlan {
    fn has_reference(&self) -> bool {
        self.tables.iter().any(|part| part.restored.is_some())
    }
}

fn later(held: &HashMap<String, Account>, batch_id: &str, withdrawn: &Account) -> Vec<String> {
    let leans = |id: &str, account: &Account| {
        id != batch_id
            && account.is_landed
            && account.rows_known > 0
            && account.last_at > withdrawn.first_at
            && account.source_system == withdrawn.source_system
    };
    let mut later: Vec<String> =
        held.iter().filter(|(id, account)| leans(id, account)).map(|(id, _)| id.clone()).collect();
    later.sort_unstable();
    later
}

/// The files with rows of the batch, and how many each has; of tables that cases are folded from also
/// which `cases` these are.
async fn find(
    table: &Table,
    batch_id: &str,
    cases: &mut HashSet<String>,
    told: &mut Teller<'_>,
) -> Result<Vec<(LiveFile, u64)>, LakeError> {
    let fields: &[&str] = match [WORKFLOW_CASE.table, WORKFLOW_EVENT.table].contains(&table.name()) {
        true => &["batch_id", "case_no"],
        false => &["batch_id"],
    };
    let snapshot = table.snapshot().await?;
    let mut found = Vec::new();
    for file in snapshot.files.iter() {
        if !snapshot.may_hold(file, "batch_id", batch_id).await? {
            told.done(from_ref(file));
            continue;
        }
        let mut count = 0;
        let mut batches = snapshot.stream(file, fields, BATCH_ROWS).await?;
        while let Some(batch) = batches.try_next().await? {
            let of = is_of(&batch, batch_id);
            count += of.true_count() as u64;
            let numbers = batch.column_by_name("case_no").into_iter().flat_map(|numbers| numbers.as_string::<i32>());
            for (number, _) in numbers.zip(of.iter()).filter(|(_, of)| *of == Some(true)) {
                if let Some(number) = number.filter(|number| !cases.contains(*number)) {
                    cases.insert(number.to_owned());
                }
            }
        }
        told.done(from_ref(file));
        if count > 0 {
            found.push((file.clone(), count));
        }
    }
    Ok(found)
}

/// Whether each row is of the batch.
fn is_of(rows: &RecordBatch, batch_id: &str) -> BooleanArray {
    match rows.column_by_name("batch_id") {
        Some(ids) => ids.as_string::<i32>().iter().map(|id| Some(id == Some(batch_id))).collect(),
        None => vec![false; rows.num_rows()].into(),
    }
}

/// The file without the batch's rows; none in its place if it has no others.
async fn without(table: &Table, file: &LiveFile, rows: u64, batch_id: &str) -> Result<Swap, LakeError> {
    let contract = table.contract();
    let mut writer = table.writer();
    if file.rows != Some(rows) {
        let fields: Vec<&str> = contract.fields.iter().map(|field| field.name).collect();
        let mut batches = table.snapshot().await?.stream(file, &fields, BATCH_ROWS).await?;
        while let Some(batch) = batches.try_next().await? {
            let keep = arrow::compute::not(&is_of(&batch, batch_id)).map_err(LakeError::arrow(contract.table))?;
            let kept = filter_record_batch(&batch, &keep).map_err(LakeError::arrow(contract.table))?;
            if kept.num_rows() > 0 {
                writer.write_sorted(&kept).await?;
            }
        }
    }
    Ok(Swap { replaced: vec![file.clone()], files: writer.finish().await? })
}
