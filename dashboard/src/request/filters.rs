//! Period, region, department, item and "as of".

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::error::HttpError;
use crate::format;

/// The filters that travel along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filters {
    /// First and last day, both included, as people say it.
    pub(crate) from: Option<Date>,
    pub(crate) to: Option<Date>,
    pub(crate) region: Region,
    /// Codes of a department and of an item; empty for all of them.
    pub(crate) organization: String,
    pub(crate) item: String,
    /// None: now.
    pub(crate) as_of: Option<Timestamp>,
    /// `as_of` as it was written.
    as_of_text: String,
}

/// Letters of the longest code that is looked for.
const LONGEST_CODE: usize = 100;

/// A region: the digits that the codes of its villages begin with; empty for everything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Region(String);

impl Filters {
    /// None but the instant as of which all is seen.
    pub(super) fn seen(as_of: Option<Timestamp>) -> Self {
        Self { as_of, ..Self::default() }
    }

    /// Reads the filters of an address; `now` is what `as_of` may not lie after.
    pub(super) fn read(values: &BTreeMap<String, String>, zone: &TimeZone, now: Timestamp) -> Result<Self, HttpError> {
        let value = |name: &str| values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty());
        let day = |name: &'static str| -> Result<Option<Date>, HttpError> {
            let Some(text) = value(name) else {
                return Ok(None);
            };
            // SQL counts time in 64-bit microseconds or nanoseconds, so years far out are refused.
            let day: Option<Date> = text.parse().ok().filter(|day: &Date| (1990..=2200).contains(&day.year()));
            day.map(Some).ok_or_else(|| HttpError::bad_value(name, text))
        };
        let (from, to) = (day("from")?, day("to")?);
        if let (Some(first), Some(last)) = (from, to)
            && first > last
        {
            return Err(HttpError::bad_value("from-to", &format!("{first} – {last}")));
        }
        let region = match value("region") {
            Some(text) => Region::parse(text).ok_or_else(|| HttpError::bad_value("region", text))?,
            None => Region::default(),
        };
        let code = |name: &'static str| -> Result<String, HttpError> {
            let text = value(name).unwrap_or_default();
            let is_code = text.chars().count() <= LONGEST_CODE && !text.chars().any(char::is_control);
            if is_code { Ok(text.to_owned()) } else { Err(HttpError::bad_value(name, text)) }
        };
        let (organization, item) = (code("organization")?, code("item")?);
        let as_of_text = value("as_of").unwrap_or_default().to_owned();
        let as_of = match as_of_text.as_str() {
            "" => None,
            text => {
                let at = instant(text, zone, now).ok_or_else(|| HttpError::bad_value("as_of", text))?;
                if at > now {
                    let now = format::stamp(zone, now);
                    return Err(HttpError::bad_value("as_of-ahead", &format!("{text} (> {now})")));
                }
                Some(at)
            }
        };
        Ok(Self { from, to, region, organization, item, as_of, as_of_text })
    }

    /// Names and values for an address.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        vec![
            ("from", day(self.from)),
            ("to", day(self.to)),
            ("region", self.region.digits().to_owned()),
            ("organization", self.organization.clone()),
            ("item", self.item.clone()),
            ("as_of", self.as_of_text.clone()),
        ]
    }

    /// The period asked for, else the month of `today` up to it; the end is the day after the last.
    pub(crate) fn period(&self, today: Date) -> (Date, Date) {
        let last = self.to.unwrap_or(self.from.map_or(today, |from| from.max(today)));
        let first = self.from.unwrap_or_else(|| last.first_of_month());
        (first, last.tomorrow().unwrap_or(last))
    }

    /// Whether the address names a period.
    pub(crate) fn has_period(&self) -> bool {
        self.from.is_some() || self.to.is_some()
    }
}

