//! `/quality` 数据质量: can the figures be trusted today? What each source has delivered and how old it
//! is, which rules its rows break, how far the calendar reaches, what is wrong with the data, what the checks
//! found.

use analytics::Param;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use futures::try_join;
use queries::panel;
use serde::de::DeserializeOwned;

use super::incidents::{self, IncidentRow};
use super::page;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Nav};
use crate::i18n::Lang;
use crate::request::Ask;
use crate::sheet::{About, Cell, Chosen, Column, Exports, Sheet, answer};
use crate::state::App;

pub(crate) mod correct;
pub(crate) mod row;
pub(crate) mod rows;

mod calendar;
mod checks;
mod desk;
mod picked;
mod row_id;
mod rules;
mod sources;
mod verdict;
mod why;

use verdict::Verdict;

/// One data incident as the page shows it.
struct Incident {
    kind: String,
    region: String,
    year: i64,
    cases: String,
    open: String,
}

#[derive(Template)]
#[template(path = "quality.html")]
struct Page {
    frame: Frame,
    verdict: Verdict,
    sources: Vec<sources::View>,
    /// All sources together, if there are several.
    total: Option<sources::View>,
    rules: Vec<rules::View>,
    /// When the refused rows were refused; empty without a period.
    period: String,
    rows_href: String,
    calendar: Vec<calendar::View>,
    incidents: Vec<Incident>,
    checks: checks::View,
    /// Where the files of each table are.
    files: Files,
}

struct Files {
    sources: Exports,
    rules: Exports,
    calendar: Exports,
    incidents: Exports,
    checks: Exports,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let picked = picked::Picked::none(&context);
    let (sources, rules, calendar, mut incidents) = try_join!(
        sources::read(&context),
        rules::read(&context, &picked),
        calendar::read(&context),
        asked::<IncidentRow>(&context, panel::DATA_INCIDENTS, &[]),
    )?;
    incidents::sort(&mut incidents);
    let files = |table: &str| Exports::of_part(&context, &format!("/quality/{table}"));
    page(&Page {
        frame: context.frame(Nav::Quality, t.say("nav-quality"), &[]),
        verdict: verdict::verdict(&context, &sources, &calendar, &incidents),
        total: sources::total(&context, &sources),
        sources: sources.iter().map(|row| row.view(&context)).collect(),
        rules: rules.iter().map(|row| row.view(&context)).collect(),
        period: context.period_given().unwrap_or_default(),
        rows_href: context.ask.link("/quality/rows", &[]),
        calendar: calendar.iter().map(|row| row.view(&context)).collect(),
        incidents: incidents.iter().map(|row| incident(t, row)).collect(),
        checks: checks::view(&context),
        files: Files {
            sources: files("sources"),
            rules: files("rules"),
            calendar: files("calendar"),
            incidents: files("incidents"),
            checks: files("checks"),
        },
    })
}

/// One of the tables as a file.
pub(crate) async fn export(State(app): State<App>, Path(table): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let missing = HttpError::missing("page", ask.path());
    let table = table.strip_suffix(".csv").or_else(|| table.strip_suffix(".xlsx")).unwrap_or_default().to_owned();
    if !["sources", "rules", "calendar", "incidents", "checks"].contains(&table.as_str()) {
        return Err(missing);
    }
    let context = Context::open(app, ask).await?;
    let context = &context;
    let whole = match table.as_str() {
        "sources" => {
            let rows = sources::read(context).await?;
            sheet(context, "sources", "quality-sources", sources::columns(), &rows, Vec::new())
        }
        "rules" => {
            let picked = picked::Picked::none(context);
            let rows = rules::read(context, &picked).await?;
            sheet(context, "rules", "quality-rules", rules::columns(), &rows, picked.about(context))
        }
        "calendar" => {
            let rows = calendar::read(context).await?;
            sheet(context, "calendar", "quality-calendar", calendar::columns(), &rows, Vec::new())
        }
        "checks" => sheet(context, "checks", "quality-checks", checks::columns(), &checks::lines(context), Vec::new()),
        _ => {
            let mut rows = asked::<IncidentRow>(context, panel::DATA_INCIDENTS, &[]).await?;
            incidents::sort(&mut rows);
            sheet(context, "incidents", "quality-incidents", incident_columns(), &rows, Vec::new())
        }
    };
    answer(&context.app, &context.ask, whole).await
}

/// All of a table whose columns nobody chooses; `title` is the key of its name.
fn sheet<R>(
    context: &Context,
    file: &'static str,
    title: &str,
    columns: Vec<Column<R>>,
    rows: &[R],
    filters: Vec<(String, String)>,
) -> Sheet {
    let title = context.lang().say(title);
    let about = About::new(context, &title, filters, &[], rows.len());
    Sheet::new(context, file, title, &Chosen::all(columns), rows, about)
}

async fn asked<T: DeserializeOwned>(
    context: &Context,
    sql: &str,
    params: &[(&str, Param)],
) -> Result<Vec<T>, HttpError> {
    Ok(context.session.rows(sql, params).await?)
}

fn incident(t: Lang, row: &IncidentRow) -> Incident {
    Incident {
        kind: t.code("incident", &row.kind),
        region: row.region.clone(),
        year: row.year,
        cases: format::count(t, row.cases),
        open: format::count(t, row.open_cases),
    }
}

fn incident_columns() -> Vec<Column<IncidentRow>> {
    vec![
        Column::new("incident", "col-incident", "", |context, row: &IncidentRow| {
            Cell::Text(context.lang().code("incident", &row.kind))
        }),
        Column::new("region", "col-region", "", |_, row: &IncidentRow| Cell::Text(row.region.clone())),
        // A name of a year: no marks between its digits.
        Column::new("year", "col-year", "r", |_, row: &IncidentRow| Cell::Text(row.year.to_string())),
        Column::new("cases", "col-cases", "r", |_, row: &IncidentRow| Cell::Count(row.cases)).with_sum(),
        Column::new("open_cases", "col-open-cases", "r", |_, row: &IncidentRow| Cell::Count(row.open_cases)).with_sum(),
    ]
}
