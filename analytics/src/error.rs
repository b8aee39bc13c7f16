use thiserror::Error;

/// What can go wrong when the lake is asked or derived.
#[derive(Debug, Error)]
pub enum AnalyticsError {
    /// The lake said no.
    #[error(transparent)]
    Lake(#[from] datasets::lake::LakeError),
    /// A statement that cannot be answered.
    #[error("{0}")]
    Query(#[source] Box<datafusion::error::DataFusionError>),
    /// A statement that may not be asked.
    #[error("only one SELECT is answered here: {0}")]
    NotAllowed(String),
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

impl From<datafusion::error::DataFusionError> for AnalyticsError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        Self::Query(Box::new(error))
    }
}

impl AnalyticsError {
    pub(crate) fn arrow(what: &'static str) -> impl FnOnce(arrow::error::ArrowError) -> Self {
        move |source| Self::Arrow { what, source }
    }
}
