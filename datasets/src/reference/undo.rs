//! Taking back what a commit brought to a reference table: each record that it touched becomes again what
//! it was before, unless something later stands on it.

use std::collections::{BTreeSet, HashMap};

use arrow::array::{AsArray, RecordBatch, UInt32Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::error::ArrowError;

use super::remember::stands;
use super::versions::{BATCH, texts};
use crate::contract::Contract;

/// A table without what a commit brought.
#[derive(Debug)]
pub struct Undone {
    /// All its rows.
    pub rows: RecordBatch,
    /// How many of those that stand now are not among them.
    pub taken: u64,
}

/// What stands on a record that was to be taken back.
#[derive(Debug, PartialEq, Eq)]
pub struct Later {
    /// The record's key, without the number of a version.
    pub record: String,
    /// The batch that has changed it since; none: it was put by hand.
    pub batch_id: Option<String>,
}

/// The table as it is `now` without what a commit changed, `before` which and `after` which it is given
/// too; or what has changed one of its records since.
///
/// # Errors
///
/// [`ArrowError`] if the rows are not those of the contract.
pub fn undone(
    contract: &'static Contract,
    now: &[RecordBatch],
    before: &[RecordBatch],
    after: &[RecordBatch],
) -> Result<Result<Undone, Later>, ArrowError> {
    let all = concat_batches(&contract.schema(), now.iter().chain(before).chain(after))?;
    let records = texts(contract, &all, |name| contract.key.contains(&name) && name != "version")?;
    let said = texts(contract, &all, |_| true)?;
    let stands = stands(contract, &all)?;
    let count = |rows: &[RecordBatch]| rows.iter().map(RecordBatch::num_rows).sum::<usize>();
    let (first_before, first_after) = (count(now), count(now) + count(before));
    let [now, before, after] =
        [0..first_before, first_before..first_after, first_after..all.num_rows()].map(|places| {
            let mut by_record: HashMap<&str, Vec<usize>> = HashMap::new();
            places.for_each(|place| by_record.entry(&records[place]).or_default().push(place));
            by_record
        });
    let says = |rows: &HashMap<&str, Vec<usize>>, record: &str| -> BTreeSet<&str> {
        rows.get(record).into_iter().flatten().map(|place| said[*place].as_str()).collect()
    };
    let held: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
    let touched: BTreeSet<&str> =
        held.into_iter().filter(|record| says(&before, record) != says(&after, record)).collect();
    let mut taken = 0;
    for record in &touched {
        let (is, was) = (says(&now, record), says(&after, record));
        if is != was {
            let new = now.get(record).into_iter().flatten().filter(|place| !was.contains(said[**place].as_str()));
            let known: BTreeSet<&str> =
                after.get(record).into_iter().flatten().filter_map(|place| batch(&all, *place)).collect();
            let mut batches = new.filter_map(|place| batch(&all, *place)).filter(|id| !known.contains(id));
            let batch_id = batches.next().map(str::to_owned);
            return Ok(Err(Later { record: record.replace('\u{1f}', ", "), batch_id }));
        }
        let held = says(&before, record);
        let is_taken = |place: &&usize| stands.value(**place) && !held.contains(said[**place].as_str());
        taken += now.get(record).into_iter().flatten().filter(is_taken).count() as u64;
    }
    let stays = now.iter().filter(|(record, _)| !touched.contains(*record)).flat_map(|(_, places)| places);
    let comes = touched.iter().filter_map(|record| before.get(record)).flatten();
    let mut places: Vec<usize> = stays.chain(comes).copied().collect();
    places.sort_unstable();
    let places: UInt32Array = places.iter().filter_map(|place| u32::try_from(*place).ok()).collect::<Vec<u32>>().into();
    Ok(Ok(Undone { rows: take_record_batch(&all, &places)?, taken }))
}

/// The batch that brought a row.
fn batch(rows: &RecordBatch, place: usize) -> Option<&str> {
    rows.column_by_name(BATCH)?.as_string_opt::<i32>()?.iter().nth(place).flatten()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringArray;

    use super::*;
    use crate::reference::{edit, remember, versions};

    /// The table with rows `policy_id,version,title,valid_from` of a batch in it.
    fn land(held: &[RecordBatch], batch: Option<&str>, lines: &[&str]) -> Vec<RecordBatch> {
        let table = edit::table("policy_item").expect("a table");
        let text = ["policy_id,version,title,valid_from"].iter().chain(lines).copied().collect::<Vec<_>>().join("\n");
        let rows = edit::rows(table, text.as_bytes()).expect("rows");
        let mut columns = rows.columns().to_vec();
        columns[rows.schema().index_of(BATCH).expect("a field")] =
            Arc::new(StringArray::from(vec![batch; lines.len()]));
        let rows = RecordBatch::try_new(rows.schema(), columns).expect("of the batch");
        vec![versions::merged(table, held, &[rows], 0).expect("merged").rows]
    }

    fn undo(now: &[RecordBatch], before: &[RecordBatch], after: &[RecordBatch]) -> Result<(String, u64), Later> {
        let undone = undone(edit::table("policy_item").expect("a table"), now, before, after).expect("rows of it");
        undone.map(|Undone { rows, taken }| (text(&[rows]), taken))
    }

    /// Its lines in order.
    fn text(rows: &[RecordBatch]) -> String {
        let text = String::from_utf8(edit::csv(rows).expect("csv")).expect("text");
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    }

    #[test]
    fn versions_close_and_open_again_and_what_was_replaced_comes_back() {
        let first = land(&[], Some("1"), &["A,0,a,2020-01-01", "B,0,b,2020-01-01", "C,0,c,2020-01-01"]);
        // A gets a version, B another text in its place, D is new.
        let second = land(&first, Some("2"), &["A,0,new,2023-01-01", "B,0,right,2020-01-01", "D,0,d,2020-01-01"]);
        assert_eq!(undo(&second, &first, &second), Ok((text(&first), 4)));
        // What another batch says of other records stays.
        let third = land(&second, Some("3"), &["C,0,later,2024-01-01"]);
        let left = land(&first, Some("3"), &["C,0,later,2024-01-01"]);
        assert_eq!(undo(&third, &first, &second), Ok((text(&left), 4)));
        assert_eq!(undo(&second, &[], &first), Err(Later { record: "A".into(), batch_id: Some("2".into()) }));
    }

    #[test]
    fn what_something_later_stands_on_is_not_taken_back() {
        let first = land(&[], Some("1"), &["A,0,a,2020-01-01"]);
        let second = land(&first, Some("2"), &["A,0,b,2023-01-01"]);
        let third = land(&second, Some("3"), &["A,0,c,2024-01-01"]);
        assert_eq!(undo(&third, &first, &second), Err(Later { record: "A".into(), batch_id: Some("3".into()) }));
        let by_hand = land(&second, None, &["A,2,c,2023-01-01"]);
        assert_eq!(undo(&by_hand, &first, &second), Err(Later { record: "A".into(), batch_id: None }));
        assert_eq!(undo(&second, &first, &second), Ok((text(&first), 2)));
    }

    /// The items with rows `item_id,version,name,valid_from` of a batch in them, landed so many microseconds in.
    fn land_items(held: &[RecordBatch], batch: Option<&str>, at: i64, lines: &[&str]) -> Vec<RecordBatch> {
        let table = edit::table("service_item").expect("a table");
        let text = ["item_id,version,name,valid_from"].iter().chain(lines).copied().collect::<Vec<_>>().join("\n");
        let rows = edit::rows(table, text.as_bytes()).expect("rows");
        let mut columns = rows.columns().to_vec();
        columns[rows.schema().index_of(BATCH).expect("a field")] =
            Arc::new(StringArray::from(vec![batch; lines.len()]));
        let rows = RecordBatch::try_new(rows.schema(), columns).expect("of the batch");
        let stood = remember::standing(table, held).expect("rows");
        let new = versions::merged(table, &stood, &[rows], 0).expect("merged").rows;
        let at = jiff::Timestamp::from_microsecond(at).expect("an instant");
        vec![remember::remember(table, held, &new, at).expect("remembered")]
    }

    #[test]
    fn what_was_replaced_stands_again_as_it_stood() {
        let table = edit::table("service_item").expect("a table");
        let whole = |rows: &[RecordBatch]| {
            let rows = concat_batches(&table.schema(), rows).expect("rows");
            texts(table, &rows, |_| true).expect("texts").into_iter().collect::<BTreeSet<String>>()
        };
        let first = land_items(&[], Some("1"), 10, &["A,0,a,2020-01-01", "B,0,b,2020-01-01", "C,0,c,2020-01-01"]);
        // A in its place, a version of B that ends the one before, and D.
        let second =
            land_items(&first, Some("2"), 20, &["A,0,new,2020-01-01", "B,0,b2,2023-01-01", "D,0,d,2020-01-01"]);
        assert_eq!((first[0].num_rows(), second[0].num_rows()), (3, 7));
        let undone =
            |now: &[RecordBatch], after: &[RecordBatch]| super::undone(table, now, &first, after).expect("rows");
        let Undone { rows, taken } = undone(&second, &second).expect("nothing stands on it");
        assert_eq!((whole(&[rows]), taken), (whole(&first), 4));
        // What another batch says of another record stays, with what that replaced.
        let third = land_items(&second, Some("3"), 30, &["C,0,c3,2020-01-01"]);
        let rows = undone(&third, &second).expect("nothing stands on it").rows;
        assert_eq!(whole(&[rows]), whole(&land_items(&first, Some("3"), 30, &["C,0,c3,2020-01-01"])));
        for (batch, name) in [(Some("3"), "other"), (None, "by hand")] {
            let line = format!("A,1,{name},2020-01-01");
            let later = land_items(&second, batch, 30, &[&line]);
            let stands_on_it = Later { record: "A".into(), batch_id: batch.map(str::to_owned) };
            assert_eq!(undone(&later, &second).expect_err("stood on"), stands_on_it);
        }
    }
}
