//! Answers that hold until something becomes stale, so that a hundred viewers cost one query. An answer
//! is known by its address with language and theme and by what its reader may see and do (metrics are part
//! of the program), under the count of what has changed: versions of tables and instants that have passed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use tokio::sync::OnceCell;

/// Answers at most; those beyond are made for their reader alone.
const MOST: usize = 128;

type Cell = Arc<OnceCell<Bytes>>;

/// The answers under the newest count.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    held: Mutex<(u64, HashMap<String, Cell>)>,
}

impl Kept {
    /// The answer of that name, made if nobody has made it under this mark yet; who asks meanwhile waits
    /// for it. Without a mark it is made and not kept. An error is not kept: who waits tries for himself.
    pub(crate) async fn answer<E>(
        &self,
        mark: Option<u64>,
        name: String,
        make: impl Future<Output = Result<String, E>>,
    ) -> Result<Bytes, E> {
        let make = async { make.await.map(Bytes::from) };
        match mark.and_then(|mark| self.cell(mark, name)) {
            Some(cell) => cell.get_or_try_init(|| make).await.cloned(),
            None => make.await,
        }
    }

    fn cell(&self, mark: u64, name: String) -> Option<Cell> {
        let mut held = self.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let (of, cells) = &mut *held;
        if *of < mark {
            *of = mark;
            cells.clear();
        }
        // A reader who came before the change may see its answer, but nobody after.
        if *of > mark || (cells.len() >= MOST && !cells.contains_key(&name)) {
            return None;
        }
        Some(cells.entry(name).or_default().clone())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures::future::join_all;
    use tokio::task::yield_now;

    use super::*;

    async fn made(count: &AtomicU32) -> Result<String, ()> {
        let number = count.fetch_add(1, Ordering::Relaxed);
        yield_now().await;
        Ok(number.to_string())
    }

    #[tokio::test]
    async fn a_hundred_readers_cost_one_making_until_the_mark_moves() {
        let (kept, count) = (Kept::default(), AtomicU32::new(0));
        let ask = |mark| kept.answer(mark, "/".to_owned(), made(&count));
        for answer in join_all((0..100).map(|_| ask(Some(1)))).await {
            assert_eq!(answer, Ok(Bytes::from("0")));
        }
        assert_eq!(ask(Some(2)).await, Ok(Bytes::from("1")));
        // From before the change, and without anybody who watches: made, not kept.
        assert_eq!(ask(Some(1)).await, Ok(Bytes::from("2")));
        assert_eq!(ask(None).await, Ok(Bytes::from("3")));
        assert_eq!(ask(Some(2)).await, Ok(Bytes::from("1")));
    }

    #[tokio::test]
    async fn an_error_is_not_kept_and_there_is_a_bound() {
        let (kept, count) = (Kept::default(), AtomicU32::new(0));
        assert_eq!(kept.answer(Some(1), "/".to_owned(), async { Err("no") }).await, Err("no"));
        assert_eq!(kept.answer(Some(1), "/".to_owned(), made(&count)).await, Ok(Bytes::from("0")));
        for page in 1..MOST {
            assert!(kept.answer(Some(1), page.to_string(), made(&count)).await.is_ok());
        }
        let beyond = || kept.answer(Some(1), "beyond".to_owned(), made(&count));
        assert_ne!(beyond().await, beyond().await);
        assert_eq!(kept.answer(Some(1), "/".to_owned(), made(&count)).await, Ok(Bytes::from("0")));
    }
}
