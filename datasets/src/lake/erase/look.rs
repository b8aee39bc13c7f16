//! Which rows are a person's, which may quote the person, and what each loses.

use std::collections::{BTreeSet, HashMap, HashSet};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::take;
use futures::TryStreamExt;

use crate::contract::{Contract, FEEDBACK_MESSAGE, FEEDBACK_REPLY, Field, Kind, RATING, WORKFLOW_CASE, WORKFLOW_EVENT};
use crate::lake::LakeError;
use crate::lake::come::Teller;
use crate::lake::read::BATCH_ROWS;
use crate::lake::snapshot::{LiveFile, TableSnapshot};

/// Rows of a table that may quote whoever a row of another is about.
pub(super) struct Quote {
    /// The table whose rows are a person's.
    pub(super) of: &'static Contract,
    /// Field by which the others name such a row.
    by: &'static str,
    table: &'static Contract,
}

/// Who answers a message repeats what it says; who decides on a case writes why; who rates it tells
/// of it, under a name or without one.
pub(super) static QUOTES: [Quote; 3] = [
    Quote { of: &FEEDBACK_MESSAGE, by: "msg_id", table: &FEEDBACK_REPLY },
    Quote { of: &WORKFLOW_CASE, by: "case_no", table: &WORKFLOW_EVENT },
    Quote { of: &WORKFLOW_CASE, by: "case_no", table: &RATING },
];

/// The hash of an identifier.
fn is_hash(field: &Field) -> bool {
    field.name.ends_with("_hash") && field.name != "row_hash"
}

/// From where an event was entered. Of the applicant's own events that is where the applicant was, and not
/// every source tells whose an event is.
const TRACES: [&str; 3] = ["ip_hash", "hash_key_id", "geo"];

/// What may tell of somebody whom the row is not about: text in which anything may stand, and traces.
fn is_free(contract: &Contract, field: &Field) -> bool {
    let is_trace = contract.table == WORKFLOW_EVENT.table && TRACES.contains(&field.name);
    field.kind == Kind::Prose || field.name == "attributes" || is_trace
}

/// Whether the table can hold a person.
pub(super) fn is_personal(contract: &Contract) -> bool {
    contract.fields.iter().any(is_hash) || QUOTES.iter().any(|quote| quote.table.table == contract.table)
}

/// What was seen on the way.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Of the table's rows of the person: what others name them by.
    pub(super) named: HashSet<String>,
    pub(super) batches: BTreeSet<String>,
    pub(super) other_keys: BTreeSet<String>,
}

/// Rows that were found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) rows: u64,
    pub(super) quotes: u64,
}

/// What is looked for in one table.
#[derive(Debug, Clone)]
pub(super) struct Look {
    pub(super) contract: &'static Contract,
    hashes: BTreeSet<String>,
    keys: Vec<String>,
    /// Field by which rows name a record of the person, and the names.
    quoted: Option<(&'static str, HashSet<String>)>,
}

impl Look {
    pub(super) fn new(
        contract: &'static Contract,
        hashes: &BTreeSet<String>,
        keys: &[String],
        named: &HashMap<&'static str, HashSet<String>>,
    ) -> Self {
        let mut quotes = QUOTES.iter().filter(|quote| quote.table.table == contract.table);
        let quoted = quotes.find_map(|quote| Some((quote.by, named.get(quote.of.table)?.clone())));
        Self { contract, hashes: hashes.clone(), keys: keys.to_vec(), quoted }
    }

    /// What of a file is the person's.
    pub(super) async fn file(
        &self,
        table: &TableSnapshot,
        file: &LiveFile,
        seen: &mut Seen,
        told: &mut Teller<'_>,
    ) -> Result<Found, LakeError> {
        let mut found = Found::default();
        if !self.may_be_in(table, file).await? {
            return Ok(found);
        }
        let by = QUOTES.iter().find(|quote| quote.of.table == self.contract.table).map(|quote| quote.by);
        let mut rows = table.stream(file, &self.fields(by), BATCH_ROWS).await?;
        while let Some(rows) = rows.try_next().await? {
            let (of, quotes) = (self.is_of(&rows), self.quotes(&rows));
            let batches = texts(&rows, "batch_id");
            let names = by.map(|by| texts(&rows, by)).unwrap_or_default();
            for at in 0..rows.num_rows() {
                if !of[at] && !quotes[at] {
                    continue;
                }
                found.rows += u64::from(of[at]);
                found.quotes += u64::from(!of[at]);
                seen.batches.extend(batches.get(at).copied().flatten().map(str::to_owned));
                if of[at] {
                    seen.named.extend(names.get(at).copied().flatten().map(str::to_owned));
                }
            }
            for key in texts(&rows, "hash_key_id").into_iter().flatten() {
                if !self.keys.is_empty() && !self.keys.iter().any(|known| known == key) {
                    seen.other_keys.insert(key.to_owned());
                }
            }
            told.part(std::slice::from_ref(file), rows.num_rows());
        }
        Ok(found)
    }

