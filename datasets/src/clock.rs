//! Time is an input: this is the only module that reads the machine's clock (clippy.toml bans
//! the functions everywhere else), and whatever needs the time is given a [`Clock`].

use std::sync::Mutex;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

/// Tells the present.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present instant, in whole microseconds (the lake's precision).
    fn now(&self) -> Timestamp;

    /// How long it takes, by a watch, until this clock shows `at`: nothing if it has. It may come out a
    /// little short, so whoever has waited looks again.
    fn until(&self, at: Timestamp) -> Duration {
        Duration::try_from(at.duration_since(self.now())).unwrap_or_default()
    }

    /// Whether the present is made up; pages then carry a banner.
    fn is_simulated(&self) -> bool {
        false
    }
}

/// The machine's clock, never going back within one process.
#[derive(Debug, Default)]
pub struct SystemClock {
    last: Mutex<Option<Timestamp>>,
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        let now = whole_micros(Timestamp::now());
        let mut last = self.last.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let answer = last.map_or(now, |seen| seen.max(now));
        *last = Some(answer);
        answer
    }
}

/// A clock for demonstrations: starts at a chosen instant and runs `speed` times as fast.
#[derive(Debug)]
pub struct SimulatedClock {
    start: Timestamp,
    begun: Instant,
    speed: f64,
}

impl SimulatedClock {
    /// Starts at `start` now; `speed` is simulated seconds per real second.
    #[expect(clippy::disallowed_methods, reason = "the demonstration's clock runs on real time")]
    pub fn new(start: Timestamp, speed: f64) -> Self {
        Self { start, begun: Instant::now(), speed }
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        let passed = self.begun.elapsed().as_secs_f64() * self.speed;
        let passed = SignedDuration::try_from_secs_f64(passed).unwrap_or(SignedDuration::MAX);
        whole_micros(self.start.saturating_add(passed).unwrap_or(Timestamp::MAX))
    }

    fn until(&self, at: Timestamp) -> Duration {
        let left = at.duration_since(self.now()).as_secs_f64().max(0.0) / self.speed;
        Duration::try_from_secs_f64(left).unwrap_or(Duration::MAX)
    }

    fn is_simulated(&self) -> bool {
        true
    }
}

/// A clock that stands still, for tests and for `--as-of`.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn until(&self, at: Timestamp) -> Duration {
        if at <= self.0 { Duration::ZERO } else { Duration::MAX }
    }
}

fn whole_micros(instant: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simulated_clock_runs_forward_from_its_start() {
        let start: Timestamp = "2023-09-13T07:42:00Z".parse().expect("instant");
        let clock = SimulatedClock::new(start, 3600.0);
        let first = clock.now();
        assert!(first >= start && clock.now() >= first && clock.is_simulated());
    }

    #[test]
    fn how_long_an_instant_is_off_goes_by_the_speed_of_the_clock() {
        let start: Timestamp = "2023-09-13T07:42:00Z".parse().expect("instant");
        let later = start + SignedDuration::from_hours(1);
        let left = SimulatedClock::new(start, 3600.0).until(later);
        assert!(left <= Duration::from_secs(1) && left > Duration::from_millis(500), "{left:?}");
        assert_eq!(SimulatedClock::new(later, 3600.0).until(start), Duration::ZERO);
        assert_eq!(FixedClock(start).until(start), Duration::ZERO);
        assert_eq!(FixedClock(start).until(later), Duration::MAX);
        assert_eq!(SystemClock::default().until(start), Duration::ZERO);
    }
}
