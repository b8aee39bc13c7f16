//! The table twin of a picture: the same rows, in the same order, with the same links.

use askama::Template;

use crate::i18n::Lang;

/// A table behind a fold; a template shows it by `{{ twin|safe }}`.
#[derive(Debug, Clone, Template)]
#[template(path = "twin.html")]
pub(crate) struct Twin {
    caption: String,
    /// The head of the names' column, and of the others.
    first: String,
    head: Vec<String>,
    lines: Vec<Line>,
}

/// One line of the table.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) href: String,
    pub(crate) cells: Vec<Cell>,
}

/// One figure of the table; an empty `href` is no link.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) href: String,
}

impl Twin {
    pub(super) fn new(lang: Lang, measure: &str, first: String, head: Vec<String>, lines: Vec<Line>) -> Self {
        Self { caption: lang.tell("twin-of", &[("name", measure)]), first, head, lines }
    }
}

impl Cell {
    /// A figure without a link of its own.
    pub(super) fn plain(text: String) -> Self {
        Self { text, href: String::new() }
    }
}