    /// Hashes have no statistics; what rows are named by does.
    async fn may_be_in(&self, table: &TableSnapshot, file: &LiveFile) -> Result<bool, LakeError> {
        if self.contract.fields.iter().any(is_hash) {
            return Ok(true);
        }
        let Some((by, names)) = &self.quoted else { return Ok(false) };
        for name in names {
            if table.may_hold(file, by, name).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What has to be read to tell.
    fn fields(&self, by: Option<&'static str>) -> Vec<&'static str> {
        let quoted = self.quoted.as_ref().map(|(by, _)| *by);
        let asked = |field: &&Field| {
            is_hash(field)
                || ["hash_key_id", "batch_id"].contains(&field.name)
                || by == Some(field.name)
                || (quoted.is_some() && (quoted == Some(field.name) || is_free(self.contract, field)))
        };
        self.contract.fields.iter().filter(asked).map(|field| field.name).collect()
    }

    /// Whether each row is the person's.
    fn is_of(&self, rows: &RecordBatch) -> Vec<bool> {
        let mut of = vec![false; rows.num_rows()];
        for field in self.contract.fields.iter().filter(|field| is_hash(field)) {
            for (of, hash) in of.iter_mut().zip(texts(rows, field.name)) {
                *of |= hash.is_some_and(|hash| self.hashes.contains(hash));
            }
        }
        of
    }

    /// Whether each row names a record of the person and has free text or traces.
    fn quotes(&self, rows: &RecordBatch) -> Vec<bool> {
        let Some((by, names)) = &self.quoted else { return vec![false; rows.num_rows()] };
        let free = self.contract.fields.iter().filter(|field| is_free(self.contract, field));
        let free: Vec<&ArrayRef> = free.filter_map(|field| rows.column_by_name(field.name)).collect();
        let says = |at: usize| free.iter().any(|column| column.is_valid(at));
        let named = texts(rows, by).into_iter().map(|name| name.is_some_and(|name| names.contains(name)));
        named.enumerate().map(|(at, named)| named && says(at)).collect()
    }

    /// The rows, all fields of the contract, without what tells of the person. What is emptied may be
    /// unknown in every table.
    pub(super) fn cleaned(&self, rows: &RecordBatch) -> Result<RecordBatch, LakeError> {
        let (of, quotes) = (self.is_of(rows), self.quotes(rows));
        // Taken anew rather than marked as null, so that nothing stays in the buffers.
        let kept = |lost: &dyn Fn(usize) -> bool| -> UInt32Array {
            let place = |at: usize| u32::try_from(at).ok().filter(|_| !lost(at));
            (0..rows.num_rows()).map(place).collect()
        };
        let (hashes, free) = (kept(&|at| of[at]), kept(&|at| of[at] || quotes[at]));
        let columns = self.contract.fields.iter().zip(rows.columns()).map(|(field, column)| {
            if is_free(self.contract, field) {
                take(column.as_ref(), &free, None)
            } else if is_hash(field) || field.name == "hash_key_id" {
                take(column.as_ref(), &hashes, None)
            } else {
                Ok(column.clone())
            }
        });
        let columns = columns.collect::<Result<Vec<ArrayRef>, _>>();
        columns
            .and_then(|columns| RecordBatch::try_new(self.contract.schema(), columns))
            .map_err(LakeError::arrow(self.contract.table))
    }
}

/// The texts of a column; none if the rows do not have it.
fn texts<'a>(rows: &'a RecordBatch, field: &str) -> Vec<Option<&'a str>> {
    let column = rows.column_by_name(field).and_then(|column| column.as_string_opt::<i32>());
    column.map(|texts| texts.iter().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::{ALL, find};

    #[test]
    fn what_is_emptied_may_be_unknown_and_nothing_is_found_or_ordered_by_it() {
        for contract in ALL.iter().filter(|contract| is_personal(contract)) {
            let used =
                [contract.key, contract.partition, contract.sort, contract.stats, contract.bloom, contract.happened];
            let is_lost = |field: &&Field| is_hash(field) || is_free(contract, field) || field.name == "hash_key_id";
            for field in contract.fields.iter().filter(is_lost) {
                assert!(field.nullable, "{}.{}", contract.table, field.name);
                assert!(!used.concat().contains(&field.name), "{}.{}", contract.table, field.name);
            }
            assert!(contract.field("batch_id").is_some(), "{}", contract.table);
        }
        for quote in &QUOTES {
            assert!(quote.of.key.contains(&quote.by) && quote.table.field(quote.by).is_some(), "{}", quote.by);
            assert!(!QUOTES.iter().any(|other| other.table.table == quote.of.table), "a row that quotes has no quotes");
        }
        assert!(find("deal").is_some_and(is_personal) && !find("card").is_some_and(is_personal));
    }
}
