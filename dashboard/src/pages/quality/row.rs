//! `/quality/rows/{id}`: one refused record, why it was refused, and its text to be corrected.

use analytics::Param;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use jiff::Timestamp;
use queries::panel;
use serde::Deserialize;

use super::desk::{self, Desk};
use super::row_id::RowId;
use super::why::why;
use super::{asked, picked, rules};
use crate::corrections::Outcome;
use crate::error::HttpError;
use crate::format;
use crate::frame::{Context, Frame, Link, Nav};
use crate::i18n::Lang;
use crate::pages::page;
use crate::request::Ask;
use crate::state::App;

/// One row of panel `refused_row`.
#[derive(Debug, Clone, Deserialize)]
struct ToldRow {
    source_system: String,
    mapping: String,
    file_name: String,
    output: u32,
    row_hash: String,
    table_name: Option<String>,
    field: Option<String>,
    rule: String,
    reason: String,
    attempt: i64,
    is_resolution: bool,
    is_open: bool,
    ingested_at: Timestamp,
}

/// All that is known of a refused record.
pub(super) struct Told {
    pub(super) source: String,
    pub(super) mapping: String,
    pub(super) file: String,
    /// What is wrong with it still; nothing if it has landed or was known.
    pub(super) open: Vec<Refusal>,
    /// When it was refused, and when the last of it was resolved.
    seen_at: Timestamp,
    resolved: Option<(Timestamp, i64)>,
}

/// One refusal.
pub(super) struct Refusal {
    /// Which output of the mapping; 0: the whole record.
    pub(super) output: u32,
    pub(super) table: Option<String>,
    pub(super) field: Option<String>,
    pub(super) rule: String,
    pub(super) reason: String,
}

/// A refusal as the page shows it.
struct Line {
    place: String,
    rule: String,
    reason: String,
    /// What the lake tells, where the page says it in other words.
    told: String,
}

#[derive(Template)]
#[template(path = "quality_row.html")]
struct Page {
    frame: Frame,
    above: Vec<Link>,
    state: String,
    facts: Vec<String>,
    /// What came of the form that was sent; a sentence each, then what is wrong still.
    answer: Vec<String>,
    again: Vec<Line>,
    refusals: Vec<Line>,
    desk: Desk,
}

/// The page.
pub(crate) async fn show(State(app): State<App>, Path(id): Path<String>, ask: Ask) -> Result<Response, HttpError> {
    let (id, answer) = (read_id(&id)?, ask.value("done").and_then(|name| app.forms.told(name)));
    let context = Context::open(app, ask).await?;
    let t = context.lang();
    let told = Told::read(&context, &id).await?;
    let desk = desk::desk(&context, &id, &told).await?;
    let title = t.tell("refusal-title", &[("line", &id.line.to_string())]);
    let mut frame = context.frame(Nav::Quality, title, &[]);
    // A page that fetches itself again would take away what is being typed.
    frame.live = false;
    let link = |path: &str, key: &str, more: &[(&str, &str)]| Link {
        href: context.ask.link(path, more),
        text: t.say(key),
        current: false,
    };
    page(&Page {
        frame,
        above: vec![link("/quality", "nav-quality", &[]), link("/quality/rows", "rows-title", &[])],
        state: t.say(if told.is_open() { "refusal-open" } else { "refusal-closed" }),
        facts: told.facts(&context, &id),
        again: answer.iter().flat_map(|outcome| &outcome.refused).map(|refused| again(t, refused)).collect(),
        answer: answer.map(|outcome| sentences(t, &outcome)).unwrap_or_default(),
        refusals: told.open.iter().map(|refusal| refusal.line(t)).collect(),
        desk,
    })
}

/// The id of an address; what is none has no page.
pub(super) fn read_id(text: &str) -> Result<RowId, HttpError> {
    RowId::parse(text).ok_or_else(|| HttpError::missing("row", text))
}

