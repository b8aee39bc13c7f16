//! Places in the queue: so many at a time, and of one sender not more than its share, so that it
//! cannot keep the others out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places that there are.
#[derive(Debug, Clone)]
pub(super) struct Room {
    places: Arc<Semaphore>,
    /// Places that a token may have.
    share: usize,
    /// Places that each token has.
    taken: Arc<Mutex<HashMap<String, usize>>>,
}

/// A place in the queue, free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
    _share: Share,
}

#[derive(Debug)]
struct Share {
    token: String,
    taken: Arc<Mutex<HashMap<String, usize>>>,
}

impl Room {
    pub(super) fn new(queue: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(queue)), share: queue.div_ceil(2), taken: Arc::default() }
    }

    /// A place for who has that token; none if all are taken, or its share of them.
    pub(super) fn admit(&self, token: &str) -> Option<Place> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.get(token).copied().unwrap_or_default();
        if own >= self.share {
            return None;
        }
        let permit = self.places.clone().try_acquire_owned().ok()?;
        taken.insert(token.to_owned(), own + 1);
        let share = Share { token: token.to_owned(), taken: self.taken.clone() };
        Some(Place { _permit: permit, _share: share })
    }

    /// Places that nobody has.
    pub(super) fn free(&self) -> usize {
        self.places.available_permits()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.token) {
            Some(own) if *own > 1 => *own -= 1,
            _ => {
                taken.remove(&self.token);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_more_than_its_share_and_all_together_not_more_than_there_are() {
        let room = Room::new(3);
        let (first, second) = (room.admit("a").expect("a place"), room.admit("a").expect("a place"));
        assert!(room.admit("a").is_none(), "half of three, rounded up");
        let third = room.admit("b").expect("a place for another");
        assert!(room.admit("c").is_none() && room.free() == 0);
        drop(first);
        assert!(room.admit("c").is_some_and(|_| room.admit("a").is_none()));
        drop((second, third));
        assert!(room.admit("a").is_some() && room.free() == 3 && room.taken.lock().expect("lock").is_empty());
        let least = Room::new(1);
        let only = least.admit("a").expect("at least one");
        assert!(least.admit("b").is_none());
        drop(only);
    }
}
