//! `pg_catalog` and `information_schema` for clients of PostgreSQL's, made of what one principal sees: names, types
//! and words of [`TableDoc`], and no row of the lake. What is asked is parsed as PostgreSQL's SQL, made readable for
//! DataFusion (`rewrite.rs`, `empty.rs`), and answered on a thread of its own, with little memory and time, so that
//! no such question holds up anything else.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider};
use datafusion::datasource::MemTable;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{SessionConfig, SessionContext};
use datafusion::sql::parser::Statement as Parsed;
use datafusion::sql::sqlparser::ast::{ObjectName, Query, Statement, visit_relations};
use datafusion::sql::sqlparser::dialect::PostgreSqlDialect;
use datafusion::sql::sqlparser::parser::Parser;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use crate::{TableDoc, ask};

mod empty;
mod error;
mod functions;
mod ground;
mod known;
mod rewrite;
pub mod types;

pub use error::PgError;
use known::Known;
pub use known::PgClient;

/// Longest question, bytes. The longest that is known of a client has 6,000.
const MOST_BYTES: usize = 32 * 1024;
/// Rows of an answer; those beyond are left out, and no lake has so many columns.
const MOST_ROWS: usize = 100_000;
/// Memory of one client's questions, bytes.
const MEMORY: usize = 64 * 1024 * 1024;
/// Room to parse and plan what is deeply nested, bytes; it is taken only as it is used.
const STACK: usize = 256 * 1024 * 1024;
/// How long a question is worked on, and how long one waits for a place.
const LONGEST: Duration = Duration::from_secs(10);

/// Rows about tables.
#[derive(Debug)]
pub struct PgAnswer {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
}

/// Places for questions, shared by all clients of a server.
#[derive(Debug, Clone)]
pub struct PgPlaces(Arc<Semaphore>);

impl Default for PgPlaces {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(2)))
    }
}

/// What one client may know of tables. Cheap to clone.
#[derive(Clone)]
pub struct PgCatalog {
    inner: Arc<Inner>,
    places: PgPlaces,
}

struct Inner {
    context: SessionContext,
    known: Arc<Known>,
    system: Arc<MemorySchemaProvider>,
    information: Arc<MemorySchemaProvider>,
}

impl PgCatalog {
    /// The catalog over the tables that a principal sees.
    ///
    /// # Errors
    ///
    /// [`PgError::Query`] and [`PgError::Arrow`] for faults of the program.
    pub fn new(tables: Vec<TableDoc>, client: PgClient, places: PgPlaces) -> Result<Self, PgError> {
        let known = Arc::new(Known::new(tables, client));
        let config = SessionConfig::new()
            .with_target_partitions(1)
            .with_default_catalog_and_schema("sunlake", "pg_catalog")
            .with_create_default_catalog_and_schema(false);
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(GreedyMemoryPool::new(MEMORY))).build_arc()?;
        let state =
            SessionStateBuilder::new().with_config(config).with_runtime_env(runtime).with_default_features().build();
        let context = SessionContext::new_with_state(state);
        let catalog = Arc::new(MemoryCatalogProvider::new());
        let [system, information, ground] = ["pg_catalog", "information_schema", "sys"].map(|name| {
            let schema = Arc::new(MemorySchemaProvider::new());
            catalog.register_schema(name, schema.clone()).map(|_| schema)
        });
        let (system, information, ground) = (system?, information?, ground?);
        for (name, rows) in ground::tables(&known)? {
            let table = MemTable::try_new(rows.schema(), vec![vec![rows]])?;
            ground.register_table(name.to_owned(), Arc::new(table))?;
        }
        context.register_catalog("sunlake", catalog);
        for function in functions::functions(&known) {
            context.register_udf(function);
        }
        Ok(Self { inner: Arc::new(Inner { context, known, system, information }), places })
    }

    /// Answers one SELECT about tables. Whoever drops the answer ends the work on it.
    ///
    /// # Errors
    ///
    /// [`PgError`], with what to do about it.
    pub async fn ask(&self, sql: String) -> Result<PgAnswer, PgError> {
        if sql.len() > MOST_BYTES {
            return Err(PgError::Long { bytes: sql.len(), most: MOST_BYTES });
        }
        let place = timeout(LONGEST, self.places.0.clone().acquire_owned()).await;
        let place = place.map_err(|_| PgError::Busy)?.map_err(|_| PgError::Busy)?;
        let (tell, told) = oneshot::channel();
        let inner = self.inner.clone();
        std::thread::Builder::new().name("pg-catalog".to_owned()).stack_size(STACK).spawn(move || {
            work(&inner, &sql, tell);
            drop(place);
        })?;
        told.await.map_err(|_| PgError::Broken)?
    }
}

