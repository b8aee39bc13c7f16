//! What of `quarantine` is open, batch by batch, against what the ledger says.
//!
//! A refused row has one refusal or more (a field each), all of one line, output and content; the
//! row that resolves it has the same. Records that say the same at one line are one by that. So the
//! ledger's count lies between the open rows that can be told apart and the refusals that nothing
//! resolves. What an erasure has closed was refused all the same.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use futures::TryStreamExt;

use super::keys::{PART, digest};
use crate::contract::{ERASED, QUARANTINE};
use crate::lake::LakeError;
use crate::lake::ledger::Account;
use crate::lake::merge::Order;
use crate::lake::read::BATCH_ROWS;
use crate::lake::snapshot::TableSnapshot;

/// What tells a refused row from others.
const KEY: [&str; 4] = ["batch_id", "line", "output", "row_hash"];

/// Of one batch.
#[derive(Default)]
struct Open {
    /// Rows that are open and can be told apart.
    least: i64,
    /// Refusals, less the resolutions.
    most: i64,
}

/// A refusal or a resolution: its key, the place of its batch, and which of both it is.
type Line = (u128, u32, bool);

/// What is wrong, batch by batch.
pub(super) async fn check(table: &TableSnapshot, held: &HashMap<String, Account>) -> Result<Vec<String>, LakeError> {
    let open = open(table).await?;
    let none = Open::default();
    let mut wrong = Vec::new();
    for (id, account) in held.iter().filter(|(_, account)| account.is_landed) {
        let found = open.get(id).unwrap_or(&none);
        let told = account.rows_quarantined;
        if (found.least..=found.most).contains(&told) {
            continue;
        }
        let rows = if told > found.most { found.most } else { found.least };
        wrong.push(format!(
            "has {rows} open refusals of batch {id} ({}), the ledger says {told}: if a replay or a rollback of it was \
             broken off, run that again; otherwise it has lost commits, restore the lake from its backup",
            account.file_name
        ));
    }
    wrong.sort_unstable();
    Ok(wrong)
}

async fn open(table: &TableSnapshot) -> Result<HashMap<String, Open>, LakeError> {
    let parts = table.rows().div_ceil(PART).max(1);
    let mut open: HashMap<String, Open> = HashMap::new();
    for part in 0..parts {
        let (mut lines, batches) = lines(table, part, parts).await?;
        lines.sort_unstable();
        for same in lines.chunk_by(|left, right| (left.0, left.1) == (right.0, right.1)) {
            let resolved = same.iter().filter(|(_, _, resolves)| *resolves).count() as i64;
            let refused = same.len() as i64 - resolved;
            let place = same.first().map_or(0, |(_, place, _)| *place as usize);
            let Some(batch) = batches.get(place) else { continue };
            let sums = open.entry(batch.clone()).or_default();
            sums.least += i64::from(resolved == 0);
            sums.most += refused - resolved;
        }
    }
    Ok(open)
}

/// The lines of one part of the space of keys, and the batches that they name by their place.
async fn lines(table: &TableSnapshot, part: u64, parts: u64) -> Result<(Vec<Line>, Vec<String>), LakeError> {
    let order = Order::by(&QUARANTINE, &KEY)?;
    let (mut lines, mut batches) = (Vec::new(), Vec::new());
    let mut places: HashMap<String, u32> = HashMap::new();
    for file in table.files.iter() {
        let mut rows = table.stream(file, &[&KEY[..], &["resolved", "rule"]].concat(), BATCH_ROWS).await?;
        while let Some(batch) = rows.try_next().await? {
            let columns: Vec<ArrayRef> = batch.columns()[..KEY.len()].to_vec();
            let keys = order.keys(&columns)?;
            let ids = batch.column(0).as_string::<i32>();
            let rules = batch.column(KEY.len() + 1).as_string::<i32>();
            for (at, key) in keys.iter().enumerate() {
                if rules.is_valid(at) && rules.value(at) == ERASED {
                    continue;
                }
                let key = digest(key.as_ref(), None);
                if (key >> 64) as u64 % parts != part {
                    continue;
                }
                let id = ids.value(at);
                let place = match places.get(id) {
                    Some(place) => *place,
                    None => {
                        let place = batches.len() as u32;
                        batches.push(id.to_owned());
                        places.insert(id.to_owned(), place);
                        place
                    }
                };
                lines.push((key, place, resolves(&batch, at)));
            }
        }
    }
    Ok((lines, batches))
}

/// Whether a row resolves a refusal; rows of older programs do not say.
fn resolves(rows: &RecordBatch, at: usize) -> bool {
    let resolved = rows.column(KEY.len()).as_boolean();
    resolved.is_valid(at) && resolved.value(at)
}
