//! `/live`: tells browsers what is stale, by name and without data, so that they ask again for just that.
//! One watcher looks at the lake for all of them. A name is that of a table, or one of [`CLOCK`], [`SCENE`]
//! and [`ALL`].

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::future::pending;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use analytics::Engine;
use axum::Extension;
use axum::extract::{Query, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::stream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::sleep;

use crate::state::App;

mod watcher;

/// A minute has gone by: ages and what is left of a time.
pub(crate) const CLOCK: &str = "clock";
/// The wall shows its next scene.
pub(crate) const SCENE: &str = "scene";
/// Whatever there is.
pub(crate) const ALL: &str = "all";
/// What an event says that names nothing: one without data would not be given to the script.
const NOTHING: &str = "nothing";

/// Connections at a time; half of what the server takes, so that pages are answered all the same.
const LISTENERS: usize = 512;
/// What becomes stale within this after an event is told in one.
const GATHER: Duration = Duration::from_millis(100);
/// Silence is broken after this, so that a lost connection is noticed at both ends.
const ALIVE: Duration = Duration::from_secs(15);

/// What has become stale so far: a count that grows with each change, and the count of each name's last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beat {
    count: u64,
    last: BTreeMap<&'static str, u64>,
    scene: u64,
}

impl Beat {
    fn strike(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.count += 1;
        self.last.extend(names.into_iter().map(|name| (name, self.count)));
    }

    /// What has become stale after a count.
    fn since(&self, count: u64) -> Vec<&'static str> {
        self.last.iter().filter(|(_, last)| **last > count).map(|(name, _)| *name).collect()
    }
}

/// Where the watcher tells. It ends with the last of these.
#[derive(Clone)]
pub(crate) struct Pulse {
    beats: watch::Receiver<Beat>,
    /// Differs from start to start: counts of an earlier server mean nothing here.
    epoch: u64,
    places: Arc<Semaphore>,
}

impl Pulse {
    /// Begins to watch.
    pub(crate) fn start(engine: Engine) -> Self {
        let (told, beats) = watch::channel(Beat::default());
        tokio::spawn(watcher::keep(engine, told));
        Self { beats, epoch: RandomState::new().hash_one(LISTENERS), places: Arc::new(Semaphore::new(LISTENERS)) }
    }

    /// What answers may be kept under: another after each change. None as long as nobody watches.
    pub(crate) fn mark(&self) -> Option<u64> {
        let is_watched = self.beats.has_changed().is_ok();
        Some(self.beats.borrow().count).filter(|count| is_watched && *count > 0)
    }

    /// The id of the latest event: a page that says it is told what has become stale since.
    pub(crate) fn id(&self) -> String {
        self.id_of(self.beats.borrow().count)
    }

    /// Number of the scene that the wall shows; it grows.
    pub(crate) fn scene(&self) -> u64 {
        self.beats.borrow().scene
    }

    fn id_of(&self, count: u64) -> String {
        format!("{:016x}-{count}", self.epoch)
    }

    /// What an id leaves to be told. Whatever is not of this server, or not yet, means that all is stale.
    fn missed(&self, id: &str) -> Vec<&'static str> {
        let beat = self.beats.borrow();
        let (epoch, count) = id.split_once('-').unwrap_or_default();
        let known =
            count.parse::<u64>().ok().filter(|count| *count <= beat.count && epoch == format!("{:016x}", self.epoch));
        known.map_or_else(|| vec![ALL], |count| beat.since(count))
    }
}

/// Told when the server stops, so that connections that would never end do.
#[derive(Debug, Clone)]
pub(crate) struct Stopping(pub(crate) watch::Receiver<()>);

/// The events. Who comes back says the id of the last that it has had: as browsers do, in a header, or as
/// our script does, which waits longer each time, in the address.
pub(crate) async fn show(
    State(app): State<App>,
    headers: HeaderMap,
    stopping: Option<Extension<Stopping>>,
    Query(asked): Query<HashMap<String, String>>,
) -> Response {
    let pulse = app.pulse;
    let Ok(place) = pulse.places.clone().try_acquire_owned() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "10")], "too many pages are open\n").into_response();
    };
    let header = headers.get("last-event-id").and_then(|id| id.to_str().ok());
    // Before what was missed: rather told twice than not at all.
    let told = pulse.beats.borrow().count;
    let missed = header.or(asked.get("since").map(String::as_str)).map(|id| pulse.missed(id));
    let listener = Listener {
        pulse,
        hello: Some(missed.unwrap_or_default()),
        told,
        stopping: stopping.map(|Extension(Stopping(stopping))| stopping),
        _place: place,
    };
    let alive = KeepAlive::new().interval(ALIVE).event(Event::default().event("alive").data("-"));
    Sse::new(stream::unfold(listener, Listener::next)).keep_alive(alive).into_response()
}

/// One connection.
struct Listener {
    pulse: Pulse,
    /// What is told at once.
    hello: Option<Vec<&'static str>>,
    /// The count up to which all has been told.
    told: u64,
    stopping: Option<watch::Receiver<()>>,
    _place: OwnedSemaphorePermit,
}

impl Listener {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let names = match self.hello.take() {
            Some(names) => names,
            None => {
                tokio::select! {
                    names = news(&mut self.pulse.beats, &mut self.told) => names?,
                    () = stopped(&mut self.stopping) => return None,
                }
            }
        };
        let data = if names.is_empty() { NOTHING.to_owned() } else { names.join(" ") };
        let event = Event::default().event("stale").id(self.pulse.id_of(self.told)).data(data);
        Some((Ok(event), self))
    }
}

/// What has become stale since `told`, which then is told; nothing if the watcher has ended.
async fn news(beats: &mut watch::Receiver<Beat>, told: &mut u64) -> Option<Vec<&'static str>> {
    sleep(GATHER).await;
    loop {
        let names = {
            let beat = beats.borrow_and_update();
            let names = beat.since(*told);
            *told = beat.count;
            names
        };
        if !names.is_empty() {
            return Some(names);
        }
        beats.changed().await.ok()?;
    }
}

/// When the server stops, or is gone.
async fn stopped(stopping: &mut Option<watch::Receiver<()>>) {
    match stopping {
        Some(stopping) => {
            // An error: its sender is gone, and the server with it.
            let _ = stopping.changed().await;
        }
        None => pending().await,
    }
}

#[cfg(test)]
mod tests;
