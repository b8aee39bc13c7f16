//! Figures by two names: the series of line, bar, stacked bar and heat map.

use super::measure::{Measure, known};
use super::twin::{Cell as Told, Line, Twin};
use crate::i18n::Lang;

/// Rows of figures; all rows have a cell for each column.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    /// Text alternative.
    pub(crate) label: String,
    pub(crate) measure: Measure,
    /// What the rows are, and what the columns are: 部门, 月份.
    pub(crate) rows_are: String,
    pub(crate) columns_are: String,
    pub(crate) columns: Vec<String>,
    /// At most six are told apart by their shapes in a line or bar chart; a heat map takes any number.
    pub(crate) rows: Vec<Row>,
}

/// One row.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) cells: Vec<Cell>,
}

/// One figure.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub(crate) value: Option<f64>,
    /// What is behind it.
    pub(crate) href: String,
}

impl Row {
    /// The value of a column, if it can be drawn.
    pub(super) fn value(&self, column: usize) -> Option<f64> {
        self.cells.get(column).and_then(|cell| known(cell.value))
    }

    /// What is behind the figure of a column.
    pub(super) fn href(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |cell| cell.href.as_str())
    }
}

impl Matrix {
    /// Whether there is no place for any figure.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty() || self.columns.is_empty()
    }

    /// The values that can be drawn.
    pub(super) fn values(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        self.rows.iter().flat_map(|row| &row.cells).filter_map(|cell| known(cell.value))
    }

    /// 海城区 · 9月：97.8%. A single row does not repeat its name.
    pub(super) fn tip(&self, row: &Row, column: &str, value: Option<f64>, lang: Lang) -> String {
        let name = if self.rows.len() == 1 { column.to_owned() } else { format!("{} · {column}", row.name) };
        self.measure.tip(lang, &name, value, None)
    }

    /// The twin of what goes along an axis: a line for each column.
    pub(super) fn twin_by_column(&self, lang: Lang) -> Twin {
        let lines = self.columns.iter().enumerate().map(|(at, column)| {
            let cells = self.rows.iter().map(|row| self.told(row.cells.get(at), lang));
            Line { name: column.clone(), href: String::new(), cells: cells.collect() }
        });
        let names = self.rows.iter().map(|row| row.name.clone());
        Twin::new(lang, &self.measure.name, self.columns_are.clone(), names.collect(), lines.collect())
    }

    /// The twin that lies as the picture does: a line for each row.
    pub(super) fn twin_by_row(&self, lang: Lang) -> Twin {
        let lines = self.rows.iter().map(|row| {
            let cells = (0..self.columns.len()).map(|at| self.told(row.cells.get(at), lang));
            Line { name: row.name.clone(), href: String::new(), cells: cells.collect() }
        });
        Twin::new(lang, &self.measure.name, self.rows_are.clone(), self.columns.clone(), lines.collect())
    }

    fn told(&self, cell: Option<&Cell>, lang: Lang) -> Told {
        let value = cell.and_then(|cell| cell.value);
        Told { text: self.measure.unit.tell(lang, value), href: cell.map_or(String::new(), |cell| cell.href.clone()) }
    }
}
