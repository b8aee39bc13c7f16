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
///
/// # Errors
///
/// [`ArrowError`] if the rows are not those of the contract.
pub fn merged(
    contract: &'static Contract,
    held: &[RecordBatch],
    offered: &[RecordBatch],
) -> Result<Versioned, ArrowError> {
    let schema = contract.schema();
    let first_offered = held.iter().map(RecordBatch::num_rows).sum();
    let all = concat_batches(&schema, held.iter().chain(offered))?;
    let times = Times::of(&all);
    let content = texts(contract, &all, |name| !is_own(name) && !VERSION.contains(&name))?;
    let whole = texts(contract, &all, |name| !is_own(name))?;
    let numbered = contract.key.contains(&"version");
    let identity = texts(contract, &all, |name| contract.key.contains(&name) && name != "version")?;

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
        let says =
            if !numbered || row.number > 0 { put(known, row, &whole, &content) } else { add(known, row, &content) };
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
mod tests {
    use super::*;
    use crate::reference::edit;

    /// `merged` of rows of a table, as CSV without what nobody asks for.
    fn told(table: &str, columns: &[&str], held: &[&str], offered: &[&str]) -> (Vec<String>, u64) {
        let table = edit::table(table).expect("a table");
        let read = |lines: &[&str]| {
            let text = [columns.join(",")].into_iter().chain(lines.iter().map(|line| (*line).to_owned()));
            edit::rows(table, text.collect::<Vec<_>>().join("\n").as_bytes()).expect("rows")
        };
        let Versioned { rows, fresh, .. } = merged(table, &[read(held)], &[read(offered)]).expect("merged");
        let places: Vec<usize> = columns.iter().filter_map(|name| rows.schema().index_of(name).ok()).collect();
        let text = edit::csv(&[rows.project(&places).expect("columns")]).expect("csv");
        let text = String::from_utf8(text).expect("text");
        (text.lines().skip(1).map(str::to_owned).collect(), fresh)
    }

    /// The same of `policy_item`: id, version, title, first and last day.
    fn land(held: &[&str], offered: &[&str]) -> (Vec<String>, u64) {
        told("policy_item", &["policy_id", "version", "title", "valid_from", "valid_to"], held, offered)
    }

    #[test]
    fn rows_without_a_number_become_versions() {
        let first = "A,1,old,2020-01-01,";
        assert_eq!(land(&[], &["A,0,old,2020-01-01,"]), (vec![first.to_owned()], 1));
        assert_eq!(land(&[first], &["A,0,old,2023-01-01,"]), (vec![first.to_owned()], 0), "nothing new");
        let both = ["A,1,old,2020-01-01,2023-01-01", "A,2,new,2023-01-01,"].map(str::to_owned).to_vec();
        assert_eq!(land(&[first], &["A,0,new,2023-01-01,"]), (both.clone(), 1));
        assert_eq!(land(&[&both[0], &both[1]], &["A,0,new,2024-01-01,"]), (both.clone(), 0));
        let corrected = vec!["A,1,right,2020-01-01,".to_owned()];
        assert_eq!(land(&[first], &["A,0,right,2020-01-01,"]), (corrected, 1), "the same first day");
        let between = land(&[&both[0], &both[1]], &["A,0,mid,2021-01-01,"]).0;
        assert_eq!(
            between,
            ["A,1,old,2020-01-01,2021-01-01", "A,2,new,2023-01-01,", "A,3,mid,2021-01-01,2023-01-01"]
                .map(str::to_owned)
        );
    }

    #[test]
    fn what_has_ended_may_come_again_and_numbers_are_heeded() {
        let ended = "A,1,old,2020-01-01,2021-01-01";
        let again = land(&[ended], &["A,0,old,2022-01-01,"]);
        assert_eq!(again, (vec![ended.to_owned(), "A,2,old,2022-01-01,".to_owned()], 1));
        assert_eq!(land(&[ended], &[ended]), (vec![ended.to_owned()], 0));
        let renamed = land(&[ended], &["A,1,other,2020-01-01,2021-01-01", "B,1,b,2020-01-01,"]);
        assert_eq!(renamed.1, 2);
        assert_eq!(renamed.0, ["A,1,other,2020-01-01,2021-01-01", "B,1,b,2020-01-01,"].map(str::to_owned));
    }

    #[test]
    fn what_is_taken_back_ends_and_may_come_again() {
        let columns = ["policy_id", "version", "title", "valid_from", "valid_to", "is_deleted"];
        let land = |held: &[&str], offered: &[&str]| told("policy_item", &columns, held, offered);
        let first = "A,1,a,2020-01-01,,";
        assert_eq!(land(&[first], &["A,0,a,2020-01-01,,false"]), (vec![first.to_owned()], 0), "it is not");
        let ended = ["A,1,a,2020-01-01,2023-05-01,", "A,2,a,2023-05-01,,true"];
        assert_eq!(land(&[first], &["A,0,a,2023-05-01,,true"]), (ended.map(str::to_owned).to_vec(), 1));
        assert_eq!(land(&ended, &["A,0,a,2023-06-01,,true"]), (ended.map(str::to_owned).to_vec(), 0), "once");
        let back = ["A,1,a,2020-01-01,2023-05-01,", "A,2,a,2023-05-01,2024-01-01,true", "A,3,a,2024-01-01,,false"];
        assert_eq!(land(&ended, &["A,0,a,2024-01-01,,false"]), (back.map(str::to_owned).to_vec(), 1));
        // Told to have ended before its last version began: nothing comes after.
        let later = land(&["A,1,a,2020-01-01,2022-01-01,", "A,2,b,2022-01-01,,"], &["A,0,b,2021-01-01,,true"]);
        assert_eq!(later.0, ["A,1,a,2020-01-01,2022-01-01,", "A,2,b,2022-01-01,,true"].map(str::to_owned));
    }

    #[test]
    fn a_row_without_versions_ends_in_its_place() {
        let columns = ["edition", "code", "name", "level", "valid_from", "valid_to", "is_deleted"];
        let land = |held: &[&str], offered: &[&str]| told("region", &columns, held, offered);
        let ended = "2023,1,a,village,2023-01-01,2024-05-01,true".to_owned();
        let taken_back = ["2023,1,a,village,2026-01-01,2024-05-01,true"];
        assert_eq!(land(&["2023,1,a,village,2023-01-01,,"], &taken_back), (vec![ended.clone()], 1));
        assert_eq!(land(&[&ended], &["2023,1,a,village,2026-02-01,2026-02-01,true"]), (vec![ended], 0), "once");
        let old = "2022,1,a,village,2022-01-01,2023-01-01,";
        let told = land(&[old], &["2022,1,a,village,2026-01-01,2024-05-01,true"]).0;
        assert_eq!(told, ["2022,1,a,village,2022-01-01,2023-01-01,true"], "its edition had ended before");
    }
}
