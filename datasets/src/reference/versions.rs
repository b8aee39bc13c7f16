//! How rows that land in a reference table become versions of what it has. A table with a version
//! keeps the older ones; in another, a row takes the place of the one with its key. A record that its
//! source takes back ends: by a version that says so, or in its row.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Date32Array, Int64Array, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::{Date32Type, Int64Type};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::contract::{Contract, PUT_AT, REPLACED_AT};

/// Field that tells which batch brought a row.
pub(super) const BATCH: &str = "batch_id";
/// Fields that the lake fills in by itself, and that tell nothing of the record.
const OWN: [&str; 3] = [BATCH, PUT_AT.name, REPLACED_AT.name];
/// Days and numbers: what tells versions of a record apart.
const VERSION: [&str; 3] = ["version", "valid_from", "valid_to"];
/// Whether the source has taken the record back.
const DELETED: &str = "is_deleted";
/// What stands for unknown: it differs from an empty text.
pub(super) const NULL: &str = "\u{0}";

/// A table with new rows in it.
#[derive(Debug)]
pub struct Versioned {
    /// All rows that stand.
    pub rows: RecordBatch,
    /// How many of the offered ones say something new.
    pub fresh: u64,
    /// How many a row of the same batch has said before: its landing was broken off.
    pub again: u64,
}

/// One row of the table to be, at its place among held and offered rows.
#[derive(Clone, Copy)]
struct Version {
    place: usize,
    number: i64,
    from: i32,
    to: Option<i32>,
    deleted: bool,
}

/// The rows that stand with the offered ones among them, `held` being those that stand now. An offered row
/// without a number (0) is
/// - known, if the version in force on its first day says the same;
/// - put in the place of a version that begins on the same day;
/// - else a new version, with the next number; the one before it ends on its first day.
///
/// One that takes its record back is the last version, or ends the row of its key, and keeps its first day.
/// The last of the rows that come after without doing so brings it back: if it was in force before, from
/// `today` on, or from the deletion on if that is later.
///
/// # Errors
///
/// [`ArrowError`] if the rows are not those of the contract.
pub fn merged(
    contract: &'static Contract,
    held: &[RecordBatch],
    offered: &[RecordBatch],
    today: i32,
) -> Result<Versioned, ArrowError> {
    let schema = contract.schema();
    let first_offered = held.iter().map(RecordBatch::num_rows).sum();
    let all = concat_batches(&schema, held.iter().chain(offered))?;
    let times = Times::of(&all);
    let content = texts(contract, &all, |name| !is_own(name) && !VERSION.contains(&name))?;
    let whole = texts(contract, &all, |name| !is_own(name))?;
    let numbered = contract.key.contains(&"version");
    let identity = texts(contract, &all, |name| contract.key.contains(&name) && name != "version")?;

    // First day of the last row that a record is offered after its last deletion among them.
    let mut last: HashMap<&str, Option<i32>> = HashMap::new();
    for (place, record) in identity.iter().enumerate().skip(first_offered) {
        let row = times.version(place);
        let last = last.entry(record).or_default();
        *last = if row.deleted { None } else { (*last).max(Some(row.from)) };
    }
    let mut order: Vec<&str> = Vec::new();
    let mut versions: HashMap<&str, Vec<Version>> = HashMap::new();
    let batches = batches_of(&all);
    let (mut fresh, mut again) = (0, 0);
    for place in 0..all.num_rows() {
        let known = versions.entry(&identity[place]).or_insert_with(|| {
            order.push(&identity[place]);
            Vec::new()
        });
        let row = times.version(place);
        if place < first_offered {
            known.push(row);
            continue;
        }
        let is_last = last.get(identity[place].as_str()) == Some(&Some(row.from));
        let gone = gone(known).filter(|gone| numbered && is_last && brings_back(row, known[*gone]));
        let says = match (numbered && row.number == 0, gone) {
            (true, Some(gone)) => return_of(known, row, gone, today, &content),
            (true, None) => add(known, row, &content),
            (false, gone) => {
                // Who numbers the versions says himself which one is the last.
                let removed = gone.map(|gone| known.remove(gone));
                put(known, row, &whole, &content).filter(|_| removed.is_none())
            }
        };
        match says {
            None => fresh += 1,
            Some(held) => {
                let is_same = held.from == row.from || row.deleted;
                let is_own = batches[place].is_some() && batches[held.place] == batches[place];
                again += u64::from(held.place < first_offered && is_same && is_own);
            }
        }
    }
    let kept: Vec<Version> = order.iter().filter_map(|identity| versions.get(identity)).flatten().copied().collect();
    let places: UInt32Array =
        kept.iter().map(|version| u32::try_from(version.place).unwrap_or(u32::MAX)).collect::<Vec<u32>>().into();
    let rows = take_record_batch(&all, &places)?;
    let mut columns = rows.columns().to_vec();
    let mut set = |name: &str, column: ArrayRef| {
        if let Ok(at) = schema.index_of(name) {
            columns[at] = column;
        }
    };
    if numbered {
        set("version", Arc::new(Int64Array::from_iter_values(kept.iter().map(|version| version.number))));
    }
    let first_days = kept.iter().map(|version| (version.from > i32::MIN).then_some(version.from));
    set("valid_from", Arc::new(first_days.collect::<Date32Array>()));
    set("valid_to", Arc::new(kept.iter().map(|version| version.to).collect::<Date32Array>()));
    Ok(Versioned { rows: RecordBatch::try_new(schema, columns)?, fresh, again })
}

