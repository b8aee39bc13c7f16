//! Reading every byte of a lake and saying what is wrong with it. A snapshot is pinned between two
//! batches; then each file is read against the SHA-256 in its log, once more batch by batch, and its
//! keys once more (`keys`), so memory stays bounded whatever the lake's size: a batch of rows, a row
//! group, the keys of one part of a table, and a count for each batch of the ledger.

use std::collections::{HashMap, HashSet};

use futures::TryStreamExt;
use object_store::{ObjectMeta, ObjectStore};
use serde::Serialize;

use super::come::{Teller, Watch};
use super::ground::Quiet;
use super::ledger::{Account, accounts};
use super::snapshot::TableSnapshot;
use super::sweep::is_data;
use super::{Lake, LakeError, LakeSnapshot};
use crate::contract::{self, CASE_STATE, Contract, INGEST_BATCH, QUARANTINE, Role};

mod file;
mod keys;
mod refusals;
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
    /// Files that an older program wrote without their SHA-256: of those only what is in them is
    /// checked, not every byte.
    pub without_digest: usize,
}

impl VerifyReport {
    fn find(&mut self, table: &'static Contract, file: Option<&str>, what: String) {
        self.keep(Finding { table: table.table, file: file.map(str::to_owned), what });
    }

    fn keep(&mut self, found: Finding) {
        self.wrong += 1;
        if self.findings.len() < MOST {
            self.findings.push(found);
        }
    }
}

/// Rows of each batch, by table.
type BatchRows = HashMap<&'static str, HashMap<String, u64>>;

impl Lake {
    /// Reads a table, or all of them. What is wrong is in the report; an error means that it could
    /// not be found out.
    pub async fn verify(&self, only: Option<&'static Contract>) -> Result<VerifyReport, LakeError> {
        self.verify_watched(only, &|_| ()).await
    }

