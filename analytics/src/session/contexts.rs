//! The contexts of a session: the whole one, the one in which our own texts run, and the one in which a principal's do.

use std::sync::Arc;

use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider, SchemaProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::execution::{SessionState, SessionStateBuilder};
use datafusion::prelude::{SessionConfig, SessionContext};
use jiff::Timestamp;

use super::{metric, now, office, workdays};
use crate::policy::{self, Text};
use crate::{Principal, Rules, ask};

pub(super) const CATALOG: &str = "sunlake";

/// What each of them is made of.
pub(super) struct Bare {
    pub(super) runtime: Arc<RuntimeEnv>,
    pub(super) rules: Arc<Rules>,
    pub(super) as_of: Timestamp,
    pub(super) zone_name: String,
}

impl Bare {
    /// A context with the functions of a session, without tables. That of their texts is given the state of ours, by
    /// which metrics are counted.
    pub(super) fn context(&self, ours: Option<Arc<SessionState>>) -> SessionContext {
        let mut config = SessionConfig::new()
            .with_information_schema(true)
            .with_default_catalog_and_schema(CATALOG, "public")
            .with_create_default_catalog_and_schema(false);
        let options = config.options_mut();
        options.execution.time_zone = Some(self.zone_name.clone());
        options.execution.parquet.pushdown_filters = true;
        // The small side of our joins is known; one of theirs may have none, and only a sort gives way to disk.
        options.optimizer.prefer_hash_join = ours.is_none();
        if ours.is_some() {
            options.sql_parser.collect_spans = true;
            options.execution.enable_recursive_ctes = false;
        }
        let state = SessionStateBuilder::new()
            .with_config(config)
            .with_runtime_env(self.runtime.clone())
            .with_default_features()
            .build();
        let context = SessionContext::new_with_state(state);
        for function in now::functions(self.as_of, self.rules.zone.as_ref(), &self.zone_name) {
            context.register_udf(function);
        }
        let today = self.rules.zone.to_datetime(self.as_of).date();
        for function in workdays::functions(&self.rules.workdays.known_on(today), &self.zone_name) {
            context.register_udf(function);
        }
        context.register_udf(office::function(self.rules.clone(), self.as_of, &self.zone_name));
        context.register_udtf("metric", Arc::new(metric::MetricTable { ours }));
        context
    }

    /// For our own texts: the whole context itself, if the principal sees all rows.
    pub(super) async fn own(&self, whole: &SessionContext, principal: &Principal) -> Result<SessionContext> {
        if principal.sees_all() {
            return Ok(whole.clone());
        }
        let state = Arc::new(whole.state());
        let (public, lake) = (schema(whole, "public")?, schema(whole, "lake")?);
        let context = self.context(None);
        let shown = policy::tables(&state, &public, principal, Text::Ours).await?;
        let below = policy::below(&state, &lake, &public, &principal.scope).await?;
        let catalog = MemoryCatalogProvider::new();
        for (name, tables) in [("public", shown), ("lake", below)] {
            catalog.register_schema(name, filled(tables)?)?;
        }
        context.register_catalog(CATALOG, Arc::new(catalog));
        Ok(context)
    }

    /// For the principal's texts: what their role is given of the rows that they see, and no function that could bring
    /// the process down.
    pub(super) async fn asked(
        &self,
        whole: &SessionContext,
        own: &SessionContext,
        principal: &Principal,
    ) -> Result<SessionContext> {
        let state = Arc::new(whole.state());
        let context = self.context(Some(Arc::new(own.state())));
        ask::functions::restrict(&context);
        let tables = policy::tables(&state, &schema(whole, "public")?, principal, Text::Theirs).await?;
        let catalog = MemoryCatalogProvider::new();
        catalog.register_schema("public", filled(tables)?)?;
        context.register_catalog(CATALOG, Arc::new(catalog));
        Ok(context)
    }
}

/// A schema of a context of this module.
pub(crate) fn schema(context: &SessionContext, name: &str) -> Result<Arc<dyn SchemaProvider>> {
    let found = context.catalog(CATALOG).and_then(|catalog| catalog.schema(name));
    found.ok_or_else(|| DataFusionError::Plan(format!("the session has no schema {name}")))
}

fn filled(tables: Vec<(String, Arc<dyn datafusion::catalog::TableProvider>)>) -> Result<Arc<MemorySchemaProvider>> {
    let schema = MemorySchemaProvider::new();
    for (name, table) in tables {
        schema.register_table(name, table)?;
    }
    Ok(Arc::new(schema))
}
