use datafusion::error::DataFusionError;
use thiserror::Error;

/// What can go wrong when the lake is asked or derived.
#[derive(Debug, Error)]
pub enum AnalyticsError {
    /// The lake said no.
    #[error(transparent)]
    Lake(#[from] datasets::lake::LakeError),
    /// A statement that cannot be answered.
    #[error("{0}")]
    Query(#[source] Box<DataFusionError>),
    /// A statement that may not be asked.
    #[error("only one SELECT is answered here: {0}")]
    NotAllowed(String),
    /// A question that is not answered, whoever asks.
    #[error("{reason}")]
    Refused { reason: String },
    /// What is wrong with a statement, and where.
    #[error("line {line}, column {column}: {message}")]
    At { line: u64, column: u64, message: String },
    /// A question that was given up.
    #[error("{kind}")]
    Limit { kind: Limited },
    /// Too many questions wait already.
    #[error("too many questions are being answered; ask again in a moment")]
    Busy,
    /// Whoever asked does not want to know any more.
    #[error("the query was cancelled")]
    Cancelled,
    /// The machine has no thread left to answer with.
    #[error("no thread can be had for queries: {0}")]
    Thread(#[source] std::io::Error),
    /// A breakdown that a metric does not have.
    #[error(transparent)]
    Breakdown(#[from] queries::RefusedBreakdown),
    /// Rows that a metric cannot show.
    #[error(transparent)]
    Rows(#[from] queries::RefusedRows),
    /// Rows that are not of the expected form.
    #[error("{what}: {reason}")]
    Shape { what: String, reason: String },
    /// A reference row that makes no sense.
    #[error("{table}: {reason}; correct the row and land it again")]
    Rule { table: &'static str, reason: String },
    /// The derived tables are of another version of the clock.
    #[error(
        "the cards of this lake were worked out by version {held} of the clock, and this program has version {mine}: \
         see what changes with `sunlake derive --dry-run`, then take over with `sunlake derive --accept-engine` (an \
         older program cannot take over from a newer one)"
    )]
    OtherEngine { held: i64, mine: i64 },
    /// A case that the clock cannot fold.
    #[error("case {case_no}: {source}")]
    Clock { case_no: String, source: sla::ClockError },
    /// Rows of a reference table that cannot be taken.
    #[error(transparent)]
    Edit(#[from] datasets::reference::edit::EditError),
    /// Arrow said no.
    #[error("{what}: {source}")]
    Arrow { what: &'static str, source: arrow::error::ArrowError },
    /// A background thread ended badly.
    #[error("a background task failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// What a question ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Limited {
    /// Seconds.
    #[error("the query was stopped after {0} s: ask for less, or let the limit be raised")]
    Time(u32),
    /// Memory, or room to put aside what does not fit in it.
    #[error("the query was stopped: it needs more memory than one may have; ask for fewer rows or groups at once")]
    Memory,
}

impl From<DataFusionError> for AnalyticsError {
    /// What this crate put into an error of the engine comes out again.
    fn from(error: DataFusionError) -> Self {
        match error {
            DataFusionError::External(inner) => match inner.downcast::<Self>() {
                Ok(own) => *own,
                Err(other) => Self::Query(Box::new(DataFusionError::External(other))),
            },
            other => Self::Query(Box::new(other)),
        }
    }
}

impl AnalyticsError {
    pub(crate) fn arrow(what: &'static str) -> impl FnOnce(arrow::error::ArrowError) -> Self {
        move |source| Self::Arrow { what, source }
    }
}
