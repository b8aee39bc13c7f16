//! How the tables of a page stand. The address says it of one of them (`?table=`): the column that it is sorted by, the
//! columns that it has, and which fifty of its rows are shown. The others stand as they come.

use crate::error::HttpError;
use crate::frame::Link;
use crate::pages::cards::Pages;
use crate::pages::figures::{Head, Table};
use crate::request::Ask;

/// Rows on a page.
const PAGE: usize = 50;
const DIRECTIONS: [&str; 3] = ["", "asc", "desc"];

/// What the address asks of a table.
pub(super) struct Arranged<'a> {
    ask: &'a Ask,
    name: &'static str,
    /// Whether the address names this table.
    is_named: bool,
    sort: Option<&'a str>,
    /// `asc`, `desc`, or empty for what the column usually begins with.
    direction: &'static str,
    cols: Option<Vec<&'a str>>,
    number: i64,
    /// Whether all rows stand on one page, to be printed.
    is_print: bool,
}

impl<'a> Arranged<'a> {
    pub(super) fn read(ask: &'a Ask, name: &'static str) -> Result<Self, HttpError> {
        let is_named = ask.value("table") == Some(name);
        let value = |key: &str| ask.value(key).filter(|_| is_named);
        let direction = ask.one_of("dir", &DIRECTIONS)?;
        Ok(Self {
            ask,
            name,
            is_named,
            sort: value("sort"),
            direction: if is_named { direction } else { "" },
            cols: value("cols").map(|text| text.split(',').collect()),
            number: if is_named { ask.page()? } else { 1 },
            is_print: ask.is_print()?,
        })
    }

    /// Refuses a name that no table of the page has.
    pub(super) fn check(ask: &Ask, mut names: impl Iterator<Item = &'static str>) -> Result<(), HttpError> {
        let Some(text) = ask.value("table") else {
            return Ok(());
        };
        if names.any(|name| name == text) { Ok(()) } else { Err(HttpError::bad_value("table", text)) }
    }

    /// The whole table in its order, with its columns; their heads sort by them.
    pub(super) fn whole(&self, mut table: Table) -> Result<Table, HttpError> {
        let wanted: Option<Vec<usize>> = match &self.cols {
            Some(ids) => Some(ids.iter().map(|id| column(&table, "cols", id)).collect::<Result<_, _>>()?),
            None => None,
        };
        let sorted = self.sort.map(|id| column(&table, "sort", id)).transpose()?;
        let ascending = self.is_ascending(sorted.and_then(|at| table.heads.get(at)).is_some_and(Head::is_number));
        if let Some(column) = sorted {
            table.sort(column, ascending);
        }
        for (at, head) in table.heads.iter_mut().enumerate() {
            let is_current = sorted == Some(at);
            let turned = if is_current { !ascending } else { !head.is_number() };
            let direction = if turned { "asc" } else { "desc" };
            head.href = Some(self.href(&[("sort", head.id.as_str()), ("dir", direction)]));
            head.sorted = match (is_current, ascending) {
                (false, _) => "none",
                (true, true) => "ascending",
                (true, false) => "descending",
            };
        }
        Ok(match wanted {
            Some(wanted) => table.with_columns(&wanted),
            None => table,
        })
    }

    /// The rows of the page among all of them.
    pub(super) fn part(&self, table: Table) -> Table {
        if self.is_print {
            return table;
        }
        let after = usize::try_from(self.number - 1).unwrap_or(0).saturating_mul(PAGE);
        table.page(after, PAGE)
    }

    /// Links to the pages around it.
    pub(super) fn pages(&self, total: usize) -> Pages {
        let last = i64::try_from(total.div_ceil(PAGE)).unwrap_or(i64::MAX).max(1);
        let to = |page: i64| self.href(&[("page", page.to_string().as_str())]);
        let (page, pages) = (self.number.to_string(), last.to_string());
        Pages {
            previous: (self.number > 1).then(|| to((self.number - 1).min(last))),
            next: (self.number < last).then(|| to(self.number + 1)),
            text: self.ask.lang().tell("page-of", &[("page", &page), ("pages", &pages)]),
            has_more_than_one: (last > 1 || self.number > 1) && !self.is_print,
        }
    }

