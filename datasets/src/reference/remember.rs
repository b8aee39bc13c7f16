//! The rule tables remember: a row that another takes the place of stays, with the time for which it stood,
//! so that what was decided then can be told by the rules of then.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch, TimestampMicrosecondArray, UInt32Array};
use arrow::compute::{concat_batches, filter_record_batch, is_null, take_record_batch};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::error::ArrowError;
use jiff::Timestamp;

use super::versions::texts;
use crate::contract::{Contract, PUT_AT, REPLACED_AT};

/// The rows that no other has taken the place of: all of a table that does not remember.
///
/// # Errors
///
/// [`ArrowError`] if the rows are not those of the contract.
pub fn standing(contract: &Contract, rows: &[RecordBatch]) -> Result<Vec<RecordBatch>, ArrowError> {
    rows.iter().map(|rows| filter_record_batch(rows, &stands(contract, rows)?)).collect()
}

/// Of each row, whether it stands.
pub(super) fn stands(contract: &Contract, rows: &RecordBatch) -> Result<BooleanArray, ArrowError> {
    if !contract.remembers() {
        return Ok(BooleanArray::from(vec![true; rows.num_rows()]));
    }
    let ends = rows.column_by_name(REPLACED_AT.name).ok_or_else(|| lacks(REPLACED_AT.name))?;
    is_null(ends)
}

/// All rows of a table of which the `new` ones are to stand, `held` being all that it has: those that say
/// what a standing row says are that row, the others stand from `at` on, and what stands no more did so
/// until `at`. If the table tells of something later than `at`, it is a microsecond after that. Of a table
/// that does not remember: the new ones.
///
/// # Errors
///
/// [`ArrowError`] if the rows are not those of the contract.
pub fn remember(
    contract: &'static Contract,
    held: &[RecordBatch],
    new: &RecordBatch,
    at: Timestamp,
) -> Result<RecordBatch, ArrowError> {
    if !contract.remembers() {
        return Ok(new.clone());
    }
    let schema = contract.schema();
    let first_new: usize = held.iter().map(RecordBatch::num_rows).sum();
    let all = concat_batches(&schema, held.iter().chain([new]))?;
    let said = texts(contract, &all, |name| ![PUT_AT.name, REPLACED_AT.name].contains(&name))?;
    let (mut puts, mut ends) = (instants(&all, PUT_AT.name)?, instants(&all, REPLACED_AT.name)?);
    let latest = puts[..first_new].iter().chain(&ends[..first_new]).flatten().copied().max();
    let at = at.as_microsecond();
    let at = latest.filter(|latest| *latest > at).map_or(at, |latest| latest + 1);

    let mut stood: HashMap<&str, Vec<usize>> = HashMap::new();
    for place in (0..first_new).filter(|place| ends[*place].is_none()) {
        stood.entry(&said[place]).or_default().push(place);
    }
    let mut kept: Vec<usize> = (0..first_new).collect();
    for place in first_new..all.num_rows() {
        if stood.get_mut(said[place].as_str()).and_then(Vec::pop).is_none() {
            (puts[place], ends[place]) = (Some(at), None);
            kept.push(place);
        }
    }
    for place in stood.into_values().flatten() {
        ends[place] = Some(at);
    }
    let mut columns = all.columns().to_vec();
    for (name, instants) in [(PUT_AT.name, puts), (REPLACED_AT.name, ends)] {
        columns[schema.index_of(name)?] = Arc::new(TimestampMicrosecondArray::from(instants).with_timezone("UTC"));
    }
    let places: UInt32Array = kept.iter().filter_map(|place| u32::try_from(*place).ok()).collect::<Vec<u32>>().into();
    take_record_batch(&RecordBatch::try_new(schema, columns)?, &places)
}

fn instants(rows: &RecordBatch, name: &str) -> Result<Vec<Option<i64>>, ArrowError> {
    let column = rows.column_by_name(name).and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>());
    Ok(column.ok_or_else(|| lacks(name))?.iter().collect())
}

fn lacks(name: &str) -> ArrowError {
    ArrowError::SchemaError(format!("the rows have no field {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::edit;

    fn rows(table: &'static Contract, lines: &[&str]) -> RecordBatch {
        let header = match table.table {
            "office_hours" => "region,valid_from,weekday_windows",
            _ => "edition,code,name,level,valid_from",
        };
        let text = [header].iter().chain(lines).copied().collect::<Vec<_>>().join("\n");
        edit::rows(table, text.as_bytes()).expect("rows")
    }

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_microsecond(micros).expect("an instant")
    }

    /// `windows put replaced` of each row.
    fn told(rows: &RecordBatch) -> Vec<String> {
        let windows = rows.column_by_name("weekday_windows").expect("a field").as_string::<i32>();
        let times = [PUT_AT.name, REPLACED_AT.name].map(|name| instants(rows, name).expect("a field"));
        let time = |time: Option<i64>| time.map_or("-".to_owned(), |time| time.to_string());
        let row =
            |place: usize| format!("{} {} {}", windows.value(place), time(times[0][place]), time(times[1][place]));
        (0..rows.num_rows()).map(row).collect()
    }

    /// The office hours with a line put into them.
    fn put(held: &RecordBatch, line: &str, micros: i64) -> RecordBatch {
        let office = edit::table("office_hours").expect("a table");
        let held = std::slice::from_ref(held);
        let merged = edit::merged(office, &standing(office, held).expect("rows"), &rows(office, &[line]));
        remember(office, held, &merged.expect("merged"), at(micros)).expect("remembered")
    }

    #[test]
    fn what_is_replaced_stays_with_the_time_for_which_it_stood() {
        let office = edit::table("office_hours").expect("a table");
        let first = rows(office, &["GX,2016-01-01,a", "CN,2000-01-01,x"]);
        let second = put(&first, "GX,2016-01-01,b", 10);
        assert_eq!(told(&second), ["a - 10", "x - -", "b 10 -"]);
        assert_eq!(told(&put(&second, "GX,2016-01-01,b", 20)), told(&second), "it says the same");
        let third = put(&second, "GX,2016-01-01,a", 20);
        assert_eq!(told(&third), ["a - 10", "x - -", "b 10 20", "a 20 -"], "what stood before comes again");
        let stands = standing(office, &[third]).expect("rows");
        assert_eq!(told(&stands[0]), ["x - -", "a 20 -"]);
        assert_eq!(told(&put(&first, "GX,2020-01-01,c", 10)), ["a - -", "x - -", "c 10 -"], "another key");
    }

    #[test]
    fn time_never_goes_back_in_a_table() {
        let office = edit::table("office_hours").expect("a table");
        let first = put(&rows(office, &["GX,2016-01-01,a"]), "GX,2016-01-01,b", 10);
        assert_eq!(told(&put(&first, "GX,2016-01-01,c", 5)), ["a - 10", "b 10 11", "c 11 -"]);
        assert_eq!(told(&put(&first, "GX,2016-01-01,c", 10)), ["a - 10", "b 10 10", "c 10 -"], "at once");
    }

    #[test]
    fn a_table_that_does_not_remember_has_what_is_new() {
        let regions = edit::table("region").expect("a table");
        let held = rows(regions, &["2022,1,a,village,2022-01-01"]);
        let new = rows(regions, &["2022,1,b,village,2022-01-01"]);
        assert_eq!(remember(regions, std::slice::from_ref(&held), &new, at(10)).expect("remembered"), new);
        assert_eq!(standing(regions, std::slice::from_ref(&held)).expect("rows"), [held]);
    }
}
