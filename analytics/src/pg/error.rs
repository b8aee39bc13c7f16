use thiserror::Error;

/// Why a question about the catalog has no answer.
#[derive(Debug, Error)]
pub enum PgError {
    /// More text than a client asks with.
    #[error("a question about pg_catalog has at most {most} bytes, this one has {bytes}")]
    Long { bytes: usize, most: usize },
    /// SQL that cannot be read.
    #[error("{0}")]
    Parse(#[from] datafusion::sql::sqlparser::parser::ParserError),
    /// More than can be planned in a moment.
    #[error("{0}")]
    Deep(String),
    /// Anything but one query.
    #[error("only one SELECT is answered about pg_catalog")]
    NotOne,
    /// The lake's rows are not here.
    #[error("{0} and pg_catalog cannot be asked in one statement: ask for them one after the other")]
    Mixed(String),
    /// A question that cannot be answered.
    #[error("{0}")]
    Query(#[source] Box<datafusion::error::DataFusionError>),
    /// Rows that arrow refuses.
    #[error("the tables of pg_catalog: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// It takes too long.
    #[error("a question about pg_catalog was given up after {0} seconds; ask for less")]
    Slow(u64),
    /// Too many at a time.
    #[error("too many questions about pg_catalog are being answered; try again in a moment")]
    Busy,
    /// No thread of its own.
    #[error("no thread for a question about pg_catalog: {0}")]
    Thread(#[from] std::io::Error),
    /// The thread ended without an answer.
    #[error("a question about pg_catalog broke off")]
    Broken,
}

impl From<datafusion::error::DataFusionError> for PgError {
    fn from(error: datafusion::error::DataFusionError) -> Self {
        Self::Query(Box::new(error))
    }
}
