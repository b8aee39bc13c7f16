//! What a table is sorted by (`?sort=`, `?dir=`).

use crate::error::HttpError;
use crate::request::Ask;

const DIRECTIONS: [&str; 3] = ["", "asc", "desc"];

/// A column and the direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sorting {
    pub(crate) by: &'static str,
    pub(crate) ascending: bool,
    /// What can be sorted by; the first is what is done without a word of it.
    known: &'static [&'static str],
    /// Those that begin with the smallest: names, dues.
    rising: &'static [&'static str],
}

impl Sorting {
    pub(crate) fn read(
        ask: &Ask,
        known: &'static [&'static str],
        rising: &'static [&'static str],
    ) -> Result<Self, HttpError> {
        let by = ask.one_of("sort", known)?;
        let ascending = match ask.one_of("dir", &DIRECTIONS)? {
            "asc" => true,
            "desc" => false,
            _ => rising.contains(&by),
        };
        Ok(Self { by, ascending, known, rising })
    }

    /// The order of a table that cannot be sorted.
    pub(crate) fn fixed() -> Self {
        Self { by: "", ascending: true, known: &[], rising: &[] }
    }

    /// `asc` or `desc`.
    pub(crate) fn direction(self) -> &'static str {
        direction(self.ascending)
    }

    /// Where the head of a column leads, and how the table stands by it; none if it cannot be sorted by.
    pub(super) fn head(self, ask: &Ask, id: &'static str) -> Option<(String, &'static str)> {
        if !self.known.contains(&id) {
            return None;
        }
        let (ascending, sorted) = self.turn(id);
        let href = ask.with(&[("sort", id), ("dir", direction(ascending)), ("page", "")]);
        Some((href, sorted))
    }

    /// The column in use turns round, others begin as they do.
    fn turn(self, id: &str) -> (bool, &'static str) {
        match (self.by == id, self.ascending) {
            (false, _) => (self.rising.contains(&id), "none"),
            (true, true) => (false, "ascending"),
            (true, false) => (true, "descending"),
        }
    }
}

fn direction(ascending: bool) -> &'static str {
    if ascending { "asc" } else { "desc" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_column_in_use_turns_round_and_names_begin_with_the_first() {
        let sorting = Sorting { by: "due", ascending: false, known: &["due", "name", "red"], rising: &["name"] };
        assert_eq!(sorting.turn("due"), (true, "descending"));
        assert_eq!(sorting.turn("name"), (true, "none"));
        assert_eq!(sorting.turn("red"), (false, "none"));
        assert_eq!(Sorting { ascending: true, ..sorting }.turn("due"), (false, "ascending"));
    }
}
