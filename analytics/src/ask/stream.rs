//! An answer on its way from the threads of questions to whoever asked: it ends when it is whole, when it was
//! cancelled, when its time is up, and when whoever asked is gone.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arrow::datatypes::SchemaRef;
use arrow::record_batch::RecordBatch;
use datafusion::common::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream, execute_stream};
use futures::StreamExt;
use futures::stream::unfold;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, watch};
use tokio::time::Sleep;

use super::fault;
use super::pool::Turn;
use crate::{AnalyticsError, Limited, Principal};

/// Batches that wait to be fetched: whoever is slow makes the query wait, not memory grow.
const AHEAD: usize = 2;

/// Why a query is over before its rows are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Cancelled,
    Time(u32),
    Broken,
}

impl From<Ended> for AnalyticsError {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Cancelled => Self::Cancelled,
            Ended::Time(seconds) => Self::Limit { kind: Limited::Time(seconds) },
            Ended::Broken => Self::Refused { reason: "the query broke off: simplify it".into() },
        }
    }
}

/// Ends a query, from wherever it is held.
#[derive(Clone)]
pub struct Cancel {
    ended: Arc<watch::Sender<Option<Ended>>>,
    /// The brake in the joins of its plan.
    is_over: Arc<AtomicBool>,
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cancel")
    }
}

impl Cancel {
    /// Ends the query: whoever reads its rows is told so at once.
    pub fn cancel(&self) {
        self.end(Ended::Cancelled);
    }

    /// The first reason stays.
    fn end(&self, why: Ended) {
        self.is_over.store(true, Ordering::Relaxed);
        self.ended.send_if_modified(|ended| {
            let is_first = ended.is_none();
            *ended = ended.or(Some(why));
            is_first
        });
    }
}

/// What is to run.
pub(super) struct Run {
    pub(super) plan: Arc<dyn ExecutionPlan>,
    pub(super) task: Arc<TaskContext>,
    pub(super) permit: Turn,
    pub(super) rows: u64,
    pub(super) principal: Principal,
    pub(super) is_over: Arc<AtomicBool>,
}

/// A batch, or the end.
type Item = Result<Option<RecordBatch>, AnalyticsError>;

/// Begins to run a plan on `threads`; `alarm` rings when its time is up.
pub(super) fn start(
    threads: &Handle,
    run: Run,
    seconds: u32,
    alarm: Pin<Box<Sleep>>,
) -> (SendableRecordBatchStream, Cancel, Arc<AtomicBool>) {
    let (sender, items) = mpsc::channel(AHEAD);
    let (ended, end) = watch::channel(None);
    let cancel = Cancel { ended: Arc::new(ended), is_over: run.is_over.clone() };
    let truncated = Arc::new(AtomicBool::new(false));
    let schema = run.plan.schema();
    let mut task = threads.spawn(produce(run, sender, truncated.clone()));
    let (watched, mut over) = (cancel.clone(), end.clone());
    // Not on the threads of questions: if all of them are at work, no clock of theirs rings.
    tokio::spawn(async move {
        tokio::select! {
            done = &mut task => {
                if done.is_err() {
                    watched.end(Ended::Broken);
                }
            }
            () = alarm => watched.end(Ended::Time(seconds)),
            _ = ended_for(&mut over) => {}
        }
        task.abort();
    });
    let answer = rows(schema, Tail { items, end, gone: Gone(cancel.clone()) });
    (answer, cancel, truncated)
}

async fn produce(run: Run, sender: mpsc::Sender<Item>, truncated: Arc<AtomicBool>) {
    let Run { plan, task, permit, rows, principal, .. } = run;
    let last = match fetch(plan, task, rows, &sender, &truncated).await {
        Ok(()) => Ok(None),
        Err(error) => Err(fault::of_run(error, &principal)),
    };
    // Whoever asked may be gone.
    let _ = sender.send(last).await;
    drop(permit);
}

async fn fetch(
    plan: Arc<dyn ExecutionPlan>,
    task: Arc<TaskContext>,
    rows: u64,
    sender: &mpsc::Sender<Item>,
    truncated: &AtomicBool,
) -> Result<(), DataFusionError> {
    let mut stream = execute_stream(plan, task)?;
    let mut left = usize::try_from(rows).unwrap_or(usize::MAX);
    while let Some(batch) = stream.next().await {
        let batch = batch?;
        let is_cut = batch.num_rows() > left;
        let batch = if is_cut { batch.slice(0, left) } else { batch };
        left -= batch.num_rows();
        if is_cut {
            truncated.store(true, Ordering::Release);
        }
        if batch.num_rows() > 0 && sender.send(Ok(Some(batch))).await.is_err() {
            return Ok(());
        }
        if is_cut {
            return Ok(());
        }
    }
    Ok(())
}

async fn ended_for(end: &mut watch::Receiver<Option<Ended>>) -> Ended {
    let ended = end.wait_for(Option::is_some).await.map(|ended| *ended);
    ended.ok().flatten().unwrap_or(Ended::Cancelled)
}

/// What the reader holds.
struct Tail {
    items: mpsc::Receiver<Item>,
    end: watch::Receiver<Option<Ended>>,
    gone: Gone,
}

/// Ends the query when nobody reads it any more.
struct Gone(Cancel);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Tail {
    async fn next(&mut self) -> Option<Result<RecordBatch, AnalyticsError>> {
        let item = tokio::select! {
            biased;
            ended = ended_for(&mut self.end) => return Some(Err(ended.into())),
            item = self.items.recv() => item,
        };
        match item {
            Some(Ok(None)) => None,
            Some(Ok(Some(batch))) => Some(Ok(batch)),
            Some(Err(error)) => Some(Err(error)),
            // The task is gone without a word: whoever watches it is about to say why.
            None => {
                self.gone.0.end(Ended::Broken);
                Some(Err(ended_for(&mut self.end).await.into()))
            }
        }
    }
}

fn rows(schema: SchemaRef, tail: Tail) -> SendableRecordBatchStream {
    let rows = unfold(Some(tail), |tail| async move {
        let mut tail = tail?;
        match tail.next().await? {
            Ok(batch) => Some((Ok(batch), Some(tail))),
            Err(error) => Some((Err(DataFusionError::External(Box::new(error))), None)),
        }
    });
    Box::pin(RecordBatchStreamAdapter::new(schema, rows))
}
