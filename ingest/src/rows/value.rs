//! One field of one record: from text to a checked value.

use std::borrow::Cow;

use datasets::contract::{Field, Kind};
use readers::decimal::{Exact, Misfit};
use readers::mapping::Rule;
use readers::record::{Header, Record};

use super::id;
use super::time::{read_date, read_instant};
use crate::PersonKey;

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
    /// So many of the smallest that the field's kind holds.
    Decimal(i128),
    Bool(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01 UTC.
    Instant(i64),
    Bytes([u8; 16]),
    Pairs(Vec<(&'r str, Cow<'r, str>)>),
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

/// Where a field's rule finds what it needs in a record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// Its columns, in the order in which they are asked.
    pub(crate) columns: Vec<usize>,
    /// The column that tells the unit.
    pub(crate) unit: Option<usize>,
}

impl Places {
    /// Those of a rule in records with these names; none without a rule.
    pub(crate) fn of(rule: Option<&Rule>, header: &Header) -> Self {
        let Some(rule) = rule else { return Self::default() };
        let columns = rule.columns.iter().filter_map(|column| header.find(column)).collect();
        Self { columns, unit: rule.scale_by.as_ref().and_then(|by| header.find(&by.column)) }
    }
}

/// Reads a field of a record by its rule; personal numbers that were masked in it are added to
/// `masked`.
pub(crate) fn read_value<'r>(
    field: &Field,
    rule: &'r Rule,
    places: &Places,
    record: &'r Record,
    person: &PersonKey,
    masked: &mut u64,
) -> Result<Value<'r>, Problem> {
    let raw = match &rule.constant {
        Some(constant) => Some(constant.as_str()),
        None => places.columns.iter().find_map(|place| record.get(*place)),
    };
    let raw = raw.filter(|text| !rule.null.iter().any(|null| null == text));
    let text = match (raw, &rule.map) {
        (Some(raw), None) => meaning(rule, raw),
        (Some(raw), Some(map)) => match (map.get(raw), &rule.default) {
            (Some(meaning), _) => Some(meaning.as_str()),
            (None, Some(default)) => Some(default.as_str()),
            (None, None) => {
                let reason = "the code is not in the mapping's list; add it there, or give a default";
                return Err(Problem::new("unknown_code", reason));
            }
        },
        (None, _) => rule.default.as_deref(),
    };
    let Some(text) = text else { return Ok(Value::Null) };
    if (rule.person || (field.kind == Kind::Text && id::is_code(field.name)))
        && let Some(problem) = id::problem(text)
    {
        return Err(problem);
    }
    if rule.person {
        return hashed(rule, text, person);
    }
    let text = match &rule.prefix {
        Some(prefix) => Cow::Owned(format!("{prefix}{text}")),
        None => Cow::Borrowed(text),
    };
    match field.kind {
        Kind::Decimal | Kind::Rate => decimal(field.kind, rule, places, record, &text),
        Kind::Prose => prose(text, masked),
        _ => typed(field, rule, text),
    }
}

/// What a value without a code means: itself, or what a word means that stands in it.
fn meaning<'r>(rule: &'r Rule, raw: &'r str) -> Option<&'r str> {
    let Some(words) = &rule.contains else { return Some(raw) };
    let found = words.iter().find(|(word, _)| raw.contains(word.as_str()));
    found.map(|(_, meaning)| meaning.as_str()).or(rule.default.as_deref())
}

/// The keyed hash of an identifier. An ID card's number is written in several ways, wide and narrow,
/// with x and X, with 15 places and 18: it is one person all the same.
fn hashed(rule: &Rule, text: &str, person: &PersonKey) -> Result<Value<'static>, Problem> {
    if !rule.id_card {
        return Ok(Value::Text(Cow::Owned(person.hash(text))));
    }
    let Some(number) = readers::privacy::whole_id_card(text) else {
        let reason = "no ID card number: 17 digits and a check digit that fits them; correct it at the source";
        return Err(Problem::new("id_checksum", reason));
    };
    Ok(Value::Text(Cow::Owned(person.hash(&number))))
}

