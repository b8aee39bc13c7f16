//! The fields that the landing fills in by itself.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use datasets::contract::{Field, MadeId, Role};
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use readers::mapping::{Mapping, Output, Rule};
use sha2::{Digest, Sha256};

use super::value::{Problem, Value};
use super::{Common, fingerprint, first_16};
use crate::PersonKey;

/// Events dated later than this after their landing are refused (domain §4 point 10).
const FUTURE: SignedDuration = SignedDuration::from_mins(5);

/// 1949-10-01 in Beijing, microseconds: no office that reports is older, and each month of events is
/// a folder of its own.
const EARLIEST: i64 = -639_129_600 * 1_000_000;

/// What the caller needs to know of a row.
pub(super) struct Filled {
    pub(super) row_hash: u128,
    /// What may come once in a file: the contract's key at a recording time.
    pub(super) key: [u64; 2],
    pub(super) occurred_at: Option<i64>,
    /// Latest time in the row.
    pub(super) latest: Option<i64>,
}

/// The ids that were made of the rows of a file so far, and what tells its rows apart besides.
#[derive(Debug, Default)]
pub(crate) struct MadeIds {
    /// Rows, or rows that differ, by what identifies them.
    counts: HashMap<u128, u32>,
    /// Number of each content that has one of its own.
    contents: HashMap<u128, u32>,
    /// How often each record with versions was taken back, or came back, so far.
    turns: HashMap<u128, u32>,
    /// Ids that earlier attempts of the batch have given: a replay passes over them.
    pub(crate) taken: HashSet<String>,
}

