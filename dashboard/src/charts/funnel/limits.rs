//! The limits of a funnel: within them a share of n lies by chance, if its true value is the overall one.
//! Exact for small n (binomial, interpolated as by Spiegelhalter, Statistics in Medicine 24, 2005), so
//! that a small village is not blamed for what the normal curve takes to be rare.

/// Beyond this variance the normal curve is as good.
const NORMAL_FROM: f64 = 100.0;

/// A pair of limits: the chance beyond each of them, and how many deviations that is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    tail: f64,
    deviations: f64,
}

pub(super) const LEVEL_95: Level = Level { tail: 0.025, deviations: 1.959_964 };
pub(super) const LEVEL_998: Level = Level { tail: 0.001, deviations: 3.090_232 };

/// The lower and the upper limit of a share of `n`, which is at least 1.
pub(super) fn limits(n: i64, share: f64, level: Level) -> (f64, f64) {
    let whole = n.max(1) as f64;
    let variance = whole * share * (1.0 - share);
    if variance > NORMAL_FROM {
        let reach = level.deviations * variance.sqrt() / whole;
        return ((share - reach).max(0.0), (share + reach).min(1.0));
    }
    // Counted from the rarer side, where few steps lead to the limit.
    if share > 0.5 {
        let (low, high) = exact(whole, 1.0 - share, level.tail);
        return (1.0 - high / whole, 1.0 - low / whole);
    }
    let (low, high) = exact(whole, share, level.tail);
    (low / whole, high / whole)
}

/// The limits as counts, for a share of at most a half.
fn exact(n: f64, share: f64, tail: f64) -> (f64, f64) {
    // The chance of exactly k; at least so many; at most so many.
    let mut exactly = (n * (-share).ln_1p()).exp();
    let (mut k, mut at_least, mut at_most) = (0.0, 1.0, exactly);
    let mut low = None;
    loop {
        if low.is_none() && at_most > tail {
            low = Some((k - (at_most - tail) / exactly).max(0.0));
        }
        if k >= n || at_least - exactly <= tail {
            let high = (k + (at_least - tail) / exactly).min(n);
            return (low.unwrap_or(0.0), high);
        }
        at_least -= exactly;
        exactly *= (n - k) / (k + 1.0) * share / (1.0 - share);
        at_most += exactly;
        k += 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The chance of at most k of n, from the definition.
    fn at_most(k: u32, n: u32, share: f64) -> f64 {
        let chance = |k: u32| {
            let ways = (0..k).map(|at| f64::from(n - at) / f64::from(at + 1)).product::<f64>();
            ways * share.powi(k as i32) * (1.0 - share).powi((n - k) as i32)
        };
        (0..=k).map(chance).sum()
    }

    #[test]
    fn a_count_is_beyond_a_limit_just_where_chance_says_so() {
        for (n, share) in [(1, 0.97), (30, 0.97), (30, 0.1), (200, 0.5), (120, 0.02)] {
            for level in [LEVEL_95, LEVEL_998] {
                let (low, high) = limits(i64::from(n), share, level);
                for k in 0..=n {
                    let part = f64::from(k) / f64::from(n);
                    let above = if k == 0 { 1.0 } else { 1.0 - at_most(k - 1, n, share) };
                    assert_eq!(part < low - 1e-9, at_most(k, n, share) <= level.tail, "{k} of {n} at {share}: {low}");
                    assert_eq!(part > high + 1e-9, above <= level.tail, "{k} of {n} at {share}: {high}");
                }
            }
        }
    }

    #[test]
    fn limits_close_in_and_hold_at_the_ends() {
        let reach = |n: i64| limits(n, 0.9, LEVEL_998).1 - limits(n, 0.9, LEVEL_998).0;
        assert!(reach(20) > reach(200) && reach(200) > reach(20_000));
        for share in [0.0, 1.0] {
            let (low, high) = limits(50, share, LEVEL_95);
            assert!(low <= share && share <= high && (0.0..=1.0).contains(&low) && (0.0..=1.0).contains(&high));
        }
    }
}
