//! Tables as a page, its CSV and its workbook have them. One list of columns says what each is called
//! and what stands in it, so that what is exported is what is shown (docs/decisions/0020).

mod about;
mod answer;
mod cell;
mod column;
mod csv;
pub(crate) mod grid;
mod sorting;
mod xlsx;

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use about::About;
pub(crate) use answer::{Exports, answer};
pub(crate) use cell::Cell;
pub(crate) use column::{Chosen, Column, Dress};
pub(crate) use csv::{push_cell as push_csv_cell, push_row as push_csv_row};
pub(crate) use grid::Grid;
pub(crate) use sorting::Sorting;
pub(crate) use xlsx::{MOST_ROWS, write as workbook};

use crate::i18n::Lang;

/// A whole table as a file has it.
#[derive(Debug)]
pub(crate) struct Sheet {
    /// Of the file, without its ending.
    pub(crate) file: String,
    /// Of the worksheet.
    pub(crate) name: String,
    pub(crate) heads: Vec<Head>,
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) about: About,
    pub(crate) lang: Lang,
    pub(crate) zone: TimeZone,
    pub(crate) as_of: Timestamp,
}

/// The head of a column in a file.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) title: String,
    pub(crate) has_sum: bool,
}

#[cfg(test)]
mod tests;
