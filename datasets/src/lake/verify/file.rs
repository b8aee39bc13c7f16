//! One file: footer and pages decode, its rows are as many as the log says, in order, within its
//! statistics, in its Bloom filters, and each has a hash.

use std::collections::HashMap;

use arrow::array::{ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::row::OwnedRow;
use futures::TryStreamExt;
use parquet::arrow::arrow_reader::statistics::StatisticsConverter;
use parquet::bloom_filter::Sbbf;
use parquet::file::metadata::PageIndexPolicy;

use super::spans::{Span, bound, fields};
use crate::contract::{Contract, Role};
use crate::lake::LakeError;
use crate::lake::merge::{Order, out_of_order};
use crate::lake::read::{BATCH_ROWS, Builder};
use crate::lake::snapshot::{LiveFile, TableSnapshot};

/// What was found in a file.
#[derive(Default)]
pub(super) struct Checked {
    pub(super) rows: u64,
    pub(super) wrong: Vec<String>,
}

/// Reads the file; its rows of each batch are added to `batches`.
pub(super) async fn check(
    table: &TableSnapshot,
    file: &LiveFile,
    batches: &mut HashMap<String, u64>,
) -> Result<Checked, LakeError> {
    let contract = table.contract;
    let names: Vec<&str> = contract.fields.iter().map(|field| field.name).collect();
    let metadata = table.open(file, PageIndexPolicy::Skip).await?.metadata().clone();
    let mut checked = Checked::default();
    let mut whole = spans(contract)?;
    let mut sorted = Sorted { order: Order::of(contract)?, last: None, at: 0, broken: None };
    for group in 0..metadata.num_row_groups() {
        let mut builder = table.open(file, PageIndexPolicy::Skip).await?;
        let claims = Claims::read(&mut builder, contract, group).await?;
        let mut seen = spans(contract)?;
        let mut rows = table.rows_of(file, builder.with_row_groups(vec![group]), &names, BATCH_ROWS)?;
        while let Some(batch) = rows.try_next().await? {
            checked.rows += batch.num_rows() as u64;
            for span in &mut seen {
                if let Some(values) = batch.column_by_name(span.field.name) {
                    span.take(values)?;
                }
            }
            sorted.take(contract, &batch)?;
            claims.check_blooms(&batch, &mut checked.wrong);
            count(contract, &batch, batches, &mut checked.wrong);
        }
        claims.check_spans(&seen, group, &mut checked.wrong)?;
        for (whole, seen) in whole.iter_mut().zip(&seen) {
            whole.join(seen)?;
        }
    }
    let footer = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or_default();
    if checked.rows != footer || file.rows.is_some_and(|rows| rows != footer) {
        let log = file.rows.map_or("nothing".to_owned(), |rows| rows.to_string());
        let read = checked.rows;
        checked
            .wrong
            .push(format!("has rows: {read}, by its footer {footer}, by the log {log}; restore it from the backup"));
    }
    for span in &whole {
        let (low, high) = (file.min(span.field.name), file.max(span.field.name));
        let (low, high) = (bound(span.field, low, false), bound(span.field, high, true));
        if !span.lies_in(low.as_ref(), high.as_ref())? {
            checked.wrong.push(format!("has values of {} beyond what the log says", span.field.name));
        }
    }
    if let Some(row) = sorted.broken {
        let what = match contract.role {
            Role::Derived => "run `sunlake derive --full`",
            _ => "look-ups stay right, compaction leaves the file out",
        };
        checked.wrong.push(format!("is not in order of {} from row {row} on; {what}", contract.sort.join(", ")));
    }
    // One line for each kind of finding, not for each batch of rows.
    checked.wrong.sort_unstable();
    checked.wrong.dedup();
    Ok(checked)
}

fn spans(contract: &'static Contract) -> Result<Vec<Span>, LakeError> {
    fields(contract).into_iter().map(|field| Span::new(contract, field)).collect()
}

/// The order of the rows, from one batch to the next.
struct Sorted {
    order: Order,
    last: Option<OwnedRow>,
    at: u64,
    broken: Option<u64>,
}

impl Sorted {
    fn take(&mut self, contract: &Contract, rows: &RecordBatch) -> Result<(), LakeError> {
        let columns: Vec<ArrayRef> =
            contract.sort.iter().filter_map(|name| rows.column_by_name(name)).cloned().collect();
        if columns.is_empty() || rows.num_rows() == 0 || self.broken.is_some() {
            return Ok(());
        }
        let keys = self.order.keys(&columns)?;
        self.broken = out_of_order(self.last.as_ref(), &keys).map(|at| self.at + at as u64);
        self.last = Some(keys.row(keys.num_rows() - 1).owned());
        self.at += rows.num_rows() as u64;
        Ok(())
    }
}

/// What a row group claims of its values.
struct Claims {
    /// By field: the smallest and the largest.
    bounds: HashMap<&'static str, (ArrayRef, ArrayRef)>,
    blooms: Vec<(&'static str, Sbbf)>,
}

impl Claims {
    async fn read(builder: &mut Builder, contract: &'static Contract, group: usize) -> Result<Self, LakeError> {
        let wrong = LakeError::parquet;
        let metadata = builder.metadata().clone();
        let schema = builder.schema().clone();
        let described = metadata.file_metadata().schema_descr();
        let mut claims = Self { bounds: HashMap::new(), blooms: Vec::new() };
        for field in fields(contract) {
            let Ok(converter) = StatisticsConverter::try_new(field.name, &schema, described) else { continue };
            let groups = || std::iter::once(metadata.row_group(group));
            let low = converter.row_group_mins(groups()).map_err(wrong(contract.table))?;
            let high = converter.row_group_maxes(groups()).map_err(wrong(contract.table))?;
            let kind = field.kind.arrow("UTC");
            let to_kind = |value: ArrayRef| cast(&value, &kind).map_err(LakeError::arrow(contract.table));
            claims.bounds.insert(field.name, (to_kind(low)?, to_kind(high)?));
        }
        for name in contract.bloom {
            let place = described.columns().iter().position(|column| column.path().string() == *name);
            let Some(place) = place else { continue };
            let filter = builder.get_row_group_column_bloom_filter(group, place).await;
            if let Some(filter) = filter.map_err(wrong(contract.table))? {
                claims.blooms.push((name, filter));
            }
        }
        Ok(claims)
    }

    fn check_blooms(&self, rows: &RecordBatch, wrong: &mut Vec<String>) {
        for (name, filter) in &self.blooms {
            let Some(values) = rows.column_by_name(name).and_then(|values| values.as_string_opt::<i32>()) else {
                continue;
            };
            let mut last = None;
            for value in values.iter().flatten() {
                if last != Some(value) && !filter.check(value) {
                    wrong.push(format!("has a value of {name} that its Bloom filter denies: look-ups miss it"));
                    break;
                }
                last = Some(value);
            }
        }
    }

    fn check_spans(&self, seen: &[Span], group: usize, wrong: &mut Vec<String>) -> Result<(), LakeError> {
        for span in seen {
            let (low, high) = match self.bounds.get(span.field.name) {
                Some((low, high)) => (Some(low), Some(high)),
                None => (None, None),
            };
            if !span.lies_in(low, high)? {
                let name = span.field.name;
                wrong.push(format!(
                    "has values of {name} beyond the statistics of row group {group}: look-ups miss them"
                ));
            }
        }
        Ok(())
    }
}

/// Rows of each batch, and that each row of a fact has its hash.
fn count(contract: &Contract, rows: &RecordBatch, batches: &mut HashMap<String, u64>, wrong: &mut Vec<String>) {
    if let Some(ids) = rows.column_by_name("batch_id").and_then(|ids| ids.as_string_opt::<i32>()) {
        for id in ids.iter().flatten() {
            match batches.get_mut(id) {
                Some(count) => *count += 1,
                None => {
                    batches.insert(id.to_owned(), 1);
                }
            }
        }
    }
    if let Some(hashes) = rows.column_by_name("row_hash").and_then(|hashes| hashes.as_binary_opt::<i32>())
        && hashes.iter().any(|hash| hash.is_none_or(|hash| hash.len() != 16))
    {
        wrong.push(format!("has rows of {} without a row_hash of 16 bytes", contract.table));
    }
}
