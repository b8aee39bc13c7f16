//! An open lake with what sessions share: runtime, caches, clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datasets::clock::Clock;
use datasets::contract::{CASE_STATE, HANDLING_HIST, INGEST_BATCH, VILLAGE_ITEM_MONTH};
use datasets::lake::{DERIVE_RUN, Lake, LakeMeta, LakeSnapshot, TableSnapshot};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::Mutex;

use crate::ask::Asks;
use crate::derive::hot::Hot;
use crate::derive::{landed, stand};
use crate::session::overlay::Overlay;
use crate::session::recent::Recent;
use crate::session::{Ground, Session};
use crate::{AnalyticsError, Principal, Rules};

/// Memory for queries, bytes; they spill to disk beyond it.
const QUERY_MEMORY: usize = 4 * 1024 * 1024 * 1024;
/// Overlays of past times that are remembered.
const PAST_OVERLAYS: usize = 8;

/// Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

/// What stood over the cold part, by the version of `case_state` and the instant.
type Past = ((u64, Timestamp), Arc<Overlay>);

struct Inner {
    lake: Arc<Lake>,
    clock: Arc<dyn Clock>,
    zone: TimeZone,
    runtime: Arc<RuntimeEnv>,
    rules: Mutex<Option<(Vec<u64>, Arc<Rules>)>>,
    hot: Mutex<Option<(u64, Arc<Hot>)>>,
    past: Mutex<Vec<Past>>,
    recent: Mutex<Option<Arc<Recent>>>,
    /// By the versions of states and marts.
    lag: Mutex<Option<([u64; 3], i64)>>,
    asks: Asks,
}

