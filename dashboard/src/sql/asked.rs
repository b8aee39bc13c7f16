//! A statement with what it is asked by: parameters, the instant, limits below those of everybody.

use analytics::{AskLimits, Param};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Trouble;
use crate::request::instant;

/// Rows of an answer that is read on the spot, as long as nobody asks for more.
pub(crate) const SHOWN: u64 = 10_000;
/// Most parameters of a statement.
const MOST_PARAMS: usize = 100;

/// A question.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) sql: String,
    pub(crate) params: Vec<(String, Param)>,
    /// None: now.
    pub(crate) as_of: Option<Timestamp>,
    /// Most rows of the answer, and seconds that it may take.
    pub(crate) rows: u64,
    pub(crate) seconds: u32,
}

/// A question as a program sends it, as JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Wanted {
    pub(crate) sql: String,
    pub(crate) params: Map<String, Value>,
    pub(crate) as_of: Option<String>,
    pub(crate) rows: Option<u64>,
    pub(crate) seconds: Option<u32>,
    /// The plan in the place of the rows.
    pub(crate) explain: bool,
    /// Whether it goes into the history of who asks.
    pub(crate) remember: bool,
}

impl Wanted {
    /// The question, if its values are what they should be; `now` is what `as_of` may not lie after.
    pub(crate) fn asked(&self, zone: &TimeZone, now: Timestamp, usual_rows: u64) -> Result<Asked, Trouble> {
        let most = AskLimits::default();
        let within = |name: &str, value: Option<u64>, usual: u64, most: u64| match value {
            None => Ok(usual.min(most)),
            Some(value) if (1..=most).contains(&value) => Ok(value),
            Some(value) => Err(Trouble::misasked(format!("{name} is {value}, and must be from 1 to {most}"))),
        };
        let seconds = u64::from(most.seconds);
        let asked = Asked {
            sql: self.sql.clone(),
            params: self
                .params
                .iter()
                .map(|(name, value)| Ok((named(name)?, value_of(name, value)?)))
                .collect::<Result<_, Trouble>>()?,
            as_of: as_of(self.as_of.as_deref().unwrap_or_default(), zone, now)?,
            rows: within("rows", self.rows, usual_rows, most.rows)?,
            seconds: within("seconds", self.seconds.map(u64::from), seconds, seconds)?
                .try_into()
                .unwrap_or(most.seconds),
        };
        asked.checked()
    }
}

impl Asked {
    pub(crate) fn limits(&self) -> AskLimits {
        AskLimits { rows: self.rows, seconds: self.seconds, ..AskLimits::default() }
    }

    /// The parameters as the engine takes them.
    pub(crate) fn values(&self) -> Vec<(&str, Param)> {
        self.params.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
    }

    /// Refuses a question that cannot be one, before anything is read.
    pub(crate) fn checked(self) -> Result<Self, Trouble> {
        if self.sql.trim().is_empty() {
            return Err(Trouble::misasked("there is no statement; write one SELECT"));
        }
        if self.params.len() > MOST_PARAMS {
            return Err(Trouble::misasked(format!(
                "there are {} parameters, at most {MOST_PARAMS} are taken",
                self.params.len()
            )));
        }
        Ok(self)
    }
}

/// Parameters as people write them: a line for each, `name=value`.
pub(crate) fn lines(text: &str) -> Result<Vec<(String, Param)>, Trouble> {
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim())).filter(|(_, line)| !line.is_empty());
    let pair = |(at, line): (usize, &str)| {
        let (name, value) = line.split_once('=').ok_or_else(|| {
            Trouble::misasked(format!("line {at} of the parameters is not of the form name=value: {}", start(line)))
        })?;
        Ok((named(name.trim())?, param(value.trim())))
    };
    lines.map(pair).collect()
}

/// A value as it was typed: a date, a whole number, or else text.
pub(crate) fn param(text: &str) -> Param {
    let number = || text.parse::<i64>().ok().filter(|number| number.to_string() == text);
    match day(text) {
        Some(day) => Param::Date(day),
        None => number().map_or_else(|| Param::Text(text.to_owned()), Param::Int),
    }
}

