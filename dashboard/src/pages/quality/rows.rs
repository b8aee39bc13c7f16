//! `/quality/rows`: the refused rows that are open, newest first. No value of a record is shown in the
//! list: the texts rest in the vault.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use futures::try_join;
use jiff::Timestamp;
use queries::panel;
use serde::Deserialize;

use super::picked::{self, Picked};
use super::row_id::RowId;
use super::rules::{self, RuleRow};
use super::why::why;
use super::{asked, sheet};
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::i18n::Lang;
use crate::pages::cards::Pages;
use crate::pages::page;
use crate::request::Ask;
use crate::sheet::{Cell, Column, Exports, answer};
use crate::state::App;

/// Rows on a page.
const PAGE: i64 = 50;

/// One row of panel `refused_rows`.
#[derive(Debug, Clone, Deserialize)]
struct RefusedRow {
    place: i64,
    total: i64,
    batch_id: String,
    line: u64,
    row_hash: String,
    rule: String,
    source_system: String,
    mapping: String,
    file_name: String,
    table_name: Option<String>,
    field: Option<String>,
    more_fields: i64,
    reason: String,
    seen_at: Timestamp,
}

/// A refused row as the page shows it.
struct View {
    href: String,
    seen: String,
    age: String,
    rule: String,
    field: String,
    reason: String,
    file: String,
    line: String,
    batch: String,
    batch_href: String,
    source: String,
}

#[derive(Template)]
#[template(path = "quality_rows.html")]
struct Page {
    frame: Frame,
    quality_href: String,
    /// The rules, with how many rows each has.
    tabs: Vec<Link>,
    /// What else is asked for.
    chips: Vec<Link>,
    rows: Vec<View>,
    count: String,
    period: String,
    pages: Pages,
    exports: Exports,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let number = ask.page()?;
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let picked = Picked::read(&context);
    let places = ((number - 1) * PAGE, number * PAGE);
    let (rows, rules) = try_join!(read(&context, &picked, places), rules::read(&context, &picked))?;
    let count = match rows.first() {
        Some(row) => row.total,
        // A page beyond the last.
        None => rules.iter().filter(|row| matches(&picked, row)).map(|row| row.refused).sum(),
    };
    page(&Page {
        frame: context.frame(Nav::Quality, t.say("rows-title"), &picked::NAMES),
        quality_href: context.ask.link("/quality", &[]),
        tabs: tabs(&context, &picked, &rules),
        chips: picked.chips(&context),
        rows: rows.iter().map(|row| row.view(&context)).collect(),
        count: format::count(t, count),
        period: context.period_given().unwrap_or_default(),
        pages: Pages::new(&context.ask, number, count, PAGE),
        exports: Exports::of_part(&context, "/quality/rows"),
    })
}

/// All rows of the same filters as a file.
pub(crate) async fn export(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let context = Context::open(app, ask).await?;
    let picked = Picked::read(&context);
    let rows = read(&context, &picked, (0, i64::MAX)).await?;
    answer(
        &context.app,
        &context.ask,
        sheet(&context, "refused_rows", "rows-title", columns(), &rows, picked.about(&context)),
    )
    .await
}

async fn read(context: &Context, picked: &Picked, places: (i64, i64)) -> Result<Vec<RefusedRow>, HttpError> {
    let mut rows: Vec<RefusedRow> = asked(context, panel::REFUSED_ROWS, &picked.params_of_rows(places)).await?;
    rows.sort_by_key(|row| row.place);
    Ok(rows)
}

fn matches(picked: &Picked, row: &RuleRow) -> bool {
    picked.rule().is_empty() || picked.rule() == row.rule
}

/// All rules together, then each, those that most rows break first.
fn tabs(context: &Context, picked: &Picked, rules: &[RuleRow]) -> Vec<Link> {
    let t = context.lang();
    let mut counts: Vec<(&str, i64)> = Vec::new();
    for row in rules {
        match counts.iter_mut().find(|(rule, _)| *rule == row.rule) {
            Some((_, count)) => *count += row.refused,
            None => counts.push((&row.rule, row.refused)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let tab = |rule: &str, words: String, count: i64| Link {
        href: context.ask.with(&[("rule", rule), ("page", "")]),
        text: format!("{words} {}", format::count(t, count)),
        current: rule == picked.rule(),
    };
    let all = tab("", t.say("rows-all"), counts.iter().map(|(_, count)| count).sum());
    std::iter::once(all).chain(counts.iter().map(|(rule, count)| tab(rule, t.code("rule", rule), *count))).collect()
}

impl RefusedRow {
    fn id(&self) -> RowId {
        RowId { batch: self.batch_id.clone(), line: self.line, row_hash: self.row_hash.clone() }
    }

    /// The first field, and how many more.
    fn field(&self) -> String {
        let field = self.field.as_deref().unwrap_or_default();
        match self.more_fields {
            0 => field.to_owned(),
            more => format!("{field} +{more}"),
        }
    }

    fn why(&self, t: Lang) -> String {
        why(t, &self.rule, self.table_name.as_deref(), self.field.as_deref(), &self.reason)
    }

    fn view(&self, context: &Context) -> View {
        let t = context.lang();
        let place = match &self.table_name {
            Some(table) => format!("{table}.{}", self.field()),
            None => t.say("whole-record"),
        };
        View {
            href: context.ask.link(&self.id().path(), &[]),
            seen: format::stamp(context.zone(), self.seen_at),
            age: format::age(t, self.seen_at.duration_until(context.session.as_of())),
            rule: t.code("rule", &self.rule),
            field: place,
            reason: self.why(t),
            file: self.file_name.clone(),
            line: t.tell("refusal-title", &[("line", &self.line.to_string())]),
            batch: picked::short(&self.batch_id),
            batch_href: context.ask.link("/quality/rows", &[("batch", &self.batch_id)]),
            source: self.source_system.clone(),
        }
    }
}

/// Of the file.
fn columns() -> Vec<Column<RefusedRow>> {
    vec![
        Column::new("seen", "col-seen", "r", |_, row: &RefusedRow| Cell::Instant(row.seen_at)),
        Column::new("rule", "col-rule", "", |context, row: &RefusedRow| {
            Cell::Text(context.lang().code("rule", &row.rule))
        }),
        Column::new("code", "col-code", "", |_, row: &RefusedRow| Cell::Text(row.rule.clone())),
        Column::new("table", "col-table", "", |context, row: &RefusedRow| {
            Cell::Text(rules::name(context.lang(), row.table_name.as_deref()))
        }),
        Column::new("field", "col-field", "", |_, row: &RefusedRow| Cell::text(Some(row.field().as_str()))),
        Column::new("why", "col-why", "", |context, row: &RefusedRow| Cell::Text(row.why(context.lang()))),
        Column::new("source", "col-source", "", |_, row: &RefusedRow| Cell::Text(row.source_system.clone())),
        Column::new("mapping", "col-mapping", "", |_, row: &RefusedRow| Cell::Text(row.mapping.clone())),
        Column::new("file", "col-file", "", |_, row: &RefusedRow| Cell::Text(row.file_name.clone())),
        Column::new("line", "col-line", "r", |_, row: &RefusedRow| Cell::Count(row.line.cast_signed())),
        Column::new("batch", "col-batch", "", |_, row: &RefusedRow| Cell::Text(row.batch_id.clone())),
    ]
}
