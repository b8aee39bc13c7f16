//! Connections by their numbers, so that a request to cancel finds its query.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// All connections that have come in.
#[derive(Debug, Default)]
pub(super) struct Running {
    last: AtomicI32,
    held: Mutex<HashMap<i32, (i32, Arc<Notify>)>>,
}

/// One of them, for as long as it is held.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) number: i32,
    pub(super) secret: i32,
    /// Woken when the query at hand is to be ended.
    pub(super) cancelled: Arc<Notify>,
    all: Arc<Running>,
}

impl Running {
    /// A place with a secret of its own.
    pub(super) fn enter(self: &Arc<Self>, secret: i32) -> Place {
        let cancelled = Arc::new(Notify::new());
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let number = loop {
            let next = self.last.fetch_add(1, Ordering::Relaxed).wrapping_add(1) & i32::MAX;
            if next > 0 && !held.contains_key(&next) {
                break next;
            }
        };
        held.insert(number, (secret, cancelled.clone()));
        Place { number, secret, cancelled, all: self.clone() }
    }

    /// Ends the query of a connection, if it has one and the secret is its own. Nobody is told which.
    pub(super) fn cancel(&self, number: i32, secret: i32) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((kept, cancelled)) = held.get(&number)
            && *kept == secret
        {
            cancelled.notify_waiters();
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.all.held.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_its_own_secret_ends_a_query_that_runs() {
        let all = Arc::new(Running::default());
        let (one, other) = (all.enter(7), all.enter(8));
        all.cancel(one.number, 7);
        let mut running = Box::pin(one.cancelled.notified());
        let mut others = Box::pin(other.cancelled.notified());
        all.cancel(one.number, 8);
        assert!(futures::poll!(&mut running).is_pending(), "one before it ran, one with another's secret");
        all.cancel(one.number, 7);
        assert!(futures::poll!(&mut running).is_ready());
        assert!(futures::poll!(&mut others).is_pending());
        let number = one.number;
        drop(running);
        drop(one);
        assert!(!all.held.lock().expect("held").contains_key(&number));
    }
}
