use std::sync::Arc;

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
    /// The key stands for another request.
    #[error(
        "the idempotency key {key:?} came within the last 72 hours with another body (or before the mapping was \
         changed); a new body wants a new key"
    )]
    KeyReused { key: String },
    /// The lake, or the vault, said no.
    #[error("it could not be written: {0}")]
    Lake(Arc<IngestError>),
    /// The server is about to end.
    #[error("the server is stopping; send it again")]
    Stopped,
}

impl PushError {
    /// A body over which its reader fell.
    pub(super) fn unreadable(source: JoinError, mapping: &str) -> Self {
        Self::Unreadable(Arc::new(IngestError::Task { file: mapping.to_owned(), source }))
    }
}

impl From<IngestError> for PushError {
    fn from(error: IngestError) -> Self {
        match error {
            // The body is not at fault.
            IngestError::Vault { .. } => Self::Lake(Arc::new(error)),
            _ => Self::Unreadable(Arc::new(error)),
        }
    }
}