fn typed<'r>(field: &Field, rule: &Rule, text: Cow<'r, str>) -> Result<Value<'r>, Problem> {
    match field.kind {
        Kind::Text => {
            if !field.values.is_empty() && !field.values.contains(&text.as_ref()) {
                let allowed = field.values.join(", ");
                let reason = format!("allowed are {allowed}; translate the source's codes with a map in the mapping");
                return Err(Problem::new("not_allowed", reason));
            }
            refuse_long_or_odd(&text, char::is_control)?;
            Ok(Value::Text(text))
        }
        Kind::Int => match read_int(&text) {
            None => Err(Problem::new("not_a_number", "a whole number is needed, e.g. 20; correct it at the source")),
            Some(number) if is_length(field.name) && !(0..=LONGEST_LIMIT).contains(&number) => {
                let reason = format!("a length of time lies between 0 and {LONGEST_LIMIT}; correct it at the source");
                Err(Problem::new("out_of_range", reason))
            }
            Some(number) if is_stars(field.name) && !(1..=5).contains(&number) => Err(Problem::new(
                "out_of_range",
                "stars are 1 (worst) to 5 (best); translate with a map in the mapping",
            )),
            Some(number) => Ok(Value::Int(number)),
        },
        Kind::Bool => match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "y" | "yes" | "是" => Ok(Value::Bool(true)),
            "false" | "0" | "n" | "no" | "否" => Ok(Value::Bool(false)),
            _ => Err(Problem::new("not_a_flag", "true or false (1/0, yes/no, 是/否) is needed")),
        },
        Kind::Date => read_date(&text, rule).map(Value::Date),
        Kind::Instant => read_instant(&text, rule).map(Value::Instant),
        _ => Ok(Value::Null),
    }
}

fn refuse_long_or_odd(text: &str, odd: impl Fn(char) -> bool) -> Result<(), Problem> {
    if text.len() > LONGEST {
        return Err(too_long("this field"));
    }
    if text.contains(odd) {
        return Err(Problem::new(
            "control_character",
            "a line break or another control character stands in it; look for a quotation mark too many or too few \
             on this line",
        ));
    }
    Ok(())
}

/// Free text: lines and tabs are its own, personal numbers are not.
fn prose<'r>(text: Cow<'r, str>, masked: &mut u64) -> Result<Value<'r>, Problem> {
    refuse_long_or_odd(&text, |c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))?;
    let (text, found) = match text {
        Cow::Borrowed(text) => {
            let scanned = readers::privacy::mask(text);
            (scanned.text, scanned.found)
        }
        Cow::Owned(text) => {
            let scanned = readers::privacy::mask(&text);
            (Cow::Owned(scanned.text.into_owned()), scanned.found)
        }
    };
    *masked += u64::from(found);
    Ok(Value::Text(text))
}

/// An amount as told, or converted by the rule's factor, which may depend on the unit of the record.
fn decimal(kind: Kind, rule: &Rule, places: &Places, record: &Record, text: &str) -> Result<Value<'static>, Problem> {
    let refused = |rule: &'static str, reason: String| Err(Problem::new(rule, reason));
    let Some(told) = Exact::read(text) else {
        let reason = "a number is needed, e.g. 1,234.50, without unit or currency sign; correct it at the source";
        return refused("not_a_number", reason.to_owned());
    };
    let decimals = u32::from(kind.decimals().unsigned_abs());
    let factor = match &rule.scale_by {
        None => rule.scale,
        Some(by) => {
            let Some(unit) = places.unit.and_then(|place| record.get(place)) else { return Ok(Value::Null) };
            match by.factors.get(unit) {
                Some(Some(factor)) => Some(*factor),
                // A unit that does not convert, such as a piece: what it is worth in kg is unknown.
                Some(None) => return Ok(Value::Null),
                None => {
                    let reason =
                        "the unit is not in the mapping's list; add it to scale_by, with \"\" if it does not convert";
                    return refused("unknown_unit", reason.to_owned());
                }
            }
        }
    };
    let fitted = match factor {
        None => told.fit(decimals),
        Some(factor) => told.times(factor).map_or(Err(Misfit::TooLarge), |product| product.rounded(decimals)),
    };
    match fitted {
        Ok(units) => Ok(Value::Decimal(units)),
        Err(Misfit::TooPrecise) => refused(
            "too_precise",
            format!("it has more than {decimals} digits behind the point; round it at the source"),
        ),
        Err(Misfit::TooLarge) => {
            refused("out_of_range", "it has more than 18 digits; correct it at the source".to_owned())
        }
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
    field.ends_with("_limit") || matches!(field, "approved_length" | "extension_wd" | "max_extension_days")
}

/// Fields that hold a rating.
fn is_stars(field: &str) -> bool {
    matches!(field, "stars" | "satisfaction")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_whole_or_refused() {
        for (text, number) in
            [("20", Some(20)), ("20.0", Some(20)), ("-3", Some(-3)), ("1e3", None), ("2.5", None), ("", None)]
        {
            assert_eq!(read_int(text), number, "{text}");
        }
    }
}
