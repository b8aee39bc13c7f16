use std::io;
use std::path::Path;
use std::sync::Arc;

use thiserror::Error;

use crate::remote::RemoteError;

/// What can go wrong with a lake. Each message names the thing and says what to do.
#[derive(Debug, Error)]
pub enum LakeError {
    /// The address is not one that a lake can have.
    #[error("lake address {url:?} is not usable: {reason}; give a folder, file:///folder or memory://name")]
    BadUrl { url: String, reason: String },
    /// The audit log, which a backup holds too.
    #[error(transparent)]
    Audit { source: crate::audit::AuditError },
    /// There is nothing there.
    #[error("there is no lake at {0}; `sunlake ingest` makes one, `sunlake demo` makes a demonstration")]
    NoLake(String),
    /// There is something there that is no lake.
    #[error("{0} holds files but no lake; give an empty or a new folder")]
    NotALake(String),
    /// A newer program wrote the lake.
    #[error("the lake at {url} has format {found}, this program reads up to {known}; install a newer sunlake")]
    TooNew { url: String, found: u32, known: u32 },
    /// An older program wrote the lake.
    #[error(
        "the lake at {url} has format {found}, this program reads only {known}; land the original files into a new lake, or use the sunlake that made it"
    )]
    TooOld { url: String, found: u32, known: u32 },
    /// An older program wrote the lake, and what is missing can be added.
    #[error(
        "the lake at {url} has format {found}, this program reads only {known}; copy its folder, then run `sunlake lake migrate`"
    )]
    Older { url: String, found: u32, known: u32 },
    /// The properties are damaged.
    #[error("lake_meta of {url} has no usable {key}; restore the lake from its backup")]
    Meta { url: String, key: &'static str },
    /// Somebody else holds the lock for long.
    #[error(
        "{name} has been locked for {seconds} s by {holder}, which holds {file}; wait for it or end it, then run the same command again"
    )]
    Locked { name: String, holder: String, file: String, seconds: u64 },
    /// The disk is full.
    #[error(
        "no space left on {0}: free some and run the same command again; nothing of what was being written has landed"
    )]
    NoSpace(String),
    /// Somebody else committed in between.
    #[error("table {table} was changed by another writer while this batch was planned; run it again")]
    Conflict { table: String },
    /// The log does not reach back far enough.
    #[error("commit {version} of table {table} is no longer in its log; run `sunlake derive --full`")]
    LogGone { table: String, version: u64 },
    /// A file that was to be committed is gone.
    #[error(
        "{file} was written for table {table} and is gone, or not whole, before its commit: something has removed it; nothing has changed, run the same command again"
    )]
    Removed { table: String, file: String },
    /// A table's newest version is older than one that others stand on.
    #[error(
        "table {table} is at version {version}, and states and cards were worked out beside its version {stand}: it has lost commits; restore the lake from its backup, or go on with what is left by `sunlake derive --full`"
    )]
    LostCommits { table: String, stand: u64, version: u64 },
    /// A file is not in the order that its table's rows are kept in.
    #[error("{file} of table {table} is not in the table's order; `sunlake lake verify --table {table}` says where")]
    Unsorted { table: String, file: String },
    /// A file of a version that has been left behind since.
    #[error(
        "{file} of table {table} is no longer there: rows of it were erased, or nobody was to need it any more \
         (`sunlake lake history --table {table}`); ask again, and the newest version answers. If it names the file, \
         `sunlake lake verify` says so"
    )]
    FileGone { table: String, file: String },
    /// What is to be read again does not say in which version.
    #[error(
        "the answer names no version of table {table}, which this lake has: it was given of another lake, or before \
         the table was there"
    )]
    VersionUntold { table: &'static str },
    /// A version of long ago that cannot be read any more.
    #[error(
        "version {version} of table {table} is not there to be read again: its files were removed since \
         (`sunlake lake vacuum`, an erasure), the lake was restored, or it is another lake; ask with --as-of instead"
    )]
    VersionGone { table: String, version: u64 },
    /// There is no such batch to withdraw.
    #[error("batch {batch} {state}; `sunlake query 'select batch_id, state, file_name from ingest_batch'` lists them")]
    NoBatch { batch: String, state: &'static str },
    /// A reference row that a batch brought has been changed by a later one.
    #[error(
        "batch {batch} cannot be withdrawn: {record} of {table}, which it brought, has been changed by batch {later} since; withdraw that one first"
    )]
    StoodOn { batch: String, table: &'static str, record: String, later: String },
    /// A reference row that a batch brought has been put by hand since.
    #[error(
        "batch {batch} cannot be withdrawn: {record} of {table}, which it brought, has been put by hand since; put the right row with `sunlake reference put {table}`"
    )]
    PutSince { batch: String, table: &'static str, record: String },
    /// The files of the table's version before the batch are gone.
    #[error(
        "batch {batch} cannot be withdrawn: what was in {table} before it is no longer kept (`sunlake lake vacuum`, or the lake was restored); land the right rows, as newer versions"
    )]
    NotKept { batch: String, table: &'static str },
    /// A field that old rows cannot go without.
    #[error(
        "table {table} has no {field}, which every row needs: this lake cannot be migrated; land the original files into a new lake"
    )]
    NeedsReload { table: &'static str, field: &'static str },
    /// A place that a backup or a lake cannot be written to.
    #[error("{place}: {reason}")]
    Place { place: String, reason: &'static str },
    /// The copy is not what was copied.
    #[error("{file} of {place} is not what its manifest says ({found}); copy again from a place that is whole")]
    Damaged { place: String, file: String, found: String },
    /// A file is not as it was written.
    #[error(
        "{file} of {place} is not what was written (its SHA-256 is another than its log says); `sunlake lake verify` tells what is wrong"
    )]
    Altered { place: String, file: String },
    /// A copy of a lake lacks files that its logs name.
    #[error("{place} is no whole copy: its logs name {file}, which its manifest does not; back up into a new folder")]
    NotWhole { place: String, file: String },
    /// A table uses a Delta feature that this program does not read.
    #[error("table {table} uses {feature}, which sunlake does not read; rewrite the table without it")]
    Unsupported { table: String, feature: &'static str },
    /// A shipped reference file cannot be read.
    #[error(transparent)]
    Reference(#[from] crate::reference::ReferenceError),
    /// Delta said no.
    #[error("table {table}: {source}")]
    Delta { table: String, source: Box<deltalake::DeltaTableError> },
    /// The store refused a file.
    #[error("table {table} cannot be written: {source}")]
    Write { table: String, source: Arc<object_store::Error> },
    /// The store said no.
    #[error("store: {0}")]
    Store(#[source] object_store::Error),
    /// A store beyond this machine said no.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// The disk said no.
    #[error("{path}: {source}")]
    Io { path: String, source: std::io::Error },
    /// Arrow or Parquet said no.
    #[error("table {table}: {source}")]
    Parquet { table: String, source: Box<parquet::errors::ParquetError> },
    /// Arrow said no.
    #[error("table {table}: {source}")]
    Arrow { table: String, source: arrow::error::ArrowError },
    /// A background thread ended badly.
    #[error("a background task of the lake failed: {0}")]
    Task(#[from] tokio::task::JoinError),
}

/// The disk that holds a lake, or the user's share of it, is full.
#[derive(Debug, Error)]
#[error("no space left on {folder}")]
pub(super) struct NoSpace {
    folder: String,
    source: io::Error,
}

impl NoSpace {
    pub(super) fn new(folder: &Path, source: io::Error) -> Self {
        Self { folder: folder.display().to_string(), source }
    }

    pub(super) fn is(error: &io::Error) -> bool {
        matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
    }
}

impl From<object_store::Error> for LakeError {
    fn from(error: object_store::Error) -> Self {
        match error {
            object_store::Error::Generic { store, source } => match source.downcast::<RemoteError>() {
                Ok(told) => Self::Remote(*told),
                Err(source) => Self::Store(object_store::Error::Generic { store, source }),
            },
            object_store::Error::NotFound { path, source } => match source.downcast::<RemoteError>() {
                Ok(told) => Self::Remote(*told),
                Err(source) => Self::Store(object_store::Error::NotFound { path, source }),
            },
            other => Self::Store(other),
        }
    }
}

impl LakeError {
    /// Whether a store has nothing there.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Store(object_store::Error::NotFound { .. }) | Self::Remote(RemoteError::NotThere { .. }))
    }

    pub(crate) fn delta(table: &str) -> impl FnOnce(deltalake::DeltaTableError) -> Self + '_ {
        move |source| {
            Self::no_space(&source).unwrap_or_else(|| Self::Delta { table: table.to_owned(), source: Box::new(source) })
        }
    }

    pub(crate) fn parquet(table: &str) -> impl FnOnce(parquet::errors::ParquetError) -> Self + '_ {
        move |source| Self::Parquet { table: table.to_owned(), source: Box::new(source) }
    }

    pub(crate) fn arrow(table: &str) -> impl FnOnce(arrow::error::ArrowError) -> Self + '_ {
        move |source| Self::Arrow { table: table.to_owned(), source }
    }

    pub(super) fn write(table: &str, source: Arc<object_store::Error>) -> Self {
        Self::no_space(&source).unwrap_or_else(|| Self::Write { table: table.to_owned(), source })
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |source| {
            let path = path.display().to_string();
            if NoSpace::is(&source) { Self::NoSpace(path) } else { Self::Io { path, source } }
        }
    }

    /// A full disk says so wherever in the layers below it was met.
    fn no_space(error: &(dyn std::error::Error + 'static)) -> Option<Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(full) = error.downcast_ref::<NoSpace>() {
                return Some(Self::NoSpace(full.folder.clone()));
            }
            cause = error.source();
        }
        None
    }
}
