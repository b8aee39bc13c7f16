//! Where people's questions wait for their turn, and the threads that they run on.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::AnalyticsError;

/// Questions that are answered at once.
const AT_ONCE: usize = 4;
/// Questions that wait beside these.
const MOST_WAITING: usize = 32;
/// Threads: fewer than the machine's, so that pages have some.
const THREADS: usize = 2;
/// Stack of each: what was planned on a large one is run and dropped here.
const STACK: usize = 32 * 1024 * 1024;

/// What is shared by the questions of an engine.
pub(crate) struct Asks {
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    threads: Mutex<Option<Threads>>,
}

impl Default for Asks {
    fn default() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), waiting: AtomicUsize::new(0), threads: Mutex::default() }
    }
}

/// Held as long as a question is answered.
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
}

/// Counts one who waits.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Asks {
    /// Waits for a turn.
    ///
    /// # Errors
    ///
    /// [`AnalyticsError::Busy`] if too many wait already.
    pub(super) async fn turn(&self) -> Result<Turn, AnalyticsError> {
        if let Ok(permit) = self.turns.clone().try_acquire_owned() {
            return Ok(Turn { _permit: permit });
        }
        let before = self.waiting.fetch_add(1, Ordering::AcqRel);
        let _waiting = Waiting(&self.waiting);
        if before >= MOST_WAITING {
            return Err(AnalyticsError::Busy);
        }
        let permit = self.turns.clone().acquire_owned().await.map_err(|_| AnalyticsError::Busy)?;
        Ok(Turn { _permit: permit })
    }

    /// The threads, begun with the first question.
    pub(super) fn threads(&self) -> Result<Handle, AnalyticsError> {
        let mut held = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Threads(Some(runtime))) = held.as_ref() {
            return Ok(runtime.handle().clone());
        }
        let runtime = Builder::new_multi_thread()
            .worker_threads(THREADS)
            .thread_name("ask")
            .thread_stack_size(STACK)
            .enable_all()
            .build()
            .map_err(AnalyticsError::Thread)?;
        let handle = runtime.handle().clone();
        *held = Some(Threads(Some(runtime)));
        Ok(handle)
    }
}

/// Ends without waiting for what is still at work: an engine may be dropped on a thread that must not wait.
struct Threads(Option<Runtime>);

impl Drop for Threads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn whoever_comes_after_too_many_is_told_so_at_once() {
        let asks = Arc::new(Asks::default());
        let mut turns = Vec::new();
        for _ in 0..AT_ONCE {
            turns.push(asks.turn().await.expect("a turn"));
        }
        let waiting: Vec<_> = (0..MOST_WAITING)
            .map(|_| {
                let asks = asks.clone();
                tokio::spawn(async move { asks.turn().await.is_ok() })
            })
            .collect();
        while asks.waiting.load(Ordering::Acquire) < MOST_WAITING {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(matches!(asks.turn().await, Err(AnalyticsError::Busy)));
        drop(turns);
        for waiting in waiting {
            assert!(waiting.await.expect("a task"));
        }
        assert_eq!(asks.waiting.load(Ordering::Acquire), 0);
    }
}
