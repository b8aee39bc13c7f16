//! Sorted files as one sorted stream: a merge by the contract's order that holds one batch of each
//! file, whatever their size.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::interleave_record_batch;
use arrow::row::{OwnedRow, RowConverter, Rows as Keys, SortField};
use futures::TryStreamExt;

use super::LakeError;
use super::read::Rows;
use super::snapshot::{LiveFile, TableSnapshot};
use crate::contract::Contract;

/// Rows of one file that are held, and rows that are handed over at once.
const ROWS: usize = 4096;

/// The rows of several files, in order.
pub(super) struct Merge {
    contract: &'static Contract,
    order: Order,
    sources: Vec<Source>,
    /// The next row of each source that has one.
    next: BinaryHeap<Reverse<(OwnedRow, usize)>>,
}

struct Source {
    file: String,
    rows: Rows,
    batch: RecordBatch,
    keys: Keys,
    at: usize,
    last: Option<OwnedRow>,
}

/// Makes rows comparable by the contract's order.
pub(super) struct Order {
    contract: &'static Contract,
    converter: RowConverter,
}

impl Order {
    pub(super) fn of(contract: &'static Contract) -> Result<Self, LakeError> {
        Self::by(contract, contract.sort)
    }

    /// By other fields than those of the contract's order.
    pub(super) fn by(contract: &'static Contract, fields: &[&str]) -> Result<Self, LakeError> {
        let kinds = fields.iter().filter_map(|name| contract.field(name));
        let fields = kinds.map(|field| SortField::new(field.kind.arrow("UTC"))).collect();
        let converter = RowConverter::new(fields).map_err(LakeError::arrow(contract.table))?;
        Ok(Self { contract, converter })
    }

    pub(super) fn keys(&self, columns: &[ArrayRef]) -> Result<Keys, LakeError> {
        self.converter.convert_columns(columns).map_err(LakeError::arrow(self.contract.table))
    }

    /// The keys of rows in the contract's schema.
    fn of_rows(&self, rows: &RecordBatch) -> Result<Keys, LakeError> {
        let names = self.contract.sort.iter();
        let columns: Vec<ArrayRef> = names.filter_map(|name| rows.column_by_name(name)).cloned().collect();
        self.keys(&columns)
    }
}

/// The first row that is smaller than the one before it, if there is one.
pub(super) fn out_of_order(last: Option<&OwnedRow>, keys: &Keys) -> Option<usize> {
    let first = last.filter(|last| keys.num_rows() > 0 && keys.row(0) < last.row()).map(|_| 0);
    first.or_else(|| (1..keys.num_rows()).find(|at| keys.row(*at) < keys.row(*at - 1)))
}

impl Merge {
    /// Opens the files; each must be in the contract's order.
    pub(super) async fn open(table: &TableSnapshot, files: &[LiveFile]) -> Result<Self, LakeError> {
        let contract = table.contract;
        let fields: Vec<&str> = contract.fields.iter().map(|field| field.name).collect();
        let mut merge = Self { contract, order: Order::of(contract)?, sources: Vec::new(), next: BinaryHeap::new() };
        for (at, file) in files.iter().enumerate() {
            let batch = RecordBatch::new_empty(contract.schema());
            let keys = merge.order.of_rows(&batch)?;
            let rows = table.stream(file, &fields, ROWS).await?;
            merge.sources.push(Source { file: file.name.clone(), rows, batch, keys, at: 0, last: None });
            merge.fill(at).await?;
        }
        Ok(merge)
    }

    /// The next rows; nothing at the end.
    pub(super) async fn next_rows(&mut self) -> Result<Option<RecordBatch>, LakeError> {
        let mut picked = Vec::with_capacity(ROWS);
        let mut ended = None;
        while picked.len() < ROWS && ended.is_none() {
            let Some(Reverse((_, at))) = self.next.pop() else { break };
            let source = &mut self.sources[at];
            picked.push((at, source.at));
            source.at += 1;
            if source.at < source.keys.num_rows() {
                self.next.push(Reverse((source.keys.row(source.at).owned(), at)));
            } else {
                ended = Some(at);
            }
        }
        if picked.is_empty() {
            return Ok(None);
        }
        let rows = {
            let batches: Vec<&RecordBatch> = self.sources.iter().map(|source| &source.batch).collect();
            interleave_record_batch(&batches, &picked).map_err(LakeError::arrow(self.contract.table))?
        };
        if let Some(at) = ended {
            self.fill(at).await?;
        }
        Ok(Some(rows))
    }

    /// Reads on in a source whose batch has been handed over.
    async fn fill(&mut self, at: usize) -> Result<(), LakeError> {
        let source = &mut self.sources[at];
        while let Some(batch) = source.rows.try_next().await? {
            if batch.num_rows() == 0 {
                continue;
            }
            let keys = self.order.of_rows(&batch)?;
            if out_of_order(source.last.as_ref(), &keys).is_some() {
                let (table, file) = (self.contract.table.to_owned(), source.file.clone());
                return Err(LakeError::Unsorted { table, file });
            }
            source.last = Some(keys.row(keys.num_rows() - 1).owned());
            self.next.push(Reverse((keys.row(0).owned(), at)));
            (source.batch, source.keys, source.at) = (batch, keys, 0);
            return Ok(());
        }
        Ok(())
    }
}
