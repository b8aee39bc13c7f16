//! Pages that answer one question with tables: what each shows is its entry in [`DESKS`], and no number is defined
//! here. A table is of figures of metrics, or of the rows of a panel; above it a picture of it can stand.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use futures::future::try_join_all;
use futures::try_join;
use queries::Breakdown;

use super::figures::{self, Shown};
use super::page;
use crate::error::HttpError;
use crate::frame::{Context, Frame, Link, Nav};
use crate::request::Ask;
use crate::sheet::{About, answer};
use crate::state::App;

mod arranged;
mod columns;
mod found;
mod lists;
mod panels;
mod pictures;
mod section;
mod sketches;

use arranged::Arranged;
use found::Found;
pub(crate) use lists::DESKS;
use panels::Panel;
use pictures::Drawing;
use section::Section;

/// Levels of places; the first is the default.
const LEVELS: [&str; 3] = ["county", "township", "village"];

/// What the form of the filters keeps of the address.
const KEPT: [&str; 11] =
    ["level", "per_case", "hours", "trips", "catalogue", "product", "grade", "table", "sort", "dir", "cols"];

/// One page.
pub(crate) struct Desk {
    pub(crate) path: &'static str,
    /// Key of its title.
    pub(crate) title: &'static str,
    nav: Nav,
    /// Key of what has to be known to read it.
    note: &'static str,
    /// What comes first: what no metric has rows for.
    panels: &'static [&'static Panel],
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

#[derive(Template)]
#[template(path = "desk.html")]
struct Page {
    frame: Frame,
    period: String,
    note: String,
    levels: Vec<Link>,
    /// The same page with all rows of its tables.
    print: String,
    /// What a page of its own puts above the tables.
    above: String,
    sections: Vec<Section>,
}

impl Desk {
    /// Whether one of its tables shows a metric.
    pub(crate) fn shows(&self, id: &str) -> bool {
        self.tables.iter().flat_map(|table| table.figures).any(|figure| figure.metric == id)
    }

    /// The table of that name.
    fn found(&'static self, name: &str) -> Option<Found> {
        let panel = self.panels.iter().copied().find(|panel| panel.name == name).map(Found::Panel);
        panel.or_else(|| self.tables.iter().find(|table| table.name == name).map(Found::Table))
    }

    /// The names of its tables.
    fn names(&self) -> impl Iterator<Item = &'static str> {
        self.panels.iter().map(|panel| panel.name).chain(self.tables.iter().map(|table| table.name))
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
    let found = Desk::find(path)?.found(name).ok_or_else(missing)?;
    let level = level(&ask)?;
    let context = Context::open(app, ask).await?;
    let read = match found {
        Found::Panel(panel) => panel.table(&context, &panel.read(&context).await?),
        Found::Table(table) => table.read(&context, level).await?,
    };
    let (filters, metrics) = found.about(&context, level);
    let whole = Arranged::read(&context.ask, found.name())?.whole(read)?;
    answer(&context.app, &context.ask, whole.file_of(&context, name, filters, &metrics)).await
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
    Arranged::check(&context.ask, desk.names())?;
    let panels: Vec<_> = desk.panels.iter().map(|panel| section::of_panel(context, desk, panel)).collect();
    let reading: Vec<_> = desk.tables.iter().map(|table| table.read(context, level)).collect();
    let (mut sections, read) = try_join!(try_join_all(panels), try_join_all(reading))?;
    for (table, rows) in desk.tables.iter().zip(&read) {
        sections.push(section::of_table(context, desk, table, level, (rows, &read)).await?);
    }
    let link = |name: &str| Link {
        href: context.ask.with(&[("level", name), ("page", "")]),
        text: t.code("level", name),
        current: level.as_str() == name,
    };
    let has_places = desk.tables.iter().any(|table| table.by.is_none());
    let mut frame = context.frame(desk.nav, t.say(desk.title), &KEPT);
    if context.ask.is_print()? {
        let metrics: Vec<&str> =
            desk.tables.iter().flat_map(|table| table.figures).map(|figure| figure.metric).collect();
        let rows: usize = sections.iter().map(|section| section.total).sum();
        let period = vec![(t.say("about-period"), context.period())];
        frame = frame.printed(About::new(context, &t.say(desk.title), period, &metrics, rows));
    }
    page(&Page {
        frame,
        print: context.ask.with(&[("print", "1"), ("page", "")]),
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
        let by = self.by.unwrap_or(level);
        let mut read = figures::table(context, self.title(context), by, &self.shown()).await?;
        let wanted = match by {
            Breakdown::Organization => context.ask.filters.organization.as_str(),
            Breakdown::Item => context.ask.filters.item.as_str(),
            _ => "",
        };
        if !wanted.is_empty() {
            read.keep("code", wanted);
        }
        Ok(read)
    }

    fn shown(&self) -> Vec<Shown> {
        self.figures.iter().filter_map(Figure::found).collect()
    }

    fn title(&self, context: &Context) -> String {
        context.lang().code("desk", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn every_table_names_columns_that_there_are_by_what_they_are_told_apart_by() {
        for desk in &DESKS {
            let mut names: Vec<&str> = desk.names().collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), desk.tables.len() + desk.panels.len(), "{}", desk.path);
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