impl Region {
    /// Digits of a prefix (4, 6, 9, 12), or a 12-digit code of any level: the zeros at the end of a
    /// county's or township's code stand for everything in it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let is_code = matches!(text.len(), 4 | 6 | 9 | 12) && text.bytes().all(|byte| byte.is_ascii_digit());
        if !is_code {
            return None;
        }
        let shorter = |text: &str, zeros: &str, length: usize| -> Option<String> {
            text.strip_suffix(zeros).filter(|rest| rest.len() == length).map(str::to_owned)
        };
        let digits = shorter(text, "00000000", 4)
            .or_else(|| shorter(text, "000000", 6))
            .or_else(|| shorter(text, "00000", 4))
            .or_else(|| shorter(text, "000", 9))
            .or_else(|| shorter(text, "000", 6))
            .or_else(|| shorter(text, "00", 4))
            .unwrap_or_else(|| text.to_owned());
        Some(Self(digits))
    }

    /// The digits; empty for everything.
    pub(crate) fn digits(&self) -> &str {
        &self.0
    }

    /// The pattern for `like` in SQL.
    pub(crate) fn pattern(&self) -> String {
        format!("{}%", self.0)
    }

    /// Whether a code lies in it.
    pub(crate) fn holds(&self, code: &str) -> bool {
        code.starts_with(&self.0)
    }
}

/// An instant, a local date and time, or a day, which means its end, or now if that is earlier.
pub(crate) fn instant(text: &str, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    if let Ok(day) = text.parse::<Date>()
        && text.len() <= 10
    {
        let midnight = zone.to_timestamp(day.tomorrow().ok()?.to_datetime(Time::midnight())).ok()?;
        let end = midnight.checked_sub(SignedDuration::from_micros(1)).ok()?;
        let (today, _) = format::local(zone, now);
        return Some(if day == today { now } else { end });
    }
    if let Ok(local) = text.parse::<DateTime>() {
        return zone.to_timestamp(local).ok();
    }
    // A plus sign that was not encoded arrives as a space.
    text.replacen(' ', "+", 1).parse().ok()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Filters, HttpError> {
        let values = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let zone = TimeZone::get("Asia/Shanghai").expect("zone");
        Filters::read(&values, &zone, "2018-09-13T15:42:00+08:00".parse().expect("instant"))
    }

    #[test]
    fn codes_of_any_level_become_prefixes() {
        let digits = |text: &str| Region::parse(text).map(|region| region.digits().to_owned());
        assert_eq!(digits("450521000000").as_deref(), Some("450521"));
        assert_eq!(digits("450521101000").as_deref(), Some("450521101"));
        assert_eq!(digits("450521101201").as_deref(), Some("450521101201"));
        assert_eq!(digits("450500000000").as_deref(), Some("4505"));
        assert_eq!(digits("450521").as_deref(), Some("450521"));
        assert_eq!(digits("45052"), None);
        assert_eq!(digits("4505%'").as_deref(), None);
        assert_eq!(Region::parse("450521000000").map(|region| region.pattern()).as_deref(), Some("450521%"));
    }

    #[test]
    fn bad_values_are_named() {
        for (name, value) in [("from", "13.9.2018"), ("region", "beihai"), ("as_of", "noon"), ("as_of", "2019-01-01")] {
            assert!(read(&[(name, value)]).is_err(), "{name}={value}");
        }
        assert!(read(&[("from", "2018-09-02"), ("to", "2018-09-01")]).is_err());
    }

    #[test]
    fn department_and_item_travel_along_as_they_are() {
        let filters = read(&[("organization", "450521-MZ"), ("item", " SI001 ")]).expect("filters");
        let pairs = filters.pairs();
        let value = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
        assert_eq!(
            [value("organization"), value("item"), value("region")],
            [Some("450521-MZ"), Some("SI001"), Some("")]
        );
        assert!(read(&[("item", "x".repeat(LONGEST_CODE + 1).as_str())]).is_err());
        assert!(read(&[("organization", "a\u{7}b")]).is_err());
    }

    #[test]
    fn a_day_as_of_is_its_end_and_the_period_defaults_to_the_month() {
        let filters = read(&[("as_of", "2018-09-12")]).expect("filters");
        assert_eq!(filters.as_of.map(|at| at.to_string()).as_deref(), Some("2018-09-12T15:59:59.999999Z"));
        assert_eq!(filters.period(date(2018, 9, 13)), (date(2018, 9, 1), date(2018, 9, 14)));
        let filters = read(&[("from", "2018-08-01"), ("to", "2018-08-31"), ("as_of", "2018-09-13T08:00")]).expect("ok");
        assert_eq!(filters.period(date(2018, 9, 13)), (date(2018, 8, 1), date(2018, 9, 1)));
        assert_eq!(filters.as_of.map(|at| at.to_string()).as_deref(), Some("2018-09-13T00:00:00Z"));
    }
}
