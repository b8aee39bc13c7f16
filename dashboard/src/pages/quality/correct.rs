//! The form of a refused record: what was typed is read through the batch's mapping and lands under
//! the batch, by the replay that the command line uses. The answer is a redirect to the record's page.

use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use ingest::{RawRecord, Replayed, open_refusals};
use serde_json::json;

use super::desk;
use super::row::{Told, read_id};
use super::row_id::RowId;
use crate::corrections::{Corrections, Outcome, Refused};
use crate::error::HttpError;
use crate::frame::Context;
use crate::guard;
use crate::request::{Ask, Fields, read_form};
use crate::state::App;

/// Bytes of a form: what may be corrected here with each byte written as three, and the names.
const MOST_FORM: usize = 1024 * 1024;

pub(crate) async fn take(
    State(app): State<App>,
    Path(id): Path<String>,
    ask: Ask,
    request: Request,
) -> Result<Response, HttpError> {
    let is_https = app.options.door.as_ref().is_some_and(|door| door.is_https);
    if !guard::is_same_origin(request.headers(), is_https) {
        return Err(HttpError::Foreign);
    }
    let (corrections, id) = (app.options.corrections.clone().ok_or(HttpError::Closed)?, read_id(&id)?);
    let sent = read_form(request, MOST_FORM).await?;
    if !app.forms.take_back(sent.value("form").unwrap_or_default(), &id.to_string()) {
        return Err(HttpError::Form);
    }
    let context = Context::open(app, ask).await?;
    let told = Told::read(&context, &id).await?;
    let (outcome, id) = correct(&context, &corrections, &told, id, &sent).await?;
    let name = context.app.forms.tell(outcome);
    Ok(Redirect::to(&context.ask.link(&id.path(), &[("done", &name)])).into_response())
}

async fn correct(
    context: &Context,
    corrections: &Corrections,
    told: &Told,
    id: RowId,
    sent: &Fields,
) -> Result<(Outcome, RowId), HttpError> {
    // The form was given out for a text and a mapping that were there.
    let mapping = corrections.mapping(&told.mapping)?.ok_or(HttpError::Form)?;
    let was = corrections.record(&id.batch, id.line, &id.row_hash).await?.ok_or(HttpError::Form)?;
    let mut values = Vec::new();
    for (at, (column, was)) in desk::columns(&was, &mapping).into_iter().enumerate() {
        let typed = sent.value(&desk::name(at)).ok_or(HttpError::Form)?;
        values.push((column, taken(was, typed)));
    }
    let record = RawRecord { line: id.line, row_hash: id.row_hash.clone(), values, text: None };
    let engine = &context.app.engine;
    let (lake, now) = (engine.lake().clone(), engine.clock().now());
    let replayed = corrections.replay(lake, mapping, &id.batch, record, now).await?;
    let Replayed { landed, known, .. } = replayed;
    tracing::info!(batch = %id.batch, line = id.line, landed, known, "a refused row was corrected");
    let fields = json!({ "batch": id.batch, "line": id.line, "landed": landed, "known": known });
    context.app.audit.note(&context.ask.visitor, "quarantine.correct", fields).await?;
    Ok((outcome(replayed), open_now(context, id).await?))
}

/// The same record; or, if it could not be read before and is refused for another reason now, what it
/// has become.
async fn open_now(context: &Context, id: RowId) -> Result<RowId, HttpError> {
    let open = open_refusals(context.app.engine.lake(), Some(&id.batch)).await?;
    let mut same_line = open.iter().filter(|refusal| refusal.line == id.line).peekable();
    let Some(first) = same_line.peek().map(|refusal| refusal.row_hash.clone()) else { return Ok(id) };
    if same_line.any(|refusal| refusal.row_hash == id.row_hash) {
        return Ok(id);
    }
    Ok(RowId { row_hash: first, ..id })
}

fn outcome(replayed: Replayed) -> Outcome {
    let refused = replayed.refusals.into_iter().map(|refusal| Refused {
        table: refusal.table,
        field: refusal.field,
        rule: refusal.rule.to_owned(),
        reason: refusal.reason,
    });
    Outcome { landed: replayed.landed, known: replayed.known, refused: refused.collect() }
}

/// What a field says now. A browser changes ends of lines and cannot send some characters: where that
/// is all, the value stays as it came.
fn taken(was: String, typed: &str) -> String {
    if plain(&was) == plain(typed) { was } else { typed.replace("\r\n", "\n") }
}

fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_only_the_browser_has_changed_stays_as_it_came() {
        assert_eq!(taken("one\rtwo\0".into(), "one\r\ntwo\u{fffd}"), "one\rtwo\0");
        assert_eq!(taken("one\ntwo".into(), "one\r\nthree"), "one\nthree");
        assert_eq!(taken("2023-09-31".into(), "2023-09-30"), "2023-09-30");
        assert_eq!(taken("x".into(), ""), "");
    }
}
