//! Adding up, and the rows that come of it.

use std::collections::HashMap;

use arrow::array::{ArrayRef, RecordBatch};
use datasets::contract;

use super::cell::{Cell, Row};
use super::counted::Counted;
use super::{MARTS, Mart};
use crate::AnalyticsError;
use crate::derive::columns::Columns;

/// Measures by cell, of one mart.
#[derive(Default)]
pub(in crate::derive) struct CellSums(HashMap<Cell, Box<[i64]>>);

/// Of every mart, in the order of [`MARTS`].
pub(in crate::derive) struct Sums([CellSums; contract::MARTS.len()]);

impl CellSums {
    /// Adds measures (or takes them away, with `sign` -1).
    pub(super) fn add(&mut self, cell: Cell, measures: &[i64], sign: i64) {
        let held = self.0.entry(cell).or_insert_with(|| vec![0; measures.len()].into_boxed_slice());
        for (held, measure) in held.iter_mut().zip(measures) {
            *held += sign * measure;
        }
    }

    /// The rows of a mart; cells that nothing is left of have none.
    pub(super) fn rows(&self, mart: &Mart, part: &str, run: i64) -> Result<RecordBatch, AnalyticsError> {
        let cells = self.0.iter().filter(|(_, sums)| sums.iter().any(|sum| *sum != 0));
        let rows: Vec<Row<'_>> = cells.map(|(cell, sums)| (cell, &**sums)).collect();
        let of = Columns { rows: &rows };
        let mut columns: Vec<ArrayRef> = vec![of.same(part), of.int(|_| Some(run))];
        columns.extend(mart.key.iter().map(|part| part.column(&of)));
        let measures = mart.fields().len() - mart.key.len();
        columns.extend((0..measures).map(|measure| of.int(move |(_, sums)| Some(sums[measure]))));
        RecordBatch::try_new(mart.contract.schema(), columns).map_err(AnalyticsError::arrow(mart.contract.table))
    }
}

impl Sums {
    pub(in crate::derive) fn new() -> Self {
        Self(std::array::from_fn(|_| CellSums::default()))
    }

    /// Adds what a case counts for (or takes it away, with `sign` -1).
    pub(in crate::derive) fn count(&mut self, case: &Counted, sign: i64) {
        for (mart, sums) in MARTS.iter().zip(&mut self.0) {
            (mart.count)(case, &mut |cell, measures| sums.add(cell, measures, sign));
        }
    }

    /// Adds what others have added up.
    pub(in crate::derive) fn merge(&mut self, others: Self) {
        for (sums, others) in self.0.iter_mut().zip(others.0) {
            for (cell, measures) in others.0 {
                sums.add(cell, &measures, 1);
            }
        }
    }

    /// Those of each mart.
    pub(in crate::derive) fn of_each(self) -> impl Iterator<Item = (&'static Mart, CellSums)> {
        MARTS.into_iter().zip(self.0)
    }
}
