//! Rows that are pushed: many small requests wait in a bounded queue and land together, each as a
//! batch of its own with a receipt of its own. No HTTP in here (see `dashboard/src/api`).
//!
//! `admit -> read the body -> land: unpack, name, make rows -> queue -> group -> commit -> answer`.
//! What was answered is committed; who goes away before changes nothing of that.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use datasets::clock::Clock;
use datasets::lake::Lake;
use jiff::tz::TimeZone;
use readers::ReadError;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::{IngestError, Mapping, PersonKey, Vault};

mod body;
mod error;
mod known;
mod place;
mod receipt;
mod token;
mod worker;

pub use body::BodyFormat;
pub use error::PushError;
pub use place::Place;
use place::Room;
pub use receipt::{PushReceipt, PushRefusal};
pub use token::{Token, new_secret};
use worker::{Waiting, Worker};

/// How requests are taken and grouped.
#[derive(Debug, Clone, Copy)]
pub struct PushOptions {
    /// Requests that may be read or wait at a time, half of them of one token.
    pub queue: usize,
    /// Records from which on a group is large enough.
    pub group_rows: u64,
    /// Milliseconds that a request waits for others at most.
    pub group_ms: u64,
    /// Bytes of a body, as it comes and unpacked.
    pub max_body: usize,
}

impl Default for PushOptions {
    fn default() -> Self {
        Self { queue: 128, group_rows: 10_000, group_ms: 20, max_body: 8 * 1024 * 1024 }
    }
}

/// Takes requests. Cheap to clone; the landing ends with its last clone, after what waits.
#[derive(Clone)]
pub struct Push {
    mappings: Arc<BTreeMap<String, Arc<Mapping>>>,
    clock: Arc<dyn Clock>,
    person: PersonKey,
    vault: Option<Arc<Vault>>,
    zone: TimeZone,
    options: PushOptions,
    room: Room,
    sender: mpsc::Sender<Waiting>,
}

/// What is pushed.
#[derive(Debug)]
pub struct Request {
    /// Name of the mapping.
    pub mapping: String,
    /// Name of the token, for the books.
    pub token: String,
    /// What the sender calls the request; the SHA-256 of the bytes if it does not.
    pub idempotency_key: Option<String>,
    pub format: BodyFormat,
    pub gzip: bool,
    pub body: Bytes,
}

/// What became of a request.
#[derive(Debug, Clone)]
pub struct Answer {
    pub receipt: PushReceipt,
    /// Whether it had come before, and this is the answer of then.
    pub repeated: bool,
}

impl Push {
    /// Begins to take pushes into `lake`; `vault` keeps the text of what is refused, `news` is told
    /// of each landing. Needs a runtime.
    ///
    /// # Errors
    ///
    /// If the lake's zone is not known.
    pub fn start(
        lake: Arc<Lake>,
        mappings: Vec<Mapping>,
        clock: Arc<dyn Clock>,
        person: PersonKey,
        vault: Option<Arc<Vault>>,
        options: PushOptions,
        news: Arc<Notify>,
    ) -> Result<Self, IngestError> {
        let zone = TimeZone::get(&lake.meta().time_zone).map_err(|error| ReadError::BadMapping {
            name: "lake_meta".into(),
            reason: format!("time_zone: {error}"),
        })?;
        let mappings = mappings.into_iter().map(|mapping| (mapping.name.clone(), Arc::new(mapping))).collect();
        let room = Room::new(options.queue);
        // As many as there are places, so that who has one never waits to get in.
        let (sender, queue) = mpsc::channel(options.queue);
        tokio::spawn(Worker::new(lake, clock.clone(), queue, room.clone(), options, news).run());
        Ok(Self { mappings: Arc::new(mappings), clock, person, vault, zone, options, room, sender })
    }

    /// How requests are taken.
    pub fn options(&self) -> PushOptions {
        self.options
    }

    /// Whether rows may come through that mapping.
    pub fn has_mapping(&self, name: &str) -> bool {
        self.mappings.contains_key(name)
    }

    /// A place in the queue for who has that token, to be taken before the body is read; none if all
    /// are taken, or the token's share of them.
    pub fn admit(&self, token: &str) -> Option<Place> {
        self.room.admit(token)
    }

    /// Lands a request; the answer comes when it is committed.
    ///
    /// # Errors
    ///
    /// [`PushError`]: nothing of it counts as landed, and it may come again.
    pub async fn land(&self, place: Place, request: Request) -> Result<Answer, PushError> {
        let mapping = self.mappings.get(&request.mapping).cloned();
        let mapping = mapping.ok_or_else(|| PushError::UnknownMapping { name: request.mapping.clone() })?;
        let (reading, person, zone) = (mapping.clone(), self.person.clone(), self.zone.clone());
        let (vault, now, most) = (self.vault.clone(), self.clock.now(), self.options.max_body);
        // The place goes along: who hangs up frees it no earlier than the reading ends.
        let made = tokio::task::spawn_blocking(move || {
            (body::read(request, &reading, &person, vault, zone, now, most), place)
        });
        // A reader that fell over its bytes ends alone.
        let (pushed, place) = made.await.map_err(|source| PushError::unreadable(source, &mapping.name))?;
        let pushed = pushed?;
        let (answer, answered) = oneshot::channel();
        let waiting = Waiting { mapping, pushed, place, answer };
        self.sender.send(waiting).await.map_err(|_| PushError::Stopped)?;
        answered.await.map_err(|_| PushError::Stopped)?
    }
}

#[cfg(test)]
mod tests;
