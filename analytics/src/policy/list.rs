//! What everybody may see: each table and view of `public` with each of its columns. What is not named here nobody
//! but the operator is given, so that a new table or column is closed until somebody has thought about it; a test
//! asks for that.

mod books;
mod records;

/// What a column tells, and so who is given it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Class {
    /// Nothing about a person.
    Open,
    /// What people have written.
    Words,
    /// Who of the staff it was.
    Staff,
    /// What only its source understands, numbers of papers among it, and files.
    Source,
    /// Hashes of people, and what stands for a person as well as these do.
    Personal,
}

/// Whose rows are whose, for those who do not see all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rows {
    /// The same for everyone.
    Everyone,
    /// Of the place, and of any of the organizations, that these columns name; without such a column, of nobody.
    Of { place: Option<&'static str>, organization: &'static [&'static str] },
    /// Of whoever sees the row of that table with the same key.
    Through { key: &'static str, table: &'static str },
    /// They tell of all cases, or of none: pages find the table empty, and in SQL there is none.
    Nobody,
}

/// Some tables that are alike.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) names: &'static [&'static str],
    pub(crate) rows: Rows,
    columns: &'static [(Class, &'static str)],
}

impl Table {
    /// What a column is; none: nobody has said.
    pub(crate) fn class(&self, column: &str) -> Option<Class> {
        let found = self.columns.iter().find(|(_, names)| names.split_whitespace().any(|name| name == column));
        found.map(|(class, _)| *class)
    }

    /// Its columns.
    #[cfg(test)]
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().flat_map(|(_, names)| names.split_whitespace())
    }
}

/// What is said of a table; none: it is closed.
pub(crate) fn table(name: &str) -> Option<&'static Table> {
    records::TABLES.iter().chain(books::TABLES).find(|table| table.names.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> impl Iterator<Item = &'static Table> {
        records::TABLES.iter().chain(books::TABLES)
    }

    #[test]
    fn each_table_and_column_is_named_once_and_rows_go_by_columns_that_there_are() {
        let mut names: Vec<&str> = all().flat_map(|table| table.names.iter().copied()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        for listed in all() {
            let mut columns: Vec<&str> = listed.columns().collect();
            let count = columns.len();
            columns.sort_unstable();
            columns.dedup();
            assert_eq!(columns.len(), count, "{:?}", listed.names);
            let by: Vec<&str> = match listed.rows {
                Rows::Of { place, organization } => place.into_iter().chain(organization.iter().copied()).collect(),
                Rows::Through { key, table: other } => {
                    let other = table(other).expect("a table that is listed");
                    assert!(other.class(key).is_some() && matches!(other.rows, Rows::Of { .. }), "{:?}", listed.names);
                    vec![key]
                }
                Rows::Everyone | Rows::Nobody => Vec::new(),
            };
            assert!(by.iter().all(|column| listed.class(column).is_some()), "{:?} by {by:?}", listed.names);
        }
    }

    #[test]
    fn whatever_is_named_a_hash_of_a_person_is_personal() {
        for listed in all() {
            for column in listed.columns().filter(|column| column.ends_with("_hash") && *column != "row_hash") {
                assert_eq!(listed.class(column), Some(Class::Personal), "{:?} {column}", listed.names);
            }
        }
    }
}
