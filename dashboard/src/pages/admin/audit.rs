//! `/admin/audit`: the newest entries of the audit. Whether the chain holds is asked on the command line,
//! where the file can be had without this server: `sunlake audit verify`.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::error::HttpError;
use crate::format;
use crate::pages::page;
use crate::pages::plain::Plain;
use crate::request::Ask;
use crate::state::App;

/// Entries that are shown.
const MOST: usize = 500;

#[derive(Template)]
#[template(path = "audit.html")]
struct Page {
    plain: Plain,
    entries: Vec<Line>,
}

struct Line {
    seq: u64,
    at: String,
    actor: String,
    action: String,
    fields: String,
}

/// The page.
pub(super) async fn show(State(app): State<App>, ask: Ask) -> Result<Response, HttpError> {
    let zone = app.engine.zone();
    let entries = app.audit.newest(MOST).await?.into_iter().map(|entry| Line {
        seq: entry.seq,
        at: format::stamp_seconds(zone, entry.at),
        fields: serde_json::Value::Object(entry.fields).to_string(),
        actor: entry.actor,
        action: entry.action,
    });
    page(&Page { plain: Plain::new(&ask, "audit-title"), entries: entries.collect() })
}
