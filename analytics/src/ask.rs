//! Questions that people write themselves, under guards (docs/decisions/0023-policy.md): a statement is looked at
//! before it is planned, planned on a thread with a large stack, and run on threads, in memory and for a time of its
//! own, so that no page waits for it.

mod brake;
mod catalog;
mod fault;
pub(crate) mod functions;
mod guard;
mod pool;
mod statement;
mod stream;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use arrow::datatypes::SchemaRef;
use datafusion::common::ScalarValue;
use datafusion::execution::disk_manager::DiskManagerBuilder;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream};
use datafusion::prelude::SessionContext;
use jiff::Timestamp;
use tokio::sync::oneshot;

use crate::session::Param;
use crate::{AnalyticsError, Engine, Limited, Principal, Session};

pub use catalog::{ColumnDoc, TableDoc};
pub(crate) use pool::Asks;
pub(crate) use statement::bounded;
pub use statement::{Checked, statement};
pub use stream::Cancel;

/// What one question may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskLimits {
    /// Rows of the answer; what is beyond is cut off.
    pub rows: u64,
    /// Seconds, from the question to the last row that is fetched, what it waits for its turn among them.
    pub seconds: u32,
    /// Bytes of memory.
    pub bytes: u64,
    /// Bytes on disk for what does not fit in memory.
    pub spill: u64,
}

impl Default for AskLimits {
    fn default() -> Self {
        Self { rows: 1_000_000, seconds: 60, bytes: 512 * 1024 * 1024, spill: 4 * 1024 * 1024 * 1024 }
    }
}

/// Rows on their way.
pub struct Answer {
    pub schema: SchemaRef,
    /// Ends with an error where a limit is met, but that of rows. The error is an [`AnalyticsError`]: `from` finds it.
    pub stream: SendableRecordBatchStream,
    /// Whoever has it can end the stream.
    pub cancel: Cancel,
    /// Whether rows were cut off: known once the stream has ended.
    pub truncated: Arc<AtomicBool>,
    /// Name and version of each table of the lake.
    pub versions: Vec<(&'static str, u64)>,
    /// As of when everything is seen.
    pub as_of: Timestamp,
}

impl Engine {
    /// Answers one question of a principal, in their catalog.
    ///
    /// # Errors
    ///
    /// [`AnalyticsError::Refused`] and [`AnalyticsError::At`] for a statement that cannot be answered,
    /// [`AnalyticsError::Busy`] if too many wait, [`AnalyticsError::Limit`] if it is not planned in time.
    pub async fn ask(
        &self,
        principal: &Principal,
        as_of: Option<Timestamp>,
        sql: &str,
        params: &[(&str, Param)],
        limits: &AskLimits,
    ) -> Result<Answer, AnalyticsError> {
        let mut alarm = Box::pin(tokio::time::sleep(Duration::from_secs(limits.seconds.into())));
        let prepared = self.prepared(principal, as_of, sql, params, limits);
        let prepared = tokio::select! {
            prepared = prepared => prepared?,
            () = &mut alarm => return Err(AnalyticsError::Limit { kind: Limited::Time(limits.seconds) }),
        };
        let Prepared { session, context, permit, plan, is_over } = prepared;
        let schema = plan.schema();
        let threads = self.asks().threads()?;
        let (task, principal) = (context.task_ctx(), principal.clone());
        let run = stream::Run { plan, task, permit, rows: limits.rows, principal, is_over };
        let (stream, cancel, truncated) = stream::start(&threads, run, limits.seconds, alarm);
        Ok(Answer { schema, stream, cancel, truncated, versions: session.versions().to_vec(), as_of: session.as_of() })
    }

    /// What the engine would do, in words: the logical plan alone, so neither paths nor statistics nor the policy.
    pub async fn explain(
        &self,
        principal: &Principal,
        as_of: Option<Timestamp>,
        sql: &str,
        limits: &AskLimits,
    ) -> Result<String, AnalyticsError> {
        let checked = checked(sql).await?;
        let _permit = self.asks().turn().await?;
        let session = self.asking(principal, as_of, limits).await?;
        let context = session.asked().await?;
        let planned = on_large_stack(self, async move {
            let plan = logical(&context, checked, Vec::new()).await?;
            Ok(plan.display_indent().to_string())
        });
        tokio::time::timeout(Duration::from_secs(limits.seconds.into()), planned)
            .await
            .map_err(|_| AnalyticsError::Limit { kind: Limited::Time(limits.seconds) })?
    }

