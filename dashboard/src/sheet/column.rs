//! The columns of a table, and which of them the address chooses (`?cols=`).

use super::Cell;
use crate::error::HttpError;
use crate::frame::{Context, Link};
use crate::request::Ask;

/// A column of a table whose rows are `R`.
pub(crate) struct Column<R> {
    /// Its name in addresses.
    pub(crate) id: &'static str,
    /// Key of its title.
    pub(crate) title: &'static str,
    /// Class of its cells on a page: `r` for numbers, `wide` where only wide screens have it.
    pub(crate) class: &'static str,
    /// Whether a page shows it as long as nobody chooses; a file has every column then.
    pub(crate) on_page: bool,
    /// Whether the sum of all rows means something.
    pub(crate) has_sum: bool,
    pub(crate) cell: fn(&Context, &R) -> Cell,
    pub(crate) dress: fn(&Context, &R) -> Dress,
}

/// What a page adds to the value of a cell; files do without.
#[derive(Debug, Clone, Default)]
pub(crate) struct Dress {
    /// What it links to; empty for nothing.
    pub(crate) href: String,
    /// Class of the value.
    pub(crate) class: String,
    /// A second line.
    pub(crate) under: String,
    /// Stands before the value, as markup of ours.
    pub(crate) picture: String,
}

impl<R> Column<R> {
    pub(crate) fn new(
        id: &'static str,
        title: &'static str,
        class: &'static str,
        cell: fn(&Context, &R) -> Cell,
    ) -> Self {
        Self { id, title, class, on_page: true, has_sum: false, cell, dress: |_, _| Dress::default() }
    }

    /// Shown on a page only where it is chosen.
    pub(crate) fn in_files(self) -> Self {
        Self { on_page: false, ..self }
    }

    pub(crate) fn with_sum(self) -> Self {
        Self { has_sum: true, ..self }
    }

    pub(crate) fn dressed(self, dress: fn(&Context, &R) -> Dress) -> Self {
        Self { dress, ..self }
    }
}

/// The columns of a table with what the address chooses of them.
pub(crate) struct Chosen<R> {
    columns: Vec<Column<R>>,
    /// Their ids; none if the address does not choose.
    ids: Option<Vec<&'static str>>,
}

impl<R> Chosen<R> {
    pub(crate) fn read(ask: &Ask, columns: Vec<Column<R>>) -> Result<Self, HttpError> {
        let ids = ask.value("cols").map(|text| chosen(&columns, text)).transpose()?;
        Ok(Self { columns, ids })
    }

    /// All of a table that has no choice.
    pub(crate) fn all(columns: Vec<Column<R>>) -> Self {
        Self { columns, ids: None }
    }

    /// Those of a page.
    pub(crate) fn on_page(&self) -> Vec<&Column<R>> {
        self.columns.iter().filter(|column| self.is_on_page(column)).collect()
    }

    /// Those of a file.
    pub(crate) fn in_file(&self) -> Vec<&Column<R>> {
        let is_in = |column: &&Column<R>| self.ids.as_ref().is_none_or(|ids| ids.contains(&column.id));
        self.columns.iter().filter(is_in).collect()
    }

    /// A link for each column that shows it, or shows it no more. The last one stays.
    pub(crate) fn links(&self, ask: &Ask) -> Vec<Link> {
        let link = |column: &Column<R>| Link {
            href: ask.with(&[("cols", &self.turned(column.id))]),
            text: ask.lang().say(column.title),
            current: self.is_on_page(column),
        };
        self.columns.iter().map(link).collect()
    }

    fn is_on_page(&self, column: &Column<R>) -> bool {
        self.ids.as_ref().map_or(column.on_page, |ids| ids.contains(&column.id))
    }

    /// The choice with one column more or less, in the order of the table; empty for the usual one.
    fn turned(&self, id: &str) -> String {
        let is_on = |column: &&Column<R>| self.is_on_page(column) != (column.id == id);
        let ids: Vec<&str> = self.columns.iter().filter(is_on).map(|column| column.id).collect();
        let usual: Vec<&str> = self.columns.iter().filter(|column| column.on_page).map(|column| column.id).collect();
        match ids.as_slice() {
            [] => id.to_owned(),
            ids if ids == usual => String::new(),
            ids => ids.join(","),
        }
    }
}

fn chosen<R>(columns: &[Column<R>], text: &str) -> Result<Vec<&'static str>, HttpError> {
    let find = |id: &str| columns.iter().map(|column| column.id).find(|known| *known == id);
    text.split(',').map(|id| find(id).ok_or_else(|| HttpError::bad_value("cols", id))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: Option<&str>) -> Result<Chosen<i64>, HttpError> {
        let column = |id: &'static str| Column::<i64>::new(id, "col-code", "", |_, n| Cell::Count(*n));
        let columns = vec![column("name"), column("due"), column("code").in_files()];
        let ids = text.map(|text| chosen(&columns, text)).transpose()?;
        Ok(Chosen { columns, ids })
    }

    fn ids(columns: &[&Column<i64>]) -> Vec<&'static str> {
        columns.iter().map(|column| column.id).collect()
    }

    #[test]
    fn files_have_every_column_until_somebody_chooses() {
        let usual = table(None).expect("columns");
        assert_eq!((ids(&usual.on_page()), ids(&usual.in_file())), (vec!["name", "due"], vec!["name", "due", "code"]));
        let chosen = table(Some("code,name")).expect("columns");
        assert_eq!((ids(&chosen.on_page()), ids(&chosen.in_file())), (vec!["name", "code"], vec!["name", "code"]));
        assert!(table(Some("name,secret")).is_err());
    }

    #[test]
    fn a_column_is_turned_on_and_off_and_the_last_one_stays() {
        let usual = table(None).expect("columns");
        assert_eq!(["code", "due"].map(|id| usual.turned(id)), ["name,due,code", "name"]);
        let one = table(Some("name")).expect("columns");
        assert_eq!(["name", "due"].map(|id| one.turned(id)), ["name", ""]);
    }
}
