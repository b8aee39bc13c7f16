//! What each version of a table did, as its log tells.

use std::collections::HashMap;

use deltalake::kernel::{Action, Add};
use jiff::Timestamp;
use serde::Serialize;

use super::erase::ERASE;
use super::table::Table;
use super::vacuum::instant;
use super::{Lake, LakeError};
use crate::contract::Contract;

/// One version of a table.
#[derive(Debug, Clone, Serialize)]
pub struct LakeVersion {
    pub table: &'static str,
    pub version: u64,
    pub at: Option<Timestamp>,
    /// `create`, `land` (also by a replay), `derive`, `reference`, `compact`, `rollback`, `erase`, `write` (anything
    /// else of this program), or what another program calls it.
    pub operation: String,
    /// The batch that it landed or withdrew.
    pub batch: Option<String>,
    /// The order by which it erased.
    pub order: Option<String>,
    pub added: VersionRows,
    pub removed: VersionRows,
}

/// Files, and their rows where the log says so.
#[derive(Debug, Clone, Default, Serialize)]
pub struct VersionRows {
    pub files: usize,
    pub rows: Option<u64>,
}

impl Lake {
    /// The versions that the log still has, the newest first.
    pub async fn history(&self, contract: &'static Contract, most: usize) -> Result<Vec<LakeVersion>, LakeError> {
        let table = self.table(contract);
        let newest = table.refresh().await?.version();
        let mut versions = Vec::new();
        // Rows of each file that was added: a removal does not say how many it had.
        let mut held: HashMap<String, Option<u64>> = HashMap::new();
        for version in table.oldest_commit().await?.unwrap_or_default()..=newest {
            let Some(actions) = table.actions(version).await? else { continue };
            versions.push(told(&table, version, actions, &mut held));
        }
        versions.reverse();
        versions.truncate(most);
        Ok(versions)
    }
}

fn told(table: &Table, version: u64, actions: Vec<Action>, held: &mut HashMap<String, Option<u64>>) -> LakeVersion {
    let at = instant(&actions);
    let (mut added, mut removed) = (VersionRows::of_none(), VersionRows::of_none());
    let (mut operation, mut batch, mut order) = (None, None, None);
    let mut other = "write".to_owned();
    for action in actions {
        match action {
            Action::Add(add) => {
                let rows = rows(&add);
                added.take(rows);
                held.insert(add.path, rows);
            }
            Action::Remove(remove) => removed.take(held.get(&remove.path).copied().flatten()),
            Action::Txn(of) if operation.is_none() => {
                (operation, batch) = named(&of.app_id);
                order = of.app_id.strip_prefix(ERASE).map(str::to_owned);
            }
            Action::CommitInfo(info) => {
                if let Some(name) = info.operation.filter(|name| name != "WRITE") {
                    other = if name.starts_with("CREATE") { "create".to_owned() } else { name.to_lowercase() };
                }
            }
            _ => {}
        }
    }
    let operation = operation.map_or(other, str::to_owned);
    LakeVersion { table: table.name(), version, at, operation, batch, order, added, removed }
}

/// What a transaction says of its commit.
fn named(app_id: &str) -> (Option<&'static str>, Option<String>) {
    match app_id.split_once('/') {
        Some(("batch", id)) => (Some("land"), Some(id.to_owned())),
        Some(("rollback", id)) => (Some("rollback"), Some(id.to_owned())),
        Some(("withdrawal", _)) => (Some("rollback"), None),
        Some(("reference", _)) => (Some("reference"), None),
        _ if app_id.starts_with(ERASE) => (Some("erase"), None),
        _ if app_id.starts_with("derive") => (Some("derive"), None),
        _ if app_id == "compact" => (Some("compact"), None),
        _ => (None, None),
    }
}

impl VersionRows {
    fn of_none() -> Self {
        Self { files: 0, rows: Some(0) }
    }

    fn take(&mut self, rows: Option<u64>) {
        self.files += 1;
        self.rows = self.rows.zip(rows).map(|(sum, rows)| sum + rows);
    }
}

fn rows(add: &Add) -> Option<u64> {
    let stats: serde_json::Value = serde_json::from_str(add.stats.as_ref()?).ok()?;
    stats.get("numRecords")?.as_u64()
}
