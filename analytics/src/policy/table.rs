//! A table as a principal has it: their own rows and columns, behind a barrier.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{JoinType, Result, project_schema};
use datafusion::datasource::provider_as_source;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlanBuilder, TableProviderFilterPushDown, TableType, ident};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;

use super::exec::PolicyExec;
use super::leak_proof::is_leak_proof;
use super::scope::Seen;

/// Rows and columns of a table that is registered under the same name in the whole session.
pub(super) struct PolicyTable {
    name: String,
    whole: Arc<SessionState>,
    inner: Arc<dyn TableProvider>,
    schema: SchemaRef,
    rows: Seen,
}

/// A plan that is printed tells nothing of the policy.
impl fmt::Debug for PolicyTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyTable").field("name", &self.name).finish_non_exhaustive()
    }
}

impl PolicyTable {
    pub(super) fn new(
        name: &str,
        whole: Arc<SessionState>,
        inner: Arc<dyn TableProvider>,
        columns: Vec<usize>,
        rows: Seen,
    ) -> Result<Self> {
        let schema = project_schema(&inner.schema(), Some(&columns))?;
        Ok(Self { name: name.to_owned(), whole, inner, schema, rows })
    }
}

#[async_trait]
impl TableProvider for PolicyTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        self.inner.table_type()
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        let goes_below = |filter: &&Expr| match is_leak_proof(filter, &self.schema) {
            true => TableProviderFilterPushDown::Exact,
            false => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(goes_below).collect())
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let shown = project_schema(&self.schema, projection)?;
        if matches!(self.rows, Seen::None) {
            return Ok(Arc::new(EmptyExec::new(shown)));
        }
        let mut plan = LogicalPlanBuilder::scan(self.name.as_str(), provider_as_source(self.inner.clone()), None)?;
        if let Seen::Where(condition) = &self.rows {
            plan = plan.filter(condition.clone())?;
        }
        for filter in filters {
            plan = plan.filter(filter.clone())?;
        }
        if let Seen::With { key, table, other, condition } = &self.rows {
            let seen = LogicalPlanBuilder::scan(*table, provider_as_source(other.clone()), None)?;
            let seen = seen.filter(condition.clone())?.project([ident(*key)])?.build()?;
            plan = plan.join(seen, JoinType::LeftSemi, (vec![*key], vec![*key]), None)?;
        }
        let plan = plan.project(shown.fields().iter().map(|field| ident(field.name())).collect::<Vec<Expr>>())?;
        let plan = if limit.is_some() { plan.limit(0, limit)? } else { plan };
        let below = self.whole.create_physical_plan(&plan.build()?).await?;
        Ok(Arc::new(PolicyExec::new(below)))
    }
}
