//! A query while it runs: begun under the guards of the engine, noted in the audit log before a row is given,
//! and stopped with whoever reads it.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use analytics::{AnalyticsError, Answer, Right};
use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::datatypes::{Field, Schema, SchemaRef};
use axum::body::Body;
use futures::{StreamExt, stream};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use super::asked::Asked;
use super::saved::{self, Outcome, Past};
use super::write::{Encoder, End};
use super::{Form, Trouble};
use crate::accounts::Visitor;
use crate::state::App;

/// Bytes of a file that are made before the first of them is sent: what goes wrong with a short one is told in its
/// place.
const AHEAD: usize = 64 * 1024;

/// From where a query comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Page,
    Api,
}

/// What an answer is, before its rows.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    /// No two columns have the same name.
    pub(crate) schema: SchemaRef,
    pub(crate) sql: String,
    /// Names and values as texts.
    pub(crate) params: Vec<(String, String)>,
    pub(crate) versions: Vec<(&'static str, u64)>,
    pub(crate) as_of: Timestamp,
    pub(crate) made: Timestamp,
    pub(crate) zone: TimeZone,
    pub(crate) zone_name: String,
}

/// An answer whose first rows are there.
pub(crate) struct Running {
    pub(crate) head: Head,
    answer: Answer,
    ahead: Option<RecordBatch>,
    account: Account,
}

/// An answer that has been read as far as it may be.
pub(crate) struct Gathered {
    pub(crate) head: Head,
    pub(crate) batches: Vec<RecordBatch>,
    pub(crate) end: End,
}

/// What is left of an answer.
type Rest = Option<(Running, Box<dyn Encoder>)>;

impl Running {
    /// Begins a query and waits for its first rows, so that what cannot be answered is told instead of them.
    pub(crate) async fn begin(
        app: &App,
        visitor: &Visitor,
        asked: &Asked,
        (way, form, remember): (Way, Form, bool),
    ) -> Result<Self, Trouble> {
        if form.is_file() && !visitor.principal.may(Right::Export) {
            return Err(Trouble::forbidden("this account may read answers, and may not take them along as files"));
        }
        note(app, visitor, asked, way, form.ending()).await?;
        let mut account = Account {
            app: app.clone(),
            visitor: visitor.clone(),
            asked: asked.clone(),
            way,
            form,
            remember,
            rows: 0,
            begun: Instant::now(),
            is_open: true,
        };
        let (limits, params) = (asked.limits(), asked.values());
        let answer = app.engine.ask(&visitor.principal, asked.as_of, &asked.sql, &params, &limits).await;
        let answer = answer.map_err(|error| account.failed(error.into()))?;
        let head = Head {
            schema: distinct(&answer.schema),
            sql: asked.sql.clone(),
            params: asked.params.iter().map(|(name, value)| (name.clone(), saved::value_text(value))).collect(),
            versions: answer.versions.clone(),
            as_of: answer.as_of,
            made: app.engine.clock().now(),
            zone: app.engine.zone().clone(),
            zone_name: app.engine.lake_meta().time_zone.clone(),
        };
        let mut running = Self { head, answer, ahead: None, account };
        match running.next().await {
            Ok(first) => running.ahead = first,
            Err(trouble) => return Err(running.account.failed(trouble)),
        }
        Ok(running)
    }

    /// Some rows; none at the end.
    async fn next(&mut self) -> Result<Option<RecordBatch>, Trouble> {
        if let Some(batch) = self.ahead.take() {
            return Ok(Some(batch));
        }
        match self.answer.stream.next().await {
            None => Ok(None),
            Some(Err(error)) => Err(AnalyticsError::from(error).into()),
            Some(Ok(batch)) => {
                self.account.rows += batch.num_rows() as u64;
                let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
                let schema = self.head.schema.clone();
                let batch = RecordBatch::try_new_with_options(schema, batch.columns().to_vec(), &options);
                batch.map(Some).map_err(|error| Trouble::server(&error))
            }
        }
    }

    fn end(&self, trouble: Option<Trouble>) -> End {
        End {
            rows: self.account.rows,
            truncated: self.answer.truncated.load(Ordering::Acquire),
            millis: self.account.millis(),
            trouble,
        }
    }

    /// The whole answer, which its limits keep small.
    pub(crate) async fn gather(mut self) -> Gathered {
        let mut batches = Vec::new();
        let trouble = loop {
            match self.next().await {
                Ok(Some(batch)) => batches.push(batch),
                Ok(None) => break None,
                Err(trouble) => break Some(trouble),
            }
        };
        let end = self.end(trouble);
        self.account.close(Outcome::of(&end));
        Gathered { head: self.head.clone(), batches, end }
    }

    /// The answer in bytes. What goes wrong before the first of them is told in their place; later, JSON says it at
    /// its end, and a file breaks off.
    pub(crate) async fn body(self, encoder: Box<dyn Encoder>) -> Result<Body, Trouble> {
        let is_file = self.account.form.is_file();
        let (mut first, mut rest) = (Vec::new(), Some((self, encoder)));
        while rest.is_some() && (first.is_empty() || (is_file && first.len() < AHEAD)) {
            let Some((bytes, left)) = piece(rest.take()).await? else { break };
            first.extend(bytes);
            rest = left;
        }
        let first = stream::once(std::future::ready(Ok::<Vec<u8>, Trouble>(first)));
        Ok(Body::from_stream(first.chain(stream::try_unfold(rest, piece))))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Nobody reads any more, or everything has been read.
        self.answer.cancel.cancel();
    }
}

