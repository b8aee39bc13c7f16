//! One field of one record: from text to a checked value.

use std::borrow::Cow;

use datasets::contract::{Field, Kind};

use super::time::{read_date, read_instant};
use crate::PersonKey;
use crate::mapping::Rule;
use crate::record::Record;

/// Longest text of a field or an attribute, bytes.
pub(crate) const LONGEST: usize = 65_536;
/// Longest limit, length or extension, in whatever unit.
const LONGEST_LIMIT: i64 = 1_000_000;

/// A checked value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value<'r> {
    Null,
    Text(Cow<'r, str>),
    Int(i64),
    Bool(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01 UTC.
    Instant(i64),
    Bytes([u8; 16]),
    Pairs(Vec<(&'r str, &'r str)>),
}

/// Why a value is refused. The reason never repeats the value: it may be personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) rule: &'static str,
    pub(crate) reason: String,
}

impl Problem {
    pub(crate) fn new(rule: &'static str, reason: impl Into<String>) -> Self {
        Self { rule, reason: reason.into() }
    }
}

pub(crate) fn too_long(what: &str) -> Problem {
    Problem::new("too_long", format!("the text of {what} is longer than 64 KiB; shorten it at the source"))
}

/// Reads a field of a record by its rule.
pub(crate) fn read_value<'r>(
    field: &Field,
    rule: &'r Rule,
    places: &[usize],
    record: &'r Record,
    person: &PersonKey,
) -> Result<Value<'r>, Problem> {
    let raw = match &rule.constant {
        Some(constant) => Some(constant.as_str()),
        None => places.iter().find_map(|place| record.get(*place)),
    };
    let raw = raw.filter(|text| !rule.null.iter().any(|null| null == text));
    let text = match (raw, &rule.map) {
        (Some(raw), Some(map)) => match (map.get(raw), &rule.default) {
            (Some(meaning), _) => Some(meaning.as_str()),
            (None, Some(default)) => Some(default.as_str()),
            (None, None) => {
                let reason = "the code is not in the mapping's list; add it there, or give a default";
                return Err(Problem::new("unknown_code", reason));
            }
        },
        (Some(raw), None) => Some(raw),
        (None, _) => rule.default.as_deref(),
    };
    let Some(text) = text else { return Ok(Value::Null) };
    if rule.person {
        return Ok(Value::Text(Cow::Owned(person.hash(text))));
    }
    let text = match &rule.prefix {
        Some(prefix) => Cow::Owned(format!("{prefix}{text}")),
        None => Cow::Borrowed(text),
    };
    typed(field, rule, text)
}

fn typed<'r>(field: &Field, rule: &Rule, text: Cow<'r, str>) -> Result<Value<'r>, Problem> {
    match field.kind {
        Kind::Text => match allowed(field.name) {
            Some(values) if !values.contains(&text.as_ref()) => {
                let reason = format!(
                    "allowed are {}; translate the source's codes with a map in the mapping",
                    values.join(", ")
                );
                Err(Problem::new("not_allowed", reason))
            }
            _ if text.len() > LONGEST => Err(too_long("this field")),
            _ if text.contains(char::is_control) => Err(Problem::new(
                "control_character",
                "a line break or another control character stands in it; look for a quotation mark too many or too \
                 few on this line",
            )),
            _ => Ok(Value::Text(text)),
        },
        Kind::Int => match read_int(&text) {
            None => Err(Problem::new("not_a_number", "a whole number is needed, e.g. 20; correct it at the source")),
            Some(number) if is_length(field.name) && !(0..=LONGEST_LIMIT).contains(&number) => {
                let reason = format!("a length of time lies between 0 and {LONGEST_LIMIT}; correct it at the source");
                Err(Problem::new("out_of_range", reason))
            }
            Some(number) => Ok(Value::Int(number)),
        },
        Kind::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "y" | "yes" | "是" => Ok(Value::Bool(true)),
            "false" | "0" | "n" | "no" | "否" => Ok(Value::Bool(false)),
            _ => Err(Problem::new("not_a_flag", "true or false (1/0, yes/no, 是/否) is needed")),
        },
        Kind::Date => read_date(&text, rule).map(Value::Date),
        Kind::Instant => read_instant(&text, rule).map(Value::Instant),
        Kind::Bytes | Kind::TextList | Kind::TextMap | Kind::Steps | Kind::Suspensions => Ok(Value::Null),
    }
}

/// Whole numbers, also as `20.0`, which is what spreadsheets make of them.
fn read_int(text: &str) -> Option<i64> {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    whole.parse().ok()
}

/// Fields that hold a length of time.
fn is_length(field: &str) -> bool {
    field.ends_with("_limit") || matches!(field, "approved_length" | "extension_wd")
}

/// Fields with a closed list of values (domain §1, §4 point 4, §7).
fn allowed(field: &str) -> Option<&'static [&'static str]> {
    match field {
        "event_type" => Some(&[
            "APPLY",
            "RECEIVE",
            "CORRECTION_NOTICE",
            "CORRECTION_COMPLETE",
            "ACCEPT",
            "NOT_ACCEPT",
            "STEP_START",
            "STEP_END",
            "RETURN_STEP",
            "STOP",
            "RESUME",
            "EXTEND",
            "DECIDE",
            "CLOSE",
            "DELIVER",
            "WITHDRAW",
            "VOID",
            "TRANSFER",
            "REOPEN",
        ]),
        "close_result" => {
            Some(&["GRANTED", "REFUSED", "WITHDRAWN", "RETURNED", "CORRECTION_LAPSED", "VOIDED", "TRANSFERRED"])
        }
        "statutory_unit" | "promised_unit" | "approved_unit" => Some(&["WD", "CD", "HOUR", "MIN", "MONTH"]),
        "stop_kind" => Some(&[
            "CORRECTION",
            "HEARING",
            "SITE_SURVEY",
            "EXPERT_REVIEW",
            "INSPECTION_TEST",
            "APPRAISAL",
            "TENDER_AUCTION",
            "PUBLIC_NOTICE",
            "UPSTREAM_REVIEW",
            "OTHER_STATUTORY",
        ]),
        "case_kind" => Some(&["INSTANT", "PROMISED", "JOINT", "ESCALATED"]),
        "entry_mode" => Some(&["LIVE", "BACKFILL"]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use datasets::contract::Role;

    use super::*;

    #[test]
    fn numbers_are_whole_or_refused() {
        for (text, number) in
            [("20", Some(20)), ("20.0", Some(20)), ("-3", Some(-3)), ("1e3", None), ("2.5", None), ("", None)]
        {
            assert_eq!(read_int(text), number, "{text}");
        }
    }

    #[test]
    fn closed_lists_are_those_of_the_contract() {
        let mut lists = 0;
        for contract in datasets::contract::ALL.iter().filter(|contract| contract.role == Role::Fact) {
            for field in contract.fields {
                for value in allowed(field.name).unwrap_or_default() {
                    assert!(field.doc.contains(value), "{}.{}: {value}", contract.table, field.name);
                    lists += 1;
                }
            }
        }
        assert!(lists > 50, "{lists}");
    }
}
