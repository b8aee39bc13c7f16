//! Reading every byte of a lake and saying what is wrong with it. A snapshot is pinned between two
//! batches; then each file is read once, batch by batch, and its keys once more (`keys`), so memory
//! stays bounded whatever the lake's size: a batch of rows, a row group, the keys of one part of a
//! table, and a count for each batch of the ledger.

use std::collections::{HashMap, HashSet};

use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStore};
use serde::Serialize;

use super::ledger::{Account, accounts};
use super::snapshot::TableSnapshot;
use super::sweep::is_data;
use super::{Lake, LakeError};
use crate::contract::{self, CARD, CASE_STATE, Contract, INGEST_BATCH, QUARANTINE, Role};

mod file;
mod keys;
mod spans;

/// Findings that are kept; all are counted.
const MOST: usize = 1000;

/// What is wrong, and what to do.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub table: &'static str,
    pub file: Option<String>,
    pub what: String,
}

/// What was read of one table.
#[derive(Debug, Clone, Serialize)]
pub struct TableVerified {
    pub table: &'static str,
    pub version: u64,
    pub files: usize,
    pub rows: u64,
    pub bytes: u64,
    /// Files that no version names: harmless, a vacuum removes them.
    pub orphans: usize,
    pub orphan_bytes: u64,
}

/// What was read, and what is wrong with it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VerifyReport {
    pub tables: Vec<TableVerified>,
    /// The first of them.
    pub findings: Vec<Finding>,
    /// All of them.
    pub wrong: u64,
}

impl VerifyReport {
    fn find(&mut self, table: &'static Contract, file: Option<&str>, what: String) {
        self.wrong += 1;
        if self.findings.len() < MOST {
            self.findings.push(Finding { table: table.table, file: file.map(str::to_owned), what });
        }
    }
}

/// Rows of each batch, by table.
type BatchRows = HashMap<&'static str, HashMap<String, u64>>;

impl Lake {
    /// Reads a table, or all of them. What is wrong is in the report; an error means that it could
    /// not be found out.
    pub async fn verify(&self, only: Option<&'static Contract>) -> Result<VerifyReport, LakeError> {
        let pinned = self.quiet_snapshot().await?;
        let mut report = VerifyReport::default();
        let mut batches = BatchRows::new();
        for contract in contract::ALL.iter().filter(|table| only.is_none_or(|only| only.table == table.table)) {
            let rows = self.verify_table(pinned.table(contract), &mut report).await?;
            if let Some(rows) = rows {
                batches.insert(contract.table, rows);
            }
        }
        self.verify_stands(&mut report).await?;
        let ledger = pinned.table(&INGEST_BATCH);
        match accounts(ledger).await {
            Ok(held) => {
                verify_batches(&held, &batches, &mut report);
                if only.is_none() {
                    self.verify_sums(&held, &batches, &mut report).await?;
                }
            }
            Err(error) => report.find(&INGEST_BATCH, None, format!("its accounts cannot be read: {error}")),
        }
        Ok(report)
    }

    /// The ledger's sums over a batch's landing and its replays are what the tables have of it.
    async fn verify_sums(
        &self,
        held: &HashMap<String, Account>,
        batches: &BatchRows,
        report: &mut VerifyReport,
    ) -> Result<(), LakeError> {
        let facts = batches.iter().filter(|(table, _)| **table != QUARANTINE.table);
        let mut sums: HashMap<&str, i64> = HashMap::new();
        for (id, count) in facts.flat_map(|(_, rows)| rows) {
            *sums.entry(id.as_str()).or_default() += i64::try_from(*count).unwrap_or(i64::MAX);
        }
        for (id, account) in held.iter().filter(|(_, account)| account.is_landed) {
            let sum = sums.get(id.as_str()).copied().unwrap_or_default();
            // Reference rows do not say which batch they are of.
            if sum == account.rows_landed || (sum < account.rows_landed && self.has_brought_reference(id).await?) {
                continue;
            }
            let again = match sum < account.rows_landed {
                true => format!("a rollback of it was broken off, run `sunlake lake rollback --batch {id}` again"),
                false => format!("a replay of it was broken off, run `sunlake quarantine replay {id}` again"),
            };
            let what = format!(
                "batch {id} ({}) has {} rows by the ledger and {sum} in the tables; if {again}, otherwise restore the \
                 lake from its backup",
                account.file_name, account.rows_landed
            );
            report.find(&INGEST_BATCH, None, what);
        }
        Ok(())
    }

