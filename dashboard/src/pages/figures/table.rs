//! A table whose columns are known only as it is asked for. On a page and in files it is written as every table is
//! (`crate::sheet`).

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::error::HttpError;
use crate::frame::Context;
use crate::i18n::Lang;
use crate::sheet::grid::{self, Grid, Row, Shown};
use crate::sheet::{self, About, Cell, Dress, Sheet};

/// The head of a column.
#[derive(Debug, Clone, Default)]
pub(crate) struct Head {
    /// What it is found by: `name`, `code`, or metric and column, with `±` before these for the interval of a share.
    pub(crate) id: String,
    pub(crate) text: String,
    /// What its values mean.
    pub(crate) title: String,
    pub(crate) class: &'static str,
    pub(crate) href: Option<String>,
    /// `ascending`, `descending` or `none`; empty where it does not sort.
    pub(crate) sorted: &'static str,
}

/// One value.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) cell: Cell,
    /// By which rows are put in order, if it is a number.
    pub(crate) order: Option<f64>,
    pub(crate) class: &'static str,
    pub(crate) href: Option<String>,
}

/// A table of a page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    pub(crate) caption: String,
    pub(crate) heads: Vec<Head>,
    pub(crate) rows: Vec<Vec<Field>>,
}

impl Head {
    /// Whether numbers stand under it.
    pub(crate) fn is_number(&self) -> bool {
        self.class.starts_with('r')
    }
}

impl Field {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { cell: Cell::Text(text.into()), order: None, class: "", href: None }
    }

    /// What is not known.
    pub(crate) fn none() -> Self {
        Self { cell: Cell::None, order: None, class: "r", href: None }
    }

    pub(crate) fn number(cell: Cell) -> Self {
        Self { order: cell.number(), cell, class: "r", href: None }
    }

    pub(crate) fn linked(self, href: Option<String>) -> Self {
        Self { href, ..self }
    }

    /// What stands in it, if that is words.
    pub(crate) fn words(&self) -> &str {
        match &self.cell {
            Cell::Text(text) | Cell::Told(text, _) => text,
            _ => "",
        }
    }
}

impl Table {
    /// What stands in a row under a head.
    pub(crate) fn field<'t>(&self, row: &'t [Field], id: &str) -> Option<&'t Field> {
        self.heads.iter().position(|head| head.id == id).and_then(|at| row.get(at))
    }

    /// The table as a page shows it.
    pub(crate) fn html(&self, lang: Lang, zone: &TimeZone) -> Result<String, HttpError> {
        let head = |head: &Head| grid::Head {
            title: head.text.clone(),
            hint: head.title.clone(),
            class: head.class,
            href: head.href.clone().unwrap_or_default(),
            sorted: head.sorted,
        };
        let shown = |field: &Field| Shown {
            class: field.class,
            text: field.cell.shown(lang, zone),
            dress: Dress { href: field.href.clone().unwrap_or_default(), ..Dress::default() },
        };
        let row = |row: &Vec<Field>| Row { class: "", cells: row.iter().map(shown).collect() };
        let grid = Grid {
            caption: self.caption.clone(),
            heads: self.heads.iter().map(head).collect(),
            rows: self.rows.iter().map(row).collect(),
            total: Vec::new(),
            columns: Vec::new(),
        };
        grid.html()
    }

    /// All of its rows, for a file of that name.
    pub(crate) fn file(&self, name: &str, about: About, lang: Lang, (zone, as_of): (&TimeZone, Timestamp)) -> Sheet {
        let head = |head: &Head| sheet::Head { title: head.text.clone(), has_sum: false };
        Sheet {
            file: name.to_owned(),
            name: self.caption.clone(),
            heads: self.heads.iter().map(head).collect(),
            rows: self.rows.iter().map(|row| row.iter().map(|field| field.cell.clone()).collect()).collect(),
            about,
            lang,
            zone: zone.clone(),
            as_of,
        }
    }

    /// As [`Table::file`], of a page that tells of some metrics; `filters` are those of the page itself.
    pub(crate) fn file_of(
        &self,
        context: &Context,
        name: &str,
        filters: Vec<(String, String)>,
        metrics: &[&str],
    ) -> Sheet {
        let mut told = vec![(context.lang().say("about-period"), context.period())];
        told.extend(filters);
        let about = About::new(context, &self.caption, told, metrics, self.rows.len());
        self.file(name, about, context.lang(), (context.zone(), context.session.as_of()))
    }

    /// Leaves the rows with that word under a head.
    pub(crate) fn keep(&mut self, id: &str, word: &str) {
        let column = self.heads.iter().position(|head| head.id == id);
        self.rows.retain(|row| column.and_then(|at| row.get(at)).is_some_and(|field| field.words() == word));
    }

    /// The same table with these of its columns alone, in their order.
    pub(crate) fn with_columns(self, wanted: &[usize]) -> Self {
        let rows = self.rows.into_iter().map(|row| kept(row, wanted)).collect();
        Self { heads: kept(self.heads, wanted), rows, caption: self.caption }
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
                (None, None) => turned(left.words().cmp(right.words())),
            }
        });
    }
}

/// Those at these places.
fn kept<T>(all: Vec<T>, wanted: &[usize]) -> Vec<T> {
    all.into_iter().enumerate().filter(|(at, _)| wanted.contains(at)).map(|(_, one)| one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format;

    fn table() -> Table {
        let rows = [("甲", Some(1209)), ("乙", None), ("丙", Some(1210))];
        let field = |n: Option<i64>| n.map_or_else(Field::none, |n| Field::number(Cell::Count(n)));
        let rows = rows.map(|(name, n)| vec![Field::text(name), field(n)]);
        let head = |text: &str| Head { text: text.to_owned(), ..Head::default() };
        Table { caption: "表".into(), heads: vec![head("村"), head("收件")], rows: rows.to_vec() }
    }

    #[test]
    fn page_and_file_have_the_same_columns_and_values() {
        let html = table().html(Lang::Zh, &TimeZone::UTC).expect("html");
        assert!(html.contains("1,209") && html.contains(format::NONE) && html.contains("<caption"), "{html}");
        let file = table().file("t", About::default(), Lang::Zh, (&TimeZone::UTC, Timestamp::UNIX_EPOCH));
        assert_eq!(file.heads.iter().map(|head| head.title.as_str()).collect::<Vec<_>>(), ["村", "收件"]);
        assert_eq!(file.rows[0], [Cell::Text("甲".into()), Cell::Count(1209)]);
        assert_eq!(file.rows[1][1], Cell::None);
    }

    #[test]
    fn rows_and_columns_are_left_out_by_what_they_are_called() {
        let mut table = table();
        table.keep("村", "乙");
        assert_eq!(table.rows.len(), 0, "heads are found by their ids alone");
        let mut table = Table { heads: vec![Head { id: "code".into(), ..Head::default() }], ..self::table() };
        table.keep("code", "乙");
        assert_eq!((table.rows.len(), table.rows[0][0].words()), (1, "乙"));
        assert_eq!(table.with_columns(&[1]).rows[0][0].cell, Cell::None);
    }

    #[test]
    fn what_is_not_known_comes_last_either_way() {
        let order = |ascending: bool| {
            let mut table = table();
            table.sort(1, ascending);
            table.rows.iter().map(|row| row[0].words().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(order(true), ["甲", "丙", "乙"]);
        assert_eq!(order(false), ["丙", "甲", "乙"]);
    }
}
