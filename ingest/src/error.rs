use readers::ReadError;
use thiserror::Error;

/// Why nothing of a file landed. Each message says what, where and what to do.
#[derive(Debug, Error)]
pub enum IngestError {
    /// The file, or its mapping, cannot be read.
    #[error(transparent)]
    Read(ReadError),
    /// What a body holds is out of proportion to it.
    #[error("line {line}: by then the body's rows take more than {most} bytes, written out; send it in pieces")]
    Expands { line: u64, most: u64 },
    /// The key for personal identifiers cannot be used.
    #[error("person key {file}: {reason}")]
    PersonKey { file: String, reason: String },
    /// The vault, a file in it or its key cannot be used.
    #[error("vault {file}: {reason}")]
    Vault { file: String, reason: String },
    /// The account of a table does not add up, which is a defect of this program.
    #[error(
        "{file}: rows of {table} do not add up: {rows_in} in, {landed} landed, {quarantined} quarantined, {known} known. Nothing of the file has landed; report this as a defect of sunlake"
    )]
    Unbalanced { file: String, table: String, rows_in: u64, landed: u64, quarantined: u64, known: u64 },
    /// The ledger has no such batch, or several.
    #[error("{found} batches begin with {batch:?}; `sunlake quarantine list` names those with open refusals")]
    NoBatch { batch: String, found: usize },
    /// Refused records that cannot be read again in this way.
    #[error("batch {batch} cannot be replayed: {reason}")]
    NotReplayable { batch: String, reason: String },
    /// The lake said no.
    #[error(transparent)]
    Lake(#[from] datasets::lake::LakeError),
    /// Arrow said no, which is a defect of this program.
    #[error("rows of {table} do not fit their contract: {source}")]
    Rows { table: &'static str, source: arrow::error::ArrowError },
    /// A background thread ended badly.
    #[error("reading {file} failed: {source}")]
    Task { file: String, source: tokio::task::JoinError },
}

/// An error of what took the records comes back as it was.
impl From<ReadError> for IngestError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Sink(error) => match error.downcast::<Self>() {
                Ok(error) => *error,
                Err(error) => Self::Read(ReadError::Sink(error)),
            },
            error => Self::Read(error),
        }
    }
}

/// Of what takes the records while they are read.
impl From<IngestError> for ReadError {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Read(error) => error,
            error => Self::Sink(Box::new(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_records_fails_through_a_reader_as_itself() {
        let there_and_back = |error: IngestError| IngestError::from(ReadError::from(error));
        let expands = there_and_back(IngestError::Expands { line: 3, most: 9 });
        assert!(matches!(expands, IngestError::Expands { line: 3, most: 9 }));
        let empty = there_and_back(ReadError::Empty { file: "a.csv".into() }.into());
        assert!(matches!(empty, IngestError::Read(ReadError::Empty { .. })));
    }
}
