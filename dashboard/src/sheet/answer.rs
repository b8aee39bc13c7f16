//! A table as an answer: CSV or a workbook, by what the address ends in.

use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::task::spawn_blocking;

use super::{About, Chosen, Column, Head, Sheet, csv, xlsx};
use crate::error::HttpError;
use crate::format;
use crate::frame::Context;
use crate::pages::sunshine::is_public_path;
use crate::request::Ask;
use crate::state::App;

const CSV: &str = "text/csv; charset=utf-8";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Where the files of a table are, and the page that prints all of it.
#[derive(Debug, Clone)]
pub(crate) struct Exports {
    pub(crate) xlsx: String,
    pub(crate) csv: String,
    /// Empty where there is no such page.
    pub(crate) print: String,
}

impl Exports {
    /// Of a page, whose filters they keep; `path` is theirs without an ending.
    pub(crate) fn new(context: &Context, path: &str) -> Self {
        let ask = &context.ask;
        let file =
            |ending: &str, about| ask.at(&format!("{path}.{ending}"), &[("page", ""), ("print", ""), ("about", about)]);
        Self { xlsx: file("xlsx", ""), csv: file("csv", "1"), print: ask.with(&[("print", "1"), ("page", "")]) }
    }

    /// Of one table among several on a page.
    pub(crate) fn of_part(context: &Context, path: &str) -> Self {
        Self { print: String::new(), ..Self::new(context, path) }
    }
}

impl Sheet {
    /// All rows with the columns of a file. `name` is that of the worksheet.
    pub(crate) fn new<R>(
        context: &Context,
        file: &str,
        name: String,
        chosen: &Chosen<R>,
        rows: &[R],
        about: About,
    ) -> Self {
        let (lang, zone) = (context.lang(), context.zone().clone());
        let columns = chosen.in_file();
        let head = |column: &&Column<R>| Head { title: lang.say(column.title), has_sum: column.has_sum };
        let cells = |row: &R| columns.iter().map(|column| (column.cell)(context, row)).collect();
        Self {
            file: file.to_owned(),
            name,
            heads: columns.iter().map(head).collect(),
            rows: rows.iter().map(cells).collect(),
            about,
            lang,
            zone,
            as_of: context.session.as_of(),
        }
    }
}

/// The file that the address asks for: `….xlsx`, or `….csv`, where `?about=1` sets the lines about the
/// table before it. Who has it, and how many rows, goes to the audit first; what is published does not.
pub(crate) async fn answer(app: &App, ask: &Ask, sheet: Sheet) -> Result<Response, HttpError> {
    let with_about = ask.one_of("about", &["0", "1"])? == "1";
    let is_workbook = ask.path().ends_with(".xlsx");
    if is_workbook && sheet.rows.len() > xlsx::MOST_ROWS {
        return Err(HttpError::TooManyRows { rows: format::count(ask.lang(), sheet.rows.len() as i64) });
    }
    if !is_public_path(ask.path()) {
        let fields = json!({ "address": ask.with(&[]), "rows": sheet.rows.len() });
        app.audit.note(&ask.visitor, "export", fields).await?;
    }
    let name = sheet.file_name(if is_workbook { "xlsx" } else { "csv" });
    // Making a large file takes seconds, in which other pages go on.
    let bytes =
        spawn_blocking(move || if is_workbook { xlsx::write(&sheet) } else { Ok(csv::write(&sheet, with_about)) });
    let headers = [
        (CONTENT_TYPE, if is_workbook { XLSX } else { CSV }.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, bytes.await??).into_response())
}
