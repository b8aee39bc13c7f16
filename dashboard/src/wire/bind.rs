//! Parameters of prepared statements: their types, and their values as literals of SQL. A value becomes a literal of
//! its type in the place of `$n`, so the engine reads what a person would have written, and one way of reading is
//! enough for the engine and the catalog.

use std::collections::HashMap;

use analytics::TableDoc;
use analytics::pg::types::{self, PgType};

use super::refusal::{Refusal, code};
use super::text::{Kind, Token, plain, tokens};

/// Most parameters of a statement.
const MOST: usize = 4096;

/// The parameter types of a statement: as the client declared them, as they are cast, as the columns are that they
/// are compared with, or text.
pub(super) fn parameters(sql: &str, declared: &[u32], tables: &[TableDoc]) -> Result<Vec<u32>, Refusal> {
    let found = tokens(sql);
    let mut held: Vec<u32> = declared.to_vec();
    let mut columns = None;
    for (at, token) in found.iter().enumerate() {
        let Kind::Parameter(number) = token.kind else { continue };
        let Some(place) = number.checked_sub(1).filter(|place| *place < MOST) else {
            let told = format!("there is no parameter ${number}: they are counted from 1, and at most {MOST}");
            return Err(Refusal::new(code::SYNTAX, told));
        };
        if held.len() <= place {
            held.resize(place + 1, 0);
        }
        let unknown = |oid: u32| oid == 0 || oid == 705;
        if held.get(place).copied().is_none_or(unknown) {
            let columns = columns.get_or_insert_with(|| unique_columns(tables));
            let told = around(sql, &found, at, columns).map_or(0, |told| told.oid);
            if let Some(slot) = held.get_mut(place) {
                *slot = told;
            }
        }
    }
    Ok(held.into_iter().map(|oid| if oid == 0 { types::TEXT.oid } else { oid }).collect())
}

/// Columns that have one type, whatever table they stand in.
fn unique_columns(tables: &[TableDoc]) -> HashMap<&str, Option<PgType>> {
    let mut found: HashMap<&str, Option<PgType>> = HashMap::new();
    for column in tables.iter().flat_map(|table| &table.columns) {
        let shown = types::shown(&column.data_type);
        let held = found.entry(column.name.as_str()).or_insert(Some(shown));
        if held.is_some_and(|held| held != shown) {
            *held = None;
        }
    }
    found
}

/// What stands around a parameter.
fn around(sql: &str, found: &[Token], at: usize, columns: &HashMap<&str, Option<PgType>>) -> Option<PgType> {
    let word = |place: Option<usize>| place.and_then(|place| found.get(place)).map(|token| plain(sql, token));
    let before = |steps: usize| word(at.checked_sub(steps));
    let after = |steps: usize| word(at.checked_add(steps));
    let column = |name: Option<String>| name.and_then(|name| columns.get(name.as_str()).copied().flatten());
    // $1::date, cast($1 as date)
    let is_cast = after(1).as_deref() == Some(":") && after(2).as_deref() == Some(":");
    if is_cast || after(1).as_deref() == Some("as") {
        return types::by_name(&alias(&after(if is_cast { 3 } else { 2 })?)).copied();
    }
    if before(1).is_some_and(|word| ["limit", "offset"].contains(&word.as_str())) {
        return Some(types::INT8);
    }
    // column = $1, $1 <= column
    let is_sign = |word: &Option<String>| word.as_deref().is_some_and(|word| ["=", "<", ">", "!"].contains(&word));
    if is_sign(&before(1)) {
        return column(before(if is_sign(&before(2)) { 3 } else { 2 }));
    }
    if is_sign(&after(1)) {
        return column(column_end(sql, found, at + if is_sign(&after(2)) { 3 } else { 2 }));
    }
    // column like $1, column between $1 and $2, column in ($1, $2)
    let opens = (0..at).rev().take(64).find(|place| {
        let word = word(Some(*place)).unwrap_or_default();
        ["between", "in", "like", "ilike"].contains(&word.as_str())
            || ["where", "select", "or"].contains(&word.as_str())
    })?;
    let operator = word(Some(opens))?;
    match operator.as_str() {
        "like" | "ilike" => Some(types::TEXT),
        "between" | "in" => {
            let name = word(opens.checked_sub(1))?;
            column(if name == "not" { word(opens.checked_sub(2)) } else { Some(name) })
        }
        _ => None,
    }
}