impl Engine {
    /// Opens an engine over a lake, with the clock that tells the present.
    pub async fn open(lake: Arc<Lake>, clock: Arc<dyn Clock>) -> Result<Self, AnalyticsError> {
        let runtime =
            RuntimeEnvBuilder::new().with_memory_pool(Arc::new(FairSpillPool::new(QUERY_MEMORY))).build_arc()?;
        let url = ObjectStoreUrl::parse(lake.url().store_url())?;
        runtime.register_object_store(url.as_ref(), lake.store());
        let zone = TimeZone::get(&lake.meta().time_zone)
            .map_err(|error| AnalyticsError::Rule { table: "lake_meta", reason: error.to_string() })?;
        let inner = Inner {
            lake,
            clock,
            zone,
            runtime,
            rules: Mutex::default(),
            hot: Mutex::default(),
            past: Mutex::default(),
            recent: Mutex::default(),
            lag: Mutex::default(),
            asks: Asks::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The clock that tells the present.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The lake's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.inner.zone
    }

    /// The lake.
    pub fn lake(&self) -> &Arc<Lake> {
        &self.inner.lake
    }

    /// The lake's properties.
    pub fn lake_meta(&self) -> &LakeMeta {
        self.inner.lake.meta()
    }

    /// What sessions share: caches and stores.
    pub(crate) fn runtime(&self) -> &Arc<RuntimeEnv> {
        &self.inner.runtime
    }

    /// Where people's own questions wait and run.
    pub(crate) fn asks(&self) -> &Asks {
        &self.inner.asks
    }

    /// A session on the newest version of the lake, seen as of `as_of` or of the present, with the rows that the
    /// principal sees.
    pub async fn session(&self, principal: &Principal, as_of: Option<Timestamp>) -> Result<Session, AnalyticsError> {
        self.session_in(self.inner.runtime.clone(), principal, as_of).await
    }

    /// The same with memory of its own.
    pub(crate) async fn session_in(
        &self,
        runtime: Arc<RuntimeEnv>,
        principal: &Principal,
        as_of: Option<Timestamp>,
    ) -> Result<Session, AnalyticsError> {
        let as_of = as_of.unwrap_or_else(|| self.inner.clock.now());
        // Read before anything is pinned: the states in the snapshot stand on this much at least.
        let state = self.inner.lake.table(&CASE_STATE);
        let folded: Option<u64> = landed(&state, &stand(&INGEST_BATCH)).await?;
        let snapshot = self.inner.lake.snapshot().await?;
        let late = self.inner.lake.table(&INGEST_BATCH).news_since(folded.unwrap_or(0)).await?;
        let ledger = snapshot.table(&INGEST_BATCH).without(&late.added.into_iter().collect());
        self.over(runtime, principal, (snapshot, ledger), as_of).await
    }

    /// A session on the versions that an answer of then stood on, and as of the same instant.
    pub async fn session_again(
        &self,
        principal: &Principal,
        as_of: Timestamp,
        versions: &BTreeMap<String, u64>,
    ) -> Result<Session, AnalyticsError> {
        let pinned = self.inner.lake.snapshot_of(versions).await?;
        self.over(self.inner.runtime.clone(), principal, pinned, as_of).await
    }

    async fn over(
        &self,
        runtime: Arc<RuntimeEnv>,
        principal: &Principal,
        (snapshot, ledger): (LakeSnapshot, TableSnapshot),
        as_of: Timestamp,
    ) -> Result<Session, AnalyticsError> {
        let rules = self.rules(&snapshot).await?;
        let overlay = self.overlay(&snapshot, &rules, as_of).await?;
        let ground = Ground { lake: &self.inner.lake, runtime, snapshot, ledger, overlay: &overlay, rules, as_of };
        Session::build(ground, principal).await
    }

    /// Lets a session answer from memory what is asked of the last months. The rows are read once, and again when
    /// the cold parts have been written anew: a batch leaves these as they are. What is held is of all, so a session of
    /// a principal who does not see all goes on without.
    pub async fn recall(&self, session: &mut Session) -> Result<(), AnalyticsError> {
        if !session.principal().sees_all() {
            return Ok(());
        }
        let recent = {
            let mut held = self.inner.recent.lock().await;
            match held.as_ref().filter(|recent| recent.is_of(&session.snapshot)) {
                Some(recent) => recent.clone(),
                None => {
                    let read = Arc::new(Recent::load(session, self.inner.clock.now()).await?);
                    *held = Some(read.clone());
                    read
                }
            }
        };
        let lag = self.lag(&session.snapshot).await?;
        session.recall(&recent, lag).await
    }

    /// How many runs of derive the marts of a snapshot are behind its states (less than none: ahead). Unknown if
    /// something has been committed to one of them since: a run is at work.
    async fn lag(&self, snapshot: &LakeSnapshot) -> Result<Option<i64>, AnalyticsError> {
        let tables = [&CASE_STATE, &VILLAGE_ITEM_MONTH, &HANDLING_HIST];
        let versions = tables.map(|contract| snapshot.table(contract).version);
        let mut known = self.inner.lag.lock().await;
        if let Some((of, lag)) = *known
            && of == versions
        {
            return Ok(Some(lag));
        }
        let mut runs = Vec::with_capacity(tables.len());
        for (contract, version) in tables.into_iter().zip(versions) {
            let table = self.inner.lake.table(contract);
            let newest = table.refresh().await?;
            if newest.version() != version {
                return Ok(None);
            }
            runs.push(table.landed(&newest, DERIVE_RUN).await?.unwrap_or(0));
        }
        let states = runs.first().copied().unwrap_or(0);
        let lag = runs.iter().map(|run| states - run).find(|behind| *behind != 0).unwrap_or(0);
        *known = Some((versions, lag));
        Ok(Some(lag))
    }

    async fn rules(&self, snapshot: &LakeSnapshot) -> Result<Arc<Rules>, AnalyticsError> {
        let versions: Vec<u64> = Rules::TABLES.map(|table| snapshot.table(table).version).to_vec();
        let mut held = self.inner.rules.lock().await;
        if let Some((of, rules)) = held.as_ref()
            && *of == versions
        {
            return Ok(rules.clone());
        }
        let rules = Arc::new(Rules::load(self.lake_meta(), snapshot).await?);
        *held = Some((versions, rules.clone()));
        Ok(rules)
    }

    async fn overlay(
        &self,
        snapshot: &LakeSnapshot,
        rules: &Rules,
        as_of: Timestamp,
    ) -> Result<Arc<Overlay>, AnalyticsError> {
        let version = snapshot.table(&CASE_STATE).version;
        let hot = {
            let mut held = self.inner.hot.lock().await;
            match held.as_ref() {
                Some((of, hot)) if *of == version => hot.clone(),
                _ => {
                    let hot = Arc::new(Hot::load(snapshot).await?);
                    *held = Some((version, hot.clone()));
                    hot
                }
            }
        };
        let mut past = self.inner.past.lock().await;
        past.retain(|((of, _), _)| *of == version);
        if let Some((_, overlay)) = past.iter().find(|((_, at), _)| *at == as_of) {
            return Ok(overlay.clone());
        }
        let overlay = Arc::new(Overlay::as_of(snapshot, &hot, rules, as_of).await?);
        if past.len() >= PAST_OVERLAYS {
            past.remove(0);
        }
        past.push(((version, as_of), overlay.clone()));
        Ok(overlay)
    }
}