/// Works on one question until it is answered, has taken too long, or nobody waits for it.
fn work(inner: &Inner, sql: &str, mut tell: oneshot::Sender<Result<PgAnswer, PgError>>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime,
        // Nobody may wait any more: then nobody is told.
        Err(error) => return drop(tell.send(Err(error.into()))),
    };
    let answer = runtime.block_on(async {
        tokio::select! {
            () = tell.closed() => None,
            answer = timeout(LONGEST, inner.answer(sql)) => {
                Some(answer.unwrap_or(Err(PgError::Slow(LONGEST.as_secs()))))
            }
        }
    });
    if let Some(answer) = answer {
        drop(tell.send(answer));
    }
}

impl Inner {
    async fn answer(&self, sql: &str) -> Result<PgAnswer, PgError> {
        let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, sql)?;
        statements.first().map_or(Ok(()), ask::bounded).map_err(PgError::Deep)?;
        let (Some(Statement::Query(mut query)), true) = (statements.pop(), statements.is_empty()) else {
            return Err(PgError::NotOne);
        };
        rewrite::rewrite(&mut query, &self.known);
        self.provide(&query).await?;
        let parsed = Parsed::Statement(Box::new(Statement::Query(query)));
        let plan = self.context.state().statement_to_plan(parsed).await?;
        SQLOptions::new()
            .with_allow_ddl(false)
            .with_allow_dml(false)
            .with_allow_statements(false)
            .verify_plan(&plan)?;
        let frame = self.context.execute_logical_plan(plan).await?.limit(0, Some(MOST_ROWS))?;
        let schema = Arc::new(frame.schema().as_arrow().clone());
        Ok(PgAnswer { schema, batches: frame.collect().await? })
    }

    /// Makes the relations that a question names.
    async fn provide(&self, query: &Query) -> Result<(), PgError> {
        let mut names = Vec::new();
        let _ = visit_relations(query, |name: &ObjectName| {
            let parts = name.0.iter().filter_map(|part| part.as_ident());
            names.push(parts.map(|part| part.value.to_ascii_lowercase()).collect::<Vec<_>>());
            std::ops::ControlFlow::<()>::Continue(())
        });
        for parts in names {
            let Some((name, schemas)) = parts.split_last() else { continue };
            let schema = schemas.last().map_or("pg_catalog", String::as_str);
            let (provider, views, empty) = match schema {
                "pg_catalog" => (&self.system, &queries::pg::PG_CATALOG[..], &queries::pg::PG_EMPTY[..]),
                "information_schema" => {
                    (&self.information, &queries::pg::INFORMATION_SCHEMA[..], &queries::pg::INFORMATION_EMPTY[..])
                }
                _ => return Err(PgError::Mixed(parts.join("."))),
            };
            if provider.table_exist(name) {
                continue;
            }
            if let Some((_, sql)) = views.iter().find(|(held, _)| held == name) {
                provider.register_table(name.clone(), self.context.sql(sql).await?.into_view())?;
            } else if let Some((_, columns)) = empty.iter().find(|(held, _)| held == name) {
                let table = MemTable::try_new(Arc::new(fields(columns)), vec![Vec::new()])?;
                provider.register_table(name.clone(), Arc::new(table))?;
            } else if self.known.relations.iter().any(|held| held.doc.name == *name) {
                return Err(PgError::Mixed(name.clone()));
            }
        }
        Ok(())
    }
}

/// The columns of a relation that has no rows, see [`queries::pg::PG_EMPTY`].
fn fields(columns: &str) -> Schema {
    let field = |column: &str| {
        let (name, kind) = column.split_once(':').unwrap_or((column, ""));
        let data_type = match kind {
            "i" => DataType::Int32,
            "b" => DataType::Boolean,
            "a" => DataType::List(Arc::new(Field::new_list_field(DataType::Utf8, true))),
            _ => DataType::Utf8,
        };
        Field::new(name, data_type, true)
    };
    Schema::new(columns.split_whitespace().map(field).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests;
