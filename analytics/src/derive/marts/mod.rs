//! The marts: sums over cases, of which a row is a change. What a case counted for is taken away and what it counts
//! for now is added, so that a batch costs its own cases; the views sum the rows. One mart is one file in this
//! folder, and [`MARTS`] is the list: its key, and what a case counts for in it.

use datasets::contract::{self, Contract};

pub(super) use counted::{held, latest};
pub(super) use sums::{CellSums, Sums};
pub(super) use tables::{compact, rebuild, versions};

use cell::{Cell, Part};
use counted::Counted;

mod cell;
mod counted;
mod flows;
mod handling_hist;
mod org_item_day;
mod sums;
mod tables;
#[cfg(test)]
mod tests;
mod village_day;
mod village_item_month;

/// Every mart, in the order of [`contract::MARTS`].
static MARTS: [&Mart; contract::MARTS.len()] =
    [&village_day::MART, &village_item_month::MART, &org_item_day::MART, &handling_hist::MART];

/// Takes a cell in which a case counts, and what it counts for there.
type Adding<'a> = dyn FnMut(Cell, &[i64]) + 'a;

/// A table of sums over cases.
pub(super) struct Mart {
    pub(super) contract: &'static Contract,
    /// The key of a row without the run, in the contract's order.
    key: &'static [Part],
    /// Tells in which cells a case counts, and what for: the measures in the contract's order.
    count: fn(&Counted, &mut Adding<'_>),
}

impl Mart {
    /// Names of the fields behind `part` and `fold_version`: the key, then the measures.
    fn fields(&self) -> Vec<&'static str> {
        self.contract.fields[2..].iter().map(|field| field.name).collect()
    }
}