    async fn prepared(
        &self,
        principal: &Principal,
        as_of: Option<Timestamp>,
        sql: &str,
        params: &[(&str, Param)],
        limits: &AskLimits,
    ) -> Result<Prepared, AnalyticsError> {
        let checked = checked(sql).await?;
        let permit = self.asks().turn().await?;
        let session = self.asking(principal, as_of, limits).await?;
        let context = session.asked().await?;
        let values = session.values(params);
        let (theirs, whose) = (context.clone(), principal.clone());
        let is_over = Arc::new(AtomicBool::new(false));
        let brake = is_over.clone();
        // The turn goes along: who gives up does not make room while the thread is still at it.
        let planned = on_large_stack(self, async move {
            let plan = logical(&theirs, checked, values).await?;
            let state = theirs.state();
            let physical = state.query_planner().create_physical_plan(&plan, &state).await;
            let physical = physical.and_then(|plan| brake::fitted(plan, &brake));
            Ok((physical.map_err(|error| fault::of_run(error, &whose))?, permit))
        });
        let (plan, permit) = planned.await?;
        Ok(Prepared { session, context, permit, plan, is_over })
    }

    /// A session with memory of its own over the caches of all.
    pub(crate) async fn asking(
        &self,
        principal: &Principal,
        as_of: Option<Timestamp>,
        limits: &AskLimits,
    ) -> Result<Session, AnalyticsError> {
        let bytes = usize::try_from(limits.bytes).unwrap_or(usize::MAX);
        let disk = DiskManagerBuilder::default().with_max_temp_directory_size(limits.spill).build()?;
        let runtime = RuntimeEnv {
            memory_pool: Arc::new(FairSpillPool::new(bytes)),
            disk_manager: Arc::new(disk),
            ..self.runtime().as_ref().clone()
        };
        self.session_in(Arc::new(runtime), principal, as_of).await
    }
}

/// A question that has its turn and its plan.
struct Prepared {
    session: Session,
    context: SessionContext,
    permit: pool::Turn,
    plan: Arc<dyn ExecutionPlan>,
    /// The brake in its joins.
    is_over: Arc<AtomicBool>,
}

/// Looks at a statement, off the threads that serve.
async fn checked(sql: &str) -> Result<Checked, AnalyticsError> {
    let sql = sql.to_owned();
    tokio::task::spawn_blocking(move || statement(&sql)).await?
}

/// The optimized plan of a statement.
async fn logical(
    context: &SessionContext,
    checked: Checked,
    values: Vec<(String, ScalarValue)>,
) -> Result<LogicalPlan, AnalyticsError> {
    let state = context.state();
    let plan = state.statement_to_plan(checked.statement).await.map_err(fault::of_text)?;
    guard::look(&plan)?;
    let plan = if values.is_empty() { plan } else { plan.with_param_values(values).map_err(fault::of_text)? };
    state.optimize(&plan).map_err(fault::of_text)
}

/// Runs something that goes deep: a plan is walked through by functions that call themselves.
async fn on_large_stack<T: Send + 'static>(
    engine: &Engine,
    work: impl Future<Output = Result<T, AnalyticsError>> + Send + 'static,
) -> Result<T, AnalyticsError> {
    let (sender, receiver) = oneshot::channel();
    let threads = engine.asks().threads()?;
    let thread = std::thread::Builder::new().name("plan".into()).stack_size(statement::STACK);
    let spawned = thread.spawn(move || {
        // Nobody may be waiting any more.
        let _ = sender.send(threads.block_on(work));
    });
    spawned.map_err(AnalyticsError::Thread)?;
    let broken = || AnalyticsError::Refused { reason: "the statement could not be planned: simplify it".into() };
    receiver.await.map_err(|_| broken())?
}
