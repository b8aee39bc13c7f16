//! The rows of an answer as the page shows them without script: a page of them.

use crate::format;
use crate::frame::Context;
use crate::sql::Trouble;
use crate::sql::cells::{is_number, shown, type_name};
use crate::sql::run::Gathered;

/// Rows on a page.
pub(super) const PAGE: u64 = 100;
/// Characters of a value that are shown; files have all of it.
const MOST_TEXT: usize = 400;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct View {
    pub(super) heads: Vec<Head>,
    pub(super) rows: Vec<Vec<Cell>>,
    /// Rows that were read, and how long it took.
    pub(super) count: String,
    pub(super) millis: String,
    /// The pages beside this one; 0 for none.
    pub(super) before: u64,
    pub(super) after: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) class: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) class: &'static str,
}

pub(super) fn view(context: &Context, gathered: &Gathered, page: u64) -> Result<View, Trouble> {
    let (rows, end) = (rows(gathered, (page - 1) * PAGE)?, &gathered.end);
    let t = context.lang();
    let count = format::count(t, i64::try_from(end.rows).unwrap_or(i64::MAX));
    Ok(View {
        heads: heads(gathered),
        rows,
        count: t.tell(if end.truncated { "sql-rows-more" } else { "sql-rows-all" }, &[("n", &count)]),
        millis: t.tell("sql-took", &[("ms", &end.millis.to_string())]),
        before: page - 1,
        after: if end.truncated { page + 1 } else { 0 },
    })
}

fn heads(gathered: &Gathered) -> Vec<Head> {
    let head = |field: &std::sync::Arc<arrow::datatypes::Field>| Head {
        name: field.name().clone(),
        kind: type_name(field.data_type()),
        class: if is_number(field.data_type()) { "r" } else { "" },
    };
    gathered.head.schema.fields().iter().map(head).collect()
}

/// The rows after the first so many.
fn rows(gathered: &Gathered, skipped: u64) -> Result<Vec<Vec<Cell>>, Trouble> {
    let mut skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
    let mut rows = Vec::new();
    for batch in &gathered.batches {
        let past = skipped.min(batch.num_rows());
        skipped -= past;
        let batch = batch.slice(past, batch.num_rows() - past);
        let columns = batch.columns().iter().map(shown).collect::<Result<Vec<_>, _>>();
        let columns = columns.map_err(|error| Trouble::server(&error))?;
        let kinds: Vec<bool> = batch.columns().iter().map(|column| is_number(column.data_type())).collect();
        for row in 0..batch.num_rows() {
            let cell = |(values, is_number): (&Vec<Option<String>>, &bool)| {
                let value = values.get(row).and_then(Option::as_deref);
                // Nothing known and an empty text look different.
                Cell {
                    text: value.map_or_else(|| format::NONE.to_owned(), cut),
                    class: match (value, *is_number) {
                        (None, true) => "r faint",
                        (None, false) => "faint",
                        (Some(_), true) => "r",
                        (Some(_), false) => "break",
                    },
                }
            };
            rows.push(columns.iter().zip(&kinds).map(cell).collect());
        }
    }
    Ok(rows)
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(MOST_TEXT) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::sql::run::Head as AnswerHead;
    use crate::sql::write::End;

    #[test]
    fn a_page_begins_where_the_one_before_ended_and_unknown_is_not_empty() {
        let n: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None, Some(3)]));
        let text: ArrayRef = Arc::new(StringArray::from(vec![Some("<i>"), Some(""), None]));
        let batch = RecordBatch::try_from_iter_with_nullable([("n", n, true), ("text", text, true)]).expect("batch");
        let as_of: jiff::Timestamp = "2018-09-13T00:00:00Z".parse().expect("instant");
        let head = AnswerHead {
            schema: batch.schema(),
            sql: String::new(),
            params: Vec::new(),
            versions: Vec::new(),
            as_of,
            made: as_of,
            zone: TimeZone::UTC,
            zone_name: "UTC".into(),
        };
        let end = End { rows: 6, truncated: false, millis: 1, trouble: None };
        let gathered = Gathered { head, batches: vec![batch.clone(), batch], end };
        let texts = |skipped| -> Vec<String> {
            let rows = rows(&gathered, skipped).expect("rows");
            rows.into_iter().map(|row| row.into_iter().map(|cell| cell.text).collect::<Vec<_>>().join("|")).collect()
        };
        assert_eq!(texts(0), ["1|<i>", "–|", "3|–", "1|<i>", "–|", "3|–"]);
        assert_eq!(texts(4), ["–|", "3|–"]);
        assert_eq!(texts(9), Vec::<String>::new());
        let heads = heads(&gathered);
        assert_eq!((heads[0].kind.as_str(), heads[0].class, heads[1].class), ("bigint", "r", ""));
        assert_eq!(cut(&"长".repeat(401)).chars().count(), 401);
    }
}
