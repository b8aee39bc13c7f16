//! `/sql/tables/{name}`: what a table holds, with a few of its rows. `/sql/catalog.json`: the same of all tables for
//! the completion of the editor. Both tell what the visitor sees, and nothing else.

use analytics::TableDoc;
use askama::Template;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use queries::METRICS;
use serde_json::{Value, json};

use super::result::{View, view};
use super::typed::quoted;
use super::view::full_name;
use crate::error::HttpError;
use crate::frame::{Context, Frame, Nav};
use crate::i18n::Lang;
use crate::pages::page;
use crate::request::Ask;
use crate::sql::cells::type_name;
use crate::sql::{Form, Running, Trouble, Wanted, Way};
use crate::state::App;

/// Rows of a sample.
const SAMPLE: u64 = 10;

#[derive(Template)]
#[template(path = "sql_table.html")]
struct Page {
    frame: Frame,
    list_href: String,
    ask_href: String,
    name: String,
    about: String,
    is_view: bool,
    columns: Vec<Line>,
    sample: Option<View>,
    /// Why there is no sample.
    no_sample: String,
}

struct Line {
    name: String,
    kind: String,
    is_nullable: bool,
    about: String,
}

/// The page of one table.
pub(crate) async fn show(State(app): State<App>, Path(name): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let tables = app.engine.catalog(&ask.visitor.principal, ask.filters.as_of).await?;
    let table = tables.into_iter().find(|table| full_name(table) == name);
    let table = table.ok_or_else(|| HttpError::missing("page", &name))?;
    let context = Context::open(app, ask).await?;
    let (sample, no_sample) = match sample(&context, &name).await {
        Ok(sample) => (Some(sample), String::new()),
        Err(trouble) => (None, trouble.detail),
    };
    let columns = table.columns.iter().map(|column| Line {
        name: column.name.clone(),
        kind: type_name(&column.data_type),
        is_nullable: column.nullable,
        about: column.about.clone(),
    });
    page(&Page {
        frame: context.frame(Nav::Sql, name.clone(), &[]),
        list_href: context.ask.link("/sql", &[]),
        ask_href: context.ask.link("/sql", &[("table", &name)]),
        about: table.about.clone(),
        is_view: table.is_view,
        columns: columns.collect(),
        name,
        sample,
        no_sample,
    })
}

async fn sample(context: &Context, name: &str) -> Result<View, Trouble> {
    let sql = format!("select * from {} limit {SAMPLE}", quoted(name));
    let wanted = Wanted { sql, ..Wanted::default() };
    let mut asked = wanted.asked(context.zone(), context.session.as_of(), SAMPLE)?;
    asked.as_of = context.ask.filters.as_of;
    let running = Running::begin(&context.app, &context.ask.visitor, &asked, (Way::Page, Form::Json, false)).await?;
    let gathered = running.gather().await;
    match &gathered.end.trouble {
        Some(trouble) => Err(trouble.clone()),
        None => view(context, &gathered, 1),
    }
}

/// Tables, columns and calls of metrics, for the editor.
pub(crate) async fn list(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let tables = app.engine.catalog(&ask.visitor.principal, ask.filters.as_of).await?;
    let now = ask.filters.as_of.unwrap_or_else(|| app.engine.clock().now());
    let (from, to) = ask.filters.period(app.engine.zone().to_datetime(now).date());
    let t = ask.lang();
    let metric = |metric: &queries::Metric| {
        json!({
            "call": format!("metric('{}', date '{from}', date '{to}')", metric.id),
            "title": if t == Lang::Zh { metric.title_zh() } else { metric.title_en() },
            "about": t.code("formula", metric.id),
        })
    };
    let told = json!({
        "tables": tables.iter().map(told).collect::<Vec<_>>(),
        "metrics": METRICS.iter().map(metric).collect::<Vec<_>>(),
    });
    Ok(([(CACHE_CONTROL, "no-store")], Json(told)).into_response())
}

fn told(table: &TableDoc) -> Value {
    let column = |column: &analytics::ColumnDoc| json!({ "name": column.name, "type": type_name(&column.data_type), "about": column.about });
    json!({
        "name": full_name(table),
        "about": table.about,
        "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use analytics::ColumnDoc;
    use arrow::datatypes::DataType;

    use super::*;

    #[test]
    fn a_table_beyond_the_public_schema_is_told_with_it() {
        let column =
            || ColumnDoc { name: "n".into(), data_type: DataType::Int64, nullable: false, about: "a count".into() };
        let table = |schema: &str| TableDoc {
            schema: schema.into(),
            name: "card".into(),
            is_view: false,
            about: "cards".into(),
            columns: vec![column()],
        };
        assert_eq!(full_name(&table("public")), "card");
        let told = told(&table("lake"));
        assert_eq!(told["name"], "lake.card");
        assert_eq!(told["columns"][0], json!({ "name": "n", "type": "bigint", "about": "a count" }));
    }
}
