//! Periods as people write them: a year, a half, a quarter, a month, a day.

use jiff::ToSpan;
use jiff::civil::Date;

/// First and last day of `2023`, `2023年`, `2023年上半年`, `2023-Q3`, `2023年第三季度`, `2023-08`, `2023年8月`,
/// `2023-08-16`.
pub(super) fn read(text: &str) -> Option<(Date, Date)> {
    if let Ok(day) = text.parse::<Date>() {
        return Some((day, day));
    }
    let year: i16 = text.get(..4).filter(|year| year.bytes().all(|byte| byte.is_ascii_digit()))?.parse().ok()?;
    let rest = text.get(4..)?.trim_start_matches(['年', '-', '/', ' ']).trim_end_matches('度').trim();
    let (month, months): (i8, i32) = match rest {
        "" | "全年" => (1, 12),
        "上半年" | "H1" => (1, 6),
        "下半年" | "H2" => (7, 6),
        _ => match quarter(rest) {
            Some(quarter) => (3 * quarter - 2, 3),
            None => (rest.trim_end_matches('月').parse().ok()?, 1),
        },
    };
    let first = Date::new(year, month, 1).ok()?;
    let last = first.checked_add(months.months()).ok()?.yesterday().ok()?;
    Some((first, last))
}

/// `Q3`, `3季`, `第三季`.
fn quarter(text: &str) -> Option<i8> {
    let number = text.strip_prefix(['Q', 'q']).or_else(|| text.strip_suffix('季'))?.trim_start_matches('第');
    match number {
        "1" | "一" => Some(1),
        "2" | "二" => Some(2),
        "3" | "三" => Some(3),
        "4" | "四" => Some(4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_a_first_and_a_last_day() {
        for (text, told) in [
            ("2023", "2023-01-01 2023-12-31"),
            ("2023年", "2023-01-01 2023-12-31"),
            ("2023年度", "2023-01-01 2023-12-31"),
            ("2023年下半年", "2023-07-01 2023-12-31"),
            ("2023-Q3", "2023-07-01 2023-09-30"),
            ("2023Q1", "2023-01-01 2023-03-31"),
            ("2023年第四季度", "2023-10-01 2023-12-31"),
            ("2023年3季度", "2023-07-01 2023-09-30"),
            ("2024-02", "2024-02-01 2024-02-29"),
            ("2024年2月", "2024-02-01 2024-02-29"),
            ("2024/2", "2024-02-01 2024-02-29"),
            ("2024-02-16", "2024-02-16 2024-02-16"),
        ] {
            let (first, last) = read(text).expect(text);
            assert_eq!(format!("{first} {last}"), told, "{text}");
        }
        for text in ["", "23", "2023-13", "2023Q5", "本月", "2023年第三", "20a3", "2024-02-30"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
