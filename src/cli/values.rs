//! Values that are read and checked while the command line is.

use std::str::FromStr;

use super::Misuse;

/// Share of a full city's volume.
pub fn scale(text: &str) -> Result<f64, Misuse> {
    number(text, |scale: &f64| *scale > 0.0 && *scale <= 100.0, "a number above 0, up to 100, such as 0.01")
}

/// Simulated seconds a second.
pub fn speed(text: &str) -> Result<f64, Misuse> {
    number(text, |speed: &f64| *speed > 0.0 && *speed <= 1_000_000.0, "a number above 0, up to 1000000, such as 60")
}

/// How many villages.
pub fn villages(text: &str) -> Result<usize, Misuse> {
    number(text, |villages: &usize| *villages > 0, "a whole number, 1 or more, or leave it out for all")
}

/// How many years.
pub fn years(text: &str) -> Result<u32, Misuse> {
    number(text, |years: &u32| (1..=50).contains(years), "a whole number from 1 to 50")
}

/// How many seconds.
pub fn seconds(text: &str) -> Result<u64, Misuse> {
    number(text, |seconds: &u64| *seconds > 0, "a whole number of seconds, 1 or more")
}

/// Who pushes.
pub fn token_name(text: &str) -> Result<String, Misuse> {
    let fits = crate::config::push::is_token_name(text).then(|| text.to_owned());
    fits.ok_or_else(|| Misuse("give 1 to 64 letters, digits, dots, hyphens and underscores, such as city-hall".into()))
}

/// A parameter with the value that is supposed.
pub fn supposed(text: &str) -> Result<(String, String), Misuse> {
    let fits = text.split_once('=').filter(|(key, value)| !key.is_empty() && !value.is_empty());
    fits.map(|(key, value)| (key.to_owned(), value.to_owned()))
        .ok_or_else(|| Misuse("give a parameter and its value, such as saving_per_case=150".into()))
}

/// By which order.
pub fn order(text: &str) -> Result<String, Misuse> {
    let fits = !text.trim().is_empty() && text.chars().count() <= 64 && !text.contains(char::is_control);
    fits.then(|| text.trim().to_owned())
        .ok_or_else(|| Misuse("give the number of the order, up to 64 characters".into()))
}

fn number<T: FromStr>(text: &str, fits: impl FnOnce(&T) -> bool, wanted: &str) -> Result<T, Misuse> {
    text.parse().ok().filter(fits).ok_or_else(|| Misuse(format!("give {wanted}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_no_sense_is_refused_with_what_would() {
        for text in ["0", "-1", "nan", "inf", "1e9", "much", ""] {
            assert!(scale(text).is_err_and(|error| error.0.contains("above 0, up to 100")), "{text}");
            assert!(speed(text).is_err(), "{text}");
        }
        for text in ["0", "-1", "1.5", ""] {
            assert!(villages(text).is_err() && years(text).is_err() && seconds(text).is_err(), "{text}");
        }
        assert!(years("51").is_err());
        assert!((scale("0.01").expect("scale") - 0.01).abs() < 1e-9);
        assert_eq!((villages("3").expect("villages"), years("50").expect("years")), (3, 50));
        assert!(token_name("a b").is_err() && token_name("city-hall.2").is_ok());
        assert_eq!(seconds("300").expect("seconds"), 300);
        assert_eq!(supposed("a=1=2").expect("two"), ("a".to_owned(), "1=2".to_owned()));
        assert!(supposed("a").is_err() && supposed("=1").is_err() && supposed("a=").is_err());
        assert!(order(" ").is_err() && order("a\nb").is_err() && order(&"9".repeat(65)).is_err());
        assert_eq!(order(" 2024-7 ").expect("order"), "2024-7");
    }
}
