//! What the derived tables stand on, and a cut through all tables while nobody writes.

use super::{Lake, LakeError, LakeSnapshot, TableLock};
use crate::contract::{self, CASE_STATE, Contract};

/// Transaction by which `case_state` names the version of a table that it stands on.
pub fn stand(table: &Contract) -> String {
    format!("derive/{}", table.table)
}

impl Lake {
    /// The version of a table that the derived tables stand on, if they do on any.
    pub async fn stands_on(&self, table: &Contract) -> Result<Option<u64>, LakeError> {
        let state = self.table(&CASE_STATE);
        let newest = state.refresh().await?;
        Ok(state.landed(&newest, &stand(table)).await?.and_then(|version| u64::try_from(version).ok()))
    }

    /// Pins the newest version of every table between two batches: each batch is in all of its
    /// tables and in the ledger, or in none. Waits for whoever is writing.
    pub async fn quiet_snapshot(&self) -> Result<LakeSnapshot, LakeError> {
        let locks = self.lock_all().await?;
        let pinned = self.snapshot().await;
        drop(locks);
        pinned
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
}
