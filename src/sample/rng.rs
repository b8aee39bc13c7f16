//! SplitMix64: small, fast, the same on every platform. Each (seed, village, day) has a stream
//! of its own, so any day can be made alone and in any order.

/// A stream of random numbers.
pub(super) struct Rng(u64);

const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

impl Rng {
    /// The stream that `parts` name.
    pub(super) fn seeded(parts: &[u64]) -> Self {
        Rng(parts.iter().fold(GAMMA, |state, part| mix(state.wrapping_add(GAMMA) ^ part)))
    }

    /// 64 random bits.
    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GAMMA);
        mix(self.0)
    }

    /// 0 .. `end`, without `end`; `end` below 2^31.
    pub(super) fn below(&mut self, end: i64) -> i64 {
        (((self.draw() >> 32) * end.max(1) as u64) >> 32) as i64
    }

    /// `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high - low + 1)
    }

    /// True in `share` of a thousand draws.
    pub(super) fn per_mille(&mut self, share: i64) -> bool {
        self.below(1_000) < share
    }

    /// 0.0 .. 1.0, without 1.0.
    pub(super) fn unit(&mut self) -> f64 {
        (self.draw() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

/// A number that stands for `text` (FNV-1a).
pub(super) fn key(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3))
}
