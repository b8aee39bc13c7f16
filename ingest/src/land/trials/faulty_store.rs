//! A store that fails: refusals, answers that are lost after the deed, time-outs, slowness, and
//! others who are quicker with a commit.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

use super::Random;

/// A commit of somebody else's, which changes nothing.
const FOREIGN: &str = r#"{"commitInfo":{"timestamp":1700000000000,"operation":"FOREIGN"}}"#;

#[derive(Debug)]
pub(super) struct FaultyStore {
    inner: InMemory,
    chance: Arc<Chance>,
}

/// What goes wrong, and how often it has.
#[derive(Debug)]
pub(super) struct Chance {
    random: Mutex<Random>,
    is_armed: AtomicBool,
    pub(super) faults: AtomicU64,
    pub(super) races: AtomicU64,
}

/// What becomes of one request.
enum Fate {
    Done,
    Slow,
    Refused(&'static str),
    /// Done, but nobody is told.
    Lost,
}

impl Chance {
    pub(super) fn arm(&self, is_armed: bool) {
        self.is_armed.store(is_armed, Ordering::SeqCst);
    }

    fn is(&self, in_1000: u64) -> bool {
        self.is_armed.load(Ordering::SeqCst) && self.random.lock().expect("random").in_1000(in_1000)
    }

    fn fate(&self, writes: bool) -> Fate {
        let fate = if self.is(if writes { 30 } else { 8 }) {
            Fate::Refused("503 slow down")
        } else if self.is(if writes { 20 } else { 4 }) {
            Fate::Refused("the request timed out")
        } else if writes && self.is(30) {
            Fate::Lost
        } else if self.is(30) {
            return Fate::Slow;
        } else {
            return Fate::Done;
        };
        self.faults.fetch_add(1, Ordering::SeqCst);
        fate
    }
}

impl FaultyStore {
    pub(super) fn over(inner: InMemory, seed: u64) -> Self {
        let chance = Chance {
            random: Mutex::new(Random(seed)),
            is_armed: AtomicBool::new(false),
            faults: AtomicU64::new(0),
            races: AtomicU64::new(0),
        };
        Self { inner, chance: Arc::new(chance) }
    }

    pub(super) fn chance(&self) -> Arc<Chance> {
        self.chance.clone()
    }

    async fn read(&self) -> Result<()> {
        before(&self.chance.fate(false)).await
    }
}

async fn before(fate: &Fate) -> Result<()> {
    match fate {
        Fate::Refused(why) => Err(failed(why)),
        Fate::Slow => {
            tokio::time::sleep(Duration::from_millis(2)).await;
            Ok(())
        }
        Fate::Done | Fate::Lost => Ok(()),
    }
}

fn after<T>(fate: &Fate, done: T) -> Result<T> {
    if matches!(fate, Fate::Lost) { Err(failed("the connection was closed before the answer")) } else { Ok(done) }
}

fn failed(why: &str) -> object_store::Error {
    object_store::Error::Generic { store: "faulty", source: why.to_owned().into() }
}

impl std::fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("faulty")
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        if opts.mode == PutMode::Create && location.as_ref().ends_with(".json") && self.chance.is(40) {
            self.chance.races.fetch_add(1, Ordering::SeqCst);
            let create = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
            self.inner.put_opts(location, FOREIGN.into(), create).await?;
        }
        let fate = self.chance.fate(true);
        before(&fate).await?;
        let done = self.inner.put_opts(location, payload, opts).await?;
        after(&fate, done)
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        before(&self.chance.fate(false)).await?;
        let inner = self.inner.put_multipart_opts(location, opts).await?;
        Ok(Box::new(FaultyUpload { inner, chance: self.chance.clone() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.read().await?;
        self.inner.get_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.chance.fate(false) {
            Fate::Refused(why) => futures::stream::once(async move { Err(failed(why)) }).boxed(),
            _ => self.inner.list(prefix),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.read().await?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let fate = self.chance.fate(true);
        before(&fate).await?;
        self.inner.copy_opts(from, to, options).await?;
        after(&fate, ())
    }
}

#[derive(Debug)]
struct FaultyUpload {
    inner: Box<dyn MultipartUpload>,
    chance: Arc<Chance>,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (part, fate) = (self.inner.put_part(data), self.chance.fate(true));
        Box::pin(async move {
            before(&fate).await?;
            part.await?;
            after(&fate, ())
        })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let fate = self.chance.fate(true);
        before(&fate).await?;
        let done = self.inner.complete().await?;
        after(&fate, done)
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
    }
}
