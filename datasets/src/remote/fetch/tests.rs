use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures::stream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore, ObjectStoreExt,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

use super::*;

const SIZE: usize = 1000;

/// A store that sends one byte after the other, with a pause before each.
#[derive(Debug)]
struct Trickle {
    inner: InMemory,
    pause: Duration,
    asked: AtomicUsize,
}

impl std::fmt::Display for Trickle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("trickle")
    }
}

#[async_trait]
impl ObjectStore for Trickle {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let answer = self.inner.get_opts(location, options).await?;
        let (meta, range, attributes) = (answer.meta.clone(), answer.range.clone(), answer.attributes.clone());
        let (bytes, pause) = (answer.bytes().await?.to_vec(), self.pause);
        let pieces = stream::iter(bytes).then(move |byte| async move {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            Ok(Bytes::from(vec![byte]))
        });
        Ok(GetResult { payload: GetResultPayload::Stream(pieces.boxed()), meta, range, attributes })
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

/// What becomes of a fetch from such a store, and how often it was asked.
async fn fetched(pause: Duration) -> (std::result::Result<u64, RemoteError>, usize) {
    let store = Arc::new(Trickle { inner: InMemory::new(), pause, asked: AtomicUsize::new(0) });
    let path = Path::from("a.csv");
    store.put(&path, vec![b'a'; SIZE].into()).await.expect("put");
    let object = Remote { name: "s3://bucket/a.csv".to_owned(), store: store.clone(), path };
    let patience =
        Patience { silence: Duration::from_secs(5), slowness: Duration::from_millis(100), wait: Duration::ZERO };
    let mut file = tempfile::tempfile().expect("file");
    let done = fetch_within(&patience, &object, &mut file, &|_, _| {}).await;
    (done, store.asked.load(Ordering::Relaxed))
}

#[tokio::test]
async fn a_store_that_sends_a_little_for_ever_is_given_up() {
    // At most ten bytes a try, where a hundred are progress.
    let (done, asked) = fetched(Duration::from_millis(10)).await;
    let said = done.expect_err("given up").to_string();
    assert!(said.contains("of 1000 bytes came") && said.contains("it came too slowly, less than 100 bytes"), "{said}");
    assert_eq!(asked, 5);
}

#[test]
fn a_store_that_sends_a_little_is_given_up_within_minutes() {
    assert!(PATIENCE.silence <= PATIENCE.slowness && PATIENCE.slowness * TRIES <= Duration::from_secs(300));
}

#[tokio::test]
async fn a_store_that_is_slow_is_waited_for() {
    let (done, asked) = fetched(Duration::ZERO).await;
    assert_eq!((done.expect("fetched"), asked), (SIZE as u64, 1));
}

#[test]
fn progress_is_a_part_of_the_object_and_never_more_than_a_mebibyte() {
    assert_eq!([0, 5, 1000, 1 << 30].map(enough), [1, 1, 100, 1 << 20]);
}
