//! Rounds of killing: their random moments, how soon the lake can be asked again, and what is left at the end.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use datasets::clock::{Clock, SystemClock};

use crate::support::{Place, text};

/// In the long run a restart must be ready by then.
const READY: Duration = Duration::from_secs(5);
/// Here, where other tests run beside, one that takes longer hangs.
const HANGS: Duration = Duration::from_secs(60);
/// Rounds after which the small files are merged, as a lake that is kept has it done every few minutes.
const MERGED_EVERY: u64 = 20;

/// The rounds of one test. The seed of its moments is printed; `SUNLAKE_KILL_SEED` gives the same ones again.
pub struct Killing {
    state: u64,
    rounds: u64,
    bound: Duration,
    slowest: Duration,
}

impl Killing {
    /// So many rounds here; `SUNLAKE_KILL_ROUNDS` of them in the long run.
    pub fn new(here: u64) -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
        let seed = number("SUNLAKE_KILL_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
        eprintln!("SUNLAKE_KILL_SEED={seed}");
        let long = number("SUNLAKE_KILL_ROUNDS");
        let bound = if long.is_some() { READY } else { HANGS };
        Self { state: seed | 1, rounds: long.unwrap_or(here), bound, slowest: Duration::ZERO }
    }

    pub fn rounds(&self) -> std::ops::Range<u64> {
        0..self.rounds
    }

    /// A moment between nothing and `most`.
    pub fn below(&mut self, most: Duration) -> Duration {
        // xorshift64
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        most.mul_f64((self.state >> 11) as f64 / (1_u64 << 53) as f64)
    }

    /// What starts again after a kill is ready in time.
    pub fn restart<T>(&mut self, start: impl FnOnce() -> T) -> T {
        let (started, took) = timed(start);
        assert!(took < self.bound, "ready after {took:?}");
        self.slowest = self.slowest.max(took);
        started
    }

    /// The lake can be asked, unless its making was broken off.
    pub fn assert_ready(&mut self, place: &Place, lake: &std::path::Path) {
        let done =
            self.restart(|| place.sunlake().args(["lake", "status", "--lake", text(lake)]).output().expect("ran"));
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success() || said.contains("there is no lake"), "{said}");
    }

    /// At the end of a round: merges small files from time to time.
    pub fn tidy(&self, place: &Place, round: u64) {
        if round % MERGED_EVERY == MERGED_EVERY - 1 {
            place.run(&["lake", "compact"]);
        }
    }

    /// At the end: every byte of the lake can be read and fits.
    pub fn verify(&self, place: &Place) {
        place.run(&["lake", "verify"]);
    }
}

impl Drop for Killing {
    fn drop(&mut self) {
        eprintln!("{} rounds, the slowest restart was ready after {} ms", self.rounds, self.slowest.as_millis());
    }
}

/// How long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let clock = SystemClock::default();
    let begun = clock.now();
    let done = work();
    (done, clock.now().duration_since(begun).unsigned_abs())
}