/// The next bytes, and what is left. Rows become bytes away from the threads that serve.
async fn piece(rest: Rest) -> Result<Option<(Vec<u8>, Rest)>, Trouble> {
    let Some((mut running, mut encoder)) = rest else {
        return Ok(None);
    };
    let trouble = loop {
        let batch = match running.next().await {
            Ok(Some(batch)) => batch,
            Ok(None) => break None,
            Err(trouble) => break Some(trouble),
        };
        let written = spawn_blocking(move || {
            let bytes = encoder.rows(&batch);
            (bytes, encoder)
        });
        let (bytes, back) = written.await.map_err(|error| Trouble::server(&error))?;
        encoder = back;
        let bytes = bytes.map_err(|trouble| running.account.failed(trouble))?;
        if !bytes.is_empty() {
            return Ok(Some((bytes, Some((running, encoder)))));
        }
    };
    let end = running.end(trouble);
    running.account.close(Outcome::of(&end));
    let written = spawn_blocking(move || encoder.end(&end)).await.map_err(|error| Trouble::server(&error))?;
    Ok(Some((written?, None)))
}

/// The same schema with columns of different names: `n`, `n_2`.
fn distinct(schema: &SchemaRef) -> SchemaRef {
    let mut taken: HashSet<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let mut seen = HashSet::new();
    let field = |field: &Arc<Field>| -> Arc<Field> {
        if seen.insert(field.name().clone()) {
            return field.clone();
        }
        let mut n = 2_usize;
        let mut name = format!("{}_{n}", field.name());
        while !taken.insert(name.clone()) {
            n += 1;
            name = format!("{}_{n}", field.name());
        }
        Arc::new(field.as_ref().clone().with_name(name))
    };
    let fields: Vec<Arc<Field>> = schema.fields().iter().map(field).collect();
    Arc::new(Schema::new(fields))
}

/// The plan of a query, which is noted as the query itself would be.
pub(crate) async fn plan(app: &App, visitor: &Visitor, asked: &Asked, way: Way) -> Result<String, Trouble> {
    note(app, visitor, asked, way, "plan").await?;
    Ok(app.engine.explain(&visitor.principal, asked.as_of, &asked.sql, &asked.limits()).await?)
}

/// Notes in the audit log what is asked. What cannot be noted is not answered.
async fn note(app: &App, visitor: &Visitor, asked: &Asked, way: Way, form: &str) -> Result<(), Trouble> {
    let told = Value::Object(told(asked, way, form));
    app.audit.note(visitor, "query", told).await.map_err(|error| Trouble::server(&error))
}

fn told(asked: &Asked, way: Way, form: &str) -> Map<String, Value> {
    let params = asked.params.iter().map(|(name, value)| (name.clone(), json!(saved::value_text(value))));
    let mut told = Map::new();
    told.insert("sql".to_owned(), json!(asked.sql));
    told.insert("params".to_owned(), Value::Object(params.collect()));
    told.insert("way".to_owned(), json!(if way == Way::Page { "page" } else { "http" }));
    told.insert("form".to_owned(), json!(form));
    if let Some(as_of) = asked.as_of {
        told.insert("as_of".to_owned(), json!(as_of.to_string()));
    }
    told
}

/// What is noted of a query: that it is asked, with its text, before it runs; of a file what was taken along; and
/// for the history what came of it. Closed by its end, or as stopped when it is dropped before.
struct Account {
    app: App,
    visitor: Visitor,
    asked: Asked,
    way: Way,
    form: Form,
    remember: bool,
    rows: u64,
    begun: Instant,
    is_open: bool,
}

impl Account {
    fn millis(&self) -> u64 {
        self.begun.elapsed().as_millis().try_into().unwrap_or(u64::MAX)
    }

    fn failed(&mut self, trouble: Trouble) -> Trouble {
        self.close(if trouble.is_limit() { Outcome::Limit } else { Outcome::Failed });
        trouble
    }

    fn close(&mut self, outcome: Outcome) {
        if !std::mem::replace(&mut self.is_open, false) {
            return;
        }
        // Without a runtime the server is gone, and with it whoever asked.
        let Ok(runtime) = Handle::try_current() else { return };
        let (app, visitor, is_file, remember) =
            (self.app.clone(), self.visitor.clone(), self.form.is_file(), self.remember);
        let past = Past::new(&self.asked, app.accounts.now(), outcome, self.rows, self.millis());
        let mut told = told(&self.asked, self.way, self.form.ending());
        told.insert("rows".to_owned(), json!(self.rows));
        told.insert("outcome".to_owned(), json!(outcome.as_str()));
        runtime.spawn(async move {
            if is_file && let Err(error) = app.audit.note(&visitor, "export", Value::Object(told)).await {
                tracing::error!(%error, "an export could not be noted");
            }
            if remember && let Err(error) = saved::remember(&app, &visitor, past).await {
                tracing::error!(%error, "a query could not be kept in the history");
            }
        });
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.close(Outcome::Stopped);
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::DataType;

    use super::*;

    #[test]
    fn columns_of_the_same_name_are_told_apart() {
        let fields = ["n", "n_2", "n", "n"].map(|name| Field::new(name, DataType::Int64, true));
        let schema = distinct(&Arc::new(Schema::new(fields.to_vec())));
        let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(names, ["n", "n_2", "n_3", "n_4"]);
    }
}
