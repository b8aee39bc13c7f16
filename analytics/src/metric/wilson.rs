//! How sure a share is, and how far shares of equal places differ by chance (domain §5, aggregation).
//! Nothing but arithmetic.

/// Half width of the middle 95 % of a normal distribution, in standard deviations.
const Z_95: f64 = 1.959_963_984_540_054;
/// Of the middle 99.8 %.
const Z_998: f64 = 3.090_232_306_167_813_5;

/// A lower and an upper bound, both between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    pub lower: f64,
    pub upper: f64,
}

/// The 95 % interval of a share (Wilson 1927, without a correction for continuity): also for 0 of n and n of n,
/// and never outside 0 and 1. None for 0 of 0, and for what is no share because the part is not within the whole.
pub fn wilson(part: f64, whole: f64) -> Option<Bounds> {
    let is_share = whole > 0.0 && (0.0..=whole).contains(&part);
    if !is_share {
        return None;
    }
    let share = part / whole;
    let spread = Z_95 * Z_95 / whole;
    let middle = (share + spread / 2.0) / (1.0 + spread);
    let half = Z_95 * (share * (1.0 - share) / whole + spread / (4.0 * whole)).sqrt() / (1.0 + spread);
    // Exactly the ends where the formula gives them but for the last digit.
    let lower = if part <= 0.0 { 0.0 } else { (middle - half).max(0.0) };
    let upper = if part >= whole { 1.0 } else { (middle + half).min(1.0) };
    Some(Bounds { lower, upper })
}

/// The limits of a funnel plot: where 95 %, and 99.8 %, of places with `whole` cases lie that differ from the
/// `overall` share by chance alone. None for 0 cases, and for what is no share.
pub fn funnel(overall: f64, whole: f64) -> Option<[Bounds; 2]> {
    let is_share = whole > 0.0 && (0.0..=1.0).contains(&overall);
    if !is_share {
        return None;
    }
    let deviation = (overall * (1.0 - overall) / whole).sqrt();
    Some(
        [Z_95, Z_998]
            .map(|z| Bounds { lower: (overall - z * deviation).max(0.0), upper: (overall + z * deviation).min(1.0) }),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: Bounds, lower: f64, upper: f64) {
        assert!((found.lower - lower).abs() < 5e-5 && (found.upper - upper).abs() < 5e-5, "{found:?}");
    }

    /// The four examples of Newcombe, Statistics in Medicine 17 (1998), method 3.
    #[test]
    fn intervals_are_those_of_the_literature() {
        for (part, whole, lower, upper) in [
            (81.0, 263.0, 0.2553, 0.3662),
            (15.0, 148.0, 0.0624, 0.1605),
            (0.0, 20.0, 0.0, 0.1611),
            (1.0, 29.0, 0.0061, 0.1718),
        ] {
            close(wilson(part, whole).unwrap(), lower, upper);
        }
    }

    #[test]
    fn all_of_n_mirrors_none_of_n() {
        let (none, all) = (wilson(0.0, 20.0).unwrap(), wilson(20.0, 20.0).unwrap());
        assert_eq!((none.lower, all.upper), (0.0, 1.0));
        assert!((none.upper - (1.0 - all.lower)).abs() < 1e-12, "{none:?} {all:?}");
    }

    #[test]
    fn what_is_no_share_has_no_interval() {
        for (part, whole) in [(0.0, 0.0), (3.0, 2.0), (-1.0, 2.0), (1.0, -2.0), (f64::NAN, 2.0), (1.0, f64::NAN)] {
            assert_eq!(wilson(part, whole), None, "{part} of {whole}");
        }
    }

    /// By hand: the deviation of 0.5 among 100 is 0.05, of 0.9 among 36 it is 0.05 too.
    #[test]
    fn funnels_narrow_with_the_root_of_n() {
        let [inner, outer] = funnel(0.5, 100.0).unwrap();
        close(inner, 0.5 - 0.098, 0.5 + 0.098);
        close(outer, 0.5 - 0.154_51, 0.5 + 0.154_51);
        let [inner, outer] = funnel(0.9, 36.0).unwrap();
        close(inner, 0.802, 0.998);
        close(outer, 0.745_49, 1.0);
        assert_eq!(funnel(1.2, 36.0), None);
        assert_eq!(funnel(0.5, 0.0), None);
    }
}