/// The last part of `a.b.c` that begins at a place.
fn column_end(sql: &str, found: &[Token], from: usize) -> Option<String> {
    let mut at = from;
    while found.get(at + 1).is_some_and(|token| token.kind == Kind::Sign('.')) {
        at += 2;
    }
    found.get(at).map(|token| plain(sql, token))
}

/// Short names that SQL has for types.
fn alias(name: &str) -> String {
    match name {
        "int" => "integer",
        "decimal" => "numeric",
        "string" => "text",
        "double" => "float8",
        "float" => "float8",
        name => name,
    }
    .to_owned()
}

/// A statement without values, to learn what it answers: each is null, of its type.
pub(super) fn unbound(sql: &str, types: &[u32]) -> Result<String, Refusal> {
    let nulls: Vec<String> = types.iter().map(|oid| typed("null", *oid)).collect();
    filled(sql, &nulls)
}

/// A statement with its values as literals.
pub(super) fn bound(
    sql: &str,
    types: &[u32],
    values: &[Option<bytes::Bytes>],
    formats: &[i16],
) -> Result<String, Refusal> {
    if values.len() != types.len() {
        let told = format!("the statement has {} parameters, {} were given", types.len(), values.len());
        return Err(Refusal::new(code::PROTOCOL, told));
    }
    let format = |at: usize| match formats {
        [] => Some(0),
        [one] => Some(*one),
        each => each.get(at).copied(),
    };
    let mut literals = Vec::with_capacity(values.len());
    for (at, (value, oid)) in values.iter().zip(types).enumerate() {
        let told = |reason: &str| Refusal::new(code::BAD_TEXT, format!("parameter ${}: {reason}", at + 1));
        literals.push(match (value, format(at)) {
            (None, _) => typed("null", *oid),
            (Some(value), Some(0)) => {
                let text = std::str::from_utf8(value).map_err(|_| told("it is no UTF-8"))?;
                from_text(text, *oid).ok_or_else(|| told("it does not fit its type"))?
            }
            (Some(value), Some(1)) => from_binary(value, *oid).ok_or_else(|| told("its bytes do not fit its type"))?,
            (Some(_), _) => {
                return Err(Refusal::new(code::PROTOCOL, "a parameter has no format, or one that there is not"));
            }
        });
    }
    filled(sql, &literals)
}

/// Puts a text in the place of each parameter.
fn filled(sql: &str, literals: &[String]) -> Result<String, Refusal> {
    let mut whole = String::with_capacity(sql.len());
    let mut from = 0;
    for token in tokens(sql) {
        let Kind::Parameter(number) = token.kind else { continue };
        let literal = number.checked_sub(1).and_then(|place| literals.get(place));
        let literal =
            literal.ok_or_else(|| Refusal::new(code::PROTOCOL, format!("parameter ${number} has no value")))?;
        whole.push_str(&sql[from..token.at.start]);
        whole.push_str(literal);
        from = token.at.end;
    }
    whole.push_str(&sql[from..]);
    Ok(whole)
}

/// A literal as a value of a type; what no type is known of stands for itself.
fn typed(literal: &str, oid: u32) -> String {
    let named = types::by_oid(oid).map(|held| match *held {
        types::INT2 => "smallint",
        types::INT4 => "int",
        types::INT8 => "bigint",
        types::FLOAT4 => "real",
        types::FLOAT8 => "double",
        types::BOOL => "boolean",
        types::DATE => "date",
        types::TIME => "time",
        types::TIMESTAMP => "timestamp",
        types::TIMESTAMPTZ => "timestamp with time zone",
        types::NUMERIC => "decimal(38, 10)",
        _ if literal == "null" => "varchar",
        _ => "",
    });
    match named {
        Some(name) if !name.is_empty() => format!("cast({literal} as {name})"),
        _ => format!(" {literal} "),
    }
}

/// A text between quotes; none for one that SQL cannot hold.
fn quoted(text: &str) -> Option<String> {
    (!text.contains('\0')).then(|| format!("'{}'", text.replace('\'', "''")))
}

