//! Groups what waits, and lands each group with one commit a table.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use datasets::clock::Clock;
use datasets::lake::{Lake, LakeError};
use jiff::Timestamp;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Notify, oneshot};

use super::known::{Counts, Found, Known};
use super::{Answer, Place, PushError, PushOptions, PushReceipt, PushRefusal, Room, receipt};
use crate::land::{Grouped, Pushed, Recent, land_group, lock_all};
use crate::{IngestError, Mapping};

/// Groups after which the locks are left alone for a moment, for whoever else wants to write.
const TURNS: u32 = 32;
/// Longer than it takes another writer to look whether a lock is free.
const PAUSE: Duration = Duration::from_millis(12);

/// A request on its way into a group.
pub(super) struct Waiting {
    pub(super) mapping: Arc<Mapping>,
    pub(super) pushed: Pushed,
    pub(super) place: Place,
    pub(super) answer: oneshot::Sender<Result<Answer, PushError>>,
}

impl Waiting {
    /// Frees the place and answers; nobody may be there to hear it.
    fn tell(self, answer: Result<Answer, PushError>) {
        drop(self.place);
        let _ = self.answer.send(answer);
    }
}

pub(super) struct Worker {
    lake: Arc<Lake>,
    clock: Arc<dyn Clock>,
    queue: Receiver<Waiting>,
    room: Room,
    options: PushOptions,
    news: Arc<Notify>,
    known: Known,
    recent: Recent,
}

impl Worker {
    pub(super) fn new(
        lake: Arc<Lake>,
        clock: Arc<dyn Clock>,
        queue: Receiver<Waiting>,
        room: Room,
        options: PushOptions,
        news: Arc<Notify>,
    ) -> Self {
        Self { lake, clock, queue, room, options, news, known: Known::default(), recent: Recent::default() }
    }

