//! A table with its head, described once for the page and for its CSV.

use std::cmp::Ordering;

use askama::Template;

use crate::csv::Csv;
use crate::error::HttpError;
use crate::format;

/// The head of a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    pub(crate) text: String,
    /// What its values mean.
    pub(crate) title: String,
    pub(crate) class: &'static str,
    pub(crate) href: Option<String>,
    /// `ascending`, `descending` or `none`; empty where it does not sort.
    pub(crate) sorted: &'static str,
}

/// One value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    /// As the CSV has it; empty for what is not known.
    pub(crate) plain: String,
    /// By which rows are put in order, if it is a number.
    pub(crate) order: Option<f64>,
    pub(crate) class: &'static str,
    pub(crate) href: Option<String>,
}

/// A table of a page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "sheet.html")]
pub(crate) struct Sheet {
    pub(crate) caption: String,
    pub(crate) heads: Vec<Head>,
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// Text, the same on the page and in the CSV.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { plain: text.clone(), text, ..Self::default() }
    }

    /// What is not known.
    pub(crate) fn none() -> Self {
        Self { text: format::NONE.to_owned(), class: "r", ..Self::default() }
    }

    /// A number as people write it and as programs do.
    pub(crate) fn number(text: String, plain: String, order: f64) -> Self {
        Self { text, plain, order: Some(order), class: "r", href: None }
    }

    pub(crate) fn linked(self, href: Option<String>) -> Self {
        Self { href, ..self }
    }
}

impl Sheet {
    /// The table as HTML.
    pub(crate) fn html(&self) -> Result<String, HttpError> {
        Ok(self.render()?)
    }

    /// All of its rows.
    pub(crate) fn csv(&self) -> String {
        let heads: Vec<&str> = self.heads.iter().map(|head| head.text.as_str()).collect();
        let mut csv = Csv::new(&heads);
        for row in &self.rows {
            csv.row(&row.iter().map(|cell| cell.plain.as_str()).collect::<Vec<_>>());
        }
        csv.finish()
    }

    /// The same table with `most` of its rows after `skip`.
    pub(crate) fn page(mut self, skip: usize, most: usize) -> Self {
        self.rows = self.rows.into_iter().skip(skip).take(most).collect();
        self
    }

    /// Puts the rows in the order of a column; those without a value come last either way.
    pub(crate) fn sort(&mut self, column: usize, ascending: bool) {
        let turned = |order: Ordering| if ascending { order } else { order.reverse() };
        self.rows.sort_by(|left, right| {
            let (Some(left), Some(right)) = (left.get(column), right.get(column)) else {
                return Ordering::Equal;
            };
            match (left.order, right.order) {
                (Some(left), Some(right)) => turned(left.total_cmp(&right)),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => turned(left.plain.cmp(&right.plain)),
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet() -> Sheet {
        let number = |n: i64| Cell::number(format!("{n} 件"), n.to_string(), n as f64);
        let rows = [("甲", Some(9)), ("乙", None), ("丙", Some(10))];
        let rows = rows.map(|(name, n)| vec![Cell::text(name), n.map_or_else(Cell::none, number)]);
        let head = |text: &str| Head { text: text.to_owned(), ..Head::default() };
        Sheet { caption: "表".into(), heads: vec![head("村"), head("收件")], rows: rows.to_vec() }
    }

    #[test]
    fn the_csv_has_the_columns_of_the_page_and_plain_numbers() {
        assert_eq!(sheet().csv(), "\u{feff}村,收件\r\n甲,9\r\n乙,\r\n丙,10\r\n");
        let html = sheet().html().expect("html");
        assert!(html.contains("10 件") && html.contains(format::NONE), "{html}");
    }

    #[test]
    fn what_is_not_known_comes_last_either_way() {
        let order = |ascending: bool| {
            let mut sheet = sheet();
            sheet.sort(1, ascending);
            sheet.rows.iter().map(|row| row[0].text.clone()).collect::<Vec<_>>()
        };
        assert_eq!(order(true), ["甲", "丙", "乙"]);
        assert_eq!(order(false), ["丙", "甲", "乙"]);
    }
}
