//! A join of many rows with many looks at all their pairs before it looks up: a brake in its condition ends it there.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::datatypes::{DataType, FieldRef, Schema};
use arrow::record_batch::RecordBatch;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::physical_plan::joins::{NestedLoopJoinExec, NestedLoopJoinExecBuilder};
use datafusion::physical_plan::{ExecutionPlan, PhysicalExpr};

use crate::AnalyticsError;

/// The plan with brakes in its joins, which take hold once `is_over` is set.
pub(super) fn fitted(plan: Arc<dyn ExecutionPlan>, is_over: &Arc<AtomicBool>) -> Result<Arc<dyn ExecutionPlan>> {
    let fitted = plan.transform_up(|node| {
        let braked = braked(&node, is_over)?;
        match node.name().ends_with("JoinExec") {
            // What is above a join would go on as long as rows come, without looking up whether anybody wants them.
            true => {
                Ok(Transformed::yes(Arc::new(CooperativeExec::new(braked.unwrap_or(node))) as Arc<dyn ExecutionPlan>))
            }
            false => Ok(Transformed::no(node)),
        }
    });
    fitted.data()
}

/// A join by pairs, with a brake; none: it is another step, or has no condition and so gives rows all the time.
fn braked(node: &Arc<dyn ExecutionPlan>, is_over: &Arc<AtomicBool>) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let Some(join) = node.downcast_ref::<NestedLoopJoinExec>() else { return Ok(None) };
    let Some(filter) = join.filter() else { return Ok(None) };
    let brake = Brake { condition: filter.expression().clone(), is_over: is_over.clone() };
    let filter = JoinFilter::new(Arc::new(brake), filter.column_indices().to_vec(), filter.schema().clone());
    let join = NestedLoopJoinExecBuilder::from(join).with_filter(Some(filter)).build()?;
    Ok(Some(Arc::new(join)))
}

/// A condition that fails once the query is over.
#[derive(Debug)]
struct Brake {
    condition: Arc<dyn PhysicalExpr>,
    is_over: Arc<AtomicBool>,
}

impl PartialEq for Brake {
    fn eq(&self, other: &Self) -> bool {
        self.condition.eq(&other.condition) && Arc::ptr_eq(&self.is_over, &other.is_over)
    }
}

impl Eq for Brake {}

impl Hash for Brake {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.condition.hash(state);
    }
}

impl fmt::Display for Brake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.condition)
    }
}

impl PhysicalExpr for Brake {
    fn data_type(&self, schema: &Schema) -> Result<DataType> {
        self.condition.data_type(schema)
    }

    fn nullable(&self, schema: &Schema) -> Result<bool> {
        self.condition.nullable(schema)
    }

    fn evaluate(&self, batch: &RecordBatch) -> Result<ColumnarValue> {
        match self.is_over.load(Ordering::Relaxed) {
            true => Err(DataFusionError::External(Box::new(AnalyticsError::Cancelled))),
            false => self.condition.evaluate(batch),
        }
    }

    fn return_field(&self, schema: &Schema) -> Result<FieldRef> {
        self.condition.return_field(schema)
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.condition]
    }

    fn with_new_children(self: Arc<Self>, children: Vec<Arc<dyn PhysicalExpr>>) -> Result<Arc<dyn PhysicalExpr>> {
        let condition = children.into_iter().next().unwrap_or_else(|| self.condition.clone());
        Ok(Arc::new(Self { condition, is_over: self.is_over.clone() }))
    }

    fn fmt_sql(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.condition.fmt_sql(f)
    }
}
