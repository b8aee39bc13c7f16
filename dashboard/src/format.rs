//! Numbers, dates and time left as people in the control centre write them (screens.md, end).

use analytics::sla::Unit;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::i18n::Lang;

pub(crate) mod due;

/// What stands for a value that is not known; zero is "0".
pub(crate) const NONE: &str = "–";

/// Numbers smaller than this are too few for a ranking (domain §5).
pub(crate) const FEW: i64 = 30;

/// 2018年5月16日 周三, Wed 16 May 2018.
pub(crate) fn day_long(lang: Lang, day: Date) -> String {
    match lang {
        Lang::Zh => format!("{}年{}月{}日 {}", day.year(), day.month(), day.day(), weekday(lang, day)),
        Lang::En => format!("{} {} {} {}", weekday(lang, day), day.day(), month(day), day.year()),
    }
}

/// 5月16日 周三, Wed 16 May.
pub(crate) fn day_short(lang: Lang, day: Date) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日 {}", day.month(), day.day(), weekday(lang, day)),
        Lang::En => format!("{} {} {}", weekday(lang, day), day.day(), month(day)),
    }
}

/// 5月16日, 16 May.
pub(crate) fn day_bare(lang: Lang, day: Date) -> String {
    match lang {
        Lang::Zh => format!("{}月{}日", day.month(), day.day()),
        Lang::En => format!("{} {}", day.day(), month(day)),
    }
}

/// 周三, Wed.
pub(crate) fn weekday(lang: Lang, day: Date) -> &'static str {
    let (zh, en) = match day.weekday() {
        Weekday::Monday => ("周一", "Mon"),
        Weekday::Tuesday => ("周二", "Tue"),
        Weekday::Wednesday => ("周三", "Wed"),
        Weekday::Thursday => ("周四", "Thu"),
        Weekday::Friday => ("周五", "Fri"),
        Weekday::Saturday => ("周六", "Sat"),
        Weekday::Sunday => ("周日", "Sun"),
    };
    if lang == Lang::Zh { zh } else { en }
}

/// 2018年9月13日 周四 15:42, Thu 13 Sep 2018 15:42.
pub(crate) fn moment_long(lang: Lang, zone: &TimeZone, at: Timestamp) -> String {
    let (day, time) = local(zone, at);
    format!("{} {}", day_long(lang, day), clock(time))
}

/// 2018-09-13 15:42, and 2018-09-13 24:00 for the last microsecond of a day.
pub(crate) fn stamp(zone: &TimeZone, at: Timestamp) -> String {
    let (day, time) = local(zone, at);
    format!("{day} {}", clock(time))
}

