//! How many requests an address may send: a bucket each, filled as time goes by.

use std::collections::HashMap;
use std::sync::Mutex;

use jiff::Timestamp;

/// Requests at once, and each second.
const PAGES: (f64, f64) = (400.0, 50.0);
/// The same of what costs a password's hashing.
const COSTLY: (f64, f64) = (20.0, 0.5);
/// Addresses that are remembered; when there are more, full buckets go, once a second.
const MOST: usize = 10_000;

/// The buckets of all addresses.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    buckets: HashMap<(String, bool), Bucket>,
    /// The second in which full buckets went last.
    swept: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

impl Rates {
    /// Takes one from the bucket of an address; else the seconds until there is one.
    pub(crate) fn take(&self, address: &str, now: Timestamp, is_costly: bool) -> Result<(), u32> {
        let mut held = self.held.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let key = (address.to_owned(), is_costly);
        if held.buckets.len() >= MOST && !held.buckets.contains_key(&key) {
            let second = now.as_second();
            if held.swept.replace(second) != Some(second) {
                held.buckets.retain(|(_, is_costly), bucket| bucket.at(now, *is_costly) < size(*is_costly).0);
            }
            // Nobody gets more by coming from everywhere at once.
            if held.buckets.len() >= MOST {
                return Err(1);
            }
        }
        let (most, each_second) = size(is_costly);
        let bucket = held.buckets.entry(key).or_insert(Bucket { left: most, at: now });
        let left = bucket.at(now, is_costly);
        if left < 1.0 {
            *bucket = Bucket { left, at: now };
            return Err(((1.0 - left) / each_second).ceil().clamp(1.0, 3600.0) as u32);
        }
        *bucket = Bucket { left: left - 1.0, at: now };
        Ok(())
    }
}

impl Bucket {
    /// What is in it by now.
    fn at(&self, now: Timestamp, is_costly: bool) -> f64 {
        let (most, each_second) = size(is_costly);
        (self.left + now.duration_since(self.at).as_secs_f64().max(0.0) * each_second).min(most)
    }
}

fn size(is_costly: bool) -> (f64, f64) {
    if is_costly { COSTLY } else { PAGES }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn who_asks_too_often_waits_and_others_do_not() {
        let (rates, now) = (Rates::default(), Timestamp::UNIX_EPOCH);
        let taken = (0..100).filter(|_| rates.take("a", now, true).is_ok()).count();
        assert_eq!((taken, rates.take("a", now, true)), (20, Err(2)));
        assert!(rates.take("b", now, true).is_ok() && rates.take("a", now, false).is_ok());
        let later = now + SignedDuration::from_secs(4);
        assert_eq!((0..9).filter(|_| rates.take("a", later, true).is_ok()).count(), 2);
    }

    #[test]
    fn a_flood_of_addresses_takes_no_more_memory() {
        let (rates, now) = (Rates::default(), Timestamp::UNIX_EPOCH);
        let taken = (0..2 * MOST).filter(|number| rates.take(&number.to_string(), now, false).is_ok()).count();
        assert_eq!(taken, MOST);
        assert!(rates.take("new", now + SignedDuration::from_secs(60), false).is_ok());
    }
}