impl MadeIds {
    /// Which turn of its record a row tells: odd ones take it back. In the next one it may come as it was.
    fn turn(&mut self, output: &Output, values: &[Value<'_>]) -> u32 {
        let contract = output.contract;
        if contract.role != Role::Reference || !contract.key.contains(&"version") {
            return 0;
        }
        let (mut record, mut is_deleted) = (Vec::<&str>::new(), false);
        for (field, value) in contract.fields.iter().zip(values) {
            match value {
                Value::Text(text) if contract.key.contains(&field.name) => record.push(text.as_ref()),
                Value::Bool(told) if field.name == "is_deleted" => is_deleted = *told,
                _ => {}
            }
        }
        let turn = self.turns.entry(fingerprint(&record)).or_insert(0);
        *turn += u32::from(is_deleted != (*turn % 2 == 1));
        *turn
    }
}

/// Whether a rule for a field that every row has must give a value. The version and the first day of a reference row
/// come from the table that it lands in, where the rule says that they may be missing.
pub(super) fn is_needed(output: &Output, field: &Field, rule: Option<&Rule>) -> bool {
    let is_later = output.contract.role == Role::Reference && matches!(field.name, "version" | "valid_from");
    rule.is_some_and(|rule| !(rule.optional && is_later))
}

/// Refuses a row that seems to come from the future, or from before there was anything to report.
pub(super) fn impossible_time(
    output: &Output,
    values: &[Value<'_>],
    common: &Common,
) -> Option<(&'static str, Problem)> {
    let limit = common.ingested_at.saturating_add(FUTURE).map_or(i64::MAX, Timestamp::as_microsecond);
    let mut told = output.contract.happened.iter().copied().chain(["recorded_at"]);
    told.find_map(|name| {
        let at = instant(output, values, name, common)?;
        let (rule, reason) = if at > limit {
            (
                "from_the_future",
                "it lies more than 5 minutes ahead of its landing; correct the source's clock or the mapping's time zone",
            )
        } else if at < EARLIEST {
            ("out_of_range", "it lies before 1949-10-01; correct it at the source, or map what stands for unknown to null")
        } else {
            return None;
        };
        Some((name, Problem::new(rule, reason)))
    })
}

/// Fills in what the mapping does not say, and tells the row's fingerprint.
pub(super) fn fill(
    output: &Output,
    values: &mut [Value<'_>],
    common: &Common,
    mapping: &Mapping,
    person: &PersonKey,
    ids: &mut MadeIds,
) -> Filled {
    let fields = output.contract.fields;
    let place = |name: &str| fields.iter().position(|field| field.name == name);
    let mut set = |name: &str, value: Value<'static>| {
        if let Some(at) = place(name) {
            values[at] = value;
        }
    };
    set("source_system", text(&mapping.source.system));
    set("unfolded", Value::Bool(output.unfolded));
    if let Some(at) = place("data_version")
        && values[at] == Value::Null
    {
        values[at] = Value::Int(1);
    }
    let hashed = output
        .rules
        .iter()
        .zip(values.iter())
        .any(|(rule, value)| rule.as_ref().is_some_and(|rule| rule.person) && *value != Value::Null);
    if let Some(at) = place("hash_key_id").filter(|_| hashed) {
        values[at] = text(person.id());
    }
    if output.contract.role == Role::Reference {
        number_later(output, values, common);
    }
    let id = output.contract.key.first().copied().unwrap_or_default();
    if let Some(at) = place(id)
        && values[at] == Value::Null
        && let Some(id) = made_id(output, values, &mapping.source.system, ids)
    {
        values[at] = Value::Text(Cow::Owned(id));
    }
    let row_hash = digest(fields, values);
    let occurred_at = output.contract.happened.iter().filter_map(|name| instant(output, values, name, common)).max();
    let recorded_at = instant(output, values, "recorded_at", common);
    let ingested_at = common.ingested_at.as_microsecond();
    let told = recorded_at.or(occurred_at);
    let known_at = match told {
        Some(told) if mapping.source.live => told.max(ingested_at),
        Some(told) => told,
        None => ingested_at,
    };
    let mut set = |name: &str, value: Value<'static>| {
        if let Some(at) = place(name) {
            values[at] = value;
        }
    };
    set("known_at", Value::Instant(known_at));
    set("ingested_at", Value::Instant(ingested_at));
    set("batch_id", text(&common.batch_id));
    set("row_hash", Value::Bytes(row_hash.to_be_bytes()));
    if let Some(occurred) = occurred_at.and_then(|micros| Timestamp::from_microsecond(micros).ok()) {
        let date = common.lake_zone.to_datetime(occurred).date();
        set("biz_date", Value::Date(datasets::days_since_epoch(date)));
        set("biz_month", Value::Text(Cow::Owned(format!("{:04}-{:02}", date.year(), date.month()))));
    }
    let turn = ids.turn(output, values);
    let key = [0, 1].map(|seed| key(output, values, recorded_at, turn, seed));
    Filled { row_hash, key, occurred_at, latest: occurred_at.max(recorded_at) }
}

/// A version without a number gets one from the table that it lands in, which knows the others; one
/// without a first day is in force from its landing on. A record that was taken back is no more from the
/// day on which it ended by its source, or from its landing on.
fn number_later(output: &Output, values: &mut [Value<'_>], common: &Common) {
    let today = datasets::days_since_epoch(common.lake_zone.to_datetime(common.ingested_at).date());
    let place = |name: &str| output.contract.fields.iter().position(|field| field.name == name);
    if let (Some(deleted), Some(to)) = (place("is_deleted"), place("valid_to"))
        && values[deleted] == Value::Bool(true)
    {
        let day = match values[to] {
            Value::Date(day) => day,
            _ => today,
        };
        match (place("version"), place("valid_from")) {
            (Some(version), Some(from)) => {
                (values[version], values[from], values[to]) = (Value::Int(0), Value::Date(day), Value::Null);
            }
            _ => values[to] = Value::Date(day),
        }
    }
    for (field, value) in output.contract.fields.iter().zip(values) {
        match field.name {
            "version" if *value == Value::Null => *value = Value::Int(0),
            "valid_from" if *value == Value::Null => *value = Value::Date(today),
            _ => {}
        }
    }
}

fn key(output: &Output, values: &[Value<'_>], recorded_at: Option<i64>, turn: u32, seed: u8) -> u64 {
    let contract = output.contract;
    let mut hasher = DefaultHasher::new();
    (seed, contract.table, recorded_at, turn).hash(&mut hasher);
    for (field, value) in contract.fields.iter().zip(values) {
        // Several versions of an item may stand in one file, not yet numbered.
        let version = contract.role == Role::Reference && field.name == "valid_from";
        if version || contract.key.contains(&field.name) {
            match value {
                Value::Text(text) => text.hash(&mut hasher),
                Value::Int(number) => number.hash(&mut hasher),
                Value::Date(days) => days.hash(&mut hasher),
                _ => {}
            }
        }
    }
    hasher.finish()
}

/// An id from what identifies the row: system, the contract's fields for it, and its how-manieth it
/// is; never its times, so that a corrected row is a newer version of the same.
fn made_id(output: &Output, values: &[Value<'_>], system: &str, ids: &mut MadeIds) -> Option<String> {
    let (names, once) = match output.contract.made_id {
        MadeId::Never => return None,
        MadeId::EachRow(names) => (names, false),
        MadeId::EachContent(names) => (names, true),
    };
    let part = |name: &&str| -> String {
        let at = output.contract.fields.iter().position(|field| field.name == *name);
        match at.map(|at| &values[at]) {
            Some(Value::Text(text)) => text.to_string(),
            Some(Value::Int(number)) => number.to_string(),
            Some(Value::Date(days)) => days.to_string(),
            _ => String::new(),
        }
    };
    let parts: Vec<String> = std::iter::once(system.to_owned()).chain(names.iter().map(part)).collect();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let identity = fingerprint(&parts);
    let MadeIds { counts, contents, taken, .. } = ids;
    let count = counts.entry(identity).or_insert(0);
    let name = |ordinal: u32| {
        let mut digest = Sha256::new();
        digest.update(identity.to_be_bytes());
        digest.update(ordinal.to_be_bytes());
        hex::encode(&digest.finalize()[..16])
    };
    let mut next = || loop {
        *count += 1;
        if !taken.contains(&name(*count)) {
            break *count;
        }
    };
    let ordinal =
        if once { *contents.entry(digest(output.contract.fields, values)).or_insert_with(next) } else { next() };
    Some(name(ordinal))
}

/// The instant of a field; of a date, its begin in the lake's zone.
fn instant(output: &Output, values: &[Value<'_>], name: &str, common: &Common) -> Option<i64> {
    let at = output.contract.fields.iter().position(|field| field.name == name)?;
    match values.get(at)? {
        Value::Instant(micros) => Some(*micros),
        Value::Date(days) => {
            let midnight = datasets::date_from_days(*days)?.to_datetime(Time::midnight());
            let begin = common.lake_zone.to_ambiguous_timestamp(midnight).compatible().ok()?;
            Some(begin.as_microsecond())
        }
        _ => None,
    }
}

/// First 16 bytes of the SHA-256 of the values, each with its kind and length. A field that came later
/// is named where it has a value and passed over where it has none: rows of before stay what they were.
fn digest(fields: &[Field], values: &[Value<'_>]) -> u128 {
    let mut bytes: Vec<u8> = Vec::with_capacity(256);
    for (field, value) in fields.iter().zip(values) {
        if field.later {
            if *value == Value::Null {
                continue;
            }
            bytes.push(9);
            bytes.extend((field.name.len() as u32).to_le_bytes());
            bytes.extend(field.name.as_bytes());
        }
        match value {
            Value::Null => bytes.push(0),
            Value::Text(text) => {
                bytes.push(1);
                bytes.extend((text.len() as u32).to_le_bytes());
                bytes.extend(text.as_bytes());
            }
            Value::Int(number) => {
                bytes.push(2);
                bytes.extend(number.to_le_bytes());
            }
            Value::Bool(flag) => bytes.extend([3, u8::from(*flag)]),
            Value::Decimal(units) => {
                bytes.push(8);
                bytes.extend(units.to_le_bytes());
            }
            Value::Date(days) => {
                bytes.push(4);
                bytes.extend(days.to_le_bytes());
            }
            Value::Instant(micros) => {
                bytes.push(5);
                bytes.extend(micros.to_le_bytes());
            }
            Value::Bytes(raw) => {
                bytes.push(6);
                bytes.extend(raw);
            }
            Value::Pairs(pairs) => {
                bytes.push(7);
                for (name, value) in pairs {
                    bytes.extend((name.len() as u32).to_le_bytes());
                    bytes.extend(name.as_bytes());
                    bytes.extend((value.len() as u32).to_le_bytes());
                    bytes.extend(value.as_bytes());
                }
            }
        }
    }
    first_16(&Sha256::digest(&bytes))
}

fn text(value: &str) -> Value<'static> {
    Value::Text(Cow::Owned(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use datasets::contract::WORKFLOW_CASE;

    use super::*;

    #[test]
    fn a_field_that_came_later_counts_only_where_it_says_something() {
        let fields = WORKFLOW_CASE.fields;
        let row = |told: &[(&str, Value<'static>)]| {
            let value =
                |field: &Field| told.iter().find(|(name, _)| *name == field.name).map(|(_, value)| value.clone());
            let values: Vec<Value<'static>> = fields.iter().map(|field| value(field).unwrap_or(Value::Null)).collect();
            digest(fields, &values)
        };
        let plain = row(&[("case_no", text("A"))]);
        // As before there were any: the number, and 27 fields that are unknown.
        let before = [&[1, 1, 0, 0, 0, b'A'][..], &[0; 27]].concat();
        assert_eq!(plain, first_16(&Sha256::digest(before)));
        let due = row(&[("case_no", text("A")), ("fee_due", Value::Decimal(0))]);
        let paid = row(&[("case_no", text("A")), ("fee_paid", Value::Decimal(0))]);
        assert!(plain != due && due != paid && plain != paid);
    }
}