    /// Lands groups until nobody can push any more and nothing waits.
    pub(super) async fn run(mut self) {
        let mut expected = 1;
        let mut turns = 0;
        while let Some(first) = self.queue.recv().await {
            let group = self.gather(first, expected).await;
            let answered = group.len();
            for (mapping, waiting) in by_mapping(group) {
                self.land(&mapping, waiting).await;
            }
            // Those that were answered mostly come again at once, beside those that are on their way.
            expected = answered + self.options.queue.saturating_sub(self.room.free());
            turns += 1;
            if turns == TURNS {
                turns = 0;
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// What waits already, and what comes soon, until as many are there as can be expected.
    async fn gather(&mut self, first: Waiting, expected: usize) -> Vec<Waiting> {
        let patience = tokio::time::sleep(Duration::from_millis(self.options.group_ms));
        tokio::pin!(patience);
        let mut rows = first.pushed.summary.records;
        let mut group = vec![first];
        while rows < self.options.group_rows {
            let next = match self.queue.try_recv() {
                Ok(next) => Some(next),
                Err(_) if group.len() >= expected => None,
                Err(_) => tokio::select! {
                    biased;
                    next = self.queue.recv() => next,
                    () = &mut patience => None,
                },
            };
            let Some(next) = next else { break };
            rows += next.pushed.summary.records;
            group.push(next);
        }
        group
    }

    /// Lands the requests of one mapping and answers each.
    async fn land(&mut self, mapping: &Mapping, mut waiting: Vec<Waiting>) {
        let error = match self.settle(mapping, &mut waiting).await {
            Ok(answers) => {
                for (waiting, answer) in waiting.into_iter().zip(answers) {
                    waiting.tell(answer);
                }
                return;
            }
            Err(error) => error,
        };
        tracing::error!(mapping = %mapping.name, requests = waiting.len(), "pushes did not land: {error}");
        if waiting.len() == 1 || !may_be_of_one(&error) {
            let error = PushError::of_landing(error);
            waiting.into_iter().for_each(|waiting| waiting.tell(Err(error.clone())));
            return;
        }
        // One that cannot land must not keep the others from it.
        for mut one in waiting {
            let answer = match self.settle(mapping, std::slice::from_mut(&mut one)).await {
                Ok(mut answers) => answers.pop().unwrap_or(Err(PushError::Stopped)),
                Err(error) => {
                    tracing::error!(mapping = %mapping.name, sender = %one.pushed.file, "it did not land alone: {error}");
                    Err(PushError::of_landing(error))
                }
            };
            one.tell(answer);
        }
    }

    /// The answer to each; the locks are free again when it is there.
    async fn settle(
        &mut self,
        mapping: &Mapping,
        waiting: &mut [Waiting],
    ) -> Result<Vec<Result<Answer, PushError>>, IngestError> {
        let _locks = lock_all(&self.lake, mapping).await?;
        let now = self.clock.now();
        self.known.refresh(&self.lake, now).await?;
        waiting.iter_mut().for_each(|one| self.known.number(&mut one.pushed));
        // Of those with the same key only the first lands; the others are told what became of it.
        let mut keys = HashSet::new();
        let mut firsts = Vec::with_capacity(waiting.len());
        for one in waiting.iter() {
            let is_new = self.known.find(&mapping.name, &one.pushed, now) == Found::New;
            firsts.push(is_new && keys.insert(one.pushed.idempotency_key.as_str()));
        }
        let new: Vec<&Pushed> =
            waiting.iter().zip(&firsts).filter(|(_, first)| **first).map(|(one, _)| &one.pushed).collect();
        let mut landed = self.land_new(mapping, &new).await?.into_iter();
        let mut answers = Vec::with_capacity(waiting.len());
        for (one, first) in waiting.iter().zip(firsts) {
            let repeated = !first || landed.next().unwrap_or_default();
            answers.push(self.answer(mapping, &one.pushed, now, repeated).await?);
        }
        Ok(answers)
    }

    /// Whether each was in the ledger already, from longer ago than keys are remembered.
    async fn land_new(&mut self, mapping: &Mapping, new: &[&Pushed]) -> Result<Vec<bool>, IngestError> {
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let landed = match land_group(&self.lake, mapping, new, &mut self.recent).await {
            // A writer that does not know our locks: planned again on top of what it wrote.
            Err(IngestError::Lake(LakeError::Conflict { .. })) => {
                land_group(&self.lake, mapping, new, &mut self.recent).await
            }
            landed => landed,
        };
        let (outcomes, version) = landed?;
        self.known.stands_at(version);
        let mut were_known = Vec::with_capacity(new.len());
        for (pushed, outcome) in new.iter().zip(&outcomes) {
            self.known.take(&mapping.name, pushed, Counts::from(outcome));
            were_known.push(matches!(outcome, Grouped::Known(_)));
        }
        self.news.notify_one();
        Ok(were_known)
    }

    async fn answer(
        &self,
        mapping: &Mapping,
        pushed: &Pushed,
        now: Timestamp,
        repeated: bool,
    ) -> Result<Result<Answer, PushError>, IngestError> {
        let counts = match self.known.find(&mapping.name, pushed, now) {
            Found::Same(counts) => counts,
            Found::Other => return Ok(Err(PushError::KeyReused { key: pushed.idempotency_key.clone() })),
            Found::New => return Ok(Err(PushError::Stopped)),
        };
        // What was refused may hang on when it came, so one that comes again is told what is kept.
        let refused = match (repeated, counts.quarantined) {
            (_, 0) => Vec::new(),
            (true, _) => receipt::of_batch(&self.lake, &pushed.batch_id, pushed.attempt).await?,
            (false, _) => pushed.refusals.iter().map(PushRefusal::from).collect(),
        };
        Ok(Ok(Answer { receipt: PushReceipt::new(mapping, pushed, counts, refused), repeated }))
    }
}

/// Whether some of a group may land although all together could not: not while nothing can be written.
fn may_be_of_one(error: &IngestError) -> bool {
    use LakeError::{Conflict, Io, Locked, NoSpace};
    !matches!(
        error,
        IngestError::Vault { .. } | IngestError::Lake(Locked { .. } | NoSpace(_) | Conflict { .. } | Io { .. })
    )
}

/// In the order in which they came.
fn by_mapping(group: Vec<Waiting>) -> Vec<(Arc<Mapping>, Vec<Waiting>)> {
    let mut parts: Vec<(Arc<Mapping>, Vec<Waiting>)> = Vec::new();
    for one in group {
        match parts.iter_mut().find(|(mapping, _)| mapping.name == one.mapping.name) {
            Some((_, waiting)) => waiting.push(one),
            None => parts.push((one.mapping.clone(), vec![one])),
        }
    }
    parts
}
