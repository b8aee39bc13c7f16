//! A table on a page (`templates/table.html`).

use askama::Template;

use super::{Cell, Chosen, Column, Dress, Sorting};
use crate::error::HttpError;
use crate::frame::{Context, Link};

/// What is shown of a table.
pub(crate) struct Grid {
    /// For those who do not see where it stands; empty where its heading says it.
    pub(crate) caption: String,
    pub(crate) heads: Vec<Head>,
    pub(crate) rows: Vec<Row>,
    /// The sums of all rows, on whatever page; empty where none means anything.
    pub(crate) total: Vec<Shown>,
    /// Links that choose columns.
    pub(crate) columns: Vec<Link>,
}

pub(crate) struct Head {
    pub(crate) title: String,
    /// What its values mean, where the title does not say it.
    pub(crate) hint: String,
    pub(crate) class: &'static str,
    /// Sorts by it, or leads to what says more; empty for neither.
    pub(crate) href: String,
    /// `ascending`, `descending` or `none`; empty where it does not sort.
    pub(crate) sorted: &'static str,
}

pub(crate) struct Row {
    pub(crate) class: &'static str,
    pub(crate) cells: Vec<Shown>,
}

/// A cell as a page shows it.
pub(crate) struct Shown {
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) dress: Dress,
}

/// A table by itself.
#[derive(Template)]
#[template(path = "table.html")]
struct Alone<'g> {
    grid: &'g Grid,
}

impl Grid {
    /// For a page that puts several together.
    pub(crate) fn html(&self) -> Result<String, HttpError> {
        Ok(Alone { grid: self }.render()?)
    }

    /// Of the rows of one page. `class` is that of a row; `all` are the rows of all pages that sums are
    /// made of, empty for no sums.
    pub(crate) fn new<R>(
        context: &Context,
        chosen: &Chosen<R>,
        sorting: Sorting,
        rows: &[R],
        all: &[R],
        class: fn(&R) -> &'static str,
    ) -> Self {
        let (t, zone) = (context.lang(), context.zone());
        let columns = chosen.on_page();
        let head = |column: &&Column<R>| {
            let (href, sorted) = sorting.head(&context.ask, column.id).unwrap_or_default();
            Head { title: t.say(column.title), hint: String::new(), class: column.class, href, sorted }
        };
        let cell = |column: &&Column<R>, row: &R| Shown {
            class: column.class,
            text: (column.cell)(context, row).shown(t, zone),
            dress: (column.dress)(context, row),
        };
        let row = |row: &R| Row { class: class(row), cells: columns.iter().map(|column| cell(column, row)).collect() };
        let sum = |column: &&Column<R>| {
            let cells: Vec<Cell> =
                all.iter().filter(|_| column.has_sum).map(|row| (column.cell)(context, row)).collect();
            let text = if column.has_sum { Cell::sum(cells.iter()).shown(t, zone) } else { String::new() };
            Shown { class: column.class, text, dress: Dress::default() }
        };
        let has_sums = all.len() > 1 && columns.iter().any(|column| column.has_sum);
        let mut total: Vec<Shown> = if has_sums { columns.iter().map(sum).collect() } else { Vec::new() };
        // The word stands in the first column without a sum that has room for it.
        if let Some(word) = total.iter_mut().find(|cell| cell.text.is_empty() && cell.class == "name") {
            word.text = t.say("total");
        }
        Self {
            caption: String::new(),
            heads: columns.iter().map(head).collect(),
            rows: rows.iter().map(row).collect(),
            total,
            columns: chosen.links(&context.ask),
        }
    }
}