    /// A link for each column that shows it, or shows it no more; the last one stays.
    pub(super) fn columns(&self, table: &Table) -> Vec<Link> {
        let turned = |id: &str| {
            let ids = table.heads.iter().map(|head| head.id.as_str());
            let ids: Vec<&str> = ids.filter(|known| self.has(known) != (*known == id)).collect();
            match ids.len() {
                0 => id.to_owned(),
                all if all == table.heads.len() => String::new(),
                _ => ids.join(","),
            }
        };
        let link = |head: &Head| Link {
            href: self.href(&[("cols", turned(&head.id).as_str())]),
            text: head.text.clone(),
            current: self.has(&head.id),
        };
        table.heads.iter().map(link).collect()
    }

    /// Whether a column is shown.
    fn has(&self, id: &str) -> bool {
        self.cols.as_ref().is_none_or(|ids| ids.contains(&id))
    }

    fn is_ascending(&self, is_number: bool) -> bool {
        match self.direction {
            "asc" => true,
            "desc" => false,
            _ => !is_number,
        }
    }

    /// The page with something of this table changed, from its first row on.
    fn href(&self, changes: &[(&str, &str)]) -> String {
        let mut all = vec![("table", self.name), ("page", "")];
        if !self.is_named {
            // What is said there is of another table.
            all.extend([("sort", ""), ("dir", ""), ("cols", "")]);
        }
        all.extend_from_slice(changes);
        format!("{}#{}", self.ask.with(&all), self.name)
    }
}

/// The place of a column that the value `name` of the address asks for.
fn column(table: &Table, name: &'static str, id: &str) -> Result<usize, HttpError> {
    table.heads.iter().position(|head| head.id == id).ok_or_else(|| HttpError::bad_value(name, id))
}

#[cfg(test)]
mod tests {
    use axum::http::Uri;

    use super::*;
    use crate::pages::figures::{Field, Head};
    use crate::sheet::Cell;

    fn ask(address: &'static str) -> Ask {
        Ask::plain(&Uri::from_static(address))
    }

    fn table() -> Table {
        let head = |id: &str, class| Head { id: id.to_owned(), text: id.to_owned(), class, ..Head::default() };
        let row = |name: &str, n: i64| vec![Field::text(name), Field::number(Cell::Count(n))];
        let rows = (0..60).map(|n| row(&format!("{n:02}"), 7 * n % 60));
        Table { caption: "t".into(), heads: vec![head("name", ""), head("M19 due_n", "r")], rows: rows.collect() }
    }

    fn first(table: &Table) -> &str {
        table.rows[0][0].words()
    }

    #[test]
    fn a_table_is_sorted_and_paged_where_the_address_names_it() {
        let ask = ask("/feedback?table=answers&sort=M19+due_n&page=2");
        let arranged = Arranged::read(&ask, "answers").expect("arranged");
        let whole = arranged.whole(table()).expect("table");
        assert_eq!((first(&whole), whole.heads[1].sorted), ("17", "descending"));
        assert_eq!(arranged.part(whole).rows.len(), 10);
        let pages = arranged.pages(60);
        assert!(pages.next.is_none() && pages.previous.is_some_and(|href| href.ends_with("#answers")));
        let other = Arranged::read(&ask, "solved").expect("arranged");
        let whole = other.whole(table()).expect("table");
        assert_eq!((first(&whole), whole.heads[1].sorted), ("00", "none"));
        let href = whole.heads[1].href.clone().unwrap_or_default();
        assert_eq!(href, "/feedback?table=solved&sort=M19%20due_n&dir=desc#solved");
    }

    #[test]
    fn columns_are_turned_on_and_off_and_others_are_refused() {
        let ask_one = ask("/feedback?table=answers&cols=name");
        let arranged = Arranged::read(&ask_one, "answers").expect("arranged");
        let links = arranged.columns(&table());
        assert_eq!(links.iter().map(|link| link.current).collect::<Vec<_>>(), [true, false]);
        assert!(links[0].href.contains("cols=name#") && !links[1].href.contains("cols"), "{links:?}");
        assert_eq!(arranged.whole(table()).expect("table").rows[0].len(), 1);
        for wrong in ["/feedback?table=answers&cols=moon", "/feedback?table=answers&sort=moon"] {
            let ask = ask(wrong);
            assert!(Arranged::read(&ask, "answers").expect("arranged").whole(table()).is_err(), "{wrong}");
        }
        assert!(Arranged::check(&ask("/feedback?table=moon"), ["answers"].into_iter()).is_err());
        assert!(Arranged::check(&ask("/feedback"), ["answers"].into_iter()).is_ok());
    }
}
