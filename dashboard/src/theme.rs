//! What all pictures share: sizes, and the words for light and dark. Colours are CSS classes
//! (`assets/sunlake.css`), so that one picture serves both themes.

/// Theme that the reader chose; without a choice the browser's setting decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// The value of `?theme=`, of the cookie and of `data-theme`.
    pub(crate) fn param(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
        }
    }

    /// Reads `?theme=` or the cookie.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "light" => Some(Theme::Light),
            "dark" => Some(Theme::Dark),
            _ => None,
        }
    }
}

/// Height of a picture's text in units of its view box. The style sheet only ever shrinks it (on
/// wide screens, where the picture is stretched), so a layout that fits at this size fits always.
pub(crate) const TEXT: f64 = 11.0;

/// Classes of the map, pale to dark.
pub(crate) const RAMP: [&str; 4] = ["ramp-1", "ramp-2", "ramp-3", "ramp-4"];

/// Round numbers for the upper ends of the first three classes, so that the fourth holds the
/// largest value: 1, 1.5, 2, 2.5, 3, 4, 5 or 8 times a power of ten apart.
pub(crate) fn ramp_breaks(largest: f64) -> [f64; 3] {
    if !largest.is_finite() || largest <= 0.0 {
        return [1.0, 2.0, 3.0];
    }
    let raw = largest / 4.0;
    let power = 10_f64.powf(raw.log10().floor());
    let steps = [1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 8.0, 10.0];
    let step = steps.iter().map(|step| step * power).filter(|step| *step <= raw * 1.000_001).fold(power, f64::max);
    [step, 2.0 * step, 3.0 * step]
}

/// The class of a value among the breaks.
pub(crate) fn ramp_class(value: f64, breaks: [f64; 3]) -> &'static str {
    let over = breaks.iter().filter(|upper| value >= **upper).count();
    RAMP[over.min(3)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_are_round_and_leave_the_largest_value_in_the_last_class() {
        assert_eq!(ramp_breaks(3.1), [0.5, 1.0, 1.5]);
        assert_eq!(ramp_breaks(26.0), [5.0, 10.0, 15.0]);
        assert_eq!(ramp_breaks(0.0), [1.0, 2.0, 3.0]);
        assert_eq!(ramp_class(26.0, ramp_breaks(26.0)), "ramp-4");
        assert_eq!(ramp_class(0.0, ramp_breaks(26.0)), "ramp-1");
    }
}
