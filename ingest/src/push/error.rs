use std::sync::Arc;

use datasets::lake::LakeError;
use readers::ReadError;
use thiserror::Error;
use tokio::task::JoinError;

use crate::IngestError;

/// Why a request did not land. Each message says what and what to do.
#[derive(Debug, Clone, Error)]
pub enum PushError {
    /// No mapping of that name takes pushes.
    #[error("no mapping {name:?} takes pushes here; ask who runs the server for its name")]
    UnknownMapping { name: String },
    /// The body cannot be read as what it is said to be.
    #[error("{0}")]
    Unreadable(Arc<IngestError>),
    /// It is too long, as it came or unpacked.
    #[error("the body has more than {most} bytes, as it came or unpacked; send it in pieces")]
    TooLarge { most: usize },
    /// Its rows are out of proportion to it.
    #[error(
        "line {line}: by then the rows take more than {most} bytes, written out (lists, dictionaries, many columns); \
         send it in pieces"
    )]
    Expands { line: u64, most: u64 },
    /// Its rows go to too many folders of a table.
    #[error("the rows lie in more than {most} months; send them in pieces, or land history as a file")]
    Scattered { most: usize },
    /// The key stands for another request.
    #[error(
        "the idempotency key {key:?} came within the last 72 hours with another body (or before the mapping was \
         changed); a new body wants a new key"
    )]
    KeyReused { key: String },
    /// The lake, or the vault, said no.
    #[error("it could not be written: {0}")]
    Lake(Arc<IngestError>),
    /// It cannot land however often it comes.
    #[error("it cannot land, a defect of the server: {0}")]
    Defect(Arc<IngestError>),
    /// The server is about to end.
    #[error("the server is stopping; send it again")]
    Stopped,
}

impl PushError {
    /// A body over which its reader fell.
    pub(super) fn unreadable(source: JoinError, mapping: &str) -> Self {
        Self::Unreadable(Arc::new(IngestError::Task { file: mapping.to_owned(), source }))
    }

    /// Rows that were read, and did not land.
    pub(super) fn of_landing(error: IngestError) -> Self {
        use IngestError::{Lake, Rows, Unbalanced};
        match error {
            Rows { .. } | Unbalanced { .. } | Lake(LakeError::Arrow { .. } | LakeError::Parquet { .. }) => {
                Self::Defect(Arc::new(error))
            }
            _ => Self::Lake(Arc::new(error)),
        }
    }
}

impl From<IngestError> for PushError {
    fn from(error: IngestError) -> Self {
        match error {
            // The body is not at fault.
            IngestError::Vault { .. } => Self::Lake(Arc::new(error)),
            IngestError::Rows { .. } => Self::Defect(Arc::new(error)),
            IngestError::Expands { line, most } => Self::Expands { line, most },
            _ => Self::Unreadable(Arc::new(error)),
        }
    }
}

impl From<ReadError> for PushError {
    fn from(error: ReadError) -> Self {
        IngestError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use arrow::error::ArrowError;

    use super::*;

    #[test]
    fn what_never_lands_is_told_apart_from_what_may_land_later() {
        let misfit = || ArrowError::InvalidArgumentError("too large".into());
        let rows = IngestError::Rows { table: "workflow_event", source: misfit() };
        let written = LakeError::Arrow { table: "workflow_event".into(), source: misfit() };
        for error in [rows, written.into()] {
            assert!(matches!(PushError::of_landing(error), PushError::Defect(_)));
        }
        let full = LakeError::NoSpace("/lake".into());
        assert!(matches!(PushError::of_landing(full.into()), PushError::Lake(_)));
    }
}