/// Puts a row in the place of the one with its number, or its key; the one that says the same already, if
/// it does.
fn put(known: &mut Vec<Version>, row: Version, whole: &[String], content: &[String]) -> Option<Version> {
    let Some(at) = known.iter().position(|held| held.number == row.number) else {
        known.push(row);
        return None;
    };
    let held = known[at];
    let is_taken_back = row.deleted && content[held.place] == content[row.place];
    if whole[held.place] == whole[row.place] || is_taken_back {
        return Some(held);
    }
    known[at] = match row.deleted {
        true => Version { from: held.from, to: [held.to, row.to].into_iter().flatten().min(), ..row },
        false => row,
    };
    None
}

/// The version by which a record is taken back, if it is.
fn gone(known: &[Version]) -> Option<usize> {
    let last = known.iter().enumerate().max_by_key(|(_, version)| (version.from, version.number));
    last.filter(|(_, version)| version.deleted).map(|(at, _)| at)
}

/// Whether a row says that its record is there, though taken back: in force before that, and not ended by then.
fn brings_back(row: Version, gone: Version) -> bool {
    !row.deleted && row.number < gone.number && row.from < gone.from && row.to.is_none_or(|to| to > gone.from)
}

/// Adds a row without a number that brings its record back. It was not there between.
fn return_of(known: &mut Vec<Version>, row: Version, gone: usize, today: i32, content: &[String]) -> Option<Version> {
    let Version { from, number, .. } = known[gone];
    if known.len() == 1 {
        // Nor was it there before, as far as was told.
        known[gone] = Version { number, ..row };
        return None;
    }
    let from = from.max(today);
    if row.to.is_some_and(|to| to <= from) {
        return add(known, row, content);
    }
    add(known, Version { from, ..row }, content)
}

/// Adds a row without a number; the version that says the same already, if one does.
fn add(known: &mut Vec<Version>, mut row: Version, content: &[String]) -> Option<Version> {
    if row.deleted {
        // Nothing of the record comes after that.
        row.from = known.iter().map(|version| version.from).fold(row.from, i32::max);
    }
    let in_force = known.iter().enumerate().filter(|(_, version)| version.from <= row.from);
    let in_force = in_force.max_by_key(|(_, version)| (version.from, version.number)).map(|(at, _)| at);
    let next = known.iter().map(|version| version.from).filter(|from| *from > row.from).min();
    let number = known.iter().map(|version| version.number).max().unwrap_or(0) + 1;
    let Some(at) = in_force else {
        known.push(Version { number, to: row.to.or(next), ..row });
        return None;
    };
    let before = known[at];
    let is_open = before.to.is_none_or(|to| row.from < to);
    if is_open && content[before.place] == content[row.place] {
        return Some(before);
    }
    if before.from == row.from {
        known[at] = Version { number: before.number, to: row.to.or(before.to), ..row };
    } else {
        if is_open {
            known[at].to = Some(row.from);
        }
        known.push(Version { number, to: row.to.or(next), ..row });
    }
    None
}

/// Whether the lake fills in a field by itself.
pub(super) fn is_own(field: &str) -> bool {
    OWN.contains(&field)
}

/// The batch that brought each row, where the table tells it.
fn batches_of(rows: &RecordBatch) -> Vec<Option<&str>> {
    let told = rows.column_by_name(BATCH).and_then(|column| column.as_string_opt::<i32>());
    told.map_or_else(|| vec![None; rows.num_rows()], |batches| batches.iter().collect())
}

/// The columns that tell versions apart, where the table has them.
struct Times<'a> {
    number: Option<&'a Int64Array>,
    from: Option<&'a Date32Array>,
    to: Option<&'a Date32Array>,
    deleted: Option<&'a BooleanArray>,
}

impl<'a> Times<'a> {
    fn of(rows: &'a RecordBatch) -> Self {
        Self {
            number: rows.column_by_name("version").and_then(|column| column.as_primitive_opt::<Int64Type>()),
            from: rows.column_by_name("valid_from").and_then(|column| column.as_primitive_opt::<Date32Type>()),
            to: rows.column_by_name("valid_to").and_then(|column| column.as_primitive_opt::<Date32Type>()),
            deleted: rows.column_by_name(DELETED).and_then(|column| column.as_boolean_opt()),
        }
    }

    fn version(&self, place: usize) -> Version {
        let day = |column: Option<&Date32Array>| {
            column.filter(|column| column.is_valid(place)).map(|column| column.value(place))
        };
        Version {
            place,
            number: self.number.map_or(0, |column| column.value(place)),
            from: day(self.from).unwrap_or(i32::MIN),
            to: day(self.to),
            deleted: self.deleted.is_some_and(|column| column.is_valid(place) && column.value(place)),
        }
    }
}

/// The wanted fields of each row as one text.
pub(super) fn texts(
    contract: &Contract,
    rows: &RecordBatch,
    wanted: impl Fn(&str) -> bool,
) -> Result<Vec<String>, ArrowError> {
    let options = FormatOptions::new().with_null(NULL);
    let columns: Vec<(&str, &ArrayRef)> = contract
        .fields
        .iter()
        .filter(|field| wanted(field.name))
        .filter_map(|field| Some((field.name, rows.column_by_name(field.name)?)))
        .collect();
    let mut formatters: Vec<(bool, ArrayFormatter<'_>)> = Vec::with_capacity(columns.len());
    for (name, column) in &columns {
        formatters.push((*name == DELETED, ArrayFormatter::try_new(*column, &options)?));
    }
    let text = |place: usize| {
        let values = formatters.iter().map(|(tells, formatter)| match formatter.value(place).to_string() {
            // Who begins to tell what is taken back says nothing new of what is not.
            said if *tells && said == "false" => NULL.to_owned(),
            said => said,
        });
        values.collect::<Vec<String>>().join("\u{1f}")
    };
    Ok((0..rows.num_rows()).map(text).collect())
}

#[cfg(test)]
mod tests;
