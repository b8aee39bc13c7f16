//! The fields that the landing fills in by itself.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::value::{Problem, Value};
use super::{Common, fingerprint, first_16};
use crate::PersonKey;
use crate::mapping::{Mapping, Output};

/// Events dated later than this after their landing are refused (domain §4 point 10).
const FUTURE: SignedDuration = SignedDuration::from_mins(5);

/// What the caller needs to know of a row.
pub(super) struct Filled {
    pub(super) row_hash: u128,
    /// What may come once in a file: the contract's key at a recording time.
    pub(super) key: [u64; 2],
    pub(super) occurred_at: Option<i64>,
    /// Latest time in the row.
    pub(super) latest: Option<i64>,
}

/// Where event ids come from that are made here.
pub(super) struct Ids<'a> {
    /// How many events of a kind the file has had.
    pub(super) ordinals: &'a mut HashMap<u128, u32>,
    /// Ids that earlier attempts of the batch have given: a replay passes over them.
    pub(super) taken: &'a HashSet<String>,
}

/// Refuses a row that seems to come from the future.
pub(super) fn future(output: &Output, values: &[Value<'_>], now: Timestamp) -> Option<(&'static str, Problem)> {
    let limit = now.saturating_add(FUTURE).map_or(i64::MAX, Timestamp::as_microsecond);
    ["occurred_at", "recorded_at"].into_iter().find_map(|name| {
        let late = instant(output, values, name).is_some_and(|at| at > limit);
        let reason =
            "it lies more than 5 minutes ahead of its landing; correct the source's clock or the mapping's time zone";
        late.then(|| (name, Problem::new("from_the_future", reason)))
    })
}

/// Fills in what the mapping does not say, and tells the row's fingerprint.
pub(super) fn fill(
    output: &Output,
    values: &mut [Value<'_>],
    common: &Common,
    mapping: &Mapping,
    person: &PersonKey,
    ids: &mut Ids<'_>,
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
    if let Some(at) = place("event_id")
        && values[at] == Value::Null
    {
        values[at] = Value::Text(Cow::Owned(derived_id(output, values, &mapping.source.system, ids)));
    }
    if let (Some(hash), Some(key)) = (place("applicant_hash"), place("hash_key_id"))
        && values[hash] != Value::Null
    {
        values[key] = text(person.id());
    }
    let row_hash = digest(values);
    let occurred_at = instant(output, values, "occurred_at");
    let recorded_at = instant(output, values, "recorded_at");
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
    let key = [0, 1].map(|seed| key(output, values, recorded_at, seed));
    Filled { row_hash, key, occurred_at, latest: occurred_at.max(recorded_at) }
}

fn key(output: &Output, values: &[Value<'_>], recorded_at: Option<i64>, seed: u8) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, output.contract.table, recorded_at).hash(&mut hasher);
    for (field, value) in output.contract.fields.iter().zip(values) {
        if output.contract.key.contains(&field.name) {
            match value {
                Value::Text(text) => text.hash(&mut hasher),
                Value::Int(number) => number.hash(&mut hasher),
                _ => {}
            }
        }
    }
    hasher.finish()
}

/// An id from what identifies the event: system, case, type, step and its how-manieth it is; never
/// its times, so that a corrected row is a newer version of the same event.
fn derived_id(output: &Output, values: &[Value<'_>], system: &str, ids: &mut Ids<'_>) -> String {
    let part = |name: &str| -> String {
        let at = output.contract.fields.iter().position(|field| field.name == name);
        match at.map(|at| &values[at]) {
            Some(Value::Text(text)) => text.to_string(),
            Some(Value::Int(number)) => number.to_string(),
            _ => String::new(),
        }
    };
    let parts = [system.to_owned(), part("case_no"), part("event_type"), part("step_seq"), part("step_name")];
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let identity = fingerprint(&parts);
    let ordinal = ids.ordinals.entry(identity).or_insert(0);
    loop {
        *ordinal += 1;
        let mut digest = Sha256::new();
        digest.update(identity.to_be_bytes());
        digest.update(ordinal.to_be_bytes());
        let id = hex::encode(&digest.finalize()[..16]);
        if !ids.taken.contains(&id) {
            return id;
        }
    }
}

fn instant(output: &Output, values: &[Value<'_>], name: &str) -> Option<i64> {
    let at = output.contract.fields.iter().position(|field| field.name == name)?;
    match values.get(at)? {
        Value::Instant(micros) => Some(*micros),
        _ => None,
    }
}

/// First 16 bytes of the SHA-256 of the values, each with its kind and length.
fn digest(values: &[Value<'_>]) -> u128 {
    let mut bytes: Vec<u8> = Vec::with_capacity(256);
    for value in values {
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