    /// The derived tables stand on versions that exist.
    async fn verify_stands(&self, report: &mut VerifyReport) -> Result<(), LakeError> {
        for ground in contract::ALL.iter().filter(|table| table.role != Role::Derived) {
            let Some(stand) = self.stands_on(ground).await? else { continue };
            let version = self.table(ground).refresh().await?.version();
            if stand > version {
                let (state, card, ground) = (CASE_STATE.table, CARD.table, ground.table);
                let what = format!(
                    "{state} and {card} stand on version {stand} of {ground}, whose newest is {version}: {ground} has \
                     lost commits; restore the lake from its backup, or run `sunlake derive --full`"
                );
                report.find(&CASE_STATE, None, what);
            }
        }
        Ok(())
    }

    /// The rows of each batch, if the table has any.
    async fn verify_table(
        &self,
        table: &TableSnapshot,
        report: &mut VerifyReport,
    ) -> Result<Option<HashMap<String, u64>>, LakeError> {
        let contract = table.contract;
        let listed: Vec<ObjectMeta> = table.store.list(None).try_collect().await?;
        let sizes: HashMap<String, u64> = listed.iter().map(|file| (file.location.to_string(), file.size)).collect();
        let named: HashSet<&str> = table.files.iter().map(|file| file.name.as_str()).collect();
        let mut batches = HashMap::new();
        let mut rows = 0;
        for live in table.files.iter() {
            match sizes.get(&live.name) {
                None => report.find(contract, Some(&live.name), "is missing; restore the lake from its backup".into()),
                Some(size) if *size != live.size => {
                    let what = format!("has {size} bytes, its log says {}; restore it from the backup", live.size);
                    report.find(contract, Some(&live.name), what);
                }
                Some(_) => match file::check(table, live, &mut batches).await {
                    Ok(checked) => {
                        rows += checked.rows;
                        checked.wrong.into_iter().for_each(|what| report.find(contract, Some(&live.name), what));
                    }
                    Err(error) => {
                        let what = format!("cannot be read: {error}; restore it from the backup");
                        report.find(contract, Some(&live.name), what);
                    }
                },
            }
        }
        match keys::check(table).await {
            Ok(wrong) => wrong.into_iter().for_each(|(file, what)| report.find(contract, Some(&file), what)),
            // Its file has been found already.
            Err(error) => tracing::debug!("keys of {} are not compared: {error}", contract.table),
        }
        // Files that a version named once are not orphans: a vacuum knows since when nobody needs them.
        let removed: HashSet<String> =
            self.table(contract).tombstones().await.map(|names| names.into_iter().collect()).unwrap_or_default();
        let orphans = listed.iter().filter(|file| {
            let name = file.location.to_string();
            is_data(&name) && !named.contains(name.as_str()) && !removed.contains(&name)
        });
        let (count, bytes) = orphans.fold((0, 0), |(count, bytes), file| (count + 1, bytes + file.size));
        report.tables.push(TableVerified {
            table: contract.table,
            version: table.version,
            files: table.files.len(),
            rows,
            bytes: table.bytes(),
            orphans: count,
            orphan_bytes: bytes,
        });
        Ok(contract.field("batch_id").filter(|_| contract.table != INGEST_BATCH.table).map(|_| batches))
    }
}

/// The tables have rows of batches that are in the ledger alone.
fn verify_batches(held: &HashMap<String, Account>, batches: &BatchRows, report: &mut VerifyReport) {
    for (table, rows) in batches {
        let Some(contract) = contract::find(table) else { continue };
        for (id, count) in rows {
            let what = match held.get(id) {
                None => format!(
                    "has {count} rows of batch {id}, which ingest_batch does not know: its landing was broken off; land \
                     the same file again"
                ),
                Some(account) if !account.is_landed => {
                    format!(
                        "has {count} rows of batch {id}, which was withdrawn, and its landing was broken off after \
                         that; land the same file again"
                    )
                }
                Some(_) => continue,
            };
            report.find(contract, None, what);
        }
    }
}

#[cfg(test)]
mod tests;
