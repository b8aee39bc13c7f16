//! Folding many cases: chunk by chunk, some of them at once, their rows in order.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use datasets::lake::LakeSnapshot;
use futures::{Stream, StreamExt, stream};

use super::kept::{self, Keep};
use super::marts::{self, Sums};
use super::{card_rows, state_rows};
use crate::fold::fold_all;
use crate::{AnalyticsError, Rules, facts};

/// Cases that are folded at once.
const CHUNK: usize = 20_000;
/// Chunks that are read, folded and turned into rows while another is written.
const AT_ONCE: usize = 2;

/// What is folded, and how.
#[derive(Clone)]
pub(super) struct Folding {
    pub(super) snapshot: LakeSnapshot,
    pub(super) rules: Arc<Rules>,
    pub(super) part: &'static str,
    pub(super) run: i64,
    /// What the cases counted for before is taken away first.
    pub(super) counted: bool,
    /// Issued cards that are raised no more are looked for.
    pub(super) keep: Option<Keep>,
}

/// What comes of a chunk.
pub(super) struct Chunk {
    pub(super) states: RecordBatch,
    pub(super) cards: RecordBatch,
    pub(super) kept: Option<RecordBatch>,
    /// What it changes of the marts.
    pub(super) changes: Sums,
}

/// The cases in pieces that are folded at once.
pub(super) fn pieces(cases: &[Box<str>]) -> impl Iterator<Item = HashSet<String>> {
    cases.chunks(CHUNK).map(|piece| piece.iter().map(|case| case.to_string()).collect())
}

impl Folding {
    /// The chunks of these cases, in order.
    pub(super) fn run<'f>(&'f self, cases: &'f [Box<str>]) -> impl Stream<Item = Result<Chunk, AnalyticsError>> + 'f {
        let tasks = pieces(cases).map(|piece| {
            let folding = self.clone();
            async move { tokio::spawn(async move { folding.chunk(piece).await }).await? }
        });
        stream::iter(tasks).buffered(AT_ONCE)
    }

    async fn chunk(self, cases: HashSet<String>) -> Result<Chunk, AnalyticsError> {
        let mut changes = Sums::new();
        if self.counted {
            for old in marts::held(&self.snapshot, &cases, &self.rules.zone).await? {
                changes.count(&old, -1);
            }
        }
        let facts = facts::load(&self.snapshot, &cases, None).await?;
        let Self { rules, part, run, .. } = self;
        let folded = tokio::task::spawn_blocking(move || {
            let folded = fold_all(&facts, &rules, None);
            let states = state_rows::rows(&folded, &rules, part, run)?;
            for case in marts::latest(std::slice::from_ref(&states), &rules.zone) {
                changes.count(&case, 1);
            }
            let cards = card_rows::rows(&folded, &rules, part, run)?;
            Ok::<_, AnalyticsError>((states, cards, changes))
        });
        let (states, cards, changes) = folded.await??;
        let kept = match self.keep {
            Some(keep) => Some(kept::kept(&self.snapshot, &cases, &cards, keep).await?),
            None => None,
        };
        Ok(Chunk { states, cards, kept, changes })
    }
}
