//! The one door to data: [`Session`] is the only thing that runs SQL, and
//! [`crate::Engine::session`] the only way to one (design §2.10).

use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider};
use datafusion::common::ScalarValue;
use datafusion::common::runtime::SpawnedTask;
use datafusion::datasource::MemTable;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::{ident, lit};
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::prelude::SessionContext;
use datasets::contract;
use datasets::lake::{Lake, LakeSnapshot, TableSnapshot};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;

use crate::records::records;
use crate::{AnalyticsError, Principal, Rules};

mod basis;
mod columns;
pub(crate) mod contexts;
mod lake_table;
mod metric;
mod now;
mod office;
pub(crate) mod overlay;
pub(crate) mod recent;
mod supposed;
mod workdays;

use contexts::Bare;
use lake_table::LakeTable;
use overlay::Overlay;
use recent::Recalled;

pub use basis::{Basis, Why};
pub use supposed::Supposed;

/// Longest statement that is planned, bytes.
const MAX_SQL: usize = 20_000;

/// A value for `$name` in a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// Text.
    Text(String),
    /// Whole number.
    Int(i64),
    /// Civil date.
    Date(Date),
    /// Instant.
    Instant(Timestamp),
}

/// One pinned version of the lake, seen as of one instant.
pub struct Session {
    /// What our own texts run in: the rows that the principal sees.
    context: SessionContext,
    /// All rows, for nobody but the policy.
    whole: SessionContext,
    bare: Bare,
    principal: Principal,
    pub(crate) snapshot: LakeSnapshot,
    pub(crate) rules: Arc<Rules>,
    as_of: Timestamp,
    zone_name: String,
    versions: Vec<(&'static str, u64)>,
    /// Whether the lake has records that came to be known after `as_of`.
    is_past: bool,
    /// What is held in memory beside it, if anything is.
    recalled: Option<Recalled>,
    supposed: Supposed,
}

/// What a session is built from.
pub(crate) struct Ground<'a> {
    pub(crate) lake: &'a Lake,
    pub(crate) runtime: Arc<RuntimeEnv>,
    pub(crate) snapshot: LakeSnapshot,
    /// The batches that the states in the snapshot stand on.
    pub(crate) ledger: TableSnapshot,
    pub(crate) overlay: &'a Overlay,
    pub(crate) rules: Arc<Rules>,
    pub(crate) as_of: Timestamp,
}

impl Session {
    pub(crate) async fn build(ground: Ground<'_>, principal: &Principal) -> Result<Self, AnalyticsError> {
        let zone_name = ground.lake.meta().time_zone.clone();
        let bare = Bare {
            runtime: ground.runtime,
            rules: ground.rules.clone(),
            as_of: ground.as_of,
            zone_name: zone_name.clone(),
        };
        let whole = bare.context(None);
        register(&whole, ground.lake, &ground.snapshot, &ground.ledger, ground.overlay, &zone_name).await?;
        Ok(Self {
            context: bare.own(&whole, principal).await?,
            whole,
            bare,
            principal: principal.clone(),
            versions: ground.snapshot.versions(),
            snapshot: ground.snapshot,
            rules: ground.rules,
            as_of: ground.as_of,
            zone_name,
            is_past: ground.overlay.is_past,
            recalled: None,
            supposed: Supposed::default(),
        })
    }

    /// For whom it is.
    pub(crate) fn principal(&self) -> &Principal {
        &self.principal
    }

    /// What the principal's own texts run in; theirs never run anywhere else.
    pub(crate) async fn asked(&self) -> Result<SessionContext, AnalyticsError> {
        Ok(self.bare.asked(&self.whole, &self.context, &self.principal).await?)
    }

    /// Whether a case is one of the principal's.
    pub(crate) async fn sees_case(&self, case_no: &str) -> Result<bool, AnalyticsError> {
        if self.principal.sees_all() {
            return Ok(true);
        }
        let cases = self.context.table("case_state").await?;
        Ok(cases.filter(ident("case_no").eq(lit(case_no)))?.count().await? > 0)
    }

    /// The instant as of which everything is seen.
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// The lake's zone.
    pub fn zone(&self) -> &TimeZone {
        self.rules.zone.as_ref()
    }

