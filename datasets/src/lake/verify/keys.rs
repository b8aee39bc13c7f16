//! Whether keys are unique. Of a table with versions (facts) a key may come again, but no two of its
//! versions may be equally late, and none may say the same at the same time: the latest would not be
//! one. Of a table that remembers, only the rows that stand have keys of their own.
//!
//! Each row's key becomes 128 bits. The keys of a table are sorted in memory if they are not more
//! than [`PART`]; a larger table is read once for each part of the space of keys.

use std::hash::{DefaultHasher, Hasher};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;
use futures::TryStreamExt;

use crate::contract::{Contract, QUARANTINE, REPLACED_AT, Role};
use crate::lake::LakeError;
use crate::lake::merge::Order;
use crate::lake::read::BATCH_ROWS;
use crate::lake::snapshot::TableSnapshot;

/// Rows whose keys are held at once: two keys of 32 bytes each, a quarter of a gibibyte.
pub(super) const PART: u64 = 4_000_000;
/// Findings of a table.
const SHOWN: usize = 10;

/// What must not come twice.
struct Rule {
    fields: Vec<&'static str>,
    /// How late a version is counts too.
    by_lateness: bool,
    what: &'static str,
}

fn rules(contract: &'static Contract) -> Vec<Rule> {
    let has = |name: &str| contract.field(name).is_some();
    if contract.table == QUARANTINE.table {
        // A record of which several rows are made may be refused twice for the same reason.
        return Vec::new();
    }
    let with = |more: &[&'static str]| [contract.key, more].concat();
    if contract.role == Role::Fact && has("known_at") && has("ingested_at") && has("row_hash") {
        let late = "versions of one key are equally late";
        let same = "rows of one key say the same at the same time";
        return vec![
            Rule { fields: with(&["known_at", "ingested_at"]), by_lateness: has("recorded_at"), what: late },
            Rule { fields: with(&["row_hash", "known_at"]), by_lateness: false, what: same },
        ];
    }
    vec![Rule { fields: with(&[]), by_lateness: false, what: "rows have one key" }]
}

/// Where keys come twice: a file, and what is wrong.
pub(super) async fn check(table: &TableSnapshot) -> Result<Vec<(String, String)>, LakeError> {
    let parts = table.rows().div_ceil(PART).max(1);
    let mut wrong = Vec::new();
    for rule in rules(table.contract) {
        let mut twice = 0;
        for part in 0..parts {
            for (left, right) in doubles(table, &rule, part, parts).await? {
                twice += 1;
                if twice <= SHOWN {
                    let (left, right) = (&table.files[left].name, &table.files[right].name);
                    let what = format!("{} ({}), here and in {right}", rule.what, rule.fields.join(", "));
                    wrong.push((left.clone(), what));
                }
            }
        }
        if twice > SHOWN
            && let Some(file) = table.files.first()
        {
            wrong.push((file.name.clone(), format!("{}: {twice} times in all", rule.what)));
        }
    }
    Ok(wrong)
}

/// Pairs of files with the same key in one part of the space of keys.
async fn doubles(table: &TableSnapshot, rule: &Rule, part: u64, parts: u64) -> Result<Vec<(usize, usize)>, LakeError> {
    let contract = table.contract;
    let order = Order::by(contract, &rule.fields)?;
    let mut read = rule.fields.clone();
    if rule.by_lateness {
        read.push("recorded_at");
    }
    if contract.remembers() {
        read.push(REPLACED_AT.name);
    }
    let mut keys: Vec<(u128, u32)> = Vec::new();
    for (at, file) in table.files.iter().enumerate() {
        let mut rows = table.stream(file, &read, BATCH_ROWS).await?;
        while let Some(batch) = rows.try_next().await? {
            let columns: Vec<ArrayRef> =
                rule.fields.iter().filter_map(|name| batch.column_by_name(name)).cloned().collect();
            let rows = order.keys(&columns)?;
            let recorded = if rule.by_lateness { recorded(&batch) } else { Vec::new() };
            let replaced = batch.column_by_name(REPLACED_AT.name);
            for (row, key) in rows.iter().enumerate() {
                if replaced.is_some_and(|replaced| replaced.is_valid(row)) {
                    continue;
                }
                let key = digest(key.as_ref(), recorded.get(row).copied().flatten());
                if (key >> 64) as u64 % parts == part {
                    keys.push((key, at as u32));
                }
            }
        }
    }
    keys.sort_unstable();
    let pairs = keys.windows(2).filter(|pair| pair[0].0 == pair[1].0);
    Ok(pairs.map(|pair| (pair[0].1 as usize, pair[1].1 as usize)).collect())
}

/// When each row was recorded.
fn recorded(rows: &RecordBatch) -> Vec<Option<i64>> {
    let column = rows.column_by_name("recorded_at");
    let values = column.and_then(|values| values.as_primitive_opt::<TimestampMicrosecondType>());
    values.map(|values| values.iter().collect()).unwrap_or_default()
}

pub(super) fn digest(key: &[u8], recorded: Option<i64>) -> u128 {
    let half = |seed: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(seed);
        hasher.write(key);
        hasher.write_i64(recorded.unwrap_or(i64::MIN));
        u128::from(hasher.finish())
    };
    (half(0) << 64) | half(1)
}
