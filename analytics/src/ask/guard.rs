//! A plan before it is optimized: a short text can stand for a huge one.

use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::execution::context::SQLOptions;
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::fault;
use super::functions::PADDED;
use crate::AnalyticsError;

/// Most steps. A WITH that is used twice is planned twice, and so on.
const MOST_NODES: usize = 10_000;
/// Longest text that a function may make of a short one.
const MOST_PADDED: i64 = 10_000;

/// Looks at a plan.
///
/// # Errors
///
/// [`AnalyticsError::Refused`] for what changes anything, or is too much.
pub(super) fn look(plan: &LogicalPlan) -> Result<(), AnalyticsError> {
    let options = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
    let mut nodes = 0_usize;
    let counted = plan.apply_with_subqueries(|node| {
        nodes += 1;
        if nodes > MOST_NODES {
            return refused("the statement stands for a plan of more than 10,000 steps: use each WITH fewer times");
        }
        node.apply_expressions(|expr| expr.apply(padded))
    });
    counted.map_err(fault::of_text)?;
    options.verify_plan(plan).map_err(fault::of_text)
}

/// `lpad` and `rpad` make long texts of short ones.
fn padded(expr: &Expr) -> Result<TreeNodeRecursion> {
    if let Expr::ScalarFunction(call) = expr
        && PADDED.contains(&call.func.name())
        && !call.args.get(1).is_some_and(is_short)
    {
        return refused("lpad and rpad take a number of at most 10,000 that is written down");
    }
    Ok(TreeNodeRecursion::Continue)
}

fn is_short(length: &Expr) -> bool {
    match length {
        Expr::Literal(ScalarValue::Int64(Some(length)), _) => *length <= MOST_PADDED,
        Expr::Cast(cast) => is_short(&cast.expr),
        _ => false,
    }
}

fn refused<T>(reason: &str) -> Result<T> {
    Err(DataFusionError::External(Box::new(AnalyticsError::Refused { reason: reason.to_owned() })))
}
