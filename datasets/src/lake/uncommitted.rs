//! The files of one writer, until a commit names them.
//!
//! The writer is given a store that keeps the first failure, answers that all went well, and
//! writes nothing from then on: deltalake aborts an upload whose end failed, and `object_store`
//! panics at that ("Already shut down"). Who owns the writer asks for the failure.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result, UploadPart,
};
use sha2::{Digest, Sha256};

/// What a failed write answers.
const DONE: PutResult = PutResult { e_tag: None, version: None };

/// The files of one writer. Dropped before [`Uncommitted::keep`], they are removed from the local
/// disk; a lake in memory goes with its process.
#[derive(Debug)]
pub(super) struct Uncommitted {
    folder: Option<PathBuf>,
    outcome: Arc<Outcome>,
}

#[derive(Debug, Default)]
struct Outcome {
    begun: Mutex<Vec<Path>>,
    /// SHA-256 of each file that is written, by its path, hexadecimal.
    digests: Mutex<HashMap<String, String>>,
    failure: OnceLock<Arc<object_store::Error>>,
}

impl Uncommitted {
    /// Nothing yet; `folder` is the table's on a local disk.
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, outcome: Arc::default() }
    }

    /// The table's store, as its writer is to see it.
    pub(super) fn store(&self, inner: Arc<dyn ObjectStore>) -> Arc<dyn ObjectStore> {
        Arc::new(WriterStore { inner, outcome: self.outcome.clone() })
    }

    /// Why not all of the files were written.
    pub(super) fn failure(&self) -> Option<Arc<object_store::Error>> {
        self.outcome.failure.get().cloned()
    }

    /// SHA-256 of a file that was written, hexadecimal.
    pub(super) fn digest(&self, file: &str) -> Option<String> {
        self.outcome.digests().get(file).cloned()
    }

    /// From here on the files stay.
    pub(super) fn keep(&self) {
        self.outcome.take();
    }
}

impl Drop for Uncommitted {
    fn drop(&mut self) {
        let Some(folder) = &self.folder else { return };
        for file in self.outcome.take() {
            let path = folder.join(file.to_string());
            if let Err(error) = std::fs::remove_file(&path)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!("{} was not committed and stays behind: {error}", path.display());
            }
        }
    }
}

impl Outcome {
    /// Whether a file is still to be written; it is noted if so.
    fn begin(&self, file: &Path) -> bool {
        if self.has_failed() {
            return false;
        }
        self.begun.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(file.clone());
        true
    }

    fn take(&self) -> Vec<Path> {
        std::mem::take(&mut *self.begun.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    fn digests(&self) -> MutexGuard<'_, HashMap<String, String>> {
        self.digests.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn written(&self, file: &Path, digest: Sha256) {
        self.digests().insert(file.to_string(), hex::encode(digest.finalize()));
    }

    fn has_failed(&self) -> bool {
        self.failure.get().is_some()
    }

    fn fail(&self, error: object_store::Error) {
        // The first failure is the cause of the others.
        let _ = self.failure.set(Arc::new(error));
    }
}

#[derive(Debug)]
struct WriterStore {
    inner: Arc<dyn ObjectStore>,
    outcome: Arc<Outcome>,
}

impl std::fmt::Display for WriterStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(&self.inner, f)
    }
}

#[async_trait]
impl ObjectStore for WriterStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        if self.outcome.begin(location) {
            let mut digest = Sha256::new();
            payload.iter().for_each(|bytes| digest.update(bytes));
            match self.inner.put_opts(location, payload, opts).await {
                Ok(done) => {
                    self.outcome.written(location, digest);
                    return Ok(done);
                }
                Err(error) => self.outcome.fail(error),
            }
        }
        Ok(DONE)
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let mut inner = None;
        if self.outcome.begin(location) {
            match self.inner.put_multipart_opts(location, opts).await {
                Ok(upload) => inner = Some(upload),
                Err(error) => self.outcome.fail(error),
            }
        }
        let (file, outcome) = (location.clone(), self.outcome.clone());
        Ok(Box::new(WriterUpload { inner, file, digest: Sha256::new(), outcome }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct WriterUpload {
    /// Nothing if it could not be begun, and at its end: dropped, it removes what it has not completed.
    inner: Option<Box<dyn MultipartUpload>>,
    file: Path,
    /// Of the parts so far: they come in order.
    digest: Sha256,
    outcome: Arc<Outcome>,
}

#[async_trait]
impl MultipartUpload for WriterUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        data.iter().for_each(|bytes| self.digest.update(bytes));
        let outcome = self.outcome.clone();
        let inner = self.inner.as_mut().filter(|_| !outcome.has_failed());
        let part = inner.map(|inner| inner.put_part(data));
        Box::pin(async move {
            if let Some(part) = part
                && let Err(error) = part.await
            {
                outcome.fail(error);
            }
            Ok(())
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        if let Some(mut inner) = self.inner.take()
            && !self.outcome.has_failed()
        {
            match inner.complete().await {
                Ok(done) => {
                    self.outcome.written(&self.file, std::mem::take(&mut self.digest));
                    return Ok(done);
                }
                Err(error) => self.outcome.fail(error),
            }
        }
        Ok(DONE)
    }

    async fn abort(&mut self) -> Result<()> {
        match self.inner.take() {
            Some(mut inner) => inner.abort().await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