fn from_text(text: &str, oid: u32) -> Option<String> {
    let held = types::by_oid(oid).copied().unwrap_or(types::TEXT);
    let trimmed = text.trim();
    match held {
        types::INT2 | types::INT4 | types::INT8 => {
            trimmed.parse::<i64>().ok().map(|number| typed(&number.to_string(), oid))
        }
        types::BOOL => match trimmed.to_ascii_lowercase().as_str() {
            "t" | "true" | "1" | "yes" | "on" | "y" => Some(" true ".to_owned()),
            "f" | "false" | "0" | "no" | "off" | "n" => Some(" false ".to_owned()),
            _ => None,
        },
        types::FLOAT4 | types::FLOAT8 | types::NUMERIC => {
            let is_number = trimmed.parse::<f64>().is_ok();
            is_number.then(|| quoted(trimmed).map(|literal| typed(&literal, oid))).flatten()
        }
        // A day may come with a time and a zone, which say nothing of it.
        types::DATE => {
            let day = trimmed.split([' ', 'T']).next().unwrap_or_default();
            quoted(day).map(|literal| typed(&literal, oid))
        }
        types::TIME | types::TIMESTAMP | types::TIMESTAMPTZ => quoted(trimmed).map(|literal| typed(&literal, oid)),
        _ => quoted(text).map(|literal| format!(" {literal} ")),
    }
}

fn from_binary(value: &[u8], oid: u32) -> Option<String> {
    /// From 1970 to 2000.
    const SECONDS: i64 = 946_684_800;
    let held = types::by_oid(oid).copied().unwrap_or(types::TEXT);
    let text = match held {
        types::BOOL => return Some(if *value.first()? == 0 { " false " } else { " true " }.to_owned()),
        types::INT2 => i16::from_be_bytes(value.try_into().ok()?).to_string(),
        types::INT4 => i32::from_be_bytes(value.try_into().ok()?).to_string(),
        types::INT8 => i64::from_be_bytes(value.try_into().ok()?).to_string(),
        types::FLOAT4 => f32::from_be_bytes(value.try_into().ok()?).to_string(),
        types::FLOAT8 => f64::from_be_bytes(value.try_into().ok()?).to_string(),
        types::DATE => {
            let days = i64::from(i32::from_be_bytes(value.try_into().ok()?)).checked_add(SECONDS / 86_400)?;
            let span = jiff::Span::new().try_days(days).ok()?;
            jiff::civil::Date::constant(1970, 1, 1).checked_add(span).ok()?.to_string()
        }
        types::TIMESTAMP | types::TIMESTAMPTZ => {
            let since = i64::from_be_bytes(value.try_into().ok()?).checked_add(SECONDS * 1_000_000)?;
            let at = jiff::Timestamp::from_microsecond(since).ok()?;
            match held {
                types::TIMESTAMPTZ => at.to_string(),
                _ => jiff::tz::TimeZone::UTC.to_datetime(at).to_string(),
            }
        }
        types::NUMERIC => decimal(value)?,
        _ => std::str::from_utf8(value).ok()?.to_owned(),
    };
    from_text(&text, oid)
}

/// The digits of a numeric in PostgreSQL's binary form.
fn decimal(value: &[u8]) -> Option<String> {
    let words: Vec<u16> = value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let [count, weight, sign, scale, groups @ ..] = words.as_slice() else { return None };
    let (weight, scale) = (i32::from(weight.cast_signed()), usize::from(*scale));
    if groups.len() != usize::from(*count) || groups.iter().any(|group| *group > 9999) || scale > 100 || weight > 100 {
        return None;
    }
    let group = |power: i32| usize::try_from(weight - power).ok().and_then(|at| groups.get(at)).copied().unwrap_or(0);
    let whole: String = (0..=weight.max(0)).rev().map(|power| format!("{:04}", group(power))).collect();
    let groups_behind = i32::try_from(scale.div_ceil(4)).ok()?;
    let behind: String = (1..=groups_behind).map(|power| format!("{:04}", group(-power))).collect();
    let whole = whole.trim_start_matches('0');
    let digits = format!("{}.{}", if whole.is_empty() { "0" } else { whole }, behind.get(..scale)?);
    let digits = digits.trim_end_matches('.');
    match *sign {
        0 => Some(digits.to_owned()),
        0x4000 => Some(format!("-{digits}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