/// Whether a statement speaks of a parameter.
pub(crate) fn has_param(sql: &str, name: &str) -> bool {
    sql.match_indices('$').any(|(at, _)| {
        let rest = &sql[at + 1..];
        rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

fn day(text: &str) -> Option<Date> {
    text.parse().ok().filter(|_| text.len() == 10)
}

fn named(name: &str) -> Result<String, Trouble> {
    let name = name.trim_start_matches('$');
    let is_name = !name.is_empty() && name.len() <= 64 && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name {
        let told = format!("a parameter has a name of letters, digits and _; {:?} is none", start(name));
        return Err(Trouble::misasked(told));
    }
    Ok(name.to_owned())
}

/// A value as JSON has it: text that is a date is one.
fn value_of(name: &str, value: &Value) -> Result<Param, Trouble> {
    match value {
        Value::String(text) => Ok(day(text).map_or_else(|| Param::Text(text.clone()), Param::Date)),
        Value::Number(number) if number.is_i64() => Ok(Param::Int(number.as_i64().unwrap_or_default())),
        _ => Err(Trouble::misasked(format!("parameter {name} must be a text, a date as text or a whole number"))),
    }
}

/// The instant as of which all is seen; none for no text.
pub(crate) fn as_of(text: &str, zone: &TimeZone, now: Timestamp) -> Result<Option<Timestamp>, Trouble> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || {
        Trouble::misasked(format!(
            "as_of cannot be {:?}: write 2018-05-16 or 2018-05-16T09:00:00+08:00, not after now",
            start(text)
        ))
    };
    instant(text, zone, now).filter(|at| *at <= now).map(Some).ok_or_else(wrong)
}

fn start(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(text: &str) -> Result<Asked, Trouble> {
        let wanted: Wanted = serde_json::from_str(text).expect("JSON");
        wanted.asked(&TimeZone::UTC, "2023-09-01T00:00:00Z".parse().expect("instant"), SHOWN)
    }

    #[test]
    fn values_are_what_they_look_like() {
        let pairs = lines("from = 2018-05-01\n\n$n=12\ncode=007\nname=a=b\n").expect("lines");
        let day = Param::Date("2018-05-01".parse().expect("day"));
        let text = |text: &str| Param::Text(text.to_owned());
        let expected = [("from", day), ("n", Param::Int(12)), ("code", text("007")), ("name", text("a=b"))];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value)));
        assert!(lines("from").is_err_and(|trouble| trouble.detail.contains("line 1")));
        assert!(lines("a b=1").is_err() && lines("=1").is_err());
    }

    #[test]
    fn a_question_as_json_is_bounded() {
        let asked = wanted(r#"{"sql":"select 1","params":{"a":"2018-05-01","b":3},"rows":5,"as_of":"2018-05-16"}"#)
            .expect("asked");
        assert_eq!((asked.rows, asked.params.len(), asked.as_of.is_some()), (5, 2, true));
        for wrong in [
            r#"{"sql":" "}"#,
            r#"{"sql":"select 1","rows":0}"#,
            r#"{"sql":"select 1","seconds":1000000}"#,
            r#"{"sql":"select 1","params":{"a":1.5}}"#,
            r#"{"sql":"select 1","params":{"a b":1}}"#,
            r#"{"sql":"select 1","as_of":"2030-01-01"}"#,
        ] {
            assert!(wanted(wrong).is_err(), "{wrong}");
        }
        assert!(serde_json::from_str::<Wanted>(r#"{"sql":"select 1","limit":3}"#).is_err(), "an unknown word");
    }

    #[test]
    fn a_parameter_is_found_by_its_whole_name() {
        assert!(has_param("where d >= $from and d < $to", "from") && has_param("$to", "to"));
        assert!(!has_param("where d >= $from_day", "from") && !has_param("from x", "from"));
    }
}
