//! A store whose errors say what a person can do, and hand on nothing of what a server has answered:
//! it may quote the request, and with it who asked.

use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

use super::RemoteError;
use super::error::{cause, is_404};

/// A bucket; by its address messages call what is in it.
#[derive(Debug)]
pub(super) struct Quiet {
    bucket: Arc<str>,
    inner: Arc<dyn ObjectStore>,
}

impl Quiet {
    pub(super) fn new(bucket: &str, inner: Arc<dyn ObjectStore>) -> Self {
        Self { bucket: bucket.into(), inner }
    }

    /// Puts an error about `path` into words.
    fn words(&self, path: Option<&Path>) -> impl Fn(Error) -> Error + Send + use<> {
        let name = path.map_or_else(|| self.bucket.to_string(), |path| format!("{}/{path}", self.bucket));
        move |error| in_words(&name, error)
    }
}

fn in_words(name: &str, error: Error) -> Error {
    let name = name.to_owned();
    match error {
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => {
            Error::Generic { store: "S3", source: RemoteError::Denied { name }.into() }
        }
        Error::NotFound { path, .. } => Error::NotFound { path, source: RemoteError::NotThere { name }.into() },
        Error::AlreadyExists { path, .. } => Error::AlreadyExists { path, source: "it is there already".into() },
        Error::Precondition { path, .. } => Error::Precondition { path, source: "it is another one by now".into() },
        // A key is told of by a variant; what is left is the bucket, of which the crate says no more.
        Error::Generic { .. } if is_404(&error) => {
            Error::Generic { store: "S3", source: RemoteError::NoBucket { name }.into() }
        }
        other => {
            let reason = cause(&other);
            Error::Generic { store: "S3", source: RemoteError::Failed { name, reason }.into() }
        }
    }
}

impl std::fmt::Display for Quiet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.bucket)
    }
}

#[async_trait]
impl ObjectStore for Quiet {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(location, payload, opts).await.map_err(self.words(Some(location)))
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.inner.put_multipart_opts(location, opts).await.map_err(self.words(Some(location)))?;
        Ok(Box::new(QuietUpload { name: format!("{}/{location}", self.bucket), inner: upload }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let answer = self.inner.get_opts(location, options).await.map_err(self.words(Some(location)))?;
        let GetResult { payload, meta, range, attributes } = answer;
        let payload = match payload {
            GetResultPayload::Stream(pieces) => {
                GetResultPayload::Stream(pieces.map_err(self.words(Some(location))).boxed())
            }
            file => file,
        };
        Ok(GetResult { payload, meta, range, attributes })
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations).map_err(self.words(None)).boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix).map_err(self.words(prefix)).boxed()
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset).map_err(self.words(prefix)).boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await.map_err(self.words(prefix))
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await.map_err(self.words(Some(to)))
    }
}

/// A file that goes there in parts.
#[derive(Debug)]
struct QuietUpload {
    name: String,
    inner: Box<dyn MultipartUpload>,
}

#[async_trait]
impl MultipartUpload for QuietUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (part, name) = (self.inner.put_part(data), self.name.clone());
        Box::pin(async move { part.await.map_err(|error| in_words(&name, error)) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.inner.complete().await.map_err(|error| in_words(&self.name, error))
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await.map_err(|error| in_words(&self.name, error))
    }
}
