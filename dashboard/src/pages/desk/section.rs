//! A table with all that stands around it on its page.

use queries::Breakdown;

use super::arranged::Arranged;
use super::found::Found;
use super::panels::Panel;
use super::pictures::Drawn;
use super::sketches::Sketched;
use super::{Desk, Figure, Table};
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Link};
use crate::pages::cards::Pages;
use crate::pages::figures;
use crate::sheet::Exports;

/// A table as the page shows it.
pub(super) struct Section {
    pub(super) name: &'static str,
    pub(super) title: String,
    /// Its rows, on whatever page.
    pub(super) total: usize,
    pub(super) count: String,
    /// What has to be known to read it.
    pub(super) notes: Vec<String>,
    /// What stands there if it has no rows; empty if it has some.
    pub(super) empty: String,
    /// What can be chosen of it.
    pub(super) choices: Vec<Link>,
    pub(super) drawn: Vec<Drawn>,
    /// The metrics in it.
    pub(super) metrics: Vec<Link>,
    pub(super) columns: Vec<Link>,
    pub(super) table: String,
    pub(super) pages: Pages,
    pub(super) exports: Exports,
}

/// What was read for a table of figures, among what was read for all of the page.
pub(super) async fn of_table(
    context: &Context,
    desk: &Desk,
    table: &'static Table,
    level: Breakdown,
    (read, all): (&figures::Table, &[figures::Table]),
) -> Result<Section, HttpError> {
    let by = table.by.unwrap_or(level);
    let mut section = Section::new(context, desk, Found::Table(table), read.clone())?;
    for drawing in table.drawings {
        section.drawn.extend(drawing.draw(context, desk, all, (read, by)).await?);
    }
    if figures::is_of_all(context, &figures::metrics(&table.shown()), by) {
        section.notes.push(context.lang().say("figures-whole-city"));
    }
    let metric = |figure: &Figure| Link {
        href: context.ask.link(&format!("/metrics/{}", figure.metric), &[("by", by.as_str())]),
        text: figure.metric.to_owned(),
        current: false,
    };
    section.metrics = table.figures.iter().map(metric).collect();
    Ok(section)
}

/// The rows of a panel.
pub(super) async fn of_panel(context: &Context, desk: &Desk, panel: &'static Panel) -> Result<Section, HttpError> {
    let rows = panel.read(context).await?;
    let sketched = match &panel.sketch {
        Some(sketch) => sketch.draw(context, panel, &rows).await?,
        None => Sketched::default(),
    };
    let mut section = Section::new(context, desk, Found::Panel(panel), panel.table(context, &rows))?;
    section.notes.insert(0, context.lang().code("panel-note", panel.name));
    section.drawn.extend(sketched.drawn);
    section.choices = sketched.choices;
    Ok(section)
}

impl Section {
    /// A table as the address arranges it, without pictures.
    fn new(context: &Context, desk: &Desk, found: Found, table: figures::Table) -> Result<Self, HttpError> {
        let (t, name) = (context.lang(), found.name());
        let arranged = Arranged::read(&context.ask, name)?;
        let columns = arranged.columns(&table);
        let whole = arranged.whole(table)?;
        let total = whole.rows.len();
        Ok(Self {
            name,
            title: whole.caption.clone(),
            total,
            count: format::count(t, total as i64),
            notes: found.unheeded(context, desk).into_iter().collect(),
            empty: if total == 0 { found.empty(t) } else { String::new() },
            choices: Vec::new(),
            drawn: Vec::new(),
            metrics: Vec::new(),
            columns,
            pages: arranged.pages(total),
            table: arranged.part(whole).html(t, context.zone())?,
            exports: Exports::of_part(context, &format!("{}/{name}", desk.path)),
        })
    }
}
