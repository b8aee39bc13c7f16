//! From the section's query to the statement that is run: every column as text, in the order of
//! the cursor.

use readers::record::Header;
use tokio_postgres::types::{Kind, Type};
use tokio_postgres::{Client, SimpleQueryMessage};

use super::cursor::{Cursor, CursorKind, Overlap};
use super::{Pull, PullError};
use crate::Mapping;

/// How far back is asked again unless the section says otherwise.
const OVERLAP: Overlap = Overlap::Time(jiff::SignedDuration::from_mins(10));

/// A query that has been described by its server.
pub(super) struct Plan {
    /// Names of the columns, in order.
    pub(super) names: Vec<String>,
    pub(super) sql: String,
    pub(super) kind: CursorKind,
    /// Place of the cursor among the columns.
    pub(super) place: usize,
    /// What `$1` is when nothing has been pulled yet.
    least: &'static str,
    overlap: Overlap,
}

/// Has the query described, and refuses what could not be read without loss.
pub(super) async fn plan(client: &Client, pull: &Pull, mapping: &Mapping) -> Result<Plan, PullError> {
    let bad = |reason: String| PullError::Section { pull: pull.name.clone(), reason };
    let query = pull.query.trim().trim_end_matches(';');
    let described = client.prepare(query).await.map_err(|error| pull.server(&error))?;
    let columns = described.columns();
    if columns.is_empty() {
        return Err(bad("the query gives no columns; it has to be one SELECT".into()));
    }
    let mut header = Header::default();
    for column in columns {
        if header.find(column.name()).is_some() {
            let name = column.name();
            return Err(bad(format!(
                "column {name:?} comes twice in the query; give one of them another name with `as`"
            )));
        }
        header.place(column.name());
        if holds_bytes(column.type_()) {
            return Err(bad(format!(
                "column {:?} is {}, which is no text; leave it out, or write encode(…, 'hex')",
                column.name(),
                column.type_()
            )));
        }
    }
    let missing = |column: &str| PullError::MissingColumn {
        pull: pull.name.clone(),
        column: column.to_owned(),
        mapping: mapping.name.clone(),
        present: header.summary(),
    };
    if let Some(column) = mapping.needed_columns().find(|column| header.find(column).is_none()) {
        return Err(missing(column));
    }
    if let Some(columns) = mapping.refused_names(&header, 0) {
        let (pull, mapping) = (pull.name.clone(), mapping.name.clone());
        return Err(PullError::NewColumns { pull, columns, mapping });
    }
    let Some(place) = header.find(&pull.cursor) else {
        let (cursor, present) = (&pull.cursor, header.summary());
        return Err(bad(format!("cursor {cursor:?} is no column of the query; it gives: {present}")));
    };
    let column = columns[place].type_();
    let kind = CursorKind::of(column).ok_or_else(|| {
        let cursor = &pull.cursor;
        bad(format!("cursor {cursor:?} is {column}; it has to be timestamptz, timestamp, date or a whole number"))
    })?;
    let [parameter] = described.params() else {
        return Err(bad("the query has to say where it goes on from, with $1 and no other parameter: … where \
                        CURSOR > $1 order by CURSOR"
            .into()));
    };
    if CursorKind::of(parameter) != Some(kind) {
        return Err(bad(format!("$1 is taken for {parameter}, the cursor is {column}; write $1::{column}")));
    }
    let overlap = pull.overlap.unwrap_or(OVERLAP);
    if matches!(overlap, Overlap::Number(_)) != (kind == CursorKind::Number) {
        return Err(bad(format!(
            "overlap does not fit the cursor, which is {column}; give a time such as \"10m\" to a time, a number such \
             as \"1000\" to a number"
        )));
    }
    let sql = as_text(query, header.names(), place);
    Ok(Plan { names: header.names().to_vec(), sql, kind, place, least: CursorKind::least(parameter), overlap })
}

/// Sorted to the last column, so that the same rows make the same pages.
fn as_text(query: &str, names: &[String], cursor: usize) -> String {
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let columns: Vec<String> = names.iter().map(|name| format!("q.{}::text", quoted(name))).collect();
    let order: Vec<String> = (1..=names.len()).map(|place| place.to_string()).collect();
    // A line end before the bracket: the query may end in a comment.
    let (columns, order) = (columns.join(", "), order.join(", "));
    format!("select {columns} from (\n{query}\n) q order by q.{}, {order}", quoted(&names[cursor]))
}

fn holds_bytes(column: &Type) -> bool {
    match column.kind() {
        Kind::Array(inner) | Kind::Domain(inner) => holds_bytes(inner),
        _ => *column == Type::BYTEA,
    }
}

impl Plan {
    /// The value of `$1`: the overlap before the cursor that the lake holds.
    pub(super) fn begin(&self, held: Option<Cursor>) -> String {
        match held.and_then(|held| held.back(self.overlap)) {
            Some(from) => from.to_string(),
            None => self.least.to_owned(),
        }
    }

    /// How many rows the server expects to send: a guess, for the progress alone.
    pub(super) async fn expected(&self, client: &Client, from: &str) -> Option<u64> {
        let prepare = format!("prepare sunlake_pull as {}", self.sql);
        client.batch_execute(&prepare).await.ok()?;
        // No value of a cursor holds a quote.
        let explain = format!("explain (format json) execute sunlake_pull('{from}')");
        let told = client.simple_query(&explain).await.ok()?;
        let text = told.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.try_get(0).ok().flatten(),
            _ => None,
        })?;
        let plan: serde_json::Value = serde_json::from_str(text).ok()?;
        plan[0]["Plan"]["Plan Rows"].as_u64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_asked_for_as_text_in_the_order_of_the_cursor() {
        let sql = as_text("select * from t -- all", &["id".into(), "a \"b\"".into()], 1);
        assert_eq!(
            sql,
            "select q.\"id\"::text, q.\"a \"\"b\"\"\"::text from (\nselect * from t -- all\n) q order by q.\"a \"\"b\"\"\", 1, 2"
        );
    }

    #[test]
    fn bytes_are_found_inside_arrays_too() {
        assert!(holds_bytes(&Type::BYTEA) && holds_bytes(&Type::BYTEA_ARRAY));
        assert!(!holds_bytes(&Type::TEXT_ARRAY) && !holds_bytes(&Type::NUMERIC));
    }
}
