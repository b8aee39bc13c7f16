//! Pages that answer one question with tables of figures: what each shows is its entry in [`DESKS`], and no number
//! is defined here. Above each table a picture of it can stand.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use futures::future::try_join_all;
use queries::Breakdown;

use super::figures::{self, Shown};
use super::page;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::request::Ask;
use crate::sheet::{Exports, answer};
use crate::state::App;

mod lists;
mod pictures;

pub(crate) use lists::DESKS;
use pictures::{Drawing, Drawn};

/// Levels of places; the first is the default.
const LEVELS: [&str; 3] = ["county", "township", "village"];

/// One page.
pub(crate) struct Desk {
    pub(crate) path: &'static str,
    /// Key of its title.
    pub(crate) title: &'static str,
    nav: Nav,
    /// Key of what has to be known to read it.
    note: &'static str,
    tables: &'static [Table],
}

/// One table.
struct Table {
    /// Name of its files and its anchor; `desk-{name}` is the key of its title.
    name: &'static str,
    /// None: by place, of the level that the address asks for.
    by: Option<Breakdown>,
    figures: &'static [Figure],
    /// What is drawn above it.
    drawings: &'static [Drawing],
}

/// Columns of one metric.
struct Figure {
    metric: &'static str,
    columns: &'static [&'static str],
}

/// A table as the page shows it.
pub(super) struct Section {
    name: &'static str,
    title: String,
    count: String,
    is_of_all: bool,
    is_empty: bool,
    drawn: Vec<Drawn>,
    table: String,
    exports: Exports,
}

#[derive(Template)]
#[template(path = "desk.html")]
struct Page {
    frame: Frame,
    period: String,
    note: String,
    levels: Vec<Link>,
    /// What a page of its own puts above the tables.
    above: String,
    sections: Vec<Section>,
}

impl Desk {
    /// Whether one of its tables shows a metric.
    pub(crate) fn shows(&self, id: &str) -> bool {
        self.tables.iter().flat_map(|table| table.figures).any(|figure| figure.metric == id)
    }

    /// The page of that path.
    pub(super) fn find(path: &str) -> Result<&'static Self, HttpError> {
        DESKS.iter().find(|desk| desk.path == path).ok_or_else(|| HttpError::missing("page", path))
    }
}

impl Figure {
    /// The metric with these columns of it; a test finds a name that means nothing.
    fn found(&self) -> Option<Shown> {
        figures::shown(self.metric, self.columns)
    }
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let desk = Desk::find(ask.path())?;
    let level = level(&ask)?;
    let context = Context::open(app, ask).await?;
    render(&context, desk, level, String::new()).await
}

/// One of the tables as a file.
pub(crate) async fn export(State(app): State<App>, Path(file): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let missing = || HttpError::missing("page", ask.path());
    let (path, _) = ask.path().rsplit_once('/').ok_or_else(missing)?;
    let name = file.strip_suffix(".csv").or_else(|| file.strip_suffix(".xlsx")).ok_or_else(missing)?;
    let table = Desk::find(path)?.tables.iter().find(|table| table.name == name).ok_or_else(missing)?;
    let level = level(&ask)?;
    let context = Context::open(app, ask).await?;
    let by = table.by.unwrap_or(level);
    let metrics: Vec<&str> = table.figures.iter().map(|figure| figure.metric).collect();
    let filters = vec![(context.lang().say("metric-by"), context.lang().code("by", by.as_str()))];
    let read = table.read(&context, level).await?;
    answer(&context.app, &context.ask, read.file_of(&context, name, filters, &metrics)).await
}

/// `?level=`.
pub(super) fn level(ask: &Ask) -> Result<Breakdown, HttpError> {
    let level = ask.one_of("level", &LEVELS)?;
    level.parse().map_err(|_| HttpError::bad_value("level", level))
}

/// The page with something of its own above its tables.
pub(super) async fn render(
    context: &Context,
    desk: &'static Desk,
    level: Breakdown,
    above: String,
) -> Result<Response, HttpError> {
    let t = context.lang();
    let reading: Vec<_> = desk.tables.iter().map(|table| table.read(context, level)).collect();
    let read = try_join_all(reading).await?;
    let mut sections = Vec::with_capacity(read.len());
    for (table, rows) in desk.tables.iter().zip(&read) {
        sections.push(table.section(context, desk, level, (rows, &read)).await?);
    }
    let link = |name: &str| Link {
        href: context.ask.with(&[("level", name)]),
        text: t.code("level", name),
        current: level.as_str() == name,
    };
    let has_places = desk.tables.iter().any(|table| table.by.is_none());
    page(&Page {
        frame: context.frame(desk.nav, t.say(desk.title), &["level", "per_case", "hours", "trips"]),
        period: context.period(),
        note: t.say(desk.note),
        levels: LEVELS.iter().filter(|_| has_places).map(|name| link(name)).collect(),
        above,
        sections,
    })
}

impl Table {
    /// The same with pictures above it.
    const fn drawn(self, drawings: &'static [Drawing]) -> Self {
        Self { drawings, ..self }
    }

    async fn read(&self, context: &Context, level: Breakdown) -> Result<figures::Table, HttpError> {
        figures::table(context, self.title(context), self.by.unwrap_or(level), &self.shown()).await
    }

    fn shown(&self) -> Vec<Shown> {
        self.figures.iter().filter_map(Figure::found).collect()
    }

    fn title(&self, context: &Context) -> String {
        context.lang().code("desk", self.name)
    }

    /// What was read for the table, among what was read for all of the page.
    async fn section(
        &self,
        context: &Context,
        desk: &Desk,
        level: Breakdown,
        (read, all): (&figures::Table, &[figures::Table]),
    ) -> Result<Section, HttpError> {
        let by = self.by.unwrap_or(level);
        let mut drawn = Vec::new();
        for drawing in self.drawings {
            drawn.extend(drawing.draw(context, desk, all, (read, by)).await?);
        }
        Ok(Section {
            name: self.name,
            title: self.title(context),
            count: format::count(context.lang(), read.rows.len() as i64),
            is_of_all: figures::is_of_all(context, &figures::metrics(&self.shown()), by),
            is_empty: read.rows.is_empty(),
            drawn,
            table: read.html(context.lang(), context.zone())?,
            exports: Exports::of_part(context, &format!("{}/{}", desk.path, self.name)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn every_table_names_columns_that_there_are_by_what_they_are_told_apart_by() {
        for desk in &DESKS {
            let mut names: Vec<&str> = desk.tables.iter().map(|table| table.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), desk.tables.len(), "{}", desk.path);
            for table in desk.tables {
                for figure in table.figures {
                    let (metric, columns) = figure.found().expect("metric");
                    assert_eq!(columns.len(), figure.columns.len(), "{} {}", table.name, figure.metric);
                    let by = table.by.map_or_else(|| vec![Breakdown::County, Breakdown::Village], |by| vec![by]);
                    assert!(by.iter().all(|by| metric.sql_by(*by).is_ok()), "{} {}", table.name, figure.metric);
                }
            }
        }
    }

    #[test]
    fn every_table_has_its_words() {
        for (desk, t) in DESKS.iter().flat_map(|desk| [(desk, Lang::Zh), (desk, Lang::En)]) {
            for table in desk.tables {
                assert_ne!(t.code("desk", table.name), table.name, "{}", desk.path);
            }
            assert!(t.say(desk.title) != desk.title && t.say(desk.note) != desk.note, "{}", desk.path);
        }
    }
}
