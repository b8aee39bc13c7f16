//! `metric('M03', date '2018-05-01', date '2018-06-01', 'village')` as a table in SQL: the text that
//! `sunlake metric` runs (docs/SQL.md).

use std::sync::Arc;

use datafusion::catalog::{TableFunctionArgs, TableFunctionImpl, TableProvider};
use datafusion::common::{DataFusionError, Result, ScalarValue};
use datafusion::datasource::ViewTable;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{Expr, LogicalPlan, Union};
use futures::FutureExt;
use jiff::civil::Date;
use queries::{Breakdown, Metric};

use crate::{Period, policy};

/// Most pieces of time in one table: each is planned on its own.
const MOST_PIECES: usize = 100;

const USAGE: &str = "write metric('M03', date '2018-05-01', date '2018-06-01'[, 'village']), the second date exclusive";

/// What is counted is all that the principal sees, also by columns that their own texts are not given.
#[derive(Debug)]
pub(super) struct MetricTable {
    /// The state whose tables are counted, behind a barrier; none: that of the session.
    pub(super) ours: Option<Arc<SessionState>>,
}

impl TableFunctionImpl for MetricTable {
    fn call_with_args(&self, args: TableFunctionArgs) -> Result<Arc<dyn TableProvider>> {
        let (metric, period, by) = asked(args.exprs())?;
        let state = self.ours.as_deref().or_else(|| args.session().as_any().downcast_ref::<SessionState>());
        let Some(state) = state else {
            return Err(refused("metric() is known in a session of the lake alone"));
        };
        let sql = metric.sql_by(by).map_err(refused)?;
        let pieces = period.pieces(by).map_err(refused)?;
        if pieces.len() > MOST_PIECES {
            return Err(refused(format!(
                "metric(): there are {} pieces by {by}; ask for at most {MOST_PIECES} at once",
                pieces.len()
            )));
        }
        let plans = pieces.iter().map(|(name, piece)| planned(state, metric, &sql, by, name, *piece));
        let mut plans = plans.collect::<Result<Vec<LogicalPlan>>>()?;
        let plan = match (plans.len(), plans.pop()) {
            (1, Some(plan)) => plan,
            (_, last) => {
                let plans = plans.into_iter().chain(last).map(Arc::new).collect();
                LogicalPlan::Union(Union::try_new_with_loose_types(plans)?)
            }
        };
        let view = Arc::new(ViewTable::new(plan, None));
        match &self.ours {
            Some(ours) => policy::closed("metric", ours.clone(), view),
            None => Ok(view),
        }
    }
}

/// What a call asks for.
fn asked(args: &[Expr]) -> Result<(&'static Metric, Period, Breakdown)> {
    let (id, from, to, by) = match args {
        [id, from, to] => (id, from, to, Breakdown::All),
        [id, from, to, by] => (id, from, to, name(by)?.parse().map_err(refused)?),
        _ => return Err(refused(USAGE)),
    };
    let id = name(id)?;
    let metric = queries::find(id).ok_or_else(|| {
        let known: Vec<&str> = queries::METRICS.iter().map(|metric| metric.id).collect();
        refused(format!("there is no metric '{id}'; there are {}", known.join(", ")))
    })?;
    let period = Period { from: day(from)?, to: day(to)? };
    if period.from >= period.to {
        return Err(refused(format!("the period from {} to {} (exclusive) is empty", period.from, period.to)));
    }
    Ok((metric, period, by))
}

fn name(arg: &Expr) -> Result<&str> {
    match arg {
        Expr::Literal(value, _) => value.try_as_str().flatten().ok_or_else(|| refused(USAGE)),
        _ => Err(refused(USAGE)),
    }
}

fn day(arg: &Expr) -> Result<Date> {
    if let Expr::Literal(ScalarValue::Date32(Some(days)), _) = arg {
        return datasets::date_from_days(*days).ok_or_else(|| refused(USAGE));
    }
    let text = name(arg)?;
    text.parse().map_err(|_| refused(format!("metric(): '{text}' is no date that exists; write '2018-05-16'")))
}

/// The plan of one piece. The dates stand in the text, since a view has no parameters; nothing that somebody typed
/// does.
fn planned(
    state: &SessionState,
    metric: &Metric,
    sql: &str,
    by: Breakdown,
    name: &str,
    piece: Period,
) -> Result<LogicalPlan> {
    let bucket = format!("'{name}' as bucket");
    let mut columns: Vec<&str> = metric.header().columns.iter().map(|column| column.name).collect();
    if by.is_of_time()
        && let Some(first) = columns.first_mut()
    {
        *first = &bucket;
    }
    let sql = sql.replace("$from", &format!("date '{}'", piece.from)).replace("$to", &format!("date '{}'", piece.to));
    let text = format!("select {} from (\n{sql}\n)", columns.join(", "));
    // The tables of a session are in memory, so that there is nothing to wait for.
    let plan = state.create_logical_plan(&text).now_or_never();
    plan.unwrap_or_else(|| Err(refused("metric(): a table of the session was not there at once")))
}

fn refused(reason: impl ToString) -> DataFusionError {
    DataFusionError::Plan(reason.to_string())
}
