use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, ObjectMeta, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, Result, UploadPart,
};

use super::*;

/// A store that has no room for a whole file, and counts how many uploads are given up.
#[derive(Debug)]
struct Full {
    inner: InMemory,
    aborted: Arc<AtomicUsize>,
}

#[derive(Debug)]
struct Parts {
    aborted: Arc<AtomicUsize>,
}

fn full() -> Error {
    Error::Generic { store: "full", source: "no room".into() }
}

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("full")
    }
}

#[async_trait]
impl ObjectStore for Full {
    async fn put_opts(&self, _: &Path, _: PutPayload, _: PutOptions) -> Result<PutResult> {
        Err(full())
    }

    async fn put_multipart_opts(&self, _: &Path, _: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(Parts { aborted: self.aborted.clone() }))
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

    async fn copy_opts(&self, _: &Path, _: &Path, _: CopyOptions) -> Result<()> {
        Err(full())
    }
}

#[async_trait]
impl MultipartUpload for Parts {
    fn put_part(&mut self, _: PutPayload) -> UploadPart {
        Box::pin(async { Ok(()) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        Err(full())
    }

    async fn abort(&mut self) -> Result<()> {
        self.aborted.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

#[tokio::test]
async fn the_parts_of_an_upload_that_fails_are_given_up() {
    let aborted = Arc::new(AtomicUsize::new(0));
    let from: Arc<dyn ObjectStore> = Arc::new(InMemory::new());
    let to: Arc<dyn ObjectStore> = Arc::new(Full { inner: InMemory::new(), aborted: aborted.clone() });
    let path = Path::from("a.parquet");
    for (size, given_up) in [(PART + 1, 1), (PART, 2), (1, 2)] {
        from.put(&path, vec![0_u8; size].into()).await.expect("put");
        let said = copy(&from, &path, &to, &path).await.expect_err("refused").to_string();
        assert!(said.contains("no room"), "{said}");
        assert_eq!(aborted.load(Ordering::SeqCst), given_up, "of {size} bytes");
    }
}
