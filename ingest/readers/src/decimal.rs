//! Decimals, read exactly: no floats on the way.

/// Digits that a text may have: far more than any field holds, and safe to multiply.
const MOST_DIGITS: usize = 18;

/// A decimal number: `units` of 10 to the minus `places`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exact {
    units: i128,
    places: u32,
}

/// Why a number does not fit a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Misfit {
    /// It has more digits behind the point than the field.
    TooPrecise,
    /// It has more digits than the field.
    TooLarge,
}

impl Exact {
    /// Reads `2.85`, `-0.5`, `1,234.50`, `１２．５`; no exponents, currency signs or units. Commas must
    /// stand between thousands, since `2,85` may mean another number.
    pub fn read(text: &str) -> Option<Self> {
        let plain: String = text.chars().map(half_width).collect();
        let (negative, digits) = match plain.strip_prefix(['-', '+']) {
            Some(rest) => (plain.starts_with('-'), rest),
            None => (false, plain.as_str()),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let whole = without_commas(whole)?;
        let all = [whole.as_str(), fraction].concat();
        let significant = all.trim_start_matches('0').len();
        if all.is_empty() || significant > 2 * MOST_DIGITS || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        let units: i128 = [whole.as_str(), fraction, "0"].concat().parse().ok()?;
        let units = units / 10;
        Some(Self { units: if negative { -units } else { units }, places: u32::try_from(fraction.len()).ok()? })
    }

    /// The product, if it can be held.
    pub fn times(self, factor: Self) -> Option<Self> {
        Some(Self { units: self.units.checked_mul(factor.units)?, places: self.places.checked_add(factor.places)? })
    }

    /// As so many of 10 to the minus `decimals`, of 18 digits in all.
    pub fn fit(self, decimals: u32) -> Result<i128, Misfit> {
        let power = 10_i128.checked_pow(self.places.abs_diff(decimals)).ok_or(Misfit::TooLarge)?;
        let units = if self.places <= decimals {
            self.units.checked_mul(power).ok_or(Misfit::TooLarge)?
        } else if self.units % power == 0 {
            self.units / power
        } else {
            return Err(Misfit::TooPrecise);
        };
        if units.unsigned_abs() < 10_u128.pow(MOST_DIGITS as u32) { Ok(units) } else { Err(Misfit::TooLarge) }
    }

    /// The same, rounded half away from zero: what a conversion of units gives need not end.
    pub fn rounded(self, decimals: u32) -> Result<i128, Misfit> {
        let Some(surplus) = self.places.checked_sub(decimals).filter(|surplus| *surplus > 0) else {
            return self.fit(decimals);
        };
        let power = 10_i128.checked_pow(surplus).ok_or(Misfit::TooLarge)?;
        let half = if self.units < 0 { -power / 2 } else { power / 2 };
        let units = self.units.checked_add(half).ok_or(Misfit::TooLarge)? / power;
        Self { units, places: decimals }.fit(decimals)
    }
}

fn half_width(c: char) -> char {
    match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10).unwrap_or(c),
        '．' => '.',
        '，' => ',',
        '－' => '-',
        '＋' => '+',
        _ => c,
    }
}

fn without_commas(whole: &str) -> Option<String> {
    let mut groups = whole.split(',');
    let first = groups.next()?;
    let mut rest = groups.peekable();
    if rest.peek().is_some() && !(1..=3).contains(&first.len()) {
        return None;
    }
    let mut digits = first.to_owned();
    for group in rest {
        if group.len() != 3 {
            return None;
        }
        digits += group;
    }
    Some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_exactly_or_not_at_all() {
        for (text, units) in [
            ("2.85", Some(28_500)),
            ("0", Some(0)),
            ("-0.5", Some(-5_000)),
            ("+3", Some(30_000)),
            (".5", Some(5_000)),
            ("1,234.50", Some(12_345_000)),
            ("１２．５", Some(125_000)),
            ("１，２３４", Some(12_340_000)),
            ("2.8500000000000000", Some(28_500)),
            ("0.1", Some(1_000)),
            ("12,34", None),
            ("1234,567", None),
            (",123", None),
            ("1,,234", None),
            ("￥3", None),
            ("¥3", None),
            ("3元", None),
            ("2.7（个）", None),
            ("1e3", None),
            ("1.", None),
            (".", None),
            ("-", None),
            ("", None),
            ("1.2.3", None),
            ("--1", None),
        ] {
            assert_eq!(Exact::read(text).and_then(|number| number.fit(4).ok()), units, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told_and_what_is_converted_is_rounded() {
        let number = |text: &str| Exact::read(text).expect(text);
        assert_eq!(number("0.123").fit(2), Err(Misfit::TooPrecise));
        assert_eq!(number("9999999999999999.99").fit(2), Ok(999_999_999_999_999_999));
        assert_eq!(number("10000000000000000").fit(2), Err(Misfit::TooLarge));
        let times = |left: &str, right: &str| number(left).times(number(right)).expect("in range").rounded(4);
        assert_eq!(times("2.85", "2"), Ok(57_000));
        assert_eq!(times("3150", "0.001"), Ok(31_500));
        assert_eq!((times("0.00005", "1"), times("-0.00005", "1"), times("0.00004", "1")), (Ok(1), Ok(-1), Ok(0)));
    }
}