/// 2018-09-13 15:42:07.
pub(crate) fn stamp_seconds(zone: &TimeZone, at: Timestamp) -> String {
    zone.to_datetime(at).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// 9月13日 15:42, 13 Sep 15:42.
pub(crate) fn stamp_short(lang: Lang, zone: &TimeZone, at: Timestamp) -> String {
    let (day, time) = local(zone, at);
    format!("{} {}", day_bare(lang, day), clock(time))
}

/// 15:42, and 24:00 for the last microsecond of a day (domain §4 point 3).
pub(crate) fn clock(time: Time) -> String {
    if is_day_end(time) {
        return "24:00".to_owned();
    }
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// Whether the time of day is the last second of the day.
pub(crate) fn is_day_end(time: Time) -> bool {
    (time.hour(), time.minute(), time.second()) == (23, 59, 59)
}

/// Local day and time of day.
pub(crate) fn local(zone: &TimeZone, at: Timestamp) -> (Date, Time) {
    let local = zone.to_datetime(at);
    (local.date(), local.time())
}

/// All digits, grouped: 18,206 in Chinese, 18 206 with a thin space in English.
pub(crate) fn count(lang: Lang, n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mark = if lang == Lang::Zh { ',' } else { '\u{202f}' };
    let mut text = String::with_capacity(digits.len() + 4);
    if n < 0 {
        text.push('\u{2212}');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// As [`count`], but 12.3 万 from a hundred thousand on in Chinese.
pub(crate) fn count_large(lang: Lang, n: i64) -> String {
    if lang == Lang::En || n.unsigned_abs() < 100_000 {
        return count(lang, n);
    }
    let tenths = (n + 500 * n.signum()) / 1000;
    let sign = if n < 0 { "\u{2212}" } else { "" };
    format!("{sign}{}.{} 万", count(lang, tenths.abs() / 10), tenths.abs() % 10)
}

/// As [`count`]; no number is "–".
pub(crate) fn count_or_none(lang: Lang, n: Option<i64>) -> String {
    n.map_or_else(|| NONE.to_owned(), |n| count(lang, n))
}

/// A share in percent without its sign; "100" only if the parts are all of the whole, "–" of nothing.
pub(crate) fn percent(part: i64, whole: i64) -> String {
    if whole <= 0 {
        return NONE.to_owned();
    }
    if part >= whole {
        return "100".to_owned();
    }
    if part <= 0 {
        return "0".to_owned();
    }
    let (part, whole) = (i128::from(part), i128::from(whole));
    let tenths = (part * 2000 + whole) / (2 * whole);
    match tenths {
        0 => "<0.1".to_owned(),
        1000.. => {
            let hundredths = ((part * 20_000 + whole) / (2 * whole)).min(9999);
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        }
        _ => format!("{}.{}", tenths / 10, tenths % 10),
    }
}

/// As [`percent`], with its sign.
pub(crate) fn rate(part: i64, whole: i64) -> String {
    let text = percent(part, whole);
    if text == NONE { text } else { format!("{text}%") }
}

/// The ends of an interval of shares, 0 to 1, as 97.6–99.8.
pub(crate) fn interval(low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{}–{}", tenths(low * 100.0), tenths(high * 100.0)),
        _ => NONE.to_owned(),
    }
}

/// 1.9‰, 0‰; no value is "–".
pub(crate) fn per_mille(value: Option<f64>) -> String {
    match value.filter(|value| value.is_finite()) {
        Some(value) if value > 0.0 => format!("{value:.1}‰"),
        Some(_) => "0‰".to_owned(),
        None => NONE.to_owned(),
    }
}

/// One decimal, none where it is zero.
pub(crate) fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A ratio in percent with its sign, which may be below zero; "100%" only for one and above, "0%" only for zero.
pub(crate) fn ratio(value: f64) -> String {
    let percent = 100.0 * value.abs();
    let text = match tenths(percent).as_str() {
        "100" if percent < 100.0 => format!("{:.2}", percent.min(99.99)),
        "0" if percent > 0.0 => "<0.1".to_owned(),
        text => text.to_owned(),
    };
    let sign = if value < 0.0 { "\u{2212}" } else { "" };
    format!("{sign}{text}%")
}

/// A measure with one decimal below a hundred, and none from there on.
pub(crate) fn measure(lang: Lang, value: f64) -> String {
    if value.abs() < 100.0 {
        return tenths(value).replace('-', "\u{2212}");
    }
    count(lang, value.round() as i64)
}

/// How much one count is above another: +4.1%, −3%, ±0%. None against nothing.
pub(crate) fn change(now: i64, before: i64) -> Option<String> {
    if before <= 0 {
        return None;
    }
    let share = (now - before) as f64 / before as f64 * 100.0;
    let text = tenths(share.abs());
    let sign = match (text.as_str(), share < 0.0) {
        ("0", _) => "±",
        (_, true) => "\u{2212}",
        (_, false) => "+",
    };
    Some(format!("{sign}{text}%"))
}

/// How long ago: 12 秒前, 3 h ago.
pub(crate) fn age(lang: Lang, age: SignedDuration) -> String {
    let seconds = age.as_secs().max(0);
    let (key, n) = match seconds {
        0..60 => ("age-seconds", seconds),
        60..3600 => ("age-minutes", seconds / 60),
        3600..172_800 => ("age-hours", seconds / 3600),
        _ => ("age-days", seconds / 86_400),
    };
    lang.tell(key, &[("n", &n.to_string())])
}

/// A length of time in the unit of its limit: 5 工作日, 1 working day.
pub(crate) fn limit(lang: Lang, n: u32, unit: Unit) -> String {
    lang.tell(&format!("limit-{}", unit.as_str()), &[("n", &n.to_string())])
}

fn month(day: Date) -> &'static str {
    let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let at = usize::try_from(day.month() - 1).unwrap_or(0);
    names.get(at).copied().unwrap_or("")
}

#[cfg(test)]
mod tests;