    /// The same; `watch` hears after each file how far it has come.
    pub async fn verify_watched(
        &self,
        only: Option<&'static Contract>,
        watch: Watch<'_>,
    ) -> Result<VerifyReport, LakeError> {
        let Quiet { derive, tables } = self.quiet().await?;
        let pinned = self.snapshot().await?;
        drop(tables);
        let mut stands = VerifyReport::default();
        self.verify_stands(&pinned, &mut stands).await?;
        drop(derive);
        let mut report = VerifyReport::default();
        let mut batches = BatchRows::new();
        let chosen: Vec<&'static Contract> =
            contract::ALL.iter().copied().filter(|table| only.is_none_or(|only| only.table == table.table)).collect();
        let of: u64 = chosen.iter().map(|contract| pinned.table(contract).bytes()).sum();
        let mut read = Teller::new("verify", of, watch);
        for contract in chosen {
            let rows = self.verify_table(pinned.table(contract), &mut report, &mut read).await?;
            if let Some(rows) = rows {
                batches.insert(contract.table, rows);
            }
        }
        stands.findings.into_iter().for_each(|found| report.keep(found));
        let ledger = pinned.table(&INGEST_BATCH);
        match accounts(ledger).await {
            Ok(held) => {
                verify_batches(&held, &batches, &mut report);
                verify_accounts(&held, &mut report);
                if only.is_none() {
                    self.verify_sums(&held, &batches, &mut report).await?;
                }
                if only.is_none_or(|only| only.table == QUARANTINE.table) {
                    match refusals::check(pinned.table(&QUARANTINE), &held).await {
                        Ok(wrong) => wrong.into_iter().for_each(|what| report.find(&QUARANTINE, None, what)),
                        // Its file has been found already.
                        Err(error) => tracing::debug!("open refusals are not counted: {error}"),
                    }
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
        // Reference rows may have been replaced, or have come before they told who brought them.
        let is_fact = |table: &str| contract::find(table).is_some_and(|table| table.role == Role::Fact);
        let facts = batches.iter().filter(|(table, _)| is_fact(table));
        let mut sums: HashMap<&str, i64> = HashMap::new();
        for (id, count) in facts.flat_map(|(_, rows)| rows) {
            *sums.entry(id.as_str()).or_default() += i64::try_from(*count).unwrap_or(i64::MAX);
        }
        for (id, account) in held.iter().filter(|(_, account)| account.is_landed) {
            let sum = sums.get(id.as_str()).copied().unwrap_or_default();
            if sum == account.rows_landed || (sum < account.rows_landed && self.has_brought_reference(id).await?) {
                continue;
            }
            let again = match sum < account.rows_landed {
                true => format!("a rollback of it was broken off, run `sunlake lake rollback --batch {id}` again"),
                false => format!("a replay of it was broken off, run `sunlake quarantine replay {id}` again"),
            };
            let what = format!(
                "batch {id} ({}) has rows by the ledger: {}, in the tables: {sum}; if {again}, otherwise restore the \
                 lake from its backup",
                account.file_name, account.rows_landed
            );
            report.find(&INGEST_BATCH, None, what);
        }
        Ok(())
    }

    /// The derived tables stand on versions that exist, and are of one run. The caller keeps derive
    /// from running.
    async fn verify_stands(&self, pinned: &LakeSnapshot, report: &mut VerifyReport) -> Result<(), LakeError> {
        let stands = self.stands(&contract::ALL).await?;
        for ground in contract::ALL.iter().copied() {
            let version = pinned.table(ground).version;
            let Some(stand) = stands.get(ground.table).filter(|stand| **stand > version) else { continue };
            let what = match ground.role {
                Role::Derived => "run `sunlake derive --full`",
                _ => "restore the lake from its backup, or go on with what is left by `sunlake derive --full`",
            };
            let what = format!(
                "is at version {version}, and states and cards were worked out beside version {stand}: it has lost \
                 commits; {what}"
            );
            report.find(ground, None, what);
        }
        let runs = self.derive_runs().await?;
        let again = "a run of derive was broken off, or the newest commit is lost; run `sunlake derive`";
        for (table, run) in runs.beside() {
            if run < runs.case_state {
                let what = format!("is of run {run} of derive, case_state of run {}: {again}", runs.case_state);
                report.find(table, None, what);
            }
        }
        let newest = runs.newest();
        if runs.case_state < newest {
            let what = format!("is of run {} of derive, other tables of run {newest}: {again}", runs.case_state);
            report.find(&CASE_STATE, None, what);
        }
        Ok(())
    }

    /// The rows of each batch, if the table has any.
    async fn verify_table(
        &self,
        table: &TableSnapshot,
        report: &mut VerifyReport,
        read: &mut Teller<'_>,
    ) -> Result<Option<HashMap<String, u64>>, LakeError> {
        let contract = table.contract;
        let listed: Vec<ObjectMeta> = table.store.list(None).try_collect().await?;
        let sizes: HashMap<String, u64> = listed.iter().map(|file| (file.location.to_string(), file.size)).collect();
        let named: HashSet<&str> = table.files.iter().map(|file| file.name.as_str()).collect();
        let anew = match contract.role {
            Role::Derived => "run `sunlake derive --full`",
            _ => "restore it from the backup",
        };
        let mut batches = HashMap::new();
        let mut rows = 0;
        for live in table.files.iter() {
            match sizes.get(&live.name) {
                None => report.find(contract, Some(&live.name), "is missing; restore the lake from its backup".into()),
                Some(size) if *size != live.size => {
                    let what = format!("has {size} bytes, its log says {}; restore it from the backup", live.size);
                    report.find(contract, Some(&live.name), what);
                }
                Some(_) => {
                    match table.is_as_written(live).await {
                        Ok(Some(true)) => {}
                        Ok(Some(false)) => {
                            let what =
                                format!("is not what was written: its SHA-256 is another than its log says; {anew}");
                            report.find(contract, Some(&live.name), what);
                        }
                        Ok(None) => report.without_digest += 1,
                        Err(error) => {
                            report.find(contract, Some(&live.name), format!("cannot be read: {error}; {anew}"));
                        }
                    }
                    match file::check(table, live, &mut batches).await {
                        Ok(checked) => {
                            rows += checked.rows;
                            checked.wrong.into_iter().for_each(|what| report.find(contract, Some(&live.name), what));
                        }
                        Err(error) => {
                            report.find(contract, Some(&live.name), format!("cannot be read: {error}; {anew}"));
                        }
                    }
                }
            }
            read.done(std::slice::from_ref(live));
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

/// Each row of the ledger adds up.
fn verify_accounts(held: &HashMap<String, Account>, report: &mut VerifyReport) {
    for (id, account) in held {
        let Some(attempt) = account.unbalanced else { continue };
        let what = format!(
            "says of attempt {attempt} of batch {id} ({}) what does not add up: rows_in is not landed + quarantined + \
             known; restore the lake from its backup",
            account.file_name
        );
        report.find(&INGEST_BATCH, None, what);
    }
}

/// The tables have rows of batches that are in the ledger alone.
fn verify_batches(held: &HashMap<String, Account>, batches: &BatchRows, report: &mut VerifyReport) {
    for (table, rows) in batches {
        let Some(contract) = contract::find(table) else { continue };
        for (id, count) in rows {
            let what = match held.get(id) {
                None => format!(
                    "has rows ({count}) of batch {id}, which ingest_batch does not know: its landing was broken off; land \
                     the same file again"
                ),
                Some(account) if !account.is_landed => {
                    format!(
                        "has rows ({count}) of batch {id}, which was withdrawn, and its landing was broken off after \
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
mod forged;
#[cfg(test)]
mod tests;