impl Told {
    /// Reads what is known of a record as of the page's instant.
    pub(super) async fn read(context: &Context, id: &RowId) -> Result<Self, HttpError> {
        let missing = || HttpError::missing("row", &id.to_string());
        let line = i64::try_from(id.line).map_err(|_| missing())?;
        let params = [("batch", Param::Text(id.batch.clone())), ("line", Param::Int(line))];
        let mut rows: Vec<ToldRow> = asked(context, panel::REFUSED_ROW, &params).await?;
        rows.retain(|row| row.row_hash == id.row_hash);
        rows.sort_by(|left, right| {
            (left.attempt, left.output, &left.field, &left.rule).cmp(&(
                right.attempt,
                right.output,
                &right.field,
                &right.rule,
            ))
        });
        let first = rows.iter().find(|row| !row.is_resolution).ok_or_else(missing)?;
        let resolved = rows.iter().filter(|row| row.is_resolution).map(|row| (row.ingested_at, row.attempt)).max();
        Ok(Self {
            source: first.source_system.clone(),
            mapping: first.mapping.clone(),
            file: first.file_name.clone(),
            seen_at: first.ingested_at,
            resolved,
            open: rows.into_iter().filter(|row| row.is_open).map(Refusal::from).collect(),
        })
    }

    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    fn facts(&self, context: &Context, id: &RowId) -> Vec<String> {
        let t = context.lang();
        let stamp = |at| format::stamp(context.zone(), at);
        let mut facts = vec![
            self.file.clone(),
            t.tell("refusal-source", &[("source", &self.source)]),
            t.tell("refusal-mapping", &[("mapping", &self.mapping)]),
            t.tell("refusal-batch", &[("batch", &picked::short(&id.batch))]),
            t.tell("refusal-seen", &[("at", &stamp(self.seen_at))]),
        ];
        if let Some((at, attempt)) = self.resolved {
            facts.push(t.tell("refusal-resolved", &[("at", &stamp(at)), ("attempt", &attempt.to_string())]));
        }
        facts
    }
}

impl From<ToldRow> for Refusal {
    fn from(row: ToldRow) -> Self {
        let ToldRow { output, table_name, field, rule, reason, .. } = row;
        Self { output, table: table_name, field, rule, reason }
    }
}

impl Line {
    fn new(place: String, rule: String, reason: String, told: &str) -> Self {
        let told = if reason == told { String::new() } else { told.to_owned() };
        Self { place, rule, reason, told }
    }
}

impl Refusal {
    fn line(&self, t: Lang) -> Line {
        let table = rules::name(t, self.table.as_deref());
        let place = self.field.as_ref().map_or(table.clone(), |field| format!("{table}.{field}"));
        let why = why(t, &self.rule, self.table.as_deref(), self.field.as_deref(), &self.reason);
        Line::new(place, t.code("rule", &self.rule), why, &self.reason)
    }
}

fn again(t: Lang, refused: &crate::corrections::Refused) -> Line {
    let place = refused.field.clone().unwrap_or_else(|| t.say("whole-record"));
    let why = why(t, &refused.rule, refused.table, refused.field.as_deref(), &refused.reason);
    Line::new(place, t.code("rule", &refused.rule), why, &refused.reason)
}

/// What came of a correction.
fn sentences(t: Lang, outcome: &Outcome) -> Vec<String> {
    let count = |n: i64| format::count(t, n);
    let mut told = Vec::new();
    if outcome.landed > 0 {
        told.push(t.tell("done-landed", &[("n", &count(outcome.landed))]));
    }
    if outcome.known > 0 {
        told.push(t.tell("done-known", &[("n", &count(outcome.known))]));
    }
    if !outcome.refused.is_empty() {
        told.push(t.say("done-refused"));
    }
    if told.is_empty() {
        told.push(t.say("done-nothing"));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corrections::Refused;

    #[test]
    fn each_outcome_has_its_sentence() {
        let outcome = |landed, known, refused: usize| {
            let one = Refused { table: None, field: None, rule: "missing".into(), reason: String::new() };
            sentences(Lang::En, &Outcome { landed, known, refused: vec![one; refused] })
        };
        assert_eq!(outcome(1, 0, 0), [Lang::En.tell("done-landed", &[("n", "1")])]);
        assert_eq!(outcome(0, 1, 0), [Lang::En.tell("done-known", &[("n", "1")])]);
        assert_eq!(outcome(0, 0, 2), [Lang::En.say("done-refused")]);
        assert_eq!(outcome(1, 0, 1).len(), 2);
        assert_eq!(outcome(0, 0, 0), [Lang::En.say("done-nothing")]);
    }
}
