//! What withdrawing a batch does to a reference table. Its rows have taken the place of others and ended
//! versions, so they are not just left out: the versions of the table before and after the batch's commit
//! tell what each record was.

use arrow::array::RecordBatch;
use deltalake::kernel::Action;

use super::{RollbackPart, number};
use crate::contract::{self, Contract, Role};
use crate::lake::table::Table;
use crate::lake::{Lake, LakeError};
use crate::reference::undo::{Later, undone};

/// Tables whose rows may be of a batch, and become versions of what was there.
pub(super) fn tables() -> impl Iterator<Item = &'static Contract> {
    let of_batches = |table: &&'static Contract| table.role == Role::Reference && table.field("batch_id").is_some();
    contract::ALL.iter().copied().filter(of_batches)
}

impl Lake {
    /// The table without what the batch has brought since its last withdrawal; nothing if that is nothing.
    pub(super) async fn plan_reference(
        &self,
        contract: &'static Contract,
        batch_id: &str,
    ) -> Result<Option<RollbackPart>, LakeError> {
        let table = self.table(contract);
        let withdrawn = number(&table, &format!("rollback/{batch_id}")).await?;
        let app_id = format!("batch/{batch_id}");
        if number(&table, &app_id).await? <= withdrawn {
            return Ok(None);
        }
        let pinned = table.snapshot().await?;
        let fields: Vec<&str> = contract.fields.iter().map(|field| field.name).collect();
        let mut rows = pinned.read(&fields).await?;
        let mut taken = 0;
        let not_kept = || LakeError::NotKept { batch: batch_id.to_owned(), table: contract.table };
        let commits = commits(&table, pinned.version, &app_id, withdrawn).await?;
        for version in commits.ok_or_else(not_kept)? {
            let (before, after) = (kept(&table, version - 1).await?, kept(&table, version).await?);
            let (before, after) = (before.ok_or_else(not_kept)?, after.ok_or_else(not_kept)?);
            let undone = undone(contract, &rows, &before, &after).map_err(LakeError::arrow(contract.table))?;
            let undone = undone.map_err(|later| stood_on(contract, batch_id, later))?;
            taken += undone.taken;
            rows = vec![undone.rows];
        }
        let found = pinned.files.iter().map(|file| (file.clone(), 0)).collect();
        let restored = Some(rows);
        Ok(Some(RollbackPart { table: contract.table, rows: taken, files: pinned.files.len(), found, restored }))
    }
}

fn stood_on(contract: &'static Contract, batch_id: &str, Later { record, batch_id: later }: Later) -> LakeError {
    let (batch, table) = (batch_id.to_owned(), contract.table);
    match later {
        Some(later) => LakeError::StoodOn { batch, table, record, later },
        None => LakeError::PutSince { batch, table, record },
    }
}

/// The versions by which a batch has come since its last withdrawal, the newest first; nothing if the log
/// does not tell them any more.
async fn commits(table: &Table, newest: u64, app_id: &str, withdrawn: i64) -> Result<Option<Vec<u64>>, LakeError> {
    let mut found = Vec::new();
    for version in (1..=newest).rev() {
        let Some(actions) = table.actions(version).await? else { return Ok(None) };
        let attempt = actions.iter().find_map(|action| match action {
            Action::Txn(of) if of.app_id == app_id => Some(of.version),
            _ => None,
        });
        match attempt {
            Some(attempt) if attempt <= withdrawn => break,
            Some(attempt) => {
                found.push(version);
                // Its landing: what comes before is not of this batch, or was withdrawn.
                if attempt == withdrawn + 1 {
                    break;
                }
            }
            None => {}
        }
    }
    Ok(Some(found))
}

/// All rows of an older version; nothing if its files are gone.
async fn kept(table: &Table, version: u64) -> Result<Option<Vec<RecordBatch>>, LakeError> {
    let fields: Vec<&str> = table.contract().fields.iter().map(|field| field.name).collect();
    match table.snapshot_at(version).await?.read(&fields).await {
        Ok(rows) => Ok(Some(rows)),
        Err(LakeError::FileGone { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