    /// The zone's IANA name.
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// Name and version of each table that is read.
    pub fn versions(&self) -> &[(&'static str, u64)] {
        &self.versions
    }

    /// Runs one SELECT of our own as a stream: it is given all columns of the rows that the principal sees. What
    /// somebody has written is for [`crate::Engine::ask`], but on the command line.
    ///
    /// # Errors
    ///
    /// [`AnalyticsError::NotAllowed`] for anything but one query; [`AnalyticsError::Query`] with the
    /// engine's message otherwise.
    pub async fn stream(
        &self,
        sql: &str,
        params: &[(&str, Param)],
    ) -> Result<SendableRecordBatchStream, AnalyticsError> {
        answer(self.context.clone(), sql.to_owned(), self.values(params)).await
    }

    /// Runs one SELECT and gathers its rows.
    pub async fn query(&self, sql: &str, params: &[(&str, Param)]) -> Result<Vec<RecordBatch>, AnalyticsError> {
        gathered(self.context.clone(), sql.to_owned(), self.values(params)).await
    }

    /// Runs one SELECT whose columns are the fields of `T`. It is a task of its own, so that the
    /// questions that a page asks together use all cores.
    pub async fn rows<T: DeserializeOwned>(
        &self,
        sql: &str,
        params: &[(&str, Param)],
    ) -> Result<Vec<T>, AnalyticsError> {
        let rows = gathered(self.context.clone(), sql.to_owned(), self.values(params));
        let batches = SpawnedTask::spawn(rows).join().await??;
        records(&batches)
    }

    pub(crate) fn values(&self, params: &[(&str, Param)]) -> Vec<(String, ScalarValue)> {
        let scalar = |value: &Param| match value {
            Param::Text(text) => ScalarValue::Utf8(Some(text.clone())),
            Param::Int(number) => ScalarValue::Int64(Some(*number)),
            Param::Date(date) => ScalarValue::Date32(Some(datasets::days_since_epoch(*date))),
            Param::Instant(at) => {
                ScalarValue::TimestampMicrosecond(Some(at.as_microsecond()), Some(Arc::from(self.zone_name.as_str())))
            }
        };
        params.iter().map(|(name, value)| ((*name).to_owned(), scalar(value))).collect()
    }
}

/// Plans one SELECT and begins to run it.
async fn answer(
    context: SessionContext,
    sql: String,
    values: Vec<(String, ScalarValue)>,
) -> Result<SendableRecordBatchStream, AnalyticsError> {
    if sql.len() > MAX_SQL {
        return Err(AnalyticsError::NotAllowed(format!(
            "this one has {} bytes, at most {MAX_SQL} are read",
            sql.len()
        )));
    }
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let frame = context.sql_with_options(&sql, options).await?;
    let frame = if values.is_empty() { frame } else { frame.with_param_values(values)? };
    Ok(frame.execute_stream().await?)
}

/// Runs one SELECT and gathers its rows; one empty batch where there are none.
async fn gathered(
    context: SessionContext,
    sql: String,
    values: Vec<(String, ScalarValue)>,
) -> Result<Vec<RecordBatch>, AnalyticsError> {
    let stream = answer(context, sql, values).await?;
    let schema = stream.schema();
    let mut batches = datafusion::physical_plan::common::collect(stream).await?;
    if batches.is_empty() {
        batches.push(RecordBatch::new_empty(schema));
    }
    Ok(batches)
}

/// Registers tables as they rest in `lake`, what stands over them in `overlay`, and the views that
/// people use in `public`.
async fn register(
    context: &SessionContext,
    lake: &Lake,
    snapshot: &LakeSnapshot,
    ledger: &TableSnapshot,
    overlay: &Overlay,
    zone: &str,
) -> Result<(), AnalyticsError> {
    let store = ObjectStoreUrl::parse(lake.url().store_url())?;
    let catalog = Arc::new(MemoryCatalogProvider::new());
    let schemas: [(&str, Arc<MemorySchemaProvider>); 3] =
        ["public", "lake", "overlay"].map(|name| (name, Arc::new(MemorySchemaProvider::new())));
    for (name, schema) in &schemas {
        catalog.register_schema(name, schema.clone())?;
    }
    let [(_, public), (_, resting), (_, over)] = &schemas;
    for contract in contract::ALL {
        let table = Arc::new(LakeTable::new(snapshot.table(contract).clone(), store.clone(), zone));
        resting.register_table(contract.table.to_owned(), table.clone())?;
        if queries::view::PLAIN.contains(&contract.table) {
            public.register_table(contract.table.to_owned(), table.clone())?;
        }
        if queries::view::has_history(contract.table) && !contract.remembers() {
            public.register_table(format!("{}_history", contract.table), table)?;
        }
    }
    for (name, rows, contract) in [
        ("hidden", &overlay.hidden, None),
        ("case_state", &overlay.states, Some(&contract::CASE_STATE)),
        ("card", &overlay.cards, Some(&contract::CARD)),
    ] {
        let rows = match contract {
            None => rows.clone(),
            Some(contract) => in_zone(rows, &contract.schema_in(zone))?,
        };
        over.register_table(name.to_owned(), Arc::new(MemTable::try_new(rows.schema(), vec![vec![rows]])?))?;
    }
    let folded = LakeTable::new(ledger.clone(), store, zone);
    resting.register_table("folded_batch".to_owned(), Arc::new(folded))?;
    context.register_catalog(contexts::CATALOG, catalog);
    for contract in contract::ALL.iter().filter(|contract| queries::view::RECORDS.contains(&contract.table)) {
        let sql = queries::view::latest(contract.table, &contract.key.join(", "));
        let view = context.sql(&sql).await?.into_view();
        public.register_table(contract.table.to_owned(), view)?;
    }
    let has_view = |table: &str| queries::view::VIEWS.iter().any(|(name, _)| *name == table);
    for contract in contract::ALL.iter().filter(|contract| contract.remembers() && !has_view(contract.table)) {
        let view = context.sql(&queries::view::standing(contract.table, contract.key[0])).await?.into_view();
        let history = if queries::view::has_history(contract.table) { "_history" } else { "" };
        public.register_table(format!("{}{history}", contract.table), view)?;
    }
    for contract in contract::ALL.iter().filter(|contract| queries::view::REFERENCE.contains(&contract.table)) {
        let view = context.sql(&queries::view::present(contract.table, contract.key)).await?.into_view();
        public.register_table(contract.table.to_owned(), view)?;
    }
    for (name, sql) in queries::view::VIEWS {
        let view = context.sql(sql).await?.into_view();
        public.register_table(name.to_owned(), view)?;
    }
    Ok(())
}

/// The same rows with instants in the lake's zone.
fn in_zone(rows: &RecordBatch, schema: &arrow::datatypes::SchemaRef) -> Result<RecordBatch, AnalyticsError> {
    let columns = rows.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| arrow::compute::cast(column, field.data_type()));
    let columns =
        columns.collect::<Result<Vec<_>, _>>().map_err(AnalyticsError::arrow("instants in the lake's zone"))?;
    RecordBatch::try_new(schema.clone(), columns).map_err(AnalyticsError::arrow("instants in the lake's zone"))
}
