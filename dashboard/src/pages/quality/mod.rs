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
use super::{csv_file, page};
use crate::csv::Csv;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Nav};
use crate::i18n::Lang;
use crate::request::Ask;
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
    /// Where the CSV of each table is.
    csv: CsvLinks,
}

struct CsvLinks {
    sources: String,
    rules: String,
    calendar: String,
    incidents: String,
    checks: String,
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
    let link = |table: &str| context.ask.link(&format!("/quality/{table}.csv"), &[]);
    page(&Page {
        frame: context.frame(Nav::Quality, t.say("nav-quality"), &[]),
        verdict: verdict::verdict(&context, &sources, &calendar, &incidents),
        total: sources::total(&context, &sources),
        sources: sources.iter().map(|row| row.view(&context)).collect(),
        rules: rules.iter().map(|row| row.view(&context)).collect(),
        period: picked.period(&context),
        rows_href: context.ask.link("/quality/rows", &[]),
        calendar: calendar.iter().map(|row| row.view(&context)).collect(),
        incidents: incidents.iter().map(|row| incident(t, row)).collect(),
        checks: checks::view(&context),
        csv: CsvLinks {
            sources: link("sources"),
            rules: link("rules"),
            calendar: link("calendar"),
            incidents: link("incidents"),
            checks: link("checks"),
        },
    })
}

/// One of the tables as CSV.
pub(crate) async fn export(State(app): State<App>, Path(table): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let missing = HttpError::missing("page", ask.path());
    if !["sources.csv", "rules.csv", "calendar.csv", "incidents.csv", "checks.csv"].contains(&table.as_str()) {
        return Err(missing);
    }
    let context = Context::open(app, ask).await?;
    let text = match table.as_str() {
        "sources.csv" => sources::csv(&context, &sources::read(&context).await?),
        "rules.csv" => rules::csv(&context, &rules::read(&context, &picked::Picked::none(&context)).await?),
        "calendar.csv" => calendar::csv(&context, &calendar::read(&context).await?),
        "checks.csv" => checks::csv(&context),
        _ => {
            let mut rows = asked::<IncidentRow>(&context, panel::DATA_INCIDENTS, &[]).await?;
            incidents::sort(&mut rows);
            incidents_csv(context.lang(), &rows)
        }
    };
    Ok(csv_file(&table, text))
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

fn incidents_csv(t: Lang, rows: &[IncidentRow]) -> String {
    let mut csv = table(t, &["col-incident", "col-region", "col-year", "col-cases", "col-open-cases"]);
    for row in rows {
        csv.row(&[
            t.code("incident", &row.kind),
            row.region.clone(),
            row.year.to_string(),
            row.cases.to_string(),
            row.open_cases.to_string(),
        ]);
    }
    csv.finish()
}

/// A CSV table whose head is in the language of the page.
fn table(t: Lang, keys: &[&str]) -> Csv {
    let head: Vec<String> = keys.iter().map(|key| t.say(key)).collect();
    Csv::new(&head.iter().map(String::as_str).collect::<Vec<_>>())
}
